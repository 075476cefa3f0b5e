/* rota: who is on call, worked out by hand where the clocks change, and against a reference that knows no turns: it walks
 * a quarter of an hour at a time, asks libc what the wall shows, and counts the hand-overs that the wall has passed. */
#include "core/rota.h"
#include "base/str.h"
#include "core/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { QUARTER = 15 * 60000, HOUR = 3600000 };
#define DAY ((int64_t)86400000)

static struct config *parse(struct arena *arena, const char *oncall)
{
    static const char agents[] = "agents:\n"
                                 "  - {name: ana, role: lead, team: shop, tz: America/New_York, shift: {hours: '09:00-17:00', weekdays: [mon-fri]}}\n"
                                 "  - {name: ben, team: shop}\n  - {name: cy, role: lead}\n  - {name: dee, shift: {hours: '22:00-06:00', weekdays: fri}}\n";
    char *text = arena_printf(arena, "%soncall: %s\n", agents, oncall);
    struct err err = {0};
    struct config *config = config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, &err);
    if (!config || !config_zones(config, arena, zone_load, &err))
        fail_msg("%s", err.text);
    return config;
}

/* "2026-10-25T01:00Z" */
static int64_t utc(const char *text)
{
    int year, month, day, hour, minute;
    assert_int_equal(sscanf(text, "%d-%d-%dT%d:%dZ", &year, &month, &day, &hour, &minute), 5);
    return civil_day(year, month, day) * DAY + hour * (int64_t)HOUR + minute * (int64_t)60000;
}

/* "ana+ben"; "-" for nobody. */
static const char *who(struct arena *arena, const struct rota *rota, const char *schedule, int64_t at)
{
    const char *agents[ROTA_MOST], *all = "-";
    int n = rota_at(rota, schedule, at, agents, ROTA_MOST);
    for (int i = 0; i < n; i++)
        all = i ? arena_printf(arena, "%s+%s", all, agents[i]) : agents[i];
    return all;
}

struct expected { const char *at, *who; };

static void expect(struct arena *arena, const struct rota *rota, const char *schedule, const struct expected *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!str_eq(who(arena, rota, schedule, utc(list[i].at)), list[i].who))
            fail_msg("%s: %s, not %s", list[i].at, who(arena, rota, schedule, utc(list[i].at)), list[i].who);
}
#define EXPECT(rota, schedule, ...)                                                                                     \
    do {                                                                                                                \
        const struct expected list[] = {__VA_ARGS__};                                                                   \
        expect(arena, rota, schedule, list, sizeof list / sizeof *list);                                                \
    } while (0)

#define ROTA(text)                                 \
    AUTO_ARENA arena = arena_new();                \
    struct desk_state desk = {0};                  \
    struct rota rota = {parse(arena, text), &desk}; \
    (void)state

/* The journal's view of it: records as acts write them. */
static void take(struct arena *arena, struct desk_state *desk, const char *kind, const char *key, const char *data)
{
    struct record record = {kind, key, data};
    desk_take(arena, desk, &record);
}

static void override(struct arena *arena, struct desk_state *desk, int made, const char *schedule, const char *action, const char *agent,
                     const char *instead, const char *from, const char *to)
{
    take(arena, desk, "override", arena_printf(arena, "%d", made),
         arena_printf(arena, "{\"schedule\":\"%s\",\"action\":\"%s\",\"agent\":\"%s\"%s%s%s,\"from\":%lld,\"to\":%lld}", schedule, action, agent,
                      instead ? ",\"for\":\"" : "", instead ? instead : "", instead ? "\"" : "", (long long)utc(from), (long long)utc(to)));
}

/* --- by hand --- */

/* From Monday, 5 January 1970 to Monday, 23 November 2026 are 20776 days, 2968 weeks; 2968 mod 3 is 1: the second, cy. */
static void the_short_form_is_a_week_each_from_monday_nine_utc(void **state)
{
    ROTA("[ben, cy, ana]");
    EXPECT(&rota, NULL, {"2026-11-23T09:00Z", "cy"}, {"2026-11-30T08:59Z", "cy"}, {"2026-11-30T09:00Z", "ana"}, {"2026-12-07T09:00Z", "ben"});
    EXPECT(&rota, "oncall", {"2026-11-23T09:00Z", "cy"});
    EXPECT(&rota, "other", {"2026-11-23T09:00Z", "-"});
    assert_true(rota_next_change(&rota, NULL, utc("2026-11-23T09:00Z")) == utc("2026-11-30T09:00Z"));
    assert_true(rota_next_change(&rota, NULL, utc("2026-11-23T08:59Z")) == utc("2026-11-23T09:00Z"));
    assert_true(rota_next_change(&rota, "other", utc("2026-11-23T08:59Z")) == INT64_MAX);
}

