/* clocks: the why ledger as a person reads it: a bar, a reason, who did what when; at the sizes people have, in ASCII too. The
 * fixture is what a desk answered of a ticket that is late (tests/fixtures/desk/why.json). */
#include "base/text.h"
#include "screen/clocks.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { HOUR = 3600000 };
static struct desk_case desk;

static const struct json *fixture(void)
{
    size_t n;
    struct err err = {0};
    char *text = desk_fixture(desk.arena, "why.json", &n);
    const struct json *root = json_parse_in(desk.arena, text, n, &json_limits_native, NULL, &err);
    if (!root)
        fail_msg("%s", err.text);
    return root;
}

static void draw(const struct json *root, int columns, int rows)
{
    struct pager *pager = pager_new();
    desk_size(&desk, columns, rows);
    pager_begin(pager);
    clocks_read(&desk.look, pager, root);
    pager_end(pager);
    pager_draw(pager, desk.surface, 0, 0, rows, columns - 1);
    pager_free(pager);
}

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_end(&desk);
    return 0;
}

static void the_reason_the_bar_and_the_causes_are_there_at_every_size(void **state)
{
    static const int sizes[][2] = {{80, 34}, {120, 40}, {200, 60}}; /* 80: as much as is seen by scrolling a little */
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        draw(fixture(), sizes[i][0], sizes[i][1]);
        desk_shows(&desk, "Resolution      ! late          policy critical, office (Europe/Berlin)");
        desk_shows(&desk, "Late by 3 h 10 min: 8 h 10 min counted, policy critical allows 5 h; due Mon");
        desk_shows(&desk, "█████████··**··███████████▒▒▒▒▒▒▒▒▒▒▒██!!!!!!!!!!!!··!!!");
        desk_shows(&desk, "paused: ana put it on hold");
        desk_shows(&desk, "then paused 2 h 20 min");
        desk_shows(&desk, "! past the target");
        desk_hides(&desk, "…");
        desk_is_inert(&desk);
        assert_int_equal(desk_role(&desk, "!!!!!!!!!!!!··"), UI_LATE);
        assert_int_equal(desk_role(&desk, "▒▒▒"), UI_MUTED);
    }
    desk_shows(&desk, "entry 27");
}

static void the_shell_reads_the_same(void **state)
{
    AUTO_STR out;
    (void)state;
    str_init(&out, 1 << 16);
    clocks_print(desk.arena, &out, false, fixture());
    assert_non_null(strstr(out.data, "  Resolution      ! late"));
    assert_non_null(strstr(out.data, "  █████████··**··███████████▒▒▒▒▒▒▒▒▒▒▒██!!!!!!!!!!!!··!!!\n"));
    assert_non_null(strstr(out.data, "  Mon 18 Jan 11:40  paused: ana put it on hold                                  entry 27\n"));
}

/* `count` times an hour counted and 15 off hours; the target is half of what was counted. */
static const struct json *long_one(int count)
{
    struct json *clock = json_keep_in(desk.arena, json_object()), *segments = json_array();
    for (int i = 0; i < 2 * count; i++) {
        struct json *s = json_object();
        json_put_i64(s, "from", (i / 2 * 16 + i % 2) * (int64_t)HOUR);
        json_put_i64(s, "until", (i / 2 * 16 + (i % 2 ? 16 : 1)) * (int64_t)HOUR);
        json_put_string(s, "kind", i % 2 ? "off_hours" : "counted");
        json_put_i64(s, "counted", i % 2 ? 0 : HOUR);
        json_push(segments, s);
    }
    json_put_i64(clock, "started_at", 0);
    json_put_i64(clock, "target", count / 2 * (int64_t)HOUR);
    json_put(clock, "segments", segments);
    return clock;
}

static char *bar_of(const struct json *clock)
{
    struct clocks_cell cells[CLOCKS_BAR];
    int n = clocks_bar(clock, cells, CLOCKS_BAR);
    AUTO_STR text;
    str_init(&text, 1024);
    for (int i = 0; i < n; i++)
        str_adds(&text, cells[i].glyph);
    return text_safe_in(desk.arena, text.data, TEXT_LINE);
}

static void nights_are_short_and_many_segments_are_slices_of_time(void **state)
{
    (void)state;
    assert_string_equal(bar_of(long_one(2)), "██████████████████████████··!!!!!!!!!!!!!!!!!!!!!!!!!!··");
    char *many = bar_of(long_one(60));
    assert_int_equal(text_columns(many), CLOCKS_BAR);
    assert_non_null(strstr(many, "▄"));
    assert_non_null(strstr(many, "!"));
    assert_true(strstr(many, "▄") < strstr(many, "!"));
    const struct json *nothing = json_parse_in(desk.arena, "{\"started_at\":5,\"segments\":[]}", 30, &json_limits_native, NULL, NULL);
    assert_string_equal(bar_of(nothing), "");
}

static void no_clock_is_said_in_words(void **state)
{
    static const char text[] = "{\"older\":false,\"lines\":[\"No SLA policy matches this ticket, so no clock runs.\"],\"clocks\":[]}";
    (void)state;
    draw(json_parse_in(desk.arena, text, sizeof text - 1, &json_limits_native, NULL, NULL), 80, 24);
    desk_shows(&desk, "No SLA policy matches this ticket");
}

/* Last: the switch stays on for the process. */
static void every_kind_of_cell_is_told_apart_in_ascii(void **state)
{
    (void)state;
    text_set_ascii(true);
    assert_string_equal(bar_of(long_one(2)), "##########################..!!!!!!!!!!!!!!!!!!!!!!!!!!..");
    draw(fixture(), 80, 34);
    desk_shows(&desk, "#########..**..###########:::::::::::##!!!!!!!!!!!!..!!!");
    desk_shows(&desk, "# counted = partly ! past the target : paused . off hours - break * holiday");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(the_reason_the_bar_and_the_causes_are_there_at_every_size),
        T(the_shell_reads_the_same),
        T(nights_are_short_and_many_segments_are_slices_of_time),
        T(no_clock_is_said_in_words),
        T(every_kind_of_cell_is_told_apart_in_ascii),
    };
    return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
