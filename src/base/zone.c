/* zone: see zone.h. A file is read once into two arrays, when an offset begins and what it is; a question is a binary
 * search for the period a moment lies in. Past the last change the closing rule (a POSIX TZ text) takes over, which
 * gives two changes a year for ever. All that the questions need is `period`: the offset and from when to when it holds. */
#include "base/zone.h"
#include "base/str.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 64, FILE_BYTES = 1 << 16, HEADER = 44, SECOND = 1000, DAY_SECONDS = 86400, MOST_HOURS = 167 };
#define FOLDER "/usr/share/zoneinfo/"

/* "M3.5.0/2", "J60", "59": the local second of a year at which the clocks are set. */
struct change_rule {
    char form; /* M, J or 0 */
    int month, week, day;
    int64_t time;
};
struct rule {
    bool there, summer; /* a rule at all; and one with two changes a year */
    int64_t offset, summer_offset;
    struct change_rule begins, ends;
};
struct zone {
    const char *name;
    int count;
    int64_t *at;     /* seconds UTC, rising */
    int32_t *offset; /* from at[i] on */
    int32_t first;   /* before at[0] */
    struct rule rule;
};
struct period { int64_t from, until, offset; }; /* seconds */

/* --- the calendar --- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t civil_day(int64_t year, int64_t month, int64_t day)
{
    year += floor_div(month - 1, 12);
    month -= 12 * floor_div(month - 1, 12);
    int64_t y = month <= 2 ? year - 1 : year, era = floor_div(y, 400), of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5; /* the year begins in March: the leap day is its last */
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year + day - 1 - 719468;
}

int civil_weekday(int64_t day)
{
    return (int)(day + 3 - 7 * floor_div(day + 3, 7)) + 1;
}

void civil_date(int64_t day, struct civil *civil)
{
    int64_t z = day + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), month = (5 * of_year + 2) / 153;
    *civil = (struct civil){.month = (int)(month < 10 ? month + 3 : month - 9), .day = (int)(of_year - (153 * month + 2) / 5 + 1),
                            .weekday = civil_weekday(day)};
    civil->year = (int)(y + era * 400 + (civil->month <= 2));
}

/* --- the closing rule --- */

static bool read_number(const char **at, int64_t most, int64_t *value)
{
    if (!isdigit((unsigned char)**at))
        return false;
    for (*value = 0; isdigit((unsigned char)**at); (*at)++)
        if ((*value = *value * 10 + (**at - '0')) > most)
            return false;
    return true;
}

