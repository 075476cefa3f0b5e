/* shift: an agent's hour at the console, where what is about to happen must be seen before it does: what stands in the place of what
 * one types, how long something can be taken back, for how long a ticket is gone. */
#include "base/clock.h"
#include "harness/seat.h"
#include "harness/settle.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int start(void **state)
{
    seat_empty(state);
    seat_bring("post", "A-1", "Checkout is down");
    return 0;
}

/* Once what was done came back: until then nothing is taken for all its tags. */
static void asks(const char *tags)
{
    for (int64_t until = clock_mono() + SEAT_SOON;;) {
        seat_press("t");
        if (strstr(seat_row("tags of #1:"), tags))
            return;
        assert_true(clock_mono() < until);
        seat_press("\x1b");
        seat_hides("tags of #1:");
    }
}

static bool has(int64_t ticket, const char *tags)
{
    char path[40];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)ticket);
    struct answer a = client_get(seat.desk, path);
    return strstr(a.body, tags) != NULL;
}

static void tags_are_asked_with_those_there_are_and_a_sign_changes_them_alone(void **state)
{
    (void)state;
    seat_press("t");
    seat_shows("tags of #1:");
    seat_press("vip, eu\r");
    seat_shows("#1 tags set");
    asks("vip, eu"); /* from the list: nothing of the ticket was read but its row */
    seat_press(", big\r");
    seat_hides("tags of #1");
    seat_press(":tags +urgent -eu\r");
    asks("vip, big, urgent");
}

static void tags_that_begin_with_a_sign_or_have_blanks_are_what_they_were_after_they_were_asked_for(void **state)
{
    (void)state;
    assert_int_equal(client_post(seat.desk, "/v1/do", "{\"do\":\"tags\",\"tickets\":[1],\"tags\":[\"+1\",\"so so\"]}").status, 200);
    assert_true(has(1, "[\"+1\",\"so so\"]"));
    asks("\"+1\", \"so so\"");
    seat_press(", more\r");
    asks("\"+1\", \"so so\", more");
    assert_true(has(1, "[\"+1\",\"so so\",\"more\"]"));
    assert_int_equal(client_post(seat.desk, "/v1/do", "{\"do\":\"tags\",\"tickets\":[1],\"tags\":{\"take\":[\"+1\"]}}").status, 200);
    assert_true(has(1, "[\"so so\",\"more\"]"));
}

static void many_get_a_tag_and_keep_their_own(void **state)
{
    (void)state;
    seat_bring("post", "A-2", "Invoice is wrong");
    seat_press("gg:tags vip\r");
    seat_shows("tags set");
    seat_press("V");
    seat_shows("2 marked");
    seat_press("t");
    seat_shows("tags of 2 tickets:");
    assert_null(strstr(seat_row("tags of 2 tickets:"), "vip"));
    assert_non_null(strstr(seat_row("tags of 2 tickets:"), "+"));
    seat_shows("+word adds it to each");
    seat_press("+late\r"); /* as its help spells it, though the sign stands there already */
    seat_shows("tags +late: 2 of 2 tickets change");
    seat_shows("vip → vip, late");
    seat_press("y");
    seat_shows("2 tickets (u takes all of it back)");
    assert_true(has(1, "[\"vip\",\"late\"]") != has(2, "[\"vip\",\"late\"]")); /* whichever stood first */
    assert_true(has(1, "[\"late\"]") != has(2, "[\"late\"]"));
}

static void a_word_that_is_chosen_says_which_it_is_now(void **state)
{
    (void)state;
    seat_press("p");
    seat_shows("priority #1:");
    seat_press("low\r");
    seat_shows("#1 priority low");
    seat_hides("◌");
    seat_press("p");
    assert_non_null(strstr(seat_row("it is now"), "low"));
    seat_press("\x1b");
    seat_hides("it is now");
    seat_press("so");
    seat_shows("#1 is now open");
    seat_hides("◌");
    seat_press(":status\r");
    assert_non_null(strstr(seat_row("(it is now)"), "open"));
}

