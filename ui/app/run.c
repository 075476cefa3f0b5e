/* run: what commands do here. A local command is a function in a table by its id (command/local.def); an
 * action of the desk collects its tickets and its argument, and is then one call. Nothing here draws. */
#include "app/aside.h"
#include "app/console.h"
#include "app/paging.h"
#include "app/insert.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/watch.h"
#include "core/when.h"
#include "screen/agents.h"
#include "screen/oncall.h"
#include "term/ncurses.h"
#include "term/outside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- actions --- */

static void perform(struct console *c, const struct command_do *what)
{
    struct asked *a = &c->asked;
    struct command_do whole = *what;
    whole.tickets = a->tickets;
    whole.ticket_count = a->count;
    fetch_do(c, &whole);
    if (console_marks(c) && a->count > 1)
        list_command(console_marks(c), "unmark");
}

/* The argument is known: as it was spoken it is read, what it leaves open is asked, then it is sent. */
static void argued(struct console *c, const char *arg)
{
    struct command_do what = {.action = c->asked.action};
    struct err err = {0};
    const struct moment here = console_here(c);
    bool snooze = what.action->arg == ARG_UNTIL;
    if (snooze && strcmp(arg, "again") == 0)
        arg = *c->last_snooze ? c->last_snooze : "1h";
    if (what.action->arg == ARG_REASON && !arg[strspn(arg, " ")]) {
        console_toast(c, UI_ERROR, "%s", what.action == &action_table[ACTION_ESCALATE]
                                             ? "Nobody was paged: say why, it is what they read first."
                                         : what.action == &action_table[ACTION_SKIP] ? "Not skipped: say why, the journal keeps it."
                                             : "Nothing is shown: say why, the journal keeps it.");
    } else if (!command_spoken(c->frame, &here, arg, &what, &err)) {
        console_toast(c, UI_ERROR, "%s", err.text);
    } else if (aside_sure(c, &what)) {
        if (snooze)
            str_copy(c->last_snooze, sizeof c->last_snooze, arg);
        perform(c, &what);
    }
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
                                 .detail = arena_printf(c->frame, "%s%s", agents_detail(&look, agent), oncall ? "  on call" : "")};
    }
    overlay_pick(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "%s to: ", c->asked.action->name), items,
                 (size_t)n, false);
}

static void pick_word(struct console *c)
{
    int n;
    const char *const *words = command_words(c->asked.action->arg, &n);
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, n + 1);
    for (int i = 0; i < n; i++)
        items[i] = (struct picker_item){.id = i + 1,
                                        .name = words[i],
                                        .detail = strcmp(words[i], "on_hold") == 0 ? "waits for a third party"
                                                                                   : NULL};
    overlay_pick(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "%s: ", c->asked.action->name), items,
                 (size_t)n, false);
}

static void pick_time(struct console *c)
{
    const struct picker_item items[] = {{1, "1h", "in an hour"},
                                        {2, "later", "later today, in three hours"},
                                        {3, "tomorrow", "09:00"},
                                        {4, "monday", "09:00"},
                                        {5, "1w", "in a week"},
                                        {6, "reply", "until the customer writes"}};
    overlay_pick(&c->overlay, FOR_ARGUMENT, "snooze until (or 30m, 2d, fri 14:00, 2026-11-24 09:00; a note may follow): ", items,
                 sizeof items / sizeof *items, true);
}

static void ask_text(struct console *c)
{
    const struct json *ticket = json_get(mirror_doc(c->mirror, MIRROR_TICKET)->root, "ticket");
    if (c->asked.action->arg == ARG_TAGS) {
        AUTO_STR tags;
        str_init(&tags, 500);
        bool known = mirror_doc(c->mirror, MIRROR_TICKET)->ticket == c->asked.tickets[0];
        for (const struct json *tag = known ? json_first(json_get(ticket, "tags")) : NULL; tag;
             tag = json_next(tag))
            str_addf(&tags, "%s%s", tags.len ? ", " : "", json_string(tag) ? json_string(tag) : "");
        overlay_ask(&c->overlay, FOR_ARGUMENT, "tags: ", tags.data);
        return;
    }
    if (c->asked.action->arg == ARG_WITH) {
        struct look look = console_look(c);
        const char *preset = oncall_preset(&look, c->asked.action);
        overlay_ask(&c->overlay, FOR_ARGUMENT, arena_printf(c->frame, "%s: ", preset ? c->asked.action->name : c->asked.action->help), preset ? preset : "");
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
        pick_word(c);
        break;
    case ARG_UNTIL:
        pick_time(c);
        break;
    case ARG_TAGS:
    case ARG_REASON:
    case ARG_WITH:
        ask_text(c);
        break;
    case ARG_MACRO:
        insert_macros(c);
        break;
    case ARG_INTO:
    case ARG_MESSAGE:
    case ARG_TEXT:
        break;
    }
}

