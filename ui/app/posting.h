/* posting: a reply or a note on its way to the desk, from the key that sends it until somebody says what became of it. It goes once (app/errand);
 * where that takes long the composer may be left: the text stays with app/keeper, the row is marked, and what became of it is said when it
 * is known: it arrived, or it did not and is a draft. Whoever opens it again meanwhile sees it as it is: sent, and not answered. For app/ only. */
#ifndef APP_POSTING_H
#define APP_POSTING_H
#include "app/console.h"

void posting_send(struct console *c);  /* the open text, whose state is COMPOSER_SENDING */
void posting_leave(struct console *c); /* the composer is closed over a text that is being sent */
/* Is that text on its way, and left? Then the composer shows it. */
bool posting_reopen(struct console *c, int64_t ticket, bool reply);
/* Of the loop: a send that takes long can be left; what could not be said at once of one that was refused is. */
void posting_follow(struct console *c);
bool posting_any(const struct console *c);
void posting_end(struct console *c);   /* on the way out: what was left is a draft from now on, or a file (keeper_end) */
#endif
