/* oncall: who is on call, from when to when and why, in one answer: what is now and next in each schedule, the spans of a
 * window, and what people set about it. Computed from the configuration and the desk's records at each question; nothing of
 * it is stored. */
#include "api/calls.h"
#include "api/show.h"
#include "base/str.h"
#include "core/moment.h"
#include "core/rota.h"
#include "engine/engine.h"
#include <string.h>

enum { SPANS = 2000, AHEAD_DAYS = 60, LONGEST_DAYS = 400 };
static const int64_t DAY = 86400000;

struct asking {
    struct show show;
    struct desk_state state;
    struct rota rota;
    const struct zone *zone; /* the reader's */
    int64_t from, to;
};

/* --- what is asked --- */

/* ms, or a text on the reader's clock. */
static bool read_time(struct asking *a, struct request *req, const char *name, int64_t base, int64_t fallback, int64_t *ms)
{
    const char *text = request_query(req, name);
    *ms = fallback;
    if (!text || !*text)
        return true;
    if (strspn(text, "0123456789") != strlen(text))
        return moment_parse(&(struct moment){.zone = a->zone, .base = base}, text, ms, &a->show.err) || err_in(&a->show.err, "%s", name);
    *ms = request_query_i64(req, name, -1, 0, INT64_C(253402300799999));
    return *ms >= 0 || err_set(&a->show.err, ERR_INPUT, "%s: no such time", name);
}

static bool read_window(struct asking *a, struct request *req)
{
    if (!read_time(a, req, "from", a->show.now, a->show.now, &a->from) || !read_time(a, req, "to", a->from, a->from + 7 * DAY, &a->to))
        return false;
    return (a->to > a->from && a->to - a->from <= LONGEST_DAYS * DAY) ||
           err_set(&a->show.err, ERR_INPUT, "to: behind from, and at most %d days", LONGEST_DAYS);
}

/* --- what is answered --- */

static struct json *people_json(const struct rota_person *people, int count)
{
    struct json *list = json_array();
    for (int i = 0; i < count; i++) {
        struct json *row = json_object();
        json_put_string(row, "agent", people[i].agent);
        json_put_string(row, "why", rota_why_words[people[i].why]);
        json_put_string(row, "rotation", people[i].rotation);
        json_put_string(row, "for", people[i].instead);
        json_put_string(row, "override", people[i].override ? people[i].override->key : NULL);
        json_push(list, row);
    }
    return list;
}

static struct json *span_json(const struct rota_span *span)
{
    struct json *row = json_object();
    json_put_i64(row, "from", span->from);
    json_put_i64(row, "to", span->to);
    json_put(row, "people", people_json(span->people, span->count));
    return row;
}

static bool too_many(struct asking *a, const char *schedule)
{
    return err_set(&a->show.err, ERR_INPUT, "schedule %s has more than %d spans in that time; ask for less", schedule, SPANS);
}

/* Now, and what follows within AHEAD_DAYS; an hourly rotation fills less than that. */
static void put_now(struct asking *a, const struct config_schedule *schedule, struct json *row)
{
    struct rota_span *spans;
    int n = -1;
    for (int64_t days = AHEAD_DAYS; n < 0 && days > 0; days /= 4)
        n = rota_spans(a->show.arena, &a->rota, schedule->name, a->show.now, a->show.now + days * DAY, SPANS, &spans);
    json_put(row, "now", people_json(n > 0 ? spans[0].people : NULL, n > 0 ? spans[0].count : 0));
    if (n > 1) {
        json_put_i64(row, "until", spans[0].to);
        json_put(row, "next", span_json(&spans[1]));
    } else {
        json_put_null(row, "until");
        json_put_null(row, "next");
    }
}

static bool put_schedule(struct asking *a, const struct config_schedule *schedule, struct json *list)
{
    struct rota_span *spans;
    int n = rota_spans(a->show.arena, &a->rota, schedule->name, a->from, a->to, SPANS, &spans);
    if (n < 0)
        return too_many(a, schedule->name);
    struct json *row = json_object(), *all = json_array();
    json_put_string(row, "name", schedule->name);
    json_put_string(row, "tz", zone_name(config_zone(schedule->zone)));
    put_now(a, schedule, row);
    for (int i = 0; i < n; i++)
        json_push(all, span_json(&spans[i]));
    json_put(row, "spans", all);
    json_push(list, row);
    return true;
}

