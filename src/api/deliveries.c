/* deliveries: what leaves, as people see it: parcels with their attempts, destinations with their health, and the one call
 * that replays, retries, drops, pauses and resumes. Reads are indexed and paged; the write goes through the mailbox. */
#include "api/calls.h"
#include "api/show.h"
#include "base/text.h"
#include "core/redact.h"
#include "destination/destination.h"
#include "wire/letter.h"
#include "worker/courier.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE = 50, MOST = 500, IDS = 1000, DO_LIMIT = 64 << 10, HEALTH = 256 };

static void put_time(struct json *row, const char *name, int64_t at)
{
    if (at)
        json_put_i64(row, name, at);
    else
        json_put_null(row, name);
}

/* --- parcels --- */

static const struct config_destination *target(struct show *show, const char *name)
{
    return config_place(show->arena, show->config, name);
}

static struct json *parcel_row(struct show *show, const struct parcel *p)
{
    const struct config_destination *to = target(show, p->destination);
    struct json *row = json_object();
    json_put_i64(row, "id", p->id);
    json_put_i64(row, "entry", p->entry);
    json_put_i64(row, "ticket", p->ticket);
    json_put_string(row, "destination", p->destination);
    json_put_string(row, "kind", to ? destination_kind_words[to->kind] : NULL);
    json_put_string(row, "route", p->route);
    json_put_string(row, "state", p->state);
    put_time(row, "due_at", p->due_at);
    put_time(row, "made_at", p->made_at);
    json_put_i64(row, "attempts", p->attempts);
    json_put_i64(row, "of", retry_attempts(to ? to->profile : PROFILE_DEFAULT));
    json_put_string(row, "error", p->error);
    json_put_string(row, "agent", *p->agent ? p->agent : NULL);
    return row;
}

static int64_t number_of(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n && n < 19 && !text[n] ? strtoll(text, NULL, 10) : 0;
}

static struct parcel_query query_of(const struct request *req)
{
    return (struct parcel_query){.ticket = request_query_i64(req, "ticket", 0, 0, INT64_MAX), .after = request_query_i64(req, "after", 0, 0, INT64_MAX),
                                 .since = request_query_i64(req, "since", 0, 0, INT64_MAX), .until = request_query_i64(req, "until", 0, 0, INT64_MAX),
                                 .state = request_query(req, "state"), .destination = request_query(req, "destination"), .route = request_query(req, "route"),
                                 .limit = (int)request_query_i64(req, "limit", PAGE, 1, MOST)};
}

static void get_parcels(struct request *req)
{
    struct show show;
    struct parcel_query q = query_of(req);
    struct parcel *list = NULL;
    int count = 0;
    if (!show_open(&show, req))
        return;
    struct json *root = json_object(), *rows = json_array();
    if (store_parcel_list(show.store, show.arena, &q, &list, &count, &show.err))
        for (int i = 0; i < count; i++) {
            struct json *row = parcel_row(&show, &list[i]);
            show_title(&show, row, list[i].ticket);
            json_push(rows, row);
        }
    json_put(root, "parcels", rows);
    put_time(root, "next", count == q.limit ? list[count - 1].id : 0);
    show_answer(&show, root);
}

static struct json *attempts_of(struct show *show, int64_t parcel)
{
    struct json *rows = json_array();
    struct attempt *list;
    int count;
    if (!store_attempt_list(show->store, show->arena, parcel, &list, &count, &show->err))
        return rows;
    for (int i = 0; i < count; i++) {
        struct json *row = json_object();
        json_put_i64(row, "n", list[i].n);
        json_put_i64(row, "at", list[i].at);
        json_put_i64(row, "status", list[i].status);
        json_put_string(row, "verdict", list[i].verdict);
        json_put_string(row, "excerpt", mask_text(show->arena, &show->mask, NULL, list[i].excerpt));
        json_put_i64(row, "ms", list[i].ms);
        json_push(rows, row);
    }
    return rows;
}

