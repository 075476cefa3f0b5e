/* request: what is asked, found in the table of calls, and the answer put together. Knows no socket and no HTTP library. */
#include "api/request.h"
#include "base/crypto.h"
#include "base/form.h"
#include <stdlib.h>
#include <string.h>

/* --- which call --- */

/* Does the path match a pattern? Fills param. */
static bool match(struct request *req, const char *pattern, const char *path)
{
    int n = 0;
    while (*pattern) {
        if (pattern[0] == '{' && pattern[1] == '}') {
            size_t len = strcspn(path, "/");
            if (!len || n == REQUEST_PARAMS)
                return false;
            req->param[n] = form_decode(req->arena, path, len, false);
            if (!req->param[n++])
                return false;
            path += len;
            pattern += 2;
        } else if (pattern[0] == '*') {
            return true;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path;
}

static bool method_fits(const struct call *call, const char *method)
{
    return call->method && (strcmp(call->method, method) == 0 || (strcmp(call->method, "GET") == 0 && strcmp(method, "HEAD") == 0));
}

/* The call of this path and method; *allow collects what the path does take, *family is whose words refuse it. */
static const struct call *find_call(struct request *req, struct str *allow, const struct call **family)
{
    for (const struct call *const *list = call_lists; *list; list++)
        for (const struct call *c = *list; c->path; c++) {
            if (!(c->sides & req->side) || !match(req, c->path, req->path))
                continue;
            if (method_fits(c, req->head.method))
                return c;
            if (!c->method) {
                *family = c;
                continue;
            }
            str_addf(allow, "%s%s", allow->len ? ", " : "", strcmp(c->method, "GET") == 0 ? "GET, HEAD" : c->method);
        }
    return NULL;
}

static void split_url(struct request *req)
{
    const char *url = req->head.url;
    size_t n = strcspn(url, "?");
    req->path = arena_strndup(req->arena, url, n);
    req->query = url[n] ? url + n + 1 : "";
}

bool request_find(struct request *req)
{
    AUTO_STR allow;
    str_init(&allow, 128);
    const struct call *family = NULL;
    split_url(req);
    req->call = find_call(req, &allow, &family);
    if (req->call)
        return true;
    req->call = family;
    if (allow.len)
        request_head(req, "Allow", arena_strdup(req->arena, allow.data));
    request_refuse(req, allow.len ? PROBLEM_METHOD : PROBLEM_NOT_FOUND);
    return false;
}

/* Nobody of the configuration. */
static bool stranger(struct request *req, int64_t uid, const char *key)
{
    struct err err;
    err_set(&err, ERR_FORBIDDEN, "no agent in triage.yaml has the uid %lld%s: an admin adds one there, {name: NAME, uid: %lld}; where several share it, --key-id or TRIAGE_KEY says who it is",
            (long long)uid, key ? " and that key" : "", (long long)uid);
    request_fail(req, &err);
    return false;
}

bool request_permit(struct request *req, int64_t uid)
{
    if (req->side != SIDE_DESK)
        return true;
    int keys;
    const char *key = request_header(req, "X-Triage-Key", &keys);
    req->agent = keys <= 1 ? config_agent_calling(req->config, uid, key) : NULL;
    if (!req->agent || req->agent->role == ROLE_NONE)
        return stranger(req, uid, key);
    if (req->agent->role >= req->call->role)
        return true;
    struct err err;
    role_refuse(&err, arena_printf(req->arena, "this call (%s)", req->call->help), req->call->role, req->agent->role);
    request_fail(req, &err);
    return false;
}

/* --- what is asked --- */

const char *request_header(const struct request *req, const char *name, int *count)
{
    return gate_header(&req->head, name, count);
}

const char *request_query(const struct request *req, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = req->query; *p;) {
        size_t n = strcspn(p, "&");
        if (n > len && strncmp(p, name, len) == 0 && p[len] == '=')
            return form_decode(req->arena, p + len + 1, n - len - 1, true);
        p += n + (p[n] == '&');
    }
    return NULL;
}

int64_t request_query_i64(const struct request *req, const char *name, int64_t fallback, int64_t min, int64_t max)
{
    const char *text = request_query(req, name);
    if (!text || !*text || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
        return fallback;
    int64_t value = strtoll(text, NULL, 10);
    return value < min ? min : value > max ? max : value;
}

static void free_model(void *model)
{
    classify_model_free(model);
}

const struct classify_model *request_model(struct request *req)
{
    if (!req->model && (req->model = desk_model(req->desk)))
        arena_defer(req->arena, free_model, req->model);
    return req->model;
}

/* --- the answer --- */

void request_head(struct request *req, const char *name, const char *value)
{
    struct request_answer *a = &req->answer;
    if (a->more_count < (int)(sizeof a->more / sizeof *a->more)) {
        a->more[a->more_count].name = name;
        a->more[a->more_count++].value = value;
    }
}

void request_answer(struct request *req, int status, const char *type, const char *body, size_t n)
{
    struct request_answer *a = &req->answer;
    a->status = status;
    a->type = type;
    a->body = body;
    a->n = n;
    a->ready = true;
}

void request_json(struct request *req, int status, const char *json)
{
    request_answer(req, status, "application/json", json, strlen(json));
}

void request_json_tree(struct request *req, int status, struct json *tree)
{
    request_json(req, status, json_print_in(req->arena, tree));
    json_free(tree);
}

void request_problem(struct request *req, const struct problem *problem)
{
    struct problem p = *problem;
    if (!req->id[0])
        crypto_id(req->id, "", 20);
    p.request = req->id;
    if (p.retry_after)
        request_head(req, "Retry-After", arena_printf(req->arena, "%d", p.retry_after));
    if (req->call && req->call->refuse) {
        req->call->refuse(req, &p);
        return;
    }
    const char *body = problem_print(req->arena, &p);
    request_answer(req, p.status, "application/problem+json", body, strlen(body));
}

void request_refuse(struct request *req, enum problem_id id)
{
    struct problem p = problem_of(id);
    req->answer.close |= problem_row(id)->close;
    request_problem(req, &p);
}

void request_fail(struct request *req, const struct err *err)
{
    struct problem p = problem_of_err(err);
    request_problem(req, &p);
}
