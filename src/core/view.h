/* view: what an agent kept of what they look at: a `when` and an order, under a name. It is theirs alone until they share it with
 * the team; then it stands behind the configuration's views on every console. Each is a record of kind `view`, and its members and
 * their number are kept like those of the configuration's (engine/view). Pure. */
#ifndef CORE_VIEW_H
#define CORE_VIEW_H
#include "core/desk.h"

/* What one agent, the team, and all agents together may keep: each is evaluated with every change of a ticket. */
enum { VIEW_NAME = 40, VIEW_TITLE = 40, VIEWS_OWN = 12, VIEWS_SHARED = 24, VIEWS_ALL = 160, VIEW_KEY = 128 };
struct view {
    const char *key;         /* the record's, and the name of its members (store/queue): OWNER/NAME; /NAME is the team's */
    const char *name, *title;
    const char *owner;       /* who alone sees it; NULL: the team */
    const char *by;          /* who saved it */
    const char *text, *sort; /* the `when`, canonically spelled; due, age, updated, urgency or priority */
    bool invert;
    int64_t made;            /* they stand in this order */
};
bool view_name_fits(const char *name); /* letters, digits . _ - : at most VIEW_NAME bytes, and no number */
/* owner NULL: the team's. */
const char *view_key(struct arena *arena, const char *owner, const char *name);
/* false: not understood. Texts belong to arena. */
bool view_read(struct arena *arena, const char *key, const struct json *data, struct view *out);
/* The one of that key; NULL: there is none. */
const struct view *view_find(const struct desk_state *desk, const char *key);

/* Do a desk entry's records concern nothing but what one agent keeps? Then it is told to nobody else. */
bool view_private(const struct json *records);

/* The acts (core/desk). */
/* One that is there again has its place among its owner's and the desk's. CONFLICT: there are too many now. */
bool view_fits(const struct desk_state *state, const struct view *view, struct err *err);
bool view_save(struct desk_act *d);    /* name, when; title, sort, invert. One's own of that name is replaced. */
bool view_rename(struct desk_act *d);  /* name; to, title */
bool view_forget(struct desk_act *d);  /* name */
bool view_share(struct desk_act *d);   /* name: one's own becomes the team's */
bool view_unshare(struct desk_act *d); /* name: the team's is its author's alone again; they, or a lead */
void view_take(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
#endif