/* Berlin hands over on Monday at 09:00. Sunday, 25 October 2026, the clocks go back at 03:00 CEST (01:00Z): Monday's 09:00 is
 * 07:00Z before and 08:00Z after, so the week that holds the change has 169 hours. Sunday, 28 March 2027, they go forward at
 * 02:00 CET (01:00Z): 08:00Z before, 07:00Z after, 167 hours. */
static void a_weekly_hand_over_stays_at_nine_when_the_clocks_change(void **state)
{
    ROTA("{schedules: [{name: b, tz: Europe/Berlin, rotations: [{start: 2026-10-05, participants: [ana, ben, cy]}]}]}");
    EXPECT(&rota, "b", {"2026-10-05T06:59Z", "-"}, {"2026-10-05T07:00Z", "ana"}, {"2026-10-19T06:59Z", "ben"}, {"2026-10-19T07:00Z", "cy"},
           {"2026-10-26T07:00Z", "cy"}, {"2026-10-26T07:59Z", "cy"}, {"2026-10-26T08:00Z", "ana"});
    assert_true(rota_next_change(&rota, "b", utc("2026-10-19T07:00Z")) - utc("2026-10-19T07:00Z") == 169 * (int64_t)HOUR);
    assert_true(rota_next_change(&rota, "b", utc("2027-03-22T08:00Z")) - utc("2027-03-22T08:00Z") == 167 * (int64_t)HOUR);
}

/* A hand-over at 02:30. Berlin, 28 March 2027, has no 02:30: it happens as the gap ends, 01:00Z. 25 October 2026 has it
 * twice: the first is 00:30Z (CEST), and the second, 01:30Z, changes nothing. New York, 14 March 2027: the gap ends at
 * 07:00Z; 1 November 2026 has 01:30 twice, first at 05:30Z (EDT). */
static void a_hand_over_in_the_missing_hour_comes_as_it_ends_and_in_the_double_one_once(void **state)
{
    ROTA("{schedules: [{name: b, tz: Europe/Berlin, rotations: [{type: daily, handoff: '02:30', start: 2026-10-24, participants: [ana, ben]}]},"
         " {name: n, tz: America/New_York, rotations: [{type: daily, handoff: '01:30', start: 2026-10-31, participants: [ana, ben]},"
         " {type: daily, handoff: '02:30', start: 2027-03-13, participants: [cy, dee]}]}]}");
    EXPECT(&rota, "b", {"2026-10-25T00:29Z", "ana"}, {"2026-10-25T00:30Z", "ben"}, {"2026-10-25T01:29Z", "ben"}, {"2026-10-25T01:30Z", "ben"},
           {"2026-10-26T01:29Z", "ben"}, {"2026-10-26T01:30Z", "ana"});
    /* 24 October is turn 0, so 27 March is turn 154 (ana) and 28 March 155 (ben). */
    EXPECT(&rota, "b", {"2027-03-27T01:30Z", "ana"}, {"2027-03-28T00:59Z", "ana"}, {"2027-03-28T01:00Z", "ben"}, {"2027-03-29T00:29Z", "ben"},
           {"2027-03-29T00:30Z", "ana"});
    EXPECT(&rota, "n", {"2026-11-01T05:29Z", "ana"}, {"2026-11-01T05:30Z", "ben"}, {"2026-11-01T06:30Z", "ben"}, {"2026-11-02T06:29Z", "ben"},
           {"2026-11-02T06:30Z", "ana"});
    /* The first rotation's turn 133 begins on 13 March (ben), 134 on the 14th at 01:30 EST, 06:30Z (ana). */
    EXPECT(&rota, "n", {"2027-03-13T07:30Z", "ben+cy"}, {"2027-03-14T06:29Z", "ben+cy"}, {"2027-03-14T06:30Z", "ana+cy"},
           {"2027-03-14T06:59Z", "ana+cy"}, {"2027-03-14T07:00Z", "ana+dee"});
}

