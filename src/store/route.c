/* route: what routes remember between events: keys let through (dedupe), how much lately (throttle), questions put to
 * models, and who waits for an answer. */
#include "store/sql.h"
#include <string.h>

bool store_seen(struct store *s, const char *route, int step, const char *key, int64_t entry, int64_t since, bool *seen, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT at,entry FROM seen WHERE route=? AND step=? AND key=?", err);
    *seen = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "sis", route, (int64_t)step, key);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *seen = sql_int(stmt, 0) > since && sql_int(stmt, 1) != entry;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_seen_add(struct store *s, const char *route, int step, const char *key, int64_t entry, int64_t now, int64_t since, struct err *err)
{
    return sql_run(s, err, "DELETE FROM seen WHERE route=? AND step=? AND at<=?", "sii", route, (int64_t)step, since) &&
           sql_run(s, err, "INSERT OR IGNORE INTO seen VALUES(?,?,?,?,?)", "sisii", route, (int64_t)step, key, now, entry);
}

bool store_passed(struct store *s, const char *route, int step, int64_t entry, int64_t since, int64_t *n, int64_t *oldest, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT count(*),coalesce(min(at),0) FROM passed WHERE route=? AND step=? AND at>? AND entry!=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "siii", route, (int64_t)step, since, entry);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *n = sql_int(stmt, 0);
    *oldest = sql_int(stmt, 1);
    sqlite3_reset(stmt);
    return true;
}

bool store_passed_add(struct store *s, const char *route, int step, int64_t entry, int64_t now, int64_t since, struct err *err)
{
    return sql_run(s, err, "DELETE FROM passed WHERE route=? AND step=? AND at<=?", "sii", route, (int64_t)step, since) &&
           sql_run(s, err, "INSERT OR IGNORE INTO passed VALUES(?,?,?,?)", "siii", route, (int64_t)step, entry, now);
}

bool store_ask_get(struct store *s, struct arena *a, const uint8_t hash[32], int64_t now, int64_t ttl, int64_t *parcel, char **answer, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT parcel,at,answer FROM ask WHERE hash=?", err);
    *parcel = 0;
    *answer = NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "b", hash, (size_t)32);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        char *known = sql_text(stmt, 2, a);
        if (!known)
            *parcel = sql_int(stmt, 0);
        else if (now - sql_int(stmt, 1) < ttl)
            *answer = known;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_ask_put(struct store *s, const uint8_t hash[32], const char *destination, int64_t parcel, const char *answer, int64_t now, struct err *err)
{
    return sql_run(s, err, "INSERT OR REPLACE INTO ask VALUES(?,?,?,?,?)", "bsiis", hash, (size_t)32, destination, parcel, now, answer);
}

bool store_waiting_add(struct store *s, const uint8_t hash[32], int64_t letter, const char *route, struct err *err)
{
    return sql_run(s, err, "INSERT OR IGNORE INTO waiting VALUES(?,?,?)", "bis", hash, (size_t)32, letter, route);
}

bool store_waiting_list(struct store *s, struct arena *a, const uint8_t hash[32], struct waiting **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT w.letter,w.route,l.entry,l.nth FROM waiting w JOIN letter l ON l.id=w.letter WHERE w.hash=? ORDER BY w.letter", err);
    int rc, cap = 0;
    *count = 0;
    *list = NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "b", hash, (size_t)32);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        if (*count == cap) {
            struct waiting *more = ARENA_ARRAY(a, struct waiting, cap = cap ? cap * 2 : 16);
            if (*count)
                memcpy(more, *list, sizeof *more * (size_t)*count);
            *list = more;
        }
        (*list)[(*count)++] = (struct waiting){.letter = sql_int(stmt, 0), .route = sql_text(stmt, 1, a), .entry = sql_int(stmt, 2), .nth = sql_int(stmt, 3)};
    }
    return rc == SQLITE_DONE;
}

bool store_waiting_drop(struct store *s, const uint8_t hash[32], struct err *err)
{
    return sql_run(s, err, "DELETE FROM waiting WHERE hash=?", "b", hash, (size_t)32);
}
