/* aside: see aside.h. The mirror knows enough to ask before the daemon would refuse. */
#include "app/aside.h"
#include "app/part.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { MESSAGES_MOST = 60, WORDS = 60, SIBLINGS_MOST = 3 };

static bool is(const struct console *c, int action)
{
    return c->asked.action == &action_table[action];
}

void aside_marked(struct console *c)
{
    struct asked *a = &c->asked;
    int64_t target = console_marks(c) && list_marks(console_marks(c)) ? list_selected(console_marks(c)) : 0;
    int kept = 0;
    if (!target || console_place(c) != PLACE_QUEUE)
        return;
    for (int i = 0; i < a->count; i++)
        if (a->tickets[i] != target)
            a->tickets[kept++] = a->tickets[i];
    if (!kept)
        return; /* only the one under the cursor is marked: it is asked into which */
    a->count = kept;
    str_copy(a->arg, sizeof a->arg, arena_printf(c->frame, "%lld", (long long)target));
}

static const char *first_words(struct console *c, const char *body)
{
    return text_fit(c->frame, text_safe_in(c->frame, body, TEXT_LINE), WORDS);
}

/* Newest first: it is mostly the last one that is about something else. */
static bool pick_message(struct console *c)
{
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_TICKET);
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, MESSAGES_MOST);
    int n = 0, from = MESSAGES_MOST;
    if (doc->ticket != c->asked.tickets[0]) {
        console_toast(c, UI_ERROR, "split: open the ticket first, its messages are offered then");
        return true;
    }
    for (const struct json *line = json_first(json_get(doc->root, "lines")); line; line = json_next(line)) {
        const struct json *m = json_get(line, "message");
        if (!json_is(m, JSON_OBJECT) || json_get_i64(line, "ticket", doc->ticket) != doc->ticket || from == 0)
            continue;
        items[--from] = (struct picker_item){.id = ++n, .name = arena_printf(c->frame, "%lld", (long long)json_get_i64(m, "row", 0)),
                                             .detail = arena_printf(c->frame, "%s: %s", json_get_string(m, "author_kind", ""),
                                                                    first_words(c, json_get_string(m, "body", "")))};
    }
    overlay_pick(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "split #%lld (no undo) from the message: ", (long long)c->asked.tickets[0]), items + from,
                 (size_t)n, false);
    return true;
}

static const char *customer(const struct console *c, int64_t ticket)
{
    const struct mirror_row *row = mirror_row_find(c->mirror, ticket, NULL);
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_TICKET);
    if (row)
        return row->t.customer ? row->t.customer : "";
    return doc->ticket == ticket ? json_get_string(json_get(doc->root, "ticket"), "customer", "") : NULL;
}

/* Into which: mostly it is another of the same customer. */
static const char *merge_hint(struct console *c)
{
    const char *theirs = customer(c, c->asked.tickets[0]);
    AUTO_STR out;
    int n = 0;
    str_init(&out, 1000);
    for (int i = 0; theirs && *theirs && i < mirror_row_count(c->mirror) && n < SIBLINGS_MOST; i++) {
        const struct ticket *t = &mirror_row_at(c->mirror, i)->t;
        bool asked = false;
        for (int k = 0; k < c->asked.count; k++)
            asked |= c->asked.tickets[k] == t->id;
        if (!asked && !ticket_done(t->status) && t->customer && str_eq(t->customer, theirs))
            str_addf(&out, "%s#%lld %s", n++ ? ", " : "theirs too: ", (long long)t->id, first_words(c, t->title ? t->title : ""));
    }
    return n ? arena_strdup(c->frame, out.data) : "the number of the one that stays; or mark those that go, and press M on the one that stays";
}

static void ask_merge(struct console *c)
{
    overlay_ask(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "merge %s into: #", act_about(c)), "");
    overlay_note(&c->overlay, UI_HINT, merge_hint(c));
}

