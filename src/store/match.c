/* match: how many members of a view pass a filter. Read in one statement of its own with the columns that the filter names and no
 * others, a tenth of what whole tickets cost, and only what a sieve keeps; it stops when the time is spent, so that a read never lasts. */
#include "store/sieve.h"
#include "base/clock.h"
#include "core/field.h"
#include <string.h>

enum { LOOK = 256, TRIAL = 1024 }; /* tickets between two looks at the clock; looked at before a sieve is worth making */

struct matching {
    struct store *s;
    const struct row_filter *f;
    const char *owner;
    struct field_set set;    /* that the filter names */
    int64_t view, started, budget, found;
    int looked;
    bool spent;              /* the time is */
    struct err *err;
};

static sqlite3_stmt *statement(struct matching *m, const char *from)
{
    AUTO_STR sql;
    str_init(&sql, 8192);
    str_adds(&sql, "SELECT t.id");
    for (int i = 1; i < field_count; i++)
        if (field_set_has(&m->set, i))
            str_addf(&sql, ",t.\"%s\"", field_table[i].name);
    str_adds(&sql, from);
    return sql_once(m->s, sql.data, m->err);
}

/* Texts are the statement's, until its next step. */
static void read_row(sqlite3_stmt *stmt, const struct field_set *set, struct ticket *t)
{
    *t = (struct ticket){.id = sql_int(stmt, 0)};
    for (int i = 1, column = 1; i < field_count; i++) {
        if (!field_set_has(set, i))
            continue;
        if (field_is_text(&field_table[i]))
            field_set_text(t, &field_table[i], (const char *)sqlite3_column_text(stmt, column++));
        else
            field_set_int(t, &field_table[i], sql_int(stmt, column++));
    }
}

static void look_at(struct matching *m, sqlite3_stmt *stmt)
{
    struct ticket t;
    read_row(stmt, &m->set, &t);
    m->found += when_eval(m->f->where, &t, m->f->env);
}

static void look_at_clock(struct matching *m)
{
    m->spent = m->budget && ++m->looked % LOOK == 0 && clock_mono() - m->started >= m->budget;
}

/* Every member's row, in one statement; most: no more than so many (0: all). *whole: it came to their end. */
static bool by_rows(struct matching *m, int most, bool *whole)
{
    sqlite3_stmt *stmt = statement(m, " FROM queue q JOIN ticket t ON t.id=q.ticket WHERE q.view=? AND q.owner=?");
    int rc = SQLITE_ROW;
    if (!stmt)
        return false;
    sql_bind(stmt, "is", m->view, m->owner);
    for (int n = 0; !m->spent && (!most || n < most) && (rc = sql_step(m->s, stmt, m->err)) == SQLITE_ROW; n++) {
        look_at(m, stmt);
        look_at_clock(m);
    }
    sqlite3_finalize(stmt);
    *whole = rc == SQLITE_DONE;
    return rc >= 0;
}

static bool look_at_one(struct matching *m, sqlite3_stmt *stmt, int64_t ticket)
{
    sqlite3_reset(stmt);
    sql_bind(stmt, "i", ticket);
    int rc = sql_step(m->s, stmt, m->err);
    if (rc == SQLITE_ROW)
        look_at(m, stmt);
    return rc >= 0;
}

static bool each_few(struct matching *m, const struct sieve *sieve, sqlite3_stmt *stmt)
{
    bool ok = true;
    for (int64_t id = sieve_next(sieve, 0, false); ok && id && !m->spent; id = sieve_next(sieve, id, false)) {
        int64_t due;
        bool member;
        ok = queue_place(m->s, m->view, m->owner, id, &due, &member, m->err) && (!member || look_at_one(m, stmt, id));
        look_at_clock(m);
    }
    return ok;
}

static bool each_member(struct matching *m, const struct sieve *sieve, sqlite3_stmt *stmt)
{
    sqlite3_stmt *members = sql_get(m->s, "SELECT ticket FROM queue WHERE view=? AND owner=?", m->err);
    int rc = -1;
    bool ok = members;
    if (members)
        sql_bind(members, "is", m->view, m->owner);
    while (ok && !m->spent && (rc = sql_step(m->s, members, m->err)) == SQLITE_ROW) {
        int64_t id = sql_int(members, 0);
        ok = !sieve_keeps(sieve, id) || look_at_one(m, stmt, id);
        look_at_clock(m);
    }
    if (members)
        sqlite3_reset(members);
    return ok && rc >= 0;
}

static bool by_sieve(struct matching *m, const struct sieve *sieve)
{
    sqlite3_stmt *stmt = statement(m, " FROM ticket t WHERE t.id=?");
    m->found = 0;
    bool ok = stmt && (sieve->count <= SIEVE_FEW ? each_few : each_member)(m, sieve, stmt);
    sqlite3_finalize(stmt);
    return ok;
}

bool store_queue_match(struct store *s, const struct row_filter *f, int64_t budget_ms, int64_t *n, bool *over, struct err *err)
{
    struct matching m = {.s = s, .f = f, .owner = f->owner ? f->owner : "", .started = clock_mono(), .budget = budget_ms, .err = err};
    const struct sieve *sieve = NULL;
    AUTO_ARENA arena = arena_new();
    bool whole;
    if (!store_view_id(s, f->view, &m.view, NULL, NULL, err))
        return false;
    if (!m.view)
        return err_set(err, ERR_NOT_FOUND, "no view \"%s\"", f->view);
    when_fields(f->where, &m.set);
    if (!by_rows(&m, sieve_at_once(f->where) ? 1 : needle_of(arena, f->where) ? TRIAL : 0, &whole))
        return false;
    if (!whole && !m.spent) {
        if (!sieve_open(s, arena, f->where, NULL, &sieve, err))
            return false;
        m.found = 0;
        if (!(sieve ? by_sieve(&m, sieve) : by_rows(&m, 0, &whole)))
            return false;
    }
    *n = m.found;
    *over = m.spent;
    return true;
}
