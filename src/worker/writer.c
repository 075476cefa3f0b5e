/* writer: the mailbox and the thread behind it. A batch is whatever waits (at most 128 jobs): BEGIN, every job, COMMIT,
 * then, once it is on disk, answers and frames, in that order (worker/settle). Batches size themselves: while one settles,
 * the next is filled.
 * Between batches it runs due wakes and a checkpoint in bites. After a failed commit nothing is promised any more:
 * every waiting job is told, and the daemon stops (reliability.md finding 2). */
#include "worker/writer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "worker/chore.h"
#include "worker/settle.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 128, WAL_IDLE_PAGES = 1000, WAL_FORCED_PAGES = 16000 };
/* Words and keys go into their indexes in bites, when nobody waits: after a moment's quiet, so that one bite serves several
 * batches, or between batches once words are late or keys are many. */
enum { BITE_MS = 5, SIEVE_MS = 2, QUIET_MS = 20, LATE_MS = 2000, NAP_MS = 1000, INDEX_AGAIN_MS = 60000, KEYS_MANY = 16 << 10 };

struct writer {
    struct writer_options o;
    struct engine engine;
    struct arena *scratch; /* of one event at a time: the job's own arena is its thread's */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct job *first, **last;
    int waiting;
    bool stopping, broken;
    int64_t indexed, behind_since; /* the writer's thread: the last entry in the search index; mono ms, 0: of words and keys nothing is missing */
    int64_t sieve_at; /* the writer's thread: mono ms, not before; it could not be written */
    int64_t epoch, learned; /* the writer's thread: of the classifier as last committed */
    int64_t logged_at; /* the writer's thread: of the last line about a failed batch */
    int unlogged;      /* failed batches since */
    struct chore chore; /* the writer's thread */
    struct settle *settle;
    struct arena *batches[2]; /* the one that is filled and the one that settles */
    bool scours, reindexes; /* the writer's thread: something was erased: the log is to be emptied, the index to begin anew */
};

bool writer_post(struct writer *w, struct job *job, struct err *err)
{
    job->next = NULL;
    job->ok = false;
    pthread_mutex_lock(&w->lock);
    bool taken = !w->stopping && !w->broken && w->waiting < w->o.mailbox_max;
    if (taken) {
        *w->last = job;
        w->last = &job->next;
        w->waiting++;
        pthread_cond_signal(&w->some);
    }
    bool full = !w->stopping && !w->broken;
    pthread_mutex_unlock(&w->lock);
    return taken || err_set(err, ERR_UNAVAILABLE, full ? "too much is waiting to be written" : "the daemon is stopping");
}

/* --- jobs --- */

/* The bytes of a request lie with the first of its events that is kept; those before it are known already. */
static bool run_ingest(struct writer *w, struct job *job, int64_t now, struct err *err)
{
    const struct event *first = &job->items[0].event;
    int64_t at = 0;
    job->answers = ARENA_ARRAY(job->arena, struct ingest_answer, job->item_count);
    for (int i = 0; i < job->item_count; i++) {
        struct ingest_item item = job->items[i];
        item.event.raw = at ? NULL : first->raw;
        item.event.raw_n = at ? 0 : first->raw_n;
        item.event.headers = at ? item.event.headers : first->headers;
        item.event.raw_of = at;
        if (!engine_ingest(&w->engine, w->scratch, &item, now, &job->answers[i], err))
            return false;
        at = at ? at : job->answers[i].bytes;
        arena_reset(w->scratch);
    }
    return true;
}

static bool run(struct writer *w, struct job *job, int64_t now, struct err *err)
{
    struct engine *e = &w->engine;
    switch (job->kind) {
    case JOB_INGEST:
        return run_ingest(w, job, now, err);
    case JOB_DO:
        return engine_do(e, job->arena, &job->request, now, &job->answer, err);
    case JOB_KEEP:
        return engine_keep(e, job->arena, &job->keeping, now, err);
    case JOB_TAKE:
        return engine_take(e, job->arena, &job->keeping, now, err);
    case JOB_FILE:
        return engine_file(e, job->arena, &job->filing, now, err);
    case JOB_PROBE:
        return store_meta_put(e->store, "probe", "", err);
    case JOB_RECEIPT:
        return engine_receipt(e, job->arena, &job->receipt, now, err);
    case JOB_DELIVERIES:
        return engine_deliveries(e, job->arena, &job->delivery, now, &job->answer, err);
    case JOB_MODEL:
        return engine_model(e, job->arena, &job->model_row, job->agent, now, err);
    case JOB_CONFIG:
        e->config = job->config;
        return engine_views(e, job->arena, now, err) && engine_clocks(e, job->arena, now, err) && engine_destinations(e, job->arena, now, err) && engine_look(e, now, err);
    }
    return err_set(err, ERR_INTERNAL, "unknown job");
}

