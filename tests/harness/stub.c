/* stub: see stub.h. All state is under one lock; a pipe that is closed at the end wakes whoever sleeps in poll. */
#include "harness/stub.h"
#include "base/clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS = 1 << 15, STEPS = 64, HEAD = 64 << 10 };

struct stub {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t listener;
    int fd, port, stop[2];
    char url[64];
    struct arena *arena;
    struct stub_step steps[STEPS];
    int step_count;
    struct stub_step (*player)(void *arg, const struct stub_request *request, struct arena *arena);
    void *player_arg;
    struct stub_request requests[REQUESTS];
    int count, taken, connections, open;
    bool released, forgetful;
};
struct visit { struct stub *stub; int fd; };

static void check(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

/* false: the test is over, or the other side has nothing more to say within ms (-1: wait for it). */
static bool wait_readable(struct stub *s, int fd, int ms)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->stop[0], .events = POLLIN}};
    return poll(p, 2, ms) > 0 && !p[1].revents;
}

static size_t body_size(const char *head)
{
    const char *at = strcasestr(head, "\r\ncontent-length:");
    return at ? strtoul(at + 17, NULL, 10) : 0;
}

static bool read_request(struct stub *s, int fd, struct stub_request *r)
{
    char *buffer = malloc(HEAD + 1), *end = NULL;
    size_t n = 0, want = 0;
    check(buffer != NULL, "malloc");
    while (!end || n < want) {
        ssize_t got = n < HEAD && wait_readable(s, fd, -1) ? read(fd, buffer + n, HEAD - n) : -1;
        if (got <= 0) {
            free(buffer);
            return false;
        }
        n += (size_t)got;
        buffer[n] = '\0';
        if (!end && (end = strstr(buffer, "\r\n\r\n")))
            want = (size_t)(end - buffer) + 4 + body_size(buffer);
    }
    r->body_n = n - ((size_t)(end - buffer) + 4);
    r->body = malloc(r->body_n + 1);
    check(r->body != NULL, "malloc");
    memcpy(r->body, end + 4, r->body_n);
    r->body[r->body_n] = '\0';
    end[2] = '\0';
    r->head = buffer;
    r->at = clock_mono();
    return true;
}

static bool say(int fd, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    while (n) {
        ssize_t out = send(fd, text, n, MSG_NOSIGNAL);
        if (out <= 0)
            return false;
        text += out;
        n -= (size_t)out;
    }
    return true;
}

static void drip(struct stub *s, int fd, const char *text)
{
    struct pollfd p = {.fd = s->stop[0], .events = POLLIN};
    for (; *text && poll(&p, 1, 100) == 0; text++)
        if (send(fd, text, 1, MSG_NOSIGNAL) != 1)
            return;
}

