/* list: the eye stays where it was while rows come and go. */
#include "widget/list.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;
static struct surface *s;
static struct list *list;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    s = surface_new(20, 4);
    list = list_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    list_free(list);
    surface_free(s);
    arena_free(arena);
    return 0;
}

static void draw_row(void *arg, struct surface *surface, int row, int column, int width, const struct list_line *line)
{
    (void)arg;
    surface_textf(surface, row, column, width, line->selected ? UI_SELECTED : UI_NORMAL, "#%d%s", (int)line->id,
                  line->fresh ? " new" : "");
}

static const char *drawn(void)
{
    surface_clear(s);
    list_draw(list, s, 0, 0, 4, 20, 0, draw_row, NULL);
    return surface_dump(arena, s);
}

static void set(bool anchored, bool are_old, int first, int last)
{
    int64_t ids[200];
    bool old[200];
    size_t n = 0;
    memset(old, are_old, sizeof old);
    for (int id = first; first <= last ? id <= last : id >= last; id += first <= last ? 1 : -1)
        ids[n++] = id;
    list_set(list, &(struct list_window){.ids = ids, .n = n, .old = old}, anchored);
}

static void run(const char *commands)
{
    char copy[200];
    snprintf(copy, sizeof copy, "%s", commands);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        assert_true(list_command(list, word));
}

static void rows_are_drawn_with_gutter_and_marks(void **state)
{
    (void)state;
    set(true, true, 1, 3);
    drawn();
    run("mark");
    assert_string_equal(drawn(), " \u25cf#1\n\u258c #2\n  #3\n~\n");
    assert_string_equal(surface_dump_roles(arena, s), "0: mark@1+1\n1: gutter@0+1 selected@2+2\n3: dim@0+1\n");
    int row, column;
    surface_cursor_at(s, &row, &column);
    assert_int_equal(row, 1);
    assert_int_equal(column, 2);
}

static void new_rows_above_do_not_move_the_row_under_the_cursor(void **state)
{
    (void)state;
    set(true, true, 10, 5);
    drawn();
    run("down");
    assert_string_equal(drawn(), "  #10\n\u258c #9\n  #8\n  #7\n");
    set(true, false, 13, 5);
    assert_string_equal(drawn(), "  #10\n\u258c #9\n  #8\n  #7\n");
    assert_int_equal(list_selected(list), 9);
    assert_int_equal(list_new_above(list), 3);
    run("up up");
    assert_string_equal(drawn(), "\u258c #11 new\n  #10\n  #9\n  #8\n");
    assert_int_equal(list_new_above(list), 2);
    run("top");
    drawn();
    assert_int_equal(list_new_above(list), 0);
}

static void rows_that_go_above_do_not_move_it_either(void **state)
{
    (void)state;
    set(true, true, 20, 1);
    drawn();
    run("page-down page-down");
    const char *before = drawn();
    set(true, false, 17, 1);
    assert_string_equal(drawn(), before);
}

static void an_untouched_list_stays_at_its_top(void **state)
{
    (void)state;
    set(true, true, 10, 5);
    drawn();
    set(false, false, 11, 5);
    assert_string_equal(drawn(), "  #11 new\n\u258c #10\n  #9\n  #8\n");
    assert_int_equal(list_new_above(list), 0);
}

static void a_selected_row_that_goes_gives_way_to_its_neighbour(void **state)
{
    (void)state;
    static const int64_t ids[] = {5, 3, 2, 1};
    set(true, true, 5, 1);
    drawn();
    run("down");
    list_set(list, &(struct list_window){.ids = ids, .n = 4}, true);
    assert_int_equal(list_selected(list), 3);
    list_set(list, &(struct list_window){0}, true);
    assert_int_equal(list_selected(list), 0);
    assert_string_equal(drawn(), "\n\n\n\n");
    run("down up top bottom page-down page-up mark mark-all unmark range");
}

static void that_another_row_came_under_the_cursor_is_known_until_somebody_moves(void **state)
{
    (void)state;
    set(true, true, 5, 1);
    run("down");
    set(true, true, 5, 1);
    assert_int_equal(list_slid(list), 0);
    set(true, true, 3, 1);
    assert_int_equal(list_selected(list), 2);
    assert_int_equal(list_slid(list), 4);
    set(true, true, 3, 1);
    assert_int_equal(list_slid(list), 4);
    run("down");
    assert_int_equal(list_slid(list), 0);
}

