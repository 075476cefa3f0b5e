/* frame: one picture of the console, and when the next is due. A key is answered with a frame at once; what the stream brings is drawn
 * at most 30 times a second, and no oftener than the line takes it, but for the first few changes of the list after a rest, which are
 * drawn as they come. */
#ifndef APP_FRAME_H
#define APP_FRAME_H
#include "app/console.h"

enum { FRAME_POPUP_MS = 300 }; /* after so long with a key that only begins, what may follow is shown */

/* Draws what there is to see and hands it to the terminal; nothing is dirty then. */
void frame_draw(struct console *c);
/* The state of the line to the desk, in a word and its role. */
void frame_line(struct console *c, struct look *look);
/* When the stream's news is drawn: what happens in the list at once, but for a flood of it; all else, counts above all, at the next
 * frame. clock_mono. */
int64_t frame_news_at(const struct console *c);
#endif
