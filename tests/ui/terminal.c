/* ncurses: a small console on a pseudo terminal, its bytes read back by libvterm: the cells that arrive are the cells
 * that were drawn, a step of the selection is cheap, keys come through whole, and the terminal is put back on every way
 * out. The console says on a pipe what it did; the test never waits for time to pass. */
#include "base/str.h"
#include "base/text.h"
#include "term/ncurses.h"
#include "term/outlet.h"
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
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>
#include <cmocka.h>

enum { COLUMNS = 80, ROWS = 24, MOST = 120 };

/* --- the console under test --- */

static const char *theme_name;

static void draw_list(struct surface *s, int selected)
{
    surface_clear(s);
    surface_text(s, 0, 1, -1, UI_TITLE, "triage  acme support");
    surface_rule(s, 1);
    for (int i = 0; i < surface_rows(s) - 3; i++) {
        enum ui_role urgency = i % 3 == 0 ? UI_CRITICAL : i % 3 == 1 ? UI_HIGH : UI_LOW;
        surface_text(s, i + 2, 0, 1, UI_GUTTER, i == selected ? "\u258c" : " ");
        surface_textf(s, i + 2, 2, 4, i == selected ? UI_SELECTED : UI_NORMAL, "%d", 4121 - i);
        surface_text(s, i + 2, 9, 12, UI_LATE, "late 18m");
        surface_text(s, i + 2, 22, 12, urgency, urgency == UI_CRITICAL ? "\u203c critical" : "\u25b2 high");
        surface_text(s, i + 2, 36, 30, UI_NORMAL, i == 3 ? "\u65e5\u672c\u8a9e \u202e\x1b[2J x\u0301\u0301\u0301" : "Checkout returns 500 for every order");
        surface_text(s, i + 2, 68, -1, UI_DIM, "Jane Doe");
    }
    surface_cursor(s, selected + 2, 2);
}

static void report(int to, const char *word)
{
    if (write(to, word, strlen(word)) < 0 || write(to, "\n", 1) < 0)
        _exit(9);
}

static void report_key(int to, const struct key *key)
{
    char name[KEY_NAME], line[200];
    if (key->code == K_PASTE) {
        snprintf(line, sizeof line, "paste %.*s", (int)key->n, key->text);
        for (char *p = line; *p; p++)
            *p = *p == '\n' ? '|' : *p;
        report(to, line);
        return;
    }
    key_format(key, name);
    report(to, key->code == K_RESIZE ? "resize" : key->code == K_END_ASKED ? "end" : key->code == K_RESUMED ? "resumed" : name);
}

/* --- what strangers write --- */

static struct str hostile;      /* payloads one after the other */
static size_t hostile_at[8000]; /* where each begins; one more than there are */
static size_t hostile_n;

__attribute__((format(printf, 1, 2))) static void payload(const char *fmt, ...)
{
    va_list ap;
    char text[200];
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    str_add(&hostile, text, (size_t)n);
    if (hostile_n + 2 < sizeof hostile_at / sizeof *hostile_at)
        hostile_at[++hostile_n] = hostile.len;
}

static void payload_code(uint32_t code)
{
    char bytes[5];
    text_encode(code, bytes);
    payload("a%sb", bytes);
}

/* Every way to start a sequence, every way to end it, and every format character, alone and in text. */
static void make_payloads(void)
{
    static const char *const ends[] = {"\a", "\x1b\\", "\x9c", ""};
    static const uint32_t codes[][2] = {{0x80, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c}, {0x180b, 0x180f}, {0x200b, 0x200f},
                                        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xe000, 0xe010}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
                                        {0xfdd0, 0xfdef}, {0xfff0, 0xffff}, {0xe0000, 0xe007f}, {0x1f3fb, 0x1f3ff}};
    str_init(&hostile, 1 << 20);
    for (int c = 1; c < 256; c++) {
        payload("a\x1b%cb", c);
        payload("a%cb", c);
        payload("a%c%cb", 0xc2, c);
    }
    for (int c = 0x40; c < 0x7f; c++) {
        static const char *const params[] = {"", "2", "1;1", "?25", "?1049", "999;999", ">", "31;5", "!", "200~"};
        for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
            payload("x\x1b[%s%cy", params[i], c);
            payload("x\x9b%s%cy", params[i], c);
            payload("x\xc2\x9b%s%cy", params[i], c);
        }
    }
    for (int n = 0; n < 160; n++)
        for (size_t i = 0; i < 4; i++)
            payload("\x1b]%d;pwned%s", n < 150 ? n : 1337 + n - 150, ends[i]);
    for (const char *p = "P_^X]"; *p; p++)
        for (size_t i = 0; i < 4; i++)
            payload("\x1b%c+q544e%s", *p, ends[i]);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        for (uint32_t code = codes[i][0]; code <= codes[i][1]; code++)
            payload_code(code);
    payload("\xc0\x9b\xe0\x80\x9b\xf0\x80\x80\x9b\xed\xa0\x80\xf8\x88\x80\x80\x80\xfe\xff");
}

