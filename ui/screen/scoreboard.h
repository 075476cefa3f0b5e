/* scoreboard: the team's boss, who hit it and why, the team's table, my own ledger with its reasons,
 * achievements. */
#ifndef SCREEN_SCOREBOARD_H
#define SCREEN_SCOREBOARD_H
#include "screen/look.h"

struct scoreboard {
    int top; /* first line of the ledger */
    int rows;
};
void scoreboard_scroll(struct scoreboard *b, int lines);
void scoreboard_draw(struct scoreboard *b, const struct look *look, struct surface *s);
#endif
