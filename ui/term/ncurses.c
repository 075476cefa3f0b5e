/* ncurses: see ncurses.h. Signals come as bytes of a pipe (term/signals) and are answered in term_key, on the loop's own time. */
#define NCURSES_WIDECHAR 1
#include "term/ncurses.h"
#include "base/clock.h"
#include "base/text.h"
#include "term/input.h"
#include "term/outlet.h"
#include "term/outside.h"
#include "term/paint.h"
#include "term/signals.h"
#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#undef columns
#undef lines

static struct {
    bool open, away; /* away: given to a child */
    struct term_options options;
    SCREEN *screen;
    int columns, rows;
    bool mouse;
    struct termios before, during;
} t;

/* --- open and close --- */

static const char *capability(const char *name)
{
    const char *text = tigetstr(name);
    return text && text != (char *)-1 ? text : NULL;
}

static void enter(void)
{
    outside_enter(&(struct outside_options){.paste = capability("BE"), .focus = t.options.focus, .mouse = t.mouse});
}

/* Everything a crash can still do: leave the other modes, the alternate screen, colours; show the cursor. */
static void foresee_crash(void)
{
    static const char *const names[] = {"sgr0", "cnorm", "rmcup", "rmkx"};
    char text[300];
    size_t n = outside_leaves(text, sizeof text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *part = capability(names[i]);
        size_t size = part ? strlen(part) : 0;
        if (n + size <= sizeof text)
            memcpy(text + n, part ? part : "", size), n += size;
    }
    signals_crash_leaves(text, n, &t.before);
}

/* A change of weight costs nine bytes on xterm's family, a third of them to choose a character set that is never left
 * here: lines are drawn in Unicode or ASCII. What tigetstr gives is curses' own copy, and may become shorter. */
static void spare_bytes(void)
{
    static const struct {
        const char *name, *needless;
    } rows[] = {{"sgr0", "\033(B"}, {"sgr", "%?%p9%t\033(0%e\033(B%;"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = tigetstr(rows[i].name);
        size_t n = strlen(rows[i].needless);
        if (text && text != (char *)-1 && strncmp(text, rows[i].needless, n) == 0)
            memmove(text, text + n, strlen(text + n) + 1);
    }
}

/* curses says by a way of its own that colours are the usual ones again, between our pictures and in pieces; ours are plain at their end. */
static void quieten_colours(void)
{
    char *text = tigetstr("op");
    if (text && text != (char *)-1)
        *text = 0;
}

/* Those that are known to answer "are you there?"; another might show it. */
static bool asks(void)
{
    const char *name = getenv("TERM");
    return outside_able() || strncmp(name, "vt", 2) == 0 || strncmp(name, "linux", 5) == 0;
}

static bool usable(struct err *err)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, ERR_UNAVAILABLE, "the console needs a terminal (for scripts: triage ls, triage show)");
    if (!name || !*name || strcmp(name, "dumb") == 0)
        return err_set(err, ERR_UNAVAILABLE, "TERM=%s cannot place a cursor (try: triage --linear)", name ? name : "");
    return true;
}

static void start_keys(void)
{
    cbreak(); /* flow control and signals stay as the user's tty has them */
    noecho();
    nonl();
    input_open();
}

static bool ask_size(void)
{
    struct winsize size;
    bool told = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    t.columns = told ? size.ws_col : t.columns;
    t.rows = told ? size.ws_row : t.rows;
    return told;
}

static char *set_apart(const char *name, int value)
{
    const char *was = getenv(name);
    char text[16], *kept = was ? strdup(was) : NULL;
    snprintf(text, sizeof text, "%d", value);
    setenv(name, text, 1);
    return kept;
}

static void put_back(const char *name, char *was)
{
    if (was)
        setenv(name, was, 1);
    else
        unsetenv(name);
    free(was);
}

/* curses makes three pictures of the terminal, 400 KB at 120 x 40, before it can be told that they may be narrow; what it asks first of
 * all for the size is the environment. */
static SCREEN *narrow_screen(FILE *out)
{
    char *lines = set_apart("LINES", t.rows), *columns = set_apart("COLUMNS", 1);
    SCREEN *screen = newterm(NULL, out, stdin);
    put_back("LINES", lines);
    put_back("COLUMNS", columns);
    return screen;
}

/* curses' own three pictures, which nobody draws on, are a column wide; their last row is where it leaves the cursor. */
static void take_size(void)
{
    if (!ask_size() && !t.rows) {
        t.columns = COLS;
        t.rows = LINES;
    }
    resizeterm(t.rows, 1);
    paint_fit(t.columns, t.rows);
}

static bool open_curses(struct err *err)
{
    FILE *out = outlet_open(asks(), err);
    if (!out)
        return false;
    tcgetattr(STDIN_FILENO, &t.before);
    t.columns = t.rows = 0;
    t.screen = ask_size() ? narrow_screen(out) : newterm(NULL, out, stdin);
    if (!t.screen) {
        outlet_end();
        return err_set(err, ERR_UNAVAILABLE, "TERM=%s is not known here (install ncurses-term, or set TERM=xterm)", getenv("TERM"));
    }
    start_keys();
    tcgetattr(STDIN_FILENO, &t.during);
    take_size();
    return outlet_catch(err) || (endwin(), false);
}

