/* simulate: see simulate.h. What happens is read from the entries that a consequence writes, as people read them on a ticket;
 * the reasons beside them are asked of the same functions that decided, with the same facts. */
#include "core/simulate.h"
#include "base/json.h"
#include "base/str.h"
#include "core/rota.h"
#include "core/step.h"
#include <string.h>

enum { WAKES = 2000, DAYS = 62 };
static const int64_t DAY = 86400000;

struct run {
    struct arena *arena;
    const struct simulation *s;
    struct facts facts;
    struct follow f;           /* as step_* want it, after each consequence */
    struct consequence out;
    struct simulated *lines; int count;
    int64_t now;
    int step, loop;            /* the step last looked at, carried out or not; -1 before the first of a loop */
    struct page_at { const char *agent; int64_t at; } *pages; int page_count; /* so far, for bundles */
};

static const struct config_escalation *policy_of(const struct run *r)
{
    const char *name = r->out.after->escalation.policy;
    for (int i = 0; name && i < r->s->rules->escalation_count; i++)
        if (str_eq(r->s->rules->escalations[i].name, name))
            return &r->s->rules->escalations[i];
    return NULL;
}

static struct simulated *add_line(struct run *r, const char *what, int step, const char *why)
{
    const struct config_escalation *policy = policy_of(r);
    struct simulated *line = follow_push(r->arena, &r->lines, &r->count, sizeof *line);
    *line = (struct simulated){.at = r->now, .what = what, .why = why, .step = step, .loop = r->loop};
    if (policy && step >= 0 && step < policy->step_count)
        line->target = policy->steps[step].target;
    return line;
}

/* --- why it is who it is --- */

/* The schedule that a target means; NULL: it means none. */
static const struct config_schedule *schedule_of(const struct run *r, const char *target)
{
    static const char prefix[] = "schedule:";
    if (str_eq(target, "oncall"))
        return config_schedule(r->s->rules, NULL);
    return str_starts(target, prefix) ? config_schedule(r->s->rules, target + sizeof prefix - 1) : NULL;
}

static const char *on_call_because(struct run *r, const char *schedule, const struct rota_person *p)
{
    const struct override *o = p->override;
    if (!o)
        return arena_printf(r->arena, "turn of %s in %s", p->rotation, schedule);
    const char *reason = o->reason ? arena_printf(r->arena, ": %s", o->reason) : "";
    if (o->cover)
        return arena_printf(r->arena, "for %s in %s, accepted cover%s", p->instead, schedule, reason);
    return arena_printf(r->arena, "%s%s%sin %s, override by %s%s", p->instead ? "for " : "", p->instead ? p->instead : "", p->instead ? " " : "", schedule,
                        o->by, reason);
}

static const char *told_because(struct run *r, const char *target, const char *agent)
{
    const struct config_schedule *schedule = schedule_of(r, target);
    const struct rota rota = {r->s->rules, r->s->desk};
    struct rota_person people[ROTA_MOST];
    for (int i = schedule ? rota_people(&rota, schedule->name, r->now, people) : 0; i-- > 0;)
        if (str_eq(people[i].agent, agent))
            return on_call_because(r, schedule->name, &people[i]);
    const struct config_agent *row = config_agent(r->s->rules, agent);
    if (str_starts(target, "rotation:"))
        return arena_printf(r->arena, "turn of %s", strchr(target, ':') + 1);
    if (str_starts(target, "team:"))
        return arena_printf(r->arena, "of team %s", strchr(target, ':') + 1);
    return str_eq(target, agent) ? "named by the step" : row && row->role == ROLE_LEAD ? "lead" : "named by the step";
}

/* Who would be, by turns alone, and what became of it. */
static const char *nobody_because(struct run *r, const char *target)
{
    const struct config_schedule *schedule = schedule_of(r, target);
    const struct rota turns = {r->s->rules, NULL};
    struct rota_person people[ROTA_MOST];
    int n = schedule ? rota_people(&turns, schedule->name, r->now, people) : 0;
    const char *who = n ? people[0].agent : config_agent(r->s->rules, target) ? target : NULL;
    const struct absence *away = who && r->s->desk ? desk_absence(r->s->desk, who, r->now) : NULL;
    if (away)
        return arena_printf(r->arena, "%s is away (%s)", who, away->kind);
    if (n)
        return arena_printf(r->arena, "%s is taken off by an override, or who takes over is away", who);
    return schedule ? arena_printf(r->arena, "nobody is on call in %s then", schedule->name) : arena_printf(r->arena, "nobody is %s then", target);
}

