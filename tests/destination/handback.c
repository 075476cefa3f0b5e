/* handback: replies and assignments as Tamio's and cStar's APIs take them, sent to a server on loopback, and what each of its
 * answers means. */
#include "destination/handback.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/stub.h"
#include "worker/http.h"
#include "../support/fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const int64_t now = 1798761615000;
static const struct ticket ticket = {.id = 42, .account = "help", .source_id = "fbaddbf8-e290", .tenant = "team uuid/1", .title = "x"};
static const struct message message = {.id = "desk:7", .author_kind = AUTHOR_AGENT, .is_public = true, .author = "ana", .body = "It is \"on\" its way.\nÁdám"};
static const struct letter reply = {.of = LETTER_REPLY, .id = "evt_7k2mq0vz81ab", .type = "message.created", .at = 1798761600123, .ticket = &ticket,
                                    .message = &message};
static const struct letter assign = {.of = LETTER_ASSIGN, .id = "evt_9k2mq0vz81ab", .type = "ticket.assigned", .at = 1798761600123, .ticket = &ticket,
                                     .assignee_key = "tm-2"};

struct talk {
    struct arena *arena;
    struct config_destination to;
    struct composing c;
    struct json *memo;
    struct delivery request;
    struct verdict verdict;
    const char *action;
    int answers;
};

static struct talk talk_of(struct arena *arena, int kind, const struct letter *letter, const char *url, struct json *memo)
{
    struct talk t = {.arena = arena, .memo = memo};
    t.to = (struct config_destination){.name = "reply:help", .kind = kind, .url = url, .token = "sk_live_5ecret", .allow_loopback = true};
    t.c = (struct composing){.letter = letter, .memo = memo, .attempt = 1, .now = now};
    return t;
}

