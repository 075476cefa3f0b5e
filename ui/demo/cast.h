/* cast: plays a story on a running desk: signs and POSTs every event to the ingest socket as its vendor would, lets the
 * colleagues act over POST /v1/do, and takes the replies that leave. The day so far is played as fast as the desk takes
 * it, with the desk's clock (a mapped file) at each event's time; then the live part, at its own pace. A process of its
 * own: it ends when told, when time is up, or when its parent is gone. */
#ifndef DEMO_CAST_H
#define DEMO_CAST_H
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

struct cast_options {
    const char *dir;        /* holds triage.sock, ingest.sock, triage.yaml and clock */
    const char *me;         /* the person's agent name */
    uint64_t seed;
    int speed_percent;
    int64_t base;           /* where the live part begins, ms UTC */
    int64_t live_ms;        /* how long it lasts, 0 = without end */
    bool day;               /* the scripted day instead of a story: base is its first moment */
    int turn_fd;            /* a day: after each thing to look at a line is awaited here; -1 = it goes on by itself */
    bool tell;              /* print a line for each thing that happens */
    int outside_fd;         /* outside_listen's */
    int ready_fd;           /* gets one byte when the day so far is on the desk */
    int life_fd;            /* readable = the parent is gone */
};
enum cast_end { CAST_DONE, CAST_ORPHAN, CAST_FAILED };
enum cast_end cast_run(const struct cast_options *options, struct err *err);

/* When the scripted day begins that is next from `from` on; 0 + err. */
int64_t cast_day_begins(int64_t from, struct err *err);
/* data/demo/triage.yaml for this person and port; the caller frees. */
char *cast_config(const char *me, int64_t uid, int port);
/* The clock file: from now on the desk's time is `at`; 0 = the system's. false + err. */
bool cast_set_clock(const char *dir, int64_t at, struct err *err);
enum { CAST_PAST_MS = 11 * 24 * 3600 * 1000 }; /* no event of a story is older than this before base */
#endif
