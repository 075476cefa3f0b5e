/* escalation: the real daemon pages for forty tickets while agents acknowledge, work, snooze, resolve and reopen; it dies by
 * SIGKILL again and again, some kills are outages of minutes, and the clock is set ahead under it. The desk's clock is the
 * test's: it moves by at most a second between two looks, so that what is late is late by the clock and not by this machine.
 *
 * At the end the journal alone is read, against what each line allows to follow: steps in their order, each once, none while
 * somebody has it, none before its time nor more than two seconds behind it (or behind the restart), at most one a second, and
 * none missing. Whoever was told has a page, what was delivered was heard by the pager, and nothing else was. `triaged
 * --rebuild` must find nothing.
 *
 * escalation [--kills N] [--seed S]; also TORTURE_KILLS, TORTURE_SEED. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/chance.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/stub.h"
#include "harness/wrong.h"
#include "store/store.h"
#include "wire/letter.h"
#include "harness/ordeal.h"
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, TICKETS = 40, STEPS = 3, LOOPS = 2, TURNS = 25, GAPS = 4096, LATE = 2 * SECOND, IDS = 1 << 16 };
static const int64_t waits[STEPS] = {MINUTE, 2 * MINUTE, MINUTE};

struct gap { int64_t from, to; }; /* nobody looked */
struct torture {
    struct daemon_run *run;
    struct stub *pager;
    struct client *me;
    uint64_t random;
    struct gap gaps[GAPS];
    int gap_count, wrong;
    int64_t looked; /* the clock, when the daemon last certainly did */
    struct { int64_t kills, outages, jumps, acts, steps, reminders, acks, expired, pages, heard, twice; } total;
};

/* --- the day --- */

/* Any write wakes the writer, which then looks at the clock; the second comes behind what the first woke. */
static void look(struct torture *t)
{
    for (int i = 0; i < 2; i++)
        client_ask(t->me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11);
    t->looked = *t->run->clock;
}

static void pass(struct torture *t, int64_t ms)
{
    for (int64_t step; ms > 0; ms -= step) {
        step = ms < SECOND ? ms : SECOND;
        *t->run->clock += step;
        look(t);
    }
}

static void gap(struct torture *t, int64_t ms)
{
    *t->run->clock += ms;
    if (t->gap_count < GAPS)
        t->gaps[t->gap_count++] = (struct gap){t->looked, *t->run->clock};
}

