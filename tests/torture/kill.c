/* kill: the daemon dies by SIGKILL again and again, under load, and each time its database must know exactly
 * what it said. The client side keeps a journal: what was sent (key, sha256) and what was answered. After
 * each restart: every event that was answered 2xx is there once, with those bytes; every other at most once;
 * none that was not sent; the same for notes written by POST /v1/do. With the daemon stopped `triaged
 * --rebuild` must find nothing: file sound, chain whole, derived tables as the journal says.
 *
 * The load: signed rbs and tamio events and ingestlayer batches with a bearer, new tickets, changes of old
 * ones out of order, repetitions of what was and of what was not answered, and agents' actions, on 12
 * connections; the desk's clock runs ahead so that clocks breach and pages go out meanwhile. The kill comes
 * at a random moment after `acks` answers: mostly under load, sometimes into the quiet after it
 * (checkpoints), and sometimes again while it starts.
 *
 * kill [--kills N] [--seed S] [--acks N]; also TORTURE_KILLS, TORTURE_SEED. What it plans follows from the
 * seed; at which instruction the signal lands does not. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/chance.h"
#include "harness/daemon.h"
#include "harness/load.h"
#include "harness/wrong.h"
#include "store/list.h"
#include "harness/ordeal.h"
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OUTSIDE = 8, DESK = 4, CONNECTIONS = OUTSIDE + DESK, FULL_EVERY = 20, BATCH = 3, HANG_S = 120 };
static const char secret[] = "whsec_torture";
static const char config[] = "team: torture\n"
                             "sources:\n"
                             "  - {name: shop, dialect: rbs, secrets: [whsec_torture]}\n"
                             "  - {name: studio, dialect: tamio, secrets: [whsec_torture]}\n"
                             "  - {name: rest, dialect: ingestlayer, auth: bearer, token: il_torture}\n"
                             "agents:\n"
                             "  - {name: ana, uid: 4000001, role: agent, keys: ['tamio:tm-ana']}\n"
                             "  - {name: mara, uid: 4000002, role: lead}\n"
                             "oncall: [mara, ana]\n"
                             "escalation:\n"
                             "  policies:\n"
                             "  - {name: default, ack_timeout: 5m, repeat: 1, steps: [{target: oncall, "
                             "delay: 2m}, {target: leads, delay: 3m}]}\n";

enum speech { SHOP, STUDIO, REST, NOTE, OTHER };
static const struct {
    const char *path, *scheme;
} speeches[] = {[SHOP] = {"/in/shop", "rbs"},
                [STUDIO] = {"/in/studio", "tamio"},
                [REST] = {"/v1/ingest", NULL},
                [NOTE] = {"/v1/do", NULL},
                [OTHER] = {"/v1/do", NULL}};

/* One line of the client's journal; its keys are e-<index>-<part>. */
struct item {
    enum speech speech;
    char *body;
    size_t body_n;
    uint8_t sha256[32];
    bool acked, ticket_made;
    int parts;      /* events in it */
    unsigned found; /* parts seen in the database, a bit each */
    int64_t ticket; /* of a note */
};
struct wire {
    struct str request;
    int item;
};
struct torture {
    struct daemon_run *run;
    struct item *items;
    int count, cap, since; /* since: first item of this round */
    struct wire wires[CONNECTIONS];
    uint64_t random;
    int64_t tickets, studio, checked; /* tickets and tamio tickets there must be; last event looked at */
    int acks, acks_wanted;            /* of this round */
    bool quiet, killing;
    pthread_t killer;
    int64_t delay_us;
    int wrong;
    struct {
        int64_t kills, acked, unknown, again, starts;
    } total;
};

/* --- what is sent --- */

static const char *const subjects[] = {"Payments are down for all our customers",
                                       "How do I change my e-mail address?", "Invoice of October is missing",
                                       "URGENT: data loss after the update", "Feature request: dark theme"};

static const char *subject(struct torture *t)
{
    return subjects[chance(&t->random, sizeof subjects / sizeof *subjects)];
}

