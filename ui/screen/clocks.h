/* clocks: the why ledger of a ticket's clocks (api.md, CLOCK) to read: a bar of the time that was counted and that was not, why
 * each clock stands where it stands, and the entries behind it with their time and who. */
#ifndef SCREEN_CLOCKS_H
#define SCREEN_CLOCKS_H
#include "base/json.h"
#include "screen/look.h"
#include "widget/pager.h"

enum { CLOCKS_BAR = 56 };
/* Fills a pager between begin and end. */
void clocks_read(const struct look *look, struct pager *pager, const struct json *root);
/* The same as plain text, for the shell; safe. spoken: read aloud, so without the bars. */
void clocks_print(struct arena *arena, struct str *out, bool spoken, const struct json *root);
/* The bar of one clock, from its start to its last segment's end: at most `width` cells (CLOCKS_BAR), each of one kind. */
struct clocks_cell {
    const char *glyph;
    enum ui_role role;
    int kind;
};
int clocks_bar(const struct json *clock, struct clocks_cell *cells, int width); /* cells filled; 0: no time has passed */
#endif
