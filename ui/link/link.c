/* link: calls in flight, the stream, and the sockets that are kept for the next call (link/connection). A call is one block that lives
 * from link_send to its done. HTTP is spoken here and not through libcurl, which the daemon has for the outside: on a Unix socket to one's
 * own daemon it would bring forty shared libraries to the start of every console and every verb. Runs on the console's only thread. */
#include "link/link.h"
#include "base/clock.h"
#include "base/json.h"
#include "link/connection.h"
#include "link/reader.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 32 << 20, BACKOFF_FIRST = 200, BACKOFF_MOST = 2000, SILENCE_MOST = 40000, KEPT = 4, POLLED = 64, DOOR_MS = 5 };

struct call {
    struct call *next;
    struct connection at;
    struct str body;
    bool fresh; /* the kept socket had been closed: once more on one of its own */
    int64_t started_us, until; /* until: clock_mono */
    link_done *done;
    void *arg;
};
struct link {
    char *socket;
    char identity[160]; /* a header, "" = none */
    int64_t patience; /* ms a call may take */
    struct call *calls;
    int kept[KEPT], kept_count; /* sockets that wait for a call */
    struct link_status status;
    struct reader reader;
    link_frame *frame;
    void *frame_arg;
    bool following;
    struct connection stream;
    int64_t heard_at; /* clock_mono of the stream's last byte */
    int backoff;
};

