/* history: see history.h. An array of steps that is moved down when its first ones go: at most a few thousand small structs, and
 * only once a text has that many. */
#include "widget/history.h"
#include <stdlib.h>
#include <string.h>

struct step {
    struct history_step step;
    size_t gone_n, came_n;
    enum history_kind kind;
};
struct history {
    struct step *steps;
    int done, known, cap; /* steps applied; those that can be done again lie above */
    size_t bytes;
    bool rested;
};

struct history *history_new(void)
{
    struct history *h = calloc(1, sizeof *h);
    if (!h)
        abort();
    return h;
}

static void forget(struct history *h, int from, int to)
{
    if (from == to)
        return;
    for (int i = from; i < to; i++) {
        h->bytes -= h->steps[i].gone_n + h->steps[i].came_n;
        free(h->steps[i].step.gone);
        free(h->steps[i].step.came);
    }
    memmove(h->steps + from, h->steps + to, (size_t)(h->known - to) * sizeof *h->steps);
    h->known -= to - from;
    h->done = h->done > to ? h->done - (to - from) : h->done > from ? from : h->done;
}

void history_clear(struct history *h)
{
    forget(h, 0, h->known);
    h->rested = true;
}

void history_free(struct history *h)
{
    if (!h)
        return;
    history_clear(h);
    free(h->steps);
    free(h);
}

static char *grown(char *text, size_t n, size_t by)
{
    char *more = realloc(text, n + by + 1);
    if (!more)
        abort();
    more[n + by] = 0;
    return more;
}

static char *copy(const char *text, size_t n)
{
    char *own = grown(NULL, 0, n);
    memcpy(own, text, n);
    return own;
}

/* Does it go on with the last step? Then it is part of it. */
static bool joined(struct history *h, enum history_kind kind, size_t at, const char *gone, size_t gone_n, const char *came, size_t came_n)
{
    struct step *last = h->done ? &h->steps[h->done - 1] : NULL;
    if (!last || h->rested || kind == HISTORY_WHOLE || last->kind != kind)
        return false;
    if (kind == HISTORY_TYPED && !gone_n && last->step.at + last->came_n == at && *came != ' ' && *came != '\n') {
        last->step.came = grown(last->step.came, last->came_n, came_n);
        memcpy(last->step.came + last->came_n, came, came_n);
    } else if (kind == HISTORY_ERASED && at + gone_n == last->step.at) {
        last->step.gone = grown(last->step.gone, last->gone_n, gone_n);
        memmove(last->step.gone + gone_n, last->step.gone, last->gone_n);
        memcpy(last->step.gone, gone, gone_n);
        last->step.at = at;
    } else if (kind == HISTORY_SWALLOWED && at == last->step.at) {
        last->step.gone = grown(last->step.gone, last->gone_n, gone_n);
        memcpy(last->step.gone + last->gone_n, gone, gone_n);
    } else {
        return false;
    }
    last->gone_n += gone_n;
    last->came_n += came_n;
    return true;
}

/* The newest stays, however large: whoever pastes too much wants that one back. */
static void make_room(struct history *h)
{
    int oldest = 0;
    size_t bytes = h->bytes;
    while (oldest + 1 < h->known && (bytes > HISTORY_BYTES || h->known - oldest > HISTORY_STEPS)) {
        bytes -= h->steps[oldest].gone_n + h->steps[oldest].came_n;
        oldest++;
    }
    forget(h, 0, oldest);
}

static struct step *pushed(struct history *h)
{
    if (h->known == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 64;
        h->steps = realloc(h->steps, (size_t)h->cap * sizeof *h->steps);
        if (!h->steps)
            abort();
    }
    h->known++;
    return &h->steps[h->done++];
}

void history_add(struct history *h, enum history_kind kind, size_t at, const char *gone, size_t gone_n, const char *came, size_t came_n)
{
    forget(h, h->done, h->known);
    h->bytes += gone_n + came_n;
    if (!joined(h, kind, at, gone, gone_n, came, came_n))
        *pushed(h) = (struct step){{at, copy(gone, gone_n), copy(came, came_n)}, gone_n, came_n, kind};
    h->rested = false;
    make_room(h);
}

void history_rest(struct history *h)
{
    h->rested = true;
}

const struct history_step *history_undo(struct history *h)
{
    h->rested = true;
    return h->done ? &h->steps[--h->done].step : NULL;
}

const struct history_step *history_redo(struct history *h)
{
    h->rested = true;
    return h->done < h->known ? &h->steps[h->done++].step : NULL;
}
