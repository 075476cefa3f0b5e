/* audit: the chain's newest link, sent to a destination now and then (`audit:` in triage.yaml): what is cut off the journal's
 * end shows only against a link that is kept where whoever cuts cannot reach. The link told is the last one committed; that
 * it was told is an entry of its own, so the next link covers it. */
#include "engine/change.h"
#include "base/crypto.h"
#include "base/str.h"
#include "destination/destination.h"
#include "store/chain.h"
#include "wire/letter.h"
#include <stdio.h>
#include <string.h>

/* When a link was told last, and the entry that says so; both 0: never. */
static bool told(struct engine *e, struct arena *arena, long long *at, long long *seq, struct err *err)
{
    const char *text = store_meta_get(e->store, arena, "audit_head", err);
    *at = *seq = 0;
    return (!text && err->code == ERR_NONE) || (text && sscanf(text, "%lld:%lld", at, seq) == 2);
}

bool audit_next(struct engine *e, struct arena *arena, int64_t *at, struct err *err)
{
    long long last, seq;
    *at = 0;
    if (!e->config->audit_to)
        return true;
    if (!told(e, arena, &last, &seq, err))
        return false;
    *at = last ? last + e->config->audit_every : 1;
    return true;
}

static bool send_head(struct engine *e, struct arena *arena, const struct config_destination *to, const char *data, int64_t entry, int64_t now, struct err *err)
{
    const struct record record = {"audit", "head", data};
    struct letter letter = {.of = LETTER_DESK, .id = letter_id(arena, e->desk, entry, 0), .type = "triage.audit_head", .at = now, .team = e->config->team_name,
                            .hops = 1, .record = &record};
    AUTO_JSON text = letter_encode(&letter);
    AUTO_JSON recipe = destination_freeze(to);
    struct parcel p = {.entry = entry, .route = "", .destination = to->name, .agent = "", .state = "due", .due_at = now, .made_at = now,
                       .recipe = recipe ? json_print_in(arena, recipe) : NULL};
    return store_letter_put(e->store, entry, "", 0, json_print_in(arena, text), NULL, &p.letter, err) && store_parcel_add(e->store, &p, NULL, err);
}

static bool tell(struct engine *e, struct arena *arena, const struct config_destination *to, const struct chain_place *head, int64_t now, struct err *err)
{
    char hex[2 * CHAIN_HASH + 1];
    AUTO_JSON data = json_object();
    crypto_hex(head->hash, CHAIN_HASH, hex);
    json_put_i64(data, "seq", head->seq);
    json_put_string(data, "hash", hex);
    json_put_string(data, "body", arena_printf(arena, "triage audit verify --against %lld:%s", (long long)head->seq, hex));
    json_put_string(data, "to", to->name);
    struct entry entry = {.at = now, .actor = "triage", .kind = "audit", .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err) && send_head(e, arena, to, entry.data, entry.seq, now, err) &&
           store_meta_put(e->store, "audit_head", arena_printf(arena, "%lld:%lld", (long long)now, (long long)entry.seq), err);
}

bool audit_wake(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    const struct config_destination *to = e->config->audit_to ? config_destination(e->config, e->config->audit_to) : NULL;
    long long last, seq;
    struct chain_place head;
    int64_t at;
    if (!to || e->replaying)
        return true;
    if (!audit_next(e, arena, &at, err))
        return false;
    if (at > now)
        return true;
    if (!told(e, arena, &last, &seq, err) || !store_chain_head(e->store, &head, err))
        return false;
    if (head.seq > seq) /* more than that it was told */
        return tell(e, arena, to, &head, now, err);
    return store_meta_put(e->store, "audit_head", arena_printf(arena, "%lld:%lld", (long long)now, seq), err);
}
