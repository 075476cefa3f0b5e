/* phrase: what is said in the mode of lines (app/linear) as a verb: keys and commands of the console are taken for what they stand for. Pure. */
#ifndef APP_PHRASE_H
#define APP_PHRASE_H
#include "base/arena.h"
#include "term/keymap.h"

/* "r" -> reply, "gu" -> ls --view unassigned, "ge" -> escalations: what the first word's keys run on the queue, as a line of verbs, with
 * what stands behind it. NULL: they are no keys, or what they do is of the screen alone. In arena. */
const char *phrase_of_keys(struct arena *arena, const struct keymap *keys, const char *line);
/* The same of what the console's `:` takes: "view big" -> ls --view 'big', "open 55" -> show 55; and of "/refund" -> ls. */
const char *phrase_of_line(struct arena *arena, const char *line);
/* Why neither has a verb, a sentence; NULL: it is nothing the console knows. In arena. */
const char *phrase_of_none(struct arena *arena, const struct keymap *keys, const char *line);
/* The verb is about one ticket: its first word is a number. */
bool phrase_needs_ticket(const char *verb);
#endif
