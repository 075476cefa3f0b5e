/* client: one buffer of what has come, from which answers and frames are cut. */
#include "harness/client.h"
#include "base/clock.h"
#include "base/str.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

enum { TIMEOUT_MS = 10000, DIAL_MS = 20000 };
struct client {
    char path[108];
    int fd;
    struct str in;    /* bytes not yet used */
    struct str chunk; /* of a stream: decoded, not yet cut into frames */
    bool ended;
    struct arena *arena;
};

/* The sockets listen first: a daemon that answers there may be about to open its port. */
static int dial_port(const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int64_t until = clock_mono() + DIAL_MS;; usleep(5000)) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
            return fd;
        if (errno != ECONNREFUSED || clock_mono() > until)
            fail_msg("connecting to port %s: %s", port, strerror(errno));
        close(fd);
    }
}

static int dial(const char *path)
{
    if (path[0] != '/')
        return dial_port(path);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
        fail_msg("connecting to %s: %s", path, strerror(errno));
    return fd;
}

struct client *client_open(const char *path)
{
    struct client *c = calloc(1, sizeof *c);
    assert_non_null(c);
    snprintf(c->path, sizeof c->path, "%s", path);
    c->fd = dial(path);
    c->arena = arena_new();
    str_init(&c->in, 64 << 20);
    str_init(&c->chunk, 64 << 20);
    return c;
}

void client_close(struct client *c)
{
    if (!c)
        return;
    if (c->fd >= 0)
        close(c->fd);
    str_fini(&c->in);
    str_fini(&c->chunk);
    arena_free(c->arena);
    free(c);
}

struct arena *client_arena(struct client *c)
{
    return c->arena;
}

static void hang_up(struct client *c)
{
    close(c->fd);
    c->fd = -1;
    str_clear(&c->in);
}

void client_send(struct client *c, const void *bytes, size_t n)
{
    for (const char *p = bytes; n;) {
        ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);
        if (sent < 0)
            return; /* the answer says why */
        p += sent;
        n -= (size_t)sent;
    }
}

static bool more(struct client *c, int64_t until)
{
    char buf[64 << 10];
    int64_t wait = until - clock_mono();
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    if (poll(&p, 1, wait > 0 ? (int)wait : 0) <= 0)
        return false;
    ssize_t n = recv(c->fd, buf, sizeof buf, 0);
    if (n <= 0) {
        c->ended = true;
        return false;
    }
    str_add(&c->in, buf, (size_t)n);
    return true;
}

static void use(struct str *text, size_t n)
{
    memmove(text->data, text->data + n, text->len - n);
    text->len -= n;
    text->data[text->len] = 0;
}

static const char *find_header(struct arena *arena, const char *head, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
            const char *value = line + 3 + n + strspn(line + 3 + n, " ");
            return arena_strndup(arena, value, strcspn(value, "\r\n"));
        }
    return NULL;
}

const char *answer_header(const struct client *c, const struct answer *a, const char *name)
{
    return a->head ? find_header(c->arena, a->head, name) : NULL;
}

static bool take_head(struct client *c, struct answer *a, int64_t until)
{
    char *end;
    while (!(end = strstr(c->in.data, "\r\n\r\n")))
        if (!more(c, until))
            return false;
    size_t n = (size_t)(end - c->in.data) + 4;
    a->head = arena_strndup(c->arena, c->in.data, n);
    use(&c->in, n);
    if (sscanf(a->head, "HTTP/1.%*d %d", &a->status) != 1)
        fail_msg("not an answer: %.60s", a->head);
    return true;
}

struct answer client_read(struct client *c, int timeout_ms)
{
    struct answer a = {0};
    int64_t until = clock_mono() + timeout_ms;
    c->ended = false;
    do {
        if (!take_head(c, &a, until)) {
            a = (struct answer){.closed = c->ended};
            return a;
        }
    } while (a.status == 100);
    const char *length = find_header(c->arena, a.head, "Content-Length"), *then = find_header(c->arena, a.head, "Connection");
    size_t n = length ? strtoul(length, NULL, 10) : 0;
    while (c->in.len < n && more(c, until))
        continue;
    a.body_n = c->in.len < n ? c->in.len : n;
    a.body = arena_strndup(c->arena, c->in.data, a.body_n);
    use(&c->in, a.body_n);
    a.closed = then && strcasecmp(then, "close") == 0;
    a.json = json_parse_in(c->arena, a.body, a.body_n, &json_limits_dialect, NULL, NULL);
    return a;
}

