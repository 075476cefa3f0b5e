/* views: which lists of tickets whoever asks may see: the configuration's, then those the team shares, then their own. */
#ifndef API_VIEWS_H
#define API_VIEWS_H
#include "api/show.h"

struct seen_view {
    const char *name, *title; /* as the API has it: one's own begins with ~ */
    const char *text, *sort, *by; /* by: who saved it, NULL: the configuration */
    const char *queue, *owner;    /* where its members are (store/queue), and whose part of them is asked for */
    const struct when *when;      /* by views_find only */
    bool all;                     /* the desk's `all`; by views_find only */
    bool mine, own, invert;       /* mine: depends on who asks; own: nobody else sees it */
};
bool views_list(struct show *show, struct seen_view **list, int *count);
/* The one of that name, "~bugs" or, where the desk has none of that name, "bugs"; NULL: the first. false + show->err. */
bool views_find(struct show *show, const char *name, struct seen_view *out);
bool views_all(struct show *show, struct seen_view *out); /* `all`, or the first there is */
struct json *views_shown(struct show *show); /* [VIEW] */
/* What `where` and `q` ask for, as one expression; *any false: nothing is asked. NULL + show->err on a fault. */
const struct when *views_asked(struct show *show, bool *any);
struct when_env views_env(struct show *show);
#endif
