/* kept: the real console at a desk where things happen: after each key what stands on the terminal is what a full repaint gives, also where
 * only the rows that a step of the cursor touches were drawn. A random walk over the keys of the list, over what opens on top of it, and
 * over tickets that come meanwhile. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { STEPS = 70, TICKETS = 70, LOOK_MS = 4, LOOKS = 3, ESC_MS = 60, MOST_MS = 5000, WALKS = 6 };
static struct arena *arena;
static uint64_t seed;

static unsigned dice(unsigned sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % sides;
}

static void post(int i)
{
    seat_post("shop", arena_printf(arena, "k%d", i), arena_printf(arena, "Matter %d of it", i));
}

static bool sleeps(pid_t pid)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *in = fopen(path, "r");
    if (!in || fscanf(in, "%*d (%*[^)]) %c", &state) != 1)
        state = 0;
    if (in)
        fclose(in);
    return state == 'S';
}

/* Until it waits for something, and nothing more comes. */
static size_t settle(void)
{
    size_t before, now;
    int64_t until = clock_mono() + MOST_MS;
    console_bytes(seat.console, 0, &before);
    for (int quiet = 0; quiet < LOOKS && clock_mono() < until; before = now) {
        console_bytes(seat.console, LOOK_MS, &now);
        quiet = now == before && sleeps(console_pid(seat.console)) ? quiet + 1 : 0;
    }
    return before;
}

static const char *picture(void)
{
    AUTO_STR out;
    int row, column;
    str_init(&out, 64 << 10);
    console_cursor(seat.console, &row, &column);
    for (int i = 0; i < console_rows(seat.console); i++)
        str_addf(&out, "%s\n", console_row(seat.console, i));
    str_addf(&out, "%d,%d", row, column);
    return arena_strdup(arena, out.data);
}

static const char *some_key(void)
{
    static const char *const moves[] = {"j", "j", "j", "j", "k", "k", "C-d", "C-u", "gg", "G"};
    static const char *const others[] = {"Space", "v", "U", "Esc", "?", ":", "y", "q", "Z", "n", "V"};
    return console_spelled(dice(5) < 3 ? moves[dice(sizeof moves / sizeof *moves)] : others[dice(sizeof others / sizeof *others)]);
}

/* An Esc may be the beginning of a longer key for a moment. */
static void press(const char *key)
{
    size_t n;
    seat_press(key);
    if (*key == 27)
        console_bytes(seat.console, ESC_MS, &n);
}

/* The first step at which the terminal did not show what a repaint gave, -1: none; what it was, and should have been. */
static int walk(const char **was, const char **is, long *bytes)
{
    seat_take("all", NULL);
    seed = 20261127;
    for (int i = 0; i < TICKETS; i++)
        post(i);
    int step = 0, posted = TICKETS;
    seat_shows(arena_printf(arena, "All %d", posted));
    for (; step < STEPS; step++) {
        if (!dice(8)) {
            press("\033");
            post(posted++);
            seat_shows(arena_printf(arena, "All %d", posted));
        }
        size_t before = settle();
        press(some_key());
        *bytes += (long)(settle() - before);
        *was = picture();
        seat_press(console_spelled("C-l"));
        settle();
        *is = picture();
        if (strcmp(*was, *is) != 0)
            break;
        if (!dice(3)) /* nothing stays open for long */
            press("\033");
    }
    seat_leave();
    return step < STEPS ? step : -1;
}

static void fail_at(int step, const char *was, const char *is)
{
    while (*was && *was == *is)
        was++, is++;
    fail_msg("step %d: \"%.150s\"... is after a repaint \"%.150s\"...", step, was, is);
}

/* What is seen changes by itself, too: a message goes, a second passes. That does not happen at the same step each time. */
static void whatever_is_pressed_the_terminal_shows_what_a_repaint_gives(void **state)
{
    const char *was, *is;
    long bytes = 0;
    int last = -1, step, walks = 0;
    (void)state;
    while ((step = walk(&was, &is, &bytes)) >= 0) {
        if (step == last)
            fail_at(step, was, is);
        if (++walks == WALKS) {
            print_message("# this machine is too busy: six walks were disturbed\n");
            skip();
        }
        last = step;
        bytes = 0;
    }
    print_message("# %d keys, %ld bytes each; %d walks before were disturbed\n", STEPS, bytes / STEPS, walks);
}

/* What stands open over the list goes with the key that moves its cursor. */
static void a_popup_goes_with_the_key_that_ends_it(void **state)
{
    const char *was, *is;
    int stays = 0;
    (void)state;
    seat_take("all", NULL);
    for (int i = 0; i < TICKETS; i++)
        post(i);
    seat_shows(arena_printf(arena, "All %d", TICKETS));
    press("j");
    for (int tries = 0; tries < 3; tries++) {
        press("g");
        seat_shows("gt metrics"); /* where g leads */
        settle();
        press("g");
        settle();
        was = picture();
        press(console_spelled("C-l"));
        settle();
        is = picture();
        stays += strcmp(was, is) != 0;
    }
    seat_leave();
    if (stays == 3)
        fail_at(0, was, is);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_pressed_the_terminal_shows_what_a_repaint_gives),
        cmocka_unit_test(a_popup_goes_with_the_key_that_ends_it),
    };
    return cmocka_run_group_tests_name("kept", tests, start, stop);
}
