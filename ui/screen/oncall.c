/* oncall: see oncall.h. The picture is made of the document's spans at each draw: a cell is a part of a local day, and what
 * stands in it is whoever has most of it. Cells are laid out by the wall's clock, so that a day of 23 or 25 hours is as wide
 * as the others. */
#include "screen/oncall.h"
#include "base/str.h"
#include "base/text.h"
#include "core/moment.h"
#include "screen/column.h"
#include <stdlib.h>
#include <string.h>

enum { DAYS = 7, MOST_CELLS = 24, MOST_AGENTS = 24, NAME = 11, WHO_MOST = 44, NARROW = 76 /* below that columns, reasons are left out */, SMALL = 52 };
enum { WEEK_LEAST = 4 /* rows: its days, two people, the gaps */, THEN_LEAST = 9 };
static const int64_t DAY = 86400000;

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static const struct json *document(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_ONCALL)->root;
}

/* "Sun 29 Nov 18:00" */
static char *stamp(const struct look *look, int64_t at)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c;
    zone_civil(look->tz, at, &c);
    return arena_printf(look->arena, "%s %2d %s %02d:%02d", days[c.weekday - 1], c.day, months[c.month - 1], c.hour, c.minute);
}

/* The same as short as it can be meant: "18:00" today, "Sun 18:00" within a week. */
static const char *near_stamp(const struct look *look, int64_t at)
{
    const char *whole = stamp(look, at), *clock = whole + strlen(whole) - 5;
    int64_t days = zone_day(look->tz, at) - zone_day(look->tz, look->now);
    return days == 0 ? clock : days > 0 && days < DAYS ? arena_printf(look->arena, "%.3s %s", whole, clock) : whole;
}

static bool is_me(const struct look *look, const char *agent)
{
    return str_eq(agent, mirror_me(look->mirror));
}

/* --- now and next --- */

/* "you", "ben for ana (cover)"; brief: who, and not why. */
static char *people_text(const struct look *look, const struct json *people, bool brief)
{
    AUTO_STR out;
    str_init(&out, 1000);
    for (const struct json *who = json_first(people); who; who = json_next(who)) {
        str_addf(&out, "%s%s", out.len ? ", " : "", look_owner(look, text_of(who, "agent")));
        if (*text_of(who, "for"))
            str_addf(&out, " for %s", look_owner(look, text_of(who, "for")));
        if (!brief && !str_eq(text_of(who, "why"), "rotation"))
            str_addf(&out, " (%s)", text_of(who, "why"));
    }
    return arena_strdup(look->arena, out.len ? out.data : "nobody");
}

static bool holds_me(const struct look *look, const struct json *people)
{
    for (const struct json *who = json_first(people); who; who = json_next(who))
        if (is_me(look, text_of(who, "agent")))
            return true;
    return false;
}

static enum ui_role people_role(const struct look *look, const struct json *people)
{
    return !json_count(people) ? UI_LATE : holds_me(look, people) ? UI_MINE : UI_NORMAL;
}

/* Seconds run in the last hour only. */
static char *until_text(const struct look *look, int64_t left)
{
    return left < 3600000 ? look_countdown(look->arena, left) : look_left(look->arena, left);
}

/* As whole as there is room: "until Wed 25 Nov 18:00, in 2h28m", "until 18:00, in 2h28m", "until 18:00". */
static char *until_said(const struct look *look, int64_t until, int wide)
{
    const char *left = until_text(look, until - look->now);
    if (!until)
        return arena_strdup(look->arena, wide < NARROW ? "for weeks to come" : "and nothing changes in the next weeks");
    const char *at = wide < 100 ? near_stamp(look, until) : stamp(look, until);
    return wide < NARROW ? arena_printf(look->arena, "until %s", at) : arena_printf(look->arena, "until %s, in %s", at, left);
}

