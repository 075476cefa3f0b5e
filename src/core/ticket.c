/* ticket: what is true of a ticket by itself. Pure. */
#include "core/ticket.h"
#include "core/field.h"

bool ticket_done(int status)
{
    return status == STATUS_RESOLVED || status == STATUS_CLOSED;
}

bool ticket_is_open(const struct ticket *ticket)
{
    return !ticket_done(ticket->status) && !ticket->deleted;
}

bool ticket_differs(const struct ticket *ticket)
{
    return ticket->source_status > STATUS_NEW && ticket->source_status != ticket->status;
}

bool ticket_may_move(int from, int to)
{
    if (to == STATUS_NEW || to == STATUS_NONE || to == STATUS_CLOSED || from == to)
        return false;
    return from != STATUS_CLOSED;
}

struct ticket *ticket_copy(struct arena *arena, const struct ticket *ticket)
{
    struct ticket *copy = ARENA_NEW(arena, struct ticket);
    *copy = *ticket;
    for (int i = 0; i < field_count; i++)
        if (field_is_text(&field_table[i]))
            field_set_text(copy, &field_table[i], arena_strdup(arena, field_text(ticket, &field_table[i])));
    for (int i = 0; i < SLA_METRICS; i++) {
        copy->clock[i].policy = arena_strdup(arena, ticket->clock[i].policy);
        copy->clock[i].calendar = arena_strdup(arena, ticket->clock[i].calendar);
    }
    struct escalation *e = &copy->escalation;
    e->policy = arena_strdup(arena, e->policy);
    e->policy_version = arena_strdup(arena, e->policy_version);
    e->acked_by = arena_strdup(arena, e->acked_by);
    e->resolved_by = arena_strdup(arena, e->resolved_by);
    e->reason = arena_strdup(arena, e->reason);
    return copy;
}
