/* format_cstar: cStar's webhook events as the seed prints them (dialects.md 5.3): member order, camelCase inside and snake_case
 * outside, times without decimals; and its generation of 2026, snake_case throughout and with events of its own. One row per
 * event: what its data holds. Members are written in camelCase and renamed as a whole for 2026.
 *
 * The game's records come in two spellings, the desk's own (core/score) and what cStar's events left (dialect/cstar); both are
 * read here. */
#include "destination/format.h"
#include "base/str.h"
#include "core/field.h"
#include <string.h>

enum generation { GENERATION_2025, GENERATION_2026 };
struct telling {
    struct arena *arena;
    const struct letter *letter;
    const struct json *record; /* its data */
    int generation;
    bool whole;                /* every change, in our own names where cStar has none */
};

/* --- values --- */

static struct json *text(const char *value)
{
    return json_new_string(value && *value ? value : NULL);
}

static struct json *when(const struct telling *t, int64_t ms)
{
    return json_new_string(ms > 0 ? format_seconds(t->arena, ms) : NULL);
}

static struct json *list(const char *json_text)
{
    return json_text && *json_text == '[' ? json_new_raw(json_text) : json_array();
}

/* A word the source has of its own goes back as it came, as long as the desk has not said otherwise. */
static const char *status_of(const struct ticket *t)
{
    bool own = str_eq(t->dialect, "cstar") && t->status_raw && *t->status_raw && t->status == t->source_status;
    return own ? t->status_raw : t->status == STATUS_ON_HOLD ? "pending" : t->status ? status_word(t->status) : "open";
}

/* Never null in the samples. */
static const char *priority_of(int priority)
{
    return priority_word(priority ? priority : PRIORITY_NORMAL);
}

/* --- the ticket --- */

/* Members of cStar's that have no field here. */
static void put_rest(const struct ticket *t, struct arena *arena, struct json *ticket)
{
    if (!str_eq(t->dialect, "cstar") || !t->metadata)
        return;
    const struct json *rest = json_parse_in(arena, t->metadata, strlen(t->metadata), &json_limits_dialect, NULL, NULL);
    for (const struct json *m = json_first(rest); json_is(rest, JSON_OBJECT) && m; m = json_next(m))
        if (!json_get(ticket, json_name(m)))
            json_put(ticket, json_name(m), json_copy(m));
}

static void put_if(struct json *object, const char *name, const char *value)
{
    if (value && *value)
        json_put_string(object, name, value);
}

static struct json *ticket_of(const struct telling *s, bool created)
{
    const struct ticket *t = s->letter->ticket;
    bool later = s->generation == GENERATION_2026;
    struct json *ticket = json_object();
    int64_t updated = s->letter->of == LETTER_EVENT && t->updated_at ? t->updated_at : s->letter->at;
    json_put_string(ticket, "id", format_ticket_id(s->arena, t));
    json_put_string(ticket, "title", t->title);
    json_put_string(ticket, "status", status_of(t));
    json_put_string(ticket, "priority", priority_of(t->priority));
    put_if(ticket, "channel", later ? t->channel : NULL);
    put_if(ticket, "prefixedId", later ? t->ref : NULL);
    json_put(ticket, "customerId", text(format_bare(t->customer)));
    json_put(ticket, "customerName", text(t->customer_name));
    if (t->tags || !later)
        json_put(ticket, "tags", list(t->tags));
    json_put(ticket, "createdAt", when(s, t->created_at || !created ? t->created_at : s->letter->at));
    put_if(ticket, "dashboardUrl", later ? t->url : NULL);
    if (!created) {
        json_put(ticket, "assignedTo", text(format_bare(t->assignee)));
        json_put(ticket, "updatedAt", when(s, updated));
    }
    put_rest(t, s->arena, ticket);
    return ticket;
}

static struct json *customer_of(const struct ticket *t)
{
    struct json *customer = json_object();
    json_put(customer, "id", text(format_bare(t->customer)));
    json_put(customer, "name", text(t->customer_name));
    json_put(customer, "email", text(t->customer_email));
    return customer;
}

static struct json *message_of(const struct telling *s, const struct message *m)
{
    struct json *message = json_object();
    json_put_string(message, "id", m->id);
    json_put_string(message, "sender", m->author_kind ? author_word(m->author_kind) : "customer");
    put_if(message, "senderName", m->author);
    json_put_string(message, "content", m->body);
    json_put(message, "createdAt", when(s, m->at ? m->at : s->letter->at));
    if (m->assets && m->asset_count)
        json_put(message, "attachments", json_new_raw(m->assets));
    return message;
}

