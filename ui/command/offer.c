/* offer: see offer.h. */
#include "command/offer.h"
#include "command/command.h"
#include <string.h>

static const struct offer times[] = {{"1h", "in an hour"},
                                     {"later", "later today, in three hours"},
                                     {"tomorrow", "09:00"},
                                     {"monday", "09:00"},
                                     {"1w", "in a week"},
                                     {"reply", "until the customer writes"}};

const struct offer *offer_for(struct arena *arena, enum action_arg arg, int *count)
{
    if (arg == ARG_UNTIL) {
        *count = sizeof times / sizeof *times;
        return times;
    }
    const char *const *words = command_words(arg, count);
    struct offer *list = words ? ARENA_ARRAY(arena, struct offer, *count) : NULL;
    for (int i = 0; words && i < *count; i++)
        list[i] = (struct offer){words[i], strcmp(words[i], "on_hold") == 0 ? "waits for a third party" : NULL};
    return list;
}

bool offer_is_open(enum action_arg arg)
{
    return arg == ARG_UNTIL;
}

const struct offer *offer_whys(int *count)
{
    static const struct offer whys[] = {{"sla", "the clocks: every segment and what began it"},
                                        {"label", "the classifier's reasons"},
                                        {"score", "what it paid and took back"},
                                        {"page", "who was told, when, and why"},
                                        {"route", "where it went, where it did not, and at which step"},
                                        {"assign", "who has it and why, and who could take it"},
                                        {"event", "what each route says to this event, step by step"}};
    *count = sizeof whys / sizeof *whys;
    return whys;
}

const struct offer *offer_sorts(int *count)
{
    static const struct offer sorts[] = {{"due", "late and due first, then what has no clock"},
                                         {"age", "by number: the oldest first"},
                                         {"updated", "changed last first"},
                                         {"urgency", "critical first, the oldest of each first"},
                                         {"priority", "urgent first, the oldest of each first"}};
    *count = sizeof sorts / sizeof *sorts;
    return sorts;
}