static bool read_name(const char **at)
{
    const char *from = *at;
    if (*from == '<') {
        while (**at && **at != '>')
            (*at)++;
        return *(*at)++ == '>';
    }
    while (isalpha((unsigned char)**at))
        (*at)++;
    return *at - from >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool read_time(const char **at, int64_t *seconds)
{
    static const int64_t most[] = {MOST_HOURS, 59, 59}, unit[] = {3600, 60, 1};
    int sign = **at == '-' ? -1 : 1;
    int64_t sum = 0, part;
    *at += **at == '-' || **at == '+';
    for (int i = 0; i < 3; i++) {
        if (i && **at != ':')
            break;
        *at += i > 0;
        if (!read_number(at, most[i], &part))
            return false;
        sum += part * unit[i];
    }
    *seconds = sign * sum;
    return true;
}

static bool read_change(const char **at, struct change_rule *rule)
{
    int64_t month = 0, week = 0, day;
    if (*(*at)++ != ',')
        return false;
    *rule = (struct change_rule){.form = **at == 'M' || **at == 'J' ? **at : '0', .time = 7200};
    *at += rule->form != '0';
    if (rule->form == 'M' && (!read_number(at, 12, &month) || month < 1 || *(*at)++ != '.' || !read_number(at, 5, &week) || week < 1 || *(*at)++ != '.'))
        return false;
    if (!read_number(at, rule->form == 'M' ? 6 : 365, &day) || (rule->form == 'J' && day < 1))
        return false;
    rule->month = (int)month;
    rule->week = (int)week;
    rule->day = (int)day;
    if (**at != '/')
        return true;
    (*at)++;
    return read_time(at, &rule->time);
}

static bool read_rule(const char *text, struct rule *rule)
{
    int64_t west;
    if (!*text)
        return true;
    if (!read_name(&text) || !read_time(&text, &west))
        return false;
    *rule = (struct rule){.there = true, .offset = -west, .summer_offset = -west + 3600};
    if (!*text)
        return true;
    rule->summer = true;
    if (!read_name(&text))
        return false;
    if (*text != ',') {
        if (!read_time(&text, &west))
            return false;
        rule->summer_offset = -west;
    }
    return read_change(&text, &rule->begins) && read_change(&text, &rule->ends) && !*text;
}

static bool leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The second UTC of that year's change, where `offset` held before it. */
static int64_t change_in(const struct change_rule *rule, int64_t year, int64_t offset)
{
    int64_t day = civil_day(year, 1, 1) + rule->day;
    if (rule->form == 'J') {
        day += (leap(year) && rule->day >= 60) - 1;
    } else if (rule->form == 'M') {
        int64_t first = civil_day(year, rule->month, 1), next = civil_day(year, rule->month + 1, 1);
        day = first + (rule->day - civil_weekday(first) % 7 + 7) % 7 + 7 * (rule->week - 1);
        day -= day >= next ? 7 : 0;
    }
    return day * DAY_SECONDS + rule->time - offset;
}

/* The two changes of last year, this and the next, in order of time: the period is between two of them. Where both are at
 * one moment (summer all year round) the later in the list has the word. */
static struct period rule_period(const struct rule *rule, int64_t t)
{
    struct period p = {INT64_MIN, INT64_MAX, rule->offset};
    if (!rule->summer)
        return p;
    struct civil now;
    civil_date(floor_div(t, DAY_SECONDS), &now);
    bool north = change_in(&rule->begins, now.year, 0) < change_in(&rule->ends, now.year, 0);
    for (int i = 0; i < 6; i++) {
        bool begins = (i % 2 == 0) == north;
        int64_t year = now.year - 1 + i / 2;
        int64_t at = begins ? change_in(&rule->begins, year, rule->offset) : change_in(&rule->ends, year, rule->summer_offset);
        if (at <= t)
            p = (struct period){at, INT64_MAX, begins ? rule->summer_offset : rule->offset};
        else if (at < p.until)
            p.until = at;
    }
    return p;
}

static struct period period_at(const struct zone *zone, int64_t t)
{
    static const struct zone utc = {0};
    zone = zone ? zone : &utc;
    int low = 0, high = zone->count; /* how many changes lie at or before t */
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (zone->at[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    struct period p = {low ? zone->at[low - 1] : INT64_MIN, low < zone->count ? zone->at[low] : INT64_MAX, low ? zone->offset[low - 1] : zone->first};
    if (low == zone->count && zone->rule.there) {
        struct period by_rule = rule_period(&zone->rule, t);
        by_rule.from = by_rule.from > p.from ? by_rule.from : p.from;
        return by_rule;
    }
    return p;
}

/* --- the file --- */

struct reader { const unsigned char *at, *end; };

static int64_t take(struct reader *r, int bytes)
{
    uint64_t value = bytes && (r->at[0] & 0x80) ? ~UINT64_C(0) : 0; /* two's complement */
    for (int i = 0; i < bytes; i++)
        value = value << 8 | r->at[i];
    r->at += bytes;
    return (int64_t)value;
}

/* The six counts of a header: ut/local flags, standard/wall flags, leap seconds, changes, types, letters. */
struct counts { int64_t ut, std, leap, time, type, letter; int version; };

static bool read_header(struct reader *r, struct counts *c)
{
    if (r->end - r->at < HEADER || memcmp(r->at, "TZif", 4) != 0)
        return false;
    c->version = r->at[4];
    r->at += 20;
    int64_t *each[] = {&c->ut, &c->std, &c->leap, &c->time, &c->type, &c->letter};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if ((*each[i] = take(r, 4)) < 0 || *each[i] > FILE_BYTES)
            return false;
    return c->type > 0 && c->type <= 256;
}

static int64_t block_bytes(const struct counts *c, int width)
{
    return c->time * (width + 1) + c->type * 6 + c->letter + c->leap * (width + 4) + c->std + c->ut;
}

static bool read_block(struct reader *r, struct arena *arena, const struct counts *c, int width, struct zone *zone)
{
    if (r->end - r->at < block_bytes(c, width) || c->leap)
        return false;
    struct reader times = *r, indices = {r->at + c->time * width, r->end}, types = {indices.at + c->time, r->end};
    int32_t offsets[256];
    for (int i = 0; i < c->type; i++, types.at += 2)
        offsets[i] = (int32_t)take(&types, 4);
    zone->count = (int)c->time;
    zone->at = ARENA_ARRAY(arena, int64_t, c->time);
    zone->offset = ARENA_ARRAY(arena, int32_t, c->time);
    zone->first = offsets[0];
    for (int i = 0; i < zone->count; i++) {
        zone->at[i] = take(&times, width);
        int type = *indices.at++;
        if (type >= c->type || (i && zone->at[i] <= zone->at[i - 1]))
            return false;
        zone->offset[i] = offsets[type];
    }
    r->at += block_bytes(c, width);
    return true;
}

/* Version 1 has one block of 32-bit times; later ones a second of 64-bit times and then, between two line ends, the rule. */
static bool read_zone(struct reader *r, struct arena *arena, struct zone *zone)
{
    struct counts c;
    if (!read_header(r, &c))
        return false;
    if (c.version < '2')
        return read_block(r, arena, &c, 4, zone);
    if (r->end - r->at < block_bytes(&c, 4))
        return false;
    r->at += block_bytes(&c, 4);
    if (!read_header(r, &c) || !read_block(r, arena, &c, 8, zone) || r->at == r->end || *r->at != '\n')
        return false;
    const unsigned char *text = r->at + 1, *end = memchr(text, '\n', (size_t)(r->end - text));
    return end && read_rule(arena_strndup(arena, (const char *)text, (size_t)(end - text)), &zone->rule);
}

/* Between slashes letters, digits, _ + -: no name leads out of the folder. */
static bool is_name(const char *name)
{
    bool inside = false;
    if (strlen(name) > NAME_MAX_BYTES)
        return false;
    for (; *name; name++) {
        if (*name == '/' ? !inside : !isalnum((unsigned char)*name) && !strchr("_+-", *name))
            return false;
        inside = *name != '/';
    }
    return inside;
}

static unsigned char *read_file(struct arena *arena, const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    unsigned char *data = fd < 0 ? NULL : arena_alloc(arena, FILE_BYTES);
    ssize_t got = 0;
    for (*n = 0; data && *n < FILE_BYTES && (got = read(fd, data + *n, FILE_BYTES - *n)) != 0;)
        if (got > 0)
            *n += (size_t)got;
        else if (errno != EINTR)
            data = NULL;
    if (fd >= 0)
        close(fd);
    return data;
}

const struct zone *zone_parse(struct arena *arena, const char *name, const void *data, size_t n, struct err *err)
{
    struct zone *zone = ARENA_NEW(arena, struct zone);
    struct reader r = {data, (const unsigned char *)data + n};
    zone->name = arena_strdup(arena, name);
    if (read_zone(&r, arena, zone))
        return zone;
    err_set(err, ERR_CONFIG, "%s is no time zone (TZif)", name);
    return NULL;
}

const struct zone *zone_load(struct arena *arena, const char *name, struct err *err)
{
    AUTO_ARENA scratch = arena_new();
    size_t n;
    if (!name || !is_name(name)) {
        err_set(err, ERR_CONFIG, "'%.64s' is no name of a time zone (such as Europe/Berlin)", name ? name : "");
        return NULL;
    }
    if (str_eq(name, "UTC")) { /* also where the machine has no tz database */
        struct zone *zone = ARENA_NEW(arena, struct zone);
        zone->name = "UTC";
        return zone;
    }
    unsigned char *data = read_file(scratch, arena_printf(scratch, FOLDER "%s", name), &n);
    if (!data) {
        err_set(err, ERR_CONFIG, "there is no time zone '%s' in " FOLDER ": %s", name, strerror(errno));
        return NULL;
    }
    return zone_parse(arena, name, data, n, err);
}

/* --- questions --- */

const char *zone_name(const struct zone *zone)
{
    return zone ? zone->name : "UTC";
}

int64_t zone_offset(const struct zone *zone, int64_t ms, int64_t *from, int64_t *until)
{
    struct period p = period_at(zone, floor_div(ms, SECOND));
    if (from)
        *from = p.from > INT64_MIN / SECOND ? p.from * SECOND : INT64_MIN;
    if (until)
        *until = p.until < INT64_MAX / SECOND ? p.until * SECOND : INT64_MAX;
    return p.offset * SECOND;
}

int64_t zone_day(const struct zone *zone, int64_t ms)
{
    return floor_div(ms + zone_offset(zone, ms, NULL, NULL), DAY_SECONDS * (int64_t)SECOND);
}

void zone_civil(const struct zone *zone, int64_t ms, struct civil *civil)
{
    int64_t local = floor_div(ms + zone_offset(zone, ms, NULL, NULL), SECOND), day = floor_div(local, DAY_SECONDS);
    int second = (int)(local - day * DAY_SECONDS);
    civil_date(day, civil);
    civil->hour = second / 3600;
    civil->minute = second / 60 % 60;
    civil->second = second % 60;
}

/* The first period whose clock has shown it by its end: where the time is left out, that is the one after the gap. */
static int64_t instant(const struct zone *zone, int64_t local)
{
    const int64_t day = DAY_SECONDS * (int64_t)SECOND;
    int64_t from, until, offset = zone_offset(zone, local - 2 * day, &from, &until);
    while (until != INT64_MAX && local - offset >= until)
        offset = zone_offset(zone, until, &from, &until);
    return local - offset > from ? local - offset : from;
}

int64_t zone_at(const struct zone *zone, int64_t day, int64_t of_day)
{
    return instant(zone, day * DAY_SECONDS * SECOND + of_day);
}

int64_t zone_instant(const struct zone *zone, const struct civil *c)
{
    return zone_at(zone, civil_day(c->year, c->month, c->day), (c->hour * INT64_C(3600) + c->minute * INT64_C(60) + c->second) * SECOND);
}
