/* toast: what stands in the one line, and what waits behind it. */
#include "app/toast.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct toast t;

static int start(void **state)
{
    (void)state;
    t = (struct toast){0};
    return 0;
}

static void a_refusal_stays_until_a_key_and_then_the_page_is_said(void **state)
{
    (void)state;
    toast_say(&t, UI_ERROR, "refused", 1000);
    toast_say(&t, UI_CRITICAL, "pages you", 1100);
    toast_say(&t, UI_DIM, "somebody wrote", 1200);
    assert_string_equal(t.is.text, "refused");
    toast_key(&t, 1300);
    assert_string_equal(t.is.text, "pages you"); /* the heaviest of what waited */
    toast_say(&t, UI_ERROR, "refused too", 1400);
    assert_string_equal(t.is.text, "refused too");
}

static void a_page_gives_way_to_what_i_did_and_not_to_news(void **state)
{
    (void)state;
    toast_say(&t, UI_CRITICAL, "pages you", 1000);
    toast_say(&t, UI_XP, "+25 XP", 1001);
    assert_string_equal(t.is.text, "pages you");
    toast_say(&t, UI_TOAST, "#1 closed", 1002);
    assert_string_equal(t.is.text, "#1 closed");
}

static void what_an_act_brought_is_said_once_the_answer_could_be_read(void **state)
{
    (void)state;
    toast_say(&t, UI_TOAST, "#1 closed", 1000);
    toast_say(&t, UI_XP, "+25 XP", 1001);
    assert_string_equal(t.is.text, "#1 closed");
    assert_false(toast_tick(&t, 1000 + TOAST_READ_MS - 1));
    assert_true(toast_tick(&t, 1000 + TOAST_READ_MS));
    assert_string_equal(t.is.text, "+25 XP");
    toast_say(&t, UI_TOAST, "#2 closed", 2600);
    toast_say(&t, UI_XP, "+50 XP", 2601);
    toast_key(&t, 2700);
    assert_string_equal(t.is.text, "+50 XP");
    toast_say(&t, UI_TOAST, "#2 reopened", 9000);
    toast_say(&t, UI_WARN, "-50 XP taken back", 9001);
    assert_string_equal(t.is.text, "#2 reopened");
    toast_key(&t, 9100);
    assert_string_equal(t.is.text, "-50 XP taken back");
}

static void what_is_heard_before_its_answer_is_said_behind_it(void **state)
{
    (void)state;
    toast_say(&t, UI_XP, "+25 XP", 1000);
    toast_say(&t, UI_TOAST, "#1 closed", 1001);
    toast_say(&t, UI_DIM, "somebody wrote", 1002);
    assert_string_equal(t.is.text, "#1 closed");
    toast_say(&t, UI_TOAST, "#2 closed", 1100); /* one answer does not wait for another */
    assert_string_equal(t.is.text, "#2 closed");
    assert_true(toast_tick(&t, t.next));
    assert_string_equal(t.is.text, "+25 XP");
    assert_true(toast_tick(&t, t.next));
    assert_string_equal(t.is.text, "somebody wrote");
    assert_true(toast_tick(&t, t.next));
    assert_string_equal(t.is.text, "");
    assert_false(toast_waiting(&t));
}

static void once_a_key_was_pressed_anything_may_follow(void **state)
{
    (void)state;
    toast_say(&t, UI_ERROR, "refused", 1000);
    toast_key(&t, 1500);
    assert_string_equal(t.is.text, "refused"); /* nothing waits: it is still to be read */
    toast_say(&t, UI_DIM, "somebody wrote", 1600);
    assert_string_equal(t.is.text, "somebody wrote");
    toast_say(&t, UI_ERROR, "refused", 1600);
    toast_key(&t, 1600); /* in the very same moment */
    toast_say(&t, UI_DIM, "somebody wrote again", 1600);
    assert_string_equal(t.is.text, "somebody wrote again");
}

/* What succeeds after it may say nothing. */
static void a_refusal_that_could_be_read_goes_with_the_next_key(void **state)
{
    (void)state;
    toast_say(&t, UI_ERROR, "no such theme", 1000);
    assert_false(toast_key(&t, 1000 + TOAST_READ_MS - 1));
    assert_string_equal(t.is.text, "no such theme");
    assert_true(toast_key(&t, 1000 + TOAST_READ_MS));
    assert_string_equal(t.is.text, "");
    assert_false(toast_key(&t, 1000 + TOAST_READ_MS + 1));
    toast_say(&t, UI_TOAST, "#1 closed", 9000); /* an answer has its time */
    assert_false(toast_key(&t, 9000 + TOAST_READ_MS));
    assert_string_equal(t.is.text, "#1 closed");
    toast_say(&t, UI_ERROR, "refused", 20000);
    toast_say(&t, UI_DIM, "somebody wrote", 20001);
    assert_true(toast_key(&t, 20000 + TOAST_READ_MS));
    assert_string_equal(t.is.text, "somebody wrote");
}

static void what_waits_is_said_when_the_time_of_the_other_is_over(void **state)
{
    (void)state;
    toast_say(&t, UI_ERROR, "refused", 1000);
    toast_say(&t, UI_WARN, "first", 1100);
    toast_say(&t, UI_WARN, "last", 1200);
    assert_false(toast_tick(&t, 1000 + 2 * TOAST_MS - 1));
    assert_true(toast_tick(&t, 1000 + 2 * TOAST_MS));
    assert_string_equal(t.is.text, "last");
    assert_true(toast_tick(&t, t.until));
    assert_string_equal(t.is.text, "");
    assert_false(toast_tick(&t, 1 << 30));
}

static void what_was_said_of_a_place_leaves_with_it(void **state)
{
    (void)state;
    toast_say(&t, UI_DIM, "of this place", 1000);
    toast_leave(&t);
    assert_string_equal(t.is.text, "");
    toast_say(&t, UI_ERROR, "refused", 1000);
    toast_say(&t, UI_DIM, "of this place", 1100);
    toast_leave(&t);
    toast_key(&t, 1200);
    assert_string_equal(t.is.text, "refused");
}

static void a_refusal_that_could_be_read_leaves_with_the_place_it_was_said_at(void **state)
{
    (void)state;
    toast_say(&t, UI_ERROR, "for leads", 1000);
    toast_leave(&t); /* in the same breath: the place was left by what is refused */
    assert_string_equal(t.is.text, "for leads");
    toast_key(&t, 1100);
    toast_leave(&t);
    assert_string_equal(t.is.text, "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        T(a_refusal_stays_until_a_key_and_then_the_page_is_said),
        T(a_page_gives_way_to_what_i_did_and_not_to_news),
        T(what_an_act_brought_is_said_once_the_answer_could_be_read),
        T(what_is_heard_before_its_answer_is_said_behind_it),
        T(once_a_key_was_pressed_anything_may_follow),
        T(a_refusal_that_could_be_read_goes_with_the_next_key),
        T(what_waits_is_said_when_the_time_of_the_other_is_over),
        T(what_was_said_of_a_place_leaves_with_it),
        T(a_refusal_that_could_be_read_leaves_with_the_place_it_was_said_at),
    };
    return cmocka_run_group_tests_name("toast", tests, NULL, NULL);
}