static void draw_frame(struct surface *s, int screen)
{
    surface_clear(s);
    surface_textf(s, 0, 0, -1, UI_TITLE, "header %d", screen);
    for (int row = 2; row < ROWS - 2; row++) {
        size_t i = (size_t)(screen * (ROWS - 4) + row - 2);
        if (i >= hostile_n)
            break;
        const char *text = hostile.data + hostile_at[i];
        size_t n = hostile_at[i + 1] - hostile_at[i];
        surface_text(s, row, 0, 4, UI_DIM, "row");
        surface_textn(s, row, 4, 30, UI_NORMAL, text, n);
        surface_textn(s, row, 36, 20, UI_CRITICAL, text, n);
        surface_text(s, row, 70, 4, UI_OK, "end");
    }
    surface_rule(s, ROWS - 2);
    surface_text(s, ROWS - 1, 0, -1, UI_HINT, "footer");
    surface_cursor(s, 5, 3);
}

static void (*draw)(struct surface *s, int step) = draw_list;

/* Until all of the picture has left, as a loop would that has nothing else to do. */
static void show(const struct surface *s, const struct theme *theme)
{
    term_draw(s, theme);
    while (term_ready_at() && term_output_fd() >= 0) {
        struct pollfd out = {.fd = term_output_fd(), .events = POLLOUT};
        poll(&out, 1, 1000);
    }
}

/* Draws after every key and says what the key was. */
static void console(int to, const struct term_options *options)
{
    struct theme theme;
    struct err err;
    struct key key = {0};
    int columns, rows, selected = 0;
    char dir[4096];
    const char *root = getenv("TRIAGE_SRCDIR"), *dirs[] = {dir, NULL};
    snprintf(dir, sizeof dir, "%s/themes", root ? root : ".");
    if (!theme_find(&theme, theme_name, dirs, &err) || !term_open(options, &err)) {
        report(to, err.text);
        _exit(3);
    }
    term_size(&columns, &rows);
    struct surface *s = surface_new(columns, rows);
    draw(s, selected);
    show(s, &theme);
    report(to, "ready");
    for (;;) {
        struct pollfd fds[] = {{.fd = term_input_fd(), .events = POLLIN}, {.fd = term_signal_fd(), .events = POLLIN}};
        poll(fds, 2, term_patience());
        while (term_key(&key)) {
            if (key_is(&key, 'q'))
                exit(0); /* without term_close: atexit must do */
            if (key_is(&key, 'S'))
                raise(SIGSEGV);
            if (key_is(&key, 'm'))
                term_mouse(true);
            if (key_is(&key, 'E')) {
                struct child_end end;
                struct child_run run = {.command = "printf edit:; read word; echo $word >", .file = getenv("EDITED")};
                if (!term_run(&run, &end, &err) || end.code || end.signal)
                    report(to, "the editor failed");
            }
            selected += key_is(&key, 'j') - key_is(&key, 'k');
            if (key.code == K_RESIZE) {
                term_size(&columns, &rows);
                surface_resize(s, columns, rows);
            }
            draw(s, selected);
            show(s, &theme);
            report_key(to, &key);
            if (key.code == K_END_ASKED)
                exit(0);
        }
    }
}

/* --- the terminal it runs on --- */

