/* draft: see draft.h. */
#include "core/draft.h"
#include "base/crypto.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *draft_word(bool reply)
{
    return reply ? "reply" : "note";
}

const char *draft_key(struct arena *arena, int64_t ticket, bool reply)
{
    return arena_printf(arena, "draft:%" PRId64 ":%s", ticket, draft_word(reply));
}

bool draft_parse(const char *key, struct draft *draft)
{
    char *end = NULL;
    if (strncmp(key, "draft:", 6) != 0 || key[6] < '1' || key[6] > '9')
        return false;
    int64_t ticket = strtoll(key + 6, &end, 10);
    bool reply = strcmp(end, ":reply") == 0;
    if (!reply && strcmp(end, ":note") != 0)
        return false;
    *draft = (struct draft){ticket, reply};
    return true;
}

bool draft_shared(const struct json *value)
{
    return json_is(value, JSON_OBJECT) && json_get_bool(value, "shared", false);
}

const char *draft_text(const struct json *value)
{
    return json_string(value) ? json_string(value) : json_is(value, JSON_OBJECT) ? json_get_string(value, "text", "") : "";
}

const struct json *draft_files(const struct json *value)
{
    const struct json *list = json_is(value, JSON_OBJECT) ? json_get(value, "attachments") : NULL;
    return json_is(list, JSON_ARRAY) && json_first(list) ? list : NULL;
}

struct json *draft_taken(const struct json *value, const char *from)
{
    struct json *own = json_copy(value);
    json_drop(own, "shared");
    json_drop(own, "by");
    json_put_string(own, "by", from);
    return own;
}

void draft_tag(const char *value, char tag[DRAFT_TAG])
{
    uint8_t hash[32];
    *tag = 0;
    if (!value)
        return;
    crypto_sha256(value, strlen(value), hash);
    crypto_hex(hash, (DRAFT_TAG - 1) / 2, tag);
}

/* --- two of one --- */

static bool has(const struct json *list, const char *name, const char *value)
{
    for (const struct json *row = json_first(list); row; row = json_next(row))
        if (str_eq(json_get_string(row, name, ""), value))
            return true;
    return false;
}

/* Those of both, without those that were there and that one of them has no more. */
static void merge_list(struct json *out, const char *member, const char *name, const struct json *was, const struct json *first, const struct json *then)
{
    struct json *all = json_array();
    for (const struct json *row = json_first(first); row; row = json_next(row)) {
        const char *id = json_get_string(row, name, "");
        if (has(then, name, id) || !has(was, name, id))
            json_push(all, json_copy(row));
    }
    for (const struct json *row = json_first(then); row; row = json_next(row)) {
        const char *id = json_get_string(row, name, "");
        if (!has(first, name, id) && !has(was, name, id))
            json_push(all, json_copy(row));
    }
    if (json_first(all))
        json_put(out, member, all);
    else
        json_free(all);
}

static const struct json *member(const struct json *value, const char *name)
{
    return json_is(value, JSON_OBJECT) ? json_get(value, name) : NULL;
}

static void put_text(struct json *out, const char *first, const char *then, bool both)
{
    size_t size = strlen(first) + strlen(then) + 3;
    char *text = malloc(size);
    if (!text)
        abort();
    snprintf(text, size, "%s%s%s", first, both ? "\n\n" : "", then);
    json_put_string(out, "text", text);
    free(text);
}

static int64_t version(const struct json *value)
{
    return json_is(value, JSON_OBJECT) ? json_get_i64(value, "version", 0) : 0;
}

struct json *draft_merge(const struct json *was, const struct json *first, const struct json *then, bool *both)
{
    if (!first || json_is(first, JSON_NULL)) /* sent, or taken over: nothing was taken off */
        was = NULL;
    const char *before = draft_text(was), *one = draft_text(first), *two = draft_text(then);
    bool wrote_one = *one && !str_eq(one, before) && !str_starts(two, one), wrote_two = *two && !str_eq(two, before);
    int64_t first_version = version(first), then_version = version(then);
    const char *by = json_get_string(json_is(first, JSON_OBJECT) ? first : then, "by", NULL);
    struct json *out = json_object();
    *both = wrote_one && wrote_two;
    put_text(out, wrote_one ? one : "", *both || !wrote_one ? two : "", *both);
    if (first_version || then_version)
        json_put_i64(out, "version", !first_version || (then_version && then_version < first_version) ? then_version : first_version);
    if (draft_shared(draft_shared(then) != draft_shared(was) ? then : first))
        json_put_bool(out, "shared", true);
    if (by)
        json_put_string(out, "by", by);
    merge_list(out, "cited", "key", member(was, "cited"), member(first, "cited"), member(then, "cited"));
    merge_list(out, "attachments", "sha256", draft_files(was), draft_files(first), draft_files(then));
    return out;
}
