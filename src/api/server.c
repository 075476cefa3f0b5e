/* server: the only file but api/door that knows libmicrohttpd (0.9.75 and later; its pitfalls are dependencies.md P1). Two of the
 * library's daemons per listening socket, each with one epoll thread; not one with a pool of two, because quiescing a
 * pool races with its own threads over the listening socket and then aborts (0.9.75). Every connection is a peer: main's
 * sweep shuts down what is over its deadline. A parked request is a suspended connection: suspended before the job is
 * posted, resumed by the job's wake. Nothing may be suspended when the library stops, so streams leave first. */
#include "api/server.h"
#include "api/body.h"
#include "api/peer.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/attachment.h"
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    THREADS = 2,          /* per socket */
    CONNECTIONS = 2048,   /* most per listener */
    POOL = 24 << 10,      /* the library's memory per connection: headers and write buffer */
    PIECE = 8 << 10,      /* of a stream */
    IDLE_MS = 15000,
    DESK_IDLE_MS = 120000, /* consoles keep their connection */
    GOODBYE_S = 2,
    EARLY_DRAIN = 64 << 10,
};

struct listener {
    struct server *server;
    struct MHD_Daemon *daemon;
    struct server_socket socket;
    struct peer_group peers;
};
struct reader { /* a thread's read-only handle */
    struct reader *next;
    struct store *store;
};
struct server {
    struct desk *desk;
    struct listener listeners[SERVER_SOCKETS * THREADS];
    int count;
    struct peers peers;
    pthread_mutex_t lock; /* of readers */
    struct reader *readers;
    int64_t beat_at; /* main's */
    struct body_budget bodies;
};
struct stream {
    struct server *server;
    ssize_t (*pull)(void *, char *, size_t);
    void (*done)(void *);
    void *arg;
};
struct whole { /* a request and what only this file needs of it */
    struct request req;
    struct server *server;
    struct listener *listener;
    struct MHD_Connection *connection;
    struct peer *peer;
    struct snapshot *snapshot;
    struct stream *stream;
    void (*resume)(struct request *);
    const char *url;
    struct body body;
    size_t limit, drained;
    bool begun, parked, discard;
};
static _Thread_local struct reader *thread_reader;

static struct whole *whole_of(struct request *req)
{
    return (struct whole *)req; /* req is the first member */
}

/* --- connections --- */

