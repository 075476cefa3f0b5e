/* desk_game: what people set about the game: what others see of them in it, whose article was accepted, from when scores count. Rows of the tables of core/desk. */
#ifndef CORE_DESK_GAME_H
#define CORE_DESK_GAME_H
#include "core/desk.h"

bool desk_do_privacy(struct desk_act *d);
/* A lead accepts what an agent wrote: record `accepted`, key: the article's, {article, agent, by, at}. Once for an article. */
bool desk_do_accept_article(struct desk_act *d);
/* Whose scores count from now on: record `xp-reset`, key: a fresh one, {agent (none: everybody's), at, by, reason, row}. */
bool desk_do_reset_xp(struct desk_act *d);
void desk_take_reset(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
void desk_take_privacy(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
#endif
