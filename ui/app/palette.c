/* palette: everything that can be said, by a few of its letters. Once a command's name stands, what may follow it is offered
 * instead; Tab writes out what fits best. Enter takes only what is plainly meant: what acts is taken by how its name begins, or what else it is called
 * (command/also), where no other command begins so, what goes for good by all of it; what merely has the letters somewhere waits for an arrow. Tickets that are not in the list shown are found by the desk (app/found). Earlier lines come first where nothing is typed, and C-p, C-n walk through them; they are
 * kept with the daemon (`keep`), so that they are there in the next console too: at most HISTORY of them, and never the words of a
 * text, a reason or a record, which may be anybody's secret. */
#include "app/choices.h"
#include "app/found.h"
#include "app/part.h"
#include "app/rights.h"
#include "base/text.h"
#include "command/also.h"
#include <ctype.h>
#include <string.h>

static const char place[] = "/v1/keep/palette";

/* --- what was said --- */

/* The part of a line that is remembered: of free words only the command. NULL: nothing. */
static const char *remembered(struct console *c, const char *line)
{
    struct command_line parsed;
    if (!command_parse(c->frame, line, &parsed, NULL) || strlen(line) >= sizeof c->history[0])
        return NULL;
    enum action_arg arg = parsed.command->is_action ? action_table[parsed.command->id].arg : ARG_NONE;
    bool free_words = arg == ARG_TEXT || arg == ARG_REASON || arg == ARG_WITH || (!parsed.command->is_action && (parsed.command->id == LOCAL_REMARK || parsed.command->id == LOCAL_PIPE));
    return free_words ? parsed.command->name : line;
}

static void put_first(struct console *c, const char *line)
{
    int found = 0;
    while (found < c->history_count && strcmp(c->history[found], line) != 0)
        found++;
    if (found == c->history_count && c->history_count < HISTORY)
        c->history_count++;
    if (found == HISTORY)
        found = HISTORY - 1;
    memmove(c->history[1], c->history[0], (size_t)found * sizeof c->history[0]);
    str_copy(c->history[0], sizeof c->history[0], line);
}

static void ignored(void *arg, const struct link_answer *answer)
{
    (void)arg, (void)answer;
}

static void keep(struct console *c)
{
    AUTO_JSON body = json_object();
    struct json *lines = json_array();
    for (int i = 0; i < c->history_count; i++)
        json_push(lines, json_new_string(c->history[i]));
    json_put(body, "value", lines);
    link_send(c->link, "PUT", place, json_print_in(c->frame, body), ignored, NULL);
}

static bool is_open(const struct console *c)
{
    return c->overlay.kind == OVERLAY_PICK && c->overlay.purpose == FOR_PALETTE;
}

/* What was said in consoles before goes behind what was said in this one, which is kept now, where it was said before they were known. */
static void came(void *arg, const struct link_answer *answer)
{
    struct console *c = arg;
    AUTO_JSON root = answer->err ? NULL : json_parse(answer->body, answer->n, &json_limits_native, NULL, NULL);
    bool unkept = root && !c->palette.known && c->history_count;
    c->palette.known |= root != NULL;
    for (const struct json *line = json_first(json_get(root, "value")); line && c->history_count < HISTORY; line = json_next(line)) {
        int i = 0;
        while (json_string(line) && i < c->history_count && strcmp(c->history[i], json_string(line)) != 0)
            i++;
        if (json_string(line) && i == c->history_count)
            str_copy(c->history[c->history_count++], sizeof c->history[0], json_string(line));
    }
    if (unkept)
        keep(c);
    palette_news(c);
}

static void remember(struct console *c, const char *line)
{
    const char *what = remembered(c, line);
    if (!what)
        return;
    put_first(c, what);
    if (c->palette.known) /* else what was kept is not here yet, and would be lost */
        keep(c);
}

/* --- what is offered --- */

static const struct command *command_typed(struct console *c, const char *typed)
{
    size_t n = strcspn(typed, " ");
    return typed[n] ? command_find(arena_strndup(c->frame, typed, n)) : NULL;
}

static void offer(struct console *c, const struct command *command, bool anew)
{
    bool own = false;
    struct choices list = {0};
    if (command)
        list = choices_for(c, command, &own);
    c->palette.tickets = !command || list.tickets;
    if (!command || !list.n)
        list = choices_all(c);
    (anew ? picker_renew : picker_set)(c->overlay.picker, list.items, list.n);
    c->palette.own = own;
}