/* Twelve hours from 08:00: Berlin's hand-overs are 08:00 and 20:00 in summer (06:00Z, 18:00Z) and in winter (07:00Z, 19:00Z). */
static void turns_of_hours_are_counted_on_the_wall(void **state)
{
    ROTA("{schedules: [{name: b, tz: Europe/Berlin, rotations: [{type: hourly, length: 12, handoff: '08:00', start: 2026-10-24, participants: [ana, ben]}]}]}");
    EXPECT(&rota, "b", {"2026-10-24T06:00Z", "ana"}, {"2026-10-24T18:00Z", "ben"}, {"2026-10-25T06:59Z", "ben"}, {"2026-10-25T07:00Z", "ana"},
           {"2026-10-25T19:00Z", "ben"});
}

/* The 31st: 31 January, 28 February, 31 March, 30 April. */
static void monthly_on_the_31st_is_the_last_day_of_shorter_months(void **state)
{
    ROTA("{schedules: [{name: m, rotations: [{type: monthly, day: 31, handoff: '12:00', start: 2027-01-31, participants: [ana, ben, cy, dee]}]}]}");
    EXPECT(&rota, "m", {"2027-01-31T11:59Z", "-"}, {"2027-01-31T12:00Z", "ana"}, {"2027-02-28T11:59Z", "ana"}, {"2027-02-28T12:00Z", "ben"},
           {"2027-03-31T11:59Z", "ben"}, {"2027-03-31T12:00Z", "cy"}, {"2027-04-30T11:59Z", "cy"}, {"2027-04-30T12:00Z", "dee"},
           {"2027-05-31T12:00Z", "ana"}, {"2028-02-29T11:59Z", "ana"}, {"2028-02-29T12:00Z", "ben"});
}

/* Turn 13 of the row: January 2027 is 0, February 2028 is 13, and 13 mod 4 is 1: ben. The start may lie behind the day. */
static void a_monthly_start_behind_its_day_waits_for_the_next_month(void **state)
{
    ROTA("{schedules: [{name: m, rotations: [{type: monthly, length: 2, day: 5, start: 2026-11-20, participants: [ana, ben]}]}]}");
    EXPECT(&rota, "m", {"2026-11-25T12:00Z", "-"}, {"2026-12-05T09:00Z", "ana"}, {"2027-01-05T09:00Z", "ana"}, {"2027-02-05T09:00Z", "ben"},
           {"2027-04-05T08:59Z", "ben"}, {"2027-04-05T09:00Z", "ana"});
}

static void a_restriction_leaves_gaps_and_may_go_over_midnight(void **state)
{
    ROTA("{schedules: [{name: s, rotations: [{participants: ana, hours: '09:00-17:00', weekdays: [mon-fri]},"
         " {participants: ben, hours: '22:00-06:00', weekdays: fri}]}]}");
    /* 27 November 2026 is a Friday. */
    EXPECT(&rota, "s", {"2026-11-27T08:59Z", "-"}, {"2026-11-27T09:00Z", "ana"}, {"2026-11-27T17:00Z", "-"}, {"2026-11-27T22:00Z", "ben"},
           {"2026-11-28T05:59Z", "ben"}, {"2026-11-28T06:00Z", "-"}, {"2026-11-28T23:00Z", "-"}, {"2026-11-30T09:00Z", "ana"});
    assert_true(rota_next_change(&rota, "s", utc("2026-11-28T06:00Z")) <= utc("2026-11-30T09:00Z"));
    struct rota_span *spans;
    int n = rota_spans(arena, &rota, "s", utc("2026-11-27T00:00Z"), utc("2026-11-29T00:00Z"), 10, &spans);
    assert_int_equal(n, 5); /* gap, ana, gap, ben, gap */
    assert_int_equal(spans[0].count, 0);
    assert_true(spans[3].from == utc("2026-11-27T22:00Z") && spans[3].to == utc("2026-11-28T06:00Z"));
    assert_int_equal(rota_spans(arena, &rota, "s", utc("2026-11-27T00:00Z"), utc("2026-11-29T00:00Z"), 4, &spans), -1);
}

