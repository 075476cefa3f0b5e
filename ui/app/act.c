/* act: an action of the desk from the console: which tickets it is for, the argument it still needs, what is asked before it
 * is done; then it is one call. */
#include "app/aside.h"
#include "app/bulk.h"
#include "app/insert.h"
#include "app/marking.h"
#include "app/paging.h"
#include "app/deed.h"
#include "app/part.h"
#include "app/views.h"
#include "app/writing.h"
#include "base/text.h"
#include "core/field.h"
#include "core/tags.h"
#include "core/watch.h"
#include "screen/agents.h"
#include "screen/escalations.h"
#include "screen/oncall.h"
#include <stdlib.h>
#include <string.h>

/* Is it about one that is marked, and no row on the screen says so? */
static bool unseen(struct console *c)
{
    const struct asked *a = &c->asked;
    const struct list *list = console_marks(c);
    return a->marked && a->count == 1 && !(list && list_in_sight(list, a->tickets[0]));
}

/* One ticket that is seen: it is done. Several, or one that is marked where nobody sees it: what it would do is shown first. */
static void perform(struct console *c, const struct command_do *what, const char *arg)
{
    struct asked *a = &c->asked;
    struct command_do whole = *what;
    whole.tickets = a->tickets;
    whole.ticket_count = a->count;
    if ((a->count > 1 || unseen(c)) && !a->seen) {
        str_copy(a->arg, sizeof a->arg, arena_strdup(c->frame, arg));
        bulk_preview(c, &whole);
        return;
    }
    if (console_marks(c) && what->action == &action_table[ACTION_MERGE])
        list_mark(console_marks(c), strtoll(what->arg, NULL, 10), false);
    for (int i = a->count; console_marks(c) && a->seen && i < a->count + a->same; i++)
        list_mark(console_marks(c), a->tickets[i], false);
    deed_do(c, &whole); /* the others' marks stand until the answer says of which it was done */
    a->seen = false;
}

static void ask_argument(struct console *c);

/* What was typed in full and cannot be done is asked once more, as it was typed, with what is wrong. */
static bool ask_again(struct console *c, const char *wrong)
{
    const char *typed = arena_strdup(c->frame, c->asked.arg);
    if (c->asked.action->arg != ARG_WITH || !*typed || c->overlay.kind || composer_is_open(&c->composer))
        return false;
    ask_argument(c);
    if (c->overlay.kind != OVERLAY_ASK)
        return false;
    editor_set(c->overlay.editor, typed);
    overlay_note(&c->overlay, UI_ERROR, wrong);
    return true;
}

bool act_refused(struct console *c, const char *action, const char *wrong)
{
    return c->asked.action && str_eq(c->asked.action->name, action) && ask_again(c, wrong);
}

/* Whoever takes the desk over writes words, not NAME=VALUE. */
static const char *noted(struct console *c, const struct action_row *action, const char *arg)
{
    if (action != &action_table[ACTION_HANDOVER_ACK] || !*arg || str_starts(arg, "note=") || *arg == '{')
        return arg;
    AUTO_STR out;
    str_init(&out, 4096);
    str_adds(&out, "note=\"");
    for (; *arg; arg++)
        str_addf(&out, "%s%c", *arg == '"' || *arg == '\\' ? "\\" : "", *arg);
    str_addc(&out, '"');
    return arena_strdup(c->frame, out.data);
}

/* Can it be said to the daemon at all? */
static bool sound(struct console *c, const struct command_do *what, struct err *err)
{
    struct command_do whole = *what;
    whole.tickets = c->asked.tickets;
    whole.ticket_count = c->asked.count;
    return command_body(c->frame, &whole, err) != NULL;
}

