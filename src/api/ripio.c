/* ripio: we are Ripio's ticket API (dialects.md 4.2): a token for a client, a ticket for a customer, its registration to be
 * asked for. Who asks is judged by the head, before a body is read; then the order is the vendor's: feature, body, fields,
 * customer. Files go to the shelf first; then one job of the writer takes the request as an event, the ticket it makes, the
 * list of its files and the parcel that will register it (engine/register), all or nothing, and 202 is said after the commit.
 * Envelopes are the vendor's, byte for byte where it shows them. */
#include "api/calls.h"
#include "api/token.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/form.h"
#include "base/log.h"
#include "base/text.h"
#include "dialect/dialect.h"
#include "dialect/ripio.h"
#include "wire/row.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CREATE_LIMIT = 52 << 20, SPOOL = 1 << 20, TOKEN_LIMIT = 4096, FILES = 5, FILE_LIMIT = 10 << 20, ID = 36, KEY = 256 };

struct creation {
    struct request *req;
    const struct config_source *source;
    const struct json *json;  /* the body, if it is JSON */
    struct form form;         /* else */
    struct json *errors;      /* {field: [texts]}; NULL: none yet */
    const char *customer, *summary, *description, *email;
    bool stub;                /* nobody told us of this customer yet */
    const char *key;          /* Idempotency-Key; NULL: none */
    const struct form_part *files[FILES];
    int file_count;
    char id[ID + 1];          /* ticketId */
    struct shelf_job shelf;
    struct job job;
};

/* --- envelopes --- */

static const struct envelope {
    int status, code;
    const char *type, *word, *message; /* message NULL: the problem's own */
} envelopes[] = {
    {400, 20001, "ParseError", "parse_error", "Malformed request."},
    {403, 40001, "NotAuthenticated", "not_authenticated", "Authentication credentials were not provided."},
    {403, 20061, "SupportTicketsNotEnabledException", "support_tickets_not_enabled", "Support tickets are not enabled for this account."},
    {404, 40004, "NotFound", "not_found", "Not found."},
    {405, 40005, "MethodNotAllowed", "method_not_allowed", NULL},
    {413, 40013, "RequestEntityTooLarge", "request_entity_too_large", NULL},
    {429, 40029, "Throttled", "throttled", NULL},
    {507, 50007, "InsufficientStorage", "insufficient_storage", NULL},
    {503, 50003, "ServiceUnavailable", "service_unavailable", NULL}, /* and whatever else */
};
enum { PARSE_ERROR, NOT_AUTHENTICATED, NOT_ENABLED, NOT_FOUND, BY_STATUS, ENVELOPES = sizeof envelopes / sizeof *envelopes };

static void answer_envelope(struct request *req, int status, int code, const char *type, struct json *detail)
{
    struct json *body = json_object();
    json_put_i64(body, "code", code);
    json_put_string(body, "type", type);
    json_put(body, "detail", detail);
    json_put_i64(body, "status", status);
    request_json_tree(req, status, body);
}

static void answer_row(struct request *req, const struct envelope *e, const char *message)
{
    struct json *detail = json_object();
    json_put_string(detail, "message", e->message ? e->message : message);
    json_put_string(detail, "code", e->word);
    answer_envelope(req, e->status, e->code, e->type, detail);
}

/* Counted, and logged now and then; never the body. */
static void note_refusal(struct request *req, const struct config_source *source, int code)
{
    uint64_t unlogged;
    const char *name = source ? source->name : "-";
    if (desk_refused(req->desk, name, clock_now(), &unlogged))
        log_line(LOG_WARN, "refused", "source=\"%s\" code=%d bytes=%zu more=%llu", name, code, req->body_n, (unsigned long long)unlogged);
}

static bool refuse(struct request *req, const struct config_source *source, int row)
{
    note_refusal(req, source, envelopes[row].code);
    answer_row(req, &envelopes[row], NULL);
    return false;
}

