/* register: the ticket API dies by SIGKILL again and again (and now and then is asked to stop, which must end well), between any two of its steps: files, commit, 202, registration,
 * outcome, event. The client's journal knows what was asked under which Idempotency-Key and what was answered; two thirds of
 * the tickets are the desk's own, some go to a backend that takes them, some to one that never does. At the end, with
 * everything settled: every 202 has exactly one ticket, one final outcome and, where it is CREATED, one key that no other
 * ticket has; what retrieve ever said stands; the subscriber heard that outcome and no other; every file is there, whole.
 *
 * register [--kills N] [--seed S] [--acks N]; also TORTURE_KILLS, TORTURE_SEED. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/chance.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/load.h"
#include "harness/stub.h"
#include "harness/wrong.h"
#include "store/store.h"
#include "worker/shelf.h"
#include "harness/ordeal.h"
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 8, HANG_S = 120, SETTLE_S = 60, ID = 36 };
enum client_of { DESK, TAKEN, REFUSED, CLIENTS }; /* who registers */
static const char *const clients[CLIENTS] = {"desk", "taken", "refused"};

struct item {
    enum client_of client;
    bool multipart, asked, acked;
    char id[ID + 1], key[24]; /* as the 202 and a retrieve said; "" not yet */
    bool failed;              /* a retrieve said so */
    int tickets, heard;       /* found in the database; told to the subscriber */
};
struct wire { struct str request; int item; bool retrieves; };
struct torture {
    struct daemon_run *run;
    struct stub *subscriber, *takes, *refuses;
    struct item *items;
    int count, cap, since;
    struct wire wires[CONNECTIONS];
    char tokens[CLIENTS][128];
    uint64_t random;
    int acks, acks_wanted, wrong;
    bool killing;
    int signal; /* of this round */
    pthread_t killer;
    int64_t delay_us;
    struct { int64_t kills, stops, starts, acked, unknown, again, retrieved, created, failed, events, files; } total;
};

/* --- what is asked --- */

static void file_of(int i, struct str *out)
{
    str_clear(out);
    for (int n = 0; n < 50 + i % 900; n++)
        str_addf(out, "line %d of %d\r\n", n, i % 5 ? i : 0); /* some send the same file */
}

static void write_create(struct torture *t, int i, struct str *out)
{
    const struct item *item = &t->items[i];
    AUTO_STR body, file;
    str_init(&body, 1 << 20);
    str_init(&file, 1 << 20);
    if (item->multipart) {
        file_of(i, &file);
        str_addf(&body, "--b\r\nContent-Disposition: form-data; name=customerId\r\n\r\nc-%d\r\n--b\r\nContent-Disposition: form-data; name=summary\r\n\r\n"
                        "Ticket %d\r\n--b\r\nContent-Disposition: form-data; name=description\r\n\r\nIt began today.\r\n"
                        "--b\r\nContent-Disposition: form-data; name=files; filename=f.txt\r\n\r\n", i % 40, i);
        str_add(&body, file.data, file.len);
        str_adds(&body, "\r\n--b--\r\n");
    } else {
        str_addf(&body, "{\"customerId\":\"c-%d\",\"summary\":\"Ticket %d\",\"description\":\"It began today.\"}", i % 40, i);
    }
    str_addf(out, "POST /api/v1/supportTickets/ HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer %s\r\nIdempotency-Key: k-%d\r\nContent-Type: %s\r\n"
                  "Content-Length: %zu\r\n\r\n", t->tokens[item->client], i, item->multipart ? "multipart/form-data; boundary=b" : "application/json", body.len);
    str_add(out, body.data, body.len);
}

static int new_item(struct torture *t)
{
    if (t->count == t->cap && !(t->items = realloc(t->items, sizeof *t->items * (size_t)(t->cap = t->cap ? t->cap * 2 : 1024))))
        abort();
    int i = t->count++;
    uint64_t who = chance(&t->random, 10);
    t->items[i] = (struct item){.client = who == 0 ? REFUSED : who < 4 ? TAKEN : DESK, .multipart = chance(&t->random, 3) == 0};
    return i;
}

