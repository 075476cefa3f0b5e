/* pen: see pen.h. */
#define NCURSES_WIDECHAR 1
#include "term/pen.h"
#include "term/capability.h"
#include "base/clock.h"
#include "base/str.h"
#include "term/outlet.h"
#include "term/style.h"
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#undef columns
#undef lines

enum { FRAME_MOST = 32 << 20, WAY = 96, NO_WAY = 1 << 16, STEPS = 4, SCROLL_MOST = 30 };
enum { LEAST = 3 /* bytes of ESC [ C */, LEAST_PLACE = 6 /* of ESC [ 1 ; 2 H: nothing shorter is looked for */ };

struct leg { /* of a way: one sequence, so many times; none: it is there already */
    const char *sequence;
    int parameter, times;
    size_t n; /* bytes */
};
static struct {
    struct str out;
    int columns, rows;
    int row, column; /* of the cursor; row -1: not known */
    struct pen_look look;
    int kept_row, kept_column; /* the place the terminal keeps; row -1: none */
    bool newline_stays; /* a line feed leaves the column alone */
} p;

static int put_byte(int c)
{
    str_addc(&p.out, (char)c);
    return c;
}

/* curses knows what a pause of a slow terminal is. */
static void say(const char *sequence)
{
    if (strstr(sequence, "$<"))
        tputs(sequence, 1, put_byte);
    else
        str_adds(&p.out, sequence);
}

void pen_open(int columns, int rows)
{
    struct termios tty;
    if (!p.out.max)
        str_init(&p.out, FRAME_MOST);
    p.columns = columns;
    p.rows = rows;
    p.row = p.kept_row = -1;
    p.look = (struct pen_look){0};
    style_forget();
    p.newline_stays = tcgetattr(STDOUT_FILENO, &tty) == 0 && !((tty.c_oflag & OPOST) && (tty.c_oflag & ONLCR));
}

void pen_close(void)
{
    str_fini(&p.out);
    style_forget();
}

/* --- the cursor --- */

static const struct leg no_leg = {.n = NO_WAY};

static struct leg leg_of(const char *sequence, int parameter, int times)
{
    size_t n = capability_length(sequence, parameter, 0) * (size_t)times;
    return n ? (struct leg){sequence, parameter, times, n} : no_leg;
}

static void shorter(struct leg *best, struct leg other)
{
    if (other.n < best->n)
        *best = other;
}

/* Along one line: steps of one, one step of n, or the place itself. */
static struct leg along(int from, int to, const char *one, const char *many, const char *place)
{
    int n = abs(to - from);
    if (!n)
        return (struct leg){0};
    struct leg best = n <= STEPS ? leg_of(one, 0, n) : no_leg;
    if (best.n > LEAST) {
        shorter(&best, leg_of(many, n, 1));
        shorter(&best, leg_of(place, to, 1));
    }
    return best;
}

static struct leg down(int row)
{
    bool feed = cursor_down && strcmp(cursor_down, "\n") == 0;
    if (row > p.row)
        return along(p.row, row, !feed || p.newline_stays ? cursor_down : NULL, parm_down_cursor, row_address);
    return along(p.row, row, cursor_up, parm_up_cursor, row_address);
}

static struct leg across(int from, int column)
{
    if (column > from)
        return along(from, column, cursor_right, parm_right_cursor, column_address);
    return along(from, column, cursor_left, parm_left_cursor, column_address);
}

static void walk(const struct leg *leg)
{
    for (int times = leg->times; times > 0; times--)
        say(capability_with(leg->sequence, leg->parameter, 0));
}

/* "ESC [ row ; 1 H": a first column goes without saying. */
static const char *place_of(int row, int column, char text[WAY])
{
    str_copy(text, WAY, capability_with(cursor_address, row, column));
    size_t n = strlen(text);
    if (!column && n > 5 && memcmp(text, "\033[", 2) == 0 && strcmp(text + n - 3, ";1H") == 0)
        memcpy(text + n - 3, "H", 2);
    return text;
}

