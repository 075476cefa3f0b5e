/* calendar: spellings and what is wrong with them, sums done by hand for the nights that matter, and a second opinion
 * (support/minutes: libc, minute by minute) on any two instants in several zones. */
#include "support/minutes.h"
#include "core/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return zone_instant(NULL, &(struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute});
}

static const struct calendar *read(struct arena *arena, const char *yaml)
{
    struct err err = {0};
    const char *text = arena_printf(arena, "calendars:\n%s", yaml);
    struct config *config = config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, &err);
    if (!config || !config_zones(config, arena, zone_load, &err))
        fail_msg("%s", err.text);
    return &config->calendars[0];
}

#define OFFICE "  - {name: office, tz: Europe/Berlin, hours: ['mon-fri 09:00-17:00'], breaks: ['mon-fri 12:00-12:30'], holidays: ['12-25 Christmas', 2026-04-03]}\n"
#define NIGHTS "  - {name: nights, tz: Europe/Berlin, hours: ['daily 22:00-06:00'], breaks: ['daily 02:15-02:45']}\n"

static void no_calendar_counts_all_hours(void **state)
{
    (void)state;
    struct calendar_span span;
    calendar_at(NULL, 5, &span);
    assert_int_equal(span.kind, SEGMENT_COUNTED);
    assert_int_equal(span.until, INT64_MAX);
    assert_int_equal(calendar_counted(NULL, 10, 30), 20);
    assert_int_equal(calendar_counted(NULL, 30, 10), 0);
    assert_int_equal(calendar_due(NULL, 10, -30), -20);
}

static void a_week_is_its_open_hours_without_the_breaks(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct calendar *office = read(arena, OFFICE);
    struct calendar_span span;
    int64_t monday = utc(2026, 11, 22, 23, 0); /* Monday 00:00 in Berlin */
    assert_int_equal(calendar_counted(office, monday, monday + 7 * DAY), 5 * (7 * HOUR + 30 * MINUTE));
    calendar_at(office, monday, &span);
    assert_int_equal(span.kind, SEGMENT_OFF_HOURS);
    assert_int_equal(span.until, monday + 9 * HOUR);
    calendar_at(office, monday + 12 * HOUR, &span);
    assert_int_equal(span.kind, SEGMENT_BREAK);
    calendar_at(office, monday + 4 * DAY + 17 * HOUR, &span); /* Friday evening: one stretch until Monday */
    assert_int_equal(span.until, monday + 7 * DAY + 9 * HOUR);
}

static void the_due_time_skips_nights_breaks_weekends_and_holidays(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct calendar *office = read(arena, OFFICE);
    int64_t friday = utc(2026, 11, 27, 15, 0); /* 16:00 in Berlin */
    assert_int_equal(calendar_due(office, friday, HOUR), friday + HOUR);
    assert_int_equal(calendar_due(office, friday, HOUR + 1), friday + HOUR + 64 * HOUR + 1); /* Monday 09:00:00.001 */
    assert_int_equal(calendar_due(office, friday, 4 * HOUR), utc(2026, 11, 30, 11, 0));
    assert_int_equal(calendar_due(office, friday, 4 * HOUR + 1), utc(2026, 11, 30, 11, 30) + 1); /* over lunch */
    /* Thursday 2026-04-02 16:30 + 1 h: Good Friday is a holiday in the list, Easter Monday is not: Monday 09:30 */
    assert_int_equal(calendar_due(office, utc(2026, 4, 2, 14, 30), HOUR), utc(2026, 4, 6, 7, 30));
    struct calendar_span span;
    calendar_at(office, utc(2026, 12, 25, 10, 0), &span);
    assert_int_equal(span.kind, SEGMENT_HOLIDAY);
    assert_string_equal(span.name, "Christmas");
    assert_int_equal(span.until, utc(2026, 12, 25, 23, 0));
}

