/* pager: parts as told, in one arena; lines as wrapped for one width, in another. A change of width or content makes the
 * lines anew; scrolling and drawing touch only what is in view. Text is made safe when it is told, because it is
 * wrapped before it meets the surface (where it passes the same door again, unchanged). */
#include "widget/pager.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum kind { PART_LINE, PART_PIECE, PART_BLOCK };
struct part {
    enum kind kind;
    int64_t item;
    int column;
    enum ui_role role;
    bool quote;
    bool tight; /* PIECE: the next may touch it */
    const char *text, *lead; /* lead: of a block, before its first line; NULL: none */
};
struct line {
    const struct part *part; /* PART_BLOCK, or PART_LINE with the pieces after it */
    const char *text;        /* of a block */
};
struct pager {
    struct arena *told, *wrapped;
    struct part *parts;
    size_t parts_n, parts_cap;
    struct line *lines;
    size_t lines_n, lines_cap;
    int width, rows;
    size_t top;
    int64_t item; /* of the part being told */
    int64_t keep_item, from; /* from: pager_from, until the next drawing */
    size_t keep_offset;
    bool follow, was_at_end, stale, led, sought; /* led: stands where pager_from brought it; sought: words were, before it was ever drawn */
    char *words; /* folded */
};

struct pager *pager_new(void)
{
    struct pager *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->told = arena_new();
    p->wrapped = arena_new();
    return p;
}

void pager_free(struct pager *p)
{
    if (!p)
        return;
    arena_free(p->told);
    arena_free(p->wrapped);
    free(p->parts);
    free(p->lines);
    free(p->words);
    free(p);
}

static void *grown(void *list, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return list;
    *cap = *cap ? *cap * 2 : 64;
    list = realloc(list, *cap * size);
    if (!list)
        abort();
    return list;
}

/* --- telling --- */

static size_t last_top(const struct pager *p)
{
    size_t rows = p->rows > 0 ? (size_t)p->rows : 1;
    return p->lines_n > rows ? p->lines_n - rows : 0;
}

/* How many lines of the same item stand above the top. */
static size_t offset_in_item(const struct pager *p)
{
    size_t n = 0;
    while (p->top > n && p->top < p->lines_n && p->lines[p->top - n - 1].part->item == p->lines[p->top].part->item)
        n++;
    return n;
}

void pager_begin(struct pager *p)
{
    p->was_at_end = p->lines_n > 0 && pager_at_end(p) && p->top > 0;
    p->keep_item = pager_top(p);
    p->keep_offset = offset_in_item(p);
    arena_reset(p->told);
    p->parts_n = p->lines_n = 0;
    p->item = 0;
}

void pager_item(struct pager *p, int64_t id)
{
    p->item = id;
}

static void tell(struct pager *p, struct part part)
{
    p->parts = grown(p->parts, p->parts_n, &p->parts_cap, sizeof *p->parts);
    part.item = p->item;
    p->parts[p->parts_n++] = part;
}

void pager_line(struct pager *p)
{
    tell(p, (struct part){.kind = PART_LINE});
}

void pager_piece(struct pager *p, int column, enum ui_role role, const char *text)
{
    tell(p, (struct part){.kind = PART_PIECE, .column = column, .role = role, .text = text_safe_in(p->told, text, TEXT_LINE)});
}

void pager_cells(struct pager *p, int column, enum ui_role role, const char *text)
{
    tell(p, (struct part){.kind = PART_PIECE, .column = column, .role = role, .tight = true, .text = text_safe_in(p->told, text, TEXT_LINE)});
}

void pager_block(struct pager *p, int column, enum ui_role role, bool quote, const char *text)
{
    tell(p, (struct part){.kind = PART_BLOCK, .column = column, .role = role, .quote = quote,
                          .text = text_safe_in(p->told, text, TEXT_BLOCK)});
}

void pager_hang(struct pager *p, int column, enum ui_role role, const char *lead, const char *text)
{
    tell(p, (struct part){.kind = PART_BLOCK, .column = column, .role = role, .lead = text_safe_in(p->told, lead, TEXT_LINE),
                          .text = text_safe_in(p->told, text, TEXT_BLOCK)});
}

