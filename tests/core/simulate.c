/* simulate: a critical ticket in the four nights in which Berlin's and New York's clocks change, each with an override across
 * the change, and each line worked out by hand. Then what else may stand in the way of a page. */
#include "core/simulate.h"
#include "base/str.h"
#include "core/moment.h"
#include "core/step.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ana and cy (the lead) live in Berlin, ben in New York. `night` has nobody at weekends. */
#define PEOPLE                                                                                                                   \
    "agents:\n  - {name: ana, tz: Europe/Berlin}\n  - {name: ben, tz: America/New_York}\n  - {name: cy, role: lead, tz: Europe/Berlin}\n"
#define NIGHT ", {name: night, rotations: [{participants: [ana], weekdays: [mon-fri]}]}]}\n"
#define STEPS                                                                                                                    \
    "escalation: {policies: [{name: p, repeat: 1, steps: [{target: oncall, delay: 30m}, {target: oncall, delay: 60m, hours: '08:00-20:00'},\n" \
    "  {target: oncall, delay: 60m}, {target: 'schedule:night', delay: 15m}, {target: leads, delay: 30m}]}]}\n"
static const char berlin[] = PEOPLE "oncall: {schedules: [{name: primary, tz: Europe/Berlin, rotations: [{name: week, start: 2026-10-19,\n"
                                    "  participants: [ana, ben]}]}" NIGHT STEPS;
static const char york[] = PEOPLE "oncall: {schedules: [{name: primary, tz: America/New_York, rotations: [{name: week, start: 2026-10-26,\n"
                                  "  participants: [ben, ana]}]}" NIGHT STEPS;
static const char york_spring[] = PEOPLE "oncall: {schedules: [{name: primary, tz: America/New_York, rotations: [{name: week, start: 2026-10-26,\n"
                                         "  participants: [ana, ben]}]}" NIGHT STEPS;

struct bench {
    struct arena *arena;
    struct config *config;
    struct desk_state desk;
    struct ticket ticket;
    struct simulated *lines;
    const struct config_escalation *policy;
    int count;
};

static void bench_open(struct bench *b, const char *config)
{
    struct err err = {0};
    *b = (struct bench){.arena = arena_new()};
    b->config = config_parse(b->arena, "t.yaml", config, strlen(config), NULL, 0, &err);
    if (!b->config || !config_zones(b->config, b->arena, zone_load, &err))
        fail_msg("%s", err.text);
    b->ticket = (struct ticket){.id = 1, .account = "a", .dialect = "rbs", .key = "1", .title = "down", .status = STATUS_NEW, .urgency = URGENCY_CRITICAL,
                                .urgency_by = LABEL_BY_AGENT, .created_at = 1, .received_at = 1};
}

/* As a person writes it, on the schedule's clock. */
static int64_t on_the_clock(struct bench *b, const char *text)
{
    int64_t ms = 0;
    struct err err = {0};
    if (!moment_parse(&(struct moment){.zone = config_zone(b->config->schedules[0].zone)}, text, &ms, &err))
        fail_msg("%s", err.text);
    return ms;
}

static void put(struct bench *b, const char *kind, const char *key, const char *data)
{
    desk_take(b->arena, &b->desk, &(struct record){kind, key, data});
}

static void swap(struct bench *b, const char *agent, const char *instead, const char *from, const char *to)
{
    put(b, "override", "1", arena_printf(b->arena, "{\"schedule\":\"primary\",\"action\":\"replace\",\"agent\":\"%s\",\"for\":\"%s\",\"from\":%lld,\"to\":%lld,"
                                                   "\"by\":\"cy\",\"reason\":\"swap\"}", agent, instead, (long long)on_the_clock(b, from),
                                         (long long)on_the_clock(b, to)));
}

static const char *clock_of(struct bench *b, const char *agent, int64_t at)
{
    const struct config_agent *row = config_agent(b->config, agent);
    struct civil c;
    zone_civil(row ? config_zone(row->zone) : NULL, at, &c);
    return arena_printf(b->arena, "%02d:%02d", c.hour, c.minute);
}