static const char *condition(struct run *r, const struct config_step *step)
{
    AUTO_STR out;
    str_init(&out, 1000);
    if (step->hours.text)
        str_addf(&out, "only %s", step->hours.text);
    for (int i = 0; i < step->weekday_count; i++)
        str_addf(&out, "%s%s", i ? ", " : out.len ? " on " : "only on ", step->weekdays[i]);
    if (step->min_open_criticals)
        str_addf(&out, "%sfrom %lld open criticals on, there are %lld", out.len ? ", " : "", (long long)step->min_open_criticals,
                 (long long)r->facts.env.open_criticals);
    if (step->min_reopens)
        str_addf(&out, "%sonce reopened %lld times", out.len ? ", " : "", (long long)step->min_reopens);
    if (step->when)
        str_addf(&out, "%swhere %s", out.len ? ", " : "", when_print(r->arena, step->when));
    return arena_strdup(r->arena, out.data);
}

/* Of one whom the step would have told: what the clock on the wall shows there. */
static const char *passed_because(struct run *r, const struct config_step *step)
{
    struct step_crew crew;
    struct civil wall;
    step_target(&r->f, step->target, &crew);
    const struct config_agent *agent = crew.count ? config_agent(r->s->rules, crew.agents[0]) : NULL;
    if (!agent || !step->hours.text)
        return condition(r, step);
    zone_civil(config_zone(agent->zone), r->now, &wall);
    return arena_printf(r->arena, "%s; with %s it is %02d:%02d", condition(r, step), agent->name, wall.hour, wall.minute);
}

/* --- lines from entries --- */

/* Steps from the one after the last up to this one, all of which were passed over by their conditions. */
static void passed(struct run *r, const struct config_escalation *policy, int upto)
{
    for (int i = r->step + 1; policy && i < upto && i < policy->step_count; i++)
        add_line(r, "passed_over", i, passed_because(r, &policy->steps[i]));
}

static bool held(struct run *r, const char *agent)
{
    int lately = 0;
    struct page_at *page = follow_push(r->arena, &r->pages, &r->page_count, sizeof *page);
    *page = (struct page_at){agent, r->now};
    for (int i = 0; i < r->page_count; i++)
        lately += str_eq(r->pages[i].agent, agent) && r->pages[i].at >= r->now - STEP_BUNDLE_WITHIN;
    return lately > STEP_BUNDLE_OVER;
}

static bool is_high(const struct run *r, const char *agent, const char *destination)
{
    for (int i = 0; i < r->out.page_count; i++)
        if (str_eq(r->out.pages[i].agent, agent) && str_eq(r->out.pages[i].destination, destination))
            return r->out.pages[i].high;
    return false;
}

/* target NULL: the leads, because nobody else was left. */
static void add_people(struct run *r, struct simulated *line, const struct json *told, const char *target)
{
    for (const struct json *name = json_first(told); name; name = json_next(name)) {
        const char *text = arena_strdup(r->arena, json_string(name)), *destination = rota_destination(text), *agent = destination ? "" : text;
        struct simulated_person *person = follow_push(r->arena, &line->people, &line->count, sizeof *person);
        *person = (struct simulated_person){.agent = agent, .destination = destination, .high = is_high(r, agent, destination),
                                            .held = !destination && held(r, agent),
                                            .why = destination ? "named by the step" : target ? told_because(r, target, agent) : "lead, the last resort"};
    }
}

/* Did the step of that number tell them, or was it the last resort, which bears its number too? */
static bool by_step(struct run *r, const struct config_step *step, const struct json *told)
{
    struct step_crew crew;
    if (!step_applies(&r->f, step, &crew))
        return false;
    for (int i = 0; i < crew.count; i++)
        if (str_eq(crew.agents[i], json_string(json_first(told))))
            return true;
    return crew.destination != NULL;
}

