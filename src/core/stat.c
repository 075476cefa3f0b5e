/* stat: see stat.h. One function a stat; each compares the two tickets and nothing else. */
#include "core/stat.h"
#include "base/str.h"
#include "core/histogram.h"
#include "core/sla.h"

const struct stat_row stat_table[STATS] = {
    [STAT_CREATED] = {"created", false, true},
    [STAT_FIRST_RESPONSE] = {"first_response", true, false},
    [STAT_NEXT_RESPONSE] = {"next_response", true, false},
    [STAT_RESOLUTION] = {"resolution", true, false},
    [STAT_REOPENED] = {"reopened", false, false},
    [STAT_BREACHED] = {"breached", false, true},
    [STAT_SETTLED] = {"settled", false, false},
    [STAT_CSAT] = {"csat", false, false},
};
static const struct { const char *word, *sentence; } causes[BREACH_CAUSES] = {
    [CAUSE_SNOOZED] = {"snoozed", "it was snoozed"},
    [CAUSE_UNASSIGNED] = {"unassigned", "nobody had taken it"},
    [CAUSE_UNHEARD] = {"unheard", "a page went unheard"},
    [CAUSE_REOPENED] = {"reopened", "it had come back"},
    [CAUSE_ASSIGNED] = {"assigned", "it was in somebody's hands"},
};

const char *stat_cause_word(int cause)
{
    return causes[cause].word;
}

const char *stat_cause_sentence(int cause)
{
    return causes[cause].sentence;
}

const char *stat_settled_word(bool missed)
{
    return missed ? "missed" : "kept";
}

int stat_cause(const struct ticket *t)
{
    if (t->snoozed_until)
        return CAUSE_SNOOZED;
    if (!t->assignee)
        return CAUSE_UNASSIGNED;
    if (t->escalation.state == ESCALATION_TRIGGERED)
        return CAUSE_UNHEARD;
    return t->reopen_count ? CAUSE_REOPENED : CAUSE_ASSIGNED;
}

/* --- */

static int64_t between(int64_t at, int64_t low, int64_t high)
{
    return at > high ? high : at < low ? low : at;
}

static struct stat_change *add(struct stat_follow *f, int stat, int64_t nth, int64_t at)
{
    struct stat_change *c = &f->changes[f->count];
    f->count += f->count < STAT_MOST;
    *c = (struct stat_change){.stat = stat, .nth = nth, .at = between(at, f->after->received_at, f->now), .agent = f->after->assignee};
    return c;
}

static void take_back(struct stat_follow *f, int stat, int64_t nth)
{
    add(f, stat, nth, f->now)->out = true;
}

static void timed(struct stat_follow *f, int stat, int64_t nth, int64_t from, int64_t to, const char *agent)
{
    struct stat_change *c = add(f, stat, nth, to);
    c->value = to > from ? to - from : 0;
    c->part = arena_printf(f->arena, "%d", histogram_bucket(c->value));
    c->agent = agent;
}

static const char *who_spoke(const struct stat_follow *f)
{
    return config_person(f->actor) ? f->actor : f->after->assignee;
}

/* What is deleted was made by mistake: it never came in. */
static void created(struct stat_follow *f)
{
    bool was = f->before && !f->before->deleted, is = !f->after->deleted;
    if (was == is)
        return;
    struct stat_change *c = add(f, STAT_CREATED, 0, f->before ? f->after->received_at : f->now);
    c->agent = NULL;
    c->out = !is;
}

static int64_t first_reply(const struct ticket *t)
{
    return t->first_reply_at >= t->received_at ? t->first_reply_at : 0;
}

static void first_response(struct stat_follow *f)
{
    int64_t was = first_reply(f->before), is = first_reply(f->after);
    if (was == is)
        return;
    if (was)
        take_back(f, STAT_FIRST_RESPONSE, 1);
    if (is)
        timed(f, STAT_FIRST_RESPONSE, 1, f->after->received_at, is, who_spoke(f));
}

