/* choices: see choices.h. An item's name is what is looked at and matched, its value the line that is run. */
#include "app/choices.h"
#include "app/found.h"
#include "app/part.h"
#include "app/rights.h"
#include "base/text.h"
#include "command/also.h"
#include "core/config.h"
#include "core/tags.h"
#include "screen/agents.h"
#include <ctype.h>
#include <string.h>

enum { ROWS_MOST = 500, TAGS_OFFERED = 200 };
enum shelf { SHELF_COMMAND, SHELF_PLACE, SHELF_PERSON, SHELF_TICKET, SHELF_FOUND = PICKER_BENEATH };

static struct picker_item *add(struct console *c, struct choices *to, const char *name, const char *detail)
{
    if (to->n == to->cap) {
        struct picker_item *more = ARENA_ARRAY(c->frame, struct picker_item, to->cap = to->cap ? to->cap * 2 : 128);
        if (to->n)
            memcpy(more, to->items, to->n * sizeof *more);
        to->items = more;
    }
    struct picker_item *item = &to->items[to->n++];
    *item = (struct picker_item){.id = (int64_t)to->n, .name = name, .detail = detail, .keys = "", .shelf = SHELF_COMMAND, .takes = TAKES_START};
    return item;
}

static const char *keys_of(struct console *c, const char *line)
{
    const struct binding *b = keymap_find(c->keymap, console_screen(c), line);
    return b ? b->spelled : "";
}

static bool among(const struct choices *list, const char *value)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->items[i].value ? list->items[i].value : list->items[i].name, value))
            return true;
    return false;
}

static int row_count(const struct console *c)
{
    int n = mirror_row_count(c->mirror);
    return n < ROWS_MOST ? n : ROWS_MOST;
}

/* --- people and tickets --- */

static const char *agent_detail(struct console *c, const struct mirror_agent *agent)
{
    struct look look = console_look(c);
    return arena_printf(c->frame, "%s%s", agents_detail(&look, agent), str_eq(agent->name, mirror_oncall(c->mirror)) ? "  on call" : "");
}

static void add_agents(struct console *c, struct choices *to)
{
    for (int i = 0; i < mirror_agent_count(c->mirror); i++) {
        const struct mirror_agent *agent = mirror_agent_at(c->mirror, i);
        struct picker_item *give = add(c, to, arena_printf(c->frame, "assign %s", agent->name), agent_detail(c, agent));
        give->shelf = SHELF_PERSON;
        struct picker_item *see = add(c, to, arena_printf(c->frame, "%s's tickets", agent->name), "those in this view");
        see->value = arena_printf(c->frame, "filter where assignee == \"%s\"", agent->name);
        see->shelf = SHELF_PERSON;
        see->takes = TAKES_WORDS;
    }
}

/* Each once, by the newest of their tickets that is loaded; the key may be masked, so that the ticket names them. */
static void add_customers(struct console *c, struct choices *to, const char *before)
{
    size_t first = to->n;
    for (int i = 0; i < row_count(c); i++) {
        const struct mirror_row *row = mirror_row_at(c->mirror, i);
        const char *name = row->t.customer_name;
        bool known = !name || !*name;
        for (size_t k = first; k < to->n && !known; k++)
            known = str_eq(to->items[k].name + strlen(before), name);
        if (known)
            continue;
        struct picker_item *item = add(c, to, arena_printf(c->frame, "%s%s", before, name), "customer");
        item->value = arena_printf(c->frame, "customer %lld", (long long)row->t.id);
        item->shelf = SHELF_PERSON;
        item->takes = TAKES_WORDS;
    }
}

static struct picker_item *add_ticket(struct console *c, struct choices *to, const char *command, int64_t id, const char *title, const char *customer)
{
    bool bare = strcmp(command, "go") == 0;
    const char *subject = title && *title ? title : "(no subject)";
    struct picker_item *item = add(c, to, arena_printf(c->frame, "%s%s%lld %s", bare ? "" : command, bare ? "#" : " ", (long long)id, subject), customer);
    item->value = arena_printf(c->frame, "%s %lld", command, (long long)id);
    item->shelf = SHELF_TICKET;
    item->takes = TAKES_WORDS;
    return item;
}

