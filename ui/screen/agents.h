/* agents: who works here now: at a console or not, on shift or away and until when, what each has of what they take, what they can do, and the
 * ticket they are at. A table of screen/lists. */
#ifndef SCREEN_AGENTS_H
#define SCREEN_AGENTS_H
#include "screen/lists.h"

extern const struct lists_type agents_list;
/* "3 of 8 open, off shift, billing": what an agent's row of a picker says. */
const char *agents_detail(const struct look *look, const struct mirror_agent *agent);
/* A glyph for whether a console of theirs is open, and words for that and for their shift: nobody is said to be here who is only
 * on shift. until: as the desk says it, 0 = as long as one knows. */
struct badge agents_badge(struct arena *arena, bool here, const char *away, int64_t until);
#endif
