/* zone: what libc shows in a process of its own, whose TZ is that zone, from 1890 to 2199 and thick about every change, and
 * back again. By hand: gaps, nights that come twice, the year 2100, names that are none. */
#include "base/zone.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

static const struct zone *load(struct arena *arena, const char *name)
{
    struct err err = {0};
    const struct zone *zone = zone_load(arena, name, &err);
    if (!zone)
        fail_msg("%s", err.text);
    return zone;
}

static int64_t wall(const struct zone *zone, int year, int month, int day, int hour, int minute)
{
    return zone_instant(zone, &(struct civil){.year = year, .month = month, .day = day, .hour = hour, .minute = minute});
}

#define UTC(year, month, day, hour, minute) wall(NULL, year, month, day, hour, minute)

/* --- beside libc --- */

enum { MOST = 1 << 16 };
struct sample { int64_t at; struct civil civil; long offset; };

/* Round the year and the decades, and for each change of the zone the seconds and hours about it. */
static int collect(const struct zone *zone, struct sample *samples)
{
    int n = 0;
    unsigned seed = 4;
    for (int64_t at = UTC(1890, 1, 1, 0, 0); at < UTC(2199, 12, 1, 0, 0) && n < MOST / 2; at += DAY * (1 + rand_r(&seed) % 29) + rand_r(&seed) % DAY)
        samples[n++].at = at / SECOND * SECOND;
    int64_t from, until, at = UTC(1890, 1, 1, 0, 0);
    while (at < UTC(2199, 1, 1, 0, 0) && n < MOST - 10) {
        static const int64_t about[] = {-DAY, -HOUR - SECOND, -HOUR, -SECOND, 0, SECOND, HOUR, DAY};
        zone_offset(zone, at, &from, &until);
        if (until == INT64_MAX)
            break;
        for (size_t i = 0; i < sizeof about / sizeof *about; i++)
            samples[n++].at = until + about[i];
        at = until;
    }
    return n;
}

