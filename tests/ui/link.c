/* link and reader: frames in any cut; calls, problems and the stream's return over a real Unix socket. */
#include "link/link.h"
#include "link/problem.h"
#include "base/clock.h"
#include "link/reader.h"
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

struct seen {
    char text[4096];
    int count;
};

static void see(void *arg, const char *event, int64_t id, const char *data, size_t n)
{
    struct seen *seen = arg;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof seen->text - used, "[%s %lld %.*s]", event, (long long)id, (int)n,
             data);
    seen->count++;
}

static const char stream[] =
    ":hello\n\nid: 7\nevent: ticket\ndata: {\"a\":1}\n\nevent: counts\ndata:x\ndata: y\n\n"
    "id: 9\r\nevent: note\r\ndata: crlf\r\n\r\n:\n\nid: 11\ndata: cut";

static void frames_are_the_same_however_the_bytes_are_cut(void **state)
{
    (void)state;
    for (size_t step = 1; step < sizeof stream; step++) {
        struct reader reader;
        struct seen seen = {0};
        reader_init(&reader);
        for (size_t at = 0; at < sizeof stream - 1; at += step)
            reader_feed(&reader, stream + at, at + step < sizeof stream ? step : sizeof stream - 1 - at, see,
                        &seen);
        assert_string_equal(seen.text, "[ticket 7 {\"a\":1}][counts 0 x\ny][note 9 crlf]");
        assert_int_equal(reader.last_id, 9);
        assert_int_equal(reader.comments, 2);
        reader_restart(&reader);
        reader_feed(&reader, "\n", 1, see, &seen);
        assert_int_equal(seen.count, 3);
        reader_fini(&reader);
    }
}

static void a_frame_over_the_ceiling_is_dropped_whole(void **state)
{
    (void)state;
    struct reader reader;
    struct seen seen = {0};
    char *big = malloc(READER_MAX);
    memset(big, 'x', READER_MAX);
    reader_init(&reader);
    reader_feed(&reader, "data: ", 6, see, &seen);
    for (int i = 0; i < 3; i++)
        reader_feed(&reader, big, READER_MAX, see, &seen);
    reader_feed(&reader, "\n\ndata: ok\n\n", 12, see, &seen);
    assert_string_equal(seen.text, "[ 0 ok]");
    reader_fini(&reader);
    free(big);
}

static void a_problem_keeps_its_code_and_hint(void **state)
{
    (void)state;
    struct err err = {0};
    char hint[256];
    const char body[] = "{\"type\":\"urn:triage:problem:conflict\",\"status\":409,\"detail\":\"changed since "
                        "by Ana\",\"hint\":\"look\"}";
    problem_read(409, body, strlen(body), &err, hint);
    assert_int_equal(err.code, ERR_CONFLICT);
    assert_string_equal(err.text, "changed since by Ana");
    assert_string_equal(hint, "look");
    problem_read(404, "<html>", 6, &err, hint);
    assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* --- a small server --- */

static char path[108];

static int listen_at(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(path, sizeof path, "/tmp/triage-link-test-%d.sock", (int)getpid());
    str_copy(at.sun_path, sizeof at.sun_path, path);
    unlink(path);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static void read_head(int fd, char *head, size_t size)
{
    size_t used = 0;
    head[0] = 0;
    while (used + 1 < size && !strstr(head, "\r\n\r\n")) {
        ssize_t n = read(fd, head + used, size - used - 1);
        if (n <= 0)
            break;
        used += (size_t)n;
        head[used] = 0;
    }
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(1);
}

/* Answers one connection by its path; a stream sends two frames, ends, and on its return says where it
 * resumed. To a caller named mute nothing more is said. */
static void serve(int fd)
{
    char head[4096], text[256];
    read_head(fd, head, sizeof head);
    const char *resume = strstr(head, "Last-Event-ID: ");
    if (strstr(head, "GET /v1/stream")) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        snprintf(text, sizeof text, "id: %d\nevent: ticket\ndata: %d\n\n", resume ? 8 : 7,
                 resume ? atoi(resume + 15) : 0);
        say(fd, text);
        if (strstr(head, "X-Triage-Key: mute"))
            read_head(fd, head, sizeof head); /* until the other side hangs up */
    } else if (strstr(head, "GET /v1/ok")) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n{\"a\":12}");
    } else {
        say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 57\r\nConnection: close\r\n\r\n"
                "{\"type\":\"urn:triage:problem:not-found\",\"detail\":\"no #99\"}");
    }
    close(fd);
}

