/* listing: a page of a view's tickets in any order, and how many a condition finds. A condition that names `deleted` or `disposition`
 * looks beyond the desk's `all`, for what is deleted or put aside is in no view that does not ask for it: its members come first, in
 * their order, and behind them what is left, by number. */
#ifndef API_LISTING_H
#define API_LISTING_H
#include "api/views.h"

struct listing {
    struct ticket **rows;
    int count;
    const char *next; /* `after` of the next page; NULL: that was all */
};
/* As the request asks: where, q, sort, invert, after, limit. false + show->err. */
bool listing_page(struct show *show, const struct seen_view *view, struct listing *page);
/* where NULL: all of them. *over: so many at least, for the time was spent. */
bool listing_count(struct show *show, const struct seen_view *view, const struct when *where, int64_t *n, bool *over);
#endif
