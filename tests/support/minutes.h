/* minutes: what kind of time each minute of some weeks is, found out the slow way: libc, in a process of its own whose TZ is the
 * zone, is asked minute for minute what the wall shows, and that is looked up in a week written down as a plain table. Shares
 * nothing with core/calendar or base/zone. */
#ifndef SUPPORT_MINUTES_H
#define SUPPORT_MINUTES_H
#include "core/calendar.h"

struct week_row { int first_day, last_day, from, until, kind; }; /* 1 = Monday; minutes of the day; later rows win */
struct yearly { int month, day; };
struct minutes {
    int64_t start;       /* ms UTC, a whole minute */
    int count;
    unsigned char *kind; /* enum segment_kind of each minute */
};
/* Holidays end with month 0. Fails the test where libc cannot be asked. */
struct minutes *minutes_new(const char *tz, int64_t start, int count, const struct week_row *rows, int row_count, const struct yearly *holidays);
void minutes_free(struct minutes *minutes);
int minutes_kind(const struct minutes *minutes, int64_t at); /* NULL minutes: counted */
/* ms counted, minute by minute; both must lie within. NULL minutes: all of them. */
int64_t minutes_counted(const struct minutes *minutes, int64_t from, int64_t until);
#endif