/* --- changes --- */

static struct json *same(const struct json *value)
{
    return value ? json_copy(value) : json_new_null();
}

static struct json *status_value(const struct json *value)
{
    return json_new_string(str_eq(json_string(value), "on_hold") ? "pending" : json_string(value));
}

static struct json *priority_value(const struct json *value)
{
    return json_new_string(json_string(value) ? json_string(value) : priority_of(PRIORITY_NONE));
}

static struct json *key_value(const struct json *value)
{
    return text(format_bare(json_string(value)));
}

static struct json *tags_value(const struct json *value)
{
    return json_is(value, JSON_ARRAY) ? json_copy(value) : json_array();
}

static struct json *changes_of(const struct telling *s)
{
    static const struct { const char *field, *name; struct json *(*value)(const struct json *value); } names[] = {
        {"status", "status", status_value}, {"priority", "priority", priority_value}, {"assignee", "assignedTo", key_value},
        {"title", "title", same}, {"tags", "tags", tags_value}, {"customer", "customerId", key_value}};
    enum { NAMES = sizeof names / sizeof *names };
    struct json *changes = json_object();
    for (const struct json *row = json_first(s->letter->changes); row; row = json_next(row)) {
        const struct json *field = json_first(row), *from = json_next(field), *to = json_next(from);
        size_t i = 0;
        while (i < NAMES && !str_eq(names[i].field, json_string(field)))
            i++;
        if (!json_string(field) || (i == NAMES && !s->whole))
            continue;
        struct json *change = json_object(), *(*value)(const struct json *) = i < NAMES ? names[i].value : same;
        json_put(change, "from", value(from));
        json_put(change, "to", value(to));
        json_put(changes, i < NAMES ? names[i].name : json_string(field), change);
    }
    return changes;
}

/* --- data of tickets --- */

static struct json *created(const struct telling *s)
{
    struct json *data = json_object();
    json_put(data, "ticket", ticket_of(s, true));
    json_put(data, "customer", customer_of(s->letter->ticket));
    return data;
}

/* Of an event of ours, what changed is the event; another system's event does not say what was before. */
static struct json *updated(const struct telling *s)
{
    struct json *data = json_object(), *changes = changes_of(s);
    if (s->letter->of == LETTER_DESK && !json_count(changes) && !(s->whole && format_message(s->letter))) {
        json_free(changes);
        json_free(data);
        return NULL;
    }
    json_put(data, "ticket", ticket_of(s, false));
    json_put(data, "changes", changes);
    return data;
}

static struct json *closed(const struct telling *s)
{
    const struct ticket *t = s->letter->ticket;
    struct json *data = json_object(), *resolution = json_object();
    int64_t at = t->closed_at ? t->closed_at : t->resolved_at ? t->resolved_at : s->letter->at;
    const char *by = t->closed_by && *t->closed_by ? t->closed_by : t->assignee;
    json_put(resolution, "closedAt", when(s, at));
    json_put(resolution, "closedBy", text(format_bare(by)));
    json_put_i64(resolution, "resolutionTime", t->resolution_ms ? t->resolution_ms : t->created_at && at > t->created_at ? at - t->created_at : 0);
    json_put(data, "ticket", ticket_of(s, false));
    json_put(data, "resolution", resolution);
    return data;
}

static struct json *assigned(const struct telling *s)
{
    struct json *data = json_object(), *assignee = json_object();
    json_put(assignee, "id", text(format_bare(s->letter->ticket->assignee)));
    json_put(data, "ticket", ticket_of(s, false));
    json_put(data, "assignee", s->letter->ticket->assignee ? assignee : json_new_null());
    if (!s->letter->ticket->assignee)
        json_free(assignee);
    return data;
}

/* What changed with it is told beside it: one change is one event. */
static struct json *message_added(const struct telling *s)
{
    const struct message *m = format_message(s->letter);
    if (!m)
        return NULL;
    struct json *data = json_object(), *changes = changes_of(s);
    json_put(data, "ticket", ticket_of(s, false));
    json_put(data, "message", message_of(s, m));
    if (json_count(changes))
        json_put(data, "changes", changes);
    else
        json_free(changes);
    return data;
}

static struct json *deleted(const struct telling *s)
{
    struct json *data = json_object(), *ticket = json_object();
    json_put_string(ticket, "id", format_ticket_id(s->arena, s->letter->ticket));
    json_put(data, "ticket", ticket);
    return data;
}

