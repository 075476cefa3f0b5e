/* desk_rota: what people set about who is on call (core/rota): overrides. Rows of the tables of core/desk. */
#ifndef CORE_DESK_ROTA_H
#define CORE_DESK_ROTA_H
#include "core/desk.h"

void desk_take_override(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
#endif
