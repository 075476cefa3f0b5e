/* load: many clients in one thread, each on a connection of its own. In a closed loop each sends a request,
 * reads its answer, sends the next; at a rate, requests are due at even times whatever becomes of those before
 * them, and whichever connection is free sends the next. What is sent, and what the answers mean, is the
 * caller's business. */
#ifndef HARNESS_LOAD_H
#define HARNESS_LOAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load {
    const char *socket[2]; /* Unix sockets; connections 0.. are on the first, the others on the second */
    int connections[2];
    int rate; /* requests a second over all connections; 0: a closed loop */
    /* The next request of a connection, whole (head and body); its bytes stay until done. false: it has
     * finished. */
    bool (*next)(void *arg, int connection, const char **data, size_t *n);
    /* Its answer, and how long it took: since it was sent, at a rate since it was due. status 0: the connection
     * ended without a whole answer, and no further request comes from it. */
    void (*done)(void *arg, int connection, int status, const char *body, size_t n, int64_t us);
    void *arg;
};
/* Runs until every connection has finished or ended. false: not one could be opened. */
bool load_run(const struct load *load);
#endif