/* Mostly something new; now and then what was asked before, whatever came of it; or how far it is. */
static bool next(void *arg, int connection, const char **data, size_t *n)
{
    struct torture *t = arg;
    struct wire *w = &t->wires[connection];
    bool old = t->count > t->since && chance(&t->random, 3) == 0;
    int i = old ? t->since + chance(&t->random, (t->count - t->since)) : new_item(t);
    struct item *item = &t->items[i];
    w->item = i;
    w->retrieves = old && *item->id && chance(&t->random, 2) == 0;
    str_clear(&w->request);
    if (w->retrieves)
        str_addf(&w->request, "GET /api/v1/supportTickets/%s/ HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer %s\r\n\r\n", item->id, t->tokens[item->client]);
    else
        write_create(t, i, &w->request);
    t->total.again += item->asked && !w->retrieves;
    item->asked = true;
    *data = w->request.data;
    *n = w->request.len;
    return true;
}

/* --- what is answered --- */

static void take_created(struct torture *t, struct item *item, const struct json *answer)
{
    const char *id = json_get_string(answer, "ticketId", "");
    if (strlen(id) != ID || (*item->id && strcmp(item->id, id) != 0))
        wrong(&t->wrong, "k-%d: a second ticket %s beside %s", (int)(item - t->items), id, item->id);
    str_copy(item->id, sizeof item->id, id);
    item->acked = true;
    t->total.acked++;
}

/* What is final stays. */
static void take_outcome(struct torture *t, struct item *item, const struct json *answer)
{
    const char *status = json_get_string(answer, "status", ""), *key = json_get_string(answer, "issueKey", NULL);
    bool created = strcmp(status, "CREATED") == 0, failed = strcmp(status, "FAILED") == 0;
    if (created != (key != NULL) || (!created && *item->key) || (*item->key && !str_eq(item->key, key)) || (item->failed && !failed))
        wrong(&t->wrong, "%s: %s %s after %s%s", item->id, status, key ? key : "null", item->key, item->failed ? "FAILED" : "");
    if (created)
        str_copy(item->key, sizeof item->key, key);
    item->failed |= failed;
    t->total.retrieved++;
}

static void *killer(void *arg)
{
    struct torture *t = arg;
    nanosleep(&(struct timespec){0, t->delay_us * 1000}, NULL);
    kill(t->run->pid, t->signal);
    return NULL;
}

static void done(void *arg, int connection, int status, const char *body, size_t n, int64_t us)
{
    struct torture *t = arg;
    struct wire *w = &t->wires[connection];
    struct item *item = &t->items[w->item];
    AUTO_JSON answer = status ? json_parse(body, n, &json_limits_native, NULL, NULL) : NULL;
    (void)us;
    *t->run->clock += (int64_t)chance(&t->random, 2000);
    if (status == 202 && !w->retrieves)
        take_created(t, item, answer);
    else if (status == 200 && w->retrieves)
        take_outcome(t, item, answer);
    else if (status && status != 503)
        wrong(&t->wrong, "k-%d answered %d: %.*s", w->item, status, (int)n, body);
    t->total.unknown += status == 0;
    t->acks += status / 100 == 2;
    if (!t->killing && t->acks >= t->acks_wanted) {
        t->killing = true;
        if (pthread_create(&t->killer, NULL, killer, t) != 0)
            abort();
    }
}

/* --- rounds --- */

static void take_tokens(struct torture *t)
{
    struct client *c = client_open(t->run->ingest);
    for (int i = 0; i < CLIENTS; i++) {
        char pair[64], text[128], headers[256];
        snprintf(pair, sizeof pair, "%s:secret", clients[i]);
        crypto_base64((const uint8_t *)pair, strlen(pair), text, sizeof text);
        snprintf(headers, sizeof headers, "Authorization: Basic %s\r\n", text);
        struct answer a = client_ask(c, "POST", "/oauth2/token/", headers, "grant_type=client_credentials", 29);
        if (!str_copy(t->tokens[i], sizeof t->tokens[i], json_get_string(a.json, "accessToken", "")) || !*t->tokens[i])
            wrong(&t->wrong, "no token for %s: %d", clients[i], a.status);
    }
    client_close(c);
}