static void on_connection(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct listener *l = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        peer_free(&l->server->peers, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = info ? peer_new(&l->server->peers, &l->peers, (int)info->connect_fd) : NULL;
}

void server_sweep(struct server *server)
{
    int64_t now = clock_mono();
    peers_sweep(&server->peers, server->desk->patience, now);
    bool beat = now - server->beat_at >= server->desk->beat;
    if (beat)
        server->beat_at = now;
    presence_sweep(server->desk->presence);
    if (beat)
        hub_wake(server->desk->hub);
}

/* --- a request's head --- */

static struct peer *peer_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* First the library tells the request line: here a request begins. */
static void *on_line(void *cls, const char *url, struct MHD_Connection *c)
{
    struct listener *l = cls;
    struct arena *arena = arena_new();
    struct whole *w = arena_alloc(arena, sizeof *w);
    *w = (struct whole){.server = l->server, .listener = l, .connection = c, .peer = peer_of(c)};
    body_init(&w->body, &l->server->bodies, l->server->desk->db);
    w->req.desk = l->server->desk;
    w->req.arena = arena;
    w->req.side = l->socket.side;
    w->url = arena_strdup(arena, url);
    if (w->peer)
        peer_is(&l->server->peers, w->peer, PEER_HEAD);
    return w;
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value, size_t value_n)
{
    (void)kind;
    struct whole *w = cls;
    struct gate_header *list = (struct gate_header *)w->req.head.headers;
    int n = w->req.head.count;
    if (n > GATE_HEADERS)
        return MHD_NO; /* one more than allowed is enough to know */
    list[n] = (struct gate_header){name, value ? value : "", name_n, value ? value_n : 0};
    w->req.head.count = n + 1;
    return MHD_YES;
}

static void take_head(struct whole *w, const char *method, const char *version)
{
    struct gate_head *head = &w->req.head;
    head->method = method;
    head->version = version;
    head->url = w->url;
    head->local = w->listener->socket.local;
    head->headers = ARENA_ARRAY(w->req.arena, struct gate_header, GATE_HEADERS + 2);
    MHD_get_connection_values_n(w->connection, MHD_HEADER_KIND, add_header, w);
}

static bool admitted(struct request *req)
{
    return !req->call->admit || req->call->admit(req);
}

/* Its length was said before it came: how much too long it is can be answered. */
static void refuse_length(struct whole *w)
{
    AUTO_ARENA arena = arena_new();
    struct problem p = problem_of(PROBLEM_TOO_LARGE);
    p.detail = arena_printf(arena, "%s is more than is taken here: at most %s", attachment_size(arena, gate_length(&w->req.head)), attachment_size(arena, (int64_t)w->limit));
    w->req.answer.close |= problem_row(PROBLEM_TOO_LARGE)->close;
    request_problem(&w->req, &p);
}

static bool size_fits(struct whole *w)
{
    struct request *req = &w->req;
    w->body.spool = req->call->spool;
    w->body.length = gate_has_body(&req->head) ? gate_length(&req->head) : 0;
    w->limit = req->call->limit_of ? req->call->limit_of(req) : req->call->limit;
    if (gate_has_body(&req->head) && gate_length(&req->head) > (int64_t)w->limit)
        refuse_length(w);
    else if (!body_fits(&w->body))
        request_refuse(req, PROBLEM_OVERLOADED);
    return !w->req.answer.ready;
}

static bool accepted(struct whole *w)
{
    enum problem_id why;
    if (!gate_check(&w->req.head, &why)) {
        request_refuse(&w->req, why);
        return false;
    }
    if (atomic_load(&w->req.desk->draining)) {
        request_refuse(&w->req, PROBLEM_DRAINING);
        return false;
    }
    return request_find(&w->req) && request_permit(&w->req, w->peer->uid) && admitted(&w->req) && size_fits(w);
}

/* --- the answer --- */

/* Whoever speaks of times from now on, or draws how long ago, means the desk's clock and not their own machine's. */
static void tell_time(struct MHD_Response *r)
{
    char now[24];
    snprintf(now, sizeof now, "%" PRId64, clock_now());
    MHD_add_response_header(r, "X-Triage-Now", now);
}

static enum MHD_Result send_answer(struct whole *w)
{
    const struct request_answer *a = &w->req.answer;
    peer_is(&w->server->peers, w->peer, PEER_ANSWER);
    struct MHD_Response *r = MHD_create_response_from_buffer(a->n, (void *)(uintptr_t)a->body, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return MHD_NO;
    if (a->type)
        MHD_add_response_header(r, "Content-Type", a->type);
    MHD_add_response_header(r, "Cache-Control", "no-store");
    if (w->req.side == SIDE_DESK)
        tell_time(r);
    for (int i = 0; i < a->more_count; i++)
        MHD_add_response_header(r, a->more[i].name, a->more[i].value);
    if (a->close || atomic_load(&w->req.desk->draining))
        MHD_add_response_header(r, "Connection", "close");
    enum MHD_Result ok = MHD_queue_response(w->connection, (unsigned)a->status, r);
    MHD_destroy_response(r);
    return ok;
}

/* --- streams --- */

bool request_stream(struct request *req, ssize_t (*pull)(void *arg, char *buf, size_t max), void (*done)(void *arg), void *arg)
{
    struct whole *w = whole_of(req);
    if (!peer_streams(&w->server->peers, w->peer)) {
        request_refuse(req, PROBLEM_OVERLOADED);
        return false;
    }
    w->stream = calloc(1, sizeof *w->stream);
    if (!w->stream)
        abort();
    *w->stream = (struct stream){w->server, pull, done, arg};
    return true;
}

int request_connections(struct request *req)
{
    return peers_count(&whole_of(req)->server->peers);
}

static ssize_t stream_pull(void *cls, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    struct stream *s = cls;
    ssize_t n = s->pull(s->arg, buf, max);
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void stream_done(void *cls)
{
    struct stream *s = cls;
    s->done(s->arg);
    peers_stream_ended(&s->server->peers);
    free(s);
}

void stream_park(struct request *req)
{
    MHD_suspend_connection(whole_of(req)->connection);
}

void stream_wake(struct request *req)
{
    MHD_resume_connection(whole_of(req)->connection);
}

static enum MHD_Result send_stream(struct whole *w)
{
    struct stream *s = w->stream;
    peer_is(&w->server->peers, w->peer, PEER_ANSWER);
    struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, stream_pull, s, stream_done);
    if (!r) {
        stream_done(s);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", "text/event-stream");
    MHD_add_response_header(r, "Cache-Control", "no-store");
    enum MHD_Result ok = MHD_queue_response(w->connection, 200, r);
    MHD_destroy_response(r);
    return ok;
}

/* --- a request's body and end --- */

/* A refusal that does not end the connection waits for a small body, so that the next request can follow it. */
static bool may_drain(const struct whole *w)
{
    if (w->req.answer.close || request_header(&w->req, "Expect", NULL))
        return false;
    return !gate_has_body(&w->req.head) || (gate_length(&w->req.head) > 0 && gate_length(&w->req.head) <= EARLY_DRAIN);
}

static enum MHD_Result begin(struct whole *w, const char *method, const char *version)
{
    w->begun = true;
    if (!w->peer)
        return MHD_NO;
    w->snapshot = desk_hold(w->req.desk);
    w->req.config = w->snapshot->config;
    take_head(w, method, version);
    peer_is(&w->server->peers, w->peer, PEER_BODY);
    if (accepted(w))
        return MHD_YES;
    w->discard = may_drain(w);
    return w->discard ? MHD_YES : send_answer(w);
}

/* Over the limit nothing can be answered in mid-upload (P1.5): read on for a while, then cut. */
static enum MHD_Result take_body(struct whole *w, const char *data, size_t n)
{
    static const enum problem_id problems[] = {[BODY_OVERLOADED] = PROBLEM_OVERLOADED, [BODY_NO_SPACE] = PROBLEM_NO_SPACE};
    peer_heard(&w->server->peers, w->peer, n);
    if (!w->discard && w->body.n + n > w->limit) {
        request_refuse(&w->req, PROBLEM_TOO_LARGE);
        w->discard = true;
    }
    if (!w->discard) {
        enum body_end end = body_add(&w->body, data, n);
        if (end != BODY_GOOD)
            request_refuse(&w->req, problems[end]);
        w->discard = end != BODY_GOOD;
        return MHD_YES;
    }
    w->drained += n;
    return w->drained > 4 * w->limit + EARLY_DRAIN ? MHD_NO : MHD_YES;
}

static void hand_over(struct whole *w)
{
    w->req.body = body_text(&w->body);
    w->req.body_n = w->body.n;
    if (w->req.body)
        w->req.call->handle(&w->req);
    else
        request_refuse(&w->req, PROBLEM_OVERLOADED);
}

/* What a handler left half read would show this thread an old desk for as long as nobody asks the same again. */
static void rest_reader(const struct whole *w)
{
    const char *left = thread_reader ? store_rest(thread_reader->store) : NULL;
    if (left)
        log_line(LOG_ERROR, "statement_left", "call=\"%s\" sql=\"%.60s\"", w->req.call && w->req.call->path ? w->req.call->path : "", left);
}

static enum MHD_Result finish(struct whole *w)
{
    void (*resume)(struct request *) = w->resume;
    w->parked = false;
    w->resume = NULL;
    if (!w->req.answer.ready && resume) {
        resume(&w->req);
    } else if (!w->req.answer.ready) {
        peer_is(&w->server->peers, w->peer, PEER_ANSWER);
        w->req.received_at = clock_now();
        hand_over(w);
    }
    rest_reader(w);
    if (w->parked)
        return MHD_YES;
    return w->stream ? send_stream(w) : send_answer(w);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                                  const char *data, size_t *n, void **context)
{
    (void)cls, (void)c, (void)url;
    struct whole *w = *context;
    if (!w->begun)
        return begin(w, method, version);
    if (*n) {
        enum MHD_Result ok = take_body(w, data, *n);
        *n = 0;
        return ok;
    }
    return finish(w);
}

static void on_completed(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)c, (void)code;
    struct whole *w = *context;
    if (!w)
        return;
    *context = NULL;
    body_fini(&w->body);
    snapshot_drop(w->snapshot);
    if (w->peer)
        peer_is(&w->server->peers, w->peer, PEER_IDLE);
    arena_free(w->req.arena);
}

int request_socket(const struct request *req)
{
    return ((const struct whole *)req)->peer->fd;
}

void request_park(struct request *req, void (*resume)(struct request *req))
{
    struct whole *w = whole_of(req);
    w->parked = true;
    w->resume = resume;
    MHD_suspend_connection(w->connection);
}

void request_wake(void *req)
{
    MHD_resume_connection(whole_of(req)->connection);
}

struct store *request_store(struct request *req, struct err *err)
{
    if (thread_reader)
        return thread_reader->store;
    struct store *store = store_open(req->desk->db, STORE_READER, err);
    if (!store)
        return NULL;
    struct server *server = whole_of(req)->server;
    thread_reader = calloc(1, sizeof *thread_reader);
    if (!thread_reader)
        abort();
    pthread_mutex_lock(&server->lock);
    *thread_reader = (struct reader){server->readers, store};
    server->readers = thread_reader;
    pthread_mutex_unlock(&server->lock);
    return store;
}

/* --- life --- */

__attribute__((format(printf, 2, 0))) static void on_log(void *cls, const char *fmt, va_list ap)
{
    (void)cls;
    char line[256];
    vsnprintf(line, sizeof line, fmt, ap);
    line[strcspn(line, "\r\n")] = 0;
    log_line(LOG_DEBUG, "http", "said=\"%s\"", line);
}

static bool listener_open(struct listener *l, struct err *err)
{
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
#ifdef __linux__
    flags |= MHD_USE_EPOLL_INTERNAL_THREAD;
#else
    flags |= MHD_USE_POLL_INTERNAL_THREAD;
#endif
    unsigned timeout = l->socket.side == SIDE_DESK ? 60 : 15;
    if (l->socket.fd < 0)
        return err_set(err, ERR_INTERNAL, "no descriptor for a listening socket");
    l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, l,
        MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, l->socket.fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)l->server->peers.most,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_line, l,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, l,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
        MHD_OPTION_END);
    return l->daemon || err_set(err, ERR_INTERNAL, "starting the HTTP library failed");
}

