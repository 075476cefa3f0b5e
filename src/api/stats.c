/* stats: GET /v1/stats, the desk's numbers for a period, of the whole desk or a view, and split by source, view, agent or team.
 * What single people did is for leads; everybody may see their own. */
#include "api/calls.h"
#include "api/figures.h"
#include "api/show.h"
#include "base/str.h"
#include "core/sla.h"
#include "core/stat.h"
#include <stdlib.h>
#include <string.h>

struct asked {
    struct figures_period period;
    const struct config_view *view; /* NULL: the whole desk */
    const char *whom, *by;
    const struct figures_metric *metrics[16]; int metric_count;
};

/* --- what is asked for --- */

static bool read_metrics(struct show *show, struct asked *a)
{
    const char *text = request_query(show->req, "metric");
    char *copy = text && *text ? arena_strdup(show->arena, text) : NULL, *save = NULL;
    for (const struct figures_metric *m = figures_metrics; m->name && !copy; m++)
        a->metrics[a->metric_count++] = m;
    for (char *name = copy ? strtok_r(copy, ",", &save) : NULL; name; name = strtok_r(NULL, ",", &save)) {
        const struct figures_metric *m = figures_metric(name);
        if (!m)
            return err_set(&show->err, ERR_USAGE, "metric: no \"%.40s\"; there are created, resolved, backlog, first_response, next_response, resolution, reopened,"
                                                  " breached, sla, csat", name);
        if (a->metric_count < (int)(sizeof a->metrics / sizeof *a->metrics))
            a->metrics[a->metric_count++] = m;
    }
    return true;
}

static bool read_view(struct show *show, struct asked *a)
{
    const char *name = request_query(show->req, "view");
    a->whom = "";
    for (int i = 0; name && *name && i < show->config->view_count && !a->view; i++)
        if (str_eq(show->config->views[i].name, name))
            a->view = &show->config->views[i];
    if (a->view)
        a->whom = a->view->mine ? arena_printf(show->arena, "view:%s\x1e%s", a->view->name, show->req->agent->name) : arena_printf(show->arena, "view:%s", a->view->name);
    return a->view || !name || !*name || err_set(&show->err, ERR_NOT_FOUND, "no view \"%.60s\" in the configuration; what agents keep has no figures", name);
}

static bool read_by(struct show *show, struct asked *a)
{
    static const char *const known[] = {"", "day", "source", "view", "agent", "team"};
    bool good = false;
    a->by = request_query(show->req, "by");
    a->by = a->by ? a->by : "";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        good |= str_eq(a->by, known[i]);
    if (!good)
        return err_set(&show->err, ERR_USAGE, "by: day, source, view, agent or team");
    if (a->view && *a->by && !str_eq(a->by, "day"))
        return err_set(&show->err, ERR_USAGE, "by: of the whole desk only; leave out the view");
    return !str_eq(a->by, "team") || show->req->agent->role >= ROLE_LEAD || role_refuse(&show->err, "what teams did", ROLE_LEAD, show->req->agent->role);
}

static bool read_asked(struct show *show, struct asked *a)
{
    int64_t from = request_query_i64(show->req, "from", 0, 0, INT64_MAX), to = request_query_i64(show->req, "to", 0, 0, INT64_MAX);
    const char *name = request_query(show->req, "period");
    name = name && *name ? name : from ? NULL : "7d";
    *a = (struct asked){0};
    return read_metrics(show, a) && read_view(show, a) && read_by(show, a) &&
           figures_period(name, from, to, config_zone(show->config->zone), show->now, &a->period, &show->err);
}

/* --- shapes --- */

static void put_known(struct json *row, const char *name, int64_t value)
{
    if (value == FIGURES_NONE)
        json_put_null(row, name);
    else
        json_put_i64(row, name, value);
}

