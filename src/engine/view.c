/* view: members of the views that agents keep (core/view), beside those of the configuration (engine/change). Which there are is
 * read with the desk's state; one that is new is filled in bites, a few hundred tickets a batch, so that nobody waits for it: up to
 * `fill` its members are kept with every change, behind it nothing is known yet. What one agent keeps is told to that agent
 * alone. */
#include "engine/change.h"
#include "base/str.h"
#include "core/view.h"
#include "core/when.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BITE = 256, SWEEP = 1024 };

/* --- which there are --- */

static bool set_fill(struct engine *e, struct kept_view *v, int64_t fill, struct err *err)
{
    int64_t was = v->fill == INT64_MAX ? 0 : v->fill, is = fill == INT64_MAX ? 0 : fill;
    v->fill = fill;
    return store_tally_add(e->store, "fill", v->is.key, 0, is - was, 0, err);
}

static bool read_fill(struct engine *e, struct kept_view *v, struct err *err)
{
    int64_t n, sum;
    if (!store_tally_get(e->store, "fill", v->is.key, 0, &n, &sum, err))
        return false;
    v->fill = n ? n : INT64_MAX;
    return true;
}

/* A view that goes and says the same of the same agent: its members are the other's. */
static struct view_row *heir_of(struct engine *e, const struct view *view, struct view_row *rows, int n)
{
    for (int i = 0; i < n; i++)
        if (rows[i].id && str_eq(rows[i].text, view->text) && !view_find(&e->state, rows[i].name) && !config_names_me(view->text))
            return &rows[i];
    return NULL;
}

static bool place(struct engine *e, struct kept_view *v, struct view_row *rows, int n, struct err *err)
{
    struct view_row *row = NULL;
    for (int i = 0; i < n && !row; i++)
        row = str_eq(rows[i].name, v->is.key) ? &rows[i] : NULL;
    if (row && str_eq(row->text, v->is.text)) {
        v->id = row->id;
        row->id = 0;
        return read_fill(e, v, err);
    }
    if (row && !store_view_retire(e->store, row, err))
        return false;
    if (row)
        row->id = 0;
    row = heir_of(e, &v->is, rows, n);
    if (row) {
        struct view_row was = *row;
        v->id = row->id;
        row->id = 0;
        return store_view_move(e->store, &was, v->is.key, err) && read_fill(e, v, err);
    }
    v->fill = INT64_MAX;
    return store_view_put(e->store, v->is.key, v->is.text, &v->id, err) && set_fill(e, v, 1, err);
}

/* The configuration took the name since the team did. */
static bool configured(const struct engine *e, const char *name)
{
    for (int i = 0; i < e->config->view_count; i++)
        if (str_eq(e->config->views[i].name, name))
            return true;
    return false;
}

bool views_sync(struct engine *e, struct err *err)
{
    struct view_row *rows;
    int n;
    if (e->kept_arena)
        arena_reset(e->kept_arena);
    else
        e->kept_arena = arena_new();
    e->kept = ARENA_ARRAY(e->kept_arena, struct kept_view, e->state.view_count + 1);
    e->kept_count = 0;
    if (!store_view_list(e->store, e->kept_arena, &rows, &n, err))
        return false;
    for (int i = 0; i < e->state.view_count; i++) {
        struct kept_view *v = &e->kept[e->kept_count];
        struct err old = {0}; /* saved when there was a field that there is no more: it has no members */
        *v = (struct kept_view){.is = e->state.views[i], .mine = config_names_me(e->state.views[i].text)};
        v->when = when_parse(e->kept_arena, v->is.text, &old);
        v->when = v->when ? when_shown(e->kept_arena, v->when) : NULL;
        if (!v->when || (!v->is.owner && configured(e, v->is.name)))
            continue;
        if (!place(e, v, rows, n, err))
            return false;
        e->kept_count++;
        e->views_wait |= v->fill != INT64_MAX;
    }
    for (int i = 0; i < n; i++)
        if (rows[i].id && (e->views_wait = true) && !store_view_retire(e->store, &rows[i], err))
            return false;
    while (e->replaying && e->views_wait)
        if (!views_wake(e, err))
            return false;
    return true;
}

/* --- members --- */

static const char *member(const struct engine *e, const struct kept_view *v, const struct ticket *t)
{
    struct when_env env = {.me = v->is.owner ? v->is.owner : t ? t->assignee : NULL};
    bool each = v->mine && !v->is.owner; /* members per agent */
    if (!t || t->purged_at || (each && (!env.me || !config_agent(e->config, env.me))) || !when_eval(v->when, t, &env))
        return NULL;
    return each ? t->assignee : "";
}

