/* pipe: a ticket given to a command of one's own, from a real console: what the command reads, what is said of its end, and that the console is on its feet again. */
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char got[300];

static int start(void **state)
{
    seat_empty(state);
    snprintf(got, sizeof got, "%s/got", seat.run->dir);
    seat_post("shop", "A-1", "Checkout is \\u001b]0;owned\\u0007down");
    seat_shows("Checkout is");
    seat_bring("post", "A-2", "Cannot sign in");
    return 0;
}

static void pipe_to(const char *command)
{
    char line[600];
    snprintf(line, sizeof line, ":pipe %s\r", command);
    seat_press(line);
}

static char *read_got(void)
{
    static char text[1 << 16];
    FILE *in = fopen(got, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    return text;
}

static void a_command_reads_the_ticket_clean_and_the_console_comes_back(void **state)
{
    char command[400];
    (void)state;
    snprintf(command, sizeof command, "tee '%s' | grep -c 'Checkout is'; pwd >/dev/null", got);
    seat_press(":1\r");
    seat_shows("resolution clock started");
    pipe_to(command);
    seat_shows("[Enter goes back to triage]");
    seat_press("\r");
    seat_shows("resolution clock started");
    const char *text = read_got();
    assert_non_null(strstr(text, "Checkout is"));
    assert_non_null(strstr(text, "Some text"));
    for (const char *at = text; *at; at++)
        assert_true(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f));
    assert_null(strstr(text, "Cannot sign in"));
    seat_press("q");
    seat_shows("Cannot sign in");
}

static void how_it_ended_is_said_and_the_row_under_the_cursor_is_meant(void **state)
{
    char command[400];
    (void)state;
    snprintf(command, sizeof command, "head -1 > '%s'; echo \"it's so\"; exit 3", got);
    seat_press("j");
    pipe_to(command);
    seat_shows("it's so");
    seat_shows("[Enter goes back to triage]");
    seat_press("\r");
    seat_shows("ended with status 3");
    seat_shows("Checkout is");
    assert_non_null(strstr(read_got(), "#2"));
    pipe_to("no-such-command-anywhere");
    seat_shows("not found"); /* what the command before left on the terminal stands there still */
    seat_press("\r");
    seat_shows("no-such-command-anywhere ended with status 127");
    seat_press(":pipe\r");
    seat_shows(": pipe");
    seat_press("\x1b");
    seat_hides(": pipe");
    seat_press("?");
    seat_shows("Help: ");
    seat_press("/:pipe");
    seat_shows(":pipe COMMAND");
}

/* A line may hold what is nobody else's business. */
static void the_command_is_not_kept_among_what_was_said(void **state)
{
    (void)state;
    pipe_to("true # sesame");
    seat_shows("[Enter goes back to triage]");
    seat_press("\r");
    seat_shows("Cannot sign in");
    seat_press(":");
    seat_shows("said before");
    assert_int_equal(console_find(seat.console, "sesame"), -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, seat_left)
    const struct CMUnitTest tests[] = {
        T(a_command_reads_the_ticket_clean_and_the_console_comes_back),
        T(how_it_ended_is_said_and_the_row_under_the_cursor_is_meant),
        T(the_command_is_not_kept_among_what_was_said),
    };
    return cmocka_run_group_tests_name("pipe", tests, NULL, NULL);
}