static void write_shop(struct torture *t, int i, struct str *body)
{
    static const char *const priorities[] = {"low", "medium", "high", "urgent"};
    char at[32];
    str_addf(body,
             "{\"eventId\":\"e-%d-0\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"%s\","
             "\"source\":\"torture\","
             "\"data\":{\"source_ticket_id\":\"T-%d\",\"user_id\":\"u%d\",\"user_name\":\"Lena "
             "Okoye\",\"user_email\":\"lena@example.com\","
             "\"priority\":\"%s\",\"subject\":\"%s\",\"description\":\"It began this morning. Number %d.\"}}",
             i, clock_format(*t->run->clock - (int64_t)chance(&t->random, 60000), at), i, chance(&t->random, 40),
             priorities[chance(&t->random, 4)], subject(t), i);
}

/* A change of a ticket there is, or a new one; not always in order. */
static void write_studio(struct torture *t, int i, struct str *body, bool *made)
{
    static const char *const changes[] = {"updated", "assigned", "resolved", "updated"};
    *made = t->studio == 0 || chance(&t->random, 3) == 0;
    int64_t ticket = *made ? t->studio : (int64_t)chance(&t->random, t->studio), now = *t->run->clock / 1000;
    int64_t updated = now - (int64_t)chance(&t->random, 600);
    const char *change = *made ? "created" : changes[chance(&t->random, 4)];
    t->studio += *made;
    str_addf(body,
             "{\"event_id\":\"e-%d-0\",\"event_type\":\"whitelabel-ticket-%s\",\"api_version\":2,\"object\":"
             "\"event\",\"data\":{"
             "\"ticket\":{\"id\":\"tk-%" PRId64
             "\",\"title\":\"%s\",\"is_open\":%s,\"object\":\"ticket\",\"created_at\":%" PRId64
             ",\"updated_at\":%" PRId64 ",\"client\":{\"id\":\"c%" PRId64
             "\",\"name\":\"James Doe\",\"email\":\"james@example.com\"},"
             "\"teammate_id\":%s,\"replies\":[{\"id\":\"r-%d\",\"text\":\"Reply number "
             "%d.\",\"is_client_reply\":%s,\"created_at\":%" PRId64
             ",\"assets\":null}],\"category\":\"General\",\"language\":\"en\"}},\"endpoint_id\":\"x\"}",
             i, change, ticket, subjects[ticket % 5], strcmp(change, "resolved") == 0 ? "false" : "true",
             now - 3600, updated, ticket % 40, chance(&t->random, 2) ? "\"tm-ana\"" : "null", i, i,
             chance(&t->random, 2) ? "true" : "false", updated);
}

static void write_rest(struct torture *t, int i, struct str *body, int *parts)
{
    *parts = 1 + chance(&t->random, BATCH);
    str_adds(body, "{\"events\":[");
    for (int k = 0; k < *parts; k++)
        str_addf(body,
                 "%s{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"e-%d-%d\",\"payload\":{"
                 "\"ticket_id\":\"I-%d-%d\","
                 "\"subject\":\"%s\",\"body\":\"Hola, esto no funciona. "
                 "%d\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}",
                 k ? "," : "", i, k, i, k, subject(t), i);
    str_adds(body, "]}");
}

static void write_note(struct torture *t, int i, struct str *body, int64_t *ticket)
{
    *ticket = 1 + (int64_t)chance(&t->random, t->tickets);
    str_addf(body, "{\"do\":\"note\",\"tickets\":[%" PRId64 "],\"text\":\"note e-%d-0\",\"key\":\"e-%d-0\"}",
             *ticket, i, i);
}

static void write_other(struct torture *t, int i, struct str *body)
{
    static const char *const actions[] = {"\"claim\"",
                                          "\"close\"",
                                          "\"reopen\"",
                                          "\"ack\"",
                                          "\"escalate\",\"reason\":\"loud\"",
                                          "\"priority\",\"priority\":\"high\"",
                                          "\"label\",\"urgency\":\"critical\"",
                                          "\"assign\",\"to\":\"ana\"",
                                          "\"tags\",\"tags\":[\"a\",\"b\"]",
                                          "\"undo\"",
                                          "\"unassign\""};
    const char *action = actions[chance(&t->random, sizeof actions / sizeof *actions)];
    int64_t ticket = 1 + (int64_t)chance(&t->random, t->tickets);
    str_addf(body, "{\"do\":%s,\"key\":\"e-%d-0\",\"tickets\":[%" PRId64 "]}", action, i, ticket);
}