/* "00:20Z 3/5 oncall ben 20:20 (why) -> 01:20Z" */
static const char *text_of(struct bench *b, const struct simulated *line)
{
    struct str out;
    str_init(&out, 2000);
    str_addf(&out, "%sZ ", clock_of(b, "", line->at));
    if (line->step >= 0)
        str_addf(&out, "%d/%d %s ", line->step + 1, b->policy ? b->policy->step_count : 0, line->target);
    if (strcmp(line->what, "step") != 0)
        str_addf(&out, "%s ", line->what);
    for (int i = 0; i < line->count; i++)
        str_addf(&out, "%s%s %s (%s)%s ", *line->people[i].agent ? line->people[i].agent : "to:", line->people[i].destination ? line->people[i].destination : "",
                 clock_of(b, line->people[i].agent, line->at), line->people[i].why, line->people[i].held ? " held" : "");
    if (line->why)
        str_addf(&out, "[%s] ", line->why);
    str_addf(&out, "-> %s%s", line->next_at ? clock_of(b, "", line->next_at) : "end", line->next_at ? "Z" : "");
    char *text = arena_strdup(b->arena, out.data);
    str_fini(&out);
    return text;
}

static void run(struct bench *b, const char *at)
{
    struct simulation s = {.rules = b->config, .desk = &b->desk, .ticket = &b->ticket, .why = "simulated", .at = on_the_clock(b, at)};
    b->count = simulate_run(b->arena, &s, &b->lines, &b->policy);
}

static void expect(struct bench *b, const char *const *lines, int count)
{
    for (int i = 0; i < b->count; i++)
        if (i >= count || strcmp(text_of(b, &b->lines[i]), lines[i]) != 0)
            fail_msg("line %d: %s\nnot:    %s", i, text_of(b, &b->lines[i]), i < count ? lines[i] : "(nothing)");
    assert_int_equal(b->count, count);
    arena_free(b->arena);
}
#define EXPECT(b, ...)                                                \
    do {                                                              \
        static const char *const lines[] = {__VA_ARGS__};             \
        expect(b, lines, (int)(sizeof lines / sizeof *lines));        \
    } while (0)

/* Berlin, Sunday, 25 October 2026: at 03:00 CEST (01:00Z) it is 02:00 CET. ana's week is 19 October, 09:00 CEST to 26 October,
 * 09:00 CET. ben takes 02:00 to 03:00: the first 02:00 is CEST, 00:00Z, and 03:00 comes once, CET, 02:00Z, so that this hour
 * lasts two. New York is at EDT (UTC-4) until 1 November. The ticket comes at 01:50 CEST, 23:50Z of Saturday.
 *   23:50Z  01:50 CEST: step 1, ana. 30 min.
 *   00:20Z  02:20 CEST: ben has it. It is 20:20 on Saturday there: step 2 wants 08:00 to 20:00. Step 3, ben. 60 min.
 *   01:20Z  02:20 CET: step 4, night, has nobody on a Sunday; step 5 at once, cy, for whom it is 02:20 again. 30 min.
 *   01:50Z  02:50 CET: again from step 1, and it is still ben (until 02:00Z), 21:50 there. 30 min.
 *   02:20Z  03:20 CET: ana again. Step 2 wants daylight of her too; step 3. 60 min.
 *   03:20Z  04:20 CET: night has nobody; cy. 30 min.
 *   03:50Z  04:50 CET: the loops are through: a reminder an hour from here on, to whom the last step told. */
