/* link: libcurl's multi interface on one Unix socket. Owns the multi handle, the calls in flight and the
 * stream's reader. A call is one block that lives from link_send to its done; the stream is one easy handle
 * made anew for each connection, because only the header Last-Event-ID changes. Runs on the console's only
 * thread. */
#include "link/link.h"
#include "base/clock.h"
#include "base/json.h"
#include "link/reader.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 65 << 20, BACKOFF_FIRST = 200, BACKOFF_MOST = 2000 };
enum { BEAT_MS = 6000, LOOK_MS = 1000 /* how late one may be: it looks once a second whether it is time */, QUIET_BEATS = 2, GONE_BEATS = 4 };

struct call {
    struct call *next;
    struct call *behind; /* what is written after it */
    CURL *easy;
    struct curl_slist *headers;
    struct str body;
    char *request;
    char fault[CURL_ERROR_SIZE];
    link_done *done;
    void *arg;
};
struct link {
    CURLM *multi;
    char *socket;
    char identity[160]; /* a header, "" = none */
    int64_t desk_now, desk_at; /* the desk's clock, and when by our steady one; 0 = never */
    struct call *calls;
    struct call *turn, **last; /* the write that is under way; where the next one to wait is put */
    struct link_status status;
    struct reader reader;
    link_frame *frame;
    void *frame_arg;
    CURL *stream;
    struct curl_slist *stream_headers;
    bool stream_ok;
    int writing; /* link_writing */
    bool silent; /* the last wait ended with nothing of libcurl's */
    int backoff;
    int64_t patience, beat; /* ms: of a call; between two heartbeats, at most */
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
    curl_global_init(CURL_GLOBAL_NOTHING);
    link->multi = must(curl_multi_init());
    curl_multi_setopt(link->multi, CURLMOPT_MAXCONNECTS, 4L);
    link->socket = must(strdup(socket_path));
    reader_init(&link->reader);
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
    link->identity[0] = 0;
    if (plain)
        snprintf(link->identity, sizeof link->identity, "X-Triage-Key: %.100s", key);
}

static struct curl_slist *headers_new(const struct link *link, const char *first)
{
    struct curl_slist *list = curl_slist_append(NULL, first);
    return *link->identity ? curl_slist_append(list, link->identity) : list;
}

static void call_free(struct link *link, struct call *call)
{
    curl_multi_remove_handle(link->multi, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    str_fini(&call->body);
    free(call->request);
    free(call);
}

static void stream_drop(struct link *link)
{
    if (!link->stream)
        return;
    curl_multi_remove_handle(link->multi, link->stream);
    curl_easy_cleanup(link->stream);
    curl_slist_free_all(link->stream_headers);
    link->stream = NULL;
    link->stream_headers = NULL;
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
        call_free(link, call);
    }
    stream_drop(link);
    curl_multi_cleanup(link->multi);
    reader_fini(&link->reader);
    free(link->socket);
    free(link);
}

static CURL *easy_new(struct link *link, const char *path)
{
    CURL *easy = must(curl_easy_init());
    AUTO_STR url;
    str_init(&url, 64 << 10);
    str_addf(&url, "http://desk%s", path);
    curl_easy_setopt(easy, CURLOPT_URL, url.data);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, link->socket);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    return easy;
}

/* --- calls --- */

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    str_add(&call->body, bytes, size * n);
    return call->body.cut ? 0 : size * n;
}

static struct call *call_new(struct link *link, const char *method, const char *path, const char *body,
                             size_t n)
{
    struct call *call = must(calloc(1, sizeof *call));
    str_init(&call->body, ANSWER_MAX);
    call->easy = easy_new(link, path);
    call->headers = headers_new(link, "Expect:");
    if (body) {
        call->request = must(malloc(n + 1));
        memcpy(call->request, body, n);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->request);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
    }
    curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->fault);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)link->patience);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    return call;
}

static void call_start(struct link *link, struct call *call, bool in_turn, link_done *done, void *arg)
{
    call->done = done;
    call->arg = arg;
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    call->next = link->calls;
    link->calls = call;
    link->status.calls++;
    bool waits = in_turn && link->turn;
    if (in_turn) {
        *link->last = call;
        link->last = &call->behind;
    }
    if (!waits)
        curl_multi_add_handle(link->multi, call->easy);
}

