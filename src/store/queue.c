/* queue: the members of each view in order of what needs people first, and the counters beside them. A row of the
 * queue moves in the commit that changes its ticket, so a tab's number and a page of rows need no query over tickets. */
#include "store/sieve.h"
#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCAN_MOST = 20000, BUDGET_MS = 40, LOOK = 256 /* rows between two looks at the clock */ };

/* What came back from its snooze is on top until somebody takes it up; late and due first; then what has no clock, oldest first; done last, latest first. */
static int64_t order_of(const struct ticket *t)
{
    if (t->woke_by && !ticket_done(t->status))
        return t->woke_at - 3000000000000000;
    if (ticket_done(t->status))
        return 6000000000000000 - (t->resolved_at ? t->resolved_at : t->updated_at);
    return t->next_due_at ? t->next_due_at : 3000000000000000 + t->received_at;
}

static int64_t known_view(const struct store *s, const char *name)
{
    for (int i = 0; i < s->view_count; i++)
        if (strcmp(s->views[i].name, name) == 0)
            return s->views[i].id;
    return 0;
}

static void know_view(struct store *s, const char *name, int64_t id)
{
    if (s->view_count < VIEWS && !strchr(name, '/') && !known_view(s, name) && str_copy(s->views[s->view_count].name, sizeof s->views->name, name))
        s->views[s->view_count++].id = id;
}

