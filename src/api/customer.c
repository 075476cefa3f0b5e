/* customer: everything the desk knows of one customer in one answer, and telling the desk of a customer by hand, for sources
 * whose API takes tickets of known customers only: that comes in as an event with one record, so that the journal, a rebuild
 * and routes know of it like of any other. */
#include "api/calls.h"
#include "api/show.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "dialect/dialect.h"
#include "dialect/ripio.h"
#include "store/customer.h"
#include "wire/row.h"
#include <stdlib.h>
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

/* --- one customer --- */

enum { LISTED = 60, LOOKED_AT = 1000, NOTES = 50, RATINGS = 200 };

/* Who it is: the record a source keeps, else what the newest ticket says. Shown as a ticket shows its customer. */
static void put_person(struct show *show, struct json *root, const char *key, const struct ticket *newest)
{
    char *text = NULL;
    store_record_get(show->store, show->arena, "customer", key, &text, &show->err);
    const struct json *said = text ? json_parse_in(show->arena, text, strlen(text), &json_limits_dialect, NULL, NULL) : NULL;
    struct ticket who = newest ? *newest : (struct ticket){0};
    who.customer_name = json_get_string(said, "name", who.customer_name);
    who.customer_email = json_get_string(said, "email", who.customer_email);
    who.customer_phone = json_get_string(said, "phone", who.customer_phone);
    who.plan = json_get_string(said, "plan", who.plan);
    AUTO_JSON row = mask_ticket(show->arena, &show->mask, &who);
    json_put_string(root, "key", mask_text(show->arena, &show->mask, "customer", key));
    json_put_string(root, "name", json_get_string(row, "customer_name", NULL));
    json_put_string(root, "email", json_get_string(row, "customer_email", NULL));
    json_put_string(root, "phone", json_get_string(row, "customer_phone", NULL));
    json_put_string(root, "plan", json_get_string(row, "plan", NULL));
    json_put_string(root, "tenant", json_get_string(row, "tenant", NULL));
    json_put_string(root, "status", mask_text(show->arena, &show->mask, "status", json_get_string(said, "status", NULL)));
    json_put_string(root, "sentiment", mask_text(show->arena, &show->mask, "sentiment", json_get_string(said, "sentiment", NULL)));
    json_put_bool(root, "known", said != NULL);
}

static struct json *satisfaction(struct show *show, const char *key)
{
    struct json *csat = json_object(), *history = json_array();
    struct rating *list;
    int64_t n = 0, sum = 0;
    int count = 0;
    store_tally_get(show->store, "csat_customer", key, 0, &n, &sum, &show->err);
    json_put_i64(csat, "n", n);
    json_put_i64(csat, "sum", sum);
    if (n && store_customer_ratings(show->store, show->arena, key, RATINGS, &list, &count, &show->err))
        for (int i = 0; i < count; i++) {
            struct json *row = json_object();
            json_put_i64(row, "at", list[i].at);
            json_put_i64(row, "csat", list[i].csat);
            json_put_i64(row, "ticket", list[i].ticket);
            json_put_string(row, "agent", list[i].agent);
            json_push(history, row);
        }
    json_put(csat, "history", history);
    return csat;
}

static struct json *notes_on(struct show *show, const char *key)
{
    struct json *notes = json_array();
    struct record *list;
    int count;
    if (!store_record_under(show->store, show->arena, "customer_note", arena_printf(show->arena, "%s\x1f", key), NOTES, &list, &count, &show->err))
        return notes;
    for (int i = 0; i < count; i++) {
        const struct json *data = json_parse_in(show->arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL);
        struct json *row = json_object();
        json_put_i64(row, "note", strtoll(strrchr(list[i].key, '\x1f') + 1, NULL, 10));
        json_put_i64(row, "at", json_get_i64(data, "at", 0));
        json_put_string(row, "by", json_get_string(data, "by", NULL));
        json_put_string(row, "text", mask_text(show->arena, &show->mask, NULL, json_get_string(data, "text", "")));
        json_push(notes, row);
    }
    return notes;
}

/* Open ones before past ones, each newest first. */
static struct json *tickets_of(struct show *show, struct ticket *const *all, int count)
{
    struct json *rows = json_array();
    for (int done = 0; done < 2; done++)
        for (int i = 0; i < count; i++)
            if (ticket_done(all[i]->status) == (done == 1))
                json_push(rows, show_row(show, all[i]));
    return rows;
}

static bool read_page(struct show *show, const char *key, struct json *root)
{
    struct customer_figures figures;
    int64_t ids[LISTED], first = 0;
    int count = 0;
    struct ticket *all[LISTED];
    if (!store_customer_figures(show->store, key, LOOKED_AT, &figures, &show->err) || !store_customer_first(show->store, key, &first, &show->err) ||
        !store_customer_tickets(show->store, key, request_query_i64(show->req, "before", 0, 0, INT64_MAX), ids, LISTED, &count, &show->err))
        return false;
    for (int i = 0; i < count; i++)
        if (!(all[i] = store_ticket_get(show->store, show->arena, ids[i], &show->err)))
            return false;
    struct json *who = json_object();
    put_person(show, who, key, count ? all[0] : NULL);
    json_put_i64(who, "first_seen", first);
    json_put_i64(who, "tickets", figures.tickets);
    json_put_i64(who, "open", figures.tickets - figures.done);
    json_put_i64(who, "reopened", figures.reopened);
    json_put_bool(who, "more", figures.tickets == LOOKED_AT);
    json_put(who, "csat", satisfaction(show, key));
    json_put(who, "notes", notes_on(show, key));
    json_put(root, "customer", who);
    json_put(root, "rows", tickets_of(show, all, count));
    if (count == LISTED)
        json_put_i64(root, "next", ids[count - 1]);
    else
        json_put_null(root, "next");
    return figures.tickets || json_get_bool(who, "known", false) || err_set(&show->err, ERR_NOT_FOUND, "no customer \"%.80s\"; `triage customers` lists them, and a ticket's number finds whose it is", key);
}

