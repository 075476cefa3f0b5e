/* listed: the list on show: which view it is of, narrowed by what, its rows as far as they came, where it goes on; and what a frame does to
 * it. Pure. */
#ifndef LINK_LISTED_H
#define LINK_LISTED_H
#include "link/counts.h"
#include "link/rows.h"

/* Does a ticket fit the `when` in text? Asked for filters: the stream knows views only. */
typedef bool mirror_match(void *arg, const char *text, const struct ticket *ticket);

struct listed {
    struct rows rows;
    char *view, *where, *next; /* NULL = none */
    mirror_match *match;
    void *match_arg;
};
void listed_fini(struct listed *listed);
/* An answer's rows; more: behind those that are here. A name that is the page's own may be passed. */
void listed_read(struct listed *listed, const struct json *root, const char *view, const char *where, bool more);
struct listed listed_like(const struct listed *listed); /* an empty one that is anchored, sorted and matched as that one */
bool listed_same(const struct listed *a, const struct listed *b); /* nobody could tell them apart */
/* A frame's row comes, goes or becomes another, and so does how many of its deliveries are dead. view: the page's own, NULL = it has none;
 * now: when it is fresh, 0 = it was played before. false: nothing that is listed. */
bool listed_frame(struct listed *listed, const struct json *data, const struct mirror_view *view, const char *me, int64_t now);
#endif
