/* consequence: what follows from a change, as a list of five calls, each in its own file. A resolve by webhook, key,
 * macro or redo therefore pays, stops clocks and ends pages alike. Pure; runs on the writer's thread. */
#include "core/consequence.h"
#include "base/json.h"
#include "core/article.h"
#include "base/str.h"
#include "core/back.h"
#include <string.h>

void *follow_push(struct arena *arena, void *array, int *count, size_t size)
{
    char *items;
    memcpy(&items, array, sizeof items);
    if ((*count & (*count - 1)) == 0) { /* full at each power of two */
        char *more = arena_alloc(arena, size * (*count ? 2 * (size_t)*count : 1));
        if (*count)
            memcpy(more, items, size * (size_t)*count);
        items = more;
        memcpy(array, &items, sizeof items);
    }
    return items + size * (size_t)(*count)++;
}

const char *follow_text(struct follow *f, const char *text)
{
    AUTO_JSON node = json_new_string(text);
    return json_print_in(f->arena, node);
}

void follow_entry(struct follow *f, const char *kind, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = arena_vprintf(f->arena, fmt, args);
    va_end(args);
    struct entry_draft *entry = follow_push(f->arena, &f->out->entries, &f->out->entry_count, sizeof *entry);
    *entry = (struct entry_draft){.kind = kind, .data = text};
}

void consequence(struct arena *arena, const struct ticket *before, const struct ticket *after, const struct facts *facts,
                 const struct config *rules, int64_t now, struct consequence *out)
{
    *out = (struct consequence){.after = ticket_copy(arena, after)};
    struct follow f = {.arena = arena, .before = before, .facts = facts, .rules = rules, .now = now, .out = out};
    wake_ripen(&f);
    back_follow(&f);
    assignment_follow(&f);
    sla_follow(&f);
    escalation_follow(&f);
    article_follow(&f);
    score_follow(&f);
    wake_follow(&f);
}

static bool needs_ledger(const struct ticket *b, const struct ticket *t, const struct facts *facts)
{
    if (!b)
        return false;
    bool turned = ticket_done(b->status) != ticket_done(t->status) ||
                  (ticket_done(b->status) && (b->disposition != t->disposition || b->deleted != t->deleted));
    bool closing = (t->status == STATUS_CLOSED) != (b->status == STATUS_CLOSED) ||
                   (t->status == STATUS_RESOLVED && str_eq(facts->cause, "wake"));
    return turned || closing;
}

static bool needs_oncall(const struct ticket *b, const struct ticket *t, const struct facts *facts, int64_t now)
{
    const struct escalation *e = &t->escalation;
    bool raised = t->urgency == URGENCY_CRITICAL || t->priority == PRIORITY_URGENT || t->source_priority == PRIORITY_URGENT;
    bool changed = !b || b->urgency != t->urgency || b->urgency_bp != t->urgency_bp || b->urgency_by != t->urgency_by ||
                   b->priority != t->priority || b->source_priority != t->source_priority ||
                   ticket_done(b->status) != ticket_done(t->status) || b->deleted != t->deleted;
    if (facts->paged_for || facts->escalate || facts->page_failed || (raised && changed) || e->state == ESCALATION_SUPPRESSED)
        return true;
    return (e->state == ESCALATION_TRIGGERED && e->next_at && e->next_at <= now) ||
           (e->state == ESCALATION_ACKNOWLEDGED && e->ack_expires_at && e->ack_expires_at <= now) ||
           (e->state == ESCALATION_SNOOZED && e->snoozed_until <= now);
}

unsigned consequence_needs(const struct ticket *before, const struct ticket *after, const struct facts *facts, int64_t now)
{
    unsigned needs = 0;
    if (needs_ledger(before, after, facts))
        needs |= NEEDS_SCORES | NEEDS_GAME;
    if (!before)
        needs |= NEEDS_BOSS; /* one more open ticket may wake a boss */
    if (before && !ticket_done(before->status) && ticket_done(after->status))
        needs |= NEEDS_REPLIES;
    if (before && ticket_done(after->status) && before->disposition != after->disposition)
        needs |= NEEDS_REPLIES;
    if (before && before->csat != after->csat)
        needs |= NEEDS_SCORES | NEEDS_GAME | NEEDS_REPLIES;
    if (needs_oncall(before, after, facts, now))
        needs |= NEEDS_ONCALL;
    return needs;
}
