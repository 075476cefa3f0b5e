/* marks: what a key acts on is what is marked, and nobody is surprised by it: against the real daemon. */
#include "base/clock.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* #1 is marked, and the filter shows #2 alone. */
static void mark_the_first_and_filter_it_away(void)
{
    seat_press("/checkout\r");
    seat_hides("Invoice is wrong");
    seat_press(" ");
    seat_shows("1 marked");
    seat_press("/invoice\r");
    seat_hides("Checkout is down");
    seat_shows("Invoice is wrong");
}

/* --- on the screen or not --- */

static void a_marked_ticket_that_is_not_on_the_screen_is_shown_before_it_is_changed(void **state)
{
    (void)state;
    mark_the_first_and_filter_it_away();
    seat_shows("1 marked, 1 not shown");
    seat_press("x");
    seat_shows("close: 1 of 1 ticket changes");
    seat_shows("#1      Checkout is down");
    assert_string_equal(seat_field(1, "status"), "new");
    seat_press("q");
    seat_hides("Checkout is down");
    seat_press("x");
    seat_shows("close: 1 of 1 ticket changes");
    seat_press("y");
    seat_becomes(1, "status", "resolved");
    seat_hides("1 marked"); /* done, and marked no more: */
    seat_press("x");
    seat_becomes(2, "status", "resolved");
    assert_string_equal(seat_field(3, "status"), "new");
}

static void what_takes_one_ticket_does_not_take_one_that_nobody_sees(void **state)
{
    (void)state;
    mark_the_first_and_filter_it_away();
    seat_press("r");
    seat_shows("reply: #1 is marked, and not on the screen; U clears the mark");
    seat_press("U");
    seat_hides("1 marked");
    seat_press("i");
    seat_shows("Internal note on #2");
}

static bool has_words(int ticket, const char *words)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%d/lines", ticket);
    client_close(seat.desk);
    seat.desk = client_open(seat.run->desk);
    const char *body = client_get(seat.desk, path).body;
    return body && strstr(body, words);
}

static void a_note_is_written_on_all_that_are_marked_once_it_was_shown(void **state)
{
    (void)state;
    seat_shows("Invoice is wrong");
    seat_press("  ");
    seat_shows("2 marked");
    seat_press("i");
    seat_shows("note on 2 tickets:");
    seat_press("The incident of this morning\r");
    seat_shows("note The incident of this morning: 2 of 2 tickets change");
    seat_press("y");
    seat_hides("2 marked");
    for (int i = 1; i <= 2; i++) /* their marks went with the answer */
        assert_true(has_words(i, "The incident of this morning"));
    assert_false(has_words(3, "The incident"));
}

/* Its letters are keys elsewhere: u takes back, x closes. */
static void what_is_typed_after_a_reply_that_is_refused_does_nothing(void **state)
{
    (void)state;
    seat_press("  ");
    seat_shows("2 marked");
    seat_press("r");
    seat_shows("reply works on one ticket at a time, and 2 are marked; U clears the marks; Esc leaves");
    seat_press("bulk x c");
    seat_shows("reply works on one ticket at a time");
    seat_press("U");
    seat_hides("2 marked");
    seat_hides("one ticket at a time");
    for (int id = 1; id <= 3; id++)
        assert_string_equal(seat_field(id, "status"), "new");
}

/* It said "2 marked" of a list of one, and nothing of the other. */
static void v_says_what_it_did_to_the_marks(void **state)
{
    (void)state;
    mark_the_first_and_filter_it_away();
    seat_press("V");
    seat_shows("1 marked: the only one of this list; 1 more, not in it, stays marked");
    seat_press("V");
    seat_shows("1 marked already: the only one of this list; 1 more, not in it, stays marked. U clears the marks");
    seat_press("U");
    seat_hides("2 marked");
    seat_press("\033");
    seat_shows("Cannot sign in");
    seat_press("gg V");
    seat_shows("3 marked: all of this list, 2 of them anew");
    seat_press("U/where id > 99\r");
    seat_shows("No ticket in");
    seat_press("V");
    seat_shows("V marks all of this list, and there is nothing in it");
}

static void how_a_range_is_ended_is_said_until_it_is(void **state)
{
    (void)state;
    seat_press("v");
    seat_shows("a range begins at #1: move, v marks up to there");
    seat_press("jv");
    seat_shows("2 marked");
    seat_hides("a range begins");
}

/* The one under the cursor is marked too, and stays out of it: one is left, which no row shows. */
static void what_is_merged_into_the_ticket_under_the_cursor_is_shown_where_it_is_not_seen(void **state)
{
    (void)state;
    seat_press("/sign\r");
    seat_hides("Invoice is wrong");
    seat_press(" /invoice\r");
    seat_hides("Cannot sign in");
    seat_shows("Invoice is wrong");
    seat_press(" ");
    seat_shows("2 marked, 1 not shown");
    seat_press("M");
    seat_shows("1 of 1 ticket changes");
    seat_shows("#3      Cannot sign in");
    seat_press("q");
    seat_hides("Cannot sign in");
    assert_string_equal(seat_field(3, "status"), "new");
}

