/* rights: what one's role lets one do here. A key, a line of the palette or of a key file that needs another role is not offered, and says
 * whose it is where it is said all the same; a role that a new configuration gives or takes counts from the moment the desk says so. What the
 * desk itself refuses stays refused: this only spares the question. */
#ifndef APP_RIGHTS_H
#define APP_RIGHTS_H
#include "app/console.h"

/* May this be said by somebody with my role? Before the desk has come, everything may. */
bool rights_allow(const struct console *c, const struct command_line *line);
bool rights_may(struct console *c, const struct command_line *line); /* false: that, and whom to ask, was said */
bool rights_hint(void *console, const char *command);               /* the same as screens_may */
/* Compares with what was known: another role is said, with what came and what went, and what is offered follows. Menus, marks and what is
 * typed stay as they are. Every turn of the loop. */
void rights_follow(struct console *c);
#endif
