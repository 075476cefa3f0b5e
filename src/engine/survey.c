/* survey: what a customer says of a ticket afterwards. The rating stands on the ticket, whichever came first: it is kept as
 * a record by the ticket's key (the newest word wins, in whatever order words come), and a ticket takes its own from there.
 * Only 1 to 5 is a rating; what a source sends beside that is kept with its survey and rates nobody. */
#include "engine/change.h"
#include "base/str.h"
#include <string.h>

static char *record_key(struct arena *arena, const char *account, const char *key)
{
    return arena_printf(arena, "%s\x1f%s", account, key);
}

static const struct json *document(struct arena *arena, const char *text)
{
    return text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
}

bool survey_read(struct engine *e, struct arena *arena, struct ticket *t, struct err *err)
{
    char *text = NULL;
    if (!t->key || !store_record_get(e->store, arena, "csat", record_key(arena, t->account, t->key), &text, err))
        return !t->key;
    const struct json *data = document(arena, text);
    int64_t at = json_get_i64(data, "at", 0), rating = json_get_i64(data, "rating", 0);
    if (!data || (t->csat == rating && t->csat_at == at))
        return true;
    t->csat = rating;
    t->csat_at = at;
    t->csat_agent = t->csat_agent ? t->csat_agent : t->assignee; /* a second word is of the same person */
    return true;
}

/* When the customer said so: the record's version, so that an older word never overwrites a newer one. */
static bool keep(struct engine *e, struct arena *arena, const struct ingest_item *item, const struct record *r, bool *rated, struct err *err)
{
    const struct json *survey = document(arena, r->data);
    int64_t rating = json_get_i64(survey, "rating", 0);
    *rated = rating >= 1 && rating <= 5;
    if (!*rated)
        return true;
    struct version v = item->obs.v;
    v.t = json_get_i64(survey, "submitted_at", v.t);
    AUTO_JSON data = json_object();
    json_put_i64(data, "rating", rating);
    json_put_i64(data, "at", v.t);
    json_put_string(data, "survey", r->key);
    struct record csat = {"csat", record_key(arena, item->event.account, item->obs.key), json_print_in(arena, data)};
    return store_record_put(e->store, arena, &csat, &v, err);
}

bool survey_take(struct engine *e, struct arena *arena, const struct ingest_item *item, int64_t seq, int64_t now, struct err *err)
{
    bool rated = false, one;
    for (int i = 0; item->obs.key && i < item->obs.record_count; i++)
        if (str_eq(item->obs.records[i].kind, "survey")) {
            if (!keep(e, arena, item, &item->obs.records[i], &one, err))
                return false;
            rated |= one;
        }
    if (!rated || !item->event.ticket)
        return true;
    struct change c = {.now = now, .event = item->event.id, .effect = item->effect, .cause = seq, .hops = item->hops,
                       .facts = {.cause = "event", .actor = arena_printf(arena, "source:%s", item->event.source)}};
    if (!(c.before = store_ticket_get(e->store, arena, item->event.ticket, err)))
        return false;
    c.after = ticket_copy(arena, c.before);
    c.source = config_source(e->config, item->event.source);
    if (!survey_read(e, arena, c.after, err))
        return false;
    return (c.after->csat == c.before->csat && c.after->csat_at == c.before->csat_at) || change(e, arena, &c, err);
}
