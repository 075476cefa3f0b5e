/* review: the label a ticket bears is judged, not the one the model would give it: accepting means the one that is shown. */
#include "core/review.h"
#include <stdlib.h>

enum { SURE_BP = 5000, MARGIN_BP = 1500, BUDGET = 10 /* a tenth: the team's alert budget */ };

void review_label(const struct classify_label *label, int shown, int values, struct review *out)
{
    *out = (struct review){.bp = label->all_bp[shown], .runner_up = shown == 1 ? 2 : 1};
    for (int v = 1; v <= values; v++)
        if (v != shown && label->all_bp[v] > label->all_bp[out->runner_up])
            out->runner_up = v;
    out->margin_bp = out->bp - label->all_bp[out->runner_up];
}

void review_urgency(const struct classify_result *said, int shown, int64_t alert_bp, bool flagged, struct review *out)
{
    const struct classify_label *u = &said->urgency;
    review_label(u, shown, URGENCY_CRITICAL, out);
    if (out->margin_bp < 0 || flagged)
        out->why = "model disagrees";
    else if (out->bp < SURE_BP)
        out->why = "low confidence";
    else if (out->margin_bp < MARGIN_BP)
        out->why = "small margin";
    else if (shown != URGENCY_CRITICAL && u->all_bp[URGENCY_CRITICAL] > alert_bp)
        out->why = "alert budget";
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t review_alert_bp(int64_t *p, int n)
{
    if (n <= 0)
        return 10001;
    qsort(p, (size_t)n, sizeof *p, by_value);
    return p[n - 1 - (n - 1) / BUDGET];
}
