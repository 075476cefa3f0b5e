/* fill: {{customer.name}} and the like in what agents write, filled from the ticket. One pass: what is filled in is text and
 * never read for more; blanks inside the braces do not matter. What is not known here stays as it is written, and a reply
 * that still has one is refused. Pure. */
#ifndef CORE_FILL_H
#define CORE_FILL_H
#include "core/config.h"

struct fill {
    const struct ticket *ticket;
    const char *agent;           /* who writes */
    const struct config *config; /* the desk's and the agent's team */
};
struct fill_row {
    const char *name, *help;
    const char *(*value)(struct arena *arena, const struct fill *with); /* NULL or "": not known */
};
extern const struct fill_row fill_table[]; /* sorted by name, NULL at the end */
/* One place of a text that is to be filled in: {{name}}, its braces on one line. {{name without }} is one left open: nobody means
 * that as it is. Two braces with no name behind them are text. */
struct fill_place {
    size_t start, end;          /* bytes, with the braces there are */
    const struct fill_row *row; /* NULL: no variable */
    bool open;                  /* }} is missing */
};
/* The first place at or after `from`, which stands in no place; false: there is none. */
bool fill_find(const char *text, size_t from, struct fill_place *place);
/* What was probably meant by a place that is no variable: one that begins so, or is spelled nearly so; NULL: nothing is near. */
const struct fill_row *fill_near(const char *text, const struct fill_place *place);
/* left: the first place that stays, as it may be shown (one line, cut); NULL: none. */
char *fill_text(struct arena *arena, const char *text, const struct fill *with, const char **left);
/* The first place that is no variable at all, as it may be shown; NULL: there is none. */
const char *fill_strange(struct arena *arena, const char *text);
#endif
