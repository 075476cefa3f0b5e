/* tags: see tags.h. */
#include "core/tags.h"
#include "base/json.h"
#include "base/str.h"
#include <string.h>

char *tags_read(struct arena *arena, const char *words)
{
    AUTO_JSON list = json_array();
    char *copy = arena_strdup(arena, words), *save = NULL;
    for (char *word = strtok_r(copy, ", \t\n", &save); word; word = strtok_r(NULL, ", \t\n", &save))
        json_push(list, json_new_string(word));
    return json_print_in(arena, list);
}

static bool amends(const struct json *said)
{
    const char *first = json_string(json_first(said));
    return first && (*first == '+' || *first == '-');
}

static bool sound(const struct json *said, bool signs, struct err *err)
{
    if (!json_is(said, JSON_ARRAY) || json_count(said) > TAGS_MOST)
        return err_set(err, ERR_INPUT, "tags: a JSON array of at most %d strings", TAGS_MOST);
    for (const struct json *tag = json_first(said); tag; tag = json_next(tag)) {
        const char *text = json_string(tag);
        size_t sign = signs && text ? (*text == '-' ? 1 : strspn(text, "+")) : 0;
        if (!text || !text[sign] || strlen(text + sign) > TAG_BYTES)
            return err_set(err, ERR_INPUT, "tags: each is a string of 1 to %d bytes", TAG_BYTES);
    }
    return true;
}

/* All of them but one. */
static struct json *without(const struct json *tags, const char *word)
{
    struct json *left = json_array();
    for (const struct json *tag = json_first(tags); tag; tag = json_next(tag))
        if (!str_eq(json_string(tag), word))
            json_push(left, json_copy(tag));
    return left;
}

static void take(struct json **tags, const char *word)
{
    struct json *left = without(*tags, word);
    json_free(*tags);
    *tags = left;
}

static void put(struct json *tags, const char *word)
{
    for (const struct json *tag = json_first(tags); tag; tag = json_next(tag))
        if (str_eq(json_string(tag), word))
            return;
    json_push(tags, json_new_string(word));
}

char *tags_after(struct arena *arena, const char *was, const char *said, struct err *err)
{
    const struct json *list = json_parse_in(arena, said, strlen(said), &json_limits_native, NULL, err);
    bool from = list && amends(list);
    if (!list || !sound(list, from, err))
        return NULL;
    struct json *tags = from && was ? json_parse(was, strlen(was), &json_limits_native, NULL, NULL) : NULL;
    tags = tags ? tags : json_array();
    for (const struct json *tag = json_first(list); tag; tag = json_next(tag)) {
        const char *word = json_string(tag);
        if (from && *word == '-')
            take(&tags, word + 1);
        else
            put(tags, word + (from ? strspn(word, "+") : 0)); /* two of them are a slip of the hand */
    }
    char *text = json_count(tags) <= TAGS_MOST ? json_print_in(arena, tags) : NULL;
    json_free(tags);
    if (!text)
        err_set(err, ERR_INPUT, "tags: a ticket has at most %d", TAGS_MOST);
    return text;
}