bool aside_ask(struct console *c)
{
    const char *name = c->asked.action->name;
    if (is(c, ACTION_SPLIT))
        return pick_message(c);
    if (is(c, ACTION_MERGE))
        ask_merge(c);
    else if (is(c, ACTION_SPAM) || is(c, ACTION_DUPLICATE) || is(c, ACTION_INVALID))
        overlay_ask(&c->overlay, FOR_WORD, arena_printf(c->frame, "type %s to put %s aside: ", name, act_about(c)), "");
    else if (is(c, ACTION_RESET_XP))
        overlay_ask(&c->overlay, FOR_ARGUMENT, "scores begin anew for AGENT or all, because (AGENT|all REASON): ", "");
    else if (is(c, ACTION_ERASE_EVENT))
        overlay_ask(&c->overlay, FOR_ARGUMENT, "erase what an event in quarantine says: its number: ", "");
    else if (is(c, ACTION_DELETE))
        overlay_ask(&c->overlay, FOR_WORD, arena_printf(c->frame, "type delete to take %s out of every queue and count: ", act_about(c)), "");
    else if (is(c, ACTION_PURGE))
        overlay_ask(&c->overlay, FOR_WORD, arena_printf(c->frame, "type purge: %s and all that was written in it is gone for good, no undo: ", act_about(c)), "");
    else if (is(c, ACTION_ERASE))
        overlay_ask(&c->overlay, FOR_WORD, arena_printf(c->frame, "type erase: what was written in %s, and who wrote it, is gone for good: ", act_about(c)), "");
    else
        return false;
    return true;
}

static bool customers_differ(const struct console *c, int64_t target)
{
    const char *theirs = customer(c, target);
    for (int i = 0; theirs && i < c->asked.count; i++) {
        const char *ours = customer(c, c->asked.tickets[i]);
        if (ours && strcmp(ours, theirs) != 0)
            return true;
    }
    return false;
}

static bool ask_same(struct console *c, const char *arg, const char *what)
{
    str_copy(c->asked.arg, sizeof c->asked.arg, arena_printf(c->frame, "%s confirm", arg));
    overlay_confirm(&c->overlay, FOR_SURE, arena_printf(c->frame, "%s: are they about the same?  y merge   Esc no", what), "y");
    return true;
}

bool aside_refused(struct console *c, int64_t ticket, const char *detail)
{
    const char *customers = strstr(detail, "different customers");
    if (!is(c, ACTION_MERGE) || c->asked.tickets[0] != ticket || !customers || c->overlay.kind != OVERLAY_NONE)
        return false;
    return ask_same(c, arena_strdup(c->frame, c->asked.arg), arena_printf(c->frame, "%.*sdifferent customers", (int)(customers - detail), detail));
}

bool aside_sure(struct console *c, const struct command_do *what)
{
    if (is(c, ACTION_STATUS) && what->arg && strcmp(what->arg, "on_hold") == 0 && !what->with) {
        overlay_ask(&c->overlay, FOR_HOLD, arena_printf(c->frame, "%s on hold, waiting for: ", act_about(c)), "");
        return false;
    }
    const char *word = is(c, ACTION_RESET_XP) && strstr(what->arg, "reason=") ? "type reset-xp, and levels, XP and achievements begin anew: "
                       : is(c, ACTION_ERASE_EVENT) ? "type erase-event: what it says is gone for good, no undo: " : NULL;
    if (word && !strstr(what->arg, "confirm=")) {
        str_copy(c->asked.arg, sizeof c->asked.arg, what->arg);
        overlay_ask(&c->overlay, FOR_WORD, word, "");
        return false;
    }
    if (is(c, ACTION_MERGE) && !what->with && customers_differ(c, strtoll(what->arg, NULL, 10))) {
        return !ask_same(c, what->arg, arena_printf(c->frame, "%s and #%s are of different customers", act_about(c), what->arg));
    }
    return true;
}
