/* ear: see ear.h. Pairs of sockets under one poll; what consoles say is kept, so that it can be searched for afterwards. */
#include "harness/ear.h"
#include "base/str.h"
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

enum { PAIRS = 32, SAID_MAX = 16 << 20 };
static struct {
    int listening, stop[2];
    const char *desk;
    struct { int console, desk; } pair[PAIRS];
    int pairs;
    struct str said; /* under lock */
    pthread_mutex_t lock;
    pthread_t thread;
} ear;

static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    assert_true(str_copy(at.sun_path, sizeof at.sun_path, path));
    return at;
}

static void meet(int console)
{
    struct sockaddr_un at = address(ear.desk);
    int desk = socket(AF_UNIX, SOCK_STREAM, 0);
    if (ear.pairs == PAIRS || connect(desk, (struct sockaddr *)&at, sizeof at) != 0) {
        close(desk);
        close(console);
        return;
    }
    ear.pair[ear.pairs].console = console;
    ear.pair[ear.pairs++].desk = desk;
}

static void part(int i)
{
    close(ear.pair[i].console);
    close(ear.pair[i].desk);
    ear.pair[i] = ear.pair[--ear.pairs];
}

/* false: one of the two is gone. */
static bool pass(int from, int to, bool listen)
{
    char buf[16384];
    ssize_t n = read(from, buf, sizeof buf);
    if (n <= 0)
        return false;
    if (listen) {
        pthread_mutex_lock(&ear.lock);
        str_add(&ear.said, buf, (size_t)n);
        pthread_mutex_unlock(&ear.lock);
    }
    for (ssize_t sent = 0, now; sent < n; sent += now)
        if ((now = send(to, buf + sent, (size_t)(n - sent), MSG_NOSIGNAL)) <= 0)
            return false;
    return true;
}

static void *loop(void *arg)
{
    for (;;) {
        struct pollfd fds[2 + 2 * PAIRS] = {{.fd = ear.stop[0], .events = POLLIN}, {.fd = ear.listening, .events = POLLIN}};
        for (int i = 0; i < ear.pairs; i++) {
            fds[2 + 2 * i] = (struct pollfd){.fd = ear.pair[i].console, .events = POLLIN};
            fds[3 + 2 * i] = (struct pollfd){.fd = ear.pair[i].desk, .events = POLLIN};
        }
        poll(fds, (nfds_t)(2 + 2 * ear.pairs), -1);
        if (fds[0].revents)
            return arg;
        for (int i = ear.pairs - 1; i >= 0; i--)
            if ((fds[2 + 2 * i].revents && !pass(ear.pair[i].console, ear.pair[i].desk, true)) ||
                (fds[3 + 2 * i].revents && !pass(ear.pair[i].desk, ear.pair[i].console, false)))
                part(i);
        if (fds[1].revents)
            meet(accept(ear.listening, NULL, NULL));
    }
}

void ear_open(const char *path, const char *desk)
{
    struct sockaddr_un at = address(path);
    ear.desk = desk;
    ear.pairs = 0;
    str_init(&ear.said, SAID_MAX);
    pthread_mutex_init(&ear.lock, NULL);
    ear.listening = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(ear.listening, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(ear.listening, 16), 0);
    assert_int_equal(pipe(ear.stop), 0);
    assert_int_equal(pthread_create(&ear.thread, NULL, loop, NULL), 0);
}

void ear_close(void)
{
    assert_int_equal(write(ear.stop[1], "", 1), 1);
    pthread_join(ear.thread, NULL);
    while (ear.pairs)
        part(0);
    close(ear.listening);
    close(ear.stop[0]);
    close(ear.stop[1]);
    str_fini(&ear.said);
    pthread_mutex_destroy(&ear.lock);
}

int ear_heard(const char *text)
{
    int n = 0;
    pthread_mutex_lock(&ear.lock);
    assert_false(ear.said.cut);
    for (const char *at = ear.said.data; (at = strstr(at, text)) != NULL; at++)
        n++;
    pthread_mutex_unlock(&ear.lock);
    return n;
}
