/* silence: a daemon that stands still, as one whose machine swaps, or whose line leads nowhere any more: its socket stays open, and
 * only the heartbeats are missing. The console says so after two of them, says that it is gone after four, keeps what is typed, and
 * is back by itself. While all is well, watching for that costs no byte. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, LATER = 60000, BEAT_MS = 2000, SECONDS_COUNTED = 3, BYTES_A_SECOND = 60 };
static struct daemon_run *run;
static struct console_run *watcher, *writer, *reader; /* one looks at the list, one writes a note, one has lines read aloud */

static const char config[] = "team: silence\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: lead}\n";

static void shows(struct console_run *c, const char *text, int limit)
{
    console_wait(&c, 1, text, NULL, true, clock_mono(), limit);
}

static void all_show(const char *text, int limit)
{
    shows(watcher, text, limit);
    shows(writer, text, limit);
}

static int start(void **state)
{
    char text[1024];
    (void)state;
    snprintf(text, sizeof text, config, (long)getuid());
    run = daemon_make(text);
    run->more[0] = "--beat"; /* as every desk, only sooner: quiet after two, gone after four */
    run->more[1] = "1000";
    daemon_restart(run);
    struct client *in = client_open(run->ingest);
    struct answer a = client_post(in, "/in/open", "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\","
                                                  "\"data\":{\"source_ticket_id\":\"1\",\"user_id\":\"u\",\"user_name\":\"U\",\"user_email\":\"u@example.com\","
                                                  "\"subject\":\"Case 1\",\"description\":\"Some text\"}}");
    assert_int_equal(a.status, 200);
    client_close(in);
    watcher = console_open("watcher", run, "all");
    writer = console_open("writer", run, "all");
    reader = console_start("reader", run->dir, (const char *const[]){console_program(), "--linear", "--socket", run->desk, NULL});
    all_show("live", SOON);
    all_show("All 1", SOON);
    shows(reader, "quit leaves", SOON);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    kill(run->pid, SIGCONT);
    assert_int_equal(console_close(watcher), 0);
    assert_int_equal(console_close(writer), 0);
    console_type(reader, "quit\r");
    assert_true(console_ended(reader, SOON));
    assert_int_equal(console_close(reader), 0);
    daemon_remove(run);
    return 0;
}

static void a_daemon_that_beats_costs_no_byte(void **state)
{
    size_t before = 0, after = 1;
    (void)state;
    for (int64_t until = clock_mono() + SOON; before != after && clock_mono() < until;) {
        console_bytes(watcher, 0, &before);
        console_bytes(watcher, BEAT_MS, &after); /* the first time, what was said of the start goes */
    }
    assert_int_equal(after, before);
}

/* The seconds behind the word, -1 if it is not there. */
static int quiet_for(void)
{
    const char *row = console_row(watcher, 0), *at = row ? strstr(row, "quiet ") : NULL;
    return at ? (int)strtol(at + strlen("quiet "), NULL, 10) : -1;
}

static void begin_to_write(void)
{
    console_type(writer, "i");
    shows(writer, "note on #1", SOON);
    console_type(writer, "half");
    shows(writer, "half", SOON);
}

/* Each second is told once: a few cells. */
static void counts_the_seconds(void)
{
    size_t before = 0, after = 0;
    int first = quiet_for(), last = first;
    assert_in_range(first, 4, 60);
    console_bytes(watcher, 0, &before);
    for (int now = first; now >= first && now < first + SECONDS_COUNTED; now = quiet_for()) {
        console_bytes(watcher, 100, &after);
        last = now;
    }
    print_message("# quiet for %d to %d seconds in %d bytes\n", first, last, (int)(after - before));
    assert_true(after - before <= (size_t)(last - first + 2) * BYTES_A_SECOND);
}

static void a_daemon_that_stands_still_is_quiet_then_gone_and_back_by_itself(void **state)
{
    (void)state;
    begin_to_write();
    int64_t since = clock_mono();
    kill(run->pid, SIGSTOP);
    console_type(writer, " a sentence");
    shows(writer, "half a sentence", SOON);
    int64_t quiet = console_wait(&watcher, 1, "quiet ", NULL, true, since, SOON);
    counts_the_seconds();
    all_show("The daemon stopped answering", LATER);
    shows(watcher, "(R: anew)", SOON); /* the try to come back hangs as well */
    console_type(watcher, "R");
    int64_t gone = clock_mono() - since;
    shows(watcher, "gone ", SOON);
    all_show("Nothing you typed is lost", SOON);
    shows(reader, "The daemon stopped answering: no page comes through", SOON);
    shows(writer, "half a sentence", SOON);
    int64_t again = clock_mono();
    kill(run->pid, SIGCONT);
    int64_t back = console_wait(&watcher, 1, "gone ", NULL, false, again, SOON);
    shows(watcher, "live", SOON); /* a call that hung meanwhile has it say "slow" for a while */
    shows(writer, "draft saved", SOON);
    shows(reader, "The daemon answers again", SOON);
    shows(writer, "half a sentence", SOON);
    print_message("# quiet after %d ms, gone after %d ms, back after %d ms\n", (int)quiet, (int)gone, (int)back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_daemon_that_beats_costs_no_byte), cmocka_unit_test(a_daemon_that_stands_still_is_quiet_then_gone_and_back_by_itself)};
    return crypto_open() ? cmocka_run_group_tests_name("silence", tests, start, stop) : 1;
}
