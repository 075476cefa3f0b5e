/* tags: see tags.h. */
#include "core/tags.h"
#include "base/json.h"
#include "base/str.h"
#include <string.h>

enum { LINE_MOST = 256 << 10 }; /* what a source says of a ticket has no more */
static const char between[] = ", \t\n";

/* --- lines --- */

struct word {
    char sign;         /* '+', '-' or 0 */
    const char *tag;   /* behind the sign, out of its quotes */
    const char *whole; /* with the sign: what it is where signs mean nothing */
};

/* How long the JSON string at this place is; 0: it is none. */
static size_t quoted(const char *at)
{
    size_t n = *at == '"';
    while (n && at[n] && at[n] != '"')
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return n && at[n] ? n + 1 : 0;
}

static bool next_word(struct arena *arena, const char **line, struct word *word)
{
    const char *at = *line + strspn(*line, between);
    if (!*at)
        return false;
    size_t signs = *at == '-' ? 1 : strspn(at, "+"), n = quoted(at + signs); /* two of them are a slip of the hand */
    const char *text = n ? json_string(json_parse_in(arena, at + signs, n, &json_limits_native, NULL, NULL)) : NULL;
    if (!text) {
        n = strcspn(at + signs, between);
        text = arena_strndup(arena, at + signs, n);
    }
    *word = (struct word){signs ? *at : 0, text, arena_printf(arena, "%.*s%s", (int)signs, at, text)};
    *line = at + signs + n;
    return true;
}

char *tags_read(struct arena *arena, const char *line)
{
    AUTO_JSON tags = json_array();
    AUTO_JSON change = json_object();
    struct json *add = json_array(), *take = json_array();
    json_put(change, "add", add);
    json_put(change, "take", take);
    struct word word, first = {0};
    while (next_word(arena, &line, &word)) {
        first = first.tag ? first : word;
        json_push(tags, json_new_string(word.whole));
        json_push(word.sign == '-' ? take : add, json_new_string(word.tag));
    }
    return json_print_in(arena, first.sign ? change : tags);
}

/* Whether a word alone would be read as another. */
static bool wants_quotes(const char *tag)
{
    return !*tag || strchr("+-\"", *tag) || tag[strcspn(tag, between)];
}

char *tags_line(struct arena *arena, const char *tags)
{
    AUTO_STR line;
    str_init(&line, LINE_MOST);
    const struct json *list = tags ? json_parse_in(arena, tags, strlen(tags), &json_limits_native, NULL, NULL) : NULL;
    for (const struct json *node = json_first(list); node; node = json_next(node)) {
        const char *tag = json_string(node);
        if (tag)
            str_addf(&line, "%s%s", line.len ? ", " : "", wants_quotes(tag) ? json_print_in(arena, node) : tag);
    }
    return arena_strdup(arena, line.data);
}

/* --- what was said --- */

static bool sound(const struct json *list, struct err *err)
{
    if (!json_is(list, JSON_ARRAY) || json_count(list) > TAGS_MOST)
        return err_set(err, ERR_INPUT, "tags: a JSON array of at most %d strings, or {\"add\":[...],\"take\":[...]}", TAGS_MOST);
    for (const struct json *tag = json_first(list); tag; tag = json_next(tag)) {
        const char *text = json_string(tag);
        if (!text || !*text || strlen(text) > TAG_BYTES)
            return err_set(err, ERR_INPUT, "tags: each is a string of 1 to %d bytes", TAG_BYTES);
    }
    return true;
}

static bool sound_change(const struct json *change, struct err *err)
{
    for (const struct json *member = json_first(change); member; member = json_next(member)) {
        if (!str_eq(json_name(member), "add") && !str_eq(json_name(member), "take"))
            return err_set(err, ERR_INPUT, "tags: a change has \"add\" and \"take\", no \"%.40s\"", json_name(member));
        if (!sound(member, err))
            return false;
    }
    return true;
}

static bool among(const struct json *list, const char *word)
{
    for (const struct json *tag = json_first(list); tag; tag = json_next(tag))
        if (str_eq(json_string(tag), word))
            return true;
    return false;
}

/* What is in the list and not among these, each once. */
static void put(struct json *tags, const struct json *list, const struct json *but)
{
    for (const struct json *tag = json_first(list); tag; tag = json_next(tag))
        if (!among(tags, json_string(tag)) && !among(but, json_string(tag)))
            json_push(tags, json_copy(tag));
}

char *tags_after(struct arena *arena, const char *was, const char *said, struct err *err)
{
    const struct json *what = json_parse_in(arena, said, strlen(said), &json_limits_native, NULL, err);
    bool change = json_is(what, JSON_OBJECT);
    if (!what || !(change ? sound_change : sound)(what, err))
        return NULL;
    AUTO_JSON tags = json_array();
    if (change && was)
        put(tags, json_parse_in(arena, was, strlen(was), &json_limits_native, NULL, NULL), json_get(what, "take"));
    put(tags, change ? json_get(what, "add") : what, NULL);
    if (json_count(tags) <= TAGS_MOST)
        return json_print_in(arena, tags);
    err_set(err, ERR_INPUT, "tags: a ticket has at most %d", TAGS_MOST);
    return NULL;
}
