/* escalation: who is told when, in sentences, and a model of it: 2,000 random histories of acks, work, outages and
 * catching up, in which each step must come once, in order, not before its time and never while somebody has it. */
#include "../support/rules.h"
#include <stdio.h>
#include <stdlib.h>

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

static const struct escalation *of(const struct desk *d)
{
    return &d->ticket->escalation;
}

static void page_now(struct desk *d)
{
    d->facts.paged_for = "hard phrase \"site is down\"";
    desk_first(d);
}

static void told(const struct desk *d, int i, const char *agent, int step)
{
    assert_true(i < d->out.page_count);
    assert_string_equal(d->out.pages[i].agent, agent);
    assert_int_equal(d->out.pages[i].step, step);
}

static void ack(struct desk *d, const char *agent)
{
    d->facts.acknowledge = true;
    desk_change(d, "act", agent);
}

static void a_hard_phrase_pages_who_is_on_call_at_once(void **state)
{
    DESK(d);
    page_now(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(d.out.page_count, 1);
    told(&d, 0, "ana", 0);
    assert_string_equal(d.out.pages[0].why, "hard phrase \"site is down\"");
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"opened\""), 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"step\",\"step\":0,\"loop\":0,\"told\":[\"ana\"]"), 1);
    assert_int_equal(d.ticket->wake_at, d.now + 5 * MINUTE);
    desk_close(&d);
}

static void the_models_label_pages_only_when_it_is_sure_and_has_learned_enough(void **state)
{
    static const struct { int64_t bp, learned; bool pages; } cases[] = {{7999, 50, false}, {8000, 49, false}, {8000, 50, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        d.next.urgency = URGENCY_CRITICAL;
        d.next.urgency_bp = cases[i].bp;
        d.facts.model_learned = cases[i].learned;
        desk_first(&d);
        assert_int_equal(d.out.page_count, cases[i].pages);
        desk_close(&d);
    }
}

static void a_person_or_a_rule_that_says_critical_pages(void **state)
{
    static const int by[] = {LABEL_BY_AGENT, LABEL_BY_RULE};
    for (int i = 0; i < 2; i++) {
        DESK(d);
        desk_first(&d);
        d.next.urgency = URGENCY_CRITICAL;
        d.next.urgency_by = by[i];
        desk_change(&d, "act", "bo");
        assert_int_equal(d.out.page_count, 1);
        desk_close(&d);
    }
}

static void what_its_source_calls_urgent_pages_unless_that_rule_is_off(void **state)
{
    for (int on = 0; on < 2; on++) {
        DESK(d);
        d.config.page_urgent = on;
        desk_first(&d);
        d.next.priority = PRIORITY_URGENT;
        desk_change(&d, "event", "source:shop");
        assert_int_equal(d.out.page_count, on);
        desk_change(&d, "event", "source:shop");
        assert_int_equal(d.out.page_count, 0);
        desk_close(&d);
    }
}

static void an_agent_who_sets_urgent_does_not_page(void **state)
{
    DESK(d);
    desk_first(&d);
    d.next.priority = PRIORITY_URGENT;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.out.page_count, 0);
    desk_close(&d);
}

static void steps_come_in_their_order_then_loop_then_remind_each_hour(void **state)
{
    DESK(d);
    page_now(&d);
    static const struct { int64_t after; const char *agent; const char *what; } plan[] = {
        {5, "bo", "\"what\":\"step\",\"step\":1,\"loop\":0"},   {15, "lea", "\"what\":\"step\",\"step\":2,\"loop\":0"},
        {25, "ana", "\"what\":\"step\",\"step\":0,\"loop\":1"}, {30, "bo", "\"what\":\"step\",\"step\":1,\"loop\":1"},
        {40, "lea", "\"what\":\"step\",\"step\":2,\"loop\":1"}, {50, "lea", "\"what\":\"reminder\""},
        {110, "lea", "\"what\":\"reminder\""},                 {170, "lea", "\"what\":\"reminder\""}};
    for (size_t i = 0; i < sizeof plan / sizeof *plan; i++) {
        desk_until(&d, START + plan[i].after * MINUTE);
        assert_int_equal(d.out.page_count, 1);
        assert_string_equal(d.out.pages[0].agent, plan[i].agent);
        assert_int_equal(desk_count(&d, "escalation", plan[i].what), 1);
    }
    desk_close(&d);
}

