/* desk: an act on the desk itself (core/desk) as one transaction: its records are written, an entry of kind `desk` holds
 * each as it was and as it is, and undo writes it back as it was. The state that rules read lies in memory and is read
 * anew after a write, and after anything was taken back; at its next turn the tickets it may concern are looked at, some at a time. */
#include "engine/change.h"
#include "base/str.h"
#include "core/desk_handover.h"
#include <stdlib.h>
#include <string.h>

static bool find_ticket(struct desk_run *r, const char *number, const struct json **out, struct err *err)
{
    struct err none = {0};
    int64_t id = strlen(number) < 19 && number[strspn(number, "#0123456789")] == 0 ? strtoll(number + (*number == '#'), NULL, 10) : 0;
    const struct ticket *t = id > 0 ? store_ticket_shown(r->e->store, r->arena, id, &none) : NULL;
    if (!t)
        return none.code == ERR_NONE || none.code == ERR_NOT_FOUND || err_set(err, none.code, "%s", none.text);
    AUTO_JSON data = json_object();
    json_put_string(data, "customer", t->customer);
    const char *text = json_print_in(r->arena, data);
    *out = json_parse_in(r->arena, text, strlen(text), &json_limits_native, NULL, NULL);
    return true;
}

static bool find_ledger(struct desk_run *r, const struct json **out, struct err *err)
{
    int64_t last;
    if (!store_score_last(r->e->store, &last, err))
        return false;
    const char *text = arena_printf(r->arena, "{\"last\":%lld}", (long long)last);
    *out = json_parse_in(r->arena, text, strlen(text), &json_limits_native, NULL, NULL);
    return true;
}

static bool find_event(struct desk_run *r, const char *number, const struct json **out, struct err *err)
{
    struct event event;
    struct err none = {0};
    if (!store_event_get(r->e->store, r->arena, strtoll(number, NULL, 10), &event, &none))
        return none.code == ERR_NOT_FOUND || err_set(err, none.code, "%s", none.text);
    const char *text = arena_printf(r->arena, "{\"state\":\"%s\"}", event.state);
    *out = json_parse_in(r->arena, text, strlen(text), &json_limits_native, NULL, NULL);
    return true;
}

static bool find(void *arg, const char *kind, const char *key, const struct json **out, struct err *err)
{
    struct desk_run *r = arg;
    char *data = NULL;
    *out = NULL;
    if (str_eq(kind, "ticket"))
        return find_ticket(r, key, out, err);
    if (str_eq(kind, "ledger"))
        return find_ledger(r, out, err);
    if (str_eq(kind, "event"))
        return find_event(r, key, out, err);
    if (!store_record_get(r->e->store, r->arena, kind, key, &data, err))
        return false;
    *out = data ? json_parse_in(r->arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL;
    return true;
}

/* The sums that scores are read from go aside with it, and come back without it. */
static bool reset(struct desk_run *r, const char *key, const char *data, struct err *err)
{
    const struct json *is = data ? json_parse_in(r->arena, data, strlen(data), &json_limits_dialect, NULL, NULL) : NULL;
    return data ? store_score_aside(r->e->store, json_get_string(is, "agent", NULL), key, err) : store_score_back(r->e->store, key, err);
}

/* A reset is taken back while it is the last, and not done again: what was earned meanwhile counts with what was before. */
static bool may_turn(struct desk_run *r, const struct json *records, struct err *err)
{
    for (const struct json *line = json_first(records); line; line = json_next(line)) {
        if (!str_eq(json_get_string(line, "kind", ""), "xp-reset"))
            continue;
        if (json_is(json_get(line, "new"), JSON_NULL))
            return err_set(err, ERR_STATE, "what was earned since counts by now, so the old scores stay away; reset-xp begins anew once more");
        const struct desk_state *state = &r->e->state;
        for (int i = 0; i < state->reset_count; i++)
            if (state->resets[i].made > strtoll(json_get_string(line, "key", "0"), NULL, 10))
                return err_set(err, ERR_CONFLICT, "scores began anew once more since");
    }
    return true;
}

static bool put(struct desk_run *r, const char *kind, const char *key, const char *data, struct err *err)
{
    struct version v = {.t = r->now, .rank = 2, .key = "desk"};
    struct record record = {kind, key, data};
    r->e->desk_stale = true;
    if (str_eq(kind, "xp-reset") && !reset(r, key, data, err))
        return false;
    return data ? store_record_set(r->e->store, &record, &v, err) : store_record_drop(r->e->store, kind, key, err);
}

/* One record as the entry tells of it. */
static struct json *told(const struct json *was, const char *kind, const char *key, const struct json *is)
{
    struct json *line = json_object();
    json_put_string(line, "kind", kind);
    json_put_string(line, "key", key);
    json_put(line, "old", was ? json_copy(was) : json_new_null());
    json_put(line, "new", is ? json_copy(is) : json_new_null());
    return line;
}

static bool write_entry(struct desk_run *r, const char *did, struct json *records, int64_t undoes, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "do", did);
    json_put_string(data, "say", r->say);
    json_put(data, "records", records);
    if (r->also)
        json_put(data, "also", json_new_raw(r->also));
    struct entry entry = {.at = r->now, .actor = r->actor, .kind = "desk", .cause = undoes, .undoes = undoes, .data = json_print_in(r->arena, data)};
    r->e->only = view_private(records) ? r->actor : NULL;
    bool ok = change_entry(r->e, &entry, NULL, err);
    r->e->only = NULL;
    if (!ok)
        return false;
    r->seq = entry.seq;
    return desk_turned(r->e, r->now, false, err);
}

