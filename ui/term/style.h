/* style: what is said to a terminal for it to write in other colours and weights than before. curses finds the words, from terminfo, which
 * is two thousand times the work of saying them; a screen has few changes of style, so each is asked for once and kept. */
#ifndef TERM_STYLE_H
#define TERM_STYLE_H
#include "term/pen.h"
#include <stddef.h>

void style_forget(void); /* colours mean others now */
/* *n bytes, until the next call. */
const char *style_change(struct pen_look from, struct pen_look to, size_t *n);
#endif
