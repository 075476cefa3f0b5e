/* marking: many marks at once, where the list is longer than what is here of it: the desk says by number which tickets they are, a page at a
 * time, up to LIST_MARKS_MOST. Until it has, no act is begun: it would be about some of them. */
#ifndef APP_MARKING_H
#define APP_MARKING_H
#include "app/console.h"

void marking_all(struct console *c);                      /* every row of the list shown, whatever it is a list of */
/* Those rows that a filter of these words would leave: of tickets those it finds at the desk, of other tables those it finds in their rows. */
void marking_words(struct console *c, const char *words);
void marking_leave(struct console *c); /* the view that is left takes its marks along, and says so */
bool marking_waits(struct console *c); /* which are marked is not known yet; then that is said */
void marking_end(struct console *c);
#endif
