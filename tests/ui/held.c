/* held: what is said of replies that have not left yet. */
#include "app/held.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct held h;
static struct arena *arena;

static int start(void **state)
{
    (void)state;
    h = (struct held){0};
    arena = arena_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *line(int64_t now)
{
    return held_line(arena, &h, "u", now);
}

static void it_counts_down_until_it_leaves(void **state)
{
    (void)state;
    assert_null(line(0));
    held_add(&h, 1, 16000, 1000);
    assert_string_equal(line(1000), "#1 reply leaves in 15 s (u takes it back)");
    assert_int_equal(h.next, 2000);
    assert_false(held_tick(&h, 1999));
    assert_true(held_tick(&h, 2000));
    assert_string_equal(line(2000), "#1 reply leaves in 14 s (u takes it back)");
    assert_string_equal(line(15500), "#1 reply leaves in 1 s (u takes it back)"); /* a busy console: what is true by then */
    assert_true(held_tick(&h, 16000));
    assert_null(line(16000));
    assert_int_equal(h.next, 0);
    assert_false(held_tick(&h, 99000));
}

static void it_says_how_often_undo_is_pressed_until_it_is_its_turn(void **state)
{
    (void)state;
    held_add(&h, 1, 16000, 1000);
    held_act(&h, "close");
    assert_string_equal(line(1000), "#1 reply leaves in 15 s (u twice takes it back)");
    held_act(&h, "claim-next");
    held_act(&h, "reveal"); /* is nothing that is taken back */
    assert_string_equal(line(1000), "#1 reply leaves in 15 s (u 3 times takes it back)");
    held_undone(&h, "undo", "claim-next of #2", "close of #1");
    assert_string_equal(line(1000), "#1 reply leaves in 15 s (u twice takes it back)");
    held_undone(&h, "redo", "claim-next of #2", NULL);
    assert_string_equal(line(1000), "#1 reply leaves in 15 s (u 3 times takes it back)");
    held_undone(&h, "undo", "claim-next of #2", "reply of #1"); /* whoever knows says so */
    assert_string_equal(line(1000), "#1 reply leaves in 15 s (u takes it back)");
    held_undone(&h, "undo", "reply of #1", "close of #7");
    assert_null(line(1000));
}

static void where_a_key_is_a_letter_none_is_named(void **state)
{
    (void)state;
    held_add(&h, 1, 16000, 1000);
    assert_string_equal(held_line(arena, &h, "", 1000), "#1 reply leaves in 15 s");
    assert_string_equal(held_line(arena, &h, ":undo", 1000), "#1 reply leaves in 15 s (:undo takes it back)");
}

static void several_are_told_each_the_newest_first(void **state)
{
    (void)state;
    held_add(&h, 1, 16000, 1000);
    held_act(&h, "claim-next");
    held_add(&h, 2, 20000, 5000);
    assert_string_equal(line(5000), "#2 reply leaves in 15 s (u takes it back), #1 in 11 s");
    held_undone(&h, "undo", "reply of #2", "claim-next of #2");
    assert_string_equal(line(5000), "#1 reply leaves in 11 s (u twice takes it back)");
    for (int i = 3; i < 9; i++)
        held_add(&h, i, 30000, 6000);
    assert_int_equal(h.count, HELD_MOST);
    assert_int_equal(h.list[HELD_MOST - 1].ticket, 9 - HELD_MOST);
    assert_true(held_tick(&h, 40000)); /* a console that was stopped for a while */
    assert_null(line(40000));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        T(it_counts_down_until_it_leaves),
        T(it_says_how_often_undo_is_pressed_until_it_is_its_turn),
        T(where_a_key_is_a_letter_none_is_named),
        T(several_are_told_each_the_newest_first),
    };
    return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
