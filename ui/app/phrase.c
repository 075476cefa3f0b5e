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

/* As one word for the verbs (app/words). */
static const char *quoted(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 4 * strlen(text) + 3), *to = out;
    *to++ = '\'';
    for (; *text; text++)
        to = *text == '\'' ? stpcpy(to, "'\"'\"'") : stpcpy(to, (char[]){*text, 0});
    *to++ = '\'';
    *to = 0;
    return out;
}

/* --- the console's own commands among the verbs --- */

static const char *as_list(struct arena *arena, const char *text)
{
    static const char where[] = "where ";
    text += strspn(text, " \t");
    if (!*text)
        return "ls";
    if (text[strspn(text, "0123456789#")] == 0)
        return arena_printf(arena, "show %s", text);
    return str_starts(text, where) ? arena_printf(arena, "ls --where %s", quoted(arena, text + strlen(where))) : arena_printf(arena, "ls -- %s", quoted(arena, text));
}

static const char *as_view(struct arena *arena, const char *text)
{
    return *text ? arena_printf(arena, "ls --view %s", quoted(arena, text)) : "views";
}

static const char *as_place(struct arena *arena, const char *text)
{
    static const char *const screens[] = {"escalations", "deliveries", "labels", "articles", "macros", "oncall", "agents", "handover", "audit", "drafts"};
    static const struct { const char *screen, *verb; } others[] = {{"boss", "scores"}, {"metrics", "stats"}, {"ingest", "events"}, {"health", "doctor"}};
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++)
        if (str_eq(text, screens[i]))
            return screens[i];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_eq(text, others[i].screen))
            return others[i].verb;
    return text[strspn(text, "0123456789#")] == 0 ? as_list(arena, text) : as_view(arena, text);
}

static const char *as_show(struct arena *arena, const char *text)
{
    return arena_printf(arena, "show %s", text);
}

static const struct way {
    const char *name, *verb; /* what is behind it goes along; NULL: made */
    const char *(*make)(struct arena *arena, const char *text);
} ways[] = {{"go", NULL, as_place},   {"view", NULL, as_view},  {"filter", NULL, as_list}, {"open", NULL, as_show},  {"ticket", NULL, as_show},
            {"help", "help", NULL},   {"palette", "help", NULL}, {"why", "why", NULL},     {"next", "next", NULL},   {"customer", "customer", NULL},
            {"articles", "articles", NULL}, {"quit", "quit", NULL}, {"back", "ls", NULL},  {"page-down", "more", NULL}, {"resync", "desk", NULL},
            {"quiet", "quiet", NULL}, {"rerun", "rerun", NULL}};

static const char *verb_of(struct arena *arena, const char *command)
{
    struct command_line line;
    struct err err;
    if (!command_parse(arena, command, &line, &err))
        return NULL;
    if (line.command->is_action)
        return command;
    for (const struct way *way = ways; way < ways + sizeof ways / sizeof *ways; way++)
        if (str_eq(way->name, line.command->name))
            return way->make ? way->make(arena, line.arg) : arena_printf(arena, "%s %s", way->verb, line.arg);
    return NULL;
}

const char *phrase_of_line(struct arena *arena, const char *line)
{
    line += strspn(line, " \t:");
    return *line == '/' ? as_list(arena, line + 1) : verb_of(arena, line);
}

/* The keys, with what stands behind them. */
const char *phrase_of_keys(struct arena *arena, const struct keymap *keys, const char *line)
{
    size_t n = strcspn(line, " \t");
    const char *command = run_by(arena, keys, arena_strndup(arena, line, n));
    return command ? verb_of(arena, arena_printf(arena, "%s%s", command, line + n)) : NULL;
}

const char *phrase_of_none(struct arena *arena, const struct keymap *keys, const char *line)
{
    static const char *const marks[] = {"mark", "mark-all", "mark-filter", "range", "unmark"};
    const char *word = arena_strndup(arena, line, strcspn(line, " \t")), *command = run_by(arena, keys, word);
    struct command_line said;
    struct err err;
    if (!command_parse(arena, command ? command : word, &said, &err) || said.command->is_action)
        return NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_eq(said.command->name, marks[i]))
            return "There are no marks here: an action takes several numbers (claim 12 15), and ls WORDS finds them.";
    return arena_printf(arena, "%s moves or changes the screen, and here is none: help says what can be said.", said.command->name);
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