/* The argument is known: as it was spoken it is read, what it leaves open is asked, then it is sent. */
static void argued(struct console *c, const char *arg)
{
    struct command_do what = {.action = c->asked.action};
    struct err err = {0};
    const struct moment here = console_here(c);
    bool snooze = what.action->arg == ARG_UNTIL;
    arg = noted(c, what.action, views_said(c, what.action, arg));
    if (snooze && strcmp(arg, "again") == 0)
        arg = *c->last_snooze ? c->last_snooze : "1h";
    if (what.action->arg == ARG_REASON && !arg[strspn(arg, " ")]) {
        console_toast(c, UI_ERROR, "%s", what.action == &action_table[ACTION_ESCALATE]
                                             ? "Nobody was paged: say why, it is what they read first."
                                         : what.action == &action_table[ACTION_SKIP] ? "Not skipped: say why, the journal keeps it."
                                             : "Nothing is shown: say why, the journal keeps it.");
    } else if (!command_spoken(c->frame, &here, arg, &what, &err) || !sound(c, &what, &err)) {
        if (!ask_again(c, err.text))
            console_toast(c, UI_ERROR, "%s", err.text);
    } else if (aside_sure(c, &what)) {
        if (snooze)
            str_copy(c->last_snooze, sizeof c->last_snooze, arg);
        perform(c, &what, arg);
    }
}

/* What the question is about: the list behind it may have moved on. */
const char *act_about(struct console *c)
{
    const struct asked *a = &c->asked;
    return a->count == 1 ? arena_printf(c->frame, "#%lld", (long long)a->tickets[0])
           : a->left     ? arena_printf(c->frame, "%d of %d tickets", a->count, a->count + a->left)
                         : arena_printf(c->frame, "%d tickets", a->count);
}

static void pick_agent(struct console *c)
{
    int n = mirror_agent_count(c->mirror);
    struct look look = console_look(c);
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, n + 1);
    for (int i = 0; i < n; i++) {
        const struct mirror_agent *agent = mirror_agent_at(c->mirror, i);
        bool oncall = str_eq(agent->name, mirror_oncall(c->mirror));
        items[i] =
            (struct picker_item){.id = i + 1,
                                 .name = agent->name,
                                 .detail = arena_printf(c->frame, "%s%s%s", agents_detail(&look, agent), str_eq(agent->name, mirror_me(c->mirror)) ? "  you" : "",
                                                        oncall ? "  on call" : "")};
    }
    overlay_pick(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "%s %s to: ", c->asked.action->name, act_about(c)), items,
                 (size_t)n, false);
}

/* The word that stands in its place now, of one ticket; NULL: not known, or no such place. */
static const char *present(struct console *c, enum action_arg arg)
{
    const struct mirror_row *row = c->asked.count == 1 ? mirror_row_find(c->mirror, c->asked.tickets[0], NULL) : NULL;
    bool word = arg == ARG_STATUS || arg == ARG_PRIORITY || arg == ARG_URGENCY || arg == ARG_CATEGORY;
    const struct field *f = word ? field_find(action_arg_name(arg)) : NULL;
    return row && f ? field_word(f, (int)field_int(&row->t, f)) : NULL;
}

static void pick_offer(struct console *c)
{
    enum action_arg arg = c->asked.action->arg;
    const char *is = present(c, arg);
    const char *more = offer_is_open(arg) ? " until (2d, fri 14:00; a note)" : "";
    int n;
    const struct offer *known = offer_for(c->frame, arg, &n);
    struct offer *offers = ARENA_ARRAY(c->frame, struct offer, n + 1);
    for (int i = 0; i < n; i++) {
        offers[i] = known[i];
        if (is && str_eq(offers[i].name, is))
            offers[i].detail = offers[i].detail ? arena_printf(c->frame, "%s  (it is now)", offers[i].detail) : "it is now";
    }
    part_pick(c, FOR_ARGUMENT, arena_printf(c->frame, "%s %s%s: ", c->asked.action->name, act_about(c), more), offers, n, offer_is_open(arg));
}

/* What stands there must be known whole: what is typed in its place is what it has then. Of several tickets each keeps its own. */
static void ask_tags(struct console *c)
{
    const struct mirror_row *row = c->asked.count == 1 ? mirror_row_find(c->mirror, c->asked.tickets[0], NULL) : NULL;
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_TICKET);
    const struct json *ticket = c->asked.count == 1 && doc->ticket == c->asked.tickets[0] ? json_get(doc->root, "ticket") : NULL;
    const char *tags = ticket ? json_print_in(c->frame, json_get(ticket, "tags")) : row ? row->t.tags : NULL;
    bool known = (row || ticket) && !mirror_pending(c->mirror, c->asked.tickets[0]); /* what was done last may be about them */
    overlay_ask(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "tags of %s: ", act_about(c)), known ? tags_line(c->frame, tags) : "+");
    overlay_note(&c->overlay, UI_HINT,
                 c->asked.count > 1 ? "+word adds it to each, -word takes it away; words alone replace them all"
                                    : "these replace all it has; +word adds to them, -word takes one away");
}

