/* stat: what is counted of the desk's work, and when. Everything is drawn from the difference between a ticket before and
 * after a change, so that it is the same whoever caused it, and again in a rebuild. What can be taken back (a reply undone, a
 * resolve undone, a late event that says otherwise) is counted out with the number it was counted in by.
 *
 * Times are from when the ticket was first seen here (a next response: from the customer's message) to what ended them, nights
 * included: how long the customer waited. Whether that was in time is the clocks' answer (settled: kept or missed). What had
 * happened before the ticket was seen is not counted. Pure. */
#ifndef CORE_STAT_H
#define CORE_STAT_H
#include "core/consequence.h"

/* Kept in databases by number: new ones at the end. */
enum stat {
    STAT_CREATED,        /* counted out while it is deleted */
    STAT_FIRST_RESPONSE, /* value: ms; part: bucket (core/histogram) */
    STAT_NEXT_RESPONSE,
    STAT_RESOLUTION,     /* each time a ticket is done and stays so or is reopened; an undone resolve never was one */
    STAT_REOPENED,
    STAT_BREACHED,       /* part: metric/cause */
    STAT_SETTLED,        /* a clock stopped by what it waited for; value: 1 kept, 0 missed; part: metric/kept or metric/missed */
    STAT_CSAT,           /* value and part: 1 to 5 */
    STATS
};
struct stat_row { const char *name; bool timed, final; }; /* final: not remembered, so it is not taken back, or (created) by what the ticket says still */
extern const struct stat_row stat_table[STATS];

/* Why a clock ran out, as the ticket stood then: the first that fits. */
enum breach_cause { CAUSE_SNOOZED, CAUSE_UNASSIGNED, CAUSE_UNHEARD, CAUSE_REOPENED, CAUSE_ASSIGNED, BREACH_CAUSES };
const char *stat_cause_word(int cause);     /* "unassigned" */
const char *stat_cause_sentence(int cause); /* "nobody had taken it" */
int stat_cause(const struct ticket *ticket);
const char *stat_settled_word(bool missed); /* kept missed */

struct stat_change {
    int stat;          /* enum stat */
    bool out;          /* taken back: only stat and nth count; of created, at too */
    int64_t nth;       /* which of this ticket's; final: 0 */
    int64_t at, value; /* ms */
    const char *part;  /* NULL: none */
    const char *agent; /* whose; NULL: nobody's */
};
enum { STAT_MOST = 24 }; /* of one change; a handful is usual, and what a history folded anew may bring beyond is left out */
struct stat_follow { struct arena *arena; const struct ticket *before, *after; const char *actor; int64_t now; struct stat_change changes[STAT_MOST + 1]; int count; };
/* What a change counts for. before NULL: the ticket is new. */
void stat_follow(struct stat_follow *f);
#endif
