/* draft: texts that are being written change hands in one transaction, so that two who take one over do not both have it. What is kept is
 * no part of the journal: nothing follows from it. */
#include "core/draft.h"
#include "engine/engine.h"
#include "base/json.h"
#include "base/str.h"
#include <string.h>

static struct json *kept(struct engine *e, struct arena *arena, const char *agent, const char *key, struct err *err)
{
    const char *text = store_keep_get(e->store, arena, agent, key, err);
    return text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
}

/* A console that still holds a text of a ticket that was purged meanwhile would bring its words back. */
static bool is_gone(struct engine *e, struct arena *arena, int64_t ticket, struct err *err)
{
    struct err none = {0};
    const struct ticket *t = store_ticket_get(e->store, arena, ticket, &none);
    return t && t->purged_at && !err_set(err, ERR_STATE, "#%lld was purged: nothing is written about it any more", (long long)ticket);
}

static bool stands(struct engine *e, struct arena *arena, const struct keeping *k, struct err *err)
{
    char tag[DRAFT_TAG];
    const char *value = k->over ? store_keep_get(e->store, arena, k->agent, k->key, err) : NULL;
    draft_tag(value, tag);
    if (!k->over || str_eq(k->over, tag) || (!err->code && str_eq(value, k->value)))
        return true;
    return err->code ? false : err_set(err, ERR_CONFLICT, "something else is kept there since it was read, by another console of yours");
}

bool engine_keep(struct engine *e, struct arena *arena, struct keeping *k, int64_t now, struct err *err)
{
    struct draft draft;
    struct err none = {0};
    if (!stands(e, arena, k, err))
        return false;
    if (draft_parse(k->key, &draft)) {
        if (k->value && is_gone(e, arena, draft.ticket, err))
            return false;
        const struct json *new = k->value ? json_parse_in(arena, k->value, strlen(k->value), &json_limits_native, NULL, NULL) : NULL;
        k->told = draft_shared(kept(e, arena, k->agent, k->key, &none)) || draft_shared(new);
    }
    return store_keep_put(e->store, k->agent, k->key, k->value, now, err);
}

bool engine_take(struct engine *e, struct arena *arena, struct keeping *k, int64_t now, struct err *err)
{
    const struct json *value = kept(e, arena, k->from, k->key, err);
    if (err->code)
        return false;
    if (!draft_shared(value))
        return err_set(err, ERR_CONFLICT, "%s shares no such draft any more: somebody took it over, or it was sent", k->from);
    if (store_keep_get(e->store, arena, k->agent, k->key, err))
        return err_set(err, ERR_STATE, "you have a draft of your own there: send or discard it first");
    AUTO_JSON own = draft_taken(value, k->from);
    k->told = true;
    return !err->code && store_keep_put(e->store, k->from, k->key, NULL, now, err) &&
           store_keep_put(e->store, k->agent, k->key, json_print_in(arena, own), now, err);
}
