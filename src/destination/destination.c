/* destination: what all destinations share: reading Retry-After. Dates are read by hand because libc's parser follows
 * the locale and curl's belongs to another floor. Pure; used on the courier's thread. */
#include "destination/destination.h"
#include "base/str.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST_WAIT_DAYS = 36500 }; /* more than anybody means; keeps the arithmetic small */

const char *destination_header(const struct delivery *request, const char *name)
{
    for (int i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

/* Days since 1970-01-01 of a civil date. */
static int64_t civil_days(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int month_of(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (strncmp(name, months + 3 * i, 3) == 0)
            return i + 1;
    return 0;
}

struct date { int year, day, hour, minute, second; char month[4]; };

/* "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". */
static bool read_date(const char *text, struct date *d)
{
    int end = 0;
    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &d->day, d->month, &d->year, &d->hour, &d->minute, &d->second, &end) == 6 && end)
        return true;
    if (sscanf(text, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &d->day, d->month, &d->year, &d->hour, &d->minute, &d->second, &end) == 6 && end) {
        d->year += d->year < 70 ? 2000 : 1900;
        return true;
    }
    return sscanf(text, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", d->month, &d->day, &d->hour, &d->minute, &d->second, &d->year, &end) == 6 && end;
}

static int64_t until_date(const char *text, int64_t now)
{
    struct date d = {0};
    if (!read_date(text, &d) || !month_of(d.month) || d.year < 1970 || d.day < 1 || d.day > 31 || d.hour < 0 || d.hour > 23 ||
        d.minute < 0 || d.minute > 59 || d.second < 0 || d.second > 60)
        return 0;
    int64_t seconds = ((civil_days(d.year, month_of(d.month), d.day) * 24 + d.hour) * 60 + d.minute) * 60 + d.second;
    return seconds * 1000 > now ? seconds * 1000 - now : 0;
}

static int64_t seconds_of(const char *text, size_t digits)
{
    const int64_t most = LONGEST_WAIT_DAYS * 86400LL;
    int64_t seconds = 0;
    for (size_t i = 0; i < digits; i++)
        seconds = seconds > most ? most : seconds * 10 + (text[i] - '0');
    const char *rest = text + digits;
    if (*rest == '.') {
        size_t decimals = strspn(++rest, "0123456789");
        seconds += strspn(rest, "0") < decimals;
        rest += decimals;
    }
    rest += strspn(rest, " \t\r\n");
    return *rest ? 0 : (seconds > most ? most : seconds) * 1000;
}

int64_t destination_retry_after(const char *text, int64_t now)
{
    if (!text)
        return 0;
    text += strspn(text, " \t");
    size_t digits = strspn(text, "0123456789");
    return digits ? seconds_of(text, digits) : until_date(text, now);
}
