/* moment: a text is at most three words, a weekday or other name of a day, a date and a time of the day, or a duration.
 * Each is taken off the front by the reader that fits; what nothing takes is named in the error. Pure. */
#include "core/moment.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, LONGEST = 60, MOST = 100000 };
static const int64_t DAY = 24 * (int64_t)HOUR;
static const char *const weekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

struct reader {
    const struct moment *how;
    const char *text, *at; /* the whole, and where it is read */
    struct err *err;
    int weekday;           /* 1 = Monday; 0 = none was said */
    int64_t day;           /* local days since 1970 */
    bool has_day, dated;   /* dated: by a date, not by a name */
    int64_t of_day;        /* ms */
    bool has_time;
    bool fixed;            /* Z or +01:00 */
    int64_t ahead;         /* of UTC then, ms */
};

static bool wrong(struct reader *r, const char *what)
{
    return err_set(r->err, ERR_INPUT, "'%.60s': %s", r->text, what);
}

static bool no_time(struct reader *r)
{
    return wrong(r, "no time; say such as +4h, 18:00, tomorrow 09:00, Sun 03:10 or 2026-11-29 18:00");
}

static int64_t day_of(const struct reader *r, int64_t ms)
{
    return zone_day(r->how->zone, ms + r->how->offset);
}

static int64_t instant(const struct reader *r, int64_t day, int64_t of_day)
{
    if (r->fixed)
        return day * DAY + of_day - r->ahead;
    return zone_at(r->how->zone, day, of_day) - r->how->offset;
}

/* --- words --- */

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (isalpha((unsigned char)at[n]))
        n++;
    return n;
}

static void skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == ',')
        r->at++;
}

/* 0: no weekday begins like that. */
static int weekday_like(const char *word, size_t n)
{
    for (int i = 0; n >= 3 && i < 7; i++)
        if (n <= strlen(weekdays[i]) && strncasecmp(word, weekdays[i], n) == 0)
            return i + 1;
    return 0;
}

static bool read_day_name(struct reader *r)
{
    static const char *const near[] = {"today", "tomorrow"};
    size_t n = word_length(r->at);
    if (!n)
        return true;
    for (int i = 0; i < 2; i++)
        if (n == strlen(near[i]) && strncasecmp(r->at, near[i], n) == 0) {
            r->day = day_of(r, r->how->now ? r->how->now : r->how->base) + i;
            r->has_day = r->dated = true;
        }
    r->weekday = r->has_day ? 0 : weekday_like(r->at, n);
    if (!r->has_day && !r->weekday)
        return no_time(r);
    r->at += n;
    skip_blanks(r);
    return true;
}

