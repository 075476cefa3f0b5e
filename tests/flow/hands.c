/* hands: palette, help, many tickets at once, undo and panes as a person uses them, against the real daemon. */
#include "base/clock.h"
#include "harness/seat.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* --- the palette --- */

static void the_palette_offers_what_may_follow_once_the_command_stands(void **state)
{
    (void)state;
    seat_three();
    seat_press(":");
    seat_shows("of ");
    seat_press("assi\t");
    seat_shows("assign tom");
    seat_press("to\r");
    seat_shows("assigned to tom");
    seat_press(":snooze ");
    seat_shows("snooze tomorrow");
    seat_press("\x1bOB"); /* times are open: an arrow chooses, else what is typed counts */
    seat_shows("\u258c snooze 1h");
    seat_press("\x1b");
    seat_hides("snooze tomorrow");
    seat_press(":priority l");
    seat_shows("\u258c priority low");
    seat_press("\r");
    seat_hides("\u258c priority low");
    assert_string_equal(seat_field(strtoll(seat_row(" priority low") + 2, NULL, 10), "priority"), "low");
}

/* What is most urgent stands at the top, whatever ticket one comes from. */
static void another_view_begins_at_its_top(void **state)
{
    (void)state;
    seat_three();
    seat_press(":3\r");
    seat_shows("resolution clock started");
    seat_press("c");
    seat_shows("claimed");
    seat_press("q:go mine\r");
    seat_hides("Checkout is down");
    seat_press(":go all\r");
    seat_shows("Checkout is down");
    seat_shows("Invoice is wrong");
}

static void tickets_customers_and_agents_are_found_by_name(void **state)
{
    (void)state;
    seat_three();
    seat_press(":invo");
    seat_shows("\u258c #2 Invoice is wrong");
    seat_press("\r");
    seat_shows("resolution clock started");
    seat_press("q");
    seat_hides("resolution clock started");
    seat_press(":tom's");
    seat_shows("\u258c tom's tickets");
    seat_press("\r");
    seat_shows("No ticket in");
    seat_press("\x1b");
    seat_shows("Checkout is down");
    seat_press(":2\r"); /* a number is itself */
    seat_shows("resolution clock started");
}

static void a_ticket_in_no_row_of_the_list_is_found_by_words_and_by_number(void **state)
{
    (void)state;
    seat_three();
    seat_post("post", "A-4", "The claim form is empty");
    seat_shows("The claim form");
    seat_press("gm");
    seat_hides("The claim form");
    seat_press(":inv");
    seat_shows("  #2 Invoice is wrong"); /* beneath what fits of what can be said */
    seat_press("oice is wrong");
    seat_shows("\u258c #2 Invoice is wrong");
    seat_press("\r");
    seat_shows("resolution clock started");
    seat_press("q:3");
    seat_shows("#3 Cannot sign in");
    seat_press("\r");
    seat_shows("resolution clock started");
    seat_press("q:#1\r");
    seat_shows("Checkout is down");
    seat_press("q:open sign");
    seat_shows("open 3 Cannot sign in");
    seat_press("\x1b[B\r");
    seat_shows("resolution clock started");
    seat_shows("#3  Cannot sign in");
    seat_press("q:777");
    seat_shows("nothing fits");
    seat_press("\x1b:claim\x1b[B");
    seat_shows("#4 The claim form");
    seat_shows("\u258c claim-next");
    seat_press("\x1b[A\r");
    seat_hides("\u258c claim");
}

static void leave_and_come_back(void)
{
    seat_press("Q");
    console_ended(seat.console, SEAT_SOON);
    console_close(seat.console);
    seat.console = console_open("next", seat.run, "all");
    seat_shows("Checkout is down");
}

static void lines_are_remembered_but_no_secret_in_them_and_in_the_next_console_too(void **state)
{
    (void)state;
    seat_three();
    seat_press(":priority low\r");
    seat_shows("priority low");
    seat_press(":reveal the card is 4111\r");
    seat_shows("Unmasked for");
    seat_press(":\x10"); /* C-p */
    assert_null(strstr(seat_row(": reveal"), "4111"));
    seat_press("\x10");
    seat_shows(": priority low");
    seat_press("\x0e\x0e"); /* C-n, back to what was typed: nothing */
    seat_shows("said before");
    seat_press("\x1b");
    seat_hides("said before");
    leave_and_come_back();
    seat_press(":");
    seat_shows("said before");
    seat_press("\x1bOA\x1bOA");
    seat_shows(": priority low");
}

