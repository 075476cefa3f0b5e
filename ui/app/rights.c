/* rights: see rights.h. */
#include "app/rights.h"
#include "core/config.h"
#include <string.h>

static int mine(const struct console *c)
{
    return role_find(mirror_role(c->mirror));
}

bool rights_allow(const struct console *c, const struct command_line *line)
{
    int role = mine(c);
    return role == ROLE_NONE || role >= command_role(line);
}

bool rights_hint(void *console, const char *command)
{
    struct console *c = console;
    struct command_line line;
    return command_parse(c->frame, command, &line, NULL) && rights_allow(c, &line);
}

bool rights_may(struct console *c, const struct command_line *line)
{
    struct err err = {0};
    bool audit = *line->arg && str_eq(line->command->name, "go");
    if (rights_allow(c, line))
        return true;
    role_refuse(&err, audit ? line->arg : line->command->name, command_role(line), mine(c));
    console_toast(c, UI_ERROR, "%s", err.text);
    return false;
}

/* --- another role --- */

/* What somebody with the higher of two roles may and with the lower may not. */
static const char *between(struct console *c, int low, int high)
{
    AUTO_STR names;
    str_init(&names, 400);
    for (int i = 0; i < COMMANDS; i++) {
        const struct command_line line = {command_at(i), ""};
        int needed = command_role(&line);
        if (needed > low && needed <= high)
            str_addf(&names, "%s%s", names.len ? ", " : "", line.command->name);
    }
    return arena_strdup(c->frame, names.data);
}

static void say_role(struct console *c, int was, int is)
{
    if (is == was)
        return;
    bool more = is > was;
    const char *names = more ? between(c, was, is) : between(c, is, was);
    console_toast(c, more ? UI_ACCENT : UI_WARN, "Your role is %s now, it was %s: %s %s", role_word(is), role_word(was), more ? "you may also" : "no longer yours are", names);
}

static void say_restricted(struct console *c, bool is)
{
    console_toast(c, UI_WARN, is ? "Your account is restricted now: no editor of your own, no :pipe, no files of this machine"
                                 : "Your account is no longer restricted: an editor of your own, :pipe and files are yours again");
}

/* The one screen that is a role's alone. What lies over it stays. */
static void leave_audit(struct console *c)
{
    const struct command_line audit = {command_find("go"), "audit"};
    if (console_place(c) == PLACE_AUDIT && !rights_allow(c, &audit))
        console_back(c);
}

/* Hints are looked up once for each screen, and an open palette has its list. */
static void offer_anew(struct console *c)
{
    memset(c->hints, 0, sizeof c->hints);
    palette_news(c);
}

void rights_follow(struct console *c)
{
    int is = mine(c), was = c->rights.role;
    bool restricted = mirror_restricted(c->mirror), changed = restricted != c->rights.restricted;
    if (is == ROLE_NONE || (is == was && !changed))
        return;
    c->rights.role = is;
    c->rights.restricted = restricted;
    if (was == ROLE_NONE)
        return;
    say_role(c, was, is);
    if (changed)
        say_restricted(c, restricted);
    leave_audit(c);
    offer_anew(c);
}
