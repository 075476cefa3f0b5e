/* windows: see windows.h. */
#include "link/windows.h"
#include "base/str.h"

static void put(struct windows *w, const char *key, const struct json *row)
{
    if (w->count == WINDOWS_MAX)
        return;
    struct window *window = &w->list[w->count++];
    *window = (struct window){.from = json_get_i64(row, "from", 0), .to = json_get_i64(row, "to", 0)};
    str_copy(window->key, sizeof window->key, key);
    str_copy(window->by, sizeof window->by, json_get_string(row, "by", ""));
    str_copy(window->reason, sizeof window->reason, json_get_string(row, "reason", ""));
    str_copy(window->scope, sizeof window->scope, json_get_string(row, "scope", ""));
}

static void drop(struct windows *w, const char *key)
{
    int kept = 0;
    for (int i = 0; i < w->count; i++)
        if (!str_eq(w->list[i].key, key))
            w->list[kept++] = w->list[i];
    w->count = kept;
}

void windows_read(struct windows *w, const struct json *list)
{
    w->count = 0;
    for (const struct json *row = json_first(list); row; row = json_next(row))
        put(w, json_get_string(row, "key", ""), row);
}

bool windows_follow(struct windows *w, const struct json *records)
{
    bool any = false;
    for (const struct json *r = json_first(records); r; r = json_next(r)) {
        if (!str_eq(json_get_string(r, "kind", ""), "maintenance"))
            continue;
        const char *key = json_get_string(r, "key", "");
        any = true;
        drop(w, key);
        if (json_is(json_get(r, "new"), JSON_OBJECT))
            put(w, key, json_get(r, "new"));
    }
    return any;
}

const struct window *windows_now(const struct windows *w, int64_t now)
{
    const struct window *last = NULL;
    for (int i = 0; i < w->count; i++)
        if (w->list[i].from <= now && now < w->list[i].to && (!last || w->list[i].to > last->to))
            last = &w->list[i];
    return last;
}