static bool collect(struct console *c, const struct action_row *action)
{
    struct asked *a = &c->asked;
    *a = (struct asked){.action = action};
    if (action == &action_table[ACTION_UNDO] || action == &action_table[ACTION_REDO] || (action->flags & (DESK | CHOOSES)))
        return true;
    if (console_place(c) == PLACE_QUEUE || console_place(c) == PLACE_REVIEW) {
        size_t n = 0;
        const int64_t *ids = list_targets(console_marks(c), c->frame, &n);
        for (size_t i = 0; i < n && a->count < TARGETS_MAX; i++)
            a->tickets[a->count++] = ids[i];
    } else if (console_ticket(c)) {
        a->tickets[a->count++] = console_ticket(c);
    }
    if (!a->count)
        console_toast(c, UI_ERROR, "%s: there is no ticket under the cursor", action->name);
    else if (a->count > 1 && !(action->flags & MANY)) {
        console_toast(c, UI_ERROR, "%s works on one ticket at a time; U clears the marks", action->name);
        a->count = 0;
    }
    return a->count > 0;
}

/* Writing opens the composer; where the source takes no replies that is said before a word is typed. */
static void write_to(struct console *c, bool reply)
{
    int64_t ticket = c->asked.tickets[0];
    struct look look = console_look(c);
    const struct mirror_row *row = ticket_row(&look, ticket);
    if (!reply || !row || *row->reply_via) {
        fetch_compose(c, ticket, reply);
        return;
    }
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_TICKET);
    const struct json *source = doc->ticket == ticket ? json_path(doc->root, "ticket.source") : NULL;
    long long line = json_get_i64(source, "line", 0);
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

static const char *run_question(struct console *c, const struct action_row *action, const char *arg)
{
    bool merge = action == &action_table[ACTION_MERGE];
    return arena_printf(c->frame, "%s%s%s %s %d marked tickets?  y yes   Esc no", action->name, *arg ? " " : "", merge ? "into #" : arg,
                        merge ? arena_printf(c->frame, "%s", arg) : "on", c->asked.count);
}

/* Who watches it already wants no more of it. Marked ones are all watched. */
static const struct action_row *watch_or_not(struct console *c)
{
    struct look look = console_look(c);
    int64_t ticket = console_marks(c) && list_marks(console_marks(c)) ? 0 : console_ticket(c);
    const struct mirror_row *row = ticket ? ticket_row(&look, ticket) : NULL;
    return &action_table[row && watch_has(row->t.watchers, mirror_me(c->mirror)) ? ACTION_UNWATCH : ACTION_WATCH];
}

static void run_action(struct console *c, const struct action_row *action, const char *arg)
{
    if (action == &action_table[ACTION_WATCH])
        action = watch_or_not(c);
    if (console_place(c) == PLACE_ONCALL && !*arg)
        arg = named_by_row(c, &action);
    if (!collect(c, action))
        return;
    str_copy(c->asked.arg, sizeof c->asked.arg, arg);
    if (action == &action_table[ACTION_MERGE] && !*arg) {
        aside_marked(c);
        arg = arena_strdup(c->frame, c->asked.arg);
    }
    if (action->arg == ARG_TEXT) {
        write_to(c, action == &action_table[ACTION_REPLY]);
        if (*arg && composer_is_open(&c->composer))
            composer_set(&c->composer, arg);
    } else if (c->asked.count > 1 && (*arg || (action->arg == ARG_NONE && !aside_ask(c)))) {
        overlay_confirm(&c->overlay, FOR_BULK, run_question(c, action, arg), "y");
    } else if (c->asked.count > 1 && action->arg == ARG_NONE) {
        return; /* its word is asked for */
    } else if (*arg) {
        argued(c, arg);
    } else {
        ask_argument(c);
    }
}

/* --- moving --- */