/* Two at a time are two connections, and either may be the first to be heard. */
static void next_turn(struct link *link, const struct call *done)
{
    if (link->turn != done)
        return;
    link->turn = done->behind;
    if (link->turn)
        curl_multi_add_handle(link->multi, link->turn->easy);
    else
        link->last = &link->turn;
}

void link_send(struct link *link, const char *method, const char *path, const char *body, link_done *done,
               void *arg)
{
    struct call *call = call_new(link, method, path, body, body ? strlen(body) : 0);
    if (body)
        call->headers = curl_slist_append(call->headers, "Content-Type: application/json");
    call_start(link, call, strcmp(method, "GET") != 0, done, arg);
}

void link_upload(struct link *link, const char *path, const char *data, size_t n, link_done *done, void *arg)
{
    struct call *call = call_new(link, "POST", path, data, n);
    call->headers = curl_slist_append(call->headers, "Content-Type: application/octet-stream");
    call_start(link, call, false, done, arg);
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

static void measure(struct link *link, CURL *easy)
{
    curl_off_t us = 0;
    if (curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &us) != CURLE_OK)
        return;
    int64_t old = link->status.round_trip_us;
    link->status.round_trip_us = old ? (old * 3 + us) / 4 : us;
    link->status.measured_at = clock_mono();
}