static void batch_open(struct engine *e)
{
    arena_reset(e->batch);
    e->frames = NULL;
    e->frames_end = &e->frames;
    e->outgoing = NULL;
    e->counts_changed = false;
    e->owner_count = 0;
    e->labelled = e->scours = false;
}

/* A fault built in on purpose, into a program of its own (tests/torture/mutant.sh): "accepted" is said before it is
 * true. The torture test must notice; if it does not, it proves nothing about the real order either. */
static struct job *answer_early(struct job *jobs)
{
#ifdef TORTURE_ACK_EARLY
    const struct timespec moment = {0, 20000000};
    settle_tell(jobs, true, &(struct err){0});
    nanosleep(&moment, NULL);
    return NULL;
#else
    return jobs;
#endif
}

/* In a burst that nobody watches, frames are not worth making; a console that comes back later starts over. A quiet
 * desk keeps them, so that a dropped line resumes where it was. */
static bool crowded(const struct job *jobs)
{
    int n = 0;
    while (jobs && ++n < 8)
        jobs = jobs->next;
    return jobs != NULL;
}

/* Every job and what is due, up to the commit. *again: an event failed and had no savepoint of its own to fail to. */
static bool perform(struct writer *w, struct job *jobs, bool wakes, int64_t now, bool *again, struct err *err)
{
    struct engine *e = &w->engine;
    int ran = 0;
    batch_open(e);
    e->epoch = w->epoch;
    e->learned = w->learned;
    *again = false;
    if (!store_begin(e->store, err))
        return false;
    for (struct job *job = jobs; job; job = job->next) {
        job->err = (struct err){0};
        if (run(w, job, now, &job->err))
            continue;
        *err = job->err;
        *again = e->bold && job->kind == JOB_INGEST && err->code != ERR_STORAGE && err->code != ERR_NO_SPACE;
        if (*again || err->code == ERR_STORAGE || err->code == ERR_NO_SPACE)
            return false;
    }
    return (!wakes || engine_wake(e, e->batch, now, 64, &ran, err)) && engine_batch_end(e, err);
}

/* Savepoints cost more than the events they guard (SQLite copies each page they touch first) and next to none is ever
 * needed: a batch goes without, and only where an event fails it is taken back whole and goes again, with them. */
static bool attempt(struct writer *w, struct job *jobs, bool wakes, int64_t now, struct err *err)
{
    bool again;
    w->engine.bold = true;
    bool ok = perform(w, jobs, wakes, now, &again, err);
    if (!again)
        return ok;
    log_line(LOG_WARN, "batch_again", "detail=\"%s\"", err->text);
    store_rollback(w->engine.store);
    engine_undone(&w->engine);
    *err = (struct err){0};
    w->engine.bold = false;
    return perform(w, jobs, wakes, now, &again, err);
}

/* A full disk fails every batch until somebody makes room: one line a second says so, and how many it stands for. */
static void log_failure(struct writer *w, const struct err *err)
{
    int64_t now = clock_mono();
    w->unlogged++;
    if (err->code == ERR_NO_SPACE && now - w->logged_at < 1000)
        return;
    log_line(LOG_ERROR, "batch_failed", "code=%d batches=%d detail=\"%s\"", err->code, w->unlogged, err->text);
    w->logged_at = now;
    w->unlogged = 0;
}

/* What was learned is in force for what is labelled from now on; whoever learns hears of new labels. */
static void enforce(struct writer *w, const struct job *jobs)
{
    w->epoch = w->engine.epoch;
    w->learned = w->engine.learned;
    for (const struct job *job = jobs; job; job = job->next)
        if (job->kind == JOB_MODEL && job->err.code == ERR_NONE && job->model && w->o.model)
            w->o.model(w->o.model_arg, job->model);
    if (w->engine.scours)
        w->scours = w->reindexes = true;
    if (w->engine.labelled && w->o.labelled)
        w->o.labelled(w->o.labelled_arg);
}

