/* doors: bad input at the outside's doors (reliability.md 4.2), raw bytes on a real socket: the promised status and
 * slug from the gate onward; a plain refusal or close from what the HTTP library itself answers; never a row, never a
 * second request served after a doubtful first. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] =
    "team: doors\n"
    "sources:\n"
    "  - {name: open, auth: none}\n"
    "  - {name: small, auth: none, limit: 1 KiB}\n"
    "  - {name: rest, dialect: ingestlayer, auth: bearer, token: 'il_live_1'}\n"
    "  - {name: hook, dialect: ingestlayer, secrets: ['s3cret'], token: 'hook_1'}\n";

static struct daemon_run *run;

static int start(void **state)
{
    (void)state;
    run = daemon_start(config);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

static int64_t events(void)
{
    struct client *desk = client_open(run->desk);
    struct answer a = client_get(desk, "/v1/events?limit=500");
    int64_t n = (int64_t)json_count(json_get(a.json, "events"));
    client_close(desk);
    return n;
}

struct bad {
    int row; /* of the table in reliability.md 4.2 */
    const char *what;
    int status;       /* 0: the library's: any refusal, or a plain close */
    const char *slug;
    bool close;       /* the connection ends */
    const char *bytes;
};
#define LINE "POST /in/open HTTP/1.1\r\n"
#define HOST "Host: desk\r\n"
#define TWO "Content-Length: 2\r\n\r\n{}"

