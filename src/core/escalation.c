/* escalation: the state machine of model.md 3. The rows of `rules` are tried once each, from top to bottom, against
 * the state the row before left; a change, an ack, a page that failed and the clock all come this way. There is no timer:
 * a step, an ack that runs out and a snooze that ends are moments in the struct, and wake_follow asks to be woken at the
 * earliest. Maintenance windows begin and end by the desk's own turns (core/desk), which wake every open escalation.
 *
 * Steps are planned from the step before, not from when it was carried out: after an outage the overdue ones come out
 * in order, each once, one per second (`paced`). A reminder is not a step: overdue ones collapse into one. Pure. */
#include "base/json.h"
#include "base/str.h"
#include "core/alarm.h"
#include "core/maintenance.h"
#include "core/step.h"

enum { SECOND = 1000, REMIND_EVERY = 3600 * SECOND, REOPENED_WITHIN = 3600 * SECOND, LAST_RESORT_DELAY = 300 * SECOND };

static struct escalation *of(struct follow *f)
{
    return &f->out->after->escalation;
}

static const struct config_escalation *policy_for(struct follow *f)
{
    for (int i = 0; i < f->rules->escalation_count; i++)
        if (when_eval(f->rules->escalations[i].when, f->out->after, &f->facts->env))
            return &f->rules->escalations[i];
    return NULL;
}

static void note(struct follow *f, const char *what, const char *told, const char *why)
{
    const struct escalation *e = of(f);
    follow_entry(f, "escalation", "{\"what\":\"%s\",\"step\":%d,\"loop\":%d,\"told\":%s,\"why\":%s}", what, e->step, e->loop,
                 told ? told : "[]", follow_text(f, why));
}

/* --- telling people --- */

static bool named(const struct json *names, const char *name)
{
    for (const struct json *n = json_first(names); n; n = json_next(n))
        if (str_eq(json_string(n), name))
            return true;
    return false;
}

/* One page a person and change, however many reasons there are. */
static void tell(struct follow *f, const struct page *page, struct json *names)
{
    const struct escalation *e = of(f);
    const char *name = page->destination ? arena_printf(f->arena, "destination:%s", page->destination) : page->agent;
    if (!named(names, name))
        json_push(names, json_new_string(name));
    for (int i = 0; i < f->out->page_count; i++)
        if (str_eq(f->out->pages[i].agent, page->agent) && str_eq(f->out->pages[i].destination, page->destination))
            return;
    struct page *out = follow_push(f->arena, &f->out->pages, &f->out->page_count, sizeof *out);
    *out = (struct page){.step = e->step < 0 ? 0 : e->step, .loop = e->loop, .agent = arena_strdup(f->arena, page->agent),
                         .destination = page->destination, .why = arena_strdup(f->arena, page->why), .high = page->high};
}

static int tell_all(struct follow *f, const struct step_crew *crew, const char *why, bool high, struct json *names)
{
    for (int i = 0; i < crew->count; i++)
        tell(f, &(struct page){.agent = crew->agents[i], .why = why, .high = high}, names);
    if (crew->destination)
        tell(f, &(struct page){.agent = "", .destination = crew->destination, .why = why, .high = high}, names);
    return crew->count + (crew->destination != NULL);
}

static int tell_target(struct follow *f, const char *target, const char *why, bool high, struct json *names)
{
    struct step_crew crew;
    step_target(f, target, &crew);
    return tell_all(f, &crew, why, high, names);
}

/* The step has been carried out; the next is planned from when this one was due. */
static void stepped(struct follow *f, int64_t delay)
{
    struct escalation *e = of(f);
    e->next_at = (e->next_at ? e->next_at : f->now) + delay;
    e->stepped_at = f->now;
}

