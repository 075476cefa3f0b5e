/* away: the desk is gone, or hangs, while something of ours is on its way to it. Nobody has to sit and wait for that: the composer is left, the
 * text stays safe, what was begun goes on in its order, and what became of each is said in the end. */
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
    (void)state;
    seat_take("all", NULL);
    seat_post("post", "A-1", "Checkout is down");
    seat_shows("Checkout is down");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    seat_leave();
    return 0;
}

static void another(const char *id, const char *subject)
{
    seat_post("post", id, subject);
    seat_shows(subject);
}

static void write_reply(const char *text)
{
    seat_press("r");
    seat_shows("Reply to");
    seat_press(text);
    seat_shows("saved 00:00"); /* the draft is on no way of its own */
    seat_press("\x1b");
    seat_shows("y send");
}

/* The request lies in the daemon's socket. */
static void send_into_silence(const char *key)
{
    settle_console(seat.console, seat.run);
    kill(seat.run->pid, SIGSTOP);
    seat_press(key);
    seat_shows("sending");
    seat_shows("Esc leave it");
}

static int messages(int64_t ticket)
{
    char path[60];
    snprintf(path, sizeof path, "/v1/tickets/%lld/lines", (long long)ticket);
    seat_field(ticket, "status"); /* on a new line to the desk */
    int n = 0;
    for (const char *at = client_get(seat.desk, path).body; (at = strstr(at, "\"kind\":\"message\"")) != NULL; at++)
        n++;
    return n;
}

static const char *kept(const char *key)
{
    char path[60];
    snprintf(path, sizeof path, "/v1/keep/%s", key);
    seat_field(1, "status");
    return client_get(seat.desk, path).body;
}

static void becomes_kept(const char *key, const char *text)
{
    for (int64_t until = clock_mono() + SEAT_SOON; !strstr(kept(key), text);)
        assert_true(clock_mono() < until);
}

static void a_reply_that_nobody_answers_is_left_and_goes_once(void **state)
{
    (void)state;
    write_reply("We are on it.");
    send_into_silence("y");
    seat_press("\x1b");
    seat_shows("reply to #1: no answer yet. It is asked on by itself and goes once; r shows it.");
    seat_hides("Reply to");
    seat_shows("\342\227\214"); /* the row says so too */
    daemon_kill(seat.run);
    seat_shows("No answer yet: reply to #1");
    daemon_restart(seat.run);
    seat_shows("reply to #1: the desk has it, once.");
    seat_shows("reply leaves in");
    seat_hides("\342\227\214");
    assert_int_equal(messages(1), 2); /* the customer's, and this */
    becomes_kept("draft:1:reply", "\"value\":null");
}

static void a_desk_that_only_hangs_is_no_reason_to_wait_either(void **state)
{
    (void)state;
    write_reply("We are on it.");
    send_into_silence("Y");
    seat_press("jk"); /* meant for what comes behind it */
    seat_press("\x1b");
    seat_shows("What you typed behind it is not taken.");
    seat_shows("No answer yet: reply to #1");
    kill(seat.run->pid, SIGCONT);
    seat_shows("#1 closed"); /* as was asked for with it */
    assert_int_equal(messages(1), 2);
    assert_string_equal(seat_field(1, "status"), "resolved");
    seat_press(":unanswered\r");
    seat_shows("reply to #1: the desk has it, once");
}

static void what_was_left_is_shown_again_as_it_is_and_cannot_be_sent_twice(void **state)
{
    (void)state;
    write_reply("We are on it.");
    send_into_silence("y");
    seat_press("\x1b");
    seat_hides("Reply to");
    seat_press("r");
    seat_shows("We are on it.");
    seat_shows("Esc leave it");
    seat_press("y more"); /* waits, as behind any text that is being sent */
    seat_press("\x1b");
    seat_hides("Reply to");
    seat_press("r");
    seat_shows("We are on it.");
    daemon_kill(seat.run);
    daemon_restart(seat.run);
    seat_hides("Reply to"); /* it was sent under one's eyes */
    assert_int_equal(messages(1), 2);
}

/* The source of the tickets goes without its way back. */
static void take_replies_no_more(void)
{
    char path[128], text[4096];
    snprintf(path, sizeof path, "%s/triage.yaml", seat.run->dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    char *way = strstr(text, ", reply_via: webhook");
    assert_non_null(way);
    memmove(way, strchr(way, '}'), strlen(strchr(way, '}')) + 1);
    daemon_config(seat.run, text);
}

static void what_was_left_and_then_refused_is_a_draft_and_says_so(void **state)
{
    (void)state;
    write_reply("We are on it.");
    send_into_silence("y");
    seat_press("\x1b");
    seat_hides("Reply to");
    daemon_kill(seat.run);
    take_replies_no_more();
    daemon_restart(seat.run);
    seat_shows("reply to #1: not sent:");
    seat_shows("The text is your draft: r goes on with it.");
    becomes_kept("draft:1:reply", "We are on it.");
    assert_int_equal(messages(1), 1);
}

static void another_text_is_written_meanwhile_and_goes_behind_it(void **state)
{
    (void)state;
    another("A-2", "Invoice is wrong");
    seat_press("gg");
    write_reply("First");
    send_into_silence("y");
    seat_press("\x1b");
    seat_hides("Reply to");
    seat_press("jr");
    seat_shows("Reply to");
    seat_press("Second\x1b");
    seat_shows("y send");
    seat_press("y");
    seat_shows("sending");
    seat_shows("Esc leave it");
    seat_press("\x1b");
    seat_hides("Reply to");
    seat_shows("No answer yet: reply to #");
    seat_shows("and 1 more");
    daemon_kill(seat.run);
    daemon_restart(seat.run);
    console_shows(seat.console, "reply leaves in", ", #"); /* both of them */
    seat_hides("No answer yet");
    assert_int_equal(messages(1), 2);
    assert_int_equal(messages(2), 2);
}

static void all_that_was_not_done_is_named_in_one_line_and_can_be_read(void **state)
{
    (void)state;
    another("A-2", "Invoice is wrong");
    another("A-3", "Where is my parcel");
    daemon_kill(seat.run);
    seat_shows("stopped answering");
    seat_press("gg");
    seat_press("x");
    seat_shows("not done, press it again once the desk is back");
    seat_press("jc");
    seat_shows("2 not done: close #");
    seat_press("jx");
    const char *row = seat_row("3 not done: ");
    assert_non_null(strstr(row, "claim #"));
    assert_non_null(strstr(row, "; :unanswered lists them"));
    seat_press(":unanswered\r");
    seat_shows("What the desk did not answer");
    seat_shows("claim #");
    seat_shows("not done: ");
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_reply_that_nobody_answers_is_left_and_goes_once),
        T(a_desk_that_only_hangs_is_no_reason_to_wait_either),
        T(what_was_left_is_shown_again_as_it_is_and_cannot_be_sent_twice),
        T(what_was_left_and_then_refused_is_a_draft_and_says_so),
        T(another_text_is_written_meanwhile_and_goes_behind_it),
        T(all_that_was_not_done_is_named_in_one_line_and_can_be_read),
    };
    return cmocka_run_group_tests_name("away", tests, NULL, NULL);
}