static void a_held_reply_counts_down_as_long_as_it_can_be_taken_back(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("We are on it\x1b");
    seat_shows("review:");
    seat_press("y");
    seat_shows("reply leaves in");
    int first = atoi(strstr(seat_row("reply leaves in"), "leaves in") + strlen("leaves in "));
    assert_in_range(first, 1, 15);
    for (int now = first; now >= first;) /* seat_row fails once nobody counts any more */
        now = atoi(strstr(seat_row("reply leaves in"), "leaves in") + strlen("leaves in "));
    seat_press("u");
    seat_shows("Undone: reply of #1, your draft again: r goes on with it");
}

/* What the same key did behind the reply takes no second off what is said of it, and is taken back first. */
static void a_reply_that_closed_or_went_on_counts_down_and_says_how_it_is_taken_back(void **state)
{
    (void)state;
    seat_bring("post", "A-2", "Invoice is wrong");
    seat_press("r");
    seat_shows("Reply to");
    seat_press("We are on it\x1b");
    seat_shows("review:");
    seat_press("Y");
    seat_shows("#1 closed");
    assert_non_null(strstr(seat_row("reply leaves in"), "(u twice takes it back)"));
    seat_press("u");
    seat_shows("Undone: close of #1. u again: reply of #1");
    assert_non_null(strstr(seat_row("reply leaves in"), "(u takes it back)"));
    seat_press("?"); /* where a key is a letter, or leaves what is read, no key is named */
    seat_shows("Help: ");
    seat_hides("(u takes it back)");
    seat_press("q");
    seat_shows("(u takes it back)");
    seat_press("u");
    seat_shows("Undone: reply of #1");
    seat_hides("reply leaves in");
}

static void what_is_snoozed_says_for_how_long(void **state)
{
    (void)state;
    seat_press("z4");
    seat_shows("#1 snoozed for 4h, or until the customer writes");
    seat_press("zr");
    seat_shows("#1 snoozed until the customer writes");
}

static void a_filter_says_how_it_is_written_before_one_types(void **state)
{
    (void)state;
    seat_press("/");
    seat_shows("words, !word, owner:ana, urgency:high");
    seat_press("urgency:h");
    seat_shows("did you mean \"high\"?");
    seat_press("\x15owner:ana");
    seat_shows("assignee.contains(\"ana\")");
}

static void a_command_that_says_nothing_alone_goes_on_with_what_may_follow(void **state)
{
    (void)state;
    seat_press(":go\r");
    seat_shows("\u258c go all");
    seat_press("esca\r");
    seat_shows("Nobody is being paged");
    seat_press("q:view\r");
    seat_shows("view mine");
    seat_press("mine\r");
    seat_shows("Nothing is yours");
    seat_press(":simul");
    seat_shows("\u258c why");
}

static void a_merge_names_the_open_tickets_of_the_same_customer(void **state)
{
    (void)state;
    seat_press("M"); /* Uma wrote once so far */
    seat_shows("the number of the one that stays");
    seat_press("\x1b");
    seat_hides("the number of the one that stays");
    seat_bring("post", "A-2", "Invoice is wrong");
    seat_press("ggM");
    bool first = strstr(seat_row("merge #"), "#1") != NULL;
    assert_non_null(strstr(seat_row("theirs too: #"), first ? "#2 Invoice is wrong" : "#1 Checkout is down"));
    seat_press("99\r");
    seat_shows("#99");
}

static void what_was_pressed_while_the_desk_is_gone_is_said_not_to_be_done(void **state)
{
    (void)state;
    daemon_stop(seat.run);
    seat_shows("stopped answering");
    seat_press("x");
    seat_shows("close #1: not done, press it again once the desk is back");
    daemon_restart(seat.run);
    seat_shows("\342\227\217 live");
    seat_press("x");
    seat_shows("\342\234\224 resolved"); /* that points come of it may be said before that it is closed */
}

/* It stands still, so that the request lies in its socket; then it dies with it. */
static void die_before_it_answers(const char *keys)
{
    settle_console(seat.console, seat.run); /* what is written goes in turn, and nothing else is to be before it */
    daemon_freeze(seat.run);
    seat_press(keys);
    seat_shows("No answer yet"); /* it went out a while ago */
    daemon_kill(seat.run);
}