static void ask_libc(const char *name, struct sample *samples, int n)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("TZ", name, 1);
        tzset();
        for (int i = 0; i < n; i++) {
            struct tm tm;
            time_t at = samples[i].at / SECOND;
            localtime_r(&at, &tm);
            samples[i].civil = (struct civil){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                                              tm.tm_wday ? tm.tm_wday : 7};
            samples[i].offset = tm.tm_gmtoff;
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void same(const char *name, const struct zone *zone, const struct sample *s)
{
    struct civil civil;
    zone_civil(zone, s->at, &civil);
    if (memcmp(&civil, &s->civil, sizeof civil) != 0 || zone_offset(zone, s->at, NULL, NULL) != s->offset * SECOND)
        fail_msg("%s at %lld: %d-%02d-%02d %02d:%02d:%02d (%d), libc %d-%02d-%02d %02d:%02d:%02d (%d)", name, (long long)s->at, civil.year,
                 civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.weekday, s->civil.year, s->civil.month, s->civil.day,
                 s->civil.hour, s->civil.minute, s->civil.second, s->civil.weekday);
    int64_t back = zone_instant(zone, &civil);
    struct civil again;
    zone_civil(zone, back, &again);
    if (back > s->at || memcmp(&again, &civil, sizeof civil) != 0) /* the earlier of two moments that look the same */
        fail_msg("%s at %lld: comes back as %lld", name, (long long)s->at, (long long)back);
    assert_int_equal(zone_day(zone, s->at), civil_day(civil.year, civil.month, civil.day));
}

static void a_time_on_the_wall_is_what_libc_shows_in_every_zone_and_year(void **state)
{
    static const char *const names[] = {"UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
                                        "America/Sao_Paulo", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Apia",
                                        "Pacific/Chatham", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Africa/Casablanca", "America/Nuuk",
                                        "Antarctica/Troll", "Africa/Cairo", "Etc/GMT+5", "EST5EDT"};
    (void)state;
    struct sample *samples = mmap(NULL, MOST * sizeof *samples, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int total = 0;
    assert_true(samples != MAP_FAILED);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO_ARENA arena = arena_new();
        const struct zone *zone = load(arena, names[i]);
        int n = collect(zone, samples);
        ask_libc(names[i], samples, n);
        for (int k = 0; k < n; k++)
            same(names[i], zone, &samples[k]);
        total += n;
    }
    print_message("# %d moments in %zu zones are as libc has them\n", total, sizeof names / sizeof *names);
    munmap(samples, MOST * sizeof *samples);
}

/* --- by hand --- */

static void a_time_that_the_spring_night_leaves_out_is_the_moment_after_the_gap(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct zone *berlin = load(arena, "Europe/Berlin"), *lord_howe = load(arena, "Australia/Lord_Howe");
    assert_int_equal(wall(berlin, 2026, 3, 29, 1, 59), UTC(2026, 3, 29, 0, 59));
    assert_int_equal(wall(berlin, 2026, 3, 29, 2, 0), UTC(2026, 3, 29, 1, 0));
    assert_int_equal(wall(berlin, 2026, 3, 29, 2, 30), UTC(2026, 3, 29, 1, 0));
    assert_int_equal(wall(berlin, 2026, 3, 29, 3, 0), UTC(2026, 3, 29, 1, 0));
    assert_int_equal(wall(berlin, 2026, 3, 29, 3, 1), UTC(2026, 3, 29, 1, 1));
    assert_int_equal(wall(lord_howe, 2026, 10, 4, 2, 10), UTC(2026, 10, 3, 15, 30)); /* half an hour, southern spring */
}

static void a_time_that_the_autumn_night_has_twice_is_the_earlier(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct zone *york = load(arena, "America/New_York");
    struct civil civil;
    assert_int_equal(wall(york, 2026, 11, 1, 1, 30), UTC(2026, 11, 1, 5, 30));
    zone_civil(york, UTC(2026, 11, 1, 6, 30), &civil); /* the second 01:30 */
    assert_int_equal(civil.hour, 1);
    assert_int_equal(civil.minute, 30);
    assert_int_equal(wall(york, 2026, 11, 1, 2, 0), UTC(2026, 11, 1, 7, 0));
}

static void a_day_may_have_23_or_25_hours_or_not_exist(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct zone *berlin = load(arena, "Europe/Berlin"), *apia = load(arena, "Pacific/Apia");
    int64_t spring = civil_day(2026, 3, 29), autumn = civil_day(2026, 10, 25), skipped = civil_day(2011, 12, 30);
    assert_int_equal(zone_at(berlin, spring, DAY) - zone_at(berlin, spring, 0), 23 * HOUR);
    assert_int_equal(zone_at(berlin, autumn, DAY) - zone_at(berlin, autumn, 0), 25 * HOUR);
    assert_int_equal(zone_at(apia, skipped, 0), zone_at(apia, skipped, DAY));
    assert_int_equal(zone_day(apia, zone_at(apia, skipped, 0)), skipped + 1);
    assert_int_equal(zone_day(apia, zone_at(apia, skipped, 0) - 1), skipped - 1);
}

static void the_closing_rule_holds_in_the_year_2100_and_on_the_southern_half(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct zone *berlin = load(arena, "Europe/Berlin"), *sydney = load(arena, "Australia/Sydney");
    assert_int_equal(wall(berlin, 2100, 7, 1, 12, 0), UTC(2100, 7, 1, 10, 0));
    assert_int_equal(wall(berlin, 2100, 3, 28, 2, 30), UTC(2100, 3, 28, 1, 0)); /* its last Sunday of March; 2100 has no leap day */
    assert_int_equal(wall(berlin, 2100, 12, 1, 12, 0), UTC(2100, 12, 1, 11, 0));
    assert_int_equal(wall(sydney, 2100, 1, 1, 11, 0), UTC(2100, 1, 1, 0, 0));
    assert_int_equal(wall(sydney, 2100, 7, 1, 10, 0), UTC(2100, 7, 1, 0, 0));
}

static void fields_out_of_their_range_are_carried_over(void **state)
{
    (void)state;
    struct civil civil;
    assert_int_equal(wall(NULL, 2026, 13, 1, 0, 0), UTC(2027, 1, 1, 0, 0));
    assert_int_equal(wall(NULL, 2026, 3, 0, 0, 0), UTC(2026, 2, 28, 0, 0));
    assert_int_equal(wall(NULL, 2024, 1, 60, 25, -60), UTC(2024, 3, 1, 0, 0));
    assert_int_equal(wall(NULL, 2026, -11, 1, 0, 0), UTC(2025, 1, 1, 0, 0));
    zone_civil(NULL, -1, &civil);
    assert_int_equal(civil.year, 1969);
    assert_int_equal(civil.second, 59);
    assert_int_equal(civil.weekday, 3);
}

static void a_name_that_is_none_or_leads_out_of_the_folder_is_refused(void **state)
{
    static const char *const names[] = {"", "Europe/Atlantis", "Europe", "../../../etc/passwd", "/etc/passwd", "Europe/../../passwd", "Europe//Berlin",
                                        "Europe/Berlin/", "zone.tab", "tzdata.zi", "leapseconds", "Europe/Berlin\n", "right/Europe/Berlin/x"};
    (void)state;
    AUTO_ARENA arena = arena_new();
    char big[400];
    memset(big, 'A', sizeof big - 1);
    big[sizeof big - 1] = 0;
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        struct err err = {0};
        const char *name = i < sizeof names / sizeof *names ? names[i] : big;
        if (zone_load(arena, name, &err))
            fail_msg("'%s' is taken", name);
        assert_int_equal(err.code, ERR_CONFIG);
    }
    assert_null(zone_load(arena, NULL, NULL));
    assert_string_equal(zone_name(NULL), "UTC");
    assert_string_equal(zone_name(load(arena, "Asia/Tokyo")), "Asia/Tokyo");
}