static void move(struct console *c, const char *command)
{
    struct lists *table = console_table(c);
    if (table) {
        list_command(table->list, command);
    } else if (console_place(c) == PLACE_QUEUE) {
        list_command(c->queue.list, command);
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

static void mark(struct console *c, const char *command)
{
    if (console_marks(c))
        list_command(console_marks(c), command);
    else
        console_toast(c, UI_DIM, "marks are for tickets, labels and deliveries");
}

static void do_mark(struct console *c, const char *arg)
{
    (void)arg;
    mark(c, "mark");
}

static void do_mark_all(struct console *c, const char *arg)
{
    (void)arg;
    mark(c, "mark-all");
}

static void do_unmark(struct console *c, const char *arg)
{
    (void)arg;
    mark(c, "unmark");
}

static void do_range(struct console *c, const char *arg)
{
    (void)arg;
    mark(c, "range");
}

static void mark_words(struct console *c, const char *words)
{
    struct err err = {0};
    AUTO_ARENA a = arena_new();
    char *text = when_from_words(a, words, &err);
    struct when *when = text ? when_parse(a, text, &err) : NULL;
    struct when_env env = {.me = mirror_me(c->mirror)};
    int n = 0;
    if (!when) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    for (int i = 0; i < mirror_row_count(c->mirror); i++) {
        const struct mirror_row *row = mirror_row_at(c->mirror, i);
        if (!row->gone && when_eval(when, &row->t, &env)) {
            list_mark(c->queue.list, row->t.id, true);
            n++;
        }
    }
    console_toast(c, UI_TOAST, "%d marked", n);
}

static void do_mark_filter(struct console *c, const char *arg)
{
    if (*arg)
        mark_words(c, arg);
    else
        overlay_ask(&c->overlay, FOR_MARKS, "mark: ", "");
}

/* --- places --- */

static void open_ticket(struct console *c, int64_t ticket)
{
    if (ticket <= 0)
        return;
    ticket_open(&c->ticket, ticket);
    console_go(c, PLACE_TICKET);
    fetch_focus(c, ticket);
}

void run_chosen(struct console *c, int64_t ticket)
{
    open_ticket(c, ticket);
}

static bool is_theirs(struct console *c, int64_t ticket)
{
    const struct json *rows = json_get(mirror_doc(c->mirror, MIRROR_CUSTOMER)->root, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (json_get_i64(row, "id", 0) == ticket)
            return true;
    return false;
}

void run_reveal(struct console *c, int64_t ticket, const struct json *text)
{
    if (console_place(c) == PLACE_CUSTOMER && is_theirs(c, ticket)) {
        ticket_reveal(&c->contact, text, console_now(c));
        return;
    }
    if (console_place(c) != PLACE_TICKET || c->ticket.id != ticket)
        open_ticket(c, ticket);
    ticket_reveal(&c->ticket, text, console_now(c));
}

static void read_article(struct console *c, const char *key)
{
    str_copy(c->article, sizeof c->article, key);
    overlay_read(&c->overlay, FOR_ARTICLE_READ, arena_printf(c->frame, "article %s   (/ searches, q leaves)", key));
    fetch_want(c, SLOT_DOC + MIRROR_ARTICLE);
}

static void show_articles(struct console *c, const char *words)
{
    str_copy(c->words, sizeof c->words, words);
    console_go(c, PLACE_ARTICLES);
    list_command(c->lists[LISTS_ARTICLES].list, "top");
    fetch_want(c, SLOT_DOC + MIRROR_ARTICLES);
}

static void do_articles(struct console *c, const char *arg)
{
    show_articles(c, arg);
}

/* Whoever wrote the ticket at hand, or the customer of that number or key. */
static void do_customer(struct console *c, const char *arg)
{
    int64_t ticket = *arg ? 0 : console_ticket(c);
    if (*arg && arg[strspn(arg, "#0123456789")] == 0)
        ticket = strtoll(arg + (*arg == '#'), NULL, 10);
    if (!ticket && !*arg) {
        console_toast(c, UI_ERROR, "customer: there is no ticket under the cursor");
        return;
    }
    if (console_place(c) == PLACE_CUSTOMER && !*arg)
        return;
    c->customer_of = ticket;
    str_copy(c->customer, sizeof c->customer, ticket ? "" : arg);
    mirror_doc_drop(c->mirror, MIRROR_CUSTOMER);
    ticket_fini(&c->contact);
    console_go(c, PLACE_CUSTOMER);
    list_command(c->lists[LISTS_CUSTOMER].list, "top");
}

static void remark(struct console *c, const char *text)
{
    const struct json *root = mirror_doc(c->mirror, MIRROR_CUSTOMER)->root, *ticket = json_get(json_first(json_get(root, "rows")), "id");
    const char *key = json_string(json_path(root, "customer.key"));
    AUTO_JSON with = json_object();
    if (!key || !text[strspn(text, " ")])
        return;
    if (ticket) /* the key may be masked */
        json_put(with, "ticket", json_copy(ticket));
    else
        json_put_string(with, "customer", key);
    json_put_string(with, "text", text);
    struct command_do what = {.action = &action_table[ACTION_CUSTOMER_NOTE], .arg = json_print_in(c->frame, with)};
    fetch_do(c, &what);
}

static void do_remark(struct console *c, const char *arg)
{
    if (console_place(c) != PLACE_CUSTOMER)
        console_toast(c, UI_ERROR, "remark: open a customer first (gp on a ticket)");
    else if (*arg)
        remark(c, arg);
    else
        overlay_ask(&c->overlay, FOR_REMARK, "note on this customer: ", "");
}

/* The ticket that is meant: on the scoreboard the cursor stands on a line of the ledger, which acts leave alone. */
static int64_t meant(struct console *c)
{
    struct look look = console_look(c);
    return console_place(c) == PLACE_BOSS ? scoreboard_ticket(&c->board, &look) : console_ticket(c);
}

static void do_open(struct console *c, const char *arg)
{
    struct look look = console_look(c);
    struct lists_item item;
    if (*arg) {
        open_ticket(c, strtoll(arg + (*arg == '#'), NULL, 10));
    } else if (console_place(c) == PLACE_ARTICLES) {
        if (lists_selected(console_table(c), &look, &item))
            read_article(c, json_get_string(item.json, "key", ""));
    } else if (console_place(c) == PLACE_DELIVERIES && lists_selected(console_table(c), &look, &item)) {
        c->delivery = item.id;
        overlay_read(&c->overlay, FOR_DELIVERY,
                     arena_printf(c->frame, "delivery %lld   (Enter opens its ticket)", (long long)item.id));
        fetch_want(c, SLOT_DOC + MIRROR_PARCEL);
    } else if (console_place(c) == PLACE_INGEST && lists_selected(console_table(c), &look, &item) &&
               !item.refusal) {
        c->event = item.id;
        overlay_read(&c->overlay, FOR_READING,
                     arena_printf(c->frame, "event %lld, as it came and as it was read", (long long)item.id));
        fetch_want(c, SLOT_DOC + MIRROR_EVENT);
    } else if (console_place(c) != PLACE_TICKET) {
        open_ticket(c, meant(c));
    }
}

static void do_ticket(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) != PLACE_TICKET)
        open_ticket(c, meant(c));
}

static void show_view(struct console *c, const char *name)
{
    if (console_place(c) != PLACE_QUEUE)
        console_go(c, PLACE_QUEUE);
    list_command(c->queue.list, "unmark");
    list_command(c->queue.list, "top");
    fetch_view(c, name, "");
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
        show_view(c, mirror_view_at(c->mirror, (view_index(c) + by + count) % count)->name);
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
        show_view(c, view->name);
    else
        console_toast(c, UI_ERROR, "no view \"%.40s\"", arg);
}

static void do_go(struct console *c, const char *arg)
{
    static const struct {
        const char *name;
        enum place place;
    } places[] = {{"escalations", PLACE_ESCALATIONS},
                  {"ingest", PLACE_INGEST},
                  {"deliveries", PLACE_DELIVERIES},
                  {"labels", PLACE_REVIEW},
                  {"articles", PLACE_ARTICLES},
                  {"macros", PLACE_MACROS},
                  {"oncall", PLACE_ONCALL},
                  {"agents", PLACE_AGENTS},
                  {"handover", PLACE_HANDOVER},
                  {"boss", PLACE_BOSS},
                  {"scores", PLACE_BOSS},
                  {"metrics", PLACE_METRICS},
                  {"audit", PLACE_AUDIT},
                  {"queue", PLACE_QUEUE}};
    if (strcmp(arg, "audit") == 0 && str_eq(mirror_role(c->mirror), "agent")) {
        console_toast(c, UI_WARN, "The audit is for leads and admins.");
        return;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, arg) == 0) {
            console_go(c, places[i].place);
            return;
        }
    if (*arg && strspn(arg, "0123456789") == strlen(arg))
        open_ticket(c, strtoll(arg, NULL, 10));
    else if (mirror_view_find(c->mirror, arg))
        show_view(c, arg);
    else
        console_toast(c, UI_ERROR, "go where? no view or screen \"%.40s\"", arg);
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
        show_articles(c, "");
        return;
    }
    if (console_back(c))
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