static struct {
    pid_t pid;
    int pty, from;
    VTerm *vt;
    VTermScreen *screen;
    int alt, cursor_shown;
    VTermPos cursor;
    size_t bytes;
    bool high;     /* a byte above ASCII was sent */
    int titles;    /* how often the window's title was set */
    int answers, answers_bad; /* what the terminal said: to "are you there?", and to anything else */
    char all[1 << 16]; /* the last bytes, for looking at sequences */
    size_t all_n;
} w;

static int on_prop(VTermProp prop, VTermValue *value, void *user)
{
    (void)user;
    if (prop == VTERM_PROP_ALTSCREEN)
        w.alt = value->boolean;
    if (prop == VTERM_PROP_TITLE || prop == VTERM_PROP_ICONNAME)
        w.titles++;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        w.cursor_shown = value->boolean;
    return 1;
}

static int on_cursor(VTermPos pos, VTermPos before, int visible, void *user)
{
    (void)before, (void)visible, (void)user;
    w.cursor = pos;
    return 1;
}

static void on_answer(const char *bytes, size_t n, void *user)
{
    (void)user;
    bool there = n == 4 && memcmp(bytes, "\x1b[0n", 4) == 0;
    w.answers += there;
    w.answers_bad += !there;
    if (write(w.pty, bytes, n) < 0)
        w.answers_bad++;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_prop, .movecursor = on_cursor};

/* As a shell does with a job: its own process group in the foreground, told when it stops, continued when told. */
static void shell(int to, int go, const struct term_options *options)
{
    char byte;
    int status;
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    if (job == 0) {
        setpgid(0, 0);
        tcsetpgrp(STDIN_FILENO, getpid());
        signal(SIGTTOU, SIG_DFL);
        console(to, options);
    }
    setpgid(job, job);
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        report(to, "stopped");
        if (read(go, &byte, 1) != 1)
            _exit(4);
        tcsetpgrp(STDIN_FILENO, job);
        kill(job, SIGCONT);
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 5);
}

static int go = -1; /* read end of a pipe: start under a shell */

static void start(const char *locale, const char *no_colour, const char *term, const char *theme, struct term_options options)
{
    int pipes[2];
    struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    memset(&w, 0, sizeof w);
    assert_int_equal(pipe(pipes), 0);
    theme_name = theme;
    w.pid = forkpty(&w.pty, NULL, NULL, &size);
    assert_true(w.pid >= 0);
    if (w.pid == 0) {
        close(pipes[0]);
        setenv("LC_ALL", locale, 1);
        setenv("TERM", term, 1);
        setenv("NO_COLOR", no_colour, 1);
        unsetenv("TMUX");
        unsetenv("COLUMNS");
        unsetenv("LINES");
        if (go >= 0)
            shell(pipes[1], go, &options);
        console(pipes[1], &options);
    }
    close(pipes[1]);
    w.from = pipes[0];
    fcntl(w.pty, F_SETFL, O_NONBLOCK);
    w.vt = vterm_new(ROWS, COLUMNS);
    vterm_set_utf8(w.vt, 1);
    vterm_output_set_callback(w.vt, on_answer, NULL);
    w.screen = vterm_obtain_screen(w.vt);
    vterm_screen_set_callbacks(w.screen, &callbacks, NULL);
    vterm_screen_enable_altscreen(w.screen, 1);
    vterm_screen_reset(w.screen, 1);
}

/* Everything the console has written so far. */
static void drain(void)
{
    char part[4096];
    ssize_t n;
    while ((n = read(w.pty, part, sizeof part)) > 0) {
        vterm_input_write(w.vt, part, (size_t)n);
        w.bytes += (size_t)n;
        for (ssize_t i = 0; i < n; i++) {
            w.high |= (unsigned char)part[i] >= 0x80;
            if (w.all_n < sizeof w.all - 1)
                w.all[w.all_n++] = part[i];
        }
        w.all[w.all_n] = 0;
    }
}

