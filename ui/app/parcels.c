/* parcels: what leaves: sent again, given up, held back and let go. */
#include "app/part.h"
#include "base/text.h"
#include <string.h>

static void delivered(void *arg, const struct link_answer *answer)
{
    static const struct { const char *name, *one, *many, *none; } said[] = {
        {"replay", "The delivery leaves again", " deliveries leave again", "None of them is dead"},
        {"retry", "The delivery goes now", " deliveries go now", "None of them waits"},
        {"drop", "The delivery is given up", " deliveries are given up", "None of them is dead or waiting"},
        {"pause", "It rests; its queue is kept", "", ""},
        {"resume", "It goes on", "", ""}};
    struct console *c = arg;
    AUTO_JSON root =
        answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    int64_t n = json_get_i64(root, "count", 0);
    if (answer->err)
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (str_eq(said[i].name, json_get_string(root, "do", "")))
            console_toast(c, n ? UI_TOAST : UI_ERROR, "%s%s", n > 1 ? look_count(c->frame, n) : "",
                          n > 1 ? said[i].many : n ? said[i].one : said[i].none);
    fetch_place(c);
}

/* POST /v1/deliveries; takes the body. */
static void deliver(struct console *c, struct json *body)
{
    AUTO_JSON sent = body;
    link_send(c->link, "POST", "/v1/deliveries", json_print_in(c->frame, sent), delivered, c);
}

/* Of those under the cursor or marked, as far as a row shows them; how many. Each is dead, or waits, or neither. */
static int deliveries_in(struct console *c, struct json *ids, bool dead)
{
    struct look look = console_look(c);
    size_t n = 0;
    int items = 0, found = 0;
    const int64_t *targets = list_targets(console_marks(c), c->frame, &n);
    const struct lists_item *list = lists_type(LISTS_DELIVERIES)->items(&look, &items);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < items; k++) {
            const char *state = json_get_string(list[k].json, "state", "");
            bool fits = dead ? str_eq(state, "dead") : str_eq(state, "retrying") || str_eq(state, "due");
            if (list[k].id != targets[i] || !fits || !list_holds(console_marks(c), targets[i]))
                continue;
            json_push(ids, json_new_i64(targets[i]));
            found++;
        }
    return found;
}

/* What was meant: of a row that a filter hides the mark stays. */
static void unmark_shown(struct console *c)
{
    struct list *list = console_marks(c);
    size_t n = 0;
    const int64_t *marked = list_marks(list) ? list_targets(list, c->frame, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        if (list_holds(list, marked[i]))
            list_mark(list, marked[i], false);
}

static bool send_deliveries(struct console *c, const char *what, bool dead)
{
    struct json *body = json_object(), *ids = json_array();
    int n = deliveries_in(c, ids, dead);
    json_put_string(body, "do", what);
    json_put(body, "ids", ids);
    if (n)
        deliver(c, body);
    else
        json_free(body);
    return n;
}

/* The dead leave again; those that wait go now. */
static void do_replay(struct console *c, const char *arg)
{
    if (*arg) {
        struct json *body = json_object();
        json_put_string(body, "do", "replay");
        json_put_string(body, "destination", arg);
        deliver(c, body);
        return;
    }
    if (console_place(c) != PLACE_DELIVERIES) {
        run_line(c, "resync");
        return;
    }
    bool dead = send_deliveries(c, "replay", true), waiting = send_deliveries(c, "retry", false);
    if (!dead && !waiting)
        console_toast(c, UI_DIM, "It is neither dead nor waiting: nothing to send again.");
    unmark_shown(c);
}

static void do_drop(struct console *c, const char *arg)
{
    struct json *ids = json_array();
    int n = console_place(c) == PLACE_DELIVERIES ? deliveries_in(c, ids, true) + deliveries_in(c, ids, false) : 0;
    (void)arg;
    json_free(ids);
    if (n)
        overlay_ask(&c->overlay, FOR_DROP, arena_printf(c->frame, "type drop to give up %d deliver%s for good: ", n, n == 1 ? "y" : "ies"), "");
    else
        console_toast(c, UI_ERROR, "drop: no delivery under the cursor is dead or waiting (gd shows them)");
}

static void dropped(struct console *c, const char *typed)
{
    if (strcmp(typed, "drop") != 0) {
        console_toast(c, UI_DIM, "Nothing was dropped.");
        return;
    }
    send_deliveries(c, "drop", true);
    send_deliveries(c, "drop", false);
    unmark_shown(c);
}

static void rest_or_go(struct console *c, const char *what, const char *arg)
{
    size_t n = strcspn(arg, " ");
    if (!n) {
        console_toast(c, UI_ERROR, ":%s needs a destination's name (gd shows them)", what);
        return;
    }
    struct json *body = json_object();
    json_put_string(body, "do", what);
    json_put_string(body, "destination", arena_strndup(c->frame, arg, n));
    if (arg[n + strspn(arg + n, " ")])
        json_put_string(body, "reason", arg + n + strspn(arg + n, " "));
    deliver(c, body);
}

static void do_pause(struct console *c, const char *arg)
{
    rest_or_go(c, "pause", arg);
}

static void do_resume(struct console *c, const char *arg)
{
    rest_or_go(c, "resume", arg);
}

static void on_drop(struct console *c, const struct answer *a)
{
    dropped(c, a->text);
}

static const struct part_command commands[] = {{LOCAL_REPLAY, do_replay}, {LOCAL_DROP, do_drop}, {LOCAL_PAUSE, do_pause}, {LOCAL_RESUME, do_resume}, {0}};
static const struct part_answer answers[] = {{FOR_DROP, on_drop}, {0}};
const struct part part_parcels = {commands, answers};
