/* take: a function for each kind of answer, one for refusals, and what is drawn of either. Answers come from link_run on the loop's thread. */
#include "app/take.h"
#include "app/bell.h"
#include "app/drafting.h"
#include "app/found.h"
#include "app/keeper.h"
#include "app/mouse.h"
#include "app/part.h"
#include "app/prompt.h"
#include "app/session.h"
#include "app/stream.h"
#include "base/clock.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

enum {
    RETRY_MS = 500,
    BEHIND_MS = 300,  /* a desk in a flood: it is asked again when more of it is past */
    LARGE = 32 << 10, /* an answer that is read into many times its size; */
    RELEASE_MS = 1000 /* how long what it left is kept; a start leaves as much */
};

struct take {
    struct console *c;
    enum slot slot;
    int64_t ticket;
    char *view, *where;
    enum mirror_sort sort;
    bool invert;
};

/* The one that is looked at was shared, or taken back: it is the same by another name. Else it is gone. */
static void left_view(struct console *c)
{
    const struct mirror_view *is = mirror_view_find(c->mirror, c->view);
    if (!is && *c->view == '~')
        is = mirror_view_find(c->mirror, c->view + 1);
    if ((is && str_eq(is->name, c->view)) || !mirror_view_count(c->mirror))
        return;
    if (is) {
        fetch_view(c, is->name, arena_strdup(c->frame, c->where));
        return;
    }
    console_toast(c, UI_WARN, "The view %s is gone, forgotten or by another name: this is %s.", c->view, mirror_view_at(c->mirror, 0)->title);
    fetch_order(c, mirror_view_at(c->mirror, 0));
    fetch_view(c, mirror_view_at(c->mirror, 0)->name, "");
}

