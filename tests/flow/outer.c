/* outer: what the terminal outside of tmux hears of a console inside. A real tmux on a terminal of the test's own, with and without
 * allow-passthrough, with and without set-clipboard: a notification and a copy come out exactly once each as they would without tmux, whole
 * and harmless; where tmux lets nothing through there is still the bell. At the other end of ssh there is no TMUX, only TERM. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
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
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static const char config[] = "team: outer\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true}\n"
                             "  - {name: tom, role: agent, key_id: k-tom}\n";
static struct arena *arena;
static struct daemon_run *run;
static struct client *desk;
static struct console_run *console;

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start(arena_printf(arena, config, (long)getuid()));
    desk = client_open(run->desk);
    struct client *in = client_open(run->ingest);
    shop_post(in, "open", "1", "Where is my invoice?");
    client_close(in);
    return 0;
}

/* "tmux 3.3a", "tmux next-3.5"; 0: there is none. */
static double tmux_version(void)
{
    char text[64] = "";
    FILE *pipe = popen("tmux -V 2>/dev/null", "r"); /* NOLINT(cert-env33-c): words of the test's own */
    assert_non_null(pipe);
    double version = fgets(text, sizeof text, pipe) ? strtod(text + strcspn(text, "0123456789"), NULL) : 0;
    pclose(pipe);
    return version;
}

/* tmux with these lines of configuration, and in it the console after `before` (env and its words). */
static void open_inside(const char *settings, const char *before)
{
    if (tmux_version() < 3.3) {
        print_message("# skipped: there is no tmux here that can be told what to let through (3.3)\n");
        skip();
    }
    FILE *file = fopen(arena_printf(arena, "%s/tmux.conf", run->dir), "w");
    assert_non_null(file);
    fprintf(file, "set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 0\n%s", settings);
    fclose(file);
    const char *const args[] = {"/usr/bin/env", "tmux", "-u", "-f", arena_printf(arena, "%s/tmux.conf", run->dir), "-S", arena_printf(arena, "%s/tmux", run->dir), "new-session",
                                arena_printf(arena, "%s %s --socket %s --open all", before, console_program(), run->desk), NULL};
    console = console_start("outer", run->dir, args);
    console_shows(console, "Where is my invoice?", NULL);
    console_shows(console, "live", NULL);
}

static int stop(void **state)
{
    (void)state;
    int code = system(arena_printf(arena, "tmux -S %s/tmux kill-server >/dev/null 2>&1", run->dir)); /* NOLINT(cert-env33-c) */
    (void)code;
    console_close(console);
    console = NULL;
    client_close(desk);
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

/* --- what came out --- */

static int times(const char *needle)
{
    size_t n, size = strlen(needle);
    int count = 0;
    const char *bytes = console_bytes(console, 0, &n), *end = bytes + n;
    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), needle, size)); at += size)
        count++;
    return count;
}

static void comes_once(const char *bytes, const char *what)
{
    for (int64_t until = clock_mono() + SOON; !times(bytes) && clock_mono() < until;)
        console_ended(console, 20);
    if (times(bytes) != 1)
        fail_msg("%s came out %d times", what, times(bytes));
}

/* tmux says a bell as one; the end of a control string is none. */
static int bells(void)
{
    size_t n;
    int count = 0;
    bool string = false;
    const char *bytes = console_bytes(console, 0, &n);
    for (size_t i = 0; i < n; i++) {
        bool begins = bytes[i] == '\033' && i + 1 < n && strchr("]P", bytes[i + 1]);
        count += bytes[i] == '\007' && !string;
        string = begins || (string && bytes[i] != '\007' && !(bytes[i] == '\\' && bytes[i - 1] == '\033'));
    }
    return count;
}

static void rings(void)
{
    for (int64_t until = clock_mono() + SOON; !bells() && clock_mono() < until;)
        console_ended(console, 20);
    assert_int_equal(bells(), 1);
}

static void tom_mentions_ana(void)
{
    static const char body[] = "{\"do\":\"note\",\"tickets\":[1],\"text\":\"@ana \\u001b]0;PWN\\u0007\\u001b\\\\ look\"}";
    assert_int_equal(client_ask(desk, "POST", "/v1/do", "X-Triage-Key: k-tom\r\nContent-Type: application/json\r\n", body, sizeof body - 1).status, 200);
    console_shows(console, "mentions you", NULL);
}

