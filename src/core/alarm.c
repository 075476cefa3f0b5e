/* alarm: see alarm.h. */
#include "core/alarm.h"
#include "base/str.h"

bool alarm_silent(const struct ticket *t)
{
    return ticket_done(t->status) || t->disposition != DISPOSITION_NONE || t->deleted;
}

static bool turned(int before, int after, int value)
{
    return after == value && before != value;
}

/* What an alarm goes by: a ticket that its source revives is as good as new. */
static const struct ticket *known(const struct follow *f)
{
    const struct ticket *b = f->before;
    bool revived = b && b->deleted && !f->out->after->deleted && str_eq(f->facts->cause, "event");
    return revived ? NULL : b;
}

static const char *labelled(const struct follow *f)
{
    const struct ticket *t = f->out->after, *b = known(f);
    bool model = t->urgency_by == LABEL_BY_MODEL;
    bool sure = t->urgency_bp >= f->rules->page_at_bp && f->facts->model_learned >= f->rules->page_labels;
    bool said = t->urgency_by == LABEL_BY_AGENT || t->urgency_by == LABEL_BY_RULE;
    bool same = b && b->urgency == t->urgency && b->urgency_by == t->urgency_by && b->urgency_bp == t->urgency_bp;
    if (t->urgency != URGENCY_CRITICAL || same || !(said || (model && sure)))
        return NULL;
    return model ? arena_printf(f->arena, "label critical %lld.%02lld %%", (long long)(t->urgency_bp / 100),
                                (long long)(t->urgency_bp % 100))
         : t->urgency_by == LABEL_BY_AGENT ? "critical, says an agent" : "critical, says a rule";
}

static bool urgent_at_source(const struct follow *f)
{
    const struct ticket *t = f->out->after, *b = known(f);
    if (!f->rules->page_urgent || !str_eq(f->facts->cause, "event"))
        return false;
    return turned(b ? b->priority : 0, t->priority, PRIORITY_URGENT) ||
           turned(b ? b->source_priority : 0, t->source_priority, PRIORITY_URGENT);
}

/* A rule of the configuration pages when it comes true, not as long as it is. */
static const char *ruled(const struct follow *f)
{
    const struct when_env *env = &f->facts->env;
    const struct ticket *b = known(f);
    for (int i = 0; i < f->rules->page_rule_count; i++) {
        const struct config_page_rule *rule = &f->rules->page_rules[i];
        if (when_eval(rule->when, f->out->after, env) && !(b && when_eval(rule->when, b, env)))
            return arena_printf(f->arena, "rule %s", rule->name);
    }
    return NULL;
}

const char *alarm_reason(const struct follow *f)
{
    if (alarm_silent(f->out->after))
        return NULL;
    if (f->facts->paged_for)
        return arena_strdup(f->arena, f->facts->paged_for);
    if (f->facts->escalate)
        return arena_printf(f->arena, "asked for by %s", f->facts->actor ? f->facts->actor : "an agent");
    const char *rule = ruled(f);
    return rule ? rule : urgent_at_source(f) ? "the source says urgent" : labelled(f);
}
