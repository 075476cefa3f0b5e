/* watch: sets of names as JSON texts, and the mentions in a note. The sets are small (WATCH_MOST), so they are read and written
 * whole. */
#include "core/watch.h"
#include "base/json.h"
#include "base/str.h"
#include <string.h>

static int read_names(struct arena *arena, const char *watchers, const char **names)
{
    const struct json *list = watchers ? json_parse_in(arena, watchers, strlen(watchers), &json_limits_native, NULL, NULL) : NULL;
    int n = 0;
    for (const struct json *name = json_first(list); name && n < WATCH_MOST; name = json_next(name))
        if (json_string(name))
            names[n++] = json_string(name);
    return n;
}

static const char *written(struct arena *arena, const char *const *names, int count)
{
    AUTO_JSON list = json_array();
    for (int i = 0; i < count; i++)
        json_push(list, json_new_string(names[i]));
    return count ? json_print_in(arena, list) : NULL;
}

bool watch_has(const char *watchers, const char *agent)
{
    AUTO_ARENA arena = arena_new();
    const char *names[WATCH_MOST];
    int n = read_names(arena, watchers, names);
    for (int i = 0; i < n; i++)
        if (str_eq(names[i], agent))
            return true;
    return false;
}

int watch_count(const char *watchers)
{
    AUTO_ARENA arena = arena_new();
    const char *names[WATCH_MOST];
    return read_names(arena, watchers, names);
}

const char *watch_with(struct arena *arena, const char *watchers, const char *agent)
{
    const char *names[WATCH_MOST + 1];
    int n = read_names(arena, watchers, names), at = 0;
    if (n == WATCH_MOST || watch_has(watchers, agent))
        return watchers;
    while (at < n && strcmp(names[at], agent) < 0)
        at++;
    memmove(names + at + 1, names + at, (size_t)(n - at) * sizeof *names);
    names[at] = agent;
    return written(arena, names, n + 1);
}

const char *watch_without(struct arena *arena, const char *watchers, const char *agent)
{
    const char *names[WATCH_MOST];
    int n = read_names(arena, watchers, names), kept = 0;
    for (int i = 0; i < n; i++)
        if (!str_eq(names[i], agent))
            names[kept++] = names[i];
    return kept == n ? watchers : written(arena, names, kept);
}

/* --- mentions --- */

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

/* The agent whose name stands here and ends here; -1: nobody's. */
static int named_at(const struct config *config, const char *text)
{
    int best = -1;
    size_t longest = 0;
    for (int i = 0; i < config->agent_count; i++) {
        const char *name = config->agents[i].name;
        size_t n = strlen(name);
        if (n <= longest || strncmp(text, name, n) != 0 || in_word(text[n]))
            continue;
        best = i;
        longest = n;
    }
    return best;
}

const char *watch_mentions(struct arena *arena, const struct config *config, const char *text)
{
    const char *names[WATCH_MOST];
    int count = 0;
    bool *named = ARENA_ARRAY(arena, bool, config->agent_count + 1);
    for (const char *at = text ? strchr(text, '@') : NULL; at; at = strchr(at + 1, '@')) {
        int who = at > text && in_word(at[-1]) ? -1 : named_at(config, at + 1);
        if (who >= 0)
            named[who] = true;
    }
    for (int i = 0; i < config->agent_count && count < WATCH_MOST; i++)
        if (named[i])
            names[count++] = config->agents[i].name;
    return written(arena, names, count);
}