/* The next line the console says, reading its screen meanwhile; "" when it is gone. */
static const char *said(void)
{
    static char line[300];
    size_t n = 0;
    for (;;) {
        struct pollfd fds[] = {{.fd = w.pty, .events = POLLIN}, {.fd = w.from, .events = POLLIN}};
        if (poll(fds, 2, 5000) <= 0)
            fail_msg("the console says nothing");
        if (fds[0].revents)
            drain();
        if (!fds[1].revents)
            continue;
        char c;
        if (read(w.from, &c, 1) != 1 || c == '\n')
            break;
        if (n < sizeof line - 1)
            line[n++] = c;
    }
    line[n] = 0;
    drain();
    return line;
}

static void type(const char *bytes)
{
    assert_int_equal(write(w.pty, bytes, strlen(bytes)), strlen(bytes));
}

static void press(const char *bytes, const char *expected)
{
    type(bytes);
    assert_string_equal(said(), expected);
}

static int ended(void)
{
    int status = 0;
    assert_string_equal(said(), "");
    drain();
    assert_int_equal(waitpid(w.pid, &status, 0), w.pid);
    return status;
}

static void stop(void)
{
    close(w.pty);
    close(w.from);
    vterm_free(w.vt);
}

static void cell_text(int row, int column, char *out)
{
    VTermScreenCell cell;
    int n = 0;
    vterm_screen_get_cell(w.screen, (VTermPos){.row = row, .col = column}, &cell);
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && cell.chars[i] != (uint32_t)-1; i++)
        n += text_encode(cell.chars[i], out + n);
    out[n] = 0;
    if (!n && cell.chars[0] != (uint32_t)-1)
        strcpy(out, " ");
}

static void expect_screen(int columns, int rows, int step)
{
    struct surface *s = surface_new(columns, rows);
    draw(s, step);
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++) {
            char got[64];
            const struct cell *want = surface_cell(s, row, column);
            cell_text(row, column, got);
            if (want->width && strcmp(got, want->text) != 0)
                fail_msg("row %d, column %d: '%s' where '%s' was drawn", row, column, got, want->text);
        }
    surface_free(s);
}

/* --- tests --- */

static const struct term_options usual;

static void the_terminal_shows_what_was_drawn(void **state)
{
    (void)state;
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    expect_screen(COLUMNS, ROWS, 0);
    assert_true(w.alt);
    for (int i = 1; i <= 6; i++) {
        press("j", "j");
        expect_screen(COLUMNS, ROWS, i);
        assert_int_equal(w.cursor.row, i + 2);
        assert_int_equal(w.cursor.col, 2);
    }
    type("q");
    ended();
    stop();
}

static void a_step_of_the_selection_is_cheap(void **state)
{
    (void)state;
    static const char *const themes[] = {"calm-dark", "calm-light", "terminal", "mono"};
    for (size_t i = 0; i < 4; i++) {
        size_t worst = 0, first;
        start("C.UTF-8", "", "xterm-256color", themes[i], usual);
        assert_string_equal(said(), "ready");
        first = w.bytes;
        for (int k = 0; k < 20; k++) {
            w.bytes = 0;
            press(k < 10 ? "j" : "k", k < 10 ? "j" : "k");
            if (w.bytes > worst)
                worst = w.bytes;
        }
        print_message("# %s: whole screen %zu bytes, a step at most %zu\n", themes[i], first, worst);
        assert_true(worst > 0 && worst <= MOST);
        type("q");
        ended();
        stop();
    }
}

static void nothing_is_sent_when_nothing_changed(void **state)
{
    (void)state;
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    w.bytes = 0;
    press("x", "x");
    assert_int_equal(w.bytes, 0);
    type("q");
    ended();
    stop();
}

static void keys_come_through_whole(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *name;
    } cases[] = {{"a", "a"}, {"\x04", "C-d"}, {"\r", "Enter"}, {"\t", "Tab"}, {"\x1b[Z", "S-Tab"}, {"\x1bOA", "Up"},
                 {"\x1b", "Esc"}, {"\x1b[6~", "PgDn"}, {"\x1bOP", "F1"}, {"\x1b[1;5D", "C-Left"}, {"\x1b" "b", "M-b"},
                 {"\xc3\xa4", "\u00e4"}, {"\xe6\x97\xa5", "\u65e5"}, {"\x7f", "Backspace"}, {" ", "Space"}, {"\x03", "C-c"},
                 {"\x1b[200~one\rtwo\x1b[201~", "paste one|two"}, {"\x1b[200~\x1b[201~", "paste "}};
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        press(cases[i].bytes, cases[i].name);
    assert_non_null(strstr(w.all, "\x1b[?2004h"));
    assert_null(strstr(w.all, "\x1b[?1004h"));
    type("q");
    ended();
    assert_non_null(strstr(w.all, "\x1b[?2004l"));
    stop();
}