/* From where it stands, from the beginning of the line, or straight to the place. */
static void go(int row, int column)
{
    char place[WAY] = "";
    struct leg legs[3] = {{0}, no_leg, no_leg};
    size_t n = NO_WAY;
    if (p.row >= 0) {
        legs[1] = down(row);
        legs[2] = across(p.column, column);
        n = legs[1].n + legs[2].n;
    }
    if (p.row >= 0 && (row != p.row || column < p.column)) {
        struct leg first = leg_of(carriage_return, 0, 1), last = across(0, column);
        if (first.n + legs[1].n + last.n < n) {
            legs[0] = first, legs[2] = last;
            n = first.n + legs[1].n + last.n;
        }
    }
    if (n > (column ? LEAST_PLACE : LEAST) && cursor_address)
        place_of(row, column, place);
    bool straight = *place && strlen(place) < n;
    say(straight ? place : "");
    for (int i = 0; !straight && n < NO_WAY && i < 3; i++)
            walk(&legs[i]);
    p.row = row;
    p.column = column;
}

void pen_move(int row, int column)
{
    if (row != p.row || column != p.column)
        go(row, column);
}

/* --- how it writes --- */

static bool is_plain(struct pen_look look)
{
    return !look.attr && !look.pair;
}

static void write_as(struct pen_look look)
{
    size_t n;
    if (look.attr == p.look.attr && look.pair == p.look.pair)
        return;
    const char *words = style_change(p.look, look, &n);
    str_add(&p.out, words, n);
    p.look = look;
}

struct pen_look pen_look(void)
{
    return p.look;
}

/* --- the place kept --- */

void pen_keep(void)
{
    if (!save_cursor || !restore_cursor || p.row < 0 || !is_plain(p.look) || (p.row == p.kept_row && p.column == p.kept_column))
        return;
    say(save_cursor);
    p.kept_row = p.row;
    p.kept_column = p.column;
}

void pen_back(int row, int column)
{
    bool there = p.row == row && p.column == column;
    if (row != p.kept_row || column != p.kept_column || (there && is_plain(p.look))) {
        pen_move(row, column);
        return;
    }
    say(restore_cursor);
    p.look = (struct pen_look){0};
    p.row = row;
    p.column = column;
}

/* --- cells --- */

/* Terminals differ in how wide they take a picture or a letter with marks to be. */
static bool doubtful(const char *text, size_t n, int width)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t first = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc0 ? 2 : 1;
    return n > first || (width == 2 && first == 4);
}

void pen_put(int row, int column, struct pen_look look, const char *text, size_t n, int width)
{
    bool last = column + width >= p.columns;
    if (last && row == p.rows - 1 && auto_right_margin && !eat_newline_glitch)
        return; /* it would scroll */
    pen_move(row, column);
    write_as(look);
    str_add(&p.out, text, n);
    p.column += width;
    if (last || (n != (size_t)width && doubtful(text, n, width)))
        p.row = -1;
}

bool pen_can_erase(bool coloured)
{
    return clr_eol && (!coloured || back_color_erase);
}

void pen_erase(int row, int column, struct pen_look look)
{
    pen_move(row, column);
    write_as(look);
    say(clr_eol);
}

/* The whole screen scrolls again. "ESC [ 1 ; rows r" says no more than "ESC [ r". */
static void free_region(void)
{
    char usual[24];
    snprintf(usual, sizeof usual, "\033[1;%dr", p.rows);
    const char *text = capability_with(change_scroll_region, 0, p.rows - 1);
    say(strcmp(text, usual) == 0 ? "\033[r" : text);
}

/* A region that was meant for another size would scroll what only goes down a row. */
void pen_clear(struct pen_look look)
{
    write_as(look);
    if (change_scroll_region)
        free_region();
    say(clear_screen);
    p.row = -1;
}

bool pen_scroll(int top, int bottom, int n, struct pen_look look)
{
    const char *one = n > 0 ? scroll_forward : scroll_reverse;
    if (!change_scroll_region || !one || abs(n) > SCROLL_MOST)
        return false;
    write_as(look);
    say(capability_with(change_scroll_region, top, bottom));
    p.row = -1; /* where it leaves the cursor is not the same everywhere */
    pen_move(n > 0 ? bottom : top, 0);
    for (int i = 0; i < abs(n); i++)
        say(one);
    free_region();
    p.row = -1;
    return true;
}

/* --- sending --- */

/* What curses said by itself (it entered, it showed the cursor) goes before. */
void pen_send(bool sync)
{
    static const char hold[] = "\033[?2026h", show[] = "\033[?2026l";
    write_as((struct pen_look){0});
    outlet_take();
    bool held = sync && p.out.len;
    outlet_put(hold, held ? sizeof hold - 1 : 0);
    outlet_put(p.out.data, p.out.len);
    outlet_put(show, held ? sizeof show - 1 : 0);
    outlet_frame(clock_mono());
    str_clear(&p.out);
    p.out.cut = false;
}
