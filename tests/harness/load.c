/* load: one epoll loop. A connection is either free (at a rate), sending, reading or gone. */
#include "harness/load.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 32 << 10 };
struct talk {
    struct talk *next_free;
    int fd, index;
    const char *out;
    size_t out_n, sent, in_n;
    int64_t started;
    bool waits; /* for room to send */
    bool is_free;
    char in[ANSWER_MAX + 1];
};
struct run {
    const struct load *load;
    struct talk *talks, *free, **last_free; /* in turn, so that none is silent for long */
    int epoll, live;
    int64_t start, asked; /* at a rate: when it began, requests since */
};

static int dial(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void hang_up(struct run *r, struct talk *t)
{
    close(t->fd);
    t->fd = -1;
    r->live--;
}

static void lose(struct run *r, struct talk *t)
{
    hang_up(r, t);
    r->load->done(r->load->arg, t->index, 0, "", 0, clock_mono_us() - t->started);
}

static void watch(struct run *r, struct talk *t, int op, bool room)
{
    struct epoll_event e = {.events = EPOLLIN | (room ? EPOLLOUT : 0), .data.ptr = t};
    if (epoll_ctl(r->epoll, op, t->fd, &e) < 0)
        abort();
    t->waits = room;
}

static void push(struct run *r, struct talk *t)
{
    while (t->sent < t->out_n) {
        ssize_t n = send(t->fd, t->out + t->sent, t->out_n - t->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (!t->waits)
                watch(r, t, EPOLL_CTL_MOD, true);
            return;
        }
        if (n < 0) {
            lose(r, t);
            return;
        }
        t->sent += (size_t)n;
    }
    if (t->waits)
        watch(r, t, EPOLL_CTL_MOD, false);
}

static void ask(struct run *r, struct talk *t, int64_t due)
{
    t->sent = t->in_n = 0;
    if (!r->load->next(r->load->arg, t->index, &t->out, &t->out_n)) {
        hang_up(r, t);
        return;
    }
    t->started = due;
    push(r, t);
}

static void ready(struct run *r, struct talk *t)
{
    if (!r->load->rate) {
        ask(r, t, clock_mono_us());
        return;
    }
    t->is_free = true;
    t->next_free = NULL;
    *r->last_free = t;
    r->last_free = &t->next_free;
}

static struct talk *take_free(struct run *r)
{
    struct talk *t = r->free;
    if (!(r->free = t->next_free))
        r->last_free = &r->free;
    t->is_free = false;
    return t;
}

/* How long nothing is due, in microseconds; -1: until a connection is free. */
static int64_t ask_due(struct run *r)
{
    while (r->free) {
        int64_t due = r->start + r->asked * 1000000 / r->load->rate, wait = due - clock_mono_us();
        if (wait > 0)
            return wait;
        struct talk *t = take_free(r);
        if (t->fd < 0)
            continue;
        r->asked++;
        ask(r, t, due);
    }
    return r->live ? -1 : 0;
}

/* The body's length, if the head is whole; -1: not yet. */
static long body_of(struct talk *t, const char **body)
{
    t->in[t->in_n] = 0;
    char *end = strstr(t->in, "\r\n\r\n");
    if (!end)
        return -1;
    *body = end + 4;
    for (char *line = t->in; (line = strstr(line, "\r\n")) && line < end; line += 2)
        if (strncasecmp(line + 2, "content-length:", 15) == 0)
            return strtol(line + 17, NULL, 10);
    return 0;
}

static void pull(struct run *r, struct talk *t)
{
    const char *body = "";
    ssize_t n = recv(t->fd, t->in + t->in_n, ANSWER_MAX - t->in_n, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (t->is_free) { /* a goodbye: nothing was asked */
        hang_up(r, t);
        return;
    }
    if (n <= 0) {
        lose(r, t);
        return;
    }
    t->in_n += (size_t)n;
    long length = body_of(t, &body);
    if (length < 0 || body + length > t->in + t->in_n)
        return;
    int status = 0;
    if (sscanf(t->in, "HTTP/1.1 %d", &status) != 1)
        abort();
    r->load->done(r->load->arg, t->index, status, body, (size_t)length, clock_mono_us() - t->started);
    ready(r, t);
}

static void open_all(struct run *r)
{
    int first = r->load->connections[0], all = first + r->load->connections[1];
    r->talks = calloc((size_t)all, sizeof *r->talks);
    for (int i = 0; r->talks && i < all; i++) {
        struct talk *t = &r->talks[i];
        t->index = i;
        t->fd = dial(r->load->socket[i >= first]);
        if (t->fd < 0)
            continue;
        r->live++;
        watch(r, t, EPOLL_CTL_ADD, false);
    }
    for (int i = 0; r->talks && i < all; i++)
        if (r->talks[i].fd >= 0)
            ready(r, &r->talks[i]);
}

bool load_run(const struct load *load)
{
    struct run r = {.load = load, .epoll = epoll_create1(EPOLL_CLOEXEC), .start = clock_mono_us()};
    struct epoll_event events[64];
    r.last_free = &r.free;
    open_all(&r);
    bool any = r.live > 0;
    while (r.live > 0) {
        int64_t wait = ask_due(&r);
        struct timespec most = {wait / 1000000, wait % 1000000 * 1000};
        int n = epoll_pwait2(r.epoll, events, 64, wait < 0 ? NULL : &most, NULL);
        for (int i = 0; i < n; i++) {
            struct talk *t = events[i].data.ptr;
            if (t->fd >= 0 && (events[i].events & EPOLLOUT))
                push(&r, t);
            if (t->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                pull(&r, t);
        }
    }
    close(r.epoll);
    free(r.talks);
    return any;
}
