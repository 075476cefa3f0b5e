/* settle: the second half of a commit. What the writer has committed waits here for the disk; then, and only then, jobs are
 * answered, frames published and parcels handed over, batch after batch in the order of the commits. While one settles the
 * writer fills the next. */
#ifndef WORKER_SETTLE_H
#define WORKER_SETTLE_H
#include "store/durable.h"
#include "worker/writer.h"

struct settlement {      /* a batch that was committed */
    struct job *jobs;
    struct frame *frames;
    struct outgoing *outgoing;
    int64_t seq;         /* its last entry */
    bool quiet;          /* nobody listened: there are no frames, and whoever comes back starts over */
};
struct settle;
/* Of the options hub, send and fatal are meant. Owns durable. NULL + err: no thread could be started. */
struct settle *settle_open(const struct writer_options *options, struct durable *durable, struct err *err);
/* Settles it once the one before is. later: on the settler's own thread; else before it returns. What it points to stays until
 * then; one call later the batch before is settled for sure. false: the disk failed, nothing is promised any more; jobs
 * were told. */
bool settle_put(struct settle *settle, const struct settlement *batch, bool later);
void settle_tell(struct job *jobs, bool ok, const struct err *err); /* answers them */
void settle_close(struct settle *settle); /* once all is settled; NULL is fine */
#endif
