/* phrase: see phrase.h. */
#include "app/phrase.h"
#include "base/text.h"
#include "command/command.h"
#include <string.h>

/* The command name that all keys beginning so have in common: z... is always snooze. NULL: they have none. */
static const char *begun(struct arena *arena, const struct keymap *map, const struct keys *pending)
{
    const struct binding **list = keymap_list(map, arena, "queue", pending);
    const char *first = *list ? arena_strndup(arena, (*list)->command, strcspn((*list)->command, " ")) : NULL;
    for (; first && *list; list++)
        if (strlen(first) != strcspn((*list)->command, " ") || strncmp((*list)->command, first, strlen(first)) != 0)
            return NULL;
    return first;
}

/* The command that this whole word's keys run, or begin to say. */
static const char *run_by(struct arena *arena, const struct keymap *map, const char *word)
{
    struct keys keys, pending = {0};
    const struct binding *binding = NULL;
    if (!keys_parse(word, &keys))
        return NULL;
    for (int i = 0; i < keys.count; i++) {
        enum keymap_answer answer = keymap_press(map, "queue", &pending, &keys.key[i], &binding);
        if (answer == KEYMAP_NONE || (answer == KEYMAP_RUN && i < keys.count - 1))
            return NULL;
    }
    return pending.count ? begun(arena, map, &pending) : binding->command;
}

/* What the console's own commands are among the verbs. */
static const char *verb_of(struct arena *arena, const char *command)
{
    static const struct { const char *command, *verb; } same[] = {
        {"go boss", "scores"},   {"go metrics", "stats"}, {"go ingest", "events"}, {"open", "show"},     {"help", "help"},
        {"palette", "help"},     {"why", "why"},          {"next", "next"},        {"filter", "ls"},     {"customer", "customer"},
        {"quit", "quit"},        {"back", "ls"},          {"page-down", "more"},   {"resync", "desk"},
        {"go health", "doctor"}};
    static const char *const screens[] = {"escalations", "deliveries", "labels", "articles", "macros", "oncall", "agents", "handover", "audit", "drafts"};
    struct command_line line;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(same[i].command, command) == 0)
            return same[i].verb;
    if (!command_parse(arena, command, &line, NULL))
        return NULL;
    if (line.command->is_action)
        return command;
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++)
        if (line.command->id == LOCAL_GO && strcmp(line.arg, screens[i]) == 0)
            return screens[i];
    return line.command->id == LOCAL_GO ? arena_printf(arena, "ls --view %s", line.arg) : NULL;
}

const char *phrase_of_keys(struct arena *arena, const struct keymap *keys, const char *word)
{
    const char *command = run_by(arena, keys, word);
    return command ? verb_of(arena, command) : NULL;
}

bool phrase_needs_ticket(const char *verb)
{
    static const char *const others[] = {"show", "why", "similar", "customer"};
    const struct command *c = command_find(verb);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(verb, others[i]) == 0)
            return true;
    return c && c->is_action && !(action_table[c->id].flags & (DESK | CHOOSES)) && c->id != ACTION_UNDO && c->id != ACTION_REDO;
}
