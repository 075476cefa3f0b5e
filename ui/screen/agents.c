/* agents: see agents.h. Who is here stands above who is not, and of these who has most room. */
#include "screen/agents.h"
#include "base/str.h"
#include "base/text.h"
#include "screen/column.h"
#include "screen/outliers.h"
#include "screen/sign.h"
#include "widget/bar.h"
#include <stdlib.h>
#include <string.h>

static const struct json *json_of(const void *item)
{
    return ((const struct lists_item *)item)->json;
}

static const char *text_of(const void *item, const char *name)
{
    return json_get_string(json_of(item), name, "");
}

static int64_t number_of(const void *item, const char *name)
{
    return json_get_i64(json_of(item), name, 0);
}

struct badge agents_badge(struct arena *arena, bool here, const char *away, int64_t until)
{
    if (here)
        return (struct badge){"●", *away ? arena_printf(arena, "here, %s", away) : "here", UI_OK};
    if (!*away)
        return (struct badge){"○", until ? "on shift" : "any time", UI_NORMAL};
    return (struct badge){"○", away, str_eq(away, "sick") || str_eq(away, "leave") ? UI_WARN : UI_MUTED};
}

static bool is_here(const void *item)
{
    return json_get_bool(json_of(item), "here", false);
}

static enum ui_role load_role(int64_t load, int64_t capacity)
{
    if (!capacity)
        return UI_ACCENT;
    return load >= capacity ? UI_LATE : load * 4 >= capacity * 3 ? UI_WARN : UI_OK;
}

/* --- the columns --- */

static void draw_name(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *name = text_of(item, "name");
    bool odd = *outliers_odd(look, name);
    surface_text(s, row, column, width - (odd ? 2 : 0), selected ? UI_SELECTED : UI_STRONG,
                 str_eq(name, mirror_me(look->mirror)) ? arena_printf(look->arena, "%s (you)", name) : name);
    if (odd)
        surface_text(s, row, column + width - 1, 1, UI_WARN, "▲"); /* the pane says what */
}

static void draw_here(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t until = number_of(item, "until");
    struct badge badge = agents_badge(look->arena, is_here(item), text_of(item, "away"), until);
    (void)selected;
    int used = surface_text(s, row, column, width, badge.role, arena_printf(look->arena, "%s %s", badge.glyph, badge.word)) + 1;
    const char *turn = until > look->now ? arena_printf(look->arena, "until %s", look_stamp(look, until)) : "";
    if (used + text_columns(turn) <= width)
        surface_text(s, row, column + used, width - used, UI_DIM, turn);
}

static void draw_role(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *team = text_of(item, "team");
    (void)selected;
    surface_text(s, row, column, width, UI_DIM, arena_printf(look->arena, "%s%s%s", text_of(item, "role"), *team ? ", " : "", team));
}

static void draw_oncall(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)look, (void)selected;
    if (json_get_bool(json_of(item), "oncall", false))
        surface_textf(s, row, column, width, UI_ACCENT, "%s on call", sign_of(SIGN_ONCALL).glyph);
}

static void draw_load(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t load = number_of(item, "load"), capacity = number_of(item, "capacity");
    (void)selected;
    surface_right(s, row, column, width - 1, load ? UI_NORMAL : UI_MUTED,
                  capacity ? arena_printf(look->arena, "%lld of %lld", (long long)load, (long long)capacity) : arena_printf(look->arena, "%lld", (long long)load));
}

static void draw_bar(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t load = number_of(item, "load"), capacity = number_of(item, "capacity");
    (void)look, (void)selected;
    bar_share(s, row, column, width - 1, load, capacity, load_role(load, capacity));
}

static void draw_at(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t ticket = number_of(item, "at_ticket");
    (void)selected;
    if (ticket)
        surface_text(s, row, column, width, UI_LINK, arena_printf(look->arena, "%s #%lld", text_of(item, "doing"), (long long)ticket));
}

/* And what is noted of why they are away. */
static const char *skills_of(const struct look *look, const void *item)
{
    const char *text = "", *note = text_of(item, "note");
    for (const struct json *skill = json_first(json_get(json_of(item), "skills")); skill; skill = json_next(skill))
        text = arena_printf(look->arena, "%s%s%s", text, *text ? ", " : "", json_string(skill) ? json_string(skill) : "");
    return arena_printf(look->arena, "%s%s%s", text, *text && *note ? "  " : "", note);
}

static void draw_skills(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, skills_of(look, item));
}

static const struct column columns[] = {{"Agent", 14, 0, false, draw_name},      {"Shift", 26, 0, false, draw_here},
                                        {"Open ", 9, 0, true, draw_load},        {"", 11, 90, false, draw_bar},
                                        {"On call", 10, 84, false, draw_oncall}, {"At", 16, 100, false, draw_at},
                                        {"Role", 16, 120, false, draw_role},     {"Skills", 0, 0, false, draw_skills}};

