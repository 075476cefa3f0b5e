/* figures: what is read from tallies that a test wrote: sums, medians, shares and levels, for the period, the one before it and
 * each step, on days of 23, 24 and 25 hours; and what it costs after three years. */
#include "api/figures.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/histogram.h"
#include "core/stat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { HOUR = 3600000 };
#define DAY ((int64_t)86400000)
static struct store *store;
static struct arena *arena;
static const struct zone *berlin;
static struct err err;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    store = store_open(NULL, STORE_WRITER, &err);
    berlin = zone_load(arena, "Europe/Berlin", &err);
    return !store || !berlin || !store_begin(store, &err);
}

static int end(void **state)
{
    (void)state;
    store_rollback(store);
    store_close(store);
    arena_free(arena);
    return 0;
}

/* As engine/stat writes it. */
static void count(int stat, const char *whom, const struct zone *zone, int64_t at, int64_t value, const char *part)
{
    const char *name = arena_printf(arena, "stat:%s", stat_table[stat].name);
    assert_true(store_tally_add(store, name, whom, zone_day(zone, at), 1, value, &err));
    assert_true(store_tally_add(store, arena_printf(arena, "hour:%s", stat_table[stat].name), whom, at / HOUR, 1, value, &err));
    assert_true(!part || store_tally_add(store, name, arena_printf(arena, "%s\x1f%s", whom, part), zone_day(zone, at), 1, value, &err));
}

static void timed(const struct zone *zone, int64_t at, int64_t ms)
{
    count(STAT_FIRST_RESPONSE, "", zone, at, ms, arena_printf(arena, "%d", histogram_bucket(ms)));
}

static struct figure read_figure(const char *metric, const char *whom, const struct figures_period *p)
{
    struct figure f;
    if (!figures_read(store, arena, figures_metric(metric), whom, p, &f, &err))
        fail_msg("%s", err.text);
    return f;
}

static struct figures_period period(const char *name, int64_t from, int64_t to, const struct zone *zone, int64_t now)
{
    struct figures_period p;
    if (!figures_period(name, from, to, zone, now, &p, &err))
        fail_msg("%s", err.text);
    return p;
}

static int64_t berlin_at(int year, int month, int day, int hour)
{
    return zone_instant(berlin, &(struct civil){.year = year, .month = month, .day = day, .hour = hour});
}

/* 29 March 2026 has 23 hours in Berlin, 25 October has 25: the curve of that day has as many, and its ends are its own. */
static void a_day_has_as_many_hours_as_its_clock_shows(void **state)
{
    (void)state;
    static const struct { int month, day, hours; } days[] = {{3, 28, 24}, {3, 29, 23}, {3, 30, 24}, {10, 25, 25}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        int64_t now = berlin_at(2026, days[i].month, days[i].day, 20);
        struct figures_period p = period("today", 0, 0, berlin, now);
        assert_int_equal(p.steps, days[i].hours);
        assert_int_equal(p.begins, berlin_at(2026, days[i].month, days[i].day, 0));
        assert_int_equal(p.ends - p.begins, days[i].hours * (int64_t)HOUR);
        count(STAT_CREATED, "", berlin, p.begins, 0, NULL);        /* its first moment */
        count(STAT_CREATED, "", berlin, p.ends - 1, 0, NULL);      /* and its last */
        struct figure f = read_figure("created", "", &p);
        assert_int_equal(f.value, 2);
        assert_int_equal(f.series[0], 1);
        assert_int_equal(f.series[p.steps - 1], 1);
        assert_int_equal(figures_step(&p, berlin, p.steps - 1), p.ends - HOUR);
    }
}

