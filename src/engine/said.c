/* said: what an act did, in the one line that whoever did it reads. */
#include "engine/change.h"
#include "base/str.h"
#include "core/field.h"
#include "core/rota.h"
#include "core/tags.h"

static const char *whom(const struct page *page)
{
    return page->destination ? page->destination : page->agent;
}

/* Whom an escalation by hand told, or why nobody. */
static char *escalated(const struct said *r, const struct change *c)
{
    AUTO_STR names;
    str_init(&names, 1024);
    for (int i = 0; i < c->page_count; i++)
        str_addf(&names, "%s%s", i ? ", " : "", whom(&c->pages[i]));
    const char *rest = c->after->escalation.state == ESCALATION_SUPPRESSED ? "a maintenance window holds its pages" :
                       c->after->escalation.next_at > r->now               ? "there is nobody to tell" : "the next is told in a moment";
    return arena_printf(r->arena, "#%lld escalated: %s%s", (long long)c->after->id, c->page_count ? "told " : rest, names.data);
}

/* How long, not until when: whoever reads it has a wall clock of their own. */
static char *snoozed(const struct said *r, const struct ticket *t)
{
    long long id = (long long)t->id, minutes = (t->snoozed_until - r->now + 30000) / 60000, hours = minutes / 60, days = hours / 24;
    if (t->escalation.state == ESCALATION_TRIGGERED)
        return arena_printf(r->arena, "#%lld snoozed, and its escalation still pages: K acknowledges it first", id);
    if (t->wake_on == WAKE_ON_REPLY)
        return arena_printf(r->arena, "#%lld snoozed until the customer writes", id);
    const char *length = days ? arena_printf(r->arena, "%lldd%lldh", days, hours % 24) : hours && minutes % 60 ? arena_printf(r->arena, "%lldh%02lldm", hours, minutes % 60)
                              : hours ? arena_printf(r->arena, "%lldh", hours)
                              : arena_printf(r->arena, "%lldm", minutes);
    return arena_printf(r->arena, "#%lld snoozed for %s%s", id, length, t->wake_on == WAKE_ON_EITHER ? ", or until the customer writes" : "");
}

/* Did it set what stood there? Then it is done as well, and whoever did it hears that nothing changed. */
static bool was_so(const struct action *a, const struct change *c)
{
    static const struct { int action; const char *field; } sets[] = {
        {ACTION_ASSIGN, "assignee"}, {ACTION_CLAIM, "assignee"}, {ACTION_PRIORITY, "priority"}, {ACTION_STATUS, "status"}, {ACTION_TAGS, "tags"},
        {ACTION_UNASSIGN, "assignee"}, {ACTION_UNWATCH, "watchers"}, {ACTION_WATCH, "watchers"}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (sets[i].action == a->id)
            return c->before && field_same(c->before, c->after, field_find(sets[i].field)) && str_eq(c->before->hold_reason, c->after->hold_reason);
    return false;
}

static char *done_line(const struct said *r, const struct change *c)
{
    const struct ticket *t = c->after;
    const struct action *a = r->action;
    const char *name = action_table[a->id].name, *arg = a->arg ? a->arg : "";
    static const char *const said[ACTIONS] = {
        [ACTION_ACCEPT] = "label accepted", [ACTION_ACK] = "acknowledged", [ACTION_CLAIM] = "claimed", [ACTION_CLOSE] = "closed", [ACTION_NOTE] = "note added",
        [ACTION_REOPEN] = "reopened", [ACTION_UNASSIGN] = "unassigned", [ACTION_UNDO] = "undone", [ACTION_REDO] = "redone",
        [ACTION_SKIP] = "skipped: not offered to you for a while",
        [ACTION_UNMERGE] = "is its own ticket again", [ACTION_SPAM] = "put aside as spam", [ACTION_DUPLICATE] = "put aside as a duplicate",
        [ACTION_INVALID] = "put aside as invalid", [ACTION_DELETE] = "deleted: out of every queue and count (u takes it back)",
        [ACTION_ERASE] = "erased: what was written in it is gone",
        [ACTION_PURGE] = "purged: nothing is left of it but its journal, and no undo brings it back",
        [ACTION_WATCH] = "watched: you hear of what others change", [ACTION_UNWATCH] = "no longer watched",
        [ACTION_REVEAL] = "shown; why is kept in the journal"};
    static const char *const with[ACTIONS] = {
        [ACTION_ASSIGN] = "assigned to", [ACTION_STATUS] = "is now", [ACTION_PRIORITY] = "priority", [ACTION_LABEL] = "labelled",
        [ACTION_CATEGORY] = "category", [ACTION_MACRO] = "macro"};
    long long id = (long long)t->id;
    if (a->id == ACTION_REPLY)
        return arena_printf(r->arena, "#%lld reply leaves in %lld s (u takes it back)", id, (long long)r->e->config->undo_send / 1000);
    if (a->id == ACTION_SPLIT)
        return arena_printf(r->arena, "#%lld goes on as #%lld from that message on", id, (long long)c->other);
    if (a->id == ACTION_MERGE)
        return arena_printf(r->arena, "#%lld is part of #%lld now (u takes it back)", id, (long long)t->root);
    if (a->id == ACTION_ASSIGN && t->assignee && !rota_on_shift(&(struct rota){r->e->config, &r->e->state}, t->assignee, r->now))
        return arena_printf(r->arena, "#%lld assigned to %.64s, who is not here now", id, t->assignee);
    if ((a->id == ACTION_UNDO || a->id == ACTION_REDO) && r->undid)
        return arena_printf(r->arena, "#%lld %s %s", id, r->undid, said[a->id]);
    if (a->id == ACTION_UNMERGE && str_eq(r->undid, action_table[ACTION_DELETE].name))
        return arena_printf(r->arena, "#%lld is no longer deleted", id);
    if (a->id == ACTION_CLAIM_NEXT)
        return arena_printf(r->arena, "#%lld claimed: %s", id, r->why ? r->why : "next");
    if (a->id == ACTION_ESCALATE)
        return escalated(r, c);
    if (a->id == ACTION_SNOOZE)
        return snoozed(r, t);
    if (a->id == ACTION_TAGS) {
        const char *line = tags_line(r->arena, t->tags);
        return arena_printf(r->arena, "#%lld tags set: %s", id, line && *line ? line : "none any more");
    }
    return with[a->id] ? arena_printf(r->arena, "#%lld %s %.64s", id, with[a->id], arg)
                       : arena_printf(r->arena, "#%lld %s", id, said[a->id] ? said[a->id] : name);
}

char *said_line(const struct said *r, const struct change *c)
{
    char *line = done_line(r, c);
    return was_so(r->action, c) ? arena_printf(r->arena, "%s (it was so already)", line) : line;
}
