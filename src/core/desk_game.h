/* desk_game: what people set about the game: what others see of them in it, and whose article was accepted. Rows of the tables of core/desk. */
#ifndef CORE_DESK_GAME_H
#define CORE_DESK_GAME_H
#include "core/desk.h"

bool desk_do_privacy(struct desk_act *d);
/* A lead accepts what an agent wrote: record `accepted`, key: the article's, {article, agent, by, at}. Once for an article. */
bool desk_do_accept_article(struct desk_act *d);
void desk_take_privacy(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
#endif