/* The desk may have found one that is loaded by what its row does not show. */
static void add_found(struct console *c, struct choices *to, const char *command, size_t first)
{
    struct found_row found[FOUND_MOST];
    int n = found_list(c, found);
    for (int i = 0; i < n; i++) {
        const char *line = arena_printf(c->frame, "%s %lld", command, (long long)found[i].id);
        struct picker_item *item = NULL;
        for (size_t k = first; k < to->n && !item; k++)
            item = str_eq(to->items[k].value, line) ? &to->items[k] : NULL;
        if (!item) {
            item = add_ticket(c, to, command, found[i].id, found[i].title, found[i].customer);
            item->shelf = SHELF_FOUND;
        }
        item->fits = found[i].by;
    }
}

static void add_tickets(struct console *c, struct choices *to, const char *command)
{
    size_t first = to->n;
    for (int i = 0; i < row_count(c); i++) {
        const struct mirror_row *row = mirror_row_at(c->mirror, i);
        add_ticket(c, to, command, row->t.id, row->t.title, row->t.customer_name);
    }
    add_found(c, to, command, first);
    to->tickets = true;
}

/* --- words --- */

static void add_line(struct console *c, struct choices *to, const struct command *command, const char *word, const char *detail)
{
    const char *line = arena_printf(c->frame, "%s %s", command->name, word);
    if (!among(to, line))
        add(c, to, line, detail)->keys = keys_of(c, line);
}

static void add_offers(struct console *c, struct choices *to, const struct command *command, const struct offer *offers, int n)
{
    for (int i = 0; i < n; i++)
        add_line(c, to, command, offers[i].name, offers[i].detail);
}

static void add_views(struct console *c, struct choices *to, const struct command *command)
{
    for (int i = 0; i < mirror_view_count(c->mirror); i++) {
        const struct mirror_view *v = mirror_view_at(c->mirror, i);
        add_line(c, to, command, v->name, arena_printf(c->frame, "view %s, %s", v->title, look_count(c->frame, v->count)));
    }
}

static void add_screens(struct console *c, struct choices *to, const struct command *command)
{
    for (int i = 0; place_word(i); i++)
        add_line(c, to, command, place_word(i), "screen");
}

static void add_tags(struct console *c, struct choices *to, const struct command *command)
{
    for (int i = 0; i < row_count(c) && to->n < TAGS_OFFERED; i++) {
        const char *tags = mirror_row_at(c->mirror, i)->t.tags;
        const struct json *list = tags ? json_parse_in(c->frame, tags, strlen(tags), &json_limits_dialect, NULL, NULL) : NULL;
        for (const struct json *tag = json_first(list); tag; tag = json_next(tag))
            if (json_string(tag))
                add_line(c, to, command, tags_line(c->frame, arena_printf(c->frame, "[%s]", json_print_in(c->frame, tag))), "tag");
    }
}

/* The names of a document's rows; it is asked for, and the palette looks again when it is there. */
static void add_named(struct console *c, struct choices *to, const struct command *command, enum mirror_doc_id doc, const char *member)
{
    const struct json *root = mirror_doc(c->mirror, doc)->root;
    if (!root)
        fetch_want(c, SLOT_DOC + doc);
    for (const struct json *row = json_first(json_get(root, member)); row; row = json_next(row))
        add_line(c, to, command, json_get_string(row, "name", ""), json_get_string(row, "title", json_get_string(row, "kind", NULL)));
}

static void add_themes(struct console *c, struct choices *to, const struct command *command)
{
    for (char **name = theme_names(c->frame, c->theme_dirs); *name; name++)
        add_line(c, to, command, *name, NULL);
}

/* "[due|age|updated]": words in small letters are what may be said. */
static void add_listed(struct console *c, struct choices *to, const struct command *command)
{
    for (const char *at = command->args; *at;) {
        size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789-_");
        bool begins = at == command->args || strchr("[| ", at[-1]), ends = !at[n] || strchr("]| ", at[n]);
        if (n && begins && ends && strchr(command->args, '|'))
            add_line(c, to, command, arena_strndup(c->frame, at, n), NULL);
        at += n ? n : 1;
    }
}

/* --- arguments --- */

static void of_action(struct console *c, struct choices *to, const struct command *command, bool *own)
{
    enum action_arg arg = action_table[command->id].arg;
    int n = 0;
    const struct offer *offers = offer_for(c->frame, arg, &n);
    add_offers(c, to, command, offers, n);
    for (int i = 0; arg == ARG_AGENT && i < mirror_agent_count(c->mirror); i++)
        add_line(c, to, command, mirror_agent_at(c->mirror, i)->name, agent_detail(c, mirror_agent_at(c->mirror, i)));
    if (arg == ARG_TAGS)
        add_tags(c, to, command);
    else if (arg == ARG_MACRO)
        add_named(c, to, command, MIRROR_MACROS, "macros");
    else if (arg == ARG_INTO)
        add_tickets(c, to, arena_printf(c->frame, "%s into", command->name));
    *own = arg == ARG_TAGS || arg == ARG_INTO || offer_is_open(arg) || !to->n;
}

