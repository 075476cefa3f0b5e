/* handover: what stands open when the desk changes hands, from kept counters and the first rows of lists. Any thread's store. */
#include "engine/engine.h"
#include "core/desk_handover.h"

enum { LATE_MOST = 100 };

/* What is breached stands at the head of its list; a hundred and more are as many as count. */
static bool count_late(struct store *store, struct arena *arena, int64_t need, int64_t *late, struct err *err)
{
    struct work list[LATE_MOST], from = {.owner = "", .need = need, .turn = -1};
    int n;
    if (!store_work_list(store, arena, &from, LATE_MOST, list, &n, err))
        return false;
    for (int i = 0; i < n; i++)
        *late += assignment_late(&list[i]);
    return true;
}

static bool count_dead(struct store *store, struct arena *arena, const struct config *config, int64_t *dead, struct err *err)
{
    struct parcel_counts n;
    for (int i = 0; i < config->destination_count; i++) {
        if (!store_parcel_counts(store, config->destinations[i].name, &n, err))
            return false;
        *dead += n.dead;
    }
    for (int i = 0; i < config->source_count; i++) {
        const struct config_destination *reply = config_reply_destination(arena, config, &config->sources[i]);
        if (reply && !store_parcel_counts(store, reply->name, &n, err))
            return false;
        *dead += reply ? n.dead : 0;
    }
    return true;
}

bool engine_handover(struct store *store, struct arena *arena, const struct config *config, struct desk_open *out, struct err *err)
{
    int64_t need = -1, sum;
    bool more = true;
    *out = (struct desk_open){0};
    if (!store_tally_get(store, "escalation", "triggered", 0, &out->escalated, &sum, err))
        return false;
    while (more)
        if (!store_work_need(store, "", &need, &more, err) || (more && !count_late(store, arena, need, &out->late, err)))
            return false;
    return count_dead(store, arena, config, &out->dead, err);
}
