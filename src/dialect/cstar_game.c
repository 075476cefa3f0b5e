/* cstar_game: cStar's own game (bosses, players, achievements) and its surveys. */
#include "dialect/cstar.h"
#include <inttypes.h>
#include <string.h>

enum { PLAYERS_KEPT = 1000 }; /* of a boss's participants, as records of their own */

static int64_t clamp_hp(struct cstar *c, int64_t hp, int64_t max)
{
    int64_t in = hp < 0 ? 0 : max >= 0 && hp > max ? max : hp;
    if (in != hp)
        decode_warn(&c->d, "range", "currentHp", false);
    return in;
}

static void put_player(struct cstar *c, const char *key, const struct json *name)
{
    struct json *data = json_object();
    const char *text = json_string(name);
    if (text && *text)
        json_put_string(data, "name", text);
    decode_record(&c->d, "player", key, data);
}

/* Damage summed per player, in order of first mention. */
static void read_participants(struct cstar *c, struct json *data)
{
    struct decode *d = &c->d;
    struct decode_map sums = {0};
    const struct json *list = json_get(c->data, "participants");
    AUTO_JSON order = json_array();
    int64_t total = 0, players = 0;
    for (const struct json *p = json_first(list); json_is(list, JSON_ARRAY) && p; p = json_next(p)) {
        const struct json *user = cstar_pick(p, "userId");
        int64_t damage;
        if (!json_is(p, JSON_OBJECT) || (!json_string(user) && !json_number(user)) ||
            !json_i64(json_get(p, "damage"), &damage) || damage > INT32_MAX || damage < -INT32_MAX)
            continue;
        const char *key = cstar_key(c, user, "participants.userId");
        if (!key)
            continue;
        int64_t *sum = decode_map_at(d->arena, &sums, key), *seen = decode_map_at(d->arena, &d->ids, key);
        *sum += damage;
        total += damage;
        if (!(*seen)++) {
            players++;
            json_push(order, json_new_string(key));
            if (players <= PLAYERS_KEPT)
                put_player(c, key, cstar_pick(p, "userName"));
        }
    }
    struct json *per = json_object();
    for (const struct json *k = json_first(order); k; k = json_next(k))
        json_put_i64(per, json_string(k), *decode_map_at(d->arena, &sums, json_string(k)));
    json_put(data, "damage", per);
    decode_extra(d, "damage", "%" PRId64, total);
    json_put_i64(data, "players", players);
}

static void read_defeat(struct cstar *c, struct json *data)
{
    struct decode *d = &c->d;
    const struct json *blow = cstar_object(c->data, "finalBlow") ? cstar_object(c->data, "finalBlow") : cstar_pick(c->data, "finalBlow");
    const struct json *rewards = cstar_object(c->data, "rewards");
    int64_t xp, gold;
    json_put_string(data, "state", "defeated");
    decode_extra(d, "boss_state", "defeated");
    read_participants(c, data);
    const char *by = cstar_agent(c, blow, "finalBlow");
    if (by) {
        json_put_string(data, "final_blow", by);
        decode_extra(d, "final_blow", "%s", by);
        put_player(c, by, cstar_pick(blow, "userName"));
    }
    json_put_i64(data, "hp", 0);
    decode_extra(d, "hp", "0");
    decode_extra(d, "players", "%" PRId64, json_get_i64(data, "players", 0));
    json_drop(data, "players");
    json_put_i64(data, "defeated_at", d->obs->v.t);
    if (decode_int(d, json_get(rewards, "xp"), "rewards.xp", &xp)) {
        json_put_i64(data, "reward_xp", xp);
        decode_extra(d, "xp", "%" PRId64, xp);
    }
    if (decode_int(d, json_get(rewards, "gold"), "rewards.gold", &gold))
        json_put_i64(data, "reward_gold", gold);
}

static void read_alive(struct cstar *c, const struct json *boss, struct json *data)
{
    struct decode *d = &c->d;
    int64_t max = json_get_i64(data, "max_hp", -1), hp;
    bool spawned = strcmp(c->row->type, "boss.spawned") == 0;
    bool known = decode_int(d, cstar_pick(boss, "currentHp"), "currentHp", &hp);
    if (!known && spawned && max >= 0) {
        hp = max;
        known = true;
    }
    json_put_string(data, "state", "alive");
    decode_extra(d, "boss_state", "alive");
    if (!known)
        return;
    hp = clamp_hp(c, hp, max);
    json_put_i64(data, "hp", hp);
    decode_extra(d, "hp", "%" PRId64, hp);
}

bool cstar_boss(struct cstar *c)
{
    static const struct cstar_member members[] = {{"name", "name", CSTAR_TEXT}, {"tier", "tier", CSTAR_TEXT}, {"maxHp", "max_hp", CSTAR_INT},
                                            {"ticketsRequired", "tickets_required", CSTAR_INT},
                                            {"spawnedAt", "spawned_at", CSTAR_TIME}, {NULL, NULL, CSTAR_TEXT}};
    struct decode *d = &c->d;
    const struct json *boss = cstar_object(c->data, "boss");
    const char *key = cstar_key(c, cstar_pick(boss, "id"), "boss.id");
    if (!key)
        return decode_fatal(d, "boss id missing");
    struct json *data = cstar_data(c, boss, members);
    decode_extra(d, "boss", "%s", key);
    if (strcmp(c->row->type, "boss.defeated") == 0)
        read_defeat(c, data);
    else
        read_alive(c, boss, data);
    decode_record(d, "boss", key, data);
    return true;
}

