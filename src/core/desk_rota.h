/* desk_rota: what people set about who is on call (core/rota): overrides, and questions for cover, which become overrides
 * when somebody accepts. Rows of the tables of core/desk. Records: `override` and `cover`, as desk_take_* read them. */
#ifndef CORE_DESK_ROTA_H
#define CORE_DESK_ROTA_H
#include "core/desk.h"

/* override {schedule, action, agent, for, from, to, reason}: agents put themselves on call, also in another's place; anything else is
 * a lead's. Times as text are on the clock of the agent it is about. */
bool desk_do_override(struct desk_act *d);
bool desk_do_unoverride(struct desk_act *d); /* {key}: one that runs ends now, one that has not begun goes */
bool desk_do_cover(struct desk_act *d);      /* {from, to, schedule, agent, note}: the agent (default: the actor) has to be on call then */
bool desk_do_cover_accept(struct desk_act *d); /* {key} */
bool desk_do_uncover(struct desk_act *d);    /* {key}: of one that nobody has accepted */

void desk_take_override(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
void desk_take_cover(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
#endif
