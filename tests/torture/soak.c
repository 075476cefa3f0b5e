/* soak: the demo at twenty times its speed with somebody at its console who drags the window about: is there a leak? Every second
 * the memory, descriptors and threads of console and daemon are read. `soak [SECONDS]`: 4320 is a day of the demo; then the scripted
 * day is played first, and the slope of the last half must stay below 1 MB an hour of the clock on the wall, which is twenty of the
 * demo's. In make check it runs for seconds, where a slope says nothing: there nothing may have grown by more than a bound that an
 * ordinary leak of a frame or an event would pass, and no descriptor or thread been gained. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/console.h"
#include "harness/process.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SETTLE_S = 3, WINDOW_S = 30, LONG_S = 600, MOST = 100000, GROWN_KB = 8192, FILES_SLACK = 4, THREADS_SLACK = 1, SOON = 30000, WIDEST = 300, TALLEST = 100, DAY_MS = 600000 };
static int seconds = 6, jolts;
static uint64_t seed = 7;

struct watched {
    const char *name, *word; /* word: by which its command line is known */
    pid_t pid;
    int n, files_first, files_last, threads_first, threads_last;
    double kb[MOST];
};
static struct watched console = {.name = "console", .word = "--socket"}, desk = {.name = "daemon", .word = "--clock"};

static int dice(int most)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)most);
}

/* What it said last is on its screen. */
static void still_runs(struct console_run *c)
{
    if (!console_ended(c, 0))
        return;
    for (int row = 0; row < console_rows(c); row++)
        fprintf(stderr, "# |%s\n", console_row(c, row));
    fail_msg("it ended after %d s with code %d", console.n, console_close(c));
}

static void sample(struct watched *w)
{
    if (w->n == MOST)
        return;
    w->files_last = process_files(w->pid);
    w->threads_last = process_threads(w->pid);
    w->files_first = w->n ? w->files_first : w->files_last;
    w->threads_first = w->n ? w->threads_first : w->threads_last;
    w->kb[w->n++] = process_resident_kb(w->pid);
}

/* KB a second over the last half, by least squares through the least of each half minute: between two answers a console holds what
 * the last one needed, and that comes and goes. */
static double slope(const struct watched *w)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (int from = w->n / 2; from + WINDOW_S <= w->n; from += WINDOW_S, n++) {
        double least = w->kb[from];
        for (int i = from; i < from + WINDOW_S; i++)
            least = w->kb[i] < least ? w->kb[i] : least;
        x += from;
        y += least;
        xx += (double)from * from;
        xy += from * least;
    }
    double under = n * xx - x * x;
    return under > 0 ? (n * xy - x * y) / under : 0;
}

/* --- the day --- */

static void press(struct console_run *c)
{
    static const char *const keys[] = {"j", "j", "k", "\x04", "\x15", "gg", "G", "\r", "q", "?", "q", "6", "2", "gb", "q", "go", "q", "/login\r", "\x1b"};
    console_type(c, keys[dice(sizeof keys / sizeof *keys)]);
}

/* Now and then the window is dragged about; most of the time it has the size that is read here. */
static void drag(struct console_run *c)
{
    if (dice(40))
        return;
    for (int i = 0; i < 10; i++, jolts++) {
        console_jolt(c, 1 + dice(WIDEST), 1 + dice(TALLEST));
        console_bytes(c, dice(8), &(size_t){0});
    }
    console_jolt(c, CONSOLE_COLUMNS, CONSOLE_ROWS);
}

static void judge(const struct watched *w)
{
    double grown = w->kb[w->n - 1] - w->kb[w->n / 2], hourly = slope(w) * 3600 / 1024;
    print_message("# %s: %.0f KB after %d s, %+.0f KB in the last half, %d descriptors at first and %d at last, %d threads and %d\n", w->name, w->kb[w->n - 1], w->n, grown,
                  w->files_first, w->files_last, w->threads_first, w->threads_last);
    if (seconds >= LONG_S)
        print_message("# %s: %+.2f MB an hour, %+.3f MB an hour of the demo\n", w->name, hourly, hourly / 20);
    assert_true(w->files_last <= w->files_first + FILES_SLACK); /* calls in flight, one file of a checkpoint */
    assert_true(w->threads_last <= w->threads_first + THREADS_SLACK); /* a name that is looked up */
    if (PROCESS_SANITIZED)
        return;
    if (seconds >= LONG_S)
        assert_true(hourly < 1);
    else
        assert_true(grown < GROWN_KB);
}

static struct console_run *play(const char *home, bool day)
{
    char length[16];
    if (!process_watched()) {
        print_message("# skipped: no /proc to read memory and descriptors from\n");
        skip();
    }
    snprintf(length, sizeof length, "%d", seconds + SETTLE_S + 3600);
    struct console_run *c = console_start("soak", home, (const char *const[]){console_program(), "demo", "--speed", "20", "--seconds", length, day ? "--day" : NULL, NULL});
    console_wait(&c, 1, "live", NULL, true, clock_mono(), SOON);
    return c;
}

static void nothing_leaks_in_a_day_of_the_demo(void **state)
{
    char home[] = "/tmp/triage-soak-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(home));
    struct console_run *c = play(home, false);
    console.pid = process_child(console_pid(c), console.word);
    desk.pid = process_child(console_pid(c), desk.word);
    assert_true(console.pid > 0 && desk.pid > 0);
    int64_t start = clock_mono() + SETTLE_S * 1000;
    for (int done = -SETTLE_S; done < seconds;) {
        size_t n;
        press(c);
        drag(c);
        console_bytes(c, 100, &n);
        still_runs(c);
        if (clock_mono() >= start + done * 1000) {
            done++;
            if (done > 0) {
                sample(&console);
                sample(&desk);
            }
        }
    }
    assert_int_equal(console_close(c), 0);
    rmdir(home);
    print_message("# %d sizes\n", jolts);
    judge(&console);
    judge(&desk);
}

/* The day's last sentence but one is about the boss that is gone and the points that are paid: then all of it has happened. */
static void a_scripted_day_at_speed_goes_to_its_end_in_a_storm(void **state)
{
    char home[] = "/tmp/triage-soak-XXXXXX";
    (void)state;
    if (seconds < LONG_S) {
        print_message("# skipped: the day as it is scripted belongs to the long run; tests/flow/day plays it step by step\n");
        skip();
    }
    assert_non_null(mkdtemp(home));
    struct console_run *c = play(home, true);
    int64_t until = clock_mono() + DAY_MS;
    for (bool over = false; !over && clock_mono() < until;) {
        for (int i = 0; i < 20; i++) {
            press(c);
            drag(c);
            console_bytes(c, 50, &(size_t){0});
            still_runs(c);
        }
        console_type(c, "\x1bqqqgb");
        console_bytes(c, 300, &(size_t){0});
        over = console_find(c, "No boss is about") >= 0;
    }
    console_type(c, "\x1bqqqgb");
    console_wait(&c, 1, "No boss is about", NULL, true, clock_mono(), SOON);
    assert_int_equal(console_close(c), 0);
    rmdir(home);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_scripted_day_at_speed_goes_to_its_end_in_a_storm), cmocka_unit_test(nothing_leaks_in_a_day_of_the_demo)};
    seconds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : seconds;
    return seconds > 1 ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
