/* ripio: we are Ripio's ticket API (dialects.md 4.2): a token for a client, a ticket for a customer, its registration to be
 * asked for. Who asks is judged by the head, before a body is read; then the order is the vendor's: feature, body, fields,
 * customer. Files go to the shelf first; then one job of the writer takes the request as an event, the ticket it makes, the
 * list of its files and the parcel that will register it (engine/register), all or nothing, and 202 is said after the commit.
 * What was sent is submission's to read, what goes wrong envelope's to say. */
#include "api/calls.h"
#include "api/envelope.h"
#include "api/submission.h"
#include "api/token.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "dialect/dialect.h"
#include "dialect/ripio.h"
#include "wire/row.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CREATE_LIMIT = 52 << 20, TOKEN_LIMIT = 4096, ID = 36 };

struct creation {
    struct request *req;
    const struct config_source *source;
    struct submission said;
    const char *email;
    bool stub;                /* nobody told us of this customer yet */
    char id[ID + 1];          /* ticketId */
    struct shelf_job shelf;
    struct job job;
};

/* --- POST /oauth2/token/ --- */

static bool admit_client(struct request *req)
{
    enum { PAIR = 1024 };
    int n;
    const char *value = request_header(req, "Authorization", &n);
    uint8_t pair[PAIR];
    size_t pair_n = 0;
    bool basic = n == 1 && strncasecmp(value, "Basic ", 6) == 0 && crypto_unbase64(value + 6 + strspn(value + 6, " "), pair, sizeof pair, &pair_n);
    const struct config_source *source = token_client(req->config, pair, basic ? pair_n : 0);
    crypto_wipe(pair, sizeof pair);
    if (source) {
        req->own = (void *)(uintptr_t)source;
        return true;
    }
    envelope_note(req, NULL, 401);
    request_head(req, "WWW-Authenticate", "Basic realm=\"api\"");
    request_json(req, 401, "{\"error\":\"invalid_client\"}");
    return false;
}

static void give_token(struct request *req)
{
    const struct config_source *source = req->own;
    struct form form;
    struct err err;
    int n = 0;
    const struct form_part *grant = form_urlencoded(req->arena, req->body, req->body_n, &form, &err) ? form_find(&form, "grant_type", &n) : NULL;
    if (n != 1) {
        request_json(req, 400, "{\"error\":\"invalid_request\"}");
        return;
    }
    if (strcmp(grant->data, "client_credentials") != 0) {
        request_json(req, 400, "{\"error\":\"unsupported_grant_type\"}");
        return;
    }
    request_head(req, "Pragma", "no-cache");
    request_json(req, 200, arena_printf(req->arena, "{\"accessToken\":\"%s\",\"expiresIn\":%d,\"tokenType\":\"Bearer\",\"scope\":\"read write\"}",
                 token_make(req->arena, req->desk->seal, &source->emulate, req->received_at), TOKEN_SECONDS));
}

/* --- who asks --- */

static bool admit(struct request *req)
{
    int n;
    const char *value = request_header(req, "Authorization", &n);
    const char *token = n == 1 && strncasecmp(value, "Bearer ", 7) == 0 ? value + 7 + strspn(value + 7, " ") : "";
    const struct config_source *source = token_source(req->config, req->desk->seal, token, clock_now());
    if (!source)
        return envelope_refuse(req, NULL, ENVELOPE_NOT_AUTHENTICATED);
    if (source->disabled || !source->emulate.enabled)
        return envelope_refuse(req, source, ENVELOPE_NOT_ENABLED);
    struct creation *c = ARENA_NEW(req->arena, struct creation);
    *c = (struct creation){.req = req, .source = source, .said = {.req = req, .source = source}};
    req->own = c;
    return true;
}

/* --- the customer --- */

