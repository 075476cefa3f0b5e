/* step: see step.h. */
#include "core/step.h"
#include "core/rota.h"

void step_target(struct follow *f, const char *target, struct step_crew *out)
{
    const struct rota rota = {f->rules, f->facts->desk};
    int most = f->rules->agent_count > ROTA_MOST ? f->rules->agent_count : ROTA_MOST;
    *out = (struct step_crew){.agents = ARENA_ARRAY(f->arena, const char *, most)};
    out->destination = rota_destination(target);
    if (out->destination && !config_destination(f->rules, out->destination))
        out->destination = NULL; /* reloaded away: nobody is told, which the ticket says */
    else if (!out->destination)
        out->count = rota_resolve(&rota, target, f->now, out->agents, most);
}

/* As the clock on that person's wall shows it; agent NULL: UTC. */
static bool fits(const struct follow *f, const struct config_step *step, const struct config_agent *agent)
{
    const struct zone *zone = agent ? config_zone(agent->zone) : NULL;
    struct when_env env = f->facts->env;
    struct civil wall;
    zone_civil(zone, f->now, &wall);
    env.hour = wall.hour;
    env.weekday = wall.weekday;
    return env.open_criticals >= step->min_open_criticals && f->out->after->reopen_count >= step->min_reopens &&
           hours_hold(&step->hours, zone, f->now) && when_eval(step->when, f->out->after, &env);
}

bool step_applies(struct follow *f, const struct config_step *step, struct step_crew *out)
{
    int left = 0;
    step_target(f, step->target, out);
    if (!out->count)
        return fits(f, step, NULL);
    for (int i = 0; i < out->count; i++)
        if (fits(f, step, config_agent(f->rules, out->agents[i])))
            out->agents[left++] = out->agents[i];
    out->count = left;
    return left > 0;
}
