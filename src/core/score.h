/* score: the game (model.md 5). score_follow (core/consequence.h) pays, reverses and settles; levels and days are
 * declared there too. */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H
#include "core/consequence.h"

/* What the desk's own wake does, without a ticket: a boss whose time has come flees; where none is alive and enough
 * tickets are open, one comes. Needs facts.boss, open_tickets, boss_count, median_resolves, mean_base. */
void score_desk(struct follow *f);
/* What a resolve is worth before caps: base and factors in basis points, multiplied exactly, the product capped, floored once. */
int64_t score_product(const struct config_game *game, int64_t base, const int64_t *factors_bp, int count);
#endif
