/* chore: what the writer does in bites when nobody waits. Deliveries that arrived long ago go, with their attempts, then
 * letters that nobody needs any more; dead letters and what still waits stay. Answers kept for repeated calls go after a day, counts by the
 * hour after two weeks, files that were attached and never sent when nobody's draft names them (attachments.keep).
 * Once an hour, and at start and stop, the chain's newest link goes to the log (`chain_head seq= hash=`), so that what is cut
 * off the journal's end can be found (triage audit verify --against). On the writer's thread. */
#ifndef WORKER_CHORE_H
#define WORKER_CHORE_H
#include "core/config.h"
#include "store/store.h"

enum { CHORE_MS = 5 }; /* of one bite, but for its commit */
struct chore {
    int step;               /* of the round that is under way */
    int64_t letter;         /* how far its walk is */
    struct tally_place hours;
    int64_t parcels, letters, answers, counts, files; /* let go in this round */
    int64_t due_at, head_at, head;     /* mono ms; head: the link last logged */
};
int64_t chore_wait(const struct chore *chore, int64_t mono); /* ms until there is something to do */
/* One bite, in the caller's transaction. */
bool chore_bite(struct chore *chore, struct store *store, const struct config *config, int64_t now, int64_t mono, struct err *err);
void chore_rest(struct chore *chore, int64_t mono); /* the bite was taken back: the round begins again in an hour */
/* Logs the newest link, unless it is the one logged last. */
void chore_head(struct chore *chore, struct store *store, int64_t mono);
#endif
