/* find: the list narrowed and sorted, the text searched. */
#include "app/part.h"
#include "app/prompt.h"
#include "base/text.h"
#include "core/when.h"
#include <stdlib.h>
#include <string.h>

static void filter(struct console *c, const char *words)
{
    struct err err = {0};
    AUTO_ARENA a = arena_new();
    struct lists *table = console_table(c);
    if (console_place(c) == PLACE_ARTICLES) {
        place_articles(c, words);
        return;
    }
    if (table && !str_starts(words, "where ")) {
        lists_filter(table, words);
        fetch_place(c); /* the audit asks for what the words name */
        console_changed(c);
        return;
    }
    if (words[strspn(words, "0123456789#")] == 0 && *words) {
        place_ticket(c, strtoll(words + (*words == '#'), NULL, 10));
        return;
    }
    const char *where = prompt_where(a, words, &err);
    if (!where) { /* what was typed is not lost for a slip */
        prompt_open(c, FOR_FILTER, "/", words);
        overlay_note(&c->overlay, UI_ERROR, err.text);
        return;
    }
    if (console_place(c) != PLACE_QUEUE)
        console_go(c, PLACE_QUEUE);
    fetch_view(c, c->view, where);
    list_command(c->queue.list, "top");
}

static void search(struct console *c, const char *words)
{
    const struct look look = console_look(c);
    if (*words)
        ticket_unfold(&c->ticket, &look, true); /* what is folded away holds words too */
    size_t found = pager_search(c->ticket.pager, words);
    if (*words && mirror_doc(c->mirror, MIRROR_TICKET)->ticket != c->focus)
        console_toast(c, UI_TOAST, "#%lld is still being read: what holds that is marked as it comes; n next, N before", (long long)c->focus);
    else if (*words)
        console_toast(c, found ? UI_TOAST : UI_ERROR,
                      found == 1 ? "%zu line; n next, N before" : found ? "%zu lines; n next, N before" : "no line holds that%.0zu", found);
}

static void do_filter(struct console *c, const char *arg)
{
    bool reading = console_place(c) == PLACE_TICKET;
    if (*arg)
        (reading ? search : filter)(c, arg);
    else if (reading)
        overlay_ask(&c->overlay, FOR_SEARCH, "find in it: ", "");
    else
        prompt_open(c, FOR_FILTER, "/", "");
}

static void nothing_sought(struct console *c)
{
    console_toast(c, UI_DIM, "n and N go from hit to hit of the words that / looks for; there are none now");
}

/* A list that is filtered holds its hits and nothing else: the next one is the next row. */
static void next_row(struct console *c, const char *move)
{
    const struct lists *table = console_table(c);
    const struct list *list = table ? table->list : c->queue.list;
    bool sought = table ? *table->filter : console_place(c) == PLACE_QUEUE && *c->where && !console_in_pane(c);
    int64_t was = list_selected(list);
    if (!sought) {
        nothing_sought(c);
        return;
    }
    run_line(c, move);
    if (list_selected(list) == was && list_wants(list) == LIST_ENOUGH)
        console_toast(c, UI_DIM, "There is no other that fits.");
}

static void do_search_next(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) != PLACE_TICKET)
        next_row(c, "down");
    else if (!pager_command(c->ticket.pager, "search-next"))
        nothing_sought(c);
}

static void do_search_prev(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) != PLACE_TICKET)
        next_row(c, "up");
    else if (!pager_command(c->ticket.pager, "search-prev"))
        nothing_sought(c);
}

static void sort_by(struct console *c, enum mirror_sort by, bool invert)
{
    c->sort = by;
    c->invert = invert;
    fetch_want(c, SLOT_PAGE);
}

static void do_sort(struct console *c, const char *arg)
{
    int n;
    const struct offer *sorts = offer_sorts(&n);
    int by = sort_find(arg);
    if (!*arg)
        part_pick(c, FOR_SORT, "sort by: ", sorts, n, false);
    else if (by < 0)
        console_toast(c, UI_ERROR, "sort: due, age, updated, urgency or priority");
    else
        sort_by(c, (enum mirror_sort)by, false);
}

static void do_invert(struct console *c, const char *arg)
{
    (void)arg;
    sort_by(c, c->sort, !c->invert);
}

static void on_filter(struct console *c, const struct answer *a)
{
    filter(c, a->text);
}

static void on_search(struct console *c, const struct answer *a)
{
    search(c, a->text);
}

static void on_sort(struct console *c, const struct answer *a)
{
    do_sort(c, a->text);
}

static const struct part_command commands[] = {{LOCAL_FILTER, do_filter}, {LOCAL_SEARCH_NEXT, do_search_next}, {LOCAL_SEARCH_PREV, do_search_prev}, {LOCAL_SORT, do_sort}, {LOCAL_INVERT, do_invert}, {0}};
static const struct part_answer answers[] = {{FOR_FILTER, on_filter}, {FOR_SEARCH, on_search}, {FOR_SORT, on_sort}, {0}};
const struct part part_find = {commands, answers};
