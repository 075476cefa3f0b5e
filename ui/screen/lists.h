/* lists: the screens that are a table of what a GET answered. A new one is a struct lists_type, its documents, items and
 * columns, and a row in lists.c. */
#ifndef SCREEN_LISTS_H
#define SCREEN_LISTS_H
#include "screen/column.h"
#include "screen/say.h"
#include "widget/list.h"

enum lists_id { LISTS_ESCALATIONS, LISTS_INGEST, LISTS_DELIVERIES, LISTS_REVIEW, LISTS_CUSTOMER, LISTS_ARTICLES, LISTS_MACROS, LISTS_ONCALL, LISTS_AUDIT, LISTS_DRAFTS, LISTS_AGENTS, LISTS_HANDOVER, LISTS_HEALTH, LISTS };
struct lists {
    enum lists_id id;
    struct list *list;
    char filter[80]; /* words that a row's texts must hold, !word must not; "" = all rows */
};
struct lists_item {
    const struct json *json;
    int64_t id; /* of the row: a ticket, an event, a delivery; a refusal has minus its time */
    int64_t at;
    bool refusal;
};
struct lists_type {
    enum mirror_doc_id docs[4]; /* what it is made of */
    int doc_count, needs;       /* so many of them must be there before there is anything to show */
    struct lists_item *(*items)(const struct look *look, int *count);
    void (*head)(const struct look *look, struct surface *s);
    const struct column *columns;
    int column_count;
    const struct column *narrow; /* those of a screen below `narrow_below` columns; NULL: the same */
    int narrow_count, narrow_below;
    const char *empty;
    bool live;   /* the newest come first, and at any time: whoever comes to it begins there */
    bool shifts; /* its order hangs on the line and the clock as well: it is the one of the moment it is drawn */
    bool partly; /* what has come of it is shown before all of it is there */
    bool (*more)(const struct look *look); /* does the table go on behind its last row? NULL: never */
    /* What stands between the head and the table, in at most `rows` rows; gives the rows used. NULL: nothing. */
    int (*above)(const struct look *look, struct surface *s, int row, int rows);
    int above_share; /* of the rows between head and foot that it may have, in percent; 0: half */
    const char *(*words)(const struct look *look, const struct lists_item *item); /* what a filter reads. NULL: the row's own texts */
    bool (*takes)(const struct lists_item *item); /* the row takes what only some do (screen/screens). NULL: all do */
    /* About the row under the cursor, in the rows below the table. NULL: nothing. detail_most: in so many at most; 0: two fifths. */
    int detail_most;
    void (*detail)(const struct look *look, struct surface *s, int row, int rows, const struct lists_item *item);
};
const struct lists_type *lists_type(enum lists_id id);
extern const struct lists_type review_list; /* screen/review.c */
extern const struct lists_type customer_list, macros_list; /* screen/customer.c, screen/macros.c */
int64_t lists_key(const char *key); /* the number of a row that is known by a text */
/* What the audit is made of, a GET: of all that people did, what the filter's actor:NAME, kind:WORD and ticket:NUMBER ask for. */
const char *audit_path(const char *filter, struct arena *arena);
struct said audit_said(const struct look *look, const struct json *entry); /* in words; never "" */
extern const struct lists_type drafts_list; /* screen/drafts.c */
extern const struct lists_type audit_list;  /* screen/audit.c */

int lists_mark(struct lists *l, const struct look *look, const char *words); /* the rows shown that these words would leave; gives how many */
void lists_init(struct lists *l, enum lists_id id);
void lists_fini(struct lists *l);
bool lists_filter(struct lists *l, const char *words); /* false: it was so already */
void lists_arrive(struct lists *l); /* somebody comes to it who was elsewhere */
void lists_sync(struct lists *l, const struct look *look, bool anchored); /* after its document changed */
void lists_draw(struct lists *l, const struct look *look, struct surface *s);
bool lists_selected(const struct lists *l, const struct look *look,
                    struct lists_item *out);                          /* false: empty */
int64_t lists_ticket(const struct lists *l, const struct look *look); /* 0 = none under the cursor */
#endif
