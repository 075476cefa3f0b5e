/* listed: what belongs in a list is the daemon's to say for a view, and the console's own to find out for a filter (match): the stream names
 * the views a ticket is in, and nothing else. */
#include "link/listed.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

void listed_fini(struct listed *l)
{
    rows_fini(&l->rows);
    free(l->view);
    free(l->where);
    free(l->next);
}

struct listed listed_like(const struct listed *l)
{
    return (struct listed){.rows = {.anchored = l->rows.anchored, .sort = l->rows.sort, .invert = l->rows.invert}, .match = l->match, .match_arg = l->match_arg};
}

bool listed_same(const struct listed *a, const struct listed *b)
{
    return str_eq(a->view, b->view) && str_eq(a->where, b->where) && str_eq(a->next, b->next) && rows_same(&a->rows, &b->rows);
}

static void set_text(char **to, const char *text)
{
    char *copy = text ? memory_must(strdup(text)) : NULL;
    free(*to);
    *to = copy;
}

static void read_rows(struct listed *l, const struct json *list, bool later)
{
    for (const struct json *object = json_first(list); object && l->rows.count < MIRROR_ROWS_MAX; object = json_next(object)) {
        struct mirror_row *row = rows_read(object);
        if (!row)
            continue;
        row->later = later;
        rows_append(&l->rows, row);
    }
}

void listed_read(struct listed *l, const struct json *root, const char *view, const char *where, bool more)
{
    if (!more)
        rows_clear(&l->rows);
    set_text(&l->view, view);
    set_text(&l->where, where);
    set_text(&l->next, json_get_string(root, "next", NULL));
    read_rows(l, json_get(root, "rows"), more);
    l->rows.more = l->next != NULL;
}

/* Do a frame's views name this one? One that differs from agent to agent is named with its owner. */
static bool names(const struct json *views, const struct mirror_view *view, const char *me)
{
    for (const struct json *v = json_first(views); v; v = json_next(v))
        if (str_eq(json_get_string(v, "name", ""), view->name) && json_get_bool(v, "in", true) && (!view->mine || str_eq(json_get_string(v, "owner", me), me)))
            return true;
    return false;
}

static bool matches(const struct listed *l, const char *text, const struct ticket *t)
{
    return l->match && l->match(l->match_arg, text, t);
}

/* A frame that names no views leaves the ticket where it was. */
static bool in_view(const struct listed *l, const struct mirror_view *view, const struct json *views, const char *me, const struct ticket *t, bool was)
{
    if (str_eq(view->of, "own")) /* no frame names it: it is nobody else's */
        return matches(l, view->text, t);
    return json_is(views, JSON_ARRAY) ? names(views, view, me) : was;
}

/* A condition on what is in no view looks beyond `all` (api.md, GET /v1/tickets). */
static bool looks_beyond(const struct listed *l, const struct mirror_view *view)
{
    return l->where && str_eq(view->name, "all") && (strstr(l->where, "deleted") || strstr(l->where, "disposition"));
}

static bool belongs(const struct listed *l, const struct mirror_view *view, const struct json *views, const char *me, const struct ticket *t, bool was)
{
    if (t->purged_at || (view && !looks_beyond(l, view) && !in_view(l, view, views, me, t, was)))
        return false;
    if (l->where)
        return matches(l, l->where, t);
    return view || was;
}

static bool apply_row(struct listed *l, const struct json *data, const struct mirror_view *view, const char *me, int64_t now)
{
    struct mirror_row *row = rows_read(json_get(data, "row"));
    if (!row)
        return false;
    int index = rows_index(&l->rows, row->t.id);
    const struct mirror_row *stands = index >= 0 ? l->rows.list[index] : NULL;
    if (stands && row->t.version && row->t.version < stands->t.version) {
        free(row);
        return false;
    }
    if (!belongs(l, view, json_get(data, "views"), me, &row->t, stands && !stands->gone))
        return rows_leave(&l->rows, row);
    row->touched = json_get_i64(data, "seq", 0);
    row->fresh_at = now;
    return rows_put(&l->rows, row);
}

/* A parcel's end, or what a person did with it, says how many of its ticket's are dead now. */
static bool apply_undelivered(struct listed *l, const struct json *data)
{
    int64_t dead = json_get_i64(json_get(data, "data"), "undelivered", -1);
    return dead >= 0 && rows_undelivered(&l->rows, json_get_i64(data, "ticket", 0), dead);
}

bool listed_frame(struct listed *l, const struct json *data, const struct mirror_view *view, const char *me, int64_t now)
{
    bool row = apply_row(l, data, view, me, now);
    return apply_undelivered(l, data) || row;
}
