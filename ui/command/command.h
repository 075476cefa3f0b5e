/* command: everything a key, the palette or the shell can say, in one table: the desk's actions
 * (core/action.def) and the console's own commands (local.def). A key binding is a line of this language.
 * Pure. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H
#include "base/arena.h"
#include "base/err.h"
#include "core/act.h"
#include "core/moment.h"

enum local_id {
#define LOCAL(name, ID, args, help) LOCAL_##ID,
#include "command/local.def"
#undef LOCAL
    LOCALS
};
struct command {
    const char *name;
    bool is_action;
    int id;           /* enum action_id, or enum local_id */
    const char *args; /* what may follow, as help shows it */
    const char *help;
};
enum { COMMANDS = ACTIONS + LOCALS };
const struct command *command_at(int index);          /* actions first, each part sorted by name */
const struct command *command_find(const char *name); /* also by what else it is called (command/also); NULL if unknown */
bool command_is_final(const struct command *command); /* has no key and asks for its word: it goes for good, or out of every list */
/* The name closest to a misspelled one, or a line; else one whose help speaks of it; NULL = none is close. */
const char *command_suggest(const char *name);

struct command_line {
    const struct command *command;
    const char *arg; /* the rest of the line, trimmed; "" */
};
/* "assign ana", "go mine", "42" (= go 42). false + err (ERR_USAGE, with "did you mean"). Texts belong to
 * arena. */
bool command_parse(struct arena *arena, const char *line, struct command_line *out, struct err *err);
/* The least role (core/config) that may say it: an action's, or that of what the daemon keeps for leads behind a command of ours. */
int command_role(const struct command_line *line);

/* The JSON body of POST /v1/do. arg is what the action's argument member gets: text as it is, tags as words
 * separated by commas or spaces, until as ms. false + err when the argument is missing or not one of the
 * words. key: idempotency. */
struct command_do {
    const struct action_row *action;
    const int64_t *tickets;
    int ticket_count;
    const char *arg;
    const char *with; /* beside it: NAME=VALUE..., or JSON; NULL = nothing */
    const char *attachments;         /* of a reply or a note: {name, sha256} of each file, a JSON array; NULL = none */
    const char *articles;            /* of a reply: keys, a JSON array; NULL = none */
    int64_t version, thread_version; /* 0 = not checked */
    const char *key;
    bool dry_run;
    bool draft; /* its text was kept as a draft */
    const char *draft_tag; /* as this one (core/draft); NULL: whichever is */
};
/* What a person writes behind the action's name becomes what->arg and what->with (command/spoken): `on_hold parts from DHL`,
 * `3h after the release`, `reply`, `into 42 confirm`. here: as for command_until. */
bool command_spoken(struct arena *arena, const struct moment *here, const char *text, struct command_do *what, struct err *err);
char *command_body(struct arena *arena, const struct command_do *what, struct err *err);
/* The words an argument may be; NULL where it is free (agent, text, tags, reason, until). */
const char *const *command_words(enum action_arg arg, int *count);
/* A time to come as people write it (core/moment; a day alone means 09:00), "later" or ms digits -> ms UTC. here: the clock
 * on the reader's wall, and what it shows. false + err (INPUT): it is none, or past. */
bool command_until(const struct moment *here, const char *text, int64_t *until, struct err *err);
/* The same backwards: "2h" (ago), "today", "yesterday", "2026-11-24" (its midnight), "2026-11-24T09:00". false if it is none
 * of these or still to come. */
bool command_since(const struct moment *here, const char *text, int64_t *since);
#endif
