/* guide: see guide.h. Lines that only differ in what follows the command ("go mine", "go all") are told once in words, then by what
 * follows, which says what it means where the command's offers do (command/offer). */
#include "command/guide.h"
#include "command/also.h"
#include "base/text.h"
#include "command/command.h"
#include "command/offer.h"
#include <stdlib.h>
#include <string.h>

enum { MARGIN = 2, KEYS = 10, LINE = 18, LEAST = 72, MOST = 96, GAP = 3, BELOW = 4, LEAST_HELP = 24 }; /* LEAST, MOST: columns that an entry takes where two stand side by side */

static const char *const titles[GUIDE_GROUPS] = {
    [GUIDE_TICKETS] = "tickets", [GUIDE_FINDING] = "finding", [GUIDE_MARKS] = "marks", [GUIDE_VIEWS] = "views and screens",
    [GUIDE_MOVING] = "moving", [GUIDE_DESK] = "the desk", [GUIDE_CONSOLE] = "the console"};

/* An action is about tickets or the desk; these say where the console's own commands belong. The rest is about the console. */
static const struct { const char *command; enum guide_group group; } groups[] = {
    {"articles", GUIDE_FINDING}, {"back", GUIDE_MOVING}, {"bottom", GUIDE_MOVING}, {"copy", GUIDE_TICKETS}, {"copy-link", GUIDE_TICKETS},
    {"customer", GUIDE_TICKETS}, {"discard", GUIDE_TICKETS}, {"detail", GUIDE_MOVING}, {"down", GUIDE_MOVING}, {"drop", GUIDE_DESK}, {"editor", GUIDE_TICKETS},
    {"filter", GUIDE_FINDING}, {"follow", GUIDE_TICKETS}, {"go", GUIDE_VIEWS}, {"help", GUIDE_FINDING}, {"invert", GUIDE_FINDING},
    {"mark", GUIDE_MARKS}, {"mark-all", GUIDE_MARKS}, {"mark-filter", GUIDE_MARKS}, {"next", GUIDE_MOVING}, {"next-pane", GUIDE_MOVING},
    {"next-view", GUIDE_VIEWS}, {"open", GUIDE_MOVING}, {"page-down", GUIDE_MOVING}, {"page-up", GUIDE_MOVING}, {"palette", GUIDE_FINDING},
    {"pause", GUIDE_DESK}, {"pipe", GUIDE_TICKETS}, {"period", GUIDE_VIEWS}, {"prev-pane", GUIDE_MOVING}, {"prev-view", GUIDE_VIEWS}, {"range", GUIDE_MARKS},
    {"remark", GUIDE_TICKETS}, {"replay", GUIDE_DESK}, {"resume", GUIDE_DESK}, {"search-next", GUIDE_FINDING}, {"search-prev", GUIDE_FINDING},
    {"sort", GUIDE_FINDING}, {"ticket", GUIDE_MOVING}, {"top", GUIDE_MOVING}, {"unmark", GUIDE_MARKS}, {"up", GUIDE_MOVING}, {"view", GUIDE_VIEWS},
    {"why", GUIDE_TICKETS}};

static enum guide_group group_of(const struct command *command)
{
    if (command->is_action)
        return action_table[command->id].flags & DESK ? GUIDE_DESK : GUIDE_TICKETS;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(groups[i].command, command->name) == 0)
            return groups[i].group;
    return GUIDE_CONSOLE;
}

/* --- entries --- */

struct entries {
    struct arena *arena;
    struct guide_entry *list;
    int n;
};

static struct guide_entry *entry_of(struct entries *to, const char *line)
{
    for (int i = 0; i < to->n; i++)
        if (strcmp(to->list[i].line, line) == 0)
            return &to->list[i];
    return NULL;
}

static bool told(const struct entries *to, const struct command *command)
{
    size_t n = strlen(command->name);
    for (int i = 0; i < to->n; i++)
        if (strncmp(to->list[i].line, command->name, n) == 0 && (!to->list[i].line[n] || to->list[i].line[n] == ' '))
            return true;
    return false;
}

/* What sets this line apart: of a command that is told already, what its argument means; without one, that it is asked for. */
static const char *help_of(struct entries *to, const struct command_line *line)
{
    const struct command *command = line->command;
    enum action_arg arg = command->is_action ? action_table[command->id].arg : ARG_NONE;
    const char *detail = arg == ARG_UNTIL && strcmp(line->arg, "again") == 0 ? "as long as the last time"
                         : arg == ARG_STATUS && strcmp(line->arg, "hold") == 0 ? offer_detail(to->arena, arg, "on_hold")
                         : arg == ARG_UNTIL || arg == ARG_STATUS               ? offer_detail(to->arena, arg, line->arg)
                                                                               : "";
    if (!told(to, command))
        return *detail ? arena_printf(to->arena, "%s: %s", command->help, detail) : command->help;
    return *line->arg ? detail : arg == ARG_UNTIL ? "the same, asking until when; a note may follow" : command->help;
}

/* What not everybody may. */
static const char *for_whom(struct arena *arena, const char *line)
{
    struct command_line parsed;
    int role = command_parse(arena, line, &parsed, NULL) ? command_role(&parsed) : ROLE_AGENT;
    return role > ROLE_AGENT ? arena_printf(arena, "(%s) ", role_word(role)) : "";
}

/* With what else it is called, and for whom it is. */
static const char *with_also(struct entries *to, const char *line, const char *help)
{
    AUTO_STR out;
    str_init(&out, 2000);
    str_addf(&out, "%s%s", for_whom(to->arena, line), help);
    for (size_t i = 0, told = 0; i < also_count; i++)
        if (strcmp(also_table[i].line, line) == 0)
            str_addf(&out, "%s:%s", told++ ? ", " : *help ? "; also " : "also ", also_table[i].word);
    return arena_strdup(to->arena, out.len ? out.data : "");
}

