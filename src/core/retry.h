/* retry: when to try a delivery again (destinations.md 0). Pure: jitter is an argument. */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H
#include <stdint.h>
#include "base/err.h"

/* What an attempt came to. WAIT: the other side asked for time (429 with Retry-After); that is not a failure. */
enum verdict_kind { VERDICT_RETRY, VERDICT_WAIT, VERDICT_DELIVERED, VERDICT_DEAD };
struct verdict { int kind; int64_t retry_after; /* ms, 0 = none asked for */ };

/* After `failures` failed attempts (1 = the first failed): ms to wait, or -1: dead. Profile "default": 30 s, 2 m, 10 m,
 * 1 h, the fifth failure is dead. jitter_bp (0..10000) adds up to 10 % of the wait; retry_after (ms, 0 = none) is
 * never undercut, and above 24 h means dead. */
int64_t retry_wait(int64_t failures, int64_t jitter_bp, int64_t retry_after);
#endif