/* What ssh without a locale gives: letters, in whatever pieces they come, alone, in a burst, in a paste; what is no UTF-8 costs itself. */
static void letters_come_through_whole_whatever_the_locale_says(void **state)
{
    (void)state;
    static const char *const locales[] = {"C", "C.UTF-8"};
    for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
        start(locales[i], "", "linux", "mono", usual);
        assert_string_equal(said(), "ready");
        press("\u00e4", "\u00e4");
        type("a\u00eb\u65e5\U0001f600b");
        static const char *const burst[] = {"a", "\u00eb", "\u65e5", "\U0001f600", "b"};
        for (size_t n = 0; n < sizeof burst / sizeof *burst; n++)
            assert_string_equal(said(), burst[n]);
        press("\x1b[200~Gr\u00fc\u00dfe\rplain\r\u65e5\u672c\x1b[201~", "paste Gr\u00fc\u00dfe|plain|\u65e5\u672c");
        press("\x1b[200~Gr\xfc\xdf" "e \xe4\x1b[201~", "paste Gr\xfc\xdf" "e \xe4");
        press("\x1b\u00e4", "M-\u00e4");
        type("\xe4" "b\xe6\x97\x1b[A");
        static const char *const broken[] = {"\ufffd", "b", "\ufffd", "\ufffd", "Up"};
        for (size_t n = 0; n < sizeof broken / sizeof *broken; n++)
            assert_string_equal(said(), broken[n]);
        type("\xe6\x97");
        type("\xa5");
        assert_string_equal(said(), "\u65e5");
        type("q");
        ended();
        stop();
    }
}

/* TERM says what a terminal is supposed to send: PuTTY says xterm and sends Home as linux does, a vt100 of today has PgDn, whoever did not
 * see smkx sends arrows without application mode. */
static void keys_of_another_terminal_than_term_says_are_understood(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "linux", "vt100", "screen", "tmux-256color"};
    static const struct {
        const char *bytes, *name;
    } cases[] = {{"\x1b[A", "Up"}, {"\x1bOA", "Up"}, {"\x1b[B", "Down"}, {"\x1bOB", "Down"}, {"\x1b[C", "Right"}, {"\x1bOC", "Right"}, {"\x1b[D", "Left"}, {"\x1bOD", "Left"},
                 {"\x1b[H", "Home"}, {"\x1bOH", "Home"}, {"\x1b[1~", "Home"}, {"\x1b[7~", "Home"}, {"\x1b[F", "End"}, {"\x1bOF", "End"}, {"\x1b[4~", "End"}, {"\x1b[8~", "End"},
                 {"\x1b[2~", "Insert"}, {"\x1b[3~", "Delete"}, {"\x1b[5~", "PgUp"}, {"\x1b[6~", "PgDn"}, {"\x1b[Z", "S-Tab"}, {"\x1bOP", "F1"}, {"\x1b[15~", "F5"}, {"\x1b[24~", "F12"},
                 {"\x1b[1;5D", "C-Left"}, {"\x1b[1;2A", "S-Up"}, {"\x1b[3;5~", "C-Delete"}, {"\x1b[5;3~", "M-PgUp"}, {"\b", "Backspace"}, {"\x7f", "Backspace"}, {"\x1b", "Esc"},
                 {"\x1b[24;80R\x1b[?1;2c\x1b[>1;2;0cj", "j"}, {"\x1b[99~\x1b[1;99Aj", "j"}};
    for (size_t t = 0; t < sizeof terms / sizeof *terms; t++) {
        start("C.UTF-8", "", terms[t], "calm-dark", usual);
        assert_string_equal(said(), "ready");
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            type(cases[i].bytes);
            const char *name = said();
            if (strcmp(name, cases[i].name) != 0)
                fail_msg("TERM=%s, case %zu: %s, not %s", terms[t], i, name, cases[i].name);
        }
        type("q");
        ended();
        stop();
    }
}

