/* unsent: see unsent.h. Beyond UNSENT_MOST tickets the oldest are forgotten: their rows go on saying it. */
#include "app/unsent.h"
#include "app/bell.h"
#include <string.h>

static void forget(struct unsent *u, int64_t ticket)
{
    int kept = 0;
    for (int i = 0; i < u->count; i++)
        if (u->tickets[i] != ticket)
            u->tickets[kept++] = u->tickets[i];
    u->count = kept;
}

static void remember(struct unsent *u, int64_t ticket)
{
    forget(u, ticket);
    if (u->count == UNSENT_MOST)
        forget(u, u->tickets[0]);
    u->tickets[u->count++] = ticket;
}

int64_t unsent_next(struct console *c)
{
    int64_t ticket = c->unsent.count ? c->unsent.tickets[0] : 0;
    forget(&c->unsent, ticket);
    return ticket;
}

/* A comma is a letter where one writes. */
static void say(struct console *c, long long ticket)
{
    const char *what = composer_is_open(&c->composer) ? "; you write on: afterwards , goes there" : c->overlay.kind ? ": Esc, then press , to go there, r for its text" : ": press , to go there, r for its text";
    console_toast(c, UI_ERROR, "✗ #%lld: your answer was not sent%s", ticket, what);
    bell_concerns(c, RING_UNSENT, "#%lld: your answer was not sent", ticket);
}

void unsent_hear(struct console *c, const struct json *root)
{
    const struct json *data = json_get(root, "data");
    int64_t ticket = json_get_i64(root, "ticket", 0);
    if (!str_eq(json_get_string(data, "agent", ""), mirror_me(c->mirror)))
        return;
    forget(&c->unsent, ticket); /* it leaves again, or is dead anew */
    if (!str_eq(json_get_string(data, "state", ""), "dead"))
        return;
    remember(&c->unsent, ticket);
    say(c, (long long)ticket);
}