/* What it says, as consoles may see it. */
static struct json *letter_row(struct show *show, int64_t id)
{
    char *data, *redaction;
    struct letter letter;
    struct letter_redaction how = {.to = show->config->mask};
    if (!id || !store_letter_get(show->store, show->arena, id, &data, &redaction, &show->err))
        return json_new_null();
    if (!data || !letter_decode(show->arena, data, &letter, &show->err))
        return json_new_null();
    const struct letter *masked = letter_redact(show->arena, &letter, &how);
    struct json *row = json_object();
    json_put_string(row, "id", masked->id);
    json_put_string(row, "type", masked->type);
    json_put_i64(row, "at", masked->at);
    json_put_string(row, "origin", masked->origin);
    json_put_string(row, "title", letter_title(masked));
    json_put_string(row, "text", letter_text(masked));
    return row;
}

static void get_parcel(struct request *req)
{
    struct show show;
    struct parcel p;
    bool found = false;
    int64_t id = number_of(req->param[0]);
    if (!show_open(&show, req))
        return;
    if (!store_parcel_get(show.store, show.arena, id, &p, &found, &show.err) || !found) {
        if (show.err.code == ERR_NONE)
            err_set(&show.err, ERR_NOT_FOUND, "no delivery %.40s; `triage deliveries ls` or gd lists them", req->param[0]);
        show_fail(&show);
        return;
    }
    struct json *root = json_object(), *row = parcel_row(&show, &p);
    json_put(row, "history", attempts_of(&show, id));
    json_put(row, "letter", letter_row(&show, p.letter));
    json_put(root, "parcel", row);
    show_answer(&show, root);
}

/* --- destinations --- */

struct healths { struct courier_health list[HEALTH]; int count; };

static void put_health(struct json *row, const struct healths *all, const char *name)
{
    static const char *const words[] = {"closed", "open", "half_open"};
    struct pace_health none = {0};
    const struct pace_health *h = &none;
    for (int i = 0; i < all->count; i++)
        if (strcmp(all->list[i].name, name) == 0)
            h = &all->list[i].pace;
    json_put_string(row, "breaker", words[h->breaker]);
    put_time(row, "open_until", h->open_until);
    put_time(row, "hold_until", h->hold_until);
    put_time(row, "ok_at", h->ok_at);
    put_time(row, "failed_at", h->failed_at);
    json_put_i64(row, "failures", h->failures);
}

static void put_state(struct show *show, struct json *row, const struct config_destination *to, const char *name)
{
    char *data = NULL;
    store_record_get(show->store, show->arena, "destination", name, &data, &show->err);
    const struct json *kept = data ? json_parse_in(show->arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    bool paused = str_eq(json_get_string(kept, "state", ""), "paused");
    json_put_string(row, "state", to->disabled ? "disabled" : paused ? "paused" : "active");
    json_put_string(row, "reason", paused ? show_said(show, json_get_string(kept, "reason", NULL)) : NULL);
    put_time(row, "failing_since", json_get_i64(kept, "failing_since", 0));
}

static void push_destination(struct show *show, struct json *list, const struct healths *all, const struct config_destination *to)
{
    const struct destination *kind = destination_of(to->kind);
    struct parcel_counts n = {0};
    struct json *row = json_object();
    store_parcel_counts(show->store, to->name, &n, &show->err);
    json_put_string(row, "name", to->name);
    json_put_string(row, "kind", destination_kind_words[to->kind]);
    json_put_string(row, "title", kind ? kind->title : destination_kind_words[to->kind]);
    json_put_string(row, "place", text_safe_in(show->arena, destination_place(show->arena, to), TEXT_LINE));
    json_put_string(row, "profile", retry_profile_words[to->profile]);
    json_put_i64(row, "line", to->line);
    put_state(show, row, to, to->name);
    put_health(row, all, to->name);
    json_put_i64(row, "due", n.due);
    json_put_i64(row, "flying", n.flying);
    json_put_i64(row, "retrying", n.retrying);
    json_put_i64(row, "dead", n.dead);
    put_time(row, "next_at", n.next_at);
    json_push(list, row);
}

static void get_destinations(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    struct healths *all = ARENA_NEW(req->arena, struct healths);
    struct json *root = json_object(), *list = json_array();
    if (req->desk->courier)
        all->count = courier_health(req->desk->courier, all->list, HEALTH);
    for (int i = 0; i < show.config->destination_count; i++)
        push_destination(&show, list, all, &show.config->destinations[i]);
    for (int i = 0; i < show.config->source_count; i++) {
        const struct config_destination *reply = config_reply_destination(show.arena, show.config, &show.config->sources[i]);
        const struct config_destination *backend = config_register_destination(show.arena, show.config, &show.config->sources[i]);
        if (reply)
            push_destination(&show, list, all, reply);
        if (backend)
            push_destination(&show, list, all, backend);
    }
    json_put(root, "destinations", list);
    show_answer(&show, root);
}

/* --- the write --- */

static void changed(struct request *req)
{
    const struct job *job = req->own;
    if (job->ok)
        request_json(req, 200, job->answer);
    else
        request_fail(req, &job->err);
}

static bool refuse(struct request *req, enum err_code code, const char *what)
{
    struct err err;
    err_set(&err, code, "%s", what);
    request_fail(req, &err);
    return false;
}

static bool take_ids(struct request *req, const struct json *body, struct delivery_request *d)
{
    const struct json *list = json_get(body, "ids");
    size_t n = json_count(list);
    if (!list)
        return true;
    if (!json_is(list, JSON_ARRAY) || !n || n > IDS)
        return refuse(req, ERR_USAGE, "ids: a list of 1 to 1000 numbers");
    int64_t *ids = ARENA_ARRAY(req->arena, int64_t, n);
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!json_i64(item, &ids[d->id_count++]))
            return refuse(req, ERR_USAGE, "ids: only numbers");
    d->ids = ids;
    return true;
}