static void nothing_of_the_way_through_is_left(void)
{
    assert_int_equal(times("tmux;"), 0);
    assert_int_equal(times("PWN\007"), 0);
    assert_int_equal(times("\033\033"), 0);
}

#define COPIED "\033]52;c;IzE=\007" /* #1 */
static const char open_door[] = "set -g allow-passthrough on\nset -s set-clipboard off\n", shut[] = "set -g allow-passthrough off\nset -s set-clipboard off\n",
                  clipboard[] = "set -g allow-passthrough off\nset -s set-clipboard on\n", both[] = "set -g allow-passthrough on\nset -s set-clipboard on\n";

static void a_notification_goes_through_where_tmux_lets_it(void **state)
{
    (void)state;
    open_inside(open_door, "env");
    tom_mentions_ana();
    comes_once("\033]777;notify;triage;#1: tom mentions you\033\\", "the notification");
    rings();
    nothing_of_the_way_through_is_left();
}

static void for_a_terminal_that_wants_the_other_form_it_is_osc_9(void **state)
{
    (void)state;
    open_inside(open_door, "env LC_TERMINAL=iTerm2");
    tom_mentions_ana();
    comes_once("\033]9;triage: #1: tom mentions you\033\\", "the notification");
    rings();
    nothing_of_the_way_through_is_left();
}

static void where_tmux_lets_nothing_through_the_bell_is_heard(void **state)
{
    (void)state;
    open_inside(shut, "env");
    tom_mentions_ana();
    rings();
    assert_int_equal(times("]777;"), 0);
    nothing_of_the_way_through_is_left();
}

static void over_ssh_from_inside_tmux_term_alone_says_so(void **state)
{
    (void)state;
    open_inside(open_door, "env -u TMUX -u TMUX_PANE -u TERM_PROGRAM");
    tom_mentions_ana();
    comes_once("\033]777;notify;triage;#1: tom mentions you\033\\", "the notification");
    rings();
    console_type(console, "y");
    comes_once(COPIED, "the copy");
    nothing_of_the_way_through_is_left();
}

static void a_copy_goes_through_where_tmux_lets_it(void **state)
{
    (void)state;
    open_inside(open_door, "env");
    console_type(console, "y");
    comes_once(COPIED, "the copy");
    nothing_of_the_way_through_is_left();
}

/* As tmux says it: it may put other letters before the text, and end it otherwise. */
static void a_copy_is_tmuxs_own_where_it_keeps_the_clipboard(void **state)
{
    (void)state;
    static const char *const ways[] = {clipboard, both};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (i)
            start(state);
        open_inside(ways[i], "env");
        console_type(console, "y");
        for (int64_t until = clock_mono() + SOON; !times(";IzE=") && clock_mono() < until;)
            console_ended(console, 20);
        assert_in_range(times(";IzE="), 1, i + 1);
        nothing_of_the_way_through_is_left();
        FILE *buffer = popen(arena_printf(arena, "tmux -S %s/tmux show-buffer", run->dir), "r"); /* NOLINT(cert-env33-c) */
        char text[16] = "";
        assert_non_null(fgets(text, sizeof text, buffer));
        pclose(buffer);
        assert_string_equal(text, "#1");
        if (!i)
            stop(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_notification_goes_through_where_tmux_lets_it, start, stop),
        cmocka_unit_test_setup_teardown(for_a_terminal_that_wants_the_other_form_it_is_osc_9, start, stop),
        cmocka_unit_test_setup_teardown(where_tmux_lets_nothing_through_the_bell_is_heard, start, stop),
        cmocka_unit_test_setup_teardown(over_ssh_from_inside_tmux_term_alone_says_so, start, stop),
        cmocka_unit_test_setup_teardown(a_copy_goes_through_where_tmux_lets_it, start, stop),
        cmocka_unit_test_setup_teardown(a_copy_is_tmuxs_own_where_it_keeps_the_clipboard, start, stop),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
