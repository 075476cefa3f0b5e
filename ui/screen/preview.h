/* preview: what an act on many tickets would do, read from the daemon's answer to its dry run: which change and how, which stay as
 * they are, and which it may not touch and why. */
#ifndef SCREEN_PREVIEW_H
#define SCREEN_PREVIEW_H
#include "screen/look.h"
#include "widget/pager.h"

enum preview_fate { PREVIEW_CHANGES, PREVIEW_SAME, PREVIEW_REFUSED, PREVIEW_FATES };
enum preview_fate preview_fate(const struct json *result);
/* The answer's results, those that change first, laid out for so many columns. final: no undo takes it back, which is said first. */
void preview_read(const struct look *look, struct pager *pager, const struct json *answer, bool final, int columns);
/* "priority normal → low, tags - → a", or "already so"; what an act of another kind says of itself. In the look's arena, unsafe. */
const char *preview_words(const struct look *look, const struct json *result);
#endif
