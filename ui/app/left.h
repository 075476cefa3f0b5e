/* left: a text in a file, with what else is known of it: for whoever opens an editor over it, and for the next console, which takes up what
 * was left by one that ended while no desk answered, or without a word. A person can read it: the text stands in NAME.txt above a line of scissors, the rest beside it. */
#ifndef APP_LEFT_H
#define APP_LEFT_H
#include "app/spool.h"
#include "core/draft.h"

struct left {
    int64_t ticket;
    bool reply, doubt;    /* doubt: it was sent, and nobody said whether it arrived */
    const char *over;     /* by its tag, the draft that it came of; "" = none, or that is not known */
    const char *hints;    /* what stands below the scissors (app/scissors) */
    const char *value;    /* as a draft is kept, JSON */
};
enum { LEFT_NAME = 48 };
void left_name(int64_t ticket, bool reply, char name[LEFT_NAME]); /* "reply-42.txt" */
bool left_about(const struct spool *spool, const struct left *left, struct err *err); /* the rest alone: the text is somebody else's to write */
bool left_put(const struct spool *spool, const struct left *left, struct err *err);
bool left_disown(struct spool *spool); /* what lies there stays, and is a person's to look after; false */
/* What lies there, in the arena. LEFT_STAYS: a text that no draft has room for, or that cannot be told from the hints; only ticket, reply are set. LEFT_NONE:
 * no text, what was of use to nobody is gone. */
enum left_is { LEFT_NONE, LEFT_TEXT, LEFT_STAYS };
bool left_taken(struct spool *spool, const struct left *left); /* it is in other hands: what left_put wrote goes. true: the directory too */
enum left_is left_get(struct arena *arena, struct spool *spool, size_t max, struct left *left);
#endif