static const struct bad cases[] = {
    {5, "a space before the colon", 0, NULL, true, LINE HOST "X-A : 1\r\n" TWO},
    {5, "a header without a name", 0, NULL, true, LINE HOST ": 1\r\nOrigin: x\r\n" TWO},
    {5, "a broken request line", 0, NULL, true, "POST\r\n" HOST "\r\n"},
    {6, "two lengths", 400, "bad-framing", true, LINE HOST "Content-Length: 2\r\n" TWO},
    {6, "two different lengths", 400, "bad-framing", true, LINE HOST "Content-Length: 9\r\n" TWO},
    {6, "length and chunked", 400, "bad-framing", true, LINE HOST "Transfer-Encoding: chunked\r\nContent-Length: 7\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
    {6, "gzip, chunked", 400, "bad-framing", true, LINE HOST "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
    {6, "a signed length", 0, NULL, true, LINE HOST "Content-Length: +2\r\n\r\n{}"},
    {6, "a hex length", 0, NULL, true, LINE HOST "Content-Length: 0x2\r\n\r\n{}"},
    {6, "an overflowing length", 0, NULL, true, LINE HOST "Content-Length: 99999999999999999999999\r\n\r\n{}"},
    {7, "a bad chunk size", 0, NULL, true, LINE HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"},
    {8, "HTTP/2's preface", 0, NULL, true, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {9, "no Host", 0, NULL, true, "POST /in/open HTTP/1.1\r\n" TWO},
    {9, "two Hosts", 400, "bad-host", true, LINE HOST HOST TWO},
    {9, "another Host", 421, "bad-host", true, LINE "Host: evil.example\r\n" TWO},
    {10, "a browser", 403, "browser-refused", true, LINE HOST "Origin: https://evil.example\r\n" TWO},
    {13, "PUT", 405, "method", false, "PUT /in/open HTTP/1.1\r\n" HOST TWO},
    {13, "DELETE", 405, "method", false, "DELETE /in/open HTTP/1.1\r\n" HOST "\r\n"},
    {14, "CONNECT", 501, "not-implemented", true, "CONNECT /in/open HTTP/1.1\r\n" HOST "\r\n"},
    {14, "an upgrade", 501, "not-implemented", true, "GET /in/open HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"},
    {15, "no length", 411, "length-required", true, LINE HOST "\r\n"},
    {16, "over the source's limit", 413, "too-large", true, "POST /in/small HTTP/1.1\r\n" HOST "Content-Length: 1025\r\n\r\n"},
    {18, "an odd expectation", 417, "expectation", true, LINE HOST "Expect: a-miracle\r\n" TWO},
    {19, "an unknown path", 404, "not-found", false, "GET /nowhere HTTP/1.1\r\n" HOST "\r\n"},
    {19, "a desk call outside", 404, "not-found", false, "GET /v1/desk HTTP/1.1\r\n" HOST "\r\n"},
    {19, "a NUL in the path", 404, "not-found", false, "POST /in/op%00en HTTP/1.1\r\n" HOST TWO},
    {20, "an unknown source", 401, "unauthenticated", false, "POST /in/nobody HTTP/1.1\r\n" HOST TWO},
    {20, "a scheme of yesterday", 401, "", false, "POST /whk/hook_1 HTTP/1.1\r\n" HOST "X-Ingest-Signature: sha1=00\r\n" TWO},
    {24, "a wrong token", 401, "", false, "POST /v1/ingest HTTP/1.1\r\n" HOST "Authorization: Bearer il_live_2\r\n" TWO},
    {24, "no token", 401, "", false, "POST /v1/ingest HTTP/1.1\r\n" HOST TWO},
    {24, "two tokens", 401, "", false, "POST /v1/ingest HTTP/1.1\r\n" HOST "Authorization: Bearer il_live_1\r\nAuthorization: Bearer il_live_1\r\n" TWO},
    {27, "gzip", 415, "encoding", false, LINE HOST "Content-Encoding: gzip\r\n" TWO},
    {45, "two idempotency keys", 400, "bad-idempotency-key", false, LINE HOST "X-Ingest-Idempotency-Key: a\r\nX-Ingest-Idempotency-Key: b\r\n" TWO},
    {29, "nothing", 400, "empty", false, LINE HOST "Content-Length: 0\r\n\r\n"},
    {30, "an overlong NUL", 400, "not-utf8", false, LINE HOST "Content-Length: 4\r\n\r\n\"\xc0\x80\""},
    {30, "a surrogate in UTF-8", 400, "not-utf8", false, LINE HOST "Content-Length: 5\r\n\r\n\"\xed\xa0\x80\""},
    {31, "half an object", 400, "not-json", false, LINE HOST "Content-Length: 1\r\n\r\n{"},
    {31, "trailing bytes", 400, "not-json", false, LINE HOST "Content-Length: 4\r\n\r\n{} x"},
    {31, "NaN", 400, "not-json", false, LINE HOST "Content-Length: 3\r\n\r\nNaN"},
    {31, "single quotes", 400, "not-json", false, LINE HOST "Content-Length: 5\r\n\r\n{'a'}"},
};

static bool fits(const struct bad *b, const struct answer *a)
{
    if (!b->status)
        return a->status == 0 || a->status >= 400;
    char type[96];
    snprintf(type, sizeof type, "urn:triage:problem:%s", b->slug);
    if (a->status != b->status)
        return false;
    return *b->slug ? str_eq(json_get_string(a->json, "type", ""), type) && json_get_i64(a->json, "status", 0) == b->status && a->body_n <= 512
                    : json_get_string(json_get(a->json, "error"), "message", NULL) != NULL;
}

/* A second request behind the first must not be answered where the first one's end is in doubt. */
static bool second_served(struct client *c)
{
    static const char next[] = "GET /in HTTP/1.1\r\nHost: desk\r\n\r\n";
    client_send(c, next, sizeof next - 1);
    struct answer a = client_read(c, 300);
    return a.status == 200;
}

static void each_bad_request_gets_the_answer_promised(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct bad *b = &cases[i];
        struct client *c = client_open(run->ingest);
        client_send(c, b->bytes, strlen(b->bytes));
        struct answer a = client_read(c, 3000);
        bool good = fits(b, &a), second = second_served(c);
        if (!good || second == b->close) {
            wrong++;
            printf("# row %d, %s: %d %s%s\n", b->row, b->what, a.status, a.body ? a.body : "(closed)", second == b->close ? ", the next request" : "");
        }
        client_close(c);
    }
    printf("# %zu cases\n", sizeof cases / sizeof *cases);
    assert_int_equal(wrong, 0);
    assert_int_equal(events(), 0);
}

static struct answer post_bytes(const char *path, const char *body, size_t n)
{
    static struct client *c;
    client_close(c);
    c = client_open(run->ingest);
    return client_ask(c, "POST", path, NULL, body, n);
}

static void a_probe_is_answered_ok(void **state)
{
    (void)state;
    struct client *c = client_open(run->ingest);
    assert_string_equal(client_get(c, "/in/open").body, "ok\n");
    assert_string_equal(client_get(c, "/in").body, "ok\n");
    struct answer a = client_ask(c, "GET", "/in/anything", NULL, NULL, 0);
    assert_int_equal(a.status, 200);
    client_send(c, "HEAD /in/open HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n", 57);
    a = client_read(c, 2000);
    assert_int_equal(a.status, 200);
    client_close(c);
}

static void a_url_of_2_KiB_is_long_enough(void **state)
{
    (void)state;
    AUTO_STR text;
    str_init(&text, 8192);
    struct client *c = client_open(run->ingest);
    str_adds(&text, "GET /");
    for (int i = 0; i < 2047; i++)
        str_addc(&text, 'a');
    str_adds(&text, " HTTP/1.1\r\nHost: desk\r\n\r\n");
    client_send(c, text.data, text.len);
    assert_int_equal(client_read(c, 2000).status, 404);
    str_clear(&text);
    str_adds(&text, "GET /");
    for (int i = 0; i < 2048; i++)
        str_addc(&text, 'a');
    str_adds(&text, " HTTP/1.1\r\nHost: desk\r\n\r\n");
    client_send(c, text.data, text.len);
    assert_int_equal(client_read(c, 2000).status, 414);
    client_close(c);
}

static void a_chunked_body_over_the_limit_is_413_and_one_within_it_is_read(void **state)
{
    (void)state;
    static const char head[] = "POST /in/small HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct client *c = client_open(run->ingest);
    AUTO_STR text;
    str_init(&text, 64 << 10);
    str_adds(&text, head);
    str_adds(&text, "7\r\n{\"a\":1}\r\n0\r\n\r\n");
    client_send(c, text.data, text.len);
    assert_int_equal(client_read(c, 2000).status, 202);
    str_clear(&text);
    str_adds(&text, head);
    for (int i = 0; i < 3; i++) {
        str_adds(&text, "200\r\n");
        for (int k = 0; k < 512; k++)
            str_addc(&text, ' ');
        str_adds(&text, "\r\n");
    }
    str_adds(&text, "0\r\n\r\n");
    client_send(c, text.data, text.len);
    assert_int_equal(client_read(c, 2000).status, 413);
    client_close(c);
}

static void who_expects_100_continue_hears_the_refusal_instead(void **state)
{
    (void)state;
    static const char big[] = "POST /in/small HTTP/1.1\r\nHost: desk\r\nExpect: 100-continue\r\nContent-Length: 4096\r\n\r\n";
    static const char good[] = "POST /in/small HTTP/1.1\r\nHost: desk\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    struct client *c = client_open(run->ingest);
    client_send(c, big, sizeof big - 1);
    assert_int_equal(client_read(c, 2000).status, 413);
    client_close(c);
    c = client_open(run->ingest);
    client_send(c, good, sizeof good - 1);
    client_send(c, "{}", 2);
    assert_int_equal(client_read(c, 2000).status, 202);
    client_close(c);
}

static void json_at_the_edge_is_taken_as_dialects_say(void **state)
{
    (void)state;
    static const struct { int row, status; const char *body; } edges[] = {
        {33, 202, "{\"a\":1,\"a\":2}"}, {34, 202, "{\"a\":\"\\ud800\"}"}, {35, 202, "{\"a\":\"x\\u0000y\\u001b\"}"},
        {36, 202, "[{\"a\":1}]"},       {36, 202, "7"},                 {40, 202, "{\"id\":123456789012345678901234567890}"},
        {30, 202, "\xef\xbb\xbf{}"},    {37, 202, "{\"type\":\"never.seen\"}"}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct answer a = post_bytes("/in/open", edges[i].body, strlen(edges[i].body));
        if (a.status != edges[i].status)
            fail_msg("row %d, %s: %d", edges[i].row, edges[i].body, a.status);
    }
    AUTO_STR deep;
    str_init(&deep, 4096);
    for (int i = 0; i < 513; i++)
        str_addc(&deep, '[');
    for (int i = 0; i < 513; i++)
        str_addc(&deep, ']');
    struct answer a = post_bytes("/in/open", deep.data, deep.len);
    assert_int_equal(a.status, 400);
    assert_string_equal(json_get_string(a.json, "type", ""), "urn:triage:problem:json-limits");
}

static void the_emulated_doors_answer_in_their_own_words(void **state)
{
    (void)state;
    struct client *c = client_open(run->ingest);
    static const char auth[] = "Authorization: Bearer il_live_1\r\n";
    static const char good[] = "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k1\",\"payload\":{\"ticket_id\":\"T-1\","
                               "\"subject\":\"S\",\"body\":\"B\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}";
    struct answer a = client_ask(c, "POST", "/v1/ingest", auth, good, sizeof good - 1);
    assert_int_equal(a.status, 202);
    const struct json *data = json_get(a.json, "data"), *event = json_first(json_get(data, "events"));
    assert_int_equal(json_get_i64(data, "accepted", 0), 1);
    assert_memory_equal(json_get_string(event, "id", ""), "evt_", 4);
    char id[32];
    snprintf(id, sizeof id, "%s", json_get_string(event, "id", ""));
    assert_false(json_get_bool(event, "duplicate", true));
    a = client_ask(c, "POST", "/v1/ingest", auth, good, sizeof good - 1);
    event = json_first(json_get(json_get(a.json, "data"), "events"));
    assert_int_equal(a.status, 202);
    assert_string_equal(json_get_string(event, "id", ""), id);
    assert_true(json_get_bool(event, "duplicate", false));
    a = client_ask(c, "POST", "/v1/ingest", auth, "{\"events\":[]}", 13);
    assert_int_equal(a.status, 400);
    assert_non_null(json_get_string(json_get(a.json, "error"), "message", NULL));
    a = client_ask(c, "POST", "/whk/nobody", NULL, "{}", 2);
    assert_int_equal(a.status, 404);
    assert_non_null(json_get_string(json_get(a.json, "error"), "message", NULL));
    client_close(c);
}

/* --- slow ones --- */

static void a_head_that_never_ends_is_cut_and_a_body_too(void **state)
{
    (void)state;
    struct daemon_run *strict = daemon_make(config);
    strict->more[0] = "--patience";
    strict->more[1] = "400";
    daemon_restart(strict);
    static const char half[] = "POST /in/open HTTP/1.1\r\nHost: desk\r\n", head[] = "POST /in/open HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\n{";
    struct client *a = client_open(strict->ingest), *b = client_open(strict->ingest);
    int64_t began = clock_mono();
    client_send(a, half, sizeof half - 1);
    client_send(b, head, sizeof head - 1);
    struct answer slow = client_read(a, 5000);
    assert_int_equal(slow.status, 408);
    assert_string_equal(json_get_string(slow.json, "type", ""), "urn:triage:problem:timeout");
    assert_int_equal(client_read(b, 5000).status, 408);
    assert_true(clock_mono() - began < 4000);
    struct client *good = client_open(strict->ingest);
    assert_int_equal(client_get(good, "/in").status, 200);
    client_close(a);
    client_close(b);
    client_close(good);
    daemon_remove(strict);
}

static void drops_do_not_hold_a_head_open(void **state)
{
    (void)state;
    struct daemon_run *strict = daemon_make(config);
    strict->more[0] = "--patience";
    strict->more[1] = "400";
    daemon_restart(strict);
    struct client *c = client_open(strict->ingest);
    int64_t began = clock_mono();
    struct answer a = {0};
    client_send(c, "POST /in/open HTTP/1.1\r\nHost: desk\r\nX: ", 39);
    while (!a.status && !a.closed && clock_mono() - began < 5000) {
        client_send(c, "x", 1);
        a = client_read(c, 100);
    }
    assert_int_equal(a.status, 408);
    client_close(c);
    daemon_remove(strict);
}

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void the_port_is_for_webhooks_and_for_our_own_name(void **state)
{
    (void)state;
    char port[16];
    snprintf(port, sizeof port, "%d", free_port());
    struct daemon_run *other = daemon_make(config);
    other->more[0] = "--port";
    other->more[1] = port;
    daemon_restart(other);
    static const char ours[] = "POST /in/open HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 2\r\n\r\n{}";
    static const char desk[] = "GET /v1/desk HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    static const char rebound[] = "POST /in/open HTTP/1.1\r\nHost: desk\r\nContent-Length: 2\r\n\r\n{}";
    struct client *c = client_open(port);
    client_send(c, ours, sizeof ours - 1);
    assert_int_equal(client_read(c, 2000).status, 202);
    client_send(c, desk, sizeof desk - 1);
    assert_int_equal(client_read(c, 2000).status, 404);
    client_send(c, rebound, sizeof rebound - 1);
    assert_int_equal(client_read(c, 2000).status, 421);
    client_close(c);
    daemon_remove(other);
}

/* More connections than there is room for: silent ones make way, none is refused. */
static void silent_connections_make_way_for_new_ones(void **state)
{
    (void)state;
    struct rlimit most;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &most), 0);
    most.rlim_cur = most.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &most), 0);
    struct daemon_run *tight = daemon_make(config);
    tight->files = 256;
    daemon_restart(tight);
    enum { SILENT = 400 };
    static struct client *silent[SILENT];
    for (int i = 0; i < SILENT; i++)
        silent[i] = client_open(tight->ingest);
    struct client *c = client_open(tight->ingest);
    struct answer a = client_post(c, "/in/open", "{}");
    assert_int_equal(a.status, 202);
    client_close(c);
    for (int i = 0; i < SILENT; i++)
        client_close(silent[i]);
    daemon_remove(tight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_request_gets_the_answer_promised),
        cmocka_unit_test(a_probe_is_answered_ok),
        cmocka_unit_test(a_url_of_2_KiB_is_long_enough),
        cmocka_unit_test(a_chunked_body_over_the_limit_is_413_and_one_within_it_is_read),
        cmocka_unit_test(who_expects_100_continue_hears_the_refusal_instead),
        cmocka_unit_test(json_at_the_edge_is_taken_as_dialects_say),
        cmocka_unit_test(the_emulated_doors_answer_in_their_own_words),
        cmocka_unit_test(a_head_that_never_ends_is_cut_and_a_body_too),
        cmocka_unit_test(drops_do_not_hold_a_head_open),
        cmocka_unit_test(the_port_is_for_webhooks_and_for_our_own_name),
        cmocka_unit_test(silent_connections_make_way_for_new_ones),
    };
    return crypto_open() ? cmocka_run_group_tests_name("doors", tests, start, stop) : 1;
}