static void overrides_act_in_the_order_they_were_made(void **state)
{
    ROTA("[ben, cy, ana]"); /* cy has the week of 23 November */
    override(arena, &desk, 20, "oncall", "replace", "dee", "ben", "2026-11-25T00:00Z", "2026-11-26T00:00Z");
    override(arena, &desk, 7, "oncall", "replace", "ben", "cy", "2026-11-24T00:00Z", "2026-11-26T00:00Z");
    override(arena, &desk, 30, "oncall", "add", "ana", NULL, "2026-11-24T12:00Z", "2026-11-24T18:00Z");
    override(arena, &desk, 31, "oncall", "remove", "cy", NULL, "2026-11-27T00:00Z", "2026-11-27T01:00Z");
    override(arena, &desk, 32, "other", "add", "dee", NULL, "2026-11-23T09:00Z", "2026-11-30T09:00Z");
    override(arena, &desk, 33, "oncall", "add", "gone", NULL, "2026-11-23T09:00Z", "2026-11-30T09:00Z");
    EXPECT(&rota, NULL, {"2026-11-23T23:59Z", "cy"}, {"2026-11-24T00:00Z", "ben"}, {"2026-11-24T12:00Z", "ben+ana"}, {"2026-11-24T18:00Z", "ben"},
           {"2026-11-25T00:00Z", "dee"}, {"2026-11-26T00:00Z", "cy"}, {"2026-11-27T00:00Z", "-"}, {"2026-11-27T01:00Z", "cy"});
    struct rota_person people[ROTA_MOST];
    assert_int_equal(rota_people(&rota, NULL, utc("2026-11-25T00:00Z"), people), 1);
    assert_int_equal(people[0].why, ROTA_OVERRIDE);
    assert_string_equal(people[0].instead, "ben");
    assert_int_equal(people[0].override->made, 20);
}

static void who_replaces_takes_over_only_while_the_other_is_on_call(void **state)
{
    ROTA("[ben, cy, ana]");
    override(arena, &desk, 1, "oncall", "replace", "dee", "cy", "2026-11-29T00:00Z", "2026-12-02T00:00Z");
    EXPECT(&rota, NULL, {"2026-11-30T08:59Z", "dee"}, {"2026-11-30T09:00Z", "ana"}, {"2026-12-01T09:00Z", "ana"});
}

static void who_is_absent_is_not_on_call_and_not_on_shift(void **state)
{
    ROTA("[ben, cy, ana]");
    take(arena, &desk, "absence", "5", arena_printf(arena, "{\"agent\":\"cy\",\"kind\":\"sick\",\"from\":%lld,\"to\":%lld}",
                                                    (long long)utc("2026-11-24T00:00Z"), (long long)utc("2026-11-25T00:00Z")));
    EXPECT(&rota, NULL, {"2026-11-23T23:59Z", "cy"}, {"2026-11-24T00:00Z", "-"}, {"2026-11-25T00:00Z", "cy"});
    assert_true(rota_next_change(&rota, NULL, utc("2026-11-23T12:00Z")) == utc("2026-11-24T00:00Z"));
    assert_true(rota_absent(&rota, "cy", utc("2026-11-24T00:00Z")));
    assert_false(rota_on_shift(&rota, "cy", utc("2026-11-24T00:00Z")));
    assert_true(rota_on_shift(&rota, "cy", utc("2026-11-25T00:00Z")));
}