static void do_needs_me(struct console *c, const char *arg)
{
    int64_t ticket = queue_needs_me(c->mirror, console_now(c));
    (void)arg;
    if (console_place(c) != PLACE_QUEUE)
        console_go(c, PLACE_QUEUE);
    if (!ticket || !list_select(c->queue.list, ticket))
        console_toast(c, UI_OK, "Nothing in this list needs you.");
}

static void do_detail(struct console *c, const char *arg)
{
    (void)arg;
    c->queue.detail = !c->queue.detail;
    c->focus_at = 0;
}

/* --- finding --- */

static void filter(struct console *c, const char *words)
{
    struct err err = {0};
    AUTO_ARENA a = arena_new();
    struct lists *table = console_table(c);
    if (console_place(c) == PLACE_ARTICLES) {
        show_articles(c, words);
        return;
    }
    if (table && !str_starts(words, "where ")) {
        lists_filter(table, words);
        fetch_place(c); /* the audit asks for what the words name */
        console_changed(c);
        return;
    }
    if (words[strspn(words, "0123456789#")] == 0 && *words) {
        open_ticket(c, strtoll(words + (*words == '#'), NULL, 10));
        return;
    }
    const char *where = str_starts(words, "where ") ? words + 6
                        : *words                    ? when_from_words(a, words, &err)
                                                    : "";
    if (!where || (*where && !when_parse(a, where, &err))) {
        console_toast(c, UI_ERROR, "%s", err.text);
        return;
    }
    if (console_place(c) != PLACE_QUEUE)
        console_go(c, PLACE_QUEUE);
    fetch_view(c, c->view, where);
    list_command(c->queue.list, "top");
}

static void search(struct console *c, const char *words)
{
    size_t found = pager_search(c->ticket.pager, words);
    if (*words)
        console_toast(c, found ? UI_TOAST : UI_ERROR,
                      found ? "%zu lines; n next, N before" : "no line holds that%.0zu", found);
}

