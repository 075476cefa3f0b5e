/* place: going somewhere: a ticket, a view, a screen, and back. */
#include "app/drafting.h"
#include "app/part.h"
#include "app/unsent.h"
#include "base/text.h"
#include "screen/escalations.h"
#include "screen/health.h"
#include <stdlib.h>
#include <string.h>

void place_ticket(struct console *c, int64_t ticket)
{
    if (ticket <= 0)
        return;
    ticket_open(&c->ticket, ticket);
    console_go(c, PLACE_TICKET);
    fetch_focus(c, ticket);
}


void place_reveal(struct console *c, int64_t ticket, const struct json *text)
{
    if (customer_reveal(c, ticket, text))
        return;
    if (console_place(c) != PLACE_TICKET || c->ticket.id != ticket)
        place_ticket(c, ticket);
    ticket_reveal(&c->ticket, text, console_now(c));
}

static void read_article(struct console *c, const char *key)
{
    str_copy(c->article, sizeof c->article, key);
    overlay_read(&c->overlay, FOR_ARTICLE_READ, arena_printf(c->frame, "article %s   (/ searches, q leaves)", key));
    fetch_want(c, SLOT_DOC + MIRROR_ARTICLE);
}

void place_articles(struct console *c, const char *words)
{
    str_copy(c->words, sizeof c->words, words);
    console_go(c, PLACE_ARTICLES);
    list_command(c->lists[LISTS_ARTICLES].list, "top");
    fetch_want(c, SLOT_DOC + MIRROR_ARTICLES);
}

static void do_articles(struct console *c, const char *arg)
{
    place_articles(c, arg);
}

/* The ticket that is meant: on the scoreboard the cursor stands on a line of the ledger, which acts leave alone. */
int64_t place_meant(struct console *c)
{
    struct look look = console_look(c);
    return console_place(c) == PLACE_BOSS ? scoreboard_ticket(&c->board, &look) : console_ticket(c);
}

static void do_open(struct console *c, const char *arg)
{
    struct look look = console_look(c);
    struct lists_item item;
    if (*arg) {
        place_ticket(c, strtoll(arg + (*arg == '#'), NULL, 10));
    } else if (console_place(c) == PLACE_ARTICLES) {
        if (lists_selected(console_table(c), &look, &item))
            read_article(c, json_get_string(item.json, "key", ""));
    } else if (console_place(c) == PLACE_DRAFTS) {
        drafting_open(c);
    } else if (console_place(c) == PLACE_DELIVERIES && lists_selected(console_table(c), &look, &item)) {
        c->delivery = item.id;
        overlay_read(&c->overlay, FOR_DELIVERY,
                     arena_printf(c->frame, "delivery %lld   (Enter opens its ticket)", (long long)item.id));
        fetch_want(c, SLOT_DOC + MIRROR_PARCEL);
    } else if (console_place(c) == PLACE_INGEST && lists_selected(console_table(c), &look, &item) && item.refusal) {
        run_line(c, "why"); /* its bytes are not kept */
    } else if (console_place(c) == PLACE_INGEST && lists_selected(console_table(c), &look, &item)) {
        c->event = item.id;
        overlay_read(&c->overlay, FOR_READING,
                     arena_printf(c->frame, "event %lld, as it came and what it was read as", (long long)item.id));
        fetch_want(c, SLOT_DOC + MIRROR_EVENT);
    } else if (console_place(c) == PLACE_HEALTH) {
        if (lists_selected(console_table(c), &look, &item) && health_place(&item))
            run_line(c, arena_printf(c->frame, "go %s", health_place(&item)));
    } else if (console_place(c) == PLACE_TICKET) {
        ticket_unfold(&c->ticket, &look, !c->ticket.unfolded);
    } else {
        place_ticket(c, place_meant(c));
    }
}

static void do_ticket(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) != PLACE_TICKET)
        place_ticket(c, place_meant(c));
}

static void show_view(struct console *c, const struct mirror_view *view)
{
    if (console_place(c) != PLACE_QUEUE)
        console_go(c, PLACE_QUEUE);
    list_command(c->queue.list, "top");
    fetch_own_order(c, view);
}

static int view_index(const struct console *c)
{
    for (int i = 0; i < mirror_view_count(c->mirror); i++)
        if (str_eq(mirror_view_at(c->mirror, i)->name, c->view))
            return i;
    return 0;
}

static void step_view(struct console *c, int by)
{
    int count = mirror_view_count(c->mirror);
    if (console_place(c) == PLACE_METRICS) {
        metrics_step_view(&c->metrics, c->mirror, by);
        fetch_want(c, SLOT_DOC + MIRROR_STATS);
        return;
    }
    if (count)
        show_view(c, mirror_view_at(c->mirror, (view_index(c) + by + count) % count));
}

static void do_next_view(struct console *c, const char *arg)
{
    (void)arg;
    step_view(c, 1);
}

static void do_prev_view(struct console *c, const char *arg)
{
    (void)arg;
    step_view(c, -1);
}

static void do_period(struct console *c, const char *arg)
{
    if (!metrics_period(&c->metrics, *arg ? arg : "next")) {
        console_toast(c, UI_ERROR, "period: today, 7d, 28d, next or prev, not \"%.40s\"", arg);
        return;
    }
    console_go(c, PLACE_METRICS);
    fetch_want(c, SLOT_DOC + MIRROR_STATS);
}