static bool read_customer(struct creation *c)
{
    struct request *req = c->req;
    struct err err = {0};
    char *data = NULL;
    bool yes = false, no = false, known = c->source->emulate.known;
    struct store *store = request_store(req, &err);
    if (!store || !store_record_get(store, req->arena, "customer", ripio_key(req->arena, c->said.customer), &data, &err)) {
        request_refuse(req, PROBLEM_STORAGE);
        return false;
    }
    const struct json *record = data ? json_parse_in(req->arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL;
    json_bool(json_get(record, ripio_known(req->arena, c->source->account)), &yes);
    json_bool(json_get(record, ripio_closed(req->arena, c->source->account)), &no);
    c->stub = !yes;
    c->email = yes ? json_get_string(record, "email", NULL) : NULL;
    if (known && (!yes || no))
        return envelope_refuse(req, c->source, ENVELOPE_NOT_FOUND);
    if (!known || c->email)
        return true;
    submission_error(&c->said, "customerId", "The customer has no e-mail address.");
    return envelope_fields(req, c->source, c->said.errors);
}

/* --- the ticket --- */

static const char *assets_of(struct creation *c)
{
    char hex[65];
    struct json *list = json_array();
    for (int i = 0; i < c->said.file_count; i++) {
        struct json *asset = json_object();
        crypto_hex(c->shelf.files[i].sha256, 32, hex);
        json_put_string(asset, "name", *c->said.files[i]->filename ? c->said.files[i]->filename : "file");
        json_put_string(asset, "type", c->said.files[i]->type ? c->said.files[i]->type : "application/octet-stream");
        json_put_i64(asset, "size", (int64_t)c->said.files[i]->n);
        json_put_string(asset, "sha256", hex);
        json_push(list, asset);
    }
    const char *text = c->said.file_count ? json_print_in(c->req->arena, list) : NULL;
    json_free(list);
    return text;
}

/* What was said, whatever it was encoded in: what routes read, and what is compared under an Idempotency-Key. */
static const struct json *payload_of(struct creation *c, const char *assets, uint8_t hash[32])
{
    struct json *said = json_object();
    json_put_string(said, "customerId", c->said.customer);
    json_put_string(said, "description", c->said.description);
    if (assets)
        json_put(said, "files", json_new_raw(assets));
    json_put_string(said, "summary", c->said.summary);
    const char *text = json_print_in(c->req->arena, said);
    json_free(said);
    crypto_sha256(text, strlen(text), hash);
    return json_parse_in(c->req->arena, text, strlen(text), &json_limits_dialect, NULL, NULL);
}

static void observe(struct creation *c, const char *assets, const char *key, struct observation *obs)
{
    struct arena *arena = c->req->arena;
    int64_t now = c->req->received_at;
    *obs = (struct observation){.voice = VOICE_SOURCE, .kind = KIND_CREATE, .v = {now, kind_rank(KIND_CREATE), 1, key}, .account = c->source->account,
                                .dialect = "ripio", .key = ripio_key(arena, c->id), .status_initial = true};
    obs->value.source_id = c->id;
    obs->value.key = obs->key;
    observe_say_int(obs, "status", STATUS_NEW);
    observe_say_int(obs, "registration", REGISTRATION_PENDING);
    observe_say_int(obs, "created_at", now);
    observe_say_int(obs, "updated_at", now);
    observe_say_text(obs, "title", c->said.summary);
    observe_say_text(obs, "channel", "api");
    observe_say_text(obs, "tenant", c->source->emulate.client_id);
    observe_say_text(obs, "customer", ripio_key(arena, c->said.customer));
    observe_say_text(obs, "customer_email", c->email);
    obs->messages = ARENA_NEW(arena, struct message);
    obs->message_count = 1;
    *obs->messages = (struct message){.id = arena_printf(arena, "%s#0", c->id), .author_kind = AUTHOR_CUSTOMER, .origin = ORIGIN_DESCRIPTION,
                                      .voice = VOICE_SOURCE, .is_public = true, .author = ripio_key(arena, c->said.customer), .body = c->said.description,
                                      .assets = assets, .asset_count = c->said.file_count, .at = now};
}

/* A customer nobody told us of yet. */
static void observe_stub(struct creation *c, struct observation *obs)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "source_id", c->said.customer);
    json_put_bool(data, ripio_known(c->req->arena, c->source->account), true);
    obs->records = ARENA_NEW(c->req->arena, struct record);
    *obs->records = (struct record){"customer", ripio_key(c->req->arena, c->said.customer), json_print_in(c->req->arena, data)};
    obs->record_count = 1;
}

/* The bytes of the request. A large one keeps those of its files on the shelf alone; a line stands in their place, so that
 * the two give the request again, byte for byte. */