static void do_filter(struct console *c, const char *arg)
{
    bool reading = console_place(c) == PLACE_TICKET;
    if (*arg)
        (reading ? search : filter)(c, arg);
    else
        overlay_ask(&c->overlay, reading ? FOR_SEARCH : FOR_FILTER, reading ? "search: " : "/", "");
}

static void do_search_next(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) == PLACE_TICKET)
        pager_command(c->ticket.pager, "search-next");
}

static void do_search_prev(struct console *c, const char *arg)
{
    (void)arg;
    if (console_place(c) == PLACE_TICKET)
        pager_command(c->ticket.pager, "search-prev");
}

/* --- the palette --- */

void run_palette_add(struct console *c, const char *line)
{
    int found = 0;
    while (found < c->history_count && strcmp(c->history[found], line) != 0)
        found++;
    if (found == c->history_count && c->history_count < HISTORY)
        c->history_count++;
    if (found == HISTORY)
        found = HISTORY - 1;
    memmove(c->history[1], c->history[0], (size_t)found * sizeof c->history[0]);
    str_copy(c->history[0], sizeof c->history[0], line);
}

static const char *keys_of(struct console *c, const char *line)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), line);
    return b ? b->spelled : "";
}

struct choices {
    struct picker_item *items;
    size_t n;
};

static void offer(struct choices *to, const char *name, const char *detail)
{
    to->items[to->n] = (struct picker_item){.id = (int64_t)to->n + 1, .name = name, .detail = detail};
    to->n++;
}

