/* metrics: the desk's numbers for a period, each against the period before and as a line of its days; why clocks ran out; who
 * did how much. */
#ifndef SCREEN_METRICS_H
#define SCREEN_METRICS_H
#include "screen/look.h"

struct metrics {
    int period;     /* today, 7 days, 28 days */
    char view[64];  /* "" = the whole desk */
    int top, rows;  /* of the split */
};
/* What the screen is made of: a GET. */
const char *metrics_path(const struct metrics *m, struct arena *arena);
/* "today", "7d", "28d", "next" (longer), "prev" (shorter); false: no such period. */
bool metrics_period(struct metrics *m, const char *word);
void metrics_step_view(struct metrics *m, const struct mirror *mirror, int by); /* the whole desk stands before the first view */
void metrics_scroll(struct metrics *m, int lines);
void metrics_draw(struct metrics *m, const struct look *look, struct surface *s);
#endif
