/* surface: the grid. The one door for text is put_text below: text_safe, then cell by cell. A wide character half
 * overwritten leaves a blank, never half a glyph, so that the picture and the terminal agree on every column. */
#include "term/surface.h"
#include "base/text.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct surface {
    int columns, rows;
    int cursor_row, cursor_column;
    struct cell *cells, **lines; /* lines: the rows in their order, in cells */
    struct str safe; /* of the text that is drawn just now */
    bool some;       /* only `part` is drawn on */
    uint64_t number; /* of the picture */
    struct surface_part part;
};

static int within(int n, int least, int most)
{
    return n < least ? least : n > most ? most : n;
}

struct surface *surface_new(int columns, int rows)
{
    struct surface *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    str_init(&s->safe, 0);
    surface_resize(s, columns, rows);
    return s;
}

void surface_free(struct surface *s)
{
    if (!s)
        return;
    str_fini(&s->safe);
    free(s->lines);
    free(s->cells);
    free(s);
}

void surface_resize(struct surface *s, int columns, int rows)
{
    s->columns = within(columns, 1, SURFACE_MOST);
    s->rows = within(rows, 1, SURFACE_MOST);
    free(s->lines);
    free(s->cells);
    s->cells = calloc((size_t)s->columns * (size_t)s->rows, sizeof *s->cells);
    s->lines = calloc((size_t)s->rows, sizeof *s->lines);
    if (!s->cells || !s->lines)
        abort();
    for (int row = 0; row < s->rows; row++)
        s->lines[row] = s->cells + (size_t)row * (size_t)s->columns;
    surface_only(s, NULL);
    surface_clear(s);
}

int surface_takes_from(const struct surface *s, int row)
{
    if (row < 0 || row >= s->rows)
        return s->columns;
    if (!s->some || row == s->part.rows[0] || row == s->part.rows[1])
        return 0;
    return row >= s->part.pane.row && row < s->part.pane.row + s->part.pane.rows ? s->part.pane.column : s->columns;
}

bool surface_takes(const struct surface *s, int row)
{
    return surface_takes_from(s, row) == 0;
}

static struct cell *cell_at(const struct surface *s, int row, int column)
{
    return row < 0 || column < 0 || row >= s->rows || column >= s->columns
               ? NULL
               : &s->lines[row][column];
}

static void set_cell(struct cell *cell, const char *text, size_t n, int width, enum ui_role role)
{
    *cell = (struct cell){.width = (uint8_t)width, .role = (uint8_t)role};
    for (size_t i = 0; i < n && n < sizeof cell->text; i++)
        cell->text[i] = text[i];
}

static void blank(struct cell *cell)
{
    memcpy(cell->text, " ", 2);
    memset(cell->text + 2, 0, sizeof cell->text - 2);
    cell->width = 1;
}

/* What is about to be written at column takes its place: a wide character cut in half becomes a blank. */
static void part_wide(struct surface *s, int row, int column)
{
    const struct cell *cell = cell_at(s, row, column);
    if (!cell || cell->width == 1)
        return;
    struct cell *other = cell_at(s, row, cell->width ? column + 1 : column - 1);
    if (other)
        blank(other);
}

static void put(struct surface *s, int row, int column, const char *text, size_t n, int width, enum ui_role role)
{
    struct cell *cell = cell_at(s, row, column), *right = cell_at(s, row, column + 1);
    if (!cell || (width == 2 && !right) || column < surface_takes_from(s, row))
        return;
    part_wide(s, row, column);
    if (width == 2)
        part_wide(s, row, column + 1);
    set_cell(cell, text, n, width, role);
    if (width == 2)
        set_cell(right, "", 0, 0, role);
}

/* The same in so many columns; what is outside goes without. */
static void fill(struct surface *s, int row, int column, int width, const struct cell *like)
{
    int from = within(column, surface_takes_from(s, row), s->columns), to = within(column + width, from, s->columns);
    if (from >= to)
        return;
    struct cell *cells = cell_at(s, row, 0);
    part_wide(s, row, from);
    part_wide(s, row, to - 1);
    for (int i = from; i < to; i++)
        cells[i] = *like;
}

void surface_clear(struct surface *s)
{
    static const struct cell page = {.text = " ", .width = 1, .role = UI_NORMAL};
    const struct cell *first = NULL;
    for (int row = 0; row < s->rows; row++) {
        if (first && surface_takes(s, row)) {
            memcpy(cell_at(s, row, 0), first, (size_t)s->columns * sizeof *first);
            continue;
        }
        fill(s, row, 0, s->columns, &page);
        first = surface_takes(s, row) ? cell_at(s, row, 0) : NULL;
    }
    s->cursor_row = s->cursor_column = -1;
}

static void move_rows(struct surface *s, const struct surface_part *part)
{
    int top = part->top, bottom = part->bottom, by = part->by;
    assert(top >= 0 && bottom < s->rows && abs(by) <= bottom - top + 1 && part->pane.column <= s->columns);
    for (int times = abs(by); times > 0; times--) {
        struct cell *leaves = s->lines[by > 0 ? top : bottom];
        memmove(&s->lines[by > 0 ? top : top + 1], &s->lines[by > 0 ? top + 1 : top], (size_t)(bottom - top) * sizeof *s->lines);
        s->lines[by > 0 ? bottom : top] = leaves;
    }
}

