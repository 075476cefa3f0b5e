/* link: the calls in flight, the stream, and the sockets that are kept for the next call (link/connection). A call is one block that
 * lives from link_send to its done. The daemon has libcurl for the outside; on a Unix socket to one's own daemon it would bring forty
 * shared libraries to the start of every console and every verb. Runs on the console's only thread. */
#include "link/link.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "link/connection.h"
#include "link/problem.h"
#include "link/reader.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 65 << 20, BACKOFF_FIRST = 200, BACKOFF_MOST = 2000, KEPT = 4, WAITED_FOR = 8, DOOR_MS = 5 };
enum { BEAT_MS = 6000, LOOK_MS = 1000 /* how late one may be: it looks once a second whether it is time */, QUIET_BEATS = 2, GONE_BEATS = 4 };

struct call {
    struct call *next;
    struct call *behind; /* what is written after it */
    bool waits;          /* for its turn */
    bool safe;           /* it may arrive twice (idempotent: RFC 9110 9.2.2) */
    bool again;          /* it is on its way for the second time */
    struct connection at;
    struct str body;
    int64_t begun_us, until; /* clock_mono_us, clock_mono */
    link_done *done;
    void *arg;
};
struct link {
    char *socket;
    char identity[101];        /* X-Triage-Key, "" = none */
    int64_t desk_now, desk_at; /* the desk's clock, and when by our steady one; 0 = never */
    struct call *calls;
    struct call *turn, **last;      /* the write that is under way; where the next one to wait is put */
    int kept[KEPT], kept_count;     /* sockets that wait for a call */
    struct pollfd *polled;          /* of link_wait, and whose each is; grows with the calls */
    struct connection **polled_for; /* NULL: of the caller's own */
    int polled_room;
    struct link_status status;
    struct reader reader;
    link_frame *frame;
    void *frame_arg;
    struct connection stream;
    bool streaming;
    int writing; /* link_writing */
    int backoff;
    int64_t patience, beat; /* ms: of a call; between two heartbeats, at most */
};

struct link *link_open(const char *socket_path)
{
    struct link *link = memory_must(calloc(1, sizeof *link));
    link->socket = memory_must(strdup(socket_path));
    reader_init(&link->reader);
    connection_init(&link->stream);
    link->last = &link->turn;
    link->patience = 30000;
    link->beat = BEAT_MS;
    link->writing = -1;
    return link;
}

void link_patience(struct link *link, int64_t ms)
{
    link->patience = ms;
}

void link_beat(struct link *link, int64_t ms)
{
    link->beat = ms;
}

void link_identify(struct link *link, const char *key)
{
    bool plain = key && *key;
    for (const char *at = key; plain && *at; at++)
        plain = *at > ' ' && *at < 0x7f;
    str_copy(link->identity, sizeof link->identity, plain ? key : "");
}

static void call_free(struct call *call)
{
    connection_fini(&call->at);
    str_fini(&call->body);
    free(call);
}

/* Whoever asked may hold memory for the answer. */
static void abandon(const struct call *call)
{
    const struct err err = {.code = ERR_UNAVAILABLE, .text = "the line was closed"};
    if (call->done)
        call->done(call->arg, &(struct link_answer){.sent = connection_left(&call->at), .body = "", .err = &err, .hint = ""});
}

void link_close(struct link *link)
{
    if (!link)
        return;
    while (link->calls) {
        struct call *call = link->calls;
        link->calls = call->next;
        abandon(call);
        call_free(call);
    }
    while (link->kept_count)
        close(link->kept[--link->kept_count]);
    connection_fini(&link->stream);
    reader_fini(&link->reader);
    free(link->polled);
    free(link->polled_for);
    free(link->socket);
    free(link);
}

/* --- calls --- */

static bool take_body(void *arg, const char *bytes, size_t n)
{
    struct call *call = arg;
    str_add(&call->body, bytes, n);
    return !call->body.cut;
}

static void request(const struct link *link, struct connection *at, const char *method, const char *path)
{
    connection_request(at, method, path);
    if (*link->identity)
        connection_header(at, "X-Triage-Key", link->identity);
}

static struct call *call_new(const struct link *link, const char *method, const char *path)
{
    struct call *call = memory_must(calloc(1, sizeof *call));
    str_init(&call->body, ANSWER_MAX);
    connection_init(&call->at);
    request(link, &call->at, method, path);
    call->safe = strcmp(method, "GET") == 0 || strcmp(method, "PUT") == 0;
    return call;
}

static void call_begin(const struct link *link, struct call *call)
{
    call->waits = false;
    call->begun_us = clock_mono_us();
    call->until = clock_mono() + link->patience;
}