static void note(struct engine *e, struct kept_view *v, const char *owner)
{
    if (v->is.owner)
        v->changed = true;
    else if (owner)
        change_owner(e, owner);
}

bool views_change(struct engine *e, const struct ticket *before, const struct ticket *after, struct err *err)
{
    bool still = before && store_queue_same_place(before, after);
    for (struct kept_view *v = e->kept; v < e->kept + e->kept_count; v++) {
        if (after->id >= v->fill)
            continue;
        const char *was = member(e, v, before), *is = member(e, v, after);
        bool same = str_eq(was, is);
        if (same && (!was || still))
            continue;
        if ((was && !store_queue_drop(e->store, v->id, v->is.key, was, before, err)) || (is && !store_queue_add(e->store, v->id, v->is.key, is, after, err)))
            return false;
        if (!same) {
            note(e, v, was);
            note(e, v, is);
        }
    }
    return true;
}

static bool fill_some(struct engine *e, struct kept_view *v, struct err *err)
{
    int64_t ids[BITE];
    int n;
    AUTO_ARENA page = arena_new();
    if (!store_ticket_ids(e->store, v->fill - 1, ids, BITE, &n, err))
        return false;
    for (int i = 0; i < n; i++) {
        const struct ticket *t = store_ticket_get(e->store, page, ids[i], err);
        const char *owner = t ? member(e, v, t) : NULL;
        if (!t || (owner && !store_queue_add(e->store, v->id, v->is.key, owner, t, err)))
            return false;
        note(e, v, owner);
    }
    if (n < BITE && v->is.owner)
        v->changed = true;
    e->counts_changed |= n < BITE && !v->is.owner;
    return set_fill(e, v, n < BITE ? INT64_MAX : ids[n - 1] + 1, err);
}

bool views_wake(struct engine *e, struct err *err)
{
    bool more;
    if (!e->views_wait)
        return true;
    for (struct kept_view *v = e->kept; v < e->kept + e->kept_count; v++)
        if (v->fill != INT64_MAX)
            return fill_some(e, v, err);
    if (!store_view_sweep(e->store, SWEEP, &more, err))
        return false;
    e->views_wait = more;
    return true;
}

/* --- what others are told --- */

void views_told(const struct engine *e, struct json *list, const struct ticket *t)
{
    for (const struct kept_view *v = e->kept; v < e->kept + e->kept_count; v++) {
        const char *owner = v->is.owner ? NULL : member(e, v, t);
        if (!owner)
            continue;
        struct json *view = json_object();
        json_put_string(view, "name", v->is.name);
        json_put_bool(view, "in", true);
        if (*owner)
            json_put_string(view, "owner", owner);
        json_push(list, view);
    }
}

static bool count_each(struct engine *e, const struct kept_view *v, struct json *owners, struct err *err)
{
    struct json *by = json_object();
    bool ok = true;
    for (int i = 0; ok && i < e->owner_count; i++) {
        int64_t n;
        ok = store_queue_count(e->store, v->is.key, e->owners[i], &n, err);
        json_put_i64(by, e->owners[i], n);
    }
    json_put(owners, v->is.name, by);
    return ok;
}

bool views_count(struct engine *e, struct json *views, struct json *owners, struct err *err)
{
    bool ok = true;
    for (const struct kept_view *v = e->kept; ok && v < e->kept + e->kept_count; v++) {
        int64_t n;
        if (v->is.owner)
            continue;
        if (v->mine) {
            ok = count_each(e, v, owners, err);
            continue;
        }
        ok = store_queue_count(e->store, v->is.key, "", &n, err);
        json_put_i64(views, v->is.name, n);
    }
    return ok;
}

/* All of one agent's in one frame. */
static bool tell_owner(struct engine *e, struct kept_view *first, struct err *err)
{
    struct json *views = json_object(), *counts = json_object();
    json_put_i64(counts, "seq", store_entry_next(e->store) - 1);
    json_put(counts, "views", views);
    bool ok = true;
    for (struct kept_view *v = first; ok && v < e->kept + e->kept_count; v++) {
        int64_t n;
        if (!v->changed || !str_eq(v->is.owner, first->is.owner))
            continue;
        ok = store_queue_count(e->store, v->is.key, "", &n, err);
        json_put_i64(views, arena_printf(e->batch, "~%s", v->is.name), n);
        if (v != first)
            v->changed = false;
    }
    if (ok)
        change_tell(e, first->is.owner, "counts", counts);
    else
        json_free(counts);
    first->changed = false;
    return ok;
}

bool views_tell(struct engine *e, struct err *err)
{
    for (struct kept_view *v = e->kept; v < e->kept + e->kept_count; v++) {
        if (v->changed && !e->quiet && !tell_owner(e, v, err))
            return false;
        v->changed = false;
    }
    return true;
}
