/* rest: whether a destination rests (paused, with the reason), and since when it fails: a record of kind `destination`, which is written only
 * when that changes. What is for one that rests is parked, and leaves when it goes on. */
#include "engine/change.h"
#include "base/str.h"
#include <string.h>

#define FAILS_TOO_LONG (120 * 3600000LL) /* model.md 6: then its queue rests until a person says go on */

bool rest_is(struct engine *e, struct arena *arena, const struct config_destination *to, const char *name, bool *paused, struct err *err)
{
    char *data;
    *paused = to->disabled;
    if (*paused || !store_record_get(e->store, arena, "destination", name, &data, err))
        return *paused;
    const struct json *row = data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    *paused = str_eq(json_get_string(row, "state", ""), "paused");
    return true;
}

static bool put_state(struct engine *e, struct arena *arena, const char *name, const char *state, const char *reason, int64_t failing_since, int64_t now,
                      struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "name", name);
    json_put_string(data, "state", state);
    json_put_string(data, "reason", reason);
    json_put_i64(data, "failing_since", failing_since);
    json_put_i64(data, "at", now);
    struct record record = {"destination", name, json_print_in(arena, data)};
    struct version v = {.t = now, .rank = 2, .key = "desk"};
    return store_record_put(e->store, arena, &record, &v, err);
}

bool rest_pause(struct engine *e, struct arena *arena, const char *name, const char *reason, const char *actor, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "destination", name);
    json_put_string(data, "state", "paused");
    json_put_string(data, "reason", reason);
    struct entry entry = {.at = now, .actor = actor, .kind = "destination", .data = json_print_in(arena, data)};
    return put_state(e, arena, name, "paused", reason, 0, now, err) && store_parcel_park(e->store, name, err) && change_entry(e, &entry, NULL, err);
}

bool rest_resume(struct engine *e, struct arena *arena, const char *name, const char *actor, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "destination", name);
    json_put_string(data, "state", "active");
    struct entry entry = {.at = now, .actor = actor, .kind = "destination", .data = json_print_in(arena, data)};
    return put_state(e, arena, name, "active", NULL, 0, now, err) && store_parcel_unpark(e->store, name, now, err) && change_entry(e, &entry, NULL, err);
}

bool rest_note(struct engine *e, struct arena *arena, const struct parcel *p, const struct receipt *r, int64_t now, struct err *err)
{
    char *data;
    bool failed = r->verdict.kind == VERDICT_RETRY, fine = r->verdict.kind == VERDICT_DELIVERED;
    if ((!failed && !fine) || !store_record_get(e->store, arena, "destination", p->destination, &data, err))
        return !failed && !fine;
    const struct json *row = data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    int64_t since = json_get_i64(row, "failing_since", 0);
    if (str_eq(json_get_string(row, "state", ""), "paused") || (fine && !since))
        return true;
    if (fine || !since)
        return put_state(e, arena, p->destination, "active", NULL, fine ? 0 : now, now, err);
    if (now - since < FAILS_TOO_LONG)
        return true;
    return rest_pause(e, arena, p->destination, "it has failed for five days", "courier", now, err);
}

bool engine_destinations(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    for (int i = 0; i < e->config->destination_count; i++) {
        const struct config_destination *to = &e->config->destinations[i];
        bool paused;
        if (!rest_is(e, arena, to, to->name, &paused, err) || (!paused && !store_parcel_unpark(e->store, to->name, now, err)))
            return false;
    }
    return true;
}
