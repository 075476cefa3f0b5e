/* ripio: outcomes of support tickets registered through Ripio's Ramps API. CREATED and FAILED say whether the
 * registration worked, not that anything was solved: only `registration` moves, the ticket stays new and the
 * conversation goes on by e-mail at Ripio. Their other event families on the same address are stored. */
#include "dialect/ripio.h"
#include "base/str.h"
#include "dialect/decode.h"
#include <string.h>
#include <strings.h>

char *ripio_key(struct arena *arena, const char *id)
{
    return arena_printf(arena, "ripio:%s", id);
}

char *ripio_known(struct arena *arena, const char *account)
{
    return arena_printf(arena, "account:%s", account);
}

char *ripio_closed(struct arena *arena, const char *account)
{
    return arena_printf(arena, "closed:%s", account);
}

static const char family[] = "SUPPORT_TICKET.";

static bool in_family(const char *type)
{
    return type && strncasecmp(type, family, sizeof family - 1) == 0;
}

static int detect(const struct json *root)
{
    const struct json *type = json_get(root, "eventType");
    const char *text = json_string(type);
    bool mine = type && (json_get(root, "supportTicket") || json_get(root, "issueDatetime") ||
                         (text && strncmp(text, family, sizeof family - 1) == 0));
    return mine ? DOOR_WEBHOOK : -1;
}

static const struct outcome {
    const char *status;
    int effect, kind, registration;
} outcomes[] = {
    {"CREATED", EFFECT_REGISTER, KIND_REGISTER, REGISTRATION_CREATED},
    {"FAILED", EFFECT_REGISTER_FAILED, KIND_REGISTER_FAILED, REGISTRATION_FAILED},
    {"PENDING", EFFECT_CREATE, KIND_CREATE, REGISTRATION_PENDING},
};

static const struct outcome *outcome_of(const char *status)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].status, status) == 0)
            return &outcomes[i];
    return NULL;
}

static char *upper(struct decode *d, const char *text)
{
    char *copy = arena_strdup(d->arena, text);
    for (char *p = copy; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - ('a' - 'A'));
    return copy;
}

/* The key belongs to the CREATED event alone. */
static const char *read_issue_key(struct decode *d, const struct json *ticket, int registration)
{
    const char *key = decode_optional(d, ticket, "issueKey");
    if (registration == REGISTRATION_CREATED && !key)
        decode_warn(d, "missing", "issueKey", false);
    if (registration != REGISTRATION_FAILED || !key)
        return key;
    decode_warn(d, "unexpected", "issueKey", false);
    return NULL;
}

static void check_status(struct decode *d, const struct json *ticket, const char *status)
{
    const char *inner = decode_required(d, ticket, "status");
    if (inner && strcasecmp(inner, status) != 0)
        decode_warn(d, "conflict", "status", false);
}

/* What this account knows of a customer; see dialect/ripio.h. */
static void read_customer(struct decode *d, const char *id, bool closed)
{
    const char *account = d->in->account ? d->in->account : "";
    struct json *data = json_object();
    json_put_string(data, "source_id", id);
    json_put_bool(data, closed ? ripio_closed(d->arena, account) : ripio_known(d->arena, account), true);
    decode_record(d, "customer", ripio_key(d->arena, id), data);
    if (!closed)
        observe_say_text(d->obs, "customer", ripio_key(d->arena, id));
}

/* A sibling family on the same address; no ticket, but its customer takes none any more. */
static void read_account(struct decode *d)
{
    const struct json *account = json_get(d->in->root, "account");
    bool active = false;
    const char *id = json_is(account, JSON_OBJECT) ? decode_id(d, json_get(account, "customerId"), "customerId") : NULL;
    if (id && (!json_bool(json_get(account, "isActive"), &active) || !active))
        read_customer(d, id, true);
}

static void read_outcome(struct decode *d, const struct json *ticket, const struct outcome *o, const char *id)
{
    decode_says(d, o->effect, o->kind);
    decode_ticket(d, id, arena_printf(d->arena, "ripio:%s", id));
    d->obs->status_initial = true;
    observe_say_int(d->obs, "status", STATUS_NEW);
    observe_say_int(d->obs, "registration", o->registration);
    if (d->out->has_time)
        observe_say_int(d->obs, "updated_at", d->out->occurred_at);
    if (!decode_given(json_get(d->in->root, "issueDatetime")))
        decode_warn(d, "missing", "issueDatetime", false);
    const char *key = read_issue_key(d, ticket, o->registration);
    observe_say_text(d->obs, "ref", key);
    if (key)
        decode_extra(d, "ref", "%s", key);
    const char *title = decode_required(d, ticket, "summary");
    observe_say_text(d->obs, "title", title);
    decode_extra_title(d, title);
    const char *customer = decode_id(d, json_get(ticket, "customerId"), "customerId");
    if (!decode_given(json_get(ticket, "customerId")))
        decode_warn(d, "missing", "customerId", false);
    if (customer)
        read_customer(d, customer, false);
    check_status(d, ticket, o->status);
}

static bool read_ticket(struct decode *d)
{
    const struct json *ticket = json_get(d->in->root, "supportTicket");
    const char *status = upper(d, d->out->type + sizeof family - 1);
    const struct outcome *o = outcome_of(status);
    const char *id = json_is(ticket, JSON_OBJECT) ? decode_id(d, json_get(ticket, "ticketId"), "ticketId") : NULL;
    if (o && !json_is(ticket, JSON_OBJECT))
        return decode_fatal(d, "supportTicket missing");
    if (o && !id)
        return decode_fatal(d, "ticketId missing");
    decode_key(d, "ripio", id ? arena_printf(d->arena, "%s:%s", id, status) : NULL);
    if (strncmp(d->out->type, family, sizeof family - 1) != 0 || strcmp(d->out->type + sizeof family - 1, status) != 0)
        decode_warn(d, "case", "eventType", false);
    if (o)
        read_outcome(d, ticket, o, id);
    else
        decode_warn(d, "enum", "status", true);
    return true;
}

static bool decode(struct arena *arena, const struct dialect_input *in, struct interpretation **out, int *count)
{
    static const char *const delivery_only[] = {"issueDatetime", NULL};
    struct decode d;
    if (!decode_begin(&d, arena, in))
        return decode_done(&d, out, count);
    const char *type = json_string(json_get(in->root, "eventType"));
    d.obs->dialect = "ripio";
    if (!type || !*type) {
        decode_fatal(&d, "eventType missing");
        return decode_done(&d, out, count);
    }
    d.out->type = arena_strdup(arena, type);
    decode_hash(&d, in->root, delivery_only);
    decode_occurred(&d, json_get(in->root, "issueDatetime"), "issueDatetime");
    if (in_family(type))
        read_ticket(&d);
    else
        decode_key(&d, "ripio", NULL);
    if (str_eq(type, "ACCOUNT.CLOSED"))
        read_account(&d);
    return decode_done(&d, out, count);
}

const struct dialect dialect_ripio = {
    .name = "ripio", .title = "Ripio", .badge = "RIPIO", .detect = detect, .decode = decode};
