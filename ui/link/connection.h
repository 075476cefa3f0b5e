/* connection: one exchange at a time with a daemon on a Unix socket, never blocking: the request waits here until the socket takes
 * it, the response is read as it comes (link/response). A socket that stays open after it is the next exchange's. */
#ifndef LINK_CONNECTION_H
#define LINK_CONNECTION_H
#include "link/response.h"

struct connection {
    int fd;      /* -1 = none */
    bool kept;   /* it served before: the daemon may have closed it meanwhile */
    int fault;   /* errno of what broke it; 0: it ended, or spoke no HTTP */
    struct str out;
    size_t sent;
    struct response response;
};
enum connection_state { CONNECTION_BUSY, CONNECTION_DONE, CONNECTION_BROKEN };

void connection_init(struct connection *c);
void connection_fini(struct connection *c); /* closes */
/* True also where one is open already. False: fault says why; EAGAIN: too many wait at the door, try again. */
bool connection_open(struct connection *c, const char *path);
void connection_close(struct connection *c);
/* Does what can be done now; body gets what comes. */
enum connection_state connection_step(struct connection *c, response_body *body, void *arg);
short connection_events(const struct connection *c); /* for poll */
bool connection_quiet(int fd); /* a kept socket that was neither closed nor spoke unasked */
#endif
