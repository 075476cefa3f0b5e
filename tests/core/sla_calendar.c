/* sla_calendar: the clocks' rules where a policy has hours, one sentence each. The desk's policies count by an office in Berlin,
 * Monday to Friday 09:00 to 17:00 with lunch at noon; the week is that of Monday, 23 November 2026 (UTC+1), Wednesday a holiday. */
#include "support/rules.h"
#include <stdlib.h>

#define OFFICE \
    "calendars:\n  - {name: office, tz: Europe/Berlin, hours: ['mon-fri 09:00-17:00'], breaks: ['mon-fri 12:00-12:30'], holidays: ['2026-11-25 Fair']}\n" \
    "  - {name: late, tz: Europe/Berlin, hours: ['mon-fri 12:00-20:00']}\n"

enum { MON = 23, TUE, WED, THU, FRI, NEXT_MON = 30 };
static int64_t at(int day, int hour, int minute)
{
    return zone_instant(NULL, &(struct civil){.year = 2026, .month = 11, .day = day, .hour = hour - 1, .minute = minute});
}

static void office_open(struct desk *d, int64_t now)
{
    struct err err = {0};
    desk_open(d);
    struct config *config = config_parse(d->arena, "t.yaml", OFFICE, strlen(OFFICE), NULL, 0, &err);
    if (!config || !config_zones(config, d->arena, zone_load, &err))
        fail_msg("%s", err.text);
    d->config.calendars = config->calendars;
    d->config.calendar_count = config->calendar_count;
    for (int i = 0; i < d->config.sla_count; i++) {
        d->slas[i].calendar = "office";
        d->slas[i].hours = config_calendar(config, "office");
    }
    d->now = now;
}
#define OFFICE_AT(d, when) \
    struct desk d;         \
    (void)state;           \
    office_open(&d, when)

static const struct sla_clock *clock_of(const struct desk *d, int metric)
{
    return &d->ticket->clock[metric];
}

static int64_t elapsed(const struct desk *d, int metric)
{
    return sla_elapsed(&d->config, clock_of(d, metric), d->now);
}

static void lunch_nights_and_holidays_are_not_counted(void **state)
{
    OFFICE_AT(d, at(TUE, 11, 30)); /* 60 min first response: 30 before lunch, 30 after */
    desk_first(&d);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->due_at, at(TUE, 13, 0));
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->due_at, at(THU, 12, 0)); /* 5 h on Tuesday, Wednesday is a holiday, 3 h on Thursday */
    d.now = at(TUE, 12, 20);
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), 30 * MINUTE);
    d.now = at(WED, 11, 0);
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 5 * HOUR);
    assert_int_equal(d.ticket->next_due_at, at(TUE, 13, 0));
    desk_close(&d);
}

static void a_ticket_of_the_night_begins_to_count_in_the_morning(void **state)
{
    OFFICE_AT(d, at(MON, 22, 0));
    desk_first(&d);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->started_at, at(MON, 22, 0));
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->due_at, at(TUE, 10, 0));
    desk_until(&d, at(TUE, 9, 0));
    assert_int_equal(elapsed(&d, SLA_FIRST_RESPONSE), 0);
    assert_int_equal(d.ticket->sla, SLA_OK);
    desk_close(&d);
}

static void it_is_late_when_one_more_millisecond_was_counted_not_when_the_office_closes(void **state)
{
    OFFICE_AT(d, at(TUE, 16, 0)); /* due exactly at closing time */
    desk_first(&d);
    assert_int_equal(clock_of(&d, SLA_FIRST_RESPONSE)->due_at, at(TUE, 17, 0));
    desk_until(&d, at(THU, 8, 59));
    assert_int_equal(d.ticket->sla, SLA_WARN);
    assert_int_equal(d.ticket->wake_at, at(THU, 9, 0) + 1);
    desk_until(&d, at(THU, 9, 0) + 1);
    assert_int_equal(desk_count(&d, "sla", "\"metric\":\"first_response\",\"what\":\"breached\""), 1);
    assert_int_equal(d.ticket->sla, SLA_LATE);
    desk_close(&d);
}

