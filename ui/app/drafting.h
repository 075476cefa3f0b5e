/* drafting: the screen of drafts, and what changes hands there: Enter goes on with a text of mine, or takes over one that a colleague handed to
 * the team. For app/ only. */
#ifndef APP_DRAFTING_H
#define APP_DRAFTING_H
#include "app/console.h"

void drafting_open(struct console *c); /* what is under the cursor */
void drafting_came(struct console *c); /* the list of drafts is here anew: one that was shared may be somebody else's by now */
#endif