static bool somebody_waits(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool any = w->first != NULL;
    pthread_mutex_unlock(&w->lock);
    return any;
}

/* What was committed is handed over, with its arena: the other one's batch is settled by then. */
static bool settle_batch(struct writer *w, struct job *jobs)
{
    struct engine *e = &w->engine;
    struct settlement done = {jobs, e->frames, e->outgoing, store_entry_next(e->store) - 1, e->quiet};
    for (struct outgoing *o = e->outgoing; o && w->o.send; o = o->next)
        engine_handed(e, o);
    e->batch = w->batches[e->batch == w->batches[0]];
    return settle_put(w->settle, &done, somebody_waits(w));
}

/* One transaction. A job that fails for a reason of its own is taken back to its savepoint and told; storage errors
 * fail the batch. false: the store cannot be trusted any more. */
static bool batch(struct writer *w, struct job *jobs, bool wakes)
{
    struct engine *e = &w->engine;
    struct err err = {0};
    e->quiet = crowded(jobs) && !hub_listened(w->o.hub);
    bool ok = attempt(w, jobs, wakes, clock_now(), &err);
    jobs = ok ? answer_early(jobs) : jobs;
    if (ok && store_commit_soon(e->store, &err)) {
        enforce(w, jobs);
        return settle_batch(w, jobs);
    }
    store_rollback(e->store);
    engine_undone(e);
    log_failure(w, &err);
    settle_tell(jobs, false, &err);
    if (err.code != ERR_NO_SPACE && w->o.fatal)
        w->o.fatal(w->o.fatal_arg, &err);
    return err.code == ERR_NO_SPACE;
}

/* --- the loop --- */

static void wait_for_work(struct writer *w, int64_t until, int64_t most)
{
    /* The wall clock may be injected, so the sleep is bounded and the clock is asked again. */
    int64_t wait = until ? until - clock_now() : most;
    wait = wait < 0 ? 0 : wait > most ? most : wait;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += wait / 1000;
    t.tv_nsec += wait % 1000 * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    while (!w->first && !w->stopping && pthread_cond_timedwait(&w->some, &w->lock, &t) == 0)
        continue;
}

static struct job *take(struct writer *w, int64_t until, int64_t most, bool *stop)
{
    pthread_mutex_lock(&w->lock);
    if (!w->first)
        wait_for_work(w, until, most);
    struct job *jobs = w->first, *job = jobs;
    int n = 0;
    while (job && ++n < BATCH && job->next)
        job = job->next;
    if (job) {
        w->first = job->next;
        if (!w->first)
            w->last = &w->first;
        job->next = NULL;
        w->waiting -= n;
    }
    *stop = w->stopping && !jobs;
    pthread_mutex_unlock(&w->lock);
    return jobs;
}

static void fail_rest(struct writer *w)
{
    struct err err = {.code = ERR_STORAGE, .text = "the database failed; the daemon is stopping"};
    pthread_mutex_lock(&w->lock);
    w->broken = true;
    struct job *jobs = w->first;
    w->first = NULL;
    w->last = &w->first;
    pthread_mutex_unlock(&w->lock);
    settle_tell(jobs, false, &err);
}

static void care(struct writer *w, bool idle)
{
    struct err err;
    int64_t pages = store_wal_pages(w->engine.store);
    if ((idle && pages > w->o.log_idle) || pages > w->o.log_most)
        if (!store_checkpoint(w->engine.store, &err))
            log_line(LOG_WARN, "checkpoint_failed", "detail=\"%s\"", err.text);
}

/* How long nothing may be done: a bite is due after a moment's quiet, the next one at once. */
static int64_t nap(struct writer *w)
{
    int64_t now = clock_mono();
    if (store_entry_next(w->engine.store) - 1 <= w->indexed && !store_keys_waiting(w->engine.store)) {
        bool late;
        w->behind_since = 0;
        if (now >= w->sieve_at && store_sieve_wants(w->engine.store, &late))
            return late ? 0 : QUIET_MS;
        return chore_wait(&w->chore, now) ? NAP_MS : QUIET_MS;
    }
    w->behind_since = w->behind_since ? w->behind_since : now;
    int64_t left = w->behind_since + QUIET_MS - now;
    return left < 0 ? 0 : left > NAP_MS ? NAP_MS : left;
}