static void refuse_problem(struct request *req, const struct problem *p)
{
    const struct envelope *e = &envelopes[ENVELOPES - 1];
    for (int i = NOT_FOUND; i < ENVELOPES; i++)
        if (envelopes[i].status == p->status) {
            e = &envelopes[i];
            break;
        }
    struct envelope as = *e;
    as.status = p->status;
    answer_row(req, &as, p->detail);
}

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
    note_refusal(req, NULL, 401);
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
        return refuse(req, NULL, NOT_AUTHENTICATED);
    if (source->disabled || !source->emulate.enabled)
        return refuse(req, source, NOT_ENABLED);
    struct creation *c = ARENA_NEW(req->arena, struct creation);
    *c = (struct creation){.req = req, .source = source};
    req->own = c;
    return true;
}

/* --- the body: three encodings --- */

static bool read_json(struct creation *c)
{
    struct json_notes notes;
    c->json = json_parse_in(c->req->arena, c->req->body, c->req->body_n, &json_limits_dialect, &notes, NULL);
    return json_is(c->json, JSON_OBJECT);
}

static bool is_type(const char *type, const char *name)
{
    size_t n = strlen(name);
    return strncasecmp(type, name, n) == 0 && (!type[n] || type[n] == ';' || type[n] == ' ');
}

static bool is_identity(const char *coding)
{
    return !coding || !*coding || strcasecmp(coding, "identity") == 0;
}

/* Only a form with files can be as large as this call allows and still be good. */
static bool read_body(struct creation *c)
{
    struct request *req = c->req;
    char boundary[FORM_BOUNDARY + 1];
    struct err err;
    int n;
    const char *type = request_header(req, "Content-Type", &n);
    bool known = n == 1 && is_identity(request_header(req, "Content-Encoding", NULL)), multipart = known && form_boundary(type, boundary);
    if (!multipart && req->body_n > SPOOL) {
        request_refuse(req, PROBLEM_TOO_LARGE);
        return false;
    }
    bool good = multipart ? form_multipart(req->arena, boundary, req->body, req->body_n, &c->form, &err) :
                known && is_type(type, "application/x-www-form-urlencoded") ? form_urlencoded(req->arena, req->body, req->body_n, &c->form, &err) :
                known && is_type(type, "application/json") && read_json(c);
    return good || refuse(req, c->source, PARSE_ERROR);
}

/* --- fields --- */

static void add_error(struct creation *c, const char *field, const char *text)
{
    struct json *list = json_array();
    c->errors = c->errors ? c->errors : json_object();
    json_push(list, json_new_string(text));
    json_drop(c->errors, field);
    json_put(c->errors, field, list);
}

/* A member of the JSON object; NULL: refused already. */
static const char *json_field(struct creation *c, const char *name, size_t *n)
{
    const struct json *node = json_get(c->json, name);
    const char *text = json_string(node);
    if (!text)
        add_error(c, name, !node ? "This field is required." : json_is(node, JSON_NULL) ? "This field may not be null." : "Not a valid string.");
    *n = text ? strlen(text) : 0;
    return text;
}

static const char *form_field(struct creation *c, const char *name, size_t *n)
{
    int count;
    const struct form_part *p = form_find(&c->form, name, &count);
    if (count == 1 && !p->filename) {
        *n = p->n;
        return p->data;
    }
    add_error(c, name, !count ? "This field is required." : count > 1 ? "This field may be given only once." : "Not a valid string.");
    return NULL;
}

static size_t characters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n\v\f", text[i]))
            return false;
    return true;
}

/* The text as it was sent: nothing is trimmed. *unreadable: it is not UTF-8. */
static const char *field(struct creation *c, const char *name, size_t most, bool *unreadable)
{
    size_t n;
    const char *text = c->json ? json_field(c, name, &n) : form_field(c, name, &n);
    if (!text)
        return NULL;
    *unreadable |= !text_valid(text, n);
    if (memchr(text, 0, n))
        add_error(c, name, "Null characters are not allowed.");
    else if (is_blank(text, n))
        add_error(c, name, "This field may not be blank.");
    else if (characters(text, n) > most)
        add_error(c, name, arena_printf(c->req->arena, "Ensure this field has no more than %zu characters.", most));
    return arena_strndup(c->req->arena, text, n);
}

/* A form's file input nobody used is sent as a file without name and bytes. */
static bool is_nothing(const struct form_part *p)
{
    return p->n == 0 && (!p->filename || !*p->filename);
}

