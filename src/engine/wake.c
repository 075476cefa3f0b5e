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
    if (p->due_at)
        json_put_i64(data, "due_at", p->due_at);
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
    *o = (struct outgoing){.parcel = p->id, .attempts = p->attempts, .ticket = t->id, .at = m->at,
                           .url = arena_strdup(e->batch, source->reply_url), .secret = arena_strdup(e->batch, source->reply_secret),
                           .allow_loopback = source->allow_loopback,
                           .account = arena_strdup(e->batch, t->account), .key = arena_strdup(e->batch, t->key),
                           .source_id = arena_strdup(e->batch, t->source_id), .message_id = arena_strdup(e->batch, m->id),
                           .author = arena_strdup(e->batch, m->author), .body = arena_strdup(e->batch, m->body)};
    struct outgoing **end = &e->outgoing; /* oldest due first */
    while (*end)
        end = &(*end)->next;
    *end = o;
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

/* What fell due is its own savepoint: a fault in one thing must not stop the clock of all others, nor the daemon again
 * at every start. false: the store failed. *why: NULL, or the fault, after everything of it was taken back. */
static bool guarded(struct engine *e, struct arena *arena, int64_t ticket, struct parcel *parcel, int64_t now, const char **why, struct err *err)
{
    struct frame **end = e->frames_end;
    struct outgoing *outgoing = e->outgoing;
    *why = NULL;
    if (!store_savepoint(e->store, err))
        return false;
    if (parcel ? fly(e, arena, parcel, now, err) : wake_ticket(e, arena, ticket, now, err))
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
static bool due_ticket(struct engine *e, struct arena *arena, int64_t id, int64_t now, struct err *err)
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
    if (!why)
        return true;
    p->state = "dead";
    p->error = why;
    p->due_at = 0;
    return store_parcel_update(e->store, p, err) && (!p->message || store_message_state(e->store, p->message, "failed", err)) &&
           tell_fault(e, arena, p->ticket, why, now, err);
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
        if (!due_ticket(e, arena, ids[i], now, err))
            return false;
    for (int i = 0; i < m; i++)
        if (!due_parcel(e, arena, &parcels[i], now, err))
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

/* The memo keeps what the columns have no place for: waits asked for, and whether an attempt may have arrived unseen. */
static void read_memo(struct arena *arena, const struct parcel *p, struct retry *out, bool *ambiguous)
{
    const struct json *memo = p->memo ? json_parse_in(arena, p->memo, strlen(p->memo), &json_limits_native, NULL, NULL) : NULL;
    *out = (struct retry){p->attempts, json_get_i64(memo, "waits", 0), json_get_i64(memo, "waited", 0)};
    *ambiguous = json_get_bool(memo, "ambiguous", false);
}

static void write_memo(struct arena *arena, struct parcel *p, const struct retry *r, bool ambiguous)
{
    AUTO_JSON memo = json_object();
    if (r->waits) {
        json_put_i64(memo, "waits", r->waits);
        json_put_i64(memo, "waited", r->waited);
    }
    if (ambiguous)
        json_put_bool(memo, "ambiguous", true);
    p->attempts = r->attempts;
    p->memo = json_count(memo) ? json_print_in(arena, memo) : NULL;
}

static const char *error_of(struct arena *arena, const struct receipt *r)
{
    const char *excerpt = r->excerpt ? r->excerpt : "";
    if (!r->status)
        return *excerpt ? excerpt : "no answer";
    return arena_printf(arena, "%lld%s%s", (long long)r->status, *excerpt ? " " : "", excerpt);
}

static const char *message_state(const struct parcel *p)
{
    return str_eq(p->state, "delivered") ? "sent" : str_eq(p->state, "dead") ? "failed" : "sending";
}

bool engine_receipt(struct engine *e, struct arena *arena, const struct receipt *r, int64_t now, struct err *err)
{
    struct parcel p;
    struct retry retry;
    bool found, ambiguous;
    if (!store_parcel_get(e->store, arena, r->parcel, &p, &found, err))
        return false;
    if (!found || !str_eq(p.state, "flying"))
        return true; /* told twice, or taken over after a restart */
    read_memo(arena, &p, &retry, &ambiguous);
    int64_t wait = retry_step(&retry, &(struct verdict){r->verdict, r->retry_after}, r->jitter_bp);
    write_memo(arena, &p, &retry, ambiguous || r->ambiguous);
    p.state = r->verdict == VERDICT_DELIVERED ? "delivered" : wait < 0 ? "dead" : "retrying";
    p.error = r->verdict == VERDICT_DELIVERED ? NULL : error_of(arena, r);
    p.due_at = wait < 0 ? 0 : now + wait;
    return store_parcel_update(e->store, &p, err) && (!p.message || store_message_state(e->store, p.message, message_state(&p), err)) &&
           journal(e, arena, &p, now, err);
}

bool engine_boot(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    (void)arena;
    return store_parcel_land(e->store, now, err);
}
