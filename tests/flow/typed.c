/* typed: nothing that was typed is lost, nor any other text for it: while the daemon stands still, while it is gone, on the way out, and where two
 * consoles of one agent write at once. */
#include "base/clock.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static int start(void **state)
{
    seat_empty(state);
    seat_bring("post", "1", "The first ticket");
    return 0;
}

static void stand_still(void)
{
    daemon_freeze(seat.run);
}

static void two_pastes_before_the_kept_draft_came_are_both_in_the_text(void **state)
{
    (void)state;
    stand_still();
    seat_press("r");
    seat_shows("Reply to");
    seat_press("\033[200~FIRST-PASTE-AAAA \033[201~");
    seat_shows("what you type waits");
    seat_press("\033[200~second-paste-bbbbbbbbbbb \033[201~");
    seat_press("and typed");
    console_ended(seat.console, 200); /* all of it was read, ahead of the answer */
    kill(seat.run->pid, SIGCONT);
    seat_shows("FIRST-PASTE-AAAA second-paste-bbbbbbbbbbb and typed");
}

/* They wait twice: for the send, and for the kept draft of the text behind it. */
static void two_pastes_behind_a_send_are_both_in_the_next_text(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("Dear Uma, all is well\033");
    seat_shows("y send");
    stand_still();
    seat_press("y");
    seat_shows("sending");
    seat_press("r");
    seat_press("\033[200~FIRST-PASTE-AAAA \033[201~");
    seat_press("\033[200~second-paste-bbbbbbbbbbb \033[201~");
    console_ended(seat.console, 200);
    kill(seat.run->pid, SIGCONT);
    seat_shows("FIRST-PASTE-AAAA second-paste-bbbbbbbbbbb");
}

/* --- the daemon is gone --- */

static void kept_before(const char *text)
{
    char body[200];
    snprintf(body, sizeof body, "{\"value\":{\"text\":\"%s\",\"version\":1}}", text);
    assert_int_equal(client_ask(seat.desk, "PUT", "/v1/keep/draft:1:reply", "Content-Type: application/json\r\n", body, strlen(body)).status, 200);
}

/* Waits until the daemon has this text as the draft. */
static void becomes_kept(const char *text)
{
    char all[300];
    const char *body = "";
    snprintf(all, sizeof all, "\"text\":\"%s\"", text);
    client_close(seat.desk);
    seat.desk = client_open(seat.run->desk);
    for (int64_t until = clock_mono() + SEAT_SOON; clock_mono() < until; usleep(20000))
        if (strstr(body = client_get(seat.desk, "/v1/keep/draft:1:reply").body, all))
            return;
    fail_msg("the draft never was %s but is %s", text, body);
}

static void kill_the_daemon(void)
{
    daemon_kill(seat.run);
    seat_shows("stopped answering");
}

static void an_old_draft_and_what_was_typed_before_it_came_both_stand(void **state)
{
    (void)state;
    kept_before("AAAA an earlier long draft");
    kill_the_daemon();
    seat_press("r");
    seat_shows("Whether a draft is kept here nobody answers");
    seat_press("new words");
    seat_shows("new words");
    daemon_restart(seat.run);
    seat_shows("Your earlier draft came");
    seat_shows("AAAA an earlier long draft");
    seat_press(" and more");
    seat_shows("new words and more");
    becomes_kept("AAAA an earlier long draft\\n\\nnew words and more");
}

static void a_draft_postponed_while_the_daemon_is_gone_is_said_to_be_kept_once_it_is(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("Saved words");
    seat_shows("draft saved");
    kill_the_daemon();
    seat_press(", and a paragraph");
    seat_shows("Saved words, and a paragraph");
    seat_press("\033");
    seat_shows("p postpone");
    seat_press("p");
    seat_shows("The draft on #1 is not kept yet: no answer.");
    assert_int_equal(console_find(seat.console, "The draft is kept"), -1);
    seat_press("r"); /* it is here still, whatever the daemon knows */
    seat_shows("Saved words, and a paragraph");
    seat_press(" more\033");
    seat_shows("p postpone");
    seat_press("p");
    seat_hides("p postpone");
    daemon_restart(seat.run);
    seat_shows("The draft is kept; r goes on with it.");
    becomes_kept("Saved words, and a paragraph more");
}

static void two_texts_are_kept_where_the_first_was_not_known_when_the_second_was_postponed(void **state)
{
    (void)state;
    kept_before("AAAA an earlier long draft");
    kill_the_daemon();
    seat_press("r");
    seat_shows("Whether a draft is kept here nobody answers");
    seat_press("new words\033");
    seat_shows("p postpone");
    seat_press("p");
    seat_shows("is not kept yet");
    daemon_restart(seat.run);
    seat_shows("#1 had an earlier draft: both texts are kept, the earlier one first.");
    becomes_kept("AAAA an earlier long draft\\n\\nnew words");
}

