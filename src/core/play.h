/* play: one change of the game while it is drawn, shared by core/score, boss, ledger and player. */
#ifndef CORE_PLAY_H
#define CORE_PLAY_H
#include "core/player.h"

/* What this change means to one agent. */
struct stake {
    const struct player *was; /* never NULL */
    int64_t earned;           /* against today's cap, so far */
    int64_t settled;          /* XP that became theirs for good, or stopped being it */
    int64_t feats[FEATS];
    bool paid, final_blow;    /* a resolve that paid; the boss fell to them */
};
struct play {
    struct follow *f;
    const struct config_game *game;
    struct boss boss;         /* as it stands by now; key NULL: none */
    struct stake *stakes; int stake_count;
};
struct stake *play_stake(struct play *p, const char *agent);
void play_tally(struct play *p, const char *name, const char *key, int64_t day, int64_t n, int64_t sum);
/* event: what it is called outside, NULL = nothing to tell. */
void play_record(struct play *p, const char *kind, const char *key, struct json *data, const char *event);

/* The ledger (core/points). A row of now: its entry, its tallies, and whether it is held or settled; row->day is set. */
void points_add(struct play *p, const struct score_row *row);
/* The negative of a row that stands; healed: hit points the boss got back. */
void points_reverse(struct play *p, const struct score_row *row, int64_t healed, const char *why);
bool points_taken_back(const struct play *p, int64_t id); /* by this change: the row of that number */
/* A ticket that closes settles what is held for it; one that comes back from closed holds it again. */
void points_settle(struct play *p);

/* The boss (core/boss). What of `base` hits it; *final: it fell. Then, when the row is written, its record and its end. */
int64_t boss_strike(struct play *p, const char *agent, int64_t base, bool *final);
void boss_struck(struct play *p, const char *agent, int64_t damage, bool final, const char *reason);
int64_t boss_heal(struct play *p, const struct score_row *row);
void boss_flee(struct play *p);
void boss_spawn(struct play *p);

/* Levels and achievements of all who have a stake (core/player). */
void player_follow(struct play *p);
#endif
