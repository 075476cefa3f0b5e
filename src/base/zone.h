/* zone: the time zones of this machine: ms UTC to the time on a wall and back, by the tz database
 * (/usr/share/zoneinfo, TZif versions 1 to 4, RFC 9636; after the last recorded change by the file's closing rule).
 * A loaded zone is immutable and may be read by any thread; NULL is UTC everywhere. But for zone_load everything is
 * pure. Leap seconds do not exist here, as in POSIX. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H
#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

struct zone;
struct civil {
    int year, month, day; /* 1..12, 1..31 */
    int hour, minute, second;
    int weekday;          /* 1 = Monday .. 7 = Sunday */
};

/* "Europe/Berlin", "UTC". NULL + err: not a name (letters, digits, _ + - between slashes; never a path), not there, not
 * readable as TZif (CONFIG). Belongs to arena. */
const struct zone *zone_load(struct arena *arena, const char *name, struct err *err);
/* The same of a file's bytes; its name is only for messages and zone_name. */
const struct zone *zone_parse(struct arena *arena, const char *name, const void *data, size_t n, struct err *err);
const char *zone_name(const struct zone *zone); /* as it was asked for; "UTC" for NULL */
/* What a clock on the wall shows. Milliseconds are dropped, downwards. */
void zone_civil(const struct zone *zone, int64_t ms, struct civil *civil);
/* When it shows that. Fields may be out of their range (day 32, hour -1) and are carried over; weekday is not read. A
 * time that the spring night leaves out: the moment after the gap. One that the autumn night has twice: the earlier. */
int64_t zone_instant(const struct zone *zone, const struct civil *civil);
/* Local days since 1970-01-01. */
int64_t zone_day(const struct zone *zone, int64_t ms);
/* When the clock shows `of_day` ms after midnight on that local day (0 = the day's first moment, 86400000 = the next
 * day's); gaps and repeats as zone_instant. */
int64_t zone_at(const struct zone *zone, int64_t day, int64_t of_day);
/* How far the wall is ahead of UTC at that time, ms; from when and until when that holds (INT64_MIN, INT64_MAX: for good).
 * from and until may be NULL. */
int64_t zone_offset(const struct zone *zone, int64_t ms, int64_t *from, int64_t *until);

/* The proleptic Gregorian calendar, no zone: days since 1970-01-01 of a date, whose month and day may be out of their
 * range; the date of a day (weekday too; the time is midnight). */
int64_t civil_day(int64_t year, int64_t month, int64_t day);
void civil_date(int64_t day, struct civil *civil);
int civil_weekday(int64_t day); /* 1 = Monday .. 7 = Sunday */
#endif