/* Tells whom the step means. false: it means nobody just now, which its entry says. */
static bool take(struct follow *f, const struct config_step *step, const struct step_crew *crew, int number)
{
    struct escalation *e = of(f);
    e->step = number;
    AUTO_JSON names = json_array();
    if (!tell_all(f, crew, e->reason, step->importance == IMPORTANCE_HIGH, names)) {
        note(f, "no_notification_sent", NULL, step->target);
        return false;
    }
    note(f, "step", json_print_in(f->arena, names), e->reason);
    stepped(f, step->delay);
    return true;
}

/* Tries steps from number on until one told somebody. *empty: one of them had nobody to tell. */
static bool walk(struct follow *f, const struct config_escalation *policy, int number, bool *empty)
{
    struct step_crew crew;
    for (; policy && number < policy->step_count; number++) {
        if (!step_applies(f, &policy->steps[number], &crew))
            continue;
        if (take(f, &policy->steps[number], &crew, number))
            return true;
        *empty = true;
    }
    return false;
}

static void last_resort(struct follow *f, const struct config_escalation *policy)
{
    struct escalation *e = of(f);
    AUTO_JSON names = json_array();
    e->step = policy && policy->step_count ? policy->step_count - 1 : 0;
    bool told = tell_target(f, "leads", e->reason, true, names) > 0;
    note(f, told ? "step" : "no_notification_sent", json_print_in(f->arena, names), told ? e->reason : "leads");
    stepped(f, policy && policy->step_count ? policy->steps[e->step].delay : LAST_RESORT_DELAY);
}

/* All loops are through: it stays triggered, and whom the last step told is reminded each hour. */
static void remind(struct follow *f, const struct config_escalation *policy)
{
    struct escalation *e = of(f);
    AUTO_JSON names = json_array();
    if (!policy || !policy->step_count || !tell_target(f, policy->steps[policy->step_count - 1].target, e->reason, false, names))
        tell_target(f, "leads", e->reason, false, names);
    note(f, "reminder", json_print_in(f->arena, names), e->reason);
    e->stepped_at = f->now;
    e->next_at = f->now + REMIND_EVERY;
}

/* --- the rows: is it so, and what then --- */

static bool is_downgraded(struct follow *f)
{
    const struct ticket *t = f->out->after;
    return f->before && t->urgency < f->before->urgency && t->urgency_by == LABEL_BY_AGENT;
}

static bool is_over(struct follow *f)
{
    return alarm_silent(f->out->after);
}

static void end(struct follow *f, const char *reason)
{
    struct escalation *e = of(f);
    e->state = ESCALATION_RESOLVED;
    e->next_at = e->ack_expires_at = e->snoozed_until = e->held_until = 0;
    e->resolved_at = f->now;
    e->resolved_by = arena_strdup(f->arena, f->facts->actor);
    e->reason = reason;
    note(f, "resolved", NULL, reason);
}

static void downgrade(struct follow *f)
{
    end(f, "downgraded");
}

static void finish(struct follow *f)
{
    const struct ticket *t = f->out->after;
    const struct field *disposition = field_find("disposition");
    end(f, t->disposition ? field_word(disposition, t->disposition) : t->deleted ? "deleted" : status_word(t->status));
}

/* From the first step on, in the first loop. */
static void trigger(struct follow *f)
{
    struct escalation *e = of(f);
    e->state = ESCALATION_TRIGGERED;
    const struct config_escalation *policy = policy_for(f);
    e->policy = policy ? arena_strdup(f->arena, policy->name) : NULL;
    e->policy_version = policy ? arena_strdup(f->arena, policy->version) : NULL;
    e->step = -1;
    e->loop = 0;
    e->next_at = f->now;
    e->stepped_at = e->acked_at = e->ack_expires_at = e->snoozed_until = e->held_until = e->resolved_at = 0;
    e->acked_by = e->resolved_by = NULL;
}

static bool is_asked(struct follow *f)
{
    return alarm_reason(f) != NULL;
}

