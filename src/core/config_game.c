/* config_game: the keys of a rule set of the game (data/game). What a file leaves out is as in data/game/default.yaml. */
#include "core/config_keys.h"

static const char *const rewards[] = {"shared", "each", NULL};
const char *const game_privacy_words[] = {"private", "off", "public", NULL};
const char *const config_goal_words[] = {"resolves", "minutes", "streak", "final_blow", "bosses", "first_contact", "gold", "neglected",
                                         "csat", "five_star", "labels", "articles", "handovers", NULL};

static bool check_boss(struct schema *s, void *to, const struct yaml *node)
{
    const struct config_boss *row = to;
    if (!row->max_hp != !row->tickets)
        return schema_refuse(s, node, "%s: max_hp and tickets go together", s->place);
    return row->max_hp || row->factor_bp || schema_refuse(s, node, "%s: needs a factor, or max_hp and tickets", s->place);
}

#define GAME(member) AT(config_game, member)
enum { MOST_FACTOR = 100000, MOST_XP = 1000000 };
static const struct schema_key base_keys[] = {
    {.name = "low", .type = SCHEMA_INT, GAME(base[PRIORITY_LOW]), .max = MOST_XP},
    {.name = "normal", .type = SCHEMA_INT, GAME(base[PRIORITY_NORMAL]), .max = MOST_XP},
    {.name = "high", .type = SCHEMA_INT, GAME(base[PRIORITY_HIGH]), .max = MOST_XP},
    {.name = "urgent", .type = SCHEMA_INT, GAME(base[PRIORITY_URGENT]), .max = MOST_XP},
    {0},
};
static const struct schema_key tier_keys[] = {
    {.name = "missed", .type = SCHEMA_SHARE, GAME(tier_bp[0]), .max = MOST_FACTOR},
    {.name = "bronze", .type = SCHEMA_SHARE, GAME(tier_bp[1]), .max = MOST_FACTOR},
    {.name = "silver", .type = SCHEMA_SHARE, GAME(tier_bp[2]), .max = MOST_FACTOR},
    {.name = "gold", .type = SCHEMA_SHARE, GAME(tier_bp[3]), .max = MOST_FACTOR},
    {.name = "gold_below", .type = SCHEMA_SHARE, GAME(tier_share_bp[0]), .max = 10000},
    {.name = "silver_below", .type = SCHEMA_SHARE, GAME(tier_share_bp[1]), .max = 10000},
    {0},
};
static const struct schema_key boss_tier_keys[] = {
    {.name = "tier", .type = SCHEMA_NAME, AT(config_boss, tier), .required = true},
    {.name = "factor", .type = SCHEMA_SHARE, AT(config_boss, factor_bp), .max = MOST_FACTOR},
    {.name = "max_hp", .type = SCHEMA_INT, AT(config_boss, max_hp), .max = MOST_XP},
    {.name = "tickets", .type = SCHEMA_INT, AT(config_boss, tickets), .max = MOST_XP},
    {.name = "names", .type = SCHEMA_TEXTS, AT(config_boss, names), COUNT(config_boss, name_count), .max = 8},
    {0},
};
static const struct schema_key boss_keys[] = {
    {.name = "share", .type = SCHEMA_SHARE, GAME(boss_share_bp), .max = 10000},
    {.name = "working_days", .type = SCHEMA_INT, GAME(boss_days), .max = 260},
    {.name = "reward", .type = SCHEMA_WORD, GAME(reward), .words = rewards},
    {.name = "reward_floor", .type = SCHEMA_SHARE, GAME(reward_floor_bp), .max = 10000},
    {.name = "min_tickets", .type = SCHEMA_INT, GAME(boss_min_tickets), .min = 1, .max = MOST_XP},
    {.name = "cold_median_resolves", .type = SCHEMA_INT, GAME(cold_median_resolves), .min = 1, .max = MOST_XP},
    {.name = "cold_mean_base", .type = SCHEMA_INT, GAME(cold_mean_base), .min = 1, .max = MOST_XP},
    {.name = "tiers", .type = SCHEMA_ROWS, GAME(bosses), COUNT(config_game, boss_count), .inside = true, .max = 4,
     .keys = boss_tier_keys, .row_size = sizeof(struct config_boss), .check = check_boss},
    {0},
};
static const struct schema_key achievement_keys[] = {
    {.name = "key", .type = SCHEMA_NAME, AT(config_achievement, key), .required = true},
    {.name = "name", .type = SCHEMA_TEXT, AT(config_achievement, name), .required = true, .max = 64},
    {.name = "description", .type = SCHEMA_TEXT, AT(config_achievement, description), .fallback = ""},
    {.name = "rule", .type = SCHEMA_TEXT, AT(config_achievement, rule), .words = config_goal_words, .required = true},
    {.name = "goal", .type = SCHEMA_INT, AT(config_achievement, goal), .min = 1, .max = MOST_XP, .fallback = "1"},
    {0},
};
const struct schema_key config_game_keys[] = {
    {.name = "base", .type = SCHEMA_MAP, .keys = base_keys},
    {.name = "tiers", .type = SCHEMA_MAP, .keys = tier_keys},
    {.name = "first_contact", .type = SCHEMA_SHARE, GAME(first_contact_bp), .max = MOST_FACTOR},
    {.name = "neglected", .type = SCHEMA_SHARE, GAME(neglected_bp), .max = MOST_FACTOR},
    {.name = "streak_day", .type = SCHEMA_SHARE, GAME(streak_bp), .max = 10000},
    {.name = "streak_cap", .type = SCHEMA_SHARE, GAME(streak_cap_bp), .max = MOST_FACTOR},
    {.name = "product_cap", .type = SCHEMA_SHARE, GAME(product_cap_bp), .max = MOST_FACTOR},
    {.name = "escrow", .type = SCHEMA_BOOL, GAME(escrow)},
    {.name = "split", .type = SCHEMA_BOOL, GAME(split)},
    {.name = "proof", .type = SCHEMA_BOOL, GAME(proof)},
    {.name = "own_tickets", .type = SCHEMA_BOOL, GAME(own_tickets)},
    {.name = "label", .type = SCHEMA_INT, GAME(label), .max = MOST_XP},
    {.name = "labels_per_day", .type = SCHEMA_INT, GAME(labels_per_day), .max = MOST_XP},
    {.name = "article", .type = SCHEMA_INT, GAME(article), .max = MOST_XP},
    {.name = "handover", .type = SCHEMA_INT, GAME(handover), .max = MOST_XP},
    {.name = "csat", .type = SCHEMA_INT, GAME(csat), .max = MOST_XP},
    {.name = "csat_from", .type = SCHEMA_INT, GAME(csat_from), .min = 1, .max = 5},
    {.name = "daily_cap", .type = SCHEMA_INT, GAME(daily_cap), .max = MOST_XP},
    {.name = "over_cap", .type = SCHEMA_SHARE, GAME(over_cap_bp), .max = 10000},
    {.name = "pay_gap", .type = SCHEMA_TIME, GAME(pay_gap), .max = YEAR},
    {.name = "customer_per_day", .type = SCHEMA_INT, GAME(customer_per_day), .max = MOST_XP},
    {.name = "boss", .type = SCHEMA_MAP, .keys = boss_keys},
    {.name = "achievements", .type = SCHEMA_ROWS, GAME(achievements), COUNT(config_game, achievement_count), .inside = true,
     .max = 24, .keys = achievement_keys, .row_size = sizeof(struct config_achievement)},
    {0},
};