static bool put_schedules(struct asking *a, const char *name, struct json *root)
{
    const struct config *config = a->show.config;
    struct json *list = json_array();
    bool ok = true;
    for (int i = 0; ok && i < config->schedule_count; i++)
        if (!name || str_eq(config->schedules[i].name, name))
            ok = put_schedule(a, &config->schedules[i], list);
    json_put(root, "schedules", list);
    if (ok && name && !config_schedule(config, *name ? name : "?"))
        return err_set(&a->show.err, ERR_NOT_FOUND, "there is no schedule \"%.64s\"; `triage oncall` lists them", name);
    return ok;
}

/* In the window, or still to come. */
static bool counts(const struct asking *a, int64_t from, int64_t to)
{
    return to > a->show.now || (from < a->to && to > a->from);
}

static struct json *overrides_json(const struct asking *a)
{
    struct json *list = json_array();
    for (int i = 0; i < a->state.override_count; i++) {
        const struct override *o = &a->state.overrides[i];
        if (!counts(a, o->from, o->to))
            continue;
        struct json *row = json_object();
        json_put_string(row, "key", o->key);
        json_put_string(row, "schedule", o->schedule);
        json_put_string(row, "action", override_action_words[o->action]);
        json_put_string(row, "agent", o->agent);
        json_put_string(row, "for", o->instead);
        json_put_i64(row, "from", o->from);
        json_put_i64(row, "to", o->to);
        json_put_string(row, "by", o->by);
        json_put_string(row, "reason", show_said(&a->show, o->reason));
        json_put_bool(row, "cover", o->cover);
        json_push(list, row);
    }
    return list;
}

static struct json *covers_json(const struct asking *a)
{
    struct json *list = json_array();
    for (int i = 0; i < a->state.cover_count; i++) {
        const struct cover *c = &a->state.covers[i];
        if (!counts(a, c->from, c->to))
            continue;
        struct json *row = json_object();
        json_put_string(row, "key", c->key);
        json_put_string(row, "schedule", c->schedule);
        json_put_string(row, "asked", c->asked);
        json_put_i64(row, "from", c->from);
        json_put_i64(row, "to", c->to);
        json_put_string(row, "note", show_said(&a->show, c->note));
        json_put_string(row, "accepted_by", c->accepted_by);
        json_push(list, row);
    }
    return list;
}

static struct json *absences_json(const struct asking *a)
{
    struct json *list = json_array();
    for (int i = 0; i < a->state.absence_count; i++) {
        const struct absence *x = &a->state.absences[i];
        if (!counts(a, x->from, x->to))
            continue;
        struct json *row = json_object();
        json_put_string(row, "key", x->key);
        json_put_string(row, "agent", x->agent);
        json_put_string(row, "kind", x->kind);
        json_put_i64(row, "from", x->from);
        json_put_i64(row, "to", x->to);
        json_put_string(row, "note", show_said(&a->show, x->note));
        json_push(list, row);
    }
    return list;
}

static struct json *agents_json(const struct asking *a)
{
    struct json *list = json_array();
    for (int i = 0; i < a->show.config->agent_count; i++) {
        const struct config_agent *agent = &a->show.config->agents[i];
        struct json *row = json_object();
        json_put_string(row, "name", agent->name);
        json_put_string(row, "tz", zone_name(config_zone(agent->zone)));
        json_put_bool(row, "on_shift", rota_on_shift(&a->rota, agent->name, a->show.now));
        json_push(list, row);
    }
    return list;
}

static void get_oncall(struct request *req)
{
    struct asking a;
    if (!show_open(&a.show, req))
        return;
    if (!call_zone(req, request_query(req, "tz"), request_query(req, "local"), &a.zone, &a.show.err) || !read_window(&a, req) || !engine_desk_read(a.show.store, a.show.arena, &a.state, &a.show.err)) {
        show_fail(&a.show);
        return;
    }
    a.rota = (struct rota){a.show.config, &a.state};
    struct json *root = json_object();
    json_put_i64(root, "now", a.show.now);
    json_put_string(root, "me", req->agent->name);
    json_put_string(root, "tz", zone_name(a.zone));
    json_put_i64(root, "from", a.from);
    json_put_i64(root, "to", a.to);
    put_schedules(&a, request_query(req, "schedule"), root);
    json_put(root, "overrides", overrides_json(&a));
    json_put(root, "covers", covers_json(&a));
    json_put(root, "absences", absences_json(&a));
    json_put(root, "agents", agents_json(&a));
    show_answer(&a.show, root);
}

const struct call oncall_calls[] = {
    {.method = "GET", .path = "/v1/oncall", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_oncall,
     .help = "who is on call: now, next, and the spans of a window, with why"},
    {0},
};