/* Came in at 16:15 on Tuesday: 45 of 60 minutes are counted when the office closes, 15 are left: the warning falls there. */
static void a_warning_outside_hours_waits_for_the_morning_unless_the_ticket_is_critical(void **state)
{
    OFFICE_AT(d, at(TUE, 16, 15));
    desk_first(&d);
    desk_until(&d, at(TUE, 17, 0));
    assert_int_equal(desk_count(&d, "sla", "warned"), 0);
    assert_int_equal(d.ticket->sla, SLA_WARN); /* shown, not told */
    assert_int_equal(d.ticket->wake_at, at(THU, 9, 0));
    desk_until(&d, at(THU, 9, 0));
    assert_int_equal(desk_count(&d, "sla", "\"what\":\"warned\""), 1);
    desk_close(&d);
    office_open(&d, at(TUE, 16, 50)); /* critical: 15 min, warned 5 min before */
    d.next.urgency = URGENCY_CRITICAL;
    desk_first(&d);
    desk_until(&d, at(TUE, 17, 0)); /* 10 of 15 counted */
    assert_int_equal(desk_count(&d, "sla", "\"what\":\"warned\""), 1);
    desk_close(&d);
}

static void raised_to_critical_at_night_it_warns_at_once(void **state)
{
    OFFICE_AT(d, at(TUE, 16, 48));
    desk_first(&d);
    d.now = at(TUE, 23, 0);
    desk_wake(&d);
    assert_int_equal(desk_count(&d, "sla", "warned"), 0);
    d.next = *d.ticket;
    d.next.urgency = URGENCY_CRITICAL; /* 12 of 15 minutes counted */
    desk_change(&d, "act", "ana");
    assert_int_equal(desk_count(&d, "sla", "\"metric\":\"first_response\",\"what\":\"warned\""), 1);
    desk_close(&d);
}

static void another_policy_keeps_what_its_own_hours_counted(void **state)
{
    OFFICE_AT(d, at(MON, 10, 0));
    d.slas[0].calendar = "late";
    d.slas[0].hours = config_calendar(&d.config, "late");
    desk_first(&d);
    d.now = at(MON, 18, 0); /* the office counted 10-12 and 12:30-17 */
    d.next.urgency = URGENCY_CRITICAL;
    desk_change(&d, "act", "ana");
    const struct sla_clock *c = clock_of(&d, SLA_RESOLUTION);
    assert_int_equal(c->elapsed, 6 * HOUR + 30 * MINUTE);
    assert_string_equal(c->calendar, "late");
    assert_int_equal(desk_count(&d, "sla", "\"calendar\":\"late\""), 4); /* two clocks: retargeted, and late at once */
    d.now = at(MON, 19, 0);
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 7 * HOUR + 30 * MINUTE);
    assert_int_equal(c->due_at, at(MON, 15, 30)); /* by these hours: 6.5 h counted by 18:00, 4 h allowed, so 2.5 h before */
    desk_close(&d);
}

static void it_was_never_due_before_it_began(void **state)
{
    OFFICE_AT(d, at(MON, 10, 0));
    d.slas[0].calendar = d.slas[1].calendar = NULL;
    d.slas[0].hours = d.slas[1].hours = NULL;
    desk_first(&d);
    desk_until(&d, at(FRI, 10, 0)); /* four days and nights counted: months of the office's hours */
    d.slas[0].calendar = "office";
    d.slas[0].hours = config_calendar(&d.config, "office");
    d.next = *d.ticket;
    d.next.urgency = URGENCY_CRITICAL;
    desk_change(&d, "act", "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->elapsed, 4 * (int64_t)DAY);
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->due_at, at(MON, 10, 0));
    assert_int_equal(d.ticket->next_due_at, at(MON, 10, 0));
    desk_close(&d);
}