static void with_nobody_on_call_the_next_step_comes_at_once_and_the_leads_are_the_last_resort(void **state)
{
    DESK(d);
    d.config.schedule_count = 0;
    page_now(&d);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 1);
    told(&d, 0, "bo", 1);
    desk_close(&d);
    desk_open(&d);
    d.config.schedule_count = 0;
    d.policies[0].step_count = 1;
    page_now(&d);
    told(&d, 0, "lea", 0);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 1);
    desk_close(&d);
    desk_open(&d);
    d.config.schedule_count = 0;
    d.policies[0].step_count = 1;
    d.config.agent_count = 2; /* no lead */
    page_now(&d);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 2);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_true(d.ticket->wake_at > d.now);
    desk_close(&d);
}

static void a_step_whose_condition_is_false_is_passed_over(void **state)
{
    DESK(d);
    struct err err;
    d.policies[0].steps[1].when = when_parse(d.arena, "hour < 6", &err);
    d.facts.env.hour = 14;
    page_now(&d);
    desk_until(&d, START + 5 * MINUTE);
    told(&d, 0, "lea", 2);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
    desk_close(&d);
}

static void an_ack_stops_the_pages_until_it_runs_out(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += MINUTE;
    ack(&d, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    assert_string_equal(of(&d)->acked_by, "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    assert_int_equal(of(&d)->next_at, 0);
    desk_until(&d, d.now + 30 * MINUTE - 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(d.out.page_count, 2); /* who had it, and who is on call */
    told(&d, 0, "bo", 0);
    told(&d, 1, "ana", 0);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"ack_expired\""), 1);
    assert_null(of(&d)->acked_by);
    desk_close(&d);
}

static void who_has_it_and_is_on_call_gets_one_page_when_the_ack_runs_out(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "ana");
    desk_until(&d, d.now + 30 * MINUTE);
    assert_int_equal(d.out.page_count, 1);
    desk_close(&d);
}

static void work_by_who_acknowledged_pushes_the_time_and_work_by_others_does_not(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "bo");
    int64_t expires = of(&d)->ack_expires_at;
    d.now += 20 * MINUTE;
    d.next.messages++;
    desk_change(&d, "act", "ana");
    assert_int_equal(of(&d)->ack_expires_at, expires);
    d.next.messages++;
    desk_change(&d, "act", "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    desk_close(&d);
}

static void an_ack_without_a_timeout_holds_for_good(void **state)
{
    DESK(d);
    d.policies[0].ack_timeout = 0;
    page_now(&d);
    ack(&d, "bo");
    desk_until(&d, d.now + DAY);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_close(&d);
}

static void a_snooze_overrides_the_ack_timeout_and_pages_when_it_ends(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "bo");
    d.next.snoozed_until = d.now + 4 * HOUR;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    desk_until(&d, d.now + 4 * HOUR - 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    told(&d, 0, "ana", 0);
    desk_close(&d);
}

static void duplicates_are_counted_and_page_nobody(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += MINUTE;
    d.facts.paged_for = "rule \"vip\"";
    desk_change(&d, "event", "source:shop");
    assert_int_equal(of(&d)->occurrences, 2);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(of(&d)->next_at, START + 5 * MINUTE);
    desk_close(&d);
}

static void asking_again_by_hand_tells_the_next_one_now(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += MINUTE;
    d.facts.escalate = true;
    desk_change(&d, "act", "cem");
    told(&d, 0, "bo", 1);
    ack(&d, "bo");
    d.now += MINUTE;
    d.facts.escalate = true;
    desk_change(&d, "act", "cem");
    told(&d, 0, "ana", 0);
    assert_string_equal(of(&d)->reason, "asked for by cem");
    desk_close(&d);
}