/* ana works 09:00 to 17:00 in New York, which is 14:00Z to 22:00Z in winter; dee from Friday 22:00 to Saturday 06:00, UTC. */
static void a_shift_is_in_the_agents_own_zone(void **state)
{
    ROTA("[]");
    static const struct { const char *agent, *at; bool on; } cases[] = {
        {"ana", "2026-11-27T13:59Z", false}, {"ana", "2026-11-27T14:00Z", true}, {"ana", "2026-11-27T21:59Z", true}, {"ana", "2026-11-27T22:00Z", false},
        {"ana", "2026-11-28T15:00Z", false}, {"dee", "2026-11-27T21:59Z", false}, {"dee", "2026-11-28T05:59Z", true}, {"dee", "2026-11-28T06:00Z", false},
        {"dee", "2026-11-28T23:00Z", false}, {"ben", "2026-11-28T23:00Z", true}, {"nobody", "2026-11-28T23:00Z", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (rota_on_shift(&rota, cases[i].agent, utc(cases[i].at)) != cases[i].on)
            fail_msg("%s at %s", cases[i].agent, cases[i].at);
}

/* Office hours in Berlin; at lunch, 11:00Z to 12:00Z, nobody has gone home. ben has his own hours (UTC) on top. */
static void a_shift_may_be_a_calendar(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    static const char text[] = "agents:\n  - {name: ana, shift: office}\n  - {name: ben, shift: {calendar: office, hours: '14:00-23:00'}}\n"
                               "calendars:\n  - {name: office, tz: Europe/Berlin, hours: ['mon-fri 09:00-17:00'], breaks: ['daily 12:00-13:00'],\n"
                               "     holidays: ['2026-11-26 Harvest']}\n";
    struct config *config = config_parse(arena, "t.yaml", text, sizeof text - 1, NULL, 0, &err);
    if (!config || !config_zones(config, arena, zone_load, &err))
        fail_msg("%s", err.text);
    const struct rota rota = {config, NULL};
    static const struct { const char *agent, *at; bool on; } cases[] = {
        {"ana", "2026-11-27T07:59Z", false}, {"ana", "2026-11-27T08:00Z", true}, {"ana", "2026-11-27T11:30Z", true}, {"ana", "2026-11-27T12:00Z", true},
        {"ana", "2026-11-27T16:00Z", false}, {"ana", "2026-11-26T10:00Z", false}, {"ben", "2026-11-27T13:59Z", false}, {"ben", "2026-11-27T14:00Z", true},
        {"ben", "2026-11-27T17:00Z", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (rota_on_shift(&rota, cases[i].agent, utc(cases[i].at)) != cases[i].on)
            fail_msg("%s at %s", cases[i].agent, cases[i].at);
    assert_true(rota_shift_ended(&rota, "ana", utc("2026-11-27T12:00Z")) == utc("2026-11-25T16:00Z")); /* Thursday is a holiday */
    assert_true(rota_shift_ended(&rota, "ben", utc("2026-11-27T20:00Z")) == utc("2026-11-27T16:00Z"));
    assert_true(rota_shift_ended(&rota, "nobody", utc("2026-11-27T20:00Z")) == 0);
}

static void a_desk_without_a_lead_has_its_admins_as_the_last_resort(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    static const char text[] = "agents:\n  - {name: boss, role: admin}\n  - {name: ben}\n";
    const struct config *config = config_parse(arena, "t.yaml", text, sizeof text - 1, NULL, 0, &err);
    const char *agents[8];
    assert_non_null(config);
    assert_int_equal(rota_resolve(&(struct rota){config, NULL}, "leads", utc("2026-11-27T12:00Z"), agents, 8), 1);
    assert_string_equal(agents[0], "boss");
}

static void a_target_is_resolved_to_whoever_is_there(void **state)
{
    ROTA("{agents: [ben], schedules: [{name: nights, rotations: [{name: first, participants: [cy]}, {name: second, participants: [dee]}]}]}");
    override(arena, &desk, 1, "nights", "replace", "ben", "cy", "2026-11-27T00:00Z", "2026-11-28T00:00Z");
    take(arena, &desk, "absence", "5", arena_printf(arena, "{\"agent\":\"ana\",\"from\":%lld,\"to\":%lld}", (long long)utc("2026-11-27T00:00Z"),
                                                    (long long)utc("2026-11-28T00:00Z")));
    static const struct { const char *target, *who; } cases[] = {
        {"oncall", "ben"}, {"schedule:nights", "ben+dee"}, {"rotation:nights/first", "cy"}, {"rotation:nights/none", "-"}, {"team:shop", "ben"},
        {"leads", "cy"}, {"ana", "-"}, {"dee", "dee"}, {"destination:x", "-"}, {"nobody", "-"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *agents[8], *all = "-";
        int n = rota_resolve(&rota, cases[i].target, utc("2026-11-27T12:00Z"), agents, 8);
        for (int k = 0; k < n; k++)
            all = k ? arena_printf(arena, "%s+%s", all, agents[k]) : agents[k];
        assert_string_equal(all, cases[i].who);
    }
    take(arena, &desk, "absence", "6", arena_printf(arena, "{\"agent\":\"cy\",\"from\":%lld,\"to\":%lld}", (long long)utc("2026-11-27T00:00Z"),
                                                    (long long)utc("2026-11-28T00:00Z")));
    const char *agents[8];
    assert_int_equal(rota_resolve(&rota, "leads", utc("2026-11-27T12:00Z"), agents, 8), 2); /* the last resort is somebody */
    assert_string_equal(rota_destination("destination:phones"), "phones");
    assert_null(rota_destination("oncall"));
}

static void what_cannot_be_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {"oncall: [ana, nna]", "t.yaml:2:15: oncall[1]: no agent 'nna', did you mean 'ana'?"},
        {"oncall: {schedules: [{name: s, rotations: []}]}", "schedules[0]: a schedule without rotations"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: [bo]}]}]}", "rotations[0].participants: no agent 'bo'"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: []}]}]}", "a rotation without participants"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, handoff: '24:00'}]}]}", "handoff must be a time of the day"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, handoff: '9:00'}]}]}", "handoff must be a time of the day"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, start: 2026-02-30}]}]}", "start must be a day"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, day: 3}]}]}", "day: only a monthly rotation has one"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, type: daily, weekday: mon}]}]}", "weekday: only a weekly rotation has one"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, weekday: monday}]}]}", "weekday must be one of mon"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, hours: '9-5'}]}]}", "hours must be such as"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, weekdays: [mon-fry]}]}]}", "weekdays are mon"},
        {"oncall: {schedules: [{name: s, rotations: [{participants: ana, length: 0}]}]}", "length"},
        {"oncall: {schedules: [{name: s, rotations: [{name: a, participants: ana}, {name: a, participants: ana}]}]}", "there is another with the name 'a'"},
        {"oncall: {agents: [ana], schedules: [{name: oncall, rotations: [{participants: ana}]}]}", "there is another of that name"},
        {"oncall: {schedules: [{name: s, tz: Europe/Berlim, rotations: [{participants: ana}]}]}", "t.yaml:2:36: tz"},
        {"oncall: [ana]\nescalation: {policies: [{name: p, steps: [{target: 'schedule:oncal'}]}]}", "no schedule 'oncal', did you mean 'oncall'?"},
        {"oncall: [ana]\nescalation: {policies: [{name: p, steps: [{target: 'rotation:oncall/2'}]}]}", "no rotation '2'"},
        {"oncall: [ana]\nescalation: {policies: [{name: p, steps: [{target: 'rotation:oncall'}]}]}", "rotation:SCHEDULE/ROTATION"},
        {"oncall: [ana]\nescalation: {policies: [{name: p, steps: [{target: 'team:shup'}]}]}", "no agent in a team 'shup', did you mean 'shop'?"},
        {"oncall: [ana]\nescalation: {policies: [{name: p, steps: [{target: 'destination:x'}]}]}", "no destination 'x'"},
        {"oncall: [ana]\nescalation: {policies: [{name: p, steps: [{target: lead}]}]}", "no agent 'lead', did you mean 'leads'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        const char *text = arena_printf(arena, "agents: [{name: ana, team: shop}]\n%s\n", cases[i].text);
        struct config *config = config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, &err);
        if (config && config_zones(config, arena, zone_load, &err))
            fail_msg("taken: %s", cases[i].text);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

