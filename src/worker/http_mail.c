/* http_mail: mail by SMTP (destinations.md 5b), one message to one recipient a transfer. curl speaks the protocol; this file
 * follows it, by the commands it sends and the replies that come, because what a reply means depends on where it was given
 * and curl's result codes do not say (dependencies.md P4). Nothing reaches curl that could be read as a command or a header
 * of its own.
 *
 * A transfer has a thread: curl waits for the answer to the final dot, and to QUIT, without giving the thread back, and many
 * servers look at a message for seconds before they take it. */
#include "worker/http_call.h"
#include "base/clock.h"
#include "base/memory.h"
#include "worker/guard.h"
#include <string.h>

enum { GOODBYE_MS = 500 };

/* --- before: what may be given to curl --- */

static bool has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)(text ? text : ""); *p; p++)
        if (*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

static bool is_envelope_address(const char *address)
{
    return address && strchr(address, '@') && !has_control(address) && !strpbrk(address, "<> ");
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

/* Lines end with CR LF and with nothing else; in the head are no other control bytes. */
static bool is_message(const char *body, size_t n)
{
    const char *head_end = n ? strstr(body, "\r\n\r\n") : NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)body[i];
        bool end = c == '\r' && i + 1 < n && body[i + 1] == '\n';
        if (c == '\0' || (c == '\r' && !end) || (c == '\n' && (!i || body[i - 1] != '\r')))
            return false;
        if (head_end && body + i < head_end && (c == 0x7f || (c < 0x20 && c != '\r' && c != '\n' && c != '\t')))
            return false;
    }
    return head_end != NULL;
}

static bool check(const struct delivery *r, bool *secure, struct err *err)
{
    *secure = r->tls != TLS_NONE;
    if (!r->host || r->port < 1 || r->port > 65535)
        return err_set(err, ERR_INPUT, "sending a mail: it has no host or no port");
    if (!is_envelope_address(r->mail_from) || !is_envelope_address(r->rcpt) || has_control(r->user) || has_control(r->password))
        return err_set(err, ERR_INPUT, "sending a mail: an address or a name in it is not plain");
    if (!is_message(r->body, r->body_n))
        return err_set(err, ERR_INPUT, "sending a mail: the message is not well formed");
    return guard_host(r->host, *secure, guard_allow(r), err);
}

/* --- meanwhile: where the conversation is --- */

static const struct { const char *verb; int stage; } verbs[] = {
    {"STARTTLS", MAIL_TLS}, {"AUTH ", MAIL_AUTH}, {"MAIL FROM:", MAIL_FROM}, {"RCPT TO:", MAIL_RCPT}, {"DATA", MAIL_DATA},
};

static bool is_verb(const char *text, size_t n, const char *verb)
{
    return n >= strlen(verb) && strncmp(text, verb, strlen(verb)) == 0;
}

/* A new command makes the reply before it no answer to anything; but for QUIT, which comes after the answer. */
static int follow_commands(CURL *easy, curl_infotype type, char *text, size_t n, void *arg)
{
    struct call *call = arg;
    struct mail_talk *t = &call->talk;
    (void)easy;
    t->quit |= type == CURLINFO_HEADER_OUT && is_verb(text, n, "QUIT");
    if (type != CURLINFO_HEADER_OUT || t->quit)
        return 0;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (is_verb(text, n, verbs[i].verb))
            t->stage = verbs[i].stage;
    t->secured |= t->stage == MAIL_TLS;
    t->utf8 &= !is_verb(text, n, "EHLO"); /* what was offered in clear does not count */
    t->ended = false;
    str_clear(&call->body);
    return 0;
}

/* Once the last word is said, curl waits for the answer to its QUIT, past the transfer's timeout; nobody else does. */
static void hurry(struct call *call)
{
    int64_t soon = clock_mono() + GOODBYE_MS;
    call->deadline = call->deadline < soon ? call->deadline : soon;
}

/* Keeps the reply's text, without its codes, a line for each of its lines. */
static void keep_line(struct call *call, const char *line, size_t n)
{
    if (call->talk.ended)
        str_clear(&call->body);
    if (call->body.len)
        str_addc(&call->body, '\n');
    while (n && (line[n - 1] == '\r' || line[n - 1] == '\n'))
        n--;
    str_add(&call->body, n > 4 ? line + 4 : "", n > 4 ? n - 4 : 0);
}

static int code_of(const char *line, size_t n)
{
    int code = 0;
    for (size_t i = 0; i < 3; i++)
        code = n < 3 || line[i] < '0' || line[i] > '9' ? 0 : code * 10 + line[i] - '0';
    return code;
}

static size_t hear_reply(char *line, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    struct mail_talk *t = &call->talk;
    const struct delivery *r = call->request;
    n *= size;
    if (t->quit)
        return n;
    call->head_n += n;
    if (call->head_n > HTTP_HEAD_MAX)
        return 0;
    keep_line(call, line, n);
    t->utf8 |= n >= 12 && strncmp(line + 4, "SMTPUTF8", 8) == 0;
    t->ended = n < 4 || line[3] != '-';
    t->code = code_of(line, n);
    bool greeted = t->ended && t->secured && t->code == 250 && t->stage <= MAIL_TLS;
    t->lacks_utf8 = greeted && !t->utf8 && !(is_ascii(r->mail_from) && is_ascii(r->rcpt));
    if (t->ended && t->stage >= MAIL_FROM && (t->code >= 400 || (t->dotted && t->code < 300)))
        hurry(call);
    return t->lacks_utf8 ? 0 : n;
}