/* --- the table --- */

/* What they could take more of: who takes any number has room for more than any other. */
static int64_t room(const struct lists_item *item)
{
    int64_t capacity = number_of(item, "capacity");
    return (capacity ? capacity : 100000) - number_of(item, "load");
}

/* 0: here and on shift; then whom one may expect here, then who is here beside their shift. */
static int rank(const void *item)
{
    bool away = *text_of(item, "away");
    return 2 * away + !is_here(item);
}

static int by_room(const void *a, const void *b)
{
    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    int64_t more = room(b) - room(a);
    return more ? (more > 0 ? 1 : -1) : strcmp(text_of(a, "name"), text_of(b, "name"));
}

static struct lists_item *items(const struct look *look, int *count)
{
    const struct json *list = json_get(mirror_doc(look->mirror, MIRROR_AGENTS)->root, "agents");
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, json_count(list) + 1);
    *count = 0;
    for (const struct json *a = json_first(list); a; a = json_next(a), ++*count)
        all[*count] = (struct lists_item){.json = a, .id = *count + 1};
    qsort(all, (size_t)*count, sizeof *all, by_room);
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    int count, here = 0, on = 0, column = surface_text(s, 1, 1, -1, UI_TITLE, "Agents") + 4;
    int64_t load = 0;
    const struct lists_item *all = items(look, &count);
    const struct mirror_view *free = mirror_view_find(look->mirror, "unassigned");
    for (int i = 0; i < count; i++) {
        here += is_here(&all[i]);
        on += !*text_of(&all[i], "away");
        load += number_of(&all[i], "load");
    }
    struct arena *a = look->arena;
    column = look_piece(look, s, 1, column, here ? UI_OK : UI_LATE, arena_printf(a, "%d here", here));
    column = look_piece(look, s, 1, column, on ? UI_DIM : UI_WARN, arena_printf(a, "%d on shift", on));
    column = look_piece(look, s, 1, column, UI_DIM, arena_printf(a, "%d away", count - on));
    column = look_piece(look, s, 1, column, UI_DIM, arena_printf(a, "%lld open with them", (long long)load));
    if (free)
        column = look_piece(look, s, 1, column, free->count ? UI_WARN : UI_DIM, arena_printf(a, "%lld unassigned", (long long)free->count));
    if (outliers_count(look))
        look_piece(look, s, 1, column, UI_WARN, arena_printf(a, "▲ %d stand%s out", outliers_count(look), outliers_count(look) == 1 ? "s" : ""));
}

/* --- below: the agent under the cursor --- */

static int part(struct surface *s, int row, int column, enum ui_role role, const char *text)
{
    return *text ? column + surface_text(s, row, column, look_columns(s) - column - 1, role, text) + 3 : column;
}

static void detail(const struct look *look, struct surface *s, int row, int rows, const struct lists_item *item)
{
    const char *name = text_of(item, "name"), *team = text_of(item, "team"), *skills = skills_of(look, item);
    int64_t ticket = number_of(item, "at_ticket");
    int at = part(s, row, 1, UI_STRONG, name);
    at = part(s, row, at, UI_DIM, arena_printf(look->arena, "%s%s%s", text_of(item, "role"), *team ? ", " : "", team));
    at = part(s, row, at, UI_ACCENT, json_get_bool(json_of(item), "oncall", false) ? arena_printf(look->arena, "%s on call", sign_of(SIGN_ONCALL).glyph) : "");
    at = part(s, row, at, UI_LINK, ticket ? arena_printf(look->arena, "%s #%lld", text_of(item, "doing"), (long long)ticket) : "");
    part(s, row, at, UI_NORMAL, skills);
    int below = rows > 12 ? 2 : 1;
    outliers_draw(look, s, row + below, rows - below, name);
}

const char *agents_detail(const struct look *look, const struct mirror_agent *agent)
{
    const char *load = agent->capacity ? arena_printf(look->arena, "%lld of %lld open", (long long)agent->load, (long long)agent->capacity)
                                       : arena_printf(look->arena, "%lld open", (long long)agent->load);
    return arena_printf(look->arena, "%s%s%s%s%s%s%s", agent->team, *agent->team ? "  " : "", load, *agent->away ? "  " : "", agent->away,
                        *agent->skills ? "  " : "", agent->skills);
}

const struct lists_type agents_list = {
    .docs = {MIRROR_AGENTS, MIRROR_OUTLIERS}, /* the second is for leads */
    .doc_count = 2,
    .needs = 1,
    .items = items,
    .head = head,
    .detail = detail,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .empty = "Nobody is configured. Agents are rows of `agents:` in triage.yaml.",
};
