/* connection: sockets that are kept, one that was closed meanwhile, a full door, a request that is refused while it is still being sent;
 * over real sockets, by the link that uses them. */
#include "link/connection.h"
#include "base/clock.h"
#include "link/link.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char path[108];

static int door_at(int queue)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(path, sizeof path, "/tmp/triage-connection-test-%d.sock", (int)getpid());
    str_copy(at.sun_path, sizeof at.sun_path, path);
    unlink(path);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, queue), 0);
    return fd;
}

static bool read_head(int fd, char *head, size_t size)
{
    size_t used = 0;
    head[0] = 0;
    while (!strstr(head, "\r\n\r\n")) {
        ssize_t n = read(fd, head + used, size - 1 - used);
        if (n <= 0)
            return false;
        used += (size_t)n;
        head[used] = 0;
    }
    return true;
}

/* What a server process counts. */
struct counts {
    int connections, requests;
};
static struct counts *counts;
static pid_t server;

static void serve_from(int door, void (*serve)(int fd))
{
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(counts, MAP_FAILED);
    server = fork();
    if (server == 0)
        for (;;) {
            int fd = accept(door, NULL, NULL);
            counts->connections++;
            serve(fd);
            close(fd);
        }
}

static void stop(int door)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    munmap(counts, sizeof *counts);
    close(door);
    unlink(path);
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(1);
}

enum { EACH = 3 };

