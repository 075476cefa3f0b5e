/* moment: times as people write them, read and written on one clock. Used for what is typed in a shell or a console and for
 * the texts of acts. Pure: the time it counts from and the zone are arguments.
 *
 *   now                                 +4h  30m  +2d  1w       so long after the base (a day is 24 hours)
 *   18:00   tomorrow 09:00   today 18:00   Sun 03:10   sunday   the next such time after the base; `today` may be past
 *   2026-11-29   2026-11-29 18:00   Sun 2026-11-29 18:00   2026-11-29T18:00:30   and with Z or +01:00 on that clock instead
 *
 * A day alone means its `morning`; 24:00 is the next day's 00:00. A time that a daylight-saving night leaves out is the
 * moment after the gap, one that it has twice is the first (base/zone). */
#ifndef CORE_MOMENT_H
#define CORE_MOMENT_H
#include "base/zone.h"

struct moment {
    const struct zone *zone; /* NULL: UTC */
    int64_t offset;          /* more than the zone says, ms: for a clock of which only the distance to UTC is known */
    int64_t base;
    int64_t now;             /* whose `today` and `tomorrow` it is, where the base is a time to come; 0: the base */
    int morning;             /* minute of the day */
};
enum { MOMENT_TEXT = 40 };

/* false + err (INPUT): what is wrong with the text, and what would be right. */
bool moment_parse(const struct moment *how, const char *text, int64_t *ms, struct err *err);
/* "+4h", "30m", "2d", "1w" alone: how long that is, ms. */
bool moment_duration(const char *text, int64_t *ms);
/* "Sun 2026-11-29 18:00", with seconds where there are any; moment_parse reads it back (on the same clock, but for the
 * second of two equal hours). Into buf of MOMENT_TEXT bytes; gives buf. */
char *moment_format(const struct zone *zone, int64_t ms, char *buf);
/* "18:00" on the day of `since`, else as above: the end of a stretch whose beginning has been said. */
char *moment_format_end(const struct zone *zone, int64_t since, int64_t ms, char *buf);
#endif
