/* game: what is told of it, by answers and by frames. */
#include "link/game.h"

static const char *boss_text(struct game *g, int slot, const struct json *boss, const char *name)
{
    str_copy(g->texts[slot], sizeof g->texts[slot], json_get_string(boss, name, ""));
    return g->texts[slot];
}

void game_boss(struct game *g, const struct json *boss)
{
    struct mirror_boss was = g->boss;
    g->boss = (struct mirror_boss){0};
    if (!json_is(boss, JSON_OBJECT))
        return;
    bool same = str_eq(g->texts[0], json_get_string(boss, "key", ""));
    g->boss = (struct mirror_boss){
        .key = boss_text(g, 0, boss, "key"),
        .name = boss_text(g, 1, boss, "name"),
        .tier = boss_text(g, 2, boss, "tier"),
        .state = boss_text(g, 3, boss, "state"),
        .max_hp = json_get_i64(boss, "max_hp", 0),
        .hp = json_get_i64(boss, "hp", 0),
        .tickets_required = json_get_i64(boss, "tickets_required", same ? was.tickets_required : 0),
        .spawned_at = json_get_i64(boss, "spawned_at", same ? was.spawned_at : 0),
        .expires_at = json_get_i64(boss, "expires_at", same ? was.expires_at : 0)};
    if (g->boss.hp <= 0 || str_eq(g->boss.state, "fled"))
        g->boss.max_hp = 0;
}

void game_player(struct game *g, const struct json *player, const char *me)
{
    g->player = (struct mirror_player){.agent = me,
                                       .level = json_get_i64(player, "level", 1),
                                       .xp = json_get_i64(player, "xp", 0),
                                       .held = json_get_i64(player, "held", 0),
                                       .today = json_get_i64(player, "today", 0),
                                       .boss = json_get_i64(player, "boss", 0),
                                       .streak = json_get_i64(player, "streak", 0),
                                       .next_level_at = json_get_i64(player, "next_level_at", 0)};
}

void game_scores(struct game *g, const struct json *root, const char *me)
{
    game_boss(g, json_get(root, "boss"));
    for (const struct json *p = json_first(json_get(root, "players")); p; p = json_next(p))
        if (str_eq(json_get_string(p, "agent", ""), me))
            game_player(g, p, me);
}

bool game_frame(struct game *g, const char *event, const struct json *data, const char *me)
{
    bool boss = str_eq(event, "boss"), player = str_eq(event, "player"), score = str_eq(event, "score");
    bool mine = str_eq(json_get_string(data, "agent", ""), me);
    if (boss && json_get(data, "max_hp"))
        game_boss(g, data);
    if (player && mine)
        g->player.level = json_get_i64(data, "new", json_get_i64(data, "level", g->player.level));
    if (score && mine) {
        g->player.held += json_get_i64(data, "xp", 0);
        g->player.today += json_get_i64(data, "xp", 0);
    }
    return boss || player || score;
}