static void act(struct torture *t)
{
    static const char *const bodies[] = {
        "{\"do\":\"ack\",\"tickets\":[%d]}", "{\"do\":\"ack\",\"tickets\":[%d]}", "{\"do\":\"ack\",\"tickets\":[%d]}", "{\"do\":\"note\",\"tickets\":[%d],\"text\":\"at it\"}",
        "{\"do\":\"escalate\",\"tickets\":[%d],\"reason\":\"again\"}", "{\"do\":\"close\",\"tickets\":[%d]}", "{\"do\":\"reopen\",\"tickets\":[%d]}",
        "{\"do\":\"snooze\",\"tickets\":[%d],\"until\":%lld}"};
    char body[200], format[200];
    str_copy(format, sizeof format, bodies[chance(&t->random, sizeof bodies / sizeof *bodies)]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(body, sizeof body, format, chance(&t->random, TICKETS) + 1, (long long)*t->run->clock + 90 * SECOND);
#pragma GCC diagnostic pop
    client_post(t->me, "/v1/do", body);
    t->total.acts++;
}

/* In the middle of whatever it is at: a request is on its way, and so are pages. */
static void die(struct torture *t)
{
    static const char poke[] = "PUT /v1/keep/poke HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"value\":1}";
    bool outage = chance(&t->random, 3) == 0;
    *t->run->clock += 1 + (int64_t)chance(&t->random, SECOND);
    client_send(t->me, poke, sizeof poke - 1);
    usleep((useconds_t)chance(&t->random, 8000));
    daemon_kill(t->run);
    client_close(t->me);
    t->total.kills++;
    t->total.outages += outage;
    gap(t, outage ? (int64_t)chance(&t->random, 10 * MINUTE) : 0);
    daemon_restart(t->run);
    t->me = client_open(t->run->desk);
    look(t);
}

static void day(struct torture *t, int64_t kills)
{
    for (int64_t nth = 0; nth < kills; nth++) {
        for (int i = 0; i < TURNS; i++) {
            pass(t, (int64_t)chance(&t->random, 6) * SECOND + (int64_t)chance(&t->random, SECOND));
            for (uint64_t acts = chance(&t->random, 3); acts; acts--)
                act(t);
            if (chance(&t->random, 40) == 0) {
                gap(t, (int64_t)chance(&t->random, 5 * MINUTE));
                t->total.jumps++;
                look(t);
            }
        }
        die(t);
    }
    pass(t, 10 * SECOND);
}

/* --- what the journal says of one ticket --- */

struct reading {
    struct torture *t;
    int64_t ticket, at;    /* of the entry at hand */
    bool paging;
    int taken, told;       /* since it was triggered; of mara, in changes */
    int64_t due, last, told_at;
};

static void begin(struct reading *r)
{
    r->paging = true;
    r->taken = 0;
    r->due = r->at;
    r->last = 0;
}

/* From when on it could be seen at the latest: where nobody looked, from the end of that. */
static int64_t seen_from(const struct torture *t, int64_t due)
{
    for (int i = 0; i < t->gap_count; i++)
        if (t->gaps[i].from < due && due <= t->gaps[i].to)
            due = t->gaps[i].to;
    return due;
}

static int64_t latest(const struct reading *r)
{
    int64_t from = r->last && r->last + SECOND > r->due ? r->last + SECOND : r->due;
    return seen_from(r->t, from) + LATE;
}

static void stepped(struct reading *r, const struct json *data)
{
    int step = (int)json_get_i64(data, "step", -1), loop = (int)json_get_i64(data, "loop", -1);
    bool reminder = r->taken >= STEPS * LOOPS;
    if (!r->paging)
        wrong(&r->t->wrong, "#%" PRId64 ": step %d.%d while nobody was to be paged", r->ticket, step, loop);
    if (!reminder && (step != r->taken % STEPS || loop != r->taken / STEPS))
        wrong(&r->t->wrong, "#%" PRId64 ": step %d.%d where %d.%d was next", r->ticket, step, loop, r->taken % STEPS, r->taken / STEPS);
    if (r->at < r->due || (r->last && r->at < r->last + SECOND))
        wrong(&r->t->wrong, "#%" PRId64 ": step %d.%d came %" PRId64 " ms before its time, or within a second of the last", r->ticket, step, loop,
              r->due > r->at ? r->due - r->at : 0);
    if (r->at > latest(r))
        wrong(&r->t->wrong, "#%" PRId64 ": step %d.%d came %" PRId64 " ms late", r->ticket, step, loop, r->at - latest(r));
    r->due = reminder ? r->at + 60 * MINUTE : r->due + waits[r->taken % STEPS];
    r->last = r->at;
    r->taken++;
    *(reminder ? &r->t->total.reminders : &r->t->total.steps) += 1;
}

static void tell(struct reading *r, const struct json *data)
{
    for (const struct json *who = json_first(json_get(data, "told")); who; who = json_next(who))
        if (str_eq(json_string(who), "mara") && r->told_at != r->at) {
            r->told_at = r->at;
            r->told++;
        }
}

static void read_entry(struct reading *r, const struct entry *e, const struct json *data)
{
    const char *what = json_get_string(data, "what", "");
    static const char *const starts[] = {"opened", "ack_expired", "snooze_over", "maintenance_over"}, *const stops[] = {"acknowledged", "snoozed", "resolved", "suppressed"};
    r->at = e->at;
    for (size_t i = 0; i < 4; i++) {
        if (str_eq(what, starts[i]))
            begin(r);
        if (str_eq(what, stops[i]))
            r->paging = false;
    }
    r->t->total.acks += str_eq(what, "acknowledged");
    r->t->total.expired += str_eq(what, "ack_expired");
    if (str_eq(what, "page_failed") && json_get_bool(data, "all", false) && r->due > r->at)
        r->due = r->at;
    if (str_eq(what, "step") || str_eq(what, "reminder"))
        stepped(r, data);
    if (!str_eq(what, "page_failed") && !str_eq(what, "bundled"))
        tell(r, data);
}

/* Asked again by hand, the next one is told now; that is said by the act alone. */
static void read_act(struct reading *r, const struct entry *e, const struct json *data)
{
    r->at = e->at;
    if (str_eq(json_get_string(data, "do", ""), "escalate") && r->paging && r->due > r->at)
        r->due = r->at;
}

static int pages_of(struct torture *t, struct store *s, struct arena *a, int64_t ticket)
{
    struct page_row *rows;
    struct err err = {0};
    int n, pages = 0;
    if (!store_page_list(s, a, ticket, 100000, &rows, &n, &err))
        wrong(&t->wrong, "reading pages: %s", err.text);
    for (int i = 0; i < n; i++)
        pages += str_eq(rows[i].destination, "console") && str_eq(rows[i].agent, "mara");
    return pages;
}

static void check_ticket(struct torture *t, struct store *s, int64_t ticket)
{
    AUTO_ARENA a = arena_new();
    struct reading r = {.t = t, .ticket = ticket};
    struct entry_query q = {.ticket = ticket, .limit = 1000000};
    struct entry *list;
    struct err err = {0};
    int n;
    if (!store_entry_list(s, a, &q, &list, &n, &err))
        wrong(&t->wrong, "reading the journal: %s", err.text);
    for (int i = 0; i < n; i++) {
        const struct json *data = list[i].data ? json_parse_in(a, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL) : NULL;
        if (str_eq(list[i].kind, "escalation"))
            read_entry(&r, &list[i], data);
        else if (str_eq(list[i].kind, "ticket"))
            read_act(&r, &list[i], data);
    }
    if (r.paging && latest(&r) < t->looked)
        wrong(&t->wrong, "#%" PRId64 ": the step after %d is missing since %" PRId64 " ms", ticket, r.taken, t->looked - latest(&r));
    int pages = pages_of(t, s, a, ticket);
    if (pages != r.told)
        wrong(&t->wrong, "#%" PRId64 ": mara was told %d times and has %d pages", ticket, r.told, pages);
    t->total.pages += pages;
}

/* --- what the pager heard --- */

struct ids { char *list[IDS]; int count; };

static bool has(const struct ids *ids, const char *id)
{
    for (int i = 0; i < ids->count; i++)
        if (str_eq(ids->list[i], id))
            return true;
    return false;
}

static void check_pager(struct torture *t, struct store *s)
{
    static struct ids heard, known;
    AUTO_ARENA a = arena_new();
    struct parcel_query q = {.destination = "page:mara", .limit = 100000, .oldest_first = true};
    struct parcel *list;
    struct err err = {0};
    int n, requests = stub_wait(t->pager, 0, 0);
    for (int i = 0; i < requests && heard.count < IDS; i++) {
        char *id = stub_header(stub_request(t->pager, i), "webhook-id");
        t->total.twice += has(&heard, id);
        heard.list[heard.count++] = id;
    }
    t->total.heard = heard.count;
    if (!store_parcel_list(s, a, &q, &list, &n, &err))
        wrong(&t->wrong, "reading parcels: %s", err.text);
    for (int i = 0; i < n; i++) {
        char *data, *redaction;
        struct letter letter;
        if (!store_letter_get(s, a, list[i].letter, &data, &redaction, &err) || !letter_decode(a, data, &letter, &err))
            wrong(&t->wrong, "reading a letter: %s", err.text);
        else if (known.count < IDS)
            known.list[known.count++] = arena_strdup(a, letter.id);
        bool bundled = list[i].memo && strstr(list[i].memo, "\"bundle\"");
        if (str_eq(list[i].state, "delivered") && !bundled && !has(&heard, letter.id))
            wrong(&t->wrong, "delivery %" PRId64 " is said to have arrived, and the pager knows nothing of it", list[i].id);
    }
    for (int i = 0; i < heard.count; i++)
        if (!has(&known, heard.list[i]))
            wrong(&t->wrong, "the pager heard %s, and the desk knows nothing of it", heard.list[i]);
}

static void check_all(struct torture *t)
{
    char path[128], clock[128];
    struct err err = {0};
    client_close(t->me);
    if (daemon_stop(t->run) != 0)
        wrong(&t->wrong, "the last daemon did not stop cleanly");
    snprintf(path, sizeof path, "%s/triage.db", t->run->dir);
    struct store *s = store_open(path, STORE_READER, &err);
    if (!s) {
        wrong(&t->wrong, "%s: %s", path, err.text);
        return;
    }
    for (int64_t ticket = 1; ticket <= TICKETS; ticket++)
        check_ticket(t, s, ticket);
    check_pager(t, s);
    store_close(s);
    snprintf(clock, sizeof clock, "%s/clock", t->run->dir);
    if (daemon_try((const char *[]){"triaged", "--dir", t->run->dir, "--clock", clock, "--rebuild", NULL}) != 0)
        wrong(&t->wrong, "rebuild: the database is not what its journal says");
}

/* --- the whole --- */

static void open_tickets(struct torture *t)
{
    struct client *in = client_open(t->run->ingest);
    for (int i = 1; i <= TICKETS; i++) {
        char body[300];
        snprintf(body, sizeof body,
                 "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\",\"payload\":{\"ticket_id\":\"T-%d\",\"subject\":\"A question\","
                 "\"body\":\"How do I change my address?\",\"customer_tier\":\"free\",\"channel\":\"email\"}}]}", i, i);
        client_ask(in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", body, strlen(body));
        snprintf(body, sizeof body, "{\"do\":\"escalate\",\"tickets\":[%d],\"reason\":\"it began\"}", i);
        client_post(t->me, "/v1/do", body);
    }
    client_close(in);
}

static void torture_run(struct torture *t, int64_t kills)
{
    static const struct stub_step says[] = {STUB_STATUS("200 OK"), STUB_STATUS("503 No"), STUB_STATUS("200 OK")};
    char config[1200];
    t->pager = stub_open();
    stub_script(t->pager, says, 3);
    snprintf(config, sizeof config,
             "team: torture\nsources:\n  - {name: rest, dialect: ingestlayer, auth: bearer, token: t}\n"
             "agents:\n  - {name: mara, uid: 4000001, role: lead, page_url: '%s'}\n  - {name: tom, uid: 4000002}\noncall: [mara]\n"
             "escalation:\n  policies:\n"
             "  - {name: default, ack_timeout: 3m, repeat: 1, steps: [{target: oncall, delay: 1m}, {target: tom, delay: 2m}, {target: leads, delay: 1m}]}\n",
             stub_url(t->pager));
    t->run = daemon_start(config);
    t->me = client_open(t->run->desk);
    t->looked = *t->run->clock;
    open_tickets(t);
    day(t, kills);
    check_all(t);
    if (t->wrong)
        printf("# its database is left in %s\n", t->run->dir);
    else
        daemon_remove(t->run);
    stub_close(t->pager);
}

int main(int argc, char **argv)
{
    struct ordeal o = {.kills = 12};
    int code;
    if (!ordeal_begin(&o, argc, argv, &code))
        return code;
    static struct torture t;
    t.random = o.random;
    torture_run(&t, o.kills);
    printf("# %" PRId64 " kills (%" PRId64 " of them outages), %" PRId64 " clock jumps, %" PRId64 " acts; %" PRId64 " steps, %" PRId64 " reminders, %" PRId64
           " acks, %" PRId64 " ran out; %" PRId64 " pages, %" PRId64 " letters heard (%" PRId64 " again after a kill)\n", t.total.kills, t.total.outages, t.total.jumps,
           t.total.acts, t.total.steps, t.total.reminders, t.total.acks, t.total.expired, t.total.pages, t.total.heard, t.total.twice);
    printf("%sok 1 - each step once, in time, none after an ack, none missed, after every kill, %d wrong\n", t.wrong ? "not " : "", t.wrong);
    return t.wrong != 0;
}
