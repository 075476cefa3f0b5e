/* desk: what people set about the desk itself, not about a ticket: who is away, overrides of the rota, maintenance windows,
 * macros, notes on customers. Each is a record (kind, key, JSON object), replaced whole by whoever sets it again; the desk's
 * state is those records as rules read them. An action of action.def with the flag DESK makes or changes records; one
 * function here says which. Journal, undo, rebuild and stream follow from what it writes (engine/desk). Pure. */
#ifndef CORE_DESK_H
#define CORE_DESK_H
#include "base/json.h"
#include "core/act.h"

/* --- acts --- */
enum { DESK_WRITES = 8, DESK_TEXT = 4096 }; /* records one act may write; bytes of one text */
struct desk_write { const char *kind, *key, *data; }; /* data: JSON object; NULL: taken away */
struct desk_open;
struct desk_act {
    struct arena *arena;
    const struct action *action;
    const struct json *with;      /* what was asked for: an object */
    const struct config *rules;
    int64_t now;
    const char *fresh;            /* a key no record has yet */
    const struct desk_state *state; /* as it is; NULL: nothing is set */
    /* Another record as it is now; *out NULL: there is none. Of kind `ticket` there is {customer}, by the ticket's number;
     * of kind `ledger` {last}, the number of its last row; of kind `event` {state}. */
    bool (*find)(void *arg, const char *kind, const char *key, const struct json **out, struct err *err);
    void *find_arg;
    const struct desk_open *open; /* handover-ack (core/desk_handover): what stands open */
    struct desk_write writes[DESK_WRITES]; int write_count; /* out */
    const char *say;              /* out: what was done, one line */
    struct err *err;
};
/* Checks role, arguments and state and fills in writes and say. false + err (FORBIDDEN, USAGE, INPUT, NOT_FOUND, CONFLICT). */
bool desk_act(struct desk_act *d);

/* For the functions of the acts. Text: NULL where it is not given; too long, or not a string: err. Time: ms as a number or
 * digits, or a text (core/moment) on that clock, counted from base; 0 where it is not given. needs: not given is an error
 * that names the member. */
bool desk_text(struct desk_act *d, const char *name, bool needs, const char **out);
bool desk_moment(struct desk_act *d, const char *name, bool needs, const struct zone *zone, int64_t base, int64_t *out);
/* "from" (now where it is not given) and "to" (needed, and counted from there), still to come and at most a year. */
bool desk_stretch(struct desk_act *d, const struct zone *zone, int64_t *from, int64_t *to);
const struct zone *desk_zone(struct desk_act *d, const char *agent); /* an agent's clock */
/* "Sun 2026-11-29 18:00 to 22:00 Europe/Berlin" */
const char *desk_say_stretch(struct arena *arena, const struct zone *zone, int64_t from, int64_t to);
bool desk_agent(struct desk_act *d, const char *name, const char **out); /* a configured one; the actor where it is not given */
/* Agents speak for themselves; a lead for anybody. */
bool desk_may_speak_for(struct desk_act *d, const char *agent);
bool desk_find(struct desk_act *d, const char *kind, const char *key, const struct json **out);
/* Adds a record; data is taken. NULL: it is taken away. */
bool desk_write(struct desk_act *d, const char *kind, const char *key, struct json *data);

/* --- state --- */
struct absence { const char *key, *agent, *kind, *note; int64_t from, to; }; /* kind: leave sick; [from, to) */
/* Who is on call otherwise than the rotations say (core/rota). */
enum override_action { OVERRIDE_ADD, OVERRIDE_REMOVE, OVERRIDE_REPLACE };
extern const char *const override_action_words[]; /* add remove replace, NULL */
struct override {
    const char *key, *schedule;
    int action;                  /* enum override_action */
    const char *agent, *instead; /* replace: agent in the place of instead */
    const char *by, *reason;
    bool cover;                  /* somebody asked for it, and agent accepted */
    int64_t from, to, made;      /* [from, to); made: rising in the order they were made */
};
/* While it lasts, pages for the tickets it covers are held (core/maintenance). scope NULL: all tickets. */
struct maintenance { const char *key, *by, *reason, *text; const struct when *scope; int64_t from, to; };
/* "Who takes this?": asked for, and perhaps accepted, which makes an override. */
struct cover {
    const char *key, *schedule, *asked, *note;
    const char *accepted_by, *override; /* the override's key; NULL: nobody has yet */
    int64_t from, to, made;
};
struct privacy { const char *agent; int is; }; /* enum game_privacy */
/* Scores count from then on: of the ledger what lies behind `row`. agent NULL: everybody's, and the team's. made: rising. */
struct xp_reset { const char *key, *agent, *by, *reason; int64_t at, row, made; };
struct desk_state {
    struct maintenance *windows; int window_count;
    struct absence *absences; int absence_count;
    struct override *overrides; int override_count; /* in the order they were made */
    struct cover *covers; int cover_count;          /* likewise */
    struct privacy *privacies; int privacy_count;
    struct xp_reset *resets; int reset_count; /* in the order they were made */
    struct view *views; int view_count; /* core/view */
};
/* The kinds of record that belong to the state, NULL at the end. */
extern const char *const desk_kinds[];
/* Takes one record into the state; one that is not understood is left out. Texts belong to arena. */
void desk_take(struct arena *arena, struct desk_state *desk, const struct record *record);
/* The next moment after `now` at which something in the state begins or ends, 0 = none. */
int64_t desk_turns(const struct desk_state *desk, int64_t now);
/* Who is away at that time, and until when at the latest known; NULL: nobody says so. */
const struct absence *desk_absence(const struct desk_state *desk, const char *agent, int64_t at);
#endif
