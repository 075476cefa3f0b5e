/* unanswered: see unanswered.h. The list keeps the last ones; the line is made anew from those of one outage. */
#include "app/unanswered.h"
#include "app/errand.h"
#include "app/part.h"
#include "base/clock.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 100, MARGIN = 4 };

struct unanswered {
    struct lost { int64_t at; bool sent; char what[80], became[200]; } list[MOST]; /* at: the desk's clock */
    int count, fresh; /* fresh: how many of the last are of this outage */
    bool more;        /* there were others before them */
};

static struct lost *next(struct console *c)
{
    if (!c->unanswered && !(c->unanswered = calloc(1, sizeof *c->unanswered)))
        abort();
    struct unanswered *u = c->unanswered;
    if (u->count == MOST) {
        memmove(u->list, u->list + 1, (MOST - 1) * sizeof *u->list);
        u->count--;
        u->more = true;
    }
    return &u->list[u->count++];
}

static void put(struct console *c, const char *what, bool sent, const char *became)
{
    struct lost *l = next(c);
    *l = (struct lost){.at = console_now(c), .sent = sent};
    str_copy(l->what, sizeof l->what, what);
    str_copy(l->became, sizeof l->became, became);
}

/* "3 not done: close #12, close #13 and 1 more", as far as there is room for it before the tail. */
static const char *named(struct console *c, int room)
{
    const struct unanswered *u = c->unanswered;
    int sent = 0;
    for (int i = u->count - u->fresh; i < u->count; i++)
        sent += u->list[i].sent;
    const char *line = arena_printf(c->frame, "%d %s: ", u->fresh, !sent ? "not done" : sent == u->fresh ? "without an answer" : "not done, or without an answer");
    for (int i = 0; i < u->fresh; i++) {
        const char *longer = arena_printf(c->frame, "%s%s%s", line, i ? ", " : "", u->list[u->count - u->fresh + i].what);
        const char *rest = i + 1 < u->fresh ? arena_printf(c->frame, " and %d more", u->fresh - i - 1) : "";
        if (i && text_columns(longer) + text_columns(rest) > room)
            return arena_printf(c->frame, "%s and %d more", line, u->fresh - i);
        line = longer;
    }
    return line;
}

void unanswered_add(struct console *c, const char *what, bool sent, const char *why)
{
    static const char tail[] = "; :unanswered lists them";
    put(c, what, sent, arena_printf(c->frame, "%s: %s", sent ? "no answer, look whether it is done" : "not done", why));
    struct unanswered *u = c->unanswered;
    u->fresh += u->fresh < u->count;
    if (u->fresh == 1)
        console_toast(c, UI_ERROR, "%s: %s: %s", what, sent ? "no answer, look whether it is done" : "not done, press it again once the desk is back", why);
    else
        console_toast(c, UI_ERROR, "%s%s", named(c, surface_columns(c->surface) - MARGIN - (int)(sizeof tail - 1)), tail);
}

void unanswered_note(struct console *c, const char *what, const char *became)
{
    put(c, what, true, became);
    c->unanswered->fresh = 0;
}

void unanswered_over(struct console *c)
{
    if (c->unanswered)
        c->unanswered->fresh = 0;
}

void unanswered_fini(struct console *c)
{
    free(c->unanswered);
    c->unanswered = NULL;
}

/* --- to be read --- */

static void read_lost(const struct look *look, struct pager *pager, const struct unanswered *u)
{
    for (int i = u ? u->count : 0; i-- > 0;) { /* the last one first */
        const struct lost *l = &u->list[i];
        pager_hang(pager, 2, UI_NORMAL, arena_printf(look->arena, "%s  %s: ", look_clock(look, l->at), l->what), l->became);
    }
    if (u && u->more)
        pager_block(pager, 2, UI_DIM, false, "There were others before these.");
}

static void do_unanswered(struct console *c, const char *arg)
{
    struct look look = console_look(c);
    struct pager *pager = overlay_read(&c->overlay, FOR_READING, "What the desk did not answer");
    const char *waiting;
    (void)arg;
    pager_begin(pager);
    for (int i = 0; (waiting = errand_waiting(c, i)); i++)
        pager_hang(pager, 2, UI_WARN, waiting, i ? " waits for the one before it" : " waits for an answer; it is asked by itself, and done once");
    read_lost(&look, pager, c->unanswered);
    if (!errand_waiting(c, 0) && !c->unanswered)
        pager_block(pager, 2, UI_DIM, false, "Nothing: all you did was answered.");
    pager_end(pager);
}

static const struct part_command commands[] = {{LOCAL_UNANSWERED, do_unanswered}, {0}};
const struct part part_unanswered = {commands, NULL};
