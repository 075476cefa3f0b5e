/* cstar_ticket: a ticket's snapshot, what `changes` says of it, and the message that came with it. */
#include "dialect/cstar.h"
#include "dialect/machine.h"
#include <inttypes.h>
#include <string.h>

static int status_of(struct cstar *c, const struct json *node, bool *custom)
{
    static const struct decode_word words[] = {{"new", STATUS_NEW}, {"open", STATUS_OPEN}, {"pending", STATUS_PENDING},
                                               {"resolved", STATUS_RESOLVED}, {"closed", STATUS_CLOSED}, {NULL, 0}};
    static const char *const waiting[] = {"wait", "hold", "pending", "customer"};
    const char *text = json_string(node);
    *custom = false;
    if (decode_given(node) && !text)
        decode_warn(&c->d, "type", "status", false);
    if (decode_blank(text))
        return STATUS_NONE;
    int status = decode_word_value(&c->d, text, words);
    if (status >= 0)
        return status;
    *custom = true;
    for (size_t i = 0; i < sizeof waiting / sizeof *waiting; i++)
        if (strstr(decode_lower(&c->d, text), waiting[i]))
            return STATUS_PENDING;
    return STATUS_OPEN;
}

static void read_status(struct cstar *c, const struct json *ticket)
{
    struct observation *obs = c->d.obs;
    const struct json *node = cstar_value(c, ticket, "status", NULL);
    bool custom, create = obs->kind == KIND_CREATE, close = obs->kind == KIND_CLOSE;
    int status = status_of(c, node, &custom);
    if (close && status && !ticket_done(status))
        decode_warn(&c->d, "conflict", "status", false);
    if (custom) {
        decode_warn(&c->d, "custom", "status", true);
        observe_say_text(obs, "status_raw", json_string(node));
    }
    if (close)
        status = status == STATUS_RESOLVED ? STATUS_RESOLVED : STATUS_CLOSED;
    else if (create && !status)
        status = STATUS_NEW;
    obs->status_initial = create;
    obs->status_guess = !status;
    if (status)
        observe_say_int(obs, "status", status);
}

static void read_priority(struct cstar *c, const struct json *ticket)
{
    static const struct decode_word words[] = {
        {"low", PRIORITY_LOW}, {"normal", PRIORITY_NORMAL}, {"medium", PRIORITY_NORMAL},
        {"high", PRIORITY_HIGH}, {"urgent", PRIORITY_URGENT}, {"critical", PRIORITY_URGENT}, {NULL, 0}};
    char *text = decode_text(&c->d, cstar_value(c, ticket, "priority", "ticket_priority"), "priority");
    int priority = decode_blank(text) ? 0 : decode_word_value(&c->d, text, words);
    if (priority > 0) {
        observe_say_int(c->d.obs, "priority", priority);
    } else if (priority < 0) {
        decode_warn(&c->d, "enum", "priority", false);
        observe_say_text(c->d.obs, "priority_raw", text);
    }
}

static void read_assignee(struct cstar *c, const struct json *ticket)
{
    const struct json *node = cstar_value(c, ticket, "assignedTo", NULL);
    if (!node && c->d.obs->kind == KIND_ASSIGN)
        node = cstar_pick(c->data, "assignee");
    if (!node)
        return;
    const char *key = cstar_agent(c, node, "assignedTo");
    if (key)
        observe_say_text(c->d.obs, "assignee", key);
    else
        observe_say_null(c->d.obs, "assignee");
}

static void read_customer(struct cstar *c, const struct json *ticket)
{
    struct decode *d = &c->d;
    const struct json *customer = cstar_object(c->data, "customer");
    const struct json *id = cstar_changed(c, "customerId"), *name = cstar_pick(customer, "name"), *email = cstar_pick(customer, "email");
    id = id ? id : cstar_pick(customer, "id");
    id = id ? id : cstar_pick(ticket, "customerId");
    name = name ? name : cstar_pick(ticket, "customerName");
    name = name ? name : json_get(c->root, "customer_name");
    email = email ? email : cstar_pick(ticket, "customerEmail");
    email = email ? email : json_get(c->root, "customer_email");
    char *source_id = decode_id(d, id, "customerId");
    decode_customer(d, source_id ? arena_printf(d->arena, "cstar:%s", source_id) : NULL, source_id,
                    decode_text(d, name, "customerName"), decode_text(d, email, "email"), NULL, NULL);
}

