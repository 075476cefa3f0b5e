/* act: what an action makes of a ticket. Pure: (before, action, actor, now) -> an observation with the desk's voice,
 * or a refusal that says what to do. The table of actions is action.def. */
#ifndef CORE_ACT_H
#define CORE_ACT_H
#include "core/config.h"
#include "core/observe.h"

enum action_arg { ARG_NONE, ARG_AGENT, ARG_TEXT, ARG_STATUS, ARG_PRIORITY, ARG_URGENCY, ARG_CATEGORY, ARG_TAGS,
                  ARG_REASON, ARG_UNTIL, ARG_MACRO /* a macro's name */, ARG_WITH, ARG_INTO /* another ticket */, ARG_MESSAGE /* its row */ };
/* MANY: may be bulk. DESK: works on the desk itself (core/desk), not on a ticket. CHOOSES: on the ticket it chooses itself. */
enum action_flag { MANY = 1, UNDOABLE = 2, DESK = 4, CHOOSES = 8 };
enum action_id {
#define ACTION(name, ID, arg, role, flags, help) ACTION_##ID,
#include "core/action.def"
#undef ACTION
    ACTIONS
};
struct action_row {
    const char *name;
    enum action_arg arg;
    enum role role;
    unsigned flags;
    const char *help;
};
extern const struct action_row action_table[ACTIONS];
const struct action_row *action_find(const char *name); /* NULL if unknown */
const char *action_arg_name(enum action_arg arg);       /* member of the request: "to" "text" "status" ... ; "" none */

struct action {
    int id;              /* enum action_id */
    const char *actor;   /* agent's name */
    enum role role;
    const char *arg;     /* as text; ARG_UNTIL: ms as digits; ARG_TAGS: JSON (core/tags); ARG_WITH: JSON object; ARG_INTO: a ticket's number;
                            ARG_MESSAGE: a message's row */
    const char *with;    /* what an action on tickets may be given beside its argument, a JSON object or NULL: status {reason}, snooze
                            {on, note}, reply {status, reason}, merge and spam {confirm: true} */
    int64_t version;     /* of the ticket as seen, 0 = do not check */
    const char *articles;  /* reply: keys of the articles it brings, a JSON array; NULL = none */
    const char *attachments; /* reply, note: files it brings, a JSON array of {name, sha256}; once checked with type and size; NULL = none */
    int64_t thread_version; /* reply: the thread it was written against (send guard), 0 = do not check */
};
/* Makes the observation of an action on `before`: fields said, a message for reply and note. reply, note, label...
 * check the state table, role, version and arguments; false + err (FORBIDDEN; CONFLICT: changed since; STATE: not as it is; INPUT;
 * USAGE: a word is missing, be it the one that confirms). Actions without a field of their own (ack, escalate) give an empty
 * observation; undo and redo are the engine's. */
/* May `source` be merged into `target`, the root of what was asked for? Different customers need a confirmation. */
bool act_may_merge(const struct ticket *source, const struct ticket *target, const struct action *action, struct err *err);
bool act_observe(struct arena *arena, const struct ticket *before, const struct action *action,
                 const struct config_source *source, const struct config *rules, int64_t now, struct observation *out,
                 struct err *err);
#endif
