/* peer: the connections there are, each with the phase it is in and since when. The HTTP library's own timeouts count idle time only; here
 * who takes too long to say something is told so and cut off, the oldest silent one makes room when there are many, and streams have
 * their own ceiling. One lock guards them all; any thread. Times are ms of the monotonic clock. */
#ifndef API_PEER_H
#define API_PEER_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum peer_phase { PEER_HEAD, PEER_BODY, PEER_ANSWER, PEER_IDLE };
struct peer_group { /* those of one listening socket */
    bool local;      /* a Unix socket: who is at the other end can be asked */
    int64_t idle_ms; /* how long they may say nothing between two requests */
    int count;
};
struct peer {
    struct peer *next, **back;
    int fd;
    enum peer_phase phase;
    int64_t since, received; /* received: bytes of the body so far */
    int64_t uid;             /* -1: unknown */
    struct peer_group *group;
    bool dead, streams;      /* dead: told and shut down; the library will close it */
};
struct peers {
    pthread_mutex_t lock;
    pthread_cond_t left;
    struct peer *first; /* newest first */
    int streams, most;  /* most: of each group */
};

void peers_init(struct peers *peers, int most);
void peers_fini(struct peers *peers); /* all have gone */
/* Near `most` of a group its oldest that has not said anything goes. NULL: out of memory. */
struct peer *peer_new(struct peers *peers, struct peer_group *group, int fd);
void peer_free(struct peers *peers, struct peer *peer); /* NULL is fine */
void peer_is(struct peers *peers, struct peer *peer, enum peer_phase phase);
void peer_heard(struct peers *peers, struct peer *peer, size_t n);
/* Its answer is a stream from now on, until peers_stream_ended. false: there are too many, of all or of its uid. */
bool peer_streams(struct peers *peers, struct peer *peer);
void peers_stream_ended(struct peers *peers);
/* Waits for all streams to end, so many seconds at most. */
void peers_await_streams(struct peers *peers, int seconds);
int peers_count(struct peers *peers);
/* Cuts off who is over its deadline. A head has `patience` ms, a body twice that and more the more of it has come. */
void peers_sweep(struct peers *peers, int64_t patience, int64_t now);
#endif