static void discarding_what_was_typed_leaves_the_draft_that_was_not_seen(void **state)
{
    (void)state;
    kept_before("AAAA an earlier long draft");
    kill_the_daemon();
    seat_press("r");
    seat_shows("Whether a draft is kept here nobody answers");
    seat_press("new words\033");
    seat_shows("q discard");
    seat_press("qy");
    seat_hides("discard");
    daemon_restart(seat.run);
    seat_shows("\342\227\217 live");
    becomes_kept("AAAA an earlier long draft");
    seat_press("r");
    seat_shows("Your draft is back.");
    seat_shows("AAAA an earlier long draft");
}

static void what_is_discarded_while_the_desk_is_gone_is_not_said_to_be_kept(void **state)
{
    (void)state;
    kept_before("AAAA an earlier long draft");
    seat_press("r");
    seat_shows("AAAA an earlier long draft");
    kill_the_daemon();
    seat_press("\033");
    seat_shows("q discard");
    seat_press("qy");
    seat_shows("The draft on #1 is not thrown away yet: no answer.");
    daemon_restart(seat.run);
    seat_shows("\342\227\217 live");
    client_close(seat.desk);
    seat.desk = client_open(seat.run->desk);
    for (int64_t until = clock_mono() + SEAT_SOON; !strstr(client_get(seat.desk, "/v1/keep/draft:1:reply").body, "\"value\":null"); usleep(20000))
        assert_true(clock_mono() < until);
}

static void a_text_given_on_the_command_line_stands_below_the_draft_there_is(void **state)
{
    (void)state;
    kept_before("AAAA an earlier long draft");
    seat_press(":reply said at once\r");
    seat_shows("AAAA an earlier long draft");
    seat_shows("said at once");
    becomes_kept("AAAA an earlier long draft\\n\\nsaid at once");
    seat_press("\033");
    seat_shows("p postpone");
    kill_the_daemon();
    seat_press("p");
    seat_shows("is not kept yet");
    seat_press(":reply and again\r");
    seat_shows("and again");
    seat_shows("AAAA an earlier long draft");
    daemon_restart(seat.run);
    becomes_kept("AAAA an earlier long draft\\n\\nsaid at once\\n\\nand again");
}

/* --- on the way out --- */

/* What it said last, when the terminal was its own no more, and the file that this names. */
static void is_left_in_a_file(const char *text)
{
    char path[400] = "", is[1000] = "";
    struct stat st;
    size_t n;
    assert_true(console_ended(seat.console, SEAT_SOON));
    const char *raw = console_bytes(seat.console, 100, &n), *said = memmem(raw, n, "no daemon took the reply on #1: it is in ", 41);
    assert_non_null(said);
    assert_int_equal(sscanf(said + 41, "%399[^\r\n]", path), 1);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    is[fread(is, 1, sizeof is - 1, file)] = 0;
    fclose(file);
    char *below = strstr(is, "\n\n# ---");
    assert_non_null(below);
    *below = 0;
    assert_string_equal(is, text);
    unlink(path);
    *strrchr(path, '/') = 0;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    unlink(strcat(path, "/draft.json"));
    *strrchr(path, '/') = 0;
    rmdir(path);
}

static void a_text_that_no_daemon_took_is_left_in_a_file(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("Saved words");
    seat_shows("draft saved");
    kill_the_daemon();
    seat_press(", and a paragraph");
    seat_shows("Saved words, and a paragraph");
    kill(console_pid(seat.console), SIGTERM);
    is_left_in_a_file("Saved words, and a paragraph");
}

static void so_is_one_that_was_postponed_or_waited_for_an_answer(void **state)
{
    (void)state;
    kill_the_daemon();
    seat_press("r");
    seat_shows("Whether a draft is kept here nobody answers");
    seat_press("new words\033");
    seat_shows("p postpone");
    seat_press("p");
    seat_shows("is not kept yet");
    seat_press("Q");
    is_left_in_a_file("new words");
}

static void what_waits_for_the_kept_draft_is_left_there_too(void **state)
{
    (void)state;
    stand_still();
    seat_press("r");
    seat_shows("Reply to");
    seat_press("\033[200~a paste, \033[201~");
    seat_press("and typed");
    console_ended(seat.console, 200); /* all of it was read */
    kill(console_pid(seat.console), SIGTERM);
    is_left_in_a_file("a paste, and typed");
    kill(seat.run->pid, SIGCONT);
}

/* --- two consoles of one agent --- */

static struct console_run *second;

static int stop_both(void **state)
{
    console_close(second);
    second = NULL;
    return seat_left(state);
}

/* Both have the text open, which says "One"; the first wrote on, and that is kept; the second then wrote something else. */
static void both_write(void)
{
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One");
    seat_shows("draft saved");
    second = console_open("other", seat.run, "all");
    console_shows(second, "The first ticket", NULL);
    console_type(second, "r");
    console_shows(second, "Your draft is back", NULL);
    seat_press(" by the first");
    seat_shows("One by the first");
    becomes_kept("One by the first");
    console_type(second, " by the second");
    console_shows(second, "Another console of yours wrote on this text too", NULL);
    console_shows(second, "One by the second", NULL);
    becomes_kept("One by the first");
    console_type(second, "\033");
    console_shows(second, "whose text stays?", "both, mine below");
    console_shows(second, "One by the first", NULL);
}

