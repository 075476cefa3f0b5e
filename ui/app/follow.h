/* follow: what may follow a key that is only the beginning of one, here and now: without what this screen has nothing for. */
#ifndef APP_FOLLOW_H
#define APP_FOLLOW_H
#include "app/console.h"

/* The bindings that go on from what was pressed, in the frame's arena. */
const struct hint *follow_list(struct console *c, int *count);
#endif
