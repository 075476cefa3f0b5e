/* found: tickets of the whole desk that the open palette's words find, in view or not. They are asked for when no letter was typed for a while,
 * a number by itself and as a word; what comes is offered beneath what is offered already (app/choices). */
#ifndef APP_FOUND_H
#define APP_FOUND_H
#include "app/console.h"

enum { FOUND_MOST = 21 };
struct found_row {
    int64_t id;
    const char *title, *customer; /* "" for none; until more is found */
    const char *by;               /* what was typed when it was asked for */
};
void found_begin(struct console *c); /* the palette opens: nothing is found */
void found_typed(struct console *c); /* something else may stand there */
/* The calls of SLOT_FOUND and SLOT_NUMBER; NULL: nothing to look for. */
const char *found_path(struct console *c, struct arena *arena);
const char *found_number_path(struct console *c, struct arena *arena);
void found_take(struct console *c, enum slot slot, const struct link_answer *answer);
int found_list(const struct console *c, struct found_row rows[FOUND_MOST]); /* how many; each once */
#endif
