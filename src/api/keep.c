/* keep: what consoles keep for their agents: settings, a session, texts that are being written. Drafts that are shared are the one thing of
 * it that others see and may take over; their streams are told that there is something new about a ticket's drafts, and no more. */
#include "api/calls.h"
#include "api/show.h"
#include "core/draft.h"
#include <inttypes.h>
#include <string.h>

enum { KEEP_LIMIT = 256 << 10, KEY_MAX = 128, TEXT_SHOWN = 4000 };

static void tell(struct request *req, const char *key)
{
    struct draft draft;
    const char *frame = draft_parse(key, &draft) ? arena_printf(req->arena, "event: draft\ndata: {\"ticket\":%" PRId64 "}\n\n", draft.ticket) : NULL;
    if (frame)
        hub_publish(req->desk->hub, 0, frame, strlen(frame), false);
}

static void kept(struct request *req)
{
    const struct job *job = req->own;
    if (!job->ok) {
        request_fail(req, &job->err);
        return;
    }
    if (job->keeping.told)
        tell(req, job->keeping.key);
    char tag[DRAFT_TAG];
    draft_tag(job->keeping.value, tag);
    request_json(req, 200, arena_printf(req->arena, "{\"kept\":true,\"tag\":\"%s\"}", tag));
}

static bool bad(struct request *req, const char *what)
{
    struct err err;
    err_set(&err, ERR_USAGE, "%s", what);
    request_fail(req, &err);
    return false;
}

static void post(struct request *req, enum job_kind kind, const struct keeping *keeping)
{
    struct job *job = ARENA_NEW(req->arena, struct job);
    *job = (struct job){.kind = kind, .arena = req->arena, .keeping = *keeping};
    req->own = job;
    call_post(req, job, kept);
}

static void keep_put(struct request *req)
{
    const struct json *body = call_body(req), *value = json_get(body, "value"), *over = json_get(body, "over");
    if (!body || (strlen(req->param[0]) > KEY_MAX && !bad(req, "key: at most 128 bytes")) ||
        (over && !json_is(over, JSON_NULL) && !json_string(over) && !bad(req, "over: the tag of what was read, a text")))
        return;
    post(req, JOB_KEEP, &(struct keeping){.agent = req->agent->name, .key = req->param[0], .over = json_string(over),
                                          .value = !value || json_is(value, JSON_NULL) ? NULL : json_print_in(req->arena, value)});
}

static void keep_get(struct request *req)
{
    struct err err = {0};
    struct store *store = request_store(req, &err);
    char *value = store ? store_keep_get(store, req->arena, req->agent->name, req->param[0], &err) : NULL;
    if (!value && err.code) {
        request_fail(req, &err);
        return;
    }
    char tag[DRAFT_TAG];
    draft_tag(value, tag);
    request_json(req, 200, arena_printf(req->arena, "{\"value\":%s,\"tag\":\"%s\"}", value ? value : "null", tag));
}

struct json *show_kept(struct show *show, const char *names)
{
    enum { NAMES = 8 };
    struct json *kept = json_object();
    char *list = arena_strdup(show->arena, names), *rest = NULL;
    int n = 0;
    for (char *name = strtok_r(list, ",", &rest); name && n < NAMES; name = strtok_r(NULL, ",", &rest), n++) {
        const char *value = store_keep_get(show->store, show->arena, show->req->agent->name, name, &show->err);
        struct json *node = value ? json_parse(value, strlen(value), &json_limits_native, NULL, NULL) : NULL;
        json_put(kept, name, node ? node : json_new_null());
    }
    return kept;
}

/* --- drafts --- */

static void put_ticket(struct show *show, struct json *row, int64_t id)
{
    const struct ticket *t = store_ticket_shown(show->store, show->arena, id, &show->err);
    json_put_i64(row, "ticket", id);
    if (t)
        json_put(row, "row", show_row(show, t));
}

static struct json *draft_row(struct show *show, const struct store_draft *d, const struct draft *draft)
{
    const struct json *value = json_parse_in(show->arena, d->value, strlen(d->value), &json_limits_native, NULL, NULL);
    char text[TEXT_SHOWN];
    struct json *row = json_object();
    put_ticket(show, row, draft->ticket);
    json_put_string(row, "kind", draft_word(draft->reply));
    json_put_string(row, "agent", d->agent);
    json_put_bool(row, "mine", str_eq(d->agent, show->req->agent->name));
    json_put_bool(row, "shared", draft_shared(value));
    json_put_string(row, "by", json_is(value, JSON_OBJECT) ? json_get_string(value, "by", NULL) : NULL);
    json_put_i64(row, "at", d->at);
    if (draft_files(value))
        json_put(row, "attachments", json_copy(draft_files(value)));
    json_put_bool(row, "cut", !str_copy(text, sizeof text, draft_text(value)));
    json_put_string(row, "text", text);
    return row;
}

static void drafts_get(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    struct store_draft *list = ARENA_ARRAY(show.arena, struct store_draft, DRAFTS_MOST);
    struct json *root = json_object(), *rows = json_array();
    int count = 0;
    struct draft draft;
    store_drafts(show.store, show.arena, req->agent->name, list, &count, &show.err);
    for (int i = 0; i < count; i++)
        if (draft_parse(list[i].key, &draft))
            json_push(rows, draft_row(&show, &list[i], &draft));
    json_put(root, "drafts", rows);
    show_answer(&show, root);
}

static void draft_take(struct request *req)
{
    const struct json *body = call_body(req);
    const char *from = json_get_string(body, "from", NULL), *kind = json_get_string(body, "kind", "");
    int64_t ticket = json_get_i64(body, "ticket", 0);
    bool reply = str_eq(kind, "reply");
    if (!body || ((ticket <= 0 || !from || (!reply && !str_eq(kind, "note"))) && !bad(req, "a draft is taken by its ticket, its kind (reply or note) and whom it is from")))
        return;
    post(req, JOB_TAKE, &(struct keeping){.agent = req->agent->name, .key = draft_key(req->arena, ticket, reply), .from = from});
}

const struct call keep_calls[] = {
    {.method = "PUT", .path = "/v1/keep/{}", .sides = SIDE_DESK, .limit = KEEP_LIMIT, .role = ROLE_AGENT, .handle = keep_put, .help = "keeps a draft or a setting"},
    {.method = "GET", .path = "/v1/keep/{}", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = keep_get, .help = "gives it back"},
    {.method = "GET", .path = "/v1/drafts", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = drafts_get, .help = "texts being written: one's own, and those handed to the team"},
    {.method = "POST", .path = "/v1/drafts/take", .sides = SIDE_DESK, .limit = 4096, .role = ROLE_AGENT, .handle = draft_take, .help = "a draft handed to the team becomes one's own"},
    {0},
};
