/* ledger: why a clock stands where it stands (model.md 2, the why ledger). Made of what the journal says of the clocks, entry by
 * entry, and of the calendars; never of the clock itself, so that both must come to the same sum. What an undo took back keeps its
 * line, and its stretch of time is told as if it had never been. Pure. */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H
#include "base/json.h"
#include "core/config.h"

enum ledger_what { LEDGER_NOTHING, LEDGER_STARTED, LEDGER_RESUMED, LEDGER_PAUSED, LEDGER_FULFILLED, LEDGER_CANCELLED, LEDGER_RETARGETED,
                   LEDGER_WARNED, LEDGER_BREACHED, LEDGER_RESTORED };
/* As the entries say it: "started" ... Whoever writes one takes it from here, so that all that is written is read. */
const char *ledger_word(enum ledger_what what);
const char *ledger_state_word(enum clock_state state); /* "running" ... */
struct ledger_entry {         /* an entry of kind sla, read */
    int64_t seq, cause;       /* its own number, and that of the entry it follows from; 0: none */
    const char *actor;
    int metric, what;         /* enum sla_metric, enum ledger_what */
    int64_t at;               /* when it holds from; the entry itself may be later */
    int64_t elapsed, due_at, target;
    const char *policy, *calendar, *why; /* why: "reply", "pending", "first_seen" ... */
    const char *reason;       /* that an agent gave for a hold; NULL: none */
    /* Of LEDGER_RESTORED: what the clock is again. started_at 0: an old entry, which does not say all of it. */
    int state;
    int64_t since, started_at;
    bool warned, breached;
};
/* Reads an entry's data; false: it is no such entry. Texts belong to data and actor. */
bool ledger_read(const struct json *data, int64_t seq, int64_t cause, const char *actor, struct ledger_entry *entry);

struct ledger_segment {
    int64_t from, until, counted; /* counted: all of it or nothing; of a coarse one what the journal says */
    int kind;                     /* enum segment_kind */
    bool coarse;                  /* the calendar is no longer what it was then, or the stretch has too many pieces */
    const char *name;             /* of the holiday, else "" */
    int line;                     /* of the line that began it */
};
struct ledger_line {          /* an entry, in words, and what came of it until the next that stops or starts the clock */
    const struct ledger_entry *entry;
    const char *text;         /* "paused: ana set it on hold" */
    int64_t until;            /* of its stretch; 0: it began none */
    int64_t sums[SEGMENT_KINDS];
};
struct ledger_clock {         /* one clock: of one cause; the response clock of the next message is another */
    int metric, state;        /* enum clock_state */
    const struct calendar *calendar;
    const char *policy;
    int64_t started_at, since, target, due_at, elapsed;
    bool warned, breached;
    int64_t sums[SEGMENT_KINDS]; /* ms of each kind since it started; sums[SEGMENT_COUNTED] is elapsed */
    struct ledger_line *lines; int line_count;
    struct ledger_segment *segments; int segment_count; /* without gaps from started_at on, while it was not settled for good */
};
enum { LEDGER_SEGMENTS = 4096 }; /* of one clock; beyond, a stretch is one coarse segment */
/* The clocks that the entries (in the journal's order) tell of, in order of their start, as they stand at now. */
void ledger_clocks(struct arena *arena, const struct config *config, const struct ledger_entry *entries, int count, int64_t now,
                   struct ledger_clock **clocks, int *clock_count);
/* "2 h 05 min", "40 s", "3 d 4 h". */
const char *ledger_span(struct arena *arena, int64_t ms);
/* "Mon 23 Nov 09:12", on the wall of the clock's calendar. */
const char *ledger_moment(struct arena *arena, const struct ledger_clock *clock, int64_t at);
/* Why it is red, or is not: sentences, NULL at the end of the list. */
const char *const *ledger_verdict(struct arena *arena, const struct ledger_clock *clock, int64_t now);
/* "counted 2 h, off hours 15 h, paused 10 min"; "" where there is nothing. */
const char *ledger_sums(struct arena *arena, const int64_t sums[SEGMENT_KINDS]);
#endif