static void do_palette(struct console *c, const char *arg)
{
    static const char *const places[] = {"go escalations", "go deliveries", "go ingest", "go labels", "go articles", "go macros", "go oncall", "go boss", "go metrics", "go audit"};
    int rows = mirror_row_count(c->mirror) < 200 ? mirror_row_count(c->mirror) : 200;
    struct choices to = {
        .items = ARENA_ARRAY(c->frame, struct picker_item,
                             c->history_count + COMMANDS + mirror_view_count(c->mirror) + rows + 8)};
    for (int i = 0; i < c->history_count; i++)
        offer(&to, c->history[i], "again");
    for (int i = 0; i < COMMANDS; i++)
        offer(&to, command_at(i)->name,
              arena_printf(c->frame, "%s   %s", command_at(i)->help, keys_of(c, command_at(i)->name)));
    for (int i = 0; i < mirror_view_count(c->mirror); i++) {
        const struct mirror_view *v = mirror_view_at(c->mirror, i);
        offer(&to, arena_printf(c->frame, "go %s", v->name),
              arena_printf(c->frame, "view %s, %lld", v->title, (long long)v->count));
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        offer(&to, places[i], "screen");
    for (int i = 0; i < rows; i++) {
        const struct mirror_row *row = mirror_row_at(c->mirror, i);
        offer(&to, arena_printf(c->frame, "go %lld", (long long)row->t.id), row->t.title);
    }
    overlay_pick(&c->overlay, FOR_PALETTE, ":", to.items, to.n, true);
    if (*arg)
        picker_type(c->overlay.picker, arg);
}

/* --- reading --- */

static const char *help_of(const char *line)
{
    AUTO_ARENA a = arena_new();
    struct command_line parsed;
    return command_parse(a, line, &parsed, NULL) ? parsed.command->help : "";
}

static void help_keys(struct console *c, struct pager *pager)
{
    const struct binding **list = keymap_list(c->keymap, c->frame, console_screen(c), NULL);
    for (; *list; list++) {
        pager_line(pager);
        pager_piece(pager, 2, UI_KEY, (*list)->spelled);
        pager_piece(pager, 12, UI_STRONG, (*list)->command);
        pager_piece(pager, 32, UI_DIM, help_of((*list)->command));
    }
}

static void help_commands(struct pager *pager)
{
    for (int i = 0; i < COMMANDS; i++) {
        const struct command *command = command_at(i);
        pager_line(pager);
        pager_piece(pager, 2, UI_STRONG, command->name);
        pager_piece(pager, 15, UI_ACCENT, command->args);
        pager_piece(pager, strlen(command->args) > 30 ? 17 + (int)strlen(command->args) : 48, UI_DIM,
                    command->help);
    }
}

static void do_help(struct console *c, const char *arg)
{
    struct pager *pager =
        overlay_read(&c->overlay, FOR_NOTHING,
                     arena_printf(c->frame, "Help: %s   (/ searches, q leaves)", console_screen(c)));
    (void)arg;
    pager_begin(pager);
    pager_item(pager, 1);
    pager_line(pager);
    pager_piece(pager, 2, UI_HEADING, "keys");
    help_keys(c, pager);
    pager_item(pager, 2);
    pager_line(pager);
    pager_line(pager);
    pager_piece(pager, 2, UI_HEADING, "commands, after : or in the shell as `triage NAME`");
    help_commands(pager);
    pager_end(pager);
}

static void why_refused(struct console *c, const struct lists_item *item)
{
    struct pager *pager = overlay_read(&c->overlay, FOR_NOTHING, "Why was this refused?");
    pager_begin(pager);
    pager_block(pager, 2, UI_STRONG, false, json_get_string(item->json, "detail", ""));
    pager_block(pager, 2, UI_NORMAL, false, json_get_string(item->json, "explain", "No more is known."));
    pager_end(pager);
}

/* What each route says to an event, as `triage route explain` does. */
static void explain(struct console *c, int64_t event)
{
    overlay_read(&c->overlay, FOR_EXPLAINED,
                 arena_printf(c->frame, "What each route says to event %lld", (long long)event));
    fetch_explain(c, event);
}

/* Asks which number; a screen that is about one of them knows it. */
static const char *ask_why(struct console *c, int64_t ticket)
{
    static const struct picker_item items[] = {{1, "sla", "the clocks: every segment and what began it"},
                                               {2, "label", "the classifier's reasons"},
                                               {3, "score", "what it paid and took back"},
                                               {4, "page", "who was told, when, and why"},
                                               {5, "route", "where it went, where it did not, and at which step"},
                                               {6, "assign", "who has it and why, and who could take it"},
                                               {7, "event", "what each route says to this event, step by step"}};
    static const struct { enum place place; const char *what; } own[] = {
        {PLACE_ESCALATIONS, "page"}, {PLACE_DELIVERIES, "route"}, {PLACE_REVIEW, "label"}, {PLACE_BOSS, "score"}};
    size_t n = sizeof items / sizeof *items - (console_place(c) != PLACE_INGEST);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (console_place(c) == own[i].place)
            return own[i].what;
    overlay_pick(&c->overlay, FOR_ARGUMENT, "why: ", items, n, false);
    c->asked = (struct asked){.tickets = {ticket}, .count = 1};
    return "";
}

/* A critical ticket now, or as what is under the cursor begins. */
static void simulate(struct console *c)
{
    struct look look = console_look(c);
    struct lists_item item;
    int64_t at = lists_selected(console_table(c), &look, &item) && item.at > look.now ? item.at : look.now;
    overlay_read(&c->overlay, FOR_EXPLAINED, "Who would be told, and why");
    fetch_simulate(c, at);
}

static void do_why(struct console *c, const char *arg)
{
    struct look look = console_look(c);
    struct lists_item item = {0};
    bool event = console_place(c) == PLACE_INGEST && lists_selected(console_table(c), &look, &item);
    int64_t ticket = meant(c);
    if (console_place(c) == PLACE_ONCALL) {
        simulate(c);
        return;
    }
    if (event && item.refusal) {
        why_refused(c, &item);
        return;
    }
    if (event && (!ticket || strcmp(arg, "event") == 0)) {
        explain(c, item.id);
        return;
    }
    if (!ticket) {
        console_toast(c, UI_ERROR, "why: there is no ticket under the cursor");
        return;
    }
    arg = *arg ? arg : ask_why(c, ticket);
    if (!*arg)
        return;
    c->focus = ticket;
    str_copy(c->why, sizeof c->why, arg);
    overlay_read(&c->overlay, FOR_READING,
                 arena_printf(c->frame, "Why: %s of #%lld", arg, (long long)ticket));
    fetch_want(c, SLOT_DOC + MIRROR_WHY);
}

/* --- the rest --- */

static void copy(struct console *c, bool line)
{
    struct look look = console_look(c);
    int64_t ticket = console_ticket(c);
    const struct mirror_row *row = ticket ? ticket_row(&look, ticket) : NULL;
    const char *text = arena_printf(c->frame, "#%lld", (long long)ticket);
    if (line && row)
        text = arena_printf(c->frame, "#%lld %s (%s)", (long long)ticket,
                            text_safe_in(c->frame, row->t.title, TEXT_LINE),
                            text_safe_in(c->frame, row->t.key, TEXT_LINE));
    if (!ticket)
        console_toast(c, UI_ERROR, "copy: there is no ticket under the cursor");
    else if (outside_copy(text))
        console_toast(c, UI_TOAST, "copied: %s", text);
    else
        console_toast(c, UI_ERROR, "This terminal takes no copies: %s", text);
}

static void do_copy(struct console *c, const char *arg)
{
    (void)arg;
    copy(c, false);
}

static void do_copy_link(struct console *c, const char *arg)
{
    (void)arg;
    copy(c, true);
}

static void do_follow(struct console *c, const char *arg)
{
    int64_t ticket = console_ticket(c);
    (void)arg;
    if (!ticket) {
        console_toast(c, UI_ERROR, "follow: there is no ticket under the cursor");
        return;
    }
    if (console_place(c) != PLACE_TICKET)
        open_ticket(c, ticket);
    ticket_follow(&c->ticket, !ticket_follows(&c->ticket));
}

static void do_freeze(struct console *c, const char *arg)
{
    (void)arg;
    c->frozen = !c->frozen;
    console_toast(c, UI_TOAST, c->frozen ? "The list stands still; Z lets it go." : "The list is live.");
    console_changed(c);
}

static void do_redraw(struct console *c, const char *arg)
{
    (void)c, (void)arg;
    term_redraw();
}

static void do_resync(struct console *c, const char *arg)
{
    (void)arg;
    link_retry(c->link);
    fetch_want(c, SLOT_DESK);
    fetch_place(c);
}

/* --- what leaves --- */

/* Of those under the cursor or marked; how many. Each is dead, or waits, or neither. */
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
            if (list[k].id != targets[i] || !fits)
                continue;
            json_push(ids, json_new_i64(targets[i]));
            found++;
        }
    return found;
}

