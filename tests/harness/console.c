/* console: see console.h. The master sides are polled together; nothing here waits for time to pass. */
#include "harness/console.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>
#include <cmocka.h>

enum { MOST = 8, CELL_BYTES = 32 };
struct console_run {
    const char *name;
    pid_t pid;
    int pty, columns, rows;
    bool ended;
    VTerm *vt;
    VTermScreen *screen;
    char *row, held[4]; /* held: the beginning of a character */
    size_t held_n;
    struct str bytes;
};

/* --- beginning and end --- */

static void become(const struct console_as *as)
{
    static const char *const gone[] = {"TRIAGE_THEME", "TRIAGE_SOCKET", "NO_COLOR", "TMUX", "COLUMNS", "LINES", "VISUAL", "EDITOR"};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        unsetenv(gone[i]);
    setenv("HOME", as->home, 1);
    setenv("XDG_CONFIG_HOME", as->home, 1);
    setenv("XDG_STATE_HOME", as->home, 1);
    setenv("TERM", as->term ? as->term : "xterm-256color", 1);
    setenv("LC_ALL", as->locale ? as->locale : "C.UTF-8", 1);
    setenv("TZ", "UTC", 1);
    execv(as->args[0], (char *const *)(uintptr_t)as->args);
    _exit(127);
}

/* The terminal's own answers go where keys go; one that is full or gone does not get them. */
static void answer(const char *bytes, size_t n, void *arg)
{
    struct console_run *c = arg;
    ssize_t ignored = write(c->pty, bytes, n);
    (void)ignored;
}

static void make_screen(struct console_run *c, bool utf8)
{
    c->vt = vterm_new(c->rows, c->columns);
    vterm_output_set_callback(c->vt, answer, c);
    vterm_set_utf8(c->vt, utf8);
    c->screen = vterm_obtain_screen(c->vt);
    vterm_screen_enable_altscreen(c->screen, 1);
    vterm_screen_reset(c->screen, 1);
    c->row = malloc((size_t)c->columns * CELL_BYTES);
    assert_non_null(c->row);
}

struct console_run *console_start_as(const struct console_as *as)
{
    struct console_run *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->name = as->name;
    c->columns = as->columns ? as->columns : CONSOLE_COLUMNS;
    c->rows = as->rows ? as->rows : CONSOLE_ROWS;
    struct winsize size = {.ws_row = (unsigned short)c->rows, .ws_col = (unsigned short)c->columns};
    str_init(&c->bytes, 64 << 20);
    c->pid = forkpty(&c->pty, NULL, NULL, &size);
    assert_true(c->pid >= 0);
    if (c->pid == 0)
        become(as);
    fcntl(c->pty, F_SETFL, O_NONBLOCK);
    fcntl(c->pty, F_SETFD, FD_CLOEXEC);
    make_screen(c, !as->locale || strstr(as->locale, "UTF-8"));
    return c;
}

struct console_run *console_start(const char *name, const char *home, const char *const *args)
{
    return console_start_as(&(struct console_as){.name = name, .home = home, .args = args});
}

const char *console_program(void)
{
    static char program[4096];
    const char *build = getenv("TRIAGE_BUILDDIR"), *other = getenv("TRIAGE_TRIAGE");
    snprintf(program, sizeof program, "%s/triage", build ? build : ".");
    return other ? other : program;
}

struct console_run *console_open(const char *name, const struct daemon_run *daemon, const char *view)
{
    return console_start(name, daemon->dir, (const char *const[]){console_program(), "--socket", daemon->desk, view ? "--open" : NULL, view, NULL});
}

pid_t console_pid(const struct console_run *c)
{
    return c->pid;
}

void console_jolt(struct console_run *c, int columns, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    ioctl(c->pty, TIOCSWINSZ, &size);
}

void console_resize(struct console_run *c, int columns, int rows)
{
    c->columns = columns;
    c->rows = rows;
    c->row = realloc(c->row, (size_t)columns * CELL_BYTES);
    assert_non_null(c->row);
    vterm_set_size(c->vt, rows, columns);
    console_jolt(c, columns, rows);
}

/* Bytes at the end that begin a character whose rest is not here yet. */
static size_t begun(const char *bytes, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)bytes[n - back];
        if (c >= 0xc0)
            return (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2) > (int)back ? back : 0;
        if (c < 0x80)
            return 0;
    }
    return 0;
}

/* What the console has written so far. libvterm gets whole characters: once a set was chosen by SI it loses those that
 * come in two parts. */