static struct json *escalated(const struct telling *s)
{
    struct json *data = created(s);
    json_put(data, "reason", text(s->letter->why));
    return data;
}

/* A page says beside it who is meant, which step this is, what else its letter names and how to stop it. */
static struct json *paged(const struct telling *s)
{
    const struct letter_page *p = s->letter->page;
    struct json *data = escalated(s), *page = json_object();
    json_put(page, "agent", text(*p->agent ? p->agent : NULL));
    json_put(page, "policy", text(p->policy));
    json_put_i64(page, "step", p->step + 1);
    json_put_i64(page, "steps", p->steps);
    json_put_i64(page, "round", p->loop + 1);
    json_put_string(page, "importance", p->high ? "high" : "normal");
    json_put(page, "also", p->also ? json_copy(p->also) : json_array());
    json_put_string(page, "acknowledge", arena_printf(s->arena, "triage ack %lld", (long long)s->letter->ticket->id));
    json_put(data, "page", page);
    return data;
}

/* --- data of records --- */

enum member_type { TEXT, INT, WHEN, BOOL, LIST, KEY };
struct member { const char *camel, *name, *other; enum member_type type; }; /* other: the name in the other spelling */

static const struct json *member(const struct telling *s, const char *name, const char *other)
{
    const struct json *node = json_get(s->record, name);
    return node || !other ? node : json_get(s->record, other);
}

static struct json *value_of(const struct telling *s, const struct member *m)
{
    const struct json *node = member(s, m->name, m->other);
    int64_t number;
    bool flag;
    switch (m->type) {
    case TEXT:
        return text(json_string(node));
    case KEY:
        return text(format_bare(json_string(node)));
    case INT:
        return json_i64(node, &number) ? json_new_i64(number) : json_new_null();
    case WHEN:
        return json_i64(node, &number) ? when(s, number) : json_new_null();
    case BOOL:
        return json_bool(node, &flag) ? json_new_bool(flag) : json_new_null();
    case LIST:
        return json_is(node, JSON_ARRAY) ? json_copy(node) : json_array();
    }
    return json_new_null();
}

static void put_members(const struct telling *s, const struct member *members, struct json *object)
{
    for (; members->camel; members++)
        json_put(object, members->camel, value_of(s, members));
}

/* {name: {id, members...}}; the id is the record's own where it says one, else its key. */
static struct json *about(const struct telling *s, const char *name, const struct member *members)
{
    struct json *data = json_object(), *object = json_object();
    const char *id = json_get_string(s->record, "id", NULL);
    json_put_string(object, "id", id ? id : format_bare(s->letter->record->key));
    put_members(s, members, object);
    json_put(data, name, object);
    return data;
}

static struct json *customer(const struct telling *s)
{
    static const struct member members[] = {
        {"name", "name", NULL, TEXT}, {"email", "email", "email_raw", TEXT}, {"status", "status", NULL, TEXT}, {"sentiment", "sentiment", NULL, TEXT},
        {"tags", "tags", NULL, LIST}, {"notes", "notes", NULL, TEXT}, {NULL, NULL, NULL, TEXT}};
    static const struct member counts[] = {{"ticketCount", "ticket_count", NULL, INT}, {"createdAt", "created_at", NULL, WHEN},
                                           {"updatedAt", "updated_at", NULL, WHEN}, {NULL, NULL, NULL, TEXT}};
    struct json *data = about(s, "customer", members), *object = (struct json *)(uintptr_t)json_get(data, "customer");
    const struct json *custom = json_get(s->record, "custom");
    json_put(object, "customFields", custom ? json_copy(custom) : json_object());
    put_members(s, counts, object);
    return data;
}

static struct json *article(const struct telling *s)
{
    static const struct member members[] = {
        {"title", "title", NULL, TEXT}, {"slug", "slug", NULL, TEXT}, {"excerpt", "excerpt", NULL, TEXT}, {"category", "category", NULL, TEXT},
        {"status", "status", NULL, TEXT}, {"isPublic", "public", NULL, BOOL}, {"tags", "tags", NULL, LIST}, {"viewCount", "views", NULL, INT},
        {"useCount", "uses", NULL, INT}, {"publishedAt", "published_at", NULL, WHEN}, {"createdAt", "created_at", NULL, WHEN},
        {"updatedAt", "updated_at", NULL, WHEN}, {NULL, NULL, NULL, TEXT}};
    return about(s, "article", members);
}