static void take_document(struct take *t, const struct link_answer *answer)
{
    struct console *c = t->c;
    enum mirror_doc_id id = (enum mirror_doc_id)(t->slot - SLOT_DOC);
    struct err err = {0};
    bool of_ticket = id == MIRROR_TICKET || id == MIRROR_WHY || id == MIRROR_SIMILAR;
    const struct lists *table = console_table(c);
    uint64_t before = mirror_number(c->mirror);
    if (of_ticket && t->ticket != c->focus)
        return;
    if (!mirror_doc_set(c->mirror, id, of_ticket ? t->ticket : 0, answer->body, answer->n, console_now(c), &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    if (id == MIRROR_DRAFTS)
        drafting_came(c);
    read_came(c, id);
    if (mirror_number(c->mirror) == before)
        return;
    if (id == MIRROR_MACROS || id == MIRROR_DESTINATIONS)
        palette_news(c);
    for (int i = 0; table && i < lists_type(table->id)->doc_count; i++)
        if (lists_type(table->id)->docs[i] == id)
            console_changed(c);
}

/* My settings. */
static void take_kept(struct console *c)
{
    keeper_find(c);
    session_begin(c);
    bell_begin(c);
    mouse_begin(c);
}

static void take_desk(struct take *t, const struct link_answer *answer)
{
    struct console *c = t->c;
    struct err err = {0};
    bool first = !mirror_ready(c->mirror);
    if (!mirror_desk(c->mirror, answer->body, answer->n, clock_now(), &err)) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    if (first)
        take_kept(c);
    str_copy(c->view, sizeof c->view, mirror_view_name(c->mirror));
    if (link_status(c->link)->state == LINK_IDLE)
        link_follow(c->link, mirror_seq(c->mirror), stream_frame, c);
    else
        link_resume_from(c->link, mirror_seq(c->mirror));
    fetch_want(c, SLOT_DOC + MIRROR_ONCALL);
    fetch_want(c, SLOT_DOC + MIRROR_DRAFTS);
    fetch_paging(c, first ? BEHIND_MS : 0); /* the first brings what a head says of it */
    if (first)
        c->sort = mirror_sorted(c->mirror, &c->invert); /* a desk's rows come in the view's own order */
    if (*c->where || !first)
        fetch_want(c, SLOT_PAGE);
    else
        fetch_want(c, SLOT_MORE);
    const struct mirror_view *asked = first && c->options.view ? mirror_view_find(c->mirror, c->options.view) : NULL;
    if (asked && !str_eq(asked->name, c->view)) /* else its rows are here already */
        fetch_own_order(c, asked);
    console_changed(c);
    fetch_place(c);
}

/* The view that is looked at may have gone, or have another name. */
static void take_views(struct take *t, const struct link_answer *answer)
{
    struct err err = {0};
    if (!mirror_views(t->c->mirror, answer->body, answer->n, &err))
        console_toast(t->c, UI_ERROR, "%s", err.text);
    else
        left_view(t->c);
}

static void take_count(struct take *t, const struct link_answer *answer)
{
    AUTO_JSON root = json_parse(answer->body, answer->n, &json_limits_native, NULL, NULL);
    prompt_counted(t->c, root);
}

/* Where what is wanted is another list by now, this one is on its way behind it. */
static bool is_wanted_still(const struct take *t)
{
    return str_eq(t->view, t->c->view) && str_eq(t->where, t->c->where) && t->sort == t->c->sort && t->invert == t->c->invert;
}

static void take_page(struct take *t, const struct link_answer *answer)
{
    struct console *c = t->c;
    struct err err = {0};
    bool more = t->slot == SLOT_MORE;
    bool turn = fetch_turned(c) || !str_eq(mirror_view_name(c->mirror), c->view) ||
                !str_eq(mirror_where(c->mirror) ? mirror_where(c->mirror) : "", c->where);
    uint64_t before = mirror_number(c->mirror);
    if (!is_wanted_still(t))
        return;
    mirror_sort(c->mirror, t->sort, t->invert);
    if (!mirror_page(c->mirror, c->view, *c->where ? c->where : NULL, more, answer->body, answer->n, &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    else if (mirror_next(c->mirror) && c->surface && mirror_row_count(c->mirror) < surface_rows(c->surface))
        fetch_want(c, SLOT_MORE); /* a filter that matches little answers in parts */
    if (turn)
        queue_turn(&c->queue, c->mirror);
    if (turn || mirror_number(c->mirror) != before)
        console_changed(c);
    if (more && c->to_end)
        list_command(c->queue.list, "bottom");
    if (!c->last_key && !c->session.give_up_at)
        list_command(c->queue.list, "top"); /* what stood first in the desk's own order is nobody's choice yet */
}

/* What is looked at is nobody's any more, and nothing is said of a name that is not here. */
static bool forgotten(struct console *c, enum slot slot, const struct link_answer *answer)
{
    if (answer->err->code != ERR_NOT_FOUND || (slot != SLOT_PAGE && slot != SLOT_MORE && slot != SLOT_DESK))
        return false;
    if (slot == SLOT_DESK) {
        *c->view = 0;
        fetch_want(c, SLOT_DESK);
    }
    fetch_want(c, SLOT_VIEWS);
    return true;
}

/* That there is no such ticket is said once: of the ticket, not of what hangs on it. */
static bool hangs_on_nothing(enum slot slot, const struct link_answer *answer)
{
    return answer->err->code == ERR_NOT_FOUND && slot == SLOT_DOC + MIRROR_SIMILAR;
}

/* The ticket that was open is not there, or no longer: nothing that was read of it stays on the screen. */
static void leave_nothing(struct console *c, int64_t ticket)
{
    static const enum mirror_doc_id of_it[] = {MIRROR_TICKET, MIRROR_WHY, MIRROR_SIMILAR};
    if (console_place(c) != PLACE_TICKET || c->ticket.id != ticket)
        return;
    for (size_t i = 0; i < sizeof of_it / sizeof *of_it; i++)
        mirror_doc_drop(c->mirror, of_it[i]);
    console_back(c);
}

/* What leads alone may read. Where my role is another since, the desk says so, and that is said once (app/rights). */
static bool not_mine(struct console *c, enum slot slot, const struct link_answer *answer)
{
    if (answer->err->code != ERR_FORBIDDEN)
        return false;
    bool gone = slot == SLOT_DOC + MIRROR_AUDIT || slot == SLOT_DOC + MIRROR_OUTLIERS;
    if (gone)
        fetch_want(c, SLOT_DESK);
    return gone || slot == SLOT_DOC + MIRROR_REFUSALS;
}

/* A call that failed is tried again while nobody answers; any other refusal is said once. */
static void refused(struct take *t, const struct link_answer *answer)
{
    struct console *c = t->c;
    enum slot slot = t->slot;
    struct wanted *w = &c->slots[slot];
    if (slot == SLOT_DESK)
        str_copy(c->waits, sizeof c->waits, answer->status ? answer->err->text : "");
    if (slot == SLOT_DESK)
        c->strange = answer->err->code == ERR_FORBIDDEN;
    if (answer->err->code == ERR_UNAVAILABLE || (c->strange && !mirror_ready(c->mirror))) {
        w->wanted = true;
        w->not_before = clock_mono() + RETRY_MS;
        return;
    }
    if (slot == SLOT_FOUND || slot == SLOT_NUMBER)
        return; /* nothing is found by a slip, or by a number there is not */
    if (not_mine(c, slot, answer) || forgotten(c, slot, answer) || hangs_on_nothing(slot, answer))
        return;
    if (slot == SLOT_DOC + MIRROR_TICKET && answer->err->code == ERR_NOT_FOUND)
        leave_nothing(c, t->ticket);
    console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    if (slot == SLOT_PAGE && *c->where)
        fetch_view(c, c->view, "");
}

/* Pickers and completion read it when they open. */
static bool shows_later(const struct console *c, enum slot slot)
{
    return slot == SLOT_DOC + MIRROR_VALUES || (slot == SLOT_DOC + MIRROR_AGENTS && console_place(c) != PLACE_AGENTS);
}

/* Beside the list alone its pane shows it. */
static bool shows_in_pane(const struct console *c, enum slot slot)
{
    return (slot == SLOT_DOC + MIRROR_TICKET || slot == SLOT_DOC + MIRROR_SIMILAR) && console_list_alone(c);
}

/* What says what stands draws nothing. */
static void show_answer(struct console *c, enum slot slot, bool failed, bool news)
{
    bool typed = slot == SLOT_COUNT || slot == SLOT_FOUND || slot == SLOT_NUMBER; /* for what is being typed */
    if (!failed && !typed && (!news || shows_later(c, slot)))
        return;
    c->dirty |= failed || !shows_in_pane(c, slot);
    c->moved = c->at_once = true;
}

static void take_found(struct take *t, const struct link_answer *answer)
{
    found_take(t->c, t->slot, answer);
}

static void take_it(struct take *t, const struct link_answer *answer)
{
    static void (*const takers[SLOT_DOC])(struct take *t, const struct link_answer *answer) = {
        [SLOT_DESK] = take_desk, [SLOT_PAGE] = take_page, [SLOT_MORE] = take_page, [SLOT_VIEWS] = take_views,
        [SLOT_COUNT] = take_count, [SLOT_FOUND] = take_found, [SLOT_NUMBER] = take_found};
    if (answer->err)
        refused(t, answer);
    else if (t->slot < SLOT_DOC)
        takers[t->slot](t, answer);
    else
        take_document(t, answer);
}

struct take *take_begin(struct console *c, enum slot slot)
{
    struct take *t = memory_must(calloc(1, sizeof *t));
    *t = (struct take){c, slot, c->focus, memory_must(strdup(c->view)), memory_must(strdup(c->where)), c->sort, c->invert};
    return t;
}

static void take_end(struct take *t)
{
    free(t->view);
    free(t->where);
    free(t);
}

void take_answer(void *arg, const struct link_answer *answer)
{
    struct take *t = arg;
    struct console *c = t->c;
    struct wanted *w = &c->slots[t->slot];
    uint64_t before = mirror_number(c->mirror);
    w->flying = false;
    if ((answer->n >= LARGE || !mirror_ready(c->mirror)) && !c->release_at) /* not put off: where large ones keep coming there is no last */
        c->release_at = clock_mono() + RELEASE_MS;
    take_it(t, answer);
    show_answer(c, t->slot, answer->err, mirror_number(c->mirror) != before);
    if (t->slot < SLOT_FOUND && !answer->err && mirror_behind(c->mirror))
        fetch_want_soon(c, t->slot, BEHIND_MS);
    if (w->again) {
        w->again = false;
        fetch_want(c, t->slot);
    }
    take_end(t);
}