static void keep_raw(struct creation *c, struct event *e)
{
    struct request *req = c->req;
    char hex[65];
    e->raw = req->body;
    e->raw_n = req->body_n;
    if (req->body_n <= SUBMISSION_SPOOL || !c->said.file_count)
        return;
    struct str raw;
    const char *from = req->body;
    str_init(&raw, SUBMISSION_SPOOL);
    for (int i = 0; i < c->said.file_count; i++) {
        const struct form_part *p = c->said.files[i];
        crypto_hex(c->shelf.files[i].sha256, 32, hex);
        str_add(&raw, from, (size_t)(p->data - from));
        str_addf(&raw, "[%zu bytes: files/%s]", p->n, hex);
        from = p->data + p->n;
    }
    str_add(&raw, from, (size_t)(req->body + req->body_n - from));
    e->raw = arena_strndup(req->arena, raw.data, raw.len);
    e->raw_n = raw.len;
    e->note = raw.cut ? "the request was cut; its files lie apart, by their SHA-256" : "the request's files lie apart, by their SHA-256";
    str_fini(&raw);
}

static const struct item_file *files_of(struct creation *c)
{
    struct item_file *list = ARENA_ARRAY(c->req->arena, struct item_file, SUBMISSION_FILES);
    for (int i = 0; i < c->said.file_count; i++) {
        memcpy(list[i].sha256, c->shelf.files[i].sha256, sizeof list[i].sha256);
        list[i].size = (int64_t)c->said.files[i]->n;
    }
    return list;
}

static void make_item(struct creation *c, struct ingest_item *item)
{
    struct request *req = c->req;
    const char *assets = assets_of(c), *effect = effect_word(EFFECT_CREATE);
    const char *key = c->said.key ? arena_printf(req->arena, "ripio:idempotency:%s:%s", c->source->emulate.client_id, c->said.key)
                             : arena_printf(req->arena, "ripio:%s:PENDING", c->id);
    *item = (struct ingest_item){.effect = effect, .has_key = c->said.key, .key_daily = true, .takes_replies = c->source->reply_via != REPLY_NONE,
                                 .files = files_of(c), .file_count = c->said.file_count, .registers = true};
    item->event = (struct event){.received_at = req->received_at, .occurred_at = req->received_at, .seen = 1, .source = c->source->name,
                                 .account = c->source->account, .dialect = "ripio", .key = key, .type = "SUPPORT_TICKET.PENDING",
                                 .effect = EFFECT_CREATE, .effect_text = effect, .headers = call_headers(req), .warnings = "[]"};
    item->payload = payload_of(c, assets, item->event.content_hash);
    if (c->shelf.whole.data)
        memcpy(item->event.sha256, c->shelf.whole.sha256, sizeof item->event.sha256);
    else
        crypto_sha256(req->body, req->body_n, item->event.sha256);
    keep_raw(c, &item->event);
    observe(c, assets, arena_printf(req->arena, "ripio:%s:PENDING", c->id), &item->obs);
    if (c->stub)
        observe_stub(c, &item->obs);
    AUTO_JSON obs = row_observation(&item->obs);
    item->event.obs = json_print_in(req->arena, obs);
    call_label(req, item);
}

/* --- the answer --- */

static void answer_ticket(struct request *req, int status, const char *id, const char *state, const char *key)
{
    struct json *body = json_object();
    json_put_string(body, "ticketId", id);
    json_put_string(body, "status", state);
    json_put_string(body, "issueKey", key);
    request_json_tree(req, status, body);
}

static void answer_failure(struct request *req, const struct err *err)
{
    bool draining = atomic_load(&req->desk->draining);
    request_refuse(req, err->code == ERR_NO_SPACE ? PROBLEM_NO_SPACE : err->code != ERR_UNAVAILABLE ? PROBLEM_STORAGE
                        : draining ? PROBLEM_DRAINING : PROBLEM_QUEUE_FULL);
}

/* Under a key that was used before the first request's answer is given again. */
static void admitted(struct request *req)
{
    struct creation *c = req->own;
    const struct ingest_answer *a = c->job.answers;
    const struct ticket *first = NULL;
    struct err err = {0};
    if (!c->job.ok) {
        answer_failure(req, &c->job.err);
        return;
    }
    atomic_store(&req->desk->committed_at, clock_mono());
    desk_took(req->desk, c->source->name, a->state, a->duplicate, req->received_at);
    if (a->duplicate) {
        struct store *store = request_store(req, &err);
        first = store ? store_ticket_get(store, req->arena, a->ticket, &err) : NULL;
    }
    if (a->duplicate ? !first : !a->ticket)
        request_refuse(req, PROBLEM_STORAGE);
    else
        answer_ticket(req, 202, first ? first->source_id : c->id, "PENDING", NULL);
}

