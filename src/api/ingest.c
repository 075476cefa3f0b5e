/* ingest: the doors. A request is authenticated, decoded by its dialect, mapped to our agents and labelled here, on the
 * server's thread; then it parks until the writer has committed, and only then is anybody told "received". The order
 * of checks is reliability.md 4.1, the statuses are dialects.md 2. What is refused leaves a counter, a line in the log
 * now and then (never the body) and a place among the last 32 for `why`. */
#include "api/caller.h"
#include "api/calls.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/classify.h"
#include "core/field.h"
#include "dialect/dialect.h"
#include "wire/row.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { BODY_LIMIT = 8 << 20, PROBE_MS = 60000 };

struct ingest {
    struct request *req;
    struct caller caller;
    int door;            /* enum door */
    bool any, vendor;    /* any: /in, the source is found; vendor: an emulated door */
    int64_t again;       /* the event in quarantine that a person takes in once more; 0: it comes from outside */
    struct json *root;
    struct json_notes notes;
    const struct dialect *dialect;
    struct interpretation *list;
    int count;
    struct job job;
};

/* --- refusing --- */

static void log_refusal(struct ingest *in, const char *source, const struct problem *p)
{
    uint64_t unlogged;
    if (!desk_refused(in->req->desk, source, in->req->received_at, &unlogged))
        return;
    uint8_t sum[32];
    char hex[9];
    crypto_sha256(in->req->body, in->req->body_n, sum);
    crypto_hex(sum, 4, hex);
    log_line(LOG_WARN, "refused", "source=\"%s\" status=%d reason=%s bytes=%zu sha256=%s more=%llu", source, p->status, p->slug,
             in->req->body_n, hex, (unsigned long long)unlogged);
}

/* At most ten a second are explained and told to consoles, be it at once: a flood of bad requests must not cost or push out anything. */
static bool worth_telling(struct desk *desk)
{
    enum { EACH_MS = 100, AT_ONCE = 10 };
    int64_t now = clock_mono(), free_at = atomic_load(&desk->told_at), from = free_at > now ? free_at : now;
    return from - now <= (AT_ONCE - 1) * EACH_MS && atomic_compare_exchange_strong(&desk->told_at, &free_at, from + EACH_MS);
}

static void tell_leads(struct ingest *in, const struct hub_refusal *r)
{
    struct json *data = json_object();
    json_put_i64(data, "at", r->at);
    json_put_string(data, "source", r->source);
    json_put_i64(data, "status", r->status);
    json_put_string(data, "slug", r->slug);
    json_put_string(data, "detail", r->detail);
    const char *text = arena_printf(in->req->arena, "event: refused\ndata: %s\n\n", json_print_in(in->req->arena, data));
    json_free(data);
    hub_publish(in->req->desk->hub, 0, text, strlen(text), true);
}

static void remember(struct ingest *in, const char *source, const struct problem *p)
{
    struct hub_refusal r = {.at = in->req->received_at, .status = p->status};
    str_copy(r.source, sizeof r.source, source);
    str_copy(r.slug, sizeof r.slug, p->slug);
    str_copy(r.detail, sizeof r.detail, p->detail);
    bool tell = worth_telling(in->req->desk);
    if (tell) {
        AUTO_STR text;
        str_init(&text, sizeof r.explain - 1);
        caller_explain(in->req, &in->caller, &text);
        str_copy(r.explain, sizeof r.explain, text.data);
    }
    hub_refuse(in->req->desk->hub, &r);
    if (tell)
        tell_leads(in, &r);
}

static void answer_problem(struct ingest *in, struct problem p)
{
    struct request *req = in->req;
    if (!in->vendor) {
        p.error = p.title;
        request_problem(req, &p);
        return;
    }
    if (p.retry_after)
        request_head(req, "Retry-After", arena_printf(req->arena, "%d", p.retry_after));
    request_json(req, p.status, problem_print_vendor(req->arena, &p));
}

static void refuse_with(struct ingest *in, struct problem p)
{
    const char *source = in->caller.source ? in->caller.source->name : "-";
    if (!in->again) { /* nobody outside was refused */
        log_refusal(in, source, &p);
        remember(in, source, &p);
    }
    if (p.status == 401)
        request_head(in->req, "WWW-Authenticate", in->door == DOOR_REST ? "Bearer" : "triage-signature");
    answer_problem(in, p);
}

