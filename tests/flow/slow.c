/* slow: the console on a line of 2,000 bytes a second with 300 ms there and back. Tickets are opened, and come, faster than such
 * a line can show; what is sent stays within what the line can carry, no key is lost, and the last picture is the one that a full
 * repaint gives. The same where the terminal never answers, and the way out where nobody reads. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/line.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SOON = 20000, TICKETS = 90, COLUMNS = 80, ROWS = 24, RATE = 2000, DELAY = 150 };
enum { UNREAD = 1500, FRAME = 4096, QUEUE = 24 << 10 }; /* the program's promise; a picture whole; what a pseudo terminal holds */
static const char config[] = "team: slow\n"
                             "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: agent}\n";
static struct daemon_run *run;
static struct arena *arena;
static struct client *in;
static int posted;

static void post(void)
{
    char subject[32];
    snprintf(subject, sizeof subject, "Matter %d of it", ++posted);
    shop_post_number(in, "open", posted, subject);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start_mine(config);
    in = client_open(run->ingest);
    for (posted = 0; posted < TICKETS;)
        post();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    client_close(in);
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

static struct console_run *over(const char *name, const struct line_as *line)
{
    const char *const program[] = {console_program(), "--socket", run->desk, "--open", "all", NULL};
    return console_start_as(&(struct console_as){.name = name, .home = run->dir, .args = line_words(line, program), .columns = COLUMNS, .rows = ROWS});
}

static size_t bytes_of(struct console_run *c, int ms)
{
    size_t n;
    console_bytes(c, ms, &n);
    return n;
}

/* Reads until nothing came for as long as the line takes there and back, and a little. */
static void settle(struct console_run *c)
{
    size_t before = bytes_of(c, 0), now;
    for (int64_t last = clock_mono(); clock_mono() - last < 4 * DELAY; before = now)
        if ((now = bytes_of(c, 10)) != before)
            last = clock_mono();
}

static char *picture_of(struct console_run *c)
{
    AUTO_STR out;
    int row, column;
    str_init(&out, 64 << 10);
    console_cursor(c, &row, &column);
    for (int i = 0; i < ROWS; i++)
        str_addf(&out, "%s\n", console_row(c, i));
    str_addf(&out, "%d,%d", row, column);
    return arena_strdup(arena, out.data);
}

/* What is on the screen, which has settled, and what is there after all of it was sent anew. */
static void is_what_a_repaint_gives(struct console_run *c)
{
    char *was = picture_of(c);
    size_t n = bytes_of(c, 0);
    console_type(c, "\f");
    settle(c);
    assert_true(bytes_of(c, 0) > n + 500);
    assert_string_equal(picture_of(c), was);
}

/* Down a row, into the ticket and back, many times: the row it ends on tells whether a key was lost. */
static int look_into(struct console_run *c, int times)
{
    for (int i = 0; i < times; i++)
        for (const char *key = "j\0\r\0q\0"; *key; key += 2) {
            console_type(c, key);
            bytes_of(c, 15); /* each seen by itself: typed, not pasted */
        }
    return times;
}

static void selected(struct console_run *c, int ticket)
{
    int row = -1, column;
    char *text = arena_printf(arena, "Matter %d of", ticket);
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; bytes_of(c, 10)) {
        console_cursor(c, &row, &column);
        if (strstr(console_row(c, row), text))
            return;
    }
    fail_msg("the cursor is on \"%s\" and not on \"%s\"", console_row(c, row), text);
}

