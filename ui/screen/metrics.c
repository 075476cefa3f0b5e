/* metrics: tiles, then bars, then a table, as far as there is room. A tile is a name, the number with what it was before, and
 * the period's days as one line of blocks; nothing moves but what changed. */
#include "screen/metrics.h"
#include "base/str.h"
#include "screen/figure.h"
#include "widget/bar.h"
#include <string.h>

enum { TILE_ROWS = 4, WIDE = 150, BAR_MOST = 48, STRETCH = 3, SPLIT_FROM = 60 };
static const char *const periods[] = {"today", "7d", "28d"};
static const char *const titles[] = {"today", "7 days", "28 days"};
enum { PERIODS = sizeof periods / sizeof *periods };

static const struct json *stats(const struct look *look)
{
    return mirror_doc(look->mirror, MIRROR_STATS)->root;
}

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

/* --- what is asked for --- */

const char *metrics_path(const struct metrics *m, struct arena *arena)
{
    AUTO_STR path;
    str_init(&path, 1024);
    str_addf(&path, "/v1/stats?period=%s", periods[m->period]);
    for (const char *at = m->view; *at; at++)
        str_addf(&path, "%s%%%02X", at == m->view ? "&view=" : "", (unsigned char)*at);
    if (!*m->view)
        str_adds(&path, "&by=agent");
    return arena_strdup(arena, path.data);
}

bool metrics_period(struct metrics *m, const char *word)
{
    if (str_eq(word, "next") || str_eq(word, "prev")) {
        int to = m->period + (*word == 'n' ? 1 : -1);
        m->period = to < 0 ? 0 : to >= PERIODS ? PERIODS - 1 : to;
        return true;
    }
    for (int i = 0; i < PERIODS; i++)
        if (str_eq(word, periods[i])) {
            m->period = i;
            return true;
        }
    return false;
}

void metrics_step_view(struct metrics *m, const struct mirror *mirror, int by)
{
    int count = 1, at = 0; /* the configuration's, which stand first: what agents keep has no figures */
    while (count <= mirror_view_count(mirror) && str_eq(mirror_view_at(mirror, count - 1)->of, "desk"))
        count++;
    for (int i = 1; i < count; i++)
        if (str_eq(mirror_view_at(mirror, i - 1)->name, m->view))
            at = i;
    at = (at + by + count) % count;
    str_copy(m->view, sizeof m->view, at ? mirror_view_at(mirror, at - 1)->name : "");
}

void metrics_scroll(struct metrics *m, int lines)
{
    m->top = m->top + lines < 0 ? 0 : m->top + lines;
}

/* --- tiles --- */

/* Each step as wide as fits, so that a week is not a dot. */
static void draw_line(const struct look *look, struct surface *s, int row, int column, int width, const struct json *series)
{
    int steps = (int)json_count(series), times = steps ? width / steps : 1, n = 0;
    int64_t *values = ARENA_ARRAY(look->arena, int64_t, steps * STRETCH + 1), value;
    times = times < 1 ? 1 : times > STRETCH ? STRETCH : times;
    for (const struct json *at = json_first(series); at; at = json_next(at))
        for (int i = 0; i < times; i++)
            values[n++] = json_i64(at, &value) && value > 0 ? value : 0;
    bar_spark(s, row, column, width, values, (size_t)n, UI_ACCENT);
}

static void draw_tile(const struct look *look, struct surface *s, int row, int column, int width, const struct json *figure)
{
    const char *unit = text_of(figure, "unit"), *value = figure_text(look->arena, unit, json_get(figure, "value"));
    enum ui_role role;
    const char *change = figure_change(look->arena, figure, &role);
    surface_text(s, row, column, width, UI_HEADING, figure_title(json_name(figure)));
    int at = column + surface_text(s, row + 1, column, width, str_eq(value, "-") ? UI_MUTED : UI_STRONG, value) + 1;
    at += *change ? surface_text(s, row + 1, at, column + width - at, role, change) + 1 : 0;
    if (str_eq(unit, "ms") && json_get_i64(figure, "n", 0))
        surface_textf(s, row + 1, at, column + width - at, UI_DIM, "9/10 %s", figure_text(look->arena, unit, json_get(figure, "p90")));
    else if (str_eq(unit, "bp") && json_get_i64(figure, "n", 0))
        surface_textf(s, row + 1, at, column + width - at, UI_DIM, "of %lld", (long long)json_get_i64(figure, "n", 0));
    draw_line(look, s, row + 2, column, width, json_get(figure, "series"));
}

