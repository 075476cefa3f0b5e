/* sla: the clocks' rules, one sentence each, and the property they all come from: elapsed is the sum of the stretches
 * that count. The second implementation below knows no clock states: it keeps every moment of a history and adds up. */
#include "../support/rules.h"
#include <stdio.h>
#include <stdlib.h>

static const struct sla_clock *clock_of(const struct desk *d, int metric)
{
    return &d->ticket->clock[metric];
}

static int64_t elapsed(const struct desk *d, int metric)
{
    return sla_elapsed(&d->config, clock_of(d, metric), d->now);
}

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

static void first_response_and_resolution_start_when_we_first_see_the_ticket(void **state)
{
    DESK(d);
    d.next.created_at = START - 3 * (int64_t)DAY;
    d.next.received_at = d.now;
    desk_first(&d);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_RUNNING);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->started_at, START);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->due_at, START + HOUR);
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->due_at, START + 8 * HOUR);
    assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->state, CLOCK_NONE);
    assert_int_equal(d.ticket->next_due_at, START + HOUR);
    assert_int_equal(d.ticket->sla, SLA_OK);
    assert_int_equal(desk_count(&d, "sla", "\"what\":\"started\""), 2);
    desk_close(&d);
}

static void a_ticket_first_seen_done_has_no_clocks(void **state)
{
    DESK(d);
    d.next.status = STATUS_CLOSED;
    desk_first(&d);
    for (int i = 0; i < SLA_METRICS; i++)
        assert_int_equal(clock_of(&d, i)->state, CLOCK_NONE);
    assert_int_equal(d.out.entry_count, 0);
    assert_int_equal(d.ticket->sla, SLA_NONE);
    desk_close(&d);
}

static void next_response_does_not_run_before_the_first_is_fulfilled(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += MINUTE;
    desk_hears(&d);
    assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->state, CLOCK_NONE);
    d.now += MINUTE;
    desk_reply(&d);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_FULFILLED);
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), 2 * MINUTE);
    assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->state, CLOCK_NONE);
    desk_close(&d);
}

static void next_response_runs_from_the_oldest_unanswered_message_to_our_reply(void **state)
{
    DESK(d);
    desk_first(&d);
    desk_reply(&d);
    d.now += 10 * MINUTE;
    int64_t asked = d.now;
    desk_hears(&d);
    d.now += 10 * MINUTE;
    desk_hears(&d);
    assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->started_at, asked);
    assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->due_at, asked + HOUR);
    d.now += 5 * MINUTE;
    desk_reply(&d);
    assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->state, CLOCK_FULFILLED);
    assert_int_equal(elapsed(&d, SLA_NEXT_RESPONSE), 15 * MINUTE);
    desk_close(&d);
}

static void next_response_never_runs_while_the_last_word_is_ours(void **state)
{
    DESK(d);
    desk_first(&d);
    desk_reply(&d);
    for (int i = 0; i < 3; i++) {
        d.now += HOUR;
        d.next.tags = i % 2 ? "[\"a\"]" : "[]";
        desk_change(&d, "act", "ana");
        assert_int_equal(clock_of(&d, SLA_NEXT_RESPONSE)->state, CLOCK_NONE);
    }
    desk_close(&d);
}

static void a_note_stops_no_clock(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += MINUTE;
    d.next.messages++;
    desk_change(&d, "act", "ana");
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_RUNNING);
    assert_int_equal(d.out.entry_count, 0);
    desk_close(&d);
}

static void a_reply_counts_from_when_it_was_sent_also_when_we_hear_of_it_late(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += 2 * HOUR; /* no wake has run: the daemon was down */
    d.next.first_reply_at = d.next.last_agent_at = START + 20 * MINUTE;
    d.next.waiting_since = 0;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), 20 * MINUTE);
    assert_false(clock_of(&d, SLA_FIRST_RESPONSE)->breached);
    desk_close(&d);
}

static void pending_and_on_hold_pause_the_resolution_but_not_the_first_response(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += 10 * MINUTE;
    desk_status(&d, STATUS_ON_HOLD, "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_PAUSED);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_RUNNING);
    d.now += 30 * MINUTE;
    desk_status(&d, STATUS_PENDING, "ana");
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 10 * MINUTE);
    desk_status(&d, STATUS_OPEN, "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->due_at, d.now + 8 * HOUR - 10 * MINUTE);
    d.now += 5 * MINUTE;
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 15 * MINUTE);
    desk_close(&d);
}

static void a_ticket_that_waits_for_others_only_is_shown_paused(void **state)
{
    DESK(d);
    desk_first(&d);
    desk_reply(&d);
    desk_status(&d, STATUS_PENDING, "ana");
    assert_int_equal(d.ticket->sla, SLA_PAUSED);
    assert_int_equal(d.ticket->next_due_at, 0);
    desk_close(&d);
}

