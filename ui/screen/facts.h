/* facts: what is known about one ticket, as a column of short lines: the queue's detail pane and the ticket's
 * own. */
#ifndef SCREEN_FACTS_H
#define SCREEN_FACTS_H
#include "screen/look.h"

/* Draws into the rectangle; doc: the TICKET object of api.md, or NULL while only the row is known. Gives rows
 * used. */
/* Why it came back from its snooze: "↑ they wrote, 14:02"; "" where it did not. */
const char *facts_woke(const struct look *look, const struct ticket *t);
/* All that on one line, for where there is no pane: "waits for parts from DHL · split from #7". */
/* "✗ undelivered", "✗ 3 undelivered"; "" where all that was to leave did, or still may. */
const char *facts_undelivered(const struct look *look, const struct mirror_row *row);
const char *facts_life(const struct look *look, const struct ticket *t);
/* The tickets it belongs with: "part of #12", "goes on from #7, goes on in #19"; "" none. */
const char *facts_links(const struct look *look, const struct ticket *t);
/* "◉ you, tom": who watches it, oneself first; "" nobody. */
char *facts_watchers(const struct look *look, const char *watchers);
/* The resolved tickets most like it, best first (api.md, similar); NULL: not here. */
const struct json *facts_similar(const struct look *look, int64_t ticket);
int facts_draw(const struct look *look, struct surface *s, int top, int left, int rows, int width,
               const struct mirror_row *row, const struct json *doc);
/* One clock as "next response 48m left" with its bar; gives columns used, 0 = no such clock. label: columns kept for its name, so that
 * clocks below each other line up; 0: it stands in a line. */
int facts_clock(const struct look *look, struct surface *s, int row, int column, int width, int label,
                const struct json *clock);
/* "high .82 over low  [blank page +2.1] [signing in +1.4]" from a label object; "" if there is none. */
char *facts_label(const struct look *look, const struct json *label);
#endif
