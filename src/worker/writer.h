/* writer: the one thread that owns the read-write store handle. It takes jobs from the mailbox, runs a batch in one
 * transaction, commits, then the jobs are answered and the frames published: nobody is told "accepted" before the commit is on
 * disk (worker/settle). Between jobs it runs due wakes and checkpoints. A failed commit stops the daemon (reliability.md finding 2). */
#ifndef WORKER_WRITER_H
#define WORKER_WRITER_H
#include "engine/engine.h"
#include "worker/hub.h"

enum job_kind { JOB_INGEST, JOB_DO, JOB_KEEP, JOB_TAKE, JOB_FILE, JOB_PROBE /* healthz: an empty commit */, JOB_CONFIG, JOB_RECEIPT, JOB_DELIVERIES, JOB_MODEL };
struct job {
    struct job *next;
    enum job_kind kind;
    struct arena *arena;            /* the request's; answers are allocated from it */
    struct ingest_item *items; int item_count; struct ingest_answer *answers; /* JOB_INGEST: all or nothing */
    struct do_request request; char *answer;                                  /* JOB_DO */
    struct keeping keeping;                                                   /* JOB_KEEP, JOB_TAKE */
    struct filing filing;                                                     /* JOB_FILE */
    const char *agent;                                                        /* who asks */
    const struct config *config;                                              /* JOB_CONFIG */
    struct receipt receipt;                                                   /* JOB_RECEIPT */
    struct delivery_request delivery;                                         /* JOB_DELIVERIES; answer */
    struct model_row model_row; struct classify_model *model;                 /* JOB_MODEL, by agent; the one to be in force, NULL where refused */
    bool ok; struct err err;        /* the outcome */
    void (*wake)(void *arg); void *wake_arg; /* called on the writer's or the settler's thread once it is on disk (or failed) */
};
struct writer;
struct writer_options { const char *path; const struct config *config; struct hub *hub;
                        /* At start: the classifier that was in force. false: its weights are of no use, the starter rules hold. */
                        bool (*load)(void *arg, const struct model_row *row); void *load_arg;
                        int mailbox_max;
                        /* Pages in the log from which it is moved into the file: when nobody waits, and in any case. 0: 1,000 and 16,000. */
                        int64_t log_idle, log_most;
                        void (*send)(void *arg, const struct outgoing *out); void *send_arg; /* to the courier, after the commit; copies */
                        /* After the commit: a model is in force (the callee takes a reference of its own); there may be labels to learn. */
                        void (*model)(void *arg, struct classify_model *model); void *model_arg;
                        void (*labelled)(void *arg); void *labelled_arg;
                        void (*fatal)(void *arg, const struct err *err); void *fatal_arg; };
struct writer *writer_open(const struct writer_options *options, struct err *err); /* opens the store, starts the thread */
/* false: the mailbox is full or the writer is stopping (err UNAVAILABLE); the job was not taken. Any thread. */
bool writer_post(struct writer *writer, struct job *job, struct err *err);
void writer_close(struct writer *writer); /* drains what was posted, commits, answers, checkpoints, closes */
#endif
