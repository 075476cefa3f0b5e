/* bulk: before an act on more than one ticket is done, what it would do is shown: the daemon answers the same request as a dry run.
 * Only what changes is sent then. */
#ifndef APP_BULK_H
#define APP_BULK_H
#include "app/console.h"

/* Asks, and opens the overlay FOR_BULK when the answer is there; c->asked becomes the tickets that change. */
void bulk_preview(struct console *c, const struct command_do *what);
/* Tells what the overlay is about to its pager, for the columns there are. */
void bulk_read(struct console *c);
#endif
