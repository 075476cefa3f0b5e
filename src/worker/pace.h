/* pace: when the next exchange with a destination may begin. It may have asked for time, it may have failed several times in a row (the
 * breaker), its pace or its account's may be used up, or its account was refused so often that its host would turn our address away
 * (destinations.md). Pure: time is an argument, ms UTC. Nothing here locks: all of it belongs to whoever asks, the
 * courier's thread. */
#ifndef WORKER_PACE_H
#define WORKER_PACE_H
#include "destination/destination.h"

/* The breaker: after so many failures in a row a destination is left alone for a while, then tried with one exchange. It uses up no
 * attempt, and it puts off each attempt once at most: what waits still comes to its end by its own schedule. */
enum { PACE_FAILURES = 5, PACE_OPEN_MS = 30000, PACE_MOMENT_MS = 5000 };
enum breaker { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

/* What people are shown of a destination. */
struct pace_health {
    int breaker;              /* enum breaker */
    int failures;             /* in a row */
    int64_t open_until;       /* when it is tried again; 0 = it is not open */
    int64_t hold_until;       /* it asked us to wait so long; 0 = it did not */
    int64_t ok_at, failed_at; /* of the last answer of either kind; 0 = none */
};

struct pace_bucket { double tokens; int64_t at; bool begun; };
struct pace_account { /* who shares limits */
    struct pace_account *next;
    char *name;
    int64_t hold_until;
    struct pace_bucket bucket;
    int64_t refused, refused_from; /* how often since when */
};
struct pace { /* of one destination; zero is a fresh one */
    struct pace_account *account; /* set before anything is asked */
    struct pace_bucket buckets[2];
    int64_t hold_until;           /* asked for by this one alone */
    struct pace_health health;
};

/* The account of that name in the list, made if it is new. */
struct pace_account *pace_account(struct pace_account **list, const char *name);
void pace_accounts_free(struct pace_account **list);

/* Each gives how long the next exchange has to wait, ms; 0 (held: or less) = it may begin. */
int64_t pace_held(const struct pace *pace, int64_t now);
int64_t pace_breaker(struct pace *pace, bool busy, int64_t now); /* busy: an exchange is under way */
int64_t pace_wait(struct pace *pace, const struct destination *kind, const struct config_destination *to, int64_t now);
/* One exchange begins. */
void pace_spend(struct pace *pace);

/* What an answer says of the next exchange. status 0: there was none. */
void pace_answered(struct pace *pace, const struct verdict *verdict, int64_t status, int64_t now);
/* An answer that may be one refusal too many; most: how many the account is allowed in kind's time, 0 = the kind's own number. True: it
 * was, and the account is left alone for the rest of that time. */
bool pace_refused(struct pace *pace, const struct destination *kind, const struct reply *reply, int64_t most, int64_t now);
#endif