static void open_one(struct follow *f)
{
    struct escalation *e = of(f);
    e->reason = alarm_reason(f);
    e->occurrences++;
    e->opened_at = f->now;
    trigger(f);
    note(f, "opened", NULL, e->reason);
}

/* Once more for what is open already. A person who asks again wants the next one told now. */
static void bump(struct follow *f)
{
    struct escalation *e = of(f);
    e->occurrences++;
    if (!f->facts->escalate || e->state == ESCALATION_SUPPRESSED)
        return;
    if (e->state == ESCALATION_TRIGGERED) {
        e->next_at = e->next_at < f->now ? e->next_at : f->now;
        return;
    }
    e->reason = alarm_reason(f);
    trigger(f);
    note(f, "opened", NULL, e->reason);
}

/* A ticket that is being paged for became part of this one, which takes its escalation over as it stands, or has its own. */
static bool is_moved(struct follow *f)
{
    return f->facts->moved && !alarm_silent(f->out->after);
}

static void join(struct follow *f)
{
    of(f)->occurrences += f->facts->moved->occurrences;
}

static void take_over(struct follow *f)
{
    struct escalation *e = of(f);
    *e = *f->facts->moved;
    e->policy = arena_strdup(f->arena, e->policy);
    e->policy_version = arena_strdup(f->arena, e->policy_version);
    e->acked_by = arena_strdup(f->arena, e->acked_by);
    e->reason = arena_strdup(f->arena, e->reason);
    e->resolved_by = NULL;
    note(f, "moved", NULL, arena_printf(f->arena, "from #%lld", (long long)f->facts->moved_from));
}

static bool is_reopened(struct follow *f)
{
    const struct ticket *t = f->out->after;
    return f->before && ticket_done(f->before->status) && !alarm_silent(t) && t->urgency == URGENCY_CRITICAL &&
           f->now - of(f)->resolved_at <= REOPENED_WITHIN;
}

static void reopen(struct follow *f)
{
    of(f)->reason = "reopened within the hour";
    of(f)->occurrences++;
    trigger(f);
    note(f, "opened", NULL, of(f)->reason);
}

/* --- maintenance --- */

static const struct maintenance *window(const struct follow *f)
{
    return maintenance_over(f->facts->desk, f->out->after, &f->facts->env, f->now);
}

static bool is_held(struct follow *f)
{
    return window(f) != NULL;
}

static void hold(struct follow *f)
{
    struct escalation *e = of(f);
    const struct maintenance *m = window(f);
    e->state = ESCALATION_SUPPRESSED; /* what was to come, and who had it, waits for a window that is taken back */
    e->held_until = m->to;
    note(f, "suppressed", NULL, m->reason);
}

/* A window may have been made longer or shorter meanwhile, or another have taken its place. */
static void hold_on(struct follow *f)
{
    of(f)->held_until = window(f)->to;
}

static bool is_free(struct follow *f)
{
    return !is_held(f);
}

static bool is_taken_back(struct follow *f)
{
    int64_t until = of(f)->held_until;
    return !is_held(f) && until > f->now && !maintenance_was(f->facts->desk, f->out->after, &f->facts->env, until, f->now);
}

/* It never was: what it held goes on where it stood, and what fell due meanwhile is due now. */
static void resume(struct follow *f)
{
    struct escalation *e = of(f);
    e->state = e->snoozed_until ? ESCALATION_SNOOZED : e->acked_by ? ESCALATION_ACKNOWLEDGED : ESCALATION_TRIGGERED;
    e->held_until = 0;
    note(f, "maintenance_undone", NULL, e->reason);
}

static void release(struct follow *f)
{
    trigger(f);
    note(f, "maintenance_over", NULL, of(f)->reason);
}

/* --- acknowledged, snoozed --- */

static bool is_acked(struct follow *f)
{
    return f->facts->acknowledge && f->facts->actor;
}