static void of_go(struct console *c, struct choices *to, const struct command *command)
{
    add_views(c, to, command);
    add_screens(c, to, command);
    add_tickets(c, to, "go");
}

static void of_open(struct console *c, struct choices *to, const struct command *command)
{
    add_tickets(c, to, command->name);
}

static void of_customer(struct console *c, struct choices *to, const struct command *command)
{
    (void)command;
    add_customers(c, to, "customer ");
}

static void of_destination(struct console *c, struct choices *to, const struct command *command)
{
    add_named(c, to, command, MIRROR_DESTINATIONS, "destinations");
}

static void of_why(struct console *c, struct choices *to, const struct command *command)
{
    int n;
    const struct offer *offers = offer_whys(&n);
    add_offers(c, to, command, offers, n);
}

static void of_sort(struct console *c, struct choices *to, const struct command *command)
{
    int n;
    const struct offer *offers = offer_sorts(&n);
    add_offers(c, to, command, offers, n);
}

static const struct {
    const char *command;
    void (*add)(struct console *c, struct choices *to, const struct command *command);
    bool own; /* another word may be as good */
} locals[] = {{"go", of_go, false}, {"view", add_views, true}, {"open", of_open, true}, {"customer", of_customer, true},
              {"theme", add_themes, false}, {"why", of_why, false}, {"sort", of_sort, false}, {"pause", of_destination, true},
              {"resume", of_destination, false}, {"replay", of_destination, false}};

struct choices choices_for(struct console *c, const struct command *command, bool *own)
{
    struct choices to = {0};
    *own = true;
    if (command->is_action) {
        of_action(c, &to, command, own);
        return to;
    }
    for (size_t i = 0; i < sizeof locals / sizeof *locals; i++)
        if (strcmp(locals[i].command, command->name) == 0) {
            locals[i].add(c, &to, command);
            *own = locals[i].own || !to.n;
            return to;
        }
    if (command->id != LOCAL_FILTER)
        add_listed(c, &to, command);
    *own = !to.n;
    return to;
}

/* --- all of it --- */

/* First where nothing is typed. What is typed finds them as it finds all others: with what followed it then a line is taken only by an arrow. */
static void add_said(struct console *c, struct choices *to)
{
    for (int i = 0; i < c->history_count; i++) {
        struct picker_item *item = add(c, to, c->history[i], "said before");
        const struct command *command = command_find(arena_strndup(c->frame, c->history[i], strcspn(c->history[i], " ")));
        bool goes = str_starts(c->history[i], "go ");
        item->keys = keys_of(c, c->history[i]);
        item->shelf = goes ? SHELF_PLACE : SHELF_COMMAND;
        item->also = also_words(c->frame, c->history[i]);
        item->takes = goes ? TAKES_WORDS : strchr(c->history[i], ' ') || (command && command_is_final(command)) ? TAKES_WHOLE : TAKES_START;
    }
}

/* What needs another role stands here too, and says so: it can be asked of whoever has it. */
static const char *help_for(struct console *c, const struct command *command)
{
    const struct command_line line = {command, ""};
    return rights_allow(c, &line) ? command->help : arena_printf(c->frame, "(needs the role %s) %s", role_word(command_role(&line)), command->help);
}

static void add_commands(struct console *c, struct choices *to)
{
    for (int i = 0; i < COMMANDS; i++) {
        const struct command *command = command_at(i);
        if (among(to, command->name))
            continue;
        struct picker_item *item = add(c, to, command->name, help_for(c, command));
        item->keys = keys_of(c, command->name);
        item->also = also_words(c->frame, command->name);
        item->takes = command_is_final(command) ? TAKES_WHOLE : TAKES_START;
    }
}

struct choices choices_all(struct console *c)
{
    struct choices to = {0};
    const struct command *go = command_find("go");
    add_said(c, &to);
    add_commands(c, &to);
    size_t places = to.n;
    add_views(c, &to, go);
    add_screens(c, &to, go);
    for (size_t i = places; i < to.n; i++) {
        to.items[i].shelf = SHELF_PLACE;
        to.items[i].also = also_words(c->frame, to.items[i].name);
        to.items[i].takes = TAKES_WORDS;
    }
    add_agents(c, &to);
    add_customers(c, &to, "");
    add_tickets(c, &to, "go");
    return to;
}
