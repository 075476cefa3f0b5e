/* why: a red clock explained, end to end: a desk with office hours in Berlin, a ticket that came in on a Thursday, was put on
 * hold, and is late on Tuesday; the API, the shell and the console say the same. The sums are done by hand below. */
#include "base/clock.h"
#include "harness/console.h"
#include "harness/house.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: why\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin}\n"
                             "calendars:\n"
                             "  - {name: office, tz: Europe/Berlin, hours: ['mon-fri 09:00-17:00'], breaks: ['mon-fri 12:00-12:30'],\n"
                             "     holidays: ['01-15 Founding Day']}\n"
                             "sla:\n"
                             "  - {name: all, calendar: office, first_response: 2h, resolution: 8h}\n";
#define EVENT(id, at) \
    "{\"eventId\":\"e-" id "\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"" at "\",\"source\":\"caracol\"," \
    "\"data\":{\"source_ticket_id\":\"" id "\",\"user_id\":\"u\",\"user_name\":\"U\",\"user_email\":\"u@example.com\"," \
    "\"subject\":\"The export is slow\",\"description\":\"Some text\"}}"
static char out[65536];

enum { SOON = 30000 };
#define HOUR INT64_C(3600000)
#define MINUTE INT64_C(60000)

static void shell(const char *words)
{
    char command[512];
    snprintf(command, sizeof command, "%s/triage %s 2>&1", getenv("TRIAGE_BUILDDIR"), words);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    out[fread(out, 1, sizeof out - 1, pipe)] = 0;
    assert_int_equal(pclose(pipe), 0);
}

static void at(int day, int hour, int minute) /* of January 2027, in Berlin: UTC+1; the 1st is a Friday */
{
    *house.run->clock = (TEST_NOW_S + (day - 1) * 86400 + (hour - 1) * 3600 + minute * 60) * INT64_C(1000);
}

static void holds(const char *part)
{
    if (!strstr(out, part))
        fail_msg("\"%s\" is not in:\n%s", part, out);
}

/* Thursday 14 January 15:00, 2 hours until 17:00. Friday is Founding Day. Monday 09:00 on hold at 11:00 (2 hours), open again
 * 14:00, until 17:00 (3 hours); Tuesday until 10:40 (1 h 40): 8 h 40 min of 8 h. Late since 10:00. */
static int start(void **state)
{
    (void)state;
    house_open(config);
    at(14, 15, 0);
    assert_int_equal(client_post(house.in, "/in/open", EVENT("A", "2027-01-14T14:00:00Z")).status, 200);
    at(18, 11, 0);
    assert_int_equal(client_post(house.desk, "/v1/do", "{\"do\":\"status\",\"tickets\":[1],\"status\":\"on_hold\",\"with\":{\"reason\":\"the hoster looks\"}}").status, 200);
    at(18, 14, 0);
    shell("status 1 open");
    at(19, 10, 40);
    shell("tags 1 vip");
    return 0;
}

static const struct json *clock_of(const struct json *root, const char *metric)
{
    for (const struct json *c = json_first(json_get(root, "clocks")); c; c = json_next(c))
        if (strcmp(json_get_string(c, "metric", ""), metric) == 0)
            return c;
    fail_msg("no clock %s", metric);
    return NULL;
}

static void the_ledger_has_every_segment_with_its_cause(void **state)
{
    (void)state;
    struct answer a = client_get(house.desk, "/v1/tickets/1/why/sla");
    assert_int_equal(a.status, 200);
    const struct json *c = clock_of(a.json, "resolution"), *sums = json_get(c, "sums");
    assert_int_equal(json_get_i64(c, "elapsed", 0), 8 * HOUR + 40 * MINUTE);
    assert_int_equal(json_get_i64(sums, "counted", 0), 8 * HOUR + 40 * MINUTE);
    assert_int_equal(json_get_i64(sums, "paused", 0), 3 * HOUR);
    assert_int_equal(json_get_i64(sums, "holiday", 0), 24 * HOUR);
    assert_int_equal(json_get_i64(sums, "break", 0), 0); /* Monday's lunch fell into the hold */
    assert_true(json_get_bool(c, "late", false) && json_get_bool(c, "breached", false));
    assert_int_equal(json_get_i64(c, "due_at", 0), (TEST_NOW_S + 18 * 86400 + 9 * 3600) * INT64_C(1000));
    int64_t from = json_get_i64(c, "started_at", 0), sum = 0;
    for (const struct json *s = json_first(json_get(c, "segments")); s; s = json_next(s)) {
        assert_int_equal(json_get_i64(s, "from", 0), from);
        from = json_get_i64(s, "until", 0);
        sum += json_get_i64(s, "counted", 0);
    }
    assert_int_equal(from, *house.run->clock);
    assert_int_equal(sum, 8 * HOUR + 40 * MINUTE);
    for (const struct json *l = json_first(json_get(c, "lines")); l; l = json_next(l))
        assert_true(json_get_i64(l, "seq", 0) > 0 && json_get_i64(l, "cause", -1) >= 0 && *json_get_string(l, "actor", ""));
}

