/* pen: whatever is drawn after whatever, the terminal holds that picture, cell by cell: random pictures of words, wide letters and
 * marks, in all roles, that scroll, lose rows and get them back, whole ones and parts, on terminals of several kinds, read by libvterm.
 * Each picture that was sent as a difference must be what a repaint would show. */
#include "base/str.h"
#include "base/text.h"
#include "term/ncurses.h"
#include "harness/chance.h"
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
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>
#include <cmocka.h>

enum { ROWS = 24, COLUMNS = 80, LINES_KEPT = 200, FRAMES = 400, REPAINTS = 4, PANE = 45, ROW_BYTES = COLUMNS * 13 };

/* --- the program: says each picture on a pipe, draws it, and waits for the word to go on --- */

static uint64_t seed;

static const char *const words[] = {"invoice", "refund", "a", "login", "\u6f22\u5b57", "caf\u00e9", "x\u0301", "\u2014", "shipping", "late 18m"};
static struct {
    char text[200];
    enum ui_role role, second;
} lines[LINES_KEPT];

static void make_line(int i)
{
    lines[i].text[0] = 0;
    for (unsigned n = chance(&seed, 9); n > 0; n--) {
        size_t used = strlen(lines[i].text);
        snprintf(lines[i].text + used, sizeof lines[i].text - used, "%s%*s", words[chance(&seed, 10)], 1 + chance(&seed, 6), "");
    }
    lines[i].role = (enum ui_role)chance(&seed, UI_ROLES);
    lines[i].second = (enum ui_role)chance(&seed, UI_ROLES);
}

static int cursor_row = 1, cursor_column = 3;

/* All of it, or a part of what was drawn last, which may have moved. */
static const struct surface_part *some_part(struct surface_part *part)
{
    int top = (int)chance(&seed, ROWS), bottom = (int)chance(&seed, ROWS), by = (int)chance(&seed, 5) - 2;
    by = bottom - top < 2 ? 0 : by;
    *part = (struct surface_part){.rows = {by > 0 ? bottom : top, by == 2 ? bottom - 1 : by == -2 ? top + 1 : (int)chance(&seed, ROWS)}, .top = top, .bottom = bottom, .by = by};
    if (chance(&seed, 2) && bottom >= top)
        part->pane = (struct surface_pane){top, chance(&seed, 2) ? PANE : 0, bottom - top + 1};
    return chance(&seed, 3) ? part : NULL;
}

static void draw(struct surface *s, int top)
{
    surface_clear(s);
    surface_text(s, 0, 0, -1, UI_TITLE, "head");
    for (int row = 1; row < ROWS - 1; row++) {
        surface_text(s, row, 2, -1, lines[top + row].role, lines[top + row].text);
        surface_repaint(s, row, 10, 8, lines[top + row].second);
        if (row < ROWS / 2)
            surface_text(s, row, PANE, -1, lines[top + row].second, lines[LINES_KEPT - 1 - row].text);
    }
    surface_rule(s, ROWS - 1);
    surface_text(s, ROWS - 1, COLUMNS - 4, 4, UI_HINT, "foot"); /* to the last corner */
    if (chance(&seed, 2)) /* else it stays */
        cursor_row = chance(&seed, 2) ? 1 + chance(&seed, ROWS - 2) : chance(&seed, 2) ? 1 + chance(&seed, 2) : ROWS - 2 - chance(&seed, 2);
    surface_text(s, cursor_row, 0, 1, UI_GUTTER, "\u258c"); /* as in a list that goes on under it */
    surface_repaint(s, cursor_row, 2, 3, UI_SELECTED);
    if (chance(&seed, 2))
        cursor_column = chance(&seed, 5);
    surface_cursor(s, cursor_row, cursor_column);
}

static void tell(int to, const struct surface *s)
{
    static char rows[ROWS + 1][ROW_BYTES];
    memset(rows, 0, sizeof rows);
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            strcat(rows[row], surface_cell(s, row, column)->text);
    snprintf(rows[ROWS], ROW_BYTES, "%d %d", cursor_row, cursor_column);
    for (size_t at = 0; at < sizeof rows;) {
        ssize_t n = write(to, (char *)rows + at, sizeof rows - at);
        if (n <= 0)
            _exit(9);
        at += (size_t)n;
    }
}

