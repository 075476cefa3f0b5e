/* kept: the real console at a desk where things happen: after each key what stands on the terminal is what a full repaint gives, also where
 * only the rows that a step of the cursor touches were drawn. A random walk over the keys of the list, over what opens on top of it, and
 * over tickets that come meanwhile. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "harness/seat.h"
#include "harness/settle.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>
#include <cmocka.h>

enum { STEPS = 24, TICKETS = 70, ESC_MS = 60, WALKS = 6 };
enum { UNREAD_MS = 120 }; /* what the pane says is not asked for before (a pause of the cursor) */
static struct kept_as {
    int columns, rows;
    const char *theme;
} looks_at[] = {{120, 40, "terminal"}, {80, 24, "calm-light"}};
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

static VTermScreen *vt(void)
{
    return console_screen(seat.console);
}

/* A desk with some tickets, and a console of that size in that look. */
static void take(const struct kept_as *as)
{
    seat_take("all", NULL);
    for (int i = 0; i < TICKETS; i++)
        post(i);
    console_close(seat.console);
    const char *file = arena_printf(arena, "%s/themes/%s.yaml", getenv("TRIAGE_SRCDIR"), as->theme); /* a build elsewhere finds none by name */
    const char *const args[] = {console_program(), "--socket", seat.run->desk, "--open", "all", "--theme", strcmp(as->theme, "terminal") == 0 ? as->theme : file, NULL};
    seat.console = console_start_as(&(struct console_as){.name = "kept", .home = seat.run->dir, .args = args, .columns = as->columns, .rows = as->rows});
    seat_shows(arena_printf(arena, "All %d", TICKETS));
}

static size_t settle(void)
{
    return settle_console(seat.console, NULL);
}

/* What tells a cell's looks from another's; a blank has what is behind it alone. */
static uint32_t looks(const VTermScreenCell *cell)
{
    VTermColor fg = cell->fg, bg = cell->bg;
    bool blank = (!cell->chars[0] || cell->chars[0] == ' ') && !cell->attrs.underline && !cell->attrs.reverse;
    vterm_screen_convert_color_to_rgb(vt(), &fg);
    vterm_screen_convert_color_to_rgb(vt(), &bg);
    uint32_t behind = (uint32_t)bg.rgb.red << 16 | (uint32_t)bg.rgb.green << 8 | bg.rgb.blue, before = (uint32_t)fg.rgb.red << 16 | (uint32_t)fg.rgb.green << 8 | fg.rgb.blue;
    uint32_t weight = cell->attrs.bold | (uint32_t)cell->attrs.underline << 1 | (uint32_t)cell->attrs.reverse << 3;
    return behind * 2654435761u + (blank ? 0 : before * 40503u + weight);
}

static uint32_t looks_of_row(int row)
{
    uint32_t sum = 0;
    VTermScreenCell cell;
    for (int column = 0; vterm_screen_get_cell(vt(), (VTermPos){.row = row, .col = column}, &cell); column++)
        sum = (sum ^ looks(&cell)) * 16777619u;
    return sum;
}

static const char *picture(void)
{
    AUTO_STR out;
    int row, column;
    str_init(&out, 64 << 10);
    console_cursor(seat.console, &row, &column);
    for (int i = 0; i < console_rows(seat.console); i++)
        str_addf(&out, "%s  [%x]\n", console_row(seat.console, i), looks_of_row(i));
    str_addf(&out, "%d,%d", row, column);
    return arena_strdup(arena, out.data);
}

