/* label: what people say of labels becomes journal entries to learn from (classifier.md 4). A correction and a
 * confirmation count whole; a ticket resolved under the classifier's own label says a little, for whoever is in a hurry
 * leaves a wrong one standing. What another model said is nobody's word: it teaches nothing, unless a person stands
 * behind it. An undo writes nothing: a label counts while the act that caused it stands (store/model). */
#include "engine/change.h"
#include "base/str.h"
#include "core/field.h"
#include <string.h>

enum { WHOLE = 1000, LITTLE = 100 };

struct half { /* of a label: one task */
    const char *task;
    const char *(*word)(int value);
    int was, is, was_by, is_by;
};

static bool is_learned(struct arena *arena, const struct entry *e)
{
    const struct json *data = e->data ? json_parse_in(arena, e->data, strlen(e->data), &json_limits_dialect, NULL, NULL) : NULL;
    const char *source = json_get_string(data, "source", NULL);
    return str_eq(source, "agent_fix") || str_eq(source, "agent_confirm") || str_eq(source, "silent_resolve");
}

/* The last model that spoke was the local classifier, not a route's. */
static bool is_ours(struct engine *e, struct arena *arena, int64_t ticket, bool *ours, struct err *err)
{
    enum { BACK = 32 };
    struct entry_query q = {.ticket = ticket, .kind = "label", .limit = BACK, .newest_first = true};
    struct entry *list;
    int n, i = 0;
    if (!store_entry_list(e->store, arena, &q, &list, &n, err))
        return false;
    while (i < n && is_learned(arena, &list[i]))
        i++;
    *ours = i < n && str_eq(list[i].actor, "model");
    return true;
}

/* What was said of it, NULL: nothing. */
static const char *said(const struct half *h, bool resolved, bool ours)
{
    if (h->is_by == LABEL_BY_AGENT)
        return h->is != h->was ? "agent_fix" : h->was_by != LABEL_BY_AGENT ? "agent_confirm" : NULL;
    return resolved && ours && h->is && h->is == h->was && h->is_by == LABEL_BY_MODEL ? "silent_resolve" : NULL;
}

static bool put(struct engine *e, struct arena *arena, const struct change *c, const struct half *h, const char *source, bool ours, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_string(data, "source", source);
    json_put_string(data, "task", h->task);
    json_put_string(data, "label", h->word(h->is));
    json_put_string(data, "was", h->was ? h->word(h->was) : NULL);
    json_put_string(data, "by", ours && h->was_by == LABEL_BY_MODEL ? "model" : NULL);
    json_put_i64(data, "weight_milli", str_eq(source, "silent_resolve") ? LITTLE : WHOLE);
    json_put_i64(data, "epoch", e->epoch);
    struct entry entry = {.at = c->now, .actor = c->facts.actor, .kind = "label", .ticket = c->after->id, .cause = c->seq,
                          .data = json_print_in(arena, data)};
    e->labelled = true;
    return change_entry(e, &entry, NULL, err);
}

bool label_learn(struct engine *e, struct arena *arena, const struct change *c, struct err *err)
{
    const struct ticket *b = c->before, *a = c->after;
    const struct half halves[] = {
        {"urgency", urgency_word, b->urgency, a->urgency, b->urgency_by, a->urgency_by},
        {"category", category_word, b->category, a->category, b->category_by, a->category_by},
    };
    bool resolved = !ticket_done(b->status) && ticket_done(a->status), ours = false, asked = false;
    e->labelled |= c->undoes != 0;
    for (int i = 0; i < 2 && !c->undoes; i++) {
        const char *source = said(&halves[i], resolved, true);
        if (!source)
            continue;
        if (!asked && !is_ours(e, arena, a->id, &ours, err))
            return false;
        asked = true;
        source = said(&halves[i], resolved, ours);
        if (source && !put(e, arena, c, &halves[i], source, ours, err))
            return false;
    }
    return true;
}

/* --- models --- */

static bool model_entry(struct engine *e, struct arena *arena, const struct model_row *m, const char *actor, int64_t now, struct err *err)
{
    AUTO_JSON data = json_object();
    json_put_i64(data, "epoch", m->epoch);
    json_put_i64(data, "learned", m->learned);
    json_put_string(data, "state", m->state);
    json_put(data, "figures", json_new_raw(m->figures));
    struct entry entry = {.at = now, .actor = actor, .kind = "model", .data = json_print_in(arena, data)};
    return change_entry(e, &entry, NULL, err);
}

bool engine_model(struct engine *e, struct arena *arena, const struct model_row *m, const char *actor, int64_t now, struct err *err)
{
    struct model_row row = *m;
    row.at = now;
    bool back = str_eq(m->state, "back");
    if (!(back ? store_model_activate(e->store, m->epoch, err) : store_model_put(e->store, &row, err)) ||
        !model_entry(e, arena, m, actor, now, err))
        return false;
    if (!str_eq(m->state, "refused")) {
        e->epoch = m->epoch;
        e->learned = m->learned;
    }
    return true;
}
