/* desk_handover: the desk passes from one lead to the next. Who comes reads what stands open (api/handover) and acknowledges it;
 * the act is the record `handover`, key `last`: {by, from, since, at, clean, flaw, escalated, late, dead, note}. `by` has the
 * desk now, `from` had it before (null at the first), since `since`. Clean: nothing was left that should not wait; where it was
 * not, flaw says why. What the game makes of it is its own. A row of the tables of core/desk. */
#ifndef CORE_DESK_HANDOVER_H
#define CORE_DESK_HANDOVER_H
#include "core/desk.h"

/* What a clean handover must not leave behind, and when the desk changed hands last (0: never). */
struct desk_open {
    int64_t escalated; /* escalations nobody has acknowledged */
    int64_t late;      /* breached, and nobody's */
    int64_t dead;      /* dead letters */
};
enum { HANDOVER_LEAST_HOURS = 4 }; /* whoever had the desk for less has not had a shift */
/* Why it is not clean; NULL: it is. */
const char *handover_flaw(struct arena *arena, const struct desk_open *open, int64_t since, int64_t now);
bool handover_ack(struct desk_act *d);
#endif