static void drain(struct console_run *c)
{
    char part[4096];
    ssize_t n;
    memcpy(part, c->held, c->held_n);
    while ((n = read(c->pty, part + c->held_n, sizeof part - c->held_n)) > 0) {
        size_t size = c->held_n + (size_t)n;
        str_add(&c->bytes, part + c->held_n, (size_t)n);
        c->held_n = begun(part, size);
        vterm_input_write(c->vt, part, size - c->held_n);
        memmove(part, part + size - c->held_n, c->held_n);
        memcpy(c->held, part, c->held_n);
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        c->ended = true;
}

static void forget(struct console_run *c)
{
    close(c->pty);
    vterm_free(c->vt);
    str_fini(&c->bytes);
    free(c->row);
    free(c);
}

void console_drop(struct console_run *c)
{
    pid_t pid = c->pid;
    forget(c);
    waitpid(pid, NULL, 0);
}

int console_close(struct console_run *c)
{
    int status = 0;
    if (!c)
        return 0;
    kill(c->pid, SIGTERM);
    for (int64_t until = clock_mono() + 5000; !c->ended;) {
        struct pollfd fd = {.fd = c->pty, .events = POLLIN};
        if (clock_mono() > until)
            kill(c->pid, SIGKILL);
        poll(&fd, 1, 100);
        drain(c);
    }
    waitpid(c->pid, &status, 0);
    forget(c);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const char *console_spelled(const char *spelled)
{
    static const struct { const char *name, *bytes; } named[] = {
        {"Enter", "\r"}, {"Esc", "\033"}, {"Tab", "\t"}, {"S-Tab", "\033[Z"}, {"Space", " "}, {"Down", "\033[B"}, {"Up", "\033[A"}, {"Left", "\033[D"},
        {"Right", "\033[C"}, {"Home", "\033[H"}, {"End", "\033[F"}, {"PgDn", "\033[6~"}, {"PgUp", "\033[5~"}};
    static char held[32];
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (str_eq(named[i].name, spelled))
            return named[i].bytes;
    snprintf(held, sizeof held, "%s", spelled);
    if (strncmp(spelled, "C-", 2) == 0)
        snprintf(held, sizeof held, "%c", spelled[2] & 0x1f);
    return held;
}

void console_type(struct console_run *c, const char *keys)
{
    if (write(c->pty, keys, strlen(keys)) != (ssize_t)strlen(keys))
        fail_msg("%s: typing: %s", c->name, strerror(errno));
}

static void wait_for(struct console_run *c, int ms)
{
    struct pollfd fd = {.fd = c->pty, .events = POLLIN};
    poll(&fd, 1, ms);
    drain(c);
}

const char *console_bytes(struct console_run *c, int ms, size_t *n)
{
    int64_t until = clock_mono() + ms;
    for (drain(c); !c->ended && clock_mono() < until;)
        wait_for(c, (int)(until - clock_mono()));
    *n = c->bytes.len;
    return c->bytes.data;
}

bool console_ended(struct console_run *c, int limit_ms)
{
    for (int64_t until = clock_mono() + limit_ms; !c->ended && clock_mono() < until;)
        wait_for(c, (int)(until - clock_mono()));
    return c->ended;
}

/* --- what is on it --- */

static size_t put_cell(struct console_run *c, int row, int column, char *out)
{
    VTermScreenCell cell;
    size_t n = 0;
    vterm_screen_get_cell(c->screen, (VTermPos){.row = row, .col = column}, &cell);
    if (cell.chars[0] == (uint32_t)-1)
        return 0; /* the right half of a wide character */
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
        n += (size_t)text_encode(cell.chars[i], out + n);
    if (!n)
        out[n++] = ' ';
    return n;
}

struct VTermScreen *console_screen(struct console_run *c)
{
    return c->screen;
}

const char *console_row(struct console_run *c, int row)
{
    size_t n = 0;
    if (row < 0 || row >= c->rows)
        return NULL;
    for (int column = 0; column < c->columns; column++)
        n += put_cell(c, row, column, c->row + n);
    while (n && c->row[n - 1] == ' ')
        n--;
    c->row[n] = 0;
    return c->row;
}

int console_rows(const struct console_run *c)
{
    return c->rows;
}

void console_cursor(struct console_run *c, int *row, int *column)
{
    VTermPos at;
    drain(c);
    vterm_state_get_cursorpos(vterm_obtain_state(c->vt), &at);
    *row = at.row;
    *column = at.col;
}

static bool has(struct console_run *c, const char *a, const char *b)
{
    for (int row = 0; row < c->rows; row++) {
        const char *text = console_row(c, row);
        if (strstr(text, a) && (!b || strstr(text, b)))
            return true;
    }
    return false;
}

int console_find(struct console_run *c, const char *text)
{
    for (int row = 0; row < c->rows; row++)
        if (strstr(console_row(c, row), text))
            return row;
    return -1;
}

static void give_up(struct console_run *c, const char *a, const char *b, bool shown, int ms)
{
    for (int row = 0; row < c->rows; row++)
        fprintf(stderr, "# |%s\n", console_row(c, row));
    fail_msg("%s console: \"%s\"%s%s%s %s after %d ms%s", c->name, a, b ? " with \"" : "", b ? b : "", b ? "\"" : "",
             shown ? "is not there" : "is still there", ms, c->ended ? " (it has ended)" : "");
}

int64_t console_wait(struct console_run *const *list, int count, const char *a, const char *b, bool shown, int64_t since, int limit_ms)
{
    struct pollfd fds[MOST];
    assert_in_range(count, 1, MOST);
    for (;;) {
        struct console_run *missing = NULL;
        bool ended = false;
        for (int i = 0; i < count; i++) {
            drain(list[i]);
            fds[i] = (struct pollfd){.fd = list[i]->pty, .events = POLLIN};
            ended |= list[i]->ended;
            if (!missing && has(list[i], a, b) != shown)
                missing = list[i];
        }
        int64_t took = clock_mono() - since;
        if (!missing)
            return took;
        if (took > limit_ms || ended)
            give_up(missing, a, b, shown, (int)took);
        poll(fds, (nfds_t)count, (int)(limit_ms - took) + 1);
    }
}

void console_shows(struct console_run *c, const char *a, const char *b)
{
    console_wait(&c, 1, a, b, true, clock_mono(), CONSOLE_SOON);
}

void console_hides(struct console_run *c, const char *text)
{
    console_wait(&c, 1, text, NULL, false, clock_mono(), CONSOLE_SOON);
}
