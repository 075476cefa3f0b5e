/* boss: stands while there is much to do, loses what resolved tickets are worth and gets it back when they come back. Each hit
 * is told at once with its reason. A reward belongs to the boss, not to the ticket of the last blow: its rows carry no ticket,
 * so a reopen does not take them back, as a defeated boss does not rise. Pure. */
#include "core/play.h"
#include "base/json.h"
#include "base/str.h"

enum { WHOLE = 10000, DAY = 86400000 };

static struct json *told(const struct boss *boss, const char *state)
{
    struct json *data = json_object();
    json_put_string(data, "id", boss->key);
    json_put_string(data, "name", boss->name);
    json_put_string(data, "tier", boss->tier);
    json_put_i64(data, "max_hp", boss->max_hp);
    json_put_i64(data, "hp", boss->hp);
    json_put_i64(data, "tickets_required", boss->tickets_required);
    json_put_i64(data, "spawned_at", boss->spawned_at);
    json_put_i64(data, "expires_at", boss->expires_at);
    json_put_string(data, "state", state);
    return data;
}

static void entry(struct play *p, const char *what, const char *agent, int64_t damage, const char *reason)
{
    const struct boss *boss = &p->boss;
    struct follow *f = p->f;
    follow_entry(f, "boss",
                 "{\"what\":\"%s\",\"key\":%s,\"name\":%s,\"tier\":%s,\"hp\":%lld,\"max_hp\":%lld,\"agent\":%s,"
                 "\"damage\":%lld,\"reason\":%s}",
                 what, follow_text(f, boss->key), follow_text(f, boss->name), follow_text(f, boss->tier), (long long)boss->hp,
                 (long long)boss->max_hp, follow_text(f, agent), (long long)damage, follow_text(f, reason));
}

/* --- come and go --- */

static int64_t tickets_required(const struct play *p, const struct config_boss *row)
{
    int64_t median = p->f->facts->median_resolves ? p->f->facts->median_resolves : p->game->cold_median_resolves;
    int64_t n = row->tickets ? row->tickets : row->factor_bp * median / WHOLE;
    return row->tickets || n > p->game->boss_min_tickets ? n : p->game->boss_min_tickets;
}

/* So many working days on, at the same time of day; Saturdays and Sundays are none. */
static int64_t leaves_at(int64_t from, int64_t days)
{
    int64_t at = from;
    while (days > 0) {
        at += DAY;
        days -= civil_weekday(score_day(at)) <= 5;
    }
    return at;
}

void boss_spawn(struct play *p)
{
    const struct config_boss *row = NULL;
    struct follow *f = p->f;
    for (int i = 0; i < p->game->boss_count; i++)
        if (f->facts->open_tickets >= tickets_required(p, &p->game->bosses[i]))
            row = &p->game->bosses[i];
    if (!row)
        return;
    int64_t number = f->facts->boss_count, mean = f->facts->mean_base ? f->facts->mean_base : p->game->cold_mean_base;
    p->boss = (struct boss){.key = arena_printf(f->arena, "boss-%lld", (long long)number + 1), .tier = row->tier,
                            .name = row->name_count ? row->names[number % row->name_count] : row->tier,
                            .tickets_required = tickets_required(p, row), .spawned_at = f->now,
                            .expires_at = p->game->boss_days ? leaves_at(f->now, p->game->boss_days) : 0};
    p->boss.max_hp = p->boss.hp = row->max_hp ? row->max_hp : p->boss.tickets_required * mean;
    play_record(p, "boss", p->boss.key, told(&p->boss, "active"), "boss.spawned");
    entry(p, "spawned", NULL, 0, NULL);
}

void boss_flee(struct play *p)
{
    if (!p->boss.key || !p->boss.expires_at || p->f->now < p->boss.expires_at)
        return;
    play_record(p, "boss", p->boss.key, told(&p->boss, "fled"), NULL);
    entry(p, "fled", NULL, 0, NULL);
    p->boss.key = NULL;
}

/* --- hits --- */

static int64_t dealt_before(const struct play *p, const char *agent)
{
    for (int i = 0; i < p->f->facts->dealt_count; i++)
        if (str_eq(p->f->facts->dealt[i].agent, agent))
            return p->f->facts->dealt[i].damage;
    return 0;
}

/* By this agent so far, what this change brought included. */
static int64_t dealt_by(const struct play *p, const char *agent)
{
    int64_t sum = dealt_before(p, agent);
    for (int i = 0; i < p->f->out->score_count; i++) {
        const struct score_row *row = &p->f->out->scores[i];
        sum += str_eq(row->agent, agent) && str_eq(row->boss, p->boss.key) && row->ticket ? row->damage : 0;
    }
    return sum;
}

