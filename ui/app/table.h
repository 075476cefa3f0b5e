/* table: rows of a verb's answer on a terminal, as print (app/print) wrote them down: cells padded to the widths they have anywhere,
 * each with a mark behind it, and one behind the row. Here they get the widths that this terminal has room for. Pure. */
#ifndef APP_TABLE_H
#define APP_TABLE_H
#include "base/str.h"

/* The marks: no safe text has these bytes (base/text). A cell is its text, padded, and TABLE_GAP blanks; then the mark. */
enum { TABLE_LEFT = 0x1f, TABLE_RIGHT = 0x1e, TABLE_END = 0x1d, TABLE_GAP = 2 };

/* Takes the marks out. Rows with as many cells are one table: where they fit as they are they stay so; else cells are as wide as what
 * they hold, then a blank apart, then the widest left-aligned ones are cut; what has no mark at its end is no row, and as long as it
 * is. A row's last column, behind its cells, has the rest of the line. A number is never cut, but by the line's end. */
void table_fit(struct str *text, int columns);
#endif
