/* fixtures: every event of tests/fixtures/events through a real daemon's socket: the manifest in both modes, the
 * sequences in every order, the signature vectors at their own time. What is compared is the status code and what an
 * agent then sees of the ticket. Each case has an account of its own, so that it meets an empty desk. */
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "../support/fixture.h"
#include "harness/permutation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char secret[] = "whsec_test_flow";
enum { BATCH = 200, FILES_MAX = 8 };

static const struct endpoint {
    const char *name, *dialect, *scheme, *path; /* the source's name follows, where there is a scheme */
} endpoints[] = {
    {"rbs", "rbs", "rbs", "/in/"},                        {"ripio", "ripio", "ripio", "/in/"},
    {"cstar", "cstar", "cstar-2026", "/in/"},             {"tamio", "tamio", "tamio", "/in/"},
    {"ingest-out", "ingestlayer", "ingest-out", "/in/"},  {"ingest-whk", "ingestlayer", "ingest-in", "/whk/token-"},
    {"ingest-rest", "ingestlayer", NULL, "/v1/ingest"}};

static const struct endpoint *endpoint_of(const char *name)
{
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        if (strcmp(endpoints[i].name, name) == 0)
            return &endpoints[i];
    fail_msg("no endpoint %s", name);
    return NULL;
}

/* --- a desk with a source for each case --- */

static void config_open(struct str *yaml)
{
    str_init(yaml, 1 << 20);
    str_adds(yaml, "team: fixtures\nviews:\n  - {name: every, title: Every, when: 'deleted || !deleted'}\nsources:\n");
}

static void config_source_add(struct str *yaml, const char *name, const char *endpoint, bool strict, const char *key)
{
    const struct endpoint *e = endpoint_of(endpoint);
    str_addf(yaml, "  - {name: %s, dialect: %s, strict: %s, token: 'token-%s', ", name, e->dialect, strict ? "true" : "false", name);
    if (e->scheme)
        str_addf(yaml, "secrets: ['%s']}\n", key);
    else
        str_adds(yaml, "auth: bearer}\n");
}

struct run {
    struct daemon_run *daemon;
    struct client *in, *desk;
    int64_t seq; /* last entry looked at */
};

static void run_open(struct run *r, struct str *yaml)
{
    r->daemon = daemon_start(yaml->data);
    r->in = client_open(r->daemon->ingest);
    r->desk = client_open(r->daemon->desk);
    r->seq = 0;
    str_fini(yaml);
}

static void run_close(struct run *r)
{
    client_close(r->in);
    client_close(r->desk);
    daemon_remove(r->daemon);
}

static struct answer post(struct run *r, const char *source, const char *endpoint, const char *file)
{
    AUTO_ARENA arena = arena_new();
    const struct endpoint *e = endpoint_of(endpoint);
    size_t n;
    char *body = fixture_read(arena, arena_printf(arena, "events/%s", file), &n), path[128];
    AUTO_STR headers;
    str_init(&headers, 4096);
    snprintf(path, sizeof path, "%s%s", e->path, e->scheme ? source : "");
    if (!e->scheme) {
        str_addf(&headers, "Authorization: Bearer token-%s\r\n", source);
    } else {
        struct signature_header list[4];
        int count = signature_sign(arena, e->scheme, secret, "msg_1", *r->daemon->clock / 1000, body, n, list);
        for (int i = 0; i < count; i++)
            str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    }
    return client_ask(r->in, "POST", path, headers.data, body, n);
}

/* --- what the desk then shows --- */

static char *shown(struct arena *arena, const struct json *value)
{
    if (!value || json_is(value, JSON_NULL))
        return arena_strdup(arena, "-");
    if (json_string(value))
        return arena_strdup(arena, *json_string(value) ? json_string(value) : "-");
    return arena_strdup(arena, json_number(value));
}

static const struct json *tickets_of(struct run *r, const char *account)
{
    char path[256];
    snprintf(path, sizeof path, "/v1/tickets?view=every&limit=500&where=account%%20%%3D%%3D%%20%%22%s%%22", account);
    struct answer a = client_get(r->desk, path);
    assert_int_equal(a.status, 200);
    assert_true(json_is(json_get(a.json, "next"), JSON_NULL));
    return json_get(a.json, "rows");
}

static const struct json *row_of(const struct json *rows, const char *key)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_eq(json_get_string(row, "key", NULL), key))
            return row;
    return NULL;
}

