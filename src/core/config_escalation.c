/* config_escalation: `escalation:` and where agents are paged. A step tells whom core/rota makes of its target; what it asks for
 * beside (hours, weekdays, how many criticals, how often reopened) is asked again each time it is due (core/step). Pure. */
#include "base/crypto.h"
#include "base/str.h"
#include "core/config_keys.h"
#include <string.h>

enum { MINUTE = 60000, MOST_POLICIES = 64 };
static const char *const importances[] = {"normal", "high", NULL};

static bool check_step(struct schema *s, void *to, const struct yaml *node)
{
    struct config_step *row = to;
    return config_check_target(s, yaml_get(node, "target"), arena_printf(s->arena, "%s.target", s->place), row->target) &&
           config_read_hours(s, node, &row->hours, row->weekdays, row->weekday_count);
}

/* Two policies have the same where they would do the same. */
static const char *policy_version(struct arena *arena, const struct config_escalation *row)
{
    uint8_t hash[32];
    char hex[9];
    const char *text = arena_printf(arena, "%s\x1f%s\x1f%d\x1f%lld", row->name, when_print(arena, row->when), row->repeat, (long long)row->ack_timeout);
    for (int i = 0; i < row->step_count; i++) {
        const struct config_step *step = &row->steps[i];
        text = arena_printf(arena, "%s\x1f%s %lld %d %s %s %u %lld %lld", text, step->target, (long long)step->delay, step->importance,
                            when_print(arena, step->when), step->hours.text ? step->hours.text : "", step->hours.weekdays,
                            (long long)step->min_open_criticals, (long long)step->min_reopens);
    }
    crypto_sha256(text, strlen(text), hash);
    crypto_hex(hash, 4, hex);
    return arena_strdup(arena, hex);
}

static bool check_policy(struct schema *s, void *to, const struct yaml *node)
{
    struct config_escalation *row = to;
    EACH_BEFORE(config_escalation, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    row->version = policy_version(s->arena, row);
    return row->step_count > 0 || schema_refuse(s, node, "%s: a policy without steps tells nobody", s->place);
}

const char *config_no_pager(const struct config_destination *to)
{
    bool vendors = to->kind == DEST_WEBHOOK &&
                   (to->format == FORMAT_CSTAR || to->format == FORMAT_RIPIO || to->format == FORMAT_RBS || to->format == FORMAT_TAMIO);
    bool machine = to->kind == DEST_MODEL || to->kind == DEST_TAMIO_API || to->kind == DEST_CSTAR_API;
    return vendors ? "its format has no event for a page" : machine ? "its kind reaches nobody" : NULL;
}

/* Destinations stand below the agents who name them. */
bool config_check_pagers(struct schema *s, const struct config *config, const struct yaml *root)
{
    const struct yaml *list = yaml_get(root, "agents"), *node = list ? list->child : NULL;
    bool good = true;
    for (int i = 0; i < config->agent_count && node; i++, node = node->next)
        for (int k = 0; k < config->agents[i].page_count; k++) {
            const char *name = config->agents[i].page[k];
            const struct config_destination *to = config_destination(config, name);
            if (schema_unsure(s, to ? (const void *)to : &config->destinations))
                continue;
            if (!to)
                good = schema_refuse(s, config_at(node, "page"), "agents[%d].page: there is no destination '%.60s'%s", i, name,
                                     schema_hint(s, config_nearest_destination(s, name)));
            else if (config_no_pager(to))
                good = schema_refuse(s, config_at(node, "page"), "agents[%d].page: '%.60s' cannot page: %s", i, name, config_no_pager(to));
        }
    return good;
}

/* --- the keys --- */

static bool check_rule(struct schema *s, void *to, const struct yaml *node)
{
    const struct config_page_rule *row = to;
    EACH_BEFORE(config_page_rule, other, row, config_row_number(s))
        if (!config_unique(s, node, "name", row->name, other->name))
            return false;
    return true;
}

static const struct schema_key rule_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_page_rule, name), .required = true},
    {.name = "when", .type = SCHEMA_WHEN, AT(config_page_rule, when), .required = true},
    {0},
};
#define STEP(member) AT(config_step, member)
static const struct schema_key step_keys[] = {
    {.name = "target", .type = SCHEMA_TEXT, STEP(target), .required = true},
    {.name = "delay", .type = SCHEMA_TIME, STEP(delay), .min = MINUTE, .max = 9000LL * MINUTE, .fallback = "5m"},
    {.name = "when", .type = SCHEMA_WHEN, STEP(when)},
    {.name = "importance", .type = SCHEMA_WORD, STEP(importance), .words = importances, .fallback = "normal"},
    {.name = "hours", .type = SCHEMA_TEXT, STEP(hours.text)},
    {.name = "weekdays", .type = SCHEMA_TEXTS, STEP(weekdays), COUNT(config_step, weekday_count), .max = 7},
    {.name = "min_open_criticals", .type = SCHEMA_INT, STEP(min_open_criticals), .max = 1000000},
    {.name = "min_reopens", .type = SCHEMA_INT, STEP(min_reopens), .max = 1000},
    {0},
};
static const struct schema_key policy_keys[] = {
    {.name = "name", .type = SCHEMA_NAME, AT(config_escalation, name), .required = true},
    {.name = "when", .type = SCHEMA_WHEN, AT(config_escalation, when)},
    {.name = "steps", .type = SCHEMA_ROWS, AT(config_escalation, steps), COUNT(config_escalation, step_count), .inside = true,
     .max = CONFIG_STEPS, .keys = step_keys, .row_size = sizeof(struct config_step), .check = check_step},
    {.name = "repeat", .type = SCHEMA_WORD, AT(config_escalation, repeat),
     .words = (const char *const[]){"0", "1", "2", "3", "4", "5", NULL}, .fallback = "0"},
    {.name = "ack_timeout", .type = SCHEMA_TIME, AT(config_escalation, ack_timeout), .max = YEAR, .fallback = "30m"},
    {0},
};
const struct schema_key config_escalation_keys[] = {
    {.name = "page_at", .type = SCHEMA_SHARE, AT(config, page_at_bp), .max = 10000},
    {.name = "page_labels", .type = SCHEMA_INT, AT(config, page_labels), .max = 1000000},
    {.name = "page_urgent", .type = SCHEMA_BOOL, AT(config, page_urgent)},
    {.name = "rules", .type = SCHEMA_ROWS, AT(config, page_rules), COUNT(config, page_rule_count), .max = MOST_POLICIES, .keys = rule_keys,
     .row_size = sizeof(struct config_page_rule), .check = check_rule},
    {.name = "policies", .type = SCHEMA_ROWS, AT(config, escalations), COUNT(config, escalation_count), .max = MOST_POLICIES,
     .keys = policy_keys, .row_size = sizeof(struct config_escalation), .check = check_policy},
    {0},
};

const struct config_escalation *config_policy(const struct config *config, const char *name)
{
    for (int i = 0; name && i < config->escalation_count; i++)
        if (str_eq(config->escalations[i].name, name))
            return &config->escalations[i];
    return NULL;
}

int config_policy_steps(const struct config *config, const char *name)
{
    const struct config_escalation *policy = config_policy(config, name);
    return policy ? policy->step_count : 0;
}
