/* stub: an HTTP server on 127.0.0.1 that says what a test tells it to and remembers what it was told: one thread for
 * the listener, one for each connection, one exchange a connection. */
#ifndef HARNESS_STUB_H
#define HARNESS_STUB_H
#include "base/arena.h"
#include <stddef.h>
#include <stdint.h>

enum stub_manner {
    STUB_ANSWER,  /* raw, then close */
    STUB_HANG,    /* raw if any, then silence until the other side leaves */
    STUB_RESET,   /* raw if any, then a reset instead of an end */
    STUB_UNREAD,  /* closes before reading the request */
    STUB_DRIP,    /* raw a byte each 100 ms */
    STUB_FLOOD,   /* raw, then `then` over and over until the other side has had enough */
    STUB_HOLD,    /* waits for stub_release, then raw */
};
struct stub_step { int manner; const char *raw, *then; };
#define STUB_STATUS(line) {STUB_ANSWER, "HTTP/1.1 " line "\r\nContent-Length: 0\r\n\r\n", NULL}

struct stub_request { char *head, *body; size_t body_n; int64_t at; };
struct stub;
struct stub *stub_open(void); /* aborts the test on failure */
void stub_close(struct stub *stub);
/* The n-th request gets the n-th step; the last step is for all that follow. Copies. */
void stub_script(struct stub *stub, const struct stub_step *steps, int count);
/* From now on each request's step is what `player` makes of it, in arena; on the connection's own thread. */
void stub_ask(struct stub *stub, struct stub_step (*player)(void *arg, const struct stub_request *request, struct arena *arena), void *arg);
void stub_forget(struct stub *stub);  /* before the first request: they are counted and not kept, so that there may be any number */
void stub_release(struct stub *stub); /* who is held, and who comes later, goes on */
int stub_port(const struct stub *stub);
const char *stub_url(const struct stub *stub); /* http://127.0.0.1:PORT/hook */
/* Waits until that many requests were read whole, at most ms; how many there are. */
int stub_wait(struct stub *stub, int requests, int ms);
const struct stub_request *stub_request(struct stub *stub, int index);
/* A header's value as text the caller frees; NULL if it is absent. */
char *stub_header(const struct stub_request *request, const char *name);
int stub_connections(struct stub *stub); /* accepted so far */
#endif
