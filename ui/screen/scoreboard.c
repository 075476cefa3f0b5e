/* scoreboard: team first, own ledger beside it (below it on a narrow terminal). Every number has its reason
 * next to it, or under `w`. Nothing moves by itself. */
#include "screen/scoreboard.h"
#include "base/str.h"
#include "base/text.h"
#include "screen/column.h"
#include "screen/facts.h"
#include "widget/bar.h"
#include <string.h>

enum { SPLIT_FROM = 116, LEFT_MOST = 104, LEDGER_MOST = 96, TEAM_WIDTH = 62, CHART_MOST = 10, DAYS = 31 };

static const struct json *board(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_SCORES)->root;
}

/* "2026-11" -> "November". */
static const char *month(const char *season)
{
    static const char *const names[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
    const char *digits = strchr(season, '-');
    int n = digits && strlen(digits) == 3 ? (digits[1] - '0') * 10 + digits[2] - '0' : 0;
    return n >= 1 && n <= 12 ? names[n - 1] : season;
}

/* What the team has, at the right of the boss's row; gives the columns it took. */
static int draw_purse(const struct look *look, struct surface *s, int row)
{
    const struct json *season = json_get(board(look), "season");
    if (!season)
        return 0;
    enum { NARROW = 72, LEAST = 48 };
    if (look_columns(s) < LEAST)
        return 0;
    const char *text = look_columns(s) < NARROW ? arena_printf(look->arena, "chest %s g", look_count(look->arena, json_get_i64(board(look), "chest", 0)))
                                                : arena_printf(look->arena, "season %s   chest %s g",
                                    text_safe_in(look->arena, month(json_get_string(season, "name", "")), TEXT_LINE),
                                    look_count(look->arena, json_get_i64(board(look), "chest", 0)));
    int need = text_columns(text);
    surface_text(s, row, look_columns(s) - need - 1, need, UI_GOLD, text);
    return need + 2;
}

static int draw_boss(const struct look *look, struct surface *s, int row)
{
    const struct mirror_boss *boss = mirror_boss(look->mirror);
    int width = look_columns(s), column = 1, purse = draw_purse(look, s, row);
    if (!boss) {
        width -= purse;
        look_empty(look, s, row, 1, width - 2,
                   "No boss is about: one comes when enough tickets are open.");
        return row + 2;
    }
    column += surface_text(s, row, column, width < 72 ? width * 2 / 5 : width / 4, UI_BOSS, boss->name) + 3;
    column += surface_text(s, row, column, -1, UI_STRONG, boss->tier) + 3;
    if (column + 14 < width - purse)
        column += surface_textf(s, row, column, -1, UI_DIM, "came %s", look_stamp(look, boss->spawned_at)) + 3;
    if (boss->expires_at > look->now && column + 22 < width - purse)
        surface_textf(s, row, column, width - purse - column - 1, UI_DIM, "leaves in %s",
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
    const char *left = arena_printf(look->arena, width < 100 ? "about %lld of %lld to go" : "about %lld of %lld tickets to go", (long long)to_go, (long long)boss->tickets_required);
    if (to_go && text_columns(left) < width - column) /* whole or not at all */
        surface_text(s, row + 1, column, -1, UI_DIM, left);
    return row + 2;
}

/* The newest first, as many as stand in `rows` lines. */
static int draw_hits(const struct look *look, struct surface *s, int row, int rows)
{
    int column = 3, width = look_columns(s), end = row + rows;
    for (const struct json *hit = json_first(json_get(board(look), "hits")); hit; hit = json_next(hit)) {
        long long damage = json_get_i64(hit, "damage", 0);
        const char *agent = look_owner(look, json_get_string(hit, "agent", "somebody"));
        char *text = arena_printf(
            look->arena, "%s  %s  %s%lld  #%lld %s", look_stamp(look, json_get_i64(hit, "at", 0)),
            damage < 0 ? "healed" : agent, damage < 0 ? "+" : "-", damage < 0 ? -damage : damage,
            (long long)json_get_i64(hit, "ticket", 0), json_get_string(hit, "reason", ""));
        char *safe = text_safe_in(look->arena, text, TEXT_LINE);
        int need = text_columns(safe);
        if (column + need > width - 1 && column > 3) {
            row++;
            column = 3;
        }
        if (row == end)
            return row;
        column += surface_text(s, row, column, need < width - 4 ? need : width - 4,
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

static void draw_season(const struct look *look, struct surface *s, int row, int column, int width,
                        const void *item, bool selected)
{
    (void)selected;
    draw_figure(look, s, row, column, width, item, "season", "");
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

static const struct column players[] = {
    {"team", 0, 0, false, draw_name},     {"Lv", 3, 0, true, draw_level},
    {"XP settled", 10, 0, true, draw_xp}, {"held", 6, 0, true, draw_held}, {"month", 7, 72, true, draw_season},
    {"today", 6, 0, true, draw_today},    {"boss", 12, 0, false, draw_damage},
    {"streak", 8, 60, true, draw_streak}};
static const struct columns team_columns = {players, sizeof players / sizeof *players, 0};

static int draw_team(const struct look *look, struct surface *s, int row, int end, int width)
{
    column_heads(s, row++, 2, width, &team_columns);
    for (const struct json *p = json_first(json_get(board(look), "players")); p && row < end;
         p = json_next(p)) {
        bool me = str_eq(json_get_string(p, "agent", ""), mirror_me(look->mirror));
        if (me)
            surface_text(s, row, 0, 1, UI_GUTTER, "▌");
        column_row(look, s, row++, 2, width, &team_columns, p, me);
    }
    return row;
}

/* --- the season --- */

static int days_of(const struct json *list, int64_t *days)
{
    int n = 0;
    for (const struct json *day = json_first(list); day && n < DAYS; day = json_next(day))
        if (!json_i64(day, &days[n++]))
            days[n - 1] = 0;
    return n;
}

/* A bar for each day, `height` rows high, two columns wide where there is room; the newest at the right. */
static void draw_bars(struct surface *s, int row, int left, int width, int height, const int64_t *days, int n)
{
    int64_t most = 0;
    int wide = width >= 2 * n ? 2 : 1;
    for (int i = 0; i < n; i++)
        most = days[i] > most ? days[i] : most;
    for (int i = n * wide > width ? n - width : 0; i < n; i++) {
        int64_t eighths = most && days[i] > 0 ? 1 + (days[i] * (height * 8 - 1)) / most : 0;
        for (int y = 0; eighths > 0; y++, eighths -= 8) {
            char block[5];
            text_encode(0x2580 + (uint32_t)(eighths < 8 ? eighths : 8), block);
            surface_text(s, row + height - 1 - y, left + i * wide, 1, i == n - 1 ? UI_XP : UI_DIM, block);
        }
    }
}

/* In one row, or with room to spare as a chart with my own days below it. */
static int draw_season_chart(const struct look *look, struct surface *s, int row, int end, int left, int width)
{
    const struct json *season = json_get(board(look), "season");
    int64_t days[DAYS], mine[DAYS];
    int n = days_of(json_get(season, "days"), days), own = days_of(json_get(season, "mine"), mine), height = end - row - 3;
    if (!n || row >= end)
        return row;
    int column = left + surface_text(s, row, left, -1, UI_HEADING, "the team's days") + 2;
    column += surface_textf(s, row, column, left + width - column, UI_DIM, "%s XP this month, %s the one before",
                            look_count(look->arena, json_get_i64(season, "xp", 0)), look_count(look->arena, json_get_i64(season, "before", 0)));
    if (height < 3) {
        if (row + 1 < end)
            bar_spark(s, row + 1, left, width < n ? width : n, days, (size_t)n, UI_XP);
        return row + 2 < end ? row + 2 : end;
    }
    height = height < CHART_MOST ? height : CHART_MOST;
    draw_bars(s, row + 1, left, width, height, days, n);
    int wide = width >= 2 * n ? 2 * n : n;
    surface_text(s, row + 1 + height, left, -1, UI_MUTED, arena_printf(look->arena, "%d days ago", n - 1));
    surface_right(s, row + 1 + height, left + wide - 5, 5, UI_MUTED, "today");
    column = left + surface_text(s, row + 2 + height, left, -1, UI_MINE, "you ");
    if (own)
        bar_spark(s, row + 2 + height, column, wide - 4 > 0 ? wide - 4 : 0, mine, (size_t)own, UI_MINE);
    return row + 3 + height;
}

/* --- a game that runs elsewhere --- */

static int draw_mirrored(const struct look *look, struct surface *s, int row, int end, int left, int width)
{
    const struct json *other = json_get(board(look), "mirrored"), *boss = json_first(json_get(other, "bosses"));
    if (!json_is(other, JSON_OBJECT) || row >= end)
        return row;
    surface_textf(s, row++, left, width, UI_HEADING, "as %s tells it", json_get_string(other, "game", "the source"));
    if (boss && row < end) {
        int64_t hp = json_get_i64(boss, "hp", 0), max = json_get_i64(boss, "max_hp", 0);
        const char *name = text_safe_in(look->arena, json_get_string(boss, "name", "a boss"), TEXT_LINE);
        bool gone = str_eq(json_get_string(boss, "state", ""), "defeated");
        int column = left + surface_text(s, row, left, width / 2, UI_BOSS, name) + 2;
        if (gone)
            surface_text(s, row, column, left + width - column, UI_DIM, "defeated");
        else if (max > 0)
            surface_textf(s, row, column, left + width - column, UI_DIM, "%lld / %lld HP", (long long)hp, (long long)max);
        row++;
    }
    for (const struct json *p = json_first(json_get(other, "players")); p && row < end; p = json_next(p)) {
        const char *name = text_safe_in(look->arena, json_get_string(p, "name", json_get_string(p, "key", "")), TEXT_LINE);
        surface_textf(s, row++, left, width, UI_NORMAL, "%s  Lv %lld  %s XP", name, (long long)json_get_i64(p, "level", 0),
                      look_count(look->arena, json_get_i64(p, "xp", 0)));
    }
    return row;
}

/* --- mine --- */

static const struct json *me(const struct look *look)
{
    for (const struct json *p = json_first(json_get(board(look), "players")); p; p = json_next(p))
        if (str_eq(json_get_string(p, "agent", ""), mirror_me(look->mirror)))
            return p;
    return NULL;
}

/* How far to the next level, and what of it is still held. */
static int draw_standing(const struct look *look, struct surface *s, int row, int left, int width)
{
    const struct json *mine = me(look);
    if (!mine)
        return row;
    int64_t level = json_get_i64(mine, "level", 1), xp = json_get_i64(mine, "xp", 0), next = json_get_i64(mine, "next_level_at", 0);
    int64_t starts = level > 1 ? level * level * 100 : 0;
    int column = left + surface_textf(s, row, left, -1, UI_XP, "Lv %lld ", (long long)level);
    bar_share(s, row, column, 12, xp - starts, next - starts, UI_XP);
    column += 13;
    surface_textf(s, row, column, left + width - column, UI_DIM, "%s XP settled, %s held",
                  look_count(look->arena, xp), look_count(look->arena, json_get_i64(mine, "held", 0)));
    return row + 1;
}

static void draw_line(const struct look *look, struct surface *s, int row, int left, int width, const struct json *line, bool selected)
{
    long long xp = json_get_i64(line, "xp", 0), ticket = json_get_i64(line, "ticket", 0);
    bool back = json_get_i64(line, "reverses", 0) != 0;
    const char *state = back ? "reversed" : json_get_string(line, "state", json_get_bool(line, "held", false) ? "held" : "settled");
    const char *rule = json_get_string(line, "rule", ""), *reason = json_get_string(line, "reason", "");
    bool reset = str_eq(rule, "reset"), counts = !json_get_bool(line, "before_reset", false);
    int column = left + 10;
    if (selected)
        surface_text(s, row, left - 1, 1, UI_GUTTER, "▌");
    surface_text(s, row, left, 10, UI_DIM, look_stamp(look, json_get_i64(line, "at", 0)));
    surface_right(s, row, column + 1, 6, !counts ? UI_MUTED : xp < 0 ? UI_WARN : xp ? UI_XP : UI_MUTED,
                  reset ? "" : arena_printf(look->arena, "%s%lld", xp > 0 ? "+" : "", xp));
    surface_text(s, row, column + 9, 8, back ? UI_WARN : UI_DIM, state);
    surface_textf(s, row, column + 18, left + width - column - 18, !counts || (str_eq(state, "reversed") && !back) ? UI_MUTED : reset ? UI_WARN : UI_NORMAL, "%s%s%s%s",
                  ticket ? arena_printf(look->arena, "#%lld ", ticket) : "", reason, xp || !*rule || reset || str_eq(rule, "resolve") ? "" : ": ",
                  xp || reset || str_eq(rule, "resolve") ? "" : rule);
}

static void draw_ledger(struct scoreboard *b, const struct look *look, struct surface *s, int row, int end,
                        int left, int width)
{
    const struct json *ledger = json_get(board(look), "ledger");
    int count = (int)json_count(ledger), index = 0;
    const char *rules = json_get_string(board(look), "rules", NULL);
    int column = left + surface_text(s, row, left, width, UI_HEADING, "my ledger");
    const char *keys = text_safe_in(look->arena, arena_printf(look->arena, "rules %s   w why   Enter ticket", rules ? rules : ""), TEXT_LINE);
    if (rules && text_columns(keys) <= left + width - column - 1) /* else the foot says them */
        surface_right(s, row, column + 1, left + width - column - 1, UI_DIM, keys);
    row = draw_standing(look, s, row + 1, left, width);
    b->rows = end > row ? end - row : 0;
    b->cursor = b->cursor >= count ? (count ? count - 1 : 0) : b->cursor;
    b->top = b->cursor < b->top ? b->cursor : b->cursor >= b->top + b->rows ? b->cursor - b->rows + 1 : b->top;
    if (!count)
        look_empty(look, s, row, left, width,
                   me(look) ? "Nothing yet. A resolved ticket pays; the reason will stand here."
                            : "You do not play. :privacy is=private brings you back.");
    for (const struct json *line = json_first(ledger); line && row < end; line = json_next(line), index++)
        if (index >= b->top) {
            if (index == b->cursor)
                surface_cursor(s, row, left);
            draw_line(look, s, row++, left, width, line, index == b->cursor);
        }
}

/* What is nearly there first of all that is still to come: as many as the rows hold. */
static void draw_achievements(const struct look *look, struct surface *s, int row, int rows)
{
    int column = 2 + surface_text(s, row, 2, -1, UI_HEADING, "achievements") + 2, width = look_columns(s), end = row + rows;
    for (const struct json *a = json_first(json_get(board(look), "achievements")); a; a = json_next(a)) {
        bool got = json_get_i64(a, "unlocked_at", 0) > 0;
        long long goal = json_get_i64(a, "goal", 0), count = json_get_i64(a, "count", 0);
        char *text = arena_printf(look->arena, "%s %s%s", got ? "◆" : "◇", json_get_string(a, "name", ""),
                                  got || goal < 2 ? "" : arena_printf(look->arena, " (%lld/%lld)", count, goal));
        char *safe = text_safe_in(look->arena, text, TEXT_LINE);
        int need = text_columns(safe);
        if (column + need > width - 1) {
            row++;
            column = 16;
        }
        if (row >= end)
            break;
        column += surface_text(s, row, column, need < width - column ? need : width - column, got ? UI_GOLD : UI_MUTED, safe) + 3;
    }
}

void scoreboard_scroll(struct scoreboard *b, int lines)
{
    b->cursor = b->cursor + lines < 0 ? 0 : b->cursor + lines;
}

int64_t scoreboard_ticket(const struct scoreboard *b, const struct look *look)
{
    int index = 0;
    for (const struct json *line = json_first(json_get(board(look), "ledger")); line; line = json_next(line))
        if (index++ == b->cursor)
            return json_get_i64(line, "ticket", 0);
    return 0;
}

void scoreboard_draw(struct scoreboard *b, const struct look *look, struct surface *s)
{
    enum { LEAST_ALL = 9, LEAST_MINE = 3 }; /* rows */
    struct look plain = *look;
    plain.game = false; /* the boss is at the top */
    int width = look_columns(s), foot = look_footer(&plain, s), tall = surface_rows(s) >= 36;
    look_header(look, s, "Scoreboard");
    if (look->banner)
        look_tabs(look, s, 0);
    if (!board(look)) { /* nor is it known whether a boss is about */
        surface_rule(s, LOOK_TOP - 1);
        look_empty(look, s, LOOK_TOP + 1, 4, width - 6, "Reading…");
        return;
    }
    int row = draw_boss(look, s, look->banner ? 2 : 1);
    row = draw_hits(look, s, row, tall ? 2 : 1);
    surface_rule(s, row++);
    int feats = tall ? 3 : foot - row >= LEAST_ALL, end = feats ? foot - feats - 1 : foot;
    if (!feats) { /* a low window has what is mine alone */
        if (end - row >= LEAST_MINE)
            draw_ledger(b, look, s, row, end, 2, width - 4);
        return;
    }
    if (width >= SPLIT_FROM) {
        int left = width / 2 < TEAM_WIDTH + 6 ? TEAM_WIDTH + 6 : width / 2 > LEFT_MOST ? LEFT_MOST : width / 2;
        int team = draw_team(look, s, row, end, left - 6);
        team = draw_mirrored(look, s, team + 1, team + 1 + (end - team) / 3, 2, left - 6);
        draw_season_chart(look, s, team + (team < end), end, 2, left - 6);
        draw_ledger(b, look, s, row, end, left, width - left - 1 < LEDGER_MOST ? width - left - 1 : LEDGER_MOST);
    } else {
        int team = draw_team(look, s, row, row + (end - row) / 2, width - 4);
        team = draw_season_chart(look, s, team, team + 2 < end - 4 ? team + 2 : team, 2, width - 4);
        draw_ledger(b, look, s, team, end, 2, width - 4);
    }
    draw_achievements(look, s, foot - feats, feats);
}