/* The indexes are a convenience: where they cannot be written nothing else stops, and it is tried again later. A commit that
 * fails is another matter. false: the store cannot be trusted any more. */
static bool index_bite(struct writer *w, bool idle)
{
    struct err err = {0};
    struct store *s = w->engine.store;
    if (w->reindexes && store_search_mark(s, &w->indexed, &err))
        w->reindexes = false;
    int64_t late = w->behind_since ? clock_mono() - w->behind_since : 0, seq = w->indexed;
    bool words = w->behind_since && late >= (idle ? QUIET_MS : LATE_MS), keys = idle ? words : w->behind_since && store_keys_waiting(s) > KEYS_MANY;
    if (late < 0 || (!words && !keys))
        return true;
    bool filled = store_begin(s, &err) && (!words || store_search_fill(s, &seq, BITE_MS, &err)) && (!keys || store_keys_fill(s, BITE_MS, &err));
    bool ok = filled && store_commit_soon(s, &err); /* nothing is promised of an index */
    if (ok) {
        w->indexed = seq;
        return true;
    }
    store_rollback(s);
    log_line(LOG_ERROR, "index_failed", "code=%d detail=\"%s\"", err.code, err.text);
    w->behind_since = clock_mono() + INDEX_AGAIN_MS;
    bool trusted = !filled || err.code == ERR_NO_SPACE;
    if (!trusted && w->o.fatal)
        w->o.fatal(w->o.fatal_arg, &err);
    return trusted;
}

/* What lists look words up in: between wakes too, of which a desk may have some at every moment. Where it cannot be written they
 * look through rows, as before. */
static bool sieve_bite(struct writer *w)
{
    struct err err = {0};
    struct store *s = w->engine.store;
    bool late;
    if (clock_mono() < w->sieve_at || !store_sieve_wants(s, &late))
        return true;
    bool filled = store_begin(s, &err) && store_sieve_fill(s, SIEVE_MS, &err);
    if (filled && store_commit_soon(s, &err))
        return true;
    store_rollback(s);
    w->sieve_at = clock_mono() + INDEX_AGAIN_MS;
    log_line(LOG_ERROR, "sieve_failed", "code=%d detail=\"%s\"", err.code, err.text);
    bool trusted = !filled || err.code == ERR_NO_SPACE;
    if (!trusted && w->o.fatal)
        w->o.fatal(w->o.fatal_arg, &err);
    return trusted;
}

/* What was erased still lies in the log. Emptying it is a checkpoint that no reader may be in the way of, so it waits for a quiet moment.
 * Where it cannot be done nothing else stops; it is tried again with the next chore, and at the next start. */
static void scour(struct writer *w)
{
    struct err err = {0};
    bool done = false;
    if (!store_scour(w->engine.store, &done, &err))
        log_line(LOG_ERROR, "scour_failed", "code=%d detail=\"%s\"", err.code, err.text);
    w->scours = !done && !err.code;
}

/* One bite of what may wait, when nobody does. It stops nothing else where it cannot be written, but for a commit that
 * fails: then the store cannot be trusted any more. */
static bool do_chore(struct writer *w)
{
    struct err err = {0};
    struct store *s = w->engine.store;
    int64_t mono = clock_mono();
    bool settled = (!w->scours && w->chore.head_at > mono) || settle_put(w->settle, &(struct settlement){0}, false);
    if (w->scours && settled)
        scour(w);
    if (w->chore.head_at <= mono && settled) /* only what is on disk is told outside */
        chore_head(&w->chore, s, mono);
    if (w->chore.due_at > mono)
        return true;
    bool bitten = store_begin(s, &err) && chore_bite(&w->chore, s, w->engine.config, clock_now(), mono, &err);
    if (bitten && store_commit(s, &err))
        return true;
    store_rollback(s);
    chore_rest(&w->chore, mono);
    log_line(LOG_ERROR, "chore_failed", "code=%d detail=\"%s\"", err.code, err.text);
    bool trusted = !bitten || err.code == ERR_NO_SPACE;
    if (!trusted && w->o.fatal)
        w->o.fatal(w->o.fatal_arg, &err);
    return trusted;
}

