/* mirror: the desk as the daemon last told it. Snapshots (GET answers) replace, stream frames amend. Pure: no
 * clock, no socket; `now` and JSON are arguments. Screens only read it. One owner: the console's loop.
 *
 * The list of rows is anchored: while `anchored` is set, a row that leaves the view stays where it is, marked
 * gone, and a row whose order changed keeps its place, until mirror_settle. Rows that arrive are put where
 * they belong at once. */
#ifndef LINK_MIRROR_H
#define LINK_MIRROR_H
#include "link/touch.h"
#include "link/counts.h"
#include "link/about.h"
#include "link/docs.h"
#include "link/game.h"
#include "link/listed.h"
#include "link/paged.h"
#include "link/presence.h"
#include "link/windows.h"

struct mirror; /* read through the accessors below */
struct mirror *mirror_new(mirror_match *match, void *arg);
void mirror_free(struct mirror *mirror); /* NULL is fine */

/* --- what came --- */
/* Another number each time an answer brought something that did not stand here; one that says what stands leaves it. What a frame
 * changed, it says itself. */
uint64_t mirror_number(const struct mirror *mirror);
/* GET /v1/desk: replaces everything but the open ticket, marks and documents; its rows are in the order that their view has. local_now: this machine's
 * clock. */
bool mirror_desk(struct mirror *mirror, const char *json, size_t n, int64_t local_now, struct err *err);
/* GET /v1/tickets: the rows of `view` narrowed by `where` (either may be NULL); more: appended to what is
 * there. */
bool mirror_page(struct mirror *mirror, const char *view, const char *where, bool more, const char *json,
                 size_t n, struct err *err);
/* GET /v1/views: the views alone. */
bool mirror_views(struct mirror *mirror, const char *json, size_t n, struct err *err);
/* Was the last desk or page read before more frames than are kept here? Then rows of it may be old or missing, and what was to be
 * appended was not: ask again. */
bool mirror_behind(const struct mirror *mirror);
/* Before a page that was asked for in another order; a desk is always by due, not inverted. */
void mirror_sort(struct mirror *mirror, enum mirror_sort by, bool invert);
enum mirror_sort mirror_sorted(const struct mirror *mirror, bool *inverted);
/* Any other GET. ticket: which one it is about, 0 = none. The document that stands stays where it says the same. */
bool mirror_doc_set(struct mirror *mirror, enum mirror_doc_id id, int64_t ticket, const char *json, size_t n,
                    int64_t now, struct err *err);
void mirror_doc_drop(struct mirror *mirror, enum mirror_doc_id id);
/* The ticket whose documents are wanted, whether they came yet or not: its frames are MIRROR_CHANGED_TICKET. 0 = none. */
void mirror_focus(struct mirror *mirror, int64_t ticket);
/* One stream frame; event "" = "message". Gives the set of enum mirror_change. Frames older than what a page
 * already said change nothing. A frame that cannot be read asks for everything again. */
unsigned mirror_frame(struct mirror *mirror, const char *event, int64_t seq, const char *data, size_t n,
                      int64_t now);

/* --- the list --- */
void mirror_anchor(struct mirror *mirror, bool anchored);
/* The row under somebody's cursor stays where it is when it leaves, marked gone, as long as there are others: none of them may come in
 * its place unseen. 0: there is no such row. */
void mirror_hold(struct mirror *mirror, int64_t ticket);
bool mirror_settle(
    struct mirror *mirror); /* drops gone rows, puts moved ones right; true if anything changed */
int mirror_row_count(const struct mirror *mirror);
const struct mirror_row *mirror_row_at(const struct mirror *mirror, int index);
const struct mirror_row *mirror_row_find(const struct mirror *mirror, int64_t ticket,
                                         int *index); /* NULL if not listed; index may be NULL */
const char *mirror_next(const struct mirror *mirror); /* cursor of the page after, NULL = that is all */
const char *mirror_view_name(const struct mirror *mirror);
const char *mirror_where(const struct mirror *mirror); /* the filter in force, NULL = none */

/* --- pending: an action is on its way until its entry came back --- */
void mirror_pend(struct mirror *mirror, int64_t ticket);                  /* sent, no answer yet */
void mirror_answered(struct mirror *mirror, int64_t ticket, int64_t seq); /* 0 = refused: no longer pending */
bool mirror_pending(const struct mirror *mirror, int64_t ticket);

/* --- the rest of the desk; texts live until the next mirror_desk --- */
int64_t mirror_seq(const struct mirror *mirror);
int64_t mirror_offset(const struct mirror *mirror); /* daemon's clock minus ours, ms */
bool mirror_ready(const struct mirror *mirror);     /* a desk has come */
const char *mirror_team(const struct mirror *mirror);
const char *mirror_config(const struct mirror *mirror); /* the daemon's configuration file, "" = not said */
const char *mirror_source(const struct mirror *mirror); /* the first source that is configured, "" = none is */
const char *mirror_me(const struct mirror *mirror);
const char *mirror_role(const struct mirror *mirror);
bool mirror_restricted(const struct mirror *mirror);      /* our account may do nothing but work at the desk */
const char *mirror_oncall(const struct mirror *mirror); /* "" = nobody */
int mirror_view_count(const struct mirror *mirror);
const struct mirror_view *mirror_view_at(const struct mirror *mirror, int index);
/* By name; one of mine also without its ~. NULL if unknown. */
const struct mirror_view *mirror_view_find(const struct mirror *mirror, const char *name);
int mirror_agent_count(const struct mirror *mirror);
const struct mirror_agent *mirror_agent_at(const struct mirror *mirror, int index);
const struct mirror_boss *mirror_boss(const struct mirror *mirror); /* NULL = none alive */
const struct mirror_player *mirror_player(const struct mirror *mirror);
void mirror_escalations(const struct mirror *mirror, int64_t *triggered, int64_t *acknowledged,
                        int64_t *snoozed);
struct paged mirror_paged(const struct mirror *m); /* as of the document of that name */
int64_t mirror_stream(const struct mirror *mirror); /* our own stream's number, 0 = none */
bool mirror_twice(const struct mirror *mirror, int64_t ticket); /* another console of mine is there */
/* The next other agent at a ticket: who writes to the customer first; after NULL, the first. NULL: nobody (else). */
const struct mirror_present *mirror_present(const struct mirror *mirror, int64_t ticket, const struct mirror_present *after);
const struct window *mirror_window(const struct mirror *mirror, int64_t now); /* of maintenance; NULL: none runs */
bool mirror_bands(const struct mirror *mirror); /* too few labels learned to show probabilities */
/* What I keep under this name, as it came with the last desk; NULL: that was not asked for it, or nothing is kept. */
const struct json *mirror_kept(const struct mirror *mirror, const char *name);
const struct mirror_doc *mirror_doc(const struct mirror *mirror, enum mirror_doc_id id);
#endif
