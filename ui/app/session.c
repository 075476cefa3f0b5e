/* session: a small document of the daemon's `keep`, written a second after the last key when it differs from what was written
 * last, and read once at the start. What it names may be gone by then: whatever is still there is taken up. */
#include "app/session.h"
#include "app/writing.h"
#include "base/clock.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PAUSE_MS = 1000, OLD_MS = 24 * 3600000, SOON_MS = 4000, MOST = 32 << 10 };
static const char place[] = "/v1/keep/session";

static bool on_stack(const struct console *c, enum place what)
{
    for (int i = 0; i <= c->depth; i++)
        if (c->stack[i] == what)
            return true;
    return false;
}

/* --- keeping --- */

static struct json *marks_of(struct console *c)
{
    struct json *list = json_array();
    size_t n = 0;
    const int64_t *ids = list_marks(c->queue.list) ? list_targets(c->queue.list, c->frame, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        json_push(list, json_new_i64(ids[i]));
    return list;
}

static char *told(struct console *c)
{
    AUTO_JSON now = json_object();
    struct list_place at = list_place(c->queue.list);
    json_put_string(now, "view", c->view);
    json_put_string(now, "where", c->where);
    json_put_string(now, "sort", sort_word(c->sort));
    json_put_bool(now, "invert", c->invert);
    json_put_i64(now, "selected", at.selected);
    json_put_i64(now, "line", at.line);
    json_put(now, "marks", marks_of(c));
    if (on_stack(c, PLACE_TICKET)) {
        json_put_i64(now, "ticket", c->ticket.id);
        json_put_i64(now, "top", c->ticket.pager && !pager_at_end(c->ticket.pager) ? pager_top(c->ticket.pager) : 0);
    }
    if (composer_is_open(&c->composer)) {
        json_put_i64(now, "writing", c->composer.ticket);
        json_put_bool(now, "reply", c->composer.reply);
    }
    return json_print_in(c->frame, now);
}

static void ignored(void *arg, const struct link_answer *answer)
{
    (void)arg, (void)answer;
}

static void keep(struct console *c)
{
    struct session *s = &c->session;
    char *now = told(c);
    s->looked_at = clock_mono();
    if (strlen(now) >= MOST || (s->kept && strcmp(s->kept, now) == 0))
        return;
    free(s->kept);
    s->kept = strdup(now);
    link_send(c->link, "PUT", place, arena_printf(c->frame, "{\"value\":{\"at\":%" PRId64 ",\"was\":%s}}", console_now(c), now), ignored, NULL);
}

/* --- bringing back --- */

static void take_up(struct console *c)
{
    const struct json *was = c->session.was;
    for (const struct json *m = json_first(json_get(was, "marks")); m; m = json_next(m)) {
        int64_t id = 0;
        if (json_i64(m, &id))
            list_mark(c->queue.list, id, true);
    }
    if (list_select(c->queue.list, json_get_i64(was, "selected", 0)))
        list_restore(c->queue.list, (struct list_place){json_get_i64(was, "selected", 0), (int)json_get_i64(was, "line", 0)});
    int64_t ticket = json_get_i64(was, "ticket", 0), writing = json_get_i64(was, "writing", 0);
    if (ticket) {
        ticket_open(&c->ticket, ticket);
        console_go(c, PLACE_TICKET);
        fetch_focus(c, ticket);
    }
    if (writing)
        writing_begin(c, writing, json_get_bool(was, "reply", true));
    c->session.top = json_get_i64(was, "top", 0);
    c->session.give_up_at = clock_mono() + SOON_MS;
    console_toast(c, UI_DIM, "You are where your console was last; Q leaves for good.");
}

void session_begin(struct console *c)
{
    const struct json *value = mirror_kept(c->mirror, "session"), *was = json_get(value, "was");
    if (was && clock_now() - json_get_i64(value, "at", 0) < OLD_MS)
        c->session.was = json_copy(was);
}

/* The list stands as it was asked for. */
static bool list_is_here(const struct console *c)
{
    const struct wanted *desk = &c->slots[SLOT_DESK], *page = &c->slots[SLOT_PAGE];
    return mirror_ready(c->mirror) && !desk->wanted && !desk->flying && !page->wanted && !page->flying;
}

/* Two consoles do not have one text open by themselves: while another one of this agent is where this one would go, it begins at the list. If that one
 * ends before a key is pressed, it was the line that broke, and was not known to. */
static bool is_taken(struct console *c, int64_t now)
{
    struct session *s = &c->session;
    int64_t ticket = json_get_i64(s->was, "writing", json_get_i64(s->was, "ticket", 0));
    if (!ticket || !mirror_twice(c->mirror, ticket))
        return false;
    if (!s->waits_since) {
        s->waits_since = now;
        console_toast(c, UI_DIM, "Another console of yours is at #%" PRId64 ": this one begins at the list.", ticket);
    }
    return true;
}

static void let_go(struct session *s)
{
    json_free(s->was);
    s->was = NULL;
    s->waits_since = 0;
}

static void scroll_back(struct console *c, int64_t now)
{
    struct session *s = &c->session;
    bool done = now >= s->give_up_at || c->last_key || console_place(c) != PLACE_TICKET;
    if (!done && c->ticket.pager && !pager_at_end(c->ticket.pager) && pager_top(c->ticket.pager) == s->top)
        done = true;
    if (!done && c->ticket.pager && pager_show(c->ticket.pager, s->top))
        c->dirty = true;
    s->top = done ? 0 : s->top;
}

void session_follow(struct console *c, int64_t now)
{
    struct session *s = &c->session;
    if (s->was && !s->turned && mirror_ready(c->mirror)) {
        s->turned = true;
        int by = sort_find(json_get_string(s->was, "sort", ""));
        c->sort = by > 0 ? (enum mirror_sort)by : MIRROR_BY_DUE;
        c->invert = json_get_bool(s->was, "invert", false);
        if (!str_eq(c->view, json_get_string(s->was, "view", c->view)) || *json_get_string(s->was, "where", "") || fetch_turned(c))
            fetch_view(c, json_get_string(s->was, "view", c->view), json_get_string(s->was, "where", ""));
    }
    if (s->waits_since && c->last_key > s->waits_since)
        let_go(s);
    if (s->was && s->turned && list_is_here(c) && mirror_stream(c->mirror) && !is_taken(c, now)) {
        take_up(c);
        let_go(s);
        c->dirty = true;
    }
    if (s->top)
        scroll_back(c, now);
    if (!s->was && c->last_key > s->looked_at && now - c->last_key >= PAUSE_MS && link_status(c->link)->state == LINK_LIVE)
        keep(c);
}

int64_t session_next(const struct console *c)
{
    const struct session *s = &c->session;
    if (s->top)
        return clock_mono() + 50;
    return c->last_key > s->looked_at && link_status(c->link)->state == LINK_LIVE ? c->last_key + PAUSE_MS : 0;
}

void session_end(struct console *c)
{
    if (c->left)
        link_send(c->link, "PUT", place, "{\"value\":null}", ignored, NULL);
    else if (mirror_ready(c->mirror) && !c->session.was)
        keep(c);
    json_free(c->session.was);
    free(c->session.kept);
    c->session = (struct session){0};
}
