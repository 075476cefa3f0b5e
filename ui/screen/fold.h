/* fold: what the machinery noted between two things that people said or did (where it was routed to, what became of each
 * delivery, clocks that run as they should) as one line of a timeline. What is late or has failed for good is never folded
 * away. Pure; everything lives in the look's arena. */
#ifndef SCREEN_FOLD_H
#define SCREEN_FOLD_H
#include "screen/look.h"

struct fold; /* opaque: how each delivery of a timeline stands now */
struct fold *fold_new(const struct look *look, const struct json *lines); /* of these (api.md, LINE), which outlive it */
bool fold_takes(const struct json *line);
/* Is that the last line of its fold? line: one that fold_takes. A fold goes on across pages and labels, and ends where
 * somebody wrote or acted. */
bool fold_ends(const struct json *line);

struct fold_part {
    const char *text; /* not yet safe */
    enum ui_role role;
};
/* What one line says of those from first to last that it takes: the deliveries by the state they have now, the worst first, each by
 * its destination, in the fold that has its newest line; where there is none, what was noted last. Gives how many parts there are. */
int fold_say(struct fold *fold, const struct json *first, const struct json *last, struct fold_part **parts);
#endif