/* Breaches have bars of their own, but a wide screen has a place for their course too. */
static int draw_tiles(const struct look *look, struct surface *s, int row, int end)
{
    int width = look_columns(s), across = width >= WIDE ? 5 : 3, each = (width - 2) / across, i = 0, last = row;
    for (const struct json *m = json_first(json_get(stats(look), "metrics")); m; m = json_next(m)) {
        if (across == 3 && str_eq(json_name(m), "breached"))
            continue;
        int at = row + i / across * TILE_ROWS;
        if (at + TILE_ROWS - 1 > end)
            break;
        draw_tile(look, s, at, 1 + i % across * each, each - 2, m);
        last = at + TILE_ROWS;
        i++;
    }
    return last;
}

/* --- why clocks ran out --- */

static int64_t most_breaches(const struct json *list)
{
    int64_t most = 1;
    for (const struct json *b = json_first(list); b; b = json_next(b))
        most = json_get_i64(b, "n", 0) > most ? json_get_i64(b, "n", 0) : most;
    return most;
}

static int draw_breaches(const struct look *look, struct surface *s, int row, int end)
{
    const struct json *list = json_get(stats(look), "breaches");
    int width = look_columns(s), bar = width / 4 - 1 < BAR_MOST ? width / 4 - 1 : BAR_MOST;
    int64_t most = most_breaches(list);
    if (row >= end)
        return row;
    if (!json_count(list)) {
        surface_text(s, row, 1, width - 2, UI_OK, "✔ No clock ran out, in this period or the one before.");
        return row + 1;
    }
    surface_text(s, row++, 1, width - 2, UI_HEADING, width < 52 ? "clocks that ran out" : "clocks that ran out, and how the ticket stood then");
    for (const struct json *b = json_first(list); b && row < end; b = json_next(b), row++) {
        int64_t n = json_get_i64(b, "n", 0);
        surface_text(s, row, 1, 15, UI_NORMAL, look_words(look->arena, text_of(b, "metric")));
        surface_text(s, row, 17, 26, UI_DIM, text_of(b, "says"));
        bar_share(s, row, 44, bar, n, most, UI_LATE);
        surface_textf(s, row, 45 + bar, width - bar - 46, n ? UI_STRONG : UI_MUTED, "%lld", (long long)n);
        surface_textf(s, row, 51 + bar, width - bar - 52, UI_DIM, "before %lld", (long long)json_get_i64(b, "before", 0));
    }
    return row;
}

static int draw_age(const struct look *look, struct surface *s, int row)
{
    const struct json *age = json_path(stats(look), "now.age");
    if (!json_get_i64(age, "open", 0))
        return row;
    surface_textf(s, row, 1, look_columns(s) - 2, UI_DIM, "open now: %lld, half of them for less than %s, nine tenths less than %s, the oldest for %s",
                  (long long)json_get_i64(age, "open", 0), figure_text(look->arena, "ms", json_get(age, "p50")),
                  figure_text(look->arena, "ms", json_get(age, "p90")), figure_text(look->arena, "ms", json_get(age, "oldest")));
    return row + 1;
}

/* --- who --- */

/* Nobody's: no ticket comes in to an agent. */
static bool of_the_desk(const struct json *metric)
{
    return str_eq(json_name(metric), "created");
}

static void split_cells(const struct look *look, struct surface *s, int row, const struct json *metrics, bool heads, bool agents)
{
    int column = 16, width = look_columns(s);
    for (const struct json *m = json_first(metrics); m && column + 15 < width; m = json_next(m)) {
        if (agents && of_the_desk(m))
            continue;
        if (heads)
            surface_right(s, row, column, 14, UI_HEADING, figure_title(json_name(m)));
        else
            surface_right(s, row, column, 14, json_is(json_get(m, "value"), JSON_NULL) || !json_get_i64(m, "value", 1) ? UI_MUTED : UI_NORMAL,
                          figure_text(look->arena, text_of(m, "unit"), json_get(m, "value")));
        column += 15;
    }
}

