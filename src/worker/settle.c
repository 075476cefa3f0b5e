/* settle: one thread and one place for a batch. The lock guards the place and `failed`; settling itself is done without it, by the
 * settler's thread, or, where nobody waits for the writer, by the writer itself: that saves a handing over. */
#include "worker/settle.h"
#include "base/str.h"
#include <pthread.h>
#include <stdlib.h>

struct settle {
    struct writer_options o;
    struct durable *durable;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t given, free;
    struct settlement batch; /* under way while `busy` */
    bool busy, stopping, failed;
};

void settle_tell(struct job *jobs, bool ok, const struct err *err)
{
    for (struct job *job = jobs, *next; job; job = next) {
        next = job->next; /* after its wake the job may be gone */
        if (!ok)
            job->err = *err;
        job->ok = ok && job->err.code == ERR_NONE;
        if (job->wake)
            job->wake(job->wake_arg);
    }
}

static void publish(const struct settle *s, const struct settlement *b)
{
    if (b->quiet)
        hub_skip(s->o.hub, b->seq);
    struct str sse;
    str_init(&sse, 16 << 20);
    for (struct frame *f = b->frames; f; f = f->next) {
        str_clear(&sse);
        if (f->seq)
            str_addf(&sse, "id: %lld\n", (long long)f->seq);
        str_addf(&sse, "event: %s\ndata: ", f->kind);
        str_adds(&sse, f->data);
        str_adds(&sse, "\n\n");
        if (f->owner_count)
            hub_count(s->o.hub, f->owner_count < ENGINE_OWNERS ? f->owners : NULL, f->owner_count);
        hub_add(s->o.hub, f->seq, sse.data, sse.len, f->leads_only, f->only ? f->only : "");
    }
    hub_tell(s->o.hub);
    str_fini(&sse);
    for (struct outgoing *o = b->outgoing; o && s->o.send; o = o->next)
        s->o.send(s->o.send_arg, o);
}

static bool settle(struct settle *s, const struct settlement *b)
{
    struct err err = {0};
    bool ok = durable_wait(s->durable, &err);
    settle_tell(b->jobs, ok, &err);
    if (ok)
        publish(s, b);
    else if (s->o.fatal)
        s->o.fatal(s->o.fatal_arg, &err);
    return ok;
}

static void *loop(void *arg)
{
    struct settle *s = arg;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->busy && !s->stopping)
            pthread_cond_wait(&s->given, &s->lock);
        if (!s->busy)
            break;
        struct settlement batch = s->batch;
        pthread_mutex_unlock(&s->lock);
        bool ok = settle(s, &batch);
        pthread_mutex_lock(&s->lock);
        s->busy = false;
        s->failed |= !ok;
        pthread_cond_signal(&s->free);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

bool settle_put(struct settle *s, const struct settlement *batch, bool later)
{
    pthread_mutex_lock(&s->lock);
    while (s->busy)
        pthread_cond_wait(&s->free, &s->lock);
    bool failed = s->failed;
    if (later) {
        s->batch = *batch;
        s->busy = true;
        pthread_cond_signal(&s->given);
    }
    pthread_mutex_unlock(&s->lock);
    return (later || settle(s, batch)) && !failed;
}

struct settle *settle_open(const struct writer_options *options, struct durable *durable, struct err *err)
{
    struct settle *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->o = *options;
    s->durable = durable;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->given, NULL);
    pthread_cond_init(&s->free, NULL);
    if (pthread_create(&s->thread, NULL, loop, s) == 0)
        return s;
    err_set(err, ERR_INTERNAL, "starting the settler's thread");
    durable_close(durable);
    free(s);
    return NULL;
}

void settle_close(struct settle *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->given);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->free);
    pthread_cond_destroy(&s->given);
    pthread_mutex_destroy(&s->lock);
    durable_close(s->durable);
    free(s);
}
