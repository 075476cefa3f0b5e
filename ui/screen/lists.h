/* lists: the screens that are a table of what a GET answered: escalations and ingest. A new one is a row in
 * lists.c: its document, its items, its columns. */
#ifndef SCREEN_LISTS_H
#define SCREEN_LISTS_H
#include "screen/look.h"
#include "widget/list.h"

enum lists_id { LISTS_ESCALATIONS, LISTS_INGEST, LISTS };
struct lists {
    enum lists_id id;
    struct list *list;
};
struct lists_item {
    const struct json *json;
    int64_t id; /* of the row: a ticket, an event; a refusal has minus its time */
    int64_t at;
    bool refusal;
};
void lists_init(struct lists *l, enum lists_id id);
void lists_fini(struct lists *l);
void lists_sync(struct lists *l, const struct look *look, bool anchored); /* after its document changed */
void lists_draw(struct lists *l, const struct look *look, struct surface *s);
bool lists_selected(const struct lists *l, const struct look *look,
                    struct lists_item *out);                          /* false: empty */
int64_t lists_ticket(const struct lists *l, const struct look *look); /* 0 = none under the cursor */
#endif
