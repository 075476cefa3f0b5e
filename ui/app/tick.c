/* tick: nothing here waits: each step does what is due and tells when the next is (tick_next). The loop steps after whatever woke it, so a
 * thing that follows from an answer or a key needs no time of its own. */
#include "app/tick.h"
#include "app/bell.h"
#include "app/frame.h"
#include "app/hear.h"
#include "app/keeper.h"
#include "app/part.h"
#include "app/rights.h"
#include "app/session.h"
#include "app/unanswered.h"
#include "app/writing.h"
#include "base/clock.h"
#include "base/memory.h"
#include "screen/oncall.h"

enum {
    CALM_MS = 10000, /* without a key: what came in above is no news any more */
    FOCUS_MS = 150,  /* a cursor that stays so long is at a ticket */
    DRAFT_MS = 500   /* without a key in the text: it is kept */
};

/* The selected ticket's documents follow a short pause of the cursor, where the pane shows them. */
static void follow_cursor(struct console *c, int64_t now)
{
    bool pane = console_place(c) == PLACE_QUEUE && queue_has_pane(&c->queue, surface_columns(c->surface)), review = console_place(c) == PLACE_REVIEW;
    int64_t ticket = pane || review || console_place(c) == PLACE_ESCALATIONS ? console_ticket(c) : 0;
    if (!ticket || ticket == c->focus) {
        c->focus_at = 0;
    } else if (!c->focus_at || ticket != c->focus_next) { /* those passed by are not asked for */
        c->focus_at = now + FOCUS_MS;
        c->focus_next = ticket;
    } else if (now >= c->focus_at) {
        c->focus_at = 0;
        fetch_focus(c, ticket);
        if (review)
            fetch_want(c, SLOT_DOC + MIRROR_SIMILAR);
    }
}

/* What came while nobody answered is asked for, and what was typed meanwhile is kept. */
static void watch_link(struct console *c, int64_t now)
{
    bool was = c->gone;
    c->gone = link_status(c->link)->gone_since;
    if (!was || c->gone)
        return;
    unanswered_over(c);
    fetch_place(c);
    if (composer_is_open(&c->composer) && c->composer.changed_at)
        c->composer.changed_at = now - DRAFT_MS;
    c->dirty = true;
}

/* A while after the last key the list moves again. */
static void settle_list(struct console *c, int64_t now)
{
    if (c->rows_changed)
        console_changed(c);
    if (!c->calm && now - c->last_key >= CONSOLE_ANCHOR_MS && !c->frozen) {
        c->calm = true;
        console_changed(c);
    }
    if (!c->calm || now - c->last_key < CALM_MS)
        return;
    const struct lists *table = console_table(c);
    c->dirty |= list_calm(c->queue.list);
    c->dirty |= table && list_calm(table->list);
}

/* What is said, or shown, for a while. */
static void expire(struct console *c, int64_t now)
{
    c->dirty |= toast_tick(&c->toast, now);
    c->dirty |= held_tick(&c->held, now);
    c->dirty |= ticket_expire(&c->ticket, console_now(c));
    c->dirty |= ticket_expire(&c->contact, console_now(c));
}

static void keep_texts(struct console *c, int64_t now)
{
    if (c->composer.changed_at && now - c->composer.changed_at >= DRAFT_MS)
        writing_keep(c);
    keeper_follow(c, now);
}

static void release(struct console *c, int64_t now)
{
    if (!c->release_at || now < c->release_at)
        return;
    c->release_at = 0;
    json_release();
    memory_release();
}

/* A key that only begins says what may follow. */
static void show_popup(struct console *c, int64_t now)
{
    if (c->pending.count && now - c->pending_since >= FRAME_POPUP_MS && !c->popup) {
        c->popup = true;
        c->dirty = true;
    }
    c->popup &= c->pending.count > 0;
}

static void each_second(struct console *c, int64_t now)
{
    if (now < c->next_tick)
        return;
    struct look look = console_look(c);
    c->next_tick = now + TICK_MS;
    c->dirty = true;
    hear_tick(c);
    if (oncall_over(&look))
        fetch_want(c, SLOT_DOC + MIRROR_ONCALL);
}

void tick_step(struct console *c, int64_t now)
{
    follow_cursor(c, now);
    watch_link(c, now);
    rights_follow(c);
    session_follow(c, now);
    writing_follow(c);
    pipe_follow(c);
    settle_list(c, now);
    expire(c, now);
    keep_texts(c, now);
    release(c, now);
    show_popup(c, now);
    each_second(c, now);
    bell_tick(c, now);
}

static void sooner(int64_t *at, int64_t other)
{
    if (other && other < *at)
        *at = other;
}

int64_t tick_next(const struct console *c)
{
    int64_t at = c->next_tick;
    sooner(&at, c->toast.next);
    sooner(&at, c->held.next);
    sooner(&at, c->focus_at);
    sooner(&at, c->release_at);
    sooner(&at, session_next(c));
    sooner(&at, keeper_next(c));
    sooner(&at, ring_at(&c->bell.ring));
    sooner(&at, c->composer.changed_at ? c->composer.changed_at + DRAFT_MS : 0);
    sooner(&at, c->pending.count && !c->popup ? c->pending_since + FRAME_POPUP_MS : 0);
    sooner(&at, c->calm || c->frozen ? 0 : c->last_key + CONSOLE_ANCHOR_MS);
    return at;
}