static void answer_customer(struct show *show, const char *key)
{
    int64_t seq = 0;
    struct json *root = json_object();
    if (key && store_entry_last(show->store, &seq, &show->err)) {
        json_put_i64(root, "seq", seq);
        read_page(show, key, root);
    }
    show_answer(show, root);
}

static void get_customer(struct request *req)
{
    struct show show;
    if (show_open(&show, req))
        answer_customer(&show, req->param[0]);
}

/* Whoever wrote the ticket. */
static void get_ticket_customer(struct request *req)
{
    struct show show;
    if (!show_open(&show, req))
        return;
    const struct ticket *t = show_asked(&show);
    if (t && !t->customer)
        err_set(&show.err, ERR_NOT_FOUND, "#%lld: its source names no customer, so there is no page of theirs", (long long)t->id);
    answer_customer(&show, t ? t->customer : NULL);
}

/* --- those we know --- */

enum { SCANNED = 256, BUDGET_MS = 40, PAGE = 50, MOST = 200, CURSOR_MAX = 1024 };

static void add_known(struct show *show, struct json *rows, const struct record *r, const struct json *data)
{
    struct json *row = json_object();
    int64_t ticket = 0, n = 0, sum = 0;
    int count = 0;
    store_customer_tickets(show->store, r->key, 0, &ticket, 1, &count, &show->err);
    store_tally_get(show->store, "csat_customer", r->key, 0, &n, &sum, &show->err);
    json_put_string(row, "key", mask_text(show->arena, &show->mask, "customer", r->key));
    json_put_string(row, "name", mask_text(show->arena, &show->mask, "customer_name", json_get_string(data, "name", NULL)));
    json_put_string(row, "plan", mask_text(show->arena, &show->mask, "plan", json_get_string(data, "plan", NULL)));
    json_put_i64(row, "ticket", ticket);
    json_put_i64(row, "csat_n", n);
    json_put_i64(row, "csat_sum", sum);
    json_push(rows, row);
}

/* A key may be an address, so that the place to go on is no text. */
static char *cursor_of(struct arena *arena, const char *key)
{
    size_t n = strlen(key);
    char *hex = arena_alloc(arena, 2 * n + 1);
    crypto_hex((const uint8_t *)key, n, hex);
    return hex;
}

/* NULL: it is none of ours. */
static char *key_at(struct arena *arena, const char *cursor)
{
    size_t n = strlen(cursor) / 2;
    uint8_t *key = arena_alloc(arena, n + 1);
    if (n > CURSOR_MAX || !crypto_unhex(cursor, n, key))
        return NULL;
    key[n] = 0;
    return (char *)key;
}

/* In order of their keys; words: the name holds them. What matches little stops at a time budget and says where to go on. */
static void get_customers(struct request *req)
{
    struct show show;
    struct record *list;
    const char *cursor = request_query(req, "after"), *q = request_query(req, "q"), *after = NULL;
    int limit = (int)request_query_i64(req, "limit", PAGE, 1, MOST), count = SCANNED, found = 0;
    int64_t until = clock_mono() + BUDGET_MS;
    if (!show_open(&show, req))
        return;
    if (cursor && *cursor && !(after = key_at(show.arena, cursor))) {
        err_set(&show.err, ERR_USAGE, "after: not a cursor of this list");
        show_fail(&show);
        return;
    }
    struct json *root = json_object(), *rows = json_array();
    char *words = text_fold(show.arena, q ? q : "");
    while (count == SCANNED && found < limit && clock_mono() < until) {
        if (!store_record_after(show.store, show.arena, "customer", after, SCANNED, &list, &count, &show.err))
            break;
        for (int i = 0; i < count && found < limit; i++) {
            const struct json *data = json_parse_in(show.arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL);
            after = list[i].key;
            if (*words && !strstr(text_fold(show.arena, json_get_string(data, "name", "")), words))
                continue;
            add_known(&show, rows, &list[i], data);
            found++;
        }
    }
    json_put(root, "customers", rows);
    json_put_string(root, "next", after && (count == SCANNED || found == limit) ? cursor_of(show.arena, after) : NULL);
    show_answer(&show, root);
}

const struct call customer_calls[] = {
    {.method = "GET", .path = "/v1/customers", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_customers, .help = "those that sources told us of, by name"},
    {.method = "GET", .path = "/v1/customers/{}", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_customer,
     .help = "one customer: who, tickets, satisfaction, notes"},
    {.method = "GET", .path = "/v1/tickets/{}/customer", .sides = SIDE_DESK, .role = ROLE_AGENT, .handle = get_ticket_customer,
     .help = "the customer who wrote it"},
    {.method = "POST", .path = "/v1/customers", .sides = SIDE_DESK, .limit = LIMIT, .role = ROLE_LEAD, .handle = add,
     .help = "a customer our API may open tickets for"},
    {0},
};
