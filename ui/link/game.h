/* game: my figures and the boss, as last told. The ledger's lines move mine at once; the scores document puts them right to the point.
 * Pure. */
#ifndef LINK_GAME_H
#define LINK_GAME_H
#include "base/json.h"

struct mirror_boss {
    const char *key, *name, *tier, *state;
    int64_t max_hp, hp, tickets_required, spawned_at, expires_at;
};
struct mirror_player {
    const char *agent;
    int64_t level, xp, held, today, boss, streak, next_level_at;
};
struct game {
    struct mirror_boss boss; /* max_hp 0: none is alive */
    struct mirror_player player;
    char texts[4][96]; /* the boss's */
};
void game_boss(struct game *game, const struct json *boss); /* of the same boss: what is left out stays */
void game_player(struct game *game, const struct json *player, const char *me); /* me outlives it */
void game_scores(struct game *game, const struct json *root, const char *me);   /* GET /v1/scores */
/* The data of an entry. false: the event is none of the game's. */
bool game_frame(struct game *game, const char *event, const struct json *data, const char *me);
#endif