/* Who and until when stand in every window; who comes then, where there is room for it. */
static void draw_now(const struct look *look, struct surface *s, int row, const struct json *schedule)
{
    const struct json *now = json_get(schedule, "now"), *next = json_path(schedule, "next.people");
    int64_t until = json_get_i64(schedule, "until", 0);
    int wide = look_columns(s), name = wide < SMALL ? NAME - 3 : NAME, who = wide < SMALL ? NAME + 1 : wide / 4 < WHO_MOST ? wide / 4 : WHO_MOST, column = 1;
    surface_text(s, row, column, name, UI_STRONG, text_of(schedule, "name"));
    column += name + 1;
    surface_text(s, row, column, who, people_role(look, now), arena_printf(look->arena, "%s %s", json_count(now) ? "●" : "‼", people_text(look, now, wide < NARROW)));
    if (holds_me(look, now))
        surface_attr(s, row, column, who, UI_BOLD);
    column += who + 1;
    column += surface_text(s, row, column, wide - column, until && until - look->now < 3600000 ? UI_WARN : UI_DIM, until_said(look, until, wide)) + 2;
    if (!until || wide - column - 1 < THEN_LEAST)
        return;
    column += surface_text(s, row, column, -1, UI_DIM, "then") + 1;
    const char *full = people_text(look, next, wide < NARROW);
    surface_text(s, row, column, wide - column - 1, people_role(look, next), text_columns(full) < wide - column ? full : people_text(look, next, true));
}

/* --- the week --- */

struct week {
    const struct look *look;
    struct surface *s;
    const struct json *schedule;
    int left, cells;               /* cells a day */
    int64_t first;                 /* its first day, local days since 1970 */
    int64_t at[DAYS * MOST_CELLS + 1]; /* when each cell begins; the last: when the week ends */
    const char *agents[MOST_AGENTS];
    int agent_count;
};

static void lay_out(struct week *w)
{
    static const int parts[] = {MOST_CELLS, 12, 8, 6, 4, 2};
    int room = (look_columns(w->s) - w->left - 1) / DAYS - 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && (!i || w->cells > room); i++)
        w->cells = parts[i];
    w->first = zone_day(w->look->tz, w->look->now);
    for (int i = 0; i <= DAYS * w->cells; i++)
        w->at[i] = zone_at(w->look->tz, w->first + i / w->cells, i % w->cells * (DAY / w->cells));
}

static int column_of(const struct week *w, int cell)
{
    return w->left + cell + cell / w->cells;
}

static void name_agents(struct week *w)
{
    for (const struct json *span = json_first(json_get(w->schedule, "spans")); span; span = json_next(span))
        for (const struct json *who = json_first(json_get(span, "people")); who; who = json_next(who)) {
            int i = 0;
            while (i < w->agent_count && !str_eq(w->agents[i], text_of(who, "agent")))
                i++;
            bool shown = json_get_i64(span, "from", 0) < w->at[DAYS * w->cells];
            if (shown && i == w->agent_count && i < MOST_AGENTS)
                w->agents[w->agent_count++] = text_of(who, "agent");
        }
}

/* Who of the people of a span it is; agent NULL: nobody is there. */
static const struct json *among(const struct json *people, const char *agent, bool *is)
{
    const struct json *who = json_first(people);
    while (agent && who && !str_eq(text_of(who, "agent"), agent))
        who = json_next(who);
    *is = agent ? who != NULL : who == NULL;
    return who;
}

/* How much of each cell is theirs, and why. */
static void fill(const struct week *w, const char *agent, int64_t *share, const struct json **why)
{
    int cells = DAYS * w->cells, cell = 0;
    for (const struct json *span = json_first(json_get(w->schedule, "spans")); span; span = json_next(span)) {
        int64_t from = json_get_i64(span, "from", 0), to = json_get_i64(span, "to", 0);
        bool is;
        const struct json *who = among(json_get(span, "people"), agent, &is);
        while (cell > 0 && w->at[cell] > from)
            cell--;
        for (; cell < cells && w->at[cell] < to; cell++) {
            int64_t a = from > w->at[cell] ? from : w->at[cell], b = to < w->at[cell + 1] ? to : w->at[cell + 1];
            if (!is || b <= a)
                continue;
            share[cell] += b - a;
            why[cell] = who ? who : why[cell];
        }
    }
}

