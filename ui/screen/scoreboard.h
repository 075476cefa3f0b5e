/* scoreboard: the team's boss, who hit it and why, the team's table and season, my own ledger with its reasons, achievements.
 * The cursor stands on a line of my ledger: `w` says how its number came about, Enter opens its ticket. */
#ifndef SCREEN_SCOREBOARD_H
#define SCREEN_SCOREBOARD_H
#include "screen/look.h"

struct scoreboard {
    int cursor; /* line of the ledger, 0 = the newest */
    int top;    /* first one shown */
    int rows;   /* as many are */
};
void scoreboard_scroll(struct scoreboard *b, int lines);
void scoreboard_draw(struct scoreboard *b, const struct look *look, struct surface *s);
int64_t scoreboard_ticket(const struct scoreboard *b, const struct look *look); /* of the line under the cursor; 0 = none */
#endif
