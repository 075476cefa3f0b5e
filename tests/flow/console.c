/* console: the whole road with the real binaries, once for each dialect. A signed request to the socket is a row on two
 * running consoles; a, r and x pressed on one arrive in the database file, row and journal, and on the other within a
 * second; where the source takes no replies the person is told and writes a note. Both consoles are one agent's, as two
 * terminals of one person are. The daemon's clock stands still but for where the test moves it. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/ticket.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/stub.h"
#include "store/store.h"
#include "../support/fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* A program watched by a sanitizer is up to fifteen times slower: there the test looks for races, not for speed. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { SLOW = 8 };
#else
enum { SLOW = 1 };
#endif
enum { SEEN_MS = 20000, SETTLE_MS = 20000, HELD_MS = 15000, SAMPLES = 30 };
static const char secret[] = "flow-secret";

/* What a fixture calls its event, its ticket and its subject is made anew for each request. */
static const struct road {
    const char *dialect, *path, *scheme, *file, *subject, *glyph, *ids[2];
    bool replies;
} roads[] = {
    {"rbs", "/in/rbs", "rbs", "public/rbs/ticket_created-full.json", "POS no imprime tickets", "•", {"9b2f6d1e-0c3a-4a51-8f6e-2d4b7c1a9e01", "CAR-2041"}, true},
    {"ripio", "/in/ripio", "ripio", "completed/ripio/SUPPORT_TICKET.CREATED.json", "Withdrawal not credited", "•", {"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"}, false},
    {"cstar", "/in/cstar", "cstar-2026", "exact/cstar/ticket.created.json", "Cannot access dashboard", "•", {"evt_abc123", "ticket-uuid"}, true},
    {"ingestlayer", "/whk/door-ingestlayer", "ingest-in", "completed/ingest/whk-support.ticket.created.json", "API returning 500s", "‼", {"T-4821"}, false},
    {"tamio", "/in/tamio", "tamio", "exact/tamio/whitelabel-ticket-created.json", "Help with Account", "•",
     {"whev_o48n74r1vsv642vex", "fbaddbf8-e290-4fa4-a3ed-fbb4837dabe1"}, false},
};
enum { ROADS = sizeof roads / sizeof *roads };

static struct {
    struct arena *arena;
    struct stub *shop; /* the customers' side */
    struct daemon_run *daemon;
    struct client *in, *desk;
    struct store *file; /* the database, read as a file */
    struct console_run *both[2], *first, *second;
    int made;
    int delivered;
    int64_t took[ROADS + SAMPLES];
    int took_n;
} d;

/* --- the desk --- */

static char *config(void)
{
    AUTO_STR yaml;
    str_init(&yaml, 1 << 16);
    str_addf(&yaml,
             "team: flow\n"
             "views:\n  - {name: todo, title: To do, when: 'status <= \"on_hold\"'}\n"
             "agents:\n  - {name: ana, uid: %ld, role: agent}\n  - {name: ben, role: agent}\n"
             "sources:\n",
             (long)getuid());
    for (int i = 0; i < ROADS; i++)
        str_addf(&yaml, roads[i].replies ? "  - {name: %s, dialect: %s, secrets: ['%s'], reply_via: webhook, reply_url: '%s', reply_secret: 'back', allow_loopback: true}\n"
                                         : "  - {name: %s, dialect: %s, secrets: ['%s'], token: 'door-%s'}\n",
                 roads[i].dialect, roads[i].dialect, secret, roads[i].replies ? stub_url(d.shop) : roads[i].dialect);
    return arena_strdup(d.arena, yaml.data);
}

static int open_all(void **state)
{
    struct err err = {0};
    (void)state;
    memset(&d, 0, sizeof d);
    d.arena = arena_new();
    d.shop = stub_open();
    d.daemon = daemon_start(config());
    d.in = client_open(d.daemon->ingest);
    d.desk = client_open(d.daemon->desk);
    d.file = store_open(arena_printf(d.arena, "%s/triage.db", d.daemon->dir), STORE_READER, &err);
    if (!d.file)
        fail_msg("%s", err.text);
    d.both[0] = d.first = console_open("first", d.daemon, "todo");
    d.both[1] = d.second = console_open("second", d.daemon, "todo");
    console_wait(d.both, 2, "live", NULL, true, clock_mono(), SEEN_MS);
    console_wait(d.both, 2, "Nothing here", NULL, true, clock_mono(), SEEN_MS);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    int first = console_close(d.first), second = console_close(d.second);
    client_close(d.in);
    client_close(d.desk);
    store_close(d.file);
    daemon_remove(d.daemon);
    stub_close(d.shop);
    arena_free(d.arena);
    if (first || second)
        fail_msg("the consoles ended with %d and %d", first, second);
    return 0;
}

