/* decode_time: a time as the systems write it (dialects.md 9.4): ISO 8601 with a zone or without, a number of seconds, milliseconds or
 * microseconds by its size. Digits are read as digits: no double rounds them. */
#include "base/zone.h"
#include "dialect/decode.h"
#include <ctype.h>
#include <string.h>

static const int64_t year_10000 = 253402300800000;

static bool digits(const char **p, int n, int *value)
{
    *value = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (!isdigit((unsigned char)**p))
            return false;
        *value = *value * 10 + (**p - '0');
    }
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* Z, +hh:mm, +hhmm or nothing, at the end. */
static bool zone(const char *p, int64_t *offset_ms, bool *none)
{
    int hours = 0, minutes = 0, sign = *p == '-' ? -1 : 1;
    *none = *p == 0;
    *offset_ms = 0;
    if (*p == 0 || ((*p == 'Z' || *p == 'z') && p[1] == 0))
        return true;
    if (*p != '+' && *p != '-')
        return false;
    p++;
    if (!digits(&p, 2, &hours))
        return false;
    if (*p == ':')
        p++;
    if (!digits(&p, 2, &minutes) || *p || hours > 23 || minutes > 59)
        return false;
    *offset_ms = (int64_t)sign * (hours * 60 + minutes) * 60000;
    return true;
}

static bool iso_time(const char *p, int64_t *ms, bool *no_zone)
{
    int year, month, day, hour, minute, second, milli = 0, decimals = 0;
    int64_t offset;
    if (!digits(&p, 4, &year) || *p++ != '-' || !digits(&p, 2, &month) || *p++ != '-' || !digits(&p, 2, &day))
        return false;
    if (*p != 'T' && *p != 't' && *p != ' ')
        return false;
    p++;
    if (!digits(&p, 2, &hour) || *p++ != ':' || !digits(&p, 2, &minute) || *p++ != ':' || !digits(&p, 2, &second))
        return false;
    if (*p == '.')
        for (p++; isdigit((unsigned char)*p); p++, decimals++)
            milli = decimals < 3 ? milli * 10 + (*p - '0') : milli;
    for (int i = decimals; i < 3; i++)
        milli *= 10;
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 || minute > 59 ||
        second > 60 || decimals > 9 || !zone(p, &offset, no_zone))
        return false;
    second = second == 60 ? 59 : second;
    *ms = ((civil_day(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + milli - offset;
    return *ms >= 0 && *ms < year_10000;
}

/* A decimal number, maybe with an exponent, as its significant digits and the place of the point. */
static bool decimal(const char *p, char *out, int max, int *point)
{
    int n = 0, exponent = 0, sign = 1;
    bool dot = false, any = false;
    *point = 0;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !dot); p++) {
        if (*p == '.') {
            dot = true;
            continue;
        }
        any = true;
        if (n || *p != '0') {
            if (n < max)
                out[n] = *p;
            n++;
            *point += !dot;
        } else if (dot) {
            --*point;
        }
    }
    if (*p == 'e' || *p == 'E') {
        sign = *++p == '-' ? -1 : 1;
        p += *p == '-' || *p == '+';
        if (!isdigit((unsigned char)*p))
            return false;
        for (; isdigit((unsigned char)*p); p++)
            exponent = exponent < 1000 ? exponent * 10 + (*p - '0') : exponent;
    }
    for (int i = n; i < max; i++)
        out[i] = '0';
    *point = n ? *point + sign * exponent : 0;
    return any && *p == 0;
}

/* dialects.md 9.4: up to 11 digits seconds (rounded to ms), up to 14 ms, else microseconds. */
static bool number_time(const char *text, int64_t *ms)
{
    char all[40];
    int point;
    if (!decimal(text, all, sizeof all, &point) || point > 18)
        return false;
    int places = point <= 11 ? point + 3 : point <= 14 ? point : point - 3;
    int64_t value = 0;
    for (int i = 0; i < places; i++)
        value = value * 10 + (all[i] - '0');
    if (point <= 11 && places >= 0 && all[places] >= '5')
        value++;
    *ms = value;
    return value < year_10000;
}

bool decode_time(const struct json *node, int64_t *ms, bool *no_zone)
{
    const char *number = json_number(node), *text = json_string(node);
    bool none = false;
    int64_t value;
    if (text)
        while (isspace((unsigned char)*text))
            text++;
    bool ok = number ? number_time(number, &value)
            : text && text[strspn(text, "0123456789.")] == 0 ? number_time(text, &value)
            : text && iso_time(text, &value, &none);
    if (!ok)
        return false;
    *ms = value;
    if (no_zone)
        *no_zone = none;
    return true;
}
