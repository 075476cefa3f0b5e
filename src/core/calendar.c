/* calendar: see calendar.h. The week is painted minute by minute once, when the configuration is read, and kept as the
 * pieces of each day; so spans may overlap, touch and run past midnight, and a question only walks pieces. `walk` is the
 * one place that knows zones: a piece ends where the day's piece ends or where the offset changes, whatever is first. */
#include "core/calendar.h"
#include "core/config.h"
#include <ctype.h>
#include <string.h>

enum { MINUTE = 60000, DAY_MINUTES = 1440, WEEK_MINUTES = 7 * DAY_MINUTES };
#define DAY (DAY_MINUTES * (int64_t)MINUTE)
#define YEAR (366 * DAY)

struct calendar_piece { int until, kind; }; /* minute of the day */

static const char *const kinds[] = {"counted", "paused", "off_hours", "holiday", "break"};
static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

const char *segment_word(int kind)
{
    return kind >= 0 && kind < SEGMENT_KINDS ? kinds[kind] : "";
}

/* --- spellings --- */

struct span { unsigned days; int from, until; }; /* bit 0: Monday; until may lie in the next day */

static int read_day(const char **at)
{
    for (int i = 0; i < 7; i++)
        if (strncmp(*at, days[i], 3) == 0) {
            *at += 3;
            return i;
        }
    return -1;
}

static bool read_days(const char **at, unsigned *set)
{
    if (strncmp(*at, "daily", 5) == 0) {
        *at += 5;
        *set = 127;
        return true;
    }
    for (*set = 0;; (*at)++) {
        int first = read_day(at), last = first;
        if (first >= 0 && **at == '-') {
            (*at)++;
            last = read_day(at);
        }
        if (first < 0 || last < 0)
            return false;
        for (int day = first;; day = (day + 1) % 7) {
            *set |= 1U << day;
            if (day == last)
                break;
        }
        if (**at != ',')
            return true;
    }
}

static bool two_digits(const char **at, int most, int *value)
{
    if (!isdigit((unsigned char)(*at)[0]) || !isdigit((unsigned char)(*at)[1]))
        return false;
    *value = ((*at)[0] - '0') * 10 + ((*at)[1] - '0');
    *at += 2;
    return *value <= most;
}

static bool read_minute(const char **at, int *minute)
{
    int hours, minutes;
    if (!two_digits(at, 24, &hours) || *(*at)++ != ':' || !two_digits(at, 59, &minutes) || hours * 60 + minutes > DAY_MINUTES)
        return false;
    *minute = hours * 60 + minutes;
    return true;
}

static bool read_span(const char *text, struct span *span)
{
    const char *at = text;
    if (!read_days(&at, &span->days) || *at != ' ')
        return false;
    at += strspn(at, " ");
    if (!read_minute(&at, &span->from) || *at++ != '-' || !read_minute(&at, &span->until) || *at || span->from == span->until)
        return false;
    span->until += span->until < span->from ? DAY_MINUTES : 0;
    return true;
}

bool calendar_check_span(const char *text, struct err *err)
{
    struct span span;
    return read_span(text, &span) ||
           err_set(err, ERR_CONFIG, "'%.60s' is no span of the week, such as mon-fri 09:00-17:00, sat,sun 10:00-14:00 or daily 00:00-24:00", text);
}

static bool read_date(const char *text, struct calendar_date *date)
{
    static const int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *at = text;
    int century, year;
    struct calendar_date d = {0};
    if (strlen(at) >= 10 && at[4] == '-') {
        if (!two_digits(&at, 99, &century) || !two_digits(&at, 99, &year))
            return false;
        d.year = century * 100 + year;
        at++;
        if (d.year < 1970)
            return false;
    }
    if (!two_digits(&at, 12, &d.month) || !d.month || *at++ != '-' || !two_digits(&at, longest[d.month - 1], &d.day) || !d.day || (*at && *at != ' '))
        return false;
    d.name = at + strspn(at, " ");
    struct civil real;
    civil_date(civil_day(d.year ? d.year : 2000, d.month, d.day), &real);
    if (real.day != d.day)
        return false;
    *date = d;
    return true;
}

bool calendar_check_holiday(const char *text, struct err *err)
{
    struct calendar_date date;
    return read_date(text, &date) || err_set(err, ERR_CONFIG, "'%.60s' is no day, such as 2026-04-03, or 12-25 for every year; a name may follow", text);
}

/* --- making --- */

static void paint(unsigned char *week, const struct span *span, int over, int kind)
{
    for (int day = 0; day < 7; day++)
        for (int minute = span->from; (span->days >> day & 1) && minute < span->until; minute++) {
            unsigned char *at = &week[(day * DAY_MINUTES + minute) % WEEK_MINUTES];
            *at = *at == over ? (unsigned char)kind : *at;
        }
}

static void cut(struct arena *arena, struct calendar_day *day, const unsigned char *minutes)
{
    struct calendar_piece *pieces = ARENA_ARRAY(arena, struct calendar_piece, 4 * CALENDAR_SPANS + 2);
    day->count = 0;
    for (int at = 0; at < DAY_MINUTES; at++) {
        if (!at || minutes[at] != minutes[at - 1])
            pieces[day->count++].kind = minutes[at];
        pieces[day->count - 1].until = at + 1;
    }
    day->pieces = pieces;
}