static void round_run(struct torture *t)
{
    struct load load = {.socket = {t->run->ingest}, .connections = {CONNECTIONS}, .next = next, .done = done, .arg = t};
    t->acks = 0;
    t->killing = false;
    t->signal = chance(&t->random, 6) == 0 ? SIGTERM : SIGKILL;
    t->delay_us = (int64_t)chance(&t->random, 25000);
    t->since = t->count > 300 ? t->count - 300 : 0;
    alarm(HANG_S);
    if (!load_run(&load) || !t->killing)
        wrong(&t->wrong, "the load ended by itself after %d answers", t->acks);
    if (t->killing)
        pthread_join(t->killer, NULL);
    if (t->signal == SIGKILL)
        daemon_kill(t->run);
    else if (daemon_stop(t->run) != 0)
        wrong(&t->wrong, "it did not stop cleanly under load");
    t->total.kills += t->signal == SIGKILL;
    t->total.stops += t->signal == SIGTERM;
    if (chance(&t->random, 6) == 0) { /* again while it starts */
        daemon_spawn(t->run);
        nanosleep(&(struct timespec){0, (long)chance(&t->random, 30000) * 1000}, NULL);
        daemon_kill(t->run);
        t->total.starts++;
    }
    daemon_restart(t->run);
}

/* --- the end --- */

static struct item *item_by_id(struct torture *t, const char *id)
{
    for (int i = 0; id && i < t->count; i++)
        if (strcmp(t->items[i].id, id) == 0)
            return &t->items[i];
    return NULL;
}

static struct store *open_store(struct torture *t)
{
    char path[128];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/triage.db", t->run->dir);
    struct store *store = store_open(path, STORE_READER, &err);
    if (!store)
        wrong(&t->wrong, "opening the database: %s", err.text);
    return store;
}

static int64_t pending(struct torture *t, struct store *store)
{
    AUTO_ARENA arena = arena_new();
    int64_t ids[256], after = 0, n = 0;
    struct err err = {0};
    for (int count = 256; count == 256; after = count ? ids[count - 1] : after) {
        if (!store_ticket_ids(store, after, ids, 256, &count, &err))
            wrong(&t->wrong, "reading tickets: %s", err.text);
        for (int i = 0; i < count; i++, arena_reset(arena)) {
            const struct ticket *ticket = store_ticket_get(store, arena, ids[i], &err);
            n += ticket && ticket->registration == REGISTRATION_PENDING;
        }
    }
    return n;
}

/* Hours pass, until the refused have been asked for the last time and the subscriber has heard of everything. */
static void settle(struct torture *t)
{
    struct store *store = open_store(t);
    int64_t until = clock_mono() + SETTLE_S * 1000, quiet = 0;
    alarm(2 * SETTLE_S);
    for (int heard = -1; store && quiet < 3 && clock_mono() < until;) {
        *t->run->clock += 600000;
        nanosleep(&(struct timespec){0, 150000000}, NULL);
        int now = stub_wait(t->subscriber, 0, 0);
        quiet = now == heard && pending(t, store) == 0 ? quiet + 1 : 0;
        heard = now;
    }
    if (quiet < 3)
        wrong(&t->wrong, "%" PRId64 " tickets are pending still", store ? pending(t, store) : -1);
    store_close(store);
}

/* The last word of retrieve, for each of them. */
static void retrieve_all(struct torture *t)
{
    take_tokens(t);
    for (int i = 0; i < t->count; i++) {
        struct item *item = &t->items[i];
        if (!item->acked)
            continue;
        struct client *c = client_open(t->run->ingest);
        char path[96], headers[192];
        snprintf(path, sizeof path, "/api/v1/supportTickets/%s/", item->id);
        snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n", t->tokens[item->client]);
        struct answer a = client_ask(c, "GET", path, headers, NULL, 0);
        if (a.status != 200)
            wrong(&t->wrong, "lost: %s was accepted, retrieve says %d", item->id, a.status);
        take_outcome(t, item, a.json);
        if (item->failed != (item->client == REFUSED))
            wrong(&t->wrong, "%s of %s: %s", item->id, clients[item->client], a.body);
        client_close(c);
    }
}

static void check_ticket(struct torture *t, const struct ticket *ticket, uint8_t *numbers, int64_t most)
{
    struct item *item = item_by_id(t, ticket->source_id);
    bool created = ticket->registration == REGISTRATION_CREATED;
    int64_t n = created && ticket->ref && str_starts(ticket->ref, "SUP-") ? strtoll(ticket->ref + 4, NULL, 10) : 0;
    t->total.created += created;
    t->total.failed += ticket->registration == REGISTRATION_FAILED;
    if (item && item->tickets++)
        wrong(&t->wrong, "doubled: %s", ticket->source_id);
    if (ticket->registration == REGISTRATION_PENDING || created != (ticket->ref != NULL) || (created && (n < 1 || n > most)))
        wrong(&t->wrong, "#%" PRId64 ": registration %d with key %s", ticket->id, ticket->registration, ticket->ref ? ticket->ref : "null");
    else if (created && numbers[n]++)
        wrong(&t->wrong, "the key %s was given twice", ticket->ref);
    if (item && created && !str_eq(item->key, ticket->ref))
        wrong(&t->wrong, "%s: retrieve said %s, the ticket has %s", item->id, item->key, ticket->ref);
}

