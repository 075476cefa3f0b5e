/* draft: see draft.h. */
#include "core/draft.h"
#include "base/str.h"
#include <inttypes.h>
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