/* Ids of the configuration's views never change; texts do, so that whoever wants the text asks the table. */
bool store_view_id(struct store *s, const char *name, int64_t *id, char **text, struct arena *a, struct err *err)
{
    *id = text ? 0 : known_view(s, name);
    if (*id)
        return true;
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,text FROM view WHERE name=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", name);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *id = sql_int(stmt, 0);
        if (text)
            *text = sql_text(stmt, 1, a);
        know_view(s, name, *id);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_view_put(struct store *s, const char *name, const char *text, int64_t *id, struct err *err)
{
    return tally_flush(s, err) && sql_run(s, err, "INSERT INTO view(name,text) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET text=excluded.text", "ss", name, text) &&
           store_view_id(s, name, id, NULL, NULL, err) && sql_run(s, err, "DELETE FROM queue WHERE view=?", "i", *id) &&
           sql_run(s, err, "DELETE FROM tally WHERE name='view' AND (key=?1 OR key LIKE ?1||char(31)||'%')", "s", name);
}

/* --- views that come and go --- */

bool store_view_list(struct store *s, struct arena *a, struct view_row **list, int *count, struct err *err)
{
    enum { MOST = 1024 };
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,name,text FROM view WHERE instr(name,'/')!=0 ORDER BY id LIMIT ?", err);
    int rc;
    *count = 0;
    if (!stmt)
        return false;
    *list = ARENA_ARRAY(a, struct view_row, MOST);
    sql_bind(stmt, "i", (int64_t)MOST);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        (*list)[(*count)++] = (struct view_row){sql_int(stmt, 0), sql_text(stmt, 1, a), sql_text(stmt, 2, a)};
    return rc == SQLITE_DONE;
}

bool store_view_move(struct store *s, const struct view_row *row, const char *name, struct err *err)
{
    return tally_flush(s, err) && sql_run(s, err, "UPDATE view SET name=? WHERE id=?", "si", name, row->id) &&
           sql_run(s, err, "UPDATE tally SET key=? WHERE name IN ('view','fill') AND key=?", "ss", name, row->name);
}

bool store_view_retire(struct store *s, const struct view_row *row, struct err *err)
{
    return tally_flush(s, err) && sql_run(s, err, "UPDATE view SET name=char(127)||id WHERE id=?", "i", row->id) &&
           sql_run(s, err, "DELETE FROM tally WHERE name IN ('view','fill') AND (key=?1 OR (key>?1||char(31) AND key<?1||char(32)))", "s", row->name);
}

bool store_view_cut(struct store *s, int64_t view, const char *name, int64_t fill, struct err *err)
{
    return tally_flush(s, err) &&
           sql_run(s, err, "UPDATE tally SET n=n-(SELECT count(*) FROM queue q WHERE q.view=?1 AND q.ticket>=?2 AND tally.key=?3||iif(q.owner='','',char(31)||q.owner))"
                           " WHERE name='view' AND (key=?3 OR (key>?3||char(31) AND key<?3||char(32)))", "iis", view, fill, name) &&
           sql_run(s, err, "DELETE FROM queue WHERE view=? AND ticket>=?", "ii", view, fill) && store_tally_add(s, "fill", name, 0, fill, 0, err);
}

bool store_view_sweep(struct store *s, int most, bool *more, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id FROM view WHERE name>char(127) LIMIT 1", err);
    int rc = stmt ? sql_step(s, stmt, err) : -1;
    int64_t id = rc == SQLITE_ROW ? sql_int(stmt, 0) : 0;
    if (stmt)
        sqlite3_reset(stmt);
    *more = id != 0;
    if (rc < 0 || !id)
        return rc >= 0;
    if (!sql_run(s, err, "DELETE FROM queue WHERE (view,owner,due,ticket) IN (SELECT view,owner,due,ticket FROM queue WHERE view=? LIMIT ?)", "ii", id,
                 (int64_t)most))
        return false;
    return sqlite3_changes(s->db) == most || sql_run(s, err, "DELETE FROM view WHERE id=?", "i", id);
}

static void tally_key(char *buf, size_t size, const char *view, const char *owner)
{
    snprintf(buf, size, "%s%s%s", view, *owner ? "\x1f" : "", owner);
}

bool store_queue_add(struct store *s, int64_t view, const char *name, const char *owner, const struct ticket *t, struct err *err)
{
    char key[256];
    tally_key(key, sizeof key, name, owner);
    return sql_run(s, err, "INSERT OR IGNORE INTO queue VALUES(?,?,?,?)", "isii", view, owner, order_of(t), t->id) &&
           store_tally_add(s, "view", key, 0, 1, 0, err);
}

bool store_queue_drop(struct store *s, int64_t view, const char *name, const char *owner, const struct ticket *before, struct err *err)
{
    char key[256];
    tally_key(key, sizeof key, name, owner);
    if (!sql_run(s, err, "DELETE FROM queue WHERE view=? AND owner=? AND due=? AND ticket=?", "isii", view, owner, order_of(before), before->id))
        return false;
    return sqlite3_changes(s->db) == 0 || store_tally_add(s, "view", key, 0, -1, 0, err);
}

bool store_queue_same_place(const struct ticket *a, const struct ticket *b)
{
    return order_of(a) == order_of(b);
}

bool store_queue_count(struct store *s, const char *view, const char *owner, int64_t *n, struct err *err)
{
    char key[256];
    int64_t sum;
    tally_key(key, sizeof key, view, owner);
    return store_tally_get(s, "view", key, 0, n, &sum, err);
}

/* --- pages --- */

enum { PLACES = 512 };
struct place { int64_t due, ticket; };
struct paging {
    struct store *s;
    struct arena *a;
    const struct row_filter *f;
    const struct sieve *sieve;
    int64_t view, started;
    struct place at;      /* the last one that was looked at */
    struct place *few;    /* all that the sieve keeps, in order, where they are few */
    int few_count;
    bool tried, spent;    /* a sieve was asked for; the page is full or the time is over, and there may be more */
    int looked, limit;
    struct err *err;
};

static int by_place(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    return a->due != b->due ? (a->due > b->due ? 1 : -1) : (a->ticket > b->ticket) - (a->ticket < b->ticket);
}

static bool walk_places(struct paging *p, struct place *list, int *n)
{
    sqlite3_stmt *stmt = sql_get(p->s, p->f->invert ? "SELECT due,ticket FROM queue WHERE view=? AND owner=? AND (due,ticket)<(?,?)"
                                                      " ORDER BY due DESC,ticket DESC LIMIT ?" :
                                                      "SELECT due,ticket FROM queue WHERE view=? AND owner=? AND (due,ticket)>(?,?)"
                                                      " ORDER BY due,ticket LIMIT ?", p->err);
    int rc;
    *n = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "isiii", p->view, p->f->owner ? p->f->owner : "", p->at.due, p->at.ticket, (int64_t)PLACES);
    while ((rc = sql_step(p->s, stmt, p->err)) == SQLITE_ROW)
        list[(*n)++] = (struct place){sql_int(stmt, 0), sql_int(stmt, 1)};
    return rc == SQLITE_DONE;
}