static void draw_cell(const struct week *w, int row, int cell, const char *agent, int64_t share, const struct json *who)
{
    static const struct { const char *why, *glyph; enum ui_role role; } kinds[] = {
        {"rotation", "█", UI_LINK}, {"override", "▒", UI_WARN}, {"cover", "◆", UI_OK}};
    int64_t length = w->at[cell + 1] - w->at[cell];
    const char *glyph = "·";
    enum ui_role role = UI_MUTED;
    for (size_t i = 0; share && who && i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(text_of(who, "why"), kinds[i].why))
            glyph = share * 2 > length ? kinds[i].glyph : "▄", role = kinds[i].role;
    if (share && !agent)
        glyph = share * 2 > length ? "!" : "▄", role = UI_LATE;
    surface_text(w->s, row, column_of(w, cell), 1, role, glyph);
    if (agent && is_me(w->look, agent) && share)
        surface_attr(w->s, row, column_of(w, cell), 1, UI_BOLD);
    if (w->at[cell] <= w->look->now && w->look->now < w->at[cell + 1])
        surface_attr(w->s, row, column_of(w, cell), 1, UI_REVERSE);
}

static void draw_line(const struct week *w, int row, const char *agent, const int64_t *share, const struct json *const *why)
{
    enum ui_role role = !agent ? UI_LATE : is_me(w->look, agent) ? UI_MINE : UI_NORMAL;
    surface_text(w->s, row, 1, w->left - 2, role, agent ? look_owner(w->look, agent) : "nobody");
    if (agent && is_me(w->look, agent))
        surface_attr(w->s, row, 1, w->left - 2, UI_BOLD);
    for (int cell = 0; cell < DAYS * w->cells; cell++) {
        if (cell % w->cells == 0 && cell)
            surface_text(w->s, row, column_of(w, cell) - 1, 1, UI_RULE, "│");
        draw_cell(w, row, cell, agent, share[cell], why[cell]);
    }
}

static void draw_days(const struct week *w, int row)
{
    for (int day = 0; day < DAYS; day++) {
        int column = column_of(w, day * w->cells);
        surface_textf(w->s, row, column, w->cells, day ? UI_DIM : UI_STRONG, "%.*s", w->cells < 3 ? w->cells : w->cells < 6 ? 3 : 6, stamp(w->look, w->at[day * w->cells]));
        for (int hour = 12; w->cells == 24 && hour < 24; hour += 6)
            surface_textf(w->s, row, column + hour, 2, UI_MUTED, "%d", hour);
    }
}

/* One line of the picture: an agent's, or, with agent NULL, that of the gaps. */
struct line {
    const char *agent;
    int64_t share[DAYS * MOST_CELLS], all;
    const struct json *why[DAYS * MOST_CELLS];
};

static struct line *lines_of(const struct week *w, int *count)
{
    struct line *list = ARENA_ARRAY(w->look->arena, struct line, w->agent_count + 1);
    *count = 0;
    for (int i = 0; i <= w->agent_count; i++) {
        struct line *line = &list[*count];
        line->agent = i < w->agent_count ? w->agents[i] : NULL;
        fill(w, line->agent, line->share, line->why);
        for (int cell = 0; cell < DAYS * w->cells; cell++)
            line->all += line->share[cell];
        *count += line->all > 0;
    }
    return list;
}

