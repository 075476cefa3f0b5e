/* attached: see attached.h. */
#include "screen/attached.h"
#include "base/str.h"
#include <inttypes.h>
#include <string.h>

enum { LINES_MAX = 64 << 10 };

const char *attached_say(struct arena *arena, const struct json *row)
{
    const struct attachment a = {.name = attachment_name(arena, json_get_string(row, "name", "")), .size = json_get_i64(row, "size", -1),
                                 .host = json_get_string(row, "host", NULL)};
    return attachment_say(arena, &a);
}

const char *attached_lines(struct arena *arena, const struct json *message)
{
    AUTO_STR out;
    str_init(&out, LINES_MAX);
    const struct json *list = json_get(message, "attachments");
    int64_t more = json_get_i64(message, "asset_count", 0) - (int64_t)json_count(list);
    for (const struct json *row = json_first(list); row; row = json_next(row)) {
        const char *number = json_get_bool(row, "kept", false) ? arena_printf(arena, " %" PRId64, json_get_i64(row, "n", 0)) : "";
        str_addf(&out, "%sattachment%s: %s", out.len ? "\n" : "", number, attached_say(arena, row));
    }
    if (more > 0)
        str_addf(&out, "%s%s%" PRId64 "%s attachment%s", out.len ? "\n" : "", out.len ? "and " : "", more, out.len ? " more" : "", more == 1 ? "" : "s");
    return out.len ? arena_strdup(arena, out.data) : NULL;
}

/* --- those that are to go --- */

static const char keys[] = "123456789abcdefghijk";
_Static_assert(sizeof keys == ATTACHMENTS_SENT + 1, "a key for each");

bool attached_add(struct attached *a, const struct json *row)
{
    AUTO_ARENA arena = arena_new();
    const char *name = attachment_name(arena, json_get_string(row, "name", "")), *sha256 = json_get_string(row, "sha256", "");
    for (int i = 0; i < a->count; i++)
        if (strcmp(a->list[i].name, name) == 0 && strcmp(a->list[i].sha256, sha256) == 0)
            return false;
    if (a->count == ATTACHMENTS_SENT || strlen(sha256) != 64)
        return false;
    str_copy(a->list[a->count].name, sizeof a->list->name, name);
    str_copy(a->list[a->count].sha256, sizeof a->list->sha256, sha256);
    a->list[a->count++].size = json_get_i64(row, "size", -1);
    return true;
}

void attached_read(struct attached *a, const struct json *list)
{
    for (const struct json *row = json_first(list); row; row = json_next(row))
        attached_add(a, row);
}

struct json *attached_write(const struct attached *a)
{
    if (!a->count)
        return NULL;
    struct json *list = json_array();
    for (int i = 0; i < a->count; i++) {
        struct json *row = json_object();
        json_put_string(row, "name", a->list[i].name);
        json_put_string(row, "sha256", a->list[i].sha256);
        json_put_i64(row, "size", a->list[i].size);
        json_push(list, row);
    }
    return list;
}

void attached_take_off(struct attached *a, int index)
{
    for (a->count--; index < a->count; index++)
        a->list[index] = a->list[index + 1];
}

const char *attached_all(struct arena *arena, const struct attached *a)
{
    struct attachment list[ATTACHMENTS_SENT];
    for (int i = 0; i < a->count; i++)
        list[i] = (struct attachment){.name = a->list[i].name, .size = a->list[i].size};
    return attachment_say_all(arena, list, a->count);
}

char attached_key(int index)
{
    return keys[index];
}

int attached_index(const struct attached *a, uint32_t key)
{
    const char *at = key && key < 128 ? strchr(keys, (int)key) : NULL;
    return at && at - keys < a->count ? (int)(at - keys) : -1;
}
