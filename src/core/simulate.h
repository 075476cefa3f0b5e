/* simulate: who would be told, when, by the configuration and the desk as they are, if a ticket paged at some time and nobody
 * acknowledged. It is no second opinion: the ticket goes through `consequence` at that time and at every time after it that
 * the daemon would look again (the ticket's own wake, and the desk's turns), until the last loop is through. Each line says
 * why: a turn, an override, a cover, an absence, a condition. Model: spec model.md 3. Pure. */
#ifndef CORE_SIMULATE_H
#define CORE_SIMULATE_H
#include "core/consequence.h"
#include "core/desk.h"

struct simulation {
    const struct config *rules;
    const struct desk_state *desk; /* NULL: nothing is set */
    const struct ticket *ticket;   /* what it is about */
    const char *why;               /* it pages */
    int64_t at;
    int64_t open_criticals;        /* on the desk, without this one */
};
struct simulated_person {
    const char *agent;       /* "": `destination` */
    const char *destination;
    const char *why;         /* "turn of week in primary", "for ana in primary, override by mara: swap" */
    bool high;               /* to all of the agent's destinations at once */
    bool held;               /* for a minute: more than STEP_BUNDLE_OVER pages to that agent in so short a time */
};
/* what: opened step no_notification_sent suppressed maintenance_over policy_changed reminder, as entries say; passed_over: a
 * step whose conditions do not hold; nothing: the ticket does not escalate. */
struct simulated {
    int64_t at, next_at;     /* next_at: when it goes on; 0 = not by itself */
    const char *what, *why;
    const char *target;      /* of the step; NULL: of none */
    int step, loop;          /* from 0; -1 before the first */
    struct simulated_person *people; int count;
};
enum { SIMULATED_MOST = 400 };
/* Lines in the order of time, at most SIMULATED_MOST; the last is the first reminder where the loops end in one. Gives how
 * many. *policy: by which; NULL: none fits, and the leads are told. */
int simulate_run(struct arena *arena, const struct simulation *s, struct simulated **lines, const struct config_escalation **policy);
#endif