/* The journal's line about the newest event of a source since the last look; NULL if there is none. */
static const struct json *event_of(struct run *r, const char *source)
{
    char path[128];
    snprintf(path, sizeof path, "/v1/entries?kind=event&limit=500&after=%lld", (long long)r->seq);
    struct answer a = client_get(r->desk, path);
    assert_int_equal(a.status, 200);
    const struct json *found = NULL;
    for (const struct json *e = json_first(json_get(a.json, "entries")); e; e = json_next(e)) {
        r->seq = json_get_i64(e, "seq", 0);
        if (!found && str_eq(json_get_string(json_get(e, "data"), "source", NULL), source))
            found = json_get(e, "data"); /* the first: of a batch, the first event */
    }
    return found;
}

static int wrong;

static void compare(const char *what, const char *column, const char *want, const char *got)
{
    if (strcmp(want, got) == 0)
        return;
    wrong++;
    printf("# %s: %s is \"%s\", should be \"%s\"\n", what, column, got, want);
}

/* --- the manifest --- */

enum { FILE_NAME, SET, DIALECT, TYPE, HTTP, STRICT, EFFECT, KEY, TICKET, STATUS, REGISTRATION, PRIORITY, ASSIGNEE,
       MESSAGES, AI_MESSAGES, ATTACHMENTS, CUSTOMER, MANIFEST_COLUMNS = 23 };

static void compare_ticket(struct run *r, const char *source, char **row)
{
    static const struct { int column; const char *name; } members[] = {
        {STATUS, "status"}, {REGISTRATION, "registration"}, {PRIORITY, "priority"}, {ASSIGNEE, "assignee"}, {MESSAGES, "messages"},
        {AI_MESSAGES, "ai_messages"}, {ATTACHMENTS, "attachments"}, {CUSTOMER, "customer"}};
    const struct json *rows = tickets_of(r, source), *ticket = row_of(rows, row[TICKET]);
    if (strcmp(row[TICKET], "-") == 0) {
        compare(row[FILE_NAME], "ticket", "-", json_count(rows) ? "there" : "-");
        return;
    }
    compare(row[FILE_NAME], "ticket", "there", ticket ? "there" : "-");
    for (size_t i = 0; ticket && i < sizeof members / sizeof *members; i++)
        compare(row[FILE_NAME], members[i].name, row[members[i].column],
                shown(client_arena(r->desk), json_get(ticket, members[i].name)));
}

static void manifest_row(struct run *r, const char *source, char **row, bool strict)
{
    const char *want = row[strict ? STRICT : HTTP];
    char got[16];
    *r->daemon->clock += 1;
    struct answer a = post(r, source, row[DIALECT], row[FILE_NAME]);
    snprintf(got, sizeof got, "%d", a.status);
    compare(row[FILE_NAME], strict ? "strict status" : "status", want, got);
    const struct json *event = event_of(r, source);
    if (want[0] != '2') {
        compare(row[FILE_NAME], "event", "-", event ? "there" : "-");
        return;
    }
    compare(row[FILE_NAME], "effect", row[EFFECT], json_get_string(event, "effect", "-"));
    compare(row[FILE_NAME], "key", row[KEY], shown(client_arena(r->desk), json_get(event, "key")));
    compare_ticket(r, source, row);
}

static void the_manifest_holds_in_both_modes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows, name[32];
    int count = fixture_rows(arena, "events/manifest.tsv", MANIFEST_COLUMNS, &rows), done = 0;
    wrong = 0;
    for (int strict = 0; strict < 2; strict++) {
        struct str yaml;
        struct run r;
        config_open(&yaml);
        for (int i = 0; i < count; i++) {
            snprintf(name, sizeof name, "m%d", i);
            config_source_add(&yaml, name, rows[i][DIALECT], strict, secret);
        }
        run_open(&r, &yaml);
        for (int i = 0; i < count; i++, done++) {
            snprintf(name, sizeof name, "m%d", i);
            manifest_row(&r, name, rows[i], strict);
        }
        run_close(&r);
    }
    printf("# %d rows x 2 modes\n", count);
    assert_int_equal(done, 2 * count);
    assert_true(count >= 128);
    assert_int_equal(wrong, 0);
}

/* --- sequences --- */

enum { SEQ_NAME, SEQ_DIALECT, SEQ_FILES, SEQ_LOG, SEQ_TICKET, SEQ_STATUS, SEQ_REGISTRATION, SEQ_PRIORITY, SEQ_ASSIGNEE,
       SEQ_MESSAGES, SEQ_REOPENED, SEQ_STUB, SEQ_TICKETS, SEQ_COLUMNS };

