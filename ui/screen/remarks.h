/* remarks: what is true of the list of tickets at this moment, beside the views' tabs: what is marked, what came in above, the filter, the
 * order. All of it where there is room; where there is less, it is said shorter, and what keys hang on is the last to go. */
#ifndef SCREEN_REMARKS_H
#define SCREEN_REMARKS_H
#include "screen/look.h"
#include "widget/list.h"

/* At the end of the tabs' row, of which it leaves room for the active one; gives the columns it takes. */
int remarks_draw(const struct list *list, const struct look *look, struct surface *s);
#endif
