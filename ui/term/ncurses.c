/* ncurses: copies a surface to the terminal and turns bytes into keys. The last picture is kept here, and only cells
 * that differ are given to curses, which then finds the cheapest way to move between them. Signals are one byte in a
 * pipe: the loop that polls it does the work, so nothing but write(2) runs in a handler. Only a crash is different: its
 * handler writes a string made ready beforehand and dies of the same signal. What curses does not know (bracketed
 * paste, focus, synchronized output, clipboard) goes through stdout with fputs and a flush, before or after a frame:
 * putp would land behind it. */
#define NCURSES_WIDECHAR 1
#include "term/ncurses.h"
#include "base/crypto.h"
#include "base/text.h"
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#undef columns
#undef lines

enum { ESC_WAIT = 25, PASTE_MOST = 256 << 10, PASTE_WAIT = 1000, COPY_MOST = 74000, PAIRS = 256 };
enum { CODE_PASTE_BEGIN = 0x4000, CODE_PASTE_END, CODE_FOCUS_IN, CODE_FOCUS_OUT };
enum depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_DIRECT };

static struct {
    bool open, away; /* away: given to a child */
    struct term_options options;
    SCREEN *screen;
    enum depth depth;
    struct cell *last, *now; /* the picture on the terminal, and the one that is to be there */
    int last_columns, last_rows, cursor_row, cursor_column;
    bool forget;
    struct theme theme; /* what pairs were made for */
    int pair_fg[PAIRS], pair_bg[PAIRS], pairs;
    attr_t role_attr[UI_ROLES];
    short role_pair[UI_ROLES];
    int role_bg[UI_ROLES];
    int pipe[2];
    struct termios before;
    struct str paste;
    bool pasting;
    int64_t paste_at;
    wint_t held; /* read ahead: the character after Esc */
    bool has_held;
} t = {.pipe = {-1, -1}};

/* --- the terminal's modes --- */

/* Bracketed paste on terminals that look like xterm's family; others ignore or print it. */
static bool xterm_like(void)
{
    const char *name = getenv("TERM");
    const char *paste = tigetstr("BE");
    if (paste && paste != (char *)-1)
        return true;
    static const char *const known[] = {"xterm", "screen", "tmux", "rxvt", "foot", "alacritty", "kitty", "st-", "vte", "iterm"};
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++)
        if (strncmp(name, known[i], strlen(known[i])) == 0)
            return true;
    return false;
}

static void say(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}

static void modes_on(void)
{
    if (!xterm_like())
        return;
    say("\033[?2004h");
    if (t.options.focus)
        say("\033[?1004h");
}

static void modes_off(void)
{
    if (!xterm_like())
        return;
    if (t.options.focus)
        say("\033[?1004l");
    say("\033[?2004l");
}

/* --- signals --- */

/* Everything a crash can still do: leave the other modes, the alternate screen, colours; show the cursor. */
static char crash_text[200];
static size_t crash_len;

static void make_crash_text(void)
{
    const char *parts[] = {xterm_like() ? "\033[?2004l\033[?1004l" : NULL, tigetstr("sgr0"), tigetstr("cnorm"),
                           tigetstr("rmcup"), tigetstr("rmkx")};
    crash_len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = parts[i] && parts[i] != (char *)-1 ? strlen(parts[i]) : 0;
        if (n && crash_len + n < sizeof crash_text) {
            memcpy(crash_text + crash_len, parts[i], n);
            crash_len += n;
        }
    }
}

