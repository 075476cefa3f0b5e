/* http: a block per exchange from http_start to its done. Nothing is kept between exchanges: a reused connection would
 * outlive the rule that allowed its address, and a courier's rate does not need one. What the other side sends is counted
 * while it arrives; over the limit the transfer ends, and what was learned until then stands. On the courier's thread. */
#include "worker/http.h"
#include "base/clock.h"
#include "base/str.h"
#include "worker/guard.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* The headers a verdict may hang on, and where they go. */
static const struct {
    const char *name;
    size_t offset;
} ears[] = {
    {"retry-after", offsetof(struct reply, retry_after)},
    {"retry-after-ms", offsetof(struct reply, retry_after_ms)},
    {"x-should-retry", offsetof(struct reply, should_retry)},
    {"x-ratelimit-global", offsetof(struct reply, limit_global)},
    {"x-ratelimit-scope", offsetof(struct reply, limit_scope)},
    {"x-ratelimit-remaining", offsetof(struct reply, limit_remaining)},
    {"x-ratelimit-reset-after", offsetof(struct reply, limit_reset_after)},
    {"content-type", offsetof(struct reply, content_type)},
};
enum { EARS = sizeof ears / sizeof *ears, HEARD = 128 };

struct call {
    struct call *next;
    CURL *easy;
    struct curl_slist *headers;
    bool allow_loopback, https;
    size_t head_n;
    struct str body;
    char heard[EARS][HEARD]; /* "" = absent */
    char refused[160], fault[CURL_ERROR_SIZE];
    int64_t started;
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
};
struct http {
    CURLM *multi;
    struct curl_slist *resolve;
    struct call *calls;
    int connect_ms, total_ms, count;
};

static void *must(void *ptr)
{
    if (!ptr) {
        fputs("triage: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

struct http *http_open(const struct http_options *o, struct err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(err, ERR_INTERNAL, "starting libcurl");
        return NULL;
    }
    struct http *http = must(calloc(1, sizeof *http));
    http->multi = must(curl_multi_init());
    http->connect_ms = o->connect_ms ? o->connect_ms : HTTP_CONNECT_MS;
    http->total_ms = o->total_ms ? o->total_ms : HTTP_TOTAL_MS;
    if (o->resolve)
        http->resolve = must(curl_slist_append(NULL, o->resolve));
    return http;
}

static void call_free(struct http *http, struct call *call)
{
    struct call **at = &http->calls;
    while (*at && *at != call)
        at = &(*at)->next;
    if (*at)
        *at = call->next;
    http->count--;
    curl_multi_remove_handle(http->multi, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    str_fini(&call->body);
    free(call);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    while (http->calls)
        call_free(http, http->calls);
    curl_multi_cleanup(http->multi);
    curl_slist_free_all(http->resolve);
    curl_global_cleanup();
    free(http);
}

int http_count(const struct http *http)
{
    return http->count;
}

void http_wake(struct http *http)
{
    curl_multi_wakeup(http->multi);
}

/* --- what curl asks and tells --- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *call = arg;
    (void)purpose;
    struct guard_verdict v = guard_sockaddr(&address->addr, address->addrlen);
    const char *why = guard_refusal(&v, call->https, call->allow_loopback);
    if (why) {
        snprintf(call->refused, sizeof call->refused, "the address it resolves to is refused: %s", why);
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype, address->protocol);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static void hear(struct call *call, const char *line, size_t n)
{
    for (size_t i = 0; i < EARS; i++) {
        size_t skip = strlen(ears[i].name);
        if (n <= skip || line[skip] != ':' || strncasecmp(line, ears[i].name, skip) != 0)
            continue;
        for (skip++; skip < n && (line[skip] == ' ' || line[skip] == '\t');)
            skip++;
        while (n > skip && strchr("\r\n \t", line[n - 1]))
            n--;
        if (n - skip < HEARD) {
            memcpy(call->heard[i], line + skip, n - skip);
            call->heard[i][n - skip] = '\0';
        }
        return;
    }
}

static size_t take_head(char *line, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    call->head_n += size * n;
    if (call->head_n > HTTP_HEAD_MAX)
        return 0;
    hear(call, line, size * n);
    return size * n;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    str_add(&call->body, bytes, size * n);
    return call->body.cut ? 0 : size * n;
}

/* --- an exchange --- */

static struct curl_slist *header_list(const struct delivery *request)
{
    struct curl_slist *list = must(curl_slist_append(NULL, "Expect:"));
    for (int i = 0; i < request->header_count; i++) {
        AUTO_STR line;
        str_init(&line, 8 << 10);
        str_addf(&line, "%s: %s", request->headers[i].name, request->headers[i].value);
        list = must(curl_slist_append(list, line.data));
    }
    return list;
}

static void set_limits(CURL *easy, const struct http *http, int64_t timeout)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout ? (long)timeout : (long)http->total_ms);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs does not hold up the others */
#endif
}

static void set_ears(CURL *easy, struct call *call)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->fault);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
}