/* Faster than the daemon says what was kept. */
static void a_line_that_is_typed_at_once_is_remembered_too(void **state)
{
    (void)state;
    seat_three();
    seat_press(":priority urgent\r");
    seat_shows("priority urgent");
    leave_and_come_back();
    seat_press(":");
    seat_shows("said before");
}

static void esc_and_a_key_right_behind_it_are_two_keys(void **state)
{
    (void)state;
    seat_three();
    seat_press(":");
    seat_shows("say who is away");
    seat_press("\x1b/");
    seat_hides("say who is away");
    seat_press("invoice\r");
    seat_hides("Checkout is down");
    seat_shows("Invoice is wrong");
    seat_press("i");
    seat_shows("Internal note on #2");
    seat_press("looked at\x1by"); /* Esc reviews, y sends */
    seat_hides("Internal note on #2");
    seat_shows("note added");
}

static void a_long_description_is_cut_and_names_and_keys_are_whole(void **state)
{
    (void)state;
    seat_three();
    seat_press(":go \x15"); /* emptied again */
    seat_press("go");
    const char *row = seat_row("\u258c go ");
    if (!strstr(row, "\u2026"))
        fail_msg("%s", row);
    seat_press("\x15merg");
    assert_non_null(strstr(seat_row("merge "), "  M"));
}

/* --- many at once --- */

static void before_many_are_changed_it_is_shown_and_u_takes_all_of_it_back(void **state)
{
    (void)state;
    seat_three();
    client_post(seat.desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[2],\"priority\":\"low\"}");
    client_post(seat.desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[3]}");
    client_post(seat.desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"looked at\"}");
    seat_press("V");
    seat_shows("3 marked");
    seat_press(":priority low\r");
    seat_shows("priority low: 2 of 3 tickets change");
    seat_shows("already so");
    seat_shows("stays as it is");
    seat_press("q");
    seat_hides("already so");
    assert_string_equal(seat_field(1, "priority"), "");
    seat_press(":priority low\r");
    seat_shows("priority low: 2 of 3 tickets change");
    seat_press("y");
    seat_shows("priority: 2 tickets (u takes all of it back)");
    assert_string_equal(seat_field(1, "priority"), "low");
    assert_string_equal(seat_field(3, "priority"), "low");
    seat_hides("3 marked");
    seat_press("u");
    seat_shows("Undone: priority of 2 tickets. u again: note of #1");
    assert_string_equal(seat_field(1, "priority"), "");
    assert_string_equal(seat_field(2, "priority"), "low");
    seat_press("\x12"); /* C-r */
    seat_shows("Redone: priority of 2 tickets; nothing more to redo");
    assert_string_equal(seat_field(3, "priority"), "low");
}

static void what_is_refused_is_named_before_and_stays_marked(void **state)
{
    (void)state;
    seat_three();
    client_post(seat.desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[1,2]}");
    seat_press("V");
    seat_shows("3 marked");
    seat_press("z8");
    seat_shows("snooze 8h: 1 of 3 tickets change");
    seat_shows("2 cannot be done");
    seat_press("\r");
    seat_shows("2 marked");
    assert_string_equal(seat_field(1, "status"), "resolved");
}

static void what_is_so_already_is_no_refusal_and_its_mark_goes(void **state)
{
    (void)state;
    seat_three();
    client_post(seat.desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[3]}");
    seat_press("V");
    seat_shows("3 marked");
    seat_press("X");
    seat_shows("reopen: 1 of 3 tickets change");
    seat_shows("2 stay as they are");
    seat_press("\r");
    seat_hides(" marked");
    assert_string_equal(seat_field(3, "status"), "open");
}

