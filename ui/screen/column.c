/* column: see column.h. Widths are counted anew for each row: there are few columns, and nothing to keep in step. */
#include "screen/column.h"
#include <stdlib.h>

/* Two blanks between columns where the one that takes what is left stays ROOMY all the same. */
enum { ROOMY = 44, FLEX_MOST = 72 };
struct spacing {
    int flex, gap, grown; /* grown: by so much, the one that may */
};

/* What a column that may grow gets of what another has beyond its need. */
static int growth(int width, int flex, const struct column *columns, int count)
{
    for (int i = 0; i < count; i++)
        if (width >= columns[i].from && columns[i].width < 0) {
            int more = -columns[i].width / 2, spare = flex - ROOMY;
            return spare <= 0 ? 0 : spare < more ? spare : more;
        }
    return 0;
}

static struct spacing spacing_of(int width, const struct column *columns, int count)
{
    int fixed = 0, gaps = -1;
    bool last = false;
    for (int i = 0; i < count; i++)
        if (width >= columns[i].from) {
            fixed += abs(columns[i].width);
            gaps++;
            last = !columns[i].width;
        }
    int gap = width - fixed - 2 * gaps >= ROOMY ? 2 : 1, flex = width - fixed - gap * gaps;
    int grown = growth(width, flex, columns, count);
    flex -= grown;
    return (struct spacing){flex < 0 ? 0 : !last && flex > FLEX_MOST ? FLEX_MOST : flex, gap, grown};
}

static int wide(const struct column *column, const struct spacing *spacing)
{
    return !column->width ? spacing->flex : column->width < 0 ? spacing->grown - column->width : column->width;
}

int column_width(int width, const struct column *columns, int count)
{
    struct spacing spacing = spacing_of(width, columns, count);
    int used = -spacing.gap;
    for (int i = 0; i < count; i++)
        if (width >= columns[i].from)
            used += wide(&columns[i], &spacing) + spacing.gap;
    return used;
}

void column_heads(struct surface *s, int row, int left, int width, const struct column *columns, int count)
{
    if (!surface_takes(s, row))
        return;
    struct spacing spacing = spacing_of(width, columns, count);
    int at = left;
    for (int i = 0; i < count; i++) {
        if (width < columns[i].from)
            continue;
        int w = wide(&columns[i], &spacing);
        if (columns[i].right)
            surface_right(s, row, at, w, UI_HEADING, columns[i].title);
        else
            surface_text(s, row, at, w, UI_HEADING, columns[i].title);
        at += w + spacing.gap;
    }
}

void column_row(const struct look *look, struct surface *s, int row, int left, int width,
                const struct column *columns, int count, const void *item, bool selected)
{
    struct spacing spacing = spacing_of(width, columns, count);
    int at = left;
    for (int i = 0; i < count; i++) {
        if (width < columns[i].from)
            continue;
        int w = wide(&columns[i], &spacing);
        columns[i].draw(look, s, row, at, w, item, selected);
        at += w + spacing.gap;
    }
}