static void composed(struct talk *t)
{
    struct err err = {0};
    t->c.to = &t->to;
    if (!destination_of(t->to.kind)->compose(t->arena, &t->c, &t->request, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < t->request.header_count; i++)
        assert_null(strpbrk(t->request.headers[i].value, "\r\n"));
}

static void answered(void *arg, const struct http_answer *a)
{
    struct talk *t = arg;
    t->verdict = destination_of(t->to.kind)->judge(t->arena, &t->c, &a->reply, t->memo);
    t->action = destination_action(t->arena, &t->verdict, t->memo, a->reply.status);
    t->answers++;
}

static void exchange(struct talk *t)
{
    struct err err = {0};
    struct http *http = http_open(&(struct http_options){.total_ms = 500}, &err);
    composed(t);
    if (!http_start(http, &t->request, answered, t, &err))
        fail_msg("%s", err.text);
    while (http_count(http))
        http_run(http, 1000);
    http_close(http);
    assert_int_equal(t->answers, 1);
}

static void each_letter_is_the_call_that_the_vendor_knows(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter nobody = assign;
    nobody.assignee_key = NULL;
    const struct { int kind; const struct letter *letter; const char *method, *url, *body, *key; } rows[] = {
        {DEST_TAMIO_API, &reply, "POST", "https://api.tamio.com/v2/agency/tickets/reply/create/fbaddbf8-e290",
         "{\"reply\":\"It is \\\"on\\\" its way.\\nÁdám\"}", NULL},
        {DEST_TAMIO_API, &assign, "POST", "https://api.tamio.com/v2/agency/tickets/assign/fbaddbf8-e290", "{\"teammate_id\":\"tm-2\"}", NULL},
        {DEST_TAMIO_API, &nobody, "POST", "https://api.tamio.com/v2/agency/tickets/assign/fbaddbf8-e290", "{\"teammate_id\":null}", NULL},
        {DEST_CSTAR_API, &reply, "POST", "https://www.cstar.help/api/v1/teams/team%20uuid%2F1/tickets/fbaddbf8-e290/messages",
         "{\"content\":\"It is \\\"on\\\" its way.\\nÁdám\"}", "evt_7k2mq0vz81ab"},
        {DEST_CSTAR_API, &assign, "PATCH", "https://www.cstar.help/api/v1/teams/team%20uuid%2F1/tickets/fbaddbf8-e290", "{\"assignedTo\":\"tm-2\"}",
         "evt_9k2mq0vz81ab"},
        {DEST_CSTAR_API, &nobody, "PATCH", "https://www.cstar.help/api/v1/teams/team%20uuid%2F1/tickets/fbaddbf8-e290", "{\"assignedTo\":null}",
         "evt_9k2mq0vz81ab"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct talk t = talk_of(arena, rows[i].kind, rows[i].letter, NULL, NULL);
        composed(&t);
        assert_string_equal(t.request.method, rows[i].method);
        assert_string_equal(t.request.url, rows[i].url);
        assert_string_equal(t.request.body, rows[i].body);
        assert_int_equal(t.request.body_n, strlen(rows[i].body));
        assert_string_equal(destination_header(&t.request, "Authorization"), "Bearer sk_live_5ecret");
        assert_string_equal(destination_header(&t.request, "Content-Type"), "application/json");
        const char *key = destination_header(&t.request, "Idempotency-Key");
        assert_true(str_eq(key, rows[i].key));
    }
}

static void files_that_cannot_go_along_are_named_below_the_text(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct message brings = message;
    struct letter letter = reply;
    brings.assets = "[{\"name\":\"console.log\",\"size\":14300,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"},{\"name\":\"b\",\"size\":1}]";
    letter.message = &brings;
    static const struct { int kind; const char *member; } kinds[] = {{DEST_TAMIO_API, "reply"}, {DEST_CSTAR_API, "content"}};
    for (size_t i = 0; i < 2; i++) {
        struct talk t = talk_of(arena, kinds[i].kind, &letter, NULL, NULL);
        composed(&t);
        const struct json *root = json_parse_in(arena, t.request.body, t.request.body_n, &json_limits_native, NULL, NULL);
        assert_string_equal(json_get_string(root, kinds[i].member, ""), "It is \"on\" its way.\nÁdám\n\n2 attachments: console.log 14 kB, b 1 byte");
    }
}

static void an_id_stays_one_segment_of_the_path(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *id, *segment; } rows[] = {
        {"plain-Id_1~", "plain-Id_1~"}, {"a/b?c#d", "a%2Fb%3Fc%23d"}, {"..", "%2E%2E"}, {".", "%2E"}, {"v1.2", "v1.2"}, {"\xc3\xa9 \r\n%", "%C3%A9%20%0D%0A%25"}};
    static const int kinds[] = {DEST_TAMIO_API, DEST_CSTAR_API};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 2; k++) {
            struct ticket odd = ticket;
            struct letter letter = assign;
            odd.source_id = rows[i].id;
            letter.ticket = &odd;
            struct talk t = talk_of(arena, kinds[k], &letter, "https://proxy.example/base/", NULL);
            composed(&t);
            assert_string_equal(t.request.url, arena_printf(arena, "https://proxy.example/base/%s/%s", k ? "tickets" : "agency/tickets/assign", rows[i].segment));
        }
}

