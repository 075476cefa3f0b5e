/* terminals: any link. The console on every terminal it is promised for, in sizes from 80 x 24 to 500 x 200, in UTF-8 and
 * in the C locale: what a person reads is the same on all of them, the terminal's own cursor stands on the row that is
 * selected, and every way out leaves the terminal as it was. Then through other people's programs: inside tmux, and over
 * ssh to this machine with a key and a server of the test's own; a connection that breaks loses nothing that was typed. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include "harness/sshd.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000, TICKETS = 60, LIST_BYTES = 100 };
static const char *const terms[] = {"xterm-256color", "xterm", "xterm-direct", "linux", "vt100", "screen", "tmux-256color"};
static const struct {
    int columns, rows;
} sizes[] = {{80, 24}, {120, 40}, {200, 60}, {500, 200}};
enum { TERMS = sizeof terms / sizeof *terms, SIZES = sizeof sizes / sizeof *sizes };

static const char config[] = "team: terminals\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent}\n";
extern char **environ;
static struct daemon_run *run;
static struct arena *arena;

/* --- the desk --- */

static void post(struct client *in, int i)
{
    static const char *const subjects[] = {"Terminal prints nothing", "\u6f22\u5b57 in a wide subject", "Caf\u00e9 cre\u0300me combining", "Terminal prints badly",
                                           "Terminal prints nothing", "\ud55c\uad6d\uc5b4 \uc81c\ubaa9", "\U0001f468\u200d\U0001f469\u200d\U0001f467 a family",
                                           "\u05e9\u05dc\u05d5\u05dd and \u0645\u0631\u062d\u0628\u0627 and\\ttab"};
    shop_post_number(in, "open", i, arena_printf(arena, "%s %d", subjects[i % 8], i));
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start_mine(config);
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= TICKETS; i++)
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

/* --- what a person sees --- */

/* The row where the terminal's cursor stands, read until it holds what it should. */
static void cursor_on(struct console_run *c, const char *text)
{
    int row = -1, column;
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; console_ended(c, 5)) {
        console_cursor(c, &row, &column);
        if (strstr(console_row(c, row), text))
            return;
    }
    for (int i = 0; i < console_rows(c); i++)
        fprintf(stderr, "# |%s\n", console_row(c, i));
    fail_msg("the cursor is on row %d, \"%s\", and not on \"%s\"", row, console_row(c, row), text);
}

/* The list as text: a row each for the tickets on the screen, without the pane at its right, which follows in its own time. */
static char *list_of(struct console_run *c)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (int row = 4; row < console_rows(c) - 4; row++)
        str_addf(&out, "%.*s\n", LIST_BYTES, console_row(c, row));
    return arena_strdup(arena, out.data);
}

static char *ticket_at(int i)
{
    return arena_printf(arena, " %d ", i);
}

/* A look round: down twice and up once, a ticket and back, help and back, the palette and back. */
static void walk(struct console_run *c)
{
    cursor_on(c, ticket_at(1));
    console_type(c, "jj");
    cursor_on(c, ticket_at(3));
    console_type(c, "k");
    cursor_on(c, ticket_at(2));
    console_type(c, "\r");
    console_shows(c, "Some text", NULL);
    console_type(c, "q");
    cursor_on(c, ticket_at(2));
    console_type(c, "?");
    console_shows(c, "claim-next", NULL);
    console_type(c, "q");
    console_hides(c, "claim-next");
    console_type(c, "G");
    cursor_on(c, ticket_at(TICKETS));
    console_type(c, "gg");
    cursor_on(c, ticket_at(1));
}

static void leave(struct console_run *c)
{
    console_type(c, "Q");
    assert_true(console_ended(c, SOON));
}

static void no_byte_above_ascii(struct console_run *c)
{
    size_t n;
    const char *bytes = console_bytes(c, 0, &n);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)bytes[i] >= 0x80)
            fail_msg("byte %zu is %02x in a locale without UTF-8: %.40s", i, (unsigned char)bytes[i], bytes + (i > 20 ? i - 20 : 0));
}

/* --- every terminal, size and locale --- */

static bool known(const char *term)
{
    const char *const words[] = {"infocmp", term, NULL};
    pid_t pid;
    int status = 0;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int rc = posix_spawnp(&pid, words[0], &quiet, NULL, (char *const *)(uintptr_t)words, environ);
    posix_spawn_file_actions_destroy(&quiet);
    return rc != 0 || waitpid(pid, &status, 0) != pid || status == 0;
}

