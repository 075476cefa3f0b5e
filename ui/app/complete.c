/* complete: see complete.h. What may follow is read from the tables that run it: verbs and their arguments, actions and what they offer,
 * fields and their values. */
#include "app/complete.h"
#include "base/text.h"
#include "command/command.h"
#include "command/offer.h"
#include "core/when_complete.h"
#include "term/theme.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* --- an expression --- */

struct known { struct arena *arena; const struct json *values; };

static const char *const *of(void *arg, const char *field, int *count)
{
    const struct known *k = arg;
    const struct json *list = json_get(k->values, field);
    const char **values = ARENA_ARRAY(k->arena, const char *, json_count(list) + 1);
    *count = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v))
        if (json_string(v))
            values[(*count)++] = json_string(v);
    return values;
}

int complete_where(struct shell *sh, const char *text)
{
    int code = 0;
    struct when_offers offers;
    sh->quiet = true;
    const struct json *root = shell_fetch(sh, "/v1/values", NULL, &code);
    struct known known = {sh->arena, json_get(root, "values")};
    when_complete(sh->arena, text, &(struct when_values){of, &known}, &offers);
    for (int i = 0; i < offers.count; i++)
        printf("%s%s\t%s\n", text_safe_in(sh->arena, arena_strndup(sh->arena, text, offers.from), TEXT_LINE),
               text_safe_in(sh->arena, offers.list[i].text, TEXT_LINE), offers.list[i].detail);
    return 0;
}

/* --- a line --- */

static void put(struct shell *sh, const char *word, const char *help)
{
    printf("%s\t%s\n", text_safe_in(sh->arena, word, TEXT_LINE), text_safe_in(sh->arena, help ? help : "", TEXT_LINE));
}

/* The names in a list of the daemon's; a view of one's own is said without its mark. */
static void put_names(struct shell *sh, const char *path, const char *list, const char *detail)
{
    int code = 0;
    sh->quiet = true;
    const struct json *root = shell_fetch(sh, path, NULL, &code);
    for (const struct json *item = json_first(json_get(root, list)); item; item = json_next(item)) {
        const char *name = json_get_string(item, "name", "");
        put(sh, name + (*name == '~'), json_get_string(item, detail, ""));
    }
}

static void put_views(struct shell *sh)
{
    put_names(sh, "/v1/views", "views", "title");
}

static void put_themes(struct shell *sh)
{
    const char *shipped = home_data(sh->arena, "themes"), *dirs[] = {shipped, NULL};
    for (char **name = theme_names(sh->arena, dirs); *name; name++)
        put(sh, *name, "");
}

static void put_sorts(struct shell *sh)
{
    int count;
    const struct offer *sorts = offer_sorts(&count);
    for (int i = 0; i < count; i++)
        put(sh, sorts[i].name, sorts[i].detail);
}

static void put_files(struct shell *sh)
{
    (void)sh;
    puts("\tfiles");
}

/* Words that decide what stands behind them, and those that only stand in many places. */
static const struct follows {
    const char *word, *help;
    void (*put)(struct shell *sh); /* NULL: nothing of its own follows */
    enum { ANYWHERE = 1, FIRST } place; /* 0: where the verb's own words name it */
} follows[] = {
    {"--socket", "which daemon", put_files, ANYWHERE},
    {"--json", "one JSON object, or one a line", NULL, ANYWHERE},
    {"--no-input", "never wait for typing", NULL, ANYWHERE},
    {"--help", "what this takes", NULL, ANYWHERE},
    {"--version", "the version", NULL, FIRST},
    {"--open", "the console's first view", put_views, FIRST},
    {"--theme", "the console's colours", put_themes, FIRST},
    {"--keys", "the console's key file", put_files, FIRST},
    {"--ascii", "no glyphs", NULL, FIRST},
    {"--mono", "no colours", NULL, FIRST},
    {"--mouse", "clicks and the wheel", NULL, FIRST},
    {"--linear", "the console as lines that are only ever added", NULL, FIRST},
    {"--key-id", "who one is where several people share a user id", NULL, FIRST},
    {"--view", NULL, put_views, 0},
    {"--sort", NULL, put_sorts, 0},
    {"--config", NULL, put_files, 0},
    {"--attach", NULL, put_files, 0},
    {"check", NULL, put_files, 0},
    {"prompt", NULL, put_views, 0},
};
enum { FOLLOWS = sizeof follows / sizeof *follows };

