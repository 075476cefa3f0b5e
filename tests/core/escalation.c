/* escalation: who is told when, in sentences. Random histories against a model of it: tests/core/escalation_model. */
#include "../support/rules.h"
#include "core/desk.h"
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

static void steps_come_in_their_order_then_loop_then_remind_each_hour(void **state)
{
    DESK(d);
    desk_page(&d);
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

static void an_ack_stops_the_pages_until_it_runs_out(void **state)
{
    DESK(d);
    desk_page(&d);
    d.now += MINUTE;
    desk_ack(&d, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    assert_string_equal(of(&d)->acked_by, "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    assert_int_equal(of(&d)->next_at, 0);
    desk_until(&d, d.now + 30 * MINUTE - 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(d.out.page_count, 2); /* who had it, and who is on call */
    desk_told(&d, 0, "bo", 0);
    desk_told(&d, 1, "ana", 0);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"ack_expired\""), 1);
    assert_null(of(&d)->acked_by);
    desk_close(&d);
}

static void who_has_it_and_is_on_call_gets_one_page_when_the_ack_runs_out(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_ack(&d, "ana");
    desk_until(&d, d.now + 30 * MINUTE);
    assert_int_equal(d.out.page_count, 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"ack_expired\",\"step\":-1,\"loop\":0,\"told\":[\"ana\"]"), 1);
    desk_close(&d);
}

static void work_by_who_acknowledged_pushes_the_time_and_work_by_others_does_not(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_ack(&d, "bo");
    int64_t expires = of(&d)->ack_expires_at;
    d.now += 20 * MINUTE;
    d.next.thread_version++;
    desk_change(&d, "act", "ana");
    assert_int_equal(of(&d)->ack_expires_at, expires);
    d.next.thread_version++;
    desk_change(&d, "act", "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    desk_close(&d);
}

static void looking_tagging_and_sorting_is_no_work_that_pushes_the_time(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_ack(&d, "bo");
    int64_t expires = of(&d)->ack_expires_at;
    d.now += 20 * MINUTE;
    d.next.tags = "[\"seen\"]";
    desk_change(&d, "act", "bo");
    d.next.category = CATEGORY_BUG;
    desk_change(&d, "act", "bo");
    assert_int_equal(of(&d)->ack_expires_at, expires);
    desk_status(&d, STATUS_ON_HOLD, "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    desk_close(&d);
}

static void an_ack_without_a_timeout_holds_for_good(void **state)
{
    DESK(d);
    d.policies[0].ack_timeout = 0;
    desk_page(&d);
    desk_ack(&d, "bo");
    desk_until(&d, d.now + DAY);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_close(&d);
}

static void a_snooze_overrides_the_ack_timeout_and_pages_when_it_ends(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_ack(&d, "bo");
    d.next.snoozed_until = d.now + 4 * HOUR;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    desk_until(&d, d.now + 4 * HOUR - 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    desk_told(&d, 0, "ana", 0);
    desk_close(&d);
}

static void duplicates_are_counted_and_page_nobody(void **state)
{
    DESK(d);
    desk_page(&d);
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
    desk_page(&d);
    d.now += MINUTE;
    d.facts.escalate = true;
    desk_change(&d, "act", "cem");
    desk_told(&d, 0, "bo", 1);
    desk_ack(&d, "bo");
    d.now += MINUTE;
    d.facts.escalate = true;
    desk_change(&d, "act", "cem");
    desk_told(&d, 0, "ana", 0);
    assert_string_equal(of(&d)->reason, "asked for by cem");
    desk_close(&d);
}

static void an_agent_who_lowers_the_urgency_ends_it(void **state)
{
    DESK(d);
    d.next.urgency = URGENCY_CRITICAL;
    desk_page(&d);
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
    desk_page(&d);
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
            desk_page(&d);
            if (acked)
                desk_ack(&d, "bo");
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
        desk_page(&d);
        desk_until(&d, d.now + 6 * MINUTE);
        desk_status(&d, STATUS_RESOLVED, "bo");
        d.now += cases[i].after;
        desk_status(&d, STATUS_OPEN, "bo");
        assert_int_equal(d.out.page_count, cases[i].pages);
        assert_int_equal(d.ticket->escalated == ESCALATION_TRIGGERED, cases[i].pages);
        if (cases[i].pages)
            desk_told(&d, 0, "ana", 0);
        desk_close(&d);
    }
}

static void an_ack_on_a_resolved_escalation_never_reopens_it(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_status(&d, STATUS_RESOLVED, "bo");
    desk_ack(&d, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    assert_int_equal(d.out.entry_count, 0);
    desk_close(&d);
}

static void a_done_ticket_pages_nobody(void **state)
{
    DESK(d);
    d.next.status = STATUS_RESOLVED;
    desk_page(&d);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(d.ticket->escalated, ESCALATION_NONE);
    desk_close(&d);
}

static void overdue_steps_come_out_once_each_one_per_second(void **state)
{
    DESK(d);
    desk_page(&d);
    d.now = START + 32 * MINUTE; /* an outage: steps 1, 2, 0 and 1 are overdue */
    static const int steps[] = {1, 2, 0, 1};
    for (int i = 0; i < 4; i++) {
        desk_wake(&d);
        desk_told(&d, 0, steps[i] == 0 ? "ana" : steps[i] == 1 ? "bo" : "lea", steps[i]);
        desk_wake(&d); /* the same moment again */
        assert_int_equal(d.out.page_count, 0);
        assert_int_equal(d.ticket->wake_at, i < 3 ? d.now + SECOND : START + 40 * MINUTE);
        d.now = d.ticket->wake_at;
    }
    desk_close(&d);
}

/* --- a page that failed --- */

static void fail_page(struct desk *d, int step, int loop, bool all)
{
    struct page_failure failure = {.agent = "ana", .destination = "phones", .why = "503", .step = step, .loop = loop, .all = all};
    d->facts.page_failed = &failure;
    desk_change(d, "receipt", "courier");
    d->facts.page_failed = NULL;
}

static void a_page_that_reached_nobody_brings_the_next_step_at_once(void **state)
{
    DESK(d);
    desk_page(&d);
    d.now += 40 * SECOND;
    fail_page(&d, 0, 0, true);
    desk_told(&d, 0, "bo", 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"page_failed\",\"step\":0,\"loop\":0,\"told\":[\"ana\"],\"why\":\"503\",\"all\":true"), 1);
    assert_int_equal(d.ticket->wake_at, d.now + 10 * MINUTE); /* planned from when it came */
    desk_close(&d);
}

static void a_page_that_failed_beside_others_or_of_a_step_long_gone_is_only_written_down(void **state)
{
    DESK(d);
    desk_page(&d);
    d.now += 40 * SECOND;
    fail_page(&d, 0, 0, false);
    assert_int_equal(d.out.page_count, 0);
    desk_until(&d, START + 5 * MINUTE);
    fail_page(&d, 0, 0, true);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(of(&d)->step, 1);
    desk_close(&d);
}

static void a_reminder_that_failed_does_not_bring_the_next_one(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_until(&d, START + 50 * MINUTE);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"reminder\""), 1);
    d.now += MINUTE;
    fail_page(&d, of(&d)->step, of(&d)->loop, true);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(of(&d)->next_at, START + 110 * MINUTE);
    desk_close(&d);
}

static void after_an_ack_a_failed_page_changes_nothing(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_ack(&d, "bo");
    fail_page(&d, 0, 0, true);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_close(&d);
}

/* --- snooze, again and woken --- */

static void another_snooze_moves_the_time_and_waking_it_gives_it_back_to_who_had_it(void **state)
{
    DESK(d);
    desk_page(&d);
    desk_ack(&d, "bo");
    d.next.snoozed_until = d.now + HOUR;
    desk_change(&d, "act", "bo");
    d.next.snoozed_until = d.now + 8 * HOUR;
    desk_change(&d, "act", "bo");
    assert_int_equal(of(&d)->snoozed_until, d.now + 8 * HOUR);
    desk_until(&d, d.now + 2 * HOUR);
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    d.next.snoozed_until = 0;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    assert_string_equal(of(&d)->acked_by, "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    desk_close(&d);
}

static void a_snooze_ends_with_a_reply_exactly_where_it_was_to(void **state)
{
    for (int on = WAKE_ON_TIME; on <= WAKE_ON_EITHER; on++) {
        DESK(d);
        desk_page(&d);
        desk_ack(&d, "bo");
        d.next.snoozed_until = d.now + HOUR;
        d.next.wake_on = on;
        desk_change(&d, "act", "bo");
        d.now += MINUTE;
        desk_hears(&d);
        assert_int_equal(d.ticket->escalated, on == WAKE_ON_TIME ? ESCALATION_SNOOZED : ESCALATION_TRIGGERED);
        assert_int_equal(d.out.page_count, on != WAKE_ON_TIME);
        desk_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_come_in_their_order_then_loop_then_remind_each_hour),
        cmocka_unit_test(an_ack_stops_the_pages_until_it_runs_out),
        cmocka_unit_test(who_has_it_and_is_on_call_gets_one_page_when_the_ack_runs_out),
        cmocka_unit_test(work_by_who_acknowledged_pushes_the_time_and_work_by_others_does_not),
                                       cmocka_unit_test(looking_tagging_and_sorting_is_no_work_that_pushes_the_time),
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
        cmocka_unit_test(a_page_that_reached_nobody_brings_the_next_step_at_once),
        cmocka_unit_test(a_page_that_failed_beside_others_or_of_a_step_long_gone_is_only_written_down),
        cmocka_unit_test(a_reminder_that_failed_does_not_bring_the_next_one),
        cmocka_unit_test(after_an_ack_a_failed_page_changes_nothing),
        cmocka_unit_test(another_snooze_moves_the_time_and_waking_it_gives_it_back_to_who_had_it),
        cmocka_unit_test(a_snooze_ends_with_a_reply_exactly_where_it_was_to),
    };
    return cmocka_run_group_tests_name("escalation", tests, NULL, NULL);
}
