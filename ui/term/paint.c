/* paint: see paint.h. The last picture is kept here, and only cells that differ are given to the pen, which finds the cheapest way
 * between them. curses opens the terminal and knows it; it does not draw: it would send a frame in as many pieces as it has steps. */
#define NCURSES_WIDECHAR 1
#include "term/paint.h"
#include "base/text.h"
#include "term/pen.h"
#include "term/picture.h"
#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#undef columns
#undef lines

enum { PAIRS = 256, SCROLL_WORTH = 3, ATTRS = 16 };
enum depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_DIRECT };

static struct {
    enum depth depth;
    bool sync, forget;
    uint64_t number; /* of the surface's picture that was painted last */
    struct picture *last, *now; /* the picture on the terminal, and the one that is to be there */
    struct picture *drawn;      /* as the screens drew it: a row that is drawn the same again needs no look */
    struct span { int from, to; } changed[SURFACE_MOST]; /* columns of the row that may not be as they were; none: from == to */
    int columns, rows; /* of the terminal */
    int last_columns, last_rows, cursor_row, cursor_column;
    struct theme theme; /* what pairs were made for */
    int pair_fg[PAIRS], pair_bg[PAIRS], pairs;
    attr_t role_attr[UI_ROLES], cell_attr[ATTRS]; /* what a role adds, and what a cell's own attr does */
    short role_pair[UI_ROLES];
    int role_bg[UI_ROLES];
} t;

static const struct cell blank = {.text = " ", .width = 1, .role = UI_NORMAL}; /* the page */

/* --- colours --- */

static void start_colours(bool mono)
{
    const char *no = getenv("NO_COLOR");
    t.depth = DEPTH_MONO;
    if (mono || (no && *no) || !has_colors() || start_color() == ERR)
        return;
    use_default_colors();
    t.depth = tigetflag("RGB") > 0 && COLORS > 256 ? DEPTH_DIRECT : COLORS >= 256 ? DEPTH_256 : DEPTH_16;
    t.pairs = 1;
}

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

/* --- blanks ---
 * A blank shows nothing but its background, so its role may be what is cheapest to send: that of the text on both sides
 * if they agree and stand close, or weigh the same and only one blank apart; else the page's. It saves half the bytes of
 * a step of the selection. */