/* In at most so many rows; gives how many, 0: there is no room for it. Of too many agents the last give way, never the gaps. */
static int draw_week(const struct look *look, struct surface *s, int row, int rows, const struct json *schedule)
{
    struct week w = {.look = look, .s = s, .schedule = schedule, .left = NAME + 2};
    int count, used = 1;
    if (rows < WEEK_LEAST)
        return 0;
    lay_out(&w);
    name_agents(&w);
    struct line *lines = lines_of(&w, &count);
    int gaps = count && !lines[count - 1].agent, agents = count - gaps, shown = count < rows ? agents : rows - 2 - gaps;
    surface_text(s, row, 1, NAME, UI_HEADING, text_of(schedule, "name"));
    draw_days(&w, row);
    for (int i = 0; i < shown; i++)
        draw_line(&w, row + used++, lines[i].agent, lines[i].share, lines[i].why);
    if (gaps)
        draw_line(&w, row + used++, NULL, lines[count - 1].share, lines[count - 1].why);
    if (shown < agents)
        surface_textf(s, row + used++, 1, -1, UI_DIM, "and %d more: triage oncall --week", agents - shown);
    return used;
}

static void draw_legend(struct surface *s, int row)
{
    static const struct { int from; const char *text; } legends[] = {
        {NARROW, "█ by turn  ▒ override  ◆ cover  ▄ part of the time  ! nobody   now stands out"},
        {48, "█ turn  ▒ override  ◆ cover  ▄ part  ! nobody"}, {0, "█ turn  ▒ override  ◆ cover  ! nobody"}};
    int i = 0;
    while (look_columns(s) < legends[i].from)
        i++;
    surface_text(s, row, 1, look_columns(s) - 2, UI_DIM, legends[i].text);
}

/* How many schedules are told: in a third of the room where there is a week to draw, else in all of it. */
static int told(int rows, int count)
{
    int most = rows / 3 < count ? rows / 3 : count;
    if (rows - most - 3 < WEEK_LEAST)
        most = count < rows ? rows - 1 : rows;
    return count <= most ? count : most > 1 ? most - 1 : 1;
}

static int above(const struct look *look, struct surface *s, int row, int rows)
{
    const struct json *root = document(look), *list = json_get(root, "schedules");
    int count = (int)json_count(list), used = 0, most = told(rows, count);
    if (!root || !count || rows < 1)
        return 0;
    for (const struct json *schedule = json_first(list); schedule && used < most; schedule = json_next(schedule))
        draw_now(look, s, row + used++, schedule);
    if (used < count && used < rows)
        surface_textf(s, row + used++, 1, -1, UI_DIM, "and %d more schedule%s: triage oncall", count - most, count - most == 1 ? "" : "s");
    if (used < rows)
        surface_rule(s, row + used++);
    int before = used;
    for (const struct json *schedule = json_first(list); schedule; schedule = json_next(schedule))
        used += draw_week(look, s, row + used, rows - used - 2, schedule);
    if (used == before)
        return used;
    if (used < rows - 1)
        draw_legend(s, row + used++);
    surface_rule(s, row + used++);
    return used;
}

/* --- what people set --- */

static const struct json *json_of(const void *item)
{
    return ((const struct lists_item *)item)->json;
}

enum change { ASKED, COVERED, OVERRIDE, AWAY };

static enum change kind_of(const struct json *row)
{
    if (json_get(row, "asked"))
        return *text_of(row, "accepted_by") ? COVERED : ASKED;
    return json_get(row, "action") ? OVERRIDE : AWAY;
}

static void draw_kind(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    static const struct { const char *text; enum ui_role role; } looks[] = {
        [ASKED] = {"▲ asks", UI_WARN}, [COVERED] = {"✓ covered", UI_OK}, [OVERRIDE] = {"▒ override", UI_NORMAL}, [AWAY] = {"○ away", UI_DIM}};
    (void)look, (void)selected;
    surface_text(s, row, column, width, looks[kind_of(json_of(item))].role, looks[kind_of(json_of(item))].text);
}