static void one_mark_that_is_seen_is_done_at_once_and_is_off_then(void **state)
{
    (void)state;
    seat_press("gg ");
    seat_shows("1 marked");
    seat_press("c");
    seat_hides("1 marked");
    seat_press("c"); /* the one under the cursor, now */
    seat_hides("marked");
    seat_becomes(1, "assignee", "ana");
    seat_becomes(2, "assignee", "ana");
    assert_string_equal(seat_field(3, "assignee"), "");
}

static void another_view_takes_marks_off_and_says_so(void **state)
{
    (void)state;
    seat_press("gg  ");
    seat_shows("2 marked");
    seat_press("gu");
    seat_shows("2 marks of All taken off: this is another view");
    seat_hides("2 marked");
    seat_press(" ga");
    seat_shows("1 mark of Unassigned taken off");
    seat_hides("1 marked");
}

/* Of what these say the classifier is not sure. */
static void on_label_review_it_is_the_same(void **state)
{
    (void)state;
    seat_post("shop", "A-4", "The gazebo wobbles");
    seat_post("shop", "A-5", "A plonk came loose");
    seat_press("gl");
    seat_shows("Label review   2 of 5 open");
    seat_shows("The gazebo wobbles");
    seat_press("/gazebo\r");
    seat_hides("A plonk");
    seat_press(" ");
    seat_shows("● 1 marked");
    seat_press("/plonk\r");
    seat_shows("● 1 marked, 1 not shown");
    seat_press("x");
    seat_shows("close: 1 of 1 ticket changes");
    seat_shows("#4      The gazebo wobbles");
    seat_press("y");
    seat_becomes(4, "status", "resolved");
    seat_hides("1 marked");
    assert_string_equal(seat_field(5, "status"), "new");
}

/* --- what comes under the cursor --- */

/* For longer than the list waits for somebody who works. */
static void look_away(void)
{
    console_ended(seat.console, 4500);
}

static void a_row_that_a_colleague_takes_stays_under_the_cursor_however_long_nobody_touches_a_key(void **state)
{
    (void)state;
    seat_press("gu");
    seat_shows("[2 Unassigned 3]");
    seat_press("gg");
    assert_non_null(strstr(seat_row("▌"), "Checkout is down"));
    look_away();
    client_post(seat.desk, "/v1/do", "{\"do\":\"assign\",\"tickets\":[1],\"to\":\"tom\"}");
    seat_shows("left this view");
    look_away();
    assert_non_null(strstr(seat_row("▌"), "left this view"));
    seat_press("x"); /* it is what it acts on */
    seat_becomes(1, "status", "resolved");
    look_away();
    assert_string_equal(seat_field(2, "status"), "new");
    assert_string_equal(seat_field(3, "status"), "new");
    assert_non_null(strstr(seat_row("▌"), "left this view"));
    seat_press("j");
    seat_hides("Checkout is down");
    assert_non_null(strstr(seat_row("▌"), "Invoice is wrong"));
}

static void the_last_row_goes_for_there_is_none_to_come_in_its_place(void **state)
{
    (void)state;
    client_post(seat.desk, "/v1/do", "{\"do\":\"assign\",\"tickets\":[2,3],\"to\":\"tom\"}");
    seat_press("gu");
    seat_shows("[2 Unassigned 1]");
    seat_shows("▌");
    client_post(seat.desk, "/v1/do", "{\"do\":\"assign\",\"tickets\":[1],\"to\":\"tom\"}");
    seat_shows("every open ticket has an owner");
}

/* A table's row leaves with what it is made of. */
static void a_key_for_a_row_that_left_is_not_done_to_the_one_that_came_in_its_place(void **state)
{
    (void)state;
    seat_post("shop", "A-4", "The gazebo wobbles");
    seat_post("shop", "A-5", "A plonk came loose");
    seat_press("gl");
    seat_shows("Label review   2 of 5 open");
    int64_t first = strtoll(strpbrk(seat_row("▌"), "45"), NULL, 10), other = 9 - first;
    AUTO_ARENA arena = arena_new();
    client_post(seat.desk, "/v1/do", arena_printf(arena, "{\"do\":\"close\",\"tickets\":[%d]}", (int)first));
    seat_shows("Label review   1 of 4 open");
    seat_press("x");
    seat_shows(arena_printf(arena, "close: not done. The row that was here has left, #%d stands here now: press it again.", (int)other));
    assert_string_equal(seat_field(other, "status"), "new");
    seat_press("x");
    seat_becomes(other, "status", "resolved");
}

