/* look: what of the console's looks only a terminal shows: a theme is tried on while the picker moves and Esc puts the old one back; a new
 * size is answered with one whole frame, and no terminal that knows synchronized output ever shows half of it. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>
#include <cmocka.h>

enum { SOON = 30000 };
static const char config[] = "team: look\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent}\n";
static struct daemon_run *run;
static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start_mine(config);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

static void leave(struct console_run *c)
{
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 0);
}

/* --- themes --- */

static bool own_page(struct console_run *c)
{
    VTermScreenCell cell;
    console_bytes(c, 5, &(size_t){0});
    vterm_screen_get_cell(console_screen(c), (VTermPos){.row = 3, .col = 60}, &cell);
    return VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
}

static void page_becomes(struct console_run *c, bool own)
{
    for (int64_t until = clock_mono() + SOON; clock_mono() < until;)
        if (own_page(c) == own)
            return;
    fail_msg("the page is %s", own ? "not the terminal's own again" : "the terminal's own still");
}

static void a_theme_is_tried_on_while_the_picker_moves_and_esc_puts_the_old_one_back(void **state)
{
    (void)state;
    const char *root = getenv("TRIAGE_SRCDIR"), *data = arena_printf(arena, "TRIAGE_DATA=%s/data", root ? root : ".");
    const char *const args[] = {"/usr/bin/env", data, console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start("theme", run->dir, args);
    console_shows(c, "live", NULL);
    page_becomes(c, true);
    console_type(c, ":theme\r");
    console_shows(c, "as it is now", NULL);
    page_becomes(c, true);
    console_type(c, "\x0e"); /* C-n: the next */
    page_becomes(c, false);
    console_type(c, "\x1b");
    page_becomes(c, true);
    console_type(c, ":theme\r");
    console_shows(c, "as it is now", NULL);
    console_type(c, "frost\r");
    page_becomes(c, false);
    console_type(c, ":theme\r"); /* and from there */
    console_shows(c, "frost-dark", NULL);
    console_type(c, "terminal");
    page_becomes(c, true);
    console_type(c, "\x1b");
    page_becomes(c, false);
    console_type(c, ":theme nosuch\r");
    console_shows(c, "no theme 'nosuch'; there is: ", NULL);
    page_becomes(c, false);
    leave(c);
}

/* --- sizes --- */

static int count(const char *text, size_t n, const char *what)
{
    int found = 0;
    size_t len = strlen(what);
    for (size_t i = 0; i + len <= n; i++)
        found += memcmp(text + i, what, len) == 0;
    return found;
}

/* All that was written is inside frames; of those the ones that begin with an empty screen are counted. */
static int whole_frames(const char *bytes, size_t n)
{
    static const char begins[] = "\033[?2026h", ends[] = "\033[?2026l";
    static const char asks[] = "\033[5n"; /* after a frame, how long the terminal takes */
    int whole = 0;
    while (n) {
        if (n >= sizeof asks - 1 && memcmp(bytes, asks, sizeof asks - 1) == 0) {
            bytes += sizeof asks - 1;
            n -= sizeof asks - 1;
            continue;
        }
        if (n < sizeof begins - 1 || memcmp(bytes, begins, sizeof begins - 1) != 0)
            fail_msg("written outside of a frame: %.*s", (int)(n < 40 ? n : 40), bytes);
        const char *end = memmem(bytes, n, ends, sizeof ends - 1);
        if (!end)
            fail_msg("a frame that does not end");
        whole += count(bytes, (size_t)(end - bytes), "\033[2J") > 0;
        if (count(bytes, (size_t)(end - bytes), "\033[2J") > 1)
            fail_msg("a frame that empties the screen twice");
        end += sizeof ends - 1;
        n -= (size_t)(end - bytes);
        bytes = end;
    }
    return whole;
}

static void a_new_size_is_one_whole_frame(void **state)
{
    static const struct { int columns, rows; } sizes[] = {{100, 30}, {80, 24}, {160, 45}, {120, 40}};
    (void)state;
    const char *const args[] = {"/usr/bin/env", "TERM_PROGRAM=WezTerm", console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start("resize", run->dir, args);
    size_t before, after;
    console_shows(c, "Nothing here yet", NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        console_bytes(c, 100, &before);
        console_resize(c, sizes[i].columns, sizes[i].rows);
        for (int64_t until = clock_mono() + SOON; clock_mono() < until;) {
            console_bytes(c, 20, &after);
            if (after > before && strstr(console_row(c, sizes[i].rows - 1), "help"))
                break;
        }
        const char *bytes = console_bytes(c, 100, &after);
        assert_int_equal(whole_frames(bytes + before, after - before), 1);
        print_message("# to %dx%d: %zu bytes\n", sizes[i].columns, sizes[i].rows, after - before);
    }
    leave(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_theme_is_tried_on_while_the_picker_moves_and_esc_puts_the_old_one_back),
        cmocka_unit_test(a_new_size_is_one_whole_frame),
    };
    return cmocka_run_group_tests_name("look", tests, start, stop);
}
