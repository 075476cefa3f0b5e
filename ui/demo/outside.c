/* outside: a very small HTTP server, good for one client it knows: our own courier. A request has a Content-Length and one
 * exchange a connection; anything else is closed. The desk's code is not asked for help here, so that what leaves it is
 * judged by somebody else. */
#include "demo/outside.h"
#include "base/json.h"
#include "dialect/signature.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GUESTS = OUTSIDE_FDS - 1, REQUEST_MAX = 256 << 10, HEADERS = 24 };
struct guest {
    int fd; /* -1 = nobody */
    struct str in;
};
struct outside {
    int fd;
    struct guest guests[GUESTS];
    outside_secret *secret;
    outside_well *well;
    outside_took *took;
    void *arg;
};
struct visit { /* a request, cut into pieces in place */
    char *path, *body;
    size_t body_n;
    struct { const char *name, *value; } headers[HEADERS];
    int header_count;
};

int outside_listen(int *port, struct err *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) || listen(fd, 64) || getsockname(fd, (struct sockaddr *)&at, &n)) {
        err_set(err, ERR_UNAVAILABLE, "listening on 127.0.0.1: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

struct outside *outside_new(int fd, outside_secret *secret, outside_well *well, outside_took *took, void *arg)
{
    struct outside *o = calloc(1, sizeof *o);
    if (!o)
        abort();
    *o = (struct outside){.fd = fd, .secret = secret, .well = well, .took = took, .arg = arg};
    for (int i = 0; i < GUESTS; i++) {
        o->guests[i].fd = -1;
        str_init(&o->guests[i].in, REQUEST_MAX);
    }
    return o;
}

static void dismiss(struct guest *g)
{
    if (g->fd >= 0)
        close(g->fd);
    g->fd = -1;
    str_fini(&g->in);
    str_init(&g->in, REQUEST_MAX);
}

void outside_free(struct outside *o)
{
    if (!o)
        return;
    for (int i = 0; i < GUESTS; i++)
        dismiss(&o->guests[i]);
    close(o->fd);
    free(o);
}

static struct guest *free_seat(struct outside *o)
{
    for (int i = 0; i < GUESTS; i++)
        if (o->guests[i].fd < 0)
            return &o->guests[i];
    return NULL;
}

int outside_fds(const struct outside *o, int fds[OUTSIDE_FDS])
{
    int n = 0;
    for (int i = 0; i < GUESTS; i++)
        if (o->guests[i].fd >= 0)
            fds[n++] = o->guests[i].fd;
    if (n < GUESTS)
        fds[n++] = o->fd;
    return n;
}

/* --- reading --- */

static const char *header_of(const void *arg, const char *name, int *count)
{
    const struct visit *l = arg;
    const char *value = NULL;
    *count = 0;
    for (int i = 0; i < l->header_count; i++)
        if (strcasecmp(l->headers[i].name, name) == 0) {
            value = l->headers[i].value;
            ++*count;
        }
    return value;
}

static char *cut_line(char **at)
{
    char *line = *at, *end = strstr(line, "\r\n");
    *end = 0;
    *at = end + 2;
    return line;
}

/* head ends in CR LF; cut in place. */
static bool cut_head(char *head, struct visit *l)
{
    char *line = cut_line(&head), *space = strchr(line, ' '), *end = space ? strchr(space + 1, ' ') : NULL;
    if (!end || strncmp(line, "POST ", 5) != 0)
        return false;
    *end = 0;
    l->path = space + 1;
    while (*head && l->header_count < HEADERS) {
        line = cut_line(&head);
        char *colon = strchr(line, ':');
        if (!colon)
            return false;
        *colon = 0;
        l->headers[l->header_count].name = line;
        l->headers[l->header_count++].value = colon + 1 + strspn(colon + 1, " ");
    }
    return true;
}

/* 1: whole; 0: more must come; -1: not what we take. */
static int read_visit(struct guest *g, struct arena *arena, struct visit *l)
{
    char *blank = strstr(g->in.data, "\r\n\r\n");
    int count;
    if (!blank)
        return g->in.cut ? -1 : 0;
    size_t head_n = (size_t)(blank + 2 - g->in.data);
    char *copy = arena_strndup(arena, g->in.data, head_n);
    if (!cut_head(copy, l))
        return -1;
    const char *length = header_of(l, "Content-Length", &count);
    long n = length && count == 1 ? strtol(length, NULL, 10) : -1;
    if (n < 0 || n > REQUEST_MAX || g->in.cut)
        return -1;
    if (g->in.len - head_n - 2 < (size_t)n)
        return 0;
    l->body = arena_strndup(arena, blank + 4, (size_t)n);
    l->body_n = (size_t)n;
    return 1;
}

/* --- answering --- */

static bool is_signed(struct outside *o, struct arena *arena, const struct visit *l, int64_t now)
{
    const char *secret = o->secret(o->arg, l->path);
    struct signature_input in = {.dialect = "standard", .header = header_of, .header_arg = l, .body = l->body, .body_n = l->body_n,
                                 .secrets = &secret, .secret_count = 1, .now = now / 1000};
    struct signature_result result;
    if (!secret)
        return false;
    signature_verify(arena, &in, &result);
    return signature_ok(&result);
}

static void hand_over(struct outside *o, struct arena *arena, const struct visit *l)
{
    const struct json *root = json_parse_in(arena, l->body, l->body_n, &json_limits_native, NULL, NULL);
    const char *key = json_string(json_path(root, "data.ticket.key")), *text = json_string(json_path(root, "data.message.text"));
    const char *author = json_string(json_path(root, "data.message.author"));
    if (key && text)
        o->took(o->arg, l->path, key, author ? author : "", text);
}

static void say(int fd, const char *status, const char *body)
{
    AUTO_STR out;
    str_init(&out, 1024);
    str_addf(&out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, strlen(body), body);
    if (send(fd, out.data, out.len, MSG_NOSIGNAL) < 0)
        return; /* gone already: the courier will come again */
}

static void serve(struct outside *o, struct guest *g, int64_t now)
{
    AUTO_ARENA arena = arena_new();
    struct visit l = {0};
    int whole = read_visit(g, arena, &l);
    if (whole == 0)
        return;
    bool good = whole > 0 && is_signed(o, arena, &l, now), well = good && (!o->well || o->well(o->arg, l.path, now));
    say(g->fd, well ? "200 OK" : good ? "503 Service Unavailable" : whole > 0 ? "401 Unauthorized" : "400 Bad Request",
        well ? "{\"received\":true}" : good ? "{\"error\":\"down for maintenance\"}" : "{\"error\":\"not for us\"}");
    if (well)
        hand_over(o, arena, &l);
    dismiss(g);
}

static void listen_to(struct outside *o, struct guest *g, int64_t now)
{
    char bytes[16 << 10];
    ssize_t n = recv(g->fd, bytes, sizeof bytes, 0);
    if (n > 0)
        str_add(&g->in, bytes, (size_t)n);
    if (n > 0)
        serve(o, g, now);
    else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        dismiss(g);
}

void outside_run(struct outside *o, int64_t now)
{
    for (struct guest *g; (g = free_seat(o)) != NULL;) {
        g->fd = accept4(o->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (g->fd < 0)
            break;
    }
    for (int i = 0; i < GUESTS; i++)
        if (o->guests[i].fd >= 0)
            listen_to(o, &o->guests[i], now);
}
