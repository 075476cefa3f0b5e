/* fetch: what is asked of the daemon. Each thing is a slot that is wanted, in flight, or done; wanting it
 * while it flies asks once more when it is back, so the screen ends at the newest state and bursts cost one
 * call. Answers come from link_run on the loop's thread. */
#include "app/aside.h"
#include "app/bell.h"
#include "app/console.h"
#include "app/errand.h"
#include "app/drafting.h"
#include "app/found.h"
#include "app/marking.h"
#include "app/part.h"
#include "app/path.h"
#include "app/mouse.h"
#include "app/prompt.h"
#include "app/session.h"
#include "app/stream.h"
#include "base/clock.h"
#include "screen/articles.h"
#include "screen/deliveries.h"
#include "screen/event.h"
#include "screen/why.h"
#include <stdlib.h>
#include <string.h>

enum { LISTED_MOST = 1000 /* as api.md has it */, RETRY_MS = 500, DRAFT_MAX = 300 << 10 };
enum { SIMILAR_MS = 300 }; /* of staying at a ticket: what was like it is no hurry, and for those passed by it is not asked */
enum { BEHIND_MS = 300 }; /* a desk in a flood: it is asked again when more of it is past */
enum { LARGE = 32 << 10, RELEASE_MS = 1000 }; /* an answer that is read into many times its size; how long what it left is kept; a start leaves as much */

struct answer_for {
    struct console *c;
    enum slot slot;
    int64_t ticket;
    char *view, *where;
    enum mirror_sort sort;
    bool invert;
};

/* --- wanting --- */

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

static void take_order(struct console *c, const struct mirror_view *view)
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
        take_order(c, view);
    fetch_view(c, view->name, "");
}

bool fetch_turned(const struct console *c)
{
    bool inverted;
    return mirror_sorted(c->mirror, &inverted) != c->sort || inverted != c->invert;
}

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
    take_order(c, mirror_view_at(c->mirror, 0));
    fetch_view(c, mirror_view_at(c->mirror, 0)->name, "");
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

/* --- answers --- */

static void show_read(struct console *c, enum mirror_doc_id id)
{
    const struct json *root = mirror_doc(c->mirror, id)->root;
    enum purpose purpose = id == MIRROR_PARCEL ? FOR_DELIVERY : id == MIRROR_ARTICLE ? FOR_ARTICLE_READ : FOR_READING;
    struct pager *pager =
        c->overlay.kind == OVERLAY_READ && c->overlay.purpose == (int)purpose ? c->overlay.pager : NULL;
    struct look look = console_look(c);
    if (!pager)
        return;
    c->dirty = c->at_once = true;
    pager_begin(pager);
    if (id == MIRROR_PARCEL) {
        deliveries_read(&look, pager, json_get(root, "parcel"));
    } else if (id == MIRROR_ARTICLE) {
        articles_read(&look, pager, json_get(root, "article"));
    } else if (id == MIRROR_WHY) {
        why_read(&look, pager, root);
    } else {
        event_read(&look, pager, json_get(root, "event"));
    }
    pager_end(pager);
}

