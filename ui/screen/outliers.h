/* outliers: how often an agent's tickets come back, and how soon after one another they are closed (GET /v1/outliers, which is for
 * leads): drawn, so that an odd shape is seen; a reason to look, not a ranking. */
#ifndef SCREEN_OUTLIERS_H
#define SCREEN_OUTLIERS_H
#include "screen/look.h"

const char *outliers_odd(const struct look *look, const char *agent); /* what stands out; "": nothing, or it is not for us */
int outliers_count(const struct look *look);                          /* how many stand out */
/* One agent's month, in at most `rows` rows from `row` on; nothing where it is not known. Gives the rows used. */
int outliers_draw(const struct look *look, struct surface *s, int row, int rows, const char *agent);
#endif