static void in_berlin_in_autumn_an_override_of_one_hour_lasts_two(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, berlin);
    swap(&b, "ben", "ana", "2026-10-25 02:00", "2026-10-25 03:00");
    run(&b, "2026-10-25 01:50");
    EXPECT(&b, "23:50Z opened [simulated] -> 00:20Z",
           "23:50Z 1/5 oncall ana 01:50 (turn of week in primary) -> 00:20Z",
           "00:20Z 2/5 oncall passed_over [only 08:00-20:00; with ben it is 20:20] -> end",
           "00:20Z 3/5 oncall ben 20:20 (for ana in primary, override by cy: swap) -> 01:20Z",
           "01:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 01:50Z",
           "01:20Z 5/5 leads cy 02:20 (lead) -> 01:50Z",
           "01:50Z 1/5 oncall ben 21:50 (for ana in primary, override by cy: swap) -> 02:20Z",
           "02:20Z 2/5 oncall passed_over [only 08:00-20:00; with ana it is 03:20] -> end",
           "02:20Z 3/5 oncall ana 03:20 (turn of week in primary) -> 03:20Z",
           "03:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 03:50Z",
           "03:20Z 5/5 leads cy 04:20 (lead) -> 03:50Z",
           "03:50Z reminder cy 04:50 (lead) [simulated] -> 04:50Z");
}

/* Berlin, Sunday, 28 March 2027: at 02:00 CET (01:00Z) it is 03:00 CEST. 22 March is 22 weeks after 19 October: ana's. ben
 * takes 02:00 to 04:00: there is no 02:00, it begins as the gap ends, 01:00Z, and ends 02:00Z: two hours last one. New York
 * has had EDT since 14 March. The ticket comes at 01:50 CET, 00:50Z.
 *   00:50Z  01:50 CET: ana. 30 min.
 *   01:20Z  03:20 CEST: ben, 21:20 there: not step 2, step 3. 60 min.
 *   02:20Z  04:20 CEST: nobody at night; cy. 30 min.
 *   02:50Z  04:50 CEST: the override is over: ana. 30 min.
 *   03:20Z  05:20 CEST: too early for step 2; step 3, ana. 60 min.
 *   04:20Z  06:20 CEST: nobody at night; cy. 30 min, then reminders. */
static void in_berlin_in_spring_an_override_of_two_hours_lasts_one(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, berlin);
    swap(&b, "ben", "ana", "2027-03-28 02:00", "2027-03-28 04:00");
    run(&b, "2027-03-28 01:50");
    EXPECT(&b, "00:50Z opened [simulated] -> 01:20Z",
           "00:50Z 1/5 oncall ana 01:50 (turn of week in primary) -> 01:20Z",
           "01:20Z 2/5 oncall passed_over [only 08:00-20:00; with ben it is 21:20] -> end",
           "01:20Z 3/5 oncall ben 21:20 (for ana in primary, override by cy: swap) -> 02:20Z",
           "02:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 02:50Z",
           "02:20Z 5/5 leads cy 04:20 (lead) -> 02:50Z",
           "02:50Z 1/5 oncall ana 04:50 (turn of week in primary) -> 03:20Z",
           "03:20Z 2/5 oncall passed_over [only 08:00-20:00; with ana it is 05:20] -> end",
           "03:20Z 3/5 oncall ana 05:20 (turn of week in primary) -> 04:20Z",
           "04:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 04:50Z",
           "04:20Z 5/5 leads cy 06:20 (lead) -> 04:50Z",
           "04:50Z reminder cy 06:50 (lead) [simulated] -> 05:50Z");
}

/* New York, Sunday, 1 November 2026: at 02:00 EDT (06:00Z) it is 01:00 EST. ben's week begins on 26 October. ana takes 01:00 to
 * 02:00: the first 01:00 is EDT, 05:00Z; 02:00 is EST, 07:00Z: two hours. Berlin is at CET (UTC+1). At 00:50 EDT, 04:50Z:
 *   04:50Z  00:50 EDT: ben. 30 min.
 *   05:20Z  01:20 EDT: ana, 06:20 there: too early for step 2; step 3. 60 min.
 *   06:20Z  01:20 EST: nobody at night; cy, 07:20. 30 min.
 *   06:50Z  01:50 EST: still ana, 07:50 there. 30 min.
 *   07:20Z  02:20 EST: ben again, not step 2, step 3. 60 min.
 *   08:20Z  03:20 EST: nobody at night; cy, 09:20. 30 min, then reminders. */