static void a_reopen_takes_the_resolution_clock_up_where_it_stood(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += HOUR;
    desk_status(&d, STATUS_RESOLVED, "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_FULFILLED);
    assert_int_equal(d.ticket->sla, SLA_DONE);
    d.now += DAY;
    desk_status(&d, STATUS_OPEN, "ana");
    assert_int_equal(desk_count(&d, "sla", "\"cause\":\"reopened\""), 1);
    d.now += 10 * MINUTE;
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), HOUR + 10 * MINUTE);
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), HOUR + 10 * MINUTE);
    desk_close(&d);
}

static void merged_spam_and_deleted_cancel_and_taking_it_back_goes_on_with_what_was_counted(void **state)
{
    for (int way = DISPOSITION_NONE; way <= DISPOSITION_INVALID; way++) {
        DESK(d);
        desk_first(&d);
        d.now += 10 * MINUTE;
        d.next.disposition = way;
        d.next.deleted = way == DISPOSITION_NONE;
        d.next.status = STATUS_CLOSED;
        desk_change(&d, "act", "ana");
        assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_CANCELLED);
        assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_CANCELLED);
        assert_int_equal(d.ticket->sla, SLA_NONE);
        d.now += HOUR;
        d.next.disposition = DISPOSITION_NONE;
        d.next.deleted = false;
        d.next.status = STATUS_OPEN;
        desk_change(&d, "act", "ana");
        assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_RUNNING);
        assert_int_equal(elapsed(&d, SLA_RESOLUTION), 10 * MINUTE);
        desk_close(&d);
    }
}

static void another_policy_keeps_what_has_been_counted(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += 10 * MINUTE;
    d.next.urgency = URGENCY_CRITICAL;
    d.next.urgency_by = LABEL_BY_AGENT;
    desk_change(&d, "act", "ana");
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), 10 * MINUTE);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->due_at, START + 15 * MINUTE);
    assert_string_equal(clock_of(&d, SLA_FIRST_RESPONSE)->policy, "critical");
    assert_int_equal(d.ticket->sla, SLA_WARN);
    desk_close(&d);
}

static void a_clock_warns_once_and_breaches_once(void **state)
{
    DESK(d);
    desk_first(&d);
    assert_int_equal(d.ticket->wake_at, START + 45 * MINUTE);
    desk_until(&d, START + 45 * MINUTE);
    assert_int_equal(desk_count(&d, "sla", "\"what\":\"warned\""), 1);
    assert_int_equal(d.ticket->sla, SLA_WARN);
    desk_until(&d, START + HOUR);
    assert_int_equal(d.ticket->sla, SLA_WARN); /* the last millisecond is in time */
    assert_int_equal(d.ticket->wake_at, START + HOUR + 1);
    desk_until(&d, START + HOUR + 1);
    assert_int_equal(desk_count(&d, "sla", "\"what\":\"breached\""), 1);
    assert_int_equal(d.ticket->sla, SLA_LATE);
    for (int i = 0; i < 5; i++) {
        d.now += MINUTE;
        desk_wake(&d);
        assert_int_equal(d.out.entry_count, 0);
    }
    desk_close(&d);
}

static void a_late_wake_records_the_breach_alone(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += 3 * HOUR;
    desk_wake(&d);
    assert_int_equal(desk_count(&d, "sla", "\"metric\":\"first_response\",\"what\":\"breached\""), 1);
    assert_int_equal(desk_count(&d, "sla", "warned"), 0);
    desk_close(&d);
}

static void each_unanswered_message_may_breach_once(void **state)
{
    DESK(d);
    int breaches = 0;
    desk_first(&d);
    desk_reply(&d);
    for (int i = 0; i < 3; i++) {
        d.now += MINUTE;
        desk_hears(&d);
        d.now += 2 * HOUR;
        desk_wake(&d);
        breaches += desk_count(&d, "sla", "\"metric\":\"next_response\",\"what\":\"breached\"");
        desk_wake(&d);
        breaches += desk_count(&d, "sla", "\"metric\":\"next_response\",\"what\":\"breached\"");
        desk_reply(&d);
    }
    assert_int_equal(breaches, 3);
    desk_close(&d);
}

static void a_reply_taken_back_lets_the_clock_go_on(void **state)
{
    DESK(d);
    desk_first(&d);
    d.now += 10 * MINUTE;
    struct ticket before = d.next;
    desk_reply(&d);
    d.now += 5 * SECOND;
    d.next.first_reply_at = before.first_reply_at;
    d.next.last_agent_at = before.last_agent_at;
    d.next.waiting_since = before.waiting_since;
    desk_change(&d, "act", "ana");
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_RUNNING);
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), 10 * MINUTE);
    desk_close(&d);
}

