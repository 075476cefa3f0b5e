/* desk_game: what agents set about the game: what others see of them in it. Rows of the tables of core/desk. */
#ifndef CORE_DESK_GAME_H
#define CORE_DESK_GAME_H
#include "core/desk.h"

bool desk_do_privacy(struct desk_act *d);
void desk_take_privacy(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
#endif
