/* mouse: optional, off until it is asked for (`--mouse`, `:mouse on`, kept with the agent), so that selecting text stays the terminal's.
 * A click selects a row, a second one opens it, the wheel scrolls; a click on a view's name or on a key the screen names is that
 * key: nothing can be clicked that cannot be pressed. */
#ifndef APP_MOUSE_H
#define APP_MOUSE_H
#include "app/console.h"

void mouse_begin(struct console *c);                          /* the terminal is open, or the first desk came: as the options say, or as it was left */
bool mouse_press(struct console *c, const struct key *key);   /* false: it is no mouse's */
#endif