static void what_a_colleague_changed_since_stays_and_is_named(void **state)
{
    (void)state;
    seat_three();
    seat_press("V:assign tom\r");
    seat_shows("3 change");
    seat_press("y");
    seat_shows("assign: 3 tickets");
    client_post(seat.desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"mine\"}");
    client_post(seat.desk, "/v1/do", "{\"do\":\"undo\",\"tickets\":[1]}");
    client_post(seat.desk, "/v1/do", "{\"do\":\"assign\",\"tickets\":[2],\"to\":\"ana\"}");
    client_post(seat.desk, "/v1/do", "{\"do\":\"undo\",\"tickets\":[1]}"); /* one of them, by its number */
    assert_string_equal(seat_field(1, "assignee"), "");
    seat_press("u");
    seat_shows("Undone: assign of #2. u again: assign of 2 tickets");
    seat_press("u");
    seat_shows("Undone: assign of 2 tickets; nothing more to undo");
    assert_string_equal(seat_field(3, "assignee"), "");
}

static void what_stays_says_why_and_the_same_key_goes_past_it(void **state)
{
    (void)state;
    seat_three();
    client_post(seat.desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[1],\"priority\":\"high\"}");
    client_post(seat.desk, "/v1/do", "{\"do\":\"escalate\",\"tickets\":[1],\"reason\":\"look\"}");
    assert_string_equal(seat_field(1, "priority"), "high");
    seat_press("u");
    seat_shows("#1 escalate cannot be undone: whoever it paged has been told. u again: priority of #1");
    seat_press("u");
    seat_shows("Undone: priority of #1; nothing more to undo");
}

static bool is_deleted(int64_t ticket)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)ticket);
    return json_get_bool(json_get(client_get(seat.desk, path).json, "ticket"), "deleted", false);
}

static void what_was_made_by_mistake_is_deleted_by_its_word_and_comes_back_with_one_key(void **state)
{
    (void)state;
    seat_three();
    seat_press(":1\r");
    seat_shows("Some text");
    seat_press(":delete\r");
    seat_shows("type delete to take #1 out of every queue and count:");
    seat_press("delete\r");
    seat_shows("✗ Deleted: in no queue and no count.");
    seat_shows("✗ deleted");
    assert_true(is_deleted(1));
    seat_press("u");
    seat_hides("Deleted: in no queue");
    assert_false(is_deleted(1));
}

/* It is in no view, but whoever asks for it finds it: in the list, in its count, and until it is back. */
static void what_is_deleted_is_found_by_its_condition(void **state)
{
    (void)state;
    seat_three();
    seat_press(":1\r");
    seat_shows("Some text");
    seat_press(":delete delete\r");
    seat_shows("Deleted: in no queue and no count.");
    seat_press("q");
    seat_hides("Deleted: in no queue");
    seat_press("/where deleted");
    seat_shows("1 ticket in All   deleted");
    seat_press("\r");
    seat_shows("Checkout is down");
    seat_hides("Invoice is wrong");
    seat_press("u");
    seat_hides("Checkout is down"); /* back in the desk, and no longer what is looked for */
    seat_press("\033");
    seat_shows("Checkout is down");
}

static void only_what_is_deleted_can_be_purged_and_nothing_of_it_stays_on_the_screen(void **state)
{
    (void)state;
    seat_three();
    seat_press(":1\r");
    seat_shows("Some text");
    seat_press(":purge\r");
    seat_shows("type purge: #1 and all that was written in it is gone for good, no undo:");
    seat_press("purge\r");
    seat_shows("#1: only what is deleted or spam is purged: delete it first");
    seat_press(":delete delete\r");
    seat_shows("Deleted: in no queue and no count.");
    seat_press(":purge purge\r");
    seat_hides("Some text");
    assert_int_equal(client_get(seat.desk, "/v1/tickets/1").status, 404);
    assert_non_null(strstr(client_get(seat.desk, "/v1/entries?ticket=1").body, "\"do\":\"purge\"")); /* who did it, and when */
    seat_press("u");
    seat_shows("#1 purge cannot be undone: what is purged is gone");
    seat_press(":1\r");
    seat_shows("#1 was purged: nothing is left of it but its journal");
}

static void scores_begin_anew_by_the_word_alone(void **state)
{
    (void)state;
    seat_three();
    seat_press(":reset-xp all autumn\r");
    seat_shows("type reset-xp, and levels, XP and achievements begin anew");
    seat_press("yes\r");
    seat_shows("nothing was done: that was not the word reset-xp");
    seat_press(":reset-xp\r");
    seat_shows("scores begin anew for AGENT or all, because");
    seat_press("all autumn\r");
    seat_shows("type reset-xp, and levels, XP and achievements begin anew");
    seat_press("reset-xp\r");
    seat_shows("everybody: scores count from now on");
    seat_press("gb");
    seat_shows(", autumn"); /* my ledger says so: by whom and why */
    seat_press("u");
    seat_hides(", autumn");
}

