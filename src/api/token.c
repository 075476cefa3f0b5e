/* token: ten hex digits of seconds, then the HMAC as 64. The desk's seal makes it impossible to try secrets against a token
 * that was found; the hash of the secret makes it end with the secret. */
#include "api/token.h"
#include "base/crypto.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10, MAC = 32, WHOLE = DIGITS + 2 * MAC };

static void sign(const uint8_t seal[32], const struct config_emulation *client, const char *until, uint8_t mac[MAC])
{
    uint8_t secret[32];
    crypto_sha256(client->client_secret, strlen(client->client_secret), secret);
    const struct crypto_part parts[] = {{"ripio", 6}, {client->client_id, strlen(client->client_id) + 1}, {secret, sizeof secret}, {until, DIGITS}};
    crypto_hmac_sha256(seal, 32, parts, sizeof parts / sizeof *parts, mac);
}

char *token_make(struct arena *arena, const uint8_t seal[32], const struct config_emulation *client, int64_t now)
{
    uint8_t mac[MAC];
    char *token = arena_printf(arena, "%0*" PRIx64 "%*s", DIGITS, (uint64_t)(now / 1000 + TOKEN_SECONDS), 2 * MAC, "");
    sign(seal, client, token, mac);
    crypto_hex(mac, MAC, token + DIGITS);
    return token;
}

static bool read(const char *token, char until[DIGITS + 1], int64_t *seconds, uint8_t mac[MAC])
{
    uint8_t bytes[DIGITS / 2];
    if (strlen(token) != WHOLE)
        return false;
    memcpy(until, token, DIGITS);
    until[DIGITS] = 0;
    *seconds = strtoll(until, NULL, 16);
    return crypto_unhex(until, sizeof bytes, bytes) && crypto_unhex(token + DIGITS, MAC, mac);
}

const struct config_source *token_source(const struct config *config, const uint8_t seal[32], const char *token, int64_t now)
{
    const struct config_source *found = NULL;
    char until[DIGITS + 1];
    uint8_t given[MAC], mac[MAC];
    int64_t seconds;
    if (!read(token, until, &seconds, given))
        return NULL;
    for (int i = 0; i < config->source_count; i++) {
        const struct config_source *s = &config->sources[i];
        if (!s->emulate.client_id)
            continue;
        sign(seal, &s->emulate, until, mac);
        found = crypto_equal(mac, given, MAC) ? s : found;
    }
    return found && now / 1000 < seconds ? found : NULL;
}

const struct config_source *token_client(const struct config *config, const void *pair, size_t n)
{
    const struct config_source *found = NULL;
    uint8_t given[32], kept[32];
    crypto_sha256(pair, n, given);
    for (int i = 0; i < config->source_count; i++) {
        const struct config_emulation *c = &config->sources[i].emulate;
        if (!c->client_id)
            continue;
        const struct crypto_part parts[] = {{c->client_id, strlen(c->client_id)}, {":", 1}, {c->client_secret, strlen(c->client_secret)}};
        crypto_sha256_parts(parts, 3, kept);
        found = crypto_equal(given, kept, sizeof kept) ? &config->sources[i] : found;
    }
    return found;
}