bool term_open(const struct term_options *options, struct err *err)
{
    static bool registered;
    if (!usable(err) || !signals_open(err))
        return false;
    setlocale(LC_CTYPE, "");
    text_set_ascii(options->ascii || strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0);
    t.options = *options;
    fflush(stdout);
    if (!open_curses(err))
        return false;
    paint_open(options->mono, options->sync || outside_knows_sync());
    spare_bytes();
    quieten_colours();
    t.open = true;
    t.away = t.mouse = false;
    enter();
    foresee_crash();
    signals_on();
    if (!registered)
        atexit(term_close);
    registered = true;
    return true;
}

/* An answer on its way to us must not be read by whoever has the terminal next. */
static void await_answer(void)
{
    enum { UNKNOWN_MS = 300, MOST_MS = 1000 };
    int64_t end = clock_mono() + (outlet_round_trip() ? MOST_MS : UNKNOWN_MS);
    for (int64_t left; outlet_asked() && (left = end - clock_mono()) > 0;) {
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&in, 1, (int)left) <= 0 || (in.revents & (POLLHUP | POLLERR)))
            break;
        while (input_ahead())
            ;
    }
    if (outlet_asked())
        tcflush(STDIN_FILENO, TCIFLUSH);
}

static void give_back(void)
{
    char last[300];
    size_t n = outside_leaves(last, sizeof last);
    outside_leave();
    endwin();
    outlet_leave(last, n);
    await_answer();
    tcsetattr(STDIN_FILENO, TCSANOW, &t.before);
}

void term_close(void)
{
    if (!t.open)
        return;
    t.open = false;
    if (!t.away)
        give_back();
    signals_off();
    input_close();
    paint_close();
    delscreen(t.screen);
    outlet_end();
}

void term_size(int *columns, int *rows)
{
    if (!t.open)
        ask_size();
    *columns = t.columns;
    *rows = t.rows;
}

void term_draw(const struct surface *s, const struct theme *theme)
{
    if (t.open && !t.away)
        paint_draw(s, theme);
}

int64_t term_ready_at(void)
{
    int64_t now = clock_mono();
    return outlet_ready(now) ? 0 : outlet_until(now);
}

bool term_mouse(bool on)
{
    if (!outside_mouse(on))
        return false;
    t.mouse = on;
    foresee_crash();
    return true;
}

int64_t term_round_trip(void)
{
    return outlet_round_trip();
}

int term_output_fd(void)
{
    outlet_push(); /* nothing else does where nothing is to be drawn */
    return outlet_waits_for();
}

void term_redraw(void)
{
    paint_forget();
}

/* --- suspend, resume --- */

void term_suspend(void)
{
    if (!t.open || t.away)
        return;
    t.away = true;
    give_back();
    signals_away();
}

void term_resume(void)
{
    if (!t.open || !t.away)
        return;
    t.away = false;
    tcgetattr(STDIN_FILENO, &t.before);
    tcsetattr(STDIN_FILENO, TCSANOW, &t.during);
    foresee_crash();
    signals_on();
    take_size();
    enter();
    paint_forget();
}

/* What the child left of the terminal's modes is not how it was before: one that was killed leaves it raw. */
bool term_run(const struct child_run *run, struct child_end *end, struct err *err)
{
    bool was_open = t.open && !t.away;
    term_suspend();
    bool ok = child_run(run, end, err);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t.before);
    if (was_open)
        term_resume();
    return ok;
}

/* C-z: gives the terminal back, stops as the shell expects, and comes back when it says so. */
static void stop_here(void)
{
    term_suspend();
    signals_off();
    raise(SIGTSTP);
    term_resume();
}

/* --- what comes --- */

static bool signal_key(struct key *key)
{
    int sig = signals_next();
    *key = (struct key){.code = K_END_ASKED};
    if (sig == SIGINT)
        *key = (struct key){.code = 'c', .mods = MOD_CTRL};
    if (sig == SIGWINCH) {
        take_size();
        paint_forget();
        key->code = K_RESIZE;
    }
    if (sig == SIGTSTP) {
        stop_here();
        key->code = K_RESUMED;
    }
    return sig != 0;
}

int term_input_fd(void)
{
    return STDIN_FILENO;
}

int term_signal_fd(void)
{
    return signals_fd();
}

int term_patience(void)
{
    return input_patience();
}

/* Hung up it wakes whoever waits for it, and has no key: after one there is time until then. */
bool term_key(struct key *key)
{
    static bool had;
    if (!t.open || t.away)
        return false;
    if (signal_key(key) || input_key(key))
        return had = true;
    bool look = !had;
    had = false;
    *key = (struct key){.code = K_END_ASKED};
    return look && input_gone();
}