static void in_new_york_in_autumn_an_override_of_one_hour_lasts_two(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, york);
    swap(&b, "ana", "ben", "2026-11-01 01:00", "2026-11-01 02:00");
    run(&b, "2026-11-01 00:50");
    EXPECT(&b, "04:50Z opened [simulated] -> 05:20Z",
           "04:50Z 1/5 oncall ben 00:50 (turn of week in primary) -> 05:20Z",
           "05:20Z 2/5 oncall passed_over [only 08:00-20:00; with ana it is 06:20] -> end",
           "05:20Z 3/5 oncall ana 06:20 (for ben in primary, override by cy: swap) -> 06:20Z",
           "06:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 06:50Z",
           "06:20Z 5/5 leads cy 07:20 (lead) -> 06:50Z",
           "06:50Z 1/5 oncall ana 07:50 (for ben in primary, override by cy: swap) -> 07:20Z",
           "07:20Z 2/5 oncall passed_over [only 08:00-20:00; with ben it is 02:20] -> end",
           "07:20Z 3/5 oncall ben 02:20 (turn of week in primary) -> 08:20Z",
           "08:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 08:50Z",
           "08:20Z 5/5 leads cy 09:20 (lead) -> 08:50Z",
           "08:50Z reminder cy 09:50 (lead) [simulated] -> 09:50Z");
}

/* New York, Sunday, 14 March 2027: at 02:00 EST (07:00Z) it is 03:00 EDT. 8 March is 19 weeks after 26 October: the second's,
 * ben's. ana takes 02:00 to 04:00: from the end of the gap, 07:00Z, to 08:00Z. Berlin is at CET until 28 March. At 01:50 EST,
 * 06:50Z:
 *   06:50Z  01:50 EST: ben. 30 min.
 *   07:20Z  03:20 EDT: ana, 08:20 there: step 2 may. 60 min.
 *   08:20Z  04:20 EDT: ben again: step 3. 60 min.
 *   09:20Z  05:20 EDT: nobody at night; cy, 10:20. 30 min.
 *   09:50Z  05:50 EDT: ben. 30 min.
 *   10:20Z  06:20 EDT: not step 2; step 3, ben. 60 min.
 *   11:20Z  07:20 EDT: nobody at night; cy, 12:20. 30 min, then reminders. */
static void in_new_york_in_spring_an_override_of_two_hours_lasts_one(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, york_spring);
    swap(&b, "ana", "ben", "2027-03-14 02:00", "2027-03-14 04:00");
    run(&b, "2027-03-14 01:50");
    EXPECT(&b, "06:50Z opened [simulated] -> 07:20Z",
           "06:50Z 1/5 oncall ben 01:50 (turn of week in primary) -> 07:20Z",
           "07:20Z 2/5 oncall ana 08:20 (for ben in primary, override by cy: swap) -> 08:20Z",
           "08:20Z 3/5 oncall ben 04:20 (turn of week in primary) -> 09:20Z",
           "09:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 09:50Z",
           "09:20Z 5/5 leads cy 10:20 (lead) -> 09:50Z",
           "09:50Z 1/5 oncall ben 05:50 (turn of week in primary) -> 10:20Z",
           "10:20Z 2/5 oncall passed_over [only 08:00-20:00; with ben it is 06:20] -> end",
           "10:20Z 3/5 oncall ben 06:20 (turn of week in primary) -> 11:20Z",
           "11:20Z 4/5 schedule:night no_notification_sent [nobody is on call in night then] -> 11:50Z",
           "11:20Z 5/5 leads cy 12:20 (lead) -> 11:50Z",
           "11:50Z reminder cy 12:50 (lead) [simulated] -> 12:50Z");
}

/* --- what else may stand in the way --- */

#define SHORT(steps)                                                                                                             \
    PEOPLE "oncall: [ana]\nescalation: {policies: [{name: p, when: urgency == \"critical\", steps: [" steps "]}]}\n"

