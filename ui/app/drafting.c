/* drafting: see drafting.h. */
#include "app/drafting.h"
#include "app/part.h"
#include "app/writing.h"
#include "core/draft.h"
#include <inttypes.h>
#include <string.h>

static bool under_cursor(struct console *c, struct lists_item *item)
{
    struct look look = console_look(c);
    return console_place(c) == PLACE_DRAFTS && lists_selected(console_table(c), &look, item);
}

static bool is_reply(const struct json *d)
{
    return str_eq(json_get_string(d, "kind", ""), "reply");
}

/* Kept beyond the frame, for the answer that comes. */
static void mean(struct console *c, const struct json *d)
{
    c->draft.ticket = json_get_i64(d, "ticket", 0);
    c->draft.reply = is_reply(d);
    str_copy(c->draft.from, sizeof c->draft.from, json_get_string(d, "agent", ""));
}

void drafting_open(struct console *c)
{
    struct lists_item item;
    if (!under_cursor(c, &item))
        return;
    mean(c, item.json);
    if (json_get_bool(item.json, "mine", false))
        writing_begin(c, c->draft.ticket, c->draft.reply);
    else
        overlay_confirm(&c->overlay, FOR_TAKE,
                        arena_printf(c->frame, "Take over %s's %s on #%" PRId64 "? It is yours alone then, to go on with and to send.   t take it   Esc leave it", c->draft.from,
                                     draft_word(c->draft.reply), c->draft.ticket), "t");
}

static void do_discard(struct console *c, const char *arg)
{
    struct lists_item item;
    (void)arg;
    if (!under_cursor(c, &item)) {
        console_toast(c, UI_ERROR, "discard: there is no draft under the cursor (D shows them)");
        return;
    }
    if (!json_get_bool(item.json, "mine", false)) {
        console_toast(c, UI_ERROR, "It is %s's: take it over first (Enter), or leave it.", json_get_string(item.json, "agent", "somebody else"));
        return;
    }
    mean(c, item.json);
    overlay_confirm(&c->overlay, FOR_DISCARD,
                    arena_printf(c->frame, "Throw away your %s on #%" PRId64 "? It is gone for good.   y yes   Esc no", draft_word(c->draft.reply), c->draft.ticket), "y");
}

static void answered(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    c->dirty = c->at_once = true;
    fetch_want(c, SLOT_DOC + MIRROR_DRAFTS);
    if (answer->err)
        console_toast(c, UI_ERROR, "%s", answer->err->text);
}

static void taken(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    answered(c, answer);
    if (answer->err)
        return;
    writing_begin(c, c->draft.ticket, c->draft.reply);
}

static void on_take(struct console *c, const struct answer *a)
{
    AUTO_JSON body = json_object();
    (void)a;
    json_put_i64(body, "ticket", c->draft.ticket);
    json_put_string(body, "kind", draft_word(c->draft.reply));
    json_put_string(body, "from", c->draft.from);
    link_send(c->link, "POST", "/v1/drafts/take", json_print_in(c->frame, body), taken, c);
}

static void on_discard(struct console *c, const struct answer *a)
{
    (void)a;
    link_send(c->link, "PUT", arena_printf(c->frame, "/v1/keep/%s", draft_key(c->frame, c->draft.ticket, c->draft.reply)), "{\"value\":null}", answered, c);
}

/* Is the open text still on the list as mine? */
static bool still_mine(struct console *c)
{
    const struct json *list = json_get(mirror_doc(c->mirror, MIRROR_DRAFTS)->root, "drafts");
    for (const struct json *d = json_first(list); d; d = json_next(d))
        if (json_get_bool(d, "mine", false) && json_get_i64(d, "ticket", 0) == c->composer.ticket && is_reply(d) == c->composer.reply)
            return true;
    return false;
}

/* What is typed on is a text of one's own again: the other may be sent any time, and the thread's version then says so. */
void drafting_came(struct console *c)
{
    struct composer *w = &c->composer;
    struct look look = console_look(c);
    lists_sync(&c->lists[LISTS_DRAFTS], &look, console_anchored(c)); /* ready before the screen is: D and Enter may be one move */
    if (!composer_is_open(w) || !w->shared || w->unsaved || w->changed_at || w->saving || w->state == COMPOSER_SENDING || still_mine(c))
        return;
    w->shared = false;
    console_toast(c, UI_WARN, "Somebody took this draft over, or sent it: what you type on is a text of your own.");
}

static const struct part_command commands[] = {{LOCAL_DISCARD, do_discard}, {0}};
static const struct part_answer answers[] = {{FOR_DISCARD, on_discard}, {FOR_TAKE, on_take}, {0}};
const struct part part_drafting = {commands, answers};
