/* hear: see hear.h. Only a ticket's number and an agent's name leave the screen for the terminal's own notice, never what somebody
 * wrote. A frame that does not hold my name is not read at all. */
#include "app/hear.h"
#include "app/bell.h"
#include "app/unsent.h"
#include "base/clock.h"
#include "base/text.h"
#include "screen/escalations.h"
#include "screen/say.h"
#include <string.h>

enum { KNOWN_MS = 1000 }; /* what pages me is asked for by then */

static bool names(const struct json *list, const char *me)
{
    for (const struct json *who = json_first(list); who; who = json_next(who))
        if (str_eq(json_string(who), me))
            return true;
    return false;
}

/* Told to page me: the terminal says so even when it is not looked at. */
static void page(struct console *c, const struct json *root)
{
    const char *what = json_string(json_path(root, "data.what"));
    long long ticket = json_get_i64(root, "ticket", 0);
    if (str_eq(what, "page_failed") || str_eq(what, "bundled") || /* of a page that was told when it was made */
        str_eq(json_get_string(root, "actor", NULL), mirror_me(c->mirror)) || /* the answer to my own act says it, and whom else it told */
        !names(json_path(root, "data.told"), mirror_me(c->mirror)))
        return;
    c->rang = ticket;
    c->rang_at = clock_mono();
    if (composer_is_open(&c->composer)) /* a comma is a letter there */
        console_toast(c, UI_CRITICAL, "‼ #%lld pages you: %s%sK acknowledges it; you write on", ticket, c->overlay.kind ? "Esc, then " : "",
                      c->composer.state == COMPOSER_WRITING ? "Esc " : "");
    else if (c->overlay.kind)
        console_toast(c, UI_CRITICAL, "‼ #%lld pages you: Esc, then press , to go there", ticket);
    else
        console_toast(c, UI_CRITICAL, "‼ #%lld pages you: press , to go there, K to acknowledge", ticket);
    bell_concerns(c, RING_PAGE, "#%lld pages you", ticket);
}

/* The answer that says what pages me may be on its way still. */
void hear_tick(struct console *c)
{
    const struct wanted *read = &c->slots[SLOT_DOC + MIRROR_PAGED];
    if (!c->rang || read->wanted || read->flying || clock_mono() - c->rang_at < KNOWN_MS)
        return;
    struct look look = console_look(c);
    if (escalations_page_me(&look).count && escalations_pages_me(&look, c->rang))
        return;
    toast_moot(&c->toast, UI_CRITICAL);
    c->rang = 0;
}

/* What was done, in a few words; what was written is read where it stands. */
static const char *done(const struct look *look, const struct json *data, const char *actor)
{
    const char *did = json_get_string(data, "do", "");
    struct said said = say_entry(look, "ticket", actor, data);
    if (*said.text)
        return said.text;
    return str_eq(did, "note") ? "wrote a note" : str_eq(did, "reply") ? "replied" : json_get_i64(data, "messages", 0) ? "wrote" : "changed it";
}

/* Somebody gave it to me in this very entry. */
static bool given(const struct json *data, const char *me)
{
    for (const struct json *change = json_first(json_get(data, "changes")); change; change = json_next(change)) {
        const struct json *name = json_first(change), *old = json_next(name);
        if (str_eq(json_string(name), "assignee") && str_eq(json_string(json_next(old)), me))
            return true;
    }
    return false;
}

/* What the terminal is told of it, beside what the screen says. */
static void concerns(struct console *c, const struct json *root, long long ticket, const char *who)
{
    const struct json *data = json_get(root, "data");
    const char *me = mirror_me(c->mirror);
    bool mine = str_eq(json_string(json_path(root, "row.assignee")), me);
    bool customer = str_starts(json_get_string(root, "actor", ""), "source:");
    if (names(json_get(data, "mentions"), me))
        bell_concerns(c, RING_MENTION, "#%lld: %s mentions you", ticket, who);
    else if (given(data, me))
        bell_concerns(c, RING_ASSIGNED, customer ? "#%lld is yours now" : "#%lld: %s gives it to you", ticket, who);
    else if (mine && customer && json_get_i64(data, "messages", 0))
        bell_concerns(c, RING_REPLY, "#%lld: the customer wrote", ticket);
    else if (names(json_path(root, "row.watchers"), me))
        bell_concerns(c, RING_WATCHED, customer ? "#%lld, watched: the customer's side" : "#%lld, watched: %s", ticket, who);
}

static void changed(struct console *c, const struct json *root)
{
    const struct json *data = json_get(root, "data");
    const char *actor = json_get_string(root, "actor", ""), *me = mirror_me(c->mirror);
    long long ticket = json_get_i64(root, "ticket", 0);
    struct look look = console_look(c);
    if (str_eq(actor, me)) { /* what I do holds what I took */
        fetch_paging(c, 300);
        return;
    }
    const char *who = text_fit(look.arena, text_safe_in(look.arena, say_actor(&look, actor), TEXT_LINE), 32);
    concerns(c, root, ticket, who);
    if (names(json_get(data, "mentions"), me))
        console_toast(c, UI_ACCENT, "@ #%lld: %s mentions you in a note; you watch it now", ticket, who);
    else if (names(json_path(root, "row.watchers"), me) && c->toast.is.role != UI_CRITICAL &&
             !(console_place(c) == PLACE_TICKET && c->ticket.id == ticket))
        console_toast(c, UI_DIM, "◉ #%lld, %s: %s", ticket, say_actor(&look, actor), done(&look, data, actor));
}

void hear_frame(struct console *c, const char *event, const char *data, size_t n)
{
    static const struct { const char *event; void (*hear)(struct console *c, const struct json *root); } hears[] = {
        {"escalation", page}, {"ticket", changed}, {"parcel", unsent_hear}};
    const char *me = mirror_me(c->mirror);
    for (size_t i = 0; i < sizeof hears / sizeof *hears; i++) {
        if (!str_eq(hears[i].event, event) || !*me || !memmem(data, n, me, strlen(me)))
            continue;
        AUTO_JSON root = json_parse(data, n, &json_limits_dialect, NULL, NULL);
        hears[i].hear(c, root);
    }
}
