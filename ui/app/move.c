/* move: the cursor and the marks, on whatever is shown. */
#include "app/marking.h"
#include "app/part.h"
#include "app/prompt.h"
#include "screen/look.h"
#include <inttypes.h>

static void move(struct console *c, const char *command)
{
    struct lists *table = console_table(c);
    if (table) {
        list_command(table->list, command);
        if (list_wants(table->list) == LIST_WANTS_AFTER)
            fetch_on(c);
    } else if (console_in_pane(c)) {
        if (queue_pager(&c->queue))
            pager_command(queue_pager(&c->queue), command);
    } else if (console_place(c) == PLACE_QUEUE) {
        list_command(c->queue.list, command);
        c->moved = true;
        if (list_wants(c->queue.list) == LIST_WANTS_AFTER && mirror_next(c->mirror))
            fetch_want(c, SLOT_MORE);
    } else if (console_place(c) == PLACE_TICKET) {
        pager_command(c->ticket.pager, command);
    } else if (console_place(c) == PLACE_METRICS) {
        metrics_scroll(&c->metrics, look_scroll(command, c->metrics.rows));
    } else {
        scoreboard_scroll(&c->board, look_scroll(command, c->board.rows));
    }
}

static void do_down(struct console *c, const char *arg)
{
    (void)arg;
    move(c, "down");
}

static void do_up(struct console *c, const char *arg)
{
    (void)arg;
    move(c, "up");
}

static void do_top(struct console *c, const char *arg)
{
    (void)arg;
    move(c, "top");
}

static void do_bottom(struct console *c, const char *arg)
{
    (void)arg;
    move(c, "bottom");
    c->to_end = true;
}

static void do_page_down(struct console *c, const char *arg)
{
    (void)arg;
    move(c, "page-down");
}

static void do_page_up(struct console *c, const char *arg)
{
    (void)arg;
    move(c, "page-up");
}

static bool can_mark(struct console *c)
{
    if (!console_marks(c))
        console_toast(c, UI_DIM, "marks are for tickets, labels and deliveries");
    return console_marks(c);
}

static void mark(struct console *c, const char *command)
{
    size_t before = console_marks(c) ? list_marks(console_marks(c)) : 0;
    if (!can_mark(c))
        return;
    list_command(console_marks(c), command);
    if (before == list_marks(console_marks(c)) && before == LIST_MARKS_MOST)
        console_toast(c, UI_WARN, "%zu are marked, which is the most", before);
}

static void do_mark(struct console *c, const char *arg)
{
    (void)arg;
    mark(c, "mark");
}

static void do_mark_all(struct console *c, const char *arg)
{
    (void)arg;
    if (can_mark(c))
        marking_all(c);
}

static void do_unmark(struct console *c, const char *arg)
{
    (void)arg;
    marking_end(c);
    mark(c, "unmark");
}

static void do_range(struct console *c, const char *arg)
{
    struct list *list = console_marks(c);
    (void)arg;
    mark(c, "range");
    if (list && !list_ranging(list))
        toast_moot(&c->toast, UI_TOAST); /* it told how to end it */
    if (list && list_ranging(list))
        console_toast(c, UI_TOAST, "a range begins at #%" PRId64 ": move, v marks up to there", list_selected(list));
}

static void do_mark_filter(struct console *c, const char *arg)
{
    if (!can_mark(c))
        return;
    if (*arg)
        marking_words(c, arg);
    else
        prompt_open(c, FOR_MARKS, "mark: ", "");
}

static void on_marks(struct console *c, const struct answer *a)
{
    if (*a->text && can_mark(c))
        marking_words(c, a->text);
}

static const struct part_command commands[] = {{LOCAL_DOWN, do_down}, {LOCAL_UP, do_up}, {LOCAL_TOP, do_top}, {LOCAL_BOTTOM, do_bottom}, {LOCAL_PAGE_DOWN, do_page_down}, {LOCAL_PAGE_UP, do_page_up}, {LOCAL_MARK, do_mark}, {LOCAL_MARK_ALL, do_mark_all}, {LOCAL_UNMARK, do_unmark}, {LOCAL_RANGE, do_range}, {LOCAL_MARK_FILTER, do_mark_filter}, {0}};
static const struct part_answer answers[] = {{FOR_MARKS, on_marks}, {0}};
const struct part part_move = {commands, answers};
