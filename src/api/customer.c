/* customer: telling the desk of a customer by hand, for sources whose API takes tickets of known customers only. It comes in
 * as an event with one record, so that the journal, a rebuild and routes know of it like of any other. */
#include "api/calls.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "dialect/dialect.h"
#include "dialect/ripio.h"
#include <string.h>

enum { LIMIT = 16 << 10, ID_MAX = 255 };

struct adding {
    struct request *req;
    const struct config_source *source;
    const char *id, *email;
    struct job job;
};

static bool bad(struct adding *a, enum err_code code, const char *what)
{
    struct err err;
    err_set(&err, code, "%s", what);
    request_fail(a->req, &err);
    return false;
}

/* The one that is named; unnamed, the only one there is. */
static bool find_source(struct adding *a, const char *name)
{
    const struct config *config = a->req->config;
    int n = 0;
    for (int i = 0; i < config->source_count; i++)
        if (config->sources[i].emulate.client_id && (!name || str_eq(config->sources[i].name, name))) {
            a->source = &config->sources[i];
            n++;
        }
    if (n > 1)
        return bad(a, ERR_USAGE, "source: there are several with an api, say which");
    return n == 1 || bad(a, ERR_NOT_FOUND, "source: none of that name has an api");
}

static bool read(struct adding *a, const struct json *body)
{
    a->id = json_get_string(body, "id", NULL);
    a->email = json_get_string(body, "email", NULL);
    if (!a->id || !*a->id || strlen(a->id) > ID_MAX)
        return bad(a, ERR_USAGE, "id: 1 to 255 bytes, as the source calls the customer");
    if (a->email && !text_is_email(a->email))
        return bad(a, ERR_USAGE, "email: that is no address");
    return find_source(a, json_get_string(body, "source", NULL));
}

static void make_item(struct adding *a, struct ingest_item *item)
{
    struct arena *arena = a->req->arena;
    AUTO_JSON data = json_object();
    json_put_string(data, "source_id", a->id);
    if (a->email)
        json_put_string(data, "email", a->email);
    json_put_bool(data, ripio_known(arena, a->source->account), true);
    json_put_bool(data, ripio_closed(arena, a->source->account), false);
    *item = (struct ingest_item){.effect = effect_word(EFFECT_CUSTOMER)};
    item->obs = (struct observation){.v = {.t = a->req->received_at, .rank = 2}, .account = a->source->account, .dialect = "ripio", .record_count = 1,
                                     .records = ARENA_NEW(arena, struct record)};
    *item->obs.records = (struct record){"customer", ripio_key(arena, a->id), json_print_in(arena, data)};
    item->event = (struct event){.received_at = a->req->received_at, .occurred_at = a->req->received_at, .seen = 1, .source = a->source->name,
                                 .account = a->source->account, .dialect = "ripio", .type = "customer.added", .effect = EFFECT_CUSTOMER,
                                 .effect_text = item->effect, .warnings = "[]", .headers = call_headers(a->req), .raw = a->req->body,
                                 .raw_n = a->req->body_n, .note = arena_printf(arena, "by %s", a->req->agent->name)};
    crypto_sha256(a->req->body, a->req->body_n, item->event.sha256);
    memcpy(item->event.content_hash, item->event.sha256, sizeof item->event.content_hash);
}

static void added(struct request *req)
{
    const struct adding *a = req->own;
    struct err err;
    if (a->job.ok && str_eq(a->job.answers->state, "applied")) {
        request_json(req, 200, "{\"added\":true}");
        return;
    }
    err_set(&err, ERR_INTERNAL, "the customer could not be written down");
    request_fail(req, a->job.ok ? &err : &a->job.err);
}

static void add(struct request *req)
{
    struct adding *a = ARENA_NEW(req->arena, struct adding);
    *a = (struct adding){.req = req, .job = {.kind = JOB_INGEST, .arena = req->arena, .item_count = 1}};
    const struct json *body = call_body(req);
    if (!body || !read(a, body))
        return;
    a->job.items = ARENA_NEW(req->arena, struct ingest_item);
    a->job.answers = ARENA_NEW(req->arena, struct ingest_answer);
    make_item(a, a->job.items);
    req->own = a;
    call_post(req, &a->job, added);
}

const struct call customer_calls[] = {
    {.method = "POST", .path = "/v1/customers", .sides = SIDE_DESK, .limit = LIMIT, .role = ROLE_LEAD, .handle = add,
     .help = "a customer our API may open tickets for"},
    {0},
};