/* The desk's clock, as it stood when this answer was written. */
static void hear_time(struct link *link, CURL *easy)
{
    struct curl_header *header;
    if (curl_easy_header(easy, "X-Triage-Now", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return;
    link->desk_now = strtoll(header->value, NULL, 10);
    link->desk_at = clock_mono();
}

int64_t link_now(const struct link *link)
{
    return link->desk_now ? link->desk_now + clock_mono() - link->desk_at : 0;
}

static const char *fault(const struct call *call, CURLcode code)
{
    long number = 0;
    if (call->body.cut)
        return "the answer is too large";
    if (code == CURLE_COULDNT_CONNECT &&
        curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &number) == CURLE_OK && number)
        return strerror((int)number);
    return *call->fault && code != CURLE_COULDNT_CONNECT ? call->fault : curl_easy_strerror(code);
}

static void answer_call(struct link *link, struct call *call, CURLcode code)
{
    long status = 0;
    char hint[256] = "";
    struct err err = {0};
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        measure(link, call->easy);
        hear_time(link, call->easy);
    }
    if (code != CURLE_OK) {
        err_set(&err, ERR_UNAVAILABLE, "no daemon answers at %s: %s", link->socket, fault(call, code));
        str_copy(hint, sizeof hint, err_row(ERR_UNAVAILABLE)->hint);
        status = 0;
    } else if (status / 100 != 2) {
        link_problem((int)status, call->body.data, call->body.len, &err, hint);
    }
    struct link_answer answer = {.status = (int)status,
                                 .body = call->body.data,
                                 .n = call->body.len,
                                 .err = err.code ? &err : NULL,
                                 .hint = hint};
    for (struct call **at = &link->calls; *at; at = &(*at)->next)
        if (*at == call) {
            *at = call->next;
            break;
        }
    link->status.calls--;
    next_turn(link, call);
    if (call->done)
        call->done(call->arg, &answer);
    call_free(link, call);
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

static size_t take_stream(char *bytes, size_t size, size_t n, void *arg)
{
    struct link *link = arg;
    long status = 0;
    curl_easy_getinfo(link->stream, CURLINFO_RESPONSE_CODE, &status);
    link->stream_ok = status == 200;
    if (!link->stream_ok)
        return size * n;
    link->status.state = LINK_LIVE;
    link->status.heard_at = clock_mono();
    link->status.gone_since = 0;
    link->backoff = 0;
    reader_feed(&link->reader, bytes, size * n, take_frame, link);
    return size * n;
}

static void stream_start(struct link *link)
{
    char resume[64];
    snprintf(resume, sizeof resume, "Last-Event-ID: %lld", (long long)link->reader.last_id);
    reader_restart(&link->reader);
    link->stream = easy_new(link, "/v1/stream");
    link->stream_headers = headers_new(link, "Accept: text/event-stream");
    if (link->reader.last_id >= 0)
        link->stream_headers = curl_slist_append(link->stream_headers, resume);
    curl_easy_setopt(link->stream, CURLOPT_HTTPHEADER, link->stream_headers);
    curl_easy_setopt(link->stream, CURLOPT_WRITEFUNCTION, take_stream);
    curl_easy_setopt(link->stream, CURLOPT_WRITEDATA, link);
    link->stream_ok = false;
    link->status.heard_at = clock_mono();
    link->status.state = LINK_CONNECTING;
    curl_multi_add_handle(link->multi, link->stream);
}

static void stream_ended(struct link *link, int64_t since)
{
    stream_drop(link);
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
    if (!link->stream)
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

/* The next try, or the end of patience with a silent one. (libcurl would watch its speed with a timer that goes off every second.) */
static int stream_timeout(const struct link *link, int timeout_ms)
{
    const struct link_status *s = &link->status;
    if (s->state == LINK_IDLE)
        return timeout_ms;
    int64_t at = s->state == LINK_DOWN ? s->retry_at : s->heard_at + link->beat * (s->state == LINK_LIVE ? QUIET_BEATS : GONE_BEATS), left = at - clock_mono();
    left = left < 0 ? 0 : left;
    return left < timeout_ms ? (int)left : timeout_ms;
}

unsigned link_wait(struct link *link, const int *fds, int count, int timeout_ms)
{
    struct curl_waitfd extra[9] = {{0}};
    unsigned ready = 0, all;
    int woken = 0, own = 0;
    count = count > 8 ? 8 : count;
    for (int i = 0; i < count; i++)
        extra[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
    all = (unsigned)count;
    if (link->writing >= 0)
        extra[all++] = (struct curl_waitfd){.fd = link->writing, .events = CURL_WAIT_POLLOUT};
    bool polled = curl_multi_poll(link->multi, extra, all, stream_timeout(link, timeout_ms), &woken) == CURLM_OK;
    for (unsigned i = 0; i < all; i++)
        own += extra[i].revents != 0;
    link->silent = polled && woken == own;
    for (int i = 0; i < count; i++)
        ready |= extra[i].revents ? 1u << i : 0;
    return ready;
}

void link_writing(struct link *link, int fd)
{
    link->writing = fd;
}

static void one_done(struct link *link, CURL *easy, CURLcode code)
{
    if (easy == link->stream) {
        stream_ended(link, clock_mono());
        return;
    }
    struct call *call = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
    answer_call(link, call, code);
}

/* A daemon that stands still keeps its socket, and so does a line that leads nowhere. */
static void watch(struct link *link)
{
    int64_t heard_at = link->status.heard_at, silent = clock_mono() - heard_at;
    if (link->stream && silent >= GONE_BEATS * link->beat)
        stream_ended(link, heard_at);
    else if (link->status.state == LINK_LIVE && silent >= QUIET_BEATS * link->beat)
        link->status.state = LINK_QUIET;
}

/* A key alone is nothing to libcurl, which would ask each of its sockets all the same. A call that was just begun, or is over time, is. */
static bool to_do(struct link *link)
{
    long ms = -1;
    bool silent = link->silent;
    link->silent = false;
    return !silent || curl_multi_timeout(link->multi, &ms) != CURLM_OK || ms == 0;
}

void link_run(struct link *link)
{
    int running = 0, left = 0;
    if (link->status.state == LINK_DOWN && clock_mono() >= link->status.retry_at)
        stream_start(link);
    if (to_do(link))
        curl_multi_perform(link->multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(link->multi, &left)) != NULL;)
        if (message->msg == CURLMSG_DONE)
            one_done(link, message->easy_handle, message->data.result);
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
    struct call *call = call_new(link, method, path, body, n);
    for (int i = 0; i < count; i++) {
        AUTO_STR line;
        str_init(&line, 16 << 10);
        str_addf(&line, "%s: %s", headers[i].name, headers[i].value);
        call->headers = curl_slist_append(call->headers, line.data);
    }
    call_start(link, call, false, take_answer, &waited);
    bool ok = wait_for(link, &waited, err);
    if (status)
        *status = waited.status;
    return ok;
}
