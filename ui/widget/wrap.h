/* wrap: a text that is being written, as rows of a width: where each begins and ends, and in which the cursor stands. Lines break
 * after the last blank that fits, else between characters; a character is a grapheme and as wide as what is drawn for it, so it
 * is never cut. Rows are found anew for each use, from the text and the width alone: nothing to keep in step. */
#ifndef WIDGET_WRAP_H
#define WIDGET_WRAP_H
#include <stdbool.h>
#include <stddef.h>

struct wrap {
    const char *text; /* valid UTF-8 */
    size_t n;
    int width; /* columns, at least 1 */
};
struct wrap_place {
    size_t row, start, end; /* of the row the offset is in */
    int column;
};

size_t wrap_step(const struct wrap *w, size_t at);   /* where the character at `at` ends */
size_t wrap_before(const struct wrap *w, size_t at); /* where the one before `at` begins; `at` lies between two */
size_t wrap_snap(const struct wrap *w, size_t at);   /* the last place between two characters that is not behind `at` */
size_t wrap_line_start(const struct wrap *w, size_t at); /* of the line, not the row */
size_t wrap_line_end(const struct wrap *w, size_t at);
/* A character as it is shown: its columns; its safe text in out, where out is not NULL. */
int wrap_shown(const struct wrap *w, size_t at, size_t n, char *out, size_t size);
int wrap_columns(const struct wrap *w, size_t from, size_t to);
/* The end of the row that starts at `at`; where the next one starts is *next. */
size_t wrap_row_end(const struct wrap *w, size_t at, size_t *next);
bool wrap_row_start(const struct wrap *w, size_t row, size_t *start); /* false: there is no such row */
struct wrap_place wrap_find(const struct wrap *w, size_t at);
size_t wrap_at(const struct wrap *w, size_t row, int column); /* the place in a row that is nearest; the text's end below it */
#endif
