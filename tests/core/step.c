/* step: whom a step tells, and when it is passed over. */
#include "../support/rules.h"

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

static const struct escalation *of(const struct desk *d)
{
    return &d->ticket->escalation;
}

static struct config_zone berlin, tokyo;

static void two_zones(struct desk *d)
{
    struct err err;
    desk_open(d);
    berlin.zone = zone_load(d->arena, "Europe/Berlin", &err);
    tokyo.zone = zone_load(d->arena, "Asia/Tokyo", &err);
    assert_true(berlin.zone && tokyo.zone);
    d->agents[0].zone = &berlin;
    d->agents[1].zone = &tokyo;
    d->agents[0].team = d->agents[1].team = "night";
    d->policies[0].steps[0].target = "team:night";
    d->now = START + 10 * HOUR; /* Wed 18 Nov 2026, 21:06 UTC: 22:06 in Berlin, where ana is; Thursday 06:06 in Tokyo, where bo is */
}

static void a_steps_hours_and_weekdays_are_those_of_whom_it_tells(void **state)
{
    (void)state;
    static const struct { struct config_hours hours; const char *when, *agent; int step; } cases[] = {
        {{.from = 22 * 60, .to = 23 * 60, .text = "22:00-23:00"}, NULL, "ana", 0},
        {{.from = 6 * 60, .to = 7 * 60, .text = "06:00-07:00"}, NULL, "bo", 0},
        {{.from = 20 * 60, .to = 6 * 60, .text = "20:00-06:00"}, NULL, "ana", 0},
        {{.text = "00:00-24:00", .weekdays = 1 << 3}, NULL, "bo", 0},
        {{0}, "weekday == 3 && hour == 22", "ana", 0},
        {{0}, "weekday == 4", "bo", 0},
        {{.from = 12 * 60, .to = 13 * 60, .text = "12:00-13:00"}, NULL, "bo", 1}, /* nobody's: the next step */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk d;
        struct err err;
        two_zones(&d);
        d.policies[0].steps[0].hours = cases[i].hours;
        d.policies[0].steps[0].when = when_parse(d.arena, cases[i].when, &err);
        desk_page(&d);
        assert_int_equal(d.out.page_count, 1);
        desk_told(&d, 0, cases[i].agent, cases[i].step);
        assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
        desk_close(&d);
    }
}

static void a_step_waits_for_criticals_and_reopens_and_is_passed_over_until_then(void **state)
{
    DESK(d);
    d.policies[0].steps[0].min_open_criticals = 3;
    d.policies[0].steps[1].min_reopens = 2;
    d.facts.env.open_criticals = 2;
    d.next.reopen_count = 1;
    desk_page(&d);
    desk_told(&d, 0, "lea", 2);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
    desk_close(&d);
    desk_open(&d);
    d.policies[0].steps[0].min_open_criticals = 3;
    d.facts.env.open_criticals = 3;
    desk_page(&d);
    desk_told(&d, 0, "ana", 0);
    desk_close(&d);
}

static void a_step_tells_schedules_teams_and_places_that_are_nobodys_own(void **state)
{
    DESK(d);
    struct config_destination wall = {.name = "wall", .kind = DEST_SLACK};
    d.config.destinations = &wall;
    d.config.destination_count = 1;
    d.agents[1].team = d.agents[3].team = "night";
    d.policies[0].steps[0].target = "schedule:oncall";
    d.policies[0].steps[1].target = "team:night";
    d.policies[0].steps[1].importance = IMPORTANCE_HIGH;
    d.policies[0].steps[2].target = "destination:wall";
    desk_page(&d);
    desk_told(&d, 0, "ana", 0);
    assert_false(d.out.pages[0].high);
    desk_until(&d, START + 5 * MINUTE);
    assert_int_equal(d.out.page_count, 2);
    desk_told(&d, 0, "bo", 1);
    desk_told(&d, 1, "cem", 1);
    assert_true(d.out.pages[1].high);
    desk_until(&d, START + 15 * MINUTE);
    desk_told(&d, 0, "", 2);
    assert_string_equal(d.out.pages[0].destination, "wall");
    assert_int_equal(desk_count(&d, "escalation", "\"told\":[\"destination:wall\"]"), 1);
    desk_close(&d);
}

static void a_destination_that_was_configured_away_is_nobody_to_tell(void **state)
{
    DESK(d);
    d.policies[0].steps[0].target = "destination:gone";
    desk_page(&d);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"no_notification_sent\""), 1);
    desk_told(&d, 0, "bo", 1);
    desk_close(&d);
}

static void a_policy_that_was_changed_meanwhile_goes_on_where_it_stood_and_says_so(void **state)
{
    DESK(d);
    d.policies[0].version = "11111111";
    desk_page(&d);
    assert_string_equal(of(&d)->policy_version, "11111111");
    d.policies[0].version = "22222222";
    d.policies[0].steps[1].target = "cem";
    desk_until(&d, START + 5 * MINUTE);
    desk_told(&d, 0, "cem", 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"policy_changed\""), 1);
    assert_string_equal(of(&d)->policy_version, "22222222");
    desk_until(&d, START + 15 * MINUTE);
    assert_int_equal(desk_count(&d, "escalation", "policy_changed"), 0);
    desk_close(&d);
}

static void a_step_whose_condition_is_false_is_passed_over(void **state)
{
    DESK(d);
    struct err err;
    d.policies[0].steps[1].when = when_parse(d.arena, "hour < 6", &err);
    d.facts.env.hour = 14;
    desk_page(&d);
    desk_until(&d, START + 5 * MINUTE);
    desk_told(&d, 0, "lea", 2);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
    desk_close(&d);
}

static void with_nobody_on_call_the_next_step_comes_at_once_and_the_leads_are_the_last_resort(void **state)
{
    DESK(d);
    d.config.schedule_count = 0;
    desk_page(&d);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 1);
    desk_told(&d, 0, "bo", 1);
    desk_close(&d);
    desk_open(&d);
    d.config.schedule_count = 0;
    d.policies[0].step_count = 1;
    desk_page(&d);
    desk_told(&d, 0, "lea", 0);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 1);
    desk_close(&d);
    desk_open(&d);
    d.config.schedule_count = 0;
    d.policies[0].step_count = 1;
    d.config.agent_count = 2; /* no lead */
    desk_page(&d);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 2);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_true(d.ticket->wake_at > d.now);
    desk_close(&d);
}

static void without_a_policy_the_leads_are_told(void **state)
{
    DESK(d);
    d.config.escalation_count = 0;
    desk_page(&d);
    desk_told(&d, 0, "lea", 0);
    assert_true(d.ticket->wake_at > d.now);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steps_hours_and_weekdays_are_those_of_whom_it_tells),
        cmocka_unit_test(a_step_waits_for_criticals_and_reopens_and_is_passed_over_until_then),
        cmocka_unit_test(a_step_tells_schedules_teams_and_places_that_are_nobodys_own),
        cmocka_unit_test(a_destination_that_was_configured_away_is_nobody_to_tell),
        cmocka_unit_test(a_policy_that_was_changed_meanwhile_goes_on_where_it_stood_and_says_so),
        cmocka_unit_test(a_step_whose_condition_is_false_is_passed_over),
        cmocka_unit_test(with_nobody_on_call_the_next_step_comes_at_once_and_the_leads_are_the_last_resort),
        cmocka_unit_test(without_a_policy_the_leads_are_told),
    };
    return cmocka_run_group_tests_name("step", tests, NULL, NULL);
}
