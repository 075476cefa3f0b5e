/* crypto: thin names over libsodium, plus the two text codings everybody needs. Thread-safe after crypto_open. */
#include "base/crypto.h"
#include <sodium.h>
#include <string.h>

bool crypto_open(void)
{
    return sodium_init() >= 0;
}

void crypto_sha256(const void *data, size_t n, uint8_t out[32])
{
    crypto_hash_sha256(out, data, n);
}

void crypto_sha256_parts(const struct crypto_part *parts, int count, uint8_t out[32])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (int i = 0; i < count; i++)
        crypto_hash_sha256_update(&state, parts[i].data, parts[i].n);
    crypto_hash_sha256_final(&state, out);
}

void crypto_hmac_sha256(const void *key, size_t key_n, const struct crypto_part *parts, int count, uint8_t out[32])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_n);
    for (int i = 0; i < count; i++)
        if (parts[i].n)
            crypto_auth_hmacsha256_update(&state, parts[i].data, parts[i].n);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

void crypto_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

void crypto_wipe(void *data, size_t n)
{
    sodium_memzero(data, n);
}

void crypto_hex(const uint8_t *data, size_t n, char *out)
{
    sodium_bin2hex(out, 2 * n + 1, data, n);
}

bool crypto_unhex(const char *hex, size_t n, uint8_t *out)
{
    size_t got;
    if (strlen(hex) != 2 * n)
        return false;
    return sodium_hex2bin(out, n, hex, 2 * n, NULL, &got, NULL) == 0 && got == n;
}

void crypto_base64(const uint8_t *data, size_t n, char *out, size_t out_size)
{
    sodium_bin2base64(out, out_size, data, n, sodium_base64_VARIANT_ORIGINAL);
}

bool crypto_unbase64(const char *text, uint8_t *out, size_t max, size_t *n)
{
    size_t got;
    if (sodium_base642bin(out, max, text, strlen(text), NULL, &got, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    *n = got;
    return true;
}

uint64_t crypto_hash64(const char *text)
{
    uint8_t hash[32];
    uint64_t value = 0;
    crypto_sha256(text, strlen(text), hash);
    for (int i = 0; i < 8; i++)
        value = value << 8 | hash[i];
    return value ? value : 1;
}

void crypto_id(char *out, const char *prefix, int length)
{
    size_t at = strlen(prefix);
    memcpy(out, prefix, at);
    for (int i = 0; i < length; i++)
        out[at++] = "0123456789abcdefghijklmnopqrstuvwxyz"[randombytes_uniform(36)];
    out[at] = 0;
}
