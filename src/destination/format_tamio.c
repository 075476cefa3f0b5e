/* format_tamio: Tamio's four agency ticket events (dialects.md 7.2). Each carries the whole ticket, seconds as integers, and
 * assets that are null rather than empty. A change is one event: a reply before an assignment, for the snapshot shows both;
 * a reopening without a reply has no event, nor has anything else that Tamio does not know. */
#include "destination/format.h"
#include "base/str.h"
#include "core/field.h"

static struct json *seconds(int64_t ms)
{
    return ms > 0 ? json_new_i64(ms / 1000) : json_new_null();
}

static struct json *reply_of(const struct message *m)
{
    struct json *reply = json_object();
    json_put_string(reply, "id", m->id);
    json_put_string(reply, "text", m->body);
    json_put_bool(reply, "is_client_reply", m->author_kind == AUTHOR_CUSTOMER);
    json_put(reply, "created_at", seconds(m->at));
    json_put(reply, "assets", m->assets && m->asset_count ? json_new_raw(m->assets) : json_new_null());
    return reply;
}

static struct json *replies_of(struct arena *arena, const struct letter *l)
{
    const struct message **list;
    int count = format_messages(arena, l, &list);
    struct json *replies = json_array();
    for (int i = 0; i < count; i++)
        if (list[i]->origin != ORIGIN_AI)
            json_push(replies, reply_of(list[i]));
    return replies;
}

static struct json *client_of(const struct ticket *t)
{
    struct json *client = json_object();
    if (!t->customer && !t->customer_name && !t->customer_email)
        return client;
    json_put_string(client, "id", format_bare(t->customer));
    json_put_string(client, "name", t->customer_name);
    json_put_string(client, "email", t->customer_email);
    return client;
}

/* updated_at is Tamio's only clock: of an event of ours it is when that happened. */
static int64_t updated_at(const struct letter *l)
{
    return l->of == LETTER_EVENT && l->ticket->updated_at ? l->ticket->updated_at : l->at;
}

static struct json *ticket_of(struct arena *arena, const struct letter *l)
{
    const struct ticket *t = l->ticket;
    struct json *ticket = json_object();
    json_put_string(ticket, "id", format_ticket_id(arena, t));
    json_put_string(ticket, "title", t->title);
    json_put_bool(ticket, "is_open", !ticket_done(t->status));
    json_put_string(ticket, "object", "ticket");
    json_put(ticket, "created_at", seconds(t->created_at ? t->created_at : l->at));
    json_put(ticket, "updated_at", seconds(updated_at(l)));
    json_put(ticket, "client", client_of(t));
    json_put_string(ticket, "teammate_id", format_bare(t->assignee));
    json_put(ticket, "replies", replies_of(arena, l));
    json_put_string(ticket, "category", t->category_raw ? t->category_raw : t->category ? category_word(t->category) : NULL);
    json_put_string(ticket, "subcategory", t->subcategory);
    json_put_string(ticket, "language", t->language);
    return ticket;
}

static struct json *body(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    static const char *const types[] = {[WHAT_CREATED] = "whitelabel-ticket-created", [WHAT_MESSAGE] = "whitelabel-ticket-updated",
                                        [WHAT_ASSIGNED] = "whitelabel-ticket-assigned", [WHAT_CLOSED] = "whitelabel-ticket-resolved",
                                        [WHAT_DELETED] = NULL};
    const struct letter *l = c->letter;
    int what = format_what(l);
    (void)out;
    if (format_passes(l, "tamio"))
        return json_copy(l->payload);
    if (!types[what])
        return format_none("Tamio", l, err);
    struct json *root = json_object(), *data = json_object();
    json_put_string(root, "event_id", format_derived(arena, "whev_", 17, l->id));
    json_put_string(root, "event_type", types[what]);
    json_put_i64(root, "api_version", 2);
    json_put_string(root, "object", "event");
    json_put(data, "ticket", ticket_of(arena, l));
    if (what == WHAT_MESSAGE && format_message(l))
        json_put(data, "reply", reply_of(l->message));
    json_put(root, "data", data);
    json_put_string(root, "endpoint_id", format_uuid(arena, c->to->name));
    return root;
}

const struct format format_tamio = {.name = "Tamio", .type = "application/json", .scheme = "tamio", .body = body};
