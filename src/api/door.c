/* door: see door.h. */
#include "api/door.h"
#include "base/clock.h"
#include "base/str.h"
#include "wire/problem.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MS = 500, HEAD_MOST = 8192, AGAIN_S = 5 };

struct door {
    pthread_t thread;
    int wake[2]; /* closed at one end: the thread is to go */
    struct server_socket sockets[SERVER_SOCKETS];
    int count;
    int64_t since; /* clock_mono */
    pthread_mutex_t lock;
    char why[200]; /* under the lock */
};

/* To the blank line, or as far as patience goes: what is asked changes nothing. */
static void hear(int fd)
{
    char head[HEAD_MOST + 1];
    size_t used = 0;
    for (int64_t end = clock_mono() + HEAD_MS, left; used < HEAD_MOST && (left = end - clock_mono()) > 0;) {
        struct pollfd in = {.fd = fd, .events = POLLIN};
        ssize_t n = poll(&in, 1, (int)left) > 0 ? recv(fd, head + used, HEAD_MOST - used, MSG_DONTWAIT) : 0;
        if (n <= 0)
            return;
        used += (size_t)n;
        head[used] = 0;
        if (strstr(head, "\r\n\r\n"))
            return;
    }
}

/* The desk's people are told why; outside it is nobody's business. */
static struct problem problem_at(struct door *door, struct arena *arena, enum side side)
{
    struct err err;
    err_set(&err, ERR_UNAVAILABLE, "The desk is not open yet.");
    struct problem problem = problem_of_err(&err);
    problem.retry_after = AGAIN_S;
    problem.hint = "";
    if (side != SIDE_DESK)
        return problem;
    pthread_mutex_lock(&door->lock);
    problem.detail = arena_printf(arena, "%s, %lld s so far", door->why, (long long)(clock_mono() - door->since) / 1000);
    pthread_mutex_unlock(&door->lock);
    problem.hint = "it opens by itself; the daemon's log says how far it is";
    return problem;
}

static void answer(struct door *door, int fd, enum side side)
{
    AUTO_ARENA arena = arena_new();
    struct problem problem = problem_at(door, arena, side);
    const char *body = problem_print(arena, &problem);
    const char *text = arena_printf(arena, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\nRetry-After: %d\r\n"
                                           "Connection: close\r\nContent-Length: %zu\r\n\r\n%s", problem.status, problem.title, problem.retry_after, strlen(body), body);
    if (send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        shutdown(fd, SHUT_WR);
}

static void welcome(struct door *door, const struct server_socket *socket)
{
    int fd = accept(socket->fd, NULL, NULL);
    if (fd < 0)
        return; /* gone again */
    hear(fd);
    answer(door, fd, socket->side);
    close(fd);
}

static void *stand(void *arg)
{
    struct door *door = arg;
    struct pollfd in[SERVER_SOCKETS + 1] = {{.fd = door->wake[0], .events = POLLIN}};
    for (int i = 0; i < door->count; i++)
        in[i + 1] = (struct pollfd){.fd = door->sockets[i].fd, .events = POLLIN};
    while (poll(in, (nfds_t)door->count + 1, -1) >= 0 || errno == EINTR) {
        if (in[0].revents)
            break;
        for (int i = 0; i < door->count; i++)
            if (in[i + 1].revents)
                welcome(door, &door->sockets[i]);
    }
    return NULL;
}

struct door *door_open(const struct server_socket *sockets, int count, struct err *err)
{
    struct door *door = calloc(1, sizeof *door);
    if (!door)
        abort();
    door->since = clock_mono();
    door->wake[0] = door->wake[1] = -1;
    pthread_mutex_init(&door->lock, NULL);
    for (int i = 0; i < count && i < SERVER_SOCKETS; i++)
        door->sockets[door->count++] = sockets[i];
    int rc = pipe(door->wake) == 0 ? pthread_create(&door->thread, NULL, stand, door) : errno;
    if (rc == 0)
        return door;
    err_set(err, ERR_INTERNAL, "starting what stands at the door: %s", strerror(rc));
    close(door->wake[0]);
    close(door->wake[1]);
    pthread_mutex_destroy(&door->lock);
    free(door);
    return NULL;
}

void door_say(struct door *door, const char *why)
{
    pthread_mutex_lock(&door->lock);
    str_copy(door->why, sizeof door->why, why);
    pthread_mutex_unlock(&door->lock);
}

void door_close(struct door *door)
{
    if (!door)
        return;
    close(door->wake[1]);
    pthread_join(door->thread, NULL);
    close(door->wake[0]);
    pthread_mutex_destroy(&door->lock);
    free(door);
}