static void draw_who(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct json *r = json_of(item);
    const char *agent = text_of(r, "agent"), *instead = text_of(r, "for"), *action = text_of(r, "action"), *text;
    if (kind_of(r) == ASKED)
        agent = text_of(r, "asked");
    if (kind_of(r) == COVERED)
        agent = text_of(r, "accepted_by"), instead = text_of(r, "asked");
    text = arena_printf(look->arena, "%s%s%s%s", str_eq(action, "remove") ? "without " : "", look_owner(look, agent), *instead ? " for " : "",
                        *instead ? look_owner(look, instead) : "");
    surface_text(s, row, column, width, selected ? UI_SELECTED : is_me(look, agent) ? UI_MINE : UI_NORMAL, text);
}

static void draw_schedule(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const char *name = text_of(json_of(item), "schedule");
    (void)look, (void)selected;
    surface_text(s, row, column, width, *name ? UI_DIM : UI_MUTED, *name ? name : "-");
}

static void draw_from(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, stamp(look, json_get_i64(json_of(item), "from", 0)));
}

static void draw_to(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    (void)selected;
    surface_text(s, row, column, width, UI_NORMAL, stamp(look, json_get_i64(json_of(item), "to", 0)));
}

static void draw_left(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    int64_t from = json_get_i64(json_of(item), "from", 0), to = json_get_i64(json_of(item), "to", 0);
    (void)selected;
    if (to <= look->now)
        surface_text(s, row, column, width, UI_MUTED, "over");
    else if (from <= look->now)
        surface_textf(s, row, column, width, UI_OK, "ends in %s", until_text(look, to - look->now));
    else
        surface_textf(s, row, column, width, UI_DIM, "in %s", until_text(look, from - look->now));
}

static void draw_note(const struct look *look, struct surface *s, int row, int column, int width, const void *item, bool selected)
{
    const struct json *r = json_of(item);
    const char *note = *text_of(r, "reason") ? text_of(r, "reason") : text_of(r, "note"), *by = text_of(r, "by");
    (void)selected;
    if (kind_of(r) == ASKED && !*note)
        note = "who takes over?";
    surface_text(s, row, column, width, UI_DIM,
                 arena_printf(look->arena, "%s%s%s", *note ? note : kind_of(r) == AWAY ? text_of(r, "kind") : "", *by ? "  by " : "",
                              *by ? look_owner(look, by) : ""));
}

static const struct column columns[] = {{"What", 10, 0, false, draw_kind},   {"Who", 18, 0, false, draw_who}, {"Schedule", 10, 96, false, draw_schedule},
                                        {"From", 16, 0, false, draw_from},   {"To", 16, 0, false, draw_to},   {"When", 16, 100, false, draw_left},
                                        {"Why", 0, 0, false, draw_note}};
static const struct column narrow[] = {{"What", 10, 0, false, draw_kind}, {"Who", 0, 0, false, draw_who}, {"From", 16, 52, false, draw_from}, {"When", 13, 36, false, draw_left}};

