/* http: exchanges outward, many at once on one thread: libcurl's multi interface with every limit set (destinations.md 0,
 * reliability.md M7). No redirects, no proxy, no reuse of a connection; the address that was checked is the one connected
 * to. HTTP, and mail by SMTP (http_mail.c; a thread a transfer). No other files of src include curl. */
#ifndef WORKER_HTTP_H
#define WORKER_HTTP_H
#include "base/err.h"
#include "destination/destination.h"
#include <poll.h>

enum { HTTP_CONNECT_MS = 5000, HTTP_TOTAL_MS = 10000, HTTP_MAIL_MS = 120000, HTTP_HEAD_MAX = 16 << 10, HTTP_OTHERS = 64 };
struct http_options {
    int connect_ms, total_ms; /* 0: as above */
    const char *ca;           /* PEM file of whose signatures count on a certificate; NULL = the system's */
    const char *resolve;      /* "host:port:address,address": an answer given instead of asking DNS; NULL = ask */
};
struct http_answer {
    struct reply reply;      /* lives as long as the call of done */
    const char *why;         /* no answer: the reason, for a person; else NULL */
    int64_t ms;
};
struct http;
struct http *http_open(const struct http_options *options, struct err *err);
void http_close(struct http *http); /* what is under way is dropped without its done, a mail within a second; NULL is fine */
/* Begins an exchange of CARRIER_HTTP or CARRIER_MAIL. The request must stay until done, which http_run calls exactly once with
 * an answer that lives as long as the call. false: the request or its address is refused, done will not be called. A mail's
 * reply: the status is SMTP's last, body its text without codes. */
bool http_start(struct http *http, const struct delivery *request, void (*done)(void *arg, const struct http_answer *answer), void *arg,
                struct err *err);
/* Moves all exchanges on, then sleeps until something happens, http_wake, or timeout_ms. */
void http_run(struct http *http, int timeout_ms);
/* The same, and something happening at one of these sockets ends the sleep too; at most HTTP_OTHERS are watched. */
void http_run_beside(struct http *http, const struct pollfd *others, int count, int timeout_ms);
void http_wake(struct http *http); /* any thread */
int http_count(const struct http *http); /* exchanges under way */
#endif
