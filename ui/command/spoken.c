/* spoken: what a person writes behind an action's name, in the console's palette and on the shell alike, as the argument and
 * what goes beside it: `status on_hold parts from DHL`, `snooze 3h after the release`, `merge into 42`. Pure. */
#include "command/command.h"
#include "base/json.h"
#include "base/str.h"
#include "core/when.h"
#include <string.h>

struct spoken {
    struct arena *arena;
    struct command_do *what;
    const struct moment *here;
    struct err *err;
};

/* The first word, and what comes after it. */
static char *first_word(struct arena *arena, const char *text, const char **rest)
{
    text += strspn(text, " \t");
    size_t n = strcspn(text, " \t");
    *rest = text + n + strspn(text + n, " \t");
    return arena_strndup(arena, text, n);
}

static void beside(struct spoken *s, const char *name, const char *value)
{
    AUTO_JSON with = s->what->with ? json_parse(s->what->with, strlen(s->what->with), &json_limits_native, NULL, NULL) : NULL;
    if (!with)
        with = json_object();
    json_drop(with, name);
    json_put_string(with, name, value);
    s->what->with = json_print_in(s->arena, with);
}

static bool speak_status(struct spoken *s, const char *text)
{
    const char *rest;
    char *word = first_word(s->arena, text, &rest);
    bool two = strcmp(word, "on") == 0 && strncmp(rest, "hold", 4) == 0 && (!rest[4] || rest[4] == ' ');
    if (two)
        first_word(s->arena, rest, &rest);
    s->what->arg = two || strcmp(word, "hold") == 0 ? "on_hold" : word;
    if (*rest)
        beside(s, "reason", rest);
    return true;
}

/* The most words from the first on that are a time together, and what comes after them. */
static bool time_of(struct spoken *s, const char *text, int64_t *until, const char **rest)
{
    const char *ends[4];
    int words = 0;
    for (const char *at = text; *at && words < 4; words++)
        ends[words] = at = at + strcspn(at, " \t") + strspn(at + strcspn(at, " \t"), " \t");
    for (; words; words--) {
        size_t n = (size_t)(ends[words - 1] - text);
        while (n && strchr(" \t", text[n - 1]))
            n--;
        *rest = ends[words - 1];
        *s->err = (struct err){0};
        if (command_until(s->here, arena_strndup(s->arena, text, n), until, s->err))
            return true;
    }
    return false;
}

/* `reply`: until the customer writes. `3h only`: not before, whatever the customer writes. */
static bool speak_snooze(struct spoken *s, const char *text)
{
    const char *rest, *after;
    int64_t until;
    if (strcmp(first_word(s->arena, text, &rest), "reply") == 0) {
        beside(s, "on", "customer_reply");
        s->what->arg = "";
    } else if (!time_of(s, text, &until, &rest)) {
        return false;
    } else {
        s->what->arg = arena_printf(s->arena, "%lld", (long long)until);
        if (strcmp(first_word(s->arena, rest, &after), "only") == 0) {
            beside(s, "on", "time");
            rest = after;
        }
    }
    if (*rest)
        beside(s, "note", rest);
    return true;
}

static bool speak_into(struct spoken *s, const char *text)
{
    const char *rest;
    char *word = first_word(s->arena, text, &rest);
    if (strcmp(word, "into") == 0)
        word = first_word(s->arena, rest, &rest);
    word += *word == '#';
    if (!*word || strspn(word, "0123456789") != strlen(word) || (*rest && strcmp(rest, "confirm") != 0))
        return err_set(s->err, ERR_USAGE, "expected a ticket's number (and confirm, where the customers differ): merge into 42");
    s->what->arg = word;
    if (*rest)
        beside(s, "confirm", "merge");
    return true;
}

/* The two that take words of their own stand before. */
static bool asks_twice(const struct action_row *action)
{
    return command_is_final(command_find(action->name));
}

static bool speak_word(struct spoken *s, const char *text)
{
    const char *name = s->what->action->name;
    if (*text && strcmp(text, name) != 0 && strcmp(text, "confirm") != 0)
        return err_set(s->err, ERR_USAGE, "nothing was done: that was not the word %s", name);
    s->what->arg = "";
    if (*text)
        beside(s, "confirm", name);
    return true;
}

static bool is_on_view(const struct action_row *action)
{
    return strncmp(action->name, "view-", 5) == 0;
}

/* Where the first NAME=VALUE begins, or the end. */
static const char *named_from(const char *text)
{
    for (const char *at = text; *at; at += strcspn(at, " \t")) {
        at += strspn(at, " \t");
        size_t n = strcspn(at, " \t=");
        if (n && at[n] == '=')
            return at;
    }
    return text + strlen(text);
}

static void add_named(struct str *out, const char *name, const char *value)
{
    str_addf(out, "%s=\"", name);
    for (; *value; value++)
        str_addf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    str_adds(out, "\" ");
}

/* `view-save bugs Bugs of today sort=updated`: the name first, then a title; `view-rename bugs faults`: then the new name. */
static bool speak_view(struct spoken *s, const char *text)
{
    const char *named = named_from(text), *rest;
    s->what->arg = text;
    if (*text == '{' || named == text)
        return true;
    char *plain = arena_strndup(s->arena, text, (size_t)(named - text)), *name = first_word(s->arena, plain, &rest);
    AUTO_STR out;
    str_init(&out, 2 * WHEN_TEXT);
    add_named(&out, "name", name + (*name == '~'));
    if (*rest && s->what->action == &action_table[ACTION_VIEW_RENAME])
        add_named(&out, "to", first_word(s->arena, rest, &rest));
    for (size_t n = strlen(plain); n && strchr(" \t", plain[n - 1]);)
        plain[--n] = 0;
    if (*rest)
        add_named(&out, "title", rest);
    str_adds(&out, named);
    s->what->arg = arena_strdup(s->arena, out.data);
    return true;
}

/* `reset-xp ana a new season`: whose, and why; `erase-event 57 erase-event`: which, and the word. */
static bool speak_two(struct spoken *s, const char *text, const char *first, const char *second)
{
    const char *named = named_from(text), *rest;
    s->what->arg = text;
    if (*text == '{' || named == text)
        return true;
    char *plain = arena_strndup(s->arena, text, (size_t)(named - text)), *who = first_word(s->arena, plain, &rest);
    for (size_t n = strlen(plain); n && strchr(" \t", plain[n - 1]);)
        plain[--n] = 0;
    AUTO_STR out;
    str_init(&out, 2 * WHEN_TEXT);
    add_named(&out, first, who);
    if (*rest)
        add_named(&out, second, rest);
    str_adds(&out, named);
    s->what->arg = arena_strdup(s->arena, out.data);
    return true;
}

bool command_spoken(struct arena *arena, const struct moment *here, const char *text, struct command_do *what, struct err *err)
{
    struct spoken s = {arena, what, here, err};
    text += strspn(text, " \t");
    if (what->action->arg == ARG_STATUS)
        return speak_status(&s, text);
    if (what->action->arg == ARG_UNTIL && *text)
        return speak_snooze(&s, text);
    if (what->action->arg == ARG_INTO && *text)
        return speak_into(&s, text);
    if (what->action == &action_table[ACTION_RESET_XP])
        return speak_two(&s, text, "agent", "reason");
    if (what->action == &action_table[ACTION_ERASE_EVENT])
        return speak_two(&s, text, "event", "confirm");
    if (is_on_view(what->action))
        return speak_view(&s, text);
    if (asks_twice(what->action))
        return speak_word(&s, text);
    what->arg = text;
    return true;
}
