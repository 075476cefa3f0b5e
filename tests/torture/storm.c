/* storm: a window that is dragged about for minutes, while tickets arrive and keys are pressed; a daemon killed under a
 * half-typed reply. The console neither ends nor loses anything: afterwards the screen is what a full repaint draws, every
 * ticket that was accepted is in its list, and every character of the reply is there. `storm [--seed N] [--resizes N]`. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/chance.h"
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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, NARROWEST = 1, WIDEST = 300, TALLEST = 120, BEFORE = 40 };
static int resizes = 300;
static uint64_t seed = 1;
static struct daemon_run *run;
static struct arena *arena;

static const char config[] = "team: storm\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent}\n";

static void post(struct client *in, int i)
{
    AUTO_ARENA own = arena_new();
    assert_int_equal(client_post(in, "/in/open", arena_printf(own,
        "{\"eventId\":\"e-%d\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\",\"data\":{\"source_ticket_id\":\"%d\",\"user_id\":\"u\","
        "\"user_name\":\"U\",\"user_email\":\"u@example.com\",\"subject\":\"\u6f22\u5b57 and case %d.\",\"description\":\"Some text\"}}", i, i, i)).status, 200);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start_mine(config);
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= BEFORE; i++)
        post(in, i);
    client_close(in);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

/* Tickets arrive from another process until it is killed. */
static pid_t let_arrive(void)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct client *in = client_open(run->ingest);
    for (int i = BEFORE + 1;; i++, usleep(10000))
        post(in, i);
}

static void press(struct console_run *c)
{
    static const char *const keys[] = {"j", "k", "\x04", "\x15", "gg", "G", "\r", "q", "?", "q", "6", "2", " ", "U", "F", "\x0c", "\t"};
    console_type(c, keys[chance(&seed, sizeof keys / sizeof *keys)]);
}

static char *screen_of(struct console_run *c)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (int row = 0; row < console_rows(c); row++)
        str_addf(&out, "%s\n", console_row(c, row));
    return arena_strdup(arena, out.data);
}

/* What is on the terminal, and what is on it when all of it was sent anew, become the same. */
static void is_as_a_full_repaint(struct console_run *c)
{
    const char *was = "", *is = "";
    size_t before, after;
    for (int64_t until = clock_mono() + SOON; clock_mono() < until;) {
        console_bytes(c, 100, &before);
        was = screen_of(c);
        console_type(c, "\x0c");
        for (after = before; after == before && clock_mono() < until;)
            console_bytes(c, 50, &after);
        console_bytes(c, 100, &after);
        is = screen_of(c);
        if (strcmp(was, is) == 0)
            return;
    }
    fail_msg("the terminal showed\n%sand after a repaint\n%s", was, is);
}

/* "All 1,234", as the console's tab says it, of what the daemon holds. */
static const char *all_tab(void)
{
    struct client *desk = client_open(run->desk);
    struct answer a = client_get(desk, "/v1/desk");
    long n = -1;
    for (const struct json *v = json_first(json_get(a.json, "views")); v; v = json_next(v))
        if (strcmp(json_get_string(v, "name", ""), "all") == 0)
            n = (long)json_get_i64(v, "count", -1);
    client_close(desk);
    return n < 1000 ? arena_printf(arena, "All %ld", n) : arena_printf(arena, "All %ld,%03ld", n / 1000, n % 1000);
}

static void a_storm_of_sizes_breaks_nothing(void **state)
{
    (void)state;
    struct console_run *c = console_open("storm", run, "all");
    console_shows(c, "live", NULL);
    console_shows(c, "case 1.", NULL);
    pid_t others = let_arrive();
    for (int i = 0; i < resizes; i++) {
        size_t n;
        bool tiny = chance(&seed, 20) == 0;
        console_jolt(c, tiny ? NARROWEST + chance(&seed, 4) : 20 + chance(&seed, WIDEST - 20), tiny ? 1 + chance(&seed, 3) : 4 + chance(&seed, TALLEST - 4));
        if (chance(&seed, 2))
            press(c);
        console_bytes(c, chance(&seed, 8), &n);
        if (console_ended(c, 0))
            fail_msg("the console ended after %d sizes", i + 1);
    }
    kill(others, SIGKILL);
    waitpid(others, NULL, 0);
    console_resize(c, CONSOLE_COLUMNS, CONSOLE_ROWS);
    console_type(c, "\x1b");
    console_bytes(c, 100, &(size_t){0});
    console_type(c, "qqq6gg");
    console_shows(c, "live", NULL);
    console_shows(c, all_tab(), NULL);
    is_as_a_full_repaint(c);
    print_message("# %d sizes, from 1 x 1 to %d x %d, with keys and tickets in between\n", resizes, WIDEST, TALLEST);
    assert_int_equal(console_close(c), 0);
}

static void a_killed_daemon_takes_no_character_along(void **state)
{
    static const char text[] = "Every character of this sentence was typed while the daemon came and went.";
    (void)state;
    struct console_run *c = console_open("killed", run, "all");
    console_shows(c, "and case", NULL);
    console_type(c, "ggr");
    console_shows(c, "Reply to", NULL);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        if (i % 25 == 10)
            daemon_kill(run);
        if (i % 25 == 20)
            daemon_restart(run);
        console_type(c, (char[]){text[i], 0});
        console_bytes(c, 10, &(size_t){0});
    }
    console_shows(c, text, NULL);
    console_shows(c, "draft saved", NULL);
    console_drop(c);
    c = console_open("after", run, NULL);
    console_shows(c, text, NULL);
    assert_int_equal(console_close(c), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_of_sizes_breaks_nothing),
        cmocka_unit_test(a_killed_daemon_takes_no_character_along),
    };
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--resizes") == 0)
            resizes = (int)strtol(argv[i + 1], NULL, 10);
        else
            return 2;
    }
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
