/* paint: a surface brought to the terminal through curses. Belongs to term/ncurses, which opens curses first. */
#ifndef TERM_PAINT_H
#define TERM_PAINT_H
#include "term/surface.h"
#include "term/theme.h"

void paint_open(bool mono, bool sync); /* colours, where there are any; sync: frames in synchronized output */
void paint_fit(int columns, int rows);   /* the terminal's, from now on; asked before the first picture */
void paint_close(void);
/* Sends the cells that differ from the last picture, and the cursor; nothing where nothing differs. */
void paint_draw(const struct surface *s, const struct theme *theme);
void paint_forget(void); /* what is on the screen: the next picture is sent whole */
#endif
