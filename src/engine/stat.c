/* stat: the numbers kept as tallies in the commit that changes them (core/stat says what counts), so that a screen of numbers
 * reads counters and never tickets.
 *
 *   tally        key                  day
 *   stat:NAME    WHOM                 the desk's days: how many, and the sum of their values
 *   stat:NAME    WHOM \x1f PART       the same by part (a bucket, metric/cause, a rating)
 *   hour:NAME    WHOM                 UTC hours, of the desk and its views: a day's curve; kept for two weeks
 *   tickets      WHOM                 0: open tickets; status:WORD all, urgency:WORD open ones
 *   backlog      WHOM                 UTC hours: open tickets by when they came in
 *   stat:flow    WHOM                 the desk's days: by how much the open tickets became more; hour:flow too
 *
 * WHOM is "" (the desk), view:NAME (of a view per agent: view:NAME \x1e AGENT), source:ACCOUNT, agent:NAME or team:NAME. What
 * happens to a ticket counts for the views it was in before or is in after it. */
#include "engine/change.h"
#include "base/str.h"
#include "core/stat.h"
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600000 };

static bool plain(const char *text)
{
    for (; text && *text; text++)
        if ((unsigned char)*text < ' ')
            return false;
    return text != NULL;
}

static const char *key_of_view(struct arena *arena, const struct config_view *view, const char *owner)
{
    return *owner ? arena_printf(arena, "view:%s\x1e%s", view->name, owner) : arena_printf(arena, "view:%s", view->name);
}

static const char *source_key(struct arena *arena, const struct ticket *t)
{
    return arena_printf(arena, "source:%s", plain(t->account) ? t->account : "");
}

/* --- what happened --- */

/* For whom everything in this change counts, a line each; the first is the desk. */
static void whom(struct engine *e, struct arena *arena, const struct ticket *t, const struct change_members *m, struct str *keys)
{
    str_adds(keys, "\n");
    for (int i = 0; i < e->config->view_count; i++)
        if (m->is[i] || m->was[i])
            str_addf(keys, "%s\n", key_of_view(arena, &e->config->views[i], m->is[i] ? m->is[i] : m->was[i]));
    str_addf(keys, "%s\n", source_key(arena, t));
}

static void whose(struct engine *e, const struct ticket *t, const char *name, struct str *keys)
{
    const struct config_agent *agent = config_agent(e->config, name);
    const char *team = agent && agent->team ? agent->team : t->team;
    if (agent)
        str_addf(keys, "agent:%s\n", agent->name);
    if (plain(team) && *team)
        str_addf(keys, "team:%s\n", team);
}

static bool count_one(struct engine *e, struct arena *arena, const char *name, const char *key, const struct counted *c, int64_t n, struct err *err)
{
    int64_t sum = n * c->value;
    if (!store_tally_add(e->store, arena_printf(arena, "stat:%s", name), key, c->day, n, sum, err))
        return false;
    if (c->part && !store_tally_add(e->store, arena_printf(arena, "stat:%s", name), arena_printf(arena, "%s\x1f%s", key, c->part), c->day, n, sum, err))
        return false;
    return (*key && !str_starts(key, "view:")) || store_tally_add(e->store, arena_printf(arena, "hour:%s", name), key, c->at / HOUR_MS, n, sum, err);
}

static bool count_all(struct engine *e, struct arena *arena, const struct counted *c, int64_t n, struct err *err)
{
    for (const char *line = c->keys, *end; (end = strchr(line, '\n')); line = end + 1)
        if (!count_one(e, arena, stat_table[c->stat].name, arena_strndup(arena, line, (size_t)(end - line)), c, n, err))
            return false;
    return true;
}

static bool count_out(struct engine *e, struct arena *arena, const struct ticket *t, const struct stat_change *s, struct err *err)
{
    struct counted was;
    bool found;
    return store_counted_take(e->store, arena, t->id, s->stat, s->nth, &was, &found, err) && (!found || count_all(e, arena, &was, -1, err));
}

static bool count_in(struct engine *e, struct arena *arena, const struct ticket *t, const struct stat_change *s, const char *keys, struct err *err)
{
    AUTO_STR all;
    str_init(&all, 64 << 10);
    str_adds(&all, keys);
    whose(e, t, s->agent, &all);
    struct counted c = {.ticket = t->id, .stat = s->stat, .nth = s->nth, .at = s->at, .day = zone_day(config_zone(e->config->zone), s->at),
                        .value = s->value, .part = s->part, .keys = all.data};
    return count_all(e, arena, &c, 1, err) && (stat_table[s->stat].final || store_counted_put(e->store, &c, err));
}