static int64_t ack_until(struct follow *f)
{
    const struct config_escalation *policy = config_policy(f->rules, of(f)->policy);
    return policy && policy->ack_timeout ? f->now + policy->ack_timeout : 0;
}

static void acknowledge(struct follow *f)
{
    struct escalation *e = of(f);
    e->state = ESCALATION_ACKNOWLEDGED;
    e->acked_by = arena_strdup(f->arena, f->facts->actor);
    e->acked_at = f->now;
    e->ack_expires_at = ack_until(f);
    e->next_at = e->snoozed_until = 0;
    note(f, "acknowledged", NULL, e->acked_by);
}

/* A reply, a note or another status of whoever has it: looking and sorting is not yet work on it. */
static bool is_active(struct follow *f)
{
    const struct ticket *t = f->out->after;
    bool worked = f->before && (t->thread_version != f->before->thread_version || t->status != f->before->status);
    return worked && str_eq(f->facts->cause, "act") && f->facts->actor && str_eq(f->facts->actor, of(f)->acked_by);
}

static void push(struct follow *f)
{
    of(f)->ack_expires_at = ack_until(f);
}

/* Snoozing the ticket of an acknowledged escalation snoozes both. */
static bool is_snoozed(struct follow *f)
{
    int64_t until = f->out->after->snoozed_until;
    return f->before && until > f->now && until != f->before->snoozed_until && str_eq(f->facts->cause, "act");
}

static void snooze(struct follow *f)
{
    struct escalation *e = of(f);
    e->state = ESCALATION_SNOOZED;
    e->snoozed_until = f->out->after->snoozed_until;
    e->ack_expires_at = 0;
    note(f, "snoozed", NULL, f->facts->actor);
}

/* Another time for it, or none: woken by hand it is its acker's again. */
static bool is_snoozed_anew(struct follow *f)
{
    return f->before && f->out->after->snoozed_until != f->before->snoozed_until && str_eq(f->facts->cause, "act") &&
           f->out->after->snoozed_until != of(f)->snoozed_until && f->now < of(f)->snoozed_until;
}

static void snooze_anew(struct follow *f)
{
    struct escalation *e = of(f);
    if (f->out->after->snoozed_until > f->now) {
        snooze(f);
        return;
    }
    e->state = ESCALATION_ACKNOWLEDGED;
    e->snoozed_until = 0;
    e->ack_expires_at = ack_until(f);
    note(f, "woken", NULL, f->facts->actor);
}

static bool is_ack_over(struct follow *f)
{
    return of(f)->ack_expires_at && f->now >= of(f)->ack_expires_at;
}

/* Its time, or the reply that the same snooze of its ticket was to end with. */
static bool is_snooze_over(struct follow *f)
{
    const struct ticket *t = f->out->after;
    bool heard = f->before && f->before->snoozed_until == of(f)->snoozed_until && t->woke_by == WOKE_BY_REPLY && t->woke_at == f->now;
    return heard || f->now >= of(f)->snoozed_until;
}

/* Nothing was heard of who took it: they and who is on call are told, and everybody again from the first step. */
static void ack_expired(struct follow *f)
{
    static const char why[] = "acknowledged, and then nothing was heard";
    struct escalation *e = of(f);
    AUTO_JSON names = json_array();
    const char *acker = e->acked_by;
    trigger(f);
    tell(f, &(struct page){.agent = acker, .why = why, .high = true}, names);
    tell_target(f, "oncall", why, true, names);
    note(f, "ack_expired", json_print_in(f->arena, names), acker);
}

static void snooze_over(struct follow *f)
{
    trigger(f);
    note(f, "snooze_over", NULL, of(f)->reason);
}

/* --- the steps --- */

static bool is_page_failed(struct follow *f)
{
    return f->facts->page_failed != NULL;
}