/* The flat copies must agree with what is nested. */
static void check_flat(struct cstar *c, const struct json *ticket)
{
    const struct json *customer = cstar_object(c->data, "customer");
    const struct json *name = cstar_pick(customer, "name"), *email = cstar_pick(customer, "email");
    const struct {
        const char *flat;
        const struct json *nested;
    } pairs[] = {{"ticket_id", cstar_pick(ticket, "id")}, {"ticket_title", cstar_pick(ticket, "title")},
                 {"ticket_priority", cstar_pick(ticket, "priority")},
                 {"customer_name", name ? name : cstar_pick(ticket, "customerName")}, {"customer_email", email}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct json *flat = json_get(c->root, pairs[i].flat);
        if (decode_given(flat) && pairs[i].nested && !cstar_same(c, flat, pairs[i].nested))
            decode_warn(&c->d, "conflict", "flat", false);
    }
}

static void read_tags(struct cstar *c, const struct json *ticket)
{
    const struct json *node = cstar_value(c, ticket, "tags", NULL);
    int count;
    if (!decode_given(node))
        return;
    observe_say_text(c->d.obs, "tags", cstar_tags(c, node, "tags", &count));
    if (count)
        decode_extra(&c->d, "tags", "%d", count);
}

static int64_t read_resolution(struct cstar *c, int64_t created_at)
{
    const struct json *resolution = cstar_object(c->data, "resolution");
    struct decode *d = &c->d;
    int64_t closed = 0, spent = 0;
    if (decode_when(d, cstar_pick(resolution, "closedAt"), "closedAt", &closed))
        observe_say_int(d->obs, "closed_at", closed);
    const char *by = cstar_agent(c, cstar_pick(resolution, "closedBy"), "closedBy");
    observe_say_text(d->obs, "closed_by", by);
    if (by)
        decode_extra(d, "closed_by", "%s", by);
    d->soft_types = true;
    bool has = decode_int(d, cstar_pick(resolution, "resolutionTime"), "resolutionTime", &spent);
    d->soft_types = false;
    if (has && spent < 0)
        decode_warn(d, "range", "resolutionTime", false);
    if (!has && closed && created_at) {
        spent = closed - created_at;
        has = true;
    }
    return has && spent >= 0 ? spent : -1;
}

static void read_close(struct cstar *c, int64_t created_at)
{
    int64_t spent = read_resolution(c, created_at);
    if (spent < 0)
        return;
    observe_say_int(c->d.obs, "resolution_ms", spent);
    decode_extra(&c->d, "resolution_ms", "%" PRId64, spent);
}

static void read_message(struct cstar *c)
{
    static const char *const bodies[] = {"content", "text", "body"};
    struct decode *d = &c->d;
    const struct json *message = cstar_object(c->data, "message");
    const char *body = NULL;
    if (!message) {
        decode_warn(d, "missing", "message", false);
        return;
    }
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies && !body; i++)
        body = decode_text(d, json_get(message, bodies[i]), bodies[i]);
    const char *id = decode_id(d, cstar_pick(message, "id"), "message.id");
    if (!id && d->out->key)
        id = arena_printf(d->arena, "ev:%s", strchr(d->out->key, ':') + 1);
    struct message *m = decode_message(d, id, "h", body);
    const char *sender = json_string(cstar_pick(message, "sender"));
    bool hidden = false;
    int64_t at;
    decode_flag(d, cstar_pick(message, "isInternal"), "isInternal", &hidden);
    m->author_kind = decode_role(sender ? decode_lower(d, sender) : NULL);
    m->origin = hidden ? ORIGIN_NOTE : ORIGIN_REPLY;
    m->is_public = !hidden;
    m->author = decode_text(d, cstar_pick(message, "senderName"), "senderName");
    m->automatic = machine_wrote(message, m->author);
    if (decode_when(d, cstar_pick(message, "createdAt"), "createdAt", &at))
        m->at = decode_clamp(d, at);
    const struct json *files = decode_list(d, cstar_pick(message, "attachments"), "attachments");
    m->assets = decode_json(d, files);
    m->asset_count = (int64_t)json_count(files);
}