static struct json *boss(const struct telling *s)
{
    static const struct member members[] = {
        {"name", "name", NULL, TEXT}, {"tier", "tier", NULL, TEXT}, {"maxHp", "max_hp", NULL, INT}, {"currentHp", "hp", NULL, INT},
        {"ticketsRequired", "tickets_required", NULL, INT}, {"spawnedAt", "spawned_at", NULL, WHEN}, {NULL, NULL, NULL, TEXT}};
    return about(s, "boss", members);
}

/* Who hit it: the desk's list, or cStar's sums by player. */
static struct json *participants(const struct telling *s)
{
    struct json *all = json_array();
    const struct json *from = json_get(s->record, "participants") ? json_get(s->record, "participants") : json_get(s->record, "damage");
    bool by_name = json_is(from, JSON_OBJECT);
    for (const struct json *p = json_first(from); p; p = json_next(p)) {
        struct json *one = json_object();
        int64_t damage = 0;
        json_i64(by_name ? p : json_get(p, "damage"), &damage);
        json_put_string(one, "userId", format_bare(by_name ? json_name(p) : json_get_string(p, "agent", "")));
        json_put_i64(one, "damage", damage);
        json_push(all, one);
    }
    return all;
}

static struct json *defeated(const struct telling *s)
{
    static const struct member members[] = {{"name", "name", NULL, TEXT}, {"tier", "tier", NULL, TEXT}, {NULL, NULL, NULL, TEXT}};
    struct json *data = about(s, "boss", members), *rewards = json_object(), *blow = json_object();
    const struct json *given = json_get(s->record, "rewards");
    const char *by = json_get_string(s->record, "final_blow", NULL);
    json_put_string(blow, "userId", format_bare(by));
    json_put_string(blow, "userName", format_bare(by));
    json_put(data, "finalBlow", by ? blow : json_new_null());
    if (!by)
        json_free(blow);
    json_put(data, "participants", participants(s));
    json_put_i64(rewards, "xp", json_get_i64(given, "xp", json_get_i64(s->record, "reward_xp", 0)));
    json_put_i64(rewards, "gold", json_get_i64(given, "gold", json_get_i64(s->record, "reward_gold", 0)));
    json_put(data, "rewards", rewards);
    return data;
}

static struct json *level_up(const struct telling *s)
{
    static const struct member members[] = {{"oldLevel", "old_level", NULL, INT}, {"newLevel", "level", NULL, INT}, {"totalXp", "xp", NULL, INT},
                                            {NULL, NULL, NULL, TEXT}};
    struct json *data = json_object(), *player = json_object();
    const char *id = format_bare(json_get_string(s->record, "agent", s->letter->record->key));
    json_put_string(player, "userId", id);
    json_put_string(player, "userName", json_get_string(s->record, "name", id));
    put_members(s, members, player);
    json_put(data, "player", player);
    return data;
}

static struct json *unlocked(const struct telling *s)
{
    static const struct member members[] = {
        {"id", "id", "achievement", KEY}, {"name", "name", NULL, TEXT}, {"description", "description", NULL, TEXT}, {"tier", "tier", NULL, TEXT},
        {"xpReward", "xp", NULL, INT}, {"unlockedAt", "unlocked_at", NULL, WHEN}, {NULL, NULL, NULL, TEXT}};
    static const struct member who[] = {{"userId", "agent", "player", KEY}, {"userName", "agent", "player", KEY}, {NULL, NULL, NULL, TEXT}};
    struct json *data = json_object(), *achievement = json_object(), *player = json_object();
    put_members(s, members, achievement);
    put_members(s, who, player);
    json_put(data, "achievement", achievement);
    json_put(data, "player", player);
    return data;
}

static struct json *survey(const struct telling *s)
{
    static const struct member members[] = {{"ticketId", "ticket", NULL, KEY}, {"rating", "rating", NULL, INT}, {"comment", "comment", NULL, TEXT},
                                            {"submittedAt", "submitted_at", NULL, WHEN}, {NULL, NULL, NULL, TEXT}};
    const struct ticket *t = s->letter->ticket;
    struct json *data = about(s, "survey", members), *ticket = json_object(), *who = t ? customer_of(t) : json_object();
    json_put(ticket, "id", text(format_bare(json_get_string(s->record, "ticket", NULL))));
    json_put_string(ticket, "title", t ? t->title : NULL);
    json_put(data, "ticket", ticket);
    if (!t)
        json_put(who, "id", text(format_bare(json_get_string(s->record, "customer", NULL))));
    json_put(data, "customer", who);
    return data;
}

