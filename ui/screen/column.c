/* column: see column.h. Widths are counted anew for each row: there are few columns, and nothing to keep in step. */
#include "screen/column.h"
#include <stdlib.h>

/* Two blanks between columns where the one that takes what is left stays ROOMY all the same. */
enum { ROOMY = 44 };
struct spacing {
    int flex, gap, grown; /* grown: by so much, the one that may */
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* What a column that may grow gets of what another has beyond its need: half as much again, or, one of sentences, half of that. */
static int growth(int width, int flex, const struct columns *columns)
{
    for (const struct column *c = columns->list; c < columns->list + columns->count; c++)
        if (width >= c->from && c->width < 0) {
            int spare = flex - ROOMY, some = least(-c->width / 2, spare), more = -c->width < COLUMN_SENTENCE ? 0 : least(COLUMN_MOST + c->width, spare / 2);
            return spare <= 0 ? 0 : some > more ? some : more;
        }
    return 0;
}

static struct spacing spacing_of(int width, const struct columns *columns)
{
    int fixed = 0, gaps = -1, most = columns->need > COLUMN_MOST ? columns->need : COLUMN_MOST;
    bool last = false;
    for (const struct column *c = columns->list; c < columns->list + columns->count; c++)
        if (width >= c->from) {
            fixed += abs(c->width);
            gaps++;
            last = !c->width;
        }
    int gap = width - fixed - 2 * gaps >= ROOMY ? 2 : 1, flex = width - fixed - gap * gaps;
    int grown = growth(width, flex, columns);
    flex -= grown;
    return (struct spacing){flex < 0 ? 0 : !last && flex > most ? most : flex, gap, grown};
}

static int wide(const struct column *column, const struct spacing *spacing)
{
    return !column->width ? spacing->flex : column->width < 0 ? spacing->grown - column->width : column->width;
}

int column_width(int width, const struct columns *columns)
{
    struct spacing spacing = spacing_of(width, columns);
    int used = -spacing.gap;
    for (const struct column *c = columns->list; c < columns->list + columns->count; c++)
        if (width >= c->from)
            used += wide(c, &spacing) + spacing.gap;
    return used;
}

void column_heads(struct surface *s, int row, int left, int width, const struct columns *columns)
{
    if (!surface_takes(s, row))
        return;
    struct spacing spacing = spacing_of(width, columns);
    int at = left;
    for (const struct column *c = columns->list; c < columns->list + columns->count; c++) {
        if (width < c->from)
            continue;
        int w = wide(c, &spacing);
        if (c->right)
            surface_right(s, row, at, w, UI_HEADING, c->title);
        else
            surface_text(s, row, at, w, UI_HEADING, c->title);
        at += w + spacing.gap;
    }
}

void column_row(const struct look *look, struct surface *s, int row, int left, int width, const struct columns *columns, const void *item, bool selected)
{
    struct spacing spacing = spacing_of(width, columns);
    int at = left;
    for (const struct column *c = columns->list; c < columns->list + columns->count; c++) {
        if (width < c->from)
            continue;
        int w = wide(c, &spacing);
        c->draw(look, s, row, at, w, item, selected);
        at += w + spacing.gap;
    }
}