static size_t give_message(char *out, size_t size, size_t n, void *arg)
{
    struct call *call = arg;
    size_t left = call->request->body_n - call->talk.at;
    n = size * n < left ? size * n : left;
    memcpy(out, call->request->body + call->talk.at, n);
    call->talk.at += n;
    call->talk.dotted = call->talk.at == call->request->body_n;
    return n;
}

/* --- options --- */

/* Who we say we are in EHLO: the sender's domain; curl would tell this machine's name. */
static void set_url(struct call *call)
{
    const struct delivery *r = call->request;
    const char *domain = strrchr(r->mail_from, '@') + 1;
    bool v6 = strchr(r->host, ':') != NULL;
    AUTO_STR url;
    str_init(&url, 1024);
    str_addf(&url, "%s://%s%s%s:%lld/%s", r->tls == TLS_IMPLICIT ? "smtps" : "smtp", v6 ? "[" : "", r->host, v6 ? "]" : "", (long long)r->port,
             is_ascii(domain) && !strpbrk(domain, "/?#%") ? domain : "localhost");
    curl_easy_setopt(call->easy, CURLOPT_URL, url.data);
}

static void set_letter(struct call *call)
{
    const struct delivery *r = call->request;
    AUTO_STR address;
    str_init(&address, 1024);
    str_addf(&address, "<%s>", r->mail_from);
    curl_easy_setopt(call->easy, CURLOPT_MAIL_FROM, address.data);
    str_clear(&address);
    str_addf(&address, "<%s>", r->rcpt);
    call->list = memory_must(curl_slist_append(NULL, address.data));
    curl_easy_setopt(call->easy, CURLOPT_MAIL_RCPT, call->list);
    curl_easy_setopt(call->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(call->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->body_n);
    curl_easy_setopt(call->easy, CURLOPT_READFUNCTION, give_message);
    curl_easy_setopt(call->easy, CURLOPT_READDATA, call);
}

static void prepare(struct call *call)
{
    const struct delivery *r = call->request;
    call->talk.secured = r->tls != TLS_REQUIRE;
    set_url(call);
    set_letter(call);
    curl_easy_setopt(call->easy, CURLOPT_USE_SSL, r->tls == TLS_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    if (r->user && *r->user) {
        curl_easy_setopt(call->easy, CURLOPT_USERNAME, r->user);
        curl_easy_setopt(call->easy, CURLOPT_PASSWORD, r->password ? r->password : "");
        curl_easy_setopt(call->easy, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN");
    }
    /* A server may greet late on purpose, and curl counts that as connecting. */
    long timeout = r->timeout ? (long)r->timeout : (long)HTTP_MAIL_MS;
    curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, timeout);
    call->deadline = call->started + timeout;
    curl_easy_setopt(call->easy, CURLOPT_HEADERFUNCTION, hear_reply);
    curl_easy_setopt(call->easy, CURLOPT_DEBUGFUNCTION, follow_commands);
    curl_easy_setopt(call->easy, CURLOPT_DEBUGDATA, call);
    curl_easy_setopt(call->easy, CURLOPT_VERBOSE, 1L); /* or the commands are not told */
}

/* --- afterwards --- */

static int fault_kind(const struct call *call, CURLcode code)
{
    if (call->talk.lacks_utf8 || code == CURLE_USE_SSL_FAILED || code == CURLE_LOGIN_DENIED)
        return REPLY_UNABLE;
    if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK)
        return REPLY_TIMEOUT;
    return call->talk.stage >= MAIL_FROM ? REPLY_LOST : REPLY_REFUSED;
}

static const char *why_not(const struct call *call, CURLcode code)
{
    if (call->talk.lacks_utf8)
        return "the server does not take addresses that are not ASCII (SMTPUTF8)";
    if (code == CURLE_USE_SSL_FAILED)
        return "the server offers no STARTTLS, and nothing leaves in clear";
    if (code == CURLE_LOGIN_DENIED)
        return "the server offers no AUTH PLAIN";
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return "the server took too long to answer";
    return http_fault(call, code);
}

/* A refusal is an answer whatever curl calls it; the reply before a connection was lost is none. */
static void conclude(const struct call *call, CURLcode code, struct reply *reply, const char **why)
{
    bool refused = call->talk.ended && call->talk.code >= 400;
    reply->stage = call->talk.stage;
    reply->sent = call->talk.dotted && call->talk.stage == MAIL_DATA;
    if (code == CURLE_OK || refused) {
        reply->status = call->talk.code;
        return;
    }
    reply->fault = fault_kind(call, code);
    if (code == CURLE_USE_SSL_FAILED)
        reply->stage = MAIL_TLS;
    if (code == CURLE_LOGIN_DENIED)
        reply->stage = MAIL_AUTH;
    if (call->talk.lacks_utf8)
        reply->stage = is_ascii(call->request->mail_from) ? MAIL_RCPT : MAIL_FROM;
    *why = why_not(call, code);
}

const struct carriage http_mail = {.protocols = "smtp,smtps", .own_thread = true, .check = check, .prepare = prepare, .conclude = conclude};
