/* links: one walk through the console on every terminal it is promised for, and on every way to it: a terminal of its own, over ssh to this
 * machine, inside tmux, inside tmux at the other end of ssh. The keys are the key file's, sent as each terminal sends them by its terminfo;
 * after each key the screens of all are the same as text, and the cursor stands in the same place. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shop.h"
#include "harness/sshd.h"
#include "term/keymap.h"
#include <curses.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <cmocka.h>
#undef columns /* term.h's */

enum { SOON = 30000, TICKETS = 60, COLUMNS_HERE = 170 /* with a pane */, ROWS_HERE = 40 };
static const char *const terms[] = {"vt100", "linux", "screen", "tmux-256color", "xterm-256color", "xterm"};
enum { TERMS = sizeof terms / sizeof *terms };

static const char config[] = "team: links\n"
                             "sources:\n"
                             "  - {name: open, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: lead}\n";
static struct daemon_run *run;
static struct arena *arena;
static struct sshd *server;

/* --- the walk --- */

/* A key of the file, the command it has there, and what is then on the screen where the key's own effect might be late. Text: typed as it is. */
static const struct step { const char *screen, *keys, *command, *shows; } steps[] = {
    {"queue", "j", "down", NULL}, {"queue", "j", "down", NULL}, {"queue", "k", "up", NULL}, {"queue", "Down", "down", NULL}, {"queue", "Up", "up", NULL},
    {"queue", "G", "bottom", "60"}, {"queue", "gg", "top", NULL}, {"queue", "End", "bottom", "60"}, {"queue", "Home", "top", NULL},
    {"queue", "C-d", "page-down", NULL}, {"queue", "C-u", "page-up", NULL}, {"queue", "PgDn", "page-down", NULL}, {"queue", "PgUp", "page-up", NULL},
    {"queue", "gu", "go unassigned", NULL}, {"queue", "l", "next-view", NULL}, {"queue", "h", "prev-view", NULL}, {"queue", "Right", "next-view", NULL},
    {"queue", "Left", "prev-view", NULL}, {"queue", "ga", "go all", NULL},
    {"queue", "Space", "mark", "1 marked"}, {"queue", "V", "mark-all", "60 marked"}, {"queue", "U", "unmark", NULL}, {"queue", "I", "invert", NULL}, {"queue", "I", "invert", NULL},
    {"queue", "Tab", "next-pane", NULL}, {"queue", "S-Tab", "prev-pane", NULL}, {"queue", "S", "sort", NULL}, {"queue", "Esc", "back", NULL},
    {"queue", "/", "filter", "/"}, {NULL, "wide \303\251\346\274\242", NULL, "\303\251\346\274\242"}, {"queue", "Esc", "back", NULL},
    {"queue", ":", "palette", NULL}, {NULL, "go metr", NULL, "metr"}, {"queue", "Esc", "back", NULL},
    {"queue", "?", "help", "claim-next"}, {"queue", "q", "back", NULL},
    {"queue", "Enter", "open", "Some text"}, {"ticket", "w", "why", NULL}, {"ticket", "Esc", "back", NULL},
    {"ticket", "q", "back", NULL},
    {"queue", "ge", "go escalations", NULL}, {"escalations", "go", "go oncall", NULL}, {"oncall", "gd", "go deliveries", NULL}, {"deliveries", "gt", "go metrics", NULL},
    {"metrics", "gb", "go boss", NULL}, {"scoreboard", "gw", "go agents", NULL}, {"agents", "ga", "go all", NULL}, {"queue", "j", "down", NULL},
};
enum { STEPS = sizeof steps / sizeof *steps };

/* What this terminal sends for a key; of what it does not have, what those that are like it send. */
static const char *sent(const char *term, const char *spelled)
{
    static const struct { const char *name, *capability; } named[] = {{"Down", "kcud1"}, {"Up", "kcuu1"}, {"Left", "kcub1"}, {"Right", "kcuf1"}, {"Home", "khome"},
                                                                      {"End", "kend"}, {"PgDn", "knp"}, {"PgUp", "kpp"}, {"S-Tab", "kcbt"}};
    int err;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(named[i].name, spelled) != 0 || setupterm(term, STDERR_FILENO, &err) != OK)
            continue;
        const char *bytes = tigetstr(named[i].capability);
        bytes = bytes && bytes != (const char *)-1 ? arena_strdup(arena, bytes) : console_spelled(spelled);
        del_curterm(cur_term);
        return bytes;
    }
    return console_spelled(spelled);
}

