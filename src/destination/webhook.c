/* webhook: a public reply as a Standard Webhooks message (destinations.md 1a). The id comes from what never changes
 * about a parcel, so every attempt, before and after a restart, carries the same; it is a hash because a ticket's key may
 * hold anything, and the account and time are in it because another database counts its parcels from 1 as well. Pure. */
#include "destination/destination.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/json.h"
#include "dialect/signature.h"
#include "config.h"
#include <string.h>

enum { ID_BYTES = 16 };

static const char *id_of(struct arena *arena, const struct letter *l)
{
    char *from = arena_printf(arena, "%s\x1f%s\x1f%s\x1f%lld\x1f%lld", l->account, l->key ? l->key : "", l->message_id,
                              (long long)l->parcel, (long long)l->at);
    uint8_t hash[32];
    char hex[2 * ID_BYTES + 1];
    crypto_sha256(from, strlen(from), hash);
    crypto_hex(hash, ID_BYTES, hex);
    return arena_printf(arena, "msg_%s", hex);
}

static char *body_of(struct arena *arena, const struct letter *l)
{
    char at[32];
    clock_format(l->at, at);
    AUTO_JSON root = json_object();
    struct json *data = json_object(), *ticket = json_object(), *message = json_object();
    json_put_i64(ticket, "id", l->ticket);
    json_put_string(ticket, "key", l->key);
    json_put_string(ticket, "source_id", l->source_id);
    json_put_string(ticket, "account", l->account);
    json_put_string(message, "id", l->message_id);
    json_put_string(message, "author", l->author);
    json_put_string(message, "text", l->body);
    json_put_string(message, "created_at", at);
    json_put(data, "ticket", ticket);
    json_put(data, "message", message);
    json_put_string(root, "type", "message.created");
    json_put_string(root, "timestamp", at);
    json_put(root, "data", data);
    return json_print_in(arena, root);
}

static void header(struct delivery *r, const char *name, const char *value)
{
    r->headers[r->header_count++] = (struct delivery_header){name, value};
}

/* id, time and signature; without a secret the first two only. */
static void sign(struct arena *arena, const struct letter *l, const char *id, int64_t now, struct delivery *r)
{
    struct signature_header signed_headers[4];
    if (!l->secret || !*l->secret) {
        header(r, "webhook-id", id);
        header(r, "webhook-timestamp", arena_printf(arena, "%lld", (long long)(now / 1000)));
        return;
    }
    int n = signature_sign(arena, "standard", l->secret, id, now / 1000, r->body, r->body_n, signed_headers);
    for (int i = 0; i < n; i++)
        header(r, signed_headers[i].name, signed_headers[i].value);
}

static bool url_is_plain(const char *url)
{
    for (const unsigned char *p = (const unsigned char *)url; *p; p++)
        if (*p <= 0x20 || *p == 0x7f)
            return false;
    return *url != '\0';
}

static bool compose(struct arena *arena, const struct letter *l, int64_t now, struct delivery *out, struct err *err)
{
    struct delivery r = {.url = l->url};
    if (!l->url || !url_is_plain(l->url))
        return err_set(err, ERR_INPUT, "composing parcel %lld: its URL is empty or holds spaces", (long long)l->parcel);
    const char *id = id_of(arena, l);
    r.body = body_of(arena, l);
    r.body_n = strlen(r.body);
    header(&r, "Content-Type", "application/json");
    header(&r, "User-Agent", "triage/" PACKAGE_VERSION);
    header(&r, "Idempotency-Key", id);
    sign(arena, l, id, now, &r);
    *out = r;
    return true;
}

/* Only 2xx is a yes and only 410 a final no; everything else may be better later. 429 with a wait is the other side's
 * pace, not a failure. */
static struct verdict judge(const struct reply *reply, int64_t now)
{
    struct verdict v = {.kind = VERDICT_RETRY, .retry_after = destination_retry_after(reply->retry_after, now)};
    if (reply->status >= 200 && reply->status < 300)
        return (struct verdict){.kind = VERDICT_DELIVERED};
    if (reply->status == 410)
        return (struct verdict){.kind = VERDICT_DEAD};
    if (reply->status == 429 && v.retry_after)
        v.kind = VERDICT_WAIT;
    return v;
}

const struct destination destination_webhook = {.name = "webhook", .compose = compose, .judge = judge};
