/* look: see look.h: text, and what things look like. Everything here is a function of its arguments, so a test can say what a glance shows. */
#include "screen/look.h"
#include "screen/sign.h"
#include "base/text.h"
#include "base/zone.h"
#include "core/field.h"
#include "widget/bar.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECOND = 1000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000 };

/* --- text --- */

/* Without printf: a list says one in each row. */
static char *counted(struct arena *arena, int64_t n, char unit)
{
    char text[22];
    size_t len = str_i64(text, n);
    text[len] = unit;
    return arena_strndup(arena, text, len + 1);
}

char *look_ago(struct arena *arena, int64_t ms)
{
    if (ms < MINUTE)
        return arena_strdup(arena, "now");
    if (ms < HOUR)
        return counted(arena, ms / MINUTE, 'm');
    if (ms < DAY)
        return counted(arena, ms / HOUR, 'h');
    if (ms < 14 * (int64_t)DAY)
        return counted(arena, ms / DAY, 'd');
    return counted(arena, ms / (7 * (int64_t)DAY), 'w');
}

char *look_since(struct arena *arena, int64_t ms)
{
    char *ago = look_ago(arena, ms);
    return ms < MINUTE ? ago : arena_printf(arena, "%s ago", ago);
}

/* Of time that runs out a minute that has begun counts: eight hours are eight hours until one minute of them is gone, and not for
 * the twinkling of an eye. Two clocks may be a second apart. */
static int64_t begun(int64_t left)
{
    return left < MINUTE ? left : (left + MINUTE - SECOND) / MINUTE * MINUTE;
}

char *look_left(struct arena *arena, int64_t ms)
{
    char text[BAR_TIME];
    return arena_strdup(arena, bar_time(begun(ms), text));
}