static void tell_difference(const char *name, const char *is, const char *other)
{
    size_t same = 0;
    while (is[same] && is[same] == other[same])
        same++;
    while (same && is[same - 1] != '\n')
        same--;
    fail_msg("%s shows\n%.*s\nwhere the first showed\n%.*s", name, (int)strcspn(is + same, "\n"), is + same, (int)strcspn(other + same, "\n"), other + same);
}

/* What the first terminal of the table shows is what all of them show; its text is kept in `same`. */
static void one_terminal(const char *term, const char *locale, int columns, int rows, char **same)
{
    char *name = arena_printf(arena, "%s %s %dx%d", term, locale, columns, rows);
    const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start_as(&(struct console_as){
        .name = name, .home = run->dir, .args = args, .term = term, .locale = locale, .columns = columns, .rows = rows});
    console_shows(c, "live", NULL);
    console_shows(c, "Terminal prints nothing 4", NULL);
    walk(c);
    char *list = list_of(c);
    for (int64_t until = clock_mono() + SOON; *same && strcmp(list, *same) != 0 && clock_mono() < until; list = list_of(c))
        console_ended(c, 20);
    *same = *same ? *same : list;
    if (strcmp(list, *same) != 0)
        tell_difference(name, list, *same);
    if (strcmp(locale, "C") == 0)
        no_byte_above_ascii(c);
    leave(c);
    assert_int_equal(console_close(c), 0);
}

static void every_terminal(const char *locale)
{
    int seen = 0;
    for (int s = 0; s < SIZES; s++) {
        char *same = NULL;
        for (int i = 0; i < TERMS; i++) {
            if (!known(terms[i])) {
                print_message("# skipped: terminfo has no %s here (Debian: ncurses-term)\n", terms[i]);
                continue;
            }
            one_terminal(terms[i], locale, sizes[s].columns, sizes[s].rows, &same);
            seen++;
        }
    }
    print_message("# %d consoles in %s: the same list, the cursor on the selected row\n", seen, locale);
}

static void every_terminal_shows_the_same_in_utf_8(void **state)
{
    (void)state;
    every_terminal("C.UTF-8");
}

static void every_terminal_shows_the_same_in_ascii(void **state)
{
    (void)state;
    every_terminal("C");
}

/* --- every way out --- */

static const char *last_of(const char *bytes, const char *sequence)
{
    const char *last = NULL;
    for (const char *at = bytes; (at = strstr(at, sequence)); at++)
        last = at;
    return last;
}

static void whichever_way_the_console_ends_the_terminal_has_its_modes_back(void **state)
{
    static const struct { const char *keys; int signal, code; } ways[] = {
        {"Q", 0, 0}, {":q\r", 0, 0}, {"rhalf\x1bpQ", 0, 0}, {NULL, SIGHUP, 0}, {NULL, SIGTERM, 0}, {NULL, SIGQUIT, 0}, {NULL, SIGSEGV, 128 + SIGSEGV}, {NULL, SIGABRT, 128 + SIGABRT}};
    static const char *const modes[][2] = {{"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?2004h", "\x1b[?2004l"}, {"\x1b[?1004h", "\x1b[?1004l"},
                                           {"\x1b[?1000h", "\x1b[?1000l"}, {"\x1b[?1006h", "\x1b[?1006l"}};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", "--mouse", NULL};
        struct console_run *c = console_start("leaving", run->dir, args);
        size_t n;
        console_shows(c, "live", NULL);
        console_shows(c, "Terminal prints nothing 4", NULL);
        if (ways[i].keys)
            console_type(c, ways[i].keys);
        else
            kill(console_pid(c), ways[i].signal);
        assert_true(console_ended(c, SOON));
        const char *bytes = console_bytes(c, 0, &n);
        for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
            const char *on = last_of(bytes, modes[m][0]), *off = last_of(bytes, modes[m][1]);
            if (!on || !off || off < on)
                fail_msg("way %zu leaves %s on", i, modes[m][0] + 1);
        }
        assert_int_equal(console_close(c), ways[i].code);
    }
    print_message("# %zu ways out of the console x %zu modes\n", sizeof ways / sizeof *ways, sizeof modes / sizeof *modes);
}

/* --- no room --- */

