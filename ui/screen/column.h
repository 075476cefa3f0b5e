/* column: a table drawn from a table: which columns there are, how wide, from which width of the whole on, and who draws a cell. Room that
 * is left goes between the columns first, and where all have enough it stays at the right: what belongs together stands together. */
#ifndef SCREEN_COLUMN_H
#define SCREEN_COLUMN_H
#include "screen/look.h"

enum { COLUMN_SENTENCE = 32, COLUMN_MOST = 72 };
struct column {
    const char *title;
    int width; /* 0 = takes what is left (one a table), to COLUMN_MOST where others stand right of it; below 0 = at least so many (one a
                * table): it grows to half as many again once the one that takes what is left is roomy; from COLUMN_SENTENCE on to COLUMN_MOST */
    int from;  /* shown where the table is at least so wide */
    bool right;
    void (*draw)(const struct look *look, struct surface *s, int row, int column, int width, const void *item,
                 bool selected);
};
struct columns {
    const struct column *list;
    int count;
    int need; /* of the widest text in the one that takes what is left: its bound gives way to it, where it is known; else 0 */
};
/* The columns of a surface that such a table fills, of `width` that are there. */
int column_width(int width, const struct columns *columns);
void column_heads(struct surface *s, int row, int left, int width, const struct columns *columns);
void column_row(const struct look *look, struct surface *s, int row, int left, int width, const struct columns *columns, const void *item, bool selected);
#endif