/* One that was there before is deleted, or is no longer: the desk and its source have it not, or again. Which views it had come into nobody
 * remembers; it stays there. What came in before there were numbers is in none. */
static bool count_created(struct engine *e, struct arena *arena, const struct ticket *t, int64_t at, int64_t n, struct err *err)
{
    const char *since = store_meta_get(e->store, arena, "stats_since", err);
    struct counted c = {.stat = STAT_CREATED, .at = at, .day = zone_day(config_zone(e->config->zone), at), .keys = arena_printf(arena, "\n%s\n", source_key(arena, t))};
    return err->code == ERR_NONE && ((since && at < strtoll(since, NULL, 10)) || count_all(e, arena, &c, n, err));
}

/* --- how things stand --- */

static bool is_open(const struct ticket *t)
{
    return t && ticket_is_open(t);
}

static bool stands(struct engine *e, const char *key, const struct ticket *t, int64_t n, struct err *err)
{
    return store_tally_add(e->store, "backlog", key, t->received_at / HOUR_MS, n, 0, err) && store_tally_add(e->store, "tickets", key, 0, n, 0, err);
}

/* One of those it may stand with: whose it was, and whose it is. */
static bool moves(struct engine *e, const struct change *c, const struct ticket *after, const char *was, const char *is, struct err *err)
{
    was = is_open(c->before) ? was : NULL;
    is = is_open(after) ? is : NULL;
    if (str_eq(was, is) && (!was || c->before->received_at / HOUR_MS == after->received_at / HOUR_MS))
        return true;
    int64_t day = zone_day(config_zone(e->config->zone), c->now);
    for (int in = 0; in < 2; in++) {
        const char *key = in ? is : was;
        int n = in ? 1 : -1;
        if (key && (!stands(e, key, in ? after : c->before, n, err) || !store_tally_add(e->store, "stat:flow", key, day, n, 0, err) ||
                    !store_tally_add(e->store, "hour:flow", key, c->now / HOUR_MS, n, 0, err)))
            return false;
    }
    return true;
}

/* The desk, and whose it is; NULL: nobody's. */
enum { OWNERS = 4 };
static void owners(struct engine *e, struct arena *arena, const struct ticket *t, const char *keys[OWNERS])
{
    const struct config_agent *agent = t ? config_agent(e->config, t->assignee) : NULL;
    const char *team = agent && agent->team ? agent->team : t ? t->team : NULL;
    keys[0] = t ? "" : NULL;
    keys[1] = t ? source_key(arena, t) : NULL;
    keys[2] = agent ? arena_printf(arena, "agent:%s", agent->name) : NULL;
    keys[3] = plain(team) && *team ? arena_printf(arena, "team:%s", team) : NULL;
}

static bool word(struct engine *e, struct arena *arena, const char *field, const char *value, int64_t n, struct err *err)
{
    return store_tally_add(e->store, "tickets", arena_printf(arena, "%s:%s", field, value), 0, n, 0, err);
}

static bool words(struct engine *e, struct arena *arena, const struct ticket *t, int64_t n, struct err *err)
{
    return t->deleted || (word(e, arena, "status", status_word(t->status), n, err) && (!is_open(t) || word(e, arena, "urgency", urgency_word(t->urgency), n, err)));
}

static bool stand(struct engine *e, struct arena *arena, const struct change *c, const struct ticket *after, const struct change_members *m, struct err *err)
{
    const char *was[OWNERS], *is[OWNERS];
    if (!c->before || c->before->status != after->status || c->before->urgency != after->urgency || c->before->deleted != after->deleted)
        if ((c->before && !words(e, arena, c->before, -1, err)) || !words(e, arena, after, 1, err))
            return false;
    owners(e, arena, c->before, was);
    owners(e, arena, after, is);
    for (int i = 0; i < OWNERS; i++)
        if (!moves(e, c, after, was[i], is[i], err))
            return false;
    for (int i = 0; i < e->config->view_count; i++) {
        const struct config_view *view = &e->config->views[i];
        if ((m->was[i] || m->is[i]) && !moves(e, c, after, m->was[i] ? key_of_view(arena, view, m->was[i]) : NULL, m->is[i] ? key_of_view(arena, view, m->is[i]) : NULL, err))
            return false;
    }
    return true;
}