static void what_cannot_be_handed_back_is_said(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const int kinds[] = {DEST_TAMIO_API, DEST_CSTAR_API};
    struct ticket nameless = ticket, homeless = ticket;
    struct message empty = message;
    struct letter event = reply, no_id = reply, no_text = reply, no_team = assign;
    nameless.source_id = NULL;
    homeless.tenant = NULL;
    empty.body = "";
    event.of = LETTER_DESK;
    no_id.ticket = &nameless;
    no_text.message = &empty;
    no_team.ticket = &homeless;
    const struct { const struct letter *letter; const char *token; int code; bool cstar_alone; } rows[] = {
        {&event, "sk", ERR_NOT_FOUND, false}, {&no_id, "sk", ERR_INPUT, false}, {&no_text, "sk", ERR_INPUT, false}, {&reply, NULL, ERR_INPUT, false},
        {&reply, "sk\r\nX-Evil: 1", ERR_INPUT, false}, {&no_team, "sk", ERR_INPUT, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = rows[i].cstar_alone; k < 2; k++) {
            struct talk t = talk_of(arena, kinds[k], rows[i].letter, NULL, NULL);
            struct err err = {0};
            t.to.token = rows[i].token;
            t.c.to = &t.to;
            assert_false(destination_of(kinds[k])->compose(arena, &t.c, &t.request, &err));
            assert_int_equal(err.code, rows[i].code);
            assert_true(strlen(err.text) > 10);
        }
}

#define SAID(status, header, body) status, header, body
static const struct answer { int kind; const char *status, *header, *body, *action, *note, *remote; } answers[] = {
    {DEST_TAMIO_API, SAID("200 OK", "", "{\"id\":\"3f090668\",\"text\":\"x\"}"), "ok", NULL, "3f090668"},
    {DEST_TAMIO_API, SAID("201 Created", "", "{\"data\":{\"reply\":{\"id\":77}}}"), "ok", NULL, "77"},
    {DEST_TAMIO_API, SAID("200 OK", "", "not JSON"), "ok", NULL, NULL},
    {DEST_TAMIO_API, SAID("204 No Content", "", ""), "ok", NULL, NULL},
    {DEST_TAMIO_API, SAID("200 OK", "", "{\"status\":400,\"error\":\"Client does not exist\",\"error_code\":10320}"), "dead", "Client does not exist (10320)", NULL},
    {DEST_TAMIO_API, SAID("401 Unauthorized", "", "{\"status\":401,\"error\":\"Unauthorized\"}"), "dead", "Unauthorized", NULL},
    {DEST_TAMIO_API, SAID("410 Gone", "", ""), "dead", NULL, NULL},
    {DEST_TAMIO_API, SAID("429 Slow", "Retry-After: 7\r\n", "{}"), "wait:7", NULL, NULL},
    {DEST_TAMIO_API, SAID("429 Slow", "", "{\"status\":429,\"error\":\"Too many requests\"}"), "retry", "Too many requests", NULL},
    {DEST_TAMIO_API, SAID("502 Bad", "", "<html>"), "retry", NULL, NULL},
    {DEST_TAMIO_API, SAID("302 Away", "Location: http://127.0.0.1:1/\r\n", ""), "retry", NULL, NULL},
    {DEST_CSTAR_API, SAID("201 Created", "", "{\"success\":true,\"data\":{\"id\":\"msg_1\"},\"meta\":{}}"), "ok", NULL, "msg_1"},
    {DEST_CSTAR_API, SAID("200 OK", "", "{\"success\":true,\"data\":{\"message\":{\"id\":\"msg_2\"}}}"), "ok", NULL, "msg_2"},
    {DEST_CSTAR_API, SAID("200 OK", "", "{\"success\":false,\"error\":{\"code\":\"nope\",\"message\":\"It is closed\"}}"), "dead", "It is closed (nope)", NULL},
    {DEST_CSTAR_API, SAID("404 Not Found", "", "{\"success\":false,\"error\":{\"code\":\"resource_missing\",\"message\":\"No such ticket\"}}"), "dead",
     "No such ticket (resource_missing)", NULL},
    {DEST_CSTAR_API, SAID("403 Forbidden", "", "{\"success\":false,\"error\":{\"code\":\"forbidden\"}}"), "dead", "forbidden", NULL},
    {DEST_CSTAR_API, SAID("429 Slow", "Retry-After: 60\r\n", "{\"success\":false,\"error\":{\"code\":\"rate_limit_exceeded\"}}"), "wait:60", "rate_limit_exceeded", NULL},
    {DEST_CSTAR_API, SAID("500 Oh", "", "{\"success\":false,\"error\":{\"message\":\"Oh\"}}"), "retry", "Oh", NULL},
};

static struct stub_step said(struct arena *arena, const char *status, const char *header, const char *body)
{
    return (struct stub_step){STUB_ANSWER, arena_printf(arena, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, header, strlen(body), body), NULL};
}

static void each_answer_on_a_real_socket_has_its_meaning(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    int count = sizeof answers / sizeof *answers;
    for (int i = 0; i < count; i++) {
        const struct answer *a = &answers[i];
        const struct stub_step step = str_starts(a->status, "204") ? (struct stub_step)STUB_STATUS("204 No Content") : said(arena, a->status, a->header, a->body);
        AUTO_JSON memo = json_object();
        struct talk t = talk_of(arena, a->kind, &reply, stub_url(stub), memo);
        stub_script(stub, &step, 1);
        exchange(&t);
        if (!str_eq(t.action, a->action) || !str_eq(t.verdict.note, a->note) || !str_eq(json_get_string(memo, "remote_id", NULL), a->remote))
            fail_msg("%s %s: %s, note %s, id %s", a->status, a->body, t.action, t.verdict.note, json_get_string(memo, "remote_id", "none"));
        assert_null(t.verdict.note ? strstr(t.verdict.note, "5ecret") : NULL);
    }
    print_message("# %d answers of two APIs\n", count);
    const struct stub_request *r = stub_request(stub, 0);
    char *authorization = stub_header(r, "Authorization");
    assert_true(str_starts(r->head, "POST /hook/agency/tickets/reply/create/fbaddbf8-e290 HTTP/1.1"));
    assert_string_equal(authorization, "Bearer sk_live_5ecret");
    assert_string_equal(r->body, "{\"reply\":\"It is \\\"on\\\" its way.\\nÁdám\"}");
    free(authorization);
    stub_close(stub);
}

static void an_assignment_is_patched_and_notes_no_id(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    const struct stub_step step = said(arena, "200 OK", "", "{\"success\":true,\"data\":{\"id\":\"fbaddbf8-e290\"}}");
    AUTO_JSON memo = json_object();
    struct talk t = talk_of(arena, DEST_CSTAR_API, &assign, stub_url(stub), memo);
    stub_script(stub, &step, 1);
    exchange(&t);
    assert_string_equal(t.action, "ok");
    assert_int_equal(json_count(memo), 0);
    assert_true(str_starts(stub_request(stub, 0)->head, "PATCH /hook/tickets/fbaddbf8-e290 HTTP/1.1"));
    assert_string_equal(stub_request(stub, 0)->body, "{\"assignedTo\":\"tm-2\"}");
    stub_close(stub);
}

static void no_answer_is_tried_again_and_said_to_be_ambiguous_once_it_was_sent(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct stub_step steps[] = {{STUB_HANG, NULL, NULL}, {STUB_RESET, NULL, NULL}};
    static const int kinds[] = {DEST_TAMIO_API, DEST_CSTAR_API};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 2; i++) {
            struct stub *stub = stub_open();
            AUTO_JSON memo = json_object();
            struct talk t = talk_of(arena, kinds[k], &reply, stub_url(stub), memo);
            stub_script(stub, &steps[i], 1);
            exchange(&t);
            assert_string_equal(t.action, "retry+ambiguous");
            stub_close(stub);
        }
}

