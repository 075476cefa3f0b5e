/* counts: one list of views, read whole, counted by frames. */
#include "link/counts.h"
#include "link/sort.h"
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

static bool same_view(const struct mirror_view *a, const struct mirror_view *b)
{
    return str_eq(a->name, b->name) && str_eq(a->title, b->title) && str_eq(a->text, b->text) && str_eq(a->of, b->of) && str_eq(a->by, b->by) && a->count == b->count &&
           a->mine == b->mine && a->sort == b->sort && a->invert == b->invert;
}

static struct mirror_view read_view(struct arena *a, const struct json *v, int64_t seq)
{
    int sort = sort_find(json_get_string(v, "sort", "due"));
    return (struct mirror_view){.name = text_of(a, v, "name"),
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

/* What the stream counted since the answer was read stands. */
static void keep_newer(struct counts *c, const struct counts *was, int64_t seq)
{
    for (int i = 0; i < was->view_count; i++) {
        struct mirror_view *view = view_of(c, was->views[i].name);
        if (view && was->views[i].counted > seq) {
            view->count = was->views[i].count;
            view->counted = was->views[i].counted;
        }
    }
}

static bool same_views(const struct counts *a, const struct counts *b)
{
    bool same = a->view_count == b->view_count;
    for (int i = 0; same && i < a->view_count; i++)
        same = same_view(&a->views[i], &b->views[i]);
    return same;
}

bool counts_views(struct counts *c, const struct json *list, int64_t seq)
{
    const struct counts was = *c;
    c->arena = arena_new();
    c->views = ARENA_ARRAY(c->arena, struct mirror_view, json_count(list) + 1);
    c->view_count = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v))
        c->views[c->view_count++] = read_view(c->arena, v, seq);
    keep_newer(c, &was, seq);
    bool same = same_views(&was, c);
    arena_free(was.arena);
    return !same;
}

/* Is what was counted at seq (0 = nobody says) no older than what stands? Then it stands from now on. */
static bool is_newer(int64_t *counted, int64_t seq)
{
    if (seq && seq < *counted)
        return false;
    *counted = seq > *counted ? seq : *counted;
    return true;
}

/* What is not said stays. True: it is another. */
static bool read_count(const struct json *object, const char *name, int64_t *count)
{
    int64_t was = *count;
    *count = json_get_i64(object, name, was);
    return *count != was;
}

static bool read_escalations(struct counts *c, const struct json *object)
{
    bool triggered = read_count(object, "triggered", &c->triggered), acknowledged = read_count(object, "acknowledged", &c->acknowledged);
    return read_count(object, "snoozed", &c->snoozed) || triggered || acknowledged;
}

void counts_escalations(struct counts *c, const struct json *object, int64_t seq)
{
    if (seq < c->counted)
        return;
    c->triggered = c->acknowledged = c->snoozed = 0;
    c->counted = seq;
    read_escalations(c, object);
}

static bool set_count(struct mirror_view *view, const struct json *n, int64_t seq)
{
    int64_t was = view ? view->count : 0;
    if (!view || !n || !is_newer(&view->counted, seq))
        return false;
    json_i64(n, &view->count);
    return view->count != was;
}

struct counts_told counts_frame(struct counts *c, const struct json *data, const char *me)
{
    struct counts_told told = {0};
    int64_t seq = json_get_i64(data, "seq", 0);
    for (const struct json *v = json_first(json_get(data, "views")); v; v = json_next(v)) {
        struct mirror_view *view = view_of(c, json_name(v));
        told.unknown |= view == NULL;
        told.views |= set_count(view, v, seq);
    }
    for (const struct json *v = json_first(json_get(data, "owners")); v; v = json_next(v))
        told.views |= set_count(view_of(c, json_name(v)), json_get(v, me), seq);
    if (json_get(data, "escalations") && is_newer(&c->counted, seq))
        told.escalations = read_escalations(c, json_get(data, "escalations"));
    return told;
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
