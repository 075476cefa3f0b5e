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
/* left: the first {{...}} that stays, as it may be shown (one line, cut); NULL: none. A {{ without }} is text. */
char *fill_text(struct arena *arena, const char *text, const struct fill *with, const char **left);
/* The first {{...}} that is no variable at all, as it may be shown; NULL: there is none. */
const char *fill_strange(struct arena *arena, const char *text);
#endif