struct order { /* one account's run */
    char **row, *files[FILES_MAX];
    int n, at[FILES_MAX];
    bool given; /* the table's own order: the log is compared too */
};

/* Every order of every sequence; those with a conflict, where the first one wins, in theirs only. */
static int all_orders(struct arena *arena, struct order *out, int max, int *sequences)
{
    char ***rows;
    int n = 0;
    *sequences = fixture_rows(arena, "events/sequences.tsv", SEQ_COLUMNS, &rows);
    for (int i = 0; i < *sequences; i++) {
        struct order o = {.row = rows[i], .given = true};
        char *save = NULL;
        for (char *f = strtok_r(arena_strdup(arena, rows[i][SEQ_FILES]), " ", &save); f; f = strtok_r(NULL, " ", &save)) {
            o.at[o.n] = o.n;
            o.files[o.n++] = f;
        }
        do {
            assert_true(n < max);
            out[n++] = o;
            o.given = false;
        } while (!strstr(rows[i][SEQ_LOG], "conflict") && permutation_next(o.at, o.n));
    }
    return n;
}

static void compare_sequence(struct run *r, const char *source, const struct order *o, const char *log)
{
    static const struct { int column; const char *name; } members[] = {
        {SEQ_STATUS, "status"}, {SEQ_REGISTRATION, "registration"}, {SEQ_PRIORITY, "priority"}, {SEQ_ASSIGNEE, "assignee"},
        {SEQ_MESSAGES, "messages"}, {SEQ_REOPENED, "reopen_count"}};
    char what[160], text[32];
    bool stub = false;
    snprintf(what, sizeof what, "%s in order %d%d%d%d%d", o->row[SEQ_NAME], o->at[0], o->at[1], o->at[2], o->at[3], o->at[4]);
    const struct json *rows = tickets_of(r, source), *ticket = row_of(rows, o->row[SEQ_TICKET]);
    compare(what, "ticket", "there", ticket ? "there" : "-");
    for (size_t i = 0; ticket && i < sizeof members / sizeof *members; i++)
        compare(what, members[i].name, o->row[members[i].column], shown(client_arena(r->desk), json_get(ticket, members[i].name)));
    if (ticket && json_bool(json_get(ticket, "stub"), &stub))
        compare(what, "stub", o->row[SEQ_STUB], stub ? "True" : "False");
    snprintf(text, sizeof text, "%zu", json_count(rows));
    compare(what, "tickets", o->row[SEQ_TICKETS], text);
    if (o->given)
        compare(what, "log", o->row[SEQ_LOG], log);
}

static void run_order(struct run *r, const char *source, const struct order *o)
{
    AUTO_STR log;
    str_init(&log, 1024);
    for (int i = 0; i < o->n; i++) {
        *r->daemon->clock += 1;
        struct answer a = post(r, source, o->row[SEQ_DIALECT], o->files[o->at[i]]);
        compare(o->row[SEQ_NAME], "answer", "2", a.status / 100 == 2 ? "2" : "other");
        str_addf(&log, "%s%s", i ? "," : "", json_get_string(event_of(r, source), "effect", "-"));
    }
    compare_sequence(r, source, o, log.data);
}

static void sequences_end_alike_in_every_order(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    enum { MOST = 2000 };
    struct order *orders = ARENA_ARRAY(arena, struct order, MOST);
    int sequences, count = all_orders(arena, orders, MOST, &sequences), done = 0;
    char name[32];
    wrong = 0;
    for (int from = 0; from < count; from += BATCH) {
        int to = from + BATCH < count ? from + BATCH : count;
        struct str yaml;
        struct run r;
        config_open(&yaml);
        for (int i = from; i < to; i++) {
            snprintf(name, sizeof name, "s%d", i);
            config_source_add(&yaml, name, orders[i].row[SEQ_DIALECT], false, secret);
        }
        run_open(&r, &yaml);
        for (int i = from; i < to; i++, done++) {
            snprintf(name, sizeof name, "s%d", i);
            run_order(&r, name, &orders[i]);
        }
        run_close(&r);
    }
    printf("# %d sequences, %d orders\n", sequences, count);
    assert_int_equal(done, count);
    assert_true(sequences >= 21 && count > 150);
    assert_int_equal(wrong, 0);
}

/* --- signatures --- */

enum { SIG_NAME, SIG_DIALECT, SIG_FILE, SIG_SECRET, SIG_NOW, SIG_HEADER, SIG_VALUE, SIG_VERDICT, SIG_COLUMNS = 9 };