static struct json *figure_row(const struct figures_metric *m, const struct figure *f, const struct figures_period *p, bool whole)
{
    static const char *const units[] = {"count", "ms", "bp"};
    struct json *row = json_object(), *before = json_object(), *series = json_array();
    bool timed = m->unit == UNIT_MS;
    json_put_string(row, "unit", units[m->unit]);
    json_put_i64(row, "n", f->n);
    put_known(row, "value", f->value);
    if (timed) {
        put_known(row, "p90", f->p90);
        put_known(row, "mean", f->mean);
    }
    json_put_i64(before, "n", f->was_n);
    put_known(before, "value", f->was_value);
    if (timed)
        put_known(before, "p90", f->was_p90);
    json_put(row, "before", before);
    for (int i = 0; i < p->steps && whole; i++)
        json_push(series, f->series[i] == FIGURES_NONE ? json_new_null() : json_new_i64(f->series[i]));
    if (whole) {
        json_put_bool(row, "lower_is_better", m->lower_is_better);
        json_put_string(row, "help", m->help);
        json_put(row, "series", series);
    } else {
        json_free(series);
    }
    return row;
}

static struct json *figures_of(struct show *show, const struct asked *a, const char *whom, bool whole)
{
    struct json *root = json_object();
    for (int i = 0; i < a->metric_count && show->err.code == ERR_NONE; i++) {
        struct figure f;
        if (figures_read(show->store, show->arena, a->metrics[i], whom, &a->period, &f, &show->err))
            json_put(root, a->metrics[i]->name, figure_row(a->metrics[i], &f, &a->period, whole));
    }
    return root;
}

static struct json *breaches_of(struct show *show, const struct asked *a)
{
    struct json *list = json_array();
    for (int metric = 0; metric < SLA_METRICS; metric++)
        for (int cause = 0; cause < BREACH_CAUSES; cause++) {
            int64_t n = 0, was = 0;
            const char *part = arena_printf(show->arena, "%s/%s", sla_metric_word(metric), stat_cause_word(cause));
            if (!figures_part(show->store, show->arena, STAT_BREACHED, a->whom, part, &a->period, &n, &was, &show->err) || n + was <= 0)
                continue;
            struct json *row = json_object();
            json_put_string(row, "metric", sla_metric_word(metric));
            json_put_string(row, "cause", stat_cause_word(cause));
            json_put_string(row, "says", stat_cause_sentence(cause));
            json_put_i64(row, "n", n);
            json_put_i64(row, "before", was);
            json_push(list, row);
        }
    return list;
}

static struct json *clocks_of(struct show *show, const struct asked *a)
{
    struct json *list = json_array();
    for (int metric = 0; metric < SLA_METRICS; metric++) {
        int64_t n[2] = {0}, was[2] = {0};
        for (int missed = 0; missed < 2; missed++)
            figures_part(show->store, show->arena, STAT_SETTLED, a->whom, arena_printf(show->arena, "%s/%s", sla_metric_word(metric), stat_settled_word(missed)),
                         &a->period, &n[missed], &was[missed], &show->err);
        struct json *row = json_object();
        json_put_string(row, "metric", sla_metric_word(metric));
        json_put_i64(row, "kept", n[0]);
        json_put_i64(row, "missed", n[1]);
        json_push(list, row);
    }
    return list;
}

static struct json *age_of(struct show *show, const struct asked *a)
{
    struct figures_age age;
    struct json *row = json_object();
    if (!figures_age(show->store, show->arena, a->whom, show->now, &age, &show->err))
        return row;
    json_put_i64(row, "open", age.n);
    put_known(row, "p50", age.n ? age.p50 : FIGURES_NONE);
    put_known(row, "p90", age.n ? age.p90 : FIGURES_NONE);
    put_known(row, "oldest", age.n ? age.oldest : FIGURES_NONE);
    return row;
}

/* --- split --- */