/* A word from elsewhere that is whole becomes ours, which is offered what may follow. */
static void become_ours(struct console *c)
{
    const char *text = picker_typed(c->overlay.picker);
    size_t n = strcspn(text, " ");
    const char *line = text[n] ? also_line(arena_strndup(c->frame, text, n)) : NULL;
    if (line)
        picker_type(c->overlay.picker, arena_printf(c->frame, "%s%s", line, text + n));
}

static void typed(struct console *c, bool anew)
{
    become_ours(c);
    const char *text = picker_typed(c->overlay.picker);
    const struct command *command = command_typed(c, text);
    bool number = *text && text[strspn(text, "#0123456789")] == 0;
    if (anew || command != c->palette.command)
        offer(c, command, anew);
    c->palette.command = command;
    picker_own_words(c->overlay.picker, c->palette.own || number);
    found_typed(c);
}

const char *palette_sought(const struct console *c)
{
    const char *text = is_open(c) ? picker_typed(c->overlay.picker) : NULL;
    if (!text || (c->palette.command && !c->palette.tickets))
        return NULL;
    text += c->palette.command ? strcspn(text, " ") : 0;
    text += strspn(text, " ");
    return text + (c->palette.command && str_starts(text, "into ") ? strlen("into ") : 0);
}

void palette_news(struct console *c)
{
    if (is_open(c))
        typed(c, true);
    c->dirty = true;
}

void palette_typed(struct console *c)
{
    if (is_open(c))
        typed(c, false);
}

/* --- its own keys --- */

static void type(struct console *c, const char *text)
{
    picker_type(c->overlay.picker, text);
    typed(c, false);
}

/* by 1: to an earlier line. Before the first comes what was typed. */
static bool walk(struct console *c, int by)
{
    int to = c->palette.walked + by;
    if (to < 0 || to > c->history_count)
        return true;
    if (!c->palette.walked)
        str_copy(c->palette.typed, sizeof c->palette.typed, picker_typed(c->overlay.picker));
    c->palette.walked = to;
    type(c, to ? c->history[to - 1] : c->palette.typed);
    return true;
}

static bool complete(struct console *c)
{
    const struct picker_item *item = picker_first(c->overlay.picker);
    const char *line = !item ? NULL : item->value ? item->value : item->name;
    const struct command *command = line ? command_find(line) : NULL;
    if (line)
        type(c, command && *command->args ? arena_printf(c->frame, "%s ", line) : line);
    return true;
}

bool palette_key(struct console *c, const struct key *key)
{
    if (!is_open(c))
        return false;
    bool top = picker_at_top(c->overlay.picker);
    if (key_ctrl(key, 'p') || (key_is(key, K_UP) && top))
        return walk(c, 1);
    if (key_ctrl(key, 'n') || (key_is(key, K_DOWN) && top && c->palette.walked))
        return walk(c, -1);
    if (key_is(key, K_TAB))
        return complete(c);
    if (key_types(key) || key_is(key, K_BACKSPACE))
        c->palette.walked = 0;
    return false;
}

/* --- the command --- */

static void do_palette(struct console *c, const char *arg)
{
    found_begin(c);
    struct choices list = choices_all(c);
    overlay_pick(&c->overlay, FOR_PALETTE, ":", list.items, list.n, true);
    c->palette.command = NULL;
    c->palette.own = false;
    c->palette.tickets = true;
    c->palette.walked = 0;
    if (*arg)
        type(c, arg);
    if (!c->palette.known)
        link_send(c->link, "GET", place, NULL, came, c);
}

/* A command of the console's own that says nothing alone: what may follow it is offered next, but to nobody whose role would be refused with it.
 * An act of the desk asks itself. */
static bool goes_on(const struct console *c, const char *line)
{
    const struct command_line alone = {command_find(line), ""};
    return alone.command && !alone.command->is_action && *alone.command->args && *alone.command->args != '[' && rights_allow(c, &alone);
}

static void on_palette(struct console *c, const struct answer *a)
{
    if (goes_on(c, a->text)) {
        do_palette(c, arena_printf(c->frame, "%s ", a->text));
        return;
    }
    remember(c, a->text);
    run_line(c, a->text);
}

static const struct part_command commands[] = {{LOCAL_PALETTE, do_palette}, {0}};
static const struct part_answer answers[] = {{FOR_PALETTE, on_palette}, {0}};
const struct part part_palette = {commands, answers};
