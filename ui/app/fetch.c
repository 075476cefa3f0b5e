/* fetch: what is asked of the daemon. Each thing is a slot that is wanted, in flight, or done; wanting it
 * while it flies asks once more when it is back, so the screen ends at the newest state and bursts cost one
 * call. Where the answers go is take.c's. */
#include "app/console.h"
#include "app/errand.h"
#include "app/marking.h"
#include "app/path.h"
#include "app/take.h"
#include "base/clock.h"

enum { LISTED_MOST = 1000 /* as api.md has it */ };
enum { SIMILAR_MS = 300 }; /* of staying at a ticket: what was like it is no hurry, and for those passed by it is not asked */

void fetch_want_soon(struct console *c, enum slot slot, int64_t ms)
{
    struct wanted *w = &c->slots[slot];
    if (w->flying) {
        w->again = true;
        return;
    }
    int64_t at = clock_mono() + ms;
    if (!w->wanted || at < w->not_before)
        w->not_before = at;
    w->wanted = true;
}

/* What was wanted of the slot and not asked yet is not wanted any more. */
static void want_no_more(struct console *c, enum slot slot)
{
    c->slots[slot].wanted = c->slots[slot].again = false;
}

void fetch_want(struct console *c, enum slot slot)
{
    fetch_want_soon(c, slot, 0);
}

void fetch_focus(struct console *c, int64_t ticket)
{
    c->focus = ticket;
    if (ticket)
        fetch_want(c, SLOT_DOC + MIRROR_TICKET);
}

void fetch_view(struct console *c, const char *view, const char *where)
{
    if (!str_eq(c->view, view))
        marking_leave(c);
    str_copy(c->view, sizeof c->view, view);
    str_copy(c->where, sizeof c->where, where ? where : "");
    fetch_want(c, SLOT_PAGE);
}

void fetch_order(struct console *c, const struct mirror_view *view)
{
    c->sort = (enum mirror_sort)view->sort;
    c->invert = view->invert;
}

/* One that was saved has the order it was saved in; one of the configuration, if it says so. */
static bool has_order(const struct mirror_view *view)
{
    return !str_eq(view->of, "desk") || view->sort != MIRROR_BY_DUE;
}

void fetch_own_order(struct console *c, const struct mirror_view *view)
{
    const struct mirror_view *was = mirror_view_find(c->mirror, c->view);
    if (has_order(view) || (was && has_order(was) && !str_eq(was->name, view->name)))
        fetch_order(c, view);
    fetch_view(c, view->name, "");
}

bool fetch_turned(const struct console *c)
{
    bool inverted;
    return mirror_sorted(c->mirror, &inverted) != c->sort || inverted != c->invert;
}

/* What the table shown is made of. */
void fetch_table(struct console *c, int64_t ms)
{
    const struct lists *table = console_table(c);
    const struct lists_type *type = table ? lists_type(table->id) : NULL;
    for (int i = 0; type && i < type->doc_count; i++)
        fetch_want_soon(c, SLOT_DOC + type->docs[i], ms);
}

int64_t fetch_pages(const struct console *c)
{
    int64_t triggered, acknowledged, snoozed;
    mirror_escalations(c->mirror, &triggered, &acknowledged, &snoozed);
    return triggered + acknowledged;
}

void fetch_paging(struct console *c, int64_t ms)
{
    if (fetch_pages(c))
        fetch_want_soon(c, SLOT_DOC + MIRROR_PAGED, ms);
    if (console_place(c) == PLACE_ESCALATIONS)
        fetch_table(c, ms);
}

void fetch_on(struct console *c)
{
    const struct wanted *all = &c->slots[SLOT_DOC + MIRROR_ESCALATIONS];
    if (console_place(c) != PLACE_ESCALATIONS || c->listed == LISTED_MOST || all->wanted || all->flying)
        return;
    c->listed = c->listed ? c->listed * 2 : PATH_MORE * 2;
    c->listed = c->listed < LISTED_MOST ? c->listed : LISTED_MOST;
    fetch_want(c, SLOT_DOC + MIRROR_ESCALATIONS);
}

void fetch_place(struct console *c)
{
    if (console_place(c) != PLACE_ESCALATIONS)
        c->listed = 0;
    fetch_table(c, 0);
    want_no_more(c, SLOT_DOC + MIRROR_SIMILAR);
    if (console_place(c) == PLACE_TICKET) {
        fetch_focus(c, c->ticket.id);
        fetch_want_soon(c, SLOT_DOC + MIRROR_SIMILAR, SIMILAR_MS);
    } else if (console_place(c) == PLACE_BOSS)
        fetch_want(c, SLOT_DOC + MIRROR_SCORES);
    else if (console_place(c) == PLACE_METRICS)
        fetch_want(c, SLOT_DOC + MIRROR_STATS);
}

void fetch_pump(struct console *c)
{
    int64_t now = clock_mono();
    errand_follow(c);
    for (int slot = 0; slot < SLOTS; slot++) {
        struct wanted *w = &c->slots[slot];
        if (!w->wanted || w->flying || now < w->not_before)
            continue;
        AUTO_ARENA a = arena_new();
        const char *path = path_of(c, a, (enum slot)slot);
        w->wanted = false;
        if (!path)
            continue;
        w->flying = true;
        link_send(c->link, "GET", path, NULL, take_answer, take_begin(c, (enum slot)slot));
    }
}

int64_t fetch_next(const struct console *c)
{
    int64_t next = INT64_MAX;
    for (int slot = 0; slot < SLOTS; slot++)
        if (c->slots[slot].wanted && !c->slots[slot].flying && c->slots[slot].not_before < next)
            next = c->slots[slot].not_before;
    return next;
}

void fetch_start(struct console *c)
{
    fetch_want(c, SLOT_DESK);
    fetch_pump(c);
}