static void a_new_size_is_told_and_drawn(void **state)
{
    (void)state;
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    static const struct winsize sizes[] = {{.ws_row = 40, .ws_col = 120}, {.ws_row = 10, .ws_col = 72}, {.ws_row = 24, .ws_col = 80}};
    for (size_t i = 0; i < 3; i++) {
        vterm_set_size(w.vt, sizes[i].ws_row, sizes[i].ws_col);
        assert_int_equal(ioctl(w.pty, TIOCSWINSZ, &sizes[i]), 0);
        assert_string_equal(said(), "resize");
        expect_screen(sizes[i].ws_col, sizes[i].ws_row, 0);
    }
    type("q");
    ended();
    stop();
}

/* Modes by their sequences: the last that was said of each is what holds. */
static const struct mode {
    const char *name, *on, *off;
} modes[] = {{"alternate screen", "\x1b[?1049h", "\x1b[?1049l"}, {"paste", "\x1b[?2004h", "\x1b[?2004l"}, {"focus", "\x1b[?1004h", "\x1b[?1004l"},
             {"mouse", "\x1b[?1000h", "\x1b[?1000l"}, {"mouse form", "\x1b[?1006h", "\x1b[?1006l"}, {"keypad", "\x1b[?1h", "\x1b[?1l"}};
enum { MODES = sizeof modes / sizeof *modes };

static const char *last_of(const char *sequence)
{
    const char *last = NULL;
    for (const char *at = w.all; (at = strstr(at, sequence)); at++)
        last = at;
    return last;
}

static void expect_modes(bool on)
{
    for (int i = 0; i < MODES; i++) {
        const char *was = last_of(modes[i].on), *is = last_of(modes[i].off);
        if (!was || (on ? is && is > was : !is || is < was))
            fail_msg("%s is %s", modes[i].name, on ? "off" : "on");
    }
    assert_int_equal(w.alt, on);
}

/* What stty -g prints is all of this. */
static void expect_tty(const struct termios *before)
{
    struct termios now;
    assert_int_equal(tcgetattr(w.pty, &now), 0);
    assert_int_equal(now.c_iflag, before->c_iflag);
    assert_int_equal(now.c_oflag, before->c_oflag);
    assert_int_equal(now.c_cflag, before->c_cflag);
    assert_int_equal(now.c_lflag, before->c_lflag);
    assert_memory_equal(now.c_cc, before->c_cc, sizeof now.c_cc);
}

static const struct way {
    const char *name, *keys;
    int signal, status;
} ways[] = {{"exit", "q", 0, 0}, {"crash", "S", 0, SIGSEGV}, {"SIGTERM", NULL, SIGTERM, 0}, {"SIGHUP", NULL, SIGHUP, 0}, {"SIGQUIT", NULL, SIGQUIT, 0},
            {"SIGABRT", NULL, SIGABRT, SIGABRT}, {"SIGBUS", NULL, SIGBUS, SIGBUS}, {"SIGFPE", NULL, SIGFPE, SIGFPE}, {"SIGILL", NULL, SIGILL, SIGILL},
            {"SIGSEGV", NULL, SIGSEGV, SIGSEGV}};
enum { WAYS = sizeof ways / sizeof *ways };

static void one_way_out(const struct way *way, const struct termios *before)
{
    start("C.UTF-8", "", "xterm-256color", "calm-dark", (struct term_options){.focus = true});
    int keep = open(ptsname(w.pty), O_RDWR | O_NOCTTY); /* so that the tty can be asked after its program is gone */
    assert_string_equal(said(), "ready");
    press("m", "m");
    expect_modes(true);
    if (way->keys)
        type(way->keys);
    else
        kill(w.pid, way->signal);
    if (way->signal && !way->status)
        assert_string_equal(said(), "end");
    int status = ended();
    assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, way->status);
    expect_modes(false);
    assert_true(w.cursor_shown);
    expect_tty(before);
    close(keep);
    stop();
}

