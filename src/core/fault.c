/* fault: a short list, kept in order as it grows. */
#include "core/fault.h"
#include "base/str.h"

static bool before(const struct fault *a, const struct fault *b)
{
    return str_eq(a->file, b->file) && (a->line < b->line || (a->line == b->line && a->column < b->column));
}

void faults_add(struct faults *all, const struct fault *one)
{
    int at = all->count;
    while (at > 0 && before(one, &all->list[at - 1]))
        at--;
    if (all->count < FAULTS)
        all->count++;
    else
        all->more++;
    for (int i = all->count - 1; i > at; i--)
        all->list[i] = all->list[i - 1];
    if (at < all->count)
        all->list[at] = *one;
}

bool faults_tell(const struct faults *all, struct err *err)
{
    int others = all->count + all->more - 1;
    if (others < 0)
        return true;
    if (others == 0)
        return err_set(err, ERR_CONFIG, "%s", all->list[0].text);
    return err_set(err, ERR_CONFIG, "%.400s (and %d more: `triage check FILE` shows each)", all->list[0].text, others);
}