int64_t boss_strike(struct play *p, const char *agent, int64_t base, bool *final)
{
    struct boss *boss = &p->boss;
    *final = false;
    if (!boss->key)
        return 0;
    int64_t room = boss->max_hp * p->game->boss_share_bp / WHOLE - dealt_by(p, agent), damage = base < boss->hp ? base : boss->hp;
    damage = damage < room ? damage : room > 0 ? room : 0;
    boss->hp -= damage;
    *final = damage > 0 && boss->hp == 0;
    return damage;
}

/* A living boss gets its hit points back; a dead or gone one keeps its wounds, and the row says so by 0: such a ticket's blow is
 * spent, or the same tickets, opened and closed again, would beat one boss after the other. */
int64_t boss_heal(struct play *p, const struct score_row *row)
{
    struct boss *boss = &p->boss;
    if (!row->damage || !boss->key || !str_eq(boss->key, row->boss))
        return 0;
    boss->hp = boss->hp + row->damage < boss->max_hp ? boss->hp + row->damage : boss->max_hp;
    play_record(p, "boss", boss->key, told(boss, "active"), "boss.damaged");
    entry(p, "healed", row->agent, row->damage, NULL);
    return row->damage;
}

/* --- the end --- */

static int64_t reward_of(const struct play *p, int64_t damage, int64_t sum)
{
    int64_t hp = p->boss.max_hp, share = sum > 0 ? hp * damage / sum : 0, floor = hp * p->game->reward_floor_bp / WHOLE;
    return p->game->reward == REWARD_EACH ? hp : share > floor ? share : floor;
}

/* All who hit it: those it was known of before, and who hit it just now. */
static const char **who_hit(const struct play *p, int *count)
{
    const struct facts *facts = p->f->facts;
    const char **list = ARENA_ARRAY(p->f->arena, const char *, facts->dealt_count + p->stake_count + 1);
    *count = 0;
    for (int i = 0; i < facts->dealt_count; i++)
        list[(*count)++] = facts->dealt[i].agent;
    for (int i = 0; i < p->stake_count; i++) {
        bool there = false;
        for (int k = 0; k < *count; k++)
            there |= str_eq(list[k], p->stakes[i].was->agent);
        if (!there)
            list[(*count)++] = p->stakes[i].was->agent;
    }
    return list;
}

static void reward(struct play *p, const char *agent, int64_t xp)
{
    bool each = p->game->reward == REWARD_EACH;
    points_add(p, &(struct score_row){.agent = agent, .rule = arena_printf(p->f->arena, "boss:%s", p->boss.key), .xp = xp,
                                      .gold = each ? p->boss.max_hp / 2 : 0, .boss = p->boss.key,
                                      .reason = arena_printf(p->f->arena, "%s defeated", p->boss.name)});
}

/* The gold is the team's, unless each gets some: then it stands in their rows. */
static void defeat(struct play *p, const char *agent, int64_t damage)
{
    int count;
    const char **who = who_hit(p, &count);
    int64_t sum = 0, gold = p->boss.max_hp / 2;
    struct json *data = told(&p->boss, "defeated"), *names = json_array(), *rewards = json_object();
    for (int i = 0; i < count; i++)
        sum += dealt_by(p, who[i]);
    for (int i = 0; i < count; i++) {
        int64_t dealt = dealt_by(p, who[i]), xp = reward_of(p, dealt, sum);
        if (dealt <= 0)
            continue;
        struct json *one = json_object();
        json_put_string(one, "agent", who[i]);
        json_put_i64(one, "damage", dealt);
        json_put_i64(one, "xp", xp);
        json_push(names, one);
        reward(p, who[i], xp);
    }
    json_put_i64(rewards, "xp", p->boss.max_hp);
    json_put_i64(rewards, "gold", gold);
    json_put_string(data, "final_blow", agent);
    json_put(data, "participants", names);
    json_put(data, "rewards", rewards);
    play_record(p, "boss", p->boss.key, data, "boss.defeated");
    if (p->game->reward != REWARD_EACH)
        play_tally(p, "chest", "", 0, 1, gold);
    play_tally(p, "feat", arena_printf(p->f->arena, "%s\x1f%s", agent, feat_words[FEAT_FINAL_BLOW]), 0, 1, 0);
    play_stake(p, agent)->feats[FEAT_FINAL_BLOW]++;
    entry(p, "defeated", agent, damage, NULL);
    p->boss.key = NULL;
}

void boss_struck(struct play *p, const char *agent, int64_t damage, bool final, const char *reason)
{
    if (final) {
        defeat(p, agent, damage);
    } else if (damage) {
        play_record(p, "boss", p->boss.key, told(&p->boss, "active"), "boss.damaged");
        entry(p, "damaged", agent, damage, reason);
    }
}