static attr_t attrs(const struct cell *cell)
{
    return t.role_attr[cell->role] | t.cell_attr[cell->attr % ATTRS];
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

/* Within the span, which ends where no blank is. */
static void even_blanks(struct cell *row, struct span span)
{
    enum { CLOSE = 4 };
    for (int from = span.from, to; from < span.to; from = to + 1) {
        while (from < span.to && !shows_nothing(&row[from]))
            from++;
        for (to = from; to < span.to && shows_nothing(&row[to]);)
            to++;
        const struct cell *left = from > 0 ? &row[from - 1] : NULL, *right = to < t.last_columns ? &row[to] : NULL;
        bool agree = left && right && attrs(left) == attrs(right) && !(attrs(left) & (A_UNDERLINE | A_REVERSE)) &&
                     to - from <= (t.role_pair[left->role] == t.role_pair[right->role] ? CLOSE : 1);
        blanks_as(row, from, to, agree ? left : &blank);
    }
}

/* --- drawing --- */

static struct pen_look look_of(const struct cell *cell)
{
    return (struct pen_look){attrs(cell), t.role_pair[cell->role]};
}

/* A blank shows no more than what is behind it: it is written as whatever was written last where that shows the same. */
static bool blank_in(const struct cell *cell, struct pen_look look)
{
    return shows_nothing(cell) && !(look.attr & (A_UNDERLINE | A_REVERSE)) && t.role_bg[cell->role] == (look.pair ? t.pair_bg[look.pair] : -1);
}

static struct pen_look cheapest_look(const struct cell *cell)
{
    struct pen_look is = pen_look();
    return blank_in(cell, is) ? is : look_of(cell);
}

static bool looks_like(const struct cell *a, const struct cell *b)
{
    return attrs(a) == attrs(b) && t.role_pair[a->role] == t.role_pair[b->role];
}

static bool differs(const struct cell *a, const struct cell *b)
{
    uint64_t one[2], two[2];
    memcpy(one, a, sizeof one);
    memcpy(two, b, sizeof two);
    return (one[0] ^ two[0]) | (one[1] ^ two[1]);
}

/* The columns in which they differ, which they do from there on, and the blanks beside these. */
static struct span span_of(const struct cell *now, const struct cell *last, int from)
{
    struct span span = {from, t.last_columns};
    while (!differs(&now[span.from], &last[span.from]))
        span.from++;
    while (!differs(&now[span.to - 1], &last[span.to - 1]))
        span.to--;
    while (span.from > 0 && shows_nothing(&now[span.from - 1]))
        span.from--;
    while (span.to < t.last_columns && shows_nothing(&now[span.to]))
        span.to++;
    return span;
}

/* Gives the number of rows that are not as they were; all: also those that were not drawn on. */
static int make_picture(const struct surface *s, bool all)
{
    int count = 0;
    for (int row = 0; row < t.last_rows; row++) {
        const struct cell *drawn = surface_cell(s, row, 0);
        struct cell *now = t.now->row[row].cells, *was = t.drawn->row[row].cells;
        int from = all ? 0 : surface_takes_from(s, row);
        t.changed[row] = (struct span){0, 0};
        from -= from > 0 && from < t.last_columns; /* a wide letter that was cut there left a blank */
        if (from >= t.last_columns || memcmp(drawn + from, was + from, (size_t)(t.last_columns - from) * sizeof *drawn) == 0)
            continue;
        struct span span = span_of(drawn, was, from);
        size_t part = (size_t)(span.to - span.from) * sizeof *now;
        memcpy(was + span.from, drawn + span.from, part);
        memcpy(now + span.from, drawn + span.from, part);
        even_blanks(now, span);
        t.now->row[row].sum = 0;
        if (memcmp(now + span.from, t.last->row[row].cells + span.from, part) != 0)
            t.changed[row] = span, count++;
    }
    return count;
}

/* --- rows that moved: a list that went on. The terminal can move them, which says less than sending them. --- */

/* How many rows are found again n rows higher (n < 0: lower) and not where they were; from..to: where in the old picture. */
static int found_again(int n, int *from, int *to)
{
    int count = 0;
    for (int row = n > 0 ? n : 0; row < t.last_rows + (n < 0 ? n : 0); row++)
        if (picture_alike(t.last, row, t.now, row - n) && !picture_alike(t.now, row - n, t.last, row - n)) {
            *from = count++ ? *from : row;
            *to = row;
        }
    return count;
}

/* It is blank where the terminal erases in the page's look; else nothing is known of it. */
static void make_erased(struct picture_row *row)
{
    struct cell in = {0};
    if (pen_can_erase(t.role_bg[UI_NORMAL] >= 0))
        in = blank;
    for (int column = 0; column < t.last_columns; column++)
        row->cells[column] = in;
    row->sum = 0;
}

static void move_rows(int top, int bottom, int n)
{
    picture_move(t.last, top, bottom, n);
    for (int i = 0; i < abs(n); i++)
        make_erased(&t.last->row[n > 0 ? bottom - i : top + i]);
}

static int cells_apart(const struct cell *a, const struct cell *b)
{
    int count = 0;
    for (int i = 0; i < t.last_columns; i++)
        count += differs(&a[i], b ? &b[i] : &blank);
    return count;
}

/* The row beside those that moved, where others come in: did it move, too, but for a few of its cells? To take it along and mend it is
 * less than to send one that comes in and change this one where it stands. It is so with the selected row of a list that goes on. */
static bool goes_along(int row, int n)
{
    if (row < 0 || row >= t.last_rows)
        return false;
    const struct cell *lands = t.now->row[row - n].cells, *now = t.now->row[row].cells, *last = t.last->row[row].cells;
    return cells_apart(lands, last) + cells_apart(now, NULL) < cells_apart(lands, NULL) + cells_apart(now, last);
}

/* All of these may not be as they were. */
static void look_at(int top, int bottom)
{
    for (int row = top; row <= bottom; row++)
        t.changed[row] = (struct span){0, t.last_columns};
}

/* The terminal moves them, or they are sent. */
static void move_on(int top, int bottom, int n)
{
    if (pen_scroll(top, bottom, n, look_of(&blank)))
        move_rows(top, bottom, n);
    look_at(top, bottom);
}

/* known: by so many, if at all; 0: not known, and rows are looked at many times. */
static void scroll_rows(int known)
{
    int best = 0, most = 0, from = 0, to = 0, least = known ? abs(known) : 1;
    if (!known) {
        picture_know(t.now);
        picture_know(t.last);
    }
    for (int n = least; n <= (known ? least : t.last_rows / 2); n++)
        for (int way = -1; way <= 1; way += 2) {
            int a = 0, b = 0, count = found_again(way * n, &a, &b);
            if (count > most)
                most = count, best = way * n, from = a, to = b;
        }
    if (most < SCROLL_WORTH || most < abs(best))
        return;
    int top = best > 0 ? from - best : from, bottom = best > 0 ? to : to - best;
    while (best > 0 && goes_along(bottom + 1, best))
        bottom++;
    while (best < 0 && goes_along(top - 1, best))
        top--;
    move_on(top, bottom, best);
}

/* Did the screen move rows since, and did they stand here as they did there? */
static bool rows_moved(const struct surface *s)
{
    const struct surface_part *part = surface_drawn(s);
    return part && part->by && part->bottom < t.last_rows && surface_number(s) == t.number + 1;
}

/* Is it more than its part that may not be as it was? A picture was left out then. */
static bool is_more(const struct surface *s)
{
    return surface_number(s) != t.number && surface_number(s) != t.number + 1;
}

/* Before the others are looked at: these are known to be as they were, but elsewhere. */
static void move_drawn(const struct surface_part *part)
{
    picture_move(t.drawn, part->top, part->bottom, part->by);
    picture_move(t.now, part->top, part->bottom, part->by);
}

/* --- rows --- */

/* From here on the row is blank, and was not: where it begins; else the row's end. */
static int blank_from(const struct cell *now, const struct cell *last)
{
    enum { WORTH = 5 };
    int from = t.last_columns, differ = 0;
    while (from > 0 && !differs(&now[from - 1], &blank)) {
        from--;
        differ += differs(&now[from], &last[from]);
    }
    return differ >= WORTH && !(attrs(&blank) & (A_UNDERLINE | A_REVERSE)) && pen_can_erase(t.role_bg[UI_NORMAL] >= 0) ? from : t.last_columns;
}

/* Cells that stayed between two that did not are sent again where that is shorter than to step over them. */
static int close_gap(const struct cell *now, const struct cell *last, int at, int end)
{
    enum { SHORT = 4 };
    int to = at;
    while (to < end && to - at <= SHORT && !differs(&now[to], &last[to]) && (looks_like(&now[to], &now[at - 1]) || blank_in(&now[to], look_of(&now[at - 1]))) && !now[to].text[1] && now[to].width == 1)
        to++;
    return to < end && to - at <= SHORT && differs(&now[to], &last[to]) && now[to].width && last[to].width ? to : at;
}

static bool is_byte(const struct cell *cell)
{
    return !cell->text[1] && cell->width == 1;
}

/* Letters of a byte that are written alike from here on, blanks apart from what is not blank; the last column by itself. */
static int alike(const struct cell *cells, int from, int to, char *text)
{
    const struct cell *first = &cells[from];
    bool is_blank = first->text[0] == ' ';
    int n = 0;
    to = to < t.last_columns ? to : t.last_columns - 1;
    for (const struct cell *cell = first; cell < cells + to && is_byte(cell) && cell->role == first->role && cell->attr == first->attr && (!is_blank || cell->text[0] == ' '); cell++)
        text[n++] = cell->text[0];
    return n;
}

static void draw_run(const struct cell *cells, int row, int from, int to)
{
    char text[SURFACE_MOST];
    for (int column = from, n; column < to; column += n ? n : 1)
        if ((n = alike(cells, column, to, text)) > 0)
            pen_put(row, column, cheapest_look(&cells[column]), text, (size_t)n, n);
        else if (cells[column].width)
            pen_put(row, column, cheapest_look(&cells[column]), cells[column].text, strlen(cells[column].text), cells[column].width);
}

/* Cells that differ, in runs; a run that touches a wide character, old or new, takes all of it. */
static void draw_row(int row)
{
    const struct cell *now = t.now->row[row].cells, *last = t.last->row[row].cells;
    int columns = t.last_columns, blanks = blank_from(now, last), end = blanks < t.changed[row].to ? blanks : t.changed[row].to;
    for (int from = t.changed[row].from, to; from < end; from = to) {
        to = from + 1;
        if (!differs(&now[from], &last[from]))
            continue;
        while (from > 0 && (now[from].width == 0 || last[from].width == 0))
            from--;
        for (int next = to; next < end && (differs(&now[next], &last[next]) || now[next].width == 0 || last[next].width == 0 ||
                                             close_gap(now, last, next, end) > next);)
            to = ++next;
        draw_run(now, row, from, to);
    }
    if (blanks < columns)
        pen_erase(row, blanks, cheapest_look(&blank));
}

static void draw_rows(void)
{
    for (int row = 0; row < t.last_rows; row++) {
        struct span span = t.changed[row];
        struct cell *last = t.last->row[row].cells + span.from, *now = t.now->row[row].cells + span.from;
        size_t size = (size_t)(span.to - span.from) * sizeof *now;
        if (memcmp(last, now, size) == 0) /* nothing, or the terminal moved it there */
            continue;
        draw_row(row);
        memcpy(last, now, size);
        t.last->row[row].sum = t.now->row[row].sum;
    }
}

static void drop_pictures(void)
{
    free(t.last);
    free(t.now);
    free(t.drawn);
    t.last = t.now = t.drawn = NULL;
    t.last_columns = t.last_rows = 0;
}

/* All of it goes, and is blank then, unless the terminal erases with a background that is not the page's. false: it stays. */
static bool fit_last(const struct surface *s)
{
    int columns = surface_columns(s) < t.columns ? surface_columns(s) : t.columns;
    int rows = surface_rows(s) < t.rows ? surface_rows(s) : t.rows;
    if (columns == t.last_columns && rows == t.last_rows && !t.forget)
        return false;
    drop_pictures();
    t.last = picture_new(columns, rows);
    t.now = picture_new(columns, rows);
    t.drawn = picture_new(columns, rows);
    t.last_columns = columns;
    t.last_rows = rows;
    t.forget = false;
    if (isendwin())
        doupdate(); /* curses comes back from where it was away; of a new size it would say so with an empty screen */
    pen_open(t.columns, t.rows);
    pen_clear(look_of(&blank));
    for (int row = 0; row < rows; row++)
        make_erased(&t.last->row[row]);
    return true;
}

static void show_cursor(int row, int column)
{
    curs_set(row >= 0); /* curses shows it again when it leaves */
    if (row < 0)
        pen_back(t.rows - 1, 0); /* out of the way: not every terminal can hide it */
    else
        pen_back(row < t.rows ? row : t.rows - 1, column < t.columns ? column : t.columns - 1);
    pen_send(t.sync);
}

void paint_draw(const struct surface *s, const struct theme *theme)
{
    int row, column;
    wear(theme);
    const struct surface_part *part = surface_drawn(s);
    bool anew = fit_last(s), all = anew || is_more(s), moved = !all && rows_moved(s);
    if (moved)
        move_drawn(part);
    int count = make_picture(s, all || (part && part->by && part->bottom >= t.last_rows)) + moved;
    t.number = surface_number(s);
    surface_cursor_at(s, &row, &column);
    if (!count && row == t.cursor_row && column == t.cursor_column)
        return;
    if (row == t.cursor_row && column == t.cursor_column)
        pen_keep();
    t.cursor_row = row;
    t.cursor_column = column;
    if (moved)
        look_at(part->top, part->bottom);
    if (moved && !part->pane.column)
        move_on(part->top, part->bottom, part->by);
    else if (count >= SCROLL_WORTH && (all || !part || part->by))
        scroll_rows(part && !all ? part->by : 0);
    draw_rows();
    show_cursor(row, column);
}

void paint_forget(void)
{
    t.forget = true;
}

void paint_open(bool mono, bool sync)
{
    t.sync = sync;
    t.forget = true;
    t.theme = (struct theme){0};
    for (unsigned i = 0; i < ATTRS; i++)
        t.cell_attr[i] = attr_of(i);
    start_colours(mono);
}

void paint_fit(int columns, int rows)
{
    t.columns = columns;
    t.rows = rows;
}

void paint_close(void)
{
    pen_close();
    drop_pictures();
}