/* What wants an answer, then what runs or comes, by its beginning; what is over last. */
static int by_need(const void *a, const void *b)
{
    const struct lists_item *x = a, *y = b;
    bool p = kind_of(x->json) == ASKED, q = kind_of(y->json) == ASKED;
    if (p != q)
        return p ? -1 : 1;
    return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

static struct lists_item *items(const struct look *look, int *count)
{
    static const char *const names[] = {"covers", "overrides", "absences"};
    size_t most = 1;
    for (int i = 0; i < 3; i++)
        most += json_count(json_get(document(look), names[i]));
    struct lists_item *all = ARENA_ARRAY(look->arena, struct lists_item, most);
    *count = 0;
    for (int i = 0; i < 3; i++)
        for (const struct json *row = json_first(json_get(document(look), names[i])); row; row = json_next(row))
            if (json_get_i64(row, "to", 0) > look->now && !json_get_bool(row, "cover", false)) /* which its question tells of */
                all[(*count)++] = (struct lists_item){.json = row, .id = strtoll(text_of(row, "key"), NULL, 10), .at = json_get_i64(row, "from", 0)};
    qsort(all, (size_t)*count, sizeof *all, by_need);
    return all;
}

static void head(const struct look *look, struct surface *s)
{
    const struct json *root = document(look);
    int column = surface_text(s, 1, 1, -1, UI_TITLE, "On call") + 4, gaps = 0, asked = 0;
    for (const struct json *schedule = json_first(json_get(root, "schedules")); schedule; schedule = json_next(schedule))
        gaps += !json_count(json_get(schedule, "now"));
    for (const struct json *c = json_first(json_get(root, "covers")); c; c = json_next(c))
        asked += kind_of(c) == ASKED;
    column = look_piece(look, s, 1, column, gaps ? UI_LATE : UI_DIM, gaps ? arena_printf(look->arena, "%d without anybody", gaps) : "nobody is missing");
    column = look_piece(look, s, 1, column, asked ? UI_WARN : UI_DIM, !asked ? "nobody asks for cover" : arena_printf(look->arena, asked == 1 ? "1 asks for cover" : "%d ask for cover", asked));
    look_piece(look, s, 1, column, UI_DIM, arena_printf(look->arena, "times: %s", root ? text_of(root, "tz") : "-"));
}

static bool takes(const struct lists_item *item)
{
    return kind_of(item->json) == ASKED;
}

const struct lists_type oncall_list = {
    .takes = takes,
    .docs = {MIRROR_ONCALL},
    .doc_count = 1,
    .needs = 1,
    .items = items,
    .head = head,
    .columns = columns,
    .column_count = sizeof columns / sizeof *columns,
    .narrow = narrow,
    .narrow_count = sizeof narrow / sizeof *narrow,
    .narrow_below = NARROW,
    .above = above,
    .above_share = 80,
    .empty = "Nobody is away, and nobody takes another's turn. +o puts somebody on call for a while, +c asks who takes over, +a says who is away.\n"
             "oncall: in triage.yaml says whose turn it is.",
};

bool oncall_over(const struct look *look)
{
    for (const struct json *schedule = json_first(json_get(document(look), "schedules")); schedule; schedule = json_next(schedule))
        if (json_get_i64(schedule, "until", INT64_MAX) <= look->now)
            return true;
    const struct json *root = document(look);
    return root && json_get_i64(root, "to", INT64_MAX) < zone_at(look->tz, zone_day(look->tz, look->now) + DAYS, 0); /* midnight was since */
}

/* --- keys --- */

const char *oncall_argument(const struct look *look, const struct lists_item *item, const struct action_row **action)
{
    static const int own[] = {[ASKED] = ACTION_UNCOVER, [COVERED] = ACTION_UNCOVER, [OVERRIDE] = ACTION_UNOVERRIDE, [AWAY] = ACTION_PRESENT};
    int id = (int)(*action - action_table);
    bool ends = id == ACTION_UNOVERRIDE || id == ACTION_UNCOVER || id == ACTION_PRESENT;
    if (!ends && id != ACTION_COVER_ACCEPT)
        return NULL;
    if (ends)
        *action = &action_table[own[kind_of(item->json)]];
    return arena_printf(look->arena, "key=%s", text_of(item->json, "key"));
}

const char *oncall_preset(const struct look *look, const struct action_row *action)
{
    const struct json *schedule = json_first(json_get(document(look), "schedules")), *who = json_first(json_get(schedule, "now"));
    const char *of = schedule ? arena_printf(look->arena, " schedule=%s", text_of(schedule, "name")) : "", *agent = text_of(who, "agent");
    bool other = *agent && !is_me(look, agent);
    switch (action - action_table) {
    case ACTION_OVERRIDE:
        return arena_printf(look->arena, "agent=%s%s%s%s from=now to=+4h reason=\"\"", mirror_me(look->mirror), other ? " for=" : "", other ? agent : "", of);
    case ACTION_COVER:
        return arena_printf(look->arena, "from=now to=+4h%s note=\"\"", of);
    case ACTION_ABSENCE:
        return "from=now to=\"tomorrow 09:00\" kind=leave note=\"\"";
    default:
        return NULL;
    }
}
