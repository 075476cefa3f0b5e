/* macro: what agents do again and again, under one name: a few actions and a text, with a guard that says for which tickets.
 * A macro is run as ONE observation, so it is one change, one line of the journal and one undo. One without actions is a
 * canned reply. Pure. */
#ifndef CORE_MACRO_H
#define CORE_MACRO_H
#include "core/act.h"

enum { MACROS = 200, MACRO_ACTIONS = 12, MACRO_TEXT = 16 << 10, MACRO_LINE = 400 };
struct macro_step { int action; const char *arg; }; /* enum action_id; arg as written, NULL = none */
struct macro {
    const char *name, *title;  /* title NULL: the name */
    const char *owner;         /* whose it is; NULL: the team's */
    const char *by;            /* who wrote it; NULL: the configuration */
    const char *guard;         /* its spelling; NULL = every ticket */
    const struct when *when;
    /* as written: "status pending", "status on_hold for the bank", "tags +billing -new", "snooze 2h", "note ..." */
    const char *lines[MACRO_ACTIONS]; int line_count;
    struct macro_step steps[MACRO_ACTIONS]; int step_count;
    const char *reply;         /* to the customer, with {{variables}} (core/fill); NULL = none */
};
/* Reads `lines` into `steps`: what can be undone may stand in a macro, and one text at most, a note or the reply. A macro that
 * says nothing is refused. false + err (USAGE, INPUT). */
bool macro_steps(struct arena *arena, struct macro *macro, struct err *err);
/* A record's data (api.md): {title, when, actions, reply, owner, by}; actions also as one text, separated by ";". */
bool macro_read(struct arena *arena, const char *name, const struct json *data, struct macro *out, struct err *err);
struct json *macro_data(const struct macro *macro); /* the same backwards */
bool macro_name_fits(const char *name); /* letters, digits . _ - : at most 64 bytes */
/* Everything the macro does to the ticket, as one observation: each action sees what those before it did. false + err: the
 * first that is refused, or the guard, or a variable of the text that has no value here. */
bool macro_observe(struct arena *arena, const struct ticket *before, const struct macro *macro, const struct action *action,
                   const struct config_source *source, const struct config *rules, const struct when_env *env, int64_t now,
                   struct observation *out, struct err *err);
#endif