static void a_page_fetched_is_no_news(void **state)
{
    (void)state;
    set(true, true, 10, 5);
    drawn();
    run("bottom");
    set(true, true, 30, 5);
    assert_int_equal(list_new_above(list), 0);
    assert_int_equal(list_selected(list), 5);
}

static void the_edge_of_the_window_asks_for_more(void **state)
{
    (void)state;
    int64_t ids[40];
    for (int i = 0; i < 40; i++)
        ids[i] = 100 - i;
    list_set(list, &(struct list_window){.ids = ids, .n = 40, .more_after = true, .more_before = true}, true);
    drawn();
    assert_int_equal(list_wants(list), LIST_WANTS_BEFORE);
    run("page-down page-down");
    assert_int_equal(list_wants(list), LIST_ENOUGH);
    run("bottom");
    assert_int_equal(list_wants(list), LIST_WANTS_AFTER);
}

static void marks_are_kept_by_id_and_a_range_fills_both_ways(void **state)
{
    (void)state;
    size_t n;
    set(true, true, 1, 9);
    drawn();
    run("down down range down down range");
    assert_int_equal(list_marks(list), 3);
    set(true, false, 3, 9);
    assert_true(list_marked(list, 4));
    const int64_t *ids = list_targets(list, arena, &n);
    assert_int_equal(n, 3);
    assert_int_equal(ids[0], 3);
    assert_int_equal(ids[2], 5);
    run("unmark");
    ids = list_targets(list, arena, &n);
    assert_int_equal(n, 1);
    assert_int_equal(ids[0], list_selected(list));
    run("range up up range");
    assert_int_equal(list_marks(list), 3);
    assert_false(list_command(list, "assign"));
}

static void the_place_can_be_come_back_to(void **state)
{
    (void)state;
    set(true, true, 50, 1);
    drawn();
    for (int i = 0; i < 20; i++)
        run("down");
    run("up");
    const char *before = drawn();
    struct list_place place = list_place(list);
    struct list *again = list_new();
    list_free(list);
    list = again;
    set(true, true, 52, 1);
    list_restore(list, place);
    assert_string_equal(drawn(), before);
}

/* Another view opens: how many rows are in view is known when it is drawn. */
static void a_list_that_was_never_drawn_begins_at_its_top_with_the_selected_row_in_it(void **state)
{
    (void)state;
    set(false, true, 1, 50);
    assert_true(list_select(list, 3));
    drawn();
    assert_false(list_scrolled(list));
    struct list *other = list_new();
    list_free(list);
    list = other;
    set(false, true, 1, 50);
    assert_true(list_select(list, 30));
    drawn();
    assert_true(list_scrolled(list));
    assert_true(list_in_sight(list, 30) && list_in_sight(list, 27) && !list_in_sight(list, 31));
}

/* What came above comes into sight, as far as there is room below the cursor. */
static void after_a_while_what_is_new_above_comes_into_sight(void **state)
{
    (void)state;
    set(false, false, 10, 40);
    drawn();
    set(true, false, 8, 40);
    drawn();
    assert_int_equal(list_new_above(list), 2);
    assert_true(list_calm(list));
    drawn();
    assert_int_equal(list_new_above(list), 0);
    assert_int_equal(list_selected(list), 10);
    set(true, false, 1, 40);
    drawn();
    assert_true(list_calm(list));
    drawn();
    assert_int_equal(list_new_above(list), 6);
    assert_false(list_calm(list)); /* the cursor stands on the last line */
    assert_true(list_in_sight(list, 10));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(rows_are_drawn_with_gutter_and_marks),
        T(new_rows_above_do_not_move_the_row_under_the_cursor),
        T(rows_that_go_above_do_not_move_it_either),
        T(a_list_that_was_never_drawn_begins_at_its_top_with_the_selected_row_in_it),
        T(after_a_while_what_is_new_above_comes_into_sight),
        T(an_untouched_list_stays_at_its_top),
        T(a_selected_row_that_goes_gives_way_to_its_neighbour),
        T(that_another_row_came_under_the_cursor_is_known_until_somebody_moves),
        T(a_page_fetched_is_no_news),
        T(the_edge_of_the_window_asks_for_more),
        T(marks_are_kept_by_id_and_a_range_fills_both_ways),
        T(the_place_can_be_come_back_to),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
