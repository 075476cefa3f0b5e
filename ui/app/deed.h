/* deed: an act on tickets or on the desk, from the key that was pressed to the words that say what became of it (app/errand carries it). */
#ifndef APP_DEED_H
#define APP_DEED_H
#include "app/console.h"

void deed_do(struct console *c, const struct command_do *what);
const char *deed_key(struct console *c, struct arena *arena); /* a new one, for what must not be done twice */
const char *deed_problem(struct console *c, const struct json *problem); /* in words, and what to do; in the frame's arena */
#endif