static int new_item(struct torture *t, enum speech speech)
{
    if (t->count == t->cap) {
        t->items = realloc(t->items, sizeof *t->items * (size_t)(t->cap = t->cap ? t->cap * 2 : 1024));
        if (!t->items)
            abort();
    }
    int i = t->count++;
    struct item item = {.speech = speech, .parts = 1};
    struct str body;
    str_init(&body, 64 << 10);
    if (speech == SHOP)
        write_shop(t, i, &body);
    else if (speech == STUDIO)
        write_studio(t, i, &body, &item.ticket_made);
    else if (speech == REST)
        write_rest(t, i, &body, &item.parts);
    else if (speech == NOTE)
        write_note(t, i, &body, &item.ticket);
    else
        write_other(t, i, &body);
    item.ticket_made |= speech == SHOP || speech == REST;
    item.body_n = body.len;
    crypto_sha256(body.data, body.len, item.sha256);
    item.body = str_take(&body);
    t->items[i] = item;
    return i;
}

static bool is_action(const struct item *item)
{
    return item->speech == NOTE || item->speech == OTHER;
}

/* Mostly something new; now and then something said before, word for word, whatever was answered then. */
static int choose(struct torture *t, bool desk)
{
    if (t->count > t->since && chance(&t->random, 8) == 0) {
        int i = t->since + chance(&t->random, (t->count - t->since));
        if (is_action(&t->items[i]) == desk) {
            t->total.again++;
            return i;
        }
    }
    if (desk)
        return new_item(t, chance(&t->random, 2) ? NOTE : OTHER);
    return new_item(t, (enum speech)chance(&t->random, 3));
}

static void write_request(struct torture *t, const struct item *item, struct str *out)
{
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    int n = 0;
    str_clear(out);
    str_addf(out,
             "POST %s HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
             speeches[item->speech].path, item->body_n);
    if (speeches[item->speech].scheme)
        n = signature_sign(arena, speeches[item->speech].scheme, secret, "m", *t->run->clock / 1000,
                           item->body, item->body_n, list);
    for (int i = 0; i < n; i++)
        str_addf(out, "%s: %s\r\n", list[i].name, list[i].value);
    if (item->speech == REST)
        str_adds(out, "Authorization: Bearer il_torture\r\n");
    str_adds(out, "\r\n");
    str_add(out, item->body, item->body_n);
}

static bool next(void *arg, int connection, const char **data, size_t *n)
{
    struct torture *t = arg;
    struct wire *w = &t->wires[connection];
    if (t->quiet && t->acks >= t->acks_wanted)
        return false;
    bool desk = connection >= OUTSIDE && t->tickets > 0;
    w->item = choose(t, desk);
    write_request(t, &t->items[w->item], &w->request);
    *data = w->request.data;
    *n = w->request.len;
    return true;
}

/* --- the kill --- */

static void *killer(void *arg)
{
    struct torture *t = arg;
    struct timespec delay = {0, t->delay_us * 1000};
    nanosleep(&delay, NULL);
    kill(t->run->pid, SIGKILL);
    return NULL;
}

static void done(void *arg, int connection, int status, const char *body, size_t n, int64_t us)
{
    struct torture *t = arg;
    struct item *item = &t->items[t->wires[connection].item];
    (void)us;
    *t->run->clock += (int64_t)chance(&t->random, 2000);
    if (status / 100 == 2) {
        bool refused = is_action(item) && !memmem(body, n, "\"ok\":true", 9);
        if (!item->acked && item->ticket_made)
            t->tickets += item->parts;
        item->acked |= !refused;
        t->acks++;
    } else if (status && status != 503 && !is_action(item)) {
        wrong(&t->wrong, "e-%d answered %d: %.*s", t->wires[connection].item, status, (int)n, body);
    }
    t->total.acked += status / 100 == 2;
    t->total.unknown += status == 0;
    if (!t->killing && t->acks >= t->acks_wanted) {
        t->killing = true;
        if (pthread_create(&t->killer, NULL, killer, t) != 0)
            abort();
    }
}

