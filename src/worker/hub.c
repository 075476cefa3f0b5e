/* hub: a ring of counted frames under one lock. Positions only grow; a slot is position modulo size; the oldest go when there are
 * too many of them or too many bytes. A reader keeps
 * its position, and a reference to the frame of which it has sent only a piece, so that falling off the ring never
 * cuts a frame in the middle. Two locks: `lock` guards everything; `wakers` lets only one thread at a time call wake
 * functions, so that the list of those to be woken can hang in the readers themselves. Order: wakers before lock. */
#include "worker/hub.h"
#include "base/memory.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSALS = 32 };

struct held { /* a frame; refs under hub.lock */
    int refs;
    int64_t seq;
    bool leads_only, passing; /* passing: for those who had joined */
    char only[64]; /* one agent's alone, "" = everybody's */
    size_t n;
    char text[];
};
struct hub_reader {
    struct hub *hub;
    struct hub_reader *next, **back, *next_woken;
    uint64_t at;       /* position to read next */
    uint64_t joined;   /* position of the first frame that came after it */
    int64_t seen;      /* frames up to this seq are passed over */
    struct held *rest; /* frame of which `sent` bytes are out */
    size_t sent;
    bool lead, sleeping, waking, missed, counted; /* missed: frames were skipped since it joined; counted: hub.h */
    void (*wake)(void *);
    void *arg;
    char agent[64];
};
struct hub {
    pthread_mutex_t wakers, lock;
    pthread_cond_t woken;
    struct held **ring;
    uint64_t size, head, tail; /* positions of the next frame and of the oldest */
    size_t bytes, bytes_most;
    int64_t seq, floor;  /* newest seq published; newest seq no longer in the ring */
    struct hub_reader *readers;
    struct hub_refusal refusals[REFUSALS];
    uint64_t refused;
};

struct hub *hub_new(int frames, size_t bytes)
{
    struct hub *hub = memory_must(calloc(1, sizeof *hub));
    hub->size = frames > 0 ? (uint64_t)frames : 1;
    hub->bytes_most = bytes;
    hub->ring = memory_must(calloc(hub->size, sizeof *hub->ring));
    pthread_mutex_init(&hub->wakers, NULL);
    pthread_mutex_init(&hub->lock, NULL);
    pthread_cond_init(&hub->woken, NULL);
    return hub;
}

static void drop(struct held *frame)
{
    if (frame && --frame->refs == 0)
        free(frame);
}

void hub_free(struct hub *hub)
{
    if (!hub)
        return;
    for (uint64_t i = 0; i < hub->size; i++)
        drop(hub->ring[i]);
    pthread_cond_destroy(&hub->woken);
    pthread_mutex_destroy(&hub->lock);
    pthread_mutex_destroy(&hub->wakers);
    free(hub->ring);
    free(hub);
}

void hub_base(struct hub *hub, int64_t seq)
{
    pthread_mutex_lock(&hub->lock);
    if (!hub->seq)
        hub->seq = hub->floor = seq;
    pthread_mutex_unlock(&hub->lock);
}

int64_t hub_seq(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    int64_t seq = hub->seq;
    pthread_mutex_unlock(&hub->lock);
    return seq;
}

struct hub_load hub_load(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    struct hub_load load = {.frames = (int64_t)(hub->head - hub->tail), .bytes = (int64_t)hub->bytes};
    for (const struct hub_reader *r = hub->readers; r; r = r->next)
        load.readers++;
    pthread_mutex_unlock(&hub->lock);
    return load;
}

static bool is_for(const struct hub_reader *r, const struct held *f, uint64_t at)
{
    return (r->lead || !f->leads_only) && (!*f->only || strcmp(r->agent, f->only) == 0) && !(f->seq && f->seq <= r->seen) && (!f->passing || at >= r->joined);
}

static bool has_more(const struct hub_reader *r)
{
    bool more = r->rest || r->missed || r->at < r->hub->tail;
    for (uint64_t at = r->at; !more && at < r->hub->head; at++)
        more = is_for(r, r->hub->ring[at % r->hub->size], at);
    return more;
}

/* Calls wake() of every sleeping reader, or of those that have something to read. A woken reader cannot leave before all
 * of this round have been called: that keeps the list whole. */
