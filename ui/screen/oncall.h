/* oncall: who is on call now and next, the week as a picture, and what people set about it. Times are on the clock that its
 * document names (look.tz). */
#ifndef SCREEN_ONCALL_H
#define SCREEN_ONCALL_H
#include "core/act.h"
#include "screen/lists.h"

extern const struct lists_type oncall_list;
/* What it tells as now is past, or the week goes on beyond what it tells: it is to be asked anew. */
bool oncall_over(const struct look *look);
/* What an action that names a record takes from the row under the cursor: "key=17"; of those that take one away, *action
 * becomes the row's own. NULL: it takes nothing from there. */
const char *oncall_argument(const struct look *look, const struct lists_item *item, const struct action_row **action);
/* What is asked for is begun with: who and what stands under the cursor or is on call now. NULL: another action. */
const char *oncall_preset(const struct look *look, const struct action_row *action);
#endif