/* Tickets made by requests whose answer was cut off count too: as many tickets as keys that took effect, each once. */
static void check_tickets(struct torture *t, struct store *store)
{
    AUTO_ARENA arena = arena_new();
    int64_t ids[256], after = 0, all = 0;
    struct err err = {0};
    uint8_t *numbers = calloc((size_t)t->count + 2, 1);
    char *titles = calloc((size_t)t->count + 1, 1);
    for (int count = 256; count == 256; after = count ? ids[count - 1] : after) {
        if (!store_ticket_ids(store, after, ids, 256, &count, &err))
            wrong(&t->wrong, "reading tickets: %s", err.text);
        for (int i = 0; i < count; i++, arena_reset(arena)) {
            const struct ticket *ticket = store_ticket_get(store, arena, ids[i], &err);
            int nth = ticket && ticket->title ? (int)strtol(ticket->title + strlen("Ticket "), NULL, 10) : -1;
            if (nth < 0 || nth >= t->count || titles[nth]++)
                wrong(&t->wrong, "a ticket \"%s\" too many", ticket && ticket->title ? ticket->title : "");
            if (ticket)
                check_ticket(t, ticket, numbers, t->count);
            all++;
        }
    }
    for (int64_t n = 1; n <= t->total.created; n++)
        if (numbers[n] != 1)
            wrong(&t->wrong, "SUP-%" PRId64 " was given %d times", n, numbers[n]);
    for (int i = 0; i < t->count; i++)
        if (t->items[i].acked && t->items[i].tickets != 1)
            wrong(&t->wrong, "k-%d was accepted, there are %d tickets", i, t->items[i].tickets);
    printf("# %" PRId64 " tickets: %" PRId64 " created, %" PRId64 " failed\n", all, t->total.created, t->total.failed);
    free(numbers);
    free(titles);
}

static void check_event(struct torture *t, const struct stub_request *r)
{
    AUTO_JSON event = json_parse(r->body, r->body_n, &json_limits_native, NULL, NULL);
    const struct json *said = json_get(event, "supportTicket");
    struct item *item = item_by_id(t, json_get_string(said, "ticketId", NULL));
    const char *key = json_get_string(said, "issueKey", NULL), *status = json_get_string(said, "status", "");
    t->total.events++;
    if (!item)
        return; /* of a request whose answer never came; check_tickets has seen it */
    item->heard++;
    if (item->failed ? key || strcmp(status, "FAILED") != 0 : !str_eq(key, item->key) || strcmp(status, "CREATED") != 0)
        wrong(&t->wrong, "%s: the subscriber heard %s %s, retrieve says %s", item->id, status, key ? key : "null", item->failed ? "FAILED" : item->key);
}

static void check_heard(struct torture *t)
{
    int n = stub_wait(t->subscriber, 0, 0);
    for (int i = 0; i < n; i++)
        check_event(t, stub_request(t->subscriber, i));
    for (int i = 0; i < t->count; i++)
        if (t->items[i].acked && !t->items[i].heard)
            wrong(&t->wrong, "the subscriber never heard of %s", t->items[i].id);
}

static void check_files(struct torture *t, struct store *store)
{
    AUTO_ARENA arena = arena_new();
    AUTO_STR file, kept;
    char db[128];
    str_init(&file, 1 << 20);
    str_init(&kept, 1 << 20);
    snprintf(db, sizeof db, "%s/triage.db", t->run->dir);
    for (int i = 0; i < t->count; i++) {
        uint8_t sum[32];
        int64_t size = 0;
        bool found = false;
        struct err err = {0};
        char piece[4096];
        if (!t->items[i].acked || !t->items[i].multipart)
            continue;
        file_of(i, &file);
        crypto_sha256(file.data, file.len, sum);
        FILE *f = fopen(shelf_path(arena, db, sum), "rb");
        str_clear(&kept);
        for (size_t n; f && (n = fread(piece, 1, sizeof piece, f)) > 0;)
            str_add(&kept, piece, n);
        if (f)
            fclose(f);
        if (!store_file_get(store, sum, &size, &found, &err) || !found || size != (int64_t)file.len || kept.len != file.len ||
            memcmp(kept.data, file.data, file.len) != 0)
            wrong(&t->wrong, "the file of k-%d is not there, or not whole", i);
        t->total.files++;
    }
}

