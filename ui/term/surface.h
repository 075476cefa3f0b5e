/* surface: a picture of cells that a screen draws and ncurses copies (term/paint), a test reads (surface_dump) or a
 * file shows (term/svg). Text from anywhere goes through text_safe here and nowhere else, so a screen may hand over
 * what a stranger wrote. Every call clips: rows and columns outside are no error. Columns and rows count from 0. */
#ifndef TERM_SURFACE_H
#define TERM_SURFACE_H
#include "base/arena.h"
#include "term/role.h"
#include <stdint.h>

enum { SURFACE_MOST = 1000 }; /* columns and rows; more is cut */

/* One visible character. width 2: the cell to its right has width 0 and no text. Unused bytes are zero, so two cells
 * look alike exactly when memcmp says so. */
struct cell {
    char text[13]; /* base and up to two marks, NUL */
    uint8_t width;
    uint8_t role; /* enum ui_role */
    uint8_t attr; /* enum ui_attr, added to the role's own */
};

struct surface; /* opaque */
struct surface *surface_new(int columns, int rows);
void surface_free(struct surface *s); /* NULL is fine */
void surface_resize(struct surface *s, int columns, int rows); /* clears */
void surface_clear(struct surface *s);
struct surface_pane { /* to the right edge; rows 0: none */
    int row, column, rows;
};
/* What is drawn anew of a picture that is known otherwise. First the rows top..bottom go up by so many (by < 0: down; 0: none moves); then
 * only the two rows and the pane are cleared and drawn on. The rows that came in by the move are among the two, and a pane that stands
 * beside rows that move is drawn on all of these. */
struct surface_part {
    int rows[2];
    int top, bottom, by;
    struct surface_pane pane;
};
/* From now on only this part is drawn, the rest stays as it is; NULL: all of it again. For whoever knows that nothing else changes: what
 * is drawn is drawn as ever, and what the other rows would have shown is not looked at. A new picture begins with it, also where the
 * one before was never shown, or is shown twice. */
void surface_only(struct surface *s, const struct surface_part *part);
uint64_t surface_number(const struct surface *s); /* of its pictures, from 0: whoever shows them knows by it which was left out */
const struct surface_part *surface_drawn(const struct surface *s); /* NULL: all of it */
bool surface_takes(const struct surface *s, int row); /* what is drawn there now, from the first column on, will show */
int surface_takes_from(const struct surface *s, int row); /* the first column of the row that is drawn on; their number: none is */
int surface_columns(const struct surface *s);
int surface_rows(const struct surface *s);
const struct cell *surface_cell(const struct surface *s, int row, int column); /* NULL outside */

/* Draws one line in at most `width` columns (negative: to the right edge), cut with an ellipsis; gives the columns
 * used. NULL text draws nothing. */
int surface_text(struct surface *s, int row, int column, int width, enum ui_role role, const char *text);
int surface_textn(struct surface *s, int row, int column, int width, enum ui_role role, const char *text, size_t n);
int surface_textf(struct surface *s, int row, int column, int width, enum ui_role role, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
/* The same, its end at column + width - 1. Gives the column it begins at. */
int surface_right(struct surface *s, int row, int column, int width, enum ui_role role, const char *text);
/* Blanks a rectangle in a role. */
void surface_fill(struct surface *s, int row, int column, int rows, int columns, enum ui_role role);
/* Changes role, or adds attributes, of what is drawn already. */
void surface_repaint(struct surface *s, int row, int column, int width, enum ui_role role);
void surface_attr(struct surface *s, int row, int column, int width, unsigned attr);
/* A thin line across the whole row. */
void surface_rule(struct surface *s, int row);
/* The bar that stands before customer text; surface_text never draws this glyph. */
void surface_quote(struct surface *s, int row, int column);
/* A bar of `width` columns filled to share_bp of 10,000 in eighths of a column (# and . in ASCII mode). */
void surface_bar(struct surface *s, int row, int column, int width, int share_bp, enum ui_role role);
/* Where the terminal's own cursor stands; a negative row hides it. */
void surface_cursor(struct surface *s, int row, int column);
void surface_cursor_at(const struct surface *s, int *row, int *column);

/* For tests: rows joined by newlines, blanks at their ends left out; and what is not plain text:
 * "0: title@1+6 dim@9+12", a line per row that has any, attributes after a slash: "normal/bold@3+4". */
char *surface_dump(struct arena *arena, const struct surface *s);
char *surface_dump_roles(struct arena *arena, const struct surface *s);
#endif
