/* cstar: cStar's webhook events, both generations (2025: camelCase inside; 2026: snake_case), with or without the
 * flat keys, and the oldest shape where `data` is the ticket. Tickets are snapshots, `changes` says what moved and
 * beats them. Beside tickets come customers, articles and the game (boss, player, achievement) and surveys: those
 * are records. One table row per event type; an unknown type is stored. */
#include "dialect/cstar.h"
#include "base/str.h"
#include <string.h>

static int detect(const struct json *root)
{
    const char *id = json_string(json_get(root, "id"));
    bool mine = json_get(root, "type") &&
                (json_get(root, "data") || json_get(root, "team_id") || (id && str_starts(id, "evt_")));
    return mine ? DOOR_WEBHOOK : -1;
}

static const struct cstar_type types[] = {
    {"ticket.created", EFFECT_CREATE, KIND_CREATE, cstar_ticket},
    {"ticket.updated", EFFECT_UPDATE, KIND_UPDATE, cstar_ticket},
    {"ticket.closed", EFFECT_CLOSE, KIND_CLOSE, cstar_ticket},
    {"ticket.assigned", EFFECT_ASSIGN, KIND_ASSIGN, cstar_ticket},
    {"ticket.message_added", EFFECT_MESSAGE, KIND_MESSAGE, cstar_ticket},
    {"ticket.deleted", EFFECT_DELETE, KIND_DELETE, cstar_ticket},
    {"customer.created", EFFECT_CUSTOMER, KIND_NONE, cstar_customer},
    {"customer.updated", EFFECT_CUSTOMER, KIND_NONE, cstar_customer},
    {"customer.deleted", EFFECT_CUSTOMER, KIND_NONE, cstar_customer},
    {"article.created", EFFECT_ARTICLE, KIND_NONE, cstar_article},
    {"article.updated", EFFECT_ARTICLE, KIND_NONE, cstar_article},
    {"article.published", EFFECT_ARTICLE, KIND_NONE, cstar_article},
    {"article.deleted", EFFECT_ARTICLE, KIND_NONE, cstar_article},
    {"boss.spawned", EFFECT_BOSS, KIND_NONE, cstar_boss},
    {"boss.damaged", EFFECT_BOSS, KIND_NONE, cstar_boss},
    {"boss.defeated", EFFECT_BOSS, KIND_NONE, cstar_boss},
    {"player.level_up", EFFECT_PLAYER, KIND_NONE, cstar_player},
    {"player.xp_gained", EFFECT_PLAYER, KIND_NONE, cstar_player},
    {"player.quest_completed", EFFECT_PLAYER, KIND_NONE, cstar_player},
    {"player.streak_milestone", EFFECT_PLAYER, KIND_NONE, cstar_player},
    {"achievement.unlocked", EFFECT_ACHIEVEMENT, KIND_NONE, cstar_achievement},
    {"player.achievement_unlocked", EFFECT_ACHIEVEMENT, KIND_NONE, cstar_achievement},
    {"survey.submitted", EFFECT_SURVEY, KIND_NONE, cstar_survey},
};

static const struct cstar_type *row_of(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].type, type) == 0)
            return &types[i];
    return NULL;
}

static const char *header(const struct dialect_input *in, const char *name)
{
    return in->header ? in->header(in->header_arg, name) : NULL;
}

static const char *type_of(const struct dialect_input *in)
{
    const struct json *node = json_get(in->root, "type");
    const char *type = decode_given(node) ? json_string(node) : header(in, "X-Event-Type");
    return type && *type ? type : NULL;
}

/* The event's time: created_at, else X-Timestamp (text, so it is read like a member). */
static void read_time(struct cstar *c)
{
    struct decode *d = &c->d;
    const char *stamp = header(d->in, "X-Timestamp");
    const struct json *node = json_get(c->root, "created_at");
    if (!decode_given(node))
        decode_warn(d, "missing", "created_at", c->data != NULL);
    if (!decode_occurred(d, node, "created_at") && stamp) {
        AUTO_JSON text = json_new_string(stamp);
        decode_occurred(d, text, "X-Timestamp");
    }
}

static void read_envelope(struct cstar *c)
{
    struct decode *d = &c->d;
    const struct json *data = json_get(c->root, "data"), *id = json_get(c->root, "id");
    c->data = json_is(data, JSON_OBJECT) ? data : NULL;
    c->changes = cstar_object(c->data, "changes");
    if (!decode_given(id))
        decode_warn(d, "missing", "id", false);
    decode_key(d, "cstar", decode_id(d, id, "id"));
    read_time(c);
    if (!decode_given(json_get(c->root, "team_id")))
        decode_warn(d, "missing", "team_id", c->data != NULL);
    if (!c->data)
        decode_warn(d, decode_given(data) ? "type" : "missing", "data", false);
}

static bool decode(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count)
{
    static const char *const flat[] = {"ticket_id", "ticket_title", "ticket_priority", "customer_name", "customer_email", NULL};
    struct cstar c = {.root = in->root};
    if (!decode_begin(&c.d, arena, in))
        return decode_done(&c.d, out, count);
    c.d.obs->dialect = "cstar";
    const char *type = type_of(in);
    if (!type) {
        decode_fatal(&c.d, "type missing");
        return decode_done(&c.d, out, count);
    }
    c.d.out->type = arena_strdup(arena, type);
    decode_hash(&c.d, in->root, flat);
    read_envelope(&c);
    c.row = row_of(c.d.out->type);
    if (c.row) {
        decode_says(&c.d, c.row->effect, c.row->kind);
        c.row->read(&c);
    }
    return decode_done(&c.d, out, count);
}

const struct dialect dialect_cstar = {
    .name = "cstar", .title = "cStar", .badge = "CSTAR", .detect = detect, .decode = decode};