static void check_all(struct torture *t)
{
    char clock[128];
    settle(t);
    retrieve_all(t);
    if (daemon_stop(t->run) != 0)
        wrong(&t->wrong, "the last daemon did not stop cleanly");
    struct store *store = open_store(t);
    check_tickets(t, store);
    check_heard(t);
    check_files(t, store);
    store_close(store);
    snprintf(clock, sizeof clock, "%s/clock", t->run->dir);
    const char *const args[] = {"triaged", "--dir", t->run->dir, "--clock", clock, "--rebuild", NULL};
    alarm(5 * HANG_S);
    if (daemon_try(args) != 0)
        wrong(&t->wrong, "rebuild: the database is not what its journal says");
}

/* --- the whole --- */

static struct daemon_run *start(const struct torture *t)
{
    AUTO_STR config;
    str_init(&config, 4096);
    str_adds(&config, "team: torture\nsources:\n");
    for (int i = 0; i < CLIENTS; i++)
        str_addf(&config, "  - {name: %s, dialect: ripio, api: {client_id: %s, client_secret: secret%s%s}}\n", clients[i], clients[i],
                 i == DESK ? "" : ", backend: ", i == DESK ? "" : i == TAKEN ? "takes" : "refuses");
    str_addf(&config, "destinations:\n"
                      "  - {name: client, kind: webhook, url: '%s', format: ripio, secrets: [w], allow_loopback: true}\n"
                      "  - {name: takes, kind: webhook, url: '%s', secrets: [w], allow_loopback: true}\n"
                      "  - {name: refuses, kind: webhook, url: '%s', secrets: [w], allow_loopback: true}\n"
                      "routes:\n  - {name: outcomes, of: desk, match: ticket.updated, to: [{destination: client, always: true}]}\n",
             stub_url(t->subscriber), stub_url(t->takes), stub_url(t->refuses));
    return daemon_start(config.data);
}

static void torture_run(struct torture *t, int64_t kills)
{
    static const struct stub_step ok[] = {STUB_STATUS("200 OK")}, no[] = {STUB_STATUS("400 No")};
    t->subscriber = stub_open();
    t->takes = stub_open();
    t->refuses = stub_open();
    stub_script(t->subscriber, ok, 1);
    stub_script(t->takes, ok, 1);
    stub_script(t->refuses, no, 1);
    t->run = start(t);
    for (int64_t nth = 1; nth <= kills && t->wrong < 20; nth++) {
        take_tokens(t);
        round_run(t);
    }
    check_all(t);
    if (t->wrong)
        printf("# its database is left in %s\n", t->run->dir);
    else
        daemon_remove(t->run);
    stub_close(t->subscriber);
    stub_close(t->takes);
    stub_close(t->refuses);
}

int main(int argc, char **argv)
{
    struct ordeal o = {.kills = 10, .acks = 40};
    int code;
    if (!ordeal_begin(&o, argc, argv, &code))
        return code;
    static struct torture t;
    t.random = o.random;
    t.acks_wanted = (int)o.acks;
    for (int i = 0; i < CONNECTIONS; i++)
        str_init(&t.wires[i].request, 1 << 20);
    torture_run(&t, o.kills);
    printf("# %" PRId64 " kills (and %" PRId64 " while starting), %" PRId64 " stops, %" PRId64 " times 202, %" PRId64 " cut off, %" PRId64 " repeated, %" PRId64
           " retrieved, %" PRId64 " events heard, %" PRId64 " files\n", t.total.kills, t.total.starts, t.total.stops, t.total.acked, t.total.unknown, t.total.again,
           t.total.retrieved, t.total.events, t.total.files);
    printf("%sok 1 - every ticket accepted has one outcome and one key after every kill, %d wrong\n", t.wrong ? "not " : "", t.wrong);
    for (int i = 0; i < CONNECTIONS; i++)
        str_fini(&t.wires[i].request);
    free(t.items);
    return t.wrong != 0;
}
