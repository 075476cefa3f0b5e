/* match: does a ticket fit an expression? Asked by the mirror for every frame, so the expressions asked for last are kept parsed: a view's and
 * a filter's come in turn. */
#ifndef APP_MATCH_H
#define APP_MATCH_H
#include "core/when.h"
#include "link/mirror.h"

enum { MATCH_KEPT = 2 };
struct match {
    const struct mirror *mirror; /* who I am: `owner = me` */
    struct { struct arena *arena; const struct when *when; char *text; } kept[MATCH_KEPT];
    int next;
};
void match_init(struct match *match);
void match_fini(struct match *match);
bool match_ticket(void *match, const char *text, const struct ticket *ticket); /* a mirror_match; what cannot be parsed fits nothing */
#endif