bool desk_do(struct desk_run *r, const struct action *action, struct err *err)
{
    struct json *with = action->arg ? json_parse_in(r->arena, action->arg, strlen(action->arg), &json_limits_native, NULL, err) : NULL;
    if (action->arg && !with)
        return false;
    if (!desk_refresh(r->e, err))
        return false;
    struct desk_act d = {.state = &r->e->state, .arena = r->arena, .action = action, .with = with, .rules = r->e->config, .now = r->now, .find = find, .find_arg = r, .err = err,
                         .fresh = arena_printf(r->arena, "%lld", (long long)store_entry_next(r->e->store))};
    struct desk_open open = {0};
    if (action->id == ACTION_HANDOVER_ACK && !engine_handover(r->e->store, r->arena, r->e->config, &open, err))
        return false;
    d.open = &open;
    if (!desk_act(&d))
        return false;
    if (action->id == ACTION_ERASE_EVENT && !erase_event(r->e, r->arena, strtoll(d.writes->key, NULL, 10), &r->also, err))
        return false;
    struct json *records = json_array();
    for (int i = 0; i < d.write_count; i++) {
        const struct desk_write *w = &d.writes[i];
        const struct json *was, *is = w->data ? json_parse_in(r->arena, w->data, strlen(w->data), &json_limits_dialect, NULL, NULL) : NULL;
        if (!find(r, w->kind, w->key, &was, err) || !put(r, w->kind, w->key, w->data, err)) {
            json_free(records);
            return false;
        }
        json_push(records, told(was, w->kind, w->key, is));
    }
    r->say = d.say ? d.say : action_table[action->id].name;
    bool ok = write_entry(r, action_table[action->id].name, records, 0, err);
    for (int i = 0; ok && i < d.write_count; i++)
        ok = game_record(r->e, r->arena, d.writes[i].kind, d.writes[i].key, d.writes[i].data, r->actor, r->seq, r->now, err);
    return ok;
}

static char *text_of(struct desk_run *r, const struct json *value)
{
    return !value || json_is(value, JSON_NULL) ? NULL : json_print_in(r->arena, value);
}

/* What a forgotten view left room for may have been filled since. */
static bool views_fit(struct desk_run *r, const struct json *records, struct err *err)
{
    if (!desk_refresh(r->e, err))
        return false;
    for (const struct json *line = json_first(records); line; line = json_next(line)) {
        bool came = str_eq(json_get_string(line, "kind", ""), "view") && json_is(json_get(line, "old"), JSON_NULL);
        const struct view *view = came ? view_find(&r->e->state, json_get_string(line, "key", "")) : NULL;
        if (view && !view_fits(&r->e->state, view, err))
            return false;
    }
    return true;
}

bool desk_undo(struct desk_run *r, const struct entry *entry, const struct json *data, const char *did, struct err *err)
{
    if (!desk_refresh(r->e, err) || !may_turn(r, json_get(data, "records"), err))
        return false;
    struct json *records = json_array();
    bool ok = true;
    for (const struct json *line = json_first(json_get(data, "records")); ok && line; line = json_next(line)) {
        const char *kind = json_get_string(line, "kind", ""), *key = json_get_string(line, "key", "");
        const struct json *is, *old = json_get(line, "old");
        if (!(ok = find(r, kind, key, &is, err)))
            break;
        if (!str_eq(text_of(r, is), text_of(r, json_get(line, "new"))))
            ok = err_set(err, ERR_CONFLICT, "%s changed since", kind);
        else
            ok = put(r, kind, key, text_of(r, old), err);
        json_push(records, told(is, kind, key, old && json_is(old, JSON_NULL) ? NULL : old));
    }
    ok = ok && views_fit(r, records, err);
    r->say = str_eq(did, action_table[ACTION_REDO].name) ? "redone" : arena_printf(r->arena, "%s undone", json_get_string(data, "do", ""));
    if (ok)
        return write_entry(r, did, records, entry->seq, err);
    json_free(records);
    return false;
}