char *look_countdown(struct arena *arena, int64_t ms)
{
    int64_t seconds = ms < 0 ? 0 : ms / SECOND;
    if (seconds < 3600)
        return arena_printf(arena, "%02d:%02d", (int)(seconds / 60), (int)(seconds % 60));
    return arena_printf(arena, "%d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                        (int)(seconds % 60));
}

char *look_clock(const struct look *look, int64_t at)
{
    int64_t minutes = (at + look->zone) / MINUTE % (24 * 60);
    return arena_printf(look->arena, "%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

char *look_stamp(const struct look *look, int64_t at)
{
    static const char *const weekday[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (at <= 0)
        return arena_strdup(look->arena, "-");
    int64_t day = (at + look->zone) / DAY, today = (look->now + look->zone) / DAY;
    struct civil date;
    if (day == today)
        return look_clock(look, at);
    if (day > today - 6 && day < today + 6)
        return arena_printf(look->arena, "%s %s", weekday[day % 7], look_clock(look, at));
    civil_date(day, &date);
    return arena_printf(look->arena, "%d %s", date.day, months[date.month - 1]);
}

char *look_count(struct arena *arena, int64_t n)
{
    char digits[21], out[48];
    int len = (int)str_i64(digits, n < 0 ? -n : n), at = 0;
    if (n < 0)
        out[at++] = '-';
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return arena_strdup(arena, out);
}

char *look_marked(struct arena *arena, size_t marks, size_t unlisted)
{
    const char *all = look_count(arena, (int64_t)marks), *rest = look_count(arena, (int64_t)unlisted);
    return !marks ? arena_strdup(arena, "") : unlisted ? arena_printf(arena, "%s marked, %s not shown", all, rest) : arena_printf(arena, "%s marked", all);
}

const char *look_times(struct arena *arena, int64_t n)
{
    return n == 0 ? "never" : n == 1 ? "once" : arena_printf(arena, "%s times", look_count(arena, n));
}

char *look_share(struct arena *arena, int64_t bp)
{
    if (bp <= 0)
        return arena_strdup(arena, "");
    return bp >= 10000 ? arena_strdup(arena, "1.0") : arena_printf(arena, ".%02d", (int)(bp / 100));
}

char *look_sure(const struct look *look, int64_t bp)
{
    if (!mirror_bands(look->mirror))
        return look_share(look->arena, bp);
    return arena_strdup(look->arena, bp <= 0 || bp >= 8000 ? "" : sign_of(bp < 5000 ? SIGN_UNSURE : SIGN_LIKELY).glyph);
}

char *look_sure_said(const struct look *look, int64_t bp)
{
    const char *sure = look_sure(look, bp);
    for (int sign = SIGN_LIKELY; sign <= SIGN_UNSURE; sign++)
        if (strcmp(sign_of(sign).glyph, sure) == 0)
            return arena_printf(look->arena, "%s %s", sure, sign_of(sign).word);
    return arena_strdup(look->arena, sure);
}

const char *look_owner(const struct look *look, const char *assignee)
{
    if (!assignee || !*assignee)
        return "-";
    return str_eq(assignee, mirror_me(look->mirror)) ? "you" : assignee;
}

enum { PRESENT_MOST = 64 };

static int add_name(const char **names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (str_eq(names[i], name))
            return n;
    names[n] = name;
    return n + 1;
}

static const char *say_present(const struct look *look, enum sign sign, const char *const *names, int n)
{
    struct badge badge = sign_of(sign);
    const char *first = n ? text_safe_in(look->arena, names[0], TEXT_LINE) : "", *second = n == 2 ? text_safe_in(look->arena, names[1], TEXT_LINE) : "";
    return n == 0   ? ""
           : n == 1 ? arena_printf(look->arena, "%s %s is %s", badge.glyph, first, badge.word)
           : n == 2 ? arena_printf(look->arena, "%s %s and %s are %s", badge.glyph, first, second, badge.word)
                    : arena_printf(look->arena, "%s %s and %d others are %s", badge.glyph, first, n - 1, badge.word);
}

/* The mirror tells those who write first; whoever does both writes. */
const char *look_present(const struct look *look, int64_t ticket)
{
    const char *names[PRESENT_MOST];
    int n = 0, writing = 0;
    for (const struct mirror_present *p = NULL; n < PRESENT_MOST && (p = mirror_present(look->mirror, ticket, p)) != NULL;) {
        n = add_name(names, n, p->agent);
        writing = p->replying ? n : writing;
    }
    const char *write = say_present(look, SIGN_REPLYING, names, writing), *view = say_present(look, SIGN_VIEWING, names + writing, n - writing);
    return arena_printf(look->arena, "%s%s%s", write, *write && *view ? "   " : "", view);
}

char *look_step(struct arena *arena, const struct json *escalation)
{
    long long step = json_get_i64(escalation, "step", -1), steps = json_get_i64(escalation, "steps", 0),
              loop = json_get_i64(escalation, "loop", 0);
    if (step < 0)
        return arena_strdup(arena, "-");
    return arena_printf(arena, "%lld%s%s", step + 1, steps ? arena_printf(arena, " of %lld", steps) : "",
                        loop ? arena_printf(arena, " loop %lld", loop) : "");
}

char *look_words(struct arena *arena, const char *word)
{
    char *copy = arena_strdup(arena, word ? word : "");
    for (char *at = copy; *at; at++)
        if (*at == '_')
            *at = ' ';
    return copy;
}

char *look_list(struct arena *arena, const struct json *list)
{
    AUTO_STR out;
    str_init(&out, 4000);
    for (const struct json *item = json_first(list); item; item = json_next(item))
        str_addf(&out, "%s%s", out.len ? ", " : "", json_string(item) ? json_string(item) : json_print_in(arena, item));
    return arena_strdup(arena, out.len ? out.data : "-");
}

char *look_field(struct arena *arena, const char *name)
{
    return str_eq(name, "assignee") ? arena_strdup(arena, "owner") : look_words(arena, name);
}

/* --- what things look like --- */

struct badge look_urgency(int urgency)
{
    static const struct badge badges[] = {[URGENCY_NONE] = {" ", "-", UI_MUTED},
                                          [URGENCY_LOW] = {"·", "low", UI_LOW},
                                          [URGENCY_HIGH] = {"▲", "high", UI_HIGH},
                                          [URGENCY_CRITICAL] = {"‼", "critical", UI_CRITICAL}};
    return badges[urgency >= URGENCY_LOW && urgency <= URGENCY_CRITICAL ? urgency : URGENCY_NONE];
}

struct badge look_status(int status)
{
    static const struct badge badges[] = {
        [STATUS_NONE] = {"?", "unknown", UI_MUTED},      [STATUS_NEW] = {"•", "new", UI_NEW},
        [STATUS_OPEN] = {"○", "open", UI_NORMAL},        [STATUS_PENDING] = {"⏸", "pending", UI_MUTED},
        [STATUS_ON_HOLD] = {"⏸", "on hold", UI_MUTED}, [STATUS_RESOLVED] = {"✔", "resolved", UI_OK},
        [STATUS_CLOSED] = {"■", "closed", UI_MUTED}};
    return badges[status >= STATUS_NONE && status <= STATUS_CLOSED ? status : STATUS_NONE];
}

struct badge look_state(const struct ticket *t)
{
    return t->deleted ? (struct badge){"✗", "deleted", UI_WARN} : look_status(t->status);
}

struct badge look_csat(int64_t csat)
{
    static const struct badge badges[] = {{"", "", UI_MUTED},          {"✘", "1 bad", UI_LATE}, {"✘", "2 poor", UI_LATE},
                                          {"·", "3 so-so", UI_WARN}, {"✔", "4 good", UI_OK}, {"✔", "5 great", UI_OK}};
    return badges[csat >= 1 && csat <= 5 ? csat : 0];
}

struct badge look_escalation(int state)
{
    static const struct badge badges[] = {[ESCALATION_NONE] = {"", "", UI_MUTED},
                                          [ESCALATION_TRIGGERED] = {"‼", "triggered", UI_CRITICAL},
                                          [ESCALATION_ACKNOWLEDGED] = {"✔", "acked", UI_OK},
                                          [ESCALATION_SNOOZED] = {"z", "snoozed", UI_MUTED},
                                          [ESCALATION_RESOLVED] = {"", "resolved", UI_MUTED},
                                          [ESCALATION_SUPPRESSED] = {"⊘", "suppressed", UI_MUTED}};
    return badges[state >= ESCALATION_NONE && state <= ESCALATION_SUPPRESSED ? state : ESCALATION_NONE];
}

struct named_badge {
    const char *name;
    struct badge badge;
};

/* A word that is not in the table stands for itself. */
static struct badge badge_of(const struct named_badge *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return table[i].badge;
    return (struct badge){"?", name, UI_MUTED};
}

struct badge look_delivery(const char *state)
{
    static const struct named_badge table[] = {{"held", {"⏸", "held", UI_DIM}},          {"bundled", {"⊞", "bundled", UI_DIM}},
                                               {"due", {"○", "due", UI_NORMAL}},
                                               {"flying", {"→", "leaving", UI_ACCENT}},   {"retrying", {"↻", "retrying", UI_WARN}},
                                               {"delivered", {"✔", "delivered", UI_OK}},  {"dead", {"✗", "dead", UI_LATE}},
                                               {"skipped", {"·", "skipped", UI_MUTED}},   {"dropped", {"⊘", "dropped", UI_MUTED}}};
    return badge_of(table, sizeof table / sizeof *table, state);
}

struct badge look_destination(const char *state)
{
    static const struct named_badge table[] = {
        {"active", {"●", "active", UI_OK}}, {"paused", {"⏸", "paused", UI_WARN}}, {"disabled", {"⊘", "disabled", UI_MUTED}}};
    return badge_of(table, sizeof table / sizeof *table, state);
}

struct badge look_breaker(const char *state)
{
    static const struct named_badge table[] = {
        {"closed", {"", "closed", UI_DIM}}, {"open", {"✗", "open", UI_LATE}}, {"half_open", {"◐", "half open", UI_WARN}}};
    return badge_of(table, sizeof table / sizeof *table, state);
}

struct due look_due(const struct look *look, const struct mirror_row *row)
{
    const struct ticket *t = &row->t;
    if (ticket_done(t->status))
        return (struct due){"done", UI_MUTED, -1};
    if (t->sla == SLA_PAUSED ||
        (!t->next_due_at && (t->status == STATUS_PENDING || t->status == STATUS_ON_HOLD)))
        return (struct due){"paused", UI_MUTED, -1};
    if (!t->next_due_at)
        return (struct due){"-", UI_MUTED, -1};
    int64_t left = t->next_due_at - look->now, whole = t->next_due_at - row->due_from;
    if (left <= 0)
        return (struct due){
            arena_printf(look->arena, "late %s", look_ago(look->arena, left > -60000 ? 60000 : -left)),
            UI_LATE, -1};
    int share = row->due_from > 0 && whole > 0 ? (int)(begun(left) * 10000 / whole) : -1; /* the bar and the words step together */
    enum ui_role role = t->sla == SLA_WARN || left < 15 * MINUTE ? UI_WARN : UI_NORMAL;
    return (struct due){look_left(look->arena, left), role, share > 10000 ? 10000 : share};
}