/* --- the events --- */

static const struct row {
    const char *type, *later; /* as of 2025 and of 2026; NULL: that generation has none */
    int what;                 /* of other systems' events, those that become this; 0 = none */
    bool record;              /* about a record, else about a ticket */
    struct json *(*data)(const struct telling *s);
} rows[] = {
    {"ticket.created", "ticket.created", WHAT_CREATED, false, created},
    {"ticket.updated", "ticket.updated", WHAT_UPDATED, false, updated},
    {"ticket.closed", "ticket.closed", WHAT_CLOSED, false, closed},
    {NULL, "ticket.assigned", WHAT_ASSIGNED, false, assigned},
    {NULL, "ticket.message_added", WHAT_MESSAGE, false, message_added},
    {NULL, "ticket.deleted", WHAT_DELETED, false, deleted},
    {"customer.created", "customer.created", 0, true, customer},
    {"customer.updated", "customer.updated", 0, true, customer},
    {"article.created", "article.created", 0, true, article},
    {"article.updated", "article.updated", 0, true, article},
    {"article.published", "article.published", 0, true, article},
    {"boss.spawned", "boss.spawned", 0, true, boss},
    {NULL, "boss.damaged", 0, true, boss},
    {"boss.defeated", "boss.defeated", 0, true, defeated},
    {"player.level_up", "player.level_up", 0, true, level_up},
    {"achievement.unlocked", "player.achievement_unlocked", 0, true, unlocked},
    {"survey.submitted", "survey.submitted", 0, true, survey},
};
enum { ROWS = sizeof rows / sizeof *rows };

static const char *type_in(const struct row *row, int generation)
{
    return generation == GENERATION_2026 ? row->later : row->type;
}

static const struct row *row_of(const char *type)
{
    for (size_t i = 0; i < ROWS; i++)
        if (str_eq(rows[i].type, type) || str_eq(rows[i].later, type))
            return &rows[i];
    return NULL;
}

static const struct row *row_of_what(int what, int generation)
{
    for (size_t i = 0; what && i < ROWS; i++)
        if (rows[i].what == what && type_in(&rows[i], generation))
            return &rows[i];
    return what == WHAT_ASSIGNED || what == WHAT_MESSAGE ? row_of_what(WHAT_UPDATED, generation) : NULL;
}

/* An event of our own has cStar's name already; a message has an event since 2026 only. */
static const struct row *choose(const struct letter *l, int generation)
{
    int what = format_what(l);
    bool message = what == WHAT_MESSAGE && generation == GENERATION_2026;
    const struct row *row = l->of == LETTER_DESK && !message ? row_of(l->type) : row_of_what(what, generation);
    bool there = row && type_in(row, generation) && (row->record ? l->record != NULL : l->ticket != NULL);
    bool reply = l->of == LETTER_REPLY && row && row->data == updated; /* no event says that in 2025 */
    return there && !reply ? row : NULL;
}

