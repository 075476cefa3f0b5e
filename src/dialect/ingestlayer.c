/* ingestlayer: support.ticket.created through its three doors: the REST batch (/v1/ingest, refused as a whole when
 * one event is wrong), the ingress (/whk/<token>, the body is the payload) and a webhook.out of somebody's own
 * pipeline. No customer identity travels in this dialect, and without an idempotency key nothing is a duplicate. */
#include "dialect/decode.h"
#include "dialect/machine.h"
#include "base/crypto.h"
#include <string.h>

enum { BATCH_MAX = 500 };
static const char created[] = "support.ticket.created";
static const char *const members[] = {"ticket_id", "subject", "body", "customer_tier", "channel", NULL};
static const char *const members_and_type[] = {"ticket_id", "subject", "body", "customer_tier", "channel", "type", NULL};

static int detect(const struct json *root)
{
    if (json_is(json_get(root, "events"), JSON_ARRAY))
        return DOOR_REST;
    return json_get(root, "type") && json_get(root, "payload") ? DOOR_OUT : -1;
}

/* --- the payload --- */

/* A word of a list the vendor names; another word is kept as it came. */
static void read_word(struct decode *d, const struct json *payload, const char *name, const char *field,
                      const struct decode_word *words)
{
    char *raw = decode_required(d, payload, name);
    if (decode_blank(raw))
        return;
    bool known = decode_word_value(d, raw, words) >= 0;
    if (!known)
        decode_warn(d, "enum", name, false);
    observe_say_text(d->obs, field, known ? decode_lower(d, raw) : raw);
}

static void read_extras(struct decode *d, const struct json *payload, const char *const *known)
{
    for (const struct json *m = json_first(payload); m; m = json_next(m)) {
        bool listed = false;
        for (const char *const *name = known; *name; name++)
            listed |= strcmp(*name, json_name(m)) == 0;
        if (!listed)
            decode_warn(d, "extra", json_name(m), false);
    }
    observe_say_text(d->obs, "metadata", decode_rest(d, payload, known));
}

static bool read_ticket(struct decode *d, const struct json *payload, const char *const *known)
{
    static const struct decode_word tiers[] = {{"free", 0}, {"pro", 1}, {"enterprise", 2}, {NULL, 0}};
    static const struct decode_word channels[] = {{"email", 0}, {"chat", 1}, {"form", 2}, {NULL, 0}};
    char *id = decode_id(d, json_get(payload, "ticket_id"), "ticket_id");
    if (!id)
        return decode_fatal(d, "ticket_id missing");
    decode_says(d, EFFECT_CREATE, KIND_CREATE);
    decode_ticket(d, id, arena_printf(d->arena, "ingest:%s", id));
    d->obs->status_initial = true;
    observe_say_int(d->obs, "status", STATUS_NEW);
    observe_say_int(d->obs, "created_at", d->out->has_time ? d->out->occurred_at : d->in->received_at);
    observe_say_int(d->obs, "updated_at", d->out->has_time ? d->out->occurred_at : d->in->received_at);
    observe_say_text(d->obs, "tenant", d->in->account ? arena_strdup(d->arena, d->in->account) : NULL);
    char *title = decode_required(d, payload, "subject"), *body = decode_required(d, payload, "body");
    observe_say_text(d->obs, "title", title);
    read_word(d, payload, "customer_tier", "plan", tiers);
    read_word(d, payload, "channel", "channel", channels);
    read_extras(d, payload, known);
    if (!decode_blank(body)) {
        struct message *m = decode_message(d, NULL, "h", body);
        m->author_kind = AUTHOR_CUSTOMER;
        m->origin = ORIGIN_DESCRIPTION;
        m->automatic = machine_wrote(payload, NULL);
    }
    d->obs->v.n = d->obs->message_count;
    decode_extra_title(d, title);
    return true;
}

static bool is_survey(const char *type)
{
    return strcmp(type, "survey.submitted") == 0 || strcmp(type, "support.survey.submitted") == 0;
}

/* The vendor has no such event of its own; a pipeline that puts one through names the ticket as it named it before. One that
 * names none, or no number, is kept and says nothing. */
static bool read_survey(struct decode *d, const struct json *payload)
{
    char *id = decode_id(d, json_get(payload, "ticket_id"), "ticket_id"), *survey = decode_id(d, json_get(payload, "survey_id"), "survey_id");
    const struct json *node = json_get(payload, "rating") ? json_get(payload, "rating") : json_get(payload, "score");
    int64_t rating, at;
    bool no_zone;
    if (!id || !decode_given(node) || !decode_int(d, node, "rating", &rating))
        return true;
    if (rating < 1 || rating > 5)
        decode_warn(d, "range", "rating", false);
    const char *about = arena_printf(d->arena, "ingest:%s", id), *key = survey ? arena_printf(d->arena, "ingest:%s", survey) : about;
    struct json *data = json_object();
    json_put_i64(data, "rating", rating);
    json_put_string(data, "ticket", about);
    if (json_string(json_get(payload, "comment")))
        json_put_string(data, "comment", decode_text(d, json_get(payload, "comment"), "comment"));
    if (decode_given(json_get(payload, "submitted_at")) && decode_time(json_get(payload, "submitted_at"), &at, &no_zone))
        json_put_i64(data, "submitted_at", decode_clamp(d, at));
    decode_says(d, EFFECT_SURVEY, KIND_REFER);
    decode_ticket(d, id, about);
    decode_extra(d, "survey", "%s", key);
    decode_record(d, "survey", key, data);
    return true;
}

