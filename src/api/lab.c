/* lab: dry runs. An explanation is read at once; a replay takes seconds, so it has a thread and a read-only handle of its own
 * while its request is parked, one at a time. Nothing here writes. */
#include "api/calls.h"
#include "api/show.h"
#include "base/clock.h"
#include "core/moment.h"
#include <pthread.h>
#include <string.h>

enum { CONFIG_MAX = 256 << 10 };
static atomic_bool busy;

struct lab {
    struct request *req;
    const struct config *would;
    int64_t since;
    const struct classify_model *model; /* held by the request */
    struct json *answer;
    struct err err;
};

static void done(struct request *req)
{
    struct lab *lab = req->own;
    if (lab->answer)
        request_json_tree(req, 200, lab->answer);
    else
        request_fail(req, &lab->err);
}

static void *run(void *arg)
{
    struct lab *lab = arg;
    struct request *req = lab->req;
    struct store *store = store_open(req->desk->db, STORE_READER, &lab->err);
    if (store)
        engine_lab(store, req->config, lab->would, lab->model, lab->since, clock_now(), &req->desk->draining, &lab->answer, &lab->err);
    store_close(store);
    atomic_store(&busy, false);
    request_wake(req);
    return NULL;
}

static void replay(struct lab *lab)
{
    pthread_attr_t attr;
    pthread_t thread;
    struct request *req = lab->req;
    if (atomic_exchange(&busy, true)) {
        err_set(&lab->err, ERR_UNAVAILABLE, "another replay is running: try again when it is done");
        request_fail(req, &lab->err);
        return;
    }
    req->own = lab;
    lab->model = request_model(req);
    request_park(req, done);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attr, run, lab);
    pthread_attr_destroy(&attr);
    if (!failed)
        return;
    err_set(&lab->err, ERR_INTERNAL, "starting a thread");
    atomic_store(&busy, false);
    request_wake(req);
}

static void explain(struct lab *lab, const struct json *body)
{
    struct request *req = lab->req;
    struct store *store = request_store(req, &lab->err);
    if (store && engine_explain(store, lab->would, req->arena, json_get_i64(body, "event", 0), clock_now(), &lab->answer, &lab->err))
        request_json_tree(req, 200, lab->answer);
    else
        request_fail(req, &lab->err);
}

/* `at`: ms, or a text on the asker's clock; now where it is left out. */
static bool read_at(struct lab *lab, const struct json *body, const struct zone **zone, int64_t *at)
{
    const struct json *said = json_get(body, "at");
    if (!call_zone(lab->req, json_get_string(body, "tz", NULL), json_get_string(body, "local", NULL), zone, &lab->err))
        return false;
    const struct moment how = {.zone = *zone, .base = clock_now()};
    *at = how.base;
    if (!said || json_i64(said, at))
        return *at > 0 || err_set(&lab->err, ERR_INPUT, "at: no such time");
    return moment_parse(&how, json_string(said) ? json_string(said) : "", at, &lab->err) || err_in(&lab->err, "at");
}

/* A line says why in the words of whoever opened the window. */
static void hide_whys(const struct show *show, struct json *answer)
{
    struct json *lines = json_array();
    for (const struct json *line = json_first(json_get(answer, "lines")); line; line = json_next(line)) {
        struct json *copy = json_copy(line);
        json_drop(copy, "why");
        json_put_string(copy, "why", show_said(show, json_get_string(line, "why", NULL)));
        json_push(lines, copy);
    }
    json_drop(answer, "lines");
    json_put(answer, "lines", lines);
}

static void simulate(struct lab *lab, const struct json *body)
{
    struct request *req = lab->req;
    struct show show;
    const struct zone *zone;
    int64_t at;
    if (!show_open(&show, req))
        return;
    struct store *store = show.store;
    if (!read_at(lab, body, &zone, &at) || !engine_simulate(store, lab->would, req->arena, body, at, &lab->answer, &lab->err)) {
        request_fail(req, &lab->err);
        return;
    }
    hide_whys(&show, lab->answer);
    json_put_string(lab->answer, "tz", zone_name(zone));
    request_json_tree(req, 200, lab->answer);
}

static void check(struct lab *lab)
{
    struct json *root = json_object();
    json_put_bool(root, "good", true);
    json_put_i64(root, "sources", lab->would->source_count);
    json_put_i64(root, "destinations", lab->would->destination_count);
    json_put_i64(root, "routes", lab->would->route_count);
    request_json_tree(lab->req, 200, root);
}

/* `config`: the text of another configuration; without it the one in force. */
static bool read_config(struct lab *lab, const struct json *body)
{
    const char *text = json_get_string(body, "config", NULL), *name = json_get_string(body, "name", "triage.yaml");
    struct config *other = text ? config_parse(lab->req->arena, name, text, strlen(text), NULL, 0, &lab->err) : NULL;
    lab->would = text ? other : lab->req->config;
    bool good = lab->would && (!other || config_zones(other, lab->req->arena, zone_load, &lab->err));
    if (!good)
        request_fail(lab->req, &lab->err);
    return good;
}

static void post_lab(struct request *req)
{
    const struct json *body = call_body(req);
    struct lab *lab = ARENA_NEW(req->arena, struct lab);
    *lab = (struct lab){.req = req, .since = json_get_i64(body, "since", 0)};
    if (!body || !read_config(lab, body))
        return;
    const char *what = json_get_string(body, "do", "");
    bool foreign = lab->would != req->config && strcmp(what, "check") != 0; /* its routes ask about what is stored */
    if ((foreign || strcmp(what, "replay") == 0) && req->agent->role < ROLE_LEAD) {
        role_refuse(&lab->err, foreign ? "trying another configuration" : "a replay", ROLE_LEAD, lab->req->agent->role);
        request_fail(req, &lab->err);
    } else if (strcmp(what, "explain") == 0) {
        explain(lab, body);
    } else if (strcmp(what, "simulate") == 0) {
        simulate(lab, body);
    } else if (strcmp(what, "replay") == 0) {
        replay(lab);
    } else if (strcmp(what, "check") == 0) {
        check(lab);
    } else {
        err_set(&lab->err, ERR_USAGE, "do: explain, replay, simulate or check");
        request_fail(req, &lab->err);
    }
}

const struct call lab_calls[] = {
    {.method = "POST", .path = "/v1/lab", .sides = SIDE_DESK, .limit = 2 * CONFIG_MAX, .role = ROLE_AGENT, .handle = post_lab,
     .help = "dry runs: explain a route, replay under another configuration, simulate an escalation, check a configuration"},
    {0},
};
