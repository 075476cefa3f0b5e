/* pending: the tickets something is being done to: sent, and not yet told of by the stream. Pure. */
#ifndef LINK_PENDING_H
#define LINK_PENDING_H
#include <stdbool.h>
#include <stdint.h>

struct pending {
    struct pending_act { int64_t ticket, seq; } *list; /* seq: of its entry; 0 = no answer yet, -1 = there is none */
    int count, cap;
};
void pending_add(struct pending *pending, int64_t ticket); /* beyond a few thousand it goes unmarked */
void pending_answered(struct pending *pending, int64_t ticket, int64_t seq); /* the first of them; 0 = refused */
/* What the stream has come past, at seq, is done. True: there was such. */
bool pending_settle(struct pending *pending, int64_t seq);
bool pending_has(const struct pending *pending, int64_t ticket);
void pending_fini(struct pending *pending);
#endif