static void ask_text(struct console *c)
{
    if (c->asked.action->arg == ARG_TAGS) {
        ask_tags(c);
        return;
    }
    if (c->asked.action->arg == ARG_WITH) {
        struct look look = console_look(c);
        if (views_ask(c, c->asked.action))
            return;
        if (c->asked.action == &action_table[ACTION_HANDOVER_ACK]) {
            overlay_ask(&c->overlay, FOR_ARGUMENT, "take the desk over as it stands; a note, if any: ", "");
            return;
        }
        const char *preset = oncall_preset(&look, c->asked.action);
        overlay_ask(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "%s: ", preset ? c->asked.action->name : c->asked.action->help), preset ? preset : "");
        if (preset)
            overlay_note(&c->overlay, UI_HINT, c->asked.action->help);
        return;
    }
    if (c->asked.action == &action_table[ACTION_NOTE]) {
        overlay_ask(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "note on %s: ", act_about(c)), "");
        return;
    }
    if (c->asked.action == &action_table[ACTION_SKIP]) {
        overlay_ask(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "skip #%lld, because: ", (long long)c->asked.tickets[0]), "");
        return;
    }
    if (c->asked.action == &action_table[ACTION_REVEAL]) {
        overlay_ask(&c->overlay, FOR_ARGUMENT,
                    arena_printf(c->frame, "show #%lld unmasked, because: ", (long long)c->asked.tickets[0]), "");
        return;
    }
    paging_ask(c);
}

static void ask_argument(struct console *c)
{
    if (aside_ask(c))
        return;
    switch (c->asked.action->arg) {
    case ARG_NONE:
        argued(c, "");
        break;
    case ARG_AGENT:
        pick_agent(c);
        break;
    case ARG_STATUS:
    case ARG_PRIORITY:
    case ARG_URGENCY:
    case ARG_CATEGORY:
    case ARG_UNTIL:
        pick_offer(c);
        break;
    case ARG_TAGS:
    case ARG_REASON:
    case ARG_WITH:
    case ARG_TEXT:
        ask_text(c);
        break;
    case ARG_MACRO:
        insert_macros(c);
        break;
    case ARG_INTO:
    case ARG_MESSAGE:
        break;
    }
}

/* Those that are marked; where none is, the one under the cursor. */
static void gather(struct console *c)
{
    struct asked *a = &c->asked;
    struct list *list = console_place(c) == PLACE_QUEUE || console_place(c) == PLACE_REVIEW ? console_marks(c) : NULL;
    size_t n = 0;
    const int64_t *ids = list ? list_targets(list, c->frame, &n) : NULL;
    for (size_t i = 0; i < n && a->count < TARGETS_MAX; i++)
        a->tickets[a->count++] = ids[i];
    a->left = (int)n - a->count;
    if (!list && console_ticket(c))
        a->tickets[a->count++] = console_ticket(c);
    a->marked = list && list_marks(list);
}

/* The row that was under the cursor has left, and another came in its place: is it known that the key is for that one now? */
static bool slid_under(struct console *c, const struct action_row *action)
{
    struct lists *table = console_table(c);
    struct list *list = table ? table->list : console_place(c) == PLACE_QUEUE ? c->queue.list : NULL;
    int64_t left = list && !c->asked.marked ? list_slid(list) : 0;
    if (list)
        list_seen(list);
    if (!left || left == c->acted || !c->asked.count)
        return false;
    console_toast(c, UI_WARN, "%s: not done. The row that was here has left, #%lld stands here now: press it again.", action->name, (long long)c->asked.tickets[0]);
    return true;
}