static void round_run(struct torture *t)
{
    struct load load = {.socket = {t->run->ingest, t->run->desk},
                        .connections = {OUTSIDE, DESK},
                        .next = next,
                        .done = done,
                        .arg = t};
    if (t->tickets == 0) /* with no ticket there is nothing an agent could act on */
        load.connections[1] = 0;
    t->acks = 0;
    t->killing = false;
    t->quiet = chance(&t->random, 4) == 0;
    t->delay_us = (int64_t)chance(&t->random, t->quiet ? 60000 : 15000);
    alarm(HANG_S);
    if (!load_run(&load) || !t->killing)
        wrong(&t->wrong, "the load ended by itself after %d answers", t->acks);
    if (t->killing)
        pthread_join(t->killer, NULL);
    daemon_kill(t->run);
    t->total.kills++;
}

/* Dies again while it recovers, before it serves. */
static void kill_start(struct torture *t)
{
    struct timespec delay = {0, (long)chance(&t->random, 30000) * 1000};
    daemon_spawn(t->run);
    nanosleep(&delay, NULL);
    daemon_kill(t->run);
    t->total.starts++;
}

/* --- what is there --- */

static void check_event(struct torture *t, const struct event *e)
{
    int i, part;
    uint8_t sum[32];
    if (!e->key || sscanf(e->key, "%*[a-z]:e-%d-%d", &i, &part) != 2 || i < 0 || i >= t->count ||
        part >= t->items[i].parts) {
        wrong(&t->wrong, "event %" PRId64 " (%s) was never sent", e->id, e->key ? e->key : "no key");
        return;
    }
    struct item *item = &t->items[i];
    if (strcmp(e->state, "applied") != 0)
        wrong(&t->wrong, "%s is %s: %s", e->key, e->state, e->note ? e->note : "");
    if (item->found & 1u << part)
        wrong(&t->wrong, "doubled: %s, a second time as event %" PRId64, e->key, e->id);
    item->found |= 1u << part;
    crypto_sha256(e->raw, e->raw_n, sum);
    if (memcmp(sum, item->sha256, 32) != 0 || memcmp(e->sha256, item->sha256, 32) != 0)
        wrong(&t->wrong, "changed: %s holds other bytes than were sent", e->key);
}

static void check_events(struct torture *t, struct store *store)
{
    AUTO_ARENA arena = arena_new();
    struct event *newest, e;
    struct err err = {0};
    int n;
    if (!store_list_events(store, arena, 0, NULL, 1, &newest, &n, &err))
        wrong(&t->wrong, "reading events: %s", err.text);
    for (int64_t id = t->checked + 1, last = n ? newest[0].id : 0; id <= last; id++, arena_reset(arena)) {
        if (store_event_get(store, arena, id, &e, &err))
            check_event(t, &e);
        else
            wrong(&t->wrong, "event %" PRId64 ": %s", id, err.text);
        t->checked = id;
    }
}

static void check_note(struct torture *t, struct store *store, int i)
{
    AUTO_ARENA arena = arena_new();
    struct item *item = &t->items[i];
    struct message *list = NULL;
    struct err err = {0};
    char text[64];
    int n = 0, found = 0;
    snprintf(text, sizeof text, "note e-%d-0", i);
    if (!store_message_list(store, arena, item->ticket, &list, &n, &err))
        wrong(&t->wrong, "reading messages: %s", err.text);
    for (int k = 0; k < n; k++)
        found += str_eq(list[k].body, text);
    if (found > 1)
        wrong(&t->wrong, "doubled: %s, %d times", text, found);
    item->found = found > 0;
}

