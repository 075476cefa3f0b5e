/* format_ripio: the outcome of a registration as Ripio tells it (dialects.md 4.3): compact, ASCII, the key there as null where
 * it failed. Ripio has no other event about a ticket. */
#include "destination/format.h"
#include "base/str.h"
#include "core/field.h"

/* Only what just became known is an event: a registration that changed, or that a new ticket already has. */
static bool is_outcome(const struct letter *l)
{
    bool known = l->ticket && (l->ticket->registration == REGISTRATION_CREATED || l->ticket->registration == REGISTRATION_FAILED);
    bool fresh = str_eq(l->type, "ticket.created") || (str_eq(l->type, "ticket.updated") && format_change(l, "registration"));
    return known && l->of == LETTER_DESK && fresh;
}

static struct json *body(struct arena *arena, const struct composing *c, struct delivery *out, struct err *err)
{
    const struct letter *l = c->letter;
    const struct ticket *t = l->ticket;
    (void)out;
    if (format_passes(l, "ripio"))
        return json_copy(l->payload);
    if (!is_outcome(l))
        return format_none("Ripio", l, err);
    bool created = t->registration == REGISTRATION_CREATED;
    struct json *root = json_object(), *ticket = json_object();
    json_put_string(root, "eventType", created ? "SUPPORT_TICKET.CREATED" : "SUPPORT_TICKET.FAILED");
    json_put_string(root, "issueDatetime", format_millis(arena, l->at));
    json_put_string(ticket, "ticketId", format_ticket_id(arena, t));
    json_put_string(ticket, "customerId", t->customer ? format_bare(t->customer) : "");
    json_put_string(ticket, "issueKey", created ? t->ref : NULL);
    json_put_string(ticket, "summary", t->title ? t->title : "");
    json_put_string(ticket, "status", created ? "CREATED" : "FAILED");
    json_put(root, "supportTicket", ticket);
    return root;
}

const struct format format_ripio = {.name = "Ripio", .type = "application/json", .scheme = "ripio", .ascii = true, .body = body};
