/* unanswered: what was asked of the desk and is not done, or of which nobody says whether it is, as one line and as a list to be read
 * (`:unanswered`). The line names all that was lost since the desk answered last, as far as a row has room, and says where the rest is. For app/ only. */
#ifndef APP_UNANSWERED_H
#define APP_UNANSWERED_H
#include "app/console.h"

/* what: in words, "close #42"; sent: it went out, and may be done. Copied, and said. */
void unanswered_add(struct console *c, const char *what, bool sent, const char *why);
void unanswered_note(struct console *c, const char *what, const char *became); /* what became of it in the end: for the list alone */
void unanswered_over(struct console *c); /* the desk answers: the next line begins anew, the list stays */
void unanswered_fini(struct console *c);
#endif
