/* run: a line of the command language is run, an answer goes to whoever asked. What a command does stands in the part that has
 * its row (app/part.h); here are those about the terminal and the list as they stand. Nothing here draws. */
#include "app/part.h"
#include "app/rights.h"
#include "base/text.h"
#include "term/ncurses.h"
#include "term/outside.h"
#include <stdlib.h>
#include <string.h>

static void put_out(struct console *c, const char *text)
{
    if (outside_copy(text))
        console_toast(c, UI_TOAST, "copied: %s", text);
    else
        console_toast(c, UI_ERROR, "This terminal takes no copies: %s", text);
}

static bool copies(struct console *c, int64_t ticket)
{
    if (!ticket)
        console_toast(c, UI_ERROR, "copy: there is no ticket under the cursor; ga shows all, j and k move");
    return ticket;
}

static void do_copy(struct console *c, const char *arg)
{
    int64_t ticket = console_ticket(c);
    (void)arg;
    if (copies(c, ticket))
        put_out(c, arena_printf(c->frame, "#%lld", (long long)ticket));
}

/* Number, subject and where it is read at its source; its key, where nobody knows. */
static void came_line(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    const struct json *t = json_get(root, "ticket");
    const char *link = json_get_string(json_get(t, "source"), "link", "");
    c->dirty = c->at_once = true;
    if (answer->err)
        console_toast(c, UI_ERROR, "%s", answer->err->text);
    else
        put_out(c, arena_printf(c->frame, "#%lld %s (%s)", (long long)json_get_i64(t, "id", 0), text_safe_in(c->frame, json_get_string(t, "title", ""), TEXT_LINE),
                                text_safe_in(c->frame, *link ? link : json_get_string(t, "key", ""), TEXT_LINE)));
}

static void came_link(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_dialect, NULL, NULL);
    const struct json *source = json_path(root, "ticket.source");
    const char *link = json_get_string(source, "link", ""), *name = json_get_string(source, "name", "");
    c->dirty = c->at_once = true;
    if (answer->err)
        console_toast(c, UI_ERROR, "%s", answer->err->text);
    else if (*link)
        put_out(c, text_safe_in(c->frame, link, TEXT_LINE));
    else
        console_toast(c, UI_ERROR, "Its source%s%s gives no address: link: of that source in triage.yaml says where its tickets are read", *name ? " " : "", name);
}

static void ask_ticket(struct console *c, void (*came)(void *arg, const struct link_answer *answer))
{
    int64_t ticket = console_ticket(c);
    if (copies(c, ticket))
        link_send(c->link, "GET", arena_printf(c->frame, "/v1/tickets/%lld", (long long)ticket), NULL, came, c);
}

static void do_copy_link(struct console *c, const char *arg)
{
    (void)arg;
    ask_ticket(c, came_line);
}

static void do_source_link(struct console *c, const char *arg)
{
    (void)arg;
    ask_ticket(c, came_link);
}

static void do_follow(struct console *c, const char *arg)
{
    int64_t ticket = console_ticket(c);
    (void)arg;
    if (!ticket) {
        console_toast(c, UI_ERROR, "follow: there is no ticket under the cursor; ga shows all, j and k move");
        return;
    }
    if (console_place(c) != PLACE_TICKET)
        place_ticket(c, ticket);
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

static const struct part_command commands[] = {{LOCAL_COPY, do_copy}, {LOCAL_COPY_LINK, do_copy_link}, {LOCAL_SOURCE_LINK, do_source_link}, {LOCAL_FOLLOW, do_follow}, {LOCAL_FREEZE, do_freeze}, {LOCAL_REDRAW, do_redraw}, {LOCAL_RESYNC, do_resync}, {0}};
static const struct part part_here = {commands, NULL};

/* --- all of it --- */

void part_pick(struct console *c, enum purpose purpose, const char *prompt, const struct offer *offers, int n, bool open)
{
    struct picker_item *items = ARENA_ARRAY(c->frame, struct picker_item, n + 1);
    for (int i = 0; i < n; i++)
        items[i] = (struct picker_item){.id = i + 1, .name = offers[i].name, .detail = offers[i].detail};
    overlay_pick(&c->overlay, purpose, prompt, items, (size_t)n, open);
}


static const struct part *const parts[] = {&part_act, &part_move, &part_place, &part_customer, &part_find, &part_palette, &part_read, &part_parcels, &part_insert, &part_drafting, &part_colours, &part_bell, &part_enclose, &part_mouse, &part_again, &part_pipe, &part_unanswered, &part_here};
enum { PARTS = sizeof parts / sizeof *parts };

static void run_local(struct console *c, int id, const char *arg)
{
    for (int i = 0; i < PARTS; i++)
        for (const struct part_command *row = parts[i]->commands; row && row->run; row++)
            if (row->id == id) {
                row->run(c, arg);
                return;
            }
    abort(); /* every row of local.def has one: flow/keys says them all */
}

void run_line(struct console *c, const char *line)
{
    struct command_line parsed;
    struct err err = {0};
    if (!command_parse(c->frame, line, &parsed, &err))
        console_toast(c, UI_ERROR, "%s", err.text);
    else if (!rights_may(c, &parsed))
        return;
    else if (parsed.command->is_action)
        act_run(c, &action_table[parsed.command->id], parsed.arg);
    else
        run_local(c, parsed.command->id, parsed.arg);
}

void run_answer(struct console *c)
{
    enum purpose purpose = (enum purpose)c->overlay.purpose;
    const struct answer answer = {.text = arena_strdup(c->frame, overlay_text(&c->overlay)),
                                  .typed = arena_strdup(c->frame, c->overlay.picker ? picker_typed(c->overlay.picker) : ""),
                                  .id = overlay_id(&c->overlay),
                                  .choice = overlay_choice(&c->overlay)};
    overlay_close(&c->overlay);
    for (int i = 0; i < PARTS; i++)
        for (const struct part_answer *row = parts[i]->answers; row && row->take; row++)
            if (row->purpose == purpose) {
                row->take(c, &answer);
                return;
            }
}
