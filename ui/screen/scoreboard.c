/* scoreboard: team first, own ledger beside it (below it on a narrow terminal). Every number has its reason
 * next to it. */
#include "screen/scoreboard.h"
#include "base/text.h"
#include "screen/facts.h"
#include <string.h>

enum { SPLIT_FROM = 116, TEAM_WIDTH = 62 };

static const struct json *board(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_SCORES)->root;
}

static int draw_boss(const struct look *look, struct surface *s, int row)
{
    const struct mirror_boss *boss = mirror_boss(look->mirror);
    int width = surface_columns(s), column = 1;
    if (!boss) {
        look_empty(look, s, row, 1, width - 2,
                   "No boss is about. One comes when there are open tickets enough for it; every resolved "
                   "ticket then deals damage.");
        return row + 2;
    }
    column += surface_text(s, row, column, width / 3, UI_BOSS, boss->name) + 3;
    column += surface_text(s, row, column, -1, UI_STRONG, boss->tier) + 3;
    column += surface_textf(s, row, column, -1, UI_DIM, "came %s", look_stamp(look, boss->spawned_at)) + 3;
    if (boss->expires_at > look->now)
        surface_textf(s, row, column, width - column - 1, UI_DIM, "leaves in %s",
                      look_left(look->arena, boss->expires_at - look->now));
    int bar = width / 2;
    surface_bar(s, row + 1, 1, bar, (int)(boss->hp * 10000 / boss->max_hp), UI_BOSS);
    int64_t to_go = boss->tickets_required > 0
                        ? (boss->hp * boss->tickets_required + boss->max_hp - 1) / boss->max_hp
                        : 0;
    column = bar + 3;
    column += surface_textf(s, row + 1, column, -1, UI_STRONG, "%lld / %lld HP", (long long)boss->hp,
                            (long long)boss->max_hp) +
              4;
    if (to_go)
        surface_textf(s, row + 1, column, width - column, UI_DIM, "about %lld of %lld tickets to go",
                      (long long)to_go, (long long)boss->tickets_required);
    return row + 2;
}

static int draw_hits(const struct look *look, struct surface *s, int row)
{
    int column = 3, width = surface_columns(s);
    for (const struct json *hit = json_first(json_get(board(look), "hits")); hit; hit = json_next(hit)) {
        long long damage = json_get_i64(hit, "damage", 0);
        const char *agent = look_owner(look, json_get_string(hit, "agent", ""));
        char *text = arena_printf(
            look->arena, "%s  %s  %s%lld  #%lld %s", look_stamp(look, json_get_i64(hit, "at", 0)),
            damage < 0 ? "healed" : agent, damage < 0 ? "+" : "-", damage < 0 ? -damage : damage,
            (long long)json_get_i64(hit, "ticket", 0), json_get_string(hit, "reason", ""));
        char *safe = text_safe_in(look->arena, text, TEXT_LINE);
        int need = text_columns(safe);
        if (column + need > width - 1)
            break;
        column += surface_text(s, row, column, need,
                               damage < 0             ? UI_WARN
                               : str_eq(agent, "you") ? UI_MINE
                                                      : UI_DIM,
                               safe) +
                  6;
    }
    return column > 3 ? row + 1 : row;
}

/* --- the team --- */

static void draw_name(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    const char *name = look_owner(look, json_get_string(item, "agent", ""));
    (void)selected;
    surface_text(s, row, column, width, str_eq(name, "you") ? UI_MINE : UI_NORMAL, name);
}

static void draw_figure(const struct look *look, struct surface *s, int row, int column, int width,
                        const struct json *item, const char *name, const char *sign)
{
    int64_t n = json_get_i64(item, name, 0);
    surface_right(s, row, column, width, n ? UI_NORMAL : UI_MUTED,
                  arena_printf(look->arena, "%s%s", n > 0 ? sign : "", look_count(look->arena, n)));
}

static void draw_level(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    (void)selected;
    draw_figure(look, s, row, column, width, item, "level", "");
}

static void draw_xp(const struct look *look, struct surface *s, int row, int column, int width,
                    const void *item, bool selected)
{
    (void)selected;
    draw_figure(look, s, row, column, width, item, "xp", "");
}

static void draw_held(const struct look *look, struct surface *s, int row, int column, int width,
                      const void *item, bool selected)
{
    (void)selected;
    draw_figure(look, s, row, column, width, item, "held", "+");
}

static void draw_today(const struct look *look, struct surface *s, int row, int column, int width,
                       const void *item, bool selected)
{
    (void)selected;
    draw_figure(look, s, row, column, width, item, "today", "+");
}

static void draw_damage(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    const struct mirror_boss *boss = mirror_boss(look->mirror);
    int64_t dealt = json_get_i64(item, "boss", 0);
    (void)selected;
    surface_right(s, row, column, 5, dealt ? UI_NORMAL : UI_MUTED, look_count(look->arena, dealt));
    if (boss && dealt > 0)
        surface_bar(s, row, column + 6, width - 6, (int)(dealt * 10000 / boss->max_hp), UI_BOSS);
}

static void draw_streak(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    long long days = json_get_i64(item, "streak", 0);
    (void)selected;
    surface_right(s, row, column, width, days ? UI_NORMAL : UI_MUTED,
                  arena_printf(look->arena, "%lld day%s", days, days == 1 ? "" : "s"));
}

