/* connection: see connection.h. */
#include "link/connection.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SIGPIPE is ignored by main */
#endif

enum { READ_SIZE = 64 << 10, REQUEST_MAX = 64 << 20 };

void connection_init(struct connection *c)
{
    *c = (struct connection){.fd = -1};
    str_init(&c->out, REQUEST_MAX);
    response_init(&c->response);
}

void connection_close(struct connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->kept = false;
}

void connection_fini(struct connection *c)
{
    connection_close(c);
    str_fini(&c->out);
    response_fini(&c->response);
}

bool connection_open(struct connection *c, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (c->fd >= 0)
        return true;
    c->fault = ENAMETOOLONG;
    if (!str_copy(at.sun_path, sizeof at.sun_path, path))
        return false;
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (c->fd >= 0 && fcntl(c->fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0 &&
        (connect(c->fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS)) {
        c->fault = 0;
        return true;
    }
    c->fault = errno;
    connection_close(c);
    return false;
}

short connection_events(const struct connection *c)
{
    return c->sent < c->out.len ? POLLIN | POLLOUT : POLLIN;
}

bool connection_quiet(int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};
    return poll(&at, 1, 0) == 0;
}

static bool later(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN;
}

static enum connection_state broken(struct connection *c, int fault)
{
    c->fault = fault;
    return CONNECTION_BROKEN;
}

static enum connection_state speak(struct connection *c)
{
    while (c->sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
        if (n < 0 && later())
            break;
        if (n < 0)
            return broken(c, errno);
        c->sent += (size_t)n;
    }
    return CONNECTION_BUSY;
}

static enum connection_state state_of(const struct connection *c)
{
    enum response_state state = c->response.state;
    return state == RESPONSE_DONE ? CONNECTION_DONE : state == RESPONSE_BAD ? CONNECTION_BROKEN : CONNECTION_BUSY;
}

/* A daemon that refuses a request before all of it was sent has answered all the same. */
static enum connection_state listen_to(struct connection *c, response_body *body, void *arg)
{
    char bytes[READ_SIZE];
    while (state_of(c) == CONNECTION_BUSY) {
        ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
        if (n < 0 && later())
            return CONNECTION_BUSY;
        if (n < 0)
            return broken(c, errno);
        if (n == 0)
            response_end(&c->response);
        else if (response_feed(&c->response, bytes, (size_t)n, body, arg) < (size_t)n)
            c->response.keeps = false;
    }
    return state_of(c);
}

enum connection_state connection_step(struct connection *c, response_body *body, void *arg)
{
    enum connection_state spoken = speak(c);
    enum connection_state heard = listen_to(c, body, arg);
    return heard == CONNECTION_BUSY ? spoken : heard;
}
