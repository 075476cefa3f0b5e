/* merge: one ticket made part of another. Its messages stay where they are and go on coming there; the root above it hears of
 * them (observe_echo), so that who waits since when is the root's, and clocks and pages are. Nothing is copied, so a merge is
 * taken back exactly: without it the history of each is what it was. */
#include "engine/change.h"
#include "base/str.h"
#include "core/back.h"
#include <stdlib.h>
#include <string.h>

bool merge_root(struct engine *e, struct arena *arena, const struct action *action, const struct ticket *source, int64_t *root, struct err *err)
{
    const struct ticket *target = store_ticket_shown(e->store, arena, action->arg ? strtoll(action->arg, NULL, 10) : 0, err);
    if (target && target->disposition == DISPOSITION_MERGED)
        target = store_ticket_get(e->store, arena, target->root, err);
    if (!target || !act_may_merge(source, target, action, err))
        return false;
    *root = target->id;
    return true;
}

bool merge_place(struct engine *e, struct arena *arena, struct change *c, struct err *err)
{
    if (c->before->merged_into == c->after->merged_into)
        return true;
    const struct ticket *above = c->after->merged_into ? store_ticket_get(e->store, arena, c->after->merged_into, err) : c->after;
    if (!above)
        return false;
    if (above->purged_at)
        return err_set(err, ERR_STATE, "#%lld was purged since: nothing can be taken out of it", (long long)above->id);
    c->after->root = above == c->after ? c->after->id : above->root;
    return true;
}

static int64_t other_of(struct arena *arena, const struct entry *entry)
{
    const struct json *data = json_parse_in(arena, entry->data, strlen(entry->data), &json_limits_dialect, NULL, NULL);
    return json_get_i64(data, "other", 0);
}

/* The note of what the merge had moved at the ticket above, where its undoing is told. alone: all that has changed that ticket
 * since is what it heard of the merged one. */
static bool find_note(struct arena *arena, const struct journal *journal, int64_t ticket, int64_t merge, int64_t member,
                      struct entry *out, bool *alone, struct err *err)
{
    enum { MOST = 500 };
    struct entry_query q = {.ticket = ticket, .kind = "ticket", .after = merge, .before = journal->before, .limit = MOST};
    struct entry *list;
    int n;
    *out = (struct entry){0};
    if (!merge || !store_entry_list(journal->store, arena, &q, &list, &n, err))
        return !merge;
    *alone = n < MOST;
    for (int i = 0; i < n; i++) {
        if (!out->seq && list[i].cause == merge && !list[i].undoes)
            *out = list[i];
        *alone = *alone && (!out->seq || other_of(arena, &list[i]) == member);
    }
    return true;
}

/* Was the label given by what the merged ticket's customer wrote meanwhile, and by nobody since, it goes back to what it was. */
static bool labels_back(struct arena *arena, const struct json *changes, struct ticket *t, struct err *err)
{
    static const char *const names[] = {"urgency", "urgency_by", "urgency_bp", "category", "category_by", "category_bp"};
    struct json *labels = json_array();
    struct observation obs = {0};
    struct err changed = {0};
    for (const struct json *c = json_first(changes); c; c = json_next(c))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (str_eq(json_string(json_first(c)), names[i]))
                json_push(labels, json_copy(c));
    bool back = undo_swap(arena, t, labels, &obs, &changed);
    json_free(labels);
    for (int i = 0; back && i < field_count; i++)
        if (field_set_has(&obs.said, i))
            field_move(t, &obs.value, &field_table[i]);
    return back || changed.code == ERR_CONFLICT || err_set(err, changed.code, "%s", changed.text);
}

static bool unhear(struct engine *e, struct arena *arena, int64_t member, struct ticket *t, struct err *err)
{
    struct entry_query q = {.ticket = t->id, .kind = "ticket", .limit = 500, .newest_first = true};
    struct entry *list;
    int n;
    if (!store_entry_list(e->store, arena, &q, &list, &n, err))
        return false;
    for (int i = 0; i < n; i++) {
        const struct json *data = json_parse_in(arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL);
        bool its = json_get_i64(data, "other", 0) == member;
        if (its && str_eq(json_get_string(data, "effect", NULL), "merged"))
            return true;
        if (its && json_get(data, "event") && !labels_back(arena, json_get(data, "changes"), t, err))
            return false;
    }
    return true;
}

static bool tell(struct engine *e, struct arena *arena, const struct change *c, int64_t above, const struct journal *journal, int64_t *next,
                 struct err *err)
{
    struct change up = {.before = store_ticket_get(e->store, arena, above, err), .now = c->now, .cause = c->seq, .other = c->after->id,
                        .effect = c->after->merged_into ? "merged" : "unmerged", .facts = {.cause = "act", .actor = c->facts.actor}};
    struct entry note;
    bool alone = false;
    int state = c->before->escalation.state;
    if (c->after->merged_into && state != ESCALATION_NONE && state != ESCALATION_RESOLVED) {
        up.facts.moved = &c->before->escalation;
        up.facts.moved_from = c->after->id;
    }
    if (!up.before || !find_note(arena, journal, above, c->undoes, c->after->id, &note, &alone, err))
        return false;
    if (note.seq) {
        struct observation nothing = {0};
        if (!undo_fold(e, arena, &up, &nothing, &note, false, err))
            return false;
        up.undone = NULL; /* the act is the other's */
        if (up.facts.back)
            up.facts.back->whole = alone;
        if (!undo_lost(e, arena, &up, c->undoes, alone ? INT64_MAX : note.seq, err)) /* all that the merge began, as a rebuild numbers it too */
            return false;
    } else if (!(up.after = change_refold(e, arena, up.before, NULL, err))) {
        return false;
    }
    if (!c->after->merged_into && !unhear(e, arena, c->after->id, up.after, err))
        return false;
    up.source = change_source(e, up.before);
    *next = up.before->merged_into;
    return change(e, arena, &up, err);
}

/* A redo may want back what was turned round since: then the two would be part of each other. */
static bool no_ring(struct engine *e, struct arena *arena, const struct ticket *t, struct err *err)
{
    for (int64_t above = t->merged_into; above;) {
        if (above == t->id)
            return err_set(err, ERR_CONFLICT, "#%lld: #%lld has become part of it since", (long long)t->id, (long long)t->merged_into);
        const struct ticket *up = store_ticket_get(e->store, arena, above, err);
        if (!up)
            return false;
        above = up->merged_into;
    }
    return true;
}

bool merge_tell(struct engine *e, struct arena *arena, const struct change *c, const struct journal *journal, struct err *err)
{
    if (c->before->merged_into == c->after->merged_into)
        return true;
    if (!no_ring(e, arena, c->after, err) || !store_ticket_reroot(e->store, c->after->id, c->after->root, err))
        return false;
    int64_t above = c->after->merged_into ? c->after->merged_into : c->before->merged_into;
    while (above)
        if (!tell(e, arena, c, above, journal, &above, err))
            return false;
    return true;
}