static void each_key_is_the_files_own(void **state)
{
    (void)state;
    struct err err = {0};
    struct keymap *map = keymap_new(arena);
    int keys = 0;
    assert_true(keymap_load(map, arena_printf(arena, "%s/data/keys/default.keys", getenv("TRIAGE_SRCDIR")), NULL, &err));
    for (int i = 0; i < STEPS; i++) {
        bool found = !steps[i].command;
        const struct binding **list = keymap_list(map, arena, steps[i].screen ? steps[i].screen : "queue", NULL);
        for (; *list && !found; list++)
            found = strcmp((*list)->spelled, steps[i].keys) == 0 && strcmp((*list)->command, steps[i].command) == 0;
        if (!found)
            fail_msg("step %d: %s is not \"%s\" on %s", i, steps[i].keys, steps[i].command, steps[i].screen);
        keys += steps[i].command != NULL;
    }
    print_message("# %d keys and %d texts a walk\n", keys, STEPS - keys);
}

/* --- who walks --- */

struct walker { const char *name, *term; struct console_run *console; };

/* The screen as text, and where the cursor stands. */
static char *seen(struct console_run *c)
{
    AUTO_STR out;
    int row, column;
    str_init(&out, 1 << 20);
    console_cursor(c, &row, &column);
    for (int i = 0; i < console_rows(c); i++)
        str_addf(&out, "%s\n", console_row(c, i));
    str_addf(&out, "cursor %d %d\n", row, column);
    return arena_strdup(arena, out.data);
}

static const char *name_of(int step)
{
    return step < 0 ? "the start" : arena_printf(arena, "step %d, %s", step, steps[step].keys);
}

static void tell_difference(const struct walker *w, const char *first, int step)
{
    const char *a = seen(w->console), *b = first;
    for (int line = 0; *a && *b; line++) {
        size_t an = strcspn(a, "\n"), bn = strcspn(b, "\n");
        if (an != bn || memcmp(a, b, an) != 0)
            fprintf(stderr, "# line %d: |%.*s\n#  not so: |%.*s\n", line, (int)an, a, (int)bn, b);
        a += an + (a[an] != 0);
        b += bn + (b[bn] != 0);
    }
    fail_msg("%s differs after %s", w->name, name_of(step));
}

static bool holds(const char *screen, const char *text)
{
    return !text || strstr(screen, text);
}

/* All show the same, which is not what was there before. */
static char *agree(struct walker *list, int n, const char *before, const char *shows, int step)
{
    char *first = NULL;
    int other = 0;
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; console_ended(list[other].console, 5)) {
        first = seen(list[0].console);
        bool moved = !before || strcmp(first, before) != 0;
        for (other = 1; other < n && strcmp(seen(list[other].console), first) == 0;)
            other++;
        if (other == n && moved && holds(first, shows))
            return first;
        other = other == n ? 0 : other;
    }
    if (other == 0)
        fail_msg("after %s \"%s\" does not come:\n%s", name_of(step), shows ? shows : "anything else", first);
    tell_difference(&list[other], first, step);
    return NULL;
}

static void walk(struct walker *list, int n)
{
    char *before = agree(list, n, NULL, "6 All 60", -1);
    for (int i = 0; i < STEPS; i++) {
        for (int k = 0; k < n; k++)
            console_type(list[k].console, steps[i].command ? sent(list[k].term, steps[i].keys) : steps[i].keys);
        before = agree(list, n, before, steps[i].shows, i);
    }
    for (int k = 0; k < n; k++) {
        console_type(list[k].console, "Q");
        assert_true(console_ended(list[k].console, SOON));
        console_close(list[k].console);
    }
}

/* --- ways --- */

static char *console_line(void)
{
    return arena_printf(arena, "%s --socket %s --open all", console_program(), run->desk);
}

static char *tmux_line(int i, bool far)
{
    return arena_printf(arena, "tmux -u -f %s/tmux%d.conf -S %s/%s%d new-session \"%s\"", run->dir, i % 2, run->dir, far ? "far" : "near", i, console_line());
}

static struct console_run *start_one(const char *name, const char *term, const char *line)
{
    const char *const args[] = {"/bin/sh", "-c", arena_printf(arena, "exec %s", line), NULL};
    return console_start_as(&(struct console_as){.name = name, .home = run->dir, .args = args, .term = term, .columns = COLUMNS_HERE, .rows = ROWS_HERE});
}

