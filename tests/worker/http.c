/* http: destinations that misbehave in every way we know, and addresses nobody may be sent to; against a real socket. */
#include "worker/http.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "harness/corpora.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { EXCERPT = 1024 };
/* excerpt: how the answer begins, or why there is none. The texts of reply are gone once done returns. */
struct heard { int count; struct reply reply; char excerpt[EXCERPT + 1], retry_after[128], content_type[128]; };

static void hear(void *arg, const struct http_answer *answer)
{
    struct heard *h = arg;
    h->count++;
    h->reply = answer->reply;
    str_copy(h->excerpt, sizeof h->excerpt, answer->why ? answer->why : answer->reply.body);
    str_copy(h->retry_after, sizeof h->retry_after, answer->reply.retry_after ? answer->reply.retry_after : "");
    str_copy(h->content_type, sizeof h->content_type, answer->reply.content_type ? answer->reply.content_type : "");
}

static struct delivery post(const char *url, bool allow_loopback)
{
    return (struct delivery){.url = url, .allow_loopback = allow_loopback, .body = "{\"a\":1}", .body_n = 7, .header_count = 2,
                            .headers = {{"Content-Type", "application/json"}, {"webhook-id", "msg_1"}}};
}

static struct heard exchange(const struct http_options *o, const char *url, bool allow_loopback)
{
    struct err err = {0};
    struct heard h = {0};
    struct http *http = http_open(o, &err);
    struct delivery r = post(url, allow_loopback);
    assert_non_null(http);
    if (!http_start(http, &r, hear, &h, &err))
        str_copy(h.excerpt, sizeof h.excerpt, err.text);
    while (http_count(http))
        http_run(http, 1000);
    http_close(http);
    return h;
}

static void a_request_arrives_as_it_was_composed(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    static const struct stub_step step = {STUB_ANSWER, "HTTP/1.1 202 Accepted\r\nRetry-After:  17 \r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", NULL};
    stub_script(stub, &step, 1);
    struct heard h = exchange(&(struct http_options){0}, stub_url(stub), true);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.reply.status, 202);
    assert_true(h.reply.sent);
    assert_string_equal(h.excerpt, "hello");
    assert_string_equal(h.retry_after, "17");
    assert_string_equal(h.content_type, "text/plain");
    assert_int_equal(stub_wait(stub, 1, 1000), 1);
    const struct stub_request *r = stub_request(stub, 0);
    assert_true(str_starts(r->head, "POST /hook HTTP/1.1\r\n"));
    assert_string_equal(r->body, "{\"a\":1}");
    static const struct { const char *name, *value; } headers[] = {
        {"Content-Type", "application/json"}, {"webhook-id", "msg_1"}, {"Content-Length", "7"}, {"Expect", NULL}, {"Accept-Encoding", NULL}};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char *value = stub_header(r, headers[i].name);
        if (headers[i].value)
            assert_string_equal(value, headers[i].value);
        else
            assert_null(value);
        free(value);
    }
    stub_close(stub);
}