static void a_week_is_told_by_day_and_against_the_week_before(void **state)
{
    (void)state;
    int64_t now = 20000 * DAY + 15 * (int64_t)HOUR;
    struct figures_period p = period("7d", 0, 0, NULL, now);
    assert_int_equal(p.to, 20000);
    assert_int_equal(p.from, 19994);
    assert_int_equal(p.before, 19987);
    for (int64_t day = 19980; day <= 20000; day++)
        for (int64_t i = 0; i < day - 19979; i++)
            count(STAT_CREATED, "", NULL, day * DAY + HOUR, 0, NULL);
    struct figure f = read_figure("created", "", &p);
    assert_int_equal(f.value, 15 + 16 + 17 + 18 + 19 + 20 + 21);
    assert_int_equal(f.was_value, 8 + 9 + 10 + 11 + 12 + 13 + 14);
    for (int i = 0; i < 7; i++)
        assert_int_equal(f.series[i], 15 + i);
    struct figures_period own = period(NULL, 19990 * DAY, 19991 * DAY, NULL, now);
    assert_int_equal(read_figure("created", "", &own).value, 11 + 12);
}

static void a_median_is_of_all_the_days_together_and_of_each(void **state)
{
    (void)state;
    int64_t now = 20000 * DAY + 12 * (int64_t)HOUR;
    struct figures_period p = period("7d", 0, 0, NULL, now);
    for (int i = 0; i < 9; i++)
        timed(NULL, 20000 * DAY, 60000);
    for (int i = 0; i < 5; i++)
        timed(NULL, 19999 * DAY, 3600000);
    timed(NULL, 19990 * DAY, 5000);
    struct figure f = read_figure("first_response", "", &p);
    assert_int_equal(f.n, 14);
    assert_in_range(f.value, 60000 * 90 / 100, 60000 * 110 / 100);
    assert_in_range(f.p90, 3600000 * 0.905, 3600000 * 1.095);
    assert_int_equal(f.mean, (9 * 60000 + 5 * 3600000) / 14);
    assert_in_range(f.was_value, 4500, 5500);
    assert_in_range(f.series[5], 3600000 * 0.905, 3600000 * 1.095);
    assert_in_range(f.series[6], 54000, 66000);
    assert_int_equal(f.series[0], FIGURES_NONE);
    struct figures_period today = period("today", 0, 0, NULL, now);
    assert_int_equal(read_figure("first_response", "", &today).series[0], 60000); /* an hour's mean */
    assert_int_equal(read_figure("next_response", "", &p).value, FIGURES_NONE);
}

static void shares_are_of_what_there_was(void **state)
{
    (void)state;
    int64_t now = 20000 * DAY + 12 * (int64_t)HOUR;
    struct figures_period p = period("7d", 0, 0, NULL, now);
    for (int i = 0; i < 10; i++)
        count(STAT_SETTLED, "", NULL, now, i < 9, i < 9 ? "first_response/kept" : "first_response/missed");
    for (int i = 1; i <= 5; i++)
        count(STAT_CSAT, "", NULL, now, i, arena_printf(arena, "%d", i));
    count(STAT_REOPENED, "", NULL, now, 0, NULL);
    for (int i = 0; i < 4; i++)
        count(STAT_RESOLUTION, "", NULL, now, HOUR, "20");
    assert_int_equal(read_figure("sla", "", &p).value, 9000);
    assert_int_equal(read_figure("csat", "", &p).value, 4000);
    assert_int_equal(read_figure("reopened", "", &p).value, 2500);
    assert_int_equal(read_figure("sla", "", &p).was_value, FIGURES_NONE);
    int64_t n, was;
    assert_true(figures_part(store, arena, STAT_SETTLED, "", "first_response/missed", &p, &n, &was, &err));
    assert_int_equal(n, 1);
}

