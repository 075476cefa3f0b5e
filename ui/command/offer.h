/* offer: what may be chosen where a command leaves its argument open: each word with what it means. The console's pickers, the
 * palette and the numbered choices of --linear read it from here. Pure. */
#ifndef COMMAND_OFFER_H
#define COMMAND_OFFER_H
#include "base/arena.h"
#include "core/act.h"

struct offer {
    const char *name;
    const char *detail; /* NULL: the name says it */
};
/* The words of a status, a priority, an urgency or a category, and times to snooze until; NULL where the argument is no
 * such word. In arena. */
const struct offer *offer_for(struct arena *arena, enum action_arg arg, int *count);
const char *offer_detail(struct arena *arena, enum action_arg arg, const char *word); /* of one of them; "" where it has none */
bool offer_is_open(enum action_arg arg);     /* something else than what is offered may be typed */
const struct offer *offer_whys(int *count);  /* the numbers that can be asked about; the last is about an event */
const struct offer *offer_sorts(int *count); /* what a list is sorted by */
#endif
