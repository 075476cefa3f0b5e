/* customer: whoever wrote a ticket: going to their page, a note on them, what a reveal brought there. */
#include "app/deed.h"
#include "app/part.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

static bool is_theirs(struct console *c, int64_t ticket)
{
    const struct json *rows = json_get(mirror_doc(c->mirror, MIRROR_CUSTOMER)->root, "rows");
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (json_get_i64(row, "id", 0) == ticket)
            return true;
    return false;
}

/* Whoever wrote the ticket at hand, or the customer of that number or key. */
static void do_customer(struct console *c, const char *arg)
{
    int64_t ticket = *arg ? 0 : console_ticket(c);
    if (*arg && arg[strspn(arg, "#0123456789")] == 0)
        ticket = strtoll(arg + (*arg == '#'), NULL, 10);
    if (!ticket && !*arg) {
        console_toast(c, UI_ERROR, "customer: there is no ticket under the cursor; ga shows all, j and k move");
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
    deed_do(c, &what);
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

bool customer_reveal(struct console *c, int64_t ticket, const struct json *text)
{
    if (console_place(c) != PLACE_CUSTOMER || !is_theirs(c, ticket))
        return false;
    ticket_reveal(&c->contact, text, console_now(c));
    return true;
}

static void on_remark(struct console *c, const struct answer *a)
{
    remark(c, a->text);
}

static const struct part_command commands[] = {{LOCAL_CUSTOMER, do_customer}, {LOCAL_REMARK, do_remark}, {0}};
static const struct part_answer answers[] = {{FOR_REMARK, on_remark}, {0}};
const struct part part_customer = {commands, answers};