static void take_document(struct console *c, enum mirror_doc_id id, int64_t ticket,
                          const struct link_answer *answer)
{
    struct err err = {0};
    bool of_ticket = id == MIRROR_TICKET || id == MIRROR_WHY || id == MIRROR_SIMILAR;
    const struct lists *table = console_table(c);
    uint64_t before = mirror_number(c->mirror);
    if (of_ticket && ticket != c->focus)
        return;
    if (!mirror_doc_set(c->mirror, id, of_ticket ? ticket : 0, answer->body, answer->n, console_now(c), &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    if (id == MIRROR_DRAFTS)
        drafting_came(c);
    if (id == MIRROR_WHY || id == MIRROR_EVENT || id == MIRROR_PARCEL || id == MIRROR_ARTICLE)
        show_read(c, id);
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
    session_begin(c);
    bell_begin(c);
    mouse_begin(c);
}

static void take_desk(struct console *c, const struct link_answer *answer)
{
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
static void take_views(struct console *c, const struct link_answer *answer)
{
    struct err err = {0};
    if (!mirror_views(c->mirror, answer->body, answer->n, &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    else
        left_view(c);
}

static void take_count(struct console *c, const struct link_answer *answer)
{
    AUTO_JSON root = json_parse(answer->body, answer->n, &json_limits_native, NULL, NULL);
    prompt_counted(c, root);
}

static void take_page(struct console *c, const struct answer_for *to, const struct link_answer *answer)
{
    struct err err = {0};
    bool more = to->slot == SLOT_MORE;
    bool turn = fetch_turned(c) || !str_eq(mirror_view_name(c->mirror), c->view) ||
                !str_eq(mirror_where(c->mirror) ? mirror_where(c->mirror) : "", c->where);
    uint64_t before = mirror_number(c->mirror);
    if (strcmp(to->view, c->view) != 0 || strcmp(to->where, c->where) != 0 || to->sort != c->sort || to->invert != c->invert)
        return;
    mirror_sort(c->mirror, to->sort, to->invert);
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
static void refused(struct console *c, const struct answer_for *to, const struct link_answer *answer)
{
    enum slot slot = to->slot;
    struct wanted *w = &c->slots[slot];
    if (slot == SLOT_DESK)
        str_copy(c->waits, sizeof c->waits, answer->status ? answer->err->text : "");
    if (answer->err->code == ERR_UNAVAILABLE) {
        w->wanted = true;
        w->not_before = clock_mono() + RETRY_MS;
        return;
    }
    if (slot == SLOT_FOUND || slot == SLOT_NUMBER)
        return; /* nothing is found by a slip, or by a number there is not */
    if (not_mine(c, slot, answer) || forgotten(c, slot, answer) || hangs_on_nothing(slot, answer))
        return;
    if (slot == SLOT_DOC + MIRROR_TICKET && answer->err->code == ERR_NOT_FOUND)
        leave_nothing(c, to->ticket);
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

static void take(void *arg, const struct link_answer *answer)
{
    struct answer_for *to = arg;
    struct console *c = to->c;
    struct wanted *w = &c->slots[to->slot];
    uint64_t before = mirror_number(c->mirror);
    w->flying = false;
    if ((answer->n >= LARGE || !mirror_ready(c->mirror)) && !c->release_at) /* not put off: where large ones keep coming there is no last */
        c->release_at = clock_mono() + RELEASE_MS;
    if (answer->err)
        refused(c, to, answer);
    else if (to->slot == SLOT_DESK)
        take_desk(c, answer);
    else if (to->slot == SLOT_PAGE || to->slot == SLOT_MORE)
        take_page(c, to, answer);
    else if (to->slot == SLOT_VIEWS)
        take_views(c, answer);
    else if (to->slot == SLOT_COUNT)
        take_count(c, answer);
    else if (to->slot == SLOT_FOUND || to->slot == SLOT_NUMBER)
        found_take(c, to->slot, answer);
    else
        take_document(c, (enum mirror_doc_id)(to->slot - SLOT_DOC), to->ticket, answer);
    show_answer(c, to->slot, answer->err, mirror_number(c->mirror) != before);
    if (to->slot < SLOT_FOUND && !answer->err && mirror_behind(c->mirror))
        fetch_want_soon(c, to->slot, BEHIND_MS);
    if (w->again) {
        w->again = false;
        fetch_want(c, to->slot);
    }
    free(to->view);
    free(to->where);
    free(to);
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
        struct answer_for *to = calloc(1, sizeof *to);
        if (!to)
            abort();
        *to = (struct answer_for){c, (enum slot)slot, c->focus, strdup(c->view), strdup(c->where), c->sort, c->invert};
        w->flying = true;
        link_send(c->link, "GET", path, NULL, take, to);
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

/* --- the beginning --- */

void fetch_start(struct console *c)
{
    fetch_want(c, SLOT_DESK);
    fetch_pump(c);
}