bool http_start(struct http *http, const struct delivery *request, void (*done)(void *arg, const struct http_answer *answer), void *arg,
                struct err *err)
{
    struct guard_url url;
    if (!guard_url(request->url, request->allow_loopback, &url, err))
        return false;
    struct call *call = must(calloc(1, sizeof *call));
    *call = (struct call){.next = http->calls, .allow_loopback = request->allow_loopback, .https = url.https, .started = clock_mono(),
                          .done = done, .arg = arg, .easy = must(curl_easy_init()), .headers = header_list(request)};
    str_init(&call->body, request->reply_max ? request->reply_max : DELIVERY_REPLY_MAX);
    set_limits(call->easy, http, request->timeout);
    set_ears(call->easy, call);
    curl_easy_setopt(call->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
    if (request->body) {
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_n);
    }
    if (request->method)
        curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (http->resolve)
        curl_easy_setopt(call->easy, CURLOPT_RESOLVE, http->resolve);
    http->calls = call;
    http->count++;
    curl_multi_add_handle(http->multi, call->easy);
    return true;
}

/* Our own limits end a transfer as "write error"; over-long headers are no answer, an over-long body is one. */
static bool answered(const struct call *call, CURLcode code)
{
    return code == CURLE_OK || (code == CURLE_WRITE_ERROR && call->body.cut);
}

static const char *fault_of(const struct call *call, CURLcode code)
{
    if (*call->refused && code == CURLE_COULDNT_CONNECT)
        return call->refused;
    if (call->head_n > HTTP_HEAD_MAX)
        return "the headers of the answer are too large";
    return *call->fault ? call->fault : curl_easy_strerror(code);
}

static int fault_kind(CURLcode code, bool sent)
{
    if (code == CURLE_OPERATION_TIMEDOUT)
        return REPLY_TIMEOUT;
    return sent ? REPLY_LOST : REPLY_REFUSED;
}

static void finish(struct http *http, struct call *call, CURLcode code)
{
    long status = 0, request_size = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &request_size);
    struct http_answer answer = {.ms = clock_mono() - call->started};
    struct reply *r = &answer.reply;
    *r = (struct reply){.sent = request_size > 0, .body = call->body.data, .body_n = call->body.len, .body_cut = call->body.cut};
    if (answered(call, code)) {
        r->status = status;
        for (size_t i = 0; i < EARS; i++)
            if (*call->heard[i])
                memcpy((char *)r + ears[i].offset, &(const char *){call->heard[i]}, sizeof(const char *));
    } else {
        r->fault = fault_kind(code, r->sent);
        answer.why = fault_of(call, code);
    }
    call->done(call->arg, &answer);
    call_free(http, call);
}

void http_run(struct http *http, int timeout_ms)
{
    int running, left;
    CURLMsg *m;
    curl_multi_perform(http->multi, &running);
    while ((m = curl_multi_info_read(http->multi, &left))) {
        struct call *call;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        finish(http, call, m->data.result);
        timeout_ms = 0;
    }
    curl_multi_poll(http->multi, NULL, 0, timeout_ms, NULL);
}
