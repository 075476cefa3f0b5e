/* stat: the numbers' two tables from the outside: a tally's keys forgotten, and what of each ticket is counted. */
#include "store/sql.h"

bool store_tally_forget(struct store *s, const char *name, const char *key, const char *separator, struct err *err)
{
    return tally_flush(s, err) && sql_run(s, err, "DELETE FROM tally WHERE name=?1 AND (key=?2 OR substr(key,1,length(?2||?3))=?2||?3)", "sss", name, key, separator);
}

bool store_tally_copy(struct store *s, struct store *from, const char *name, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(from, "SELECT key,day,n,sum FROM tally WHERE name=?", err);
    if (!stmt || !tally_flush(s, err) || !sql_run(s, err, "DELETE FROM tally WHERE name=?", "s", name))
        return false;
    sql_bind(stmt, "s", name);
    int rc;
    while ((rc = sql_step(from, stmt, err)) == SQLITE_ROW)
        if (!sql_run(s, err, "INSERT INTO tally(name,key,day,n,sum) VALUES(?,?,?,?,?)", "ssiii", name, (const char *)sqlite3_column_text(stmt, 0), sql_int(stmt, 1),
                     sql_int(stmt, 2), sql_int(stmt, 3))) {
            sqlite3_reset(stmt);
            return false;
        }
    return rc == SQLITE_DONE;
}

bool store_counted_put(struct store *s, const struct counted *c, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO counted VALUES(?,?,?,?,?,?,?,?)", "iiiiiiss", c->ticket, c->stat, c->nth, c->at, c->day, c->value, c->part, c->keys);
}

bool store_counted_take(struct store *s, struct arena *a, int64_t ticket, int64_t stat, int64_t nth, struct counted *out, bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT at,day,value,part,keys FROM counted WHERE ticket=? AND stat=? AND nth=?", err);
    *found = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "iii", ticket, stat, nth);
    int rc = sql_step(s, stmt, err);
    if (rc != SQLITE_ROW)
        return rc >= 0;
    *out = (struct counted){.ticket = ticket, .stat = stat, .nth = nth, .at = sql_int(stmt, 0), .day = sql_int(stmt, 1), .value = sql_int(stmt, 2),
                            .part = sql_text(stmt, 3, a), .keys = sql_text(stmt, 4, a)};
    *found = true;
    sqlite3_reset(stmt);
    return sql_run(s, err, "DELETE FROM counted WHERE ticket=? AND stat=? AND nth=?", "iii", ticket, stat, nth);
}
