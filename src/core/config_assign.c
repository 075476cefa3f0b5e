/* config_assign: the keys of `assignment:`, and what an agent's row says about it. A skill is named on two sides, by the
 * tickets that ask for it and by the agents who have it; a name that only one side knows is a slip of the pen, or a ticket
 * that would be offered to nobody, so it is refused. */
#include "core/config_keys.h"
#include "base/str.h"

static const char *const strategies[] = {"off", "round_robin", "balanced", NULL};

static const struct schema_key skill_keys[] = {
    {.name = "skill", .type = SCHEMA_NAME, AT(config_skill, skill), .required = true},
    {.name = "when", .type = SCHEMA_WHEN, AT(config_skill, when), .text_at = offsetof(struct config_skill, text), .required = true},
    {0},
};
#define ASSIGN(member) AT(config, assignment.member)
const struct schema_key config_assignment_keys[] = {
    {.name = "strategy", .type = SCHEMA_WORD, ASSIGN(strategy), .words = strategies},
    {.name = "capacity", .type = SCHEMA_INT, ASSIGN(capacity), .max = 10000},
    {.name = "timeout", .type = SCHEMA_TIME, ASSIGN(timeout), .max = YEAR},
    {.name = "reassign_after", .type = SCHEMA_TIME, ASSIGN(reassign_after), .max = YEAR},
    {.name = "skip_for", .type = SCHEMA_TIME, ASSIGN(skip_for), .max = YEAR},
    {.name = "claim_on_reply", .type = SCHEMA_BOOL, ASSIGN(claim_on_reply)},
    {.name = "skills", .type = SCHEMA_ROWS, ASSIGN(skills), .count_at = offsetof(struct config, assignment.skill_count), .inside = true,
     .max = CONFIG_SKILLS, .keys = skill_keys, .row_size = sizeof(struct config_skill)},
    {0},
};

static bool asked_for(const struct config *config, const char *skill)
{
    for (int i = 0; i < config->assignment.skill_count; i++)
        if (str_eq(config->assignment.skills[i].skill, skill))
            return true;
    return false;
}

static bool somebody_has(const struct config *config, const char *skill)
{
    for (int i = 0; i < config->agent_count; i++)
        for (int k = 0; k < config->agents[i].skill_count; k++)
            if (str_eq(config->agents[i].skills[k], skill))
                return true;
    return false;
}

static bool check_agent(struct schema *s, const struct config *config, const struct config_agent *agent, int number, const struct yaml *row)
{
    const char *names[CONFIG_SKILLS + 1] = {0};
    if (schema_unsure(s, &config->assignment.skills))
        return true;
    for (int i = 0; i < config->assignment.skill_count; i++)
        names[i] = config->assignment.skills[i].skill;
    for (int i = 0; i < agent->skill_count; i++)
        if (!asked_for(config, agent->skills[i]))
            return schema_refuse(s, config_at(row, "skills"), "agents[%d].skills: no ticket asks for '%.60s' (assignment.skills)%s", number,
                                 agent->skills[i], schema_hint(s, schema_nearest(agent->skills[i], names)));
    return true;
}

bool config_check_assignment(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct yaml *agents = yaml_get(root, "agents"), *skills = yaml_get(yaml_get(root, "assignment"), "skills");
    const struct yaml *row = agents ? agents->child : NULL;
    bool good = true;
    for (int i = 0; i < config->agent_count && row; i++, row = row->next)
        good = check_agent(s, config, &config->agents[i], i, row) && good;
    row = skills ? skills->child : NULL;
    for (int i = 0; i < config->assignment.skill_count && row && !schema_unsure(s, config_agent_keys); i++, row = row->next)
        if (config->assignment.skills[i].skill && !somebody_has(config, config->assignment.skills[i].skill))
            good = schema_refuse(s, config_at(row, "skill"), "assignment.skills[%d]: no agent has the skill '%.60s', so its tickets would be offered to nobody",
                                 i, config->assignment.skills[i].skill);
    return good;
}