/* A rebuild takes the records as the entry says they became. */
bool desk_replay(struct engine *e, struct arena *arena, const struct entry *entry, const struct json *data, struct err *err)
{
    struct desk_run r = {.e = e, .arena = arena, .now = entry->at};
    for (const struct json *line = json_first(json_get(data, "records")); line; line = json_next(line))
        if (!put(&r, json_get_string(line, "kind", ""), json_get_string(line, "key", ""), text_of(&r, json_get(line, "new")), err))
            return false;
    for (const struct json *line = json_first(json_get(data, "records")); line && !entry->undoes; line = json_next(line))
        if (!game_record(e, arena, json_get_string(line, "kind", ""), json_get_string(line, "key", ""), text_of(&r, json_get(line, "new")), entry->actor,
                         entry->seq, entry->at, err))
            return false;
    return desk_turned(e, entry->at, false, err);
}

bool engine_desk_read(struct store *store, struct arena *arena, struct desk_state *out, struct err *err)
{
    enum { MOST = 4096 };
    *out = (struct desk_state){0};
    for (int i = 0; desk_kinds[i]; i++) {
        struct record *list;
        int n;
        if (!store_record_list(store, arena, desk_kinds[i], &list, &n, MOST, err))
            return false;
        while (n-- > 0) /* the oldest first: in the order they were made */
            desk_take(arena, out, &list[n]);
    }
    return true;
}

bool desk_refresh(struct engine *e, struct err *err)
{
    if (!e->desk_stale && e->desk_arena)
        return true;
    if (e->desk_arena)
        arena_reset(e->desk_arena);
    else
        e->desk_arena = arena_new();
    if (!engine_desk_read(e->store, e->desk_arena, &e->state, err))
        return false;
    e->desk_stale = false;
    e->desk_turns_at = desk_turns(&e->state, e->desk_looked_at);
    return views_sync(e, err);
}

/* A ticket at a time, so many of them: the next bite is the clock's. */
static bool look_on(struct engine *e, int64_t now, bool guard, struct err *err)
{
    enum { BITE = 64 };
    int64_t ids[BITE];
    int n;
    AUTO_ARENA arena = arena_new();
    if (!store_escalated(e->store, e->looked_to, ids, BITE, &n, err))
        return false;
    for (int i = 0; i < n; i++) {
        if (!(guard ? wake_due : wake_ticket)(e, arena, ids[i], now, err))
            return false;
        e->looked_to = ids[i];
        arena_reset(arena);
    }
    e->look_waits = n == BITE;
    return true;
}

/* Something began or ended: whoever is being paged for is looked at again, the first of them in the same transaction, the rest in
 * bites between batches, so that neither the door nor anybody's event waits for thousands of them. What a wake finds meanwhile, and
 * what is done to a ticket, is judged by the new state already. What comes of it is in the journal as the clock's doing, where a
 * rebuild finds it. */
bool desk_turned(struct engine *e, int64_t now, bool guard, struct err *err)
{
    e->desk_stale = e->work_stale = e->away_stale = true;
    e->desk_looked_at = now;
    e->looked_to = 0;
    return desk_refresh(e, err) && (e->replaying || look_on(e, now, guard, err));
}

bool desk_wake(struct engine *e, int64_t now, struct err *err)
{
    if (!desk_refresh(e, err))
        return false;
    if (e->desk_turns_at && e->desk_turns_at <= now)
        return desk_turned(e, now, true, err);
    return !e->look_waits || look_on(e, now, true, err);
}

bool engine_look(struct engine *e, int64_t now, struct err *err)
{
    return desk_turned(e, now, true, err);
}

void engine_undone(struct engine *e)
{
    e->desk_stale = e->look_waits = true;
    e->looked_to = 0;
}

void engine_close(struct engine *e)
{
    arena_free(e->desk_arena);
    arena_free(e->kept_arena);
    e->desk_arena = e->kept_arena = NULL;
    e->kept_count = 0;
}
