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
#include <dirent.h>
#include <unistd.h>
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
    daemon_freeze(seat.run);
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

/* What became of what was waited for; to be read as long as one likes. */
static void came_to(const char *text)
{
    seat_hides("No answer yet");
    seat_press(":unanswered\r");
    seat_shows("What the desk did not answer");
    seat_shows(text);
    seat_press("q");
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
    came_to("reply to #1: the desk has it, once");
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
    came_to("The text is your draft");
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

/* --- what is left behind --- */

static void ends_and_says(const char *text)
{
    size_t n;
    assert_true(console_ended(seat.console, SEAT_SOON));
    const char *raw = console_bytes(seat.console, 100, &n);
    if (!memmem(raw, n, text, strlen(text)))
        fail_msg("it did not say \"%s\"", text);
}

static void begin_again(void)
{
    console_close(seat.console);
    seat.console = console_open("the", seat.run, NULL);
}

/* In a list, or with the text it was left with, which has no head. */
static void is_back(void)
{
    size_t n;
    for (int64_t until = clock_mono() + SEAT_SOON; console_find(seat.console, "live") < 0 && console_find(seat.console, "Reply to") < 0; console_bytes(seat.console, 20, &n))
        assert_true(clock_mono() < until);
}

/* How many directories of texts there are. */
static int spools(void)
{
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/triage", seat.run->dir);
    DIR *dir = opendir(path);
    for (const struct dirent *e; dir && (e = readdir(dir));)
        n += strncmp(e->d_name, "triage-", 7) == 0;
    if (dir)
        closedir(dir);
    return n;
}

static bool has_written(const char *text)
{
    char line[200];
    snprintf(line, sizeof line, "grep -qs '%s' %s/triage/*/reply-1.txt", text, seat.run->dir);
    return system(line) == 0;
}

static void becomes_written(const char *text)
{
    for (int64_t until = clock_mono() + SEAT_SOON; !has_written(text); usleep(20000))
        assert_true(clock_mono() < until);
}

static void no_file_is_left(void)
{
    for (int64_t until = clock_mono() + SEAT_SOON; spools(); usleep(20000))
        assert_true(clock_mono() < until);
}

/* A reply is written with the desk there, then gone, is sent, and left: at each moment the system may ask the console to end. */
enum moment { WRITTEN, GONE, WRITTEN_ON, REVIEWED, SENT, UNANSWERED, LEFT, REOPENED, MOMENTS };

static void go_to(enum moment moment)
{
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One two three");
    seat_shows("One two three");
    if (moment >= GONE) {
        seat_shows("saved 00:00");
        settle_console(seat.console, seat.run);
        daemon_freeze(seat.run);
    }
    if (moment == GONE)
        daemon_kill(seat.run);
    if (moment == WRITTEN_ON) {
        daemon_kill(seat.run);
        seat_press(" four");
        seat_shows("One two three four");
    }
    if (moment >= REVIEWED) {
        seat_press("\x1b");
        seat_shows("y send");
    }
    if (moment >= SENT) {
        seat_press("y");
        seat_shows("sending");
    }
    if (moment >= UNANSWERED) {
        seat_shows("Esc leave it"); /* it went out */
        daemon_kill(seat.run);
        seat_shows("#1: no answer; it may be sent");
    }
    if (moment >= LEFT) {
        seat_press("\x1b");
        seat_hides("Reply to");
    }
    if (moment >= REOPENED) {
        seat_press("r");
        seat_shows("One two three");
    }
}

static void whenever_the_system_ends_it_the_next_console_has_the_text(void **state)
{
    static const int signals[] = {SIGTERM, SIGHUP};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        for (enum moment moment = WRITTEN; moment < MOMENTS; moment++) {
            if (i || moment)
                start(NULL);
            go_to(moment);
            kill(console_pid(seat.console), signals[i]);
            assert_true(console_ended(seat.console, SEAT_SOON));
            if (moment && seat.run->pid)
                daemon_kill(seat.run);
            if (moment)
                daemon_restart(seat.run);
            begin_again();
            is_back();
            if (messages(1) == 1)
                becomes_kept("draft:1:reply", moment == WRITTEN_ON ? "One two three four" : "One two three");
            no_file_is_left();
            if (i + 1 < sizeof signals / sizeof *signals || moment + 1 < MOMENTS)
                stop(NULL);
        }
    print_message("# %d moments, %zu signals\n", MOMENTS, sizeof signals / sizeof *signals);
}

static void what_no_desk_took_is_told_and_found_by_the_next_console(void **state)
{
    (void)state;
    write_reply("We are on it.");
    send_into_silence("y");
    daemon_kill(seat.run);
    seat_shows("#1: no answer; it may be sent");
    seat_press("\x1b");
    seat_hides("Reply to");
    seat_press("Q");
    ends_and_says("no daemon took the reply on #1: it is in ");
    ends_and_says("nobody answered whether it is done: reply to #1");
    assert_int_equal(spools(), 1);
    daemon_restart(seat.run);
    begin_again();
    seat_shows("look before you send it (D lists it)");
    becomes_kept("draft:1:reply", "We are on it.");
    no_file_is_left();
}

static void not_even_one_that_is_killed_takes_the_text_with_it(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One two");
    seat_shows("saved 00:00");
    daemon_kill(seat.run);
    seat_shows("stopped answering");
    seat_press(" three");
    becomes_written("One two three");
    kill(console_pid(seat.console), SIGKILL);
    daemon_restart(seat.run);
    begin_again();
    seat_shows("The reply on #1 that no desk took is your draft again (D lists it).");
    becomes_kept("draft:1:reply", "One two three");
    no_file_is_left();
}

static void a_text_that_another_console_has_open_is_not_taken_up(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("One two");
    seat_shows("saved 00:00");
    daemon_kill(seat.run);
    seat_shows("stopped answering");
    seat_press(" three");
    becomes_written("One two three");
    kill(console_pid(seat.console), SIGSTOP);
    daemon_restart(seat.run);
    struct console_run *second = console_open("other", seat.run, "all");
    console_shows(second, "Checkout is down", NULL);
    console_shows(second, "live", NULL);
    assert_int_equal(spools(), 1);
    assert_null(strstr(kept("draft:1:reply"), "three"));
    console_close(second);
    kill(console_pid(seat.console), SIGCONT);
    becomes_kept("draft:1:reply", "One two three");
    no_file_is_left();
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
        T(what_no_desk_took_is_told_and_found_by_the_next_console),
        T(whenever_the_system_ends_it_the_next_console_has_the_text),
        T(not_even_one_that_is_killed_takes_the_text_with_it),
        T(a_text_that_another_console_has_open_is_not_taken_up),
        T(all_that_was_not_done_is_named_in_one_line_and_can_be_read),
    };
    return cmocka_run_group_tests_name("away", tests, NULL, NULL);
}
