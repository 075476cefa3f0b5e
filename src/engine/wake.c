/* wake: the clock speaks. A ticket has one wake_at; at that moment its consequence is drawn again, with nothing changed
 * but the time. Parcels that fall due are handed to the courier; a boss that stood too long leaves. */
#include "engine/change.h"
#include "base/str.h"
#include "core/retry.h"
#include <stdlib.h>
#include <string.h>

bool wake_ticket(struct engine *e, struct arena *arena, int64_t id, int64_t now, struct err *err)
{
    struct change c = {.now = now, .facts = {.cause = "wake", .actor = "clock"}};
    if (!(c.before = store_ticket_get(e->store, arena, id, err)))
        return false;
    c.after = ticket_copy(arena, c.before);
    c.source = change_source(e, c.before);
    return change(e, arena, &c, err);
}

static const struct config_source *reply_source(const struct engine *e, const struct parcel *p)
{
    return str_starts(p->destination, "reply:") ? config_source(e->config, p->destination + 6) : NULL;
}

static const struct message *message_of(struct engine *e, struct arena *arena, const struct parcel *p, struct err *err)
{
    struct message *list;
    int n;
    if (!store_message_list(e->store, arena, p->ticket, &list, &n, err))
        return NULL;
    for (int i = 0; i < n; i++)
        if (list[i].row == p->message)
            return &list[i];
    err_set(err, ERR_INTERNAL, "parcel %lld: its message is gone", (long long)p->id);
    return NULL;
}

static bool journal(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_i64(data, "parcel", p->id);
    json_put_string(data, "destination", p->destination);
    json_put_string(data, "state", p->state);
    json_put_i64(data, "message", p->message);
    json_put_i64(data, "attempts", p->attempts);
    if (p->error)
        json_put_string(data, "error", p->error);
    struct entry entry = {.at = now, .actor = "courier", .kind = "parcel", .ticket = p->ticket, .cause = p->entry, .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err);
}

/* flying is committed before the courier gets its copy: after a crash we know that it may have left. */
static bool fly(struct engine *e, struct arena *arena, struct parcel *p, int64_t now, struct err *err)
{
    const struct config_source *source = reply_source(e, p);
    struct ticket *t = store_ticket_get(e->store, arena, p->ticket, err);
    const struct message *m = t ? message_of(e, arena, p, err) : NULL;
    if (!m)
        return false;
    p->due_at = 0;
    if (!source || source->reply_via == REPLY_NONE) {
        p->state = "dead";
        p->error = "the source takes no replies any more";
        return store_parcel_update(e->store, p, err) && store_message_state(e->store, p->message, "failed", err) && journal(e, arena, p, now, err);
    }
    p->state = "flying";
    struct outgoing *o = ARENA_NEW(e->batch, struct outgoing);
    *o = (struct outgoing){.next = e->outgoing, .parcel = p->id, .attempts = p->attempts, .ticket = t->id, .at = m->at,
                           .url = arena_strdup(e->batch, source->reply_url), .secret = arena_strdup(e->batch, source->reply_secret),
                           .account = arena_strdup(e->batch, t->account), .key = arena_strdup(e->batch, t->key),
                           .source_id = arena_strdup(e->batch, t->source_id), .message_id = arena_strdup(e->batch, m->id),
                           .author = arena_strdup(e->batch, m->author), .body = arena_strdup(e->batch, m->body)};
    e->outgoing = o;
    return store_parcel_update(e->store, p, err) && store_message_state(e->store, p->message, "sending", err) && journal(e, arena, p, now, err);
}

bool wake_boss(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    char *key = store_meta_get(e->store, arena, "boss", err), *data = NULL;
    if (!key || !*key)
        return true;
    if (!store_record_get(e->store, arena, "boss", key, &data, err))
        return false;
    struct json *boss = data ? json_parse_in(arena, data, strlen(data), &json_limits_native, NULL, NULL) : NULL;
    int64_t expires = json_get_i64(boss, "expires_at", 0);
    if (!boss || !expires || expires > now)
        return true;
    json_drop(boss, "state");
    json_put_string(boss, "state", "fled");
    struct record record = {"boss", key, json_print_in(arena, boss)};
    struct version v = {.t = now, .rank = 2, .key = "desk"};
    struct entry entry = {.at = now, .actor = "clock", .kind = "boss", .data = record.data};
    return store_record_put(e->store, arena, &record, &v, err) && store_meta_put(e->store, "boss", "", err) && change_entry(e, &entry, NULL, err);
}

bool engine_wake(struct engine *e, struct arena *arena, int64_t now, int max, int *ran, struct err *err)
{
    int64_t ids[64];
    struct parcel *parcels;
    int n, m;
    if (max > 64)
        max = 64;
    if (!store_wake_due(e->store, now, ids, max, &n, err) || !store_parcel_due(e->store, arena, now, max, &parcels, &m, err))
        return false;
    for (int i = 0; i < n; i++)
        if (!wake_ticket(e, arena, ids[i], now, err))
            return false;
    for (int i = 0; i < m; i++)
        if (!fly(e, arena, &parcels[i], now, err))
            return false;
    *ran = n + m;
    return wake_boss(e, arena, now, err);
}

bool engine_next(struct engine *e, int64_t *at, struct err *err)
{
    int64_t parcel;
    if (!store_wake_next(e->store, at, err) || !store_parcel_next(e->store, &parcel, err))
        return false;
    if (parcel && (!*at || parcel < *at))
        *at = parcel;
    return true;
}

bool engine_receipt(struct engine *e, struct arena *arena, const struct receipt *r, int64_t now, struct err *err)
{
    struct parcel p;
    bool found;
    if (!store_parcel_get(e->store, arena, r->parcel, &p, &found, err))
        return false;
    if (!found || !str_eq(p.state, "flying"))
        return true; /* told twice, or taken over after a restart */
    p.attempts++;
    int64_t wait = -1;
    bool ok = r->status >= 200 && r->status < 300;
    if (ok) {
        p.state = "delivered";
        p.error = NULL;
    } else {
        p.error = r->status ? arena_printf(arena, "%lld %s", (long long)r->status, r->excerpt ? r->excerpt : "") : r->excerpt ? r->excerpt : "no answer";
        wait = r->status == 410 ? -1 : retry_wait(p.attempts, r->jitter_bp, r->retry_after);
        p.state = wait < 0 ? "dead" : "retrying";
    }
    p.due_at = wait < 0 ? 0 : now + wait;
    return store_parcel_update(e->store, &p, err) &&
           (!p.message || store_message_state(e->store, p.message, ok ? "sent" : wait < 0 ? "failed" : "sending", err)) && journal(e, arena, &p, now, err);
}

bool engine_boot(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    (void)arena;
    return store_parcel_land(e->store, now, err);
}