bool stat_change(struct engine *e, struct arena *arena, const struct change *c, const struct ticket *after, const struct change_members *m, struct err *err)
{
    struct stat_follow f = {.arena = arena, .before = c->before, .after = after, .actor = c->facts.actor, .now = c->now};
    AUTO_STR keys;
    str_init(&keys, 32 << 10);
    stat_follow(&f);
    if (f.count)
        whom(e, arena, after, m, &keys);
    for (int i = 0; i < f.count; i++) {
        const struct stat_change *s = &f.changes[i];
        bool again = s->stat == STAT_CREATED && c->before;
        if (again ? !count_created(e, arena, after, s->at, s->out ? -1 : 1, err)
                  : s->out ? !count_out(e, arena, after, s, err) : !count_in(e, arena, after, s, keys.data, err))
            return false;
    }
    return stand(e, arena, c, after, m, err);
}

/* --- views that are new, databases that are older than the numbers --- */

bool stat_view_begin(struct engine *e, struct arena *arena, const struct config_view *view, struct err *err)
{
    const char *key = key_of_view(arena, view, "");
    static const char *const names[] = {"backlog", "tickets", "stat:flow", "hour:flow"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!store_tally_forget(e->store, names[i], key, "\x1e", err))
            return false;
    return true;
}

bool stat_view_add(struct engine *e, struct arena *arena, const struct config_view *view, const char *owner, const struct ticket *t, struct err *err)
{
    return !is_open(t) || stands(e, key_of_view(arena, view, owner), t, 1, err);
}

static bool boot_owners(struct engine *e, struct arena *arena, const struct ticket *t, struct err *err)
{
    const char *keys[OWNERS];
    owners(e, arena, t, keys);
    for (int i = 0; i < OWNERS && is_open(t); i++)
        if (keys[i] && !stands(e, keys[i], t, 1, err))
            return false;
    return words(e, arena, t, 1, err);
}

/* Views that are filled already; the others are, in a moment. */
static bool boot_views(struct engine *e, struct arena *arena, const struct ticket *t, struct err *err)
{
    for (int i = 0; i < e->config->view_count; i++) {
        const struct config_view *view = &e->config->views[i];
        const char *owner = change_member(e, view, t);
        char *text = NULL;
        int64_t id;
        if (!store_view_id(e->store, view->name, &id, &text, arena, err))
            return false;
        if (owner && id && str_eq(text, view->text) && !stat_view_add(e, arena, view, owner, t, err))
            return false;
    }
    return true;
}

/* From before what is deleted was counted out (schema 9 and 11): what came in loses them. */
static bool created_anew(struct engine *e, struct err *err)
{
    int64_t ids[256], after = 0;
    int n = 1;
    while (n && store_ticket_ids(e->store, after, ids, 256, &n, err))
        for (int i = 0; i < n; i++) {
            AUTO_ARENA page = arena_new();
            const struct ticket *t = store_ticket_get(e->store, page, after = ids[i], err);
            if (!t || (t->deleted && !count_created(e, page, t, t->received_at, -1, err)))
                return false;
        }
    return err->code == ERR_NONE;
}

/* And the days on which they went are those the journal tells. */
static bool flow_anew(struct engine *e, struct err *err)
{
    static const char *const names[] = {"stat:flow", "hour:flow", NULL};
    return replay_tallies(e, names, err);
}

/* Once each, at the first start after an upgrade that asks for it. */
static bool stat_anew(struct engine *e, struct arena *arena, struct err *err)
{
    static const struct { const char *meta; bool (*run)(struct engine *, struct err *); } rows[] = {{"created_anew", created_anew}, {"flow_anew", flow_anew}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool due = str_eq(store_meta_get(e->store, arena, rows[i].meta, err), "1");
        if (err->code != ERR_NONE || (due && (!rows[i].run(e, err) || !store_meta_put(e->store, rows[i].meta, "0", err))))
            return false;
    }
    return true;
}

bool stat_boot(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    int64_t ids[256], after = 0;
    int n;
    const char *since = store_meta_get(e->store, arena, "stats_since", err);
    bool anew = !since || str_eq(store_meta_get(e->store, arena, "stats_anew", err), "1");
    while (anew && store_ticket_ids(e->store, after, ids, 256, &n, err) && n) {
        AUTO_ARENA page = arena_new();
        for (int i = 0; i < n; i++) {
            struct ticket *t = store_ticket_get(e->store, page, ids[i], err);
            if (!t || !boot_owners(e, page, t, err) || !boot_views(e, page, t, err))
                return false;
        }
        after = ids[n - 1];
    }
    if (err->code != ERR_NONE || (since && anew && !store_meta_put(e->store, "stats_anew", "0", err)))
        return false;
    return (since || store_meta_put(e->store, "stats_since", arena_printf(arena, "%lld", (long long)now), err)) && stat_anew(e, arena, err);
}
