/* input: bytes from the terminal as keys and pastes, read through curses. Belongs to term/ncurses, which opens curses first; the
 * console asks term_key. */
#ifndef TERM_INPUT_H
#define TERM_INPUT_H
#include "term/key.h"
#include <stdbool.h>

void input_open(void);
void input_close(void);
/* The next key or paste; false: no more for now. */
bool input_key(struct key *key);
/* Reads one now that input_key gives later; false: none, or no room for more. */
bool input_ahead(void);
int input_patience(void); /* how long what is half received may wait, in ms; -1 for ever */
/* The terminal is not there any more: only its session's leader is told by a signal. */
bool input_gone(void);
#endif
