/* look: see look.h. Everything here is a function of its arguments, so a test can say what a glance shows. */
#include "screen/look.h"
#include "screen/drafts.h"
#include "screen/escalations.h"
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
    return arena_strdup(look->arena, bp <= 0 ? "" : bp < 5000 ? "?" : bp < 8000 ? "~" : "");
}

const char *look_owner(const struct look *look, const char *assignee)
{
    if (!assignee || !*assignee)
        return "-";
    return str_eq(assignee, mirror_me(look->mirror)) ? "you" : assignee;
}

const char *look_present(const struct look *look, int64_t ticket)
{
    const struct mirror_present *first = mirror_present(look->mirror, ticket, NULL), *p = first, *other = NULL;
    int more = 0;
    if (!first)
        return "";
    while ((p = mirror_present(look->mirror, ticket, p)) && p->replying == first->replying)
        if (!str_eq(p->agent, first->agent) && (!other || !str_eq(p->agent, other->agent))) {
            more += other != NULL;
            other = other ? other : p;
        }
    const char *name = text_safe_in(look->arena, first->agent, TEXT_LINE), *doing = first->replying ? "replying" : "viewing";
    if (!other)
        return arena_printf(look->arena, "%s %s is %s", first->replying ? "✎" : "▸", name, doing);
    return arena_printf(look->arena, "%s %s and %s are %s", first->replying ? "✎" : "▸", name,
                        more ? arena_printf(look->arena, "%d others", more + 1) : text_safe_in(look->arena, other->agent, TEXT_LINE), doing);
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

/* --- chrome --- */

int look_columns(const struct surface *s)
{
    int columns = surface_columns(s);
    return columns < LOOK_WIDEST ? columns : LOOK_WIDEST;
}

int look_pair(struct surface *s, int row, int column, enum ui_role key_role, const char *key,
              enum ui_role role, const char *text)
{
    column += surface_text(s, row, column, -1, key_role, key);
    column += *key ? 1 : 0;
    return column + surface_text(s, row, column, -1, role, text);
}

int look_piece(const struct look *look, struct surface *s, int row, int column, enum ui_role role, const char *text)
{
    enum { APART = 3 };
    int columns = text_columns(text_safe_in(look->arena, text, TEXT_LINE)), end = look_columns(s) - 1;
    if (column + columns > end)
        return end; /* what is less important does not take its place */
    return column + surface_text(s, row, column, columns, role, text) + APART;
}

int look_banner_rows(const struct look *look, const struct surface *s, int rows, const char *text)
{
    char **lines;
    int count = text_wrap(look->arena, text_safe_in(look->arena, text, TEXT_LINE), look_columns(s) - 2, &lines);
    return count < rows ? count : rows;
}

int look_banner(const struct look *look, struct surface *s, int row, int column, int rows, enum ui_role role, const char *text)
{
    char **lines;
    int width = look_columns(s) - column - 1, count = text_wrap(look->arena, text_safe_in(look->arena, text, TEXT_LINE), width, &lines), shown = count < rows ? count : rows;
    for (int i = 0; i < shown; i++)
        surface_text(s, row + i, column, width, role, i + 1 == shown && shown < count ? arena_printf(look->arena, "%s %s", lines[i], lines[i + 1]) : lines[i]);
    return shown;
}

/* A piece of the header's right side; pieces that do not fit are left out, least important first. */
struct piece {
    const char *text;
    enum ui_role role;
};

void look_header(const struct look *look, struct surface *s, const char *title)
{
    int width = look_columns(s), column = 1;
    if (!surface_takes(s, 0))
        return;
    struct paged paged = escalations_page_me(look);
    column += surface_text(s, 0, column, -1, UI_TITLE, "triage") + 2;
    if (*title)
        column += surface_text(s, 0, column, width / 3, UI_STRONG, title) + 2;
    if (paged.count || paged.lapsing) /* whoever is woken by it looks here first */
        column += surface_text(s, 0, column, width - column - 1, paged.count ? UI_CRITICAL : UI_WARN, arena_printf(look->arena, "%s (,)", escalations_call(look))) + 2;
    else if (!*title)
        column += surface_text(s, 0, column, width / 3, UI_DIM, mirror_team(look->mirror)) + 2;

    int64_t triggered, acknowledged, snoozed;
    mirror_escalations(look->mirror, &triggered, &acknowledged, &snoozed);
    const struct mirror_view *critical = mirror_view_find(look->mirror, "critical");
    const char *oncall = mirror_oncall(look->mirror);
    const struct window *window = mirror_window(look->mirror, look->now);
    struct piece pieces[7] = {{look_clock(look, look->now), UI_DIM}};
    int count = 1;
    pieces[count++] = (struct piece){arena_printf(look->arena, "● %s", look->link), look->link_role};
    if (triggered > paged.count)
        pieces[count++] =
            (struct piece){arena_printf(look->arena, "‼ %s paging", look_count(look->arena, triggered)), UI_CRITICAL};
    if (window)
        pieces[count++] =
            (struct piece){arena_printf(look->arena, "⏸ maintenance until %s", look_stamp(look, window->to)), UI_WARN};
    if (critical && critical->count)
        pieces[count++] =
            (struct piece){arena_printf(look->arena, "▲ %s critical", look_count(look->arena, critical->count)), UI_HIGH};
    bool mine = *oncall && str_eq(oncall, mirror_me(look->mirror));
    int drafts = drafts_mine(look);
    if (drafts)
        pieces[count++] = (struct piece){arena_printf(look->arena, "✎ %d draft%s (D)", drafts, drafts == 1 ? "" : "s"), UI_MINE};
    if (*oncall)
        pieces[count++] = (struct piece){mine ? "you are on call" : arena_printf(look->arena, "on call %s", oncall), mine ? UI_MINE : UI_DIM};
    int right = width - 1;
    for (int i = 0; i < count; i++) {
        char *text = text_safe_in(look->arena, pieces[i].text, TEXT_LINE);
        int need = text_columns(text);
        if (right - need < column + 1)
            continue;
        surface_text(s, 0, right - need, need, pieces[i].role, text);
        right -= need + 3;
    }
}

struct tab {
    const char *label, *count;
    int width;
    bool active;
};

static struct tab *tabs_of(const struct look *look, int n)
{
    struct tab *tabs = ARENA_ARRAY(look->arena, struct tab, n + 1);
    const char *shown = mirror_view_name(look->mirror);
    for (int i = 0; i < n; i++) {
        const struct mirror_view *view = mirror_view_at(look->mirror, i);
        const char *label = arena_printf(look->arena, "%d %s", i + 1, text_safe_in(look->arena, view->title, TEXT_LINE));
        const char *count = look_count(look->arena, view->count);
        tabs[i] = (struct tab){label, count, text_columns(label) + 1 + text_columns(count), str_eq(view->name, shown)};
    }
    return tabs;
}

/* Where the active tab would end if the row began with the tab `first`. */
static int active_end(const struct tab *tabs, int n, int first)
{
    int column = first ? 3 : 1;
    for (int i = first; i < n; i++) {
        column += tabs[i].width + 2;
        if (tabs[i].active)
            return column - 2;
    }
    return 0;
}

void look_active(struct surface *s, int row, int column, int width)
{
    surface_text(s, row, column - 1, 1, UI_TAB_ACTIVE, "[");
    surface_text(s, row, column + width, 1, UI_TAB_ACTIVE, "]");
}

void look_tabs(const struct look *look, struct surface *s, int taken)
{
    int column = 1, width = look_columns(s) - taken;
    if (!surface_takes(s, 1))
        return;
    if (look->banner) {
        surface_text(s, 1, 1, width - 2, UI_ERROR, look->banner);
        return;
    }
    int first = 0, n = mirror_view_count(look->mirror);
    const struct tab *tabs = tabs_of(look, n);
    while (active_end(tabs, n, first) > width - 1)
        first++;
    column += first ? surface_text(s, 1, column, -1, UI_DIM, "…") + 1 : 0;
    for (int i = first; i < n; i++) {
        const struct tab *tab = &tabs[i];
        if (column + tab->width > width - 1) {
            surface_text(s, 1, column, width - column, UI_DIM, "…");
            break;
        }
        if (tab->active)
            look_active(s, 1, column, tab->width);
        column += surface_text(s, 1, column, -1, tab->active ? UI_TAB_ACTIVE : UI_TAB, tab->label) + 1;
        column += surface_text(s, 1, column, -1, tab->active ? UI_TAB_ACTIVE : UI_DIM, tab->count) + 2;
    }
}

static void player_text(const struct look *look, struct surface *s, int row, int column)
{
    const struct mirror_player *p = mirror_player(look->mirror);
    int64_t starts = p->level > 1 ? p->level * p->level * 100 : 0, span = p->next_level_at - starts;
    int width = look_columns(s);
    char *level = arena_printf(look->arena, "you Lv %lld", (long long)p->level);
    char *rest = p->next_level_at > p->xp ? arena_printf(look->arena, "%s XP to Lv %lld",
                                                         look_count(look->arena, p->next_level_at - p->xp),
                                                         (long long)p->level + 1)
                                          : arena_strdup(look->arena, "");
    if (column + 34 > width)
        return;
    column += surface_text(s, row, column, -1, UI_XP, level) + 2;
    if (span > 0 && width >= 100) {
        surface_bar(s, row, column, 10, (int)((p->xp - starts) * 10000 / span), UI_XP);
        column += 11;
    }
    surface_text(s, row, column, -1, UI_DIM, rest);
}

static void team_line(const struct look *look, struct surface *s, int row)
{
    const struct mirror_boss *boss = surface_takes(s, row) ? mirror_boss(look->mirror) : NULL;
    int column = 1, width = look_columns(s);
    if (boss) {
        int bar = width >= 100 ? 28 : 12;
        column += surface_text(s, row, column, 2, UI_BOSS, "⚔ ");
        column += surface_text(s, row, column, width / 3, UI_BOSS, boss->name) + 2;
        if (width >= 60)
            column += surface_text(s, row, column, -1, UI_DIM, boss->tier) + 2;
        surface_bar(s, row, column, bar, (int)(boss->hp * 10000 / boss->max_hp), UI_BOSS);
        column += bar + 2;
        column = look_piece(look, s, row, column, UI_DIM, arena_printf(look->arena, "%lld/%lld", (long long)boss->hp, (long long)boss->max_hp)) + 1;
    }
    if (surface_takes(s, row) && mirror_player(look->mirror)->level > 0 && mirror_ready(look->mirror))
        player_text(look, s, row, column);
}

static int hint_width(const struct hint *h)
{
    return text_columns(h->keys) + 1 + text_columns(h->label);
}

void look_hints(struct surface *s, const struct hint *hints, int count, int always)
{
    enum { APART = 3 };
    int row = surface_rows(s) - 1, column = 1, last = count > always ? count - always : 0, end = look_columns(s) - 1;
    if (!surface_takes(s, row))
        return;
    for (int i = last; i < count; i++)
        end -= hint_width(&hints[i]) + (i > last ? APART : 0);
    for (int i = 0; i < count; i++)
        if (i >= last || column + hint_width(&hints[i]) + APART <= end)
            column = look_pair(s, row, column, UI_KEY, hints[i].keys, UI_HINT, hints[i].label) + APART;
        else
            i = last - 1; /* what is less useful does not jump the queue */
}

/* A tall terminal has a line each for toast and team; a small one shows a toast over the team's line. */
static bool apart(const struct look *look, const struct surface *s)
{
    return surface_rows(s) >= 30 && look->game;
}

/* A long one has two: what to do about it stands at its end. */
static int toast_rows(const struct look *look, const struct surface *s)
{
    return look->toast && text_columns(text_safe_in(look->arena, look->toast, TEXT_LINE)) > look_columns(s) - 2 ? 2 : 1;
}

int look_footer_row(const struct look *look, const struct surface *s)
{
    return surface_rows(s) - (apart(look, s) ? 4 : 2 + toast_rows(look, s));
}

int look_footer(const struct look *look, struct surface *s)
{
    enum { ALWAYS = 2 }; /* the way back, and help */
    int rule = look_footer_row(look, s), hints = surface_rows(s) - 1, toasts = toast_rows(look, s);
    surface_rule(s, rule);
    if (look->game && (!look->toast || (apart(look, s) && toasts == 1)))
        team_line(look, s, rule + 1);
    if (look->toast)
        look_banner(look, s, hints - toasts, 1, toasts, look->toast_role, look->toast);
    look_hints(s, look->hints, look->hint_count, ALWAYS);
    return rule;
}

void look_more(const struct look *look, struct surface *s, int row, size_t below)
{
    if (below)
        surface_right(s, row, 0, look_columns(s) - 2, UI_DIM, arena_printf(look->arena, " ↓ %zu more ", below));
}

int look_title(const struct look *look, struct surface *s, int row, int column, int width, int lines, const char *title)
{
    char **list;
    const char *safe = text_safe_in(look->arena, title, TEXT_LINE);
    int n = lines > 1 && width > 0 && text_columns(safe) > width ? text_wrap(look->arena, safe, width, &list) : 1;
    if (n == 1) {
        surface_text(s, row, column, width, UI_STRONG, safe);
        return 1;
    }
    for (int i = 0; i < n && i < lines; i++)
        surface_text(s, row + i, column, width, UI_STRONG, i + 1 == lines && i + 1 < n ? arena_printf(look->arena, "%s %s", list[i], list[i + 1]) : list[i]);
    return n < lines ? n : lines;
}

enum { EMPTY_MOST = 100 }; /* a command line to copy is whole where it can be */

void look_empty(const struct look *look, struct surface *s, int row, int column, int width, const char *text)
{
    char **lines;
    int count =
        text_wrap(look->arena, text_safe_in(look->arena, text, TEXT_BLOCK), width > EMPTY_MOST ? EMPTY_MOST : width, &lines);
    int foot = look_footer_row(look, s), rows = row < foot ? foot - row : count;
    for (int i = 0; i < count && i < rows; i++)
        surface_text(s, row + i, column, width, UI_DIM, i + 1 == rows && i + 1 < count ? arena_printf(look->arena, "%s …", lines[i]) : lines[i]);
}

int look_scroll(const char *command, int rows)
{
    const int page = rows > 2 ? rows - 1 : 1, far = 1 << 24;
    const struct {
        const char *name;
        int lines;
    } table[] = {{"down", 1},        {"up", -1},    {"page-down", page},
                 {"page-up", -page}, {"top", -far}, {"bottom", far}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, command) == 0)
            return table[i].lines;
    return 0;
}