void surface_only(struct surface *s, const struct surface_part *part)
{
    s->number++;
    s->some = part != NULL;
    if (!part)
        return;
    s->part = *part;
    if (part->by)
        move_rows(s, part);
}

uint64_t surface_number(const struct surface *s)
{
    return s->number;
}

const struct surface_part *surface_drawn(const struct surface *s)
{
    return s->some ? &s->part : NULL;
}

int surface_columns(const struct surface *s)
{
    return s->columns;
}

int surface_rows(const struct surface *s)
{
    return s->rows;
}

const struct cell *surface_cell(const struct surface *s, int row, int column)
{
    return cell_at(s, row, column);
}

/* --- text --- */

#define QUOTE "\u2503"

/* Safe text into cells; a customer cannot draw the bar that marks customer text. */
static int put_safe(struct surface *s, int row, int column, int width, enum ui_role role, const char *safe, size_t n)
{
    int used = 0, w;
    while (n) {
        size_t bytes = text_step(safe, n, &w);
        if (used + w > width)
            break;
        if (bytes >= sizeof QUOTE - 1 && memcmp(safe, QUOTE, sizeof QUOTE - 1) == 0)
            put(s, row, column + used, "\u2502", 3, w, role);
        else
            put(s, row, column + used, safe, bytes, w, role);
        used += w;
        safe += bytes;
        n -= bytes;
    }
    return used;
}

/* Most of all that is drawn. What does not fit is not asked for. */
static void put_plain(struct surface *s, int row, int column, enum ui_role role, const char *text, int n)
{
    if (n <= 0)
        return;
    const struct cell like = {.width = 1, .role = (uint8_t)role};
    struct cell *cells = cell_at(s, row, column);
    part_wide(s, row, column);
    part_wide(s, row, column + n - 1);
    uint64_t words[2]; /* a cell in registers: member by member each would wait for the one before */
    memcpy(words, &like, sizeof words);
    for (int i = 0; i < n; i++) {
        memcpy(&cells[i], words, sizeof words);
        cells[i].text[0] = text[i];
    }
}

static void put_cut(struct surface *s, int row, int column, enum ui_role role)
{
    put(s, row, column, text_is_ascii() ? "~" : "\u2026", text_is_ascii() ? 1 : 3, 1, role);
}

/* Bytes of safe text and marks that could fill `width` columns, with room to see that more follows. */
static size_t enough(int width)
{
    return ((size_t)width + 2) * sizeof((struct cell *)0)->text;
}

/* Safe text for at most so many columns, and a little to see that more follows; until the next. */
static const struct str *make_safe(struct surface *s, int columns, const char *text, size_t n)
{
    s->safe.max = enough(columns);
    str_clear(&s->safe);
    text_safe(&s->safe, text, n, TEXT_LINE);
    return &s->safe;
}

/* At most so many. */
static int columns_of(struct surface *s, const char *text, size_t n, int most)
{
    if (text_is_plain(text, n))
        return n < (size_t)most ? (int)n : most;
    const struct str *safe = make_safe(s, most, text, n);
    return safe->cut ? most : text_columns(safe->data);
}

int surface_textn(struct surface *s, int row, int column, int width, enum ui_role role, const char *text, size_t n)
{
    if (column >= 0 && (width < 0 || width > s->columns - column))
        width = s->columns - column;
    if (!text || row < 0 || row >= s->rows || column < 0 || width <= 0)
        return 0;
    if (column < surface_takes_from(s, row))
        return columns_of(s, text, n, width);
    if (text_is_plain(text, n)) {
        bool fits = n <= (size_t)width;
        put_plain(s, row, column, role, text, fits ? (int)n : width - 1);
        if (!fits)
            put_cut(s, row, column + width - 1, role);
        return fits ? (int)n : width;
    }
    const struct str *safe = make_safe(s, width, text, n);
    if (!safe->cut && text_columns(safe->data) <= width)
        return put_safe(s, row, column, width, role, safe->data, safe->len);
    int used = put_safe(s, row, column, width - 1, role, safe->data, safe->len);
    put_cut(s, row, column + used, role);
    return used + 1;
}

int surface_text(struct surface *s, int row, int column, int width, enum ui_role role, const char *text)
{
    return surface_textn(s, row, column, width, role, text, text ? strlen(text) : 0);
}

int surface_textf(struct surface *s, int row, int column, int width, enum ui_role role, const char *fmt, ...)
{
    char small[512], *text = small;
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof small) {
        text = malloc((size_t)n + 1);
        if (!text)
            abort();
        vsnprintf(text, (size_t)n + 1, fmt, again);
    }
    va_end(again);
    int used = n < 0 ? 0 : surface_textn(s, row, column, width, role, text, (size_t)n);
    if (text != small)
        free(text);
    return used;
}