static void a_slow_line_carries_the_newest_picture_and_every_key(void **state)
{
    (void)state;
    struct console_run *c = over("slow", &(struct line_as){.bytes_per_s = RATE, .delay_ms = DELAY});
    console_shows(c, "Matter 1 of", NULL);
    settle(c);
    size_t before = bytes_of(c, 0);
    int64_t since = clock_mono();
    int down = look_into(c, 30);
    size_t carried = (size_t)(clock_mono() - since) * RATE / 1000;
    selected(c, 1 + down);
    settle(c);
    size_t sent = bytes_of(c, 0) - before;
    print_message("# 90 keys, 30 tickets opened: %zu bytes; the line could carry %zu while they were typed\n", sent, carried);
    assert_true(sent <= carried + UNREAD + (size_t)2 * FRAME);
    is_what_a_repaint_gives(c);
    assert_int_equal(console_close(c), 0);
}

static void a_storm_of_news_does_not_queue(void **state)
{
    (void)state;
    struct console_run *c = over("news", &(struct line_as){.bytes_per_s = RATE, .delay_ms = DELAY});
    console_shows(c, "Matter 1 of", NULL);
    console_type(c, "I"); /* the newest first: every one moves the list */
    settle(c);
    size_t before = bytes_of(c, 0);
    int64_t since = clock_mono();
    for (int i = 0; i < 150; i++) {
        post();
        if (i % 5 == 0)
            bytes_of(c, 10);
    }
    size_t carried = (size_t)(clock_mono() - since) * RATE / 1000;
    console_shows(c, arena_printf(arena, "All %d", posted), NULL);
    settle(c);
    size_t sent = bytes_of(c, 0) - before;
    print_message("# 150 tickets came: %zu bytes; the line could carry %zu meanwhile\n", sent, carried);
    assert_true(sent <= carried + UNREAD + (size_t)3 * FRAME);
    is_what_a_repaint_gives(c);
    assert_int_equal(console_close(c), 0);
}

/* Without answers the terminal's own queue is all that tells: it may fill, and nothing behind it. */
static void a_terminal_that_never_answers_loses_no_key_either(void **state)
{
    (void)state;
    struct console_run *c = over("mute", &(struct line_as){.bytes_per_s = 8 * RATE, .delay_ms = 10, .mute = true});
    console_shows(c, "Matter 1 of", NULL);
    settle(c);
    settle(c);
    size_t before = bytes_of(c, 0);
    int64_t since = clock_mono();
    int down = look_into(c, 30);
    size_t carried = (size_t)(clock_mono() - since) * 8 * RATE / 1000;
    selected(c, 1 + down);
    settle(c);
    size_t sent = bytes_of(c, 0) - before;
    print_message("# 90 keys and no answers: %zu bytes\n", sent);
    assert_true(sent <= carried + QUEUE + (size_t)2 * FRAME);
    is_what_a_repaint_gives(c);
    assert_int_equal(console_close(c), 0);
}

static void rest_on_a_slow_line_costs_nothing(void **state)
{
    (void)state;
    struct console_run *c = over("rest", &(struct line_as){.bytes_per_s = RATE, .delay_ms = DELAY});
    console_shows(c, "Matter 1 of", NULL);
    settle(c);
    size_t before = bytes_of(c, 0);
    assert_int_equal(bytes_of(c, 2500), before);
    assert_int_equal(console_close(c), 0);
}

static void where_nobody_reads_the_way_out_is_still_there(void **state)
{
    (void)state;
    struct console_run *c = over("unread", &(struct line_as){.bytes_per_s = 0, .delay_ms = 0});
    for (int i = 0; i < 40; i++) {
        console_type(c, "\f");
        bytes_of(c, 20);
    }
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_slow_line_carries_the_newest_picture_and_every_key, start, stop),
        cmocka_unit_test_setup_teardown(a_storm_of_news_does_not_queue, start, stop),
        cmocka_unit_test_setup_teardown(a_terminal_that_never_answers_loses_no_key_either, start, stop),
        cmocka_unit_test_setup_teardown(rest_on_a_slow_line_costs_nothing, start, stop),
        cmocka_unit_test_setup_teardown(where_nobody_reads_the_way_out_is_still_there, start, stop),
    };
    if (line_is_asked(argc, argv))
        return line_main(argv);
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
