/* retry: when to try a delivery again (destinations.md 0). Pure: jitter is an argument. */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H
#include <stdint.h>
#include "base/err.h"

/* What an attempt came to. WAIT: the other side asked for time (429 with Retry-After); that is not a failure. LATER: there
 * was no attempt, we had too much in hand; nothing is counted. */
enum verdict_kind { VERDICT_RETRY, VERDICT_WAIT, VERDICT_LATER, VERDICT_DELIVERED, VERDICT_DEAD };
struct verdict { int kind; int64_t retry_after; /* ms, 0 = none asked for */ };

/* After `failures` failed attempts (1 = the first failed): ms to wait, or -1: dead. Profile "default": 30 s, 2 m, 10 m,
 * 1 h, the fifth failure is dead. jitter_bp (0..10000) adds up to 10 % of the wait; retry_after (ms, 0 = none) is
 * never undercut, and above 24 h means dead. */
int64_t retry_wait(int64_t failures, int64_t jitter_bp, int64_t retry_after);

enum { RETRY_WAITS = 20, RETRY_WAITED_MS = 86400000 };
/* A parcel's counters: attempts that were one, waits asked for and what they add up to (ms). */
struct retry { int64_t attempts, waits, waited; };
/* Counts the verdict; ms until the next attempt, or -1: there is none, the parcel is delivered or dead. Waits asked for
 * use up no attempt, but after 20 of them or 24 h in all the parcel is dead. */
int64_t retry_step(struct retry *retry, const struct verdict *verdict, int64_t jitter_bp);
#endif
