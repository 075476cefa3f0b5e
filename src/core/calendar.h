/* calendar: which time counts (model.md 2): open hours by the week, breaks in them, holidays, all by the clock on the wall of
 * the calendar's zone. A moment counts if that clock shows an open hour: in the night that comes twice a span that lies in
 * the repeated hour is counted twice, in spring's gap there is nothing to count. NULL is 24x7. Pure. */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H
#include "base/arena.h"
#include "base/err.h"
#include "base/zone.h"
#include <stdbool.h>

enum segment_kind { SEGMENT_COUNTED, SEGMENT_PAUSED, SEGMENT_OFF_HOURS, SEGMENT_HOLIDAY, SEGMENT_BREAK, SEGMENT_KINDS };
const char *segment_word(int kind); /* counted paused off_hours holiday break */

enum { CALENDAR_SPANS = 16, CALENDAR_HOLIDAYS = 128 };
struct config_zone;
struct calendar {
    const char *name, *tz;
    const struct config_zone *zone;  /* NULL: UTC */
    /* as they are spelled: "mon-fri 09:00-17:00", "sat,sun 22:00-06:00" (into the next day), "daily 00:00-24:00" */
    const char *hours[CALENDAR_SPANS], *breaks[CALENDAR_SPANS];
    int hour_count, break_count;
    const char *holidays[CALENDAR_HOLIDAYS]; /* "12-25 Christmas Day", "2026-04-03": the whole local day */
    int holiday_count;
    /* made of these by calendar_make */
    struct calendar_day { const struct calendar_piece *pieces; int count; } week[7]; /* Monday first; pieces fill the day */
    struct calendar_date { int year, month, day; const char *name; } dates[CALENDAR_HOLIDAYS]; /* year 0: every year */
    int64_t week_minutes;            /* counted in a week without holidays */
};

/* Reads one spelling; false + err (CONFIG): what is wrong with it. */
bool calendar_check_span(const char *text, struct err *err);
bool calendar_check_holiday(const char *text, struct err *err);
/* Fills what is made of the spellings. false + err: one of them is wrong, or nothing is ever counted. */
bool calendar_make(struct arena *arena, struct calendar *calendar, struct err *err);

struct calendar_span {
    int64_t until;     /* the next change of kind; INT64_MAX: none for a year */
    int kind;          /* counted, off_hours, holiday or break */
    const char *name;  /* of the holiday, may be "" */
};
void calendar_at(const struct calendar *calendar, int64_t at, struct calendar_span *span);
/* ms counted between two instants; 0 where until is not later. */
int64_t calendar_counted(const struct calendar *calendar, int64_t from, int64_t until);
/* The first instant at which `ms` have been counted since `from`; at most CALENDAR_FAR later. Negative: the first at which so
 * much was missing to what had been counted at `from`. */
int64_t calendar_due(const struct calendar *calendar, int64_t from, int64_t ms);
#define CALENDAR_FAR (40 * 366 * INT64_C(86400000))
#endif
