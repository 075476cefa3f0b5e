/* http: a block per exchange from http_start to its done. Nothing is kept between exchanges: a reused connection would
 * outlive the rule that allowed its address, and a courier's rate does not need one. Where curl blocks (mail), the call has a
 * thread of its own, which wakes the courier's when it is over; done is called on the courier's in any case. What the other side sends is counted
 * while it arrives; over the limit the transfer ends, and what was learned until then stands. On the courier's thread. */
#include "worker/http_call.h"
#include "base/clock.h"
#include "base/memory.h"
#include "worker/guard.h"
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
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
_Static_assert(sizeof ears / sizeof *ears == HTTP_EARS, "an ear for each");

struct http {
    CURLM *multi;
    struct curl_slist *resolve;
    char *ca;
    struct call *calls;
    int connect_ms, total_ms, count;
    pthread_mutex_t lock; /* guards `over` of calls that have a thread */
    atomic_bool closing;
};

struct http *http_open(const struct http_options *o, struct err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(err, ERR_INTERNAL, "starting libcurl");
        return NULL;
    }
    struct http *http = memory_must(calloc(1, sizeof *http));
    pthread_mutex_init(&http->lock, NULL);
    http->multi = memory_must(curl_multi_init());
    http->connect_ms = o->connect_ms ? o->connect_ms : HTTP_CONNECT_MS;
    http->total_ms = o->total_ms ? o->total_ms : HTTP_TOTAL_MS;
    if (o->resolve)
        http->resolve = memory_must(curl_slist_append(NULL, o->resolve));
    if (o->ca)
        http->ca = memory_must(strdup(o->ca));
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
    if (!call->carriage->own_thread)
        curl_multi_remove_handle(http->multi, call->easy);
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->list);
    str_fini(&call->body);
    free(call);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    atomic_store(&http->closing, true);
    for (struct call *call; (call = http->calls); call_free(http, call))
        if (call->carriage->own_thread)
            pthread_join(call->thread, NULL);
    curl_multi_cleanup(http->multi);
    curl_slist_free_all(http->resolve);
    curl_global_cleanup();
    pthread_mutex_destroy(&http->lock);
    free(http->ca);
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
    const char *why = guard_refusal(&v, call->secure, call->allow);
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
    for (size_t i = 0; i < HTTP_EARS; i++) {
        size_t skip = strlen(ears[i].name);
        if (n <= skip || line[skip] != ':' || strncasecmp(line, ears[i].name, skip) != 0)
            continue;
        for (skip++; skip < n && (line[skip] == ' ' || line[skip] == '\t');)
            skip++;
        while (n > skip && strchr("\r\n \t", line[n - 1]))
            n--;
        if (n - skip < HTTP_HEARD) {
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

/* --- HTTP --- */

static bool check(const struct delivery *request, bool *secure, struct err *err)
{
    struct guard_url url;
    if (!guard_url(request->url, guard_allow(request), &url, err))
        return false;
    *secure = url.https;
    return true;
}

static struct curl_slist *header_list(const struct delivery *request)
{
    struct curl_slist *list = memory_must(curl_slist_append(NULL, "Expect:"));
    for (int i = 0; i < request->header_count; i++) {
        AUTO_STR line;
        str_init(&line, 8 << 10);
        str_addf(&line, "%s: %s", request->headers[i].name, request->headers[i].value);
        list = memory_must(curl_slist_append(list, line.data));
    }
    return list;
}

static void prepare(struct call *call)
{
    const struct delivery *r = call->request;
    call->list = header_list(r);
    curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(call->easy, CURLOPT_URL, r->url);
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->list);
    if (r->body) {
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, r->body);
        curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_n);
    }
    if (r->method)
        curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* Our own limits end a transfer as "write error"; over-long headers are no answer, an over-long body is one. */
static bool answered(const struct call *call, CURLcode code)
{
    return code == CURLE_OK || (code == CURLE_WRITE_ERROR && call->body.cut);
}

const char *http_fault(const struct call *call, CURLcode code)
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

static void conclude(const struct call *call, CURLcode code, struct reply *reply, const char **why)
{
    long status = 0, request_size = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &request_size);
    reply->sent = request_size > 0;
    if (answered(call, code)) {
        reply->status = status;
        for (size_t i = 0; i < HTTP_EARS; i++)
            if (*call->heard[i])
                memcpy((char *)reply + ears[i].offset, &(const char *){call->heard[i]}, sizeof(const char *));
    } else {
        reply->fault = fault_kind(code, reply->sent);
        *why = http_fault(call, code);
    }
}

static const struct carriage http_http = {.protocols = "http,https", .check = check, .prepare = prepare, .conclude = conclude};

/* --- an exchange --- */

