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
#define MSG_NOSIGNAL 0 /* main ignores SIGPIPE */
#endif

enum { READ_SIZE = 64 << 10 };

void connection_init(struct connection *c)
{
    *c = (struct connection){.fd = -1};
    str_init(&c->out, CONNECTION_REQUEST);
}

void connection_close(struct connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->served = false;
}

void connection_fini(struct connection *c)
{
    connection_close(c);
    str_fini(&c->out);
}

static void restart(struct connection *c)
{
    response_init(&c->response);
    c->sent = 0;
    c->fault = 0;
    c->ready = true;
}

void connection_request(struct connection *c, const char *method, const char *path)
{
    restart(c);
    str_clear(&c->out);
    str_adds(&c->out, method);
    str_addc(&c->out, ' ');
    str_add(&c->out, path, strcspn(path, " \r\n"));
    str_adds(&c->out, " HTTP/1.1\r\nHost: desk\r\n");
}

static bool plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

void connection_header(struct connection *c, const char *name, const char *value)
{
    if (plain(name) && plain(value))
        str_addf(&c->out, "%s: %s\r\n", name, value);
    else
        c->fault = EINVAL;
}

void connection_body(struct connection *c, const char *body, size_t n)
{
    if (body)
        str_addf(&c->out, "Content-Length: %zu\r\n", n);
    str_adds(&c->out, "\r\n");
    if (body)
        str_add(&c->out, body, n);
}

void connection_again(struct connection *c)
{
    connection_close(c);
    restart(c);
}

static enum connection_state broken(struct connection *c, int fault)
{
    c->fault = fault;
    return CONNECTION_BROKEN;
}

/* BUSY also where the door is full. */
static enum connection_state open_at(struct connection *c, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!str_copy(at.sun_path, sizeof at.sun_path, path))
        return broken(c, ENAMETOOLONG);
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (c->fd >= 0 && fcntl(c->fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0 &&
        (connect(c->fd, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS))
        return CONNECTION_BUSY;
    int fault = errno;
    connection_close(c);
    return fault == EAGAIN ? CONNECTION_BUSY : broken(c, fault);
}

static bool later(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOTCONN;
}

static enum connection_state speak(struct connection *c)
{
    while (!connection_left(c)) {
        ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
        if (n < 0)
            return later() ? CONNECTION_BUSY : broken(c, errno);
        c->sent += (size_t)n;
    }
    return CONNECTION_BUSY;
}

static enum connection_state heard(const struct connection *c)
{
    static const enum connection_state states[] = {
        [RESPONSE_COMING] = CONNECTION_BUSY, [RESPONSE_DONE] = CONNECTION_DONE, [RESPONSE_BAD] = CONNECTION_BROKEN};
    return states[c->response.state];
}

static enum connection_state hear(struct connection *c, response_body *body, void *arg)
{
    char bytes[READ_SIZE];
    while (heard(c) == CONNECTION_BUSY) {
        ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
        if (n < 0)
            return later() ? CONNECTION_BUSY : broken(c, errno);
        if (n == 0)
            response_end(&c->response);
        else if (response_feed(&c->response, bytes, (size_t)n, body, arg) < (size_t)n)
            c->response.keeps = false; /* it said more than it was asked */
        if ((size_t)n < sizeof bytes)
            break;
    }
    return heard(c);
}

/* A daemon that refuses a request before all of it was sent has answered all the same: it is heard, even where it hung up. */
enum connection_state connection_step(struct connection *c, const char *path, response_body *body, void *arg)
{
    c->ready = false;
    if (c->fault || c->out.cut)
        return broken(c, c->fault ? c->fault : EMSGSIZE);
    if (c->fd < 0 && (open_at(c, path) == CONNECTION_BROKEN || c->fd < 0))
        return c->fault ? CONNECTION_BROKEN : CONNECTION_BUSY;
    enum connection_state said = speak(c), came = hear(c, body, arg);
    return came == CONNECTION_BUSY ? said : came;
}

bool connection_left(const struct connection *c)
{
    return c->sent == c->out.len;
}

bool connection_waits(const struct connection *c)
{
    return c->fd < 0;
}

short connection_events(const struct connection *c)
{
    return connection_left(c) ? POLLIN : POLLIN | POLLOUT;
}

int connection_release(struct connection *c)
{
    int fd = c->response.keeps && connection_left(c) ? c->fd : -1;
    if (fd >= 0)
        c->fd = -1;
    return fd;
}

bool connection_adopt(struct connection *c, int fd)
{
    struct pollfd at = {.fd = fd, .events = POLLIN};
    c->fd = fd;
    c->served = true;
    if (poll(&at, 1, 0) == 0)
        return true;
    connection_close(c);
    return false;
}
