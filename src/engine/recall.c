/* recall: what a destination's answer to one parcel means for those after it: the first message of a ticket, under which the
 * later ones go, or the number a chat has moved to. Kept in meta for the channel it was said of, and put into a memo before
 * anything was tried, so that what leaves does not change between attempts. */
#include "engine/change.h"
#include "base/str.h"
#include "destination/destination.h"
#include <string.h>

static bool may_recall(const struct destination *kind, const struct parcel *p, const struct config_destination *to)
{
    return kind && kind->recall.said && to->channel && (p->ticket || !kind->recall.per_ticket);
}

static const char *key_of(struct arena *arena, const struct destination *kind, const struct parcel *p)
{
    return kind->recall.per_ticket ? arena_printf(arena, "recall:%lld:%s", (long long)p->ticket, p->destination) : arena_printf(arena, "recall::%s", p->destination);
}

/* What is kept, if it is of the channel as configured now; NULL: nothing. */
static const char *kept(struct engine *e, struct arena *arena, const struct destination *kind, const struct parcel *p,
                        const struct config_destination *to, struct err *err)
{
    const char *text = store_meta_get(e->store, arena, key_of(arena, kind, p), err);
    const struct json *row = text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
    return str_eq(json_get_string(row, "channel", ""), to->channel) ? json_get_string(row, "value", NULL) : NULL;
}

bool recall_said(struct engine *e, struct arena *arena, const struct parcel *p, const struct config_destination *to, const struct json *memo, struct err *err)
{
    const struct destination *kind = destination_of(to->kind);
    const char *said = may_recall(kind, p, to) ? json_get_string(memo, kind->recall.said, NULL) : NULL;
    if (!said)
        return true;
    const char *before = kept(e, arena, kind, p, to, err);
    if (err->code != ERR_NONE || (before && (kind->recall.per_ticket || str_eq(before, said))))
        return err->code == ERR_NONE;
    AUTO_JSON row = json_object();
    json_put_string(row, "channel", to->channel);
    json_put_string(row, "value", said);
    return store_meta_put(e->store, key_of(arena, kind, p), json_print_in(arena, row), err);
}

bool recall_tell(struct engine *e, struct arena *arena, struct parcel *p, const struct config_destination *to, struct err *err)
{
    const struct destination *kind = destination_of(to->kind);
    if (p->attempts || p->memo || !may_recall(kind, p, to))
        return true;
    const char *value = kept(e, arena, kind, p, to, err);
    if (!value)
        return err->code == ERR_NONE;
    AUTO_JSON memo = json_object();
    json_put_string(memo, kind->recall.told, value);
    p->memo = json_print_in(arena, memo);
    return true;
}