static void refuse(struct ingest *in, enum problem_id id)
{
    refuse_with(in, problem_of(id));
}

/* --- from a body to items --- */

static const char *warning_text(struct arena *arena, const struct warning *w)
{
    return w->field && *w->field ? arena_printf(arena, "%s:%s", w->kind, w->field) : w->kind;
}

static const char *warnings_of(struct ingest *in, const struct interpretation *i)
{
    struct json *list = json_array();
    for (int n = 0; n < i->warning_count; n++)
        json_push(list, json_new_string(warning_text(in->req->arena, &i->warnings[n])));
    if (in->caller.signature.verdict == SIGNATURE_WARN && in->caller.signature.warning)
        json_push(list, json_new_string(arena_printf(in->req->arena, "signature:%s", in->caller.signature.warning)));
    const char *text = json_print_in(in->req->arena, list);
    json_free(list);
    return text;
}

/* A source's people become ours, where the configuration knows them. */
static void name_agent(const struct config *config, struct observation *obs, const char *name)
{
    const struct field *f = field_find(name);
    if (!field_set_has(&obs->said, field_index(f)))
        return;
    const char *key = field_text(&obs->value, f);
    const struct config_agent *agent = key ? config_agent_by_key(config, key) : NULL;
    if (agent)
        field_set_text(&obs->value, f, agent->name);
}

/* Written out here, where several threads are, not on the writer's. One without a key of its own gets it there. */
static void write_observation(struct ingest *in, struct ingest_item *item)
{
    if (!item->obs.key || !item->obs.v.key || item->quarantine)
        return;
    AUTO_JSON obs = row_observation(&item->obs);
    item->event.obs = json_print_in(in->req->arena, obs);
}

static void event_of(struct ingest *in, const struct interpretation *i, struct event *e)
{
    const struct config_source *s = in->caller.source;
    *e = (struct event){.received_at = in->req->received_at, .occurred_at = i->has_time ? i->occurred_at : 0, .seen = 1,
                        .source = s->name, .account = s->account ? s->account : s->name,
                        .dialect = in->dialect ? in->dialect->name : s->dialect, .key = i->key, .type = i->type,
                        .effect = i->effect, .effect_text = effect_word(i->effect), .note = i->fatal};
    memcpy(e->content_hash, i->content_hash, sizeof e->content_hash);
    e->warnings = warnings_of(in, i);
}

/* What routes and destinations call the payload: ingestlayer's own, or all that the sender said. */
static const struct json *payload_of(const struct ingest *in, const struct interpretation *i)
{
    if (!in->dialect || strcmp(in->dialect->name, "ingestlayer") != 0 || in->door == DOOR_WHK)
        return in->root;
    if (in->door == DOOR_OUT)
        return json_get(in->root, "payload");
    const struct json *element = json_first(json_get(in->root, "events"));
    for (int n = 0; n < i->index && element; n++)
        element = json_next(element);
    return json_get(element, "payload");
}

static int64_t hops_of(const struct request *req)
{
    int n;
    const char *text = request_header(req, "X-Triage-Hops", &n);
    return text && n == 1 && *text >= '0' && *text <= '9' && !text[1] ? *text - '0' : 0;
}

static void item_of(struct ingest *in, const struct interpretation *i, struct ingest_item *item)
{
    *item = (struct ingest_item){.obs = i->obs, .effect = effect_word(i->effect), .has_key = i->key, .key_daily = i->key_daily,
                                 .quarantine = i->effect == EFFECT_QUARANTINE,
                                 .again = in->again, .takes_replies = in->caller.source->reply_via != REPLY_NONE,
                                 .payload = payload_of(in, i), .hops = hops_of(in->req)};
    event_of(in, i, &item->event);
    name_agent(in->req->config, &item->obs, "assignee");
    name_agent(in->req->config, &item->obs, "closed_by");
    write_observation(in, item);
    call_label(in->req, item);
}

/* The bytes stay with the first event of a batch. */
static void keep_raw(struct ingest *in)
{
    uint8_t sum[32];
    crypto_sha256(in->req->body, in->req->body_n, sum);
    for (int n = 0; n < in->count; n++)
        memcpy(in->job.items[n].event.sha256, sum, sizeof sum);
    struct event *first = &in->job.items[0].event;
    first->raw = in->req->body;
    first->raw_n = in->req->body_n;
    first->headers = call_headers(in->req);
}

