/* pen: the bytes of a frame. Knows where the terminal's cursor stands and how it writes now, finds the cheapest way on by what terminfo
 * says the terminal can do, and makes a frame one piece: over ssh that is one packet and not one for each step of the cursor.
 * Belongs to term/paint; curses is open. Between two frames the terminal writes plainly. */
#ifndef TERM_PEN_H
#define TERM_PEN_H
#include <stdbool.h>
#include <stddef.h>

struct pen_look { /* as curses has them */
    unsigned attr;
    short pair;
};

void pen_open(int columns, int rows); /* and after every change of size */
void pen_close(void);
struct pen_look pen_look(void); /* how it writes now */
/* n bytes that take `width` columns, at a place: one cell's text, or letters of one byte and one column each, none of them in the last
 * column; rows and columns from 0. */
void pen_put(int row, int column, struct pen_look look, const char *text, size_t n, int width);
bool pen_can_erase(bool coloured); /* coloured: the look has a background of its own, which not every terminal erases with */
void pen_erase(int row, int column, struct pen_look look); /* to the end of the row */
void pen_clear(struct pen_look look);                      /* all of it */
/* Rows top..bottom go up by n (down: n < 0); what comes in holds nothing that counts. False: this terminal cannot. */
bool pen_scroll(int top, int bottom, int n, struct pen_look look);
void pen_move(int row, int column);
/* Before a frame that leaves the cursor where it stands, and behind it: where the terminal keeps a place it is sent back with one word,
 * and that makes it write plainly, too. pen_back: the place is where pen_keep found the cursor, or another. */
void pen_keep(void);
void pen_back(int row, int column);
/* Puts what was said since the last time on its way (term/outlet), in one piece; sync: held back by the terminal until it is whole. */
void pen_send(bool sync);
#endif
