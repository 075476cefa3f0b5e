/* why: see why.h. The daemon's sentences are for every reader and name times in UTC, with the day, and people by their login; who is woken has a
 * clock on the wall, and is "you". */
#include "screen/why.h"
#include "screen/clocks.h"
#include "base/str.h"
#include "base/zone.h"
#include <stdio.h>
#include <string.h>

enum { MARGIN = 2 };

enum { DAY = 86400000, NEAR = 300 }; /* days in which a date needs no year */

/* A time as the daemon says it, "2026-11-27 09:29:45 UTC" or without the seconds: its characters, 0 = there is none here. */
static int moment_at(const char *text, int64_t *at, bool *seconds)
{
    struct civil day = {0};
    int used = 0, rest = 0, end = 0;
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d%n", &day.year, &day.month, &day.day, &day.hour, &day.minute, &used) != 5)
        return 0;
    *seconds = sscanf(text + used, ":%2d%n", &day.second, &rest) == 1;
    used += *seconds ? rest : 0;
    sscanf(text + used, " UTC%n", &end);
    *at = zone_instant(NULL, &day);
    return end ? used + end : 0;
}

/* On the clock on the wall; the second tells steps apart that follow each other within a minute. */
static void add_stamp(const struct look *look, struct str *out, int64_t at, bool seconds)
{
    const char *stamp = look_stamp(look, at);
    str_addf(out, "%s%s%s", stamp, strchr(stamp, ':') ? "" : " ", strchr(stamp, ':') ? "" : look_clock(look, at));
    if (seconds)
        str_addf(out, ":%02d", (int)(at / 1000 % 60));
}

/* "told ana", "by ana": what is said of me is said to me. Gives the characters read. */
static size_t add_me(const struct look *look, struct str *out, const char *text, bool begins)
{
    static const char *const before[] = {"told ", "by "};
    const char *me = mirror_me(look->mirror);
    size_t n = me ? strlen(me) : 0;
    for (size_t i = 0; begins && n && i < sizeof before / sizeof *before; i++) {
        size_t led = strlen(before[i]);
        if (str_starts(text, before[i]) && strncmp(text + led, me, n) == 0 && (!text[led + n] || strchr(" ,.;:(", text[led + n]))) {
            str_addf(out, "%syou", before[i]);
            return led + n;
        }
    }
    str_addc(out, *text);
    return 1;
}

static void read_sentence(const struct look *look, struct pager *pager, const char *text)
{
    AUTO_STR out;
    char lead[48] = "";
    str_init(&out, 8192);
    for (const char *at = text; *at;) {
        int64_t moment;
        bool seconds, begins = at == text || at[-1] == ' ';
        int used = begins ? moment_at(at, &moment, &seconds) : 0;
        if (!used || look->now - moment > NEAR * (int64_t)DAY) { /* so long ago that the year is wanted: as it was said */
            at += add_me(look, &out, at, begins);
            continue;
        }
        add_stamp(look, &out, moment, seconds);
        if (at == text && str_starts(at + used, ": ")) { /* the time of a step, before what it was */
            snprintf(lead, sizeof lead, "%s  ", out.data);
            str_clear(&out);
            used += 2;
        }
        at += used;
    }
    pager_hang(pager, MARGIN, UI_NORMAL, lead, out.data);
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
