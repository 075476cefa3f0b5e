/* day: a scripted day at the desk (data/demo/day.yaml): tickets, who does what when, and a sentence for each thing worth
 * looking at. Told as beats, like a story, but each the same every time. Pure. */
#ifndef DEMO_DAY_H
#define DEMO_DAY_H
#include "demo/story.h"

struct day;
/* Its first moment is the next one of that weekday and hour at or after `from` (ms UTC). Keeps nothing of text. NULL + err
 * (ERR_CONFIG, "file:line:column: ..."). */
struct day *day_new(const char *file, const char *text, size_t n, int64_t from, struct err *err);
void day_free(struct day *day);
int64_t day_begins(const struct day *day);
/* The next thing that happens; false: that was all. Texts live as long as the day. kind BEAT_CLOCK: nothing but time passed. */
bool day_next(struct day *day, struct beat *beat);
#endif
