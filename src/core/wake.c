/* wake: time turned into state, and the next moment any rule wants to look again (architecture M3). There are no
 * timers: a ticket has one wake_at, found anew after every change, so that an ack or a resolve leaves nothing behind
 * to cancel. wake_ripen comes first, so that what time did to a field has its consequence in the same commit. Pure. */
#include "core/assignment.h"
#include "core/consequence.h"
#include "core/sla.h"

/* When the clock closes a resolved ticket: the window counts from when we learned that it is done, so that news of an
 * old resolution still leaves the customer the whole window to answer. */
static int64_t closes_at(const struct follow *f)
{
    const struct ticket *t = f->out->after;
    const struct sla_clock *c = &t->clock[SLA_RESOLUTION];
    int64_t since = t->resolved_at > t->received_at ? t->resolved_at : t->received_at;
    if (c->state == CLOCK_FULFILLED && c->since > since)
        since = c->since;
    return since + f->rules->reopen_window;
}

/* It comes back because it is time or because the customer wrote, and says which; a done ticket has nothing to come back for. */
static void unsnooze(struct follow *f)
{
    struct ticket *t = f->out->after;
    bool heard = f->before && t->last_customer_at > f->before->last_customer_at && t->wake_on != WAKE_ON_TIME;
    bool over = f->now >= t->snoozed_until;
    if (!t->snoozed_until || (!heard && !over && !ticket_done(t->status)))
        return;
    if (!ticket_done(t->status)) {
        t->woke_by = over ? WOKE_BY_TIME : WOKE_BY_REPLY;
        t->woke_at = f->now;
    }
    t->snoozed_before = t->snoozed_until;
    t->snoozed_until = 0;
    t->wake_on = WAKE_ON_NONE;
}

void wake_ripen(struct follow *f)
{
    struct ticket *t = f->out->after;
    bool was_done = f->before && ticket_done(f->before->status);
    if (ticket_done(t->status) && (!t->resolved_at || (f->before && !was_done && t->resolved_at == f->before->resolved_at)))
        t->resolved_at = f->now;
    unsnooze(f);
    if (was_done && t->status == STATUS_RESOLVED && f->now >= closes_at(f)) {
        t->status = STATUS_CLOSED;
        t->closed_at = t->desk_status_at = f->now;
    }
}

static void sooner(int64_t *at, int64_t other, int64_t now)
{
    other = other > now ? other : now + 1;
    if (!*at || other < *at)
        *at = other;
}

static void clocks(const struct follow *f, int64_t *at)
{
    const struct ticket *t = f->out->after;
    const struct config_sla *policy = sla_policy(f->rules, t, &f->facts->env);
    for (int i = 0; i < SLA_METRICS; i++) {
        int64_t next = t->clock[i].state == CLOCK_RUNNING ? sla_next_at(t, &t->clock[i], policy, f->now) : 0;
        if (next)
            sooner(at, next, f->now);
    }
}

static void escalation(const struct follow *f, int64_t *at)
{
    const struct escalation *e = &f->out->after->escalation;
    if (e->state == ESCALATION_TRIGGERED && e->next_at) {
        int64_t pace = e->stepped_at && e->stepped_at <= f->now ? e->stepped_at + 1000 : 0;
        sooner(at, e->next_at > pace ? e->next_at : pace, f->now);
    }
    if (e->state == ESCALATION_ACKNOWLEDGED && e->ack_expires_at)
        sooner(at, e->ack_expires_at, f->now);
    if (e->state == ESCALATION_SNOOZED)
        sooner(at, e->snoozed_until, f->now);
    if (e->state == ESCALATION_SUPPRESSED)
        sooner(at, e->held_until, f->now);
}

void wake_follow(struct follow *f)
{
    struct ticket *t = f->out->after;
    int64_t at = 0;
    clocks(f, &at);
    escalation(f, &at);
    if (t->snoozed_until)
        sooner(&at, t->snoozed_until, f->now);
    if (t->status == STATUS_RESOLVED)
        sooner(&at, closes_at(f), f->now);
    if (assignment_wake(f->rules, t, f->now) > f->now)
        sooner(&at, assignment_wake(f->rules, t, f->now), f->now);
    t->wake_at = at;
}
