/* look_chrome: the chrome of look.h: the head of every screen, its tabs, its foot, and the pieces that stand between. What does not fit
 * is left out whole or goes on in the next row. */
#include "screen/look.h"
#include "screen/drafts.h"
#include "screen/escalations.h"
#include "screen/sign.h"
#include "base/text.h"
#include "widget/bar.h"
#include <string.h>

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

/* --- header --- */

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
        column += surface_text(s, 0, column, width - column - 1, paged.count ? UI_CRITICAL : UI_WARN, arena_printf(look->arena, look->under ? "%s (Esc ,)" : "%s (,)", escalations_call(look))) + 2;
    else if (!*title)
        column += surface_text(s, 0, column, width / 3, UI_DIM, mirror_team(look->mirror)) + 2;

    int64_t triggered, acknowledged, snoozed;
    mirror_escalations(look->mirror, &triggered, &acknowledged, &snoozed);
    const struct mirror_view *critical = mirror_view_find(look->mirror, "critical");
    const char *oncall = mirror_oncall(look->mirror);
    const struct window *window = mirror_window(look->mirror, look->now);
    struct piece pieces[8] = {{look_clock(look, look->now), UI_DIM}};
    int count = 1;
    pieces[count++] = (struct piece){arena_printf(look->arena, "● %s", look->link), look->link_role};
    if (look->frozen) /* what is live is not what is seen */
        pieces[count++] = (struct piece){"⏸ frozen (Z)", UI_WARN};
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
        pieces[count++] = (struct piece){arena_printf(look->arena, look->under ? "%s %d draft%s" : "%s %d draft%s (D)", sign_of(SIGN_REPLYING).glyph, drafts, drafts == 1 ? "" : "s"), UI_MINE};
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

/* --- tabs --- */

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
            surface_text(s, 1, column, width > column ? width - column : 0, UI_DIM, "…");
            break;
        }
        if (tab->active)
            look_active(s, 1, column, tab->width);
        column += surface_text(s, 1, column, -1, tab->active ? UI_TAB_ACTIVE : UI_TAB, tab->label) + 1;
        column += surface_text(s, 1, column, -1, tab->active ? UI_TAB_ACTIVE : UI_DIM, tab->count) + 2;
    }
}

/* --- footer --- */

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
        column += surface_text(s, row, column, 1, UI_BOSS, sign_of(SIGN_BOSS).glyph) + 1;
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

struct look look_without(const struct look *look, unsigned hints)
{
    struct look bare = *look;
    struct hint *left = ARENA_ARRAY(look->arena, struct hint, look->hint_count + 1);
    bare.hint_count = 0;
    for (int i = 0; i < look->hint_count; i++)
        if (!(hints >> i & 1))
            left[bare.hint_count++] = look->hints[i];
    bare.hints = left;
    bare.row_hints = bare.some_hints = 0;
    return bare;
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

/* --- what is between --- */

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