static void what_another_console_wrote_is_not_written_over_and_both_may_stand(void **state)
{
    (void)state;
    both_write();
    console_type(second, "b");
    console_hides(second, "both, mine below");
    becomes_kept("One by the first\\n\\nOne by the second");
    seat_press(" once more"); /* the first is the one that did not read it now */
    seat_shows("Another console of yours wrote on this text too");
    seat_press("\033");
    seat_shows("both, mine below");
    seat_press("t");
    becomes_kept("One by the first\\n\\nOne by the second");
    seat_shows("One by the second");
    seat_press("\037"); /* C-_ */
    becomes_kept("One by the first once more");
}

static void mine_stays_and_theirs_is_one_key_away(void **state)
{
    (void)state;
    both_write();
    console_type(second, "m");
    becomes_kept("One by the second");
    console_type(second, "\022"); /* C-r */
    becomes_kept("One by the first");
}

static void what_is_sent_leaves_the_text_of_another_console(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One");
    seat_shows("draft saved");
    second = console_open("other", seat.run, "all");
    console_shows(second, "The first ticket", NULL);
    console_type(second, "r");
    console_shows(second, "Your draft is back", NULL);
    console_type(second, " and a long paragraph\033");
    console_shows(second, "p postpone", NULL);
    console_type(second, "p");
    console_shows(second, "The draft is kept", NULL);
    seat_press("\033");
    seat_shows("y send");
    seat_press("y");
    seat_hides("Reply to");
    becomes_kept("One and a long paragraph");
}

static void where_two_texts_have_no_room_neither_takes_the_others_place(void **state)
{
    (void)state;
    enum { MUCH = (100 << 10) - 5 };
    char *body = malloc(MUCH + 100);
    assert_non_null(body);
    size_t n = (size_t)sprintf(body, "{\"value\":{\"text\":\"");
    memset(body + n, 'x', MUCH);
    n += MUCH + (size_t)sprintf(body + n + MUCH, "\"}}");
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One");
    seat_shows("draft saved");
    assert_int_equal(client_ask(seat.desk, "PUT", "/v1/keep/draft:1:reply", "Content-Type: application/json\r\n", body, n).status, 200);
    seat_press(" more");
    seat_shows("Another console of yours wrote on this text too");
    seat_press("\033");
    seat_shows("both, mine below");
    seat_press("b");
    seat_shows("There is no room for both");
    kill(console_pid(seat.console), SIGTERM);
    is_left_in_a_file("One more");
    assert_int_equal(strncmp(client_get(seat.desk, "/v1/keep/draft:1:reply").body, body, n - 2), 0);
    free(body);
}

static void a_second_console_does_not_open_the_text_of_one_that_is_there(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One");
    seat_shows("draft saved");
    for (int64_t until = clock_mono() + SEAT_SOON; !strstr(client_get(seat.desk, "/v1/keep/session").body, "\"writing\":1") && clock_mono() < until; usleep(20000))
        ;
    second = console_open("other", seat.run, NULL);
    console_shows(second, "Another console of yours is at #1: this one begins at the list.", NULL);
    console_shows(second, "The first ticket", NULL);
    assert_int_equal(console_find(second, "Reply to"), -1);
    console_drop(seat.console); /* its line broke: then it is taken up after all */
    console_shows(second, "Reply to", NULL);
    console_shows(second, "Your draft is back", NULL);
    console_close(second);
    seat.console = second = NULL;
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, seat_left)
#define T2(name) cmocka_unit_test_setup_teardown(name, start, stop_both)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(two_pastes_before_the_kept_draft_came_are_both_in_the_text),
        T(two_pastes_behind_a_send_are_both_in_the_next_text),
        T(an_old_draft_and_what_was_typed_before_it_came_both_stand),
        T(a_draft_postponed_while_the_daemon_is_gone_is_said_to_be_kept_once_it_is),
        T(two_texts_are_kept_where_the_first_was_not_known_when_the_second_was_postponed),
        T(discarding_what_was_typed_leaves_the_draft_that_was_not_seen),
        T(what_is_discarded_while_the_desk_is_gone_is_not_said_to_be_kept),
        T(a_text_given_on_the_command_line_stands_below_the_draft_there_is),
        T(a_text_that_no_daemon_took_is_left_in_a_file),
        T(so_is_one_that_was_postponed_or_waited_for_an_answer),
        T(what_waits_for_the_kept_draft_is_left_there_too),
        T2(what_another_console_wrote_is_not_written_over_and_both_may_stand),
        T2(mine_stays_and_theirs_is_one_key_away),
        T2(what_is_sent_leaves_the_text_of_another_console),
        T(where_two_texts_have_no_room_neither_takes_the_others_place),
        T2(a_second_console_does_not_open_the_text_of_one_that_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