static void call_start(struct link *link, struct call *call, bool in_turn, link_done *done, void *arg)
{
    call->done = done;
    call->arg = arg;
    struct call **end = &link->calls;
    while (*end)
        end = &(*end)->next;
    *end = call;
    link->status.calls++;
    call->waits = in_turn && link->turn;
    if (in_turn) {
        *link->last = call;
        link->last = &call->behind;
    }
    if (!call->waits)
        call_begin(link, call);
}

/* Two at a time are two connections, and either may be the first to be heard. */
static void next_turn(struct link *link, const struct call *done)
{
    if (link->turn != done)
        return;
    link->turn = done->behind;
    if (link->turn)
        call_begin(link, link->turn);
    else
        link->last = &link->turn;
}

void link_send(struct link *link, const char *method, const char *path, const char *body, link_done *done,
               void *arg)
{
    struct call *call = call_new(link, method, path);
    if (body)
        connection_header(&call->at, "Content-Type", "application/json");
    connection_body(&call->at, body, body ? strlen(body) : 0);
    call_start(link, call, strcmp(method, "GET") != 0, done, arg);
}

void link_upload(struct link *link, const char *path, const char *data, size_t n, link_done *done, void *arg)
{
    struct call *call = call_new(link, "POST", path);
    connection_header(&call->at, "Content-Type", "application/octet-stream");
    connection_body(&call->at, data, n);
    call_start(link, call, false, done, arg);
}

static void measure(struct link *link, const struct call *call)
{
    int64_t us = clock_mono_us() - call->begun_us, old = link->status.round_trip_us;
    us = us > 0 ? us : 1;
    link->status.round_trip_us = old ? (old * 3 + us) / 4 : us;
    link->status.measured_at = clock_mono();
}

/* The desk's clock, as it stood when this answer was written. */
static void hear_time(struct link *link, int64_t now)
{
    if (!now)
        return;
    link->desk_now = now;
    link->desk_at = clock_mono();
}

int64_t link_now(const struct link *link)
{
    return link->desk_now ? link->desk_now + clock_mono() - link->desk_at : 0;
}

static const char late_hint[] = "something holds its socket: is its machine busy, or its process stopped? its log tells";

static const char *fault(const struct call *call, enum connection_state state)
{
    if (call->body.cut)
        return "the answer is too large";
    if (state == CONNECTION_BUSY)
        return "no answer in time";
    return call->at.fault ? strerror(call->at.fault) : "it hung up without a whole answer";
}

static void keep(struct link *link, struct connection *at)
{
    int fd = link->kept_count < KEPT ? connection_release(at) : -1;
    if (fd >= 0)
        link->kept[link->kept_count++] = fd;
}

/* state: of its connection; BUSY = it is over time. */
static void answer_call(struct link *link, struct call *call, enum connection_state state)
{
    const struct response *response = &call->at.response;
    char hint[256] = "";
    struct err err = {0};
    struct link_answer answer = {.sent = connection_left(&call->at), .body = call->body.data, .n = call->body.len, .hint = hint};
    if (state == CONNECTION_DONE) {
        answer.status = response->status;
        measure(link, call);
        hear_time(link, response->now);
        keep(link, &call->at);
        if (answer.status / 100 != 2)
            problem_read(answer.status, call->body.data, call->body.len, &err, hint);
    } else {
        err_set(&err, ERR_UNAVAILABLE, "no daemon answers at %s: %s", link->socket, fault(call, state));
        str_copy(hint, sizeof hint, state == CONNECTION_BUSY ? late_hint : err_row(ERR_UNAVAILABLE)->hint);
    }
    answer.err = err.code ? &err : NULL;
    for (struct call **at = &link->calls; *at; at = &(*at)->next)
        if (*at == call) {
            *at = call->next;
            break;
        }
    link->status.calls--;
    next_turn(link, call);
    if (call->done)
        call->done(call->arg, &answer);
    call_free(call);
}

static void take_kept(struct link *link, struct connection *at)
{
    while (link->kept_count && at->fd < 0)
        connection_adopt(at, link->kept[--link->kept_count]);
}

/* The daemon may close a kept socket just when a call takes it. What is not safe is said again only where not all of it had gone. */
static bool once_more(struct call *call)
{
    struct connection *at = &call->at;
    if (call->again || !at->served || at->response.begun || (!call->safe && connection_left(at)))
        return false;
    connection_again(at);
    return call->again = true;
}

