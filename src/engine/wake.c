/* wake: the clock speaks. A ticket has one wake_at; at that moment its consequence is drawn again, with nothing changed
 * but the time and, where nobody has it or nobody touched it, who works on it (engine/assign). Parcels that fall due are handed to the courier (engine/parcel); a boss that stood too long leaves. */
#include "engine/change.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

bool wake_given(struct engine *e, struct arena *arena, const struct ticket *before, const struct observation *obs, const char *why, int64_t now,
                struct err *err)
{
    struct change c = {.now = now, .before = before, .source = change_source(e, before), .facts = {.cause = "wake", .actor = "clock"}};
    const char *to = obs ? obs->value.assignee : NULL;
    if (obs) {
        c.desk = obs;
        c.did = to ? "assign" : "unassign";
        c.why = why;
    }
    c.after = obs ? change_fold(e, arena, before, obs, err) : ticket_copy(arena, before);
    return c.after && change(e, arena, &c, err) && (!to || assign_turned(e, to, err));
}

bool wake_ticket(struct engine *e, struct arena *arena, int64_t id, int64_t now, struct err *err)
{
    struct observation obs;
    const char *why;
    const struct ticket *before = store_ticket_get(e->store, arena, id, err);
    return before && assign_observe(e, arena, before, now, &obs, &why, err) && wake_given(e, arena, before, why ? &obs : NULL, why, now, err);
}

/* What fell due is its own savepoint: a fault in one thing must not stop the clock of all others, nor the daemon again
 * at every start. false: the store failed. *why: NULL, or the fault, after everything of it was taken back. */
static bool guarded(struct engine *e, struct arena *arena, int64_t ticket, struct parcel *parcel, int64_t now, const char **why, struct err *err)
{
    struct frame **end = e->frames_end;
    struct outgoing *outgoing = e->outgoing;
    *why = NULL;
    if (!store_savepoint(e->store, err))
        return false;
    if (parcel ? parcel_fly(e, arena, parcel, now, err) : wake_ticket(e, arena, ticket, now, err))
        return store_release(e->store, err);
    if (err->code == ERR_STORAGE || err->code == ERR_NO_SPACE)
        return false;
    store_undo(e->store);
    *end = NULL;
    e->frames_end = end;
    e->outgoing = outgoing;
    *why = arena_strdup(arena, err->text);
    *err = (struct err){0};
    return true;
}

static bool tell_fault(struct engine *e, struct arena *arena, int64_t ticket, const char *why, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "error", why);
    struct entry entry = {.at = now, .actor = "triage", .kind = "fault", .ticket = ticket, .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err);
}

/* A ticket whose wake failed is looked at again in an hour; its journal says why. */
bool wake_due(struct engine *e, struct arena *arena, int64_t id, int64_t now, struct err *err)
{
    enum { LATER = 3600000 };
    const char *why;
    if (!guarded(e, arena, id, NULL, now, &why, err))
        return false;
    return !why || (store_wake_put(e->store, id, now + LATER, err) && tell_fault(e, arena, id, why, now, err));
}

/* A parcel that cannot be made ready is dead, and its message failed: nobody waits for it in vain. */
static bool due_parcel(struct engine *e, struct arena *arena, struct parcel *p, int64_t now, struct err *err)
{
    const char *why;
    if (!guarded(e, arena, 0, p, now, &why, err))
        return false;
    return !why || (parcel_bury(e, arena, p, why, now, err) && tell_fault(e, arena, p->ticket, why, now, err));
}

static bool due_parcels(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err)
{
    struct parcel_place *places;
    int count, n;
    if (!store_parcel_places(e->store, arena, ENGINE_PLACES, &places, &count, err))
        return false;
    for (int i = 0; i < count && *ran < max; i++) {
        struct parcel *parcels;
        int room = parcel_room(e, places[i].destination);
        room = room < max - *ran ? room : max - *ran;
        if (room <= 0 || places[i].due_at > now)
            continue;
        if (!store_parcel_due(e->store, arena, places[i].destination, now, room, &parcels, &n, err))
            return false;
        for (int k = 0; k < n; k++, ++*ran)
            if (!due_parcel(e, arena, &parcels[k], now, err))
                return false;
    }
    return true;
}

bool engine_wake(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err)
{
    int64_t ids[64];
    int n;
    bool waited = e->views_wait || e->look_waits;
    if (max > 64)
        max = 64;
    if (!desk_wake(e, now, err) || !views_wake(e, err) || !store_wake_due(e->store, now, ids, max, &n, err))
        return false;
    for (int i = 0; i < n; i++)
        if (!wake_due(e, arena, ids[i], now, err))
            return false;
    *ran = 0;
    if (!due_parcels(e, arena, now, max, ran, err))
        return false;
    *ran += n + waited;
    if (!audit_wake(e, arena, now, err) || !assign_wake(e, arena, now, max, ran, err))
        return false;
    return wake_boss(e, arena, now, err);
}

/* Where the courier's hands are full the next receipt is what we wait for, not the clock. */
bool engine_next(struct engine *e, int64_t *at, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    struct parcel_place *places;
    int count;
    if (!store_wake_next(e->store, at, err) || !desk_refresh(e, err) || !store_parcel_places(e->store, arena, ENGINE_PLACES, &places, &count, err))
        return false;
    int64_t leaves;
    if (!game_leaves(e, arena, &leaves, err))
        return false;
    if (leaves && (!*at || leaves < *at))
        *at = leaves;
    int64_t audit;
    if (!audit_next(e, arena, &audit, err))
        return false;
    if (audit && (!*at || audit < *at))
        *at = audit;
    if (e->desk_turns_at && (!*at || e->desk_turns_at < *at))
        *at = e->desk_turns_at;
    if (e->views_wait || e->look_waits)
        *at = 1;
    if (assign_next(e) && (!*at || assign_next(e) < *at))
        *at = assign_next(e);
    for (int i = 0; i < count; i++)
        if (parcel_room(e, places[i].destination) > 0 && (!*at || places[i].due_at < *at))
            *at = places[i].due_at;
    return true;
}
