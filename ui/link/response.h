/* response: bytes of one HTTP/1.1 response, in any cut, as a status and a body (RFC 9112): counted, chunked, or until the connection
 * ends. Pure. What the daemon never sends (upgrades, folded lines, other encodings) is no response. */
#ifndef LINK_RESPONSE_H
#define LINK_RESPONSE_H
#include "base/str.h"
#include <stdint.h>

enum response_state {
    RESPONSE_HEAD,    /* the status line and the headers */
    RESPONSE_COUNTED, /* `left` bytes of body */
    RESPONSE_OPEN,    /* body until the connection ends */
    RESPONSE_SIZE,    /* the line before a chunk */
    RESPONSE_CHUNK,   /* `left` bytes of it */
    RESPONSE_BREAK,   /* the empty line behind it */
    RESPONSE_TRAILER,
    RESPONSE_DONE,
    RESPONSE_BAD /* no HTTP, or more than a line may hold */
};
struct response {
    enum response_state state;
    int status;      /* 0 until the head is whole */
    bool keeps;      /* another request may follow on this connection */
    int64_t left;    /* -1 in a head: no length was named */
    bool chunked;
    int code;        /* of the head that is read */
    struct str line; /* the one that is read */
};
enum { RESPONSE_LINE = 16 << 10 };
typedef bool response_body(void *arg, const char *bytes, size_t n); /* false: no more is wanted; the response is bad */

void response_init(struct response *response);
void response_fini(struct response *response);
void response_restart(struct response *response);
/* Gives the bytes that belonged to it; stops at DONE and BAD. */
size_t response_feed(struct response *response, const char *bytes, size_t n, response_body *body, void *arg);
void response_end(struct response *response); /* the connection ended: DONE or BAD */
#endif