static void program(int to, int go)
{
    struct theme theme;
    struct err err;
    struct key key;
    char byte;
    struct surface *s = surface_new(COLUMNS, ROWS);
    struct term_options options = {0};
    struct surface_part part;
    int top = 60;
    theme_terminal(&theme);
    if (!term_open(&options, &err))
        _exit(3);
    for (int i = 0; i < LINES_KEPT; i++)
        make_line(i);
    for (int frame = 0; frame < FRAMES; frame++) {
        for (unsigned n = chance(&seed, 3) ? chance(&seed, 3) : chance(&seed, LINES_KEPT); n > 0; n--)
            make_line(chance(&seed, LINES_KEPT));
        top += chance(&seed, 13) - 6;
        top = top < 0 ? 0 : top > LINES_KEPT - ROWS ? LINES_KEPT - ROWS : top;
        for (int n = frame && !chance(&seed, 5) ? 2 : 1; n > 0; n--) { /* now and then one comes before that nobody gets to see */
            surface_only(s, frame ? some_part(&part) : NULL);
            draw(s, top);
        }
        for (byte = 'a'; byte != 'g';) {
            tell(to, s);
            if (byte == 'r')
                term_redraw();
            term_draw(s, &theme);
            while (term_ready_at() && term_output_fd() >= 0) {
                struct pollfd out = {.fd = term_output_fd(), .events = POLLOUT};
                poll(&out, 1, 1000);
            }
            dprintf(STDOUT_FILENO, "\a"); /* behind all of it: the terminal has it when it has this */
            if (read(go, &byte, 1) != 1)
                _exit(4);
        }
        while (term_key(&key)) /* the terminal's answers are read here */
            if (key.code == K_END_ASKED)
                _exit(5);
    }
    _exit(0);
}

/* --- the terminal --- */

static struct {
    int pty;
    VTerm *vt;
    VTermScreen *screen;
    size_t bytes;
    char part[8192]; /* read, of which so many bytes wait for the rest of their character */
    size_t held;
    int pictures; /* that came to their end */
} w;

static int on_bell(void *user)
{
    (void)user;
    w.pictures++;
    return 1;
}

static void on_answer(const char *bytes, size_t n, void *user)
{
    (void)user;
    if (write(w.pty, bytes, n) < 0)
        fail_msg("the terminal cannot answer");
}

static bool row_is(int row, const char *expected)
{
    char text[ROW_BYTES] = "";
    for (int column = 0; column < COLUMNS; column++) {
        VTermScreenCell cell;
        VTermPos at = {.row = row, .col = column};
        vterm_screen_get_cell(w.screen, at, &cell);
        char *end = text + strlen(text);
        if (cell.chars[0] == (uint32_t)-1)
            continue;
        if (!cell.chars[0])
            strcpy(end, " ");
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
            end += text_encode(cell.chars[i], end), *end = 0;
    }
    return strcmp(text, expected) == 0;
}

/* How much of it ends with a whole character: of one that came in two pieces libvterm makes another. */
static size_t whole(const char *text, size_t n)
{
    size_t back = 1;
    while (back < 4 && back < n && (text[n - back] & 0xc0) == 0x80)
        back++;
    unsigned char first = n ? (unsigned char)text[n - back] : 0;
    size_t need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : back;
    return back < need ? n - back : n;
}

static void drain(void)
{
    ssize_t got;
    while ((got = read(w.pty, w.part + w.held, sizeof w.part - w.held)) > 0) {
        size_t n = w.held + (size_t)got, now = whole(w.part, n);
        vterm_input_write(w.vt, w.part, now);
        memmove(w.part, w.part + now, n - now);
        w.held = n - now;
        w.bytes += (size_t)got;
    }
}

static void shows(const char *term, int frame, char (*rows)[ROW_BYTES])
{
    for (int row = 0; row < ROWS; row++)
        if (!row_is(row, rows[row]))
            fail_msg("%s, frame %d: row %d is not \"%s\"", term, frame, row, rows[row]);
}

/* A cell as the eye has it: of a blank only what is behind it. */
static uint64_t seen_at(int row, int column)
{
    VTermScreenCell c;
    vterm_screen_get_cell(w.screen, (VTermPos){.row = row, .col = column}, &c);
    if (c.chars[0] == (uint32_t)-1)
        return 0; /* the right half of the one before */
    bool bare = (!c.chars[0] || c.chars[0] == ' ') && !c.attrs.underline && !c.attrs.reverse;
    vterm_screen_convert_color_to_rgb(w.screen, &c.fg);
    vterm_screen_convert_color_to_rgb(w.screen, &c.bg);
    const uint32_t parts[] = {c.chars[0] ? c.chars[0] : ' ', c.chars[0] ? c.chars[1] : 0, bare ? 0 : c.attrs.bold | c.attrs.underline << 1 | c.attrs.reverse << 3,
                              bare ? 0 : (uint32_t)c.fg.rgb.red << 16 | (uint32_t)c.fg.rgb.green << 8 | c.fg.rgb.blue,
                              (uint32_t)c.bg.rgb.red << 16 | (uint32_t)c.bg.rgb.green << 8 | c.bg.rgb.blue};
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sum = (sum ^ parts[i]) * 1099511628211u;
    return sum;
}