static void a_warning_never_comes_in_the_first_half_of_the_target(void **state)
{
    (void)state;
    const struct config_sla policy = {.warn_before = 15 * MINUTE};
    const struct sla_clock tight = {.target = 10 * MINUTE, .due_at = START}, wide = {.target = HOUR, .due_at = START};
    assert_int_equal(sla_warn_at(&tight, &policy), START - 5 * MINUTE);
    assert_int_equal(sla_warn_at(&wide, &policy), START - 15 * MINUTE);
}

static void the_tier_is_the_share_of_the_target_that_was_used(void **state)
{
    DESK(d);
    static const struct { int64_t used; enum sla_tier tier; } cases[] = {
        {0, TIER_GOLD}, {2499, TIER_GOLD}, {2500, TIER_SILVER}, {5999, TIER_SILVER}, {6000, TIER_BRONZE},
        {10000, TIER_BRONZE}, {10001, TIER_MISSED}, {1000000, TIER_MISSED}};
    struct sla_clock c = {.state = CLOCK_FULFILLED, .target = 10000};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        c.elapsed = cases[i].used;
        assert_int_equal(sla_tier(&c, &d.config.game), cases[i].tier);
    }
    c = (struct sla_clock){0};
    assert_int_equal(sla_tier(&c, &d.config.game), TIER_BRONZE);
    desk_close(&d);
}

static void a_clock_that_the_policy_does_not_have_does_not_run(void **state)
{
    DESK(d);
    d.slas[1].next_response = d.slas[1].resolution = 0;
    desk_first(&d);
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_NONE);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_RUNNING);
    d.config.sla_count = 0;
    desk_wake(&d);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->state, CLOCK_CANCELLED);
    assert_int_equal(d.ticket->wake_at, 0);
    desk_close(&d);
}

/* --- the property --- */

struct moment { /* the ticket from this moment to the next */
    int64_t at;
    struct ticket ticket;
};
enum { MOST_MOMENTS = 64 };
struct history {
    struct moment moments[MOST_MOMENTS];
    int count;
};

static bool in_play(const struct ticket *t)
{
    return t->disposition == DISPOSITION_NONE && !t->deleted && t->status != STATUS_RESOLVED && t->status != STATUS_CLOSED;
}

/* Does time count for this metric while the ticket is like this? */
static bool counts(const struct ticket *t, int metric)
{
    bool held = t->status == STATUS_PENDING || t->status == STATUS_ON_HOLD;
    if (!in_play(t) || (t->urgency == URGENCY_HIGH && metric != SLA_RESOLUTION))
        return false;
    if (metric == SLA_FIRST_RESPONSE)
        return !t->first_reply_at;
    if (metric == SLA_RESOLUTION)
        return !held;
    return t->first_reply_at && t->waiting_since && !held;
}

static int64_t moment_end(const struct history *h, int i, int64_t now)
{
    return i + 1 < h->count ? h->moments[i + 1].at : now;
}

/* The message that the next_response clock is about: the last that waited for an answer while one was owed. */
static int64_t message_in_question(const struct history *h)
{
    int64_t message = 0;
    for (int i = 0; i < h->count; i++) {
        const struct ticket *t = &h->moments[i].ticket;
        if (in_play(t) && t->urgency != URGENCY_HIGH && t->first_reply_at && t->waiting_since)
            message = t->waiting_since;
    }
    return message;
}

static int64_t added_up(const struct history *h, int metric, int64_t now)
{
    int64_t sum = 0, message = message_in_question(h);
    for (int i = 0; i < h->count; i++) {
        const struct ticket *t = &h->moments[i].ticket;
        if (counts(t, metric) && (metric != SLA_NEXT_RESPONSE || t->waiting_since == message))
            sum += moment_end(h, i, now) - h->moments[i].at;
    }
    return sum;
}

static void random_step(struct desk *d, unsigned *seed)
{
    static const int open[] = {STATUS_OPEN, STATUS_OPEN, STATUS_PENDING, STATUS_ON_HOLD};
    switch (rand_r(seed) % 9) {
    case 0:
    case 1:
        d->next.first_reply_at = d->next.first_reply_at ? d->next.first_reply_at : d->now;
        d->next.last_agent_at = d->now;
        d->next.waiting_since = 0;
        break;
    case 2:
    case 3:
        d->next.last_customer_at = d->now;
        d->next.waiting_since = d->next.waiting_since ? d->next.waiting_since : d->now;
        if (ticket_done(d->next.status) && rand_r(seed) % 2)
            d->next.status = STATUS_OPEN;
        break;
    case 4:
    case 5:
        d->next.status = open[rand_r(seed) % 4];
        break;
    case 6:
        d->next.status = STATUS_RESOLVED;
        break;
    case 7:
        d->next.urgency = URGENCY_LOW + rand_r(seed) % 3;
        break;
    default:
        if (rand_r(seed) % 2)
            d->next.disposition = d->next.disposition ? DISPOSITION_NONE : DISPOSITION_SPAM;
        else
            d->next.deleted = !d->next.deleted;
    }
}