static void few_places(struct paging *p, struct place *list, int *n)
{
    *n = 0;
    for (int i = 0; i < p->few_count && *n < PLACES; i++) {
        const struct place *each = &p->few[p->f->invert ? p->few_count - 1 - i : i];
        int order = by_place(each, &p->at);
        if (p->f->invert ? order < 0 : order > 0)
            list[(*n)++] = *each;
    }
}

bool queue_place(struct store *s, int64_t view, const char *owner, int64_t ticket, int64_t *due, bool *is, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT due FROM queue INDEXED BY queue_ticket WHERE ticket=? AND view=? AND owner=?", err);
    *is = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "iis", ticket, view, owner);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *is = true;
        *due = sql_int(stmt, 0);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

static bool gather_few(struct paging *p)
{
    p->few = ARENA_ARRAY(p->a, struct place, p->sieve->count + 1);
    for (int64_t id = sieve_next(p->sieve, 0, false); id; id = sieve_next(p->sieve, id, false)) {
        struct place is = {.ticket = id};
        bool member;
        if (!queue_place(p->s, p->view, p->f->owner ? p->f->owner : "", id, &is.due, &member, p->err))
            return false;
        if (member)
            p->few[p->few_count++] = is;
    }
    qsort(p->few, (size_t)p->few_count, sizeof *p->few, by_place);
    return true;
}

static bool begin_sieve(struct paging *p)
{
    p->tried = true;
    if (!p->sieve && !sieve_open(p->s, p->a, p->f->where, NULL, &p->sieve, p->err))
        return false;
    return !p->sieve || p->sieve->count > SIEVE_FEW || gather_few(p);
}

/* Looks at places until the list ends, the page is full, or a sieve would help. */
static bool look_at_places(struct paging *p, const struct place *list, int n, struct ticket **rows, int *count)
{
    for (int i = 0; i < n && !p->spent; i++) {
        p->at = list[i];
        if (p->sieve && !sieve_keeps(p->sieve, p->at.ticket))
            continue;
        struct ticket *t = store_ticket_get(p->s, p->a, p->at.ticket, p->err);
        if (!t)
            return false;
        if (when_eval(p->f->where, t, p->f->env))
            rows[(*count)++] = t;
        p->looked++;
        p->spent = *count == p->limit || (p->f->where && p->looked % LOOK == 0 && (p->looked >= SCAN_MOST || clock_mono() - p->started > BUDGET_MS));
        if (!p->tried && p->f->where && !p->spent && sieve_pays(p->looked, *count))
            return begin_sieve(p);
    }
    p->spent = p->spent || (p->sieve && n == PLACES && clock_mono() - p->started > BUDGET_MS);
    return true;
}

/* Members after the cursor that pass the filter. A filter that matches little stops at a budget and says where to go on, so a read
 * transaction never lasts. */
bool queue_page(struct store *s, struct arena *a, const struct row_filter *f, const struct sieve *sieve, struct ticket ***rows, int *count, const char **next,
                struct err *err)
{
    struct place list[PLACES];
    struct paging p = {.s = s, .a = a, .f = f, .sieve = sieve, .started = clock_mono(), .at = {f->invert ? INT64_MAX : INT64_MIN, 0}, .err = err,
                       .limit = f->limit > 0 && f->limit <= 500 ? f->limit : 50};
    int n;
    *count = 0;
    *next = NULL;
    *rows = ARENA_ARRAY(a, struct ticket *, p.limit);
    if (!store_view_id(s, f->view, &p.view, NULL, NULL, err))
        return false;
    if (!p.view)
        return err_set(err, ERR_NOT_FOUND, "no view \"%s\"", f->view);
    if (f->after && sscanf(f->after, "%lld.%lld", (long long *)&p.at.due, (long long *)&p.at.ticket) != 2)
        return err_set(err, ERR_USAGE, "after: not a cursor of this list");
    if ((sieve || sieve_at_once(f->where)) && !begin_sieve(&p))
        return false;
    do {
        if (p.few)
            few_places(&p, list, &n);
        else if (!walk_places(&p, list, &n))
            return false;
        if (!look_at_places(&p, list, n, *rows, count))
            return false;
    } while (!p.spent && n && (n == PLACES || by_place(&p.at, &list[n - 1]) != 0)); /* where a sieve was made the rest is taken again */
    if (p.spent)
        *next = arena_printf(a, "%lld.%lld", (long long)p.at.due, (long long)p.at.ticket);
    return true;
}

