/* replies: every row of the table of answers, said by a server on a real socket to the request that was composed for it, is
 * judged as the table says; what is tried once more in another form is dead the second time; and a server's bad manners. */
#include "destination/destination.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/stub.h"
#include "support/fixture.h"
#include "support/letter.h"
#include "worker/http.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const int64_t now = 1779372200000;
static const struct destination_row { const char *name; struct config_destination to; } rows[] = {
    {"webhook.out", {.kind = DEST_WEBHOOK, .secrets = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, .secret_count = 1, .auth = DEST_AUTH_HMAC}},
    {"slack.webhook", {.kind = DEST_SLACK}},
    {"slack.api", {.kind = DEST_SLACK, .token = "xoxb-5ecret", .channel = "C0123456789"}},
    {"discord", {.kind = DEST_DISCORD}},
    {"telegram", {.kind = DEST_TELEGRAM, .token = "110201543:5ecret", .channel = "-1009999999999"}},
    {"notion", {.kind = DEST_NOTION, .token = "ntn_5ecret", .channel = "d9824bdc-8445-4327-be8b-5b47500af6ce"}},
    {"pagerduty", {.kind = DEST_PAGERDUTY, .token = "5ecretRRRRRRRRRRRRRRRRRRRRRRRRRR"}}};
enum { ROWS = sizeof rows / sizeof *rows };

struct talk {
    struct arena *arena;
    const struct destination *kind;
    struct config_destination to;
    struct composing c;
    struct json *memo;
    struct delivery request;
    const char *action;
    struct verdict verdict;
    int answers;
};

static void answered(void *arg, const struct http_answer *a)
{
    struct talk *t = arg;
    t->verdict = t->kind->judge(t->arena, &t->c, &a->reply, t->memo);
    t->action = destination_action(t->arena, &t->verdict, t->memo, a->reply.status);
    t->answers++;
}

static struct talk talk_with(struct arena *arena, const struct destination_row *row, const char *url)
{
    struct talk t = {.arena = arena, .kind = destination_of(row->to.kind), .to = row->to, .memo = json_object()};
    t.to.name = row->name;
    t.to.url = url;
    t.to.allow_loopback = true;
    json_keep_in(arena, t.memo);
    return t;
}

/* Long enough that the shorter form is shorter. A webhook also carries replies; what an answer means is the same. */
static const struct letter *letter_for(struct arena *arena, int kind)
{
    struct letter *l = ARENA_NEW(arena, struct letter);
    *l = *letter_saying(arena, "charged twice", letter_repeat(arena, "word ", 800));
    l->of = kind == DEST_WEBHOOK ? LETTER_REPLY : LETTER_EVENT;
    return l;
}

/* Composes with what the memo says now, sends, judges. */
static const char *exchange(struct talk *t, int timeout_ms)
{
    struct err err = {0};
    struct http *http = http_open(&(struct http_options){.total_ms = timeout_ms}, &err);
    t->c = (struct composing){.letter = letter_for(t->arena, t->to.kind), .to = &t->to, .memo = t->memo, .attempt = 1, .now = now};
    t->action = NULL;
    t->answers = 0;
    if (!t->kind->compose(t->arena, &t->c, &t->request, &err) || !http_start(http, &t->request, answered, t, &err))
        fail_msg("%s: %s", t->to.name, err.text);
    while (http_count(http))
        http_run(http, 1000);
    http_close(http);
    assert_int_equal(t->answers, 1);
    return t->action;
}

static struct stub_step answer(struct arena *arena, const char *status, const char *header, const char *body)
{
    bool none = str_eq(header, "-"), bare = str_eq(status, "204");
    body = str_eq(body, "-") ? "" : body;
    const char *length = bare ? "" : arena_printf(arena, "Content-Length: %zu\r\n", strlen(body));
    return (struct stub_step){STUB_ANSWER, arena_printf(arena, "HTTP/1.1 %s Said\r\n%s%s%s\r\n%s", status, none ? "" : header, none ? "" : "\r\n", length, body), NULL};
}

static void no_secret_shows(const struct talk *t)
{
    const char *place = destination_place(t->arena, &t->to), *account = t->kind->account ? t->kind->account(t->arena, &t->to) : "";
    assert_null(strstr(place, "5ecret"));
    assert_null(strstr(place, "/hook"));
    assert_null(account ? strstr(account, "5ecret") : NULL);
    assert_null(t->verdict.note ? strstr(t->verdict.note, "5ecret") : NULL);
    for (int i = 0; i < t->request.header_count; i++)
        assert_null(strpbrk(t->request.headers[i].value, "\r\n"));
}

static const struct destination_row *row_of(const char *name)
{
    for (int i = 0; i < ROWS; i++)
        if (str_eq(rows[i].name, name) && destination_of(rows[i].to.kind))
            return &rows[i];
    return NULL;
}