static uint64_t seen[ROWS][COLUMNS];

static void look(void)
{
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            seen[row][column] = seen_at(row, column);
}

static void looks_the_same(const char *term, int frame)
{
    for (int row = 0; row < ROWS; row++)
        for (int column = 0; column < COLUMNS; column++)
            if (seen[row][column] != seen_at(row, column))
                fail_msg("%s, frame %d: a repaint looks different at %d, %d", term, frame, row, column);
}

static void cursor_is(const char *term, int frame, const char *place)
{
    char is[40];
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(w.vt), &at);
    snprintf(is, sizeof is, "%d %d", at.row, at.col);
    if (strcmp(is, place) != 0)
        fail_msg("%s, frame %d: the cursor is at %s and not at %s", term, frame, is, place);
}

static void has_all(const char *term, int picture)
{
    for (int tries = 0; tries < 2000 && w.pictures < picture; tries++) {
        struct pollfd at = {.fd = w.pty, .events = POLLIN};
        poll(&at, 1, 10);
        drain();
    }
    if (w.pictures < picture)
        fail_msg("%s: picture %d does not come to its end", term, picture);
}

static void read_all(int from, void *to, size_t n)
{
    for (size_t at = 0; at < n;) {
        struct pollfd in[] = {{.fd = from, .events = POLLIN}, {.fd = w.pty, .events = POLLIN}};
        poll(in, 2, -1);
        drain();
        ssize_t got = in[0].revents ? read(from, (char *)to + at, n - at) : 0;
        if (got < 0 || (in[0].revents && got == 0))
            fail_msg("the program ended");
        at += (size_t)got;
    }
}

static void walk(const char *term)
{
    static char rows[ROWS + 1][ROW_BYTES];
    int said[2], go[2], status, pictures = 0;
    struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    assert_int_equal(pipe(said) | pipe(go), 0);
    static const VTermScreenCallbacks callbacks = {.bell = on_bell};
    static const char another_size[] = "\033[3;17r"; /* a region of what was sent for it may stay behind */
    w.bytes = w.held = 0;
    w.pictures = 0;
    pid_t pid = forkpty(&w.pty, NULL, NULL, &size);
    if (pid == 0) {
        setenv("TERM", term, 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        unsetenv("NO_COLOR"), unsetenv("TMUX"), unsetenv("COLUMNS"), unsetenv("LINES");
        program(said[1], go[0]);
    }
    fcntl(w.pty, F_SETFL, O_NONBLOCK);
    w.vt = vterm_new(ROWS, COLUMNS);
    vterm_set_utf8(w.vt, 1);
    vterm_output_set_callback(w.vt, on_answer, NULL);
    w.screen = vterm_obtain_screen(w.vt);
    vterm_screen_set_callbacks(w.screen, &callbacks, NULL);
    vterm_screen_enable_altscreen(w.screen, 1);
    vterm_screen_reset(w.screen, 1);
    for (int frame = 0; frame < FRAMES; frame++) {
        read_all(said[0], rows, sizeof rows);
        has_all(term, ++pictures);
        shows(term, frame, rows);
        cursor_is(term, frame, rows[ROWS]);
        if (frame % REPAINTS == 0) {
            look();
            vterm_input_write(w.vt, another_size, sizeof another_size - 1);
            assert_int_equal(write(go[1], "r", 1), 1);
            read_all(said[0], rows, sizeof rows);
            has_all(term, ++pictures);
            shows(term, frame, rows);
            cursor_is(term, frame, rows[ROWS]);
            looks_the_same(term, frame);
        }
        assert_int_equal(write(go[1], "g", 1), 1);
    }
    print_message("# %s: %d pictures, %zu bytes each\n", term, FRAMES, w.bytes / FRAMES);
    waitpid(pid, &status, 0);
    close(w.pty);
    vterm_free(w.vt);
    for (int i = 0; i < 2; i++)
        close(said[i]), close(go[i]);
}

static void a_picture_sent_as_a_difference_is_the_picture(void **state)
{
    (void)state;
    static const char *const terms[] = {"xterm-256color", "vt100", "linux", "screen", "screen-256color", "tmux", "tmux-256color"};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        seed = 20261127 + i;
        walk(terms[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_picture_sent_as_a_difference_is_the_picture)};
    return cmocka_run_group_tests_name("pen", tests, NULL, NULL);
}