/* --- the answer, after the commit --- */

static void answer_events(struct ingest *in)
{
    struct json *root = json_object(), *data = json_object(), *events = json_array();
    for (int n = 0; n < in->count; n++) {
        const struct ingest_answer *a = &in->job.answers[n];
        struct json *event = json_object();
        json_put_string(event, "id", arena_printf(in->req->arena, "evt_%012lld", (long long)a->event));
        json_put_bool(event, "duplicate", a->duplicate);
        json_push(events, event);
    }
    json_put_i64(data, "accepted", in->count);
    json_put(data, "events", events);
    json_put(root, "data", data);
    request_json_tree(in->req, 202, root);
}

static void answer_again(struct ingest *in)
{
    struct json *root = json_object(), *events = json_array();
    for (int n = 0; n < in->count; n++) {
        const struct ingest_answer *a = &in->job.answers[n];
        struct json *event = json_object();
        json_put_i64(event, "id", a->event);
        json_put_string(event, "state", a->state);
        json_put_string(event, "note", a->event == in->again ? in->list[n].fatal : NULL);
        json_put_i64(event, "ticket", a->ticket);
        json_put_bool(event, "duplicate", a->duplicate);
        json_push(events, event);
    }
    json_put(root, "events", events);
    request_json_tree(in->req, 200, root);
}

static void answer_failure(struct ingest *in)
{
    const struct err *err = &in->job.err;
    bool draining = atomic_load(&in->req->desk->draining);
    enum problem_id id = err->code == ERR_NO_SPACE ? PROBLEM_NO_SPACE :
                         err->code != ERR_UNAVAILABLE ? PROBLEM_STORAGE : draining ? PROBLEM_DRAINING : PROBLEM_QUEUE_FULL;
    answer_problem(in, problem_of(id));
}

static void committed(struct request *req)
{
    struct ingest *in = req->own;
    if (!in->job.ok) {
        answer_failure(in);
        return;
    }
    atomic_store(&req->desk->committed_at, clock_mono());
    bool quarantined = false;
    for (int n = 0; n < in->count; n++) {
        const struct ingest_answer *a = &in->job.answers[n];
        if (!in->again || a->event != in->again)
            desk_took(req->desk, in->caller.source->name, a->state, a->duplicate, req->received_at);
        quarantined |= a->state && strcmp(a->state, "quarantine") == 0;
    }
    if (in->again)
        answer_again(in);
    else if (in->vendor)
        answer_events(in);
    else if (quarantined)
        request_json(req, 202, "{\"status\":\"quarantined\"}");
    else
        request_json(req, 200, "{\"received\":true}");
}

static void post(struct ingest *in)
{
    struct request *req = in->req;
    in->job.kind = JOB_INGEST;
    in->job.arena = req->arena;
    in->job.items = ARENA_ARRAY(req->arena, struct ingest_item, in->count);
    in->job.answers = ARENA_ARRAY(req->arena, struct ingest_answer, in->count);
    in->job.item_count = in->count;
    for (int n = 0; n < in->count; n++)
        item_of(in, &in->list[n], &in->job.items[n]);
    keep_raw(in);
    call_post(req, &in->job, committed);
}

/* --- strict sources --- */

static bool strict_ok(const struct ingest *in, bool *ambiguous)
{
    bool ok = true;
    for (int n = 0; n < in->count; n++) {
        const struct interpretation *i = &in->list[n];
        *ambiguous |= i->strict_status_400;
        ok = ok && i->effect != EFFECT_QUARANTINE && decode_strict_ok(i);
    }
    return ok;
}

static const char *errors_of(struct ingest *in)
{
    struct json *list = json_array();
    for (int n = 0; n < in->count && json_count(list) < 16; n++) {
        const struct interpretation *i = &in->list[n];
        if (i->fatal)
            json_push(list, json_new_string(i->fatal));
        for (int w = 0; w < i->warning_count && json_count(list) < 16; w++)
            if (!i->warnings[w].soft)
                json_push(list, json_new_string(warning_text(in->req->arena, &i->warnings[w])));
    }
    const char *text = json_print_in(in->req->arena, list);
    json_free(list);
    return text;
}

