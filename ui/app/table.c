/* table: see table.h. Two passes over the lines: how wide each column would be, then the lines anew. */
#include "app/table.h"
#include "base/arena.h"
#include "base/text.h"
#include <string.h>

enum { CELLS = 16, LEAST = 8, LAST_LEAST = 16 }; /* cells of a row; columns of a cell that is cut; of what stands behind them */

struct cell { const char *text; size_t n; char mark; };
struct row { struct cell cells[CELLS + 1]; int count; bool is; }; /* the last one behind `count` cells; is: one of a table */
struct layout { int held[CELLS], width[CELLS], last, gap; bool right[CELLS]; }; /* held: by what stands in them */

static bool is_mark(char byte)
{
    return byte == TABLE_LEFT || byte == TABLE_RIGHT || byte == TABLE_END;
}

/* The line at `at`, cell by cell; where the next one begins. */
static const char *read_row(const char *at, struct row *row)
{
    const char *end = at + strcspn(at, "\n");
    *row = (struct row){.is = end > at && end[-1] == TABLE_END};
    for (struct cell *cell = row->cells;; cell = &row->cells[row->count]) {
        const char *stop = at;
        while (stop < end && (!is_mark(*stop) || (row->count == CELLS && *stop != TABLE_END)))
            stop++;
        *cell = (struct cell){at, (size_t)(stop - at), *stop};
        if (stop == end || *stop == TABLE_END)
            break;
        row->count++;
        at = stop + 1;
    }
    return *end ? end + 1 : end;
}

static char *text_of(struct arena *arena, const struct cell *cell)
{
    size_t n = cell->n, first = 0;
    while (n && cell->text[n - 1] == ' ')
        n--;
    while (first < n && cell->text[first] == ' ' && cell->mark == TABLE_RIGHT)
        first++;
    return arena_strndup(arena, cell->text + first, n - first);
}

static void most(int *of, int n)
{
    *of = n > *of ? n : *of;
}

static void measure(struct arena *arena, struct layout *l, const struct row *row)
{
    for (int i = 0; i < row->count; i++) {
        most(&l->held[i], text_columns(text_of(arena, &row->cells[i])));
        most(&l->width[i], text_columns(arena_strndup(arena, row->cells[i].text, row->cells[i].n)) - TABLE_GAP);
        l->right[i] = row->cells[i].mark == TABLE_RIGHT;
    }
    most(&l->last, text_columns(text_of(arena, &row->cells[row->count])));
}

static int used(const struct layout *l, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++)
        n += l->width[i] + l->gap;
    return n;
}

/* The widest cell that may be cut, -1: none. */
static int widest(const struct layout *l, int count)
{
    int found = -1;
    for (int i = 0; i < count; i++)
        if (!l->right[i] && l->width[i] > (found < 0 ? LEAST : l->width[found]))
            found = i;
    return found;
}

static void decide(struct layout *l, int count, int columns)
{
    int last = l->last < LAST_LEAST ? l->last : LAST_LEAST;
    l->gap = TABLE_GAP;
    if (used(l, count) + l->last <= columns)
        return;
    memcpy(l->width, l->held, sizeof l->width);
    if (used(l, count) + last > columns)
        l->gap = 1;
    for (int i; used(l, count) + last > columns && (i = widest(l, count)) >= 0;)
        l->width[i]--;
}

static void blanks(struct str *out, int n)
{
    if (n > 0)
        str_addf(out, "%*s", n, "");
}

static void put_row(struct arena *arena, struct str *out, const struct layout *l, const struct row *row, int columns)
{
    AUTO_STR line;
    str_init(&line, 64 << 10);
    for (int i = 0; i < row->count; i++) {
        const char *text = text_fit(arena, text_of(arena, &row->cells[i]), l->width[i]);
        blanks(&line, l->right[i] ? l->width[i] - text_columns(text) : 0);
        str_adds(&line, text);
        blanks(&line, (l->right[i] ? 0 : l->width[i] - text_columns(text)) + l->gap);
    }
    str_adds(&line, text_of(arena, &row->cells[row->count]));
    str_adds(out, text_fit(arena, line.data, columns));
}

static void put_line(struct str *out, const struct row *row)
{
    for (int i = 0; i <= row->count; i++)
        for (size_t n = 0; n < row->cells[i].n; n++)
            if (!is_mark(row->cells[i].text[n]))
                str_addc(out, row->cells[i].text[n]);
}

void table_fit(struct str *text, int columns)
{
    AUTO_ARENA arena = arena_new();
    struct layout layouts[CELLS + 1] = {0};
    struct row row;
    const char *was = arena_strndup(arena, text->data, text->len);
    for (const char *at = was; *at;) {
        at = read_row(at, &row);
        if (row.is)
            measure(arena, &layouts[row.count], &row);
    }
    for (int i = 0; i <= CELLS; i++)
        decide(&layouts[i], i, columns);
    str_clear(text);
    for (const char *at = was, *next; *at; at = next) {
        next = read_row(at, &row);
        if (row.is)
            put_row(arena, text, &layouts[row.count], &row, columns);
        else
            put_line(text, &row);
        if (next[-1] == '\n')
            str_addc(text, '\n');
    }
}
