/* The demo's outside world: takes what is signed as it should be, and says no to the rest. */
#include "demo/outside.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static const int64_t now = 1795500000000;
static const char secret[] = "whsec_aGFyYm9yLWRlbW8tc2hvcC10YWtlcy1yZXBsaWVz";
static const char reply[] = "{\"type\":\"message.created\",\"data\":{\"ticket\":{\"key\":\"tamio:1\"},"
                            "\"message\":{\"author\":\"ana\",\"text\":\"h\xc3\xa9llo\"}}}";
struct heard { int count; char what[256]; };
static int port;

static void take(void *arg, const char *path, const char *key, const char *author, const char *text)
{
    struct heard *heard = arg;
    heard->count++;
    snprintf(heard->what, sizeof heard->what, "%s %s %s %s", path, key, author, text);
}

static const char *secret_of(void *arg, const char *path)
{
    (void)arg;
    return strcmp(path, "/shop") == 0 ? secret : NULL;
}

static bool unwell;

static bool well_or_not(void *arg, const char *path, int64_t at)
{
    (void)arg, (void)path;
    return !unwell && at == now;
}

static struct outside *open_one(struct heard *heard)
{
    struct err err = {0};
    int fd = outside_listen(&port, &err);
    assert_true(fd >= 0);
    assert_true(crypto_open());
    *heard = (struct heard){0};
    return outside_new(fd, secret_of, well_or_not, take, heard);
}

static int visit(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static void request(struct str *out, const char *path, const char *with)
{
    AUTO_ARENA arena = arena_new();
    struct signature_header headers[4];
    int n = signature_sign(arena, "standard", with, "msg_1", now / 1000, reply, strlen(reply), headers);
    str_init(out, 8192);
    str_addf(out, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n", path, strlen(reply));
    for (int i = 0; i < n; i++)
        str_addf(out, "%s: %s\r\n", headers[i].name, headers[i].value);
    str_addf(out, "\r\n%s", reply);
}

/* Sends in pieces of `step` bytes, then gives the status; 0 = closed without an answer. */
static int answer_to(struct outside *outside, const char *bytes, size_t n, size_t step)
{
    int fd = visit(), status = 0;
    char got[512] = "";
    for (size_t at = 0; at < n; at += step) {
        assert_true(send(fd, bytes + at, at + step < n ? step : n - at, MSG_NOSIGNAL) > 0);
        outside_run(outside, now);
    }
    for (int tries = 0; tries < 200; tries++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        outside_run(outside, now);
        if (poll(&p, 1, 10) > 0) {
            ssize_t r = recv(fd, got, sizeof got - 1, 0);
            if (r > 9)
                status = (int)strtol(got + 9, NULL, 10);
            break;
        }
    }
    close(fd);
    return status;
}

static void outside__takes_what_is_signed_however_it_is_cut(void **state)
{
    struct heard heard;
    struct outside *outside = open_one(&heard);
    AUTO_STR text;
    (void)state;
    request(&text, "/shop", secret);
    assert_int_equal(answer_to(outside, text.data, text.len, text.len), 200);
    assert_int_equal(answer_to(outside, text.data, text.len, 7), 200);
    assert_int_equal(heard.count, 2);
    assert_string_equal(heard.what, "/shop tamio:1 ana h\xc3\xa9llo");
    outside_free(outside);
}

static void outside__refuses_a_wrong_secret_and_a_path_where_nobody_lives(void **state)
{
    struct heard heard;
    struct outside *outside = open_one(&heard);
    AUTO_STR wrong, nowhere;
    (void)state;
    request(&wrong, "/shop", "whsec_c29tZWJvZHkgZWxzZSBzZW5kcyB0aGlz");
    request(&nowhere, "/attic", secret);
    assert_int_equal(answer_to(outside, wrong.data, wrong.len, wrong.len), 401);
    assert_int_equal(answer_to(outside, nowhere.data, nowhere.len, nowhere.len), 401);
    assert_int_equal(heard.count, 0);
    outside_free(outside);
}

static void outside__answers_nonsense_without_falling_over(void **state)
{
    static const char *const nonsense[] = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n", "POST\r\n\r\n", "POST /shop HTTP/1.1\r\nno colon\r\n\r\n",
                                           "POST /shop HTTP/1.1\r\nContent-Length: -4\r\n\r\n", "POST /shop HTTP/1.1\r\n\r\nbody",
                                           "POST /shop HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi"};
    struct heard heard;
    struct outside *outside = open_one(&heard);
    AUTO_STR good;
    (void)state;
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
        assert_int_equal(answer_to(outside, nonsense[i], strlen(nonsense[i]), 64), 400);
    request(&good, "/shop", secret);
    assert_int_equal(answer_to(outside, good.data, good.len, good.len), 200);
    outside_free(outside);
}

static void outside__outlives_guests_who_say_nothing(void **state)
{
    struct heard heard;
    struct outside *outside = open_one(&heard);
    AUTO_STR good;
    int silent[OUTSIDE_FDS + 3], fds[OUTSIDE_FDS];
    (void)state;
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        silent[i] = visit();
        outside_run(outside, now);
    }
    assert_true(outside_fds(outside, fds) <= OUTSIDE_FDS);
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        close(silent[i]);
    request(&good, "/shop", secret);
    assert_int_equal(answer_to(outside, good.data, good.len, good.len), 200);
    outside_free(outside);
}

static void outside__hands_nothing_over_on_a_bad_day(void **state)
{
    struct heard heard;
    struct str text;
    (void)state;
    struct outside *outside = open_one(&heard);
    request(&text, "/shop", secret);
    unwell = true;
    assert_int_equal(answer_to(outside, text.data, text.len, text.len), 503);
    assert_int_equal(heard.count, 0);
    unwell = false;
    assert_int_equal(answer_to(outside, text.data, text.len, text.len), 200);
    assert_int_equal(heard.count, 1);
    str_fini(&text);
    outside_free(outside);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(outside__takes_what_is_signed_however_it_is_cut),
                                       cmocka_unit_test(outside__hands_nothing_over_on_a_bad_day),
                                       cmocka_unit_test(outside__refuses_a_wrong_secret_and_a_path_where_nobody_lives),
                                       cmocka_unit_test(outside__answers_nonsense_without_falling_over),
                                       cmocka_unit_test(outside__outlives_guests_who_say_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
