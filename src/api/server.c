/* server: the only file that knows libmicrohttpd (0.9.75 and later; its pitfalls are dependencies.md P1). Two of the
 * library's daemons per listening socket, each with one epoll thread; not one with a pool of two, because quiescing a
 * pool races with its own threads over the listening socket and then aborts (0.9.75). Every connection has a row in a table under
 * one lock, with the state it is in and since when: main's sweep shuts down what is over its deadline, because the
 * library's own timeouts count idle time only. A parked request is a suspended connection: suspended before the job
 * is posted, resumed by the job's wake. Nothing may be suspended when the library stops, so streams leave first. */
#include "api/server.h"
#include "api/body.h"
#include "api/listen.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/form.h"
#include "base/log.h"
#include <fcntl.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS = 2,          /* per socket */
    CONNECTIONS = 2048,   /* most per listener; near it the oldest that has not said anything yet goes */
    STREAMS = 1024,
    STREAMS_EACH = 512,   /* per uid: people may share one */
    POOL = 24 << 10,      /* the library's memory per connection: headers and write buffer */
    PIECE = 8 << 10,      /* of a stream */
    IDLE_MS = 15000,
    DESK_IDLE_MS = 120000, /* consoles keep their connection */
    BODY_RATE = 64,       /* bytes a millisecond that buy a large body more time */
    BEAT_MS = 5000,
    GOODBYE_S = 2,
    EARLY_DRAIN = 64 << 10,
};

