/* undone: what `u` and C-r did, as a person is told: the act by its name and size, what of it stays and why, and what the same key
 * would do next. */
#ifndef APP_UNDONE_H
#define APP_UNDONE_H
#include "app/console.h"

/* answer: of POST /v1/do. false: it is of no undo or redo that names no ticket; nothing is said. */
bool undone_say(struct console *c, const char *action, const struct json *answer);
#endif
