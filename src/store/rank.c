/* rank: a view's tickets by urgency or priority. Open ones come first: where a view has few of them they are read and sorted; where it
 * has many the index of that field is walked, level by level, and nearly every row of it fits. Done ones follow as the queue has
 * them. So a page costs the same wherever it begins. Cursor: o.LEVEL.NUMBER of an open one, d.DUE.NUMBER of a done one. */
#include "store/sieve.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 2000, BITE = 256, BUDGET_MS = 40, LEVELS = 5 };
#define DONE_FROM INT64_C(5000000000000000) /* store/queue: done ones lie behind it */

struct ranked { int64_t level, id; };
struct ranking {
    struct store *s;
    struct arena *a;
    const struct row_filter *f;
    const struct when *when;
    int by, limit, count;
    struct ticket **rows;
    const struct sieve *sieve;
    bool tried;          /* one was asked for */
    int looked;
    struct ranked at;    /* the last open one that was looked at */
    int64_t started;
    bool spent;          /* the budget is, and there is more */
    struct err *err;
};

/* Which of two comes first, as the list stands when it is not inverted. */
static int compare(const struct ranked *x, const struct ranked *y)
{
    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int forward(const void *x, const void *y)
{
    return compare(x, y);
}

static int backward(const void *x, const void *y)
{
    return compare(y, x);
}

/* false: the page is full, the time is spent, or err. */
static bool look_at(struct ranking *r, const struct ranked *row)
{
    r->at = *row;
    if (r->sieve && !sieve_keeps(r->sieve, row->id)) {
        r->spent = ++r->looked % BITE == 0 && clock_mono() - r->started > BUDGET_MS;
        return !r->spent;
    }
    struct ticket *t = store_ticket_get(r->s, r->a, row->id, r->err);
    if (!t)
        return false;
    if (!t->purged_at && when_eval(r->when, t, r->f->env) && when_eval(r->f->where, t, r->f->env))
        r->rows[r->count++] = t;
    r->spent = r->count == r->limit || clock_mono() - r->started > BUDGET_MS;
    if (r->spent || r->tried || !sieve_pays(++r->looked, r->count))
        return !r->spent;
    r->tried = true;
    return sieve_open(r->s, r->a, r->f->where, r->when, &r->sieve, r->err);
}

/* The open members, if there are few; *n FEW + 1: there are not. */
static bool few(struct ranking *r, struct ranked *list, int *n)
{
    int64_t view;
    *n = 0;
    if (!store_view_id(r->s, r->f->view, &view, NULL, NULL, r->err))
        return false;
    if (!view)
        return err_set(r->err, ERR_NOT_FOUND, "no view \"%s\"", r->f->view);
    sqlite3_stmt *stmt = sql_get(r->s, "SELECT t.urgency,t.priority,t.id FROM queue q JOIN ticket t ON t.id=q.ticket"
                                       " WHERE q.view=? AND q.owner=? AND q.due<? LIMIT ?", r->err);
    if (!stmt)
        return false;
    sql_bind(stmt, "isii", view, r->f->owner, DONE_FROM, (int64_t)FEW + 1);
    int rc;
    while ((rc = sql_step(r->s, stmt, r->err)) == SQLITE_ROW)
        list[(*n)++] = (struct ranked){sql_int(stmt, r->by == RANK_URGENCY ? 0 : 1), sql_int(stmt, 2)};
    return rc == SQLITE_DONE;
}

static bool sorted(struct ranking *r, struct ranked *list, int n)
{
    struct ranked from = r->at;
    qsort(list, (size_t)n, sizeof *list, r->f->invert ? backward : forward);
    for (int i = 0; i < n; i++) {
        int order = compare(&list[i], &from);
        if ((r->f->invert ? order < 0 : order > 0) && !look_at(r, &list[i]))
            return r->err->code == ERR_NONE;
    }
    return true;
}

/* All open ones that the sieve keeps: those behind r->at come next. */
static bool sifted(struct ranking *r)
{
    struct ranked *list = ARENA_ARRAY(r->a, struct ranked, r->sieve->count + 1);
    int n = 0, rc = SQLITE_DONE;
    for (int64_t id = sieve_next(r->sieve, 0, false); id && rc >= 0; id = sieve_next(r->sieve, id, false)) {
        sqlite3_stmt *stmt = sql_get(r->s, "SELECT urgency,priority FROM ticket WHERE id=? AND status<5", r->err);
        if (!stmt)
            return false;
        sql_bind(stmt, "i", id);
        rc = sql_step(r->s, stmt, r->err);
        if (rc == SQLITE_ROW)
            list[n++] = (struct ranked){sql_int(stmt, r->by == RANK_URGENCY ? 0 : 1), id};
        sqlite3_reset(stmt);
    }
    return rc >= 0 && sorted(r, list, n);
}

static bool bite(struct ranking *r, struct ranked from, int64_t *ids, int *n)
{
    static const char *const walks[][2] = {
        {"SELECT id FROM ticket WHERE status<5 AND urgency=? AND id>? ORDER BY id LIMIT ?", "SELECT id FROM ticket WHERE status<5 AND urgency=? AND id<? ORDER BY id DESC LIMIT ?"},
        {"SELECT id FROM ticket WHERE status<5 AND priority=? AND id>? ORDER BY id LIMIT ?", "SELECT id FROM ticket WHERE status<5 AND priority=? AND id<? ORDER BY id DESC LIMIT ?"}};
    sqlite3_stmt *stmt = sql_get(r->s, walks[r->by][r->f->invert], r->err);
    int rc;
    *n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "iii", from.level, from.id, (int64_t)BITE);
    while ((rc = sql_step(r->s, stmt, r->err)) == SQLITE_ROW)
        ids[(*n)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}

static bool walked(struct ranking *r)
{
    struct ranked at = r->at;
    int step = r->f->invert ? 1 : -1, n;
    for (at.level = at.level > LEVELS ? LEVELS : at.level < 0 ? 0 : at.level; at.level >= 0 && at.level <= LEVELS; at.level += step) {
        do {
            int64_t ids[BITE];
            if (!bite(r, at, ids, &n))
                return false;
            for (int i = 0; i < n; i++) {
                at.id = ids[i];
                if (!look_at(r, &at))
                    return r->err->code == ERR_NONE;
                if (r->sieve && r->sieve->count <= SIEVE_FEW)
                    return sifted(r);
            }
        } while (n == BITE);
        at.id = r->f->invert ? INT64_MAX : 0;
    }
    return true;
}

static bool open_part(struct ranking *r)
{
    struct ranked *list = ARENA_ARRAY(r->a, struct ranked, FEW + 1);
    int n;
    if (!r->tried && sieve_at_once(r->f->where)) {
        r->tried = true;
        if (!sieve_open(r->s, r->a, r->f->where, r->when, &r->sieve, r->err))
            return false;
        if (r->sieve && r->sieve->count <= SIEVE_FEW)
            return sifted(r);
    }
    return few(r, list, &n) && (n <= FEW ? sorted(r, list, n) : walked(r));
}

/* Done ones of the queue after `after` (NULL: from its end of them), until the page is full; *more: where it goes on. */
static bool done_part(struct ranking *r, const char *after, const char **more)
{
    struct row_filter f = *r->f;
    struct ticket **rows;
    int n, kept = 0;
    f.limit = r->limit - r->count;
    f.after = after ? after : f.invert ? NULL : arena_printf(r->a, "%lld.0", (long long)DONE_FROM);
    if (!queue_page(r->s, r->a, &f, r->sieve, &rows, &n, more, r->err))
        return false;
    while (kept < n && ticket_done(rows[kept]->status))
        r->rows[r->count++] = rows[kept++];
    long long due;
    if (kept < n || (*more && sscanf(*more, "%lld", &due) == 1 && due < DONE_FROM))
        *more = NULL; /* inverted: it came to those that are open */
    return true;
}

static void go_on(struct ranking *r, const char **next)
{
    *next = arena_printf(r->a, "o.%lld.%lld", (long long)r->at.level, (long long)r->at.id);
}

static bool up(struct ranking *r, const char *done, const char **next)
{
    const char *more = NULL;
    if (!done && !open_part(r))
        return false;
    if (!done && r->spent) {
        go_on(r, next);
        return true;
    }
    if (!done_part(r, done, &more))
        return false;
    *next = more ? arena_printf(r->a, "d.%s", more) : NULL;
    return true;
}

static bool down(struct ranking *r, const char *done, bool opened, const char **next)
{
    const char *more = NULL;
    if (!opened && !done_part(r, done, &more))
        return false;
    if (more) {
        *next = arena_printf(r->a, "d.%s", more);
        return true;
    }
    if (r->count < r->limit && !open_part(r))
        return false;
    if (r->spent || r->count == r->limit)
        go_on(r, next);
    return true;
}

bool store_rank_page(struct store *s, struct arena *a, const struct row_filter *f, const struct when *when, int by, struct ticket ***rows, int *count,
                     const char **next, struct err *err)
{
    struct ranking r = {.s = s, .a = a, .f = f, .when = when, .by = by, .limit = f->limit > 0 && f->limit <= 500 ? f->limit : 50, .started = clock_mono(), .err = err};
    long long level = f->invert ? -1 : LEVELS + 1, id = f->invert ? INT64_MAX : 0;
    bool opened = f->after && *f->after == 'o', done = f->after && *f->after == 'd' && f->after[1] == '.';
    *next = NULL;
    if (f->after && !done && (!opened || sscanf(f->after, "o.%lld.%lld", &level, &id) != 2))
        return err_set(err, ERR_USAGE, "after: not a cursor of this list");
    r.at = (struct ranked){level, id};
    r.rows = ARENA_ARRAY(a, struct ticket *, r.limit);
    const char *after = done ? f->after + 2 : NULL;
    if (!(f->invert ? down(&r, after, opened, next) : up(&r, after, next)))
        return false;
    *rows = r.rows;
    *count = r.count;
    return true;
}