static void add_row(struct show *show, const struct asked *a, struct json *rows, const char *kind, const char *name)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_eq(json_get_string(row, "key", ""), name))
            return; /* sources of one account, agents of one team */
    struct json *row = json_object();
    json_put_string(row, "key", name);
    json_put(row, "metrics", figures_of(show, a, arena_printf(show->arena, "%s:%s", kind, name), false));
    json_push(rows, row);
}

static struct json *rows_by(struct show *show, const struct asked *a)
{
    const struct config *c = show->config;
    const struct config_agent *me = show->req->agent;
    struct json *rows = json_array();
    for (int i = 0; i < c->source_count && str_eq(a->by, "source"); i++)
        add_row(show, a, rows, "source", c->sources[i].account);
    for (int i = 0; i < c->view_count && str_eq(a->by, "view"); i++)
        if (!c->views[i].mine)
            add_row(show, a, rows, "view", c->views[i].name);
    for (int i = 0; i < c->agent_count; i++) {
        if (str_eq(a->by, "agent") && (me->role >= ROLE_LEAD || str_eq(me->name, c->agents[i].name)))
            add_row(show, a, rows, "agent", c->agents[i].name);
        if (str_eq(a->by, "team") && c->agents[i].team)
            add_row(show, a, rows, "team", c->agents[i].team);
    }
    return rows;
}

/* --- the answer --- */

static struct json *by_words(struct show *show, const char *field, int n, const char *(*word)(int))
{
    struct json *row = json_object();
    for (int i = 1; i < n; i++) {
        int64_t count = 0, sum;
        store_tally_get(show->store, "tickets", arena_printf(show->arena, "%s:%s", field, word(i)), 0, &count, &sum, &show->err);
        json_put_i64(row, word(i), count);
    }
    return row;
}

static struct json *by_source(struct show *show)
{
    struct json *row = json_object();
    for (int i = 0; i < show->config->source_count; i++) {
        int64_t count = 0, sum;
        const char *account = show->config->sources[i].account;
        store_tally_get(show->store, "tickets", arena_printf(show->arena, "source:%s", account), 0, &count, &sum, &show->err);
        if (!json_get(row, account))
            json_put_i64(row, account, count);
    }
    return row;
}

static void put_period(struct show *show, const struct asked *a, struct json *root)
{
    struct json *steps = json_array();
    json_put_string(root, "view", a->view ? a->view->name : NULL);
    json_put_string(root, "period", a->period.name);
    json_put_i64(root, "from", a->period.begins);
    json_put_i64(root, "to", a->period.ends);
    json_put_string(root, "step", a->period.hour ? "hour" : "day");
    for (int i = 0; i < a->period.steps; i++)
        json_push(steps, json_new_i64(figures_step(&a->period, config_zone(show->config->zone), i)));
    json_put(root, "steps", steps);
}

static void put_now(struct show *show, const struct asked *a, struct json *root)
{
    struct json *now = json_object();
    json_put(now, "by_status", by_words(show, "status", STATUS_CLOSED + 1, status_word));
    json_put(now, "by_urgency", by_words(show, "urgency", URGENCY_CRITICAL + 1, urgency_word));
    json_put(now, "by_source", by_source(show));
    json_put(now, "age", age_of(show, a));
    json_put(root, "now", now);
}

static void get_stats(struct request *req)
{
    struct show show;
    struct asked a;
    if (!show_open(&show, req))
        return;
    if (!read_asked(&show, &a)) {
        show_fail(&show);
        return;
    }
    struct json *root = json_object();
    put_period(&show, &a, root);
    json_put(root, "metrics", figures_of(&show, &a, a.whom, true));
    json_put(root, "breaches", breaches_of(&show, &a));
    json_put(root, "clocks", clocks_of(&show, &a));
    put_now(&show, &a, root);
    if (*a.by && !str_eq(a.by, "day"))
        json_put(root, "by", rows_by(&show, &a));
    show_answer(&show, root);
}

const struct call stat_calls[] = {
    {.method = "GET", .path = "/v1/stats", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_stats, .help = "the desk's numbers for a period"},
    {0},
};