static void an_agent_who_lowers_the_urgency_ends_it(void **state)
{
    DESK(d);
    d.next.urgency = URGENCY_CRITICAL;
    page_now(&d);
    d.next.urgency = URGENCY_HIGH;
    d.next.urgency_by = LABEL_BY_AGENT;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    assert_string_equal(of(&d)->reason, "downgraded");
    assert_string_equal(of(&d)->resolved_by, "bo");
    desk_until(&d, d.now + DAY);
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    desk_close(&d);
}

static void the_model_that_thinks_again_does_not_end_it(void **state)
{
    DESK(d);
    d.next.urgency = URGENCY_CRITICAL;
    page_now(&d);
    d.next.urgency = URGENCY_LOW;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    desk_close(&d);
}

static void resolved_merged_and_spam_end_it_from_any_open_state(void **state)
{
    for (int acked = 0; acked < 2; acked++)
        for (int way = 0; way < 3; way++) {
            DESK(d);
            page_now(&d);
            if (acked)
                ack(&d, "bo");
            if (way)
                d.next.disposition = way == 1 ? DISPOSITION_MERGED : DISPOSITION_SPAM;
            desk_status(&d, way ? STATUS_CLOSED : STATUS_RESOLVED, "bo");
            assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
            assert_string_equal(of(&d)->reason, way == 0 ? "resolved" : way == 1 ? "merged" : "spam");
            assert_int_equal(d.out.page_count, 0);
            desk_close(&d);
        }
}

