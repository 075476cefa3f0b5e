/* pace: buckets of tokens that fill with time, two a destination and one an account; a breaker; and until when the other side wants
 * to be left alone. A clock that was set back never holds anything up for longer than the rule says. */
#include "worker/pace.h"
#include "base/memory.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

struct pace_account *pace_account(struct pace_account **list, const char *name)
{
    for (; *list; list = &(*list)->next)
        if (str_eq((*list)->name, name))
            return *list;
    *list = memory_must(calloc(1, sizeof **list));
    (*list)->name = memory_must(strdup(name));
    return *list;
}

void pace_accounts_free(struct pace_account **list)
{
    for (struct pace_account *a; (a = *list);) {
        *list = a->next;
        free(a->name);
        free(a);
    }
}

/* --- may it begin? --- */

static int64_t held_until(const struct pace *p)
{
    return p->account->hold_until > p->hold_until ? p->account->hold_until : p->hold_until;
}

int64_t pace_held(const struct pace *p, int64_t now)
{
    return held_until(p) - now;
}

int64_t pace_breaker(struct pace *p, bool busy, int64_t now)
{
    struct pace_health *h = &p->health;
    if (h->breaker == BREAKER_OPEN && (now >= h->open_until || h->open_until - now > PACE_OPEN_MS))
        h->breaker = BREAKER_HALF_OPEN; /* its time is over, or the clock was set back */
    if (h->breaker == BREAKER_OPEN)
        return h->open_until - now;
    return h->breaker == BREAKER_HALF_OPEN && busy ? PACE_MOMENT_MS : 0; /* one goes ahead */
}

/* The configuration's own pace, else the kind's. */
static struct destination_pace pace_of(const struct destination *kind, const struct config_destination *to, int which)
{
    if (which == 0 && to->rate)
        return (struct destination_pace){to->burst ? to->burst : to->rate, to->rate, 1000};
    if (which == 1 && (to->max_per_hour || (to->kind == DEST_MODEL && to->per_hour))) {
        int64_t n = to->kind == DEST_MODEL ? to->per_hour : to->max_per_hour;
        return (struct destination_pace){n, n, 3600000};
    }
    return kind->pace[which];
}

/* ms until the bucket has one more; 0 = it has. */
static int64_t bucket_wait(struct pace_bucket *b, struct destination_pace p, int64_t now)
{
    if (!p.per)
        return 0;
    int64_t gone = b->begun && now > b->at ? now - b->at : 0;
    b->tokens = b->begun ? b->tokens + (double)gone * (double)p.per / (double)p.per_ms : (double)p.burst;
    b->tokens = b->tokens > (double)p.burst ? (double)p.burst : b->tokens;
    b->begun = true;
    b->at = now;
    return b->tokens >= 1 ? 0 : (int64_t)((1 - b->tokens) * (double)p.per_ms / (double)p.per) + 1;
}

int64_t pace_wait(struct pace *p, const struct destination *kind, const struct config_destination *to, int64_t now)
{
    const int64_t waits[] = {bucket_wait(&p->buckets[0], pace_of(kind, to, 0), now), bucket_wait(&p->buckets[1], pace_of(kind, to, 1), now),
                             bucket_wait(&p->account->bucket, kind->together, now)};
    int64_t longest = 0;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        longest = waits[i] > longest ? waits[i] : longest;
    return longest;
}

void pace_spend(struct pace *p)
{
    for (int i = 0; i < 2; i++)
        p->buckets[i].tokens -= 1;
    p->account->bucket.tokens -= 1;
}

/* --- what an answer says --- */

/* A yes may ask for time too: the next one would be one too many. Who asks for more than a day has that one parcel's answer
 * (dead, with the reason); the others ask again tomorrow. */
static void note_hold(struct pace *p, const struct verdict *v, int64_t now)
{
    int64_t *until = v->all ? &p->account->hold_until : &p->hold_until, wait = v->retry_after < RETRY_WAITED_MS ? v->retry_after : RETRY_WAITED_MS;
    if ((v->kind == VERDICT_WAIT || v->kind == VERDICT_DELIVERED) && *until < now + wait)
        *until = now + wait;
    p->health.hold_until = held_until(p) > now ? held_until(p) : 0;
}

void pace_answered(struct pace *p, const struct verdict *v, int64_t status, int64_t now)
{
    struct pace_health *h = &p->health;
    bool failed = v->kind == VERDICT_RETRY && (!status || status >= 500);
    note_hold(p, v, now);
    if (!failed) {
        h->failures = 0;
        h->breaker = BREAKER_CLOSED;
        h->open_until = 0;
        h->ok_at = now;
        return;
    }
    h->failed_at = now;
    if (++h->failures >= PACE_FAILURES) {
        h->breaker = BREAKER_OPEN;
        h->open_until = now + PACE_OPEN_MS;
    }
}

bool pace_refused(struct pace *p, const struct destination *kind, const struct reply *r, int64_t most, int64_t now)
{
    struct pace_account *a = p->account;
    int64_t per_ms = kind->refusals.per_ms;
    bool refused = r->status == 401 || r->status == 403 || (r->status == 429 && !str_eq(r->limit_scope, "shared"));
    most = kind->refusals.most && most ? most : kind->refusals.most;
    if (!most || !refused)
        return false;
    if (now < a->refused_from || now - a->refused_from >= per_ms) {
        a->refused = 0;
        a->refused_from = now;
    }
    if (++a->refused < most || a->hold_until >= a->refused_from + per_ms)
        return false;
    a->hold_until = a->refused_from + per_ms;
    return true;
}