static void do_view(struct console *c, const char *arg)
{
    const struct mirror_view *view = mirror_view_find(c->mirror, arg);
    if (!view && strspn(arg, "0123456789") == strlen(arg))
        view = mirror_view_at(c->mirror, (int)strtol(arg, NULL, 10) - 1);
    if (view)
        show_view(c, view);
    else
        console_toast(c, UI_ERROR, "There is no view \"%.40s\": h and l go through those there are", arg);
}

static const struct {
    const char *name;
    enum place place;
} places[] = {{"escalations", PLACE_ESCALATIONS}, {"ingest", PLACE_INGEST}, {"deliveries", PLACE_DELIVERIES}, {"labels", PLACE_REVIEW},
              {"articles", PLACE_ARTICLES}, {"macros", PLACE_MACROS}, {"oncall", PLACE_ONCALL}, {"agents", PLACE_AGENTS},
              {"handover", PLACE_HANDOVER}, {"boss", PLACE_BOSS}, {"scores", PLACE_BOSS}, {"metrics", PLACE_METRICS},
              {"audit", PLACE_AUDIT}, {"drafts", PLACE_DRAFTS}, {"health", PLACE_HEALTH}, {"queue", PLACE_QUEUE}};

const char *place_word(int index)
{
    return index >= 0 && index < (int)(sizeof places / sizeof *places) ? places[index].name : NULL;
}

static void do_go(struct console *c, const char *arg)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, arg) == 0) {
            console_go(c, places[i].place);
            return;
        }
    if (!mirror_ready(c->mirror))
        console_toast(c, UI_DIM, "Not before the desk is here: it says which views there are.");
    else if (*arg && strspn(arg, "0123456789") == strlen(arg))
        place_ticket(c, strtoll(arg, NULL, 10));
    else if (mirror_view_find(c->mirror, arg))
        show_view(c, mirror_view_find(c->mirror, arg));
    else if (!*arg)
        console_toast(c, UI_ERROR, "go where? After : the word go lists views and screens");
    else
        console_toast(c, UI_ERROR, "go where? There is no view or screen \"%.40s\": after : the word go lists them", arg);
}

static void do_back(struct console *c, const char *arg)
{
    struct lists *table = console_table(c);
    (void)arg;
    if (table && lists_filter(table, "")) {
        fetch_place(c);
        console_changed(c);
        return;
    }
    if (console_place(c) == PLACE_ARTICLES && *c->words) {
        place_articles(c, "");
        return;
    }
    if (console_back(c))
        return;
    if (queue_leave_pane(&c->queue, surface_columns(c->surface)))
        return;
    if (*c->where)
        fetch_view(c, c->view, "");
    else if (list_marks(c->queue.list))
        list_command(c->queue.list, "unmark");
    else
        console_toast(c, UI_DIM, "Q leaves triage.");
}

static void do_quit(struct console *c, const char *arg)
{
    (void)arg;
    c->quit = c->left = true;
}

/* A page goes before everything, whatever is looked at: to its line, where K, w and Enter are at hand; again: to the next. */
static bool to_page(struct console *c)
{
    struct look look = console_look(c);
    bool there = console_place(c) == PLACE_ESCALATIONS;
    int64_t ticket = *escalations_call(&look) ? escalations_next_of_mine(&look, there ? console_ticket(c) : 0) : 0;
    if (!ticket)
        return false;
    lists_filter(&c->lists[LISTS_ESCALATIONS], "");
    console_go(c, PLACE_ESCALATIONS);
    console_changed(c);
    list_select(c->lists[LISTS_ESCALATIONS].list, ticket);
    return true;
}

static void do_needs_me(struct console *c, const char *arg)
{
    (void)arg;
    if (to_page(c))
        return;
    int64_t unsent = unsent_next(c), ticket = unsent ? unsent : queue_needs_me(c->mirror, console_now(c), console_ticket(c));
    if (unsent) {
        place_ticket(c, unsent);
        return;
    }
    if (console_place(c) != PLACE_QUEUE)
        console_go(c, PLACE_QUEUE);
    if (!ticket || !list_select(c->queue.list, ticket))
        console_toast(c, UI_OK, "Nothing in this list needs you: C claims what nobody has, ga shows all.");
}

static void do_detail(struct console *c, const char *arg)
{
    (void)arg;
    c->queue.detail = !c->queue.detail;
    c->queue.in_pane = false;
    c->focus_at = 0;
}

/* There are two panes at most: the next one is the one before, too. */
static void do_pane(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) != PLACE_QUEUE)
        console_toast(c, UI_DIM, "This screen has one pane; Tab goes from the list of tickets into what is beside it.");
    else
        queue_next_pane(&c->queue, surface_columns(c->surface));
    c->focus_at = 0;
}

static void on_delivery(struct console *c, const struct answer *a)
{
    (void)a;
    place_ticket(c, console_ticket(c));
}

static const struct part_command commands[] = {{LOCAL_ARTICLES, do_articles}, {LOCAL_OPEN, do_open}, {LOCAL_TICKET, do_ticket}, {LOCAL_NEXT_VIEW, do_next_view}, {LOCAL_PREV_VIEW, do_prev_view}, {LOCAL_PERIOD, do_period}, {LOCAL_VIEW, do_view}, {LOCAL_GO, do_go}, {LOCAL_BACK, do_back}, {LOCAL_QUIT, do_quit}, {LOCAL_NEXT, do_needs_me}, {LOCAL_DETAIL, do_detail}, {LOCAL_NEXT_PANE, do_pane}, {LOCAL_PREV_PANE, do_pane}, {0}};
static const struct part_answer answers[] = {{FOR_DELIVERY, on_delivery}, {0}};
const struct part part_place = {commands, answers};