/* The vendors' own examples of errors. */
static void the_published_errors_are_read(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { int kind; int64_t status; const char *file, *action, *note; } rows[] = {
        {DEST_TAMIO_API, 400, "events/api/tamio/error-400-ticket-not-found.json", "dead", "Ticket not found (1002)"},
        {DEST_CSTAR_API, 429, "events/api/cstar/error-429.json", "retry", "Rate limit exceeded. Try again in 60 seconds (rate_limit_exceeded)"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n;
        const char *body = fixture_read(arena, rows[i].file, &n);
        AUTO_JSON memo = json_object();
        struct talk t = talk_of(arena, rows[i].kind, &reply, "https://x.example", memo);
        const struct reply r = {.status = rows[i].status, .sent = true, .body = body, .body_n = n};
        composed(&t);
        struct verdict v = destination_of(rows[i].kind)->judge(arena, &t.c, &r, memo);
        assert_string_equal(destination_action(arena, &v, memo, r.status), rows[i].action);
        assert_string_equal(v.note, rows[i].note);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_letter_is_the_call_that_the_vendor_knows),
        cmocka_unit_test(files_that_cannot_go_along_are_named_below_the_text),
        cmocka_unit_test(an_id_stays_one_segment_of_the_path),
        cmocka_unit_test(what_cannot_be_handed_back_is_said),
        cmocka_unit_test(each_answer_on_a_real_socket_has_its_meaning),
        cmocka_unit_test(an_assignment_is_patched_and_notes_no_id),
        cmocka_unit_test(no_answer_is_tried_again_and_said_to_be_ambiguous_once_it_was_sent),
        cmocka_unit_test(the_published_errors_are_read),
    };
    return crypto_open() ? cmocka_run_group_tests_name("handback", tests, NULL, NULL) : 1;
}
