/* gate: what is refused before anybody listens (dependencies.md P1.7, reliability.md 4.2 rows 5 to 18). */
#include "api/gate.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ALLOWED PROBLEMS

struct given {
    const char *what, *method, *version, *url;
    bool local;
    enum problem_id id; /* ALLOWED: it passes */
    const char *headers[8];
};

static enum problem_id ask(const struct given *g)
{
    struct gate_header list[4];
    struct gate_head head = {.method = g->method, .version = g->version, .url = g->url, .headers = list, .local = g->local};
    for (int i = 0; g->headers[i]; i += 2)
        list[head.count++] = (struct gate_header){g->headers[i], g->headers[i + 1], strlen(g->headers[i]), strlen(g->headers[i + 1])};
    enum problem_id id = ALLOWED;
    return gate_check(&head, &id) ? ALLOWED : id;
}

#define H11 "HTTP/1.1"
static const struct given cases[] = {
    {"a plain POST", "POST", H11, "/in/a", true, ALLOWED, {"Host", "desk", "Content-Length", "2"}},
    {"chunked", "POST", H11, "/in/a", true, ALLOWED, {"Host", "localhost", "Transfer-Encoding", "Chunked"}},
    {"our address with a port", "GET", H11, "/in", false, ALLOWED, {"Host", "127.0.0.1:8080"}},
    {"the IPv6 loopback", "GET", H11, "/in", false, ALLOWED, {"Host", "[::1]:8080"}},
    {"two equal lengths", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", "2", "content-length", "2"}},
    {"length and chunked", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", "2", "Transfer-Encoding", "chunked"}},
    {"a list of lengths", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", "2, 2"}},
    {"a signed length", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", "+2"}},
    {"a hex length", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", "0x2"}},
    {"an empty length", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", ""}},
    {"a length beyond 64 bits", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Content-Length", "99999999999999999999"}},
    {"gzip, chunked", "POST", H11, "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Transfer-Encoding", "gzip, chunked"}},
    {"chunked in HTTP/1.0", "POST", "HTTP/1.0", "/in/a", true, PROBLEM_BAD_FRAMING, {"Host", "desk", "Transfer-Encoding", "chunked"}},
    {"no Host", "GET", H11, "/in", true, PROBLEM_BAD_HOST, {0}},
    {"two Hosts", "GET", H11, "/in", true, PROBLEM_BAD_HOST, {"Host", "desk", "Host", "desk"}},
    {"a foreign Host", "GET", H11, "/in", true, PROBLEM_OTHER_HOST, {"Host", "evil.example"}},
    {"a bare name over TCP", "GET", H11, "/in", false, PROBLEM_OTHER_HOST, {"Host", "desk"}},
    {"our name as a prefix", "GET", H11, "/in", false, PROBLEM_OTHER_HOST, {"Host", "localhost.evil.example"}},
    {"a port that is none", "GET", H11, "/in", true, PROBLEM_OTHER_HOST, {"Host", "localhost:80x"}},
    {"a browser", "GET", H11, "/in", true, PROBLEM_BROWSER, {"Host", "desk", "Origin", "null"}},
    {"a space in a header's name", "GET", H11, "/in", true, PROBLEM_BAD_REQUEST, {"Host", "desk", "X Y", "1"}},
    {"an empty header name", "GET", H11, "/in", true, PROBLEM_BAD_REQUEST, {"Host", "desk", "", "1"}},
    {"a control in a value", "GET", H11, "/in", true, PROBLEM_BAD_REQUEST, {"Host", "desk", "X", "a\x01"}},
    {"a control in the URL", "GET", H11, "/in\x7f", true, PROBLEM_BAD_REQUEST, {"Host", "desk"}},
    {"an asterisk", "OPTIONS", H11, "*", true, PROBLEM_BAD_REQUEST, {"Host", "desk"}},
    {"HTTP/2.0", "GET", "HTTP/2.0", "/in", true, PROBLEM_VERSION, {"Host", "desk"}},
    {"CONNECT", "CONNECT", H11, "/in", true, PROBLEM_NOT_IMPLEMENTED, {"Host", "desk"}},
    {"an upgrade", "GET", H11, "/in", true, PROBLEM_NOT_IMPLEMENTED, {"Host", "desk", "Upgrade", "websocket"}},
    {"a POST without length", "POST", H11, "/in/a", true, PROBLEM_LENGTH_REQUIRED, {"Host", "desk"}},
    {"another expectation", "POST", H11, "/in/a", true, PROBLEM_EXPECTATION, {"Host", "desk", "Content-Length", "2", "Expect", "a-miracle"}},
    {"100-continue", "POST", H11, "/in/a", true, ALLOWED, {"Host", "desk", "Content-Length", "2", "Expect", "100-Continue"}},
};

static void each_case_gets_its_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (ask(&cases[i]) != cases[i].id)
            fail_msg("%s: %d instead of %d", cases[i].what, (int)ask(&cases[i]), (int)cases[i].id);
}

static void limits_are_exact(void **state)
{
    (void)state;
    static char url[GATE_URL + 2] = "/", value[GATE_HEADER + 1];
    memset(url + 1, 'a', GATE_URL - 1);
    struct given g = {"", "GET", H11, url, true, ALLOWED, {"Host", "desk"}};
    assert_int_equal(ask(&g), ALLOWED);
    url[GATE_URL] = 'a';
    assert_int_equal(ask(&g), PROBLEM_URI_TOO_LONG);
    memset(value, 'a', sizeof value - 1);
    value[GATE_HEADER - 1] = 0;
    struct given h = {"", "GET", H11, "/", true, ALLOWED, {"Host", "desk", "X", value}};
    assert_int_equal(ask(&h), ALLOWED);
    value[GATE_HEADER - 1] = 'a';
    assert_int_equal(ask(&h), PROBLEM_HEADERS_TOO_LARGE);
}

static void more_than_64_headers_are_too_many(void **state)
{
    (void)state;
    struct gate_header list[GATE_HEADERS + 1];
    struct gate_head head = {.method = "GET", .version = H11, .url = "/", .headers = list, .count = GATE_HEADERS, .local = true};
    enum problem_id id;
    for (int i = 0; i <= GATE_HEADERS; i++)
        list[i] = (struct gate_header){i ? "X" : "Host", "desk", i ? 1 : 4, 4};
    assert_true(gate_check(&head, &id));
    head.count++;
    assert_false(gate_check(&head, &id));
    assert_int_equal(id, PROBLEM_HEADERS_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_gets_its_answer),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(more_than_64_headers_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
