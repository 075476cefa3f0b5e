/* review: which labels a person should look at first, and why (classifier.md 4). Pure. */
#ifndef CORE_REVIEW_H
#define CORE_REVIEW_H
#include "core/classify.h"

/* How the model sees the label a ticket bears now: bp, the probability of that one; runner_up, the likeliest other, and the
 * distance to it (below 0: the model would say that one). why: NULL, nobody need look; else "low confidence" (under 50 %),
 * "small margin" (under 15 %), "model disagrees", "alert budget" (among the tickets likeliest to be critical, yet not called so). */
struct review { int64_t bp, margin_bp; int runner_up; const char *why; };
void review_label(const struct classify_label *label, int shown, int values, struct review *out);
/* flagged: another model asked for a look, which counts as disagreeing. */
void review_urgency(const struct classify_result *said, int shown, int64_t alert_bp, bool flagged, struct review *out);
/* The probability above which at most a tenth of the tickets lie; sorts p. n 0: nothing is above it. */
int64_t review_alert_bp(int64_t *p, int n);
#endif
