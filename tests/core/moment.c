/* moment: what people write for a time, what it means on their clock, and what they are told when it is no time. */
#include "core/moment.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Friday, 27 November 2026, 10:00 UTC: 11:00 in Berlin, 05:00 in New York. */
static const int64_t base = 1795773600000;

static int64_t read_on(const char *zone, const char *text)
{
    struct arena *arena = arena_new();
    struct err err = {0};
    int64_t ms = -1;
    struct moment how = {.zone = zone ? zone_load(arena, zone, &err) : NULL, .base = base};
    if (!moment_parse(&how, text, &ms, &err))
        print_message("# %s\n", err.text);
    arena_free(arena);
    return ms;
}

static void what_is_written_is_read_on_the_readers_clock(void **state)
{
    (void)state;
    static const struct { const char *zone, *text, *utc; } cases[] = {
        {NULL, "now", "2026-11-27T10:00Z"},
        {NULL, "+4h", "2026-11-27T14:00Z"},
        {NULL, "30m", "2026-11-27T10:30Z"},
        {NULL, "+2d", "2026-11-29T10:00Z"},
        {NULL, "1w", "2026-12-04T10:00Z"},
        {NULL, "18:00", "2026-11-27T18:00Z"},
        {NULL, "10:00", "2026-11-28T10:00Z"}, /* not the base itself */
        {NULL, "09:00", "2026-11-28T09:00Z"},
        {NULL, "9:00", "2026-11-28T09:00Z"},
        {NULL, "today 09:00", "2026-11-27T09:00Z"},
        {NULL, "tomorrow 09:00", "2026-11-28T09:00Z"},
        {NULL, "tomorrow", "2026-11-28T00:00Z"},
        {NULL, "fri 12:00", "2026-11-27T12:00Z"},
        {NULL, "Fri 09:00", "2026-12-04T09:00Z"},
        {NULL, "Sun 03:10", "2026-11-29T03:10Z"},
        {NULL, "sunday", "2026-11-29T00:00Z"},
        {NULL, "2026-11-29", "2026-11-29T00:00Z"},
        {NULL, "2026-11-29 18:00", "2026-11-29T18:00Z"},
        {NULL, "Sun 2026-11-29 18:00", "2026-11-29T18:00Z"},
        {NULL, "2026-11-29T24:00", "2026-11-30T00:00Z"},
        {"Europe/Berlin", "18:00", "2026-11-27T17:00Z"},
        {"Europe/Berlin", "10:30", "2026-11-28T09:30Z"}, /* it is eleven there */
        {"Europe/Berlin", "2026-11-29T18:00Z", "2026-11-29T18:00Z"},
        {"Europe/Berlin", "2026-11-29 18:00-05:00", "2026-11-29T23:00Z"},
        {"Europe/Berlin", "2026-10-25 02:30", "2026-10-25T00:30Z"}, /* twice: the first, summer time */
        {"Europe/Berlin", "2027-03-28 02:30", "2027-03-28T01:00Z"}, /* missing: as the gap ends */
        {"America/New_York", "10:00", "2026-11-27T15:00Z"},
        {"America/New_York", "2026-11-01 01:30", "2026-11-01T05:30Z"},
        {"America/New_York", "2027-03-14 02:30", "2027-03-14T07:00Z"},
        {"America/New_York", "today", "2026-11-27T05:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read_on(cases[i].zone, cases[i].text) != read_on(NULL, cases[i].utc))
            fail_msg("%s in %s: %lld, not %s", cases[i].text, cases[i].zone ? cases[i].zone : "UTC",
                     (long long)read_on(cases[i].zone, cases[i].text), cases[i].utc);
    assert_true(read_on(NULL, "2026-11-27T10:00Z") == base);
}

static void what_is_no_time_is_told_with_what_would_be(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {"", "say such as"}, {"soon", "say such as"}, {"5x", "say such as"}, {"-4h", "say such as"}, {"0m", "say such as"},
        {"25:00", "no such time of day"}, {"24:30", "no such time of day"}, {"12:60", "no such time of day"}, {"9:5", "say such as"},
        {"2026-02-30", "there is no such day"}, {"2026-13-01 10:00", "there is no such day"}, {"Mon 2026-11-29", "that day is a sunday"},
        {"tomorrow 2026-11-29", "two days"}, {"18:00 sun", "say such as"}, {"su 18:00", "say such as"}, {"18:00 UTC", "say such as"},
        {"2026-11-29T", "say such as"}, {"100001d", "say such as"}, {"99999999999999999999d", "say such as"},
        {"2026-11-29 18:00 and then something that is much too long to be a time of any kind", "say such as"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        int64_t ms = 7;
        if (moment_parse(&(struct moment){.base = base}, cases[i].text, &ms, &err))
            fail_msg("taken: %s", cases[i].text);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_true(err.code == ERR_INPUT && ms == 7);
    }
}

static void what_is_counted_from_a_time_to_come_has_the_days_of_now(void **state)
{
    const struct moment how = {.base = base + 23 * 3600000, .now = base}; /* from: tomorrow 09:00 */
    static const struct { const char *text; int64_t after; } cases[] = {
        {"tomorrow 12:00", 26}, {"today 12:00", 2}, {"12:00", 26}, {"+2h", 25}, {"sat 12:00", 26}, {"sun 12:00", 50}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        assert_true(moment_parse(&how, cases[i].text, &ms, NULL));
        assert_int_equal((ms - base) / 3600000, cases[i].after);
    }
}

static void a_clock_may_be_known_only_by_its_distance_and_a_day_may_begin_at_nine(void **state)
{
    (void)state;
    struct moment how = {.offset = 3600000, .base = base, .morning = 9 * 60};
    int64_t ms;
    assert_true(moment_parse(&how, "tomorrow", &ms, NULL) && ms == base + 22 * 3600000); /* 09:00 there is 08:00Z */
    assert_true(moment_parse(&how, "12:00", &ms, NULL) && ms == base + 3600000);
    assert_true(moment_parse(&how, "sat", &ms, NULL) && ms == base + 22 * 3600000);
    assert_true(moment_parse(&how, "2026-11-28T08:00Z", &ms, NULL) && ms == base + 22 * 3600000);
}

/* Every quarter of an hour of two weeks around a change is written and read back, but for the second of the equal hours. */
static void what_is_written_down_is_read_back(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err;
    const struct zone *berlin = zone_load(arena, "Europe/Berlin", &err);
    const int64_t from = 1792368000000, quarter = 900000; /* 2026-10-19 */
    int twice = 0;
    for (int64_t at = from; at < from + 14 * 96 * quarter; at += quarter) {
        char text[MOMENT_TEXT];
        int64_t back;
        assert_true(moment_parse(&(struct moment){.zone = berlin, .base = base}, moment_format(berlin, at, text), &back, &err));
        twice += back == at - 3600000;
        assert_true(back == at || back == at - 3600000);
    }
    assert_int_equal(twice, 4);
    char end[MOMENT_TEXT];
    assert_string_equal(moment_format(NULL, base, end), "Fri 2026-11-27 10:00");
    assert_string_equal(moment_format_end(NULL, base, base + 3600000, end), "11:00");
    assert_string_equal(moment_format_end(berlin, base, base + 13 * 3600000LL + 1000, end), "Sat 2026-11-28 00:00:01");
}

/* Whatever is typed: a time or a sentence, and the same the second time. */
static void any_text_is_a_time_or_is_refused(void **state)
{
    static const char *const parts[] = {"sun", "Mon", "today", "tomorrow", "now", "+", "-", "4", "h", "d", " ", "  ", ":", "18:00", "24:00", "09", "2026-11-29",
                                        "2027-02-29", "T", "Z", "+01:00", "-99:99", ",", "99999999999", "w", "\xc3\xa9", "x", "0000-00-00", "9999-12-31"};
    enum { TEXTS = 100000, PARTS = sizeof parts / sizeof *parts };
    AUTO_ARENA arena = arena_new();
    struct err why;
    const struct zone *berlin = zone_load(arena, "Europe/Berlin", &why);
    int taken = 0;
    (void)state;
    srand(7);
    for (int i = 0; i < TEXTS; i++) {
        char text[200] = "";
        for (int k = rand() % 6; k >= 0; k--)
            strcat(text, parts[rand() % PARTS]);
        struct err err = {0};
        int64_t ms = 0, again = 0;
        const struct moment how = {.zone = rand() % 2 ? berlin : NULL, .base = base, .morning = rand() % 1440};
        bool good = moment_parse(&how, text, &ms, &err);
        assert_true(good == moment_parse(&how, text, &again, &err) && ms == again);
        assert_true(good || (err.code == ERR_INPUT && *err.text && ms == 0));
        taken += good;
    }
    print_message("# moment: %d texts, %d of them times\n", TEXTS, taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_on_the_readers_clock),
        cmocka_unit_test(what_is_no_time_is_told_with_what_would_be),
        cmocka_unit_test(what_is_counted_from_a_time_to_come_has_the_days_of_now),
        cmocka_unit_test(a_clock_may_be_known_only_by_its_distance_and_a_day_may_begin_at_nine),
        cmocka_unit_test(what_is_written_down_is_read_back),
        cmocka_unit_test(any_text_is_a_time_or_is_refused),
    };
    return cmocka_run_group_tests_name("moment", tests, NULL, NULL);
}