/* --- the doors --- */

static bool read_type(struct decode *d, const struct json *event)
{
    const char *type = json_string(json_get(event, "type"));
    if (!type || !*type)
        return false;
    d->out->type = arena_strdup(d->arena, type);
    return true;
}

static void read_key(struct decode *d, const char *id, bool daily)
{
    if (!id)
        return;
    decode_key(d, "ingest", id);
    d->out->key_daily = daily;
}

static bool read_event(struct decode *d, const struct json *event, const char *time_name, const char *key_name, bool daily)
{
    const struct json *payload = json_get(event, "payload");
    d->soft_types = true;
    d->obs->dialect = "ingestlayer";
    if (!json_is(event, JSON_OBJECT))
        return decode_fatal(d, "event is not an object");
    decode_hash(d, event, NULL);
    if (!read_type(d, event))
        return decode_fatal(d, "type missing");
    read_key(d, decode_id(d, json_get(event, key_name), key_name), daily);
    decode_occurred(d, json_get(event, time_name), time_name);
    bool ticket = strcmp(d->out->type, created) == 0;
    if (!json_is(payload, JSON_OBJECT) && (ticket || d->in->door == DOOR_REST))
        return decode_fatal(d, "payload is not an object");
    if (is_survey(d->out->type) && json_is(payload, JSON_OBJECT))
        return read_survey(d, payload);
    return !ticket || read_ticket(d, payload, members);
}

static bool read_ingress(struct decode *d, const struct json *root)
{
    const char *header = d->in->header ? d->in->header(d->in->header_arg, "X-Ingest-Idempotency-Key") : NULL;
    d->soft_types = true;
    d->obs->dialect = "ingestlayer";
    decode_hash(d, root, NULL);
    if (!read_type(d, root))
        d->out->type = "webhook.in.received";
    if (header && *header) {
        /* The header is not signed: it may only narrow what the body says. */
        uint8_t hash[32];
        char hex[65];
        crypto_sha256(d->in->body, d->in->body_n, hash);
        crypto_hex(hash, 32, hex);
        read_key(d, arena_printf(d->arena, "%s:%.16s", header, hex), true);
    }
    if (is_survey(d->out->type))
        return read_survey(d, root);
    return strcmp(d->out->type, created) != 0 || read_ticket(d, root, members_and_type);
}

static bool refuse(struct decode *d, const char *reason, const char *kind, const char *field)
{
    decode_fatal(d, reason);
    d->out->effect = EFFECT_REJECT;
    d->out->warning_count = 0;
    decode_warn(d, kind, field, false);
    return false;
}

static bool read_batch(struct decode *d, struct interpretation **out, int *count)
{
    const struct dialect_input *in = d->in;
    const struct json *list = json_get(in->root, "events"), *event = json_first(list);
    size_t n = json_count(list);
    *out = d->out;
    *count = 1;
    if (!json_is(list, JSON_ARRAY))
        return refuse(d, "events is not an array", "fatal", "events is not an array");
    if (n < 1 || n > BATCH_MAX)
        return refuse(d, "a batch holds 1 to 500 events", "batch", arena_printf(d->arena, "%zu", n));
    struct interpretation *all = ARENA_ARRAY(d->arena, struct interpretation, n);
    for (size_t i = 0; i < n; i++, event = json_next(event)) {
        struct decode one;
        decode_one(&one, d->arena, in, &all[i]);
        if (n > 1)
            decode_extra(&one, "events", "%zu", n);
        all[i].index = (int)i;
        if (!read_event(&one, event, "timestamp", "idempotencyKey", true)) {
            all[i].effect = EFFECT_REJECT;
            all[i].type = NULL;
            *out = &all[i];
            return false;
        }
    }
    *out = all;
    *count = (int)n;
    return true;
}

static bool decode(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count)
{
    struct decode d;
    if (!decode_begin(&d, arena, in))
        return decode_done(&d, out, count);
    int seen = detect(in->root), door = in->door != DOOR_WEBHOOK ? in->door : seen >= 0 ? seen : DOOR_WHK;
    if (door == DOOR_REST)
        return read_batch(&d, out, count);
    if (door == DOOR_OUT)
        read_event(&d, in->root, "received_at", "id", false);
    else
        read_ingress(&d, in->root);
    return decode_done(&d, out, count);
}

const struct dialect dialect_ingestlayer = {
    .name = "ingestlayer", .title = "ingestlayer", .badge = "INGST", .detect = detect, .decode = decode};
