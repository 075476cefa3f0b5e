/* writing: what is done with the text in the composer: kept as a draft at the daemon, sent, given to an editor of one's own, filled from a
 * list. A draft is kept half a second after the last key and forgotten by what was sent (app/posting), in the same commit. For app/ only. */
#ifndef APP_WRITING_H
#define APP_WRITING_H
#include "app/console.h"

void writing_begin(struct console *c, int64_t ticket, bool reply);  /* opens the composer with the kept draft, or with what is on its way */
void writing_editor(struct console *c, int64_t ticket, bool reply); /* and then $EDITOR */
void writing_add(struct console *c, const char *text);              /* below what stands there, or comes */
bool writing_key(struct console *c, const struct key *key);         /* a key for the open composer; false: it knows no such key */
void writing_keep(struct console *c);                               /* the text as it stands becomes the draft */
void writing_leave(struct console *c);                              /* likewise on the way out, with all that was typed */
/* app/keeper's: what the daemon has of the open text, or that nobody answered that; and that it has it as it stands now. */
struct writing_news {
    const char *was;         /* what it had before, as JSON; NULL: nothing is known of it */
    const struct json *kept; /* NULL: nothing */
    bool answered, rival;    /* rival: another console wrote that while this text was open */
};
void writing_press(struct console *c, struct early *early); /* takes keys that waited, and frees them */
void writing_came(struct console *c, const struct writing_news *news);
void writing_kept(struct console *c);
/* What could not be said at once of a send that was refused. And, where it is wanted: the text in $VISUAL or $EDITOR and back; where none may be run or is set, the built-in editor has the whole screen.
 * The link goes on meanwhile, so never from within one of its answers: of the loop alone. */
void writing_follow(struct console *c);
void writing_meanwhile(void *arg, int fd, int ms); /* what goes on while a program has the terminal (term/child: wait); arg: the console */
#endif