static void the_terminal_is_put_back_on_every_way_out(void **state)
{
    (void)state;
    struct termios before;
    int pty, tty;
    assert_int_equal(openpty(&pty, &tty, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(pty, &before), 0); /* as one is when it is new */
    close(pty);
    close(tty);
    for (int i = 0; i < WAYS; i++)
        one_way_out(&ways[i], &before);
    print_message("# %d ways out x %d modes, the cursor and all that stty says: as before\n", WAYS, MODES);
}

/* Smaller than anything and larger than most. */
static void any_size_is_survived(void **state)
{
    (void)state;
    static const struct winsize sizes[] = {{.ws_row = 1, .ws_col = 1}, {.ws_row = 2, .ws_col = 200}, {.ws_row = 200, .ws_col = 500}, {.ws_row = 1, .ws_col = 1}, {.ws_row = 24, .ws_col = 80}};
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(ioctl(w.pty, TIOCSWINSZ, &sizes[i]), 0);
        assert_string_equal(said(), "resize");
        press("j", "j");
        press("k", "k");
    }
    w.all_n = 0;
    expect_screen(COLUMNS, ROWS, 0);
    type("q");
    assert_int_equal(ended(), 0);
    stop();
}

static void without_utf8_every_byte_is_ascii(void **state)
{
    (void)state;
    start("C", "", "vt100", "mono", usual);
    assert_string_equal(said(), "ready");
    press("j", "j");
    assert_false(w.high);
    char gutter[64];
    cell_text(3, 0, gutter);
    assert_string_equal(gutter, ">");
    assert_null(strstr(w.all, "\x1b[?2004h"));
    type("q");
    ended();
    stop();
}

static void no_colour_means_no_colour(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        start("C.UTF-8", i ? "1" : "", "xterm-256color", "calm-dark", usual);
        assert_string_equal(said(), "ready");
        assert_int_equal(strstr(w.all, "38;5;") == NULL, i);
        expect_screen(COLUMNS, ROWS, 0);
        type("q");
        ended();
        stop();
    }
}

static void sixteen_colours_and_synchronized_frames_show_the_same(void **state)
{
    (void)state;
    start("C.UTF-8", "", "xterm", "calm-dark", (struct term_options){.sync = true});
    assert_string_equal(said(), "ready");
    expect_screen(COLUMNS, ROWS, 0);
    assert_non_null(strstr(w.all, "\x1b[?2026h"));
    assert_null(strstr(w.all, "38;5;"));
    assert_non_null(strstr(w.all, "\x1b[?2026l\x1b[5n")); /* the frame, and whether it came */
    w.all_n = 0;
    press("j", "j");
    assert_memory_equal(w.all, "\x1b[?2026h", 8);
    assert_string_equal(w.all + w.all_n - 8, "\x1b[?2026l");
    type("q");
    ended();
    stop();
}

static void a_stop_gives_the_terminal_back_and_a_continue_takes_it_again(void **state)
{
    (void)state;
    int pipes[2];
    struct termios tty;
    assert_int_equal(pipe(pipes), 0);
    go = pipes[0];
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    press("j", "j");
    type("\x1a");
    assert_string_equal(said(), "stopped");
    assert_false(w.alt);
    assert_int_equal(tcgetattr(w.pty, &tty), 0);
    assert_true((tty.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO));
    assert_int_equal(write(pipes[1], "g", 1), 1);
    assert_string_equal(said(), "resumed");
    assert_true(w.alt);
    expect_screen(COLUMNS, ROWS, 1);
    press("k", "k");
    type("q");
    assert_int_equal(ended(), 0);
    stop();
    close(pipes[0]);
    close(pipes[1]);
    go = -1;
}

static void a_child_has_the_terminal_to_itself(void **state)
{
    (void)state;
    char path[] = "/tmp/triage-edited-XXXXXX", word[16] = "";
    int fd = mkstemp(path);
    setenv("EDITED", path, 1);
    start("C.UTF-8", "", "xterm-256color", "calm-dark", usual);
    assert_string_equal(said(), "ready");
    type("E");
    while (!strstr(w.all, "edit:")) { /* as a person waits for the editor to come */
        struct pollfd wait = {.fd = w.pty, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 5000), 1);
        drain();
    }
    assert_false(w.alt);
    type("words\r");
    assert_string_equal(said(), "E");
    expect_screen(COLUMNS, ROWS, 0);
    assert_true(w.alt);
    assert_int_equal(read(fd, word, sizeof word - 1), 6);
    assert_string_equal(word, "words\n");
    type("q");
    ended();
    stop();
    close(fd);
    unlink(path);
}