/* True: the call was answered, and is gone. */
static bool call_step(struct link *link, struct call *call)
{
    enum connection_state state = CONNECTION_BUSY;
    if (call->waits)
        return false;
    if (call->at.ready) {
        if (!call->again)
            take_kept(link, &call->at);
        state = connection_step(&call->at, link->socket, take_body, call);
        if (state == CONNECTION_BROKEN && once_more(call))
            state = connection_step(&call->at, link->socket, take_body, call);
    }
    if (state == CONNECTION_BUSY && clock_mono() < call->until)
        return false;
    answer_call(link, call, state);
    return true;
}

/* Whoever is answered may ask again, which changes the list: it is walked anew. */
static void run_calls(struct link *link)
{
    for (struct call *call = link->calls, *next; call; call = next) {
        next = call->next;
        if (call_step(link, call))
            next = link->calls;
    }
}

/* --- the stream --- */

/* How often it beats is the first thing it says. */
static void take_frame(void *arg, const char *event, int64_t id, const char *data, size_t n)
{
    struct link *link = arg;
    if (strcmp(event, "hello") == 0) {
        AUTO_JSON hello = json_parse(data, n, &json_limits_native, NULL, NULL);
        int64_t beat = json_get_i64(hello, "beat", 0);
        link->beat = beat > 0 ? beat + LOOK_MS : link->beat;
    }
    link->frame(link->frame_arg, event, id, data, n);
}

static bool take_stream(void *arg, const char *bytes, size_t n)
{
    struct link *link = arg;
    link->status.refused = link->stream.response.status != 200 ? link->stream.response.status : 0;
    if (link->status.refused)
        return true;
    link->status.state = LINK_LIVE;
    link->status.heard_at = clock_mono();
    link->status.gone_since = 0;
    link->backoff = 0;
    reader_feed(&link->reader, bytes, n, take_frame, link);
    return true;
}

static void stream_start(struct link *link)
{
    struct connection *stream = &link->stream;
    char resume[24];
    reader_restart(&link->reader);
    request(link, stream, "GET", "/v1/stream");
    connection_header(stream, "Accept", "text/event-stream");
    snprintf(resume, sizeof resume, "%lld", (long long)link->reader.last_id);
    if (link->reader.last_id >= 0)
        connection_header(stream, "Last-Event-ID", resume);
    connection_body(stream, NULL, 0);
    link->streaming = true;
    link->status.heard_at = clock_mono();
    link->status.state = LINK_CONNECTING;
}

static void stream_ended(struct link *link, int64_t since)
{
    connection_close(&link->stream);
    link->streaming = false;
    if (!link->status.gone_since)
        link->status.gone_since = since;
    link->backoff = link->backoff ? link->backoff * 2 : BACKOFF_FIRST;
    if (link->backoff > BACKOFF_MOST)
        link->backoff = BACKOFF_MOST;
    link->status.state = LINK_DOWN;
    link->status.retry_at = clock_mono() + link->backoff;
}

void link_follow(struct link *link, int64_t after, link_frame *frame, void *arg)
{
    link->frame = frame;
    link->frame_arg = arg;
    link->reader.last_id = after;
    if (!link->streaming)
        stream_start(link);
}

void link_resume_from(struct link *link, int64_t after)
{
    link->reader.last_id = after;
}

void link_retry(struct link *link)
{
    if (link->status.state == LINK_CONNECTING || link->status.state == LINK_QUIET)
        stream_ended(link, link->status.heard_at); /* it may hang for as long as the other side stands still */
    if (link->status.state == LINK_DOWN)
        link->status.retry_at = clock_mono();
}

/* --- the loop's side --- */

/* The next try, or the end of patience with a silent one. */
static int stream_timeout(const struct link *link, int timeout_ms)
{
    const struct link_status *s = &link->status;
    if (s->state == LINK_IDLE)
        return timeout_ms;
    int64_t at = s->state == LINK_DOWN ? s->retry_at : s->heard_at + link->beat * (s->state == LINK_LIVE ? QUIET_BEATS : GONE_BEATS), left = at - clock_mono();
    left = left < 0 ? 0 : left;
    return left < timeout_ms ? (int)left : timeout_ms;
}

static void sooner(int *timeout_ms, int64_t ms)
{
    ms = ms < 0 ? 0 : ms;
    if (ms < *timeout_ms)
        *timeout_ms = (int)ms;
}

static void make_room(struct link *link, int n)
{
    if (n <= link->polled_room)
        return;
    link->polled = memory_must(realloc(link->polled, (size_t)n * sizeof *link->polled));
    link->polled_for = memory_must(realloc(link->polled_for, (size_t)n * sizeof *link->polled_for));
    link->polled_room = n;
}

