/* merge: one ticket made part of another. Its messages stay where they are and go on coming there; the root above it hears of
 * them (observe_echo), so that who waits since when is the root's, and clocks and pages are. Nothing is copied, so a merge is
 * taken back exactly: without it the history of each is what it was. */
#include "engine/change.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

bool merge_root(struct engine *e, struct arena *arena, const struct action *action, const struct ticket *source, int64_t *root, struct err *err)
{
    const struct ticket *target = store_ticket_get(e->store, arena, action->arg ? strtoll(action->arg, NULL, 10) : 0, err);
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
    c->after->root = above == c->after ? c->after->id : above->root;
    return true;
}

/* The note of what the merge had moved at the ticket above, where its undoing is told. */
static bool find_note(struct arena *arena, struct store *journal, int64_t ticket, int64_t merge, struct entry *out, struct err *err)
{
    struct entry_query q = {.ticket = ticket, .kind = "ticket", .after = merge, .limit = 500};
    struct entry *list;
    int n;
    *out = (struct entry){0};
    if (!merge || !store_entry_list(journal, arena, &q, &list, &n, err))
        return !merge;
    for (int i = 0; i < n && !out->seq; i++)
        if (list[i].cause == merge && !list[i].undoes)
            *out = list[i];
    return true;
}

static bool tell(struct engine *e, struct arena *arena, const struct change *c, int64_t above, struct store *journal, int64_t *next, struct err *err)
{
    struct change up = {.before = store_ticket_get(e->store, arena, above, err), .now = c->now, .cause = c->seq, .other = c->after->id,
                        .effect = c->after->merged_into ? "merged" : "unmerged", .facts = {.cause = "act", .actor = c->facts.actor}};
    struct entry note;
    int state = c->before->escalation.state;
    if (c->after->merged_into && state != ESCALATION_NONE && state != ESCALATION_RESOLVED) {
        up.facts.moved = &c->before->escalation;
        up.facts.moved_from = c->after->id;
    }
    if (!up.before || !find_note(arena, journal, above, c->undoes, &note, err))
        return false;
    if (note.seq) {
        struct observation nothing = {0};
        if (!undo_fold(e, arena, &up, &nothing, &note, false, err))
            return false;
        up.undone = NULL; /* the act is the other's */
    } else if (!(up.after = change_refold(e, arena, up.before, NULL, err))) {
        return false;
    }
    up.source = change_source(e, up.before);
    *next = up.before->merged_into;
    return change(e, arena, &up, err);
}

bool merge_tell(struct engine *e, struct arena *arena, const struct change *c, struct store *journal, struct err *err)
{
    if (c->before->merged_into == c->after->merged_into)
        return true;
    if (!store_ticket_reroot(e->store, c->after->id, c->after->root, err))
        return false;
    int64_t above = c->after->merged_into ? c->after->merged_into : c->before->merged_into;
    while (above)
        if (!tell(e, arena, c, above, journal, &above, err))
            return false;
    return true;
}
