/* desk: a struct and its lock; nothing here blocks or waits. */
#include "api/desk.h"
#include "base/clock.h"
#include "base/str.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct snapshot *snapshot_new(struct arena *arena, const struct config *config)
{
    struct snapshot *s = arena_alloc(arena, sizeof *s);
    *s = (struct snapshot){.arena = arena, .config = config};
    atomic_init(&s->refs, 1);
    return s;
}

struct snapshot *snapshot_hold(struct snapshot *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void snapshot_drop(struct snapshot *s)
{
    if (s && atomic_fetch_sub(&s->refs, 1) == 1)
        arena_free(s->arena);
}

void desk_init(struct desk *desk, struct snapshot *snapshot)
{
    memset(desk, 0, sizeof *desk);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_mutex_init(&desk->mailbox, NULL);
    desk->snapshot = snapshot;
    desk->began_at = clock_mono();
}

void desk_fini(struct desk *desk)
{
    snapshot_drop(desk->snapshot);
    classify_model_free(desk->model);
    classify_model_free(desk->starter);
    desk->snapshot = NULL;
    desk->model = desk->starter = NULL;
    pthread_mutex_destroy(&desk->mailbox);
    pthread_mutex_destroy(&desk->lock);
}

struct snapshot *desk_hold(struct desk *desk)
{
    pthread_mutex_lock(&desk->lock);
    struct snapshot *s = snapshot_hold(desk->snapshot);
    pthread_mutex_unlock(&desk->lock);
    return s;
}

struct snapshot *desk_swap(struct desk *desk, struct snapshot *snapshot)
{
    pthread_mutex_lock(&desk->lock);
    struct snapshot *old = desk->snapshot;
    desk->snapshot = snapshot;
    pthread_mutex_unlock(&desk->lock);
    atomic_fetch_add(&desk->generation, 1);
    return old;
}

struct classify_model *desk_model(void *arg)
{
    struct desk *desk = arg;
    pthread_mutex_lock(&desk->lock);
    struct classify_model *model = desk->model ? classify_model_hold(desk->model) : NULL;
    pthread_mutex_unlock(&desk->lock);
    return model;
}

void desk_learned(void *arg, struct classify_model *model)
{
    struct desk *desk = arg;
    classify_model_hold(model);
    pthread_mutex_lock(&desk->lock);
    struct classify_model *old = desk->model;
    desk->model = model;
    pthread_mutex_unlock(&desk->lock);
    classify_model_free(old);
}

bool desk_post(struct desk *desk, struct job *job, struct err *err)
{
    pthread_mutex_lock(&desk->mailbox);
    bool ok = desk->writer ? writer_post(desk->writer, job, err) : err_set(err, ERR_UNAVAILABLE, "the daemon is stopping");
    pthread_mutex_unlock(&desk->mailbox);
    return ok;
}

struct writer *desk_take_writer(struct desk *desk)
{
    pthread_mutex_lock(&desk->mailbox);
    struct writer *writer = desk->writer;
    desk->writer = NULL;
    pthread_mutex_unlock(&desk->mailbox);
    return writer;
}

/* Under the lock. Names come from the configuration, so there are few; "-" is everybody unknown. */
static struct source_count *count_of(struct desk *desk, const char *name, bool make)
{
    for (int i = 0; i < desk->count_n; i++)
        if (str_eq(desk->counts[i].name, name))
            return &desk->counts[i];
    if (!make)
        return NULL;
    struct source_count *c = &desk->counts[desk->count_n < DESK_SOURCES ? desk->count_n++ : DESK_SOURCES - 1];
    memset(c, 0, sizeof *c);
    str_copy(c->name, sizeof c->name, name);
    return c;
}

int desk_rate(struct desk *desk, const struct config_source *source, int64_t now)
{
    if (source->rate <= 0)
        return 0;
    double rate = (double)source->rate, most = source->burst > 0 ? (double)source->burst : rate;
    pthread_mutex_lock(&desk->lock);
    struct source_count *c = count_of(desk, source->name, true);
    c->tokens = c->filled_at ? c->tokens + (double)(now - c->filled_at) * rate / 1000 : most;
    c->tokens = c->tokens > most ? most : c->tokens;
    c->filled_at = now;
    int wait = c->tokens >= 1 ? 0 : (int)((1 - c->tokens) / rate) + 1;
    pthread_mutex_unlock(&desk->lock);
    return wait;
}

void desk_spend(struct desk *desk, const struct config_source *source, int n)
{
    if (source->rate <= 0)
        return;
    pthread_mutex_lock(&desk->lock);
    count_of(desk, source->name, true)->tokens -= n;
    pthread_mutex_unlock(&desk->lock);
}

void desk_took(struct desk *desk, const char *source, const char *state, bool duplicate, int64_t now)
{
    pthread_mutex_lock(&desk->lock);
    struct source_count *c = count_of(desk, source, true);
    c->last_at = now;
    if (str_eq(state, "conflict")) /* its key is known as well */
        c->conflict++;
    else if (duplicate || str_eq(state, "duplicate"))
        c->duplicate++;
    else if (str_eq(state, "quarantine")) {
        c->quarantine++;
        c->trouble_at = now;
    } else if (str_eq(state, "ignored"))
        c->ignored++;
    else
        c->accepted++;
    pthread_mutex_unlock(&desk->lock);
}

bool desk_refused(struct desk *desk, const char *source, int64_t now, uint64_t *unlogged)
{
    pthread_mutex_lock(&desk->lock);
    struct source_count *c = count_of(desk, source, true);
    c->refused++;
    c->trouble_at = now;
    bool log = !c->logged_at || now - c->logged_at >= 10000 || now < c->logged_at;
    *unlogged = c->unlogged;
    c->unlogged = log ? 0 : c->unlogged + 1;
    c->logged_at = log ? now : c->logged_at;
    pthread_mutex_unlock(&desk->lock);
    return log;
}

bool desk_count(struct desk *desk, const char *source, struct source_count *out)
{
    pthread_mutex_lock(&desk->lock);
    const struct source_count *c = count_of(desk, source, false);
    if (c)
        *out = *c;
    pthread_mutex_unlock(&desk->lock);
    return c != NULL;
}