static void wake_sleepers(struct hub *hub, bool all)
{
    struct hub_reader *list = NULL;
    pthread_mutex_lock(&hub->wakers);
    pthread_mutex_lock(&hub->lock);
    for (struct hub_reader *r = hub->readers; r; r = r->next)
        if (r->sleeping && (all || has_more(r))) {
            r->sleeping = false;
            r->waking = true;
            r->next_woken = list;
            list = r;
        }
    pthread_mutex_unlock(&hub->lock);
    for (struct hub_reader *r = list; r; r = r->next_woken)
        r->wake(r->arg);
    if (list) {
        pthread_mutex_lock(&hub->lock);
        for (struct hub_reader *r = list; r; r = r->next_woken)
            r->waking = false;
        pthread_cond_broadcast(&hub->woken);
        pthread_mutex_unlock(&hub->lock);
    }
    pthread_mutex_unlock(&hub->wakers);
}

void hub_wake(struct hub *hub)
{
    wake_sleepers(hub, true);
}

void hub_tell(struct hub *hub)
{
    wake_sleepers(hub, false);
}

static void forget_oldest(struct hub *hub)
{
    struct held **slot = &hub->ring[hub->tail++ % hub->size];
    if ((*slot)->seq > hub->floor)
        hub->floor = (*slot)->seq;
    hub->bytes -= (*slot)->n;
    drop(*slot);
    *slot = NULL;
}

static struct held *held_new(struct held head, const char *sse, size_t n)
{
    struct held *frame = memory_must(malloc(sizeof *frame + n));
    *frame = head;
    frame->refs = 1;
    frame->n = n;
    memcpy(frame->text, sse, n);
    return frame;
}

static void append(struct hub *hub, struct held *frame)
{
    size_t n = frame->n;
    pthread_mutex_lock(&hub->lock);
    while (hub->tail < hub->head && (hub->head - hub->tail == hub->size || hub->bytes + n > hub->bytes_most))
        forget_oldest(hub);
    hub->ring[hub->head++ % hub->size] = frame;
    hub->bytes += n;
    if (frame->seq > hub->seq)
        hub->seq = frame->seq;
    pthread_mutex_unlock(&hub->lock);
}

void hub_add(struct hub *hub, int64_t seq, const char *sse, size_t n, bool leads_only, const char *agent)
{
    struct held head = {.seq = seq, .leads_only = leads_only};
    str_copy(head.only, sizeof head.only, agent);
    append(hub, held_new(head, sse, n));
}

void hub_say(struct hub *hub, const char *sse, size_t n)
{
    append(hub, held_new((struct held){.passing = true}, sse, n));
    hub_tell(hub);
}

void hub_publish(struct hub *hub, int64_t seq, const char *sse, size_t n, bool leads_only)
{
    hub_add(hub, seq, sse, n, leads_only, "");
    hub_tell(hub);
}

void hub_count(struct hub *hub, const char *const *agents, int count)
{
    pthread_mutex_lock(&hub->lock);
    for (struct hub_reader *r = hub->readers; r; r = r->next) {
        r->counted |= !agents;
        for (int i = 0; i < count && !r->counted; i++)
            r->counted = strcmp(agents[i], r->agent) == 0;
    }
    pthread_mutex_unlock(&hub->lock);
}

bool hub_counted(struct hub_reader *r)
{
    pthread_mutex_lock(&r->hub->lock);
    bool counted = r->counted;
    r->counted = false;
    pthread_mutex_unlock(&r->hub->lock);
    return counted;
}

void hub_belongs(struct hub_reader *r, const char *agent)
{
    pthread_mutex_lock(&r->hub->lock);
    str_copy(r->agent, sizeof r->agent, agent);
    pthread_mutex_unlock(&r->hub->lock);
}

bool hub_listened(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    bool any = hub->readers != NULL;
    pthread_mutex_unlock(&hub->lock);
    return any;
}

void hub_skip(struct hub *hub, int64_t seq)
{
    pthread_mutex_lock(&hub->lock);
    if (seq > hub->seq)
        hub->seq = hub->floor = seq;
    bool any = false;
    for (struct hub_reader *r = hub->readers; r; r = r->next)
        if (r->seen < seq)
            any = r->missed = true;
    pthread_mutex_unlock(&hub->lock);
    if (any)
        wake_sleepers(hub, true);
}

