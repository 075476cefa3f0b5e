/* metrics, audit: the numbers' screen and the audit's at the sizes people have; keys that change the period and the view; what
 * stands there when there is nothing; no text from outside gets out of its cell. */
#include "base/str.h"
#include "screen/figure.h"
#include "screen/lists.h"
#include "screen/metrics.h"
#include "support/desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static struct metrics metrics;
static const struct { int columns, rows; } sizes[] = {{80, 24}, {120, 40}, {200, 60}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    desk_document(&desk, MIRROR_STATS, 0, "stats.json");
    desk_document(&desk, MIRROR_AUDIT, 0, "audit.json");
    metrics = (struct metrics){.period = 1};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    desk_end(&desk);
    return 0;
}

static void draw(int columns, int rows)
{
    desk_size(&desk, columns, rows);
    metrics_draw(&metrics, &desk.look, desk.surface);
}

static void draw_audit(int columns, int rows)
{
    struct lists lists;
    lists_init(&lists, LISTS_AUDIT);
    lists_sync(&lists, &desk.look, false);
    desk_size(&desk, columns, rows);
    lists_draw(&lists, &desk.look, desk.surface);
    lists_fini(&lists);
}

static void a_number_stands_with_its_change_and_its_course(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw(sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "first response");
        desk_shows(&desk, "12m -3m");
        desk_shows(&desk, "94 % +2.3 %");
        desk_shows(&desk, "nobody had taken it");
        desk_shows(&desk, "the whole desk");
        assert_int_equal(desk_role(&desk, "-3m"), UI_OK);   /* quicker */
        assert_int_equal(desk_role(&desk, "+9"), UI_WARN);  /* more open tickets */
        assert_int_equal(desk_role(&desk, "[7 days]"), UI_TAB_ACTIVE);
    }
    desk_shows(&desk, "open now: 87, half of them for less than 9h30m");
    desk_shows(&desk, "mara"); /* there is room for who did how much, and day by day */
    desk_shows(&desk, "agent resolved open first response"); /* nobody came in to an agent */
    desk_shows(&desk, "day came in resolved open first response");
    desk_shows(&desk, "Wed 25 Nov");
    desk_shows(&desk, "Thu 19 Nov");
}

static void a_narrow_terminal_has_the_tiles_and_why_clocks_ran_out(void **state)
{
    (void)state;
    draw(80, 24);
    desk_shows(&desk, "satisfied");
    desk_shows(&desk, "clocks that ran out");
    desk_hides(&desk, "mara");
}

static void an_empty_period_says_what_to_press(void **state)
{
    struct err err = {0};
    static const char nothing[] = "{\"period\":\"today\",\"metrics\":{\"created\":{\"n\":0,\"value\":0,\"before\":{\"n\":0}},\"backlog\":{\"value\":0}}}";
    (void)state;
    assert_true(mirror_doc_set(desk.mirror, MIRROR_STATS, 0, nothing, strlen(nothing), DESK_NOW, &err));
    draw(80, 24);
    desk_shows(&desk, "No ticket came in");
    desk_shows(&desk, "] shows a longer period");
    mirror_doc_drop(desk.mirror, MIRROR_STATS);
    draw(80, 24);
    desk_shows(&desk, "Reading");
}

static void keys_choose_the_period_and_the_view(void **state)
{
    (void)state;
    assert_string_equal(metrics_path(&metrics, desk.arena), "/v1/stats?period=7d&by=agent");
    assert_true(metrics_period(&metrics, "next") && metrics_period(&metrics, "next"));
    assert_string_equal(metrics_path(&metrics, desk.arena), "/v1/stats?period=28d&by=agent");
    assert_true(metrics_period(&metrics, "prev") && metrics_period(&metrics, "prev") && metrics_period(&metrics, "prev"));
    assert_int_equal(metrics.period, 0);
    assert_false(metrics_period(&metrics, "year"));
    metrics_step_view(&metrics, desk.mirror, 1);
    assert_string_equal(metrics.view, mirror_view_at(desk.mirror, 0)->name);
    assert_non_null(strstr(metrics_path(&metrics, desk.arena), "period=today&view=%"));
    metrics_step_view(&metrics, desk.mirror, -2);
    assert_string_equal(metrics.view, mirror_view_at(desk.mirror, mirror_view_count(desk.mirror) - 1)->name);
    metrics_step_view(&metrics, desk.mirror, 1);
    assert_string_equal(metrics.view, "");
}

