/* attached: see attached.h. */
#include "screen/attached.h"
#include "core/attachment.h"
#include <inttypes.h>

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
