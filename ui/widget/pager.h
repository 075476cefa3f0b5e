/* pager: wrapped text to read and scroll: a timeline, help, a raw event. Made of items in order; an item is lines made of
 * pieces with roles, or a paragraph that is wrapped to the width at hand. Filling it again keeps the place: the item at
 * the top stays at the top, and who was at the end stays at the end. */
#ifndef WIDGET_PAGER_H
#define WIDGET_PAGER_H
#include "term/surface.h"
#include <stddef.h>
#include <stdint.h>

struct pager; /* opaque */
struct pager *pager_new(void);
void pager_free(struct pager *pager); /* NULL is fine */

/* Between begin and end the items are told anew. Text is copied. */
void pager_begin(struct pager *pager);
void pager_item(struct pager *pager, int64_t id); /* what follows belongs to it; ids need only differ */
void pager_line(struct pager *pager);             /* begins a line; pieces go on it */
void pager_piece(struct pager *pager, int column, enum ui_role role, const char *text); /* a blank is kept before the next */
void pager_cells(struct pager *pager, int column, enum ui_role role, const char *text); /* of a bar: the next may touch it */
/* Wraps at words from `column` on; quote: behind the bar of customer text. */
void pager_block(struct pager *pager, int column, enum ui_role role, bool quote, const char *text);
/* The same behind a lead, below which what is wrapped does not go back. */
void pager_hang(struct pager *pager, int column, enum ui_role role, const char *lead, const char *text);
void pager_end(struct pager *pager);

/* down up page-down page-up top bottom, and search-next search-prev once something is searched. */
bool pager_command(struct pager *pager, const char *command);
/* Lines that hold the words, case folded; the first at or below the top comes into view. NULL or "" ends the search. */
size_t pager_search(struct pager *pager, const char *words);
/* Stays at the end as items come. */
void pager_follow(struct pager *pager, bool on);
/* Told with the items, of a pager that follows: stands at this one where the end would not show it, until one scrolls. */
void pager_from(struct pager *p, int64_t id);
bool pager_following(const struct pager *pager);
bool pager_at_end(const struct pager *pager);
size_t pager_below(const struct pager *pager); /* lines that the last drawing had no room for */
size_t pager_lines(const struct pager *pager); /* at the width last drawn */
int64_t pager_top(const struct pager *pager);  /* the item at the top; 0: none */
bool pager_show(struct pager *pager, int64_t id); /* brings an item to the top */
void pager_draw(struct pager *pager, struct surface *s, int row, int column, int rows, int width);
#endif