/* --- a request --- */

static char *replaced(const char *text, const char *from, const char *to)
{
    AUTO_STR out;
    int found = 0;
    str_init(&out, 1 << 20);
    for (const char *at; (at = strstr(text, from)) != NULL; text = at + strlen(from), found++) {
        str_add(&out, text, (size_t)(at - text));
        str_adds(&out, to);
    }
    if (!found)
        fail_msg("the fixture holds no %s", from);
    str_adds(&out, text);
    return arena_strdup(d.arena, out.data);
}

static char *event_of(const struct road *road, int n, const char *title)
{
    size_t size;
    char *body = fixture_read(d.arena, arena_printf(d.arena, "events/%s", road->file), &size);
    for (int i = 0; i < 2 && road->ids[i]; i++)
        body = replaced(body, road->ids[i], arena_printf(d.arena, "%s-%d", road->ids[i], n));
    return replaced(body, road->subject, title);
}

static void post(const struct road *road, const char *body)
{
    struct signature_header list[4];
    AUTO_STR headers;
    str_init(&headers, 4096);
    int n = signature_sign(d.arena, road->scheme, secret, "msg_1", *d.daemon->clock / 1000, body, strlen(body), list);
    assert_true(n > 0);
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    struct answer a = client_ask(d.in, "POST", road->path, headers.data, body, strlen(body));
    if (a.status / 100 != 2)
        fail_msg("%s: %d %s", road->dialect, a.status, a.body);
}

/* Posts a fresh event and waits for its row on both consoles, with the glyph of a new ticket or of one that pages; its title. */
static char *arrive(const struct road *road)
{
    int n = ++d.made;
    char *title = arena_printf(d.arena, "Case %d.", n), *body = event_of(road, n, title);
    int64_t start = clock_mono();
    post(road, body);
    d.took[d.took_n++] = console_wait(d.both, 2, title, road->glyph, true, start, SEEN_MS);
    return title;
}

/* --- what is in the file --- */

static int64_t newest_ticket(void)
{
    struct err err = {0};
    struct entry *list;
    struct entry_query q = {.kind = "event", .limit = 1, .newest_first = true};
    int n = 0;
    if (!store_entry_list(d.file, d.arena, &q, &list, &n, &err) || n != 1)
        fail_msg("no event in the journal: %s", err.text);
    return list[0].ticket;
}

static struct ticket *ticket_now(int64_t id)
{
    struct err err = {0};
    struct ticket *t = store_ticket_get(d.file, d.arena, id, &err);
    if (!t)
        fail_msg("ticket %lld: %s", (long long)id, err.text);
    return t;
}

/* The newest entry of a ticket says that ana did this, and if a field is named, what it was and became. */
static void expect_entry(int64_t ticket, const char *did, const char *field, const char *was, const char *is)
{
    struct err err = {0};
    struct entry *list;
    struct entry_query q = {.kind = "ticket", .ticket = ticket, .limit = 1, .newest_first = true};
    int n = 0;
    if (!store_entry_list(d.file, d.arena, &q, &list, &n, &err) || n != 1)
        fail_msg("#%lld has no entry: %s", (long long)ticket, err.text);
    const struct json *data = json_parse_in(d.arena, list[0].data, strlen(list[0].data), &json_limits_native, NULL, NULL), *found = NULL;
    assert_string_equal(list[0].actor, "ana");
    assert_string_equal(json_get_string(data, "do", ""), did);
    for (const struct json *c = json_first(json_get(data, "changes")); c; c = json_next(c))
        if (field && str_eq(json_string(json_first(c)), field))
            found = json_first(c);
    if (field && !found)
        fail_msg("#%lld: %s changed no %s: %s", (long long)ticket, did, field, list[0].data);
    if (field) {
        assert_string_equal(json_string(json_next(found)) ? json_string(json_next(found)) : "", was);
        assert_string_equal(json_string(json_next(json_next(found))) ? json_string(json_next(json_next(found))) : "", is);
    }
    print_message("#   entry %lld: #%lld ana %s%s%s\n", (long long)list[0].seq, (long long)ticket, did, field ? ": " : "",
                  field ? arena_printf(d.arena, "%s \"%s\" -> \"%s\"", field, was, is) : "");
}

