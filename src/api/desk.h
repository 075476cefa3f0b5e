/* desk: what all calls share: the writer's mailbox, the hub, the configuration in force, and what is counted per
 * source. The configuration pointer is swapped by main; a request holds the snapshot it began with. Thread-safe. */
#ifndef API_DESK_H
#define API_DESK_H
#include "api/presence.h"
#include "core/classify.h"
#include "core/config.h"
#include "wire/problem.h"
#include "worker/shelf.h"
#include "worker/writer.h"
#include <stdatomic.h>

struct snapshot { /* an immutable configuration and who holds it */
    atomic_int refs;
    struct arena *arena;
    const struct config *config;
};
struct snapshot *snapshot_new(struct arena *arena, const struct config *config); /* takes the arena; one reference */
struct snapshot *snapshot_hold(struct snapshot *snapshot);
void snapshot_drop(struct snapshot *snapshot); /* NULL is fine */

/* An admin's wish for main: reload or stop. main sets ok and err, then calls wake(wake_arg). */
struct control {
    struct control *next;
    bool stop;
    bool ok;
    struct err err;
    void (*wake)(void *arg);
    void *wake_arg;
};

struct source_count {
    char name[64];
    int64_t last_at, trouble_at; /* ms UTC, 0 = never: something was taken; something was refused or put into quarantine */
    uint64_t accepted, ignored, duplicate, conflict, quarantine, refused;
    double tokens; /* rate bucket */
    int64_t filled_at, logged_at;
    uint64_t unlogged;
};
enum { DESK_SOURCES = 256 };

struct desk {
    struct writer *writer;               /* NULL once it is closed; see desk_post */
    struct hub *hub;
    struct presence *presence;           /* who looks at what */
    struct courier *courier;             /* for its health; NULL in tests without one */
    const char *db;                      /* path, for read-only handles */
    struct shelf *shelf;                 /* files of customers */
    uint8_t seal[32];                    /* this desk's key for tokens it gives out; the same after a restart */
    void (*control)(void *arg, struct control *wish); /* hands a wish to main; any thread */
    void *control_arg;
    int64_t began_at;                    /* mono ms */
    int64_t beat;                        /* ms between two heartbeats of a stream, looked at once a second */
    int64_t patience;                    /* ms for a request's head to arrive; twice that for its body */
    atomic_bool draining;
    atomic_uint generation;              /* counts configurations: streams look whether theirs is still in force */
    atomic_int_least64_t committed_at;   /* mono ms of the last commit seen to succeed, 0 = none */
    atomic_int_least64_t told_at;        /* mono ms until which the refusals that were explained have used the pace */
    pthread_mutex_t mailbox;             /* guards `writer` while it is used or taken away */
    pthread_mutex_t lock;                /* below */
    struct snapshot *snapshot;
    struct classify_model *model, *starter; /* in force, and at cold start */
    const char *file;                    /* the configuration as it is read, or would be where there is none yet */
    int64_t since;                       /* ms UTC: from when on it counts what comes in */
    struct source_count counts[DESK_SOURCES];
    int count_n;
};
void desk_init(struct desk *desk, struct snapshot *snapshot); /* takes the reference; the rest is the caller's to set */
void desk_fini(struct desk *desk);
struct snapshot *desk_hold(struct desk *desk);
/* The new configuration is in force for requests that begin now; gives back the old one (the caller drops it when the
 * writer has changed too). */
struct snapshot *desk_swap(struct desk *desk, struct snapshot *snapshot);

/* The classifier in force, one reference; NULL if there is none. */
struct classify_model *desk_model(void *desk);
/* That one is in force for texts read from now on; takes a reference of its own. */
void desk_learned(void *desk, struct classify_model *model);

/* writer_post, unless the writer was taken away. */
bool desk_post(struct desk *desk, struct job *job, struct err *err);
struct writer *desk_take_writer(struct desk *desk); /* for main to close it: nobody can post any more */

/* 0: a source may send now; else the seconds until it is worth trying again. now: mono ms. */
int desk_rate(struct desk *desk, const struct config_source *source, int64_t now);
/* Takes n tokens from its bucket. A batch may go into debt: it is taken whole or not at all. */
void desk_spend(struct desk *desk, const struct config_source *source, int n);
void desk_took(struct desk *desk, const char *source, const char *state, bool duplicate, int64_t now);
/* Counts a refusal and says whether it should be logged (once in ten seconds a source; *unlogged: those in between). */
bool desk_refused(struct desk *desk, const char *source, int64_t now, uint64_t *unlogged);
bool desk_count(struct desk *desk, const char *source, struct source_count *out); /* false: nothing yet */
#endif
