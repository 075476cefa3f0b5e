/* problem: what an error looks like on the wire: RFC 9457, ASCII, at most 512 bytes (reliability.md 4.1). One row per
 * slug of the bad-input table; errors of our own code come from err.h's table and look the same. */
#ifndef WIRE_PROBLEM_H
#define WIRE_PROBLEM_H
#include "base/arena.h"
#include "base/err.h"

enum problem_id {
    PROBLEM_OVERLOADED, PROBLEM_TIMEOUT, PROBLEM_BAD_REQUEST, PROBLEM_BAD_FRAMING, PROBLEM_VERSION, PROBLEM_BAD_HOST,
    PROBLEM_OTHER_HOST, PROBLEM_BROWSER, PROBLEM_URI_TOO_LONG, PROBLEM_HEADERS_TOO_LARGE, PROBLEM_METHOD,
    PROBLEM_NOT_IMPLEMENTED, PROBLEM_LENGTH_REQUIRED, PROBLEM_TOO_LARGE, PROBLEM_EXPECTATION, PROBLEM_NOT_FOUND,
    PROBLEM_UNAUTHENTICATED, PROBLEM_STALE, PROBLEM_FUTURE, PROBLEM_SOURCE_DISABLED, PROBLEM_RATE_LIMITED,
    PROBLEM_ENCODING, PROBLEM_EMPTY, PROBLEM_NOT_UTF8, PROBLEM_NOT_JSON, PROBLEM_JSON_LIMITS, PROBLEM_SHAPE,
    PROBLEM_IDEMPOTENCY, PROBLEM_STRICT, PROBLEM_AMBIGUOUS, PROBLEM_NO_SPACE, PROBLEM_STORAGE, PROBLEM_QUEUE_FULL,
    PROBLEM_DRAINING,
    PROBLEMS
};
struct problem_row {
    const char *slug, *title, *detail;
    int status;
    bool retryable;
    int retry_after; /* seconds, 0 = no header */
    bool close;      /* the connection is closed after the answer */
};
const struct problem_row *problem_row(enum problem_id id); /* total */

struct problem {
    const char *slug, *title, *detail, *hint; /* hint NULL or "": left out */
    int status;
    bool retryable;
    int retry_after;
    const char *request; /* id in our log; NULL: left out */
    const char *error;   /* member `error`, for senders that look for it; NULL: left out */
    const char *errors;  /* a JSON array, printed as it is; NULL: left out */
};
struct problem problem_of(enum problem_id id);
struct problem problem_of_err(const struct err *err);
/* Without `errors` at most 512 bytes: detail is cut. */
char *problem_print(struct arena *arena, const struct problem *problem);
/* {"error":{"message":"..."}}, as the emulated doors answer. */
char *problem_print_vendor(struct arena *arena, const struct problem *problem);
#endif
