/* server: HTTP on the sockets. It collects a request whole (within limits and deadlines), asks the gate, finds the
 * call in the table and lets its handler answer, or park and answer later; nothing else knows the HTTP library.
 * Handlers run on the library's threads: they read with limits and never wait; to wait for the writer they park. */
#ifndef API_SERVER_H
#define API_SERVER_H
#include "api/request.h"

enum { SERVER_SOCKETS = 4 };
struct server_socket {
    int fd; /* listening; the server takes it */
    enum side side;
    bool local;
};
struct server;
struct server *server_open(struct desk *desk, const struct server_socket *sockets, int count, struct err *err);
void server_sweep(struct server *server);   /* once a second: deadlines, heartbeats */
void server_drain(struct server *server); /* requests that come from now on are told to come back (503, Retry-After) */
void server_close(struct server *server);   /* after the writer has drained: streams say goodbye, then all stops */
#endif
