/* keeper: the texts that this console has a hand on, each until the daemon is known to have it. A text goes out with its newest state only; where
 * nobody answered the same bytes are sent again as soon as the desk is live, and only then what was typed since. What the daemon has is known
 * before anything is written over it: where that comes late, or another console wrote since, no text is lost. Whatever no daemon took
 * lies in a file meanwhile (app/shelter), which the next console finds.
 * For app/ only. */
#ifndef APP_KEEPER_H
#define APP_KEEPER_H
#include "app/console.h"

/* The composer has that text now. false: what is kept of it is asked for, and writing_came hears of it; true: it is here still, not kept yet, and
 * writing_came heard. */
bool keeper_open(struct console *c);
/* The open text, or (forget) that there is to be none any more; say is said once the daemon has it, "" = nothing. Before it is known what
 * the daemon has, there is nothing of ours to forget. */
void keeper_put(struct console *c, bool forget, const char *say);
void keeper_hold(struct console *c);  /* the open text, but not to the daemon: there is no room beside what is kept. It stays here, and is left in a file */
void keeper_close(struct console *c); /* the composer is about to be closed; what is under way goes on */
/* The composer is about to be closed over a text that is being sent: it stays here and is not asked to be kept, until one of the last two. Opened again. */
void keeper_away(struct console *c);
void keeper_again(struct console *c);
/* What was sent arrived: it is no draft any more. Or it did not: it is one. */
void keeper_sent(struct console *c, int64_t ticket, bool reply);
void keeper_back(struct console *c, int64_t ticket, bool reply, bool doubt); /* doubt: nobody says which */
/* What the daemon has of the open text, by its tag (core/draft); NULL: that is not known. */
const char *keeper_tag(const struct console *c);
/* So many texts wait for the desk that there is no room for this one, which is none of them. */
bool keeper_full(const struct console *c, int64_t ticket, bool reply);
void keeper_find(struct console *c); /* what an earlier console left becomes a draft, where the desk takes it; once we know who we are */
void keeper_follow(struct console *c, int64_t now);
int64_t keeper_next(const struct console *c); /* clock_mono when keeper_follow has something to do, 0 = nothing */
/* For the end: what no daemon took stays in files. In lines, where they are; "" = there was none. */
const char *keeper_end(struct console *c);
#endif
