/* rota: who is on call. A schedule is one or more rotations side by side: each has the participant whose turn it is, in the
 * hours it is restricted to. On top come the overrides, in the order they were made: `add` puts an agent on call, `remove`
 * takes one off, `replace` puts an agent in another's place for as long as that one is on call. Who is absent then is not on
 * call, and neither is a name the configuration does not have. Whoever is left may be nobody: that is a gap.
 *
 * Turns follow the local clock of the schedule: a hand-over at 09:00 stays at 09:00 across a daylight-saving change, so a
 * turn may be an hour shorter or longer. A hand-over inside the hour that spring leaves out happens as that hour ends; one
 * in the hour that autumn has twice happens the first time (base/zone). Turns of hours are counted on the same clock: every
 * 12 hours from 08:00 is 08:00 and 20:00 all year. Monthly on the 31st is the last day of shorter months.
 * Model: spec model.md 3. Pure: the same configuration, desk and time give the same people. */
#ifndef CORE_ROTA_H
#define CORE_ROTA_H
#include "core/config.h"

struct desk_state;
struct override;
struct rota { /* a plain value, made where it is asked */
    const struct config *config;
    const struct desk_state *desk; /* overrides and absences; NULL: none */
};
enum { ROTA_MOST = 32 /* on call at once */, ROTA_ADDS = 16 /* of them by overrides; more are refused when they are made */ };
enum rota_why { ROTA_ROTATION, ROTA_OVERRIDE, ROTA_COVER };
extern const char *const rota_why_words[]; /* rotation override cover, NULL */
struct rota_person {
    const char *agent;
    int why;                         /* enum rota_why */
    const char *rotation;            /* whose turn it is; NULL: an override put them there */
    const char *instead;             /* replaced whom; NULL: nobody */
    const struct override *override; /* which did; NULL: none */
};

/* Who is on call in a schedule (NULL or "": the default one). Gives how many, 0 = a gap or no such schedule. */
int rota_at(const struct rota *rota, const char *schedule, int64_t now, const char **agents, int max);
/* The same with the reason of each; people holds ROTA_MOST. */
int rota_people(const struct rota *rota, const char *schedule, int64_t now, struct rota_person *people);
/* The first moment after `now` at which that may be otherwise; INT64_MAX: never. */
int64_t rota_next_change(const struct rota *rota, const char *schedule, int64_t now);

/* A stretch of time with the same people for the same reasons. */
struct rota_span {
    int64_t from, to;                /* [from, to) */
    struct rota_person *people;
    int count;                       /* 0 = a gap */
};
/* The spans that tile [from, to): each begins where the one before it ends, and two neighbours differ. Gives how many; -1:
 * there are more than max. */
int rota_spans(struct arena *arena, const struct rota *rota, const char *schedule, int64_t from, int64_t to, int max,
               struct rota_span **spans);

/* Away by an absence. */
bool rota_absent(const struct rota *rota, const char *agent, int64_t now);
/* Within the agent's working hours and those of the calendar that their shift names (always, where none are configured; a
 * break is no end of a shift), and not away. An unknown agent is not. */
bool rota_on_shift(const struct rota *rota, const char *agent, int64_t now);
/* When their shift last ended, 0 = they have none, or it is more than a week ago; when to look again
 * whether it has begun or ended, INT64_MAX = never. */
int64_t rota_shift_ended(const struct rota *rota, const char *agent, int64_t now);
int64_t rota_shift_turns(const struct rota *rota, const char *agent, int64_t now);

/* Whom the target of an escalation step means at that time: `oncall` (the default schedule), `schedule:NAME`,
 * `rotation:SCHEDULE/ROTATION` (whose turn it is, without overrides), `team:NAME`, `leads`, or an agent. Teams, leads and
 * agents are there unless they are absent; the leads are the last resort, and where all of them are absent all are meant;
 * a desk that has no lead means its admins.
 * destination:NAME is no agent: 0. Gives how many, 0 = nobody. */
int rota_resolve(const struct rota *rota, const char *target, int64_t now, const char **agents, int max);
/* NAME of destination:NAME; NULL: another target. */
const char *rota_destination(const char *target);

/* The first who is on call in the default schedule; NULL: nobody. */
const char *rota_first(const struct rota *rota, int64_t now);

/* Do these hours hold at that time on that clock? */
bool hours_hold(const struct config_hours *hours, const struct zone *zone, int64_t now);
#endif
