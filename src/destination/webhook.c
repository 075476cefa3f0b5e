/* webhook: a letter as one signed POST (destinations.md 1). Pure. */
#include "destination/destination.h"
#include "base/clock.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "config.h"
#include <string.h>

/* A public reply on its way to the customer, in the form data/doc/api.md promises. */
static char *reply_body(struct arena *arena, const struct letter *l)
{
    char at[32];
    clock_format(l->message->at, at);
    AUTO_JSON root = json_object();
    struct json *data = json_object(), *ticket = json_object(), *message = json_object();
    json_put_i64(ticket, "id", l->ticket->id);
    json_put_string(ticket, "key", l->ticket->key);
    json_put_string(ticket, "source_id", l->ticket->source_id);
    json_put_string(ticket, "account", l->ticket->account);
    json_put_string(message, "id", l->message->id);
    json_put_string(message, "author", l->message->author);
    json_put_string(message, "text", l->message->body);
    json_put_string(message, "created_at", at);
    json_put(data, "ticket", ticket);
    json_put(data, "message", message);
    json_put_string(root, "type", l->type);
    json_put_string(root, "timestamp", at);
    json_put(root, "data", data);
    return json_print_in(arena, root);
}

/* id, time and signature; without a secret the first two only. */
static void sign(struct arena *arena, const struct composing *c, struct delivery *r)
{
    struct signature_header list[4];
    const char *secret = c->to->secret_count ? c->to->secrets[0] : NULL, *id = c->letter->id;
    if (!secret || !*secret) {
        destination_add_header(r, "webhook-id", id);
        destination_add_header(r, "webhook-timestamp", arena_printf(arena, "%lld", (long long)(c->now / 1000)));
        return;
    }
    int n = signature_sign(arena, "standard", secret, id, c->now / 1000, r->body, r->body_n, list);
    for (int i = 0; i < n; i++)
        destination_add_header(r, list[i].name, list[i].value);
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

static bool compose(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    struct delivery r = {.url = c->to->url, .allow_loopback = c->to->allow_loopback};
    if (c->letter->of != LETTER_REPLY || !c->letter->message || !c->letter->ticket)
        return err_set(err, ERR_NOT_FOUND, "this form has no event %s", c->letter->type);
    if (!plain_url(c->to->url))
        return err_set(err, ERR_INPUT, "the address is no URL");
    r.body = reply_body(arena, c->letter);
    r.body_n = strlen(r.body);
    destination_add_header(&r, "Content-Type", "application/json");
    destination_add_header(&r, "User-Agent", "triage/" PACKAGE_VERSION);
    destination_add_header(&r, "Idempotency-Key", c->letter->id);
    sign(arena, c, &r);
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
                                                .timeout = 10000, .compose = compose, .judge = judge};