static void shares_and_times_read_as_people_say_them(void **state)
{
    (void)state;
    static const struct { const char *unit, *json, *text; } cases[] = {
        {"bp", "9404", "94 %"}, {"bp", "439", "4.3 %"}, {"bp", "0", "0 %"}, {"bp", "10000", "100 %"}, {"ms", "744000", "12m"}, {"count", "214", "214"}, {"ms", "null", "-"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON list = json_parse(arena_printf(desk.arena, "[%s]", cases[i].json), strlen(cases[i].json) + 2, &json_limits_native, NULL, NULL);
        assert_string_equal(figure_text(desk.arena, cases[i].unit, json_first(list)), cases[i].text);
    }
}

static void the_audit_says_who_did_what_and_why_somebody_looked(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        draw_audit(sizes[i].columns, sizes[i].rows);
        desk_shows(&desk, "1 reveal");
        desk_shows(&desk, "customer asked on");
        desk_shows(&desk, "4098");
        desk_shows(&desk, "mara");
        desk_shows(&desk, "entry 9120");
        desk_shows(&desk, "absent: Kim is on leave until Friday");
        desk_shows(&desk, "urgency low, not high: the classifier lear"); /* and not just that it was a label */
    }
}

static void the_audit_is_narrowed_by_who_what_and_which_ticket(void **state)
{
    (void)state;
    assert_string_equal(audit_path("", desk.arena), "/v1/audit?people=1&limit=200");
    assert_string_equal(audit_path("actor:ana kind:reveal door ticket:42", desk.arena), "/v1/audit?people=1&limit=200&actor=%61%6E%61&kind=%72%65%76%65%61%6C&ticket=%34%32");
    static const struct { const char *words; int rows; } cases[] = {{"kind:reveal", 1}, {"actor:mara", 3}, {"!actor:mara kind:ticket", 3}, {"ticket:4066", 2}, {"ticket:reveal", 0}, {"reveal", 1}};
    struct lists lists;
    lists_init(&lists, LISTS_AUDIT);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lists_filter(&lists, cases[i].words);
        lists_sync(&lists, &desk.look, false);
        assert_int_equal(list_count(lists.list), cases[i].rows);
    }
    lists_fini(&lists);
}

static void hostile_text_stays_inside_its_cells(void **state)
{
    static const char *const hostile[] = {"\\u001b[2Jx", "\\u202egnp.exe", "a\\u0000b\\nc", "\\u009b31m"};
    struct err err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const char *h = hostile[i];
        char *stats = arena_printf(desk.arena, "{\"view\":\"%s\",\"period\":\"7d\",\"metrics\":{\"created\":{\"unit\":\"count\",\"n\":3,\"value\":3,\"before\":{\"n\":1,\"value\":1},"
                                   "\"series\":[1,2]},\"%s\":{\"unit\":\"%s\",\"n\":1,\"value\":5}},\"breaches\":[{\"metric\":\"%s\",\"says\":\"%s\",\"n\":2,\"before\":1}],"
                                   "\"by\":[{\"key\":\"%s\",\"metrics\":{\"created\":{\"unit\":\"count\",\"value\":1}}}]}", h, h, h, h, h, h);
        char *audit = arena_printf(desk.arena, "{\"entries\":[{\"seq\":1,\"at\":1,\"actor\":\"%s\",\"kind\":\"reveal\",\"ticket\":2,\"data\":{\"reason\":\"%s\",\"%s\":\"%s\"}}]}", h, h, h, h);
        assert_true(mirror_doc_set(desk.mirror, MIRROR_STATS, 0, stats, strlen(stats), DESK_NOW, &err) &&
                    mirror_doc_set(desk.mirror, MIRROR_AUDIT, 0, audit, strlen(audit), DESK_NOW, &err));
        for (int k = 0; k < SIZES; k++) {
            draw(sizes[k].columns, sizes[k].rows);
            desk_is_inert(&desk);
            draw_audit(sizes[k].columns, sizes[k].rows);
            desk_is_inert(&desk);
        }
    }
}

static void both_fit_any_size(void **state)
{
    (void)state;
    for (int columns = 1; columns < 240; columns += 11)
        for (int rows = 1; rows < 70; rows += 7) {
            draw(columns, rows);
            desk_is_inert(&desk);
            draw_audit(columns, rows);
            desk_is_inert(&desk);
        }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_number_stands_with_its_change_and_its_course),
        T(a_narrow_terminal_has_the_tiles_and_why_clocks_ran_out),
        T(an_empty_period_says_what_to_press),
        T(keys_choose_the_period_and_the_view),
        T(shares_and_times_read_as_people_say_them),
        T(the_audit_says_who_did_what_and_why_somebody_looked),
        T(the_audit_is_narrowed_by_who_what_and_which_ticket),
        T(hostile_text_stays_inside_its_cells),
        T(both_fit_any_size),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
