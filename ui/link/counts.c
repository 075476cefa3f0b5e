/* counts: one list of views, read whole, counted by frames. */
#include "link/counts.h"
#include "link/mirror.h"
#include <string.h>

void counts_fini(struct counts *c)
{
    arena_free(c->arena);
    *c = (struct counts){0};
}

static struct mirror_view *view_of(struct counts *c, const char *name)
{
    for (int i = 0; i < c->view_count; i++)
        if (str_eq(c->views[i].name, name))
            return &c->views[i];
    return NULL;
}

static const char *text_of(struct arena *arena, const struct json *object, const char *name)
{
    return arena_strdup(arena, json_get_string(object, name, ""));
}

void counts_views(struct counts *c, const struct json *list, int64_t seq)
{
    struct arena *a = arena_new();
    const struct mirror_view *known = c->views;
    int known_count = c->view_count;
    c->views = ARENA_ARRAY(a, struct mirror_view, json_count(list) + 1);
    c->view_count = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        int sort = mirror_sort_find(json_get_string(v, "sort", "due"));
        c->views[c->view_count++] = (struct mirror_view){.name = text_of(a, v, "name"),
                                                         .title = text_of(a, v, "title"),
                                                         .text = text_of(a, v, "text"),
                                                         .count = json_get_i64(v, "count", 0),
                                                         .counted = seq,
                                                         .mine = json_get_bool(v, "mine", false),
                                                         .of = arena_strdup(a, json_get_string(v, "of", "desk")),
                                                         .by = text_of(a, v, "by"),
                                                         .sort = sort < 0 ? MIRROR_BY_DUE : sort,
                                                         .invert = json_get_bool(v, "invert", false)};
    }
    for (int i = 0; i < known_count; i++) {
        struct mirror_view *view = view_of(c, known[i].name);
        if (view && known[i].counted > seq) {
            view->count = known[i].count;
            view->counted = known[i].counted;
        }
    }
    arena_free(c->arena);
    c->arena = a;
}

/* Is what was counted at seq (0 = nobody says) no older than what stands? Then it stands from now on. */
static bool is_newer(int64_t *counted, int64_t seq)
{
    if (seq && seq < *counted)
        return false;
    *counted = seq > *counted ? seq : *counted;
    return true;
}

/* What is not said stays. */
static void read_escalations(struct counts *c, const struct json *object)
{
    c->triggered = json_get_i64(object, "triggered", c->triggered);
    c->acknowledged = json_get_i64(object, "acknowledged", c->acknowledged);
    c->snoozed = json_get_i64(object, "snoozed", c->snoozed);
}

void counts_escalations(struct counts *c, const struct json *object, int64_t seq)
{
    if (seq < c->counted)
        return;
    c->triggered = c->acknowledged = c->snoozed = 0;
    c->counted = seq;
    read_escalations(c, object);
}

static void set_count(struct mirror_view *view, const struct json *n, int64_t seq)
{
    if (view && n && is_newer(&view->counted, seq))
        json_i64(n, &view->count);
}

bool counts_frame(struct counts *c, const struct json *data, const char *me)
{
    bool known = true;
    int64_t seq = json_get_i64(data, "seq", 0);
    for (const struct json *v = json_first(json_get(data, "views")); v; v = json_next(v)) {
        struct mirror_view *view = view_of(c, json_name(v));
        known &= view != NULL;
        set_count(view, v, seq);
    }
    for (const struct json *v = json_first(json_get(data, "owners")); v; v = json_next(v))
        set_count(view_of(c, json_name(v)), json_get(v, me), seq);
    if (json_get(data, "escalations") && is_newer(&c->counted, seq))
        read_escalations(c, json_get(data, "escalations"));
    return known;
}

void counts_forget(struct counts *c)
{
    c->counted = 0;
    for (int i = 0; i < c->view_count; i++)
        c->views[i].counted = 0;
}

const struct mirror_view *counts_find(const struct counts *c, const char *name)
{
    for (int i = 0; name && i < c->view_count; i++)
        if (strcmp(c->views[i].name, name) == 0)
            return &c->views[i];
    for (int i = 0; name && i < c->view_count; i++)
        if (*c->views[i].name == '~' && strcmp(c->views[i].name + 1, name) == 0)
            return &c->views[i];
    return NULL;
}
