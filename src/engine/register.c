/* register: a ticket of the API that we are (api/ripio) gets its outcome. It is made pending, with a parcel to
 * register:<source> in the same transaction; when that falls due, the desk takes the ticket itself, or the source's backend
 * has to take it first. The outcome is CREATED with the next key of the prefix, or FAILED without one; it is an observation
 * of the desk's, so it survives refolding, and final: whatever happens to the parcel later changes nothing. Numbers are kept
 * in meta by prefix and given with the outcome in one transaction: none is given twice. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/letter.h"
#include "wire/letter.h"
#include <stdlib.h>
#include <string.h>

enum { LETTER_NTH = 1000 }; /* beside the events that routes count from 0 */
static const char place[] = "register:";

/* --- made with the ticket --- */

static bool put_letter(struct engine *e, struct arena *arena, const struct ingest_item *item, const struct change *c, struct parcel *p,
                       struct err *err)
{
    struct message *m = item->obs.message_count ? item->obs.messages : NULL;
    struct letter letter = {.of = LETTER_REGISTER, .id = letter_id(arena, e->desk, c->seq, LETTER_NTH), .type = "ticket.created", .at = c->now,
                            .origin = item->event.source, .dialect = c->after->dialect, .hops = item->hops + 1, .ticket = c->after,
                            .message = m, .messages = m, .message_count = m ? 1 : 0};
    AUTO_JSON data = letter_encode(&letter);
    return store_letter_put(e->store, c->seq, p->destination, LETTER_NTH, json_print_in(arena, data), NULL, &p->letter, err);
}

bool register_begin(struct engine *e, struct arena *arena, const struct ingest_item *item, const struct change *c, struct err *err)
{
    struct parcel p = {.entry = c->seq, .destination = arena_printf(arena, "%s%s", place, item->event.source), .ticket = c->after->id, .state = "due",
                       .due_at = c->now + 1 /* in a transaction of its own */, .made_at = c->now};
    return (!c->source || !c->source->emulate.backend || put_letter(e, arena, item, c, &p, err)) && store_parcel_add(e->store, &p, NULL, err);
}

/* --- the outcome --- */

static bool next_key(struct engine *e, struct arena *arena, const char *prefix, const char **key, struct err *err)
{
    const char *counter = arena_printf(arena, "issue:%s", prefix);
    const char *last = store_meta_get(e->store, arena, counter, err);
    const char *number = arena_printf(arena, "%lld", (last ? strtoll(last, NULL, 10) : 0) + 1);
    *key = arena_printf(arena, "%s-%s", prefix, number);
    return store_meta_put(e->store, counter, number, err);
}

static bool observe(struct engine *e, struct arena *arena, const struct config_source *source, bool created, int64_t now, struct observation *obs,
                    struct err *err)
{
    int kind = created ? KIND_REGISTER : KIND_REGISTER_FAILED;
    const char *key = NULL;
    *obs = (struct observation){.voice = VOICE_DESK, .kind = kind, .v = {now, kind_rank(kind), 0, NULL}};
    obs->v.key = arena_printf(arena, "desk:%020lld", (long long)store_entry_next(e->store));
    observe_say_int(obs, "registration", created ? REGISTRATION_CREATED : REGISTRATION_FAILED);
    if (created && !next_key(e, arena, source->emulate.prefix, &key, err))
        return false;
    observe_say_text(obs, "ref", key);
    return true;
}

/* pending NULL: erased meanwhile, or it has its outcome. */
static bool load_pending(struct engine *e, struct arena *arena, int64_t id, const struct ticket **pending, struct err *err)
{
    const struct ticket *t = store_ticket_get(e->store, arena, id, err);
    if (!t && err->code != ERR_NOT_FOUND)
        return false;
    if (!t)
        *err = (struct err){0};
    *pending = t && t->registration == REGISTRATION_PENDING ? t : NULL;
    return true;
}

static bool settle(struct engine *e, struct arena *arena, const struct parcel *p, bool taken, int64_t now, struct err *err)
{
    const struct config_source *source = config_source(e->config, p->destination + sizeof place - 1);
    bool created = taken && source;
    struct observation obs;
    struct change c = {.now = now, .did = "register", .effect = created ? "register" : "register_failed", .cause = p->entry, .desk = &obs,
                       .facts = {.cause = "act", .actor = "triage"}};
    if (!load_pending(e, arena, p->ticket, &c.before, err))
        return false;
    if (!c.before)
        return true;
    c.source = change_source(e, c.before);
    return observe(e, arena, source, created, now, &obs, err) && (c.after = change_fold(e, arena, c.before, &obs, err)) && change(e, arena, &c, err);
}

bool register_outcome(struct engine *e, struct arena *arena, const struct parcel *p, int64_t now, struct err *err)
{
    static const struct { const char *state; bool taken; } ends[] = {{"delivered", true}, {"dead", false}, {"skipped", false}, {"dropped", false}};
    for (size_t i = 0; str_starts(p->destination, place) && i < sizeof ends / sizeof *ends; i++)
        if (str_eq(p->state, ends[i].state))
            return settle(e, arena, p, ends[i].taken, now, err);
    return true;
}

/* --- on its way --- */

bool register_ready(struct engine *e, struct arena *arena, struct parcel *p, bool *ready, struct err *err)
{
    const struct ticket *pending;
    *ready = false;
    if (!str_starts(p->destination, place))
        return true;
    if (!load_pending(e, arena, p->ticket, &pending, err))
        return false;
    *ready = !pending || !p->letter || !config_place(arena, e->config, p->destination);
    if (!*ready)
        return true;
    p->due_at = 0;
    p->state = pending ? "delivered" : "skipped";
    p->error = pending ? NULL : "its outcome is final";
    return true;
}

bool register_dropped(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    for (int i = 0; i < e->config->source_count; i++) {
        struct parcel_query q = {.state = "dropped", .destination = arena_printf(arena, "%s%s", place, e->config->sources[i].name), .limit = 500};
        struct parcel *list;
        int n = q.limit;
        for (; e->config->sources[i].emulate.client_id && n == q.limit; q.after = list[n - 1].id) {
            if (!store_parcel_list(e->store, arena, &q, &list, &n, err))
                return false;
            for (int k = 0; k < n; k++)
                if (!register_outcome(e, arena, &list[k], now, err))
                    return false;
            if (!n)
                break;
        }
    }
    return true;
}

bool register_boot(struct engine *e, struct arena *arena, struct err *err)
{
    uint8_t key[32];
    char hex[65];
    char *seal = store_meta_get(e->store, arena, "seal", err);
    if (seal && *seal)
        return true;
    crypto_random(key, sizeof key);
    crypto_hex(key, sizeof key, hex);
    bool ok = store_meta_put(e->store, "seal", hex, err);
    crypto_wipe(key, sizeof key);
    crypto_wipe(hex, sizeof hex);
    return ok;
}
