/* why: see why.h. The daemon's sentences are for every reader and name times in UTC, with the day; who is woken has a clock on the wall. */
#include "screen/why.h"
#include "screen/clocks.h"
#include "base/zone.h"
#include <stdio.h>

enum { MARGIN = 2 };

/* "2026-11-27 09:29:45 UTC: opened", or without the seconds: when, and "opened"; NULL: it begins with no time. */
static const char *behind_time(const char *text, int64_t *at, bool *seconds)
{
    struct civil day = {0};
    int used = 0, rest = 0;
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d%n", &day.year, &day.month, &day.day, &day.hour, &day.minute, &used) != 5)
        return NULL;
    *seconds = sscanf(text + used, ":%2d%n", &day.second, &rest) == 1;
    text += used + rest;
    used = 0;
    sscanf(text, " UTC: %n", &used);
    if (!used)
        return NULL;
    *at = zone_instant(NULL, &day);
    return text + used;
}

/* The second tells steps apart that follow each other within a minute. */
static const char *stamp(const struct look *look, int64_t at, bool seconds)
{
    return seconds ? arena_printf(look->arena, "%s:%02d", look_stamp(look, at), (int)(at / 1000 % 60)) : look_stamp(look, at);
}

static bool days_past(const struct look *look, int64_t at)
{
    enum { WEEK = 7 * 86400000 };
    return look->now - at > WEEK || at > look->now;
}

static void read_sentence(const struct look *look, struct pager *pager, const char *text)
{
    int64_t at;
    bool seconds;
    const char *said = behind_time(text, &at, &seconds);
    if (!said || days_past(look, at)) { /* so old that the day is what counts */
        pager_block(pager, MARGIN, UI_NORMAL, false, text);
        return;
    }
    pager_block(pager, MARGIN, UI_NORMAL, false, arena_printf(look->arena, "%s  %s", stamp(look, at, seconds), said));
}

void why_read(const struct look *look, struct pager *pager, const struct json *root)
{
    if (json_get(root, "clocks")) {
        clocks_read(look, pager, root);
        return;
    }
    for (const struct json *line = json_first(json_get(root, "lines")); line; line = json_next(line))
        read_sentence(look, pager, json_string(line) ? json_string(line) : "");
}
