/* deed: an act on its way to the daemon, until it is known what became of it. It goes with a key of its own, by which the daemon does it
 * once however often it comes: where it went out and the answer was lost, it is sent again as soon as the desk is live, and its answer is
 * the first one's. Where it did not go out, it is said not to be done. */
#ifndef APP_DEED_H
#define APP_DEED_H
#include "app/console.h"

void deed_do(struct console *c, const struct command_do *what);
void deed_again(struct console *c);  /* what nobody answered, where the desk is live */
/* In one line, what nobody answered yet; "" = nothing. What is freed here is not asked again: for the end. */
const char *deed_forget(struct console *c);
const char *deed_key(struct console *c, struct arena *arena); /* a new one, for what must not be done twice */
const char *deed_problem(struct console *c, const struct json *problem); /* in words, and what to do; in the frame's arena */
#endif
