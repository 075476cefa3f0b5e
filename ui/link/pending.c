/* pending: a short list, in the order they were sent. */
#include "link/pending.h"
#include "base/memory.h"
#include <stdlib.h>

enum { MOST = 4096 };

void pending_add(struct pending *p, int64_t ticket)
{
    if (p->count == MOST)
        return;
    if (p->count == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 16;
        p->list = memory_must(realloc(p->list, (size_t)p->cap * sizeof *p->list));
    }
    p->list[p->count++] = (struct pending_act){.ticket = ticket};
}

void pending_answered(struct pending *p, int64_t ticket, int64_t seq)
{
    for (int i = 0; i < p->count; i++) {
        if (p->list[i].ticket != ticket || p->list[i].seq)
            continue;
        p->list[i].seq = seq ? seq : -1;
        return;
    }
}

bool pending_settle(struct pending *p, int64_t seq)
{
    int kept = 0, count = p->count;
    for (int i = 0; i < count; i++)
        if (!p->list[i].seq || p->list[i].seq > seq)
            p->list[kept++] = p->list[i];
    p->count = kept;
    return kept != count;
}

bool pending_has(const struct pending *p, int64_t ticket)
{
    for (int i = 0; i < p->count; i++)
        if (p->list[i].ticket == ticket)
            return true;
    return false;
}

void pending_fini(struct pending *p)
{
    free(p->list);
    *p = (struct pending){0};
}