bool store_queue_page(struct store *s, struct arena *a, const struct row_filter *f, struct ticket ***rows, int *count, const char **next, struct err *err)
{
    return queue_page(s, a, f, NULL, rows, count, next, err);
}

/* --- tallies --- */

static uint64_t tally_hash(const char *name, const char *key, int64_t day)
{
    uint64_t h = 14695981039346656037u ^ (uint64_t)day;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    for (h *= 31; *key; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return h;
}

static struct tally *added(struct store *s, uint64_t hash, const char *name, const char *key, int64_t day)
{
    for (struct tally *t = s->tallies; t < s->tallies + s->tally_count; t++)
        if (t->hash == hash && t->day == day && strcmp(t->name, name) == 0 && strcmp(t->key, key) == 0)
            return t;
    return NULL;
}

void tally_forget(struct store *s)
{
    while (s->tally_count) {
        struct tally *t = &s->tallies[--s->tally_count];
        free(t->name);
        free(t->key);
    }
}

bool tally_flush(struct store *s, struct err *err)
{
    for (struct tally *t = s->tallies; t < s->tallies + s->tally_count; t++)
        if ((t->n || t->sum) && !sql_run(s, err, "INSERT INTO tally VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET n=n+excluded.n,"
                                         " sum=sum+excluded.sum", "ssiii", t->name, t->key, t->day, t->n, t->sum))
            return false;
        else if (t->n < 0 && !sql_run(s, err, "DELETE FROM tally WHERE name=? AND key=? AND day=? AND n=0 AND sum=0", "ssi", t->name, t->key, t->day))
            return false;
    tally_forget(s);
    return true;
}

bool store_tally_add(struct store *s, const char *name, const char *key, int64_t day, int64_t n, int64_t sum, struct err *err)
{
    uint64_t hash = tally_hash(name, key, day);
    struct tally *t = added(s, hash, name, key, day);
    if (!t) {
        if (s->tally_count == TALLIES && !tally_flush(s, err))
            return false;
        t = &s->tallies[s->tally_count++];
        *t = (struct tally){.hash = hash, .name = strdup(name), .key = strdup(key), .day = day};
        if (!t->name || !t->key)
            abort();
    }
    t->n += n;
    t->sum += sum;
    return true;
}

bool store_tally_get(struct store *s, const char *name, const char *key, int64_t day, int64_t *n, int64_t *sum, struct err *err)
{
    const struct tally *t = added(s, tally_hash(name, key, day), name, key, day);
    *n = t ? t->n : 0;
    *sum = t ? t->sum : 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT n,sum FROM tally WHERE name=? AND key=? AND day=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ssi", name, key, day);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *n += sql_int(stmt, 0);
        *sum += sql_int(stmt, 1);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_ticket_ids(struct store *s, int64_t after, int64_t *ids, int max, int *count, struct err *err)
{
    *count = 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT id FROM ticket WHERE id>? ORDER BY id LIMIT ?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", after, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        ids[(*count)++] = sql_int(stmt, 0);
    return rc == SQLITE_DONE;
}

bool store_tally_range(struct store *s, const char *name, const char *key, int64_t from, int64_t to, struct tally_day *list, int max, int *count,
                       struct err *err)
{
    sqlite3_stmt *stmt = tally_flush(s, err) ? sql_get(s, "SELECT day,n,sum FROM tally WHERE name=? AND key=? AND day BETWEEN ? AND ?"
                                                          " ORDER BY day LIMIT ?", err) : NULL;
    int rc;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ssiii", name, key, from, to, (int64_t)max);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        list[(*count)++] = (struct tally_day){sql_int(stmt, 0), sql_int(stmt, 1), sql_int(stmt, 2)};
    return rc == SQLITE_DONE;
}