static void the_shell_says_why_it_is_red(void **state)
{
    (void)state;
    shell("why 1 sla");
    holds("Late by 40 min: 8 h 40 min counted, policy all allows 8 h; due Tue 19 Jan 10:00.");
    holds("Not counted since Thu 14 Jan 15:00: paused 3 h, off hours 3 d 8 h, holiday 24 h.");
    holds("paused: ana put it on hold: the hoster looks");
    holds("policy all, office (Europe/Berlin)");
    holds("!!");
}

static void the_console_shows_the_bar_and_the_reason(void **state)
{
    (void)state;
    struct console_run *c = console_open("why", house.run, "all");
    console_shows(c, "The export is slow", NULL);
    console_type(c, "w");
    console_shows(c, "why: ", NULL);
    console_type(c, "sla\r");
    console_shows(c, "Late by 40 min", NULL);
    console_shows(c, "!!", NULL);
    console_shows(c, "paused: ana put it on hold: the hoster looks", NULL);
    for (int row = 0; row < CONSOLE_ROWS && getenv("TRIAGE_PICTURE"); row++)
        print_message("%s\n", console_row(c, row));
    console_close(c);
}

static void the_journal_read_again_gives_the_same_clocks(void **state)
{
    char clock[128];
    (void)state;
    snprintf(clock, sizeof clock, "%s/clock", house.run->dir);
    daemon_stop(house.run);
    assert_int_equal(daemon_try((const char *[]){"triaged", "--dir", house.run->dir, "--clock", clock, "--rebuild", NULL}), 0);
    house_again();
}

static int64_t due_of(int64_t ticket)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)ticket);
    return json_get_i64(json_get(client_get(house.desk, path).json, "ticket"), "next_due_at", 0);
}

/* Monday the 25th, 16:30: two hours of an office that closes at 17:00 end on Tuesday 10:30; once it closes at 20:00, at 18:30. */
static void other_hours_hold_at_once_after_a_reload(void **state)
{
    char text[1024], *hours;
    (void)state;
    at(25, 16, 30);
    assert_int_equal(client_post(house.in, "/in/open", EVENT("B", "2027-01-25T15:30:00Z")).status, 200);
    assert_int_equal(due_of(2), (TEST_NOW_S + 25 * 86400 + 9 * 3600 + 1800) * INT64_C(1000));
    snprintf(text, sizeof text, config, (long)getuid());
    hours = strstr(text, "17:00");
    assert_non_null(hours);
    memcpy(hours, "20:00", 5);
    daemon_config(house.run, text);
    shell("reload");
    int64_t asked = clock_mono(), due;
    while ((due = due_of(2)) != (TEST_NOW_S + 24 * 86400 + 17 * 3600 + 1800) * INT64_C(1000))
        if (clock_mono() - asked > SOON)
            fail_msg("due at %lld", (long long)due);
    struct answer a = client_get(house.desk, "/v1/tickets/1/why/sla"); /* what had been counted until it was put on hold is kept */
    const struct json *s = json_first(json_get(clock_of(a.json, "resolution"), "segments"));
    assert_int_equal(json_get_i64(s, "counted", 0), 4 * HOUR);
    assert_true(json_get_bool(s, "coarse", false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ledger_has_every_segment_with_its_cause),
        cmocka_unit_test(the_shell_says_why_it_is_red),
        cmocka_unit_test(the_console_shows_the_bar_and_the_reason),
        cmocka_unit_test(the_journal_read_again_gives_the_same_clocks),
        cmocka_unit_test(other_hours_hold_at_once_after_a_reload),
    };
    return cmocka_run_group_tests_name("why", tests, start, house_left);
}