/* Replaying and retrying repeat what was meant to leave; the rest decides about the team's channels. */
static bool allowed(struct request *req, const struct delivery_request *d)
{
    if (d->what <= DELIVERY_RETRY || req->agent->role >= ROLE_LEAD)
        return true;
    struct err err;
    role_refuse(&err, "to drop, pause or resume", ROLE_LEAD, req->agent->role);
    request_fail(req, &err);
    return false;
}

static bool read_request(struct request *req, const struct json *body, struct delivery_request *d)
{
    const char *what = json_get_string(body, "do", "");
    for (d->what = 0; d->what < DELIVERY_DOS && !str_eq(delivery_do_words[d->what], what);)
        d->what++;
    if (d->what == DELIVERY_DOS)
        return refuse(req, ERR_USAGE, "do: replay, retry, drop, pause or resume");
    d->actor = req->agent->name;
    d->reason = json_get_string(body, "reason", NULL);
    d->fit = (struct parcel_query){.destination = json_get_string(body, "destination", NULL), .route = json_get_string(body, "route", NULL),
                                   .ticket = json_get_i64(body, "ticket", 0), .since = json_get_i64(body, "since", 0),
                                   .until = json_get_i64(body, "until", 0)};
    if (!take_ids(req, body, d) || !allowed(req, d))
        return false;
    bool narrowed = d->ids || d->fit.destination || d->fit.route || d->fit.ticket || d->fit.since;
    return narrowed || refuse(req, ERR_USAGE, "say which: ids, destination, route, ticket or since");
}

static void post_deliveries(struct request *req)
{
    const struct json *body = call_body(req);
    struct job *job = ARENA_NEW(req->arena, struct job);
    if (!body || !read_request(req, body, &job->delivery))
        return;
    job->kind = JOB_DELIVERIES;
    job->arena = req->arena;
    req->own = job;
    call_post(req, job, changed);
}

const struct call delivery_calls[] = {
    {.method = "GET", .path = "/v1/parcels", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_parcels, .help = "what leaves, newest first"},
    {.method = "GET", .path = "/v1/parcels/{}", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_parcel, .help = "one delivery with its attempts"},
    {.method = "GET", .path = "/v1/destinations", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_destinations, .help = "where it goes, and how that fares"},
    {.method = "POST", .path = "/v1/deliveries", .sides = SIDE_DESK, .limit = DO_LIMIT, .role = ROLE_AGENT, .handle = post_deliveries,
     .help = "replays, retries, drops; pauses and resumes a destination"},
    {0},
};