static bool send_deliveries(struct console *c, const char *what, bool dead)
{
    struct json *body = json_object(), *ids = json_array();
    int n = deliveries_in(c, ids, dead);
    json_put_string(body, "do", what);
    json_put(body, "ids", ids);
    if (n)
        fetch_deliver(c, body);
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
        fetch_deliver(c, body);
        return;
    }
    if (console_place(c) != PLACE_DELIVERIES) {
        do_resync(c, arg);
        return;
    }
    bool dead = send_deliveries(c, "replay", true), waiting = send_deliveries(c, "retry", false);
    if (!dead && !waiting)
        console_toast(c, UI_DIM, "It is neither dead nor waiting: nothing to send again.");
    list_command(console_marks(c), "unmark");
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
    list_command(console_marks(c), "unmark");
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
    fetch_deliver(c, body);
}

static void do_pause(struct console *c, const char *arg)
{
    rest_or_go(c, "pause", arg);
}

static void do_resume(struct console *c, const char *arg)
{
    rest_or_go(c, "resume", arg);
}

static void do_theme(struct console *c, const char *arg)
{
    struct err err = {0};
    if (*arg) {
        if (!theme_find(&c->theme, arg, c->theme_dirs, &err))
            console_toast(c, UI_ERROR, "%s", err.text);
        term_redraw();
        return;
    }
    char **names = theme_names(c->frame, c->theme_dirs);
    size_t n = 0;
    while (names[n])
        n++;
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, n + 1);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct picker_item){.id = (int64_t)i + 1, .name = names[i]};
    overlay_pick(&c->overlay, FOR_THEME, "theme: ", items, n, false);
}

static void sort_by(struct console *c, enum mirror_sort by, bool invert)
{
    c->sort = by;
    c->invert = invert;
    fetch_want(c, SLOT_PAGE);
}

static void do_sort(struct console *c, const char *arg)
{
    static const struct picker_item items[] = {{1, "due", "late and due first, then what has no clock"}, {2, "age", "by number: the oldest first"},
                                               {3, "updated", "changed last first"}};
    int by = mirror_sort_find(arg);
    if (!*arg)
        overlay_pick(&c->overlay, FOR_SORT, "sort by: ", items, sizeof items / sizeof *items, false);
    else if (by < 0)
        console_toast(c, UI_ERROR, "sort: due, age or updated");
    else
        sort_by(c, (enum mirror_sort)by, false);
}

static void do_invert(struct console *c, const char *arg)
{
    (void)arg;
    sort_by(c, c->sort, !c->invert);
}

static void do_editor(struct console *c, const char *arg)
{
    (void)arg;
    console_toast(c, UI_DIM, "r or i first; then C-x C-e opens the text in your editor.");
}

typedef void local(struct console *c, const char *arg);
static local *const locals[LOCALS] = {
    [LOCAL_ARTICLES] = do_articles,
    [LOCAL_CUSTOMER] = do_customer,
    [LOCAL_REMARK] = do_remark,
    [LOCAL_BACK] = do_back,
    [LOCAL_BOTTOM] = do_bottom,
    [LOCAL_COPY] = do_copy,
    [LOCAL_COPY_LINK] = do_copy_link,
    [LOCAL_DETAIL] = do_detail,
    [LOCAL_DOWN] = do_down,
    [LOCAL_DROP] = do_drop,
    [LOCAL_EDITOR] = do_editor,
    [LOCAL_FILTER] = do_filter,
    [LOCAL_FOLLOW] = do_follow,
    [LOCAL_FREEZE] = do_freeze,
    [LOCAL_GO] = do_go,
    [LOCAL_HELP] = do_help,
    [LOCAL_INVERT] = do_invert,
    [LOCAL_MARK] = do_mark,
    [LOCAL_MARK_ALL] = do_mark_all,
    [LOCAL_MARK_FILTER] = do_mark_filter,
    [LOCAL_NEXT] = do_needs_me,
    [LOCAL_NEXT_PANE] = do_detail,
    [LOCAL_NEXT_VIEW] = do_next_view,
    [LOCAL_OPEN] = do_open,
    [LOCAL_PAGE_DOWN] = do_page_down,
    [LOCAL_PAGE_UP] = do_page_up,
    [LOCAL_PALETTE] = do_palette,
    [LOCAL_PAUSE] = do_pause,
    [LOCAL_PERIOD] = do_period,
    [LOCAL_PREV_PANE] = do_detail,
    [LOCAL_PREV_VIEW] = do_prev_view,
    [LOCAL_QUIT] = do_quit,
    [LOCAL_RANGE] = do_range,
    [LOCAL_REDRAW] = do_redraw,
    [LOCAL_REPLAY] = do_replay,
    [LOCAL_RESUME] = do_resume,
    [LOCAL_RESYNC] = do_resync,
    [LOCAL_SEARCH_NEXT] = do_search_next,
    [LOCAL_SEARCH_PREV] = do_search_prev,
    [LOCAL_SORT] = do_sort,
    [LOCAL_THEME] = do_theme,
    [LOCAL_TICKET] = do_ticket,
    [LOCAL_TOP] = do_top,
    [LOCAL_UNMARK] = do_unmark,
    [LOCAL_UP] = do_up,
    [LOCAL_VIEW] = do_view,
    [LOCAL_WHY] = do_why,
};