static const struct hostile { const char *name; struct stub_step step; int status; const char *excerpt; } hostile[] = {
    {"nothing to say", STUB_STATUS("204 No Content"), 204, ""},
    {"a server error", {STUB_ANSWER, "HTTP/1.1 500 Oh\r\nContent-Length: 4\r\n\r\noops", NULL}, 500, "oops"},
    {"gone", STUB_STATUS("410 Gone"), 410, ""},
    {"a chunked answer", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", NULL}, 200, "abc"},
    {"more than it announced", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcdef", NULL}, 200, "ab"},
    {"less than it announced", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc", NULL}, 0, NULL},
    {"a chunk that is none", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", NULL}, 0, NULL},
    {"a chunk that is cut", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabc", NULL}, 0, NULL},
    {"a compressed body is left alone", {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", NULL}, 200, "\x1f\x8b\x08"},
    {"no status line", {STUB_ANSWER, "hello there\r\n\r\n", NULL}, 0, NULL},
    {"no answer at all", {STUB_ANSWER, NULL, NULL}, 0, NULL},
    {"a reset at once", {STUB_RESET, NULL, NULL}, 0, NULL},
    {"a reset in the headers", {STUB_RESET, "HTTP/1.1 200 OK\r\nX-A", NULL}, 0, NULL},
    {"a reset in the body", {STUB_RESET, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", NULL}, 0, NULL},
    {"closed before it read", {STUB_UNREAD, NULL, NULL}, 0, NULL},
    {"silence", {STUB_HANG, NULL, NULL}, 0, "imed out"},
    {"silence after the headers", {STUB_HANG, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", NULL}, 0, "imed out"},
    {"a byte now and then", {STUB_DRIP, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", NULL}, 0, "imed out"},
    {"endless headers", {STUB_FLOOD, "HTTP/1.1 200 OK\r\n", "X-More: and more and more and more\r\n"}, 0, "headers of the answer are too large"},
    {"endless 1xx answers", {STUB_FLOOD, "HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"}, 0, "headers of the answer are too large"},
    {"an endless body", {STUB_FLOOD, "HTTP/1.1 200 OK\r\n\r\n", "0123456789abcdef"}, 200, "0123456789abcdef"},
    {"10 GB announced and begun", {STUB_FLOOD, "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", "0123456789abcdef"}, 200, "0123456789abcdef"},
    {"an endless chunked error", {STUB_FLOOD, "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n", "10\r\n0123456789abcdef\r\n"}, 503, "0123456789abcdef"},
};

static void a_hostile_answer_is_recorded_for_what_it_is(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const struct hostile *row = &hostile[i];
        stub_script(stub, &row->step, 1);
        int64_t from = clock_mono();
        struct heard h = exchange(&(struct http_options){.total_ms = 400}, stub_url(stub), true);
        if (h.count != 1 || h.reply.status != row->status || (row->excerpt && !strstr(h.excerpt, row->excerpt)) || !h.reply.sent)
            fail_msg("%s: %d times, status %d, sent %d, '%s'", row->name, h.count, (int)h.reply.status, h.reply.sent, h.excerpt);
        if (!row->status && !*h.excerpt)
            fail_msg("%s: nothing said why", row->name);
        assert_true(clock_mono() - from < 2000);
        assert_true(h.reply.body_n <= DELIVERY_REPLY_MAX);
        assert_int_equal(h.reply.body_cut, row->step.manner == STUB_FLOOD && row->status);
    }
    stub_close(stub);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    struct stub *stub = stub_open(), *other = stub_open();
    static const int codes[] = {301, 302, 303, 307, 308};
    for (int i = 0; i < 5; i++) {
        char raw[256];
        snprintf(raw, sizeof raw, "HTTP/1.1 %d Away\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", codes[i], stub_url(other));
        struct stub_step step = {STUB_ANSWER, raw, NULL};
        stub_script(stub, &step, 1);
        struct heard h = exchange(&(struct http_options){0}, stub_url(stub), true);
        assert_int_equal(h.reply.status, codes[i]);
    }
    assert_int_equal(stub_connections(stub), 5);
    assert_int_equal(stub_connections(other), 0);
    stub_close(stub);
    stub_close(other);
}

static void no_connection_is_made_to_an_address_that_is_refused(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    AUTO_ARENA arena = arena_new();
    int port = stub_port(stub);
    /* A name that a resolver answers with these. */
    static const char *const answers[] = {"127.0.0.1", "::1", "::ffff:127.0.0.1", "192.0.2.1,127.0.0.1", "10.0.0.1", "0.0.0.0", "169.254.169.254"};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct http_options o = {.connect_ms = 1000, .resolve = arena_printf(arena, "rebound.example:%d:%s", port, answers[i])};
        struct heard h = exchange(&o, arena_printf(arena, "https://rebound.example:%d/", port), false);
        if (h.count != 1 || h.reply.status || h.reply.sent || !strstr(h.excerpt, "refused"))
            fail_msg("%s: %d times, status %d, '%s'", answers[i], h.count, (int)h.reply.status, h.excerpt);
    }
    static const char *const urls[] = {"https://localhost:%d/", "https://LOCALHOST.:%d/", "http://localhost:%d/", "http://127.0.0.1:%d/", "https://[::1]:%d/",
                                       "https://ana@127.0.0.1:%d/", "https://127.1:%d/", "https://2130706433:%d/", "http://0.0.0.0:%d/", "https://[::ffff:7f00:1]:%d/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char url[128], *hole = strstr(urls[i], "%d");
        snprintf(url, sizeof url, "%.*s%d%s", (int)(hole - urls[i]), urls[i], port, hole + 2);
        struct heard h = exchange(&(struct http_options){.connect_ms = 1000}, url, false);
        if (h.reply.status || h.reply.sent || !*h.excerpt)
            fail_msg("%s: status %d, '%s'", url, (int)h.reply.status, h.excerpt);
    }
    assert_int_equal(stub_connections(stub), 0);
    stub_close(stub);
}

/* Both ways a host gets there: written in the URL, and as what a name resolves to. false: not refused. */
static bool is_refused(const char *host, int port, char *why, size_t size)
{
    AUTO_ARENA arena = arena_new();
    const char *bracketed = strchr(host, ':') ? arena_printf(arena, "[%s]", host) : host;
    struct http_options o = {.connect_ms = 1000, .resolve = arena_printf(arena, "rebound.example:%d:%s", port, bracketed)};
    struct heard direct = exchange(&(struct http_options){.connect_ms = 1000}, arena_printf(arena, "https://%s:%d/", bracketed, port), false);
    struct heard resolved = exchange(&o, arena_printf(arena, "https://rebound.example:%d/", port), false);
    snprintf(why, size, "%d times, '%s'; resolved: %d times, '%s'", direct.count, direct.excerpt, resolved.count, resolved.excerpt);
    return direct.count == 0 && strstr(direct.excerpt, "refused") && resolved.count == 1 && !resolved.reply.sent && strstr(resolved.excerpt, "refused");
}

/* What may be connected to is only begun: a test leaves for nowhere. */
static bool is_begun(const char *url)
{
    struct err err = {0};
    struct heard h = {0};
    struct http *http = http_open(&(struct http_options){0}, &err);
    struct delivery r = post(url, false);
    bool begun = http_start(http, &r, hear, &h, &err);
    http_close(http);
    return begun;
}

static bool row_holds(const char *kind, const char *value, bool block, int port, char *why, size_t size)
{
    AUTO_ARENA arena = arena_new();
    const char *url = str_eq(kind, "url") ? value : arena_printf(arena, strchr(value, ':') ? "https://[%s]/" : "https://%s/", value);
    str_copy(why, size, "the URL");
    if (is_begun(url) == block)
        return false;
    return !block || str_eq(kind, "url") || is_refused(value, port, why, size);
}

static void every_address_of_the_corpus_is_refused_or_not_as_it_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    FILE *file = fopen(arena_printf(arena, "%s/ssrf/addresses-svix.tsv", corpora_needed("ssrf")), "r");
    if (!file) {
        print_message("# skipped: no ssrf/addresses-svix.tsv below TRIAGE_CORPORA\n");
        skip();
    }
    struct stub *stub = stub_open();
    int refused = 0, allowed = 0;
    for (char line[512], kind[16], value[128], expect[16], why[2 * EXCERPT + 128]; fgets(line, sizeof line, file);) {
        if (sscanf(line, "%15s %127s %15s", kind, value, expect) != 3 || str_eq(kind, "kind"))
            continue;
        bool block = !str_eq(expect, "allow"); /* or an address no URL can have */
        if (!row_holds(kind, value, block, stub_port(stub), why, sizeof why))
            fail_msg("%s %s is not what it should be (%s): %s", kind, value, expect, why);
        *(block ? &refused : &allowed) += 1;
    }
    fclose(file);
    print_message("# %d SSRF rows refused, %d allowed, %d connections\n", refused, allowed, stub_connections(stub));
    assert_true(refused > 0 && allowed > 0);
    assert_int_equal(stub_connections(stub), 0);
    stub_close(stub);
}

static void plain_http_leaves_for_loopback_only(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    AUTO_ARENA arena = arena_new();
    struct http_options o = {.resolve = arena_printf(arena, "shop.example:%d:127.0.0.1", stub_port(stub))};
    struct heard h = exchange(&o, arena_printf(arena, "http://shop.example:%d/", stub_port(stub)), true);
    assert_int_equal(h.reply.status, 200);
    o.resolve = arena_printf(arena, "shop.example:%d:8.8.8.8", stub_port(stub));
    h = exchange(&o, arena_printf(arena, "http://shop.example:%d/", stub_port(stub)), true);
    assert_int_equal(h.reply.status, 0);
    assert_non_null(strstr(h.excerpt, "plain text is for loopback only"));
    assert_int_equal(stub_connections(stub), 1);
    stub_close(stub);
}

static void what_speaks_no_tls_gets_no_request(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    char url[64];
    static const struct stub_step step = {STUB_UNREAD, NULL, NULL};
    stub_script(stub, &step, 1);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", stub_port(stub));
    struct heard h = exchange(&(struct http_options){.total_ms = 1000}, url, true);
    assert_int_equal(h.count, 1);
    assert_int_equal(h.reply.status, 0);
    assert_false(h.reply.sent);
    stub_close(stub);
}

static void nobody_listening_is_no_answer(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    char url[64];
    str_copy(url, sizeof url, stub_url(stub));
    stub_close(stub);
    struct heard h = exchange(&(struct http_options){0}, url, true);
    assert_int_equal(h.reply.status, 0);
    assert_false(h.reply.sent);
    assert_non_null(strstr(h.excerpt, "onnect"));
}

static void the_environment_names_no_proxy(void **state)
{
    (void)state;
    struct stub *stub = stub_open(), *proxy = stub_open();
    static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"};
    for (int i = 0; i < 4; i++)
        setenv(names[i], stub_url(proxy), 1);
    struct heard h = exchange(&(struct http_options){0}, stub_url(stub), true);
    for (int i = 0; i < 4; i++)
        unsetenv(names[i]);
    assert_int_equal(h.reply.status, 200);
    assert_int_equal(stub_connections(proxy), 0);
    stub_close(stub);
    stub_close(proxy);
}

static void what_is_under_way_is_dropped_at_close(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    static const struct stub_step step = {STUB_HANG, NULL, NULL};
    struct err err = {0};
    struct heard h = {0};
    stub_script(stub, &step, 1);
    struct http *http = http_open(&(struct http_options){0}, &err);
    struct delivery r = post(stub_url(stub), true);
    assert_true(http_start(http, &r, hear, &h, &err));
    for (int64_t until = clock_mono() + 2000; stub_wait(stub, 1, 0) < 1 && clock_mono() < until;)
        http_run(http, 10);
    assert_int_equal(stub_wait(stub, 1, 0), 1);
    assert_int_equal(http_count(http), 1);
    http_close(http);
    assert_int_equal(h.count, 0);
    stub_close(stub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_arrives_as_it_was_composed),
        cmocka_unit_test(a_hostile_answer_is_recorded_for_what_it_is),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(no_connection_is_made_to_an_address_that_is_refused),
        cmocka_unit_test(every_address_of_the_corpus_is_refused_or_not_as_it_says),
        cmocka_unit_test(plain_http_leaves_for_loopback_only),
        cmocka_unit_test(what_speaks_no_tls_gets_no_request),
        cmocka_unit_test(nobody_listening_is_no_answer),
        cmocka_unit_test(the_environment_names_no_proxy),
        cmocka_unit_test(what_is_under_way_is_dropped_at_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
