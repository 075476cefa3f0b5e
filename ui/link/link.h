/* link: the console's line to its daemon: HTTP/1.1 over the Unix socket, any number of calls at a time and
 * one stream that comes back by itself (back-off 0.2 to 2 s) and resumes behind the last entry it saw. Nothing
 * blocks but link_wait and link_call. One thread. */
#ifndef LINK_LINK_H
#define LINK_LINK_H
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

struct link;
struct link_answer {
    int status; /* HTTP status, 0 = no answer */
    bool sent;  /* all of the request went out: with status 0, what it asked for may be done all the same */
    const char *body;
    size_t n;
    const struct err *err; /* NULL on 2xx; else code and one line, from problem+json where there is one */
    const char *hint;      /* of the problem, else of the code's row; "" = none */
};
typedef void link_done(void *arg, const struct link_answer *answer);
typedef void link_frame(void *arg, const char *event, int64_t id, const char *data, size_t n);

/* LINK_QUIET: it missed two heartbeats; when it missed four it is down, and a new one is tried. */
enum link_state { LINK_IDLE, LINK_DOWN, LINK_CONNECTING, LINK_QUIET, LINK_LIVE };
struct link_status {
    enum link_state state; /* of the stream; LINK_IDLE = none asked for */
    int64_t heard_at;      /* clock_mono of the stream's last bytes, or of its beginning */
    int64_t gone_since;    /* clock_mono: nobody has answered since; 0 = that is not so */
    int refused;           /* the HTTP status by which a stream was refused last; 0: it was not */
    int64_t retry_at;      /* LINK_DOWN: clock_mono of the next try */
    int64_t round_trip_us; /* of calls, smoothed; 0 = unknown */
    int64_t measured_at;   /* clock_mono of the last of them */
    int calls;             /* in flight */
};

struct link *link_open(const char *socket_path); /* never fails: a missing daemon shows in the calls */
/* Where several people share a user id: who this is (X-Triage-Key). NULL, "" or unprintable: not said. */
void link_identify(struct link *link, const char *key);
/* How long a call may take from now on, ms; 30 s unless said otherwise. */
void link_patience(struct link *link, int64_t ms);
/* How far a daemon's heartbeats are apart at most, ms; 6 s until it says so itself (hello), or unless said otherwise. */
void link_beat(struct link *link, int64_t ms);
void link_close(struct link *link); /* NULL is fine; calls in flight are answered with status 0 */

/* done is called from link_run, or from link_close, exactly once. body NULL = none. What is written (no GET) arrives in the order it
 * was sent: each begins when the one before it was answered; what is read waits for nobody. */
void link_send(struct link *link, const char *method, const char *path, const char *body, link_done *done,
               void *arg);
/* The same with n bytes that are no JSON, copied; it may be long, so nothing waits for it, nor it for anything. */
void link_upload(struct link *link, const char *path, const char *data, size_t n, link_done *done, void *arg);
/* Opens the stream; after = last seq seen, -1 = only what comes. Frames come from link_run. */
void link_follow(struct link *link, int64_t after, link_frame *frame, void *arg);
void link_resume_from(struct link *link,
                      int64_t after); /* after a fresh snapshot: the next connection resumes there */
void link_retry(struct link *link);   /* try now, not later; a stream that is silent or did not begin is given up for a new one */

/* Sleeps until something can be done, one of the fds is readable, or timeout_ms. Bit i of the result: fds[i]
 * is readable. */
unsigned link_wait(struct link *link, const int *fds, int count, int timeout_ms);
/* From now on link_wait also ends when this can be written; -1: nothing is to be. */
void link_writing(struct link *link, int fd);
void link_run(struct link *link); /* moves everything that can move */
const struct link_status *link_status(const struct link *link);

/* The desk's clock, ms UTC, by the last answer; 0 = none came yet. */
int64_t link_now(const struct link *link);

/* One call, waited for. body_out (may be NULL) gets the answer's body, also of an error. false + err. hint
 * (may be NULL, >= 256 bytes) gets the problem's. */
bool link_call(struct link *link, const char *method, const char *path, const char *body,
               struct str *body_out, char *hint, struct err *err);
/* The same with headers of the caller's own (no Content-Type is added) and n bytes of body: for senders.
 * status (may be NULL): of the answer, 0 = none came. */
struct link_header {
    const char *name, *value;
};
bool link_call_with(struct link *link, const char *method, const char *path,
                    const struct link_header *headers, int count, const char *body, size_t n,
                    struct str *body_out, int *status, struct err *err);
#endif
