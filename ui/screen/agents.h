/* agents: who works here now: on shift or away and until when, what each has of what they take, what they can do, and the
 * ticket they are at. A table of screen/lists. */
#ifndef SCREEN_AGENTS_H
#define SCREEN_AGENTS_H
#include "screen/lists.h"

extern const struct lists_type agents_list;
/* "3 of 8 open, off shift, billing": what an agent's row of a picker says. */
const char *agents_detail(const struct look *look, const struct mirror_agent *agent);
/* Here or not: a glyph and a word. away: why not, "" = here. */
struct badge agents_badge(const char *away);
#endif
