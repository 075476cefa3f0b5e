/* match: how many members of a view pass a filter. Read in one statement of its own with the columns that the filter names and no
 * others, a tenth of what whole tickets cost; it stops when the time is spent, so that a read never lasts. */
#include "store/sql.h"
#include "base/clock.h"
#include "core/field.h"
#include <string.h>

enum { LOOK = 256 }; /* tickets between two looks at the clock */

static const char *statement(struct arena *a, const struct field_set *set)
{
    struct str sql;
    str_init(&sql, 8192);
    str_adds(&sql, "SELECT t.id");
    for (int i = 1; i < field_count; i++)
        if (field_set_has(set, i))
            str_addf(&sql, ",t.\"%s\"", field_table[i].name);
    str_adds(&sql, " FROM queue q JOIN ticket t ON t.id=q.ticket WHERE q.view=? AND q.owner=?");
    const char *text = arena_strdup(a, sql.data);
    str_fini(&sql);
    return text;
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

bool store_queue_match(struct store *s, const struct row_filter *f, int64_t budget_ms, int64_t *n, bool *over, struct err *err)
{
    struct field_set set = {{0}};
    int64_t view, started = clock_mono(), found = 0;
    int rc, looked = 0;
    bool spent = false;
    AUTO_ARENA arena = arena_new();
    if (!store_view_id(s, f->view, &view, NULL, NULL, err))
        return false;
    if (!view)
        return err_set(err, ERR_NOT_FOUND, "no view \"%s\"", f->view);
    when_fields(f->where, &set);
    sqlite3_stmt *stmt = sql_once(s, statement(arena, &set), err);
    if (!stmt)
        return false;
    sql_bind(stmt, "is", view, f->owner ? f->owner : "");
    while (!spent && (rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        struct ticket t;
        read_row(stmt, &set, &t);
        found += when_eval(f->where, &t, f->env);
        spent = budget_ms && ++looked % LOOK == 0 && clock_mono() - started >= budget_ms;
    }
    bool ok = spent || rc == SQLITE_DONE;
    sqlite3_finalize(stmt);
    if (ok) {
        *n = found;
        *over = spent;
    }
    return ok;
}