static void what_goes_for_good_has_to_be_typed(void **state)
{
    (void)state;
    seat_three();
    seat_press(":1\r");
    seat_shows("Some text");
    seat_press(":erase\r");
    seat_shows("type erase: what was written in #1, and who wrote it, is gone for good:");
    seat_press("yes\r");
    seat_shows("nothing was done: that was not the word erase");
    assert_string_not_equal(seat_field(1, "title"), "(erased)");
    seat_press(":erase\r");
    seat_shows("type erase:");
    seat_press("erase\r");
    seat_hides("Some text");
    seat_shows("(erased");
    assert_string_equal(seat_field(1, "title"), "(erased)");
    seat_press("u");
    seat_shows("#1 erase cannot be undone: what is erased is gone");
}

/* --- help and what may follow --- */

static void help_is_of_this_screen_in_groups_and_searched_as_one_types(void **state)
{
    (void)state;
    seat_three();
    seat_press("?");
    seat_shows("Help: queue");
    seat_shows("  tickets");
    seat_press("/whoever is");
    seat_shows("page whoever is on call now");
    seat_press("\r");
    seat_press("q");
    seat_hides("Help: queue");
    seat_press("go?");
    seat_shows("Help: oncall");
    seat_press("/+a");
    seat_shows("+a         absence");
}

static void a_key_that_only_begins_shows_what_may_follow_and_is_possible(void **state)
{
    (void)state;
    seat_bring("shop", "A-1", "Checkout is down");
    seat_press("g");
    seat_shows("gu Unassigned 1");
    seat_shows("ge escalations");
    seat_shows("gp customer");
    seat_press("t");
    seat_hides("gu Unassigned 1");
    seat_shows("first response");
    seat_press("s"); /* no ticket here: no status */
    seat_shows("none of these is for this screen");
    seat_press("\x1b");
    seat_hides("none of these");
    seat_press("g");
    seat_shows("gu Unassigned 1");
    assert_int_equal(console_find(seat.console, "gp customer"), -1);
}

/* --- panes --- */

static void tab_goes_into_the_pane_which_scrolls_and_back(void **state)
{
    AUTO_ARENA arena = arena_new();
    int row, column, at, was;
    (void)state;
    seat_three();
    seat_press("gg:1\r");
    seat_shows("resolution clock started");
    seat_press("q");
    for (int i = 0; i < 40; i++)
        client_post(seat.desk, "/v1/do", arena_printf(arena, "{\"do\":\"note\",\"tickets\":[1],\"text\":\"note number %d.\"}", i));
    seat_press("gg");
    console_wait(&seat.console, 1, "\u258c", "Checkout is down", true, clock_mono(), SEAT_SOON);
    console_cursor(seat.console, &was, &column);
    seat_press("\t"); /* there is none at 120 columns: it opens, and keys are in it */
    seat_shows("Tab the list");
    seat_shows("note number 39.");
    console_cursor(seat.console, &at, &column);
    assert_true(column > 50);
    seat_press("\x1b[5~\x1b[5~\x1b[5~"); /* PgUp */
    seat_hides("note number 39.");
    seat_press("G");
    seat_shows("note number 39.");
    seat_press("\t");
    seat_hides("Tab the list");
    seat_shows("note number 39."); /* still there */
    console_cursor(seat.console, &row, &column);
    assert_int_equal(row, was); /* and the list stands where it stood */
    seat_press("j\t");
    seat_shows("Tab the list");
    seat_press("q"); /* a pane that was opened by hand closes */
    seat_hides("Tab the list");
    seat_hides("note number 39.");
}