static void post(struct creation *c)
{
    c->job = (struct job){.kind = JOB_INGEST, .arena = c->req->arena, .item_count = 1, .items = ARENA_NEW(c->req->arena, struct ingest_item),
                          .answers = ARENA_NEW(c->req->arena, struct ingest_answer)};
    make_item(c, c->job.items);
    call_post(c->req, &c->job, admitted);
}

static void shelved(struct request *req)
{
    struct creation *c = req->own;
    if (c->shelf.ok)
        post(c);
    else
        answer_failure(req, &c->shelf.err);
}

/* Files first: what a committed ticket lists is there. */
static void put_files(struct creation *c)
{
    struct request *req = c->req;
    struct err err = {0};
    c->shelf = (struct shelf_job){.files = ARENA_ARRAY(req->arena, struct shelf_file, SUBMISSION_FILES), .count = c->said.file_count,
                                  .wake = request_wake, .wake_arg = req};
    for (int i = 0; i < c->said.file_count; i++)
        c->shelf.files[i] = (struct shelf_file){.data = c->said.files[i]->data, .n = c->said.files[i]->n};
    if (req->body_n > SUBMISSION_SPOOL)
        c->shelf.whole = (struct shelf_file){.data = req->body, .n = req->body_n};
    request_park(req, shelved);
    if (!shelf_post(req->desk->shelf, &c->shelf, &err)) {
        c->shelf.err = err;
        request_wake(req);
    }
}

static void make_id(char id[ID + 1])
{
    uint8_t b[16];
    crypto_random(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    char *at = id;
    for (int i = 0; i < 16; i++)
        at += snprintf(at, 4, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
}

static bool within_rate(struct creation *c)
{
    struct problem p = problem_of(PROBLEM_RATE_LIMITED);
    p.retry_after = desk_rate(c->req->desk, c->source, clock_mono());
    if (p.retry_after)
        request_problem(c->req, &p);
    return !p.retry_after;
}

static void create(struct request *req)
{
    struct creation *c = req->own;
    if (!within_rate(c) || !submission_read(&c->said) || !read_customer(c))
        return;
    desk_spend(req->desk, c->source, 1);
    make_id(c->id);
    if (c->said.file_count)
        put_files(c);
    else
        post(c);
}

/* --- GET /api/v1/supportTickets/{ticketId}/ --- */

static void retrieve(struct request *req)
{
    static const char *const words[] = {[REGISTRATION_PENDING] = "PENDING", [REGISTRATION_FAILED] = "FAILED", [REGISTRATION_CREATED] = "CREATED"};
    struct creation *c = req->own;
    struct err err = {0};
    int64_t id = 0;
    struct store *store = request_store(req, &err);
    bool ok = store && store_ticket_find(store, c->source->account, ripio_key(req->arena, req->param[0]), &id, &err);
    const struct ticket *t = ok && id ? store_ticket_shown(store, req->arena, id, &err) : NULL;
    if (t && t->registration != REGISTRATION_NONE)
        answer_ticket(req, 200, t->source_id, words[t->registration], t->registration == REGISTRATION_CREATED ? t->ref : NULL);
    else if (ok && (t || !id || err.code == ERR_NOT_FOUND))
        envelope_answer(req, ENVELOPE_NOT_FOUND);
    else
        request_refuse(req, PROBLEM_STORAGE);
}

const struct call ripio_calls[] = {
    {.method = "POST", .path = "/oauth2/token/", .sides = SIDE_OUTSIDE, .limit = TOKEN_LIMIT, .admit = admit_client, .refuse = envelope_problem,
     .handle = give_token, .help = "a token for a client of Ripio's API"},
    {.method = "POST", .path = "/api/v1/supportTickets/", .sides = SIDE_OUTSIDE, .limit = CREATE_LIMIT, .spool = SUBMISSION_SPOOL, .admit = admit,
     .refuse = envelope_problem, .handle = create, .help = "a ticket, as Ripio's API takes it"},
    {.method = "GET", .path = "/api/v1/supportTickets/{}/", .sides = SIDE_OUTSIDE, .admit = admit, .refuse = envelope_problem, .handle = retrieve,
     .help = "how far its registration is"},
    {.path = "/oauth2/*", .sides = SIDE_OUTSIDE, .refuse = envelope_problem},
    {.path = "/api/v1/*", .sides = SIDE_OUTSIDE, .refuse = envelope_problem},
    {0},
};