static void read_files(struct creation *c)
{
    const struct json *node = json_get(c->json, "files");
    int n = 0;
    if (node && !json_is(node, JSON_NULL) && json_count(node) + (json_is(node, JSON_ARRAY) ? 0 : 1) > 0)
        add_error(c, "files", "The submitted data was not a file. Check the encoding type on the form.");
    for (int i = 0; i < c->form.count; i++) {
        const struct form_part *p = &c->form.parts[i];
        if (strcmp(p->name, "files") != 0 || is_nothing(p))
            continue;
        if (!p->filename)
            add_error(c, "files", "The submitted data was not a file. Check the encoding type on the form.");
        else if (p->n > FILE_LIMIT)
            add_error(c, "files", arena_printf(c->req->arena, "Ensure each file has no more than %d bytes.", FILE_LIMIT));
        else if (n < FILES)
            c->files[n] = p;
        n++;
    }
    if (n > FILES)
        add_error(c, "files", arena_printf(c->req->arena, "Ensure this field has no more than %d elements.", FILES));
    c->file_count = n < FILES ? n : FILES;
}

/* It becomes part of the event's key. */
static void read_key(struct creation *c)
{
    int n;
    bool printable = true;
    c->key = request_header(c->req, "Idempotency-Key", &n);
    for (const char *at = c->key; at && *at; at++)
        printable = printable && *at >= 0x20 && *at < 0x7f;
    if (n > 1 || (c->key && (!*c->key || strlen(c->key) > KEY || !printable)))
        add_error(c, "Idempotency-Key", "This header must be given once, with 1 to 256 printable characters.");
}

static bool refuse_fields(struct creation *c)
{
    note_refusal(c->req, c->source, 20000);
    answer_envelope(c->req, 400, 20000, "ValidationError", c->errors);
    return false;
}

static bool read_fields(struct creation *c)
{
    bool unreadable = false;
    c->customer = field(c, "customerId", 255, &unreadable);
    c->summary = field(c, "summary", 255, &unreadable);
    c->description = field(c, "description", 32767, &unreadable);
    read_files(c);
    read_key(c);
    if (unreadable) {
        json_free(c->errors);
        return refuse(c->req, c->source, PARSE_ERROR);
    }
    return !c->errors || refuse_fields(c);
}

/* --- the customer --- */

static bool read_customer(struct creation *c)
{
    struct request *req = c->req;
    struct err err = {0};
    char *data = NULL;
    bool yes = false, no = false, known = c->source->emulate.known;
    struct store *store = request_store(req, &err);
    if (!store || !store_record_get(store, req->arena, "customer", ripio_key(req->arena, c->customer), &data, &err)) {
        request_refuse(req, PROBLEM_STORAGE);
        return false;
    }
    const struct json *record = data ? json_parse_in(req->arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL;
    json_bool(json_get(record, ripio_known(req->arena, c->source->account)), &yes);
    json_bool(json_get(record, ripio_closed(req->arena, c->source->account)), &no);
    c->stub = !yes;
    c->email = yes ? json_get_string(record, "email", NULL) : NULL;
    if (known && (!yes || no))
        return refuse(req, c->source, NOT_FOUND);
    if (!known || c->email)
        return true;
    add_error(c, "customerId", "The customer has no e-mail address.");
    return refuse_fields(c);
}

/* --- the ticket --- */

static const char *assets_of(struct creation *c)
{
    char hex[65];
    struct json *list = json_array();
    for (int i = 0; i < c->file_count; i++) {
        struct json *asset = json_object();
        crypto_hex(c->shelf.files[i].sha256, 32, hex);
        json_put_string(asset, "name", *c->files[i]->filename ? c->files[i]->filename : "file");
        json_put_string(asset, "type", c->files[i]->type ? c->files[i]->type : "application/octet-stream");
        json_put_i64(asset, "size", (int64_t)c->files[i]->n);
        json_put_string(asset, "sha256", hex);
        json_push(list, asset);
    }
    const char *text = c->file_count ? json_print_in(c->req->arena, list) : NULL;
    json_free(list);
    return text;
}

/* What was said, whatever it was encoded in: what routes read, and what is compared under an Idempotency-Key. */
static const struct json *payload_of(struct creation *c, const char *assets, uint8_t hash[32])
{
    struct json *said = json_object();
    json_put_string(said, "customerId", c->customer);
    json_put_string(said, "description", c->description);
    if (assets)
        json_put(said, "files", json_new_raw(assets));
    json_put_string(said, "summary", c->summary);
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
    observe_say_text(obs, "title", c->summary);
    observe_say_text(obs, "channel", "api");
    observe_say_text(obs, "tenant", c->source->emulate.client_id);
    observe_say_text(obs, "customer", ripio_key(arena, c->customer));
    observe_say_text(obs, "customer_email", c->email);
    obs->messages = ARENA_NEW(arena, struct message);
    obs->message_count = 1;
    *obs->messages = (struct message){.id = arena_printf(arena, "%s#0", c->id), .author_kind = AUTHOR_CUSTOMER, .origin = ORIGIN_DESCRIPTION,
                                      .voice = VOICE_SOURCE, .is_public = true, .author = ripio_key(arena, c->customer), .body = c->description,
                                      .assets = assets, .asset_count = c->file_count, .at = now};
}

/* A customer nobody told us of yet. */
static void observe_stub(struct creation *c, struct observation *obs)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "source_id", c->customer);
    json_put_bool(data, ripio_known(c->req->arena, c->source->account), true);
    obs->records = ARENA_NEW(c->req->arena, struct record);
    *obs->records = (struct record){"customer", ripio_key(c->req->arena, c->customer), json_print_in(c->req->arena, data)};
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
    if (req->body_n <= SPOOL || !c->file_count)
        return;
    struct str raw;
    const char *from = req->body;
    str_init(&raw, SPOOL);
    for (int i = 0; i < c->file_count; i++) {
        const struct form_part *p = c->files[i];
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
    struct item_file *list = ARENA_ARRAY(c->req->arena, struct item_file, FILES);
    for (int i = 0; i < c->file_count; i++) {
        memcpy(list[i].sha256, c->shelf.files[i].sha256, sizeof list[i].sha256);
        list[i].size = (int64_t)c->files[i]->n;
    }
    return list;
}

