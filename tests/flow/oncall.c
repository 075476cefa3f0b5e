/* oncall: from the shell to the daemon and back to a console's screen: who is on call, an override, a question for cover, an
 * absence, and the simulation of a critical ticket. It is Friday, 1 January 2027, 00:00Z: 01:00 in Berlin. */
#include "harness/console.h"
#include "harness/shell.h"
#include "base/clock.h"
#include "harness/house.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
#define HOUR ((int64_t)3600000)

/* The week of 28 December is ben's. */
static const char config[] =
    "agents:\n  - {name: ana, uid: %ld, role: lead, tz: Europe/Berlin, capacity: 5}\n  - {name: ben, tz: America/New_York}\n"
    "oncall: {schedules: [{name: primary, tz: Europe/Berlin, rotations: [{name: week, start: 2026-12-21, participants: [ana, ben]}]}]}\n"
    "escalation: {policies: [{name: p, steps: [{target: oncall, delay: 5m}, {target: leads, delay: 10m, hours: '08:00-20:00'}]}]}\n";

static int start(void **state)
{
    (void)state;
    unsetenv("TZ");
    house_open(config);
    return 0;
}

static const char *says(const struct shell_ran *ran)
{
    if (ran->code)
        fail_msg("exit %d: %s", ran->code, ran->err);
    return ran->out;
}

static void the_shell_says_who_is_on_call_until_when_and_who_is_next(void **state)
{
    (void)state;
    const char *out = says(SHELL(NULL, "oncall"));
    shell_holds(out, "schedule primary (its clock: Europe/Berlin)");
    shell_holds(out, "  now       ben (week)                            until Mon 2027-01-04 09:00, in 3d8h");
    shell_holds(out, "  next      ana (week)                            Mon 2027-01-04 09:00 to Mon 2027-01-11 09:00");
    shell_holds(out, "times: Europe/Berlin");
    out = says(SHELL(NULL, "oncall", "--week", "--tz", "America/New_York"));
    shell_holds(out, "  -         ben (week)                            Thu 2026-12-31 19:00 to Mon 2027-01-04 03:00");
    assert_int_equal(SHELL(NULL, "oncall", "--tz", "Mars/Olympus")->code, 65);
    assert_int_equal(SHELL(NULL, "oncall", "--schedule", "none")->code, 1);
    assert_int_equal(SHELL(NULL, "oncall", "--from", "2028-01-01", "--to", "2027-01-01")->code, 65);
}

static void an_override_is_said_done_shown_and_undone(void **state)
{
    (void)state;
    shell_holds(says(SHELL(NULL, "override", "for=ben", "from=Fri 18:00", "to=22:00", "reason=a swap")),
                "ana is on call in primary for ben, Fri 2027-01-01 18:00 to 22:00 Europe/Berlin");
    const char *out = says(SHELL(NULL, "oncall"));
    shell_holds(out, "until Fri 2027-01-01 18:00, in 17h");
    shell_holds(out, "ana (for ben: override)");
    shell_holds(out, "by ana: a swap");
    says(SHELL(NULL, "undo"));
    shell_holds(says(SHELL(NULL, "oncall")), "until Mon 2027-01-04 09:00");
    says(SHELL(NULL, "redo"));
    const struct shell_ran *ran = SHELL(NULL, "override", "for=ben", "from=soon", "to=22:00");
    assert_int_not_equal(ran->code, 0);
    shell_holds(ran->err, "from: 'soon': no time; say such as +4h");
}

static void the_spans_of_the_answer_tile_the_window(void **state)
{
    (void)state;
    struct answer a = client_get(house.desk, "/v1/oncall?from=today%2000:00&to=%2B21d");
    assert_int_equal(a.status, 200);
    int64_t from = json_get_i64(a.json, "from", 0), to = json_get_i64(a.json, "to", 0);
    assert_true(from == (int64_t)TEST_NOW_S * 1000 - HOUR); /* midnight in Berlin */
    assert_true(to - from == 21 * 24 * HOUR);
    int spans = 0;
    for (const struct json *s = json_first(json_get(json_first(json_get(a.json, "schedules")), "spans")); s; s = json_next(s), spans++) {
        assert_true(json_get_i64(s, "from", 0) == from && json_get_i64(s, "to", 0) > from);
        from = json_get_i64(s, "to", 0);
    }
    assert_true(from == to);
    assert_int_equal(spans, 6); /* ben, ana for him, ben, ana, ben, ana */
    assert_int_equal(client_get(house.desk, "/v1/oncall?to=%2B500d").status, 422);
    assert_int_equal(client_get(house.desk, "/v1/oncall?from=x").status, 422);
    assert_int_equal(client_get(house.desk, "/v1/oncall?schedule=x").status, 404);
    a = client_get(house.desk, "/v1/desk");
    assert_string_equal(json_get_string(a.json, "oncall", ""), "ben");
}

/* On Friday at 18:30 the override holds, and the leads' step may: it is 18:35 with ana. At 03:10 it is ben's turn, for whom it
 * is 21:10 the day before, and for the leads it is too early. */
