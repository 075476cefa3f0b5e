/* retry: when to try a delivery again (destinations.md 0). Pure: jitter is an argument. */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H
#include <stdint.h>
#include "base/err.h"

/* What an attempt came to. RETRY: failed, next step of the schedule. WAIT: the other side asked for time (429 with
 * Retry-After); that is not a failure. LATER: there was no attempt, we had too much in hand or its breaker was open; nothing
 * is counted. AGAIN: once more at once, as the memo now says (a simpler form, the next exchange of several); no attempt is
 * counted. SKIPPED: this destination's form has no such event. */
enum verdict_kind { VERDICT_RETRY, VERDICT_WAIT, VERDICT_LATER, VERDICT_DELIVERED, VERDICT_DEAD, VERDICT_AGAIN, VERDICT_SKIPPED };
struct verdict {
    int kind;
    int64_t retry_after; /* ms, 0 = none asked for; DELIVERED: until the next parcel may follow */
    bool disable;        /* DEAD: pause the destination too; RETRY: once the parcel is dead */
    bool all;            /* WAIT: holds every destination of the same account */
    bool ambiguous;      /* the receiver may have acted */
    bool duplicate;      /* DELIVERED: it had it already */
    const char *note;    /* a word for people ("channel_not_found"), may be NULL; not safe to print */
};

enum retry_profile { PROFILE_DEFAULT, PROFILE_CSTAR, PROFILE_STANDARD, PROFILE_PAGE, PROFILE_EMAIL, PROFILES };
extern const char *const retry_profile_words[]; /* default cstar standard page email, NULL */
int retry_attempts(int profile); /* after so many failures it is dead */

/* After `failures` failed attempts (1 = the first failed): ms to wait, or -1: dead. Schedules: destinations.md 0. jitter_bp
 * (0..10000) adds up to 10 % of the wait; retry_after (ms, 0 = none) is never undercut, and above 24 h means dead. */
int64_t retry_wait(int profile, int64_t failures, int64_t jitter_bp, int64_t retry_after);

enum { RETRY_WAITS = 20, RETRY_WAITED_MS = 86400000 };
/* A parcel's counters: attempts that were one, waits asked for and what they add up to (ms). */
struct retry { int64_t attempts, waits, waited; };
/* Counts the verdict; ms until the next attempt, or -1: there is none, the parcel is delivered or dead. Waits asked for
 * use up no attempt, but after 20 of them or 24 h in all the parcel is dead. */
int64_t retry_step(struct retry *retry, int profile, const struct verdict *verdict, int64_t jitter_bp);
#endif
