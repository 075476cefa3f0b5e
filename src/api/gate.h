/* gate: what every request must look like before anybody listens to it, because the HTTP library's parser is lax
 * (dependencies.md P1.7): framing without ambiguity, our Host, no browser. Pure: the whole head in, a verdict out. */
#ifndef API_GATE_H
#define API_GATE_H
#include "wire/problem.h"
#include <stddef.h>
#include <stdint.h>

struct gate_header { const char *name, *value; size_t name_n, value_n; };
struct gate_head {
    const char *method, *version, *url; /* url: as it came, with the query */
    const struct gate_header *headers;
    int count;
    bool local; /* a Unix socket: the name of the host is the client's own choice */
};
enum { GATE_HEADERS = 64, GATE_URL = 2048, GATE_HEADER = 8 << 10, GATE_HEAD = 16 << 10 };

/* false: refused, *why says as what. */
bool gate_check(const struct gate_head *head, enum problem_id *why);
/* The value of a header and how often it occurs; NULL if it does not. */
const char *gate_header(const struct gate_head *head, const char *name, int *count);
/* Content-Length as a number; -1: none. Only after gate_check. */
int64_t gate_length(const struct gate_head *head);
bool gate_has_body(const struct gate_head *head); /* a length over 0, or chunked */
bool gate_method_known(const char *method);
#endif