void run_line(struct console *c, const char *line)
{
    struct command_line parsed;
    struct err err = {0};
    if (!command_parse(c->frame, line, &parsed, &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    else if (parsed.command->is_action)
        run_action(c, &action_table[parsed.command->id], parsed.arg);
    else
        locals[parsed.command->id](c, parsed.arg);
}

/* A command and its argument are meant as typed, however well the letters fit the help of another. */
static const char *palette_line(struct console *c, const char *chosen)
{
    const char *typed = c->overlay.picker ? picker_typed(c->overlay.picker) : "";
    size_t n = strcspn(typed, " ");
    bool whole = typed[n] && typed[n + strspn(typed + n, " ")] && command_find(arena_strndup(c->frame, typed, n));
    return whole && strncmp(chosen, typed, n + 1) != 0 ? typed : chosen;
}

void run_answer(struct console *c)
{
    enum purpose purpose = (enum purpose)c->overlay.purpose;
    const char *answer = overlay_text(&c->overlay);
    char *text = arena_strdup(c->frame, purpose == FOR_PALETTE ? palette_line(c, answer) : answer);
    int64_t id = overlay_id(&c->overlay);
    uint32_t choice = overlay_choice(&c->overlay);
    overlay_close(&c->overlay);
    switch (purpose) {
    case FOR_ARGUMENT:
        str_copy(c->asked.arg, sizeof c->asked.arg, text); /* what is asked next may change it */
        if (c->asked.action && c->asked.count > 1)
            overlay_confirm(&c->overlay, FOR_BULK,
                            arena_printf(c->frame, "%s %s on %d marked tickets?  y yes   Esc no",
                                         c->asked.action->name, text, c->asked.count),
                            "y");
        else if (c->asked.action)
            argued(c, text);
        else
            do_why(c, text);
        break;
    case FOR_BULK:
        argued(c, arena_strdup(c->frame, c->asked.arg));
        break;
    case FOR_HOLD:
        if (text[strspn(text, " ")])
            argued(c, arena_printf(c->frame, "on_hold %s", text));
        else
            console_toast(c, UI_ERROR, "Not put on hold: say what it waits for.");
        break;
    case FOR_WORD:
        if (*text)
            argued(c, text);
        break;
    case FOR_SURE:
        argued(c, arena_strdup(c->frame, c->asked.arg));
        break;
    case FOR_NOTE_INSTEAD:
        fetch_compose(c, c->asked.tickets[0], false);
        break;
    case FOR_PALETTE:
        run_palette_add(c, text);
        run_line(c, text);
        break;
    case FOR_FILTER:
        filter(c, text);
        break;
    case FOR_SEARCH:
        search(c, text);
        break;
    case FOR_MARKS:
        mark_words(c, text);
        break;
    case FOR_THEME:
        do_theme(c, text);
        break;
    case FOR_SORT:
        do_sort(c, text);
        break;
    case FOR_DELIVERY:
        open_ticket(c, console_ticket(c));
        break;
    case FOR_DROP:
        dropped(c, text);
        break;
    case FOR_MACRO:
        insert_preview(c, text);
        break;
    case FOR_MACRO_RUN:
        argued(c, arena_strdup(c->frame, c->asked.arg));
        break;
    case FOR_CANNED:
        insert_canned_chosen(c, text);
        break;
    case FOR_MENTION:
        insert_agent_chosen(c, text);
        break;
    case FOR_ARTICLE:
        insert_article_chosen(c, text, id);
        break;
    case FOR_ARTICLE_HOW:
        insert_article(c, choice == 'l');
        break;
    case FOR_REMARK:
        remark(c, text);
        break;
    case FOR_ARTICLE_READ:
    case FOR_READING:
    case FOR_EXPLAINED:
    case FOR_NOTHING:
        break;
    }
}
