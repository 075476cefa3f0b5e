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
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 10000, TICKETS = 60 };
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
    static const char *const subjects[] = {"Terminal prints nothing", "\u6f22\u5b57 in a wide subject", "Caf\u00e9 cre\u0300me combining", "Terminal prints badly"};
    assert_int_equal(client_post(in, "/in/open", arena_printf(arena,
        "{\"eventId\":\"e-%d\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\",\"data\":{\"source_ticket_id\":\"%d\",\"user_id\":\"u\","
        "\"user_name\":\"U\",\"user_email\":\"u@example.com\",\"subject\":\"%s %d\",\"description\":\"Some text\"}}", i, i, subjects[i % 4], i)).status, 200);
}

static int start(void **state)
{
    char text[1024];
    (void)state;
    arena = arena_new();
    snprintf(text, sizeof text, config, (long)getuid());
    run = daemon_start(text);
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

static void shows(struct console_run *c, const char *a, const char *b)
{
    console_wait(&c, 1, a, b, true, clock_mono(), SOON);
}

static void hides(struct console_run *c, const char *a)
{
    console_wait(&c, 1, a, NULL, false, clock_mono(), SOON);
}

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

/* The list as text, without what the clock moves: a row each for the tickets on the screen. */
static char *list_of(struct console_run *c)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (int row = 4; row < console_rows(c) - 4; row++)
        str_addf(&out, "%s\n", console_row(c, row));
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
    shows(c, "Some text", NULL);
    console_type(c, "q");
    cursor_on(c, ticket_at(2));
    console_type(c, "?");
    shows(c, "claim-next", NULL);
    console_type(c, "q");
    hides(c, "claim-next");
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

/* What the first terminal of the table shows is what all of them show; its text is kept in `same`. */
static void one_terminal(const char *term, const char *locale, int columns, int rows, char **same)
{
    char *name = arena_printf(arena, "%s %s %dx%d", term, locale, columns, rows);
    const char *const args[] = {console_program(), "--socket", run->desk, "--open", "all", NULL};
    struct console_run *c = console_start_as(&(struct console_as){
        .name = name, .home = run->dir, .args = args, .term = term, .locale = locale, .columns = columns, .rows = rows});
    shows(c, "live", NULL);
    shows(c, "Terminal prints nothing 4", NULL);
    walk(c);
    char *list = list_of(c);
    if (!*same)
        *same = list;
    assert_string_equal(list, *same);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_terminal_shows_the_same_in_utf_8),
        cmocka_unit_test(every_terminal_shows_the_same_in_ascii),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