static char *over_ssh(const char *line)
{
    return sshd_to(server, arena, "-tt", arena_printf(arena, "'env HOME=%s XDG_CONFIG_HOME=%s TZ=UTC LC_ALL=C.UTF-8 %s'", run->dir, run->dir, line));
}

enum way { DIRECT, SSH, TMUX, SSH_TMUX, WAYS };
static const char *const way_names[WAYS] = {"directly", "over ssh", "inside tmux", "inside tmux over ssh"};

static char *line_of(enum way way, int i)
{
    return way == DIRECT ? console_line() : way == SSH ? over_ssh(console_line()) : way == TMUX ? tmux_line(i, false) : over_ssh(tmux_line(i, true));
}

static bool there(const char *program)
{
    return system(arena_printf(arena, "command -v %s >/dev/null", program)) == 0; /* NOLINT(cert-env33-c): words of the test's own */
}

static void skip_without(enum way way)
{
    const char *why = "there is no tmux here";
    bool tmux = way == DIRECT || way == SSH || there("tmux"), far = way == SSH || way == SSH_TMUX;
    if (tmux && far && !server)
        server = sshd_open(arena, run->dir, "", "", &why);
    if (tmux && (server || !far))
        return;
    print_message("# skipped: %s\n", why);
    skip();
}

static void everyone_sees_the_same(enum way way)
{
    struct walker list[TERMS + 1] = {{"the first", "xterm-256color", NULL}};
    int n = 1, err;
    skip_without(way);
    for (int i = 0; i < TERMS; i++) {
        if (setupterm(terms[i], STDERR_FILENO, &err) != OK) {
            print_message("# skipped: terminfo has no %s here (Debian: ncurses-term)\n", terms[i]);
            continue;
        }
        del_curterm(cur_term);
        list[n++] = (struct walker){arena_printf(arena, "%s %s", terms[i], way_names[way]), terms[i], NULL};
        list[n - 1].console = start_one(list[n - 1].name, terms[i], line_of(way, i));
    }
    list[0].console = start_one("the first", "xterm-256color", console_line());
    walk(list, n);
    print_message("# %d terminals %s, %d steps: the same text, the cursor in the same place\n", n - 1, way_names[way], STEPS);
}

static void directly_every_terminal_shows_the_same(void **state)
{
    (void)state;
    everyone_sees_the_same(DIRECT);
}

static void over_ssh_every_terminal_shows_the_same(void **state)
{
    (void)state;
    everyone_sees_the_same(SSH);
}

static void inside_tmux_every_terminal_shows_the_same(void **state)
{
    (void)state;
    everyone_sees_the_same(TMUX);
}

static void inside_tmux_over_ssh_every_terminal_shows_the_same(void **state)
{
    (void)state;
    everyone_sees_the_same(SSH_TMUX);
}

/* --- beginning and end --- */

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(arena_printf(arena, "%s/%s", run->dir, name), "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    run = daemon_start(arena_printf(arena, config, (long)getuid()));
    struct client *in = client_open(run->ingest);
    for (int i = 1; i <= TICKETS; i++)
        shop_post(in, "open", arena_printf(arena, "%d", i), arena_printf(arena, i % 3 ? "Terminal prints nothing %d" : "\u6f22\u5b57 in a wide caf\u00e9 %d", i));
    client_close(in);
    struct client *me = client_open(run->desk);
    assert_int_equal(client_post(me, "/v1/do", "{\"do\":\"claim\",\"tickets\":[2,5]}").status, 200);
    client_close(me);
    write_text("tmux0.conf", "set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 0\n");
    write_text("tmux1.conf", "set -g status off\nset -g default-terminal screen\nset -s escape-time 0\n");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    for (int i = 0; i < TERMS; i++)
        for (int far = 0; far < 2; far++)
            if (access(arena_printf(arena, "%s/%s%d", run->dir, far ? "far" : "near", i), F_OK) == 0 &&
                system(arena_printf(arena, "tmux -S %s/%s%d kill-server >/dev/null 2>&1", run->dir, far ? "far" : "near", i)) < 0) /* NOLINT(cert-env33-c) */
                return -1;
    sshd_close(server);
    daemon_remove(run);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_is_the_files_own),
        cmocka_unit_test(directly_every_terminal_shows_the_same),
        cmocka_unit_test(over_ssh_every_terminal_shows_the_same),
        cmocka_unit_test(inside_tmux_every_terminal_shows_the_same),
        cmocka_unit_test(inside_tmux_over_ssh_every_terminal_shows_the_same),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, start, stop) : 1;
}