static void a_backlog_is_what_is_open_now_less_what_came_since(void **state)
{
    (void)state;
    int64_t now = 20000 * DAY + 12 * (int64_t)HOUR;
    struct figures_period p = period("7d", 0, 0, NULL, now), past = period(NULL, 19995 * DAY, 19996 * DAY, NULL, now);
    static const int flow[] = {4, -1, 3, 0, 2, -2, 5};
    assert_true(store_tally_add(store, "tickets", "", 0, 50, 0, &err));
    for (int i = 0; i < 7; i++)
        assert_true(store_tally_add(store, "stat:flow", "", 19994 + i, flow[i], 0, &err));
    struct figure f = read_figure("backlog", "", &p);
    assert_int_equal(f.value, 50);
    assert_int_equal(f.was_value, 50 - 11);
    for (int i = 6, level = 50; i >= 0; level -= flow[i--])
        assert_int_equal(f.series[i], level);
    assert_int_equal(read_figure("backlog", "", &past).value, 50 - 5 + 2 - 2 - 0);
    assert_int_equal(read_figure("backlog", "", &past).was_value, 50 - 5 + 2 - 2 - 0 - 3 + 1);
}

static void an_age_is_known_to_the_hour(void **state)
{
    (void)state;
    int64_t now = 20000 * DAY;
    struct figures_age age;
    for (int i = 1; i <= 10; i++) /* one came in within the hour before last, ... */
        assert_true(store_tally_add(store, "backlog", "", now / HOUR - i, 1, 0, &err));
    assert_true(figures_age(store, arena, "", now, &age, &err));
    assert_int_equal(age.n, 10);
    assert_int_equal(age.p50, 6 * HOUR);
    assert_int_equal(age.p90, 10 * HOUR);
    assert_int_equal(age.oldest, 11 * HOUR);
    assert_true(figures_age(store, arena, "view:x", now, &age, &err));
    assert_int_equal(age.n, 0);
}

static void a_period_that_cannot_be_is_refused(void **state)
{
    (void)state;
    struct figures_period p;
    int64_t now = 20000 * DAY;
    assert_false(figures_period("year", 0, 0, NULL, now, &p, &err));
    assert_false(figures_period(NULL, 1, 0, NULL, now, &p, &err));
    assert_false(figures_period(NULL, now, now - 2 * DAY, NULL, now, &p, &err));
    assert_true(figures_period(NULL, now - 365 * DAY, 0, NULL, now, &p, &err));
}

/* Everything of the desk for 28 days, after a thousand days of work for twelve of whom something is counted. */
static void numbers_of_three_years_are_read_in_a_few_milliseconds(void **state)
{
    (void)state;
    enum { DAYS = 1000, WHOM = 2, ROUNDS = 20 };
    int64_t now = 20000 * DAY + 12 * (int64_t)HOUR;
    for (int day = 0; day < DAYS; day++)
        for (int who = 0; who < WHOM; who++)
            for (int stat = 0; stat < STATS; stat++)
                for (int i = 0; i < 6; i++) {
                    int64_t ms = (int64_t)1000 << (i * 3 + day % 4);
                    count(stat, who ? arena_printf(arena, "view:v%d", who) : "", NULL, (20000 - day) * DAY + i * HOUR, ms, arena_printf(arena, "%d", histogram_bucket(ms)));
                }
    assert_true(store_commit(store, &err) && store_begin(store, &err));
    struct figures_period p = period("28d", 0, 0, NULL, now);
    int64_t start = clock_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        for (const struct figures_metric *m = figures_metrics; m->name; m++)
            read_figure(m->name, "", &p);
    int64_t us = (clock_mono_us() - start) / ROUNDS;
    print_message("# every number for 28 days and the 28 before, of %d days kept: %lld.%lld ms\n", DAYS, (long long)(us / 1000), (long long)(us / 100 % 10));
    struct figure f = read_figure("created", "", &p);
    assert_int_equal(f.value, 28 * 6);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_day_has_as_many_hours_as_its_clock_shows),
        T(a_week_is_told_by_day_and_against_the_week_before),
        T(a_median_is_of_all_the_days_together_and_of_each),
        T(shares_are_of_what_there_was),
        T(a_backlog_is_what_is_open_now_less_what_came_since),
        T(an_age_is_known_to_the_hour),
        T(a_period_that_cannot_be_is_refused),
        T(numbers_of_three_years_are_read_in_a_few_milliseconds),
    };
    return crypto_open() ? cmocka_run_group_tests_name("figures", tests, NULL, NULL) : 1;
}
