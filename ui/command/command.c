/* command: lookup, parse, and an action as the request the API takes. The table is made of the two .def
 * files, so a new action is a command the moment it has its row. */
#include "command/command.h"
#include "command/also.h"
#include "base/json.h"
#include "base/str.h"
#include "core/field.h"
#include "core/tags.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How help shows each kind of argument. */
#define SHOWN_ARG_NONE ""
#define SHOWN_ARG_AGENT "AGENT"
#define SHOWN_ARG_TEXT "TEXT"
#define SHOWN_ARG_STATUS "STATUS [REASON]"
#define SHOWN_ARG_PRIORITY "PRIORITY"
#define SHOWN_ARG_URGENCY "URGENCY"
#define SHOWN_ARG_CATEGORY "CATEGORY"
#define SHOWN_ARG_TAGS "TAG,TAG"
#define SHOWN_ARG_REASON "REASON"
#define SHOWN_ARG_MACRO "NAME"
#define SHOWN_ARG_WITH "NAME=VALUE..."
#define SHOWN_ARG_INTO "into NUMBER [confirm]"
#define SHOWN_ARG_MESSAGE "MESSAGE"
#define SHOWN_ARG_UNTIL "1h|tomorrow|monday|TIME|reply [NOTE]"

static const struct command table[COMMANDS] = {
#define ACTION(n, ID, arg, r, f, h)                                                                          \
    [ACTION_##ID] = {.name = #n, .is_action = true, .id = ACTION_##ID, .args = SHOWN_##arg, .help = h},
#include "core/action.def"
#undef ACTION
#define LOCAL(n, ID, a, h) [ACTIONS + LOCAL_##ID] = {.name = #n, .id = LOCAL_##ID, .args = a, .help = h},
#include "command/local.def"
#undef LOCAL
};

const struct command *command_at(int index)
{
    return index >= 0 && index < COMMANDS ? &table[index] : NULL;
}

const struct command *command_find(const char *name)
{
    const char *line = also_line(name);
    name = line && !strchr(line, ' ') ? line : name;
    for (int i = 0; name && i < COMMANDS; i++)
        if (*table[i].name == *name && strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bool command_is_final(const struct command *command)
{
    static const int finals[] = {ACTION_DELETE, ACTION_DUPLICATE, ACTION_ERASE, ACTION_ERASE_EVENT, ACTION_INVALID, ACTION_PURGE, ACTION_RESET_XP, ACTION_SPAM};
    bool is = false;
    for (size_t i = 0; command->is_action && i < sizeof finals / sizeof *finals; i++)
        is |= command->id == finals[i];
    return is;
}

int command_role(const struct command_line *line)
{
    static const struct { enum local_id id; const char *arg; } leads[] = {
        {LOCAL_DROP, NULL}, {LOCAL_PAUSE, NULL}, {LOCAL_RESUME, NULL}, {LOCAL_RERUN, NULL}, {LOCAL_GO, "audit"}};
    if (line->command->is_action)
        return (int)action_table[line->command->id].role;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if ((int)leads[i].id == line->command->id && (!leads[i].arg || strcmp(leads[i].arg, line->arg) == 0))
            return ROLE_LEAD;
    return ROLE_AGENT;
}

/* Does a word of the text begin so? */
static bool word_begins(const char *text, const char *name)
{
    for (const char *at = text; (at = strstr(at, name)); at++)
        if (at == text || at[-1] == ' ')
            return true;
    return false;
}

/* Else one whose help has a word that begins so, but none that goes for good. */
static const char *suggest_by_help(const char *name)
{
    for (int i = 0; i < COMMANDS && strlen(name) >= 4; i++)
        if (word_begins(table[i].help, name) && !command_is_final(&table[i]))
            return table[i].name;
    return NULL;
}

const char *command_suggest(const char *name)
{
    const char *best = NULL;
    int least = 3;
    for (int i = 0; i < COMMANDS; i++) {
        const char *known = table[i].name;
        int d = strlen(name) >= 3 && str_starts(known, name) ? 1 : str_distance(name, known);
        if (d < least) {
            least = d;
            best = known;
        }
    }
    for (size_t i = 0; i < also_count && strlen(name) >= 4; i++)
        if (str_distance(name, also_table[i].word) < least) {
            least = str_distance(name, also_table[i].word);
            best = also_table[i].line;
        }
    return best ? best : suggest_by_help(name);
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = 0;
    return text;
}

static bool is_number(const char *text)
{
    text += *text == '#';
    return *text && strspn(text, "0123456789") == strlen(text);
}

bool command_parse(struct arena *arena, const char *line, struct command_line *out, struct err *err)
{
    char *text = trim(arena_strdup(arena, line));
    if (is_number(text)) {
        *out = (struct command_line){.command = command_find("go"), .arg = text + (*text == '#')};
        return true;
    }
    size_t n = strcspn(text, " \t");
    char *name = arena_strndup(arena, text, n);
    const struct command *command = command_find(name);
    const char *line_of = command ? NULL : also_line(name);
    if (line_of)
        return command_parse(arena, arena_printf(arena, "%s%s", line_of, text + n), out, err);
    if (!command) {
        const char *near = command_suggest(name);
        return err_set(err, ERR_USAGE,
                       near ? "no command \"%.40s\": did you mean \"%s\"?" : "no command \"%.40s\"; help lists those there are%s", name,
                       near ? near : "");
    }
    *out = (struct command_line){.command = command, .arg = trim(text + n)};
    return true;
}

/* --- an action as a request --- */

/* An agent may not set the first and the last status: nothing goes back to new, and only the clock and the
 * source close. */
const char *const *command_words(enum action_arg arg, int *count)
{
    static const struct {
        const char *field;
        int first, last; /* last 0 = to the end */
    } sets[] = {[ARG_STATUS] = {"status", STATUS_OPEN, STATUS_RESOLVED},
                [ARG_PRIORITY] = {"priority", 1, 0},
                [ARG_URGENCY] = {"urgency", 1, 0},
                [ARG_CATEGORY] = {"category", 1, 0}};
    *count = 0;
    if (arg < ARG_STATUS || arg > ARG_CATEGORY)
        return NULL;
    const struct field *f = field_find(sets[arg].field);
    *count = (sets[arg].last ? sets[arg].last + 1 : f->word_count) - sets[arg].first;
    return f->words + sets[arg].first;
}

static bool word_known(enum action_arg arg, const char *text)
{
    int count;
    const char *const *words = command_words(arg, &count);
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return words == NULL;
}

static bool refuse_word(const struct command_do *what, struct err *err)
{
    int count;
    const char *const *words = command_words(what->action->arg, &count);
    AUTO_STR known;
    str_init(&known, 200);
    for (int i = 0; i < count; i++)
        str_addf(&known, "%s%s", known.len ? ", " : "", words[i]);
    return err_set(err, ERR_USAGE, "%s: \"%.40s\" is none of %s", what->action->name, what->arg, known.data);
}

/* The value that begins here, out of its quotes; *next: what stands behind it. */
static char *take_value(char *at, char **next)
{
    if (*at != '"') {
        char *end = at + strcspn(at, " \t");
        *next = *end ? end + 1 : end;
        *end = 0;
        return at;
    }
    char *value = ++at, *to = value;
    for (; *at && *at != '"'; *to++ = *at++)
        at += *at == '\\' && (at[1] == '"' || at[1] == '\\');
    *next = *at ? at + 1 : at;
    *to = 0;
    return value;
}

/* `agent=ana to=18:00`; a value with blanks stands in double quotes, a quote in it behind a backslash. Or the whole as JSON. */
static struct json *with_of(struct arena *arena, const char *text, struct err *err)
{
    struct json *with = json_object();
    char *at = arena_strdup(arena, text);
    while (*(at += strspn(at, " \t"))) {
        char *equals = strchr(at, '='), *value = equals ? equals + 1 : NULL;
        if (!value || equals == at || strcspn(at, " \t") < (size_t)(equals - at)) {
            err_set(err, ERR_USAGE, "\"%.40s\": expected NAME=VALUE, such as agent=ana or reason=\"two words\"", at);
            json_free(with);
            return NULL;
        }
        char *next;
        *equals = 0;
        value = take_value(value, &next);
        json_drop(with, at);
        json_put_string(with, at, value);
        at = next;
    }
    return with;
}

static bool put_with(struct arena *arena, struct json *body, const char *text, struct err *err)
{
    if (*text != '{') {
        struct json *with = with_of(arena, text, err);
        if (with)
            json_put(body, "with", with);
        return with != NULL;
    }
    const struct json *with = json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, err);
    if (with)
        json_put(body, "with", json_copy(with));
    return with != NULL;
}

/* What it needs, without what it takes as well. */
static bool lacks(const struct action_row *action, struct err *err)
{
    const char *args = table[action - action_table].args, *more = strstr(args, " [");
    return err_set(err, ERR_USAGE, "%s needs %.*s", action->name, more ? (int)(more - args) : (int)strlen(args), args);
}

static bool put_argument(struct arena *arena, struct json *body, const struct command_do *what,
                         struct err *err)
{
    enum action_arg arg = what->action->arg;
    const char *member = action_arg_name(arg), *text = what->arg ? what->arg : "";
    if (arg == ARG_NONE)
        return !*text || err_set(err, ERR_USAGE, "%s takes no argument", what->action->name);
    if (!*text && arg == ARG_UNTIL && what->with)
        return true; /* it ends with a reply */
    if (!*text && arg != ARG_TAGS && arg != ARG_WITH) /* what an act on the desk needs, the daemon names */
        return lacks(what->action, err);
    if (!word_known(arg, text))
        return refuse_word(what, err);
    if (arg == ARG_WITH)
        return put_with(arena, body, text, err);
    if (arg == ARG_TAGS)
        json_put(body, member, json_new_raw(tags_read(arena, text)));
    else if (arg == ARG_UNTIL || arg == ARG_INTO || arg == ARG_MESSAGE)
        json_put_i64(body, member, strtoll(text, NULL, 10));
    else
        json_put_string(body, member, text);
    return true;
}

char *command_body(struct arena *arena, const struct command_do *what, struct err *err)
{
    AUTO_JSON body = json_object();
    json_put_string(body, "do", what->action->name);
    struct json *tickets = json_array();
    for (int i = 0; i < what->ticket_count; i++)
        json_push(tickets, json_new_i64(what->tickets[i]));
    json_put(body, "tickets", tickets);
    if (!put_argument(arena, body, what, err))
        return NULL;
    if (what->with && *what->with && !put_with(arena, body, what->with, err))
        return NULL;
    if (what->articles)
        json_put(body, "articles", json_new_raw(what->articles));
    if (what->attachments)
        json_put(body, "attachments", json_new_raw(what->attachments));
    if (what->version)
        json_put_i64(body, "version", what->version);
    if (what->draft_tag)
        json_put_string(body, "draft", what->draft_tag);
    else if (what->draft)
        json_put_bool(body, "draft", true);
    if (what->thread_version)
        json_put_i64(body, "thread_version", what->thread_version);
    if (what->key)
        json_put_string(body, "key", what->key);
    if (what->dry_run)
        json_put_bool(body, "dry_run", true);
    return json_print_in(arena, body);
}

/* --- times --- */

static bool all_digits(const char *text)
{
    return strlen(text) >= 12 && strlen(text) < 17 && strspn(text, "0123456789") == strlen(text);
}

bool command_until(const struct moment *here, const char *text, int64_t *until, struct err *err)
{
    const int64_t later = 3 * 3600000;
    struct moment how = *here;
    int64_t at = 0;
    how.morning = 9 * 60;
    if (strcmp(text, "later") == 0 || strcmp(text, "later today") == 0)
        at = here->base + later;
    else if (all_digits(text))
        at = strtoll(text, NULL, 10);
    else if (!moment_parse(&how, text, &at, err))
        return false;
    if (at <= here->base)
        return err_set(err, ERR_INPUT, "'%.60s' is past; say a time to come, such as 2h, tomorrow or monday 14:00", text);
    *until = at;
    return true;
}

bool command_since(const struct moment *here, const char *text, int64_t *since)
{
    struct moment how = *here;
    int64_t at = 0;
    struct err err;
    how.morning = 0;
    if (moment_duration(text, &at)) {
        at = here->base - at;
    } else if (strcmp(text, "yesterday") == 0) {
        int64_t today = zone_day(here->zone, here->base + here->offset);
        at = zone_at(here->zone, today - 1, 0) - here->offset;
    } else if (!moment_parse(&how, text, &at, &err)) {
        return false;
    }
    if (at > here->base || at <= 0)
        return false;
    *since = at;
    return true;
}