bool calendar_make(struct arena *arena, struct calendar *c, struct err *err)
{
    AUTO_ARENA scratch = arena_new();
    unsigned char *week = arena_alloc(scratch, WEEK_MINUTES);
    struct span span;
    memset(week, SEGMENT_OFF_HOURS, WEEK_MINUTES);
    for (int i = 0; i < c->hour_count; i++) {
        if (!read_span(c->hours[i], &span))
            return calendar_check_span(c->hours[i], err);
        paint(week, &span, SEGMENT_OFF_HOURS, SEGMENT_COUNTED);
    }
    for (int i = 0; i < c->break_count; i++) {
        if (!read_span(c->breaks[i], &span))
            return calendar_check_span(c->breaks[i], err);
        paint(week, &span, SEGMENT_COUNTED, SEGMENT_BREAK);
    }
    for (int i = 0; i < c->holiday_count; i++)
        if (!read_date(c->holidays[i], &c->dates[i]))
            return calendar_check_holiday(c->holidays[i], err);
    c->week_minutes = 0;
    for (int i = 0; i < WEEK_MINUTES; i++)
        c->week_minutes += week[i] == SEGMENT_COUNTED;
    for (int day = 0; day < 7; day++)
        cut(arena, &c->week[day], week + day * DAY_MINUTES);
    return c->week_minutes || err_set(err, ERR_CONFIG, "it has no hours in which anything is counted");
}

/* --- questions --- */

/* From `at` on: one piece after the other. */
struct walk {
    const struct calendar *calendar;
    int64_t at;
    int64_t offset, offset_until; /* of the zone, once known */
    int kind;                     /* of the piece that was just walked */
    const char *name;
};

static const struct calendar_date *holiday(const struct calendar *c, int64_t day)
{
    struct civil date;
    if (c->holiday_count)
        civil_date(day, &date);
    for (int i = 0; i < c->holiday_count; i++)
        if (c->dates[i].day == date.day && c->dates[i].month == date.month && (!c->dates[i].year || c->dates[i].year == date.year))
            return &c->dates[i];
    return NULL;
}

static int64_t local_day(int64_t local)
{
    return local / DAY - (local % DAY < 0);
}

static void step(struct walk *w)
{
    const struct calendar *c = w->calendar;
    if (w->at >= w->offset_until)
        w->offset = zone_offset(config_zone(c->zone), w->at, NULL, &w->offset_until);
    int64_t local = w->at + w->offset, day = local_day(local), minute = (local - day * DAY) / MINUTE;
    const struct calendar_date *date = holiday(c, day);
    const struct calendar_day *today = &c->week[civil_weekday(day) - 1];
    int i = 0;
    while (!date && today->pieces[i].until <= minute)
        i++;
    w->kind = date ? SEGMENT_HOLIDAY : today->pieces[i].kind;
    w->name = date ? date->name : "";
    int64_t end = day * DAY + (date ? DAY : today->pieces[i].until * (int64_t)MINUTE) - w->offset;
    w->at = end < w->offset_until ? end : w->offset_until;
}

static struct walk walk_from(const struct calendar *calendar, int64_t at)
{
    return (struct walk){.calendar = calendar, .at = at, .offset_until = INT64_MIN};
}

void calendar_at(const struct calendar *calendar, int64_t at, struct calendar_span *span)
{
    *span = (struct calendar_span){.until = INT64_MAX, .kind = SEGMENT_COUNTED, .name = ""};
    if (!calendar)
        return;
    struct walk w = walk_from(calendar, at);
    step(&w);
    *span = (struct calendar_span){w.at, w.kind, w.name};
    while (step(&w), w.kind == span->kind && strcmp(w.name, span->name) == 0)
        if ((span->until = w.at) > at + YEAR) {
            span->until = INT64_MAX;
            return;
        }
}

int64_t calendar_counted(const struct calendar *calendar, int64_t from, int64_t until)
{
    int64_t sum = 0;
    if (until <= from)
        return 0;
    if (!calendar)
        return until - from;
    for (struct walk w = walk_from(calendar, from); w.at < until;) {
        int64_t was = w.at;
        step(&w);
        sum += w.kind == SEGMENT_COUNTED ? (w.at < until ? w.at : until) - was : 0;
    }
    return sum;
}

/* Back by doubled strides, until enough was counted on the way to `from`; then forth. */
static int64_t due_before(const struct calendar *calendar, int64_t from, int64_t missing)
{
    int64_t stride = DAY, counted;
    while ((counted = calendar_counted(calendar, from - stride, from)) < missing && stride < CALENDAR_FAR)
        stride *= 2;
    return calendar_due(calendar, from - stride, counted > missing ? counted - missing : 0);
}

int64_t calendar_due(const struct calendar *calendar, int64_t from, int64_t ms)
{
    if (!calendar)
        return from + ms;
    if (ms < 0)
        return due_before(calendar, from, -ms);
    for (struct walk w = walk_from(calendar, from); ms && w.at < from + CALENDAR_FAR;) {
        int64_t was = w.at;
        step(&w);
        int64_t length = w.kind == SEGMENT_COUNTED ? w.at - was : 0;
        if (length >= ms)
            return was + ms;
        ms -= length;
    }
    return ms ? from + CALENDAR_FAR : from;
}