/* --- a file that is not as it should be --- */

static size_t slurp(const char *name, unsigned char *data, size_t most)
{
    char path[256];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(data, 1, most, file);
    fclose(file);
    return n;
}

static void a_damaged_file_is_refused_or_answers_but_never_breaks(void **state)
{
    enum { TRIES = 20000, BYTES = 1 << 14 };
    static unsigned char whole[BYTES], hurt[BYTES];
    size_t n = slurp("Europe/Berlin", whole, BYTES);
    unsigned seed = 7;
    int refused = 0;
    (void)state;
    for (int i = 0; i < TRIES; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        size_t length = rand_r(&seed) % 4 ? n : (size_t)rand_r(&seed) % n;
        memcpy(hurt, whole, n);
        for (int k = 1 + rand_r(&seed) % 4; k > 0; k--)
            hurt[rand_r(&seed) % 2 ? (size_t)rand_r(&seed) % n : (size_t)rand_r(&seed) % 44 + (rand_r(&seed) % 2 ? n - 60 : 0)] = (unsigned char)rand_r(&seed);
        unsigned char *exact = malloc(length ? length : 1); /* so that a read beyond the end is seen */
        assert_non_null(exact);
        memcpy(exact, hurt, length);
        const struct zone *zone = zone_parse(arena, "hurt", exact, length, &err);
        free(exact);
        refused += !zone;
        for (int64_t at = UTC(1800, 1, 1, 0, 0); zone && at < UTC(2300, 1, 1, 0, 0); at += 20 * 365 * DAY) {
            struct civil civil;
            zone_civil(zone, at, &civil);
            zone_instant(zone, &civil);
        }
    }
    assert_true(refused > TRIES / 10 && refused < TRIES);
    print_message("# %d damaged files, %d of them refused\n", TRIES, refused);
}

/* Version 1: 32-bit times and no rule, as an old machine may have. One change: at 1000000 the wall goes an hour ahead. */
static void a_file_of_the_first_version_is_read_too(void **state)
{
    static const unsigned char file[] = "TZif\0" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                        "\0\0\0\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\1" "\0\0\0\2" "\0\0\0\4"
                                        "\x00\x0f\x42\x40" "\1" "\0\0\0\0\0\0" "\x00\x00\x0e\x10\1\0" "UTC";
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct zone *zone = zone_parse(arena, "old", file, sizeof file, &err);
    assert_non_null(zone);
    assert_int_equal(zone_offset(zone, 999999999, NULL, NULL), 0);
    assert_int_equal(zone_offset(zone, 1000000000, NULL, NULL), HOUR);
    assert_null(zone_parse(arena, "old", file, sizeof file - 1, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_on_the_wall_is_what_libc_shows_in_every_zone_and_year),
        cmocka_unit_test(a_time_that_the_spring_night_leaves_out_is_the_moment_after_the_gap),
        cmocka_unit_test(a_time_that_the_autumn_night_has_twice_is_the_earlier),
        cmocka_unit_test(a_day_may_have_23_or_25_hours_or_not_exist),
        cmocka_unit_test(the_closing_rule_holds_in_the_year_2100_and_on_the_southern_half),
        cmocka_unit_test(fields_out_of_their_range_are_carried_over),
        cmocka_unit_test(a_damaged_file_is_refused_or_answers_but_never_breaks),
        cmocka_unit_test(a_file_of_the_first_version_is_read_too),
        cmocka_unit_test(a_name_that_is_none_or_leads_out_of_the_folder_is_refused),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
