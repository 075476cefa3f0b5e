/* consequence: the four together, and which facts a change asks for. */
#include "../support/rules.h"

static void a_wake_with_nothing_due_changes_nothing_but_wake_at(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_first(&d);
    struct ticket before = *d.ticket;
    d.now += MINUTE;
    desk_wake(&d);
    assert_int_equal(d.out.entry_count + d.out.page_count + d.out.score_count + d.out.record_count, 0);
    before.wake_at = d.ticket->wake_at;
    for (int i = 0; i < SLA_METRICS; i++) {
        assert_int_equal(before.clock[i].elapsed, d.ticket->clock[i].elapsed);
        assert_int_equal(before.clock[i].since, d.ticket->clock[i].since);
        assert_int_equal(before.clock[i].state, d.ticket->clock[i].state);
    }
    for (int i = 0; i < field_count; i++)
        assert_true(field_same(&before, d.ticket, &field_table[i]));
    desk_close(&d);
}

static void a_resolved_ticket_is_closed_by_the_clock_after_the_reopen_window(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_first(&d);
    desk_status(&d, STATUS_RESOLVED, "ana");
    assert_int_equal(d.ticket->wake_at, d.now + d.config.reopen_window);
    desk_until(&d, d.now + d.config.reopen_window - 1);
    assert_int_equal(d.ticket->status, STATUS_RESOLVED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->status, STATUS_CLOSED);
    assert_int_equal(d.ticket->closed_at, d.now);
    assert_int_equal(d.ticket->wake_at, 0);
    desk_close(&d);
}

static void a_snooze_ends_at_its_time_or_when_the_customer_writes(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    desk_first(&d);
    d.next.snoozed_until = d.now + 3 * MINUTE;
    desk_change(&d, "act", "ana");
    assert_int_equal(d.ticket->wake_at, d.now + 3 * MINUTE);
    desk_until(&d, d.now + 3 * MINUTE);
    assert_int_equal(d.ticket->snoozed_until, 0);
    d.next.snoozed_until = d.now + HOUR;
    desk_change(&d, "act", "ana");
    d.now += MINUTE;
    desk_hears(&d);
    assert_int_equal(d.ticket->snoozed_until, 0);
    desk_close(&d);
}

static void an_event_without_status_urgency_or_message_needs_no_facts(void **state)
{
    (void)state;
    struct facts facts = {.cause = "event"};
    struct ticket before = {.status = STATUS_OPEN}, after = before;
    after.tags = "[\"vip\"]";
    assert_int_equal(consequence_needs(&before, &after, &facts, START), 0);
    after.status = STATUS_RESOLVED;
    assert_int_equal(consequence_needs(&before, &after, &facts, START), NEEDS_SCORES | NEEDS_GAME | NEEDS_REPLIES);
    assert_int_equal(consequence_needs(&after, &before, &facts, START), NEEDS_SCORES | NEEDS_GAME);
    after.status = STATUS_OPEN;
    after.urgency = URGENCY_CRITICAL;
    assert_int_equal(consequence_needs(&before, &after, &facts, START), NEEDS_ONCALL);
    assert_int_equal(consequence_needs(NULL, &before, &facts, START), NEEDS_BOSS);
    before.assignee = "ana";
    assert_int_equal(consequence_needs(NULL, &before, &facts, START), NEEDS_BOSS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wake_with_nothing_due_changes_nothing_but_wake_at),
        cmocka_unit_test(a_resolved_ticket_is_closed_by_the_clock_after_the_reopen_window),
        cmocka_unit_test(a_snooze_ends_at_its_time_or_when_the_customer_writes),
        cmocka_unit_test(an_event_without_status_urgency_or_message_needs_no_facts),
    };
    return cmocka_run_group_tests_name("consequence", tests, NULL, NULL);
}
