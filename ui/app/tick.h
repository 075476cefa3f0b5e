/* tick: what the clock asks for: what follows a pause of the cursor or of the keys, what is said for a while, what is counted down. */
#ifndef APP_TICK_H
#define APP_TICK_H
#include "app/console.h"

enum { TICK_MS = 1000 }; /* clocks on the screen go on so often */
void tick_step(struct console *c, int64_t now);  /* now: clock_mono */
int64_t tick_next(const struct console *c);      /* clock_mono when there is something to do again */
#endif
