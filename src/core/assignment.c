/* assignment: the order of work, and whom the clock gives a ticket to. Skills and skips are kept as small as they are
 * asked: skills are bits, so that "has all it needs" is one operation, and skips are a text of a few names on the ticket
 * itself, so that a rebuild, an undo and a merge need no table beside it. Pure. */
#include "core/assignment.h"
#include "core/consequence.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000 };
enum { IN_TIME = 1, CALM = 2 }; /* of a turn */
static const int64_t never = INT64_MAX;
/* Beside the age in one number: an age in ms stays below it until the year 2527. */
static const int64_t priority_step = (int64_t)1 << 44;

/* --- the order of work --- */

static bool waits_for_us(const struct ticket *t)
{
    return t->status <= STATUS_OPEN && t->disposition == DISPOSITION_NONE && !t->deleted && !t->merged_into;
}

static bool asks_for_help(const struct ticket *t)
{
    return t->escalation.state == ESCALATION_TRIGGERED;
}

bool assignment_work(const struct config *config, const struct ticket *t, struct work *out)
{
    if (!waits_for_us(t) || t->snoozed_until)
        return false;
    int priority = t->priority ? t->priority : PRIORITY_NORMAL;
    *out = (struct work){.owner = t->assignee ? t->assignee : "",
                         .need = assignment_need(config, t),
                         .turn = (asks_for_help(t) ? 0 : CALM) + (t->sla == SLA_LATE ? 0 : IN_TIME),
                         .due = t->next_due_at ? t->next_due_at : never,
                         .place = (PRIORITY_URGENT - priority) * priority_step + t->received_at,
                         .ticket = t->id,
                         .skipped = t->skipped};
    return true;
}