/* The other form differs and is whole; what fails in it too is dead, and so it is again after a pause. */
static void check_once_more(struct talk *t, const char *first)
{
    const char *body = t->request.body, *second = exchange(t, 2000);
    if (!str_eq(second, "dead") || str_eq(body, t->request.body))
        fail_msg("%s: %s, and then %s, with %s", t->to.name, first, second, str_eq(body, t->request.body) ? "the same body" : t->request.body);
    assert_non_null(json_parse_in(t->arena, t->request.body, t->request.body_n, &json_limits_dialect, NULL, NULL));
}

static const char *closed_port(struct arena *arena)
{
    struct stub *gone = stub_open();
    const char *url = arena_strdup(arena, stub_url(gone));
    stub_close(gone);
    return url;
}

static void each_row_of_the_table_means_what_it_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***table;
    int n = fixture_rows(arena, "destinations/destinations.tsv", 5, &table), counted = 0, bad = 0;
    struct stub *stub = stub_open();
    for (int i = 0; i < n; i++) {
        const char *name = table[i][0], *status = table[i][1], *expected = table[i][4];
        const struct destination_row *row = row_of(name);
        if (!row)
            continue;
        bool silent = str_eq(status, "timeout");
        struct stub_step step = silent ? (struct stub_step){STUB_HANG, NULL, NULL} : answer(arena, status, table[i][3], table[i][2]);
        stub_script(stub, &step, 1);
        struct talk t = talk_with(arena, row, str_eq(status, "refused") ? closed_port(arena) : stub_url(stub));
        const char *action = exchange(&t, silent ? 300 : 5000);
        counted++;
        if (!str_eq(action, expected)) {
            print_message("# %s %s %s: %s, not %s\n", name, status, table[i][2], action, expected);
            bad++;
        }
        no_secret_shows(&t);
        if (str_eq(action, "downgrade") || str_eq(action, "truncate"))
            check_once_more(&t, action);
    }
    stub_close(stub);
    print_message("# %d reply rows over sockets\n", counted);
    assert_int_equal(bad, 0);
}

static void a_group_that_moved_is_written_to_where_it_is_now(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    struct stub_step moved = answer(arena, "400", "-", "{\"ok\":false,\"description\":\"Bad Request: group chat was upgraded to a supergroup chat\","
                                                       "\"parameters\":{\"migrate_to_chat_id\":-1001234567890}}");
    struct stub_step steps[] = {moved, answer(arena, "200", "-", "{\"ok\":true,\"result\":{\"message_id\":7}}")};
    stub_script(stub, steps, 2);
    struct talk t = talk_with(arena, row_of("telegram"), stub_url(stub));
    assert_string_equal(exchange(&t, 5000), "migrate");
    assert_string_equal(exchange(&t, 5000), "ok");
    assert_non_null(strstr(stub_request(stub, 0)->body, "\"chat_id\":\"-1009999999999\""));
    assert_non_null(strstr(stub_request(stub, 1)->body, "\"chat_id\":\"-1001234567890\""));
    assert_string_equal(json_get_string(t.memo, "message", ""), "7");
    stub_script(stub, &moved, 1);
    assert_string_equal(exchange(&t, 5000), "dead"); /* and not for ever */
    stub_close(stub);
}

/* --- manners --- */