static pid_t server;

static int server_start(void **state)
{
    (void)state;
    int fd = listen_at();
    server = fork();
    if (server == 0)
        for (;;)
            serve(accept(fd, NULL, NULL));
    close(fd);
    return 0;
}

static int server_stop(void **state)
{
    (void)state;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    unlink(path);
    return 0;
}

static void a_call_gives_its_body_and_a_refusal_its_reason(void **state)
{
    (void)state;
    struct link *link = link_open(path);
    struct err err = {0};
    char hint[256];
    AUTO_STR body;
    str_init(&body, 1 << 20);
    assert_true(link_call(link, "GET", "/v1/ok", NULL, &body, hint, &err));
    assert_string_equal(body.data, "{\"a\":12}");
    assert_false(link_call(link, "POST", "/v1/do", "{}", NULL, hint, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_string_equal(err.text, "no #99");
    assert_true(link_status(link)->round_trip_us > 0);
    link_close(link);
}

static void a_missing_daemon_is_unavailable(void **state)
{
    (void)state;
    struct link *link = link_open("/tmp/triage-nobody-listens-here.sock");
    struct err err = {0};
    assert_false(link_call(link, "GET", "/v1/desk", NULL, NULL, NULL, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    link_close(link);
}

static void a_stream_that_ended_comes_back_and_resumes_behind_the_last_entry(void **state)
{
    (void)state;
    struct link *link = link_open(path);
    struct seen seen = {0};
    link_follow(link, -1, see, &seen);
    assert_int_equal(link_status(link)->state, LINK_CONNECTING);
    for (int64_t end = clock_mono() + 20000; seen.count < 2 && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 100);
    assert_string_equal(seen.text, "[ticket 7 0][ticket 8 7]");
    link_close(link);
}

/* Each step happens, in this order, however late somebody looks: first it is quiet, then down, and in the end live again. */
static void a_stream_without_a_heartbeat_is_quiet_then_down_then_live_again(void **state)
{
    (void)state;
    struct link *link = link_open(path);
    struct seen seen = {0};
    const struct link_status *s = link_status(link);
    link_beat(link, 50);
    link_identify(link, "mute");
    link_follow(link, -1, see, &seen);
    int64_t end = clock_mono() + 20000;
    for (; s->state != LINK_QUIET && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 1000);
    assert_int_equal(s->state, LINK_QUIET);
    assert_int_equal(s->gone_since, 0);
    int64_t heard_at = s->heard_at;
    for (; s->state != LINK_DOWN && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 1000);
    assert_int_equal(s->state, LINK_DOWN);
    assert_int_equal(s->gone_since, heard_at); /* not since it was found out */
    assert_true(s->retry_at > heard_at);
    for (; s->state != LINK_LIVE && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 1000);
    assert_int_equal(s->state, LINK_LIVE);
    assert_int_equal(s->gone_since, 0);
    assert_string_equal(seen.text, "[ticket 7 0][ticket 8 7]");
    link_close(link);
}

/* Who listens, but does not answer: one that stands still has a queue, and whoever comes waits in it. */
static int deaf_at(char name[108])
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(name, 108, "/tmp/triage-link-deaf-%d.sock", (int)getpid());
    str_copy(at.sun_path, sizeof at.sun_path, name);
    unlink(name);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static int next_caller(struct link *link, int listener)
{
    int fd = -1;
    for (int64_t end = clock_mono() + 20000; (fd = accept(listener, NULL, NULL)) < 0 && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 20);
    assert_true(fd >= 0);
    return fd;
}

static void a_try_that_hangs_is_given_up_for_a_new_one_when_asked(void **state)
{
    (void)state;
    char name[108], head[4096];
    int listener = deaf_at(name);
    struct link *link = link_open(name);
    struct seen seen = {0};
    const struct link_status *s = link_status(link);
    link_follow(link, 6, see, &seen);
    int hanging = next_caller(link, listener);
    assert_int_equal(s->state, LINK_CONNECTING);
    link_retry(link);
    int fresh = next_caller(link, listener);
    read_head(hanging, head, sizeof head); /* ends at once: that one was hung up */
    read_head(fresh, head, sizeof head);
    assert_non_null(strstr(head, "Last-Event-ID: 6"));
    assert_true(s->gone_since > 0);
    say(fresh, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 7\nevent: ticket\ndata: 0\n\n");
    for (int64_t end = clock_mono() + 20000; !seen.count && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 20);
    assert_string_equal(seen.text, "[ticket 7 0]");
    assert_int_equal(s->state, LINK_LIVE);
    link_retry(link); /* all is well: nothing is tried */
    assert_int_equal(s->state, LINK_LIVE);
    link_close(link);
    close(hanging);
    close(fresh);
    close(listener);
    unlink(name);
}

static void ignore(void *arg, const struct link_answer *answer)
{
    *(int *)arg += answer->status == 200;
}

static void what_is_written_arrives_in_the_order_it_was_sent_and_reading_waits_for_nobody(void **state)
{
    enum { WRITES = 4 };
    (void)state;
    char name[108], head[4096], want[32];
    int listener = deaf_at(name), put = -1, got = -1, answers = 0;
    struct link *link = link_open(name);
    for (int i = 0; i < WRITES; i++) {
        snprintf(want, sizeof want, "/v1/keep/%d", i);
        link_send(link, "PUT", want, "{}", ignore, &answers);
    }
    link_send(link, "GET", "/v1/desk", NULL, ignore, &answers);
    assert_int_equal(link_status(link)->calls, WRITES + 1);
    for (int i = 0; i < 2; i++) { /* one that writes, one that reads */
        int fd = next_caller(link, listener);
        read_head(fd, head, sizeof head);
        *(strstr(head, "GET /v1/desk ") ? &got : &put) = fd;
        assert_true(fd == got || strstr(head, "PUT /v1/keep/0 "));
    }
    say(got, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    for (int64_t end = clock_mono() + 20000; !answers && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 20);
    assert_int_equal(answers, 1);
    assert_int_equal(accept(listener, NULL, NULL), -1); /* the others are not even begun */
    for (int i = 0; i < WRITES; i++) {
        say(put, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        close(put);
        put = i + 1 < WRITES ? next_caller(link, listener) : -1;
        if (put >= 0)
            read_head(put, head, sizeof head);
        snprintf(want, sizeof want, "PUT /v1/keep/%d ", i + 1);
        assert_true(put < 0 || strstr(head, want));
    }
    for (int64_t end = clock_mono() + 20000; answers <= WRITES && clock_mono() < end; link_run(link))
        link_wait(link, NULL, 0, 20);
    assert_int_equal(answers, WRITES + 1);
    assert_int_equal(link_status(link)->calls, 0);
    link_send(link, "PUT", "/v1/keep/more", "{}", ignore, &answers); /* nothing is waited for any more */
    put = next_caller(link, listener);
    link_send(link, "PUT", "/v1/keep/never", "{}", ignore, &answers);
    link_close(link);
    close(got);
    close(put);
    close(listener);
    unlink(name);
}

static void a_readable_descriptor_ends_the_wait(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct link *link = link_open("/tmp/triage-nobody-listens-here.sock");
    assert_int_equal(write(ends[1], "x", 1), 1);
    int64_t start = clock_mono();
    assert_int_equal(link_wait(link, ends, 1, 30000), 1);
    assert_true(clock_mono() - start < 30000);
    link_close(link);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(a_frame_over_the_ceiling_is_dropped_whole),
        cmocka_unit_test(a_problem_keeps_its_code_and_hint),
        cmocka_unit_test(a_call_gives_its_body_and_a_refusal_its_reason),
        cmocka_unit_test(a_missing_daemon_is_unavailable),
        cmocka_unit_test(a_stream_that_ended_comes_back_and_resumes_behind_the_last_entry),
        cmocka_unit_test(a_stream_without_a_heartbeat_is_quiet_then_down_then_live_again),
        cmocka_unit_test(a_try_that_hangs_is_given_up_for_a_new_one_when_asked),
        cmocka_unit_test(what_is_written_arrives_in_the_order_it_was_sent_and_reading_waits_for_nobody),
        cmocka_unit_test(a_readable_descriptor_ends_the_wait),
    };
    return cmocka_run_group_tests_name("link", tests, server_start, server_stop);
}
