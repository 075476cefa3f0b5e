/* again: an event that was kept aside is taken in once more, as the configuration and the dialects read it now. Its bytes and headers stand in
 * for those of the request that asks, so that it goes the way of every other event; who asked is a header of it. The event that was kept
 * aside stays as it is: what comes of it is an event of its own, and where nothing can be made of it still, none is. */
#include "api/calls.h"
#include "api/show.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

/* The headers it came with, and one more. */
static void put_head(struct request *req, const struct event *e)
{
    const struct json *kept = e->headers ? json_parse_in(req->arena, e->headers, strlen(e->headers), &json_limits_dialect, NULL, NULL) : NULL;
    struct gate_header *headers = ARENA_ARRAY(req->arena, struct gate_header, GATE_HEADERS + 1);
    int n = 0;
    for (const struct json *h = json_first(kept); h && n < GATE_HEADERS; h = json_next(h))
        if (json_string(h))
            headers[n++] = (struct gate_header){json_name(h), json_string(h), strlen(json_name(h)), strlen(json_string(h))};
    const char *who = arena_printf(req->arena, "event %lld, by %s", (long long)e->id, req->agent->name);
    headers[n++] = (struct gate_header){"X-Triage-Again", who, strlen("X-Triage-Again"), strlen(who)};
    req->head.headers = headers;
    req->head.count = n;
}

/* The bytes, with a NUL behind them. */
static void put_body(struct request *req, const struct event *e)
{
    char *body = arena_alloc(req->arena, e->raw_n + 1);
    memcpy(body, e->raw, e->raw_n);
    body[e->raw_n] = 0;
    req->body = body;
    req->body_n = e->raw_n;
}

static bool find(struct show *show, struct event *e, const struct config_source **source)
{
    const char *text = show->req->param[0];
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
        return err_set(&show->err, ERR_NOT_FOUND, "no event %.40s; `triage events --state quarantine` or gi lists them", text);
    if (!store_event_get(show->store, show->arena, strtoll(text, NULL, 10), e, &show->err))
        return false;
    *source = config_source(show->config, e->source);
    if (!str_eq(e->state, "quarantine"))
        return err_set(&show->err, ERR_INPUT, "event %s is %s: only what is in quarantine is taken in again", text, e->state);
    if (!e->raw_n)
        return err_set(&show->err, ERR_INPUT, "event %s has no bytes any more: its source has to send it again", text);
    return *source || err_set(&show->err, ERR_INPUT, "event %s is of %s, which is no source any more: put it back into triage.yaml first", text, e->source);
}

static void rerun(struct request *req)
{
    struct show show;
    struct event e;
    const struct config_source *source = NULL;
    if (!show_open(&show, req))
        return;
    if (!find(&show, &e, &source)) {
        show_fail(&show);
        return;
    }
    put_head(req, &e);
    put_body(req, &e);
    ingest_again(req, source, e.id);
}

const struct call again_calls[] = {
    {.method = "POST", .path = "/v1/events/{}/rerun", .sides = SIDE_DESK, .limit = 1024, .role = ROLE_LEAD, .handle = rerun, .help = "what is in quarantine comes in again"},
    {0},
};