/* --- against the wall --- */

struct naive {              /* one rotation as the reference reads it */
    const struct config_rotation *row;
    int64_t next;           /* the next hand-over, as the wall shows it, seconds as if it were UTC */
    int64_t month;          /* monthly: months since 1970 of it */
    int64_t turns;          /* that have begun; 0 = not yet */
};

static int days_in(int64_t months)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year = 1970 + months / 12;
    return days[months % 12] + (months % 12 == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static int64_t month_at(const struct naive *n)
{
    int64_t days = 0;
    for (int64_t m = 0; m < n->month; m++)
        days += days_in(m);
    int64_t day = n->row->day < days_in(n->month) ? n->row->day : days_in(n->month);
    return (days + day - 1) * 86400 + n->row->handoff * 60;
}

static void naive_start(struct naive *n, const struct config_rotation *row)
{
    int64_t day = row->start == INT64_MIN ? 4 : row->start;
    *n = (struct naive){.row = row};
    while (row->type == ROTATION_WEEKLY && (day + 3) % 7 + 1 != row->weekday)
        day++;
    n->next = day * 86400 + row->handoff * 60;
    while (row->type == ROTATION_MONTHLY && (n->next = month_at(n)) < day * 86400)
        n->month++;
}

static void naive_pass(struct naive *n, int64_t wall)
{
    static const int64_t seconds[] = {3600, 86400, 7 * 86400};
    while (n->next <= wall) {
        n->turns++;
        if (n->row->type != ROTATION_MONTHLY) {
            n->next += n->row->length * seconds[n->row->type];
            continue;
        }
        n->month += n->row->length;
        n->next = month_at(n);
    }
}

static bool naive_hours(const struct config_hours *hours, int64_t wall)
{
    for (int64_t day = wall / 86400 - 1; hours->text && day <= wall / 86400; day++) {
        int64_t from = day * 86400 + hours->from * 60, to = (day + (hours->to <= hours->from)) * 86400 + hours->to * 60;
        if ((!hours->weekdays || hours->weekdays & 1u << (day + 3) % 7) && from <= wall && wall < to)
            return true;
    }
    return !hours->text;
}

static const char *naive_who(const struct naive *n, int64_t wall)
{
    return n->turns && naive_hours(&n->row->hours, wall) ? n->row->participants[(n->turns - 1) % n->row->participant_count] : NULL;
}

static int pick(int n)
{
    return rand() % n;
}

static const char *random_rotation(struct arena *arena)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const people[] = {"[ana]", "[ana, ben]", "[cy, ana, ben]", "[ana, ben, cy, dee, ana]"};
    int type = pick(4);
    const char *text = arena_printf(arena, "type: %s, length: %d, handoff: '%02d:%02d', participants: %s", rotation_type_words[type],
                                    1 + pick(type == ROTATION_HOURLY ? 30 : 3), pick(24), 15 * pick(4), people[pick(4)]);
    if (type == ROTATION_WEEKLY)
        text = arena_printf(arena, "%s, weekday: %s", text, days[pick(7)]);
    if (type == ROTATION_MONTHLY)
        text = arena_printf(arena, "%s, day: %d", text, 1 + pick(31));
    if (pick(3))
        text = arena_printf(arena, "%s, start: %d-%02d-%02d", text, 2024 + pick(3), 1 + pick(12), 1 + pick(28));
    if (pick(2))
        text = arena_printf(arena, "%s, hours: '%02d:%02d-%02d:%02d'", text, pick(24), 15 * pick(4), pick(24), 15 * pick(4));
    if (pick(3) == 0)
        text = arena_printf(arena, "%s, weekdays: [%s-%s]", text, days[pick(7)], days[pick(7)]);
    return arena_printf(arena, "{%s}", text);
}

