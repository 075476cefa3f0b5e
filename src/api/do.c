/* do: what changes something. The one domain write POST /v1/do turns its body into a request for the writer by the
 * action's row; admin hands a wish to main. Roles are checked here, and again by the engine. */
#include "api/calls.h"
#include "base/json.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TICKETS = 500, DO_LIMIT = 256 << 10, KEY_MAX = 128 };

/* --- POST /v1/do --- */

struct doing {
    struct request *req;
    const struct json *body;
    const struct action_row *row;
    struct job job;
};

static bool bad(struct request *req, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool bad(struct request *req, const char *fmt, ...)
{
    struct err err;
    char text[sizeof err.text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    err_set(&err, ERR_USAGE, "%s", text);
    request_fail(req, &err);
    return false;
}

/* A guard that is misspelt would be none: what is not known is not passed over. */
static bool only_known(struct doing *d)
{
    static const char *const known[] = {"do", "tickets", "with", "key", "version", "thread_version", "dry_run", "draft", "articles", "attachments"};
    const char *argument = action_arg_name(d->row->arg);
    for (const struct json *m = json_first(d->body); m; m = json_next(m)) {
        size_t i = 0, n = sizeof known / sizeof *known;
        while (i < n && strcmp(known[i], json_name(m)) != 0)
            i++;
        if (i == n && strcmp(argument, json_name(m)) != 0)
            return bad(d->req, "%s takes no \"%.40s\"", d->row->name, json_name(m));
    }
    return true;
}

static bool find_action(struct doing *d)
{
    const char *name = json_get_string(d->body, "do", NULL);
    d->row = name ? action_find(name) : NULL;
    if (!d->row)
        return bad(d->req, "do: %.40s is no action", name ? name : "(nothing)");
    d->job.request.action.id = (int)(d->row - action_table);
    d->job.request.action.actor = d->req->agent->name;
    d->job.request.action.role = d->req->agent->role;
    if (d->req->agent->role >= (int)d->row->role)
        return true;
    struct err err;
    role_refuse(&err, d->row->name, d->row->role, d->req->agent->role);
    request_fail(d->req, &err);
    return false;
}

static bool take_tickets(struct doing *d)
{
    const struct json *list = json_get(d->body, "tickets");
    size_t n = json_count(list);
    if (list && (!json_is(list, JSON_ARRAY) || n > TICKETS))
        return bad(d->req, "tickets: a list of at most %d numbers", TICKETS);
    int64_t *ids = ARENA_ARRAY(d->req->arena, int64_t, n ? n : 1);
    int count = 0;
    for (const struct json *item = list ? json_first(list) : NULL; item; item = json_next(item))
        if (!json_i64(item, &ids[count++]) || ids[count - 1] <= 0)
            return bad(d->req, "tickets: only numbers above 0");
    bool last = d->job.request.action.id == ACTION_UNDO || d->job.request.action.id == ACTION_REDO;
    if (count && (d->row->flags & DESK))
        return bad(d->req, "%s is about the desk, not about tickets", d->row->name);
    if (count && (d->row->flags & CHOOSES))
        return bad(d->req, "%s chooses the ticket itself", d->row->name);
    if (count == 0 && !last && !(d->row->flags & (DESK | CHOOSES)))
        return bad(d->req, "%s needs a ticket", d->row->name);
    if (count > 1 && !(d->row->flags & MANY))
        return bad(d->req, "%s takes one ticket at a time", d->row->name);
    d->job.request.tickets = ids;
    d->job.request.ticket_count = count;
    return true;
}

/* The argument as text, whatever its JSON kind. */
static bool take_argument(struct doing *d)
{
    const struct json *files = json_get(d->body, "attachments");
    const char *name = action_arg_name(d->row->arg);
    const struct json *value = *name ? json_get(d->body, name) : NULL;
    const struct json *articles = d->job.request.action.id == ACTION_REPLY ? json_get(d->body, "articles") : NULL;
    int64_t number;
    if (articles && !json_is(articles, JSON_ARRAY) && !json_is(articles, JSON_NULL))
        return bad(d->req, "articles: a list of keys");
    if (json_is(articles, JSON_ARRAY) && json_first(articles))
        d->job.request.action.articles = json_print_in(d->req->arena, articles);
    if (files && !json_is(files, JSON_NULL) && (!json_is(files, JSON_ARRAY) || d->row->arg != ARG_TEXT))
        return bad(d->req, "attachments: a list, of a reply or a note");
    if (json_is(files, JSON_ARRAY) && json_first(files))
        d->job.request.action.attachments = json_print_in(d->req->arena, files);
    if (!value || json_is(value, JSON_NULL))
        return true; /* act says whether it is needed */
    if (json_is(value, JSON_STRING))
        d->job.request.action.arg = json_string(value);
    else if ((d->row->arg == ARG_UNTIL || d->row->arg == ARG_INTO || d->row->arg == ARG_MESSAGE) && json_i64(value, &number))
        d->job.request.action.arg = arena_printf(d->req->arena, "%" PRId64, number);
    else if ((d->row->arg == ARG_TAGS && json_is(value, JSON_ARRAY)) || ((d->row->arg == ARG_TAGS || d->row->arg == ARG_WITH) && json_is(value, JSON_OBJECT)))
        d->job.request.action.arg = json_print_in(d->req->arena, value);
    else
        return bad(d->req, "%s: %s is of another kind than expected", d->row->name, name);
    return true;
}

/* What an action on tickets may be given beside its argument. */
static bool take_with(struct doing *d)
{
    const struct json *with = d->row->arg == ARG_WITH ? NULL : json_get(d->body, "with");
    if (!with || json_is(with, JSON_NULL))
        return true;
    if (!json_is(with, JSON_OBJECT))
        return bad(d->req, "with: an object");
    d->job.request.action.with = json_print_in(d->req->arena, with);
    return true;
}

/* One of another kind must not count as none: "dry_run":"true" is not to be done. */
static bool check_guards(struct doing *d)
{
    static const struct { const char *name; enum json_kind kind; const char *says; } guards[] = {
        {"key", JSON_STRING, "a text"}, {"version", JSON_NUMBER, "a number"}, {"thread_version", JSON_NUMBER, "a number"},
        {"dry_run", JSON_BOOL, "true or false"}};
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
        const struct json *value = json_get(d->body, guards[i].name);
        if (value && !json_is(value, JSON_NULL) && !json_is(value, guards[i].kind))
            return bad(d->req, "%s: %s", guards[i].name, guards[i].says);
    }
    const struct json *draft = json_get(d->body, "draft");
    return !draft || json_is(draft, JSON_NULL) || json_is(draft, JSON_BOOL) || json_is(draft, JSON_STRING) || bad(d->req, "draft: true, false or its tag");
}

static bool take_guards(struct doing *d)
{
    struct do_request *r = &d->job.request;
    if (!check_guards(d))
        return false;
    const char *key = json_get_string(d->body, "key", NULL);
    if (key && (!*key || strlen(key) > KEY_MAX))
        return bad(d->req, "key: 1 to %d bytes", KEY_MAX);
    r->key = key ? arena_printf(d->req->arena, "%s\x1f%s", d->req->agent->name, key) : NULL;
    r->action.version = json_get_i64(d->body, "version", 0);
    r->action.thread_version = json_get_i64(d->body, "thread_version", 0);
    r->draft_tag = json_get_string(d->body, "draft", NULL);
    r->draft = r->draft_tag || json_get_bool(d->body, "draft", false);
    r->dry_run = json_get_bool(d->body, "dry_run", false);
    return true;
}

static void did(struct request *req)
{
    struct doing *d = req->own;
    if (d->job.ok)
        request_json(req, 200, d->job.answer);
    else
        request_fail(req, &d->job.err);
}

static void do_action(struct request *req)
{
    struct doing *d = ARENA_NEW(req->arena, struct doing);
    *d = (struct doing){.req = req, .body = call_body(req), .job = {.kind = JOB_DO, .arena = req->arena}};
    if (!d->body || !find_action(d) || !only_known(d) || !take_tickets(d) || !take_argument(d) || !take_with(d) || !take_guards(d))
        return;
    req->own = d;
    call_post(req, &d->job, did);
}

/* --- admin --- */

static void controlled(struct request *req)
{
    const struct control *wish = req->own;
    if (wish->ok)
        request_json(req, 200, "{\"ok\":true}");
    else
        request_fail(req, &wish->err);
}

static void wish_for(struct request *req, bool stop)
{
    struct control *wish = ARENA_NEW(req->arena, struct control);
    *wish = (struct control){.stop = stop, .wake = request_wake, .wake_arg = req};
    req->own = wish;
    request_park(req, controlled);
    req->desk->control(req->desk->control_arg, wish);
}

static void admin_reload(struct request *req)
{
    wish_for(req, false);
}

static void admin_stop(struct request *req)
{
    wish_for(req, true);
}

const struct call do_calls[] = {
    {.method = "POST", .path = "/v1/do", .sides = SIDE_DESK, .limit = DO_LIMIT, .role = ROLE_AGENT, .handle = do_action, .help = "an action on tickets"},
    {.method = "POST", .path = "/v1/admin/reload", .sides = SIDE_DESK, .limit = 4096, .role = ROLE_ADMIN, .handle = admin_reload, .help = "reads the configuration again"},
    {.method = "POST", .path = "/v1/admin/stop", .sides = SIDE_DESK, .limit = 4096, .role = ROLE_ADMIN, .handle = admin_stop, .help = "stops the daemon"},
    {0},
};
