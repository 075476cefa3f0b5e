/* ring: see ring.h. A page is told at once; everything else waits a moment for what comes with it, and after a notification there is a
 * rest in which the next one gathers: a burst of any length is one every ten seconds. */
#include "app/ring.h"
#include "base/str.h"
#include <stdio.h>
#include <string.h>

enum { GATHER_MS = 1000, REST_MS = 10000, DAY = 24 * 60 };

static const struct ring_row rows[RING_REASONS] = {
    [RING_PAGE] = {"pages", "an escalation pages you", .always = true},
    [RING_UNSENT] = {"answers not sent", "an answer of yours did not reach the customer", false},
    [RING_MENTION] = {"mentions", "a note mentions you", false},
    [RING_REPLY] = {"replies", "the customer writes on a ticket of yours", false},
    [RING_ASSIGNED] = {"assigned to you", "somebody gives you a ticket", false},
    [RING_WATCHED] = {"changes on tickets you watch", "somebody changes a ticket you watch", false},
};

const struct ring_row *ring_row(enum ring_reason reason)
{
    return &rows[reason];
}

/* --- quiet hours --- */

static bool time_of_day(const char *text, size_t n, int *minute)
{
    int hour, min;
    char part[8];
    if (n < 4 || n > 5 || !memchr(text, ':', n))
        return false;
    memcpy(part, text, n);
    part[n] = 0;
    char more;
    if (strspn(part, "0123456789:") != n || sscanf(part, "%2d:%2d%c", &hour, &min, &more) != 2 || hour > 24 || min > 59 || (hour == 24 && min))
        return false;
    *minute = (hour * 60 + min) % DAY;
    return true;
}

bool ring_quiet_parse(const char *text, struct ring_quiet *quiet, struct err *err)
{
    const char *dash = strchr(text, '-');
    struct ring_quiet got = {.on = true};
    if (str_eq(text, "off")) {
        *quiet = (struct ring_quiet){0};
        return true;
    }
    if (!dash || !time_of_day(text, (size_t)(dash - text), &got.from) || !time_of_day(dash + 1, strlen(dash + 1), &got.to) || got.from == got.to)
        return err_set(err, ERR_USAGE, "quiet hours are two times of the day, like 22:00-07:00, or off");
    *quiet = got;
    return true;
}

void ring_quiet_format(const struct ring_quiet *quiet, char out[16])
{
    snprintf(out, 16, "off");
    if (quiet->on)
        snprintf(out, 16, "%02d:%02d-%02d:%02d", quiet->from / 60 % 24, quiet->from % 60, quiet->to / 60 % 24, quiet->to % 60);
}

bool ring_quiet_at(const struct ring_quiet *quiet, int minute)
{
    bool over_night = quiet->to < quiet->from, after = minute >= quiet->from, before = minute < quiet->to;
    return quiet->on && (over_night ? after || before : after && before);
}

/* --- what waits --- */

static int all_of(const struct ring *ring)
{
    int all = 0;
    for (int i = 0; i < RING_REASONS; i++)
        all += ring->count[i];
    return all;
}

void ring_add(struct ring *ring, enum ring_reason reason, const char *text, int64_t now)
{
    bool first = !all_of(ring), page = rows[reason].always && !ring->count[RING_PAGE];
    if (first)
        ring->since = now;
    if (first || page)
        str_copy(ring->text, sizeof ring->text, text);
    ring->count[reason]++;
}

int64_t ring_at(const struct ring *ring)
{
    if (!all_of(ring))
        return INT64_MAX;
    int64_t at = ring->count[RING_PAGE] ? ring->since : ring->since + GATHER_MS;
    return at > ring->rest ? at : ring->rest;
}

/* "7 things: 2 pages, 5 replies". */
static void add_up(const struct ring *ring, int all, char *out, size_t size)
{
    int n = snprintf(out, size, "%d things", all);
    for (int i = 0; i < RING_REASONS; i++)
        if (ring->count[i] && n > 0 && (size_t)n < size)
            n += snprintf(out + n, size - (size_t)n, "%s%d %s", strchr(out, ':') ? ", " : ": ", ring->count[i], rows[i].many);
}

bool ring_take(struct ring *ring, const struct ring_now *how, int64_t now, char *out, size_t size)
{
    if (now < ring_at(ring))
        return false;
    for (int i = 0; i < RING_REASONS; i++)
        if ((how->quiet || how->looked) && !rows[i].always)
            ring->count[i] = 0;
    int all = all_of(ring);
    if (all == 1)
        str_copy(out, size, ring->text);
    else if (all)
        add_up(ring, all, out, size);
    *ring = (struct ring){.rest = all ? now + REST_MS : ring->rest};
    return all > 0;
}