static int64_t wall_at(int64_t ms)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    return ms / 1000 + tm.tm_gmtoff;
}

static void zone_of_libc(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

/* What the overrides and absences of the reference's desk leave of one name. */
static const char *naive_desk(const struct desk_state *desk, const char *agent, int64_t at)
{
    for (int i = 0; agent && i < desk->override_count; i++) {
        const struct override *o = &desk->overrides[i];
        if (o->from > at || at >= o->to)
            continue;
        if (o->action == OVERRIDE_REMOVE && str_eq(o->agent, agent))
            agent = NULL;
        else if (o->action == OVERRIDE_REPLACE && str_eq(o->instead, agent))
            agent = o->agent;
    }
    for (int i = 0; agent && i < desk->absence_count; i++)
        if (str_eq(desk->absences[i].agent, agent) && desk->absences[i].from <= at && at < desk->absences[i].to)
            return NULL;
    return agent;
}

static void random_desk(struct arena *arena, struct desk_state *desk, int64_t from, int64_t to)
{
    static const char *const names[] = {"ana", "ben", "cy", "dee"};
    for (int i = pick(5); i > 0; i--) {
        int64_t begin = from + pick((int)((to - from) / QUARTER)) * (int64_t)QUARTER;
        bool replace = pick(2);
        take(arena, desk, "override", arena_printf(arena, "%d", i),
             arena_printf(arena, "{\"schedule\":\"s\",\"action\":\"%s\",\"agent\":\"%s\",\"for\":\"%s\",\"from\":%lld,\"to\":%lld}",
                          replace ? "replace" : "remove", names[pick(4)], names[pick(4)], (long long)begin,
                          (long long)(begin + (1 + pick(400)) * (int64_t)QUARTER)));
    }
    if (pick(2))
        take(arena, desk, "absence", "1", arena_printf(arena, "{\"agent\":\"%s\",\"from\":%lld,\"to\":%lld}", names[pick(4)], (long long)(from + DAY),
                                                       (long long)(from + 3 * DAY)));
}

/* The spans tile the window, neighbours differ, and each has the people of its first and last quarter. */
static void spans_tile(struct arena *arena, const struct rota *rota, int64_t from, int64_t to)
{
    struct rota_span *spans;
    int n = rota_spans(arena, rota, "s", from, to, 100000, &spans);
    assert_true(n > 0 && spans[0].from == from && spans[n - 1].to == to);
    for (int i = 0; i < n; i++) {
        assert_true(spans[i].from < spans[i].to && (i == 0 || spans[i].from == spans[i - 1].to));
        const char *agent = spans[i].count ? spans[i].people[0].agent : "-";
        assert_string_equal(agent, who(arena, rota, "s", spans[i].from));
        assert_string_equal(agent, who(arena, rota, "s", spans[i].to - 1));
        if (i > 0)
            assert_false(spans[i].count == 0 && spans[i - 1].count == 0);
    }
}

static int histories = 250;

static void at_every_quarter_of_an_hour_it_is_who_the_wall_says(void **state)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "UTC"};
    static const char *const begins[] = {"2026-10-20T00:00Z", "2026-10-29T00:00Z", "2027-03-11T00:00Z", "2027-03-24T00:00Z", "2027-03-31T00:00Z",
                                         "2026-09-30T00:00Z", "2028-02-26T00:00Z"};
    (void)state;
    long moments = 0, gaps = 0;
    srand(20261127);
    for (int i = 0; i < histories; i++) {
        AUTO_ARENA arena = arena_new();
        const char *tz = zones[pick(6)];
        struct desk_state desk = {0};
        struct rota rota = {parse(arena, arena_printf(arena, "{schedules: [{name: s, tz: %s, rotations: [%s]}]}", tz, random_rotation(arena))), &desk};
        int64_t from = utc(begins[pick(7)]), to = from + 8 * DAY, high = 0;
        struct naive naive;
        random_desk(arena, &desk, from, to);
        naive_start(&naive, &rota.config->schedules[0].rotations[0]);
        zone_of_libc(tz);
        for (int64_t at = from - 2 * DAY; at < to; at += QUARTER) {
            high = wall_at(at) > high ? wall_at(at) : high; /* a wall that goes back says nothing new */
            naive_pass(&naive, high);
            if (at < from)
                continue;
            const char *agents[ROTA_MOST], *want = naive_desk(&desk, naive_who(&naive, high), at);
            int n = rota_at(&rota, "s", at, agents, ROTA_MOST);
            if (n != (want != NULL) || (n && !str_eq(agents[0], want)))
                fail_msg("history %d, %s, %lld: %s, and the wall says %s", i, tz, (long long)at, n ? agents[0] : "-", want ? want : "-");
            moments++;
            gaps += !n;
        }
        spans_tile(arena, &rota, from, to);
    }
    print_message("# rota: %d rotas, %ld moments, %ld of them gaps, equal to the wall\n", histories, moments, gaps);
}

