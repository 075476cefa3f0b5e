/* rows: the ordered, anchored list inside the mirror (mirror.h says what anchored means). Owns its rows: each
 * is one block of memory with its texts behind it, so a row can be replaced a million times without a leak or
 * a sweep. */
#ifndef LINK_ROWS_H
#define LINK_ROWS_H
#include "base/json.h"
#include "core/ticket.h"
#include "link/sort.h"

enum { MIRROR_ROWS_MAX = 4000 };

struct mirror_row { /* of what can be seen rows_same takes a look at all */
    struct ticket t;       /* the members of api.md's ROW; what a ROW does not carry is zero */
    int64_t due_from;      /* when the clock that is due next was started */
    const char *reply_via; /* "" = the source takes no replies */
    int64_t source_line;   /* of the configuration, where a source that takes no replies is told how they leave; 0 = not known */
    int64_t touched;       /* order of the last changes: the entry a frame brought; below all of those, a page's own order */
    int64_t fresh_at;      /* when the stream brought it, 0 = it came with a page */
    bool gone;             /* left the view while the list was anchored, or it was held; */
    int64_t place;         /* what it was sorted by then: it stays where it was */
    bool later;            /* came with a page further down: it was there before */
    int64_t undelivered;   /* how many of its deliveries are dead */
};

struct rows {
    struct mirror_row **list;
    int count, cap;
    bool anchored;
    bool more;  /* the daemon has rows behind the last one: what sorts behind it is not ours to show */
    bool loose; /* a moved row kept its place */
    int64_t held; /* the ticket whose row stays when it leaves, anchored or not, while there are others; 0: none */
    enum mirror_sort sort;
    bool invert;
};
void rows_fini(struct rows *rows);
void rows_clear(struct rows *rows);
int rows_compare(const struct rows *rows, const struct mirror_row *a, const struct mirror_row *b);

/* NULL if the object has no id. */
struct mirror_row *rows_read(const struct json *object);
void rows_append(struct rows *rows,
                 struct mirror_row *row); /* takes it; a ticket already listed is replaced */
/* Takes it. Puts it where it sorts. False: it lies behind the last page, and is freed. */
bool rows_put(struct rows *rows, struct mirror_row *row);
bool rows_undelivered(struct rows *rows, int64_t ticket, int64_t dead); /* so many of its deliveries are dead now; false: nothing new */
bool rows_leave(struct rows *rows, struct mirror_row *row); /* takes it, as it is now; false: was not there */
bool rows_any_undelivered(const struct rows *rows); /* is a delivery of one of them dead? */
bool rows_settle(struct rows *rows);
/* Does a list show what the other does: the same rows in the same order? Where the daemon has more, is not looked at. */
bool rows_same(const struct rows *a, const struct rows *b);
int rows_index(const struct rows *rows, int64_t ticket); /* -1 = not there */
#endif
