/* sla: what the clocks do. For each metric the ticket as it is now says what its clock should be doing (`wanted`), the
 * clock as it was says how to get there (`turn`): there is no list of causes, so a resolve by webhook, key or redo
 * stops the same clock, and a wake that finds nothing new moves nothing. elapsed changes in one place (`count`), from
 * which follows that it equals the sum of the counted stretches. Pure.
 *
 * A done ticket that was never answered keeps its response clock standing still, not settled: a reopen takes it up
 * again where it stood. */
#include "core/sla.h"
#include "base/str.h"
#include "core/consequence.h"
#include "core/ledger.h"

static const char *const metric_words[SLA_METRICS] = {"first_response", "next_response", "resolution"};
static const char *const tier_words[] = {"missed", "bronze", "silver", "gold"};

const char *sla_metric_word(int metric)
{
    return metric >= 0 && metric < SLA_METRICS ? metric_words[metric] : "";
}

const char *sla_tier_word(enum sla_tier tier)
{
    return tier_words[tier];
}

int64_t sla_elapsed(const struct config *config, const struct sla_clock *clock, int64_t now)
{
    if (clock->state != CLOCK_RUNNING)
        return clock->elapsed;
    return clock->elapsed + calendar_counted(config_calendar(config, clock->calendar), clock->since, now);
}

const struct config_sla *sla_policy(const struct config *config, const struct ticket *ticket, const struct when_env *env)
{
    for (int i = 0; i < config->sla_count; i++)
        if (when_eval(config->slas[i].when, ticket, env))
            return &config->slas[i];
    return NULL;
}

int64_t sla_warn_at(const struct sla_clock *clock, const struct config_sla *policy)
{
    int64_t before = policy ? policy->warn_before : 0;
    before = before < clock->target / 2 ? before : clock->target / 2;
    if (!policy || !policy->hours)
        return clock->due_at - before;
    return calendar_due(policy->hours, clock->since, clock->target - before - clock->elapsed);
}

static bool may_tell(const struct ticket *t, const struct config_sla *policy, int64_t at)
{
    struct calendar_span span;
    calendar_at(policy ? policy->hours : NULL, at, &span);
    return span.kind == SEGMENT_COUNTED || t->urgency == URGENCY_CRITICAL;
}

static void sooner(int64_t *at, int64_t other, int64_t now)
{
    if (other > now && (!*at || other < *at))
        *at = other;
}

int64_t sla_next_at(const struct ticket *t, const struct sla_clock *c, const struct config_sla *policy, int64_t now)
{
    const struct calendar *hours = policy ? policy->hours : NULL;
    int64_t next = 0, near = sla_warn_at(c, policy), from = near > now ? near : now;
    sooner(&next, near, now);
    if (!c->warned && !may_tell(t, policy, from))
        sooner(&next, calendar_due(hours, from, 1) - 1, now);
    sooner(&next, calendar_due(hours, c->since, c->target - c->elapsed + 1), now);
    return next;
}

int64_t sla_unanswered(const struct ticket *t)
{
    if (t->waiting_since > t->last_agent_at)
        return t->waiting_since;
    return t->last_customer_at > t->last_agent_at ? t->last_customer_at : 0;
}

enum sla_tier sla_tier(const struct sla_clock *clock, const struct config_game *game)
{
    if (clock->state == CLOCK_NONE || clock->state == CLOCK_CANCELLED || clock->target <= 0)
        return TIER_BRONZE;
    int64_t share = clock->elapsed > clock->target ? 10001 : clock->elapsed * 10000 / clock->target;
    if (share > 10000)
        return TIER_MISSED;
    return share < game->tier_share_bp[0] ? TIER_GOLD : share < game->tier_share_bp[1] ? TIER_SILVER : TIER_BRONZE;
}

static int64_t target_of(const struct config_sla *policy, int metric)
{
    if (!policy)
        return 0;
    return metric == SLA_FIRST_RESPONSE ? policy->first_response
         : metric == SLA_NEXT_RESPONSE  ? policy->next_response
                                        : policy->resolution;
}