static void a_terminal_that_is_too_small_says_so_and_growing_brings_all_back(void **state)
{
    static const struct { int columns, rows; const char *says; } small[] = {{39, 24, "39x24 is too small"}, {80, 7, "80x7 is too small"}, {20, 3, "40x8 at least"}, {1, 1, ""}, {500, 200, "Terminal prints nothing 4"}};
    (void)state;
    const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start("small", run->dir, args);
    console_shows(c, "live", NULL);
    console_type(c, "jjr");
    console_shows(c, "on #3 by webhook", NULL);
    console_type(c, "half a sentence");
    console_shows(c, "half a sentence", NULL);
    console_type(c, "\x1bp");
    console_hides(c, "half a sentence");
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        console_resize(c, small[i].columns, small[i].rows);
        console_shows(c, small[i].says, NULL);
    }
    console_resize(c, 80, 24);
    cursor_on(c, ticket_at(3));
    console_type(c, "r");
    console_shows(c, "half a sentence", NULL);
    console_type(c, "\x1bqy");
    console_hides(c, "half a sentence");
    leave(c);
    assert_int_equal(console_close(c), 0);
}

static void a_terminal_without_a_cursor_is_shown_another_way(void **state)
{
    (void)state;
    const char *const args[] = {console_program(), "--socket", run->desk, NULL};
    struct console_run *c = console_start_as(&(struct console_as){.name = "dumb", .home = run->dir, .args = args, .term = "dumb"});
    assert_true(console_ended(c, SOON));
    size_t n;
    assert_non_null(strstr(console_bytes(c, 0, &n), "triage --linear"));
    assert_null(strchr(console_bytes(c, 0, &n), 27));
    assert_int_not_equal(console_close(c), 0);
}

/* --- over a link without a locale --- */

static void body_of_the_draft_is(const char *expected)
{
    struct client *desk = client_open(run->desk);
    const char *body = "";
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; usleep(20000))
        if (strstr(body = client_get(desk, "/v1/keep/draft:3:reply").body, expected))
            break;
    if (!strstr(body, expected))
        fail_msg("the draft is %s, without %s", body, expected);
    client_close(desk);
}

static void what_a_terminal_in_the_c_locale_cannot_show_is_in_the_text_all_the_same(void **state)
{
    (void)state;
    const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start_as(&(struct console_as){.name = "no locale", .home = run->dir, .args = args, .term = "linux", .locale = "C"});
    console_shows(c, "live", NULL);
    console_type(c, "ggjjr");
    console_shows(c, "on #3 by webhook", NULL);
    console_type(c, "Hello Zo\u00eb, see you tomorrow. ");
    console_shows(c, "Hello Zoe, see you tomorrow.", NULL);
    console_type(c, "\x1b[200~Liebe Gr\u00fc\u00dfe\rsecond line plain\rthird\u65e5\x1b[201~");
    console_shows(c, "see you tomorrow. Liebe Gru", "e");
    console_shows(c, "second line plain", NULL);
    console_shows(c, "third?", NULL);
    body_of_the_draft_is("Hello Zo\u00eb, see you tomorrow. Liebe Gr\u00fc\u00dfe\\nsecond line plain\\nthird\u65e5");
    console_type(c, "\x1bqy");
    console_hides(c, "second line plain");
    no_byte_above_ascii(c);
    leave(c);
    assert_int_equal(console_close(c), 0);
}

/* --- inside tmux --- */

static const char *in_dir(const char *name)
{
    return arena_printf(arena, "%s/%s", run->dir, name);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* What a command prints, and whether it ended well. */
static char *output_of(const char *command, bool *ok)
{
    AUTO_STR out;
    char part[4096];
    str_init(&out, 1 << 20);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): words of the test's own */
    assert_non_null(pipe);
    for (size_t n; (n = fread(part, 1, sizeof part, pipe)) > 0;)
        str_add(&out, part, n);
    *ok = pclose(pipe) == 0;
    return arena_strdup(arena, out.data);
}

static bool there(const char *program)
{
    bool ok;
    output_of(arena_printf(arena, "command -v %s", program), &ok);
    return ok;
}

static int end_tmux(void **state)
{
    bool ok;
    (void)state;
    output_of(arena_printf(arena, "tmux -S %s kill-server 2>&1", in_dir("tmux")), &ok);
    return 0;
}