/* What is typed next is meant as its text: nothing of it may be taken for a key. */
static void one_at_a_time(struct console *c, const struct action_row *action, const char *why)
{
    if (action->arg == ARG_TEXT)
        overlay_confirm(&c->overlay, FOR_ONE_AT_A_TIME, arena_printf(c->frame, "%s; Esc leaves", why), "U");
    else
        console_toast(c, UI_ERROR, "%s", why);
}

static bool collect(struct console *c, const struct action_row *action)
{
    struct asked *a = &c->asked;
    *a = (struct asked){.action = action};
    if (action == &action_table[ACTION_UNDO] || action == &action_table[ACTION_REDO] || (action->flags & (DESK | CHOOSES)))
        return true;
    if (marking_waits(c))
        return false;
    gather(c);
    if (slid_under(c, action))
        return false;
    bool one = !(action->flags & MANY), hidden = unseen(c);
    if (!a->count)
        console_toast(c, UI_ERROR, "%s: there is no ticket under the cursor; ga shows all, j and k move", action->name);
    else if (a->count > 1 && one)
        one_at_a_time(c, action, arena_printf(c->frame, "%s works on one ticket at a time, and %d are marked; U clears the marks", action->name, a->count + a->left));
    else if (hidden && one)
        one_at_a_time(c, action, arena_printf(c->frame, "%s: #%lld is marked, and not on the screen; U clears the mark", action->name, (long long)a->tickets[0]));
    return a->count && !(one && (a->count > 1 || hidden));
}

static void begin(struct console *c, int64_t ticket, bool reply)
{
    (c->asked.outside ? writing_editor : writing_begin)(c, ticket, reply);
}

/* Writing opens the composer; where the source takes no replies that is said before a word is typed. */
static void write_to(struct console *c, bool reply)
{
    int64_t ticket = c->asked.tickets[0];
    struct look look = console_look(c);
    const struct mirror_row *row = ticket_row(&look, ticket);
    if (!reply || !row || *row->reply_via) {
        begin(c, ticket, reply);
        return;
    }
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_TICKET);
    const struct json *source = doc->ticket == ticket ? json_path(doc->root, "ticket.source") : NULL;
    long long line = json_get_i64(source, "line", row->source_line);
    const char *name = json_get_string(source, "name", row->t.account ? row->t.account : "?");
    overlay_confirm(&c->overlay, FOR_NOTE_INSTEAD,
                    arena_printf(c->frame,
                                 "This ticket's source (%s) takes no replies. Press i for a note, or set "
                                 "reply_via in triage.yaml%s. Esc leaves.",
                                 name, line ? arena_printf(c->frame, " line %lld", line) : ""),
                    "i");
}

/* What the row under the cursor of the on-call screen says of it. */
static const char *named_by_row(struct console *c, const struct action_row **action)
{
    struct look look = console_look(c);
    struct lists_item item;
    const char *arg = lists_selected(console_table(c), &look, &item) ? oncall_argument(&look, &item, action) : NULL;
    return arg ? arg : "";
}

/* Who watches it already wants no more of it. Marked ones are all watched. */
static const struct action_row *watch_or_not(struct console *c)
{
    struct look look = console_look(c);
    int64_t ticket = console_marks(c) && list_marks(console_marks(c)) ? 0 : console_ticket(c);
    const struct mirror_row *row = ticket ? ticket_row(&look, ticket) : NULL;
    return &action_table[row && watch_has(row->t.watchers, mirror_me(c->mirror)) ? ACTION_UNWATCH : ACTION_WATCH];
}

/* K where nothing pages: the wrong place; said is where the right one is. */
static bool acks_elsewhere(struct console *c, const struct action_row *action)
{
    struct look look = console_look(c);
    int64_t ticket = console_ticket(c);
    const struct mirror_row *row = ticket ? ticket_row(&look, ticket) : NULL;
    bool pages = escalations_page_me(&look).count, open = escalations_has(&look, ticket) || (row && row->t.escalated && row->t.escalated != ESCALATION_RESOLVED);
    if (action != &action_table[ACTION_ACK] || open || (console_marks(c) && list_marks(console_marks(c))) || !(pages || row))
        return false;
    console_toast(c, UI_WARN, "%s pages nobody%s", ticket ? arena_printf(c->frame, "#%lld", (long long)ticket) : "This",
                  pages ? arena_printf(c->frame, ". %s: press , to go there, K to acknowledge", escalations_call(&look)) : "; ge shows who is paged for what.");
    return true;
}

