/* step: whom a step of an escalation tells, and whether it applies to them now. Its conditions are asked of each person it
 * means, in the local time of that person; who does not fit is left out, and if nobody is left the step is passed over. A step
 * that means nobody at all is another thing: that is said on the ticket (core/escalation). Pure. */
#ifndef CORE_STEP_H
#define CORE_STEP_H
#include "core/consequence.h"

/* Over so many pages to one agent in so short a time (ms) are held for a while and leave as one (engine/page). */
enum { STEP_BUNDLE_OVER = 3, STEP_BUNDLE_WITHIN = 5 * 60000, STEP_BUNDLE_WAIT = 60000 };
struct step_crew {
    const char **agents; int count;
    const char *destination; /* where a page goes that is nobody's own; NULL: nowhere */
};
/* Whom a target means now. Belongs to the change's arena. */
void step_target(struct follow *f, const char *target, struct step_crew *out);
/* false: the step is passed over. true: the crew may be empty. */
bool step_applies(struct follow *f, const struct config_step *step, struct step_crew *out);
#endif