static void a_pause_may_begin_and_end_outside_hours(void **state)
{
    OFFICE_AT(d, at(TUE, 9, 0));
    desk_first(&d);
    desk_reply(&d);
    d.now = at(TUE, 20, 0);
    desk_status(&d, STATUS_PENDING, "ana");
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 7 * HOUR + 30 * MINUTE);
    d.now = at(FRI, 3, 0);
    desk_status(&d, STATUS_OPEN, "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->due_at, at(FRI, 9, 30));
    d.now = at(FRI, 9, 10);
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 7 * HOUR + 40 * MINUTE);
    desk_close(&d);
}

static void on_hold_runs_where_the_policy_says_so_and_pending_does_not(void **state)
{
    OFFICE_AT(d, at(THU, 9, 0));
    d.slas[1].on_hold_runs = true;
    desk_first(&d);
    d.now = at(THU, 10, 0);
    desk_status(&d, STATUS_ON_HOLD, "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_RUNNING);
    d.now = at(THU, 11, 0);
    desk_status(&d, STATUS_PENDING, "ana");
    d.now = at(THU, 16, 0);
    assert_int_equal(elapsed(&d, SLA_RESOLUTION), 2 * HOUR);
    desk_close(&d);
}

static void the_tier_is_by_counted_time(void **state)
{
    OFFICE_AT(d, at(FRI, 16, 30)); /* a weekend later 30 + 60 minutes of 480 are used: gold */
    desk_first(&d);
    d.now = at(NEXT_MON, 10, 0);
    desk_status(&d, STATUS_RESOLVED, "ana");
    assert_int_equal(clock_of(&d, SLA_RESOLUTION)->elapsed, 90 * MINUTE);
    assert_int_equal(sla_tier(clock_of(&d, SLA_RESOLUTION), &d.config.game), TIER_GOLD);
    desk_close(&d);
}

static void merged_and_spam_cancel_in_the_middle_of_the_night_too(void **state)
{
    static const int ways[] = {DISPOSITION_MERGED, DISPOSITION_SPAM};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct desk d;
        office_open(&d, at(TUE, 16, 30));
        desk_first(&d);
        d.now = at(WED, 2, 0);
        d.next.disposition = ways[i];
        d.next.status = STATUS_CLOSED;
        desk_change(&d, "act", "ana");
        assert_int_equal(clock_of(&d, SLA_RESOLUTION)->state, CLOCK_CANCELLED);
        assert_int_equal(clock_of(&d, SLA_RESOLUTION)->elapsed, 30 * MINUTE);
        assert_int_equal(d.ticket->next_due_at, 0);
        desk_close(&d);
    }
}

static void the_next_due_time_is_the_earliest_of_clocks_that_run(void **state)
{
    OFFICE_AT(d, at(TUE, 16, 30));
    desk_first(&d);
    assert_int_equal(d.ticket->next_due_at, at(THU, 9, 30));
    desk_reply(&d);
    assert_int_equal(d.ticket->next_due_at, at(THU, 17, 0)); /* 30 min, and 7 h 30 on Thursday: when the office closes */
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lunch_nights_and_holidays_are_not_counted),
        cmocka_unit_test(a_ticket_of_the_night_begins_to_count_in_the_morning),
        cmocka_unit_test(it_is_late_when_one_more_millisecond_was_counted_not_when_the_office_closes),
        cmocka_unit_test(a_warning_outside_hours_waits_for_the_morning_unless_the_ticket_is_critical),
        cmocka_unit_test(raised_to_critical_at_night_it_warns_at_once),
        cmocka_unit_test(another_policy_keeps_what_its_own_hours_counted),
        cmocka_unit_test(it_was_never_due_before_it_began),
        cmocka_unit_test(a_pause_may_begin_and_end_outside_hours),
        cmocka_unit_test(on_hold_runs_where_the_policy_says_so_and_pending_does_not),
        cmocka_unit_test(the_tier_is_by_counted_time),
        cmocka_unit_test(merged_and_spam_cancel_in_the_middle_of_the_night_too),
        cmocka_unit_test(the_next_due_time_is_the_earliest_of_clocks_that_run),
    };
    return cmocka_run_group_tests_name("sla_calendar", tests, NULL, NULL);
}