static void on_crash(int sig)
{
    if (t.open && !t.away) {
        ssize_t ignored = write(STDOUT_FILENO, crash_text, crash_len);
        (void)ignored;
        tcsetattr(STDIN_FILENO, TCSANOW, &t.before);
    }
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_signal(int sig)
{
    int before = errno;
    unsigned char byte = (unsigned char)sig;
    ssize_t ignored = write(t.pipe[1], &byte, 1);
    (void)ignored;
    errno = before;
}

static const int quiet_signals[] = {SIGWINCH, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static void handle(const int *list, size_t n, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < n; i++)
        sigaction(list[i], &action, NULL);
}

static void signals_on(void)
{
    handle(quiet_signals, sizeof quiet_signals / sizeof *quiet_signals, on_signal, SA_RESTART);
    handle(crash_signals, sizeof crash_signals / sizeof *crash_signals, on_crash, (int)SA_RESETHAND);
}

static void signals_off(void)
{
    handle(quiet_signals, sizeof quiet_signals / sizeof *quiet_signals, SIG_DFL, 0);
    handle(crash_signals, sizeof crash_signals / sizeof *crash_signals, SIG_DFL, 0);
}

static bool open_pipe(struct err *err)
{
    if (t.pipe[0] >= 0)
        return true;
    if (pipe(t.pipe) != 0)
        return err_set(err, ERR_UNAVAILABLE, "opening a pipe for signals: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(t.pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(t.pipe[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

/* --- open and close --- */

static void start_keys(void)
{
    cbreak(); /* flow control and signals stay as the user's tty has them */
    noecho();
    nonl();
    nodelay(stdscr, TRUE);
    keypad(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    meta(stdscr, TRUE);
    set_escdelay(ESC_WAIT);
    define_key("\033[200~", CODE_PASTE_BEGIN);
    define_key("\033[201~", CODE_PASTE_END);
    define_key("\033[I", CODE_FOCUS_IN);
    define_key("\033[O", CODE_FOCUS_OUT);
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

static void start_colours(void)
{
    const char *no = getenv("NO_COLOR");
    t.depth = DEPTH_MONO;
    if (t.options.mono || (no && *no) || !has_colors() || start_color() == ERR)
        return;
    use_default_colors();
    t.depth = tigetflag("RGB") > 0 && COLORS > 256 ? DEPTH_DIRECT : COLORS >= 256 ? DEPTH_256 : DEPTH_16;
    t.pairs = 1;
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

/* Who is known to hold a frame back until it is whole; inside tmux the terminal's own name is not to be had, and asking
 * would cost a round trip before the first frame. */
static bool has_sync(void)
{
    static const char *const terms[] = {"xterm-kitty", "xterm-ghostty", "foot", "alacritty", "contour", "wezterm"};
    static const char *const programs[] = {"iTerm.app", "WezTerm", "ghostty"};
    const char *term = getenv("TERM"), *program = getenv("TERM_PROGRAM"), *tmux = getenv("TMUX");
    if (tmux && *tmux)
        return false;
    for (size_t i = 0; term && i < sizeof terms / sizeof *terms; i++)
        if (strncmp(term, terms[i], strlen(terms[i])) == 0)
            return true;
    for (size_t i = 0; program && i < sizeof programs / sizeof *programs; i++)
        if (strcmp(program, programs[i]) == 0)
            return true;
    return false;
}

bool term_open(const struct term_options *options, struct err *err)
{
    static bool registered;
    if (!usable(err) || !open_pipe(err))
        return false;
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    text_set_ascii(options->ascii || strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0);
    t.options = *options;
    t.options.sync |= has_sync();
    tcgetattr(STDIN_FILENO, &t.before);
    fflush(stdout);
    t.screen = newterm(NULL, stdout, stdin);
    if (!t.screen)
        return err_set(err, ERR_UNAVAILABLE, "TERM=%s is not known here (install ncurses-term, or set TERM=xterm)", getenv("TERM"));
    start_keys();
    start_colours();
    spare_bytes();
    make_crash_text();
    t.open = true;
    t.away = false;
    t.forget = true;
    t.theme = (struct theme){0};
    str_init(&t.paste, PASTE_MOST);
    signals_on();
    modes_on();
    if (!registered)
        atexit(term_close);
    registered = true;
    return true;
}

static void drop_pictures(void)
{
    free(t.last);
    free(t.now);
    t.last = t.now = NULL;
    t.last_columns = t.last_rows = 0;
}

void term_close(void)
{
    if (!t.open)
        return;
    t.open = false;
    if (!t.away) {
        modes_off();
        endwin();
    }
    signals_off();
    delscreen(t.screen);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t.before);
    str_fini(&t.paste);
    drop_pictures();
}

void term_size(int *columns, int *rows)
{
    *columns = COLS;
    *rows = LINES;
}

/* --- colours --- */

static int colour_of(const struct theme *theme, int slot, bool background)
{
    if (slot < 0)
        return -1;
    if (theme->own || t.depth == DEPTH_16) {
        int n = theme_16(slot, background);
        return n < COLORS ? n : n == 8 ? -1 : n % 8; /* eight colours have no grey: faint instead */
    }
    if (t.depth == DEPTH_256)
        return theme_256(theme, slot);
    return theme->colours[slot] < 8 ? 8 : (int)theme->colours[slot]; /* 0..7 mean the terminal's own eight */
}

static short pair_of(int fg, int bg)
{
    if (fg < 0 && bg < 0)
        return 0;
    for (short i = 1; i < t.pairs; i++)
        if (t.pair_fg[i] == fg && t.pair_bg[i] == bg)
            return i;
    if (t.pairs >= PAIRS || t.pairs >= COLOR_PAIRS)
        return 0;
    t.pair_fg[t.pairs] = fg;
    t.pair_bg[t.pairs] = bg;
    init_extended_pair(t.pairs, fg, bg);
    return (short)t.pairs++;
}

static attr_t attr_of(unsigned attr)
{
    return (attr & UI_BOLD ? A_BOLD : 0) | (attr & UI_FAINT ? A_DIM : 0) | (attr & UI_UNDERLINE ? A_UNDERLINE : 0) |
           (attr & UI_REVERSE ? A_REVERSE : 0);
}

/* Greys that become the terminal's own foreground are told apart by being faint. */
static unsigned faint_slot(int slot)
{
    return slot == 4 || (COLORS < 16 && (slot == 2 || slot == 3)) ? UI_FAINT : 0;
}

/* The theme as this terminal can show it, made anew when another theme comes. */
static void wear(const struct theme *theme)
{
    if (memcmp(&t.theme, theme, sizeof *theme) == 0)
        return;
    t.theme = *theme;
    t.forget = true;
    t.pairs = 1;
    for (unsigned i = 0; i < UI_ROLES; i++) {
        const struct theme_style *style = &theme->styles[i];
        bool plain = t.depth == DEPTH_MONO || theme->mono;
        unsigned attr = t.depth == DEPTH_MONO ? ui_role_row((enum ui_role)i)->mono : style->attr;
        if (!plain && (theme->own || t.depth == DEPTH_16))
            attr |= faint_slot(style->fg);
        t.role_attr[i] = attr_of(attr);
        t.role_bg[i] = plain ? -1 : colour_of(theme, style->bg, true);
        t.role_pair[i] = plain ? 0 : pair_of(colour_of(theme, style->fg, false), colour_of(theme, style->bg, true));
    }
}

/* --- drawing --- */

static void to_curses(const struct cell *cell, cchar_t *out)
{
    wchar_t wide[CCHARW_MAX + 1];
    int n = 0;
    const char *p = cell->text, *end = p + strlen(p);
    while (p < end && n < CCHARW_MAX)
        wide[n++] = (wchar_t)text_next(&p, end);
    wide[n] = 0;
    setcchar(out, wide, t.role_attr[cell->role] | attr_of(cell->attr), t.role_pair[cell->role], NULL);
}

/* --- blanks ---
 * A blank shows nothing but its background, so its role may be what is cheapest to send: that of the text on both sides
 * if they agree and stand close, or weigh the same and only one blank apart; else the page's. It saves half the bytes of
 * a step of the selection. */

static attr_t attrs(const struct cell *cell)
{
    return t.role_attr[cell->role] | attr_of(cell->attr);
}

static bool shows_nothing(const struct cell *cell)
{
    return cell->text[0] == ' ' && !cell->text[1] && !(attrs(cell) & (A_UNDERLINE | A_REVERSE));
}

static void blanks_as(struct cell *row, int from, int to, const struct cell *like)
{
    for (int i = from; i < to; i++)
        if (t.role_bg[row[i].role] == t.role_bg[like->role]) {
            row[i].role = like->role;
            row[i].attr = like->attr;
        }
}

static void even_blanks(struct cell *row, int columns)
{
    enum { CLOSE = 4 };
    static const struct cell page = {.role = UI_NORMAL};
    for (int from = 0, to; from < columns; from = to + 1) {
        while (from < columns && !shows_nothing(&row[from]))
            from++;
        for (to = from; to < columns && shows_nothing(&row[to]);)
            to++;
        const struct cell *left = from > 0 ? &row[from - 1] : NULL, *right = to < columns ? &row[to] : NULL;
        bool agree = left && right && attrs(left) == attrs(right) && !(attrs(left) & (A_UNDERLINE | A_REVERSE)) &&
                     to - from <= (t.role_pair[left->role] == t.role_pair[right->role] ? CLOSE : 1);
        blanks_as(row, from, to, agree ? left : &page);
    }
}

static void draw_run(const struct cell *cells, int row, int from, int to)
{
    cchar_t out[SURFACE_MOST];
    int n = 0;
    for (int column = from; column < to; column++)
        if (cells[column].width)
            to_curses(&cells[column], &out[n++]);
    if (n)
        mvadd_wchnstr(row, from, out, n);
}

static bool differs(const struct cell *a, const struct cell *b)
{
    return memcmp(a, b, sizeof *a) != 0;
}

static struct cell *row_of(struct cell *picture, int row)
{
    return picture + (size_t)row * (size_t)t.last_columns;
}

static void make_picture(const struct surface *s)
{
    for (int row = 0; row < t.last_rows; row++) {
        struct cell *now = row_of(t.now, row);
        for (int column = 0; column < t.last_columns; column++)
            now[column] = *surface_cell(s, row, column);
        even_blanks(now, t.last_columns);
    }
}

/* A list that went on by one row: the terminal can move the others, which says less than sending them. Not by more than
 * one: that needs SU and SD, which not all have that say so. */
static bool moved_by_one(void)
{
    enum { WORTH = 3 };
    size_t size = (size_t)t.last_columns * sizeof *t.now;
    int up = 0, down = 0;
    for (int row = 1; row < t.last_rows; row++) {
        up += memcmp(row_of(t.now, row - 1), row_of(t.last, row), size) == 0 && memcmp(row_of(t.now, row - 1), row_of(t.last, row - 1), size) != 0;
        down += memcmp(row_of(t.now, row), row_of(t.last, row - 1), size) == 0 && memcmp(row_of(t.now, row), row_of(t.last, row), size) != 0;
    }
    return up >= WORTH || down >= WORTH;
}

/* Cells that differ, in runs; a run that touches a wide character, old or new, takes all of it. */
static void draw_row(int row)
{
    const struct cell *now = row_of(t.now, row), *last = row_of(t.last, row);
    int columns = t.last_columns;
    for (int from = 0, to; from < columns; from = to) {
        to = from + 1;
        if (!differs(&now[from], &last[from]))
            continue;
        while (from > 0 && (now[from].width == 0 || last[from].width == 0))
            from--;
        while (to < columns && (differs(&now[to], &last[to]) || now[to].width == 0 || last[to].width == 0))
            to++;
        draw_run(now, row, from, to);
    }
}

static void fit_last(const struct surface *s)
{
    int columns = surface_columns(s) < COLS ? surface_columns(s) : COLS;
    int rows = surface_rows(s) < LINES ? surface_rows(s) : LINES;
    if (columns == t.last_columns && rows == t.last_rows && !t.forget)
        return;
    drop_pictures();
    t.last = calloc((size_t)columns * (size_t)rows, sizeof *t.last); /* no cell looks like all zeroes */
    t.now = calloc((size_t)columns * (size_t)rows, sizeof *t.now);
    if (!t.last || !t.now)
        abort();
    t.last_columns = columns;
    t.last_rows = rows;
    t.forget = false;
    cchar_t blank;
    to_curses(&(struct cell){.text = " ", .width = 1}, &blank);
    bkgrndset(&blank);
    erase();
    clearok(stdscr, TRUE);
}

static void send_frame(int row, int column)
{
    if (t.options.sync)
        say("\033[?2026h");
    curs_set(row >= 0);
    if (row >= 0)
        move(row < LINES ? row : LINES - 1, column < COLS ? column : COLS - 1);
    wnoutrefresh(stdscr);
    doupdate();
    if (t.options.sync)
        say("\033[?2026l");
}

void term_draw(const struct surface *s, const struct theme *theme)
{
    int row, column;
    if (!t.open || t.away)
        return;
    wear(theme);
    fit_last(s);
    make_picture(s);
    surface_cursor_at(s, &row, &column);
    size_t size = (size_t)t.last_columns * (size_t)t.last_rows * sizeof *t.now;
    if (memcmp(t.now, t.last, size) == 0 && row == t.cursor_row && column == t.cursor_column)
        return;
    t.cursor_row = row;
    t.cursor_column = column;
    idlok(stdscr, moved_by_one());
    for (int i = 0; i < t.last_rows; i++)
        draw_row(i);
    struct cell *was = t.last;
    t.last = t.now;
    t.now = was;
    send_frame(row, column);
}

void term_redraw(void)
{
    t.forget = true;
}

/* --- suspend, resume --- */

void term_suspend(void)
{
    if (!t.open || t.away)
        return;
    t.away = true;
    modes_off();
    endwin();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t.before);
    signals_off();
    handle((const int[]){SIGINT, SIGQUIT}, 2, SIG_IGN, 0);
}

static void take_size(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

void term_resume(void)
{
    if (!t.open || !t.away)
        return;
    t.away = false;
    tcgetattr(STDIN_FILENO, &t.before);
    reset_prog_mode();
    signals_on();
    take_size();
    modes_on();
    t.forget = true;
}

bool term_run(const char *command, const char *file, int *status, struct err *err)
{
    char line[1200];
    bool was_open = t.open && !t.away;
    if (snprintf(line, sizeof line, "%s \"$1\"", command) >= (int)sizeof line)
        return err_set(err, ERR_USAGE, "running %.60s: the command is too long", command);
    term_suspend();
    pid_t pid = fork(), got = pid;
    if (pid == 0) {
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        execl("/bin/sh", "sh", "-c", line, "sh", file, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && (got = waitpid(pid, status, 0)) < 0 && errno == EINTR)
        ; /* a resize wakes us before the child ends */
    int why = errno;
    if (was_open)
        term_resume();
    return got >= 0 ? true : err_set(err, ERR_UNAVAILABLE, "running %.60s: %s", command, strerror(why));
}

/* C-z: gives the terminal back, stops as the shell expects, and comes back when it says so. */
static void stop_here(void)
{
    term_suspend();
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    term_resume();
}

/* --- keys --- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const struct {
    int curses;
    uint32_t code;
    unsigned mods;
} specials[] = {
    {KEY_ENTER, K_ENTER, 0}, {KEY_BTAB, K_TAB, MOD_SHIFT}, {KEY_BACKSPACE, K_BACKSPACE, 0}, {KEY_DC, K_DELETE, 0},
    {KEY_IC, K_INSERT, 0}, {KEY_UP, K_UP, 0}, {KEY_DOWN, K_DOWN, 0}, {KEY_LEFT, K_LEFT, 0}, {KEY_RIGHT, K_RIGHT, 0},
    {KEY_HOME, K_HOME, 0}, {KEY_END, K_END, 0}, {KEY_PPAGE, K_PGUP, 0}, {KEY_NPAGE, K_PGDN, 0},
    {KEY_SLEFT, K_LEFT, MOD_SHIFT}, {KEY_SRIGHT, K_RIGHT, MOD_SHIFT}, {KEY_SR, K_UP, MOD_SHIFT},
    {KEY_SF, K_DOWN, MOD_SHIFT}, {KEY_SHOME, K_HOME, MOD_SHIFT}, {KEY_SEND, K_END, MOD_SHIFT},
    {CODE_FOCUS_IN, K_FOCUS_IN, 0}, {CODE_FOCUS_OUT, K_FOCUS_OUT, 0}, {KEY_A1, K_HOME, 0}, {KEY_C1, K_END, 0},
    {KEY_A3, K_PGUP, 0}, {KEY_C3, K_PGDN, 0},
};
/* Arrows with modifiers come under names of terminfo's extension: kLFT5 is Ctrl-Left. */
static const struct {
    const char *name;
    uint32_t code;
} modified[] = {{"kUP", K_UP}, {"kDN", K_DOWN}, {"kLFT", K_LEFT}, {"kRIT", K_RIGHT}, {"kHOM", K_HOME}, {"kEND", K_END},
                {"kDC", K_DELETE}, {"kPRV", K_PGUP}, {"kNXT", K_PGDN}};

static bool modified_key(int curses, struct key *key)
{
    const char *name = keyname(curses);
    for (size_t i = 0; name && i < sizeof modified / sizeof *modified; i++) {
        size_t n = strlen(modified[i].name);
        if (strncmp(name, modified[i].name, n) == 0 && name[n] >= '3' && name[n] <= '8' && !name[n + 1]) {
            unsigned bits = (unsigned)(name[n] - '1'); /* 1 shift, 2 alt, 4 ctrl */
            *key = (struct key){.code = modified[i].code,
                                .mods = (bits & 1 ? MOD_SHIFT : 0u) | (bits & 2 ? MOD_ALT : 0u) | (bits & 4 ? MOD_CTRL : 0u)};
            return true;
        }
    }
    return false;
}

static bool special_key(int curses, struct key *key)
{
    if (curses >= KEY_F(1) && curses <= KEY_F(12)) {
        *key = (struct key){.code = K_F1 + (uint32_t)(curses - KEY_F(1))};
        return true;
    }
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (specials[i].curses == curses) {
            *key = (struct key){.code = specials[i].code, .mods = specials[i].mods};
            return true;
        }
    return modified_key(curses, key);
}

/* A character, control characters unfolded. */
static struct key plain_key(uint32_t code)
{
    if (code == '\r' || code == '\n')
        return (struct key){.code = K_ENTER};
    if (code == '\t')
        return (struct key){.code = K_TAB};
    if (code == 27)
        return (struct key){.code = K_ESC};
    if (code == 127 || code == 8)
        return (struct key){.code = K_BACKSPACE};
    if (code == 0)
        return (struct key){.code = ' ', .mods = MOD_CTRL};
    if (code < 27)
        return (struct key){.code = code + 'a' - 1, .mods = MOD_CTRL};
    if (code < 32)
        return (struct key){.code = code + '@', .mods = MOD_CTRL};
    return (struct key){.code = code};
}

static int read_wide(wint_t *code)
{
    if (t.has_held) {
        t.has_held = false;
        *code = t.held;
        return OK;
    }
    return get_wch(code);
}

/* After Esc: a character already here was typed with Alt. */
static struct key escape_key(void)
{
    wint_t code;
    int got = get_wch(&code);
    if (got == ERR)
        return (struct key){.code = K_ESC};
    if (got == OK && code != 27) {
        struct key key = plain_key((uint32_t)code);
        key.mods |= MOD_ALT;
        return key;
    }
    struct key key;
    if (got == KEY_CODE_YES && special_key((int)code, &key) && key.code < K_RESIZE) {
        key.mods |= MOD_ALT;
        return key;
    }
    if (got == KEY_CODE_YES)
        ungetch((int)code); /* a paste begins: told after the Esc */
    else
        t.held = code, t.has_held = true;
    return (struct key){.code = K_ESC};
}

static void paste_char(uint32_t code)
{
    char bytes[5];
    int n = text_encode(code == '\r' ? '\n' : code, bytes);
    if (t.paste.max - t.paste.len >= (size_t)n) /* what is over the ceiling is not taken */
        str_add(&t.paste, bytes, (size_t)n);
}

static bool end_paste(struct key *key)
{
    t.pasting = false;
    *key = (struct key){.code = K_PASTE, .text = t.paste.data, .n = t.paste.len};
    return true;
}

/* A paste goes on until its end mark; if that never comes, until a second of silence. */
static bool paste_step(int got, wint_t code, struct key *key)
{
    t.paste_at = now_ms();
    if (got == KEY_CODE_YES && code == CODE_PASTE_END)
        return end_paste(key);
    if (got == OK)
        paste_char((uint32_t)code);
    return false;
}

static bool signal_key(struct key *key)
{
    unsigned char sig;
    if (read(t.pipe[0], &sig, 1) != 1)
        return false;
    uint32_t code = K_END_ASKED;
    if (sig == SIGINT) {
        *key = (struct key){.code = 'c', .mods = MOD_CTRL};
        return true;
    }
    if (sig == SIGWINCH) {
        while (read(t.pipe[0], &sig, 1) == 1 && sig == SIGWINCH)
            ; /* a storm is one resize */
        if (sig != SIGWINCH)
            on_signal(sig);
        take_size();
        t.forget = true;
        code = K_RESIZE;
    } else if (sig == SIGTSTP) {
        stop_here();
        code = K_RESUMED;
    }
    *key = (struct key){.code = code};
    return true;
}

/* One read from curses: true if *key holds something to tell; *more says whether to go on reading. */
static bool read_key(struct key *key, bool *more)
{
    wint_t code;
    int got = read_wide(&code);
    *more = got != ERR;
    if (got == ERR)
        return t.pasting && now_ms() - t.paste_at > PASTE_WAIT && end_paste(key);
    if (t.pasting)
        return paste_step(got, code, key);
    if (got == KEY_CODE_YES && code == CODE_PASTE_BEGIN) {
        str_clear(&t.paste);
        t.pasting = true;
        t.paste_at = now_ms();
        return false;
    }
    if (got == KEY_CODE_YES)
        return special_key((int)code, key);
    *key = code == 27 ? escape_key() : plain_key((uint32_t)code);
    return true;
}

int term_input_fd(void)
{
    return STDIN_FILENO;
}

int term_signal_fd(void)
{
    return t.pipe[0];
}

int term_patience(void)
{
    return t.pasting ? PASTE_WAIT + 1 : -1;
}

/* A terminal that is gone is always ready to read, and only its session's leader is told by a signal. */
static bool terminal_gone(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, 0) > 0 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool term_key(struct key *key)
{
    if (!t.open || t.away)
        return false;
    if (signal_key(key))
        return true;
    for (bool more = true; more;)
        if (read_key(key, &more))
            return true;
    if (!terminal_gone())
        return false;
    *key = (struct key){.code = K_END_ASKED};
    return true;
}

/* --- around the cells --- */

void term_bell(void)
{
    if (t.open && !t.away)
        say("\a");
}

/* tmux hands a sequence on to the terminal outside it if it is wrapped, every Esc doubled. */
static void say_through(const char *sequence)
{
    const char *tmux = getenv("TMUX");
    if (!t.open || t.away || !xterm_like())
        return;
    if (!tmux || !*tmux) {
        say(sequence);
        return;
    }
    fputs("\033Ptmux;", stdout);
    for (const char *p = sequence; *p; p++) {
        if (*p == 27)
            fputc(27, stdout);
        fputc(*p, stdout);
    }
    say("\033\\");
}

static void safe_title(struct str *out, const char *text)
{
    str_init(out, 200);
    text_safe(out, text, strlen(text), TEXT_LINE);
}

void term_title(const char *text)
{
    AUTO_STR safe, whole;
    safe_title(&safe, text);
    str_init(&whole, 300);
    str_addf(&whole, "\033]2;%s\033\\", safe.data);
    if (t.open && !t.away && xterm_like())
        say(whole.data); /* a tmux window has a title of its own */
}

bool term_copy(const char *text)
{
    AUTO_STR safe;
    str_init(&safe, COPY_MOST);
    text_safe(&safe, text, strlen(text), TEXT_BLOCK);
    if (safe.cut || !t.open || t.away || !xterm_like())
        return false;
    size_t size = safe.len / 3 * 4 + 8;
    char *coded = malloc(size), *whole = malloc(size + 16);
    if (!coded || !whole)
        abort();
    crypto_base64((const uint8_t *)safe.data, safe.len, coded, size);
    snprintf(whole, size + 16, "\033]52;c;%s\a", coded);
    say_through(whole);
    free(coded);
    free(whole);
    return true;
}

void term_notify(const char *title, const char *body)
{
    AUTO_STR head, rest, whole;
    const char *program = getenv("TERM_PROGRAM");
    bool nine = program && (strcmp(program, "iTerm.app") == 0 || strcmp(program, "WezTerm") == 0);
    safe_title(&head, title);
    safe_title(&rest, body);
    for (char *p = head.data; *p; p++)
        if (*p == ';')
            *p = ','; /* the separator between title and body */
    str_init(&whole, 600);
    if (nine)
        str_addf(&whole, "\033]9;%s: %s\033\\", head.data, rest.data);
    else
        str_addf(&whole, "\033]777;notify;%s;%s\033\\", head.data, rest.data);
    say_through(whole.data);
    term_bell();
}