static struct telling telling_of(struct arena *arena, const struct letter *l, int generation)
{
    const char *data = l->record ? l->record->data : NULL;
    return (struct telling){.arena = arena, .letter = l, .generation = generation,
                            .record = data ? json_parse_in(arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL};
}

/* Takes the names of 2025 to those of 2026; what stands in custom fields is the customer's own. */
static struct json *renamed(struct arena *arena, const struct json *node)
{
    bool object = json_is(node, JSON_OBJECT);
    if (!object && !json_is(node, JSON_ARRAY))
        return json_copy(node);
    struct json *out = object ? json_object() : json_array();
    for (const struct json *m = json_first(node); m; m = json_next(m)) {
        if (!object) {
            json_push(out, renamed(arena, m));
            continue;
        }
        const char *camel = json_name(m);
        char *name = arena_alloc(arena, 2 * strlen(camel) + 1), *to = name;
        for (; *camel; camel++) {
            bool upper = *camel >= 'A' && *camel <= 'Z';
            if (upper && to > name)
                *to++ = '_';
            *to++ = upper ? (char)(*camel - 'A' + 'a') : *camel;
        }
        json_put(out, name, str_eq(name, "custom_fields") ? json_copy(m) : renamed(arena, m));
    }
    return out;
}

struct json *format_cstar_data(struct arena *arena, const struct letter *l)
{
    struct telling s = telling_of(arena, l, GENERATION_2025);
    const struct row *row = l->of == LETTER_DESK ? row_of(l->type) : row_of_what(format_what(l), GENERATION_2025);
    s.whole = true;
    if (str_eq(l->type, "triage.escalated") && l->ticket)
        return escalated(&s);
    if (l->page && l->ticket)
        return paged(&s);
    if (str_eq(l->type, "triage.audit_head") && s.record)
        return json_copy(s.record);
    if (!row || (row->record ? !l->record : !l->ticket))
        return NULL;
    struct json *data = row->data(&s);
    if (data && !row->record && format_message(l))
        json_put(data, "message", message_of(&s, l->message));
    return data;
}

/* --- the envelope --- */

/* Copies of what is nested; all of them, null where it is not known. */
static void put_flat(const struct row *row, const struct letter *l, const struct json *data, struct json *root)
{
    const struct ticket *t = row->record ? NULL : l->ticket;
    const struct json *who = json_get(data, "customer");
    if (t) {
        json_put_string(root, "ticket_id", json_get_string(json_get(data, "ticket"), "id", NULL));
        json_put_string(root, "ticket_title", t->title);
        json_put_string(root, "ticket_priority", priority_of(t->priority));
    }
    if (!t && row->data != customer)
        return;
    json_put(root, "customer_name", text(t ? t->customer_name : json_get_string(who, "name", NULL)));
    json_put(root, "customer_email", text(t ? t->customer_email : json_get_string(who, "email", NULL)));
}

static struct json *envelope(const struct telling *s, const struct row *row, bool flat)
{
    const struct letter *l = s->letter;
    const char *tenant = l->ticket && str_eq(l->ticket->dialect, "cstar") ? l->ticket->tenant : NULL;
    struct json *data = row->data(s), *root, *later;
    if (!data)
        return NULL;
    if (s->generation == GENERATION_2026) {
        later = renamed(s->arena, data);
        json_free(data);
        data = later;
    }
    root = json_object();
    json_put_string(root, "id", l->id);
    json_put_string(root, "type", type_in(row, s->generation));
    json_put(root, "created_at", when(s, l->at));
    json_put_string(root, "team_id", tenant ? tenant : l->team);
    json_put(root, "data", data);
    if (flat)
        put_flat(row, l, data, root);
    return root;
}

/* Copies of what the body says, as cStar's own receivers expect them; the body may be a stranger's. */
static void put_headers(struct arena *arena, const struct composing *c, const struct json *root, int generation, struct delivery *out)
{
    destination_add_header(out, "X-Webhook-ID", format_derived(arena, "wh_", 12, c->to->name));
    destination_add_header(out, "X-Event-Type", format_plain(arena, json_get_string(root, "type", c->letter->type)));
    destination_add_header(out, "X-Event-ID", format_plain(arena, json_get_string(root, "id", c->letter->id)));
    destination_add_header(out, "X-Timestamp", format_plain(arena, json_get_string(root, "created_at", format_seconds(arena, c->letter->at))));
    destination_add_header(out, "X-Delivery-Attempt", arena_printf(arena, "%lld", (long long)c->attempt));
    if (generation == GENERATION_2026)
        destination_add_header(out, "x-cstar-request-id",
                               format_derived(arena, "req_", 16, arena_printf(arena, "%s %lld", c->letter->id, (long long)c->attempt)));
}

static struct json *body(struct arena *arena, const struct composing *c, int generation, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    struct telling s = telling_of(arena, l, generation);
    const struct row *row = choose(l, generation);
    struct json *root = format_passes(l, "cstar") ? json_copy(l->payload) : row ? envelope(&s, row, c->to->flat) : NULL;
    if (!root)
        return format_none("cStar", l, err);
    put_headers(arena, c, root, generation, out);
    return root;
}

static struct json *body_2025(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    return body(arena, c, GENERATION_2025, out, err);
}

static struct json *body_2026(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    return body(arena, c, GENERATION_2026, out, err);
}

#define AGENT "cStar-Webhooks/1.0"
const struct format format_cstar = {.name = "cStar", .type = "application/json", .agent = AGENT, .scheme = "cstar-2025", .timeout = 30000, .body = body_2025};
const struct format format_cstar_2026 = {.name = "cStar", .type = "application/json", .agent = AGENT, .scheme = "cstar-2026", .rotates = true,
                                         .timeout = 10000, .body = body_2026};
