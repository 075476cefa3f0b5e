/* stats: see stats.h. One call; a line a number, then why clocks ran out, then the split that was asked for. */
#include "app/stats.h"
#include "base/str.h"
#include "base/text.h"
#include "screen/figure.h"
#include "screen/look.h"
#include <stdio.h>
#include <stdlib.h>

const char stats_help[] =
    "  triage stats                            7 days against the 7 before; --period today, 7d, 28d\n"
    "  triage stats --since 2026-11-01         a period of its own; --until T ends it\n"
    "  triage stats --view critical            of a view's tickets\n"
    "  triage stats --by agent                 split: day, source, view, agent (leads: everybody), team (leads)\n"
    "  triage stats --metric sla,csat --json   created resolved backlog first_response next_response resolution reopened breached sla csat\n";

static const char *text_of(const struct json *object, const char *name)
{
    return json_get_string(object, name, "");
}

static void line(struct print *p, const struct json *figure)
{
    enum ui_role role;
    const char *unit = text_of(figure, "unit");
    bool timed = str_eq(unit, "ms");
    print_cell(p, figure_title(json_name(figure)), 16, false);
    print_cell(p, figure_text(p->arena, unit, json_get(figure, "value")), 9, true);
    print_cell(p, timed ? figure_text(p->arena, unit, json_get(figure, "p90")) : "", 9, true);
    print_cell(p, figure_text(p->arena, unit, json_path(figure, "before.value")), 9, true);
    print_cell(p, figure_change(p->arena, figure, &role), 9, true);
    if (!str_eq(unit, "count"))
        str_addf(p->out, "of %lld", (long long)json_get_i64(figure, "n", 0));
    print_end(p);
}

static void print_age(struct print *p, const struct json *age)
{
    if (!json_get_i64(age, "open", 0))
        return;
    str_addf(p->out, "\nopen now: %lld, half of them for less than %s, nine tenths for less than %s, the oldest for %s\n", (long long)json_get_i64(age, "open", 0),
             figure_text(p->arena, "ms", json_get(age, "p50")), figure_text(p->arena, "ms", json_get(age, "p90")), figure_text(p->arena, "ms", json_get(age, "oldest")));
}

static void print_breaches(struct print *p, const struct json *list)
{
    if (json_count(list))
        str_adds(p->out, "\nclocks that ran out, and how the ticket stood then:\n");
    for (const struct json *b = json_first(list); b; b = json_next(b)) {
        print_cell(p, look_words(p->arena, text_of(b, "metric")), 16, false);
        print_cell(p, arena_printf(p->arena, "%lld", (long long)json_get_i64(b, "n", 0)), 9, true);
        print_cell(p, arena_printf(p->arena, "before %lld", (long long)json_get_i64(b, "before", 0)), 12, false);
        print_safe(p, text_of(b, "says"));
        print_end(p);
    }
}

static void heads(struct print *p, const struct json *metrics, const char *first, int width)
{
    print_cell(p, first, width, false);
    for (const struct json *m = json_first(metrics); m; m = json_next(m))
        print_cell(p, figure_title(json_name(m)), 14, true);
    print_end(p);
}

static void print_split(struct print *p, const struct json *rows)
{
    if (!json_count(rows))
        return;
    str_addc(p->out, '\n');
    heads(p, json_get(json_first(rows), "metrics"), "", 16);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        print_cell(p, text_of(row, "key"), 16, false);
        for (const struct json *m = json_first(json_get(row, "metrics")); m; m = json_next(m))
            print_cell(p, figure_text(p->arena, text_of(m, "unit"), json_get(m, "value")), 14, true);
        print_end(p);
    }
}

static const struct json *nth(const struct json *list, int n)
{
    const struct json *at = json_first(list);
    while (n-- > 0 && at)
        at = json_next(at);
    return at;
}

static void print_days(struct print *p, const struct json *root)
{
    const struct json *metrics = json_get(root, "metrics");
    bool hours = str_eq(text_of(root, "step"), "hour");
    struct look look = {.arena = p->arena, .now = p->now, .zone = p->zone};
    int i = 0;
    str_addc(p->out, '\n');
    heads(p, metrics, "", 16);
    for (const struct json *step = json_first(json_get(root, "steps")); step; step = json_next(step), i++) {
        int64_t at = 0;
        json_i64(step, &at);
        print_cell(p, hours ? look_clock(&look, at) : figure_day(p->arena, at, p->zone), 16, false);
        for (const struct json *m = json_first(metrics); m; m = json_next(m))
            print_cell(p, figure_text(p->arena, text_of(m, "unit"), nth(json_get(m, "series"), i)), 14, true);
        print_end(p);
    }
}

static void print_stats(struct print *p, const struct json *root, bool days)
{
    const struct json *view = json_get(root, "view");
    str_addf(p->out, "%s of %s\n\n", figure_period(p->arena, root, p->zone), json_string(view) ? text_safe_in(p->arena, json_string(view), TEXT_LINE) : "the whole desk");
    print_cell(p, "", 16, false);
    print_cell(p, "NOW", 9, true);
    print_cell(p, "9 OF 10", 9, true);
    print_cell(p, "BEFORE", 9, true);
    print_cell(p, "CHANGE", 9, true);
    print_end(p);
    for (const struct json *m = json_first(json_get(root, "metrics")); m; m = json_next(m))
        line(p, m);
    print_age(p, json_path(root, "now.age"));
    print_breaches(p, json_get(root, "breaches"));
    if (days)
        print_days(p, root);
    print_split(p, json_get(root, "by"));
}

int stats_run(struct shell *sh)
{
    static const char *const options[] = {"period", "view", "by", "metric"};
    const char *since = shell_option(sh, "--since", true), *until = shell_option(sh, "--until", true);
    bool days = false;
    int64_t from, to;
    int code = 0;
    AUTO_STR path;
    str_init(&path, 8192);
    str_adds(&path, "/v1/stats?");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = shell_option(sh, arena_printf(sh->arena, "--%s", options[i]), true);
        days |= value && str_eq(options[i], "by") && str_eq(value, "day");
        if (value)
            str_addf(&path, "%s=%s&", options[i], shell_escape(sh, value));
    }
    if (sh->argc)
        return shell_usage(sh, "stats takes options only, not ", sh->argv[0], "triage help stats");
    if (!shell_since(sh, since, &from, &code) || !shell_since(sh, until, &to, &code))
        return code;
    str_addf(&path, "from=%lld&to=%lld", (long long)from, (long long)to);
    const struct json *root = shell_fetch(sh, path.data, NULL, &code);
    if (!root)
        return code;
    if (!sh->options.json)
        print_stats(&sh->print, root, days);
    return shell_flush(sh);
}
