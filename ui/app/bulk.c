/* bulk: see bulk.h. */
#include "app/bulk.h"
#include "base/text.h"
#include "screen/preview.h"
#include <stdlib.h>
#include <string.h>

struct asking { /* what the dry run was asked for: the answer is of use while that is still wanted */
    struct console *c;
    const struct action_row *action;
    int count;
    int64_t first;
};

static bool still_wanted(const struct asking *q)
{
    const struct asked *a = &q->c->asked;
    return q->c->overlay.kind == OVERLAY_NONE && a->action == q->action && a->count == q->count && a->tickets[0] == q->first;
}

static void take(struct console *c, const struct json *root, enum preview_fate fate, int *at, int *count)
{
    for (const struct json *r = json_first(json_get(root, "results")); r; r = json_next(r))
        if (preview_fate(r) == fate && *at < TARGETS_MAX) {
            c->asked.tickets[(*at)++] = json_get_i64(r, "ticket", 0);
            ++*count;
        }
}

/* Those that change, and behind them those that are so already; what is refused stays marked, and is only counted. */
static void keep_changing(struct console *c, const struct json *root)
{
    struct asked *a = &c->asked;
    int at = 0, all = (int)json_count(json_get(root, "results"));
    a->count = a->same = 0;
    take(c, root, PREVIEW_CHANGES, &at, &a->count);
    take(c, root, PREVIEW_SAME, &at, &a->same);
    a->refused = all - at;
}

static const char *why_nothing(struct console *c, const struct json *root)
{
    for (const struct json *r = json_first(json_get(root, "results")); r; r = json_next(r))
        if (preview_fate(r) == PREVIEW_REFUSED)
            return json_get_string(json_get(r, "error"), "detail", "");
    return arena_printf(c->frame, "all %d are so already", c->asked.same);
}

void bulk_read(struct console *c)
{
    struct look look = console_look(c);
    bool final = c->overlay.purpose == FOR_BULK && !(c->asked.action->flags & UNDOABLE);
    preview_read(&look, c->overlay.pager, c->overlay.about, final, look_columns(c->surface) - 1);
}

static void open_preview(struct console *c, const struct json *root)
{
    struct asked *a = &c->asked;
    int all = a->count + a->same + a->refused + a->left;
    a->seen = true;
    bool word = a->action->arg == ARG_NONE; /* the name once more, as it had to be typed */
    const char *arg = word ? "" : text_fit(c->frame, text_safe_in(c->frame, a->arg, TEXT_LINE), 40);
    overlay_read(&c->overlay, FOR_BULK,
                 arena_printf(c->frame, "%s%s%s: %d of %d ticket%s%s   (y does it, q leaves)", a->action->name, *arg ? " " : "", arg, a->count, all,
                              all == 1 ? " changes" : "s change",
                              a->left ? arena_printf(c->frame, "; %d more stay marked, for another time", a->left) : ""));
    overlay_answers(&c->overlay, "y");
    overlay_about(&c->overlay, json_copy(root));
    bulk_read(c);
}

static void came(void *arg, const struct link_answer *answer)
{
    struct asking *q = arg;
    struct console *c = q->c;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    bool wanted = still_wanted(q);
    free(q);
    c->dirty = c->at_once = true;
    if (answer->err)
        console_toast(c, UI_ERROR, "%s%s%s", answer->err->text, *answer->hint ? "; " : "", answer->hint);
    if (!root || !wanted)
        return;
    keep_changing(c, root);
    for (int i = 0; !c->asked.count && c->asked.left && i < c->asked.same && console_marks(c); i++)
        list_mark(console_marks(c), c->asked.tickets[i], false); /* the next time is about those behind them */
    if (c->asked.count)
        open_preview(c, root);
    else
        console_toast(c, c->asked.refused ? UI_ERROR : UI_DIM, "%s changes nothing: %s", c->asked.action->name, why_nothing(c, root));
}

void bulk_preview(struct console *c, const struct command_do *what)
{
    struct err err = {0};
    struct command_do dry = *what;
    dry.dry_run = true;
    dry.key = NULL;
    char *body = command_body(c->frame, &dry, &err);
    if (!body) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    struct asking *q = calloc(1, sizeof *q);
    if (!q)
        abort();
    *q = (struct asking){c, what->action, what->ticket_count, what->tickets[0]};
    link_send(c->link, "POST", "/v1/do", body, came, q);
}
