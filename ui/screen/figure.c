/* figure: see figure.h. Better and worse are said by role beside the sign; what is neither stays plain. */
#include "screen/figure.h"
#include "base/str.h"
#include "base/zone.h"
#include "widget/bar.h"
#include <string.h>

static const char *say(struct arena *arena, const char *unit, int64_t value)
{
    char buf[BAR_TIME];
    if (str_eq(unit, "ms"))
        return arena_strdup(arena, bar_time(value, buf));
    if (str_eq(unit, "bp"))
        return value % 100 / 10 ? arena_printf(arena, "%lld.%lld %%", (long long)(value / 100), (long long)(value % 100 / 10))
                           : arena_printf(arena, "%lld %%", (long long)(value / 100));
    return arena_printf(arena, "%lld", (long long)value);
}

const char *figure_text(struct arena *arena, const char *unit, const struct json *node)
{
    int64_t value;
    return json_i64(node, &value) ? say(arena, unit, value) : "-";
}

const char *figure_change(struct arena *arena, const struct json *figure, enum ui_role *role)
{
    int64_t now, was;
    bool count = str_eq(json_get_string(figure, "unit", ""), "count");
    *role = UI_DIM;
    if (!json_i64(json_get(figure, "value"), &now) || !json_i64(json_path(figure, "before.value"), &was) || (count && !now && !was))
        return "";
    if (now == was)
        return "same";
    bool lower = json_get_bool(figure, "lower_is_better", false);
    *role = (now < was) == lower ? UI_OK : UI_WARN;
    return arena_printf(arena, "%s%s", now > was ? "+" : "-", say(arena, json_get_string(figure, "unit", ""), now > was ? now - was : was - now));
}

const char *figure_title(const char *metric)
{
    static const struct { const char *metric, *title; } titles[] = {
        {"created", "came in"}, {"resolved", "resolved"}, {"backlog", "open"}, {"first_response", "first response"}, {"next_response", "next response"},
        {"resolution", "resolution"}, {"reopened", "reopened"}, {"breached", "breached"}, {"sla", "clocks kept"}, {"csat", "satisfied"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i].metric, metric) == 0)
            return titles[i].title;
    return metric;
}

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *figure_day(struct arena *arena, int64_t begins, int64_t zone)
{
    static const char *const weekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    enum { NOON = 12 * 3600000 };
    struct civil day;
    zone_civil(NULL, begins + NOON + zone, &day);
    return arena_printf(arena, "%s %d %s", weekdays[day.weekday - 1], day.day, months[day.month - 1]);
}

const char *figure_period(struct arena *arena, const struct json *root, int64_t zone)
{
    const char *name = json_get_string(root, "period", "");
    struct civil from, to;
    if (str_eq(name, "today"))
        return "today";
    if (!str_eq(name, "custom"))
        return str_eq(name, "28d") ? "28 days" : "7 days";
    zone_civil(NULL, json_get_i64(root, "from", 0) + zone, &from);
    zone_civil(NULL, json_get_i64(root, "to", 0) - 1 + zone, &to);
    return arena_printf(arena, "%d %s to %d %s", from.day, months[from.month - 1], to.day, months[to.month - 1]);
}