static void a_negative_wish_is_when_so_much_was_still_missing(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct calendar *office = read(arena, OFFICE);
    int64_t monday = utc(2026, 11, 30, 8, 30); /* 09:30 */
    assert_int_equal(calendar_due(office, monday, -10 * MINUTE), monday - 10 * MINUTE);
    assert_int_equal(calendar_due(office, monday, -HOUR), utc(2026, 11, 27, 15, 30)); /* Friday 16:30 */
}

/* Berlin, 25 October 2026: at 03:00 summer time it is 02:00 again. 22:00-06:00 has nine hours; the break 02:15-02:45 comes
 * twice. On 29 March it has seven, and the break lies in the gap. */
static void the_nights_when_the_clocks_are_set_are_counted_as_the_wall_shows_them(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct calendar *nights = read(arena, NIGHTS);
    int64_t autumn = utc(2026, 10, 24, 20, 0), spring = utc(2026, 3, 28, 21, 0);
    assert_int_equal(calendar_counted(nights, autumn, autumn + 12 * HOUR), 9 * HOUR - 2 * 30 * MINUTE);
    assert_int_equal(calendar_counted(nights, spring, spring + 12 * HOUR), 7 * HOUR);
    assert_int_equal(calendar_due(nights, autumn, 8 * HOUR), autumn + 9 * HOUR);
    assert_int_equal(calendar_due(nights, spring, 5 * HOUR), spring + 5 * HOUR);
}

static void hours_that_never_end_have_no_next_change(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct calendar_span span;
    calendar_at(read(arena, "  - {name: all, tz: Europe/Berlin, hours: 'daily 00:00-24:00'}\n"), utc(2026, 1, 1, 0, 0), &span);
    assert_int_equal(span.kind, SEGMENT_COUNTED);
    assert_int_equal(span.until, INT64_MAX);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    static const struct { const char *yaml, *says; } cases[] = {
        {"calendars:\n  - name: a\n    hours: ['mon-fri 9:00-17:00']\n", "t.yaml:3:13: calendars[0].hours[0]: 'mon-fri 9:00-17:00' is no span"},
        {"calendars:\n  - {name: a, hours: ['mon 09:00-09:00']}\n", "no span"},
        {"calendars:\n  - {name: a, hours: ['mon 09:00-24:01']}\n", "no span"},
        {"calendars:\n  - {name: a, hours: ['mom 09:00-17:00']}\n", "no span"},
        {"calendars:\n  - {name: a, hours: ['mon- 09:00-17:00']}\n", "no span"},
        {"calendars:\n  - {name: a, hours: ['mon 09:00-17:00x']}\n", "no span"},
        {"calendars:\n  - {name: a}\n", "hours"},
        {"calendars:\n  - {name: a, hours: []}\n", "no hours in which anything is counted"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-10:00', breaks: 'daily 00:00-24:00'}\n", "no hours in which anything is counted"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-10:00', holidays: ['2026-02-29']}\n", "no day"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-10:00', holidays: ['13-01']}\n", "no day"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-10:00', holidays: ['12-25Christmas']}\n", "no day"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-10:00'}\n  - {name: a, hours: 'mon 09:00-10:00'}\n", "another"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-10:00', tz: Europe/Atlantis}\n", "t.yaml:2:45: tz: there is no time zone 'Europe/Atlantis'"},
        {"calendars:\n  - {name: office, hours: 'mon 09:00-10:00'}\nsla:\n  - {name: x, calendar: ofice}\n", "did you mean 'office'"},
        {"calendars:\n  - {name: a, hours: 'mon 09:00-09:01'}\nsla:\n  - {name: x, calendar: a, resolution: 4d}\n", "more than ten years"},
        {"sla:\n  - {name: x, on_hold: stops}\n", "one of pauses, runs"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        struct config *config = config_parse(arena, "t.yaml", cases[i].yaml, strlen(cases[i].yaml), NULL, 0, &err);
        if (config && config_zones(config, arena, zone_load, &err))
            fail_msg("taken: %s", cases[i].yaml);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s\nsays: %s", cases[i].yaml, err.text);
    }
}

