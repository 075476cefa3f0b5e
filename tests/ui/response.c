/* response: the same whatever the cut, and nothing that is no HTTP passes; kept sockets over a real server that drops them. */
#include "link/response.h"
#include "link/link.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static bool collect(void *arg, const char *bytes, size_t n)
{
    struct str *body = arg;
    str_add(body, bytes, n);
    return !body->cut;
}

/* In pieces of `step` bytes; then the connection ends. How many bytes it took. */
static size_t feed(struct response *r, const char *text, size_t step, struct str *body)
{
    size_t n = strlen(text), at = 0, took = 1;
    while (at < n && took) {
        took = response_feed(r, text + at, step < n - at ? step : n - at, collect, body);
        at += took;
    }
    response_end(r);
    return at;
}

static const struct {
    const char *text;
    int status;
    const char *body;
    bool keeps;
    size_t over; /* bytes behind it */
} good[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true, 0},
    {"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", 200, "hello", true, 0},
    {"HTTP/1.1 404 Not Found\r\ncontent-length:2\r\nConnection: close\r\n\r\n{}", 404, "{}", false, 0},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\nA: b\r\n\r\n", 200, "abc0123456789", true, 0},
    {"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end", false, 0},
    {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false, 0},
    {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", true, 0},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore", 200, "", true, 4},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\ny", 201, "y", true, 0},
};
static const char *const bad[] = {
    "",
    "hello\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 99 No\r\n\r\n",
    "\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
};

static void a_response_is_the_same_however_its_bytes_are_cut(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (size_t step = 1; step <= strlen(good[i].text); step++) {
            AUTO_STR body;
            str_init(&body, 1024);
            response_restart(&r);
            size_t took = feed(&r, good[i].text, step, &body);
            assert_int_equal(r.state, RESPONSE_DONE);
            assert_int_equal(r.status, good[i].status);
            assert_string_equal(body.data, good[i].body);
            assert_int_equal(r.keeps, good[i].keeps);
            assert_int_equal(strlen(good[i].text) - took, good[i].over);
        }
    response_fini(&r);
}

static void what_is_no_whole_response_is_bad(void **state)
{
    (void)state;
    struct response r;
    response_init(&r);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t step = 1; step <= strlen(bad[i]) + 1; step++) {
            AUTO_STR body;
            str_init(&body, 1024);
            response_restart(&r);
            feed(&r, bad[i], step, &body);
            assert_int_equal(r.state, RESPONSE_BAD);
        }
    response_fini(&r);
}

static void a_line_without_end_and_a_body_nobody_wants_end_the_response(void **state)
{
    (void)state;
    struct response r;
    AUTO_STR body, line;
    str_init(&body, 10);
    str_init(&line, RESPONSE_LINE * 3);
    str_adds(&line, "HTTP/1.1 200 OK\r\nX: ");
    while (!line.cut)
        str_addc(&line, 'x');
    response_init(&r);
    feed(&r, line.data, 100, &body);
    assert_int_equal(r.state, RESPONSE_BAD);
    response_restart(&r);
    feed(&r, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789", 100, &body);
    assert_int_equal(r.state, RESPONSE_BAD);
    response_fini(&r);
}

/* --- a server that keeps a connection for so many requests, says so or not, and counts its connections --- */

static void serve(int fd, int requests)
{
    char head[4096];
    for (int i = 0; i < requests; i++) {
        size_t used = 0;
        head[0] = 0;
        while (!strstr(head, "\r\n\r\n")) {
            ssize_t n = read(fd, head + used, sizeof head - 1 - used);
            if (n <= 0)
                return;
            used += (size_t)n;
            head[used] = 0;
        }
        const char answer[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        for (size_t at = 0; at < sizeof answer - 1; at++)
            if (write(fd, answer + at, 1) != 1)
                return;
    }
}

static void sockets_are_kept_and_one_that_was_closed_meanwhile_is_no_failure(void **state)
{
    (void)state;
    enum { CALLS = 12, EACH = 3 };
    char path[100];
    int said[2];
    snprintf(path, sizeof path, "/tmp/triage-response-test-%d.sock", (int)getpid());
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    str_copy(at.sun_path, sizeof at.sun_path, path);
    int door = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(path);
    assert_int_equal(bind(door, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(door, 8), 0);
    assert_int_equal(pipe(said), 0);
    pid_t pid = fork();
    if (pid == 0)
        for (;;) {
            int fd = accept(door, NULL, NULL);
            serve(fd, EACH);
            close(fd);
            if (write(said[1], "c", 1) != 1)
                _exit(1);
        }
    struct link *link = link_open(path);
    for (int i = 0; i < CALLS; i++) {
        AUTO_STR body;
        struct err err = {0};
        str_init(&body, 100);
        assert_true(link_call(link, "GET", "/v1/desk", NULL, &body, NULL, &err));
        assert_string_equal(body.data, "{}");
    }
    link_close(link);
    for (int i = 0; i < CALLS / EACH; i++) {
        char c;
        assert_int_equal(read(said[0], &c, 1), 1);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    print_message("# %d calls over %d connections\n", CALLS, CALLS / EACH);
    close(door);
    unlink(path);
}

/* A path comes from escaped parts; if one ever were not, it is no second request. */
static void nothing_in_a_path_ends_the_request_line(void **state)
{
    (void)state;
    char path[100], got[4096] = "";
    snprintf(path, sizeof path, "/tmp/triage-response-line-%d.sock", (int)getpid());
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    str_copy(at.sun_path, sizeof at.sun_path, path);
    int door = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(path);
    assert_int_equal(bind(door, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(door, 8), 0);
    struct link *link = link_open(path);
    link_send(link, "GET", "/v1/x HTTP/1.1\r\nX-Evil: 1", NULL, NULL, NULL);
    link_run(link);
    int fd = accept(door, NULL, NULL);
    assert_true(read(fd, got, sizeof got - 1) > 0);
    assert_string_equal(got, "GET /v1/x HTTP/1.1\r\nHost: desk\r\n\r\n");
    link_close(link);
    close(fd);
    close(door);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_is_the_same_however_its_bytes_are_cut),
        cmocka_unit_test(what_is_no_whole_response_is_bad),
        cmocka_unit_test(a_line_without_end_and_a_body_nobody_wants_end_the_response),
        cmocka_unit_test(sockets_are_kept_and_one_that_was_closed_meanwhile_is_no_failure),
        cmocka_unit_test(nothing_in_a_path_ends_the_request_line),
    };
    return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