/* Three answers, byte by byte, and then it hangs up without having said so. */
static void serve_three(int fd)
{
    char head[4096];
    for (int i = 0; i < EACH && read_head(fd, head, sizeof head); i++) {
        static const char answer[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
        counts->requests++;
        for (size_t at = 0; at < sizeof answer - 1; at++)
            if (write(fd, answer + at, 1) != 1)
                return;
    }
}

static void sockets_are_kept_and_one_that_was_closed_meanwhile_is_no_failure(void **state)
{
    enum { CALLS = 12 };
    (void)state;
    int door = door_at(8);
    serve_from(door, serve_three);
    struct link *link = link_open(path);
    for (int i = 0; i < CALLS; i++) {
        AUTO_STR body;
        struct err err = {0};
        str_init(&body, 100);
        assert_true(link_call(link, "GET", "/v1/desk", NULL, &body, NULL, &err));
        assert_string_equal(body.data, "{}");
    }
    link_close(link);
    assert_int_equal(counts->connections, CALLS / EACH);
    assert_int_equal(counts->requests, CALLS);
    print_message("# %d calls over %d connections\n", CALLS, counts->connections);
    stop(door);
}

/* One good answer; the next request is read, and then it dies. */
static void serve_one_and_die(int fd)
{
    char head[4096];
    for (int i = 0; i < 2 && read_head(fd, head, sizeof head); i++) {
        counts->requests++;
        if (i == 0)
            say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    }
}

struct got {
    int answers, status;
    bool sent;
    enum err_code code;
};

static void take(void *arg, const struct link_answer *answer)
{
    struct got *got = arg;
    *got = (struct got){got->answers + 1, answer->status, answer->sent, answer->err ? answer->err->code : 0};
}

static struct got call(struct link *link, const char *method, const char *where, const char *body)
{
    struct got got = {0};
    link_send(link, method, where, body, take, &got);
    for (link_run(link); !got.answers; link_run(link))
        link_wait(link, NULL, 0, 1000);
    return got;
}

static void only_what_may_arrive_twice_is_sent_again_when_the_answer_is_lost(void **state)
{
    (void)state;
    int door = door_at(8);
    serve_from(door, serve_one_and_die);
    struct link *link = link_open(path);
    struct got got = call(link, "POST", "/v1/do", "{}");
    assert_int_equal(got.status, 200);
    assert_true(got.sent);
    got = call(link, "POST", "/v1/do", "{}");
    assert_int_equal(got.status, 0);
    assert_int_equal(got.code, ERR_UNAVAILABLE);
    assert_true(got.sent); /* it may have been done */
    assert_int_equal(counts->requests, 2);
    assert_int_equal(call(link, "GET", "/v1/desk", NULL).status, 200);
    got = call(link, "GET", "/v1/desk", NULL);
    assert_int_equal(got.status, 200);
    assert_int_equal(counts->requests, 5); /* the fourth was read, lost, and came again */
    link_close(link);
    stop(door);
    link = link_open(path);
    got = call(link, "POST", "/v1/do", "{}");
    assert_int_equal(got.code, ERR_UNAVAILABLE);
    assert_false(got.sent); /* nobody was there to be told */
    link_close(link);
}

/* Refuses by the head alone, and hangs up on what still comes. */
static void refuse(int fd)
{
    char head[4096];
    if (read_head(fd, head, sizeof head))
        say(fd, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

static void an_upload_that_is_refused_before_it_has_all_gone_is_answered(void **state)
{
    enum { SIZE = 16 << 20 };
    (void)state;
    int door = door_at(8);
    serve_from(door, refuse);
    struct link *link = link_open(path);
    struct got got = {0};
    char *data = calloc(1, SIZE);
    link_upload(link, "/v1/attachments", data, SIZE, take, &got);
    for (link_run(link); !got.answers; link_run(link))
        link_wait(link, NULL, 0, 1000);
    assert_int_equal(got.status, 413);
    assert_false(got.sent);
    link_close(link);
    free(data);
    stop(door);
}

static void answer_by_and_by(int fd)
{
    char head[4096];
    if (!read_head(fd, head, sizeof head))
        return;
    counts->requests++;
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
}

/* Nobody takes anybody in until all are there: more than may wait at the door. */
static void a_full_door_is_waited_at(void **state)
{
    enum { CALLS = 100 };
    (void)state;
    int door = door_at(1);
    struct link *link = link_open(path);
    struct got got = {0};
    for (int i = 0; i < CALLS; i++)
        link_send(link, "GET", "/v1/desk", NULL, take, &got);
    for (int i = 0; i < 3; i++, link_run(link))
        link_wait(link, NULL, 0, 20);
    assert_int_equal(got.answers, 0);
    assert_int_equal(link_status(link)->calls, CALLS);
    serve_from(door, answer_by_and_by);
    for (int64_t end = clock_mono() + 20000; got.answers < CALLS && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 100);
    assert_int_equal(got.answers, CALLS);
    assert_int_equal(got.status, 200);
    assert_int_equal(counts->requests, CALLS);
    link_close(link);
    stop(door);
}

static void keep_silent(int fd)
{
    char head[4096];
    while (read_head(fd, head, sizeof head))
        ;
}

static void patience_ends(void **state)
{
    (void)state;
    int door = door_at(8);
    serve_from(door, keep_silent);
    struct link *link = link_open(path);
    link_patience(link, 30);
    struct got got = call(link, "GET", "/v1/desk", NULL);
    assert_int_equal(got.code, ERR_UNAVAILABLE);
    assert_true(got.sent);
    link_close(link);
    stop(door);
}

/* A path comes from escaped parts, a header's value from a configuration; if one ever held a line's end, it is no second line. */
static void nothing_in_a_path_or_a_header_ends_its_line(void **state)
{
    (void)state;
    char head[4096];
    int door = door_at(8);
    struct link *link = link_open(path);
    link_send(link, "GET", "/v1/x HTTP/1.1\r\nX-Evil: 1", NULL, NULL, NULL);
    link_run(link);
    int fd = accept(door, NULL, NULL);
    assert_true(read_head(fd, head, sizeof head));
    assert_string_equal(head, "GET /v1/x HTTP/1.1\r\nHost: desk\r\n\r\n");
    struct link_header evil = {"Authorization", "Bearer x\r\nX-Evil: 1"};
    struct err err = {0};
    int status = -1;
    assert_false(link_call_with(link, "POST", "/v1/do", &evil, 1, "{}", 2, NULL, &status, &err));
    assert_int_equal(status, 0);
    assert_non_null(strstr(err.text, strerror(EINVAL)));
    link_close(link);
    close(fd);
    close(door);
    unlink(path);
}

static void a_path_that_is_no_socket_name_says_why(void **state)
{
    (void)state;
    char name[300];
    struct err err = {0};
    memset(name, 'x', sizeof name - 1);
    name[0] = '/';
    name[sizeof name - 1] = 0;
    struct link *link = link_open(name);
    assert_false(link_call(link, "GET", "/v1/desk", NULL, NULL, NULL, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    link_close(link);
    link = link_open("/tmp/triage-nobody-listens-here.sock");
    assert_false(link_call(link, "GET", "/v1/desk", NULL, NULL, NULL, &err));
    assert_non_null(strstr(err.text, strerror(ENOENT)));
    link_close(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_are_kept_and_one_that_was_closed_meanwhile_is_no_failure),
        cmocka_unit_test(only_what_may_arrive_twice_is_sent_again_when_the_answer_is_lost),
        cmocka_unit_test(an_upload_that_is_refused_before_it_has_all_gone_is_answered),
        cmocka_unit_test(a_full_door_is_waited_at),
        cmocka_unit_test(patience_ends),
        cmocka_unit_test(nothing_in_a_path_or_a_header_ends_its_line),
        cmocka_unit_test(a_path_that_is_no_socket_name_says_why),
    };
    return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}
