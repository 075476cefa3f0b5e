/* limit: the least a receiver of signed webhooks can do and still promise to keep them: HTTP on a Unix
 * socket, HMAC, a parse of the JSON, the bytes appended to one file, fdatasync, answer. No database, no
 * ticket, no journal. It stands beside the daemon in the same benchmark run, so that the daemon's speed is a
 * share of what this machine can do in that minute, not a number of somebody else's machine.
 *
 * One thread reads and checks; one thread appends whatever waits, syncs once for all of it, and answers: the
 * same group commit as the daemon's. limit SOCKET FILE; runs until it is killed. */
#include "base/crypto.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { REQUEST_MAX = 16 << 10, ROOM = 64 << 20, GATHER = 64 };
static const char secret[] = "whsec_bench";
static const char accepted[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"received\":true}";
static const char refused[] = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";

struct peer {
    struct peer *next; /* waiting for the sync */
    int fd;
    size_t n, body_n;
    const char *body;
    char in[REQUEST_MAX + 1];
};
static struct {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct peer *first, **last;
    int log;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER};

static void must(int result, const char *what)
{
    if (result >= 0)
        return;
    perror(what);
    exit(1);
}

static void answer(int fd, const char *text, size_t n)
{
    if (send(fd, text, n, MSG_NOSIGNAL) < 0)
        return; /* it left; nobody is owed anything */
}

/* --- the thread that writes --- */

static struct peer *take(void)
{
    pthread_mutex_lock(&shared.lock);
    while (!shared.first)
        pthread_cond_wait(&shared.some, &shared.lock);
    struct peer *list = shared.first;
    shared.first = NULL;
    shared.last = &shared.first;
    pthread_mutex_unlock(&shared.lock);
    return list;
}

static void *appender(void *arg)
{
    (void)arg;
    for (;;) {
        struct iovec parts[GATHER];
        struct peer *list = take();
        while (list) {
            int n = 0;
            struct peer *end = list;
            for (; end && n < GATHER; end = end->next)
                parts[n++] = (struct iovec){(void *)(uintptr_t)end->body, end->body_n};
            must((int)writev(shared.log, parts, n), "writev");
            must(fdatasync(shared.log), "fdatasync");
            while (list != end) {
                struct peer *p = list;
                list = p->next; /* after the answer the next request may already be in it */
                answer(p->fd, accepted, sizeof accepted - 1);
            }
        }
    }
    return NULL;
}

/* --- the thread that reads --- */

static const char *header(const char *head, const char *end, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = head; (line = strstr(line, "\r\n")) && line < end; line += 2)
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':')
            return line + 3 + n + strspn(line + 3 + n, " ");
    return NULL;
}

static bool good(const struct peer *p, const char *signature)
{
    uint8_t mac[32];
    char hex[65];
    struct crypto_part part = {p->body, p->body_n};
    crypto_hmac_sha256(secret, sizeof secret - 1, &part, 1, mac);
    crypto_hex(mac, 32, hex);
    if (!signature || strncmp(signature, "sha256=", 7) != 0 || !crypto_equal(signature + 7, hex, 64))
        return false;
    cJSON *json = cJSON_ParseWithLength(p->body, p->body_n);
    bool event = cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(json, "data"));
    cJSON_Delete(json);
    return event;
}

static void enqueue(struct peer *p)
{
    p->next = NULL;
    pthread_mutex_lock(&shared.lock);
    *shared.last = p;
    shared.last = &p->next;
    pthread_cond_signal(&shared.some);
    pthread_mutex_unlock(&shared.lock);
}

/* A whole request, or not yet. One request at a time on a connection: the load waits for its answer. */
static void look(struct peer *p)
{
    p->in[p->n] = 0;
    char *end = strstr(p->in, "\r\n\r\n");
    const char *length = end ? header(p->in, end, "Content-Length") : NULL;
    if (!end || !length)
        return;
    p->body = end + 4;
    p->body_n = strtoul(length, NULL, 10);
    if ((size_t)(p->in + p->n - p->body) < p->body_n)
        return;
    bool ok = good(p, header(p->in, end, "X-Webhook-Signature"));
    p->n = 0;
    if (ok)
        enqueue(p);
    else
        answer(p->fd, refused, sizeof refused - 1);
}

static void pull(struct peer *p)
{
    ssize_t n = recv(p->fd, p->in + p->n, REQUEST_MAX - p->n, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) { /* the load closes when it has every answer: none is owed here */
        close(p->fd);
        free(p);
        return;
    }
    p->n += (size_t)n;
    look(p);
}

static void meet(int epoll, int fd)
{
    struct peer *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->fd = fd;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e), "epoll");
}

static int listen_on(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(path);
    must(bind(fd, (struct sockaddr *)&at, sizeof at), path);
    must(listen(fd, 256), path);
    return fd;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    if (argc != 3 || !crypto_open())
        return 2;
    shared.last = &shared.first;
    shared.log = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(shared.log, argv[2]);
    must(-posix_fallocate(shared.log, 0, ROOM), argv[2]);
    int listener = listen_on(argv[1]), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[64], e = {.events = EPOLLIN};
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e), "epoll");
    must(-pthread_create(&thread, NULL, appender, NULL), "thread");
    for (;;) {
        int n = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                pull(events[i].data.ptr);
            else
                meet(epoll, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
        }
    }
}