static bool read_date(struct reader *r)
{
    int year, month, day, n = 0;
    struct civil back;
    if (sscanf(r->at, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10)
        return true;
    if (r->has_day)
        return wrong(r, "two days");
    r->day = civil_day(year, month, day);
    civil_date(r->day, &back);
    if (year < 1970 || back.month != month || back.day != day)
        return wrong(r, "there is no such day");
    if (r->weekday && r->weekday != back.weekday) {
        char text[60];
        snprintf(text, sizeof text, "that day is a %s", weekdays[back.weekday - 1]);
        return wrong(r, text);
    }
    r->has_day = r->dated = true;
    r->at += n;
    r->at += *r->at == 'T' && isdigit((unsigned char)r->at[1]);
    skip_blanks(r);
    return true;
}

/* Behind the time of a date: on which clock. */
static bool read_clock(struct reader *r)
{
    int hours, minutes, n = 0;
    char sign = *r->at;
    if (sign == 'Z' || sign == 'z') {
        r->fixed = true;
        r->at++;
    } else if ((sign == '+' || sign == '-') && sscanf(r->at + 1, "%2d:%2d%n", &hours, &minutes, &n) == 2 && n == 5) {
        r->fixed = true;
        r->ahead = (hours * (int64_t)HOUR + minutes * MINUTE) * (sign == '-' ? -1 : 1);
        r->at += 1 + n;
    }
    return true;
}

static bool read_time(struct reader *r)
{
    int hour, minute, second = 0, n = 0, more = 0;
    if (!isdigit((unsigned char)*r->at))
        return true;
    if (sscanf(r->at, "%2d:%2d%n", &hour, &minute, &n) != 2 || !isdigit((unsigned char)r->at[n - 1]) || r->at[n - 3] != ':')
        return no_time(r);
    if (r->at[n] == ':' && sscanf(r->at + n, ":%2d%n", &second, &more) == 1 && more == 3)
        n += more;
    if (hour > 24 || minute > 59 || second > 59 || (hour == 24 && (minute || second)))
        return wrong(r, "there is no such time of day; 00:00 to 24:00");
    r->of_day = hour * (int64_t)HOUR + minute * MINUTE + second * 1000;
    r->has_time = true;
    r->at += n;
    return !r->dated || read_clock(r);
}

bool moment_duration(const char *text, int64_t *ms)
{
    static const struct { char unit; int64_t worth; } units[] = {{'m', MINUTE}, {'h', HOUR}, {'d', 24 * (int64_t)HOUR}, {'w', 168 * (int64_t)HOUR}};
    int64_t n = 0;
    text += *text == '+';
    if (!isdigit((unsigned char)*text))
        return false;
    for (; isdigit((unsigned char)*text) && n <= MOST; text++)
        n = n * 10 + (*text - '0');
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (n > 0 && n <= MOST && text[0] == units[i].unit && !text[1]) {
            *ms = n * units[i].worth;
            return true;
        }
    return false;
}

/* --- the whole --- */

/* The next day on which it is that weekday, or that time, after the base. */
static int64_t coming(struct reader *r)
{
    int64_t day = day_of(r, r->how->base);
    while ((r->weekday && civil_weekday(day) != r->weekday) || instant(r, day, r->of_day) <= r->how->base)
        day++;
    return day;
}

bool moment_parse(const struct moment *how, const char *text, int64_t *ms, struct err *err)
{
    struct reader r = {.how = how, .text = text, .at = text, .err = err};
    int64_t after = 0;
    skip_blanks(&r);
    if (strlen(r.at) > LONGEST)
        return no_time(&r);
    if (moment_duration(r.at, &after) || strcasecmp(r.at, "now") == 0) {
        *ms = how->base + after;
        return true;
    }
    if (!read_day_name(&r) || !read_date(&r) || !read_time(&r))
        return false;
    skip_blanks(&r);
    if (*r.at || (!r.has_day && !r.weekday && !r.has_time))
        return no_time(&r);
    if (!r.has_time)
        r.of_day = how->morning * (int64_t)MINUTE;
    *ms = instant(&r, r.has_day ? r.day : coming(&r), r.of_day);
    return true;
}

static char *format(const struct zone *zone, int64_t ms, bool day, char *buf)
{
    struct civil c;
    char seconds[8] = "", date[24] = "";
    zone_civil(zone, ms, &c);
    if (c.second)
        snprintf(seconds, sizeof seconds, ":%02d", c.second % 60);
    if (day)
        snprintf(date, sizeof date, "%c%.2s %04d-%02d-%02d ", toupper((unsigned char)*weekdays[c.weekday - 1]), weekdays[c.weekday - 1] + 1,
                 c.year % 10000, c.month % 100, c.day % 100);
    snprintf(buf, MOMENT_TEXT, "%s%02d:%02d%s", date, c.hour % 100, c.minute % 100, seconds);
    return buf;
}

char *moment_format(const struct zone *zone, int64_t ms, char *buf)
{
    return format(zone, ms, true, buf);
}

char *moment_format_end(const struct zone *zone, int64_t since, int64_t ms, char *buf)
{
    return format(zone, ms, zone_day(zone, since) != zone_day(zone, ms), buf);
}