static uint64_t position_after(const struct hub *hub, int64_t after)
{
    uint64_t at = hub->head;
    for (; at > hub->tail; at--) {
        int64_t seq = hub->ring[(at - 1) % hub->size]->seq;
        if (seq && seq <= after)
            break;
    }
    return at;
}

struct hub_reader *hub_join(struct hub *hub, int64_t after, bool lead, void (*wake)(void *arg), void *arg, bool *too_old)
{
    struct hub_reader *r = memory_must(calloc(1, sizeof *r));
    *r = (struct hub_reader){.hub = hub, .lead = lead, .wake = wake, .arg = arg};
    pthread_mutex_lock(&hub->lock);
    *too_old = after >= 0 && after < hub->floor;
    r->seen = after;
    r->at = after < 0 || *too_old ? hub->head : position_after(hub, after);
    r->joined = hub->head;
    r->next = hub->readers;
    r->back = &hub->readers;
    if (r->next)
        r->next->back = &r->next;
    hub->readers = r;
    pthread_mutex_unlock(&hub->lock);
    return r;
}

/* The next frame this reader may see, referenced; NULL: none. */
static struct held *next_frame(struct hub_reader *r)
{
    struct hub *hub = r->hub;
    while (r->at < hub->head) {
        struct held *frame = hub->ring[r->at % hub->size];
        if (is_for(r, frame, r->at++)) {
            frame->refs++;
            return frame;
        }
    }
    return NULL;
}

static size_t take(struct hub_reader *r, char *buf, size_t room)
{
    size_t left = r->rest->n - r->sent, n = left < room ? left : room;
    memcpy(buf, r->rest->text + r->sent, n);
    r->sent += n;
    if (r->sent == r->rest->n) {
        drop(r->rest);
        r->rest = NULL;
        r->sent = 0;
    }
    return n;
}

static ssize_t read_locked(struct hub_reader *r, char *buf, size_t max)
{
    size_t n = 0;
    for (;;) {
        if (!r->rest) {
            if (r->missed || r->at < r->hub->tail) {
                if (n)
                    return (ssize_t)n;
                r->missed = false;
                r->at = r->hub->head;
                return -1;
            }
            r->rest = next_frame(r);
        }
        if (!r->rest || (n && r->rest->n - r->sent > max - n))
            return (ssize_t)n;
        n += take(r, buf + n, max - n);
        if (n == max)
            return (ssize_t)n;
    }
}

ssize_t hub_read(struct hub_reader *r, char *buf, size_t max, bool (*park)(void *arg))
{
    pthread_mutex_lock(&r->hub->lock);
    ssize_t n = read_locked(r, buf, max);
    r->sleeping = n == 0 && !r->counted && (!park || park(r->arg));
    pthread_mutex_unlock(&r->hub->lock);
    return n;
}

void hub_leave(struct hub_reader *r)
{
    if (!r)
        return;
    struct hub *hub = r->hub;
    pthread_mutex_lock(&hub->lock);
    r->sleeping = false;
    while (r->waking)
        pthread_cond_wait(&hub->woken, &hub->lock);
    *r->back = r->next;
    if (r->next)
        r->next->back = r->back;
    drop(r->rest);
    pthread_mutex_unlock(&hub->lock);
    free(r);
}

void hub_refuse(struct hub *hub, const struct hub_refusal *refusal)
{
    pthread_mutex_lock(&hub->lock);
    hub->refusals[hub->refused++ % REFUSALS] = *refusal;
    pthread_mutex_unlock(&hub->lock);
}

int hub_refusals(struct hub *hub, struct hub_refusal *list, int max)
{
    pthread_mutex_lock(&hub->lock);
    int n = hub->refused < REFUSALS ? (int)hub->refused : REFUSALS;
    n = n < max ? n : max;
    for (int i = 0; i < n; i++)
        list[i] = hub->refusals[(hub->refused - 1 - (uint64_t)i) % REFUSALS];
    pthread_mutex_unlock(&hub->lock);
    return n;
}

uint64_t hub_refused(struct hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    uint64_t n = hub->refused;
    pthread_mutex_unlock(&hub->lock);
    return n;
}