/* Descriptors are shared by all sockets, the database and what goes outward. */
static int most_connections(int listeners)
{
    struct rlimit files;
    int64_t most = CONNECTIONS, share;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY) {
        share = ((int64_t)files.rlim_cur - 64) / (listeners ? listeners : 1) * 7 / 8;
        most = share < most ? share : most;
    }
    return most < 16 ? 16 : (int)most;
}

/* Each with a descriptor of its own for the same socket. */
static void add_listeners(struct server *server, const struct server_socket *socket)
{
    for (int i = 0; i < THREADS; i++) {
        struct listener *l = &server->listeners[server->count++];
        *l = (struct listener){.server = server, .socket = *socket,
                               .peers = {.local = socket->local, .idle_ms = socket->side == SIDE_DESK ? DESK_IDLE_MS : IDLE_MS}};
        if (i > 0)
            l->socket.fd = fcntl(socket->fd, F_DUPFD_CLOEXEC, 0);
    }
}

struct server *server_open(struct desk *desk, const struct server_socket *sockets, int count, struct err *err)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->desk = desk;
    server->beat_at = clock_mono();
    peers_init(&server->peers, most_connections(count * THREADS));
    pthread_mutex_init(&server->lock, NULL);
    for (int i = 0; i < count && i < SERVER_SOCKETS; i++)
        add_listeners(server, &sockets[i]);
    for (int i = 0; i < server->count; i++)
        if (!listener_open(&server->listeners[i], err)) {
            server_close(server);
            return NULL;
        }
    return server;
}

/* The doors stay open: a request that comes now hears 503 and when to come back, which says more than a door that is shut. (To give a
 * listening socket back, MHD_quiesce_daemon, races with the library's own thread, and 0.9.75 aborts where it loses.) */
void server_drain(struct server *server)
{
    atomic_store(&server->desk->draining, true);
}

/* The library aborts if anything is still suspended when it stops. Since the desk is draining nobody falls asleep any
 * more, so one wake ends that; the rest of the time is for goodbyes to be read. */
static void wake_streams(struct server *server)
{
    hub_wake(server->desk->hub);
    peers_await_streams(&server->peers, GOODBYE_S);
}

void server_close(struct server *server)
{
    if (!server)
        return;
    server_drain(server);
    wake_streams(server);
    for (int i = 0; i < server->count; i++) {
        struct listener *l = &server->listeners[i];
        if (l->daemon)
            MHD_stop_daemon(l->daemon); /* closes its socket */
        else if (l->socket.fd >= 0)
            close(l->socket.fd);
    }
    while (server->readers) {
        struct reader *r = server->readers;
        server->readers = r->next;
        store_close(r->store);
        free(r);
    }
    peers_fini(&server->peers);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
