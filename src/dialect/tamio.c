/* tamio: Tamio's (formerly plug&paid) agency ticket events. Every event carries the whole ticket, so replies are
 * merged by id and an unset teammate means unassigned. There is no event time: updated_at orders. */
#include "dialect/decode.h"
#include "dialect/machine.h"
#include <string.h>

enum { AUTOMATIC_MS = 2000 }; /* an agent's reply that soon after opening is the desk's automatic one (7.4) */
static const char family[] = "whitelabel-";

static int detect(const struct json *root)
{
    const char *type = json_string(json_get(root, "event_type"));
    return type && strncmp(type, family, sizeof family - 1) == 0 ? DOOR_WEBHOOK : -1;
}

static const struct type_row {
    const char *type;
    int effect, kind;
} types[] = {
    {"whitelabel-ticket-created", EFFECT_CREATE, KIND_CREATE},
    {"whitelabel-ticket-updated", EFFECT_UPDATE, KIND_UPDATE},
    {"whitelabel-ticket-assigned", EFFECT_ASSIGN, KIND_ASSIGN},
    {"whitelabel-ticket-resolved", EFFECT_RESOLVE, KIND_RESOLVE},
};

static const struct type_row *row_of(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0)
            return &types[i];
    return NULL;
}

static const struct json *either(const struct json *object, const char *name, const char *other)
{
    return json_get(object, name) ? json_get(object, name) : json_get(object, other);
}

/* --- replies --- */

static bool read_reply(struct decode *d, const struct json *reply, int64_t opened_at, int origin)
{
    int64_t at = d->obs->v.t;
    bool client = false;
    if (!json_is(reply, JSON_OBJECT)) {
        decode_warn(d, "type", "replies", false);
        return false;
    }
    const char *body = decode_text(d, json_get(reply, "text"), "text");
    const char *id = decode_id(d, json_get(reply, "id"), "reply.id");
    if (!id)
        decode_warn(d, "missing", "reply.id", false);
    struct message *m = decode_message(d, id, "h", body);
    if (!m)
        return false;
    if (decode_when(d, json_get(reply, "created_at"), "reply.created_at", &at))
        at = decode_clamp(d, at);
    decode_flag(d, either(reply, "is_client_reply", "is_customer_reply"), "is_client_reply", &client);
    const struct json *assets = decode_list(d, json_get(reply, "assets"), "assets");
    m->origin = origin;
    m->author_kind = client ? AUTHOR_CUSTOMER : AUTHOR_AGENT;
    m->automatic = machine_wrote(reply, NULL) || (!client && opened_at && at <= opened_at + AUTOMATIC_MS);
    m->at = at;
    m->assets = decode_json(d, assets);
    m->asset_count = (int64_t)json_count(assets);
    return true;
}

static void read_replies(struct decode *d, const struct json *data, const struct json *ticket, int64_t opened_at)
{
    const struct json *list = json_get(ticket, "replies"), *reply = json_get(data, "reply");
    if (!decode_given(list))
        decode_warn(d, "missing", "replies", false);
    for (const struct json *r = json_first(decode_list(d, list, "replies")); r; r = json_next(r))
        read_reply(d, r, opened_at, d->obs->message_count ? ORIGIN_REPLY : ORIGIN_DESCRIPTION);
    if (!decode_given(reply)) {
        if (d->obs->kind == KIND_UPDATE)
            decode_warn(d, "missing", "reply", false);
    } else if (read_reply(d, reply, opened_at, ORIGIN_REPLY)) {
        decode_warn(d, "reply-not-in-replies", NULL, true);
    }
    d->obs->v.n = d->obs->message_count;
}

/* --- the ticket --- */

static void read_status(struct decode *d, const struct json *ticket)
{
    struct observation *obs = d->obs;
    const struct json *node = json_get(ticket, "is_open");
    bool open, known = decode_flag(d, node, "is_open", &open);
    if (!decode_given(node))
        decode_warn(d, "missing", "is_open", false);
    obs->status_initial = obs->kind == KIND_CREATE;
    if (obs->kind == KIND_CREATE || obs->kind == KIND_RESOLVE) {
        bool name_says_open = obs->kind == KIND_CREATE;
        observe_say_int(obs, "status", name_says_open ? STATUS_NEW : STATUS_RESOLVED);
        if (known && open != name_says_open)
            decode_warn(d, "conflict", "is_open", false);
    } else if (known) {
        observe_say_int(obs, "status", open ? STATUS_OPEN : STATUS_RESOLVED);
    } else {
        obs->status_guess = true;
    }
}

