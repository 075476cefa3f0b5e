/* peer: a list under one lock. Connections come and go on the HTTP library's threads; main sweeps once a second. A peer is cut by
 * shutting its socket down: the library then finds it closed and frees it. */
#include "api/peer.h"
#include "api/listen.h"
#include "base/clock.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
    STREAMS = 1024,
    STREAMS_EACH = 512, /* per uid: people may share one */
    BODY_RATE = 64,     /* bytes a millisecond that buy a large body more time */
};

void peers_init(struct peers *peers, int most)
{
    *peers = (struct peers){.most = most};
    pthread_mutex_init(&peers->lock, NULL);
    pthread_cond_init(&peers->left, NULL);
}

void peers_fini(struct peers *peers)
{
    pthread_cond_destroy(&peers->left);
    pthread_mutex_destroy(&peers->lock);
}

/* Under the lock: nothing of an answer is on its way in these phases, so a few static bytes may be sent. */
static void cut(struct peer *peer, bool tell)
{
    static const char slow[] = "{\"type\":\"urn:triage:problem:timeout\",\"title\":\"Too slow\",\"status\":408,"
                               "\"detail\":\"The request took too long to arrive.\",\"retryable\":true}";
    char text[512];
    int n = snprintf(text, sizeof text, "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\n"
                     "Cache-Control: no-store\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", sizeof slow - 1, slow);
    if (tell && send(peer->fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        log_line(LOG_DEBUG, "timeout", "told=no");
    shutdown(peer->fd, SHUT_RDWR);
    peer->dead = true;
}

static void make_room(struct peers *peers, const struct peer_group *group)
{
    struct peer *oldest = NULL;
    for (struct peer *p = peers->first; p; p = p->next)
        if (p->group == group && !p->dead && (p->phase == PEER_HEAD || p->phase == PEER_IDLE))
            oldest = p; /* newest first */
    if (oldest)
        cut(oldest, false);
}

struct peer *peer_new(struct peers *peers, struct peer_group *group, int fd)
{
    struct peer *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (struct peer){.fd = fd, .phase = PEER_HEAD, .since = clock_mono(), .uid = -1, .group = group};
    if (group->local && !listen_peer(fd, &p->uid))
        p->uid = -1;
    pthread_mutex_lock(&peers->lock);
    if (++group->count > peers->most * 15 / 16)
        make_room(peers, group);
    p->next = peers->first;
    p->back = &peers->first;
    if (p->next)
        p->next->back = &p->next;
    peers->first = p;
    pthread_mutex_unlock(&peers->lock);
    return p;
}

void peer_free(struct peers *peers, struct peer *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&peers->lock);
    *p->back = p->next;
    if (p->next)
        p->next->back = p->back;
    p->group->count--;
    pthread_mutex_unlock(&peers->lock);
    free(p);
}

void peer_is(struct peers *peers, struct peer *peer, enum peer_phase phase)
{
    pthread_mutex_lock(&peers->lock);
    if (peer->phase != phase) {
        peer->phase = phase;
        peer->since = clock_mono();
        peer->received = 0;
    }
    pthread_mutex_unlock(&peers->lock);
}

void peer_heard(struct peers *peers, struct peer *peer, size_t n)
{
    pthread_mutex_lock(&peers->lock);
    peer->received += (int64_t)n;
    pthread_mutex_unlock(&peers->lock);
}

bool peer_streams(struct peers *peers, struct peer *peer)
{
    int each = 0;
    pthread_mutex_lock(&peers->lock);
    for (struct peer *p = peers->first; p; p = p->next)
        each += p->streams && p->uid == peer->uid;
    bool room = peers->streams < STREAMS && each < STREAMS_EACH;
    peer->streams = room;
    peers->streams += room;
    pthread_mutex_unlock(&peers->lock);
    return room;
}

void peers_stream_ended(struct peers *peers)
{
    pthread_mutex_lock(&peers->lock);
    peers->streams--;
    pthread_cond_broadcast(&peers->left);
    pthread_mutex_unlock(&peers->lock);
}

void peers_await_streams(struct peers *peers, int seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&peers->lock);
    while (peers->streams && pthread_cond_timedwait(&peers->left, &peers->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&peers->lock);
}

int peers_count(struct peers *peers)
{
    int n = 0;
    pthread_mutex_lock(&peers->lock);
    for (const struct peer *p = peers->first; p; p = p->next)
        n++;
    pthread_mutex_unlock(&peers->lock);
    return n;
}

static bool overdue(const struct peer *p, int64_t patience, int64_t now)
{
    int64_t age = now - p->since;
    switch (p->phase) {
    case PEER_HEAD:
        return age > patience;
    case PEER_BODY:
        return age > 2 * patience + p->received / BODY_RATE;
    case PEER_IDLE:
        return age > p->group->idle_ms;
    case PEER_ANSWER:
        return false; /* parked, or the library's write timeout */
    }
    return false;
}

void peers_sweep(struct peers *peers, int64_t patience, int64_t now)
{
    pthread_mutex_lock(&peers->lock);
    for (struct peer *p = peers->first; p; p = p->next)
        if (!p->dead && overdue(p, patience, now))
            cut(p, p->phase == PEER_HEAD || p->phase == PEER_BODY);
    pthread_mutex_unlock(&peers->lock);
}