static void next_response(struct stat_follow *f)
{
    const struct ticket *b = f->before, *t = f->after;
    int64_t waited_since = sla_unanswered(b);
    if (t->last_agent_at < b->last_agent_at)
        take_back(f, STAT_NEXT_RESPONSE, b->last_agent_at);
    if (b->first_reply_at && t->last_agent_at > b->last_agent_at && waited_since && !sla_unanswered(t))
        timed(f, STAT_NEXT_RESPONSE, t->last_agent_at, between(waited_since, t->received_at, f->now), t->last_agent_at, who_spoke(f));
}

/* The resolves that stand: one for each reopening, and the present one. */
static int64_t resolves(const struct ticket *t)
{
    return t->reopen_count + (ticket_done(t->status) ? 1 : 0);
}

static bool counts_as_work(const struct ticket *t)
{
    return t->disposition == DISPOSITION_NONE && !t->deleted;
}

static void resolution(struct stat_follow *f)
{
    const struct ticket *t = f->after;
    int64_t at = ticket_done(t->status) && t->resolved_at ? t->resolved_at : f->now;
    for (int64_t n = resolves(f->before); n > resolves(t); n--)
        take_back(f, STAT_RESOLUTION, n);
    for (int64_t n = resolves(f->before) + 1; n <= resolves(t) && counts_as_work(t); n++)
        timed(f, STAT_RESOLUTION, n, t->received_at, at, t->assignee ? t->assignee : who_spoke(f));
}

static void reopened(struct stat_follow *f)
{
    for (int64_t n = f->before->reopen_count; n > f->after->reopen_count; n--)
        take_back(f, STAT_REOPENED, n);
    for (int64_t n = f->before->reopen_count + 1; n <= f->after->reopen_count; n++)
        add(f, STAT_REOPENED, n, f->now);
}

/* A clock that runs anew for another cause is another clock. */
static bool same_clock(const struct sla_clock *a, const struct sla_clock *b)
{
    return a->state != CLOCK_NONE && a->started_at == b->started_at;
}

static void clock_of(struct stat_follow *f, int metric)
{
    static const struct sla_clock none;
    const struct sla_clock *was = f->before ? &f->before->clock[metric] : &none, *is = &f->after->clock[metric];
    bool same = same_clock(was, is), settled = same && was->state == CLOCK_FULFILLED;
    int64_t nth = is->started_at * SLA_METRICS + metric;
    if (is->breached && !(same && was->breached))
        add(f, STAT_BREACHED, 0, f->now)->part = arena_printf(f->arena, "%s/%s", sla_metric_word(metric), stat_cause_word(stat_cause(f->after)));
    if (settled && is->state != CLOCK_FULFILLED)
        take_back(f, STAT_SETTLED, nth);
    if (settled || is->state != CLOCK_FULFILLED)
        return;
    struct stat_change *c = add(f, STAT_SETTLED, nth, is->since);
    c->value = !is->breached;
    c->part = arena_printf(f->arena, "%s/%s", sla_metric_word(metric), stat_settled_word(is->breached));
}

static void csat(struct stat_follow *f)
{
    const struct ticket *b = f->before, *t = f->after;
    if (b && b->csat == t->csat && b->csat_at == t->csat_at && str_eq(b->csat_agent, t->csat_agent))
        return;
    if (b && b->csat)
        take_back(f, STAT_CSAT, 1);
    if (!t->csat)
        return;
    struct stat_change *c = add(f, STAT_CSAT, 1, t->csat_at);
    c->value = t->csat;
    c->part = arena_printf(f->arena, "%d", (int)t->csat);
    c->agent = t->csat_agent;
}

void stat_follow(struct stat_follow *f)
{
    f->count = 0;
    created(f);
    if (f->before) {
        first_response(f);
        next_response(f);
        resolution(f);
        reopened(f);
    }
    for (int metric = 0; metric < SLA_METRICS; metric++)
        clock_of(f, metric);
    csat(f);
}
