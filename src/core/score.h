/* score: the game (model.md 5). score_follow (core/consequence.h) pays, reverses and settles; levels and days are core/player's. */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H
#include "core/player.h"

/* What the desk's own wake does, without a ticket: a boss whose time has come flees; where none is alive and enough
 * tickets are open, one comes. Needs facts.boss, open_tickets, boss_count, median_resolves, mean_base. */
void score_desk(struct follow *f);
/* A small amount that no resolve pays: rule csat (a ticket's), article or handover ("article:KEY"). Into f->out; the day's cap holds. */
struct score_grant { const char *agent, *rule, *reason; int64_t xp, ticket; };
void score_grant(struct follow *f, const struct score_grant *grant);
/* What a resolve is worth before caps: base and factors in basis points, multiplied exactly, the product capped; `part` of `of`
 * (an agent's replies of all); floored once. */
int64_t score_product(const struct config_game *game, int64_t base, const int64_t *factors_bp, int count, int64_t part, int64_t of);
/* The priority a ticket had for most of its life, up to now; of two the lower. */
int score_priority(const struct ticket *ticket, int64_t now);
/* Waits are counted in buckets, eight to a doubling: the bucket of a time, and the time where a bucket begins. */
enum { SCORE_BUCKETS = 256, SCORE_PERIOD = 28 };
int score_bucket(int64_t ms);
int64_t score_bucket_starts(int bucket);
#endif
