/* webhook: a letter as one signed POST (destinations.md 1). The body is a format's (format.h); what all share is here: the
 * address, who we are, the signature, and the two headers by which desks that feed each other notice it. Pure. */
#include "destination/destination.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "destination/format.h"
#include "dialect/signature.h"
#include "config.h"
#include <string.h>

static const struct format *format_of(const struct config_destination *to)
{
    static const struct format *const formats[FORMATS] = {
        [FORMAT_INGESTLAYER] = &format_ingestlayer, [FORMAT_STANDARD] = &format_standard, [FORMAT_CLOUDEVENTS] = &format_cloudevents,
        [FORMAT_CLOUDEVENTS_BINARY] = &format_cloudevents_binary, [FORMAT_CSTAR] = &format_cstar, [FORMAT_RIPIO] = &format_ripio,
        [FORMAT_RBS] = &format_rbs, [FORMAT_TAMIO] = &format_tamio};
    bool later = to->format == FORMAT_CSTAR && to->generation == 1;
    return later ? &format_cstar_2026 : formats[to->format];
}

/* What a URL may be made of: neither blanks nor controls, which would end the request line. */
static bool plain_url(const char *url)
{
    if (!url || !*url)
        return false;
    for (; *url; url++)
        if ((unsigned char)*url <= 0x20 || *url == 0x7f)
            return false;
    return true;
}

/* --- the body's bytes --- */

/* Characters beyond ASCII stand in strings alone, so that each can become \uXXXX where it is. */
static const char *ascii_of(struct arena *arena, const char *json_text)
{
    const char *end = json_text + strlen(json_text);
    char *out = arena_alloc(arena, 6 * (size_t)(end - json_text) + 1), *to = out;
    while (json_text < end) {
        uint32_t code = text_next(&json_text, end);
        unsigned units[2] = {code, 0};
        if (code >= 0x10000) {
            units[0] = 0xd800 + ((code - 0x10000) >> 10);
            units[1] = 0xdc00 + ((code - 0x10000) & 0x3ff);
        }
        if (code < 0x80)
            *to++ = (char)code;
        for (int i = 0; code >= 0x80 && i < 2 && units[i]; i++) {
            *to++ = '\\';
            *to++ = 'u';
            for (int shift = 12; shift >= 0; shift -= 4)
                *to++ = "0123456789abcdef"[units[i] >> shift & 15];
        }
    }
    *to = 0;
    return out;
}

static void put_body(struct arena *arena, const struct format *format, const struct json *root, struct delivery *r)
{
    r->body = json_print_in(arena, root);
    if (format->ascii)
        r->body = ascii_of(arena, r->body);
    r->body_n = strlen(r->body);
}

/* --- the signature --- */

/* The literal reading of "the raw body is signed": t is sent beside it, but is no part of it. */
static const char *body_only(struct arena *arena, const struct composing *c, const struct delivery *r)
{
    const struct crypto_part part = {r->body, r->body_n};
    uint8_t mac[32];
    char hex[65];
    crypto_hmac_sha256(c->to->secrets[0], strlen(c->to->secrets[0]), &part, 1, mac);
    crypto_hex(mac, sizeof mac, hex);
    return arena_printf(arena, "t=%lld,v1=%s", (long long)(c->now / 1000), hex);
}

/* While a secret is being changed both sign: "v1,A v1,B" and "t=1,v1=A,v1=B". */
static const char *both(struct arena *arena, const char *first, const char *second)
{
    const char *mac = strncmp(second, "t=", 2) == 0 ? strchr(second, ',') : NULL;
    return mac ? arena_printf(arena, "%s%s", first, mac) : arena_printf(arena, "%s %s", first, second);
}

static bool sign(struct arena *arena, const struct composing *c, const struct format *format, struct delivery *r)
{
    struct signature_header list[4], more[4];
    const struct config_destination *to = c->to;
    int n = signature_sign(arena, format->scheme, to->secrets[0], c->letter->id, c->now / 1000, r->body, r->body_n, list);
    if (!n)
        return false;
    if (format->rotates && to->secret_count > 1 && to->secrets[1] && *to->secrets[1]) {
        signature_sign(arena, format->scheme, to->secrets[1], c->letter->id, c->now / 1000, r->body, r->body_n, more);
        list[n - 1].value = both(arena, list[n - 1].value, more[n - 1].value);
    }
    if (to->sign_body_only && format == &format_ingestlayer)
        list[n - 1].value = body_only(arena, c, r);
    for (int i = 0; i < n; i++)
        destination_add_header(r, list[i].name, list[i].value);
    return true;
}

/* A Standard Webhook says its id and time also where nothing is signed. */
static bool put_auth(struct arena *arena, const struct composing *c, const struct format *format, struct delivery *r)
{
    const struct config_destination *to = c->to;
    bool signs = to->auth == DEST_AUTH_HMAC && to->secret_count && to->secrets[0] && *to->secrets[0];
    if (to->auth == DEST_AUTH_BEARER && to->token && *to->token)
        destination_add_header(r, "Authorization", arena_printf(arena, "Bearer %s", to->token));
    if (signs)
        return sign(arena, c, format, r);
    if (format == &format_standard) {
        destination_add_header(r, "webhook-id", c->letter->id);
        destination_add_header(r, "webhook-timestamp", arena_printf(arena, "%lld", (long long)(c->now / 1000)));
    }
    return true;
}

/* --- the request --- */

/* dialects.md 11: how a desk that gets its own news back knows to stop. */
static void put_origin(struct arena *arena, const struct letter *l, struct delivery *r)
{
    destination_add_header(r, "X-Triage-Origin", format_plain(arena, l->origin && *l->origin ? l->origin : "desk"));
    destination_add_header(r, "X-Triage-Hops", arena_printf(arena, "%lld", (long long)(l->hops > 0 ? l->hops : 1)));
}

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct format *format = format_of(c->to);
    struct delivery r = {.url = c->to->url, .allow_loopback = c->to->allow_loopback, .timeout = format->timeout};
    if (!plain_url(c->to->url))
        return err_set(err, ERR_INPUT, "the address is no URL");
    destination_add_header(&r, "Content-Type", format->type);
    destination_add_header(&r, "User-Agent", format->agent ? format->agent : "triage/" PACKAGE_VERSION);
    if (format->keyed || c->letter->of == LETTER_REPLY)
        destination_add_header(&r, "Idempotency-Key", c->letter->id);
    AUTO_JSON root = format->body(arena, c, &r, err);
    if (!root)
        return false;
    put_body(arena, format, root, &r);
    if (!put_auth(arena, c, format, &r))
        return err_set(err, ERR_INPUT, "it cannot be signed: its id is no plain word");
    put_origin(arena, c->letter, &r);
    *out = r;
    return true;
}

/* Only 2xx is a yes and only 410, once it is dead, closes the door; everything else may be better later. */
static struct verdict judge(struct arena *arena, const struct composing *c, const struct reply *reply, struct json *memo)
{
    (void)arena, (void)memo;
    struct verdict v = destination_judge_http(reply, c->now);
    if (v.kind == VERDICT_DEAD)
        v.kind = VERDICT_RETRY;
    return v;
}

const struct destination destination_webhook = {.kind = DEST_WEBHOOK, .name = "webhook", .title = "Webhook", .profile = PROFILE_DEFAULT,
                                                .timeout = 10000, .carries = true, .compose = compose, .judge = judge};
