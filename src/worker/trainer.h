/* trainer: the thread that learns. Woken after a commit that changed what people say of labels, it reads the journal's
 * examples through a handle of its own, refits (core/classify), counts what the new model would have done differently on
 * the last tickets, and hands it all to the writer, who stores the epoch and puts it in force after that commit. A model
 * that would be worse is stored as refused, with its figures, and the old one stays. Refits take at most a twentieth of
 * one core: the pause after one is twenty times what it took, from a second to half a minute. */
#ifndef WORKER_TRAINER_H
#define WORKER_TRAINER_H
#include "worker/writer.h"

struct trainer;
struct trainer_options {
    const char *path;                            /* of the database */
    struct classify_model *(*hold)(void *arg);   /* the model in force, one reference; any thread */
    void *hold_arg;
};
struct trainer *trainer_open(const struct trainer_options *options);
/* Starts the thread; it looks at once whether there is anything to learn, and if again (the stored weights could not be used)
 * learns what it knew. The writer outlives it. */
bool trainer_start(struct trainer *trainer, struct writer *writer, bool again, struct err *err);
void trainer_wake(void *trainer); /* there may be something to learn; any thread, never waits */
void trainer_stop(struct trainer *trainer); /* after the refit it may be in; NULL is fine */
void trainer_close(struct trainer *trainer);

/* The same without a thread: what a refit over the database would give now. false: nothing to do (err NONE; the newest epoch
 * had the same examples, and it is not asked for again) or failure.
 * out and model (NULL where refused) are the arena's and the caller's. */
bool trainer_refit(struct store *store, struct arena *arena, const struct classify_model *prior, bool again, struct model_row *out,
                   struct classify_model **model, struct err *err);
#endif
