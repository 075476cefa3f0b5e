/* paged: which of the open escalations page me, counted when they are told, not with each frame: every screen's head says it. Pure. */
#ifndef LINK_PAGED_H
#define LINK_PAGED_H
#include "base/json.h"

struct paged {
    int64_t ticket, since;      /* the first of them; 0: nothing pages me */
    int64_t lapsing, lapses_at; /* the one I acknowledged that pages again first, for nothing is heard of me; 0: none does */
    int count;
    bool more; /* than count */
};
/* root: of GET /v1/escalations?mine=1; now: for one that does not say since when. */
struct paged paged_read(const struct json *root, const char *me, int64_t now);
bool paged_me(const struct json *row, const char *me); /* one of them: is it triggered, and was it told to me? */
int64_t paged_again_at(const struct json *row, const char *me); /* when one that I acknowledged pages again; 0: not mine, or never */
#endif