/* "a | b" and "1 | 2" as header lines. */
static void header_lines(struct arena *arena, char **row, struct str *out)
{
    const char *names = row[SIG_HEADER], *values = row[SIG_VALUE];
    while (names && values) {
        const char *n = strstr(names, " | "), *v = strstr(values, " | ");
        str_addf(out, "%s: %s\r\n", n ? arena_strndup(arena, names, (size_t)(n - names)) : names,
                 v ? arena_strndup(arena, values, (size_t)(v - values)) : values);
        names = n ? n + 3 : NULL;
        values = v ? v + 3 : NULL;
    }
}

static struct answer post_vector(struct run *r, const char *source, char **row)
{
    AUTO_ARENA arena = arena_new();
    AUTO_STR headers;
    size_t n;
    char *body = fixture_read(arena, arena_printf(arena, "events/%s", row[SIG_FILE]), &n), path[128];
    str_init(&headers, 4096);
    header_lines(arena, row, &headers);
    snprintf(path, sizeof path, "%s%s", endpoint_of(row[SIG_DIALECT])->path, source);
    *r->daemon->clock = atoll(row[SIG_NOW]) * 1000;
    return client_ask(r->in, "POST", path, headers.data, body, n);
}

static bool warned(const struct json *event)
{
    for (const struct json *w = json_first(json_get(event, "warnings")); w; w = json_next(w))
        if (str_starts(json_string(w), "signature:"))
            return true;
    return false;
}

static void compare_vector(struct run *r, const char *source, char **row, bool strict)
{
    struct answer a = post_vector(r, source, row);
    const char *verdict = row[SIG_VERDICT], *type = json_get_string(a.json, "type", "");
    bool timeless = strict && strcmp(row[SIG_NAME], "rbs-no-timestamp") == 0; /* dialects.md 1a */
    char want[16], got[16];
    snprintf(want, sizeof want, "%s", strncmp(verdict, "ok", 2) == 0 && !timeless ? "2xx" : "401");
    snprintf(got, sizeof got, "%d", a.status);
    memcpy(got + 1, a.status / 100 == 2 ? "xx" : got + 1, 2);
    compare(row[SIG_NAME], strict ? "strict status" : "status", want, got);
    if (strcmp(verdict, "401 stale") == 0)
        compare(row[SIG_NAME], "slug", strstr(row[SIG_NAME], "future") ? "urn:triage:problem:future-timestamp" : "urn:triage:problem:stale-timestamp", type);
    else if (a.status == 401 && a.json && *type)
        compare(row[SIG_NAME], "slug", "urn:triage:problem:unauthenticated", type);
    const struct json *event = event_of(r, source);
    compare(row[SIG_NAME], "event", a.status / 100 == 2 ? "there" : "-", event ? "there" : "-");
    if (strcmp(verdict, "ok-warn") == 0 && a.status / 100 == 2)
        compare(row[SIG_NAME], "warning", "signature:", warned(event) ? "signature:" : "-");
}

static void signatures_hold_at_their_own_time(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows, name[32];
    int count = fixture_rows(arena, "events/signatures.tsv", SIG_COLUMNS, &rows), done = 0;
    struct str yaml;
    struct run r;
    wrong = 0;
    config_open(&yaml);
    for (int i = 0; i < 2 * count; i++) {
        snprintf(name, sizeof name, "g%d", i);
        config_source_add(&yaml, name, rows[i % count][SIG_DIALECT], i >= count, rows[i % count][SIG_SECRET]);
    }
    run_open(&r, &yaml);
    for (int i = 0; i < 2 * count; i++, done++) {
        snprintf(name, sizeof name, "g%d", i);
        bool strict = i >= count;
        if (strict && strcmp(rows[i % count][SIG_NAME], "rbs-no-timestamp") != 0 && strcmp(rows[i % count][SIG_NAME], "ingest-out-body-only") != 0)
            continue; /* strict mode changes the verdict of unsigned times only; bodies with warnings are the manifest's */
        compare_vector(&r, name, rows[i % count], strict);
    }
    run_close(&r);
    printf("# %d signatures\n", count);
    assert_int_equal(done, 2 * count);
    assert_int_equal(count, 22);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manifest_holds_in_both_modes),
        cmocka_unit_test(sequences_end_alike_in_every_order),
        cmocka_unit_test(signatures_hold_at_their_own_time),
    };
    return crypto_open() ? cmocka_run_group_tests_name("fixtures", tests, NULL, NULL) : 1;
}
