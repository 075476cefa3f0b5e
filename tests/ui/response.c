/* response: the same whatever the cut, and what is no whole HTTP response does not pass for one. */
#include "link/response.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static bool collect(void *arg, const char *bytes, size_t n)
{
    struct str *body = arg;
    str_add(body, bytes, n);
    return !body->cut;
}

/* In pieces of `step` bytes; then the connection ends. How many bytes it took. */
static size_t feed(struct response *r, const char *text, size_t n, size_t step, struct str *body)
{
    size_t at = 0;
    response_init(r);
    while (at < n && r->state == RESPONSE_COMING)
        at += response_feed(r, text + at, step < n - at ? step : n - at, collect, body);
    response_end(r);
    return at;
}

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
    const char *text;
    int status;
    const char *body;
    bool keeps;
    int64_t now;
    size_t over; /* bytes behind it */
} good[] = {
    {OK "Content-Length: 5\r\n\r\nhello", 200, "hello", true, 0, 0},
    {"HTTP/1.1 404 Not Found\r\ncontent-length:2\r\nConnection: close\r\n\r\n{}", 404, "{}", false, 0, 0},
    {CHUNKED "3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\n\r\n", 200, "abc0123456789", true, 0, 0},
    {OK "\r\nuntil the end", 200, "until the end", false, 0, 0},
    {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false, 0, 0},
    {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", true, 0, 0},
    {OK "Content-Length: 0\r\n\r\nHTTP/1.1 500 more", 200, "", true, 0, 17},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\ny", 201, "y", true, 0, 0},
    {OK "X-Triage-Now: 1798761600123\r\nContent-Length: 0\r\n\r\n", 200, "", true, 1798761600123, 0},
    {OK "Empty:\r\nx-triage-now:  7\r\nX-Triage-Now-Or-Never: 8\r\nContent-Length: 0\r\n\r\n", 200, "", true, 7, 0},
    {OK "X-A-Name-Of-Which-The-End-Is-X-Triage-Now: 9\r\nContent-Length: 0\r\n\r\n", 200, "", true, 0, 0},
};
static const char *const bad[] = {
    "",
    "hello\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 abc\r\n\r\n",
    "\r\n\r\n",
    OK "Content-Length: 5\r\n\r\nhell",
    OK "Content-Length: -5\r\n\r\n",
    OK "Content-Length: 99999999999999999999\r\n\r\n",
    OK "Content-Length: 5x\r\n\r\nhello",
    OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
    OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    CHUNKED "xyz\r\n",
    CHUNKED "3\r\nabcd\r\n0\r\n\r\n",
    CHUNKED "3\r\nabc\r\n",
    CHUNKED "ffffffffffffffffff\r\n",
};

static void a_response_is_the_same_however_its_bytes_are_cut(void **state)
{
    (void)state;
    struct response r;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (size_t n = strlen(good[i].text), step = 1; step <= n; step++) {
            AUTO_STR body;
            str_init(&body, 1024);
            size_t took = feed(&r, good[i].text, n, step, &body);
            assert_int_equal(r.state, RESPONSE_DONE);
            assert_int_equal(r.status, good[i].status);
            assert_string_equal(body.data, good[i].body);
            assert_int_equal(r.keeps, good[i].keeps);
            assert_int_equal(r.now, good[i].now);
            assert_int_equal(n - took, good[i].over);
        }
}

static void what_is_no_whole_response_is_bad(void **state)
{
    (void)state;
    struct response r;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t step = 1; step <= strlen(bad[i]) + 1; step++) {
            AUTO_STR body;
            str_init(&body, 1024);
            feed(&r, bad[i], strlen(bad[i]), step, &body);
            if (r.state != RESPONSE_BAD)
                fail_msg("\"%s\" in pieces of %zu", bad[i], step);
        }
}

/* A NUL is nowhere the end of anything. */
static void a_body_may_hold_any_byte_and_a_head_none_but_text(void **state)
{
    (void)state;
    static const char with[] = OK "Content-Length: 3\r\n\r\na\0b", within[] = OK "A\0B: c\r\nContent-Length: 0\r\n\r\n";
    struct response r;
    AUTO_STR body;
    str_init(&body, 16);
    feed(&r, with, sizeof with - 1, 7, &body);
    assert_int_equal(r.state, RESPONSE_DONE);
    assert_int_equal(body.len, 3);
    assert_memory_equal(body.data, "a\0b", 3);
    feed(&r, within, sizeof within - 1, 7, &body);
    assert_int_equal(r.state, RESPONSE_BAD);
}

static void a_head_without_end_and_a_body_nobody_wants_end_the_response(void **state)
{
    (void)state;
    static const char twenty[] = OK "Content-Length: 20\r\n\r\n01234567890123456789";
    struct response r;
    AUTO_STR body, head;
    str_init(&body, 10);
    str_init(&head, RESPONSE_HEAD * 3);
    str_adds(&head, OK);
    while (!head.cut)
        str_adds(&head, "X: y\r\n");
    size_t took = feed(&r, head.data, head.len, 100, &body);
    assert_int_equal(r.state, RESPONSE_BAD);
    assert_in_range(took, RESPONSE_HEAD, RESPONSE_HEAD + 100);
    feed(&r, twenty, sizeof twenty - 1, 100, &body);
    assert_int_equal(r.state, RESPONSE_BAD);
}

/* The parsers bound what a head may hold; a stream is one body for days. */
static void a_stream_has_no_end(void **state)
{
    enum { CHUNKS = 300000 };
    (void)state;
    struct response r;
    AUTO_STR body;
    size_t all = 0;
    str_init(&body, 1 << 10);
    response_init(&r);
    response_feed(&r, CHUNKED, sizeof CHUNKED - 1, collect, &body);
    for (int i = 0; i < CHUNKS; i++) {
        assert_int_equal(response_feed(&r, "5\r\n: hi\n\r\n", 10, collect, &body), 10);
        all += body.len;
        str_clear(&body);
    }
    assert_int_equal(r.state, RESPONSE_COMING);
    assert_int_equal(all, 5 * CHUNKS);
    print_message("# %d chunks of one response\n", CHUNKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_is_the_same_however_its_bytes_are_cut),
        cmocka_unit_test(what_is_no_whole_response_is_bad),
        cmocka_unit_test(a_body_may_hold_any_byte_and_a_head_none_but_text),
        cmocka_unit_test(a_head_without_end_and_a_body_nobody_wants_end_the_response),
        cmocka_unit_test(a_stream_has_no_end),
    };
    return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
