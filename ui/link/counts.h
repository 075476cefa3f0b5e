/* counts: the views there are with how many tickets are in each, and how many escalations stand. What is told twice, by an answer that
 * was read and by the stream, may come in either order: each count knows the seq it was counted at, and the newer one stands. Pure. */
#ifndef LINK_COUNTS_H
#define LINK_COUNTS_H
#include "base/json.h"

struct mirror_view {
    const char *name, *title, *text;
    int64_t count, counted; /* counted: at which entry's seq */
    bool mine; /* depends on who asks */
    const char *of, *by; /* desk: the configuration's; team: shared by `by`; own: mine alone, its name begins with ~ */
    int sort; bool invert; /* its own order (enum mirror_sort) */
};
struct counts {
    struct arena *arena; /* of the views' texts, swapped by each answer that brings them */
    struct mirror_view *views;
    int view_count;
    int64_t triggered, acknowledged, snoozed;
    int64_t counted; /* the seq of these three */
};
void counts_fini(struct counts *counts);
/* The views as an answer of that seq has them: what the stream has counted since stands. */
bool counts_views(struct counts *counts, const struct json *list, int64_t seq); /* false: they are as they were */
void counts_escalations(struct counts *counts, const struct json *object, int64_t seq); /* likewise */
/* What a frame of counts was: it counts a view that we have not heard of; a view's count, or one of escalations, is another now. */
struct counts_told { bool unknown, views, escalations; };
struct counts_told counts_frame(struct counts *counts, const struct json *data, const char *me);
void counts_forget(struct counts *counts); /* when each was counted: another database's numbers begin */
/* By name; one of mine also without its ~. NULL if unknown, or name is NULL. */
const struct mirror_view *counts_find(const struct counts *counts, const char *name);
#endif
