/* work: what needs a person now, by owner ("" = nobody's) and the skills it asks for, in the order it is offered
 * (core/assignment). Claim next reads the first rows of a few such lists and never a ticket more; a row moves in the
 * commit that changes its ticket. */
#include "store/sql.h"
#include <string.h>

bool store_work_put(struct store *s, const struct work *w, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO work VALUES(?,?,?,?,?,?,?)", "siiiiis", w->owner, w->need, w->turn, w->due, w->place, w->ticket,
                   w->skipped) &&
           store_tally_add(s, "load", w->owner, 0, 1, 0, err);
}

bool store_work_drop(struct store *s, const struct work *w, struct err *err)
{
    if (!sql_run(s, err, "DELETE FROM work WHERE owner=? AND need=? AND turn=? AND due=? AND place=? AND ticket=?", "siiiii", w->owner, w->need, w->turn,
                 w->due, w->place, w->ticket))
        return false;
    return sqlite3_changes(s->db) == 0 || store_tally_add(s, "load", w->owner, 0, -1, 0, err);
}

bool store_work_clear(struct store *s, struct err *err)
{
    return tally_flush(s, err) && sql_run(s, err, "DELETE FROM work", "") && sql_run(s, err, "DELETE FROM tally WHERE name='load'", "");
}

/* A step into the key each, so that what costs is how many sets there are, not how much work. */
bool store_work_need(struct store *s, const char *owner, int64_t *need, bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT need FROM work WHERE owner=? AND need>? ORDER BY need LIMIT 1", err);
    *found = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", owner, *need);
    int rc = sql_step(s, stmt, err);
    if (rc != SQLITE_ROW)
        return rc == SQLITE_DONE;
    *need = sql_int(stmt, 0);
    *found = true;
    sqlite3_reset(stmt);
    return true;
}

bool store_work_list(struct store *s, struct arena *a, const struct work *after, int max, struct work *list, int *count, struct err *err)
{
    *count = 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT turn,due,place,ticket,skipped FROM work WHERE owner=? AND need=? AND (turn,due,place,ticket)>(?,?,?,?)"
                                    " ORDER BY turn,due,place,ticket LIMIT ?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "siiiiii", after->owner, after->need, after->turn, after->due, after->place, after->ticket, (int64_t)max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        list[(*count)++] = (struct work){.owner = after->owner, .need = after->need, .turn = sql_int(stmt, 0), .due = sql_int(stmt, 1),
                                         .place = sql_int(stmt, 2), .ticket = sql_int(stmt, 3), .skipped = sql_text(stmt, 4, a)};
    return rc == SQLITE_DONE;
}