static void set_limits(const struct call *call, const struct http *http)
{
    CURL *easy = call->easy;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, call->carriage->protocols);
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
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, call->request->timeout ? (long)call->request->timeout : (long)http->total_ms);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a resolver that hangs does not hold up the others */
#endif
    if (http->resolve)
        curl_easy_setopt(easy, CURLOPT_RESOLVE, http->resolve);
    if (http->ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca);
}

static void set_ears(struct call *call)
{
    curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(call->easy, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->fault);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
}

/* Asked once a second at least, also while curl says goodbye, which its own timeout does not bound. */
static int is_enough(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    const struct call *call = arg;
    (void)down_total, (void)down, (void)up_total, (void)up;
    return atomic_load(&call->http->closing) || clock_mono() > call->deadline;
}

static void *perform(void *arg)
{
    struct call *call = arg;
    call->code = curl_easy_perform(call->easy);
    pthread_mutex_lock(&call->http->lock);
    call->over = true;
    curl_multi_wakeup(call->http->multi); /* under the lock: the call may be gone after it */
    pthread_mutex_unlock(&call->http->lock);
    return NULL;
}

static bool start_thread(struct call *call)
{
    sigset_t all, before;
    curl_easy_setopt(call->easy, CURLOPT_XFERINFOFUNCTION, is_enough);
    curl_easy_setopt(call->easy, CURLOPT_XFERINFODATA, call);
    curl_easy_setopt(call->easy, CURLOPT_NOPROGRESS, 0L);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&call->thread, NULL, perform, call) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

bool http_start(struct http *http, const struct delivery *request, void (*done)(void *arg, const struct http_answer *answer), void *arg,
                struct err *err)
{
    static const struct carriage *const carriages[] = {[CARRIER_HTTP] = &http_http, [CARRIER_MAIL] = &http_mail};
    bool secure;
    const struct carriage *carriage = (size_t)request->carrier < sizeof carriages / sizeof *carriages ? carriages[request->carrier] : NULL;
    if (!carriage)
        return err_set(err, ERR_INPUT, "this carries no exchange of that kind");
    if (!carriage->check(request, &secure, err))
        return false;
    struct call *call = memory_must(calloc(1, sizeof *call));
    *call = (struct call){.next = http->calls, .http = http, .carriage = carriage, .request = request, .allow = guard_allow(request), .secure = secure,
                          .started = clock_mono(), .deadline = INT64_MAX, .done = done, .arg = arg, .easy = memory_must(curl_easy_init())};
    str_init(&call->body, request->reply_max ? request->reply_max : DELIVERY_REPLY_MAX);
    set_limits(call, http);
    set_ears(call);
    carriage->prepare(call);
    http->calls = call;
    http->count++;
    if (!carriage->own_thread)
        curl_multi_add_handle(http->multi, call->easy);
    else if (!start_thread(call)) {
        call_free(http, call);
        return err_set(err, ERR_UNAVAILABLE, "starting a thread for a mail");
    }
    return true;
}

static void finish(struct http *http, struct call *call, CURLcode code)
{
    struct http_answer answer = {.ms = clock_mono() - call->started};
    answer.reply = (struct reply){.body = call->body.data, .body_n = call->body.len, .body_cut = call->body.cut};
    call->carriage->conclude(call, code, &answer.reply, &answer.why);
    call->done(call->arg, &answer);
    call_free(http, call);
}

static bool is_over(struct http *http, const struct call *call)
{
    pthread_mutex_lock(&http->lock);
    bool over = call->over;
    pthread_mutex_unlock(&http->lock);
    return over;
}

/* done may begin another call, so the list is looked through anew after each. */
static bool finish_thread(struct http *http)
{
    for (struct call *call = http->calls; call; call = call->next)
        if (call->carriage->own_thread && is_over(http, call)) {
            pthread_join(call->thread, NULL);
            finish(http, call, call->code);
            return true;
        }
    return false;
}

void http_run_beside(struct http *http, const struct pollfd *others, int count, int timeout_ms)
{
    struct curl_waitfd fds[HTTP_OTHERS];
    int running, left;
    CURLMsg *m;
    count = count < HTTP_OTHERS ? count : HTTP_OTHERS;
    curl_multi_perform(http->multi, &running);
    while ((m = curl_multi_info_read(http->multi, &left))) {
        struct call *call;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        finish(http, call, m->data.result);
        timeout_ms = 0;
    }
    while (finish_thread(http))
        timeout_ms = 0;
    for (int i = 0; i < count; i++) {
        int events = (others[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) | (others[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0);
        fds[i] = (struct curl_waitfd){.fd = others[i].fd, .events = (short)events};
    }
    curl_multi_poll(http->multi, fds, (unsigned)count, timeout_ms, NULL);
}

void http_run(struct http *http, int timeout_ms)
{
    http_run_beside(http, NULL, 0, timeout_ms);
}
