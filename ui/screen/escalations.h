/* escalations: who is being paged for what, when the next step comes, who was told by what and with which outcome; above the
 * table what no countdown shows: pages that went through all their steps unheard, and maintenance windows. */
#ifndef SCREEN_ESCALATIONS_H
#define SCREEN_ESCALATIONS_H
#include "link/paged.h"
#include "screen/lists.h"

extern const struct lists_type escalations_list;

/* What pages me, of which I was told, and nobody has acknowledged: `ticket` is the one that stands first, 0 = nothing does. lapsing: one that
 * I acknowledged and that pages again within ten minutes, for nothing was heard of me since. */
struct paged escalations_page_me(const struct look *look);
/* The one that pages me, or will again, after this ticket, round; 0 = none does. */
int64_t escalations_next_of_mine(const struct look *look, int64_t after);
bool escalations_has(const struct look *look, int64_t ticket); /* is an escalation of it open, as last told? */
bool escalations_pages_me(const struct look *look, int64_t ticket);
const char *escalations_call(const struct look *look); /* "‼ #4121 pages you, 6m", "‼ 3 page you", "✔ #4121, taken by you, pages again in 9m"; "" */
#endif