static void nothing_a_stranger_writes_reaches_the_terminal(void **state)
{
    (void)state;
    make_payloads();
    int screens = (int)(hostile_n + ROWS - 5) / (ROWS - 4);
    draw = draw_frame;
    start("C.UTF-8", "", "xterm-256color", "terminal", usual);
    assert_string_equal(said(), "ready");
    for (int i = 0; i < screens; i++) {
        expect_screen(COLUMNS, ROWS, i);
        assert_int_equal(w.cursor.row, 5);
        assert_int_equal(w.cursor.col, 3);
        assert_true(w.alt && w.cursor_shown);
        w.all_n = 0;
        press("j", "j");
    }
    assert_int_equal(w.titles, 0);
    assert_int_equal(w.answers_bad, 0); /* nothing was asked but whether a frame came */
    print_message("# %zu payloads, twice each, on %d screens\n", hostile_n, screens);
    assert_true(hostile_n > 2000);
    type("q");
    ended();
    stop();
    str_fini(&hostile);
    draw = draw_list;
}

/* More than it takes at once; the loop asks what to wait for, and draws nothing meanwhile. */
enum { MUCH = 200000, LOOKS = 20000 };
static void send_much(void)
{
    struct err err;
    AUTO_STR much;
    str_init(&much, MUCH);
    while (much.len < MUCH)
        str_addc(&much, 'x');
    if (!outlet_open(false, &err))
        _exit(9);
    outlet_put(much.data, much.len);
    outlet_frame(0);
    for (int looks = 0, fd; looks < LOOKS; looks++) {
        if ((fd = term_output_fd()) < 0)
            _exit(0);
        poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
    }
    _exit(1);
}

static void what_a_terminal_did_not_take_at_once_leaves_as_soon_as_it_does(void **state)
{
    char part[4096];
    int pty, status = 0;
    ssize_t n;
    long all = 0;
    (void)state;
    pid_t pid = forkpty(&pty, NULL, NULL, NULL);
    if (!pid)
        send_much();
    while ((n = read(pty, part, sizeof part)) > 0)
        all += n;
    close(pty);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(all, MUCH);
}

static void a_terminal_that_cannot_place_a_cursor_is_refused_kindly(void **state)
{
    (void)state;
    start("C.UTF-8", "", "dumb", "mono", usual);
    assert_string_equal(said(), "TERM=dumb cannot place a cursor (try: triage --linear)");
    ended();
    stop();
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terminal_shows_what_was_drawn),
        cmocka_unit_test(a_step_of_the_selection_is_cheap),
        cmocka_unit_test(nothing_is_sent_when_nothing_changed),
        cmocka_unit_test(keys_come_through_whole),
        cmocka_unit_test(letters_come_through_whole_whatever_the_locale_says),
        cmocka_unit_test(keys_of_another_terminal_than_term_says_are_understood),
        cmocka_unit_test(a_new_size_is_told_and_drawn),
        cmocka_unit_test(the_terminal_is_put_back_on_every_way_out),
        cmocka_unit_test(any_size_is_survived),
        cmocka_unit_test(without_utf8_every_byte_is_ascii),
        cmocka_unit_test(no_colour_means_no_colour),
        cmocka_unit_test(sixteen_colours_and_synchronized_frames_show_the_same),
        cmocka_unit_test(a_stop_gives_the_terminal_back_and_a_continue_takes_it_again),
        cmocka_unit_test(a_child_has_the_terminal_to_itself),
        cmocka_unit_test(nothing_a_stranger_writes_reaches_the_terminal),
        cmocka_unit_test(what_a_terminal_did_not_take_at_once_leaves_as_soon_as_it_does),
        cmocka_unit_test(a_terminal_that_cannot_place_a_cursor_is_refused_kindly),
    };
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