static void add_binding(struct entries *to, const struct binding *b)
{
    struct guide_entry *known = entry_of(to, b->command);
    struct command_line parsed;
    struct err err = {0};
    if (known) {
        known->keys = arena_printf(to->arena, "%s %s", known->keys, b->spelled);
        return;
    }
    if (!command_parse(to->arena, b->command, &parsed, &err))
        return; /* a key file's own mistake: it is said when the key is pressed */
    const char *help = with_also(to, b->command, help_of(to, &parsed));
    to->list[to->n++] = (struct guide_entry){group_of(parsed.command), b->spelled, b->command, help};
}

static void add_command(struct entries *to, const struct command *command)
{
    if (told(to, command))
        return;
    const char *line = arena_printf(to->arena, ":%s%s%s", command->name, *command->args ? " " : "", command->args);
    to->list[to->n++] = (struct guide_entry){group_of(command), "", line, with_also(to, command->name, command->help)};
}

static int by_group(const void *a, const void *b)
{
    const struct guide_entry *const *x = a, *const *y = b;
    return (*x)->group != (*y)->group ? (int)(*x)->group - (int)(*y)->group : *x < *y ? -1 : *x > *y;
}

const struct guide_entry *guide_entries(struct arena *arena, const struct keymap *keymap, const char *screen, int *count)
{
    const struct binding **list = keymap_list(keymap, arena, screen, NULL);
    int n = 0;
    while (list[n])
        n++;
    struct entries all = {.arena = arena, .list = ARENA_ARRAY(arena, struct guide_entry, n + COMMANDS)};
    for (int i = 0; i < n; i++)
        add_binding(&all, list[i]);
    for (int i = 0; i < COMMANDS; i++)
        add_command(&all, command_at(i));
    const struct guide_entry **order = ARENA_ARRAY(arena, const struct guide_entry *, all.n);
    struct guide_entry *sorted = ARENA_ARRAY(arena, struct guide_entry, all.n);
    for (int i = 0; i < all.n; i++)
        order[i] = &all.list[i];
    qsort(order, (size_t)all.n, sizeof *order, by_group);
    for (int i = 0; i < all.n; i++)
        sorted[i] = *order[i];
    *count = all.n;
    return sorted;
}

/* --- as text --- */

struct block { /* an entry, laid out */
    char **help;
    int lines, help_at;
};

static struct block lay_out(struct arena *arena, const struct guide_entry *e, int width)
{
    int name = *e->keys ? KEYS + 1 : 0, columns = text_columns(e->line);
    struct block b = {.help_at = KEYS + 1 + LINE};
    if (name + columns + 2 > b.help_at)
        b.help_at = name + columns + 2;
    if (width - b.help_at < LEAST_HELP)
        b.help_at = KEYS + 1 + LINE;
    if (width - b.help_at < LEAST_HELP) /* below it, where there is no column left */
        b.help_at = BELOW;
    b.lines = text_wrap(arena, e->help, width - b.help_at, &b.help);
    return b;
}

static void read_line(struct pager *pager, const struct guide_entry *e, const struct block *b, int line, int at)
{
    int name = *e->keys ? KEYS + 1 : 0;
    bool wide = name + text_columns(e->line) + 1 > b->help_at; /* the help goes below it */
    if (line == 0) {
        pager_piece(pager, at, UI_KEY, e->keys);
        pager_piece(pager, at + name, *e->keys ? UI_STRONG : UI_ACCENT, e->line);
    }
    if (line - wide >= 0 && line - wide < b->lines)
        pager_piece(pager, at + b->help_at, UI_DIM, b->help[line - wide]);
}

static int height(const struct guide_entry *e, const struct block *b)
{
    int name = *e->keys ? KEYS + 1 : 0, lines = b->lines + (name + text_columns(e->line) + 1 > b->help_at);
    return lines > 1 ? lines : 1;
}

/* One group: down its first column, then down the second. */
static void read_group(struct arena *arena, struct pager *pager, const struct guide_entry *list, int n, int columns)
{
    int beside = columns - MARGIN >= 2 * LEAST + GAP ? 2 : 1;
    int width = (columns - MARGIN - (beside - 1) * GAP) / beside, down = (n + beside - 1) / beside;
    width = beside > 1 && width > MOST ? MOST : width;
    struct block *blocks = ARENA_ARRAY(arena, struct block, n);
    for (int i = 0; i < n; i++)
        blocks[i] = lay_out(arena, &list[i], width);
    for (int row = 0; row < down; row++) {
        int lines = 1;
        for (int i = row; i < n; i += down)
            lines = height(&list[i], &blocks[i]) > lines ? height(&list[i], &blocks[i]) : lines;
        for (int line = 0; line < lines; line++) {
            pager_line(pager);
            for (int i = row, at = MARGIN; i < n; i += down, at += width + GAP)
                read_line(pager, &list[i], &blocks[i], line, at);
        }
    }
}

void guide_read(struct arena *arena, const struct keymap *keymap, const char *screen, int columns, struct pager *pager)
{
    int n, from = 0;
    const struct guide_entry *list = guide_entries(arena, keymap, screen, &n);
    for (int group = 0; group < GUIDE_GROUPS; group++) {
        int to = from;
        while (to < n && (int)list[to].group == group)
            to++;
        if (to == from)
            continue;
        pager_item(pager, group + 1);
        if (from)
            pager_line(pager);
        pager_line(pager);
        pager_piece(pager, MARGIN, UI_HEADING, titles[group]);
        read_group(arena, pager, list + from, to - from, columns);
        from = to;
    }
}