static void check_items(struct torture *t, struct store *store, int from)
{
    for (int i = from; i < t->count; i++) {
        struct item *item = &t->items[i];
        unsigned all = (1u << item->parts) - 1;
        if (item->speech == OTHER)
            continue;
        if (item->speech == NOTE)
            check_note(t, store, i);
        if (item->acked && item->found != all)
            wrong(&t->wrong, "lost: e-%d was accepted, %x of %x is there", i, item->found, all);
        if (item->found && item->found != all)
            wrong(&t->wrong, "half: of e-%d there is %x of %x", i, item->found, all);
    }
}

/* whole: everything there ever was; else what came since the last look. */
static void check_store(struct torture *t, bool whole)
{
    char path[128];
    struct err err = {0};
    AUTO_STR report;
    str_init(&report, 4096);
    snprintf(path, sizeof path, "%s/triage.db", t->run->dir);
    for (int i = 0; whole && i < t->count; i++)
        t->items[i].found = 0;
    if (whole)
        t->checked = 0;
    struct store *store = store_open(path, STORE_READER, &err);
    if (!store) {
        wrong(&t->wrong, "opening the database: %s", err.text);
        return;
    }
    check_events(t, store);
    check_items(t, store, whole ? 0 : t->since);
    if (whole && (!store_check(store, &report, &err) || !str_eq(report.data, "ok\n")))
        wrong(&t->wrong, "integrity_check: %s%s", report.data, err.text);
    store_close(store);
}

static void check_rebuild(struct torture *t)
{
    char clock[128];
    snprintf(clock, sizeof clock, "%s/clock", t->run->dir);
    const char *const args[] = {"triaged", "--dir", t->run->dir, "--clock", clock, "--rebuild", NULL};
    alarm(5 * HANG_S);
    int code = daemon_try(args);
    if (code == 0)
        return;
    daemon_try_aloud(args);
    wrong(&t->wrong, "rebuild: the database is not what its journal says (%d)", code);
}

/* What was under way when the daemon died is asked again, as its sender would. */
static void check_round(struct torture *t, int64_t nth)
{
    bool whole = nth % FULL_EVERY == 0;
    if (whole)
        check_rebuild(t);
    if (chance(&t->random, 6) == 0)
        kill_start(t);
    daemon_restart(t->run);
    check_store(t, whole);
    t->since = t->count > 200 ? t->count - 200 : 0;
}

/* --- the whole --- */

static void torture_run(struct torture *t, int64_t kills)
{
    t->run = daemon_start(config);
    for (int64_t nth = 1; nth <= kills && t->wrong < 20; nth++) {
        round_run(t);
        check_round(t, nth);
    }
    if (daemon_stop(t->run) != 0)
        wrong(&t->wrong, "the last daemon did not stop cleanly");
    check_store(t, true);
    check_rebuild(t);
    if (t->wrong)
        printf("# its database is left in %s\n", t->run->dir);
    else
        daemon_remove(t->run);
}

static void torture_free(struct torture *t)
{
    for (int i = 0; i < t->count; i++)
        free(t->items[i].body);
    free(t->items);
    for (int i = 0; i < CONNECTIONS; i++)
        str_fini(&t->wires[i].request);
}

int main(int argc, char **argv)
{
    struct ordeal o = {.kills = 10, .acks = 50};
    int code;
    if (!ordeal_begin(&o, argc, argv, &code))
        return code;
    struct torture t = {.random = o.random, .acks_wanted = (int)o.acks};
    for (int i = 0; i < CONNECTIONS; i++)
        str_init(&t.wires[i].request, 64 << 10);
    torture_run(&t, o.kills);
    printf("# %" PRId64 " kills (and %" PRId64 " while starting), %" PRId64 " requests accepted, %" PRId64
           " cut off, %" PRId64 " repeated, %" PRId64 " events in the database\n",
           t.total.kills, t.total.starts, t.total.acked, t.total.unknown, t.total.again, t.checked);
    printf("%sok 1 - what was accepted is there once after every kill, %d wrong\n", t.wrong ? "not " : "",
           t.wrong);
    torture_free(&t);
    return t.wrong != 0;
}