void pager_end(struct pager *p)
{
    p->stale = true;
}

/* --- wrapping --- */

static void add_line(struct pager *p, const struct part *part, const char *text)
{
    p->lines = grown(p->lines, p->lines_n, &p->lines_cap, sizeof *p->lines);
    p->lines[p->lines_n++] = (struct line){part, text};
}

static void wrap_part(struct pager *p, const struct part *part)
{
    char **rows;
    if (part->kind == PART_LINE)
        add_line(p, part, NULL);
    if (part->kind != PART_BLOCK)
        return;
    const char *lead = part->lead ? part->lead : "";
    int set_in = text_columns(lead), n = text_wrap(p->wrapped, part->text, p->width - part->column - (part->quote ? 2 : 0) - set_in, &rows);
    for (int i = 0; i < n; i++)
        add_line(p, part, set_in ? arena_printf(p->wrapped, "%*s%s", i ? set_in : 0, i ? "" : lead, rows[i]) : rows[i]);
}

static bool first_line_of(const struct pager *p, int64_t item, size_t *line)
{
    for (size_t i = 0; i < p->lines_n; i++)
        if (p->lines[i].part->item == item) {
            *line = i;
            return true;
        }
    return false;
}

static void find_place(struct pager *p)
{
    size_t line;
    if (p->from && (p->follow || p->led) && first_line_of(p, p->from, &line)) {
        bool hidden = line < last_top(p); /* by the end */
        p->top = hidden ? line : last_top(p);
        p->follow = !hidden;
        p->led = hidden;
        p->was_at_end = false;
    } else if (p->follow || p->was_at_end) {
        p->top = last_top(p);
    } else if (first_line_of(p, p->keep_item, &line)) {
        size_t n = 0;
        while (n < p->keep_offset && line + n + 1 < p->lines_n && p->lines[line + n + 1].part->item == p->keep_item)
            n++;
        p->top = line + n;
    }
    p->from = 0;
    if (p->top > last_top(p))
        p->top = last_top(p);
}

static void wrap(struct pager *p, int width, int rows)
{
    if (!p->stale && p->width == width && p->rows == rows)
        return;
    if (!p->stale) { /* another size: the place is what stands at the top now */
        p->was_at_end = p->top > 0 && pager_at_end(p);
        p->keep_item = pager_top(p);
        p->keep_offset = offset_in_item(p);
    }
    p->rows = rows;
    if (p->stale || p->width != width) {
        p->width = width;
        p->lines_n = 0;
        arena_reset(p->wrapped);
        for (size_t i = 0; i < p->parts_n; i++)
            wrap_part(p, &p->parts[i]);
    }
    p->stale = false;
    find_place(p);
}

/* --- moving --- */

static bool move(struct pager *p, long by)
{
    long to = (long)p->top + by, last = (long)last_top(p);
    p->top = to < 0 ? 0 : (size_t)(to > last ? last : to);
    p->follow = p->led = false;
    return true;
}

static const char *line_text(const struct pager *p, size_t line, struct arena *arena)
{
    const struct part *part = p->lines[line].part;
    if (part->kind == PART_BLOCK)
        return p->lines[line].text;
    AUTO_STR all;
    str_init(&all, 4096);
    for (part++; part < p->parts + p->parts_n && part->kind == PART_PIECE; part++)
        str_addf(&all, "%s ", part->text);
    return arena_strndup(arena, all.data, all.len);
}

static bool line_matches(const struct pager *p, size_t line)
{
    AUTO_ARENA arena = arena_new();
    return p->words && strstr(text_fold(arena, line_text(p, line, arena)), p->words);
}

static bool seek(struct pager *p, size_t from, int step)
{
    for (long i = (long)from; i >= 0 && i < (long)p->lines_n; i += step)
        if (line_matches(p, (size_t)i)) {
            p->top = (size_t)i;
            p->follow = p->led = false;
            return true;
        }
    return false;
}

