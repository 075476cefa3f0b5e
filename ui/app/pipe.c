/* pipe: a ticket as `triage show` prints it, as the input of a command of one's own: clean of control bytes, masked as on the screen. It begins once the ticket's
 * document is here, from the loop: while it runs the console's own work goes on. */
#include "app/handoff.h"
#include "app/part.h"
#include "app/print.h"
#include "app/writing.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>

enum { GIVE_UP_MS = 10000, TEXT_MOST = 32 << 20 };
static const char what[] = "Running a program";

static void begin(struct console *c, int64_t ticket, const char *command)
{
    c->pipe.ticket = ticket;
    c->pipe.give_up_at = clock_mono() + GIVE_UP_MS;
    str_copy(c->pipe.command, sizeof c->pipe.command, command);
    fetch_focus(c, ticket);
}

static void do_pipe(struct console *c, const char *arg)
{
    int64_t ticket = console_ticket(c);
    if (!console_may(c, what))
        return;
    if (!ticket)
        console_toast(c, UI_ERROR, "pipe: there is no ticket under the cursor; ga shows all, j and k move");
    else if (strlen(arg) >= sizeof c->pipe.command)
        console_toast(c, UI_ERROR, "pipe: the command is longer than %zu bytes; write it into a file", sizeof c->pipe.command - 1);
    else if (*arg)
        begin(c, ticket, arg);
    else
        overlay_ask(&c->overlay, FOR_PIPE, arena_printf(c->frame, "give #%lld to the command: ", (long long)ticket), "");
}

static void on_pipe(struct console *c, const struct answer *a)
{
    if (a->text[strspn(a->text, " ")])
        do_pipe(c, a->text);
}

static char *text_of(struct console *c, struct arena *arena, const struct json *root)
{
    AUTO_STR out;
    str_init(&out, TEXT_MOST);
    struct print p = {.out = &out, .arena = arena, .now = console_now(c), .zone = console_zone(), .me = mirror_me(c->mirror)};
    print_ticket(&p, json_get(root, "ticket"), json_get(root, "lines"));
    return arena_strdup(arena, out.len ? out.data : "");
}

static void say_end(struct console *c, const char *command, const struct child_end *end)
{
    if (end->signal)
        console_toast(c, UI_WARN, "%.60s was ended by signal %d (%s)", command, end->signal, strsignal(end->signal));
    else if (end->code)
        console_toast(c, UI_WARN, "%.60s ended with status %d", command, end->code);
    c->quit |= end->asked;
}

static void run(struct console *c, const struct json *root)
{
    AUTO_ARENA own = arena_new();
    struct err err = {0};
    struct child_end end;
    char desk[SPOOL_DESK];
    spool_desk(c->home.socket, mirror_me(c->mirror), desk);
    const struct handoff h = {.editor = c->pipe.command, .desk = desk, .text = text_of(c, own, root),
                              .wait = writing_meanwhile, .arg = c};
    bool ok = handoff_pipe(&h, &end, &err);
    console_resize(c);
    if (ok)
        say_end(c, c->pipe.command, &end);
    else
        console_toast(c, UI_ERROR, "%s", err.text);
}

void pipe_follow(struct console *c)
{
    const struct mirror_doc *doc = mirror_doc(c->mirror, MIRROR_TICKET);
    bool here = doc->ticket == c->pipe.ticket && doc->root;
    if (!c->pipe.ticket || (!here && clock_mono() < c->pipe.give_up_at))
        return;
    if (here)
        run(c, doc->root);
    else
        console_toast(c, UI_ERROR, "pipe: #%lld could not be read; nothing was run", (long long)c->pipe.ticket);
    c->pipe.ticket = 0;
}

static const struct part_command commands[] = {{LOCAL_PIPE, do_pipe}, {0}};
static const struct part_answer answers[] = {{FOR_PIPE, on_pipe}, {0}};
const struct part part_pipe = {commands, answers};