static void read_place(struct cstar *c, const struct json *ticket)
{
    static const char *const known[] = {
        "id", "title", "status", "priority", "tags", "channel", "customerId", "customer_id", "customerName", "customer_name",
        "customerEmail", "customer_email", "assignedTo", "assigned_to", "createdAt", "created_at", "updatedAt", "updated_at",
        "prefixedId", "prefixed_id", "dashboardUrl", "dashboard_url", NULL};
    struct decode *d = &c->d;
    const char *team = decode_text(d, json_get(c->root, "team_id"), "team_id");
    observe_say_text(d->obs, "tenant", team && *team ? team : arena_strdup(d->arena, d->in->account));
    observe_say_text(d->obs, "channel", decode_text(d, cstar_pick(ticket, "channel"), "channel"));
    observe_say_text(d->obs, "ref", decode_text(d, cstar_pick(ticket, "prefixedId"), "prefixedId"));
    observe_say_text(d->obs, "url", decode_text(d, cstar_pick(ticket, "dashboardUrl"), "dashboardUrl"));
    if (c->data != ticket || !json_get(ticket, "changes"))
        observe_say_text(d->obs, "metadata", decode_rest(d, ticket, known));
}

static int64_t read_times(struct cstar *c, const struct json *ticket)
{
    struct decode *d = &c->d;
    int64_t created = 0, updated = 0;
    if (decode_when(d, cstar_pick(ticket, "createdAt"), "createdAt", &created))
        observe_say_int(d->obs, "created_at", created);
    if (decode_when(d, cstar_pick(ticket, "updatedAt"), "updatedAt", &updated))
        observe_say_int(d->obs, "updated_at", updated);
    else if (d->out->has_time)
        observe_say_int(d->obs, "updated_at", d->out->occurred_at);
    return created;
}

/* data.ticket; the oldest shape, where data is the ticket; or nothing, and the flat keys must do. */
static const struct json *find_ticket(struct cstar *c)
{
    const struct json *ticket = cstar_object(c->data, "ticket");
    if (ticket || !cstar_pick(c->data, "id"))
        return ticket;
    decode_warn(&c->d, "shape", "data", true);
    return c->data;
}

bool cstar_ticket(struct cstar *c)
{
    struct decode *d = &c->d;
    const struct json *ticket = find_ticket(c);
    const struct json *id_node = cstar_pick(ticket, "id") ? cstar_pick(ticket, "id") : json_get(c->root, "ticket_id");
    const char *id = decode_id(d, id_node, "ticket_id");
    if (!id)
        return decode_fatal(d, "ticket id missing");
    decode_says(d, c->row->effect, c->row->kind);
    decode_ticket(d, id, arena_printf(d->arena, "cstar:%s", id));
    check_flat(c, ticket);
    cstar_check(c, ticket);
    const char *title = decode_text(d, cstar_value(c, ticket, "title", "ticket_title"), "title");
    observe_say_text(d->obs, "title", title);
    read_status(c, ticket);
    read_priority(c, ticket);
    read_assignee(c, ticket);
    read_customer(c, ticket);
    read_place(c, ticket);
    int64_t created_at = read_times(c, ticket);
    if (c->row->kind == KIND_CLOSE)
        read_close(c, created_at);
    read_tags(c, ticket);
    if (c->row->kind == KIND_MESSAGE)
        read_message(c);
    d->obs->v.n = d->obs->message_count;
    decode_extra_title(d, title);
    return true;
}
