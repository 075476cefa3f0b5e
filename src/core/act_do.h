/* act_do: what the files of act share: what an action's function sees, and the checks more than one of them makes. Only
 * act*.c include it. */
#ifndef CORE_ACT_DO_H
#define CORE_ACT_DO_H
#include "core/act.h"

struct act { /* what every action function sees */
    struct arena *arena;
    const struct ticket *before;
    const struct action *action;
    const struct config_source *source;
    const struct config *rules;
    int64_t now;
    struct observation *out;
    struct err *err;
    const struct json *with; /* action->with, read; NULL: nothing beside the argument */
};
bool act_refuse(struct act *a, enum err_code code, const char *why);
bool act_need_open(struct act *a);
void act_open_if_new(struct act *a); /* working on a new ticket opens it */
bool act_word_arg(struct act *a, const char *field, int *value);
bool act_blank(const char *text);
void act_say_message(struct act *a, const char *text, int origin, bool is_public);

/* act_life: what changes a ticket's state of life. */
bool act_status(struct act *a);
bool act_close(struct act *a);
bool act_reopen(struct act *a);
bool act_reply(struct act *a);
bool act_snooze(struct act *a);
bool act_merge(struct act *a);
bool act_split(struct act *a);
bool act_spam(struct act *a);
bool act_delete(struct act *a);
bool act_erase(struct act *a);
bool act_purge(struct act *a);
bool act_duplicate(struct act *a);
bool act_invalid(struct act *a);
/* Whoever works on a ticket that came back from its snooze has seen that it did. */
void act_taken_up(struct act *a);
#endif