enum phase { PHASE_HEAD, PHASE_BODY, PHASE_ANSWER, PHASE_IDLE };
struct peer { /* a connection */
    struct peer *next, **back;
    int fd;
    enum phase phase;
    int64_t since, received;
    int64_t uid;
    struct listener *listener;
    bool dead, streams; /* dead: told and shut down; the library will close it */
};
struct listener {
    struct server *server;
    struct MHD_Daemon *daemon;
    struct server_socket socket;
    int peers;    /* connections; under server.lock */
    int quiesced; /* the listening socket, given back */
};
struct reader { /* a thread's read-only handle */
    struct reader *next;
    struct store *store;
};
struct server {
    struct desk *desk;
    struct listener listeners[SERVER_SOCKETS * THREADS];
    int count;
    pthread_mutex_t lock; /* below */
    pthread_cond_t left;
    struct peer *peers; /* newest first */
    int streams, most; /* most: connections per listener */
    struct reader *readers;
    int64_t beat_at;
    struct body_budget bodies;
};
struct answer {
    int status;
    const char *type, *body;
    size_t n;
    struct { const char *name, *value; } more[6];
    int more_count;
    bool close, ready;
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
    struct answer answer;
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

static void phase_is(struct server *server, struct peer *peer, enum phase phase)
{
    pthread_mutex_lock(&server->lock);
    if (peer->phase != phase) {
        peer->phase = phase;
        peer->since = clock_mono();
        peer->received = 0;
    }
    pthread_mutex_unlock(&server->lock);
}

/* Under the lock: nothing of an answer is on its way in these phases, so a few static bytes may be sent. */
static void cut(struct peer *peer, bool tell)
{
    static const char slow[] = "{\"type\":\"urn:triage:problem:timeout\",\"title\":\"Too slow\",\"status\":408,"
                               "\"detail\":\"The request took too long to arrive.\",\"retryable\":true}";
    char text[512];
    int n = snprintf(text, sizeof text, "HTTP/1.1 408 Request Timeout\r\nContent-Type: application/problem+json\r\n"
                     "Cache-Control: no-store\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", sizeof slow - 1, slow);
    if (tell && send(peer->fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        log_line(LOG_DEBUG, "timeout", "told=no");
    shutdown(peer->fd, SHUT_RDWR);
    peer->dead = true;
}

static void make_room(struct listener *l)
{
    struct peer *oldest = NULL;
    for (struct peer *p = l->server->peers; p; p = p->next)
        if (p->listener == l && !p->dead && (p->phase == PHASE_HEAD || p->phase == PHASE_IDLE))
            oldest = p; /* newest first */
    if (oldest)
        cut(oldest, false);
}

static struct peer *peer_new(struct listener *l, int fd)
{
    struct peer *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    *p = (struct peer){.fd = fd, .phase = PHASE_HEAD, .since = clock_mono(), .uid = -1, .listener = l};
    if (l->socket.local && !listen_peer(fd, &p->uid))
        p->uid = -1;
    struct server *server = l->server;
    pthread_mutex_lock(&server->lock);
    if (++l->peers > server->most * 15 / 16)
        make_room(l);
    p->next = server->peers;
    p->back = &server->peers;
    if (p->next)
        p->next->back = &p->next;
    server->peers = p;
    pthread_mutex_unlock(&server->lock);
    return p;
}

static void peer_free(struct server *server, struct peer *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&server->lock);
    *p->back = p->next;
    if (p->next)
        p->next->back = p->back;
    p->listener->peers--;
    pthread_mutex_unlock(&server->lock);
    free(p);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct listener *l = cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        peer_free(l->server, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = info ? peer_new(l, (int)info->connect_fd) : NULL;
}

/* A head gets the desk's patience, a body twice that and more the more of it has come. */
static bool overdue(const struct peer *p, int64_t patience, int64_t now)
{
    int64_t age = now - p->since;
    switch (p->phase) {
    case PHASE_HEAD:
        return age > patience;
    case PHASE_BODY:
        return age > 2 * patience + p->received / BODY_RATE;
    case PHASE_IDLE:
        return age > (p->listener->socket.side == SIDE_DESK ? DESK_IDLE_MS : IDLE_MS);
    case PHASE_ANSWER:
        return false; /* parked, or the library's write timeout */
    }
    return false;
}

void server_sweep(struct server *server)
{
    int64_t now = clock_mono();
    pthread_mutex_lock(&server->lock);
    for (struct peer *p = server->peers; p; p = p->next)
        if (!p->dead && overdue(p, server->desk->patience, now))
            cut(p, p->phase == PHASE_HEAD || p->phase == PHASE_BODY);
    bool beat = now - server->beat_at >= BEAT_MS;
    if (beat)
        server->beat_at = now;
    pthread_mutex_unlock(&server->lock);
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
        phase_is(l->server, w->peer, PHASE_HEAD);
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

/* Does the path match a pattern? Fills param. */
static bool match(struct request *req, const char *pattern, const char *path)
{
    int n = 0;
    while (*pattern) {
        if (pattern[0] == '{' && pattern[1] == '}') {
            size_t len = strcspn(path, "/");
            if (!len || n == REQUEST_PARAMS)
                return false;
            req->param[n] = form_decode(req->arena, path, len, false);
            if (!req->param[n++])
                return false;
            path += len;
            pattern += 2;
        } else if (pattern[0] == '*') {
            return true;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path;
}

static bool method_fits(const struct call *call, const char *method)
{
    return call->method && (strcmp(call->method, method) == 0 || (strcmp(call->method, "GET") == 0 && strcmp(method, "HEAD") == 0));
}

/* The call of this path and method; *allow collects what the path does take, *family is whose words refuse it. */
static const struct call *find_call(struct request *req, struct str *allow, const struct call **family)
{
    for (const struct call *const *list = call_lists; *list; list++)
        for (const struct call *c = *list; c->path; c++) {
            if (!(c->sides & req->side) || !match(req, c->path, req->path))
                continue;
            if (method_fits(c, req->head.method))
                return c;
            if (!c->method) {
                *family = c;
                continue;
            }
            str_addf(allow, "%s%s", allow->len ? ", " : "", strcmp(c->method, "GET") == 0 ? "GET, HEAD" : c->method);
        }
    return NULL;
}

static void split_url(struct request *req)
{
    const char *url = req->head.url;
    size_t n = strcspn(url, "?");
    req->path = arena_strndup(req->arena, url, n);
    req->query = url[n] ? url + n + 1 : "";
}

static bool route(struct whole *w)
{
    struct request *req = &w->req;
    AUTO_STR allow;
    str_init(&allow, 128);
    const struct call *family = NULL;
    split_url(req);
    req->call = find_call(req, &allow, &family);
    if (req->call)
        return true;
    req->call = family;
    if (allow.len)
        request_head(req, "Allow", arena_strdup(req->arena, allow.data));
    request_refuse(req, allow.len ? PROBLEM_METHOD : PROBLEM_NOT_FOUND);
    return false;
}

static bool who(struct whole *w)
{
    struct request *req = &w->req;
    if (req->side != SIDE_DESK)
        return true;
    int keys;
    const char *key = request_header(req, "X-Triage-Key", &keys);
    req->agent = w->peer && keys <= 1 ? config_agent_calling(req->config, w->peer->uid, key) : NULL;
    if (!req->agent || req->agent->role == ROLE_NONE) {
        request_refuse(req, PROBLEM_STRANGER);
        return false;
    }
    if (req->agent->role >= req->call->role)
        return true;
    struct err err;
    err_set(&err, ERR_FORBIDDEN, "this needs the role %s; %s is %s", role_word(req->call->role), req->agent->name, role_word(req->agent->role));
    request_fail(req, &err);
    return false;
}

static bool admitted(struct request *req)
{
    return !req->call->admit || req->call->admit(req);
}

static bool size_fits(struct whole *w)
{
    struct request *req = &w->req;
    w->body.spool = req->call->spool;
    w->body.length = gate_has_body(&req->head) ? gate_length(&req->head) : 0;
    w->limit = req->call->limit_of ? req->call->limit_of(req) : req->call->limit;
    if (gate_has_body(&req->head) && gate_length(&req->head) > (int64_t)w->limit)
        request_refuse(req, PROBLEM_TOO_LARGE);
    else if (!body_fits(&w->body))
        request_refuse(req, PROBLEM_OVERLOADED);
    return !w->answer.ready;
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
    return route(w) && who(w) && admitted(&w->req) && size_fits(w);
}

/* --- answers --- */

void request_head(struct request *req, const char *name, const char *value)
{
    struct answer *a = &whole_of(req)->answer;
    if (a->more_count < (int)(sizeof a->more / sizeof *a->more)) {
        a->more[a->more_count].name = name;
        a->more[a->more_count++].value = value;
    }
}

void request_answer(struct request *req, int status, const char *type, const char *body, size_t n)
{
    struct answer *a = &whole_of(req)->answer;
    a->status = status;
    a->type = type;
    a->body = body;
    a->n = n;
    a->ready = true;
}

void request_json(struct request *req, int status, const char *json)
{
    request_answer(req, status, "application/json", json, strlen(json));
}

void request_json_tree(struct request *req, int status, struct json *tree)
{
    request_json(req, status, json_print_in(req->arena, tree));
    json_free(tree);
}

void request_problem(struct request *req, const struct problem *problem)
{
    struct problem p = *problem;
    if (!req->id[0])
        crypto_id(req->id, "", 20);
    p.request = req->id;
    if (p.retry_after)
        request_head(req, "Retry-After", arena_printf(req->arena, "%d", p.retry_after));
    if (req->call && req->call->refuse) {
        req->call->refuse(req, &p);
        return;
    }
    const char *body = problem_print(req->arena, &p);
    request_answer(req, p.status, "application/problem+json", body, strlen(body));
}

void request_refuse(struct request *req, enum problem_id id)
{
    struct problem p = problem_of(id);
    whole_of(req)->answer.close |= problem_row(id)->close;
    request_problem(req, &p);
}

void request_fail(struct request *req, const struct err *err)
{
    struct problem p = problem_of_err(err);
    request_problem(req, &p);
}

/* Whoever speaks of times from now on, or draws how long ago, means the desk's clock and not their own machine's. */
static void tell_time(struct MHD_Response *r)
{
    char now[24];
    snprintf(now, sizeof now, "%" PRId64, clock_now());
    MHD_add_response_header(r, "X-Triage-Now", now);
}

static enum MHD_Result send_answer(struct whole *w)
{
    struct answer *a = &w->answer;
    phase_is(w->server, w->peer, PHASE_ANSWER);
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

/* Streams have their own cap, over all and for each uid. */
static bool stream_room(struct whole *w)
{
    int each = 0;
    pthread_mutex_lock(&w->server->lock);
    for (struct peer *p = w->server->peers; p; p = p->next)
        each += p->streams && p->uid == w->peer->uid;
    bool room = w->server->streams < STREAMS && each < STREAMS_EACH;
    w->peer->streams = room;
    w->server->streams += room;
    pthread_mutex_unlock(&w->server->lock);
    return room;
}

bool request_stream(struct request *req, ssize_t (*pull)(void *arg, char *buf, size_t max), void (*done)(void *arg), void *arg)
{
    struct whole *w = whole_of(req);
    if (!stream_room(w)) {
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
    struct server *server = whole_of(req)->server;
    int n = 0;
    pthread_mutex_lock(&server->lock);
    for (const struct peer *p = server->peers; p; p = p->next)
        n++;
    pthread_mutex_unlock(&server->lock);
    return n;
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
    pthread_mutex_lock(&s->server->lock);
    s->server->streams--;
    pthread_cond_broadcast(&s->server->left);
    pthread_mutex_unlock(&s->server->lock);
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
    phase_is(w->server, w->peer, PHASE_ANSWER);
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
    if (w->answer.close || request_header(&w->req, "Expect", NULL))
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
    phase_is(w->server, w->peer, PHASE_BODY);
    if (accepted(w))
        return MHD_YES;
    w->discard = may_drain(w);
    return w->discard ? MHD_YES : send_answer(w);
}

static void heard(struct whole *w, size_t n)
{
    pthread_mutex_lock(&w->server->lock);
    w->peer->received += (int64_t)n;
    pthread_mutex_unlock(&w->server->lock);
}

/* Over the limit nothing can be answered in mid-upload (P1.5): read on for a while, then cut. */
static enum MHD_Result take_body(struct whole *w, const char *data, size_t n)
{
    static const enum problem_id problems[] = {[BODY_OVERLOADED] = PROBLEM_OVERLOADED, [BODY_NO_SPACE] = PROBLEM_NO_SPACE};
    heard(w, n);
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
    if (!w->answer.ready && resume) {
        resume(&w->req);
    } else if (!w->answer.ready) {
        phase_is(w->server, w->peer, PHASE_ANSWER);
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
        phase_is(w->server, w->peer, PHASE_IDLE);
    arena_free(w->req.arena);
}

static void free_model(void *model)
{
    classify_model_free(model);
}

const struct classify_model *request_model(struct request *req)
{
    if (!req->model && (req->model = desk_model(req->desk)))
        arena_defer(req->arena, free_model, req->model);
    return req->model;
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

const char *request_header(const struct request *req, const char *name, int *count)
{
    return gate_header(&req->head, name, count);
}

const char *request_query(const struct request *req, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = req->query; *p;) {
        size_t n = strcspn(p, "&");
        if (n > len && strncmp(p, name, len) == 0 && p[len] == '=')
            return form_decode(req->arena, p + len + 1, n - len - 1, true);
        p += n + (p[n] == '&');
    }
    return NULL;
}

int64_t request_query_i64(const struct request *req, const char *name, int64_t fallback, int64_t min, int64_t max)
{
    const char *text = request_query(req, name);
    if (!text || !*text || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
        return fallback;
    int64_t value = strtoll(text, NULL, 10);
    return value < min ? min : value > max ? max : value;
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
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)l->server->most,
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
        *l = (struct listener){.server = server, .socket = *socket, .quiesced = -1};
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
    server->most = most_connections(count * THREADS);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->left, NULL);
    for (int i = 0; i < count && i < SERVER_SOCKETS; i++)
        add_listeners(server, &sockets[i]);
    for (int i = 0; i < server->count; i++)
        if (!listener_open(&server->listeners[i], err)) {
            server_close(server);
            return NULL;
        }
    return server;
}

void server_quiesce(struct server *server)
{
    atomic_store(&server->desk->draining, true);
    for (int i = 0; i < server->count; i++)
        if (server->listeners[i].daemon)
            server->listeners[i].quiesced = (int)MHD_quiesce_daemon(server->listeners[i].daemon);
}

/* The library aborts if anything is still suspended when it stops. Since the desk is draining nobody falls asleep any
 * more, so one wake ends that; the rest of the time is for goodbyes to be read. */
static void wake_streams(struct server *server)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += GOODBYE_S;
    hub_wake(server->desk->hub);
    pthread_mutex_lock(&server->lock);
    while (server->streams && pthread_cond_timedwait(&server->left, &server->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&server->lock);
}

void server_close(struct server *server)
{
    if (!server)
        return;
    if (server->count && server->listeners[0].daemon && !atomic_load(&server->desk->draining))
        server_quiesce(server);
    wake_streams(server);
    for (int i = 0; i < server->count; i++) {
        struct listener *l = &server->listeners[i];
        if (l->daemon)
            MHD_stop_daemon(l->daemon);
        if (l->socket.fd >= 0)
            close(l->socket.fd);
    }
    while (server->readers) {
        struct reader *r = server->readers;
        server->readers = r->next;
        store_close(r->store);
        free(r);
    }
    pthread_cond_destroy(&server->left);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