static void draw_split(struct metrics *m, const struct look *look, struct surface *s, int row, int end)
{
    const struct json *rows = json_get(stats(look), "by");
    int count = (int)json_count(rows), index = 0;
    m->rows = end - row - 1;
    if (!count || m->rows < 1 || look_columns(s) < SPLIT_FROM)
        return;
    if (m->top > count - m->rows)
        m->top = count > m->rows ? count - m->rows : 0;
    surface_text(s, row, 1, 14, UI_HEADING, "agent");
    split_cells(look, s, row++, json_get(json_first(rows), "metrics"), true, true);
    for (const struct json *r = json_first(rows); r && row < end; r = json_next(r)) {
        if (index++ < m->top)
            continue;
        const char *name = look_owner(look, text_of(r, "key"));
        surface_text(s, row, 1, 14, str_eq(name, "you") ? UI_MINE : UI_NORMAL, name);
        split_cells(look, s, row++, json_get(r, "metrics"), false, true);
    }
}

/* --- day by day, where a screen is tall --- */

static const struct json *step_of(const struct json *series, int n)
{
    const struct json *at = json_first(series);
    while (n-- > 0 && at)
        at = json_next(at);
    return at;
}

/* The newest on top, as many as fit. */
static void draw_days(const struct look *look, struct surface *s, int row, int end)
{
    const struct json *root = stats(look), *metrics = json_get(root, "metrics"), *steps = json_get(root, "steps");
    int count = (int)json_count(steps), width = look_columns(s);
    int64_t at;
    if (width < SPLIT_FROM || !str_eq(text_of(root, "step"), "day"))
        return;
    surface_text(s, row, 1, 14, UI_HEADING, "day");
    split_cells(look, s, row++, metrics, true, false);
    for (int i = count - 1; i >= 0 && row < end; i--, row++) {
        int column = 16;
        surface_text(s, row, 1, 14, UI_DIM, json_i64(step_of(steps, i), &at) ? figure_day(look->arena, at, look->zone) : "");
        for (const struct json *m = json_first(metrics); m && column + 15 < width; m = json_next(m), column += 15) {
            const struct json *value = step_of(json_get(m, "series"), i);
            int64_t n = 0;
            surface_right(s, row, column, 14, json_i64(value, &n) && n ? UI_NORMAL : UI_MUTED, figure_text(look->arena, text_of(m, "unit"), value));
        }
    }
}

/* --- the screen --- */

static void draw_head(const struct look *look, struct surface *s)
{
    const struct json *root = stats(look), *view = json_get(root, "view");
    const char *period = root ? text_of(root, "period") : "";
    int column = surface_text(s, 1, 1, -1, UI_TITLE, "Metrics") + 4, width = look_columns(s);
    for (int i = 0; i < PERIODS; i++) {
        bool active = str_eq(period, periods[i]);
        int used = surface_text(s, 1, column, width - column, active ? UI_TAB_ACTIVE : UI_TAB, titles[i]);
        if (active)
            look_active(s, 1, column, used);
        column += used + 3;
    }
    const struct mirror_view *shown = json_string(view) ? mirror_view_find(look->mirror, json_string(view)) : NULL;
    look_piece(look, s, 1, column + 1, UI_DIM, arena_printf(look->arena, "of %s", shown ? shown->title : json_string(view) ? json_string(view) : "the whole desk"));
}

static bool nothing_yet(const struct json *root)
{
    const struct json *created = json_path(root, "metrics.created");
    return !json_get_i64(created, "n", 0) && !json_get_i64(json_get(created, "before"), "n", 0) && !json_get_i64(json_path(root, "metrics.backlog"), "value", 0);
}

void metrics_draw(struct metrics *m, const struct look *look, struct surface *s)
{
    int foot = look_footer(look, s), width = look_columns(s), row = LOOK_TOP;
    look_header(look, s, "");
    if (look->banner)
        look_tabs(look, s, 0);
    else
        draw_head(look, s);
    surface_rule(s, LOOK_TOP - 1);
    if (!stats(look) || nothing_yet(stats(look))) {
        look_empty(look, s, row + 1, 4, width - 6,
                   stats(look) ? "No ticket came in, in this period or the one before, and none is open.\n"
                                 "] shows a longer period, h and l the numbers of a view; triage stats --since T says any other."
                               : "Reading…");
        return;
    }
    row = draw_tiles(look, s, row, foot);
    row = draw_breaches(look, s, row, foot);
    if (row + 1 < foot)
        row = draw_age(look, s, row + 1);
    int split = (int)json_count(json_get(stats(look), "by")), days = row + 1 + (split ? split + 2 : 0);
    if (row + 3 < foot)
        draw_split(m, look, s, row + 1, foot);
    if (days + 4 < foot)
        draw_days(look, s, days, foot);
}
