/* fold: from observations to a ticket. The newest observation is folded on top; an older one makes the whole history
 * fold again in order of v, so arrival order never matters (dialects.md 9). Source observations are read from their
 * events, the desk's from the entries of acts, the clock's from those it was busy in. An act that was taken back is left out, so
 * that undoing it gives what would be had it never been; a merged ticket's messages are heard by its root. */
#include "engine/change.h"
#include "base/str.h"
#include "wire/row.h"
#include <stdlib.h>
#include <string.h>

struct history {
    struct arena *arena;
    struct observation *list;
    int count, cap;
};

static struct observation *next(struct history *h)
{
    if (h->count == h->cap) {
        struct observation *more = ARENA_ARRAY(h->arena, struct observation, h->cap = h->cap ? h->cap * 2 : 16);
        if (h->count)
            memcpy(more, h->list, sizeof *more * (size_t)h->count);
        h->list = more;
    }
    return &h->list[h->count++];
}

static bool add(struct history *h, const struct json *obs)
{
    return obs && row_read_observation(h->arena, obs, next(h), NULL);
}

static bool add_event(void *arg, int64_t id, const char *text)
{
    struct history *h = arg;
    (void)id;
    return !text || add(h, json_parse_in(h->arena, text, strlen(text), &json_limits_dialect, NULL, NULL));
}

/* An act that was taken back is no part of the history (kind none folds to nothing); done again, it is. */
static void leave_out(struct history *h, const char *act, bool out)
{
    for (int i = 0; act && i < h->count; i++)
        if (h->list[i].voice == VOICE_DESK && str_eq(h->list[i].v.key, act))
            h->list[i].left_out = out;
}

static bool add_entry(struct history *h, const struct entry *entry, struct err *err)
{
    const struct json *data = json_parse_in(h->arena, entry->data, strlen(entry->data), &json_limits_dialect, NULL, NULL), *obs = json_get(data, "obs");
    const char *undone = json_get_string(data, "undone", NULL), *redone = json_get_string(data, "redone", NULL);
    leave_out(h, undone, true);
    leave_out(h, redone, false);
    bool ok = !obs || undone || redone || add(h, obs);
    for (const struct json *made = json_first(json_get(data, "made")); ok && made; made = json_next(made))
        ok = add(h, made);
    return ok || err_set(err, ERR_INTERNAL, "reading the act of entry %lld", (long long)entry->seq);
}

static bool add_acts(struct engine *e, struct history *h, int64_t ticket, struct err *err)
{
    struct entry_query q = {.ticket = ticket, .kind = "ticket", .limit = 1000};
    for (;;) {
        struct entry *list;
        int n;
        if (!store_entry_list(e->store, h->arena, &q, &list, &n, err))
            return false;
        for (int i = 0; i < n; i++)
            if (!add_entry(h, &list[i], err))
                return false;
        if (n < q.limit)
            return true;
        q.after = list[n - 1].seq;
    }
}

static int by_version(const void *a, const void *b)
{
    const struct observation *x = a, *y = b;
    return version_cmp(&x->v, &y->v);
}

/* In a history the desk speaks only of what the fold owns: urgency, snooze and the like stay as they are now. */
static void only_folded(struct observation *obs)
{
    for (int i = 0; i < field_count; i++)
        if (!(field_table[i].flags & (FIELD_SOURCE | FIELD_OURS))) {
            obs->said.bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
            obs->null.bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
        }
}

static bool own_history(struct engine *e, struct history *h, int64_t ticket, struct err *err)
{
    return store_event_observations(e->store, ticket, add_event, h, err) && add_acts(e, h, ticket, err);
}

/* What was merged into it is heard: the messages of the others, each from its own history. */
static bool add_echoes(struct engine *e, struct history *h, int64_t root, struct err *err)
{
    struct member *members;
    int count;
    if (!store_ticket_members(e->store, h->arena, root, &members, &count, err))
        return false;
    for (int i = 0; i < count; i++) {
        struct history other = {.arena = h->arena};
        if (!own_history(e, &other, members[i].id, err))
            return false;
        for (int k = 0; k < other.count; k++)
            if (other.list[k].message_count && !other.list[k].left_out)
                observe_echo(&other.list[k], members[i].merged_at, next(h));
    }
    return true;
}

static struct ticket *refold(struct engine *e, struct arena *arena, const struct ticket *before, const struct observation *obs,
                             const struct fold_turn *turn, struct err *err)
{
    struct history h = {.arena = arena};
    if (!own_history(e, &h, before->id, err))
        return NULL;
    if (turn)
        leave_out(&h, turn->act, turn->out);
    if (!add_echoes(e, &h, before->id, err))
        return NULL;
    for (int i = 0; i < h.count; i++)
        if (h.list[i].voice != VOICE_SOURCE)
            only_folded(&h.list[i]);
    if (obs)
        *next(&h) = *obs;
    qsort(h.list, (size_t)h.count, sizeof *h.list, by_version);
    struct ticket *t = ticket_copy(arena, before);
    observe_reset(t);
    for (int i = 0; i < h.count; i++)
        if (!h.list[i].left_out)
            observe_fold(t, &h.list[i]);
    return t;
}

struct ticket *change_fold(struct engine *e, struct arena *arena, const struct ticket *before, const struct observation *obs, struct err *err)
{
    struct version last = {before->last_t, before->last_rank, before->last_n, before->last_key};
    if (before->last_key && version_cmp(&obs->v, &last) < 0)
        return refold(e, arena, before, obs, NULL, err);
    struct ticket *t = ticket_copy(arena, before);
    observe_fold(t, obs);
    return t;
}

struct ticket *change_refold(struct engine *e, struct arena *arena, const struct ticket *before, const struct fold_turn *turn, struct err *err)
{
    return refold(e, arena, before, NULL, turn, err);
}

struct ticket *engine_refold(struct engine *e, struct arena *arena, const struct ticket *stored, struct err *err)
{
    return refold(e, arena, stored, NULL, NULL, err);
}