static const struct column team_columns[] = {
    {"team", 0, 0, false, draw_name},     {"Lv", 3, 0, true, draw_level},
    {"XP settled", 10, 0, true, draw_xp}, {"held", 6, 0, true, draw_held},
    {"today", 6, 0, true, draw_today},    {"boss", 12, 0, false, draw_damage},
    {"streak", 8, 60, true, draw_streak}};
enum { TEAM_COLUMNS = sizeof team_columns / sizeof *team_columns };

static int draw_team(const struct look *look, struct surface *s, int row, int end, int width)
{
    column_heads(s, row++, 2, width, team_columns, TEAM_COLUMNS);
    for (const struct json *p = json_first(json_get(board(look), "players")); p && row < end;
         p = json_next(p)) {
        bool me = str_eq(json_get_string(p, "agent", ""), mirror_me(look->mirror));
        if (me)
            surface_text(s, row, 0, 1, UI_GUTTER, "▌");
        column_row(look, s, row++, 2, width, team_columns, TEAM_COLUMNS, p, me);
    }
    return row;
}

/* --- mine --- */

static void draw_ledger(struct scoreboard *b, const struct look *look, struct surface *s, int row, int end,
                        int left, int width)
{
    const struct json *ledger = json_get(board(look), "ledger");
    int count = (int)json_count(ledger), index = 0;
    surface_text(s, row++, left, width, UI_HEADING, "my ledger");
    b->rows = end - row;
    if (b->top > count - b->rows)
        b->top = count > b->rows ? count - b->rows : 0;
    if (!count)
        look_empty(look, s, row, left, width,
                   "Nothing yet. A resolved ticket pays; the reason will stand here.");
    for (const struct json *line = json_first(ledger); line && row < end; line = json_next(line)) {
        if (index++ < b->top)
            continue;
        long long xp = json_get_i64(line, "xp", 0);
        bool reversed = json_get_i64(line, "reverses", 0) != 0;
        const char *state = reversed ? "reversed" : json_get_bool(line, "held", false) ? "held" : "settled";
        int column =
            left + surface_text(s, row, left, 10, UI_DIM, look_stamp(look, json_get_i64(line, "at", 0)));
        column = left + 11;
        surface_right(s, row, column, 6,
                      xp < 0 ? UI_WARN
                      : xp   ? UI_XP
                             : UI_MUTED,
                      arena_printf(look->arena, "%s%lld", xp > 0 ? "+" : "", xp));
        surface_text(s, row, column + 8, 8, reversed ? UI_WARN : UI_DIM, state);
        long long ticket = json_get_i64(line, "ticket", 0);
        surface_textf(s, row++, column + 17, left + width - column - 17, UI_NORMAL, "%s%s%s%s",
                      ticket ? arena_printf(look->arena, "#%lld ", ticket) : "",
                      json_get_string(line, "reason", ""), xp ? "" : ": ",
                      xp ? "" : json_get_string(line, "rule", ""));
    }
}

static void draw_achievements(const struct look *look, struct surface *s, int row)
{
    int column = 2 + surface_text(s, row, 2, -1, UI_HEADING, "achievements") + 2, width = surface_columns(s);
    for (const struct json *a = json_first(json_get(board(look), "achievements")); a; a = json_next(a)) {
        bool got = json_get_i64(a, "unlocked_at", 0) > 0;
        long long goal = json_get_i64(a, "goal", 0), count = json_get_i64(a, "count", 0);
        char *text = arena_printf(look->arena, "%s %s%s", got ? "◆" : "◇", json_get_string(a, "name", ""),
                                  got || !goal ? "" : arena_printf(look->arena, " (%lld/%lld)", count, goal));
        char *safe = text_safe_in(look->arena, text, TEXT_LINE);
        int need = text_columns(safe);
        if (column + need > width - 1)
            break;
        column += surface_text(s, row, column, need, got ? UI_GOLD : UI_MUTED, safe) + 3;
    }
}

void scoreboard_scroll(struct scoreboard *b, int lines)
{
    b->top = b->top + lines < 0 ? 0 : b->top + lines;
}

void scoreboard_draw(struct scoreboard *b, const struct look *look, struct surface *s)
{
    int width = surface_columns(s), foot = look_footer(look, s);
    look_header(look, s, "Scoreboard");
    if (look->banner)
        look_tabs(look, s);
    int row = draw_boss(look, s, look->banner ? 2 : 1);
    if (!board(look)) {
        look_empty(look, s, row + 1, 2, width - 4, "Reading…");
        return;
    }
    row = draw_hits(look, s, row);
    surface_rule(s, row++);
    int end = foot - 2;
    if (width >= SPLIT_FROM) {
        draw_team(look, s, row, end, TEAM_WIDTH);
        draw_ledger(b, look, s, row, end, TEAM_WIDTH + 6, width - TEAM_WIDTH - 7);
    } else {
        int team = draw_team(look, s, row, row + (end - row) / 2, width - 4);
        draw_ledger(b, look, s, team + 1, end, 2, width - 4);
    }
    draw_achievements(look, s, foot - 1);
}