static void who_is_away_is_said_and_the_leads_are_the_last_resort(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, SHORT("{target: oncall, delay: 5m}"));
    put(&b, "absence", "1", "{\"agent\":\"ana\",\"kind\":\"sick\",\"from\":1000,\"to\":9000000000000}");
    run(&b, "2026-11-27 10:00");
    EXPECT(&b, "10:00Z opened [simulated] -> 10:05Z",
           "10:00Z 1/1 oncall no_notification_sent [ana is away (sick)] -> 10:05Z",
           "10:00Z cy 11:00 (lead, the last resort) -> 10:05Z",
           "10:05Z reminder cy 11:05 (lead) [simulated] -> 11:05Z");
}

static void a_maintenance_window_holds_it_until_it_ends(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, SHORT("{target: oncall, delay: 5m}"));
    put(&b, "maintenance", "1", arena_printf(b.arena, "{\"from\":%lld,\"to\":%lld,\"reason\":\"database\",\"by\":\"cy\"}",
                                             (long long)on_the_clock(&b, "2026-11-27 09:00"), (long long)on_the_clock(&b, "2026-11-27 10:30")));
    run(&b, "2026-11-27 10:00");
    EXPECT(&b, "10:00Z opened [simulated] -> 10:30Z",
           "10:00Z suppressed [database] -> 10:30Z",
           "10:30Z maintenance_over [simulated] -> 10:35Z",
           "10:30Z 1/1 oncall ana 11:30 (turn of 1 in oncall) -> 10:35Z",
           "10:35Z reminder ana 11:35 (turn of 1 in oncall) [simulated] -> 11:35Z");
}

static void the_fourth_page_in_five_minutes_is_held(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, SHORT("{target: ana, delay: 1m}, {target: ana, delay: 1m}, {target: ana, delay: 1m}, {target: ana, delay: 1m}"));
    run(&b, "2026-11-27 10:00");
    EXPECT(&b, "10:00Z opened [simulated] -> 10:01Z",
           "10:00Z 1/4 ana ana 11:00 (named by the step) -> 10:01Z",
           "10:01Z 2/4 ana ana 11:01 (named by the step) -> 10:02Z",
           "10:02Z 3/4 ana ana 11:02 (named by the step) -> 10:03Z",
           "10:03Z 4/4 ana ana 11:03 (named by the step) held -> 10:04Z",
           "10:04Z reminder ana 11:04 (named by the step) held [simulated] -> 11:04Z");
}

static void conditions_of_the_desk_are_named_with_what_is(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, SHORT("{target: oncall, min_open_criticals: 3}, {target: oncall, when: plan == \"enterprise\"}, {target: leads, weekdays: [fri]}"));
    run(&b, "2026-11-27 10:00");
    EXPECT(&b, "10:00Z opened [simulated] -> 10:05Z",
           "10:00Z 1/3 oncall passed_over [from 3 open criticals on, there are 0] -> end",
           "10:00Z 2/3 oncall passed_over [where plan == \"enterprise\"] -> end",
           "10:00Z 3/3 leads cy 11:00 (lead) -> 10:05Z",
           "10:05Z reminder cy 11:05 (lead) [simulated] -> 11:05Z");
}

static void a_ticket_that_is_done_does_not_page(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, SHORT("{target: oncall}"));
    b.ticket.status = STATUS_RESOLVED;
    run(&b, "2026-11-27 10:00");
    EXPECT(&b, "10:00Z nothing [it does not page] -> end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_berlin_in_autumn_an_override_of_one_hour_lasts_two),
        cmocka_unit_test(in_berlin_in_spring_an_override_of_two_hours_lasts_one),
        cmocka_unit_test(in_new_york_in_autumn_an_override_of_one_hour_lasts_two),
        cmocka_unit_test(in_new_york_in_spring_an_override_of_two_hours_lasts_one),
        cmocka_unit_test(who_is_away_is_said_and_the_leads_are_the_last_resort),
        cmocka_unit_test(a_maintenance_window_holds_it_until_it_ends),
        cmocka_unit_test(the_fourth_page_in_five_minutes_is_held),
        cmocka_unit_test(conditions_of_the_desk_are_named_with_what_is),
        cmocka_unit_test(a_ticket_that_is_done_does_not_page),
    };
    return cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
}