static void take_step(struct run *r, const struct json *data)
{
    const struct config_escalation *policy = policy_of(r);
    const struct json *told = json_get(data, "told");
    int step = (int)json_get_i64(data, "step", 0), loop = (int)json_get_i64(data, "loop", 0);
    bool nobody = !json_count(told), own = policy && (nobody ? str_eq(json_get_string(data, "why", ""), policy->steps[step].target)
                                                             : by_step(r, &policy->steps[step], told));
    if (loop != r->loop) { /* what was left of the loop before did not apply */
        passed(r, policy, policy ? policy->step_count : 0);
        r->loop = loop;
        r->step = -1;
    }
    passed(r, policy, own ? step : policy ? policy->step_count : 0);
    r->step = own || !policy ? step : policy->step_count - 1;
    struct simulated *line = add_line(r, nobody ? "no_notification_sent" : "step", own ? step : -1, NULL);
    if (nobody)
        line->why = own ? nobody_because(r, policy->steps[step].target) : "and there is no lead";
    add_people(r, line, told, own ? policy->steps[step].target : NULL);
}

static void take_other(struct run *r, const struct json *data)
{
    const char *what = arena_strdup(r->arena, json_get_string(data, "what", "")), *why = arena_strdup(r->arena, json_get_string(data, "why", NULL));
    const struct config_escalation *policy = policy_of(r);
    if (str_eq(what, "reminder"))
        passed(r, policy, policy ? policy->step_count : 0);
    struct simulated *line = add_line(r, what, -1, why);
    add_people(r, line, json_get(data, "told"), policy && policy->step_count ? policy->steps[policy->step_count - 1].target : NULL);
    if (str_eq(what, "opened") || str_eq(what, "maintenance_over")) {
        r->step = -1;
        r->loop = 0;
    }
}

static void take_entries(struct run *r)
{
    const struct escalation *e = &r->out.after->escalation;
    for (int i = 0; i < r->out.entry_count && r->count < SIMULATED_MOST; i++) {
        if (!str_eq(r->out.entries[i].kind, "escalation"))
            continue;
        const char *text = r->out.entries[i].data;
        const struct json *data = json_parse_in(r->arena, text, strlen(text), &json_limits_native, NULL, NULL);
        const char *what = json_get_string(data, "what", "");
        bool step = str_eq(what, "step") || str_eq(what, "no_notification_sent");
        (step ? take_step : take_other)(r, data);
        r->lines[r->count - 1].next_at = e->state == ESCALATION_TRIGGERED ? e->next_at : e->state == ESCALATION_SUPPRESSED ? e->held_until : 0;
    }
}

/* --- the run --- */

static void change(struct run *r, const struct ticket *before, const struct ticket *after)
{
    r->facts.env.hour = r->now / 3600000 % 24; /* as the engine fills them */
    r->facts.env.weekday = (r->now / DAY + 3) % 7 + 1;
    r->out = (struct consequence){0};
    consequence(r->arena, before, after, &r->facts, r->s->rules, r->now, &r->out);
    r->f = (struct follow){.arena = r->arena, .before = before, .facts = &r->facts, .rules = r->s->rules, .now = r->now, .out = &r->out};
    take_entries(r);
}

static bool goes_on(const struct run *r)
{
    const struct escalation *e = &r->out.after->escalation;
    bool open = e->state == ESCALATION_TRIGGERED || e->state == ESCALATION_SUPPRESSED;
    return open && r->count < SIMULATED_MOST && !(r->count && str_eq(r->lines[r->count - 1].what, "reminder"));
}

static int64_t next_look(const struct run *r)
{
    int64_t wake = r->out.after->wake_at, turn = r->s->desk ? desk_turns(r->s->desk, r->now) : 0;
    return turn && (!wake || turn < wake) ? turn : wake;
}

int simulate_run(struct arena *arena, const struct simulation *s, struct simulated **lines, const struct config_escalation **policy)
{
    struct run r = {.arena = arena, .s = s, .now = s->at, .step = -1};
    r.facts = (struct facts){.cause = "event", .actor = "simulation", .paged_for = s->why, .desk = s->desk, .env.open_criticals = s->open_criticals};
    change(&r, NULL, s->ticket);
    r.facts = (struct facts){.cause = "wake", .actor = "clock", .desk = s->desk,
                             .env.open_criticals = s->open_criticals + (s->ticket->urgency == URGENCY_CRITICAL)};
    for (int i = 0; i < WAKES && goes_on(&r); i++) {
        const struct ticket *was = r.out.after;
        int64_t at = next_look(&r);
        if (!at || at > s->at + DAYS * DAY)
            break;
        r.now = at;
        change(&r, was, was);
    }
    *policy = policy_of(&r);
    if (!r.count)
        add_line(&r, "nothing", -1, "it does not page");
    *lines = r.lines;
    return r.count;
}
