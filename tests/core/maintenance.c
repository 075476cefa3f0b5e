/* maintenance: windows hold pages, and what is open when they end triggers. */
#include "../support/rules.h"
#include "core/desk.h"

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

static const struct escalation *of(const struct desk *d)
{
    return &d->ticket->escalation;
}

static void a_window_holds_any_open_state_and_its_end_triggers_from_the_first_step(void **state)
{
    for (int acked = 0; acked < 2; acked++) {
        DESK(d);
        struct maintenance window = {.key = "1", .by = "lea", .reason = "new disks", .from = START + MINUTE, .to = START + HOUR};
        struct desk_state set = {.windows = &window, .window_count = 1};
        d.facts.desk = &set;
        desk_page(&d);
        if (acked)
            desk_ack(&d, "bo");
        d.now = START + MINUTE;
        desk_wake(&d);
        assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
        assert_int_equal(desk_count(&d, "escalation", "\"what\":\"suppressed\""), 1);
        assert_int_equal(of(&d)->held_until, START + HOUR);
        d.facts.paged_for = "again";
        desk_change(&d, "event", "source:shop");
        assert_int_equal(of(&d)->occurrences, 2);
        assert_int_equal(d.out.page_count, 0);
        d.facts.escalate = true;
        desk_change(&d, "act", "bo");
        assert_int_equal(d.out.page_count, 0);
        desk_until(&d, START + HOUR - 1);
        assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
        desk_until(&d, START + HOUR);
        assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
        desk_told(&d, 0, "ana", 0);
        desk_close(&d);
    }
}

static void what_is_resolved_during_a_window_does_not_trigger_at_its_end(void **state)
{
    DESK(d);
    struct maintenance window = {.key = "1", .reason = "new disks", .from = START, .to = START + HOUR};
    struct desk_state set = {.windows = &window, .window_count = 1};
    d.facts.desk = &set;
    desk_page(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
    assert_int_equal(d.out.page_count, 0);
    desk_status(&d, STATUS_RESOLVED, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    desk_until(&d, START + 2 * HOUR);
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    desk_close(&d);
}

static void the_window_that_ends_last_holds(void **state)
{
    DESK(d);
    struct maintenance windows[2] = {{.key = "1", .reason = "a", .from = START, .to = START + HOUR}, {.key = "2", .reason = "b", .from = START, .to = START + 2 * HOUR}};
    struct desk_state set = {.windows = windows, .window_count = 2};
    d.facts.desk = &set;
    desk_page(&d);
    assert_int_equal(of(&d)->held_until, START + 2 * HOUR);
    windows[1].to = START + MINUTE;
    d.now = START + MINUTE;
    desk_wake(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
    assert_int_equal(of(&d)->held_until, START + HOUR);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_holds_any_open_state_and_its_end_triggers_from_the_first_step),
        cmocka_unit_test(what_is_resolved_during_a_window_does_not_trigger_at_its_end),
        cmocka_unit_test(the_window_that_ends_last_holds),
    };
    return cmocka_run_group_tests_name("maintenance", tests, NULL, NULL);
}