static const char *some_key(void)
{
    static const char *const moves[] = {"C-d", "C-u", "gg", "G", "C-d", "C-u", "j", "k"};
    static const char *const others[] = {"Space", "v", "U", "Esc", "?", ":", "y", "q", "Z", "n", "V"};
    static bool up;
    unsigned which = dice(8), kind = dice(10);
    if (kind >= 7)
        return console_spelled(others[dice(sizeof others / sizeof *others)]);
    if (kind >= 2)
        return up ? "k" : "j"; /* beyond the edge of what is shown, where a page ended there */
    up = which % 2;
    return console_spelled(moves[which]);
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
static int walk(const struct kept_as *as, const char **was, const char **is, long *bytes)
{
    take(as);
    seed = 20261127 + (uint64_t)as->columns;
    int step = 0, posted = TICKETS;
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
    const struct kept_as *as = *state;
    const char *was, *is;
    long bytes = 0;
    int last = -1, step, walks = 0;
    while ((step = walk(as, &was, &is, &bytes)) >= 0) {
        if (step == last)
            fail_at(step, was, is);
        if (++walks == WALKS) {
            print_message("# this machine is too busy: six walks were disturbed\n");
            skip();
        }
        last = step;
        bytes = 0;
    }
    print_message("# %d x %d, %s: %d keys, %ld bytes each; %d walks before were disturbed\n", as->columns, as->rows, as->theme, STEPS, bytes / STEPS, walks);
}

/* What the pane reads comes a while after the key: a step that took so long is none. What else comes by itself does not come twice. */
static void a_step_with_the_pane_beside_it_shows_what_a_repaint_gives(void **state)
{
    enum { PANE_STEPS = 8, TRIES = 3 };
    static const struct kept_as as = {170, 45, "mono"};
    int steps = 0;
    (void)state;
    take(&as);
    press("\x04"); /* a page on: the next goes beyond it */
    for (int i = 0; i < PANE_STEPS; i++)
        for (int tries = 0; tries < TRIES; tries++) {
            seat_shows("Some text"); /* what the pane says is here */
            settle();
            int64_t began = clock_mono();
            press(i < PANE_STEPS / 2 ? "j" : "k");
            settle();
            const char *was = picture();
            press(console_spelled("C-l"));
            settle();
            const char *is = picture();
            bool counts = clock_mono() - began < UNREAD_MS;
            steps += counts;
            if (counts && strcmp(was, is) == 0)
                break;
            if (counts && tries + 1 == TRIES)
                fail_at(i, was, is);
        }
    seat_leave();
    print_message("# %d keys\n", steps);
    if (!steps)
        skip(); /* this machine is too busy */
}

/* And what the pane reads a while later, when only the pane is drawn. */
static void what_the_pane_reads_is_what_a_repaint_gives(void **state)
{
    enum { PANE_STEPS = 4, TRIES = 3 };
    static const struct kept_as as = {170, 45, "mono"};
    int same = 0;
    (void)state;
    take(&as);
    for (int i = 0; i < PANE_STEPS; i++) {
        press(i < PANE_STEPS / 2 ? "j" : "k");
        console_shows(seat.console, "first response", NULL);
        settle();
        for (int tries = 0; tries < TRIES; tries++) { /* a second that passes is none of it */
            const char *was = picture();
            press(console_spelled("C-l"));
            settle();
            const char *is = picture();
            if (strcmp(was, is) == 0) {
                same++;
                break;
            }
            if (tries + 1 == TRIES)
                fail_at(i, was, is);
            press(i < PANE_STEPS / 2 ? "k" : "j");
            settle();
            press(i < PANE_STEPS / 2 ? "j" : "k");
            console_shows(seat.console, "first response", NULL);
            settle();
        }
    }
    seat_leave();
    print_message("# %d of %d tickets read\n", same, PANE_STEPS);
}

/* What stands open over the list goes with the key that moves its cursor. */
static void a_popup_goes_with_the_key_that_ends_it(void **state)
{
    const char *was, *is;
    int stays = 0, tries = 0;
    (void)state;
    take(&(struct kept_as){120, 40, "calm-dark"});
    press("j");
    for (; tries < 3 && stays == tries; tries++) {
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
        cmocka_unit_test_prestate(whatever_is_pressed_the_terminal_shows_what_a_repaint_gives, &looks_at[0]),
        cmocka_unit_test_prestate(whatever_is_pressed_the_terminal_shows_what_a_repaint_gives, &looks_at[1]),
        cmocka_unit_test(a_step_with_the_pane_beside_it_shows_what_a_repaint_gives),
        cmocka_unit_test(what_the_pane_reads_is_what_a_repaint_gives),
        cmocka_unit_test(a_popup_goes_with_the_key_that_ends_it),
    };
    return cmocka_run_group_tests_name("kept", tests, start, stop);
}