size_t pager_search(struct pager *p, const char *words)
{
    AUTO_ARENA arena = arena_new();
    size_t n = 0;
    free(p->words);
    p->words = words && *words ? strdup(text_fold(arena, words)) : NULL;
    if (p->stale && p->rows)
        wrap(p, p->width, p->rows); /* told anew since it was drawn */
    for (size_t i = 0; p->words && i < p->lines_n; i++)
        n += line_matches(p, i);
    p->sought = p->words && !p->rows; /* typed faster than it was drawn: how it is wrapped is not known yet */
    if (n && !seek(p, p->top, 1))
        seek(p, 0, 1);
    return n;
}

bool pager_command(struct pager *p, const char *command)
{
    long page = p->rows > 2 ? p->rows - 1 : 1;
    static const char *const names[] = {"down", "up", "page-down", "page-up", "top", "bottom"};
    const long by[] = {1, -1, page, -page, -(long)p->lines_n, (long)p->lines_n};
    for (size_t i = 0; i < 6; i++)
        if (strcmp(names[i], command) == 0)
            return move(p, by[i]);
    bool next = strcmp(command, "search-next") == 0;
    if (!p->words || (!next && strcmp(command, "search-prev") != 0))
        return false;
    if (next || p->top > 0)
        seek(p, next ? p->top + 1 : p->top - 1, next ? 1 : -1);
    return true;
}

void pager_follow(struct pager *p, bool on)
{
    p->follow = on;
    if (on)
        p->top = last_top(p);
}

void pager_from(struct pager *p, int64_t id)
{
    p->from = id;
}

bool pager_following(const struct pager *p)
{
    return p->follow;
}

bool pager_at_end(const struct pager *p)
{
    return p->top >= last_top(p);
}

size_t pager_below(const struct pager *p)
{
    return pager_at_end(p) ? 0 : last_top(p) - p->top;
}

size_t pager_lines(const struct pager *p)
{
    return p->lines_n;
}

int64_t pager_top(const struct pager *p)
{
    return p->top < p->lines_n ? p->lines[p->top].part->item : 0;
}

bool pager_show(struct pager *p, int64_t id)
{
    size_t line;
    p->follow = p->led = false;
    if (p->stale || !p->lines_n) { /* not wrapped yet: the next drawing goes there */
        p->keep_item = id;
        p->keep_offset = 0;
        p->was_at_end = false;
        return true;
    }
    if (!first_line_of(p, id, &line))
        return false;
    p->top = line > last_top(p) ? last_top(p) : line;
    return true;
}

/* --- drawing --- */

static void draw_line(const struct pager *p, struct surface *s, const struct line *line, int row, int column)
{
    const struct part *part = line->part;
    if (part->kind == PART_BLOCK) {
        int at = column + part->column;
        if (part->quote)
            surface_quote(s, row, at);
        surface_text(s, row, at + (part->quote ? 2 : 0), column + p->width - at - (part->quote ? 2 : 0), part->role, line->text);
        return;
    }
    for (part++; part < p->parts + p->parts_n && part->kind == PART_PIECE; part++) {
        int most = p->width - part->column, blank = part->tight ? 0 : 1;
        if (part + 1 < p->parts + p->parts_n && part[1].kind == PART_PIECE && part[1].column - part->column - blank < most)
            most = part[1].column > part->column ? part[1].column - part->column - blank : most;
        surface_text(s, row, column + part->column, most, part->role, part->text);
    }
}

void pager_draw(struct pager *p, struct surface *s, int row, int column, int rows, int width)
{
    wrap(p, width, rows);
    if (p->sought)
        seek(p, 0, 1);
    p->sought = false;
    for (int i = 0; i < rows && p->top + (size_t)i < p->lines_n; i++) {
        const struct line *line = &p->lines[p->top + (size_t)i];
        draw_line(p, s, line, row + i, column);
        if (p->words && line_matches(p, p->top + (size_t)i))
            surface_text(s, row + i, column, 1, UI_MATCH, "\u25b8");
    }
    surface_cursor(s, row, column);
}