static void inside_tmux_a_pane_shows_what_the_console_drew(void **state)
{
    bool ok;
    (void)state;
    if (!there("tmux")) {
        print_message("# skipped: there is no tmux here\n");
        skip();
    }
    write_text(in_dir("tmux.conf"), "set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 0\n");
    const char *const args[] = {"/usr/bin/env", "tmux", "-u", "-f", in_dir("tmux.conf"), "-S", in_dir("tmux"), "new-session",
                                console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start("tmux", run->dir, args);
    console_shows(c, "live", NULL);
    console_shows(c, "Terminal prints nothing 4", NULL);
    walk(c);
    char *pane = output_of(arena_printf(arena, "tmux -S %s capture-pane -p", in_dir("tmux")), &ok);
    assert_true(ok);
    for (int row = 4; row < 4 + 20; row++)
        if (!strstr(pane, console_row(c, row)))
            fail_msg("the pane has no row \"%s\":\n%s", console_row(c, row), pane);
    output_of(arena_printf(arena, "tmux -S %s send-keys Escape / x y", in_dir("tmux")), &ok); /* in one piece */
    assert_true(ok);
    console_shows(c, "/ xy", NULL);
    output_of(arena_printf(arena, "tmux -S %s send-keys Escape :", in_dir("tmux")), &ok);
    console_hides(c, "/ xy");
    console_type(c, "mouse on\r");
    console_shows(c, "Clicks are ours", NULL);
    char *flags = output_of(arena_printf(arena, "tmux -S %s display -p '#{mouse_standard_flag} #{mouse_sgr_flag}'", in_dir("tmux")), &ok);
    assert_string_equal(flags, "1 1\n");
    console_type(c, ":mouse off\r");
    console_shows(c, "the terminal's again", NULL);
    console_resize(c, 80, 24);
    cursor_on(c, ticket_at(1));
    console_shows(c, "Terminal prints nothing 4", NULL);
    leave(c);
    assert_int_equal(console_close(c), 0);
}

/* --- over ssh --- */

static struct sshd *server;

static int end_ssh(void **state)
{
    (void)state;
    sshd_close(server);
    server = NULL;
    return 0;
}

/* A server that lets this user in; else the case is skipped, and says why. */
static void ssh_or_skip(void)
{
    const char *why;
    server = sshd_open(arena, run->dir, "", "", &why);
    if (server)
        return;
    print_message("# skipped: %s\n", why);
    skip();
}

/* The console at the other end of a connection, on the terminal that ssh asked for. */
static struct console_run *over_ssh(const char *name, const char *view)
{
    char *there = arena_printf(arena, "env HOME=%s XDG_CONFIG_HOME=%s TZ=UTC LC_ALL=C.UTF-8 %s --socket %s %s %s", run->dir, run->dir, console_program(),
                               run->desk, view ? "--open" : "", view ? view : "");
    const char *const args[] = {"/bin/sh", "-c", arena_printf(arena, "exec %s", sshd_to(server, arena, "-tt", there)), NULL};
    return console_start(name, run->dir, args);
}

static void over_ssh_it_is_the_same_and_a_broken_line_loses_nothing(void **state)
{
    (void)state;
    ssh_or_skip();
    struct console_run *c = over_ssh("ssh", "all");
    console_shows(c, "live", NULL);
    console_shows(c, "Terminal prints nothing 4", NULL);
    walk(c);
    console_resize(c, 80, 24);
    cursor_on(c, ticket_at(1));
    console_resize(c, 200, 60);
    cursor_on(c, ticket_at(1));
    console_type(c, "jjjr");
    console_shows(c, "on #4 by webhook", NULL);
    console_type(c, "Dear customer, half a sen");
    console_shows(c, "half a sen", NULL);
    kill(console_pid(c), SIGKILL); /* the client: nothing is said to the other end */
    console_drop(c);
    c = over_ssh("ssh again", NULL);
    console_shows(c, "Dear customer, half a sen", NULL);
    console_type(c, "tence.");
    console_shows(c, "half a sentence.", NULL);
    console_type(c, "\x1b");
    console_shows(c, "review:", NULL);
    console_type(c, "p");
    console_hides(c, "review:");
    leave(c);
    assert_int_equal(console_close(c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_terminal_shows_the_same_in_utf_8),
        cmocka_unit_test(every_terminal_shows_the_same_in_ascii),
        cmocka_unit_test(whichever_way_the_console_ends_the_terminal_has_its_modes_back),
        cmocka_unit_test(a_terminal_that_is_too_small_says_so_and_growing_brings_all_back),
        cmocka_unit_test(a_terminal_without_a_cursor_is_shown_another_way),
        cmocka_unit_test(what_a_terminal_in_the_c_locale_cannot_show_is_in_the_text_all_the_same),
        cmocka_unit_test_teardown(inside_tmux_a_pane_shows_what_the_console_drew, end_tmux),
        cmocka_unit_test_teardown(over_ssh_it_is_the_same_and_a_broken_line_loses_nothing, end_ssh),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