/* --- the second opinion --- */

static const struct week_row office_rows[] = {{1, 5, 540, 1020, SEGMENT_COUNTED}, {1, 5, 720, 750, SEGMENT_BREAK}};
static const struct week_row night_rows[] = {{1, 7, 1320, 1440, SEGMENT_COUNTED}, {1, 7, 0, 360, SEGMENT_COUNTED}, {1, 7, 135, 165, SEGMENT_BREAK}};

static void any_two_instants_are_as_minute_by_minute(void **state)
{
    static const struct { const char *tz; int month, day; } nights[] = {
        {"Europe/Berlin", 3, 20}, {"Europe/Berlin", 10, 15}, {"America/New_York", 3, 1}, {"America/New_York", 10, 25},
        {"Australia/Lord_Howe", 4, 1}, {"Australia/Lord_Howe", 9, 25}, {"America/Santiago", 4, 1}, {"Asia/Kathmandu", 12, 15}};
    enum { COUNT = 20 * 1440 };
    static const struct yearly holidays[] = {{12, 25}, {3, 29}, {10, 25}, {0, 0}};
    int64_t checked = 0;
    unsigned seed = 2;
    (void)state;
    for (size_t i = 0; i < sizeof nights / sizeof *nights; i++)
        for (int kind = 0; kind < 2; kind++) {
            AUTO_ARENA arena = arena_new();
            int64_t start = utc(2026, nights[i].month, nights[i].day, 0, 0);
            const struct calendar *c = read(arena, arena_printf(arena, kind ? "  - {name: n, tz: %s, hours: ['daily 22:00-06:00'], breaks: ['daily 02:15-02:45'], holidays: ['12-25', '03-29', '10-25']}\n"
                                                                            : "  - {name: o, tz: %s, hours: ['mon-fri 09:00-17:00'], breaks: ['mon-fri 12:00-12:30']}\n", nights[i].tz));
            struct minutes *m = kind ? minutes_new(nights[i].tz, start, COUNT, night_rows, 3, holidays) : minutes_new(nights[i].tz, start, COUNT, office_rows, 2, NULL);
            for (int k = 0; k < 400; k++, checked++) {
                int64_t from = start + rand_r(&seed) % (10 * DAY), until = from + rand_r(&seed) % (9 * DAY), sum = minutes_counted(m, from, until);
                struct calendar_span span;
                assert_int_equal(calendar_counted(c, from, until), sum);
                calendar_at(c, from, &span);
                assert_int_equal(span.kind, minutes_kind(m, from));
                for (int64_t at = from; at < span.until && at < until; at += MINUTE)
                    assert_int_equal(minutes_kind(m, at), span.kind);
                int64_t due = calendar_due(c, from, sum), past = calendar_due(c, from, sum + 1);
                assert_true(due <= until && past > until - (sum == 0));
                assert_int_equal(calendar_counted(c, from, due), sum);
                assert_int_equal(calendar_counted(c, from, past), sum + 1);
                if (sum > 1)
                    assert_int_equal(calendar_counted(c, calendar_due(c, until, -sum), until), sum);
            }
            minutes_free(m);
        }
    print_message("# %lld pairs of instants agree with libc minute by minute\n", (long long)checked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_calendar_counts_all_hours),
        cmocka_unit_test(a_week_is_its_open_hours_without_the_breaks),
        cmocka_unit_test(the_due_time_skips_nights_breaks_weekends_and_holidays),
        cmocka_unit_test(a_negative_wish_is_when_so_much_was_still_missing),
        cmocka_unit_test(the_nights_when_the_clocks_are_set_are_counted_as_the_wall_shows_them),
        cmocka_unit_test(hours_that_never_end_have_no_next_change),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(any_two_instants_are_as_minute_by_minute),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