static const char *big_answer(struct arena *arena, size_t n)
{
    char *body = arena_alloc(arena, n + 1);
    memset(body, 'x', n);
    return arena_printf(arena, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", n, body);
}

static void a_server_without_manners_is_tried_again(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    const struct { const char *name; struct stub_step step; const char *action; } manners[] = {
        {"closes without an answer", {STUB_ANSWER, NULL, NULL}, "retry+ambiguous"},
        {"answers after the time is up", {STUB_HANG, NULL, NULL}, "retry+ambiguous"},
        {"a short body", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"ok\":true", NULL}, "retry+ambiguous"},
        {"a redirect", {STUB_ANSWER, "HTTP/1.1 302 Away\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL}, "retry"},
        {"Retry-After: 0", answer(arena, "503", "Retry-After: 0", "-"), "retry"},
        {"Retry-After: -1", answer(arena, "503", "Retry-After: -1", "-"), "retry"},
        {"Retry-After: 1.5", answer(arena, "503", "Retry-After: 1.5", "-"), "retry>=2"},
        {"a date of 2099", answer(arena, "503", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT", "-"), "retry>=2316878680"},
    };
    for (int r = 0; r < ROWS; r++)
        for (size_t i = 0; destination_of(rows[r].to.kind) && i < sizeof manners / sizeof *manners; i++) {
            stub_script(stub, &manners[i].step, 1);
            struct talk t = talk_with(arena, &rows[r], stub_url(stub));
            const char *action = exchange(&t, manners[i].step.manner == STUB_HANG ? 200 : 5000);
            if (!str_eq(action, manners[i].action))
                fail_msg("%s, %s: %s", rows[r].name, manners[i].name, action);
        }
    struct retry retry = {0};
    struct verdict never = {.kind = VERDICT_RETRY, .retry_after = 2316878680000};
    assert_int_equal(retry_step(&retry, PROFILE_DEFAULT, &never, 0), -1); /* nobody waits until 2099 */
    stub_close(stub);
}

static void a_mebibyte_of_answer_is_read_as_far_as_it_matters(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    struct stub_step step = {STUB_ANSWER, big_answer(arena, 1 << 20), NULL};
    stub_script(stub, &step, 1);
    for (int r = 0; r < ROWS; r++) {
        if (!destination_of(rows[r].to.kind))
            continue;
        struct talk t = talk_with(arena, &rows[r], stub_url(stub));
        assert_string_equal(exchange(&t, 5000), str_eq(rows[r].name, "slack.api") ? "retry" : "ok"); /* the API's 200 says nothing by itself */
    }
    stub_close(stub);
}

/* Members of every name that is read, of kinds nobody expects: a verdict each, nothing breaks. */
static void whatever_an_answer_holds_it_is_judged(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const names[] = {"ok", "error", "code", "message", "retry_after", "global", "parameters", "description", "result", "results", "id",
                                        "url", "ts", "warning", "errors"};
    static const char *const values[] = {"null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "\"\\u0000x\"", "[]", "[[7]]", "{}", "{\"id\":7}", "x"};
    static const int statuses[] = {100, 200, 204, 302, 400, 401, 403, 404, 409, 410, 413, 429, 500, 529, 599, 999};
    static const char *const memos[] = {"{}", "{\"simple\":true,\"short\":true,\"moved\":true}", "{\"ambiguous\":true}", "{\"page\":\"a1\",\"sent\":99999}"};
    int judged = 0;
    for (int r = 0; r < ROWS; r++)
        for (size_t i = 0; i < sizeof names / sizeof *names * (sizeof values / sizeof *values); i++) {
            const char *body = arena_printf(arena, "{\"%s\":%s}", names[i % (sizeof names / sizeof *names)], values[i / (sizeof names / sizeof *names)]);
            const char *memo = memos[i % 4];
            for (size_t s = 0; s < sizeof statuses / sizeof *statuses; s++, judged++) {
                struct talk t = talk_with(arena, &rows[r], "https://host.example/hook");
                struct composing c = {.letter = letter_golden(arena), .to = &t.to, .memo = json_parse_in(arena, memo, strlen(memo), &json_limits_native, NULL, NULL)};
                struct json *left = json_keep_in(arena, json_copy(c.memo));
                struct reply reply = {.status = statuses[s], .body = body, .body_n = strlen(body)};
                struct verdict v = t.kind->judge(arena, &c, &reply, left);
                assert_in_range(v.kind, VERDICT_RETRY, VERDICT_AGAIN);
                assert_true(v.retry_after >= 0 && (v.kind != VERDICT_WAIT || v.retry_after > 0));
            }
            arena_reset(arena);
        }
    print_message("# %d answers of odd kinds\n", judged);
}

static void an_unreasonable_wait_is_no_failure_but_has_an_end(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    static const struct { const char *name, *header, *action; } waits[] = {
        {"slack.webhook", "Retry-After: 1.5", "wait:2"}, {"slack.webhook", "Retry-After: 0", "wait:1"}, {"slack.api", "Retry-After: -1", "wait:1"},
        {"slack.api", "-", "wait:1"}, {"discord", "-", "wait:1"}, {"discord", "Retry-After: 1.5", "wait:2"}, {"telegram", "Retry-After: 1.5", "wait:3+all"},
        {"telegram", "-", "wait:1+all"}, {"pagerduty", "Retry-After: 0", "wait:30"}, {"pagerduty", "Retry-After: 7", "wait:7"}};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        if (!row_of(waits[i].name))
            continue;
        struct stub_step step = answer(arena, "429", waits[i].header, "-");
        stub_script(stub, &step, 1);
        struct talk t = talk_with(arena, row_of(waits[i].name), stub_url(stub));
        assert_string_equal(exchange(&t, 5000), waits[i].action);
    }
    stub_close(stub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_of_the_table_means_what_it_says),
        cmocka_unit_test(a_group_that_moved_is_written_to_where_it_is_now),
        cmocka_unit_test(a_server_without_manners_is_tried_again),
        cmocka_unit_test(a_mebibyte_of_answer_is_read_as_far_as_it_matters),
        cmocka_unit_test(whatever_an_answer_holds_it_is_judged),
        cmocka_unit_test(an_unreasonable_wait_is_no_failure_but_has_an_end),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