static void what_went_out_and_was_not_answered_is_asked_again_and_done_once(void **state)
{
    (void)state;
    die_before_it_answers("x");
    seat_shows("close #1: no answer; it is asked again once the desk is back");
    daemon_restart(seat.run);
    seat_shows("\342\234\224 resolved");
    seat_hides("\342\227\214");
    assert_string_equal(seat_field(1, "status"), "resolved");
    struct answer a = client_get(seat.desk, "/v1/tickets/1/lines");
    const char *first = strstr(a.body, "\"do\":\"close\"");
    assert_non_null(first);
    assert_null(strstr(first + 1, "\"do\":\"close\""));
}

static void whoever_leaves_before_the_answer_is_told_what_is_not_known(void **state)
{
    (void)state;
    die_before_it_answers("x");
    seat_shows("close #1: no answer");
    seat_press("Q");
    seat_shows("nobody answered whether it is done: close #1");
}

static void what_is_begun_behind_it_stays_behind_it(void **state)
{
    (void)state;
    seat_press("c");
    seat_shows("#1 claimed");
    seat_bring("post", "A-2", "Invoice is wrong");
    seat_press("G");
    console_shows(seat.console, "\342\226\214", "Invoice is wrong");
    die_before_it_answers("cu"); /* claims it, and takes that back */
    seat_shows("claim #2: no answer");
    daemon_restart(seat.run);
    seat_shows("Undone: claim of #2");
    assert_string_equal(seat_field(1, "assignee"), "ana");
    assert_string_equal(seat_field(2, "assignee"), "");
}

static int messages(int64_t ticket)
{
    char path[60];
    snprintf(path, sizeof path, "/v1/tickets/%lld/lines", (long long)ticket);
    int n = 0;
    for (const char *at = client_get(seat.desk, path).body; (at = strstr(at, "\"kind\":\"message\"")) != NULL; at++)
        n++;
    return n;
}

static void a_reply_of_which_nobody_says_whether_it_is_sent_waits_and_goes_once(void **state)
{
    (void)state;
    seat_press("rWe are on it.");
    seat_shows("saved 00:00"); /* the draft is on no way of its own */
    seat_press("\x1b");
    seat_shows("y send");
    daemon_freeze(seat.run);
    seat_press("y");
    seat_shows("sending");
    daemon_kill(seat.run);
    seat_shows("#1: no answer; it may be sent");
    daemon_restart(seat.run);
    seat_shows("u takes it back");
    seat_field(1, "status"); /* on a new line to the desk */
    assert_int_equal(messages(1), 2); /* the customer's, and this */
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, seat_left)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tags_are_asked_with_those_there_are_and_a_sign_changes_them_alone),
        T(tags_that_begin_with_a_sign_or_have_blanks_are_what_they_were_after_they_were_asked_for),
        T(many_get_a_tag_and_keep_their_own),
        T(a_word_that_is_chosen_says_which_it_is_now),
        T(a_held_reply_counts_down_as_long_as_it_can_be_taken_back),
        T(a_reply_that_closed_or_went_on_counts_down_and_says_how_it_is_taken_back),
        T(what_is_snoozed_says_for_how_long),
        T(a_command_that_says_nothing_alone_goes_on_with_what_may_follow),
        T(a_merge_names_the_open_tickets_of_the_same_customer),
        T(what_was_pressed_while_the_desk_is_gone_is_said_not_to_be_done),
        T(what_went_out_and_was_not_answered_is_asked_again_and_done_once),
        T(whoever_leaves_before_the_answer_is_told_what_is_not_known),
        T(what_is_begun_behind_it_stays_behind_it),
        T(a_reply_of_which_nobody_says_whether_it_is_sent_waits_and_goes_once),
        T(a_filter_says_how_it_is_written_before_one_types),
    };
    return cmocka_run_group_tests_name("shift", tests, NULL, NULL);
}