#define T(name) cmocka_unit_test_setup_teardown(name, seat_empty, seat_left)
/* A slip in a long line costs no typing: neither what the console cannot read nor what the daemon refuses. */
static void what_cannot_be_done_is_asked_again_as_it_was_typed(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("go");
    seat_shows("On call");
    seat_press("+a\x15leave\r");
    seat_shows("\"leave\": expected NAME=VALUE");
    seat_shows("absence:  leave");
    seat_press("\x15" "agent=nobody from=now to=+2h kind=leave note=dentist\r");
    seat_shows("no agent \"nobody\"");
    seat_shows("agent=nobody from=now to=+2h kind=leave note=dentist");
    seat_press("\x15" "agent=tom from=now to=+2h kind=leave note=dentist\r");
    seat_hides("absence: ");
    seat_shows("tom is away (leave)"); /* the answer itself: it would be said over what is next */
    seat_shows("dentist");
    seat_press("q6");
    seat_shows("Checkout is down");
    seat_press("K"); /* nothing pages here: that is said, nothing is asked of the daemon */
    seat_shows("#1 pages nobody; ge shows who is paged for what.");
}

static void where_a_source_shows_a_ticket_is_copied_or_said_to_be_unknown(void **state)
{
    (void)state;
    seat_three();
    seat_press(":3\r");
    seat_shows("Cannot sign in");
    seat_press("o");
    seat_shows("copied: https://post.example/t/A-3");
    seat_press("Y");
    seat_shows("copied: #3 Cannot sign in (https://post.example/t/A-3)");
    seat_press(":1\r");
    seat_shows("Checkout is down");
    seat_press("o");
    seat_shows("Its source shop gives no address: link: of that source in triage.yaml");
    seat_press("Y");
    seat_shows("copied: #1 Checkout is down (rbs:");
}

static void a_slip_is_told_with_what_to_press_instead(void **state)
{
    static const struct { const char *typed, *said; } slips[] = {
        {"B", "B is no key here; ? lists those there are"},
        {"gx", "gx is no key here"},
        {":frobnicate\r", "no command \"frobnicate\"; help lists those there are"},
        {":99999\r", "no ticket #99999"},
        {"v", "a range begins at #1: move, v marks up to there"}};
    (void)state;
    seat_three();
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        seat_press(slips[i].typed);
        seat_shows(slips[i].said);
        seat_shows("Checkout is down"); /* and one is where one was */
    }
    seat_press("/urgncy:low\r");
    seat_shows("did you mean \"urgency\"? Put quotes around it");
    seat_press("\x1b");
    seat_hides("did you mean"); /* it was said of what is being written, and goes with it */
    seat_press("gm/xyz\r");
    seat_shows("No ticket in \"Mine\" matches");
    seat_shows("ga and / look");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_palette_offers_what_may_follow_once_the_command_stands),
        T(another_view_begins_at_its_top),
        T(tickets_customers_and_agents_are_found_by_name),
        T(a_ticket_in_no_row_of_the_list_is_found_by_words_and_by_number),
        T(lines_are_remembered_but_no_secret_in_them_and_in_the_next_console_too),
        T(a_line_that_is_typed_at_once_is_remembered_too),
        T(esc_and_a_key_right_behind_it_are_two_keys),
        T(before_many_are_changed_it_is_shown_and_u_takes_all_of_it_back),
        T(what_is_refused_is_named_before_and_stays_marked),
        T(what_is_so_already_is_no_refusal_and_its_mark_goes),
        T(what_a_colleague_changed_since_stays_and_is_named),
        T(what_stays_says_why_and_the_same_key_goes_past_it),
        T(what_was_made_by_mistake_is_deleted_by_its_word_and_comes_back_with_one_key),
        T(what_is_deleted_is_found_by_its_condition),
        T(scores_begin_anew_by_the_word_alone),
        T(only_what_is_deleted_can_be_purged_and_nothing_of_it_stays_on_the_screen),
        T(what_goes_for_good_has_to_be_typed),
        T(help_is_of_this_screen_in_groups_and_searched_as_one_types),
        T(a_key_that_only_begins_shows_what_may_follow_and_is_possible),
        T(tab_goes_into_the_pane_which_scrolls_and_back),
        T(a_long_description_is_cut_and_names_and_keys_are_whole),
        T(what_cannot_be_done_is_asked_again_as_it_was_typed),
        T(where_a_source_shows_a_ticket_is_copied_or_said_to_be_unknown),
        T(a_slip_is_told_with_what_to_press_instead),
    };
    return cmocka_run_group_tests_name("hands", tests, NULL, NULL);
}
