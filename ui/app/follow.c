/* follow: see follow.h. A command is possible where its ticket is, its view exists and this agent may say it. */
#include "app/follow.h"
#include "app/part.h"
#include "app/rights.h"
#include "base/text.h"
#include <string.h>

static bool about_tickets(const struct command *command)
{
    return command->is_action ? !(action_table[command->id].flags & (DESK | CHOOSES)) : strcmp(command->name, "customer") == 0;
}

static bool is_screen(const char *word)
{
    for (int i = 0; place_word(i); i++)
        if (strcmp(place_word(i), word) == 0)
            return true;
    return false;
}

static bool possible(struct console *c, const struct command_line *line)
{
    bool marked = console_marks(c) && list_marks(console_marks(c));
    if (!rights_allow(c, line))
        return false;
    if (about_tickets(line->command))
        return marked || place_meant(c);
    if (strcmp(line->command->name, "go") != 0)
        return true;
    return is_screen(line->arg) || mirror_view_find(c->mirror, line->arg);
}

static const char *label_of(struct console *c, const struct command_line *line)
{
    const struct mirror_view *view = strcmp(line->command->name, "go") == 0 ? mirror_view_find(c->mirror, line->arg) : NULL;
    if (view)
        return arena_printf(c->frame, "%s %s", text_safe_in(c->frame, view->title, TEXT_LINE), look_count(c->frame, view->count));
    if (strcmp(line->command->name, "go") == 0)
        return line->arg;
    return *line->arg ? arena_printf(c->frame, "%s %s", line->command->name, line->arg) : line->command->name;
}

const struct hint *follow_list(struct console *c, int *count)
{
    const struct binding **list = keymap_list(c->keymap, c->frame, console_screen(c), &c->pending);
    int n = 0;
    while (list[n])
        n++;
    struct hint *hints = ARENA_ARRAY(c->frame, struct hint, n + 1);
    *count = 0;
    for (int i = 0; i < n; i++) {
        struct command_line line;
        struct err err = {0};
        if (command_parse(c->frame, list[i]->command, &line, &err) && possible(c, &line))
            hints[(*count)++] = (struct hint){list[i]->spelled, label_of(c, &line)};
    }
    return hints;
}