int main(int argc, char **argv)
{
    histories = argc > 1 ? atoi(argv[1]) : histories;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_short_form_is_a_week_each_from_monday_nine_utc),
        cmocka_unit_test(a_weekly_hand_over_stays_at_nine_when_the_clocks_change),
        cmocka_unit_test(a_hand_over_in_the_missing_hour_comes_as_it_ends_and_in_the_double_one_once),
        cmocka_unit_test(turns_of_hours_are_counted_on_the_wall),
        cmocka_unit_test(monthly_on_the_31st_is_the_last_day_of_shorter_months),
        cmocka_unit_test(a_monthly_start_behind_its_day_waits_for_the_next_month),
        cmocka_unit_test(a_restriction_leaves_gaps_and_may_go_over_midnight),
        cmocka_unit_test(overrides_act_in_the_order_they_were_made),
        cmocka_unit_test(who_replaces_takes_over_only_while_the_other_is_on_call),
        cmocka_unit_test(who_is_absent_is_not_on_call_and_not_on_shift),
        cmocka_unit_test(a_shift_is_in_the_agents_own_zone),
        cmocka_unit_test(a_shift_may_be_a_calendar),
        cmocka_unit_test(a_target_is_resolved_to_whoever_is_there),
        cmocka_unit_test(a_desk_without_a_lead_has_its_admins_as_the_last_resort),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_place),
        cmocka_unit_test(at_every_quarter_of_an_hour_it_is_who_the_wall_says),
    };
    return cmocka_run_group_tests_name("rota", tests, NULL, NULL);
}