void act_run(struct console *c, const struct action_row *action, const char *arg)
{
    if (action == &action_table[ACTION_WATCH])
        action = watch_or_not(c);
    if (console_place(c) == PLACE_ONCALL && !*arg)
        arg = named_by_row(c, &action);
    if (action == &action_table[ACTION_ERASE_EVENT] && !*arg)
        arg = again_event(c);
    if (acks_elsewhere(c, action) || !collect(c, action))
        return;
    str_copy(c->asked.arg, sizeof c->asked.arg, arg);
    if (action == &action_table[ACTION_MERGE] && !*arg) {
        aside_marked(c);
        arg = arena_strdup(c->frame, c->asked.arg);
    }
    if (action->arg == ARG_TEXT && c->asked.count == 1 && !unseen(c)) {
        write_to(c, action == &action_table[ACTION_REPLY]);
        if (*arg && composer_is_open(&c->composer))
            writing_add(c, arg);
    } else if (c->asked.count > 1 && (*arg || (action->arg == ARG_NONE && !aside_ask(c)))) {
        argued(c, arg);
    } else if (c->asked.count > 1 && action->arg == ARG_NONE) {
        return; /* its word is asked for */
    } else if (*arg) {
        argued(c, arg);
    } else {
        ask_argument(c);
    }
}

/* The sign that stood there already, and was typed once more. */
static const char *one_sign(const struct action_row *action, const char *text)
{
    return action && action->arg == ARG_TAGS && text[0] == '+' && (text[1] == '+' || text[1] == '-') ? text + 1 : text;
}

static void on_argument(struct console *c, const struct answer *a)
{
    const char *text = one_sign(c->asked.action, a->text);
    str_copy(c->asked.arg, sizeof c->asked.arg, text); /* what is asked next may change it */
    if (!c->asked.action)
        read_why(c, text);
    else if (!views_blank(c, c->asked.action, text))
        argued(c, text);
}

static void on_sure(struct console *c, const struct answer *a)
{
    (void)a;
    argued(c, arena_strdup(c->frame, c->asked.arg));
}

static void on_hold(struct console *c, const struct answer *a)
{
    if (a->text[strspn(a->text, " ")])
        argued(c, arena_printf(c->frame, "on_hold %s", a->text));
    else
        console_toast(c, UI_ERROR, "Not put on hold: say what it waits for.");
}

static void on_word(struct console *c, const struct answer *a)
{
    const struct action_row *action = c->asked.action;
    if (!*a->text)
        return;
    if (!(action->flags & DESK))
        argued(c, a->text);
    else if (str_eq(a->text, action->name))
        argued(c, arena_printf(c->frame, "%s confirm=%s", c->asked.arg, action->name));
    else
        console_toast(c, UI_ERROR, "nothing was done: that was not the word %s", action->name);
}

static void on_note_instead(struct console *c, const struct answer *a)
{
    (void)a;
    begin(c, c->asked.tickets[0], false);
}

static void on_one_at_a_time(struct console *c, const struct answer *a)
{
    (void)a;
    run_line(c, "unmark");
}

/* The reply at once in an editor of one's own. */
static void do_editor(struct console *c, const char *arg)
{
    (void)arg;
    if (!collect(c, &action_table[ACTION_REPLY]))
        return;
    c->asked.outside = true;
    write_to(c, true);
}

static const struct part_command commands[] = {{LOCAL_EDITOR, do_editor}, {0}};
static const struct part_answer answers[] = {{FOR_ARGUMENT, on_argument}, {FOR_BULK, on_sure}, {FOR_SURE, on_sure}, {FOR_MACRO_RUN, on_sure}, {FOR_HOLD, on_hold}, {FOR_WORD, on_word}, {FOR_NOTE_INSTEAD, on_note_instead},
                                            {FOR_ONE_AT_A_TIME, on_one_at_a_time}, {0}};
const struct part part_act = {commands, answers};
