/* response: bytes of one HTTP/1.1 response (RFC 9112), in any cut, as a status and a body. The framing is llhttp's, or, where that is
 * not packaged (Debian 12), that of its forerunner http-parser; the only file that includes either. Pure. */
#ifndef LINK_RESPONSE_H
#define LINK_RESPONSE_H
#include "config.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef HAVE_LLHTTP
#include <llhttp.h>
typedef llhttp_t response_parser;
#else
#include <http_parser.h>
typedef struct http_parser response_parser;
#endif

enum response_state { RESPONSE_COMING, RESPONSE_DONE, RESPONSE_BAD /* no HTTP, too long a head, cut off, or the body was refused */ };
enum { RESPONSE_HEAD = 64 << 10 }; /* bytes of the status line and the headers, at most */
typedef bool response_body(void *arg, const char *bytes, size_t n); /* false: no more is wanted; the response is bad */

struct response {
    enum response_state state;
    int status;      /* 0 until the head is whole; a 1xx is no status, the next head follows */
    bool begun;      /* some of it came */
    bool keeps;      /* DONE: another request may follow on this connection */
    int64_t now;     /* X-Triage-Now, ms UTC; 0 = it said none */
    response_parser parser;
    size_t head;     /* bytes so far of a head that is not whole */
    char name[16], value[24]; /* of the header that is read; cut, for one of them alone is wanted */
    size_t name_n, value_n;
    bool valued;
    response_body *body;
    void *arg;
};

void response_init(struct response *response); /* also for the next one; nothing to free */
/* Gives how many of the bytes belonged to it; stops at DONE and BAD. The response must not move between init and its end. */
size_t response_feed(struct response *response, const char *bytes, size_t n, response_body *body, void *arg);
void response_end(struct response *response); /* the connection ended: DONE or BAD */
#endif
