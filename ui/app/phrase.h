/* phrase: what is said in the mode of lines (app/linear) as a verb: keys of the console are taken for what they stand for. Pure. */
#ifndef APP_PHRASE_H
#define APP_PHRASE_H
#include "base/arena.h"
#include "term/keymap.h"

/* "r" -> reply, "gu" -> ls --view unassigned, "ge" -> escalations: what these keys run on the queue, as a line of verbs. NULL:
 * they are no keys, or what they do is of the screen alone. In arena. */
const char *phrase_of_keys(struct arena *arena, const struct keymap *keys, const char *word);
/* The verb is about one ticket: its first word is a number. */
bool phrase_needs_ticket(const char *verb);
#endif