static void *must(void *ptr)
{
    if (!ptr) {
        fputs("triage: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

struct link *link_open(const char *socket_path)
{
    struct link *link = must(calloc(1, sizeof *link));
    link->socket = must(strdup(socket_path));
    reader_init(&link->reader);
    connection_init(&link->stream);
    link->patience = 30000;
    return link;
}

void link_patience(struct link *link, int64_t ms)
{
    link->patience = ms;
}

void link_identify(struct link *link, const char *key)
{
    bool plain = key && *key;
    for (const char *at = key; plain && *at; at++)
        plain = *at > ' ' && *at < 0x7f;
    link->identity[0] = 0;
    if (plain)
        snprintf(link->identity, sizeof link->identity, "X-Triage-Key: %.100s\r\n", key);
}

/* --- sockets --- */

/* A socket that served before, if one still stands; else none yet. */
static void take_kept(struct link *link, struct connection *c)
{
    while (link->kept_count && c->fd < 0) {
        int fd = link->kept[--link->kept_count];
        if (connection_quiet(fd)) {
            c->fd = fd;
            c->kept = true;
        } else {
            close(fd);
        }
    }
}

static void keep(struct link *link, struct connection *c)
{
    if (c->fd < 0 || !c->response.keeps || c->response.state != RESPONSE_DONE || link->kept_count == KEPT)
        return;
    link->kept[link->kept_count++] = c->fd;
    c->fd = -1;
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
        call->done(call->arg, &(struct link_answer){.body = "", .err = &err, .hint = ""});
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

/* Paths are escaped by whoever makes them; what could end the line early is not sent. */
static void begin_request(const struct link *link, struct str *out, const char *method, const char *path)
{
    str_adds(out, method);
    str_addc(out, ' ');
    str_add(out, path, strcspn(path, " \r\n"));
    str_addf(out, " HTTP/1.1\r\nHost: desk\r\n%s", link->identity);
}

static struct call *call_new(struct link *link, const char *method, const char *path)
{
    struct call *call = must(calloc(1, sizeof *call));
    str_init(&call->body, ANSWER_MAX);
    connection_init(&call->at);
    begin_request(link, &call->at.out, method, path);
    return call;
}

/* Sent in the next link_run; the headers end here. */
static void call_start(struct link *link, struct call *call, const char *body, size_t n, link_done *done, void *arg)
{
    struct str *out = &call->at.out;
    if (body)
        str_addf(out, "Content-Length: %zu\r\n", n);
    str_adds(out, "\r\n");
    str_add(out, body ? body : "", n);
    call->done = done;
    call->arg = arg;
    call->started_us = clock_mono_us();
    call->until = clock_mono() + link->patience;
    call->next = link->calls;
    link->calls = call;
    link->status.calls++;
}

void link_send(struct link *link, const char *method, const char *path, const char *body, link_done *done,
               void *arg)
{
    struct call *call = call_new(link, method, path);
    if (body)
        str_adds(&call->at.out, "Content-Type: application/json\r\n");
    call_start(link, call, body, body ? strlen(body) : 0, done, arg);
}

static enum err_code code_of(const char *slug, int status)
{
    for (int i = ERR_USAGE; i < ERR_CODES; i++)
        if (slug && strcmp(err_row(i)->slug, slug) == 0)
            return i;
    for (int i = ERR_USAGE; i < ERR_CODES; i++)
        if (err_row(i)->status == status)
            return i;
    return status >= 500 ? ERR_UNAVAILABLE : ERR_INPUT;
}

void link_problem(int status, const char *body, size_t n, struct err *err, char hint[256])
{
    AUTO_JSON problem = json_parse(body, n, &json_limits_native, NULL, NULL);
    const char *type = json_get_string(problem, "type", "");
    const char *slug = str_starts(type, "urn:triage:problem:") ? type + strlen("urn:triage:problem:") : NULL;
    enum err_code code = code_of(slug, status);
    const char *detail = json_get_string(problem, "detail", json_get_string(problem, "title", NULL));
    if (detail && *detail)
        err_set(err, code, "%s", detail);
    else
        err_set(err, code, "the daemon answered %d", status);
    str_copy(hint, 256, json_get_string(problem, "hint", err_row(code)->hint));
}

static const char *fault(const struct call *call, bool late)
{
    if (call->body.cut)
        return "the answer is too large";
    if (late)
        return "no answer in time";
    return call->at.fault ? strerror(call->at.fault) : "the connection ended without an answer";
}

static void measure(struct link *link, const struct call *call)
{
    int64_t us = clock_mono_us() - call->started_us, old = link->status.round_trip_us;
    us = us ? us : 1;
    link->status.round_trip_us = old ? (old * 3 + us) / 4 : us;
}

static void answer_call(struct link *link, struct call *call, bool whole, bool late)
{
    int status = whole ? call->at.response.status : 0;
    char hint[256] = "";
    struct err err = {0};
    for (struct call **at = &link->calls; *at; at = &(*at)->next)
        if (*at == call) {
            *at = call->next;
            break;
        }
    link->status.calls--;
    if (!whole) {
        err_set(&err, ERR_UNAVAILABLE, "no daemon answers at %s: %s", link->socket, fault(call, late));
        str_copy(hint, sizeof hint, err_row(ERR_UNAVAILABLE)->hint);
    } else {
        measure(link, call);
        keep(link, &call->at);
        if (status / 100 != 2)
            link_problem(status, call->body.data, call->body.len, &err, hint);
    }
    struct link_answer answer = {
        .status = status, .body = call->body.data, .n = call->body.len, .err = err.code ? &err : NULL, .hint = hint};
    if (call->done)
        call->done(call->arg, &answer);
    call_free(call);
}

/* The daemon may close a kept socket just when a call takes it: nothing of the call was heard then. */
static bool once_more(struct call *call)
{
    if (call->fresh || !call->at.kept || call->at.response.code || call->at.response.line.len)
        return false;
    connection_close(&call->at);
    response_restart(&call->at.response);
    call->at.sent = 0;
    return call->fresh = true;
}

/* True: the call was answered, and is gone. */
static bool call_step(struct link *link, struct call *call, int64_t now)
{
    enum connection_state state = CONNECTION_BUSY;
    if (call->at.fd < 0 && !call->fresh)
        take_kept(link, &call->at);
    if (connection_open(&call->at, link->socket))
        state = connection_step(&call->at, take_body, call);
    else if (call->at.fault != EAGAIN)
        state = CONNECTION_BROKEN;
    if (state == CONNECTION_BROKEN && once_more(call))
        return call_step(link, call, now);
    bool late = state == CONNECTION_BUSY && now >= call->until;
    if (state == CONNECTION_BUSY && !late)
        return false;
    answer_call(link, call, state == CONNECTION_DONE, late);
    return true;
}

/* Whoever is answered may ask again, which changes the list: it is walked anew. */
static void run_calls(struct link *link)
{
    int64_t now = clock_mono();
    for (struct call *call = link->calls, *next; call; call = next) {
        next = call->next;
        if (call_step(link, call, now))
            next = link->calls;
    }
}

/* --- the stream --- */

static void set_state(struct link *link, enum link_state state)
{
    if (link->status.state != state)
        link->status.since = clock_mono();
    link->status.state = state;
}

static bool take_stream(void *arg, const char *bytes, size_t n)
{
    struct link *link = arg;
    link->heard_at = clock_mono();
    if (link->stream.response.status != 200)
        return true;
    set_state(link, LINK_LIVE);
    link->backoff = 0;
    reader_feed(&link->reader, bytes, n, link->frame, link->frame_arg);
    return true;
}

static void stream_start(struct link *link)
{
    struct connection *stream = &link->stream;
    connection_close(stream);
    response_restart(&stream->response);
    reader_restart(&link->reader);
    str_clear(&stream->out);
    stream->sent = 0;
    begin_request(link, &stream->out, "GET", "/v1/stream");
    str_adds(&stream->out, "Accept: text/event-stream\r\n");
    if (link->reader.last_id >= 0)
        str_addf(&stream->out, "Last-Event-ID: %lld\r\n", (long long)link->reader.last_id);
    str_adds(&stream->out, "\r\n");
    link->following = true;
    link->heard_at = clock_mono();
    set_state(link, LINK_CONNECTING);
}

static void stream_ended(struct link *link)
{
    connection_close(&link->stream);
    link->following = false;
    link->backoff = link->backoff ? link->backoff * 2 : BACKOFF_FIRST;
    if (link->backoff > BACKOFF_MOST)
        link->backoff = BACKOFF_MOST;
    set_state(link, LINK_DOWN);
    link->status.retry_at = clock_mono() + link->backoff;
}

static void run_stream(struct link *link)
{
    if (link->status.state == LINK_DOWN && clock_mono() >= link->status.retry_at)
        stream_start(link);
    if (!link->following)
        return;
    bool open = connection_open(&link->stream, link->socket), waits = !open && link->stream.fault == EAGAIN;
    if ((!open && !waits) || (open && connection_step(&link->stream, take_stream, link) != CONNECTION_BUSY) ||
        clock_mono() - link->heard_at >= SILENCE_MOST)
        stream_ended(link);
}

void link_follow(struct link *link, int64_t after, link_frame *frame, void *arg)
{
    link->frame = frame;
    link->frame_arg = arg;
    link->reader.last_id = after;
    if (!link->following)
        stream_start(link);
}

void link_resume_from(struct link *link, int64_t after)
{
    link->reader.last_id = after;
}

void link_retry(struct link *link)
{
    if (link->status.state == LINK_DOWN)
        link->status.retry_at = clock_mono();
}

/* --- the loop's side --- */

static void sooner(int *timeout, int64_t ms)
{
    ms = ms < 0 ? 0 : ms;
    if (ms < *timeout)
        *timeout = (int)ms;
}

/* True: it is to be polled. One that nobody opened yet has been asked for since the last link_run, or waits at the door. */
static bool poll_for(struct pollfd *at, const struct connection *c, int *timeout)
{
    if (c->fd < 0)
        sooner(timeout, c->fault == EAGAIN ? DOOR_MS : 0);
    else
        *at = (struct pollfd){.fd = c->fd, .events = connection_events(c)};
    return c->fd >= 0;
}

unsigned link_wait(struct link *link, const int *fds, int count, int timeout_ms)
{
    struct pollfd list[POLLED] = {{0}};
    unsigned ready = 0;
    int n = 0;
    int64_t now = clock_mono();
    for (; n < count && n < 8; n++)
        list[n] = (struct pollfd){.fd = fds[n], .events = POLLIN};
    count = n;
    if (link->following)
        n += poll_for(&list[n], &link->stream, &timeout_ms);
    for (struct call *call = link->calls; call && n < POLLED; call = call->next) {
        n += poll_for(&list[n], &call->at, &timeout_ms);
        sooner(&timeout_ms, call->until - now);
    }
    if (link->following)
        sooner(&timeout_ms, link->heard_at + SILENCE_MOST - now);
    if (link->status.state == LINK_DOWN)
        sooner(&timeout_ms, link->status.retry_at - now);
    if (poll(list, (nfds_t)n, timeout_ms) > 0)
        for (int i = 0; i < count; i++)
            ready |= list[i].revents ? 1u << i : 0;
    return ready;
}

void link_run(struct link *link)
{
    run_calls(link);
    run_stream(link);
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
        str_addf(&call->at.out, "%s: %s\r\n", headers[i].name, headers[i].value);
    call_start(link, call, body, body ? n : 0, take_answer, &waited);
    bool ok = wait_for(link, &waited, err);
    if (status)
        *status = waited.status;
    return ok;
}
