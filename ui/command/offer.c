/* offer: see offer.h. */
#include "command/offer.h"
#include "command/command.h"
#include <string.h>

static const struct offer times[] = {{"1h", "in an hour"},
                                     {"4h", "in four hours"},
                                     {"8h", "in eight hours"},
                                     {"24h", "this time tomorrow"},
                                     {"later", "later today, in three hours"},
                                     {"tomorrow", "at 09:00"},
                                     {"monday", "at 09:00"},
                                     {"1w", "in a week"},
                                     {"reply", "until the customer writes"}};

static const char *status_detail(const char *word)
{
    static const struct offer details[] = {{"open", "somebody works on it"},
                                           {"pending", "waits for the customer"},
                                           {"on_hold", "waits for a third party; what for is asked"},
                                           {"resolved", "answered; what they write reopens it"}};
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (strcmp(details[i].name, word) == 0)
            return details[i].detail;
    return NULL;
}

const struct offer *offer_for(struct arena *arena, enum action_arg arg, int *count)
{
    if (arg == ARG_UNTIL) {
        *count = sizeof times / sizeof *times;
        return times;
    }
    const char *const *words = command_words(arg, count);
    struct offer *list = words ? ARENA_ARRAY(arena, struct offer, *count) : NULL;
    for (int i = 0; words && i < *count; i++)
        list[i] = (struct offer){words[i], arg == ARG_STATUS ? status_detail(words[i]) : NULL};
    return list;
}

const char *offer_detail(struct arena *arena, enum action_arg arg, const char *word)
{
    int n;
    const struct offer *offers = offer_for(arena, arg, &n);
    for (int i = 0; offers && i < n; i++)
        if (strcmp(offers[i].name, word) == 0)
            return offers[i].detail ? offers[i].detail : "";
    return "";
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
