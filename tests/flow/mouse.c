/* mouse: off until it is asked for; then a click selects, a second opens, the wheel scrolls, and what the screen names can be clicked.
 * Each way out gives the mouse back. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SOON = 30000, TICKETS = 12 };
static const char config[] = "team: mouse\n"
                             "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: agent}\n";
static struct daemon_run *run;
static struct console_run *console;

static void begin(const char *option)
{
    const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", option, NULL};
    console = console_start("mouse", run->dir, args);
}

static int start(void **state)
{
    char text[512];
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= TICKETS; i++) {
        snprintf(text, sizeof text, "Matter %d of it", i);
        shop_post_number(in, "open", i, text);
    }
    client_close(in);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

static void shows(const char *a, bool there)
{
    console_wait(&console, 1, a, NULL, there, clock_mono(), SOON);
}

/* Button 0 is a click; 64 and 65 are the wheel. Where the text stands, or on `at` columns further. */
static void button(int which, const char *text, int at)
{
    char bytes[64];
    shows(text, true);
    int row = console_find(console, text);
    const char *line = console_row(console, row), *place = strstr(line, text);
    int column = at;
    for (const char *p = line; p < place; p++)
        column += (*p & 0xc0) != 0x80;
    snprintf(bytes, sizeof bytes, "\033[<%d;%d;%dM\033[<%d;%d;%dm", which, column + 1, row + 1, which, column + 1, row + 1);
    console_type(console, bytes);
}

static void cursor_on(const char *text)
{
    int row = -1, column;
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; console_ended(console, 5)) {
        console_cursor(console, &row, &column);
        if (strstr(console_row(console, row), text))
            return;
    }
    fail_msg("the cursor is on \"%s\" and not on \"%s\"", console_row(console, row), text);
}

static bool wrote(const char *bytes)
{
    size_t n;
    const char *all = console_bytes(console, 50, &n);
    return memmem(all, n, bytes, strlen(bytes)) != NULL;
}

static void what_is_on_the_screen_can_be_clicked(void **state)
{
    (void)state;
    begin("--mouse");
    shows("live", true);
    shows("Matter 12 of", true);
    button(0, "Matter 5 of", 3);
    cursor_on("Matter 5 of");
    button(65, "Matter 5 of", 0);
    cursor_on("Matter 8 of");
    button(64, "Matter 5 of", 0);
    cursor_on("Matter 5 of");
    button(0, "Matter 7 of", 1);
    button(0, "Matter 7 of", 1);
    shows("resolution clock started", true);
    button(0, "q back", 3);
    shows("resolution clock started", false);
    cursor_on("Matter 7 of");
    button(0, "1 Mine", 2);
    shows("Matter 7 of", false);
    button(0, "Unassigned", 13); /* its count */
    shows("[2 Unassigned", true);
    button(0, "[2 Unassigned", 14); /* the digits of its own count name no view */
    button(0, " snooze", 2); /* "z…": what may follow is shown, and can be clicked, too */
    shows("snooze tomorrow", true);
    console_type(console, "\033");
    shows("snooze tomorrow", false);
    shows("Matter 7 of", true);
    button(0, "? help", 0);
    shows("Help: queue", true);
    button(0, "Help: queue", 0); /* nothing there */
    console_type(console, "qw");
    shows("the classifier's reasons", true);
    button(0, "the classifier's reasons", 3); /* an item: gone to, then taken */
    cursor_on("why:");
    button(0, "the classifier's reasons", 1);
    shows("Why: label of", true);
    console_type(console, "qw");
    shows("the classifier's reasons", true);
    console_type(console, "q"); /* a menu is left as everything is */
    shows("the classifier's reasons", false);
    console_type(console, "Q");
    assert_true(console_ended(console, SOON));
    assert_true(wrote("\033[?1006l\033[?1000l"));
    assert_int_equal(console_close(console), 0);
}

static void it_is_the_terminals_until_it_is_asked_for_and_that_is_kept(void **state)
{
    (void)state;
    begin(NULL);
    shows("live", true);
    shows("Matter 12 of", true);
    assert_false(wrote("\033[?1000h"));
    console_type(console, ":mouse on\r");
    shows("Clicks are ours", true);
    assert_true(wrote("\033[?1000h\033[?1006h"));
    button(0, "Matter 9 of", 0);
    cursor_on("Matter 9 of");
    console_close(console); /* SIGTERM */
    begin(NULL);
    shows("live", true);
    for (int64_t until = clock_mono() + SOON; !wrote("\033[?1000h") && clock_mono() < until;)
        ;
    assert_true(wrote("\033[?1000h"));
    console_type(console, ":mouse off\r");
    shows("the terminal's again", true);
    assert_true(wrote("\033[?1006l\033[?1000l"));
    console_type(console, ":mouse maybe\r");
    shows("mouse: on or off", true);
    console_close(console);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_on_the_screen_can_be_clicked, start, stop),
        cmocka_unit_test_setup_teardown(it_is_the_terminals_until_it_is_asked_for_and_that_is_kept, start, stop),
    };
    return cmocka_run_group_tests_name("mouse", tests, NULL, NULL);
}