struct answer client_ask(struct client *c, const char *method, const char *path, const char *headers, const char *body, size_t n)
{
    AUTO_STR text;
    str_init(&text, 64 << 20);
    arena_reset(c->arena);
    if (c->fd < 0)
        c->fd = dial(c->path);
    str_addf(&text, "%s %s HTTP/1.1\r\nHost: desk\r\n%s", method, path, headers ? headers : "");
    if (body)
        str_addf(&text, "Content-Length: %zu\r\n", n);
    str_adds(&text, "\r\n");
    if (body)
        str_add(&text, body, n);
    client_send(c, text.data, text.len);
    struct answer a = client_read(c, TIMEOUT_MS);
    if (a.closed || !a.status)
        hang_up(c);
    return a;
}

struct answer client_get(struct client *c, const char *path)
{
    return client_ask(c, "GET", path, NULL, NULL, 0);
}

struct answer client_post(struct client *c, const char *path, const char *json)
{
    return client_ask(c, "POST", path, "Content-Type: application/json\r\n", json, strlen(json));
}

/* --- streams --- */

void client_stream(struct client *c, const char *path, const char *headers)
{
    struct answer a = {0};
    AUTO_STR text;
    str_init(&text, 4096);
    str_addf(&text, "GET %s HTTP/1.1\r\nHost: desk\r\n%s\r\n", path, headers ? headers : "");
    client_send(c, text.data, text.len);
    if (!take_head(c, &a, clock_mono() + TIMEOUT_MS) || a.status != 200)
        fail_msg("the stream answered %d", a.status);
}

/* One chunk of the transfer coding; false: not whole yet, or the last. */
static bool unchunk(struct client *c)
{
    char *line = strstr(c->in.data, "\r\n");
    if (!line)
        return false;
    size_t n = strtoul(c->in.data, NULL, 16), head = (size_t)(line - c->in.data) + 2;
    if (c->in.len < head + n + 2)
        return false;
    c->ended = n == 0;
    str_add(&c->chunk, c->in.data + head, n);
    use(&c->in, head + n + 2);
    return n > 0;
}

static void read_line(struct client *c, struct frame_read *f, char *line)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return;
    *colon = 0;
    const char *value = colon + 1 + (colon[1] == ' ');
    if (!*line)
        f->comment = true;
    else if (strcmp(line, "id") == 0)
        snprintf(f->id, sizeof f->id, "%s", value);
    else if (strcmp(line, "event") == 0)
        snprintf(f->event, sizeof f->event, "%s", value);
    else if (strcmp(line, "data") == 0)
        f->data = arena_strdup(c->arena, value);
}

struct frame_read client_frame(struct client *c, int timeout_ms)
{
    struct frame_read f = {0};
    int64_t until = clock_mono() + timeout_ms;
    char *end;
    while (!(end = strstr(c->chunk.data, "\n\n"))) {
        if (unchunk(c))
            continue;
        if (c->ended || !more(c, until)) {
            f.ended = c->ended;
            return f;
        }
    }
    size_t n = (size_t)(end - c->chunk.data);
    char *text = arena_strndup(c->arena, c->chunk.data, n), *next;
    use(&c->chunk, n + 2);
    for (char *line = text; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = 0;
        read_line(c, &f, line);
    }
    return f;
}

struct frame_read client_wait(struct client *c, const char *event, int timeout_ms)
{
    int64_t until = clock_mono() + timeout_ms;
    for (;;) {
        int64_t left = until - clock_mono();
        struct frame_read f = client_frame(c, left > 0 ? (int)left : 0);
        if (strcmp(f.event, event) == 0)
            return f;
        if (f.ended || (!f.event[0] && !f.comment))
            fail_msg("no frame %s within %d ms%s", event, timeout_ms, f.ended ? ": the stream ended" : "");
    }
}
