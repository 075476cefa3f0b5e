/* hear: what the stream brings that concerns whoever sits here, wherever they look: a page, an answer of theirs that was not sent (app/unsent), a
 * note that names them, a change to a ticket they watch. It becomes a toast; a page and a mention the terminal is told too (console.notice). */
#ifndef APP_HEAR_H
#define APP_HEAR_H
#include "app/console.h"

void hear_tick(struct console *c); /* a page that is over, for somebody took it, is not said any more */
void hear_frame(struct console *c, const char *event, const char *data, size_t n);
#endif