bool assignment_late(const struct work *work)
{
    return !(work->turn & IN_TIME);
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int assignment_order(const struct work *a, const struct work *b)
{
    int order = compare(a->turn, b->turn);
    order = order ? order : compare(a->due, b->due);
    order = order ? order : compare(a->place, b->place);
    return order ? order : compare(a->ticket, b->ticket);
}

static const char *span(struct arena *arena, int64_t ms)
{
    int64_t minutes = ms / MINUTE;
    if (minutes < 60)
        return arena_printf(arena, "%" PRId64 " min", minutes);
    return minutes < 48 * 60 ? arena_printf(arena, "%" PRId64 " h %02" PRId64, minutes / 60, minutes % 60)
                             : arena_printf(arena, "%" PRId64 " d", minutes / (24 * 60));
}

const char *assignment_reason(struct arena *arena, const struct ticket *t, int64_t now)
{
    if (asks_for_help(t))
        return t->sla == SLA_LATE ? "escalated and breached" : "escalated";
    if (t->sla == SLA_LATE)
        return "breached";
    if (t->next_due_at > now)
        return arena_printf(arena, "due in %s", span(arena, t->next_due_at - now));
    if (t->next_due_at)
        return "due now";
    return arena_printf(arena, "waits for %s", span(arena, now - t->received_at));
}

/* --- skills --- */

static int bit_of(const struct config *config, const char *skill)
{
    for (int i = 0; i < config->assignment.skill_count; i++)
        if (str_eq(config->assignment.skills[i].skill, skill))
            return i; /* several rows may name it: the first is its bit */
    return -1;
}

int64_t assignment_need(const struct config *config, const struct ticket *t)
{
    const struct when_env none = {0};
    int64_t need = 0;
    for (int i = 0; i < config->assignment.skill_count; i++) {
        const struct config_skill *row = &config->assignment.skills[i];
        if (when_eval(row->when, t, &none))
            need |= (int64_t)1 << bit_of(config, row->skill);
    }
    return need;
}

int64_t assignment_skills(const struct config *config, const struct config_agent *agent)
{
    int64_t skills = 0;
    for (int i = 0; i < agent->skill_count; i++) {
        int bit = bit_of(config, agent->skills[i]);
        if (bit >= 0)
            skills |= (int64_t)1 << bit;
    }
    return skills;
}

const char *assignment_skill_words(struct arena *arena, const struct config *config, int64_t skills)
{
    const char *words = "";
    for (int i = 0; i < config->assignment.skill_count; i++)
        if (skills >> i & 1)
            words = arena_printf(arena, "%s%s%s", words, *words ? ", " : "", config->assignment.skills[i].skill);
    return words;
}

/* --- skips --- */

/* The next "name=until" of the text; false at its end. */
static bool next_skip(const char **at, const char **name, size_t *n, int64_t *until)
{
    char *end;
    *at += strspn(*at, " ");
    *name = *at;
    *n = strcspn(*at, "=");
    if (!(*at)[*n])
        return false;
    *until = strtoll(*at + *n + 1, &end, 10);
    *at = end;
    return true;
}

bool assignment_skipped(const char *skipped, const char *agent, int64_t now)
{
    const char *at = skipped ? skipped : "", *name;
    int64_t until;
    size_t n;
    while (next_skip(&at, &name, &n, &until))
        if (strlen(agent) == n && memcmp(name, agent, n) == 0)
            return until > now;
    return false;
}

const char *assignment_skip(struct arena *arena, const char *skipped, const char *agent, int64_t until, int64_t now)
{
    const char *text = arena_printf(arena, "%s=%" PRId64, agent, until), *at = skipped ? skipped : "", *name;
    int64_t other;
    size_t n;
    while (next_skip(&at, &name, &n, &other))
        if (other > now && !(strlen(agent) == n && memcmp(name, agent, n) == 0))
            text = arena_printf(arena, "%s %.*s=%" PRId64, text, (int)n, name, other);
    return text;
}

/* --- whom the clock gives it to --- */

bool assignment_fits(const struct assignee *a, int64_t need, const char *skipped, int64_t now)
{
    return !a->away && (a->skills & need) == need && (!a->capacity || a->load < a->capacity) && !assignment_skipped(skipped, a->name, now);
}

/* Balanced: the least load; where loads are equal, and always in a round, whoever waited longest since the last one. */
static bool before(const struct config *config, const struct assignee *a, const struct assignee *b)
{
    if (config->assignment.strategy == ASSIGN_BALANCED && a->load != b->load)
        return a->load < b->load;
    return a->turn < b->turn;
}

static const struct assignee *pick(const struct config *config, int64_t need, const char *skipped, const struct assignee *agents, int count, int64_t now)
{
    const struct assignee *best = NULL;
    for (int i = 0; i < count; i++)
        if (assignment_fits(&agents[i], need, skipped, now) && (!best || before(config, &agents[i], best)))
            best = &agents[i];
    return best;
}

static const char *explain(struct arena *arena, const struct config *config, const struct assignee *a, int64_t need)
{
    const char *skills = assignment_skill_words(arena, config, need);
    const char *load = a->capacity ? arena_printf(arena, "%" PRId64 " of %" PRId64 " open", a->load, a->capacity) : arena_printf(arena, "%" PRId64 " open", a->load);
    return arena_printf(arena, "%s: %s%s%s", config->assignment.strategy == ASSIGN_BALANCED ? "balanced" : "round robin", load,
                        *skills ? ", skill " : "", skills);
}

/* --- what time takes back --- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool touched(const struct ticket *t)
{
    return t->touched_at || t->last_agent_at > t->assigned_at;
}

/* Only what the desk gave is taken back for lying there: a source's own assignee is not ours to judge. */
static int64_t untouched_until(const struct config *config, const struct ticket *t)
{
    return config->assignment.timeout && t->desk_assignee_at && !touched(t) ? t->assigned_at + config->assignment.timeout : 0;
}

static int64_t deserted_at(const struct config *config, const struct ticket *t, int64_t away_since)
{
    int64_t last = later(later(t->assigned_at, t->touched_at), away_since);
    return config->assignment.reassign_after && t->assignee ? last + config->assignment.reassign_after : 0;
}

static bool is_held(const struct config *config, const struct ticket *t, int64_t now)
{
    return config->assignment.strategy != ASSIGN_OFF && t->assignee && waits_for_us(t) && t->snoozed_until <= now;
}

static bool is_due(int64_t at, int64_t now)
{
    return at && at <= now;
}

bool assignment_asks(const struct config *config, const struct ticket *t, int64_t now)
{
    struct work work;
    if (config->assignment.strategy == ASSIGN_OFF)
        return false;
    if (!t->assignee)
        return assignment_work(config, t, &work);
    return is_held(config, t, now) && (is_due(untouched_until(config, t), now) || is_due(deserted_at(config, t, 0), now));
}

int64_t assignment_wake(const struct config *config, const struct ticket *t, int64_t now)
{
    return is_held(config, t, now) ? untouched_until(config, t) : 0;
}

int64_t assignment_left_at(const struct config *config, const struct ticket *t, const struct assignee *owner, int64_t now)
{
    return owner->away && is_held(config, t, now) ? deserted_at(config, t, owner->away_since) : 0;
}

static const char *taken_back(struct arena *arena, const struct config *config, const struct ticket *t, const struct assignee *who, int64_t now,
                              const char **skipped)
{
    if (!is_held(config, t, now))
        return NULL;
    if (who && who->away && is_due(deserted_at(config, t, who->away_since), now))
        return arena_printf(arena, "%s is away (%s)", t->assignee, who->away);
    if (!is_due(untouched_until(config, t), now))
        return NULL;
    *skipped = assignment_skip(arena, t->skipped, t->assignee, now + config->assignment.skip_for, now);
    return arena_printf(arena, "%s did not touch it for %s", t->assignee, span(arena, now - t->assigned_at));
}

static const struct assignee *named(const struct assignee *agents, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (str_eq(agents[i].name, name))
            return &agents[i];
    return NULL;
}

void assignment_decide(struct arena *arena, const struct config *config, const struct ticket *t, const struct assignee *agents, int count,
                       int64_t now, struct assignment *out)
{
    struct ticket free_one = *t;
    struct work work;
    *out = (struct assignment){.skipped = t->skipped};
    const char *back = t->assignee ? taken_back(arena, config, t, named(agents, count, t->assignee), now, &out->skipped) : NULL;
    if (config->assignment.strategy == ASSIGN_OFF || (t->assignee && !back))
        return;
    free_one.assignee = NULL;
    free_one.snoozed_until = 0;
    if (!t->assignee && !assignment_work(config, t, &work))
        return;
    int64_t need = assignment_need(config, &free_one);
    const struct assignee *who = pick(config, need, out->skipped, agents, count, now);
    out->back = back != NULL;
    out->to = who ? who->name : NULL;
    if (who)
        out->why = arena_printf(arena, "%s%s%s", back ? back : "", back ? "; " : "", explain(arena, config, who, need));
    else if (back)
        out->why = arena_printf(arena, "%s; back to the queue", back);
}

void assignment_follow(struct follow *f)
{
    struct ticket *t = f->out->after;
    bool act = str_eq(f->facts->cause, "act"), theirs = act && f->facts->actor && str_eq(f->facts->actor, t->assignee);
    bool kept = f->before && str_eq(f->before->assignee, t->assignee);
    bool spoke = f->before && t->thread_version != f->before->thread_version;
    if (!kept)
        t->touched_at = 0;
    if (theirs && (kept || spoke))
        t->touched_at = f->now;
}
