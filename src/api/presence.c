/* presence: a list under one lock. A parked stream does not notice that its reader left, so each row holds a copy of its
 * descriptor, and the sweep looks whether the other side has closed. */
#include "api/presence.h"
#include "base/str.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const presence_words[] = {"gone", "idle", "viewing", "replying", NULL};

struct row {
    struct row *next;
    int64_t stream, ticket;
    int fd, doing;
    char agent[64];
};
struct presence {
    struct hub *hub;
    pthread_mutex_t lock; /* below */
    struct row *rows;
    int64_t last;
};

struct presence *presence_new(struct hub *hub)
{
    struct presence *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->hub = hub;
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static void row_free(struct row *row)
{
    if (row->fd >= 0)
        close(row->fd);
    free(row);
}

void presence_free(struct presence *p)
{
    if (!p)
        return;
    for (struct row *row = p->rows, *next; row; row = next) {
        next = row->next;
        row_free(row);
    }
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct json *told(const struct row *row)
{
    struct json *line = json_object();
    json_put_i64(line, "stream", row->stream);
    json_put_string(line, "agent", row->agent);
    json_put_i64(line, "ticket", row->ticket);
    json_put_string(line, "doing", presence_words[row->doing]);
    return line;
}

/* After the lock was let go: the hub wakes streams. */
static void tell(struct presence *p, const struct row *row)
{
    AUTO_ARENA arena = arena_new();
    AUTO_JSON line = told(row);
    const char *frame = arena_printf(arena, "event: presence\ndata: %s\n\n", json_print_in(arena, line));
    hub_say(p->hub, frame, strlen(frame));
}

static bool is_here(const struct presence *p, const char *agent)
{
    for (const struct row *row = p->rows; row; row = row->next)
        if (str_eq(row->agent, agent))
            return true;
    return false;
}

bool presence_here(struct presence *p, const char *agent)
{
    pthread_mutex_lock(&p->lock);
    bool here = is_here(p, agent);
    pthread_mutex_unlock(&p->lock);
    return here;
}

static void tell_here(struct presence *p, const char *agent, bool here)
{
    AUTO_ARENA arena = arena_new();
    AUTO_JSON line = json_object();
    json_put_string(line, "agent", agent);
    json_put_bool(line, "here", here);
    const char *frame = arena_printf(arena, "event: here\ndata: %s\n\n", json_print_in(arena, line));
    hub_say(p->hub, frame, strlen(frame));
}

int64_t presence_join(struct presence *p, const char *agent, int socket)
{
    struct row *row = calloc(1, sizeof *row);
    if (!row)
        abort();
    *row = (struct row){.fd = fcntl(socket, F_DUPFD_CLOEXEC, 0), .doing = PRESENCE_IDLE};
    str_copy(row->agent, sizeof row->agent, agent);
    pthread_mutex_lock(&p->lock);
    int64_t stream = row->stream = ++p->last;
    bool first = !is_here(p, row->agent);
    row->next = p->rows;
    p->rows = row;
    pthread_mutex_unlock(&p->lock);
    if (first)
        tell_here(p, agent, true);
    return stream;
}

/* A ticket that was looked at is so no more, and who had no other stream is not here. */
static void say_goodbye(struct presence *p, struct row *row)
{
    bool seen = row->ticket != 0;
    row->ticket = 0;
    row->doing = PRESENCE_GONE;
    if (seen)
        tell(p, row);
    if (!presence_here(p, row->agent))
        tell_here(p, row->agent, false);
    row_free(row);
}

void presence_leave(struct presence *p, int64_t stream)
{
    struct row *gone = NULL;
    pthread_mutex_lock(&p->lock);
    for (struct row **at = &p->rows; *at && !gone; at = gone ? at : &(*at)->next)
        if ((*at)->stream == stream) {
            gone = *at;
            *at = gone->next;
        }
    pthread_mutex_unlock(&p->lock);
    if (gone)
        say_goodbye(p, gone);
}

bool presence_put(struct presence *p, int64_t stream, const char *agent, int64_t ticket, int doing)
{
    struct row now = {0};
    bool found = false, changed = false;
    pthread_mutex_lock(&p->lock);
    for (struct row *row = p->rows; row && !found; row = row->next)
        if (row->stream == stream && str_eq(row->agent, agent)) {
            found = true;
            changed = row->ticket != ticket || row->doing != doing;
            row->ticket = ticket;
            row->doing = ticket ? doing : PRESENCE_IDLE;
            now = *row;
        }
    pthread_mutex_unlock(&p->lock);
    if (changed)
        tell(p, &now);
    return found;
}

static bool has_left(int fd)
{
    char byte;
    ssize_t n = fd < 0 ? 1 : recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void presence_sweep(struct presence *p)
{
    struct row *gone = NULL;
    pthread_mutex_lock(&p->lock);
    for (struct row **at = &p->rows; *at;) {
        struct row *row = *at;
        if (!has_left(row->fd)) {
            at = &row->next;
            continue;
        }
        *at = row->next;
        row->next = gone;
        gone = row;
    }
    pthread_mutex_unlock(&p->lock);
    for (struct row *next; gone; gone = next) {
        next = gone->next;
        say_goodbye(p, gone);
    }
}

struct json *presence_list(struct presence *p)
{
    struct json *list = json_array();
    pthread_mutex_lock(&p->lock);
    for (const struct row *row = p->rows; row; row = row->next)
        if (row->ticket)
            json_push(list, told(row));
    pthread_mutex_unlock(&p->lock);
    return list;
}