static void hold(struct stub *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->released)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void behave(struct stub *s, int fd, const struct stub_step *step)
{
    struct linger hard = {1, 0};
    char rest[256];
    if (step->manner == STUB_HOLD)
        hold(s);
    if (step->manner == STUB_DRIP) {
        drip(s, fd, step->raw);
        return;
    }
    say(fd, step->raw);
    while (step->manner == STUB_FLOOD && say(fd, step->then))
        continue;
    while (step->manner == STUB_HANG && wait_readable(s, fd, -1) && read(fd, rest, sizeof rest) > 0)
        continue;
    if (step->manner == STUB_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

static struct stub_step next_step(struct stub *s)
{
    pthread_mutex_lock(&s->lock);
    int i = s->taken++;
    struct stub_step step = s->steps[i < s->step_count ? i : s->step_count - 1];
    pthread_mutex_unlock(&s->lock);
    return step;
}

static void record(struct stub *s, const struct stub_request *r)
{
    pthread_mutex_lock(&s->lock);
    check(s->forgetful || s->count < REQUESTS, "stub: too many requests");
    if (s->forgetful) {
        free(r->head);
        free(r->body);
        s->count++;
    } else {
        s->requests[s->count++] = *r;
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static void *visit(void *arg)
{
    struct visit v = *(struct visit *)arg;
    struct stub *s = v.stub;
    struct stub_request r;
    free(arg);
    struct stub_step step = next_step(s);
    if (step.manner == STUB_UNREAD)
        wait_readable(s, v.fd, -1);
    else if (read_request(s, v.fd, &r)) {
        AUTO_ARENA arena = arena_new();
        if (s->player)
            step = s->player(s->player_arg, &r, arena);
        record(s, &r);
        behave(s, v.fd, &step);
    }
    pthread_mutex_lock(&s->lock);
    close(v.fd);
    s->open--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void welcome(struct stub *s, int fd)
{
    struct visit *v = malloc(sizeof *v);
    pthread_t thread;
    check(v != NULL, "malloc");
    *v = (struct visit){s, fd};
    pthread_mutex_lock(&s->lock);
    s->connections++;
    s->open++;
    pthread_mutex_unlock(&s->lock);
    check(pthread_create(&thread, NULL, visit, v) == 0, "pthread_create");
    pthread_detach(thread);
}

static void *listen_on(void *arg)
{
    struct stub *s = arg;
    while (wait_readable(s, s->fd, -1)) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd >= 0)
            welcome(s, fd);
    }
    return NULL;
}

struct stub *stub_open(void)
{
    struct stub *s = calloc(1, sizeof *s);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    check(s && pipe2(s->stop, O_CLOEXEC) == 0, "stub"); /* whoever is started meanwhile does not hold its end open */
    s->arena = arena_new();
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&a, n) == 0 && listen(s->fd, 128) == 0 && getsockname(s->fd, (struct sockaddr *)&a, &n) == 0, "listen");
    s->port = ntohs(a.sin_port);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/hook", s->port);
    s->steps[0] = (struct stub_step)STUB_STATUS("200 OK");
    s->step_count = 1;
    check(pthread_create(&s->listener, NULL, listen_on, s) == 0, "pthread_create");
    return s;
}

void stub_close(struct stub *s)
{
    close(s->stop[1]);
    pthread_join(s->listener, NULL);
    stub_release(s);
    pthread_mutex_lock(&s->lock);
    while (s->open)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->count && !s->forgetful; i++) {
        free(s->requests[i].head);
        free(s->requests[i].body);
    }
    arena_free(s->arena);
    close(s->stop[0]);
    close(s->fd);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void stub_script(struct stub *s, const struct stub_step *steps, int count)
{
    pthread_mutex_lock(&s->lock);
    check(count > 0 && count <= STEPS, "stub: steps");
    for (int i = 0; i < count; i++)
        s->steps[i] = (struct stub_step){steps[i].manner, arena_strdup(s->arena, steps[i].raw), arena_strdup(s->arena, steps[i].then)};
    s->step_count = count;
    s->taken = 0;
    pthread_mutex_unlock(&s->lock);
}

void stub_ask(struct stub *s, struct stub_step (*player)(void *arg, const struct stub_request *request, struct arena *arena), void *arg)
{
    s->player = player;
    s->player_arg = arg;
}

void stub_forget(struct stub *s)
{
    s->forgetful = true;
}

void stub_release(struct stub *s)
{
    pthread_mutex_lock(&s->lock);
    s->released = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

int stub_port(const struct stub *s)
{
    return s->port;
}

const char *stub_url(const struct stub *s)
{
    return s->url;
}

int stub_wait(struct stub *s, int requests, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&s->lock);
    while (s->count < requests && pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
        continue;
    int count = s->count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

static int read_number(struct stub *s, const int *number)
{
    pthread_mutex_lock(&s->lock);
    int value = *number;
    pthread_mutex_unlock(&s->lock);
    return value;
}

int stub_connections(struct stub *s)
{
    return read_number(s, &s->connections);
}

const struct stub_request *stub_request(struct stub *s, int index)
{
    return !s->forgetful && index < read_number(s, &s->count) ? &s->requests[index] : NULL;
}

char *stub_header(const struct stub_request *r, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = strstr(r->head, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
            const char *value = line + 3 + n;
            value += strspn(value, " ");
            return strndup(value, strcspn(value, "\r"));
        }
    return NULL;
}
