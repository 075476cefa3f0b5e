/* macro: which macros an agent has, and running one. An agent's own goes before the team's of the same name, and what was
 * kept on the desk before the configuration's. */
#include "engine/change.h"
#include "base/str.h"
#include "core/macro.h"
#include <stdlib.h>
#include <string.h>

enum { KEPT = 1000, HOUR = 3600000, DAY = 86400000 };

static bool kept(struct store *store, struct arena *arena, const char *key, const char *name, struct macro *out, bool *found, struct err *err)
{
    char *text = NULL;
    *found = false;
    if (!store_record_get(store, arena, "macro", key, &text, err))
        return false;
    const struct json *data = text ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
    if (!data)
        return true;
    *found = macro_read(arena, name, data, out, err);
    return *found || err_in(err, "macro %s", name);
}

bool engine_macro(struct store *store, const struct config *config, struct arena *arena, const char *agent, const char *name, struct macro *out,
                  struct err *err)
{
    bool found;
    if (!macro_name_fits(name))
        return err_set(err, ERR_NOT_FOUND, "no macro of that name; `triage macros` or gK lists them");
    if (!kept(store, arena, arena_printf(arena, "%s/%s", agent, name), name, out, &found, err) ||
        (!found && !kept(store, arena, name, name, out, &found, err)))
        return false;
    for (int i = 0; !found && i < config->macro_count; i++)
        if (str_eq(config->macros[i].name, name)) {
            *out = config->macros[i];
            found = true;
        }
    return found || err_set(err, ERR_NOT_FOUND, "no macro \"%s\"; `triage macros` lists them", name);
}

static const char *name_in(const char *key)
{
    const char *slash = strchr(key, '/');
    return slash ? slash + 1 : key;
}

static bool is_for(const char *key, const char *agent)
{
    const char *slash = strchr(key, '/');
    return !slash || (strlen(agent) == (size_t)(slash - key) && strncmp(key, agent, (size_t)(slash - key)) == 0);
}

static int by_name(const void *a, const void *b)
{
    const struct macro *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->owner ? 0 : x->by ? 1 : 2) - (y->owner ? 0 : y->by ? 1 : 2);
}

bool engine_macros(struct store *store, const struct config *config, struct arena *arena, const char *agent, struct macro **list, int *count, struct err *err)
{
    struct record *records;
    int n, all = 0;
    *count = 0;
    if (!store_record_list(store, arena, "macro", &records, &n, KEPT, err))
        return false;
    struct macro *found = *list = ARENA_ARRAY(arena, struct macro, n + config->macro_count + 1);
    for (int i = 0; i < n; i++) {
        const char *text = records[i].data;
        const struct json *data = is_for(records[i].key, agent) ? json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL) : NULL;
        struct err unread = {0}; /* the actions may have changed since it was kept: whoever runs it is told */
        all += data && macro_read(arena, name_in(records[i].key), data, &found[all], &unread);
    }
    for (int i = 0; i < config->macro_count; i++)
        found[all++] = config->macros[i];
    qsort(found, (size_t)all, sizeof *found, by_name);
    for (int i = 0; i < all; i++)
        if (!*count || !str_eq(found[*count - 1].name, found[i].name))
            found[(*count)++] = found[i];
    return true;
}

struct when_env engine_env(struct store *store, const char *agent, int64_t now, struct err *err)
{
    int64_t open = 0, sum;
    store_tally_get(store, "open_critical", "", 0, &open, &sum, err);
    return (struct when_env){.hour = now / HOUR % 24, .weekday = (now / DAY + 3) % 7 + 1, .open_criticals = open, .me = agent};
}

bool macro_act(struct engine *e, struct arena *arena, const struct ticket *before, const struct action *action, int64_t now, struct observation *out,
               struct err *err)
{
    struct macro macro;
    struct err none = {0};
    if (!action->arg)
        return err_set(err, ERR_USAGE, "macro needs \"macro\": its name");
    if (!engine_macro(e->store, e->config, arena, action->actor, action->arg, &macro, err))
        return false;
    struct when_env env = engine_env(e->store, action->actor, now, &none);
    return macro_observe(arena, before, &macro, action, change_source(e, before), e->config, &env, now, out, err) ||
           err_in(err, "macro %s", macro.name);
}