static const struct message *message_of(int64_t ticket, const char *body)
{
    struct err err = {0};
    struct message *list;
    int n = 0;
    if (!store_message_list(d.file, d.arena, ticket, &list, &n, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < n; i++)
        if (str_eq(list[i].body, body))
            return &list[i];
    fail_msg("#%lld has no message \"%s\"", (long long)ticket, body);
    return NULL;
}

static void expect_parcel(const struct road *road, const struct message *m)
{
    struct err err = {0};
    struct parcel p;
    bool found = false;
    assert_true(store_parcel_by_message(d.file, d.arena, m->row, &p, &found, &err));
    assert_true(found);
    assert_string_equal(p.state, "held");
    assert_string_equal(p.destination, arena_printf(d.arena, "reply:%s", road->dialect));
    assert_int_equal(p.due_at, *d.daemon->clock + HELD_MS);
    print_message("#   parcel %lld: %s held until %lld\n", (long long)p.id, p.destination, (long long)p.due_at);
}

/* --- keys --- */

static void on_first(const char *text)
{
    console_shows(d.first, text, NULL);
}

static void on_second(const char *a, const char *b, int64_t since)
{
    int64_t took = console_wait(&d.second, 1, a, b, true, since, SEEN_MS);
    print_message("#   second console: \"%s\"%s%s after %lld ms\n", a, b ? " " : "", b ? b : "", (long long)took);
}

/* The columns of the row with the title are what ana now sees of it. */
static void assign(int64_t ticket, const char *title)
{
    assert_string_equal(ticket_now(ticket)->assignee ? ticket_now(ticket)->assignee : "", "");
    console_type(d.first, "a");
    on_first("assign #");
    console_type(d.first, "ben");
    int64_t start = clock_mono();
    console_type(d.first, "\r");
    on_second(title, "ben", start);
    assert_string_equal(ticket_now(ticket)->assignee, "ben");
    assert_int_equal(ticket_now(ticket)->status, STATUS_OPEN);
    expect_entry(ticket, "assign", "assignee", "", "ben");
}

static void reply(const struct road *road, int64_t ticket)
{
    char *text = arena_printf(d.arena, "The answer to %lld is on its way.", (long long)ticket);
    console_type(d.first, "r");
    on_first(arena_printf(d.arena, "on #%lld by webhook", (long long)ticket));
    console_type(d.first, text);
    on_first(text);
    console_type(d.first, "\x1b");
    on_first("review:");
    int64_t start = clock_mono();
    console_type(d.first, "y");
    on_second(text, NULL, start);
    on_second("leaves at", NULL, start);
    const struct message *m = message_of(ticket, text);
    assert_string_equal(m->state, "held");
    assert_true(m->is_public);
    assert_string_equal(m->author, "ana");
    expect_parcel(road, m);
    expect_entry(ticket, "reply", NULL, NULL, NULL);
    console_hides(d.first, "review:");
    *d.daemon->clock += HELD_MS;
    d.delivered++;
    assert_int_equal(stub_wait(d.shop, d.delivered, SETTLE_MS), d.delivered);
    assert_non_null(strstr(stub_request(d.shop, d.delivered - 1)->body, text));
    console_hides(d.second, "leaves");
    console_shows(d.second, "sent", NULL);
    assert_string_equal(message_of(ticket, text)->state, "sent");
    print_message("#   delivered to the receiver: message %lld\n", (long long)m->row);
}

static void note_instead(const struct road *road, int64_t ticket)
{
    char *text = arena_printf(d.arena, "Only we read %lld here.", (long long)ticket);
    console_type(d.first, "r");
    on_first(arena_printf(d.arena, "source (%s) takes no replies", road->dialect));
    on_first("Press i for a note");
    console_type(d.first, "i");
    on_first(arena_printf(d.arena, "Internal note on #%lld", (long long)ticket));
    console_type(d.first, text);
    on_first(text);
    console_type(d.first, "\x1b");
    on_first("review:");
    int64_t start = clock_mono();
    console_type(d.first, "y");
    on_second(text, NULL, start);
    const struct message *m = message_of(ticket, text);
    assert_false(m->is_public);
    assert_null(m->state);
    assert_string_equal(m->author, "ana");
    expect_entry(ticket, "note", NULL, NULL, NULL);
    console_hides(d.first, "review:");
    assert_int_equal(stub_wait(d.shop, d.delivered + 1, 0), d.delivered);
}

/* A row that leaves while the person at the second console works stays, marked, until they pause: the list held still is as if
 * they worked all the while, however slow the machine is. */
static void finish(int64_t ticket, const char *title)
{
    console_type(d.second, "Z");
    console_shows(d.second, "stands still", NULL);
    int64_t start = clock_mono();
    console_type(d.first, "x");
    on_second(title, "left this view", start);
    console_type(d.second, "Z");
    assert_int_equal(ticket_now(ticket)->status, STATUS_RESOLVED);
    expect_entry(ticket, "close", "status", "open", "resolved");
}

static void walk(const struct road *road)
{
    char *title = arrive(road);
    int64_t ticket = newest_ticket();
    print_message("# %s: #%lld \"%s\" on both consoles after %lld ms\n", road->dialect, (long long)ticket, title, (long long)d.took[d.took_n - 1]);
    assert_string_equal(ticket_now(ticket)->title, title);
    assert_string_equal(ticket_now(ticket)->account, road->dialect);
    assert_int_equal(ticket_now(ticket)->status, STATUS_NEW);
    assign(ticket, title);
    console_type(d.second, "\r");
    console_shows(d.second, "owner ben", title);
    if (road->replies)
        reply(road, ticket);
    else
        note_instead(road, ticket);
    console_type(d.second, "q");
    console_shows(d.second, "Subject", NULL);
    finish(ticket, title);
}

/* --- the tests --- */

static void rbs_goes_from_its_request_to_resolved(void **state)
{
    (void)state;
    walk(&roads[0]);
    int64_t took = console_wait(d.both, 2, "Case 1.", NULL, false, clock_mono(), SETTLE_MS);
    print_message("#   gone from both consoles %lld ms later\n", (long long)took);
}

static void ripio_goes_from_its_request_to_resolved(void **state)
{
    (void)state;
    walk(&roads[1]);
}

static void cstar_goes_from_its_request_to_resolved(void **state)
{
    (void)state;
    walk(&roads[2]);
}

static void ingestlayer_goes_from_its_request_to_resolved(void **state)
{
    (void)state;
    walk(&roads[3]);
}

static void tamio_goes_from_its_request_to_resolved(void **state)
{
    (void)state;
    walk(&roads[4]);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void a_request_is_on_both_consoles_in_a_moment(void **state)
{
    (void)state;
    for (int i = 0; i < SAMPLES; i++)
        arrive(&roads[i % ROADS]);
    qsort(d.took, (size_t)d.took_n, sizeof *d.took, by_size);
    print_message("# request to row on both consoles, %d requests: p50 %lld ms, max %lld ms\n", d.took_n, (long long)d.took[d.took_n / 2],
                  (long long)d.took[d.took_n - 1]);
    assert_true(d.took[d.took_n / 2] < 500);
}

static void a_bad_signature_is_on_no_console(void **state)
{
    (void)state;
    char *title = arena_printf(d.arena, "Case %d.", ++d.made), *body = event_of(&roads[0], d.made, title);
    struct answer a = client_ask(d.in, "POST", "/in/rbs", "X-Webhook-Signature: sha256=00\r\n", body, strlen(body));
    assert_int_equal(a.status, 401);
    arrive(&roads[0]); /* what came after it is there */
    assert_int_equal(console_find(d.first, title), -1);
    assert_int_equal(console_find(d.second, title), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rbs_goes_from_its_request_to_resolved, open_all, close_all),
        cmocka_unit_test_setup_teardown(ripio_goes_from_its_request_to_resolved, open_all, close_all),
        cmocka_unit_test_setup_teardown(cstar_goes_from_its_request_to_resolved, open_all, close_all),
        cmocka_unit_test_setup_teardown(ingestlayer_goes_from_its_request_to_resolved, open_all, close_all),
        cmocka_unit_test_setup_teardown(tamio_goes_from_its_request_to_resolved, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_request_is_on_both_consoles_in_a_moment, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_bad_signature_is_on_no_console, open_all, close_all),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