static void remember(struct history *h, const struct desk *d)
{
    h->moments[h->count++] = (struct moment){d->now, *d->ticket};
}

static int64_t step_time(unsigned *seed)
{
    static const int64_t spans[] = {1, 1 + SECOND, 7 * MINUTE, HOUR, 5 * (int64_t)HOUR};
    return 1 + rand_r(seed) % spans[rand_r(seed) % 5];
}

static void check_history(const struct desk *d, const struct history *h, unsigned seed)
{
    for (int metric = 0; metric < SLA_METRICS; metric++) {
        int64_t naive = added_up(h, metric, d->now), ours = elapsed(d, metric);
        if (naive != ours)
            fail_msg("seed %u, moment %d, %s: counted %lld, added up %lld", seed, h->count, sla_metric_word(metric),
                     (long long)ours, (long long)naive);
        const struct sla_clock *c = clock_of(d, metric);
        if (c->state == CLOCK_RUNNING && c->due_at - d->now != c->target - ours)
            fail_msg("seed %u, moment %d, %s: due is off", seed, h->count, sla_metric_word(metric));
    }
}

static void elapsed_is_the_sum_of_what_counts_in_any_history(void **state)
{
    DESK(d);
    d.slas[2] = d.slas[1];
    d.slas[1] = (struct config_sla){.name = "bare", .resolution = 2 * HOUR};
    struct err err;
    d.slas[1].when = when_parse(d.arena, "urgency == \"high\"", &err);
    d.config.sla_count = 3;
    d.config.reopen_window = 1000 * (int64_t)DAY;
    const struct desk fresh = d;
    static struct history h;
    for (unsigned run = 1; run <= 20000; run++) {
        unsigned seed = run;
        struct desk one = fresh;
        one.arena = arena_new();
        h.count = 0;
        one.next.status = rand_r(&seed) % 8 ? STATUS_NEW : STATUS_RESOLVED + rand_r(&seed) % 2;
        desk_first(&one);
        remember(&h, &one);
        int steps = 2 + rand_r(&seed) % 14;
        for (int i = 0; i < steps; i++) {
            int64_t then = one.now + step_time(&seed);
            if (rand_r(&seed) % 2)
                desk_until(&one, then);
            one.now = then;
            random_step(&one, &seed);
            desk_change(&one, "event", "source:shop");
            remember(&h, &one);
            check_history(&one, &h, run);
        }
        one.now += step_time(&seed);
        check_history(&one, &h, run);
        arena_free(one.arena);
    }
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_response_and_resolution_start_when_we_first_see_the_ticket),
        cmocka_unit_test(a_ticket_first_seen_done_has_no_clocks),
        cmocka_unit_test(next_response_does_not_run_before_the_first_is_fulfilled),
        cmocka_unit_test(next_response_runs_from_the_oldest_unanswered_message_to_our_reply),
        cmocka_unit_test(next_response_never_runs_while_the_last_word_is_ours),
        cmocka_unit_test(a_note_stops_no_clock),
        cmocka_unit_test(a_reply_counts_from_when_it_was_sent_also_when_we_hear_of_it_late),
        cmocka_unit_test(pending_and_on_hold_pause_the_resolution_but_not_the_first_response),
        cmocka_unit_test(a_ticket_that_waits_for_others_only_is_shown_paused),
        cmocka_unit_test(a_reopen_takes_the_resolution_clock_up_where_it_stood),
        cmocka_unit_test(merged_spam_and_deleted_cancel_and_taking_it_back_goes_on_with_what_was_counted),
        cmocka_unit_test(another_policy_keeps_what_has_been_counted),
        cmocka_unit_test(a_clock_warns_once_and_breaches_once),
        cmocka_unit_test(a_late_wake_records_the_breach_alone),
        cmocka_unit_test(each_unanswered_message_may_breach_once),
        cmocka_unit_test(a_reply_taken_back_lets_the_clock_go_on),
        cmocka_unit_test(a_warning_never_comes_in_the_first_half_of_the_target),
        cmocka_unit_test(the_tier_is_the_share_of_the_target_that_was_used),
        cmocka_unit_test(a_clock_that_the_policy_does_not_have_does_not_run),
        cmocka_unit_test(elapsed_is_the_sum_of_what_counts_in_any_history),
    };
    return cmocka_run_group_tests_name("sla", tests, NULL, NULL);
}