static int64_t between(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* What a clock should be doing, since when, and why. */
struct wish {
    int state;
    int64_t at;
    const char *cause;
};

static const char *why_out(const struct ticket *t)
{
    static const char *const words[] = {NULL, "merged", "spam", "duplicate", "invalid"};
    if (t->disposition > DISPOSITION_NONE && t->disposition <= DISPOSITION_INVALID)
        return words[t->disposition];
    return t->deleted ? "deleted" : NULL;
}

static bool standing_still(const struct ticket *t, const struct config_sla *policy, int metric)
{
    if (ticket_done(t->status))
        return true;
    return metric != SLA_FIRST_RESPONSE && (t->status == STATUS_PENDING || (t->status == STATUS_ON_HOLD && !policy->on_hold_runs));
}

static struct wish wanted(const struct follow *f, const struct config_sla *policy, int metric)
{
    const struct ticket *t = f->out->after;
    const char *out = why_out(t);
    if (out || !target_of(policy, metric))
        return (struct wish){CLOCK_CANCELLED, f->now, out ? out : "policy"};
    if (metric == SLA_RESOLUTION && ticket_done(t->status))
        return (struct wish){CLOCK_FULFILLED, t->resolved_at ? t->resolved_at : f->now, status_word(t->status)};
    if (metric == SLA_FIRST_RESPONSE && t->first_reply_at)
        return (struct wish){CLOCK_FULFILLED, t->first_reply_at, "reply"};
    if (metric == SLA_NEXT_RESPONSE && !t->first_reply_at)
        return (struct wish){CLOCK_CANCELLED, f->now, "no_first_reply"};
    if (metric == SLA_NEXT_RESPONSE && !sla_unanswered(t))
        return (struct wish){CLOCK_FULFILLED, t->last_agent_at, "reply"};
    return (struct wish){standing_still(t, policy, metric) ? CLOCK_PAUSED : CLOCK_RUNNING, f->now, status_word(t->status)};
}

static void note(struct follow *f, int metric, const struct sla_clock *c, enum ledger_what what, const char *cause, int64_t at)
{
    const char *reason = str_eq(cause, "on_hold") ? f->out->after->hold_reason : NULL;
    follow_entry(f, "sla",
                 "{\"metric\":\"%s\",\"what\":\"%s\",\"elapsed\":%lld,\"due_at\":%lld,\"target\":%lld,\"at\":%lld,"
                 "\"policy\":%s,\"cause\":%s%s%s%s%s}",
                 metric_words[metric], ledger_word(what), (long long)sla_elapsed(f->rules, c, at), (long long)c->due_at,
                 (long long)c->target, (long long)at, follow_text(f, c->policy), follow_text(f, cause),
                 c->calendar ? ",\"calendar\":" : "", c->calendar ? follow_text(f, c->calendar) : "",
                 reason ? ",\"reason\":" : "", reason ? follow_text(f, reason) : "");
}

/* The only place where elapsed grows. */
static void count(const struct follow *f, struct sla_clock *c, int64_t at)
{
    if (c->state == CLOCK_RUNNING && at > c->since) {
        c->elapsed = sla_elapsed(f->rules, c, at);
        c->since = at;
    }
}

static void aim(struct follow *f, struct sla_clock *c, const struct config_sla *policy, int metric)
{
    c->target = target_of(policy, metric);
    c->policy = arena_strdup(f->arena, policy->name);
    c->calendar = arena_strdup(f->arena, policy->calendar);
}

static void run_from(struct sla_clock *c, const struct config_sla *policy, int64_t at)
{
    c->state = CLOCK_RUNNING;
    c->since = at;
    c->due_at = calendar_due(policy->hours, at, c->target - c->elapsed);
    if (c->due_at < c->started_at) /* other hours would have taken longer for what was counted than there was */
        c->due_at = c->started_at;
}

/* A breach is recorded once for each cause, and then the warning that would have come before it is not. */
static void judge(struct follow *f, const struct config_sla *policy, int metric, struct sla_clock *c, int64_t at)
{
    if (c->breached)
        return;
    if (sla_elapsed(f->rules, c, at) > c->target) {
        c->breached = c->warned = true;
        note(f, metric, c, LEDGER_BREACHED, "clock", at);
    } else if (c->state == CLOCK_RUNNING && !c->warned && at >= sla_warn_at(c, policy) && may_tell(f->out->after, policy, at)) {
        c->warned = true;
        note(f, metric, c, LEDGER_WARNED, "clock", at);
    }
}

static void stop(struct follow *f, const struct config_sla *policy, int metric, struct sla_clock *c, struct wish wish)
{
    static const enum ledger_what whats[] = {[CLOCK_PAUSED] = LEDGER_PAUSED, [CLOCK_FULFILLED] = LEDGER_FULFILLED, [CLOCK_CANCELLED] = LEDGER_CANCELLED};
    int64_t at = between(wish.at, c->since, f->now > c->since ? f->now : c->since);
    count(f, c, at);
    c->state = wish.state;
    c->since = at;
    judge(f, policy, metric, c, at);
    c->due_at = 0;
    note(f, metric, c, whats[wish.state], wish.cause, at);
}

/* When a clock begins that has not run yet for this cause: see sla.h. */
static int64_t begins(const struct follow *f, int metric)
{
    const struct ticket *t = f->out->after;
    int64_t first = t->received_at && t->received_at < f->now ? t->received_at : f->now;
    int64_t message = metric == SLA_RESOLUTION ? 0 : sla_unanswered(t);
    if (!f->before)
        return first;
    /* An undo may find a message that the clock was not to heed. */
    return message && (f->facts->undo || message != sla_unanswered(f->before)) ? between(message, first, f->now) : f->now;
}

static void start(struct follow *f, const struct config_sla *policy, int metric, struct sla_clock *c, struct wish wish)
{
    int64_t at = begins(f, metric);
    *c = (struct sla_clock){.started_at = at};
    aim(f, c, policy, metric);
    run_from(c, policy, wish.state == CLOCK_PAUSED ? f->now : at);
    note(f, metric, c, LEDGER_STARTED, !f->before ? "first_seen" : metric == SLA_RESOLUTION ? wish.cause : "customer_message",
         c->since);
    if (wish.state != CLOCK_RUNNING)
        stop(f, policy, metric, c, wish);
}

static void resume(struct follow *f, const struct config_sla *policy, int metric, struct sla_clock *c, struct wish wish)
{
    bool reopened = metric == SLA_RESOLUTION && c->state == CLOCK_FULFILLED;
    aim(f, c, policy, metric);
    run_from(c, policy, f->now > c->since ? f->now : c->since);
    note(f, metric, c, LEDGER_RESUMED, reopened ? "reopened" : wish.cause, c->since);
    if (wish.state == CLOCK_PAUSED)
        stop(f, policy, metric, c, wish);
}

/* Another policy keeps what has been counted and what has been recorded; other hours count from now on. */
static void retarget(struct follow *f, const struct config_sla *policy, int metric, struct sla_clock *c)
{
    bool same_hours = str_eq(c->calendar, policy->calendar);
    if (c->state != CLOCK_RUNNING && c->state != CLOCK_PAUSED)
        return;
    if (c->target == target_of(policy, metric) && str_eq(c->policy, policy->name) && same_hours) {
        if (c->state == CLOCK_RUNNING && c->calendar) /* whose hours may be others since a reload */
            run_from(c, policy, c->since);
        return;
    }
    if (!same_hours)
        count(f, c, f->now);
    aim(f, c, policy, metric);
    if (c->state == CLOCK_RUNNING)
        run_from(c, policy, c->since);
    note(f, metric, c, LEDGER_RETARGETED, "policy", f->now);
}

/* A customer message that came after the clock was settled is a new cause, with a clock of its own. */
static bool new_cause(const struct follow *f, int metric, const struct sla_clock *c)
{
    if (c->state == CLOCK_NONE)
        return true;
    return metric == SLA_NEXT_RESPONSE && c->state != CLOCK_RUNNING && c->state != CLOCK_PAUSED &&
           sla_unanswered(f->out->after) > c->since;
}

/* A clock that never ran starts for a ticket that is open; an answer given before we knew settles it at once. */
static bool worth_starting(const struct follow *f, int metric, struct wish wish)
{
    if (ticket_done(f->out->after->status) || wish.state == CLOCK_CANCELLED)
        return false;
    return wish.state != CLOCK_FULFILLED || metric == SLA_FIRST_RESPONSE;
}

static void turn(struct follow *f, const struct config_sla *policy, int metric)
{
    struct sla_clock *c = &f->out->after->clock[metric];
    struct wish wish = wanted(f, policy, metric);
    bool ticking = c->state == CLOCK_RUNNING || c->state == CLOCK_PAUSED;
    if (wish.state != CLOCK_CANCELLED)
        retarget(f, policy, metric, c);
    if (wish.state == CLOCK_FULFILLED || wish.state == CLOCK_CANCELLED) {
        if (ticking)
            stop(f, policy, metric, c, wish);
        else if (c->state == CLOCK_NONE && worth_starting(f, metric, wish))
            start(f, policy, metric, c, wish);
    } else if (new_cause(f, metric, c)) {
        if (worth_starting(f, metric, wish))
            start(f, policy, metric, c, wish);
    } else if (wish.state == CLOCK_RUNNING && c->state != CLOCK_RUNNING) {
        resume(f, policy, metric, c, wish);
    } else if (wish.state == CLOCK_PAUSED && c->state == CLOCK_RUNNING) {
        stop(f, policy, metric, c, wish);
    } else if (wish.state == CLOCK_PAUSED && c->state != CLOCK_PAUSED && !ticket_done(f->out->after->status)) {
        resume(f, policy, metric, c, wish);
    }
    if (c->state == CLOCK_RUNNING)
        judge(f, policy, metric, c, f->now);
}

static int shown(const struct follow *f, const struct config_sla *policy)
{
    const struct ticket *t = f->out->after;
    int state = SLA_NONE;
    for (int i = 0; i < SLA_METRICS; i++) {
        const struct sla_clock *c = &t->clock[i];
        int here = c->state == CLOCK_RUNNING ? sla_elapsed(f->rules, c, f->now) > c->target ? SLA_LATE
                                             : f->now >= sla_warn_at(c, policy)             ? SLA_WARN
                                                                                            : SLA_OK
                                             : SLA_NONE;
        state = here > state ? here : state;
    }
    for (int i = 0; i < SLA_METRICS && state == SLA_NONE; i++)
        if (t->clock[i].state == CLOCK_PAUSED)
            state = ticket_done(t->status) ? SLA_DONE : SLA_PAUSED;
    for (int i = 0; i < SLA_METRICS && state == SLA_NONE; i++)
        if (t->clock[i].state == CLOCK_FULFILLED)
            state = SLA_DONE;
    return state;
}

static int64_t earliest_due(const struct ticket *t)
{
    int64_t due = 0;
    for (int i = 0; i < SLA_METRICS; i++)
        if (t->clock[i].state == CLOCK_RUNNING && (!due || t->clock[i].due_at < due))
            due = t->clock[i].due_at;
    return due;
}

void sla_follow(struct follow *f)
{
    struct ticket *t = f->out->after;
    const struct config_sla *policy = sla_policy(f->rules, t, &f->facts->env);
    for (int metric = 0; metric < SLA_METRICS; metric++)
        turn(f, policy, metric);
    t->sla = shown(f, policy);
    t->next_due_at = earliest_due(t);
}