static void make_item(struct creation *c, struct ingest_item *item)
{
    struct request *req = c->req;
    const char *assets = assets_of(c), *effect = effect_word(EFFECT_CREATE);
    const char *key = c->key ? arena_printf(req->arena, "ripio:idempotency:%s:%s", c->source->emulate.client_id, c->key)
                             : arena_printf(req->arena, "ripio:%s:PENDING", c->id);
    *item = (struct ingest_item){.effect = effect, .has_key = c->key, .key_daily = true, .takes_replies = c->source->reply_via != REPLY_NONE,
                                 .files = files_of(c), .file_count = c->file_count, .registers = true};
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
    c->shelf = (struct shelf_job){.files = ARENA_ARRAY(req->arena, struct shelf_file, FILES), .count = c->file_count,
                                  .wake = request_wake, .wake_arg = req};
    for (int i = 0; i < c->file_count; i++)
        c->shelf.files[i] = (struct shelf_file){.data = c->files[i]->data, .n = c->files[i]->n};
    if (req->body_n > SPOOL)
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
    if (!within_rate(c) || !read_body(c) || !read_fields(c) || !read_customer(c))
        return;
    desk_spend(req->desk, c->source, 1);
    make_id(c->id);
    if (c->file_count)
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
        answer_row(req, &envelopes[NOT_FOUND], NULL);
    else
        request_refuse(req, PROBLEM_STORAGE);
}

const struct call ripio_calls[] = {
    {.method = "POST", .path = "/oauth2/token/", .sides = SIDE_OUTSIDE, .limit = TOKEN_LIMIT, .admit = admit_client, .refuse = refuse_problem,
     .handle = give_token, .help = "a token for a client of Ripio's API"},
    {.method = "POST", .path = "/api/v1/supportTickets/", .sides = SIDE_OUTSIDE, .limit = CREATE_LIMIT, .spool = SPOOL, .admit = admit,
     .refuse = refuse_problem, .handle = create, .help = "a ticket, as Ripio's API takes it"},
    {.method = "GET", .path = "/api/v1/supportTickets/{}/", .sides = SIDE_OUTSIDE, .admit = admit, .refuse = refuse_problem, .handle = retrieve,
     .help = "how far its registration is"},
    {.path = "/oauth2/*", .sides = SIDE_OUTSIDE, .refuse = refuse_problem},
    {.path = "/api/v1/*", .sides = SIDE_OUTSIDE, .refuse = refuse_problem},
    {0},
};
