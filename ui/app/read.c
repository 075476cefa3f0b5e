/* read: what is opened to be read over the screen: help, and why a number is what it is. */
#include "app/bulk.h"
#include "app/part.h"
#include "base/text.h"
#include "command/guide.h"
#include "screen/articles.h"
#include "screen/deliveries.h"
#include "screen/event.h"
#include "screen/sign.h"
#include "screen/simulation.h"
#include "screen/why.h"
#include <inttypes.h>

void read_resized(struct console *c)
{
    if (c->overlay.kind == OVERLAY_READ && c->overlay.purpose == FOR_HELP) {
        int columns = look_columns(c->surface) - 2;
        pager_begin(c->overlay.pager);
        guide_read(c->frame, c->keymap, console_screen(c), columns, c->overlay.pager);
        sign_read(c->frame, c->overlay.pager, columns);
        pager_end(c->overlay.pager);
    }
    if (c->overlay.about)
        bulk_read(c);
}

static void do_help(struct console *c, const char *arg)
{
    overlay_read(&c->overlay, FOR_HELP, arena_printf(c->frame, "Help: %s   (/ searches, q leaves; what has no key is said after :)", console_screen(c)));
    read_resized(c);
    if (*arg)
        pager_search(c->overlay.pager, arg);
}

static void why_refused(struct console *c, const struct lists_item *item)
{
    struct pager *pager = overlay_read(&c->overlay, FOR_NOTHING, "Why was this refused?");
    pager_begin(pager);
    pager_block(pager, 2, UI_STRONG, false, json_get_string(item->json, "detail", ""));
    pager_block(pager, 2, UI_NORMAL, false, json_get_string(item->json, "explain", "No more is known."));
    pager_line(pager);
    pager_block(pager, 2, UI_DIM, false, "What is refused is not kept: whoever sent it was told so, and sends it again.");
    pager_end(pager);
}

static void why_aside(struct console *c, const struct lists_item *item)
{
    const struct look look = console_look(c);
    struct pager *pager = overlay_read(&c->overlay, FOR_NOTHING, arena_printf(c->frame, event_is_erased(item->json) ? "Why is nothing left of event %lld?" : "Why is event %lld kept aside?", (long long)item->id));
    pager_begin(pager);
    event_why_aside(&look, pager, item->json);
    pager_end(pager);
}

void read_came(struct console *c, enum mirror_doc_id id)
{
    static const struct {
        enum mirror_doc_id id;
        enum purpose purpose;
        const char *member; /* NULL: the whole document */
        void (*read)(const struct look *look, struct pager *pager, const struct json *of);
    } read[] = {{MIRROR_WHY, FOR_READING, NULL, why_read}, {MIRROR_EVENT, FOR_READING, "event", event_read},
                {MIRROR_PARCEL, FOR_DELIVERY, "parcel", deliveries_read}, {MIRROR_ARTICLE, FOR_ARTICLE_READ, "article", articles_read}};
    const struct json *root = mirror_doc(c->mirror, id)->root;
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        if (read[i].id != id || c->overlay.kind != OVERLAY_READ || c->overlay.purpose != (int)read[i].purpose || !c->overlay.pager)
            continue;
        struct look look = console_look(c);
        c->dirty = c->at_once = true;
        pager_begin(c->overlay.pager);
        read[i].read(&look, c->overlay.pager, read[i].member ? json_get(root, read[i].member) : root);
        pager_end(c->overlay.pager);
    }
}

static void explained(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    struct look look = console_look(c);
    AUTO_JSON root =
        answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    if (answer->err)
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    c->dirty = c->at_once = true;
    if (!root || c->overlay.kind != OVERLAY_READ || c->overlay.purpose != FOR_EXPLAINED)
        return;
    pager_begin(c->overlay.pager);
    (json_get(root, "lines") ? simulation_read : deliveries_explain)(&look, c->overlay.pager, root);
    pager_end(c->overlay.pager);
}

/* What each route says to an event, as `triage route explain` does. */
static void explain(struct console *c, int64_t event)
{
    overlay_read(&c->overlay, FOR_EXPLAINED, arena_printf(c->frame, "What each route says to event %" PRId64, event));
    link_send(c->link, "POST", "/v1/lab", arena_printf(c->frame, "{\"do\":\"explain\",\"event\":%" PRId64 "}", event), explained, c);
}

/* Asks which number; a screen that is about one of them knows it. */
static const char *ask_why(struct console *c, int64_t ticket)
{
    static const struct { enum place place; const char *what; } own[] = {
        {PLACE_ESCALATIONS, "page"}, {PLACE_DELIVERIES, "route"}, {PLACE_REVIEW, "label"}, {PLACE_BOSS, "score"}};
    int n;
    const struct offer *whys = offer_whys(&n);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (console_place(c) == own[i].place)
            return own[i].what;
    part_pick(c, FOR_ARGUMENT, "why: ", whys, n - (console_place(c) != PLACE_INGEST), false);
    c->asked = (struct asked){.tickets = {ticket}, .count = 1};
    return "";
}

/* A critical ticket now, or as what is under the cursor begins. */
static void simulate(struct console *c)
{
    struct look look = console_look(c);
    struct lists_item item;
    int64_t at = lists_selected(console_table(c), &look, &item) && item.at > look.now ? item.at : look.now;
    overlay_read(&c->overlay, FOR_EXPLAINED, "Who would be told, and why");
    link_send(c->link, "POST", "/v1/lab", arena_printf(c->frame, "{\"do\":\"simulate\",\"at\":%" PRId64 "}", at), explained, c);
}

/* Where no ticket is meant: who is on call, or an event that was refused, is kept aside or is asked for. false: a ticket is. */
static bool why_here(struct console *c, const char *arg, int64_t ticket)
{
    struct look look = console_look(c);
    struct lists_item item = {0};
    if (console_place(c) == PLACE_ONCALL) {
        simulate(c);
        return true;
    }
    if (console_place(c) != PLACE_INGEST || !lists_selected(console_table(c), &look, &item))
        return false;
    if (item.refusal)
        why_refused(c, &item);
    else if (event_is_aside(item.json) || event_is_erased(item.json))
        why_aside(c, &item);
    else if (!ticket || str_eq(arg, "event"))
        explain(c, item.id);
    else
        return false;
    return true;
}

static void why_ticket(struct console *c, int64_t ticket, const char *what)
{
    c->focus = ticket;
    str_copy(c->why, sizeof c->why, what);
    overlay_read(&c->overlay, FOR_READING, arena_printf(c->frame, "Why: %s of #%" PRId64, what, ticket));
    fetch_want(c, SLOT_DOC + MIRROR_WHY);
}

void read_why(struct console *c, const char *arg)
{
    int64_t ticket = place_meant(c);
    if (why_here(c, arg, ticket))
        return;
    if (!ticket) {
        console_toast(c, UI_ERROR, "why: there is no ticket under the cursor; ga shows all, j and k move");
        return;
    }
    const char *what = *arg ? arg : ask_why(c, ticket);
    if (*what)
        why_ticket(c, ticket, what);
}

static void on_read(struct console *c, const struct answer *a)
{
    (void)c, (void)a; /* reading ends where it began */
}

static const struct part_command commands[] = {{LOCAL_HELP, do_help}, {LOCAL_WHY, read_why}, {0}};
static const struct part_answer answers[] = {{FOR_HELP, on_read}, {FOR_ARTICLE_READ, on_read}, {FOR_READING, on_read}, {FOR_EXPLAINED, on_read}, {0}};
const struct part part_read = {commands, answers};