static void *loop(void *arg)
{
    struct writer *w = arg;
    struct err err = {0};
    bool stop = false;
    int64_t next = 0;
    int batches = 0;
    while (!stop) {
        struct job *jobs = take(w, next, nap(w), &stop);
        bool due = next && next <= clock_now();
        if (((jobs || due) && !batch(w, jobs, due)) || !index_bite(w, !jobs) || (!jobs && !stop && !sieve_bite(w)) ||
            (!jobs && !due && !stop && !do_chore(w))) {
            fail_rest(w);
            return NULL;
        }
        if (!engine_next(&w->engine, &next, &err))
            log_line(LOG_ERROR, "next_failed", "detail=\"%s\"", err.text);
        if (!jobs || ++batches % 64 == 0)
            care(w, !jobs);
    }
    return NULL;
}

/* What cannot be loaded any more is out of force, and the journal says so. */
static bool load_model(struct writer *w, struct arena *arena, int64_t now, struct err *err)
{
    static const struct model_row starter = {.state = "back", .figures = "{}"};
    struct model_row row;
    bool found;
    if (!store_model_active(w->engine.store, arena, &row, &found, err))
        return false;
    bool good = found && w->o.load && w->o.load(w->o.load_arg, &row);
    w->engine.epoch = good ? row.epoch : 0;
    w->engine.learned = good ? row.learned : 0;
    return good || !found || engine_model(&w->engine, arena, &starter, "boot", now, err);
}

static bool prepare(struct writer *w, struct err *err)
{
    struct engine *e = &w->engine;
    AUTO_ARENA arena = arena_new();
    int64_t now = clock_now();
    batch_open(e);
    return store_begin(e->store, err) && engine_boot(e, arena, now, err) && engine_views(e, arena, now, err) && engine_clocks(e, arena, now, err) &&
           engine_destinations(e, arena, now, err) && load_model(w, arena, now, err) && engine_look(e, now, err) && store_search_mark(e->store, &w->indexed, err) && store_commit(e->store, err);
}

static bool start(struct writer *w, struct err *err)
{
    struct durable *durable = durable_open(w->o.path, err);
    if (!durable || !(w->settle = settle_open(&w->o, durable, err)))
        return false;
    return pthread_create(&w->thread, NULL, loop, w) == 0 || err_set(err, ERR_INTERNAL, "starting the writer's thread");
}

static void writer_free(struct writer *w)
{
    settle_close(w->settle);
    engine_close(&w->engine);
    store_close(w->engine.store);
    arena_free(w->batches[0]);
    arena_free(w->batches[1]);
    arena_free(w->scratch);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->some);
    free(w);
}

struct writer *writer_open(const struct writer_options *o, struct err *err)
{
    struct writer *w = calloc(1, sizeof *w);
    pthread_condattr_t attr;
    if (!w)
        abort();
    w->o = *o;
    w->o.log_idle = o->log_idle ? o->log_idle : WAL_IDLE_PAGES;
    w->o.log_most = o->log_most ? o->log_most : WAL_FORCED_PAGES;
    w->last = &w->first;
    w->scratch = arena_new();
    w->batches[0] = arena_new();
    w->batches[1] = arena_new();
    w->engine = (struct engine){.config = o->config, .batch = w->batches[0], .quiet = true};
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->some, &attr);
    pthread_condattr_destroy(&attr);
    w->engine.store = store_open(o->path, STORE_WRITER, err);
    bool good = w->engine.store && prepare(w, err);
    w->epoch = w->engine.epoch;
    w->scours = good; /* the last run may have ended before it was done */
    w->learned = w->engine.learned;
    if (good && start(w, err))
        return w;
    writer_free(w);
    return NULL;
}

void writer_close(struct writer *w)
{
    struct err err;
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->some);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    settle_close(w->settle);
    w->settle = NULL;
    if (!w->broken)
        chore_head(&w->chore, w->engine.store, clock_mono());
    if (!w->broken && !store_checkpoint(w->engine.store, &err))
        log_line(LOG_WARN, "checkpoint_failed", "detail=\"%s\"", err.text);
    writer_free(w);
}