static bool strict_passes(struct ingest *in)
{
    bool ambiguous = false;
    if (!in->caller.source->strict || (strict_ok(in, &ambiguous) && !ambiguous))
        return true;
    struct problem p = problem_of(ambiguous ? PROBLEM_AMBIGUOUS : PROBLEM_STRICT);
    p.errors = errors_of(in);
    refuse_with(in, p);
    return false;
}

/* --- from bytes to an interpretation --- */

static const char *plain_header(const void *arg, const char *name)
{
    return gate_header(arg, name, NULL);
}

static bool encoding_ok(const struct request *req)
{
    int n;
    const char *coding = request_header(req, "Content-Encoding", &n);
    return !coding || (n == 1 && (!*coding || strcasecmp(coding, "identity") == 0));
}

static bool within_rate(struct ingest *in)
{
    int wait = desk_rate(in->req->desk, in->caller.source, clock_mono());
    if (!wait)
        return true;
    struct problem p = problem_of(PROBLEM_RATE_LIMITED);
    p.retry_after = wait;
    refuse_with(in, p);
    return false;
}

static bool parse(struct ingest *in)
{
    static const enum problem_id faults[] = {[JSON_OK] = PROBLEM_NOT_JSON, [JSON_EMPTY] = PROBLEM_EMPTY,
                                             [JSON_NOT_UTF8] = PROBLEM_NOT_UTF8, [JSON_NOT_JSON] = PROBLEM_NOT_JSON,
                                             [JSON_LIMIT] = PROBLEM_JSON_LIMITS};
    struct request *req = in->req;
    in->root = json_parse_in(req->arena, req->body, req->body_n, &json_limits_dialect, &in->notes, NULL);
    if (in->root)
        return true;
    refuse(in, faults[in->notes.fault]);
    return false;
}

/* The source's dialect; where it is open, the body's own. */
static void choose_dialect(struct ingest *in)
{
    int door = in->door;
    const struct dialect *seen = dialect_detect(in->root, &door);
    if (in->any)
        caller_settle(&in->caller, seen ? seen->name : NULL);
    bool open = strcmp(in->caller.source->dialect, "auto") == 0;
    in->dialect = open ? seen : dialect_find(in->caller.source->dialect);
    if (in->door == DOOR_WEBHOOK && in->dialect && strcmp(in->dialect->name, "ingestlayer") == 0)
        in->door = seen == in->dialect && door == DOOR_REST ? DOOR_REST : DOOR_OUT;
}

static void unknown_dialect(struct ingest *in)
{
    in->count = 1;
    in->list = ARENA_NEW(in->req->arena, struct interpretation);
    in->list->effect = EFFECT_QUARANTINE;
    in->list->fatal = "no dialect fits the body";
    crypto_sha256(in->req->body, in->req->body_n, in->list->content_hash);
}

static bool interpret(struct ingest *in)
{
    struct request *req = in->req;
    choose_dialect(in);
    if (!in->dialect) {
        unknown_dialect(in);
        return true;
    }
    const struct config_source *s = in->caller.source;
    struct dialect_input input = {.body = req->body, .body_n = req->body_n, .root = in->root, .notes = &in->notes,
                                  .header = plain_header, .header_arg = &req->head,
                                  .account = s->account ? s->account : s->name, .door = in->door,
                                  .received_at = req->received_at};
    if (in->dialect->decode(req->arena, &input, &in->list, &in->count))
        return true;
    struct problem p = problem_of(PROBLEM_NOT_JSON);
    p.slug = "shape";
    p.title = "Shape";
    if (in->count > 0 && in->list[0].fatal)
        p.detail = in->list[0].fatal;
    refuse_with(in, p);
    return false;
}

/* A signed id stands in where the body has no key of its own (reliability.md finding 5). */
static void key_from_signature(struct ingest *in)
{
    if (in->count == 1 && !in->list[0].key && in->caller.signature.id && signature_ok(&in->caller.signature))
        in->list[0].key = arena_printf(in->req->arena, "webhook:%s", in->caller.signature.id);
}

/* It becomes part of the event's key. */
static bool idempotency_ok(const struct request *req)
{
    int n;
    const char *key = request_header(req, "X-Ingest-Idempotency-Key", &n);
    size_t len = key ? strlen(key) : 1;
    bool printable = true;
    for (const char *c = key; c && *c; c++)
        printable = printable && *c >= 0x20 && *c < 0x7f;
    return n <= 1 && len > 0 && len <= 256 && printable;
}