/* Null unassigns: every event is a snapshot of it. */
static void read_assignee(struct decode *d, const struct json *ticket)
{
    const struct json *node = json_get(ticket, "teammate_id");
    if (!node)
        return;
    d->soft_types = true;
    const char *id = decode_id(d, node, "teammate_id");
    d->soft_types = false;
    if (id)
        observe_say_text(d->obs, "assignee", arena_printf(d->arena, "tamio:%s", id));
    else
        observe_say_null(d->obs, "assignee");
}

static void read_client(struct decode *d, const struct json *ticket)
{
    const struct json *client = either(ticket, "client", "customer");
    if (decode_given(client) && !json_is(client, JSON_OBJECT))
        decode_warn(d, "type", "client", false);
    const char *id = decode_id(d, json_get(client, "id"), "client.id");
    decode_customer(d, id ? arena_printf(d->arena, "tamio:%s", id) : NULL, id,
                    decode_text(d, json_get(client, "name"), "client.name"),
                    decode_text(d, json_get(client, "email"), "client.email"), NULL, NULL);
}

/* updated_at is the event's time; gives the moment the ticket was opened, 0 if unknown. */
static int64_t read_times(struct decode *d, const struct json *ticket)
{
    int64_t created = 0;
    const struct json *node = json_get(ticket, "updated_at");
    if (!decode_given(node))
        decode_warn(d, "missing", "updated_at", false);
    bool has = decode_occurred(d, node, "updated_at");
    int64_t updated = d->out->occurred_at;
    if (has)
        observe_say_int(d->obs, "updated_at", updated);
    if (decode_when(d, json_get(ticket, "created_at"), "created_at", &created))
        observe_say_int(d->obs, "created_at", created);
    if (has && created && updated >= created && d->obs->kind == KIND_RESOLVE)
        observe_say_int(d->obs, "resolution_ms", updated - created);
    return created;
}

static bool read_ticket(struct decode *d, const struct type_row *row)
{
    const struct json *data = json_get(d->in->root, "data"), *ticket = json_get(data, "ticket");
    const char *id = decode_id(d, json_get(ticket, "id"), "ticket.id");
    int64_t version = 0;
    if (!id)
        return decode_fatal(d, "ticket id missing");
    if (!json_i64(json_get(d->in->root, "api_version"), &version) || version != 2)
        decode_warn(d, "api_version", NULL, false);
    decode_says(d, row->effect, row->kind);
    decode_ticket(d, id, arena_printf(d->arena, "tamio:%s", id));
    int64_t opened_at = read_times(d, ticket);
    const char *title = decode_optional(d, ticket, "title");
    observe_say_text(d->obs, "title", title);
    observe_say_text(d->obs, "tenant", arena_strdup(d->arena, d->in->account));
    observe_say_text(d->obs, "category_raw", decode_optional(d, ticket, "category"));
    observe_say_text(d->obs, "subcategory", decode_optional(d, ticket, "subcategory"));
    observe_say_text(d->obs, "language", decode_optional(d, ticket, "language"));
    read_status(d, ticket);
    read_assignee(d, ticket);
    read_client(d, ticket);
    read_replies(d, data, ticket, opened_at);
    decode_extra_title(d, title);
    return true;
}

static bool decode(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count)
{
    static const char *const delivery_only[] = {"endpoint_id", NULL};
    struct decode d;
    if (!decode_begin(&d, arena, in))
        return decode_done(&d, out, count);
    const char *type = json_string(json_get(in->root, "event_type"));
    const struct json *id = json_get(in->root, "event_id");
    d.soft_email = true;
    d.obs->dialect = "tamio";
    if (!type || !*type) {
        decode_fatal(&d, "event_type missing");
        return decode_done(&d, out, count);
    }
    d.out->type = arena_strdup(arena, type);
    decode_hash(&d, in->root, delivery_only);
    if (!decode_given(id))
        decode_warn(&d, "missing", "event_id", false);
    decode_key(&d, "tamio", decode_id(&d, id, "event_id"));
    const struct type_row *row = row_of(type);
    if (row)
        read_ticket(&d, row);
    return decode_done(&d, out, count);
}

const struct dialect dialect_tamio = {
    .name = "tamio", .title = "Tamio", .badge = "TAMIO", .detect = detect, .decode = decode};