/* Where no page of the step it belongs to arrived anywhere, the next step does not wait. A reminder has no next step. */
static void page_failed(struct follow *f)
{
    struct escalation *e = of(f);
    const struct page_failure *p = f->facts->page_failed;
    const struct config_escalation *policy = config_policy(f->rules, e->policy);
    AUTO_JSON names = json_array();
    json_push(names, json_new_string(*p->agent ? p->agent : p->destination));
    follow_entry(f, "escalation", "{\"what\":\"page_failed\",\"step\":%d,\"loop\":%d,\"told\":%s,\"why\":%s,\"all\":%s}", p->step, p->loop,
                 json_print_in(f->arena, names), follow_text(f, p->why), p->all ? "true" : "false");
    if (p->all && p->step == e->step && p->loop == e->loop && e->loop <= (policy ? policy->repeat : 0) && e->next_at > f->now)
        e->next_at = f->now;
}

static bool is_due(struct follow *f)
{
    const struct escalation *e = of(f);
    bool paced = !e->stepped_at || f->now - e->stepped_at >= SECOND || f->now < e->stepped_at;
    return e->next_at && f->now >= e->next_at && paced;
}

static void step(struct follow *f)
{
    struct escalation *e = of(f);
    const struct config_escalation *policy = config_policy(f->rules, e->policy);
    int repeat = policy ? policy->repeat : 0;
    if (policy && !str_eq(policy->version, e->policy_version)) { /* reloaded meanwhile: it goes on where it stood */
        e->policy_version = arena_strdup(f->arena, policy->version);
        note(f, "policy_changed", NULL, policy->name);
    }
    bool empty = false, fresh = e->step < 0;
    if (e->loop <= repeat && walk(f, policy, e->step + 1, &empty))
        return;
    if (!empty && !fresh) { /* the end of a loop, as it should be */
        e->loop += e->loop <= repeat;
        if (e->loop > repeat) {
            remind(f, policy);
            return;
        }
        if (walk(f, policy, 0, &empty))
            return;
    }
    last_resort(f, policy);
}

enum {
    NONE = 1 << ESCALATION_NONE,
    TRIGGERED = 1 << ESCALATION_TRIGGERED,
    ACKNOWLEDGED = 1 << ESCALATION_ACKNOWLEDGED,
    SNOOZED = 1 << ESCALATION_SNOOZED,
    RESOLVED = 1 << ESCALATION_RESOLVED,
    SUPPRESSED = 1 << ESCALATION_SUPPRESSED,
    OPEN = TRIGGERED | ACKNOWLEDGED | SNOOZED | SUPPRESSED,
};

static const struct {
    unsigned from;
    bool (*is)(struct follow *f);
    void (*then)(struct follow *f);
} rules[] = {
    {OPEN, is_downgraded, downgrade},
    {OPEN, is_over, finish},
    {OPEN, is_moved, join},
    {NONE | RESOLVED, is_moved, take_over},
    {OPEN, is_asked, bump},
    {NONE | RESOLVED, is_asked, open_one},
    {RESOLVED, is_reopened, reopen},
    {SUPPRESSED, is_taken_back, resume},
    {SUPPRESSED, is_free, release},
    {SUPPRESSED, is_held, hold_on},
    {TRIGGERED | ACKNOWLEDGED | SNOOZED, is_held, hold},
    {TRIGGERED | ACKNOWLEDGED | SNOOZED, is_acked, acknowledge},
    {ACKNOWLEDGED, is_active, push},
    {SNOOZED, is_snoozed_anew, snooze_anew},
    {ACKNOWLEDGED, is_snoozed, snooze},
    {ACKNOWLEDGED, is_ack_over, ack_expired},
    {SNOOZED, is_snooze_over, snooze_over},
    {TRIGGERED, is_page_failed, page_failed},
    {TRIGGERED, is_due, step},
};

void escalation_follow(struct follow *f)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].from & 1u << of(f)->state && rules[i].is(f))
            rules[i].then(f);
    f->out->after->escalated = of(f)->state;
}
