/* figures: the desk's numbers read from the tallies that engine/stat keeps: one figure for a period, the same for the period
 * before it, and a value for each of its steps (days; hours of today). Reads counters only, a bounded number of rows. */
#ifndef API_FIGURES_H
#define API_FIGURES_H
#include "store/store.h"

enum { FIGURES_DAYS = 366, FIGURES_NONE = -1 };
struct figures_period {
    const char *name;                /* today 7d 28d custom */
    int64_t from, to, before, today; /* days, inclusive: from..to; before..from-1 is as long */
    int64_t hour;                    /* today: the first UTC hour of its curve; the steps are hours. 0: days */
    int64_t now, begins, ends;       /* ms; the period is [begins, ends) */
    int steps;
};
/* name NULL: from and to (ms; to 0 = now). false + err: unknown, backwards or too long. */
bool figures_period(const char *name, int64_t from, int64_t to, const struct zone *zone, int64_t now, struct figures_period *out, struct err *err);
int64_t figures_step(const struct figures_period *period, const struct zone *zone, int i); /* when a step begins, ms */

enum figures_unit { UNIT_COUNT, UNIT_MS, UNIT_SHARE /* basis points */ };
struct figure {
    int64_t n, value, p90, mean;               /* n: how many it is made of. value: the count, the median, the share; FIGURES_NONE: nothing to tell */
    int64_t was_n, was_value, was_p90;         /* the same of the period before */
    int64_t *series;                           /* value by step; times of hours: the mean */
};
struct figures_metric { const char *name, *help; enum figures_unit unit; bool lower_is_better; int stat, of; };
extern const struct figures_metric figures_metrics[]; /* ends with a row without a name */
const struct figures_metric *figures_metric(const char *name);
/* whom: as engine/stat writes it. */
bool figures_read(struct store *s, struct arena *a, const struct figures_metric *metric, const char *whom, const struct figures_period *period,
                  struct figure *out, struct err *err);
/* How many of one part of a stat ("first_response/unassigned"), in the period and before it. */
bool figures_part(struct store *s, struct arena *a, int stat, const char *whom, const char *part, const struct figures_period *period, int64_t *n,
                  int64_t *was, struct err *err);
/* How long the tickets that are open now have been, at most: half of them, nine tenths, the oldest; in whole hours. */
struct figures_age { int64_t n, p50, p90, oldest; };
bool figures_age(struct store *s, struct arena *a, const char *whom, int64_t now, struct figures_age *out, struct err *err);
#endif
