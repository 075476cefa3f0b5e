/* queue: the list of tickets. What needs me first is top left; the eye runs down Due, then reads one line. */
#ifndef SCREEN_QUEUE_H
#define SCREEN_QUEUE_H
#include "screen/look.h"
#include "screen/ticket.h"
#include "widget/list.h"

struct queue {
    struct list *list;
    int subject; /* columns that the longest one needs */
    bool detail;  /* the pane, where it is not there by itself */
    bool in_pane; /* keys that move, move there (queue_in_pane) */
    struct ticket_screen preview; /* the ticket that the pane read last */
    struct surface_pane pane; /* where it was drawn last */
};
void queue_init(struct queue *q);
void queue_fini(struct queue *q);
void queue_sync(struct queue *q, const struct mirror *mirror, bool anchored); /* after the mirror changed */
/* Another view or filter: nothing in it is news; the ticket under the cursor stays under it if it is there,
 * and marks stay. */
void queue_turn(struct queue *q, const struct mirror *mirror);
/* The most pressing ticket, 0 = none. An answer that was not sent does not press where one is already (at): on to the next. */
int64_t queue_needs_me(const struct mirror *mirror, int64_t now, int64_t at);
bool queue_has_pane(const struct queue *q, int columns);
/* Do keys that move scroll the pane? Not where there is none at that width, whatever was asked for before. */
bool queue_in_pane(const struct queue *q, int columns);
struct pager *queue_pager(const struct queue *q); /* what keys scroll there; NULL: the ticket under the cursor is not read yet */
/* To the next pane: into the one beside the list, which is opened where there is none, or back. */
void queue_next_pane(struct queue *q, int columns);
/* Back to the list; a pane that was opened by hand closes. false: one is there already. */
bool queue_leave_pane(struct queue *q, int columns);
/* Is all that its picture would change since the last one a step of the cursor? *part: what is drawn anew then (surface_only). */
bool queue_stepped(const struct queue *q, const struct surface *s, struct surface_part *part);
void queue_draw(struct queue *q, const struct look *look, struct surface *s);
#endif
