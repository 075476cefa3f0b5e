/* aside: what takes tickets out of the queues is asked about before it is done: a merge says into which, and whether the
 * customers differ; spam, duplicate and invalid want their word typed; a split picks its message; on hold says for what. For
 * app/ only: run.c asks here, and brings the answers back. */
#ifndef APP_ASIDE_H
#define APP_ASIDE_H
#include "app/console.h"

/* `M`: in a list the marked tickets are to go into the one under the cursor, which is then no target itself: c->asked.arg says
 * which. Without marks nothing is done. */
void aside_marked(struct console *c);
/* Asks for the argument of c->asked's action; false: that is another's business. */
bool aside_ask(struct console *c);
/* May it be sent as it stands? Else something is asked first. */
bool aside_sure(struct console *c, const struct command_do *what);
/* The daemon knows what the mirror did not: a merge it refused for its customers is asked about. false: it was something else. */
bool aside_refused(struct console *c, int64_t ticket, const char *detail);
#endif