int surface_right(struct surface *s, int row, int column, int width, enum ui_role role, const char *text)
{
    if (width <= 0 || !text)
        return column + (width > 0 ? width : 0);
    size_t n = strlen(text);
    int columns = columns_of(s, text, n, width), pad = columns < width ? width - columns : 0;
    surface_textn(s, row, column + pad, width - pad, role, text, n);
    return column + pad;
}

/* --- shapes --- */

void surface_fill(struct surface *s, int row, int column, int rows, int columns, enum ui_role role)
{
    const struct cell like = {.text = " ", .width = 1, .role = (uint8_t)role};
    for (int r = row; r < row + rows; r++)
        fill(s, r, column, columns, &like);
}

void surface_repaint(struct surface *s, int row, int column, int width, enum ui_role role)
{
    for (struct cell *cell; width-- > 0 && column >= surface_takes_from(s, row) && (cell = cell_at(s, row, column)); column++)
        cell->role = (uint8_t)role;
}

void surface_attr(struct surface *s, int row, int column, int width, unsigned attr)
{
    for (struct cell *cell; width-- > 0 && column >= surface_takes_from(s, row) && (cell = cell_at(s, row, column)); column++)
        cell->attr |= (uint8_t)attr;
}

/* Our own glyph, or its ASCII stand-in, in so many columns. */
static void fill_glyph(struct surface *s, int row, int column, int width, uint32_t code, char ascii, enum ui_role role, unsigned attr)
{
    struct cell cell = {.width = 1, .role = (uint8_t)role, .attr = (uint8_t)attr};
    text_encode(text_is_ascii() ? (unsigned char)ascii : code, cell.text);
    fill(s, row, column, width, &cell);
}

void surface_rule(struct surface *s, int row)
{
    fill_glyph(s, row, 0, s->columns, 0x2500, '-', UI_RULE, 0);
}

void surface_quote(struct surface *s, int row, int column)
{
    fill_glyph(s, row, column, 1, 0x2503, '|', UI_CUSTOMER, 0);
}

void surface_bar(struct surface *s, int row, int column, int width, int share_bp, enum ui_role role)
{
    if (width <= 0)
        return;
    share_bp = within(share_bp, 0, 10000);
    long eighths = ((long)width * 8 * share_bp + 5000) / 10000;
    if (share_bp > 0 && eighths == 0)
        eighths = 1; /* a little is not nothing */
    if (share_bp < 10000 && eighths == (long)width * 8)
        eighths--; /* nearly is not all */
    int whole = (int)(eighths / 8), part = (int)(eighths % 8), drawn = whole + (part > 0);
    fill_glyph(s, row, column, whole, 0x2588, '#', role, UI_IN_BAR);
    if (part)
        fill_glyph(s, row, column + whole, 1, 0x2590 - (uint32_t)part, part >= 4 || !whole ? '#' : '.', role, UI_IN_BAR);
    fill_glyph(s, row, column + drawn, width - drawn, 0x2591, '.', UI_BAR_REST, UI_IN_BAR);
}

void surface_cursor(struct surface *s, int row, int column)
{
    s->cursor_row = row < s->rows ? row : s->rows - 1;
    s->cursor_column = within(column, 0, s->columns - 1);
}

void surface_cursor_at(const struct surface *s, int *row, int *column)
{
    *row = s->cursor_row;
    *column = s->cursor_column;
}

/* --- reading back --- */

char *surface_dump(struct arena *arena, const struct surface *s)
{
    AUTO_STR out;
    str_init(&out, SIZE_MAX / 2);
    for (int row = 0; row < s->rows; row++) {
        size_t keep = out.len;
        for (int column = 0; column < s->columns; column++) {
            const struct cell *cell = cell_at(s, row, column);
            str_adds(&out, cell->text);
            if (cell->text[0] && strcmp(cell->text, " ") != 0)
                keep = out.len;
        }
        out.len = keep;
        str_addc(&out, '\n');
    }
    return arena_strndup(arena, out.data, out.len);
}

static void dump_run(struct str *out, const struct cell *cell, int from, int n)
{
    static const char *const names[] = {"bold", "dim", "underline", "reverse"};
    str_addf(out, " %s", ui_role_row((enum ui_role)cell->role)->name);
    for (unsigned i = 0; i < 4; i++)
        if (cell->attr >> i & 1)
            str_addf(out, "/%s", names[i]);
    str_addf(out, "@%d+%d", from, n);
}

char *surface_dump_roles(struct arena *arena, const struct surface *s)
{
    AUTO_STR out;
    str_init(&out, SIZE_MAX / 2);
    for (int row = 0; row < s->rows; row++) {
        bool any = false;
        for (int from = 0, to; from < s->columns; from = to) {
            const struct cell *cell = cell_at(s, row, from);
            for (to = from + 1; to < s->columns; to++)
                if (cell_at(s, row, to)->role != cell->role || cell_at(s, row, to)->attr != cell->attr)
                    break;
            if (cell->role == UI_NORMAL && !cell->attr)
                continue;
            if (!any)
                str_addf(&out, "%d:", row);
            any = true;
            dump_run(&out, cell, from, to - from);
        }
        if (any)
            str_addc(&out, '\n');
    }
    return arena_strndup(arena, out.data, out.len);
}