static int poll_also(struct link *link, int n, int fd, short events, struct connection *whose)
{
    link->polled[n] = (struct pollfd){.fd = fd, .events = events};
    link->polled_for[n] = whose;
    return n + 1;
}

/* What was just begun, or finds the door full, has no socket to be polled. */
static int poll_connection(struct link *link, int n, struct connection *at, int *timeout_ms)
{
    if (at->ready || connection_waits(at))
        sooner(timeout_ms, at->ready ? 0 : DOOR_MS);
    at->ready |= connection_waits(at);
    return connection_waits(at) ? n : poll_also(link, n, at->fd, connection_events(at), at);
}

unsigned link_wait(struct link *link, const int *fds, int count, int timeout_ms)
{
    unsigned ready = 0;
    int n = 0;
    count = count > WAITED_FOR ? WAITED_FOR : count;
    make_room(link, count + link->status.calls + 2);
    timeout_ms = stream_timeout(link, timeout_ms);
    for (int i = 0; i < count; i++)
        n = poll_also(link, n, fds[i], POLLIN, NULL);
    if (link->writing >= 0)
        n = poll_also(link, n, link->writing, POLLOUT, NULL);
    if (link->streaming)
        n = poll_connection(link, n, &link->stream, &timeout_ms);
    for (struct call *call = link->calls; call; call = call->next)
        if (!call->waits) {
            n = poll_connection(link, n, &call->at, &timeout_ms);
            sooner(&timeout_ms, call->until - clock_mono());
        }
    if (poll(link->polled, (nfds_t)n, timeout_ms) <= 0)
        return 0;
    for (int i = 0; i < n; i++)
        if (link->polled_for[i])
            link->polled_for[i]->ready |= link->polled[i].revents != 0;
        else if (i < count)
            ready |= link->polled[i].revents ? 1u << i : 0;
    return ready;
}

void link_writing(struct link *link, int fd)
{
    link->writing = fd;
}

static void run_stream(struct link *link)
{
    if (link->status.state == LINK_DOWN && clock_mono() >= link->status.retry_at)
        stream_start(link);
    if (link->streaming && link->stream.ready && connection_step(&link->stream, link->socket, take_stream, link) != CONNECTION_BUSY)
        stream_ended(link, clock_mono());
}

/* A daemon that stands still keeps its socket, and so does a line that leads nowhere. */
static void watch(struct link *link)
{
    int64_t heard_at = link->status.heard_at, silent = clock_mono() - heard_at;
    if (link->streaming && silent >= GONE_BEATS * link->beat)
        stream_ended(link, heard_at);
    else if (link->status.state == LINK_LIVE && silent >= QUIET_BEATS * link->beat)
        link->status.state = LINK_QUIET;
}

void link_run(struct link *link)
{
    run_calls(link);
    run_stream(link);
    watch(link); /* after what waited in the socket was read */
}

const struct link_status *link_status(const struct link *link)
{
    return &link->status;
}

/* --- waiting for one call --- */

struct waited {
    bool done;
    int status;
    struct str *body;
    char *hint;
    struct err err;
};

static void take_answer(void *arg, const struct link_answer *answer)
{
    struct waited *waited = arg;
    waited->done = true;
    waited->status = answer->status;
    if (answer->err)
        waited->err = *answer->err;
    if (waited->hint)
        str_copy(waited->hint, 256, answer->hint);
    if (waited->body)
        str_add(waited->body, answer->body, answer->n);
}

static bool wait_for(struct link *link, struct waited *waited, struct err *err)
{
    for (link_run(link); !waited->done; link_run(link))
        link_wait(link, NULL, 0, 1000);
    if (waited->err.code && err)
        *err = waited->err;
    return !waited->err.code;
}

bool link_call(struct link *link, const char *method, const char *path, const char *body,
               struct str *body_out, char *hint, struct err *err)
{
    struct waited waited = {.body = body_out, .hint = hint};
    link_send(link, method, path, body, take_answer, &waited);
    return wait_for(link, &waited, err);
}

bool link_call_with(struct link *link, const char *method, const char *path,
                    const struct link_header *headers, int count, const char *body, size_t n,
                    struct str *body_out, int *status, struct err *err)
{
    struct waited waited = {.body = body_out};
    struct call *call = call_new(link, method, path);
    for (int i = 0; i < count; i++)
        connection_header(&call->at, headers[i].name, headers[i].value);
    connection_body(&call->at, body, n);
    call_start(link, call, false, take_answer, &waited);
    bool ok = wait_for(link, &waited, err);
    if (status)
        *status = waited.status;
    return ok;
}
