/* list: rows of a table that live. The caller owns the rows and tells the list their ids in order, a window of a longer
 * list; the list owns where the eye is: selection, scroll, marks. The selection holds on to a row's id, so rows may come
 * and go above it without moving what is under the cursor (console.md, behaviour 1). Knows nothing of what a row is. */
#ifndef WIDGET_LIST_H
#define WIDGET_LIST_H
#include "term/surface.h"
#include <stddef.h>
#include <stdint.h>

struct list; /* opaque */
struct list *list_new(void);
void list_free(struct list *list); /* NULL is fine */

struct list_window {
    const int64_t *ids; /* in order, each once, never 0 */
    size_t n;
    bool more_before, more_after; /* the whole list goes on there */
    const bool *old;              /* of each: it was there before, and is only listed from now on (a page fetched). NULL: none */
};
/* Tells the list what there is now; ids are copied. anchored (keys were pressed in the last seconds): the selected row
 * stays on its line of the screen. Not anchored: a list shown from its top stays at its top. A selected row that is
 * gone gives way to the one now in its place. */
void list_set(struct list *list, const struct list_window *window, bool anchored);
size_t list_count(const struct list *list);
int64_t list_selected(const struct list *list); /* 0: the list is empty */
bool list_select(struct list *list, int64_t id); /* false: not in the window */
/* The row that was selected and left, so that the one selected now came in its place by itself, and nobody has moved or marked since. 0: there
 * is none. */
int64_t list_slid(const struct list *list);
void list_seen(struct list *list); /* whoever looks knows of it */
/* Rows that came since they could last be seen, above the first line shown. */
size_t list_new_above(const struct list *list);
/* Nobody touched a key for a while: so many of those come into sight as leave the selected row there. false: there is no room, or there are none. */
bool list_calm(struct list *list);
bool list_scrolled(const struct list *list); /* rows stand above the first line shown */
/* What the caller should fetch next: the cursor is within a page of the window's edge and the list goes on there. */
enum list_want { LIST_ENOUGH, LIST_WANTS_BEFORE, LIST_WANTS_AFTER };
enum list_want list_wants(const struct list *list);

/* By the commands' names: down up top bottom page-down page-up mark mark-all unmark range. mark steps down; range marks
 * from the row where `range` was first given to the selected one. false: not a list's command. top and bottom go to the
 * window's edge; where the list goes on beyond it, list_wants says so. */
bool list_command(struct list *list, const char *command);
bool list_ranging(const struct list *list); /* range was given once: the row it began at waits for the other end */
enum { LIST_MARKS_MOST = 2000 }; /* what is marked beyond them is not: list_marks says that there are as many */
bool list_marked(const struct list *list, int64_t id);
void list_mark(struct list *list, int64_t id, bool on);
/* The marked ids, or the selected one where nothing is marked; sorted; belongs to arena. */
const int64_t *list_targets(const struct list *list, struct arena *arena, size_t *n);
size_t list_marks(const struct list *list);
size_t list_marks_unlisted(const struct list *list);       /* those of them that are not in the window: no row says that they are marked */
bool list_holds(const struct list *list, int64_t id);       /* is it in the window? */
bool list_in_sight(const struct list *list, int64_t id); /* is its row one of those on the screen? */

struct list_line {
    int64_t id;
    size_t index;          /* in the window */
    bool selected, marked, fresh; /* fresh: came since the list was last drawn with it in view */
};
/* Draws one row's text from `column` on; gutter and mark are the list's, two columns before it. */
typedef void list_draw_row(void *arg, struct surface *s, int row, int column, int width, const struct list_line *line);
/* Draws `rows` lines at (row, column); what follows the last row is a ~. The terminal's cursor goes to the selected
 * row, cursor_column columns after `column`. */
void list_draw(struct list *list, struct surface *s, int row, int column, int rows, int width, int cursor_column,
               list_draw_row *draw, void *arg);

/* Is all that a list_draw would change since the last one the mark of the selected row, or does the list go on by one row beside that?
 * *part: what is drawn anew then. */
bool list_stepped(const struct list *list, struct surface_part *part);

int64_t list_at(const struct list *list, int row, int column); /* the id drawn there last; 0: none */

/* To come back to the same place later: the first id shown and the selected one. */
struct list_place {
    int64_t selected;
    int line; /* of the screen, from the list's first */
};
struct list_place list_place(const struct list *list);
void list_restore(struct list *list, struct list_place place);
#endif