static const struct json *player_id(const struct json *player)
{
    return cstar_pick(player, "userId") ? cstar_pick(player, "userId") : cstar_pick(player, "id");
}

bool cstar_player(struct cstar *c)
{
    static const struct cstar_member members[] = {
        {"userName", "name", CSTAR_TEXT}, {"name", "name", CSTAR_TEXT}, {"newLevel", "level", CSTAR_INT}, {"level", "level", CSTAR_INT},
        {"totalXp", "xp", CSTAR_INT}, {"gold", "gold", CSTAR_INT}, {"currentStreak", "streak", CSTAR_INT}, {"streak", "streak", CSTAR_INT}, {NULL, NULL, CSTAR_TEXT}};
    struct decode *d = &c->d;
    const struct json *player = cstar_object(c->data, "player");
    const char *key = cstar_key(c, player_id(player), "player.userId");
    int64_t before, after;
    if (!key)
        return decode_fatal(d, "player id missing");
    struct json *data = cstar_data(c, player, members);
    if (json_i64(cstar_pick(player, "oldLevel"), &before) && json_i64(cstar_pick(player, "newLevel"), &after) && after < before)
        decode_warn(d, "range", "newLevel", false);
    if (json_get(data, "level"))
        decode_extra(d, "level", "%" PRId64, json_get_i64(data, "level", 0));
    decode_extra(d, "player", "%s", key);
    if (json_get(data, "xp"))
        decode_extra(d, "xp", "%" PRId64, json_get_i64(data, "xp", 0));
    decode_record(d, "player", key, data);
    return true;
}

bool cstar_achievement(struct cstar *c)
{
    static const struct cstar_member members[] = {{"name", "name", CSTAR_TEXT}, {"description", "description", CSTAR_TEXT}, {"tier", "tier", CSTAR_TEXT},
                                            {"xpReward", "xp", CSTAR_INT}, {"xp", "xp", CSTAR_INT}, {"unlockedAt", "unlocked_at", CSTAR_TIME}, {NULL, NULL, CSTAR_TEXT}};
    struct decode *d = &c->d;
    const struct json *achievement = cstar_object(c->data, "achievement"), *player = cstar_object(c->data, "player");
    const char *key = cstar_key(c, cstar_pick(achievement, "id"), "achievement.id");
    const char *by = cstar_key(c, player_id(player), "player.userId");
    if (!key)
        return decode_fatal(d, "achievement id missing");
    struct json *data = cstar_data(c, achievement, members);
    json_put_string(data, "achievement", key);
    decode_extra(d, "achievement", "%s", key);
    if (!json_get(data, "unlocked_at"))
        json_put_i64(data, "unlocked_at", d->obs->v.t);
    if (by) {
        json_put_string(data, "player", by);
        decode_extra(d, "player", "%s", by);
        put_player(c, by, cstar_pick(player, "userName"));
    }
    decode_record(d, "achievement", by ? arena_printf(d->arena, "%s#%s", key, by) : key, data);
    return true;
}

static void read_rating(struct cstar *c, const struct json *survey, struct json *data)
{
    const struct json *node = json_get(survey, "rating") ? json_get(survey, "rating") : json_get(survey, "score");
    int64_t rating;
    if (!decode_given(node))
        decode_warn(&c->d, "missing", "rating", false);
    if (!decode_int(&c->d, node, "rating", &rating))
        return;
    if (rating < 1 || rating > 5)
        decode_warn(&c->d, "range", "rating", false);
    json_put_i64(data, "rating", rating);
    decode_extra(&c->d, "rating", "%" PRId64, rating);
}

/* A survey names a ticket and a customer, but makes neither. */
bool cstar_survey(struct cstar *c)
{
    static const struct cstar_member members[] = {{"comment", "comment", CSTAR_TEXT}, {"submittedAt", "submitted_at", CSTAR_TIME}, {NULL, NULL, CSTAR_TEXT}};
    struct decode *d = &c->d;
    const struct json *survey = cstar_object(c->data, "survey"), *ticket = cstar_object(c->data, "ticket");
    const char *key = cstar_key(c, cstar_pick(survey, "id"), "survey.id");
    const struct json *id = cstar_pick(survey, "ticketId") ? cstar_pick(survey, "ticketId") : cstar_pick(ticket, "id");
    if (!key)
        return decode_fatal(d, "survey id missing");
    struct json *data = cstar_data(c, survey, members);
    read_rating(c, survey, data);
    const char *source_id = decode_id(d, id, "ticketId");
    const char *about = source_id ? arena_printf(d->arena, "cstar:%s", source_id) : NULL;
    const char *customer = cstar_key(c, cstar_pick(cstar_object(c->data, "customer"), "id"), "customer.id");
    decode_extra(d, "survey", "%s", key);
    if (about) {
        decode_says(d, EFFECT_SURVEY, KIND_REFER);
        decode_ticket(d, source_id, about);
        json_put_string(data, "ticket", about);
        decode_extra(d, "ticket", "%s", about);
    }
    if (customer)
        json_put_string(data, "customer", customer);
    decode_record(d, "survey", key, data);
    return true;
}