static void n_goes_from_hit_to_hit_and_says_so_where_there_are_none(void **state)
{
    (void)state;
    seat_press("n");
    seat_shows("n and N go from hit to hit of the words that / looks for");
    seat_press("/is\r"); /* down, wrong; and in the name of nobody */
    seat_hides("Cannot sign in");
    seat_press("gg");
    assert_non_null(strstr(seat_row("▌"), "Checkout is down"));
    seat_press("n");
    console_shows(seat.console, "▌", "Invoice is wrong");
    seat_press("n");
    seat_shows("There is no other that fits.");
    seat_press("N");
    console_shows(seat.console, "▌", "Checkout is down");
    seat_press("\rn");
    seat_shows("resolution clock started");
    seat_shows("n and N go from hit to hit");
}

/* --- more than are here --- */

enum { MANY_TICKETS = 520 };

/* Those and the three: a request takes 500. */
static void many(void)
{
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < MANY_TICKETS; i++)
        seat_post("shop", arena_printf(arena, "M-%d", i), arena_printf(arena, "%s number %d", i % 4 ? "Gadget" : "Invoice", i));
    for (int64_t until = clock_mono() + SEAT_SOON; clock_mono() < until; console_ended(seat.console, 50))
        if (strstr(seat_row("All "), "All 523"))
            break;
}

static void v_marks_every_ticket_of_the_list_and_what_is_too_many_for_once_is_said_and_stays_marked(void **state)
{
    (void)state;
    many();
    seat_press("V");
    seat_shows("523 marked");
    seat_press("c");
    seat_shows("claim: 500 of 523 tickets change; 23 more stay marked, for another time");
    seat_press("y");
    seat_shows("claim: 500 tickets (u takes all of it back); 23 are still marked");
    seat_shows("● 23 marked");
    assert_string_equal(seat_field(500, "assignee"), "ana");
    assert_string_equal(seat_field(501, "assignee"), "");
    seat_press("c");
    seat_shows("claim: 23 of 23 tickets change");
    seat_press("y");
    seat_becomes(523, "assignee", "ana");
    seat_hides("23 marked");
}

static void t_marks_by_what_the_desk_finds_within_the_list(void **state)
{
    (void)state;
    many();
    seat_press("TInvoice\r");
    seat_shows("131 fit, 131 marked"); /* of them 130 have numbers, and most are on no page that is here */
    seat_press("U/where id <= 103\r");
    seat_hides("number 510");
    seat_press("Tuma");
    seat_shows("tickets in All   id <= 103 && "); /* before it is marked it is said how many, as far as they are counted in a moment */
    seat_press("\r"); /* who wrote them all */
    seat_shows("103 fit, 103 marked");
    seat_press("UTpriority:urgent\r");
    seat_shows("None of this list fits");
    seat_press("Turgncy:low\r");
    seat_shows("did you mean \"urgency\"?");
    seat_press("\x1b");
}

static void t_on_label_review_marks_its_rows_and_no_others(void **state)
{
    (void)state;
    seat_post("shop", "A-4", "The gazebo wobbles");
    seat_post("shop", "A-5", "A plonk came loose");
    seat_press("gl");
    seat_shows("Label review   2 of 5 open");
    seat_shows("The gazebo wobbles");
    seat_press("Tplonk\r");
    seat_shows("1 fits, 1 marked");
    seat_shows("● 1 marked");
    seat_press("q");
    seat_shows("Checkout is down");
    seat_hides("1 marked");
}

static void what_z_does_is_seen_until_z_ends_it(void **state)
{
    (void)state;
    seat_press("Z");
    seat_shows("The list stands still");
    seat_press("j");
    seat_hides("The list stands still");
    seat_shows("⏸ frozen (Z)");
    seat_press("Z");
    seat_hides("⏸ frozen");
}

#define T(name) cmocka_unit_test_setup_teardown(name, seat_of_three, seat_left)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_marked_ticket_that_is_not_on_the_screen_is_shown_before_it_is_changed),
        T(a_note_is_written_on_all_that_are_marked_once_it_was_shown),
        T(what_is_typed_after_a_reply_that_is_refused_does_nothing),
        T(v_says_what_it_did_to_the_marks),
        T(how_a_range_is_ended_is_said_until_it_is),
        T(what_takes_one_ticket_does_not_take_one_that_nobody_sees),
        T(what_is_merged_into_the_ticket_under_the_cursor_is_shown_where_it_is_not_seen),
        T(one_mark_that_is_seen_is_done_at_once_and_is_off_then),
        T(another_view_takes_marks_off_and_says_so),
        T(on_label_review_it_is_the_same),
        T(a_row_that_a_colleague_takes_stays_under_the_cursor_however_long_nobody_touches_a_key),
        T(the_last_row_goes_for_there_is_none_to_come_in_its_place),
        T(a_key_for_a_row_that_left_is_not_done_to_the_one_that_came_in_its_place),
        T(n_goes_from_hit_to_hit_and_says_so_where_there_are_none),
        T(what_z_does_is_seen_until_z_ends_it),
        T(v_marks_every_ticket_of_the_list_and_what_is_too_many_for_once_is_said_and_stays_marked),
        T(t_marks_by_what_the_desk_finds_within_the_list),
        T(t_on_label_review_marks_its_rows_and_no_others),
    };
    return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
