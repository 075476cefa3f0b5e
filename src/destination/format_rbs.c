/* format_rbs: a new ticket as Red Broom's apps announce it to Camino (dialects.md 3.3): always in the envelope, what is required
 * always there, what is optional left out where it is unknown. They announce nothing else about a ticket. */
#include "destination/format.h"
#include "base/str.h"
#include "core/field.h"
#include <string.h>

static void put_known(struct json *object, const char *name, const char *text)
{
    if (text && *text)
        json_put_string(object, name, text);
}

static void put_always(struct json *object, const char *name, const char *text)
{
    json_put_string(object, name, text ? text : "");
}

/* The app's slug is the second part of its tickets' keys; another system's ticket comes from the door it came in by. */
static const char *source_of(struct arena *arena, const struct letter *l)
{
    const struct ticket *t = l->ticket;
    if (str_eq(t->dialect, "rbs") && t->key && str_starts(t->key, "rbs:"))
        return arena_strndup(arena, t->key + 4, strcspn(t->key + 4, ":"));
    return l->origin && *l->origin ? l->origin : "triage";
}

/* --- the conversation --- */

static struct json *entry_of(struct arena *arena, const struct message *m)
{
    struct json *entry = json_object();
    json_put_string(entry, "role", m->author_kind ? author_word(m->author_kind) : "customer");
    json_put_string(entry, "content", m->body);
    if (m->at)
        json_put_string(entry, "timestamp", format_millis(arena, m->at));
    return entry;
}

static int64_t opened_at(const struct letter *l)
{
    return l->ticket->created_at ? l->ticket->created_at : l->at;
}

/* The description is a member of its own, as are the turns of the app's own bot. Where its time is another than the event's, it
 * begins the history too: nothing else can tell its time. */
static void put_entries(struct arena *arena, const struct letter *l, struct json *data, const char *name, bool bot, const struct message *description)
{
    bool told = !description || !description->at || description->at == opened_at(l);
    const struct message **list;
    int count = format_messages(arena, l, &list);
    struct json *entries = json_array();
    for (int i = 0; i < count; i++)
        if ((list[i] != description || !told) && list[i]->body && (list[i]->origin == ORIGIN_AI) == bot)
            json_push(entries, entry_of(arena, list[i]));
    if (json_count(entries))
        json_put(data, name, entries);
    else
        json_free(entries);
}

static const struct message *description_of(struct arena *arena, const struct letter *l)
{
    const struct message **list;
    int count = format_messages(arena, l, &list);
    for (int i = 0; i < count; i++)
        if (list[i]->origin == ORIGIN_DESCRIPTION)
            return list[i];
    return count && list[0]->origin != ORIGIN_AI ? list[0] : NULL;
}

/* --- the members --- */

/* Our own words are RBS's but for one. A word of its own that is none of ours goes back as it came. */
static void put_labels(const struct ticket *t, struct json *data)
{
    bool own = str_eq(t->dialect, "rbs");
    put_known(data, "category", t->category ? category_word(t->category) : own ? t->category_raw : NULL);
    put_known(data, "priority", t->priority == PRIORITY_NORMAL ? "medium" : t->priority ? priority_word(t->priority) : own ? t->priority_raw : NULL);
}

static struct json *data_of(struct arena *arena, const struct letter *l)
{
    const struct ticket *t = l->ticket;
    const struct message *description = description_of(arena, l);
    const char *slash = t->tenant ? strchr(t->tenant, '/') : NULL;
    struct json *data = json_object();
    json_put_string(data, "source_ticket_id", format_ticket_id(arena, t));
    put_known(data, "tenant_id", slash ? slash + 1 : NULL);
    put_always(data, "user_id", format_bare(t->customer));
    put_always(data, "user_name", t->customer_name);
    put_always(data, "user_email", t->customer_email);
    put_known(data, "user_phone", t->customer_phone);
    put_known(data, "subscription_plan", t->plan);
    put_always(data, "subject", t->title);
    put_always(data, "description", description ? description->body : NULL);
    put_labels(t, data);
    put_entries(arena, l, data, "ai_chat_history", true, description);
    put_entries(arena, l, data, "conversation_history", false, description);
    if (description && description->assets)
        json_put(data, "attachments", json_new_raw(description->assets));
    if (t->metadata)
        json_put(data, "metadata", json_new_raw(t->metadata));
    return data;
}

/* A ticket that came without the envelope has its data alone. */
static struct json *bare_data(const struct letter *l)
{
    return format_passes(l, "rbs") && !json_get(l->payload, "eventType") ? json_copy(l->payload) : NULL;
}

static struct json *body(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    const struct ticket *t = l->ticket;
    (void)out;
    if (format_passes(l, "rbs") && json_get(l->payload, "eventType"))
        return json_copy(l->payload);
    if (format_what(l) != WHAT_CREATED)
        return format_none("Red Broom", l, err);
    struct json *root = json_object(), *bare = bare_data(l);
    json_put_string(root, "eventId", format_uuid(arena, l->id));
    json_put_string(root, "eventType", "support.ticket_created");
    json_put_string(root, "timestamp", format_millis(arena, opened_at(l)));
    json_put_string(root, "source", source_of(arena, l));
    json_put_string(root, "organizationId", t->tenant && !bare ? arena_strndup(arena, t->tenant, strcspn(t->tenant, "/")) : NULL);
    json_put(root, "data", bare ? bare : data_of(arena, l));
    return root;
}

const struct format format_rbs = {.name = "Red Broom", .type = "application/json", .scheme = "rbs", .body = body};