static void a_simulation_says_who_would_be_told_on_whose_clock_and_why(void **state)
{
    (void)state;
    const char *out = says(SHELL(NULL, "simulate", "critical", "--at", "Fri 18:30"));
    shell_holds(out, "a ticket that is critical pages at Fri 2027-01-01 18:30 Europe/Berlin, and nobody acknowledges; policy p, 2 steps, 0 more loops");
    shell_holds(out, "Fri 2027-01-01 18:30  1/2     ana         Fri 18:30 Berlin        console                   18:35  for ben in primary, override by ana: a swap, 0 of 5 open");
    shell_holds(out, "Fri 2027-01-01 18:35  2/2     ana         Fri 18:35 Berlin        console                   18:45  lead, 0 of 5 open");
    shell_holds(out, "all steps are through; reminded each hour from here on");
    out = says(SHELL(NULL, "simulate", "critical", "--at", "Sat 03:10"));
    shell_holds(out, "Sat 2027-01-02 03:10  1/2     ben         Fri 21:10 New_York      console                   03:15  turn of week in primary");
    shell_holds(out, "not now: only 08:00-20:00; with ana it is 03:15");
    assert_int_not_equal(SHELL(NULL, "simulate", "critical", "--at", "Sat 25:10")->code, 0);
    assert_int_not_equal(SHELL(NULL, "simulate", "nonsense")->code, 0);
    assert_int_not_equal(SHELL(NULL, "simulate", "--ticket", "77")->code, 0);
    assert_null(strstr(says(SHELL(NULL, "simulate", "critical", "--at", "Sat 03:10:29")), "…")); /* the columns hold minutes */
    shell_holds(says(SHELL(NULL, "simulate", "--json")), "\"lines\":[");
}

/* Berlin, Sunday, 28 March 2027: at 02:00 (01:00Z) it is 03:00. 22 March is 13 weeks after 21 December: ben's. ana takes 02:00
 * to 04:00, of which there is 03:00 to 04:00 alone. At 01:58 it is still ben, 20:58 in New York; five minutes later it is 03:03
 * and too early for the leads. At 03:10 it is ana, at 04:00 ben again, 22:00 in New York. */
static void across_the_night_of_the_change_it_says_what_the_walls_show(void **state)
{
    (void)state;
    shell_holds(says(SHELL(NULL, "override", "for=ben", "from=2027-03-28 02:00", "to=04:00")),
                "ana is on call in primary for ben, Sun 2027-03-28 03:00 to 04:00 Europe/Berlin");
    const char *out = says(SHELL(NULL, "simulate", "critical", "--at", "2027-03-28 01:58"));
    shell_holds(out, "Sun 2027-03-28 01:58  1/2     ben         Sat 20:58 New_York      console                   03:03  turn of week in primary");
    shell_holds(out, "Sun 2027-03-28 03:03  2/2     -                                   leads");
    shell_holds(out, "not now: only 08:00-20:00; with ana it is 03:03");
    shell_holds(says(SHELL(NULL, "simulate", "critical", "--at", "2027-03-28 03:10")),
                "Sun 2027-03-28 03:10  1/2     ana         Sun 03:10 Berlin        console                   03:15  for ben in primary, override by ana");
    shell_holds(says(SHELL(NULL, "simulate", "critical", "--at", "2027-03-28 04:00")),
                "Sun 2027-03-28 04:00  1/2     ben         Sat 22:00 New_York      console                   04:05  turn of week in primary");
}

static void the_console_shows_it_and_its_keys_change_it(void **state)
{
    (void)state;
    struct console_run *c = console_open("oncall", house.run, "all");
    console_shows(c, "live", NULL);
    console_type(c, "go");
    console_shows(c, "On call", "times: Europe/Berlin");
    console_shows(c, "primary", "until Fri  1 Jan 18:00");
    console_shows(c, "override", "you for ben");
    says(SHELL(NULL, "absence", "agent=ben", "from=2027-01-02 09:00", "to=2027-01-02 18:00", "kind=sick")); /* elsewhere: it comes by itself */
    console_shows(c, "away", "ben");
    console_shows(c, "nobody", "!");
    console_type(c, "+c");
    console_shows(c, "from=now to=+4h", NULL);
    console_type(c, "\025from=\"Mon 09:00\" to=+5h note=concert\r");
    console_shows(c, "asks", "concert");
    console_type(c, "gg-"); /* questions come first: it is taken back */
    console_wait(&c, 1, "asks", "concert", false, clock_mono(), SOON);
    console_type(c, "6"); /* another screen: its header follows too */
    console_shows(c, "on call ben", NULL);
    says(SHELL(NULL, "override", "for=ben", "to=+1h"));
    console_shows(c, "you are on call", NULL);
    says(SHELL(NULL, "undo"));
    console_shows(c, "on call ben", NULL);
    console_type(c, "go");
    console_shows(c, "override", "you for ben");
    console_type(c, "w"); /* a critical ticket as what is under the cursor begins: the override, 18:00 */
    console_shows(c, "Who would be told, and why", NULL);
    console_shows(c, "1/2     you", "Fri 18:00 Europe/Berlin, by console");
    console_shows(c, "for ben in primary, override by ana: a swap", NULL);
    console_type(c, "q");
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shell_says_who_is_on_call_until_when_and_who_is_next),
        cmocka_unit_test(an_override_is_said_done_shown_and_undone),
        cmocka_unit_test(the_spans_of_the_answer_tile_the_window),
        cmocka_unit_test(a_simulation_says_who_would_be_told_on_whose_clock_and_why),
        cmocka_unit_test(across_the_night_of_the_change_it_says_what_the_walls_show),
        cmocka_unit_test(the_console_shows_it_and_its_keys_change_it),
    };
    return cmocka_run_group_tests_name("oncall", tests, start, house_left);
}