static const struct follows *follows_of(const char *word)
{
    for (int i = 0; i < FOLLOWS; i++)
        if (strcmp(follows[i].word, word) == 0)
            return &follows[i];
    return NULL;
}

static void put_options(struct shell *sh, bool first)
{
    for (int i = 0; i < FOLLOWS; i++)
        if (follows[i].place == ANYWHERE || (first && follows[i].place == FIRST))
            put(sh, follows[i].word, follows[i].help);
}

static void put_verbs(struct shell *sh, const struct verb *verbs)
{
    for (int i = 0; i < ACTIONS; i++)
        put(sh, command_at(i)->name, command_at(i)->help);
    for (const struct verb *v = verbs; v->name; v++)
        put(sh, v->name, v->help);
}

/* The plain words of a verb's arguments: "[ls | show ID | replay ...]" has three, "[--sort due|age] [--view V]" two, and behind --sort two. */
static void put_args(struct shell *sh, const char *args, const char *behind)
{
    const char *option = NULL;
    size_t option_n = 0;
    while (*args) {
        size_t n = strspn(args, "abcdefghijklmnopqrstuvwxyz-_");
        bool whole = n && !isalnum((unsigned char)args[n]) && *args != '_', is_option = strncmp(args, "--", 2) == 0;
        bool wanted = behind ? option && !is_option && strncmp(option, behind, option_n) == 0 && !behind[option_n] : !option || is_option;
        if (whole && wanted)
            put(sh, arena_strndup(sh->arena, args, n), "");
        if (whole && is_option)
            option = args, option_n = n;
        option = n || !strchr("[]", *args) ? option : NULL;
        args += n + strcspn(args + n, " |[]");
        args += !n && *args && strchr(" |[]", *args);
    }
}

static void put_argument(struct shell *sh, const struct action_row *row)
{
    int count = 0;
    const struct offer *offers = offer_for(sh->arena, row->arg, &count);
    for (int i = 0; offers && i < count; i++)
        put(sh, offers[i].name, offers[i].detail);
    if (row->arg == ARG_AGENT)
        put_names(sh, "/v1/agents", "agents", "role");
    if (row->arg == ARG_MACRO)
        put_names(sh, "/v1/macros", "macros", "title");
}

/* The first word that is neither an option of the program nor its value. */
static const char *verb_in(char *const *words, int n)
{
    for (int i = 0; i < n; i++) {
        const struct follows *f = *words[i] == '-' ? follows_of(words[i]) : NULL;
        if (*words[i] != '-')
            return words[i];
        i += f && f->put;
    }
    return NULL;
}

static bool writes(const struct command *c)
{
    return c && c->is_action && action_table[c->id].arg == ARG_TEXT;
}

int complete_next(struct shell *sh, const struct verb *verbs, char *const *words, int n)
{
    const char *verb = verb_in(words, n - 1), *before = n > 1 ? words[n - 2] : "";
    const struct command *c = verb ? command_find(verb) : NULL;
    const struct verb *v = verb ? help_find(verbs, verb) : NULL;
    const struct follows *f = follows_of(before);
    if (strcmp(before, "--where") == 0) {
        puts("\topen");
        return complete_where(sh, words[n - 1]);
    }
    if (f && f->put) {
        f->put(sh);
        return 0;
    }
    if (v && strstr(v->args, "FILE...") && strcmp(before, verb) != 0) {
        put_files(sh);
        return 0;
    }
    if (!verb || strcmp(verb, "help") == 0)
        put_verbs(sh, verbs);
    else if (c && c->is_action && !(v && strcmp(before, verb) == 0))
        put_argument(sh, &action_table[c->id]);
    if (v && *before == '-')
        put_args(sh, v->args, before);
    if (verb)
        put_args(sh, v ? v->args : writes(c) ? "--attach --draft --pending --close --next --dry-run --key --version" : "--dry-run --key --version", NULL);
    put_options(sh, !verb);
    return 0;
}