static void take(struct ingest *in)
{
    if (!in->caller.accepted)
        refuse(in, in->caller.why);
    else if (!encoding_ok(in->req))
        refuse(in, PROBLEM_ENCODING);
    else if (!idempotency_ok(in->req))
        refuse(in, PROBLEM_IDEMPOTENCY);
    else if (within_rate(in) && parse(in) && interpret(in) && strict_passes(in)) {
        desk_spend(in->req->desk, in->caller.source, in->count);
        key_from_signature(in);
        post(in);
    }
}

/* --- doors --- */

static struct ingest *ingest_new(struct request *req, int door, bool vendor)
{
    struct ingest *in = ARENA_NEW(req->arena, struct ingest);
    *in = (struct ingest){.req = req, .door = door, .vendor = vendor};
    req->own = in;
    return in;
}

void ingest_again(struct request *req, const struct config_source *source, int64_t event)
{
    struct ingest *in = ingest_new(req, DOOR_WEBHOOK, false);
    in->caller = (struct caller){.source = source, .accepted = true};
    in->again = event;
    if (!parse(in) || !interpret(in) || !strict_passes(in))
        return;
    if (in->count == 1 && !in->list[0].key)
        in->list[0].key = arena_printf(req->arena, "again:%lld", (long long)event);
    post(in);
}

static void in_named(struct request *req)
{
    struct ingest *in = ingest_new(req, DOOR_WEBHOOK, false);
    caller_by_name(req, req->param[0], &in->caller);
    take(in);
}

static void in_any(struct request *req)
{
    struct ingest *in = ingest_new(req, DOOR_WEBHOOK, false);
    in->any = true;
    caller_by_secret(req, &in->caller);
    take(in);
}

static void v1_ingest(struct request *req)
{
    struct ingest *in = ingest_new(req, DOOR_REST, true);
    caller_by_bearer(req, &in->caller);
    take(in);
}

static void whk(struct request *req)
{
    struct ingest *in = ingest_new(req, DOOR_WHK, true);
    bool known;
    caller_by_token(req, req->param[0], &in->caller, &known);
    if (known)
        take(in);
    else
        refuse(in, PROBLEM_NOT_FOUND);
}

static void say_ok(struct request *req)
{
    request_answer(req, 200, "text/plain", "ok\n", 3);
}

static void probed(struct request *req)
{
    const struct job *job = req->own;
    if (!job->ok) {
        request_refuse(req, PROBLEM_STORAGE);
        return;
    }
    atomic_store(&req->desk->committed_at, clock_mono());
    say_ok(req);
}

static void healthz(struct request *req)
{
    int64_t last = atomic_load(&req->desk->committed_at);
    if (last && clock_mono() - last < PROBE_MS) {
        say_ok(req);
        return;
    }
    struct job *job = ARENA_NEW(req->arena, struct job);
    job->kind = JOB_PROBE;
    job->arena = req->arena;
    req->own = job;
    call_post(req, job, probed);
}

static size_t limit_named(const struct request *req)
{
    const struct config_source *s = config_source(req->config, req->param[0]);
    return s && s->limit > 0 ? (size_t)s->limit : BODY_LIMIT;
}

const struct call ingest_calls[] = {
    {.method = "POST", .path = "/in/{}", .sides = SIDE_OUTSIDE, .limit_of = limit_named, .handle = in_named, .help = "an event of a source"},
    {.method = "GET", .path = "/in/{}", .sides = SIDE_OUTSIDE, .handle = say_ok, .help = "ok, for senders that probe"},
    {.method = "POST", .path = "/in", .sides = SIDE_OUTSIDE, .limit = BODY_LIMIT, .handle = in_any, .help = "an event; source and dialect are found"},
    {.method = "GET", .path = "/in", .sides = SIDE_OUTSIDE, .handle = say_ok, .help = "ok"},
    {.method = "POST", .path = "/v1/ingest", .sides = SIDE_OUTSIDE, .limit = BODY_LIMIT, .handle = v1_ingest, .help = "ingestlayer's REST door"},
    {.method = "POST", .path = "/whk/{}", .sides = SIDE_OUTSIDE, .limit = BODY_LIMIT, .handle = whk, .help = "ingestlayer's webhook.in"},
    {.method = "GET", .path = "/healthz", .sides = SIDE_OUTSIDE | SIDE_DESK, .handle = healthz, .help = "200 while commits succeed"},
    {0},
};
