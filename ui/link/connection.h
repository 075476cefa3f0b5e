/* connection: one exchange at a time with a daemon on a Unix socket, never blocking: the request waits here until the socket takes
 * it, the response is read as it comes (link/response). A socket that stays open after it is the next exchange's. It must not move
 * between connection_request and the end of the exchange. */
#ifndef LINK_CONNECTION_H
#define LINK_CONNECTION_H
#include "base/str.h"
#include "link/response.h"

struct connection {
    int fd;       /* -1 = none yet */
    bool served;  /* the socket had exchanges before this one: the daemon may have closed it meanwhile */
    bool ready;   /* something may be done: just begun, or poll said so */
    int fault;    /* errno of what broke it; 0: it ended, or spoke no HTTP */
    struct str out;
    size_t sent;
    struct response response;
};
enum connection_state { CONNECTION_BUSY, CONNECTION_DONE, CONNECTION_BROKEN };
enum { CONNECTION_REQUEST = 66 << 20 }; /* bytes of a request at most; one that was cut is never sent */

void connection_init(struct connection *c);
void connection_fini(struct connection *c); /* closes */
/* Begins a request: method, path and Host. Bytes that could end the line early end the path. */
void connection_request(struct connection *c, const char *method, const char *path);
/* A line of it. One with control bytes would be two: the request is refused (EINVAL in the next step), nothing of it is sent. */
void connection_header(struct connection *c, const char *name, const char *value);
void connection_body(struct connection *c, const char *body, size_t n); /* the end of the request; body NULL = none */
void connection_again(struct connection *c); /* the same request once more, from its first byte, on a socket of its own */
void connection_close(struct connection *c);
/* Opens a socket at path where there is none, and does what can be done now; body gets what comes. */
enum connection_state connection_step(struct connection *c, const char *path, response_body *body, void *arg);
bool connection_left(const struct connection *c);  /* all of the request is on its way */
bool connection_waits(const struct connection *c); /* BUSY, and the door is full: to be tried again, poll knows nothing of it */
short connection_events(const struct connection *c); /* for poll */
/* After DONE: the socket, for connection_adopt of the next one, which owns it then; -1: it cannot be used again. */
int connection_release(struct connection *c);
bool connection_adopt(struct connection *c, int fd); /* false: it was closed meanwhile, or spoke unasked; it is closed */
#endif