static void reopened_within_the_hour_and_still_critical_starts_over(void **state)
{
    static const struct { int64_t after; int urgency; bool pages; } cases[] = {
        {HOUR, URGENCY_CRITICAL, true}, {HOUR + 1, URGENCY_CRITICAL, false}, {MINUTE, URGENCY_HIGH, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        d.next.urgency = cases[i].urgency;
        page_now(&d);
        desk_until(&d, d.now + 6 * MINUTE);
        desk_status(&d, STATUS_RESOLVED, "bo");
        d.now += cases[i].after;
        desk_status(&d, STATUS_OPEN, "bo");
        assert_int_equal(d.out.page_count, cases[i].pages);
        assert_int_equal(d.ticket->escalated == ESCALATION_TRIGGERED, cases[i].pages);
        if (cases[i].pages)
            told(&d, 0, "ana", 0);
        desk_close(&d);
    }
}

static void an_ack_on_a_resolved_escalation_never_reopens_it(void **state)
{
    DESK(d);
    page_now(&d);
    desk_status(&d, STATUS_RESOLVED, "bo");
    ack(&d, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    assert_int_equal(d.out.entry_count, 0);
    desk_close(&d);
}

static void a_done_ticket_pages_nobody(void **state)
{
    DESK(d);
    d.next.status = STATUS_RESOLVED;
    page_now(&d);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(d.ticket->escalated, ESCALATION_NONE);
    desk_close(&d);
}

static void overdue_steps_come_out_once_each_one_per_second(void **state)
{
    DESK(d);
    page_now(&d);
    d.now = START + 32 * MINUTE; /* an outage: steps 1, 2, 0 and 1 are overdue */
    static const int steps[] = {1, 2, 0, 1};
    for (int i = 0; i < 4; i++) {
        desk_wake(&d);
        told(&d, 0, steps[i] == 0 ? "ana" : steps[i] == 1 ? "bo" : "lea", steps[i]);
        desk_wake(&d); /* the same moment again */
        assert_int_equal(d.out.page_count, 0);
        assert_int_equal(d.ticket->wake_at, i < 3 ? d.now + SECOND : START + 40 * MINUTE);
        d.now = d.ticket->wake_at;
    }
    desk_close(&d);
}

static void without_a_policy_the_leads_are_told(void **state)
{
    DESK(d);
    d.config.escalation_count = 0;
    page_now(&d);
    told(&d, 0, "lea", 0);
    assert_true(d.ticket->wake_at > d.now);
    desk_close(&d);
}

/* --- the model --- */

struct model {
    bool open, acked;
    int64_t began, last, until; /* triggered at; last step or reminder at; the ack's end */
    int taken;                  /* steps and reminders since began */
    unsigned seed, run;
};
enum { STEPS = 3, LOOPS = 2, ALL = STEPS * LOOPS };

/* When the n-th step since the trigger is due; after the last the first reminder. */
static int64_t planned(const struct model *m, int n)
{
    static const int64_t waits[STEPS] = {5 * MINUTE, 10 * MINUTE, 10 * MINUTE};
    int64_t at = m->began;
    for (int i = 0; i < n && i < ALL; i++)
        at += waits[i % STEPS];
    return n <= ALL ? at : m->last + HOUR;
}

static void expect_nothing(const struct desk *d, const struct model *m)
{
    if (d->out.page_count || desk_count(d, "escalation", "\"what\":\"step\""))
        fail_msg("history %u: somebody was told for nothing", m->run);
}

/* What a wake did, against what the model says is due at this moment. */
static void check_wake(const struct desk *d, struct model *m)
{
    char want[80];
    if (m->open && m->acked && d->now >= m->until) {
        if (desk_count(d, "escalation", "\"what\":\"ack_expired\"") != 1)
            fail_msg("history %u: the ack did not run out", m->run);
        m->acked = false;
        m->began = d->now;
        m->taken = 0;
        m->last = 0;
    }
    bool due = m->open && !m->acked && d->now >= planned(m, m->taken) && (!m->last || d->now >= m->last + SECOND);
    if (!due) {
        expect_nothing(d, m);
        return;
    }
    if (m->taken < ALL)
        snprintf(want, sizeof want, "\"what\":\"step\",\"step\":%d,\"loop\":%d,", m->taken % STEPS, m->taken / STEPS);
    else
        snprintf(want, sizeof want, "\"what\":\"reminder\"");
    if (desk_count(d, "escalation", want) != 1)
        fail_msg("history %u: no %s at +%lld ms", m->run, want, (long long)(d->now - m->began));
    if (desk_count(d, "escalation", "\"what\":\"step\"") + desk_count(d, "escalation", "\"what\":\"reminder\"") != 1)
        fail_msg("history %u: two steps at once", m->run);
    m->taken++;
    m->last = d->now;
}

/* The daemon's life until `at`: it wakes when asked to, or as soon as it can after an outage. */
static void live(struct desk *d, struct model *m, int64_t at)
{
    for (int guard = 0; d->ticket->wake_at && d->ticket->wake_at <= at; guard++) {
        if (guard > 1000)
            fail_msg("history %u: wakes without end", m->run);
        d->now = d->ticket->wake_at > d->now ? d->ticket->wake_at : d->now;
        desk_wake(d);
        check_wake(d, m);
    }
    d->now = at > d->now ? at : d->now;
    if (m->open && !m->acked && planned(m, m->taken) <= d->now && m->last + SECOND <= d->now)
        fail_msg("history %u: something was due and did not come", m->run);
}

static void random_turn(struct desk *d, struct model *m)
{
    static const int64_t spans[] = {SECOND, 4 * (int64_t)MINUTE, 20 * (int64_t)MINUTE, 3 * (int64_t)HOUR};
    int64_t span = 1 + rand_r(&m->seed) % spans[rand_r(&m->seed) % 4];
    static const char *const agents[] = {"ana", "bo", "cem"};
    const char *who = agents[rand_r(&m->seed) % 3];
    switch (rand_r(&m->seed) % 6) {
    case 0:
    case 1:
        live(d, m, d->now + span);
        break;
    case 2: /* an outage, and then catching up */
        d->now += span;
        live(d, m, d->now + 30 * SECOND);
        break;
    case 3:
        live(d, m, d->now);
        ack(d, who);
        expect_nothing(d, m);
        m->acked = true;
        m->until = d->now + 30 * MINUTE;
        break;
    case 4:
        live(d, m, d->now);
        d->next.messages++;
        bool his = m->acked && strcmp(of(d)->acked_by, who) == 0;
        desk_change(d, "act", who);
        expect_nothing(d, m);
        if (his)
            m->until = d->now + 30 * MINUTE;
        break;
    default:
        live(d, m, d->now);
        if (rand_r(&m->seed) % 4)
            break;
        desk_status(d, STATUS_RESOLVED, "bo");
        expect_nothing(d, m);
        d->now += span;
        desk_status(d, STATUS_OPEN, "bo");
        *m = (struct model){.open = span <= HOUR, .began = d->now, .seed = m->seed, .run = m->run};
        check_wake(d, m);
        if (!m->open) {
            d->facts.escalate = true;
            desk_change(d, "act", "cem");
            m->open = true;
            check_wake(d, m);
        }
    }
}

static void each_step_comes_once_in_order_and_none_after_an_ack_in_any_history(void **state)
{
    DESK(d);
    const struct desk fresh = d;
    for (unsigned run = 1; run <= 2000; run++) {
        struct desk one = fresh;
        struct model m = {.open = true, .began = START, .seed = run, .run = run};
        one.arena = arena_new();
        one.config.sla_count = 0; /* so that every wake is the escalation's */
        one.config.reopen_window = 1000 * (int64_t)DAY;
        one.next.urgency = URGENCY_CRITICAL;
        page_now(&one);
        check_wake(&one, &m);
        for (int i = 0; i < 40; i++)
            random_turn(&one, &m);
        arena_free(one.arena);
    }
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hard_phrase_pages_who_is_on_call_at_once),
        cmocka_unit_test(the_models_label_pages_only_when_it_is_sure_and_has_learned_enough),
        cmocka_unit_test(a_person_or_a_rule_that_says_critical_pages),
        cmocka_unit_test(what_its_source_calls_urgent_pages_unless_that_rule_is_off),
        cmocka_unit_test(an_agent_who_sets_urgent_does_not_page),
        cmocka_unit_test(steps_come_in_their_order_then_loop_then_remind_each_hour),
        cmocka_unit_test(with_nobody_on_call_the_next_step_comes_at_once_and_the_leads_are_the_last_resort),
        cmocka_unit_test(a_step_whose_condition_is_false_is_passed_over),
        cmocka_unit_test(an_ack_stops_the_pages_until_it_runs_out),
        cmocka_unit_test(who_has_it_and_is_on_call_gets_one_page_when_the_ack_runs_out),
        cmocka_unit_test(work_by_who_acknowledged_pushes_the_time_and_work_by_others_does_not),
        cmocka_unit_test(an_ack_without_a_timeout_holds_for_good),
        cmocka_unit_test(a_snooze_overrides_the_ack_timeout_and_pages_when_it_ends),
        cmocka_unit_test(duplicates_are_counted_and_page_nobody),
        cmocka_unit_test(asking_again_by_hand_tells_the_next_one_now),
        cmocka_unit_test(an_agent_who_lowers_the_urgency_ends_it),
        cmocka_unit_test(the_model_that_thinks_again_does_not_end_it),
        cmocka_unit_test(resolved_merged_and_spam_end_it_from_any_open_state),
        cmocka_unit_test(reopened_within_the_hour_and_still_critical_starts_over),
        cmocka_unit_test(an_ack_on_a_resolved_escalation_never_reopens_it),
        cmocka_unit_test(a_done_ticket_pages_nobody),
        cmocka_unit_test(overdue_steps_come_out_once_each_one_per_second),
        cmocka_unit_test(without_a_policy_the_leads_are_told),
        cmocka_unit_test(each_step_comes_once_in_order_and_none_after_an_ack_in_any_history),
    };
    return cmocka_run_group_tests_name("escalation", tests, NULL, NULL);
}
