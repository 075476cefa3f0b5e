/* press: a key, on its way to whatever takes keys now: the overlay, the text that is being written, the screen's bindings. */
#ifndef APP_PRESS_H
#define APP_PRESS_H
#include "app/console.h"
#include "term/key.h"

/* What the terminal said: a key that was pressed, or that its size, its focus or its owner is another. */
void press_take(struct console *c, const struct key *key);
void press_key(struct console *c, const struct key *key); /* as if it had been pressed now */
#endif
