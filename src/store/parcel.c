/* parcel: anything that leaves: a reply held for undo, a page. State is the schedule: due_at = 0 means at rest. */
#include "store/sql.h"

bool store_parcel_add(struct store *s, struct parcel *p, struct err *err)
{
    if (!sql_run(s, err, "INSERT INTO parcel(entry,destination,ticket,step,agent,message,state,due_at,attempts,memo,error)"
                 " VALUES(?,?,?,?,?,?,?,?,?,?,?)", "isiisisiiss", p->entry, p->destination, p->ticket, p->step, p->agent ? p->agent : "",
                 p->message, p->state, p->due_at, p->attempts, p->memo, p->error))
        return false;
    p->id = sqlite3_last_insert_rowid(s->db);
    return true;
}

bool store_parcel_update(struct store *s, const struct parcel *p, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET state=?,due_at=?,attempts=?,memo=?,error=? WHERE id=?", "siissi", p->state, p->due_at,
                   p->attempts, p->memo, p->error, p->id);
}

#define COLUMNS "id,entry,destination,ticket,step,agent,message,state,due_at,attempts,memo,error"

static void scan(sqlite3_stmt *stmt, struct arena *a, struct parcel *p)
{
    *p = (struct parcel){.id = sql_int(stmt, 0), .entry = sql_int(stmt, 1), .destination = sql_text(stmt, 2, a), .ticket = sql_int(stmt, 3),
                         .step = sql_int(stmt, 4), .agent = sql_text(stmt, 5, a), .message = sql_int(stmt, 6),
                         .state = sql_text(stmt, 7, a), .due_at = sql_int(stmt, 8), .attempts = sql_int(stmt, 9),
                         .memo = sql_text(stmt, 10, a), .error = sql_text(stmt, 11, a)};
}

bool store_parcel_due(struct store *s, struct arena *a, int64_t now, int max, struct parcel **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE due_at!=0 AND due_at<=? ORDER BY due_at LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", now, (int64_t)max);
    *list = ARENA_ARRAY(a, struct parcel, max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

bool store_parcel_next(struct store *s, int64_t *at, struct err *err)
{
    *at = 0;
    sqlite3_stmt *stmt = sql_get(s, "SELECT due_at FROM parcel WHERE due_at!=0 ORDER BY due_at LIMIT 1", err);
    int rc = stmt ? sql_step(s, stmt, err) : -1;
    if (rc == SQLITE_ROW) {
        *at = sql_int(stmt, 0);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_parcel_by_message(struct store *s, struct arena *a, int64_t message, struct parcel *out, bool *found, struct err *err)
{
    *found = false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE message=? AND message!=0 AND ticket=(SELECT ticket FROM message WHERE id=?1)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", message);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        scan(stmt, a, out);
        *found = true;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_parcel_list(struct store *s, struct arena *a, int64_t ticket, struct parcel **list, int *count, int max, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE ticket=? ORDER BY id LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", ticket, (int64_t)max);
    *list = ARENA_ARRAY(a, struct parcel, max);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

bool store_answer_get(struct store *s, struct arena *a, const char *key, char **body, struct err *err)
{
    *body = NULL;
    sqlite3_stmt *stmt = sql_get(s, "SELECT body FROM answer WHERE key=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", key);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *body = sql_text(stmt, 0, a);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_answer_put(struct store *s, const char *key, const char *body, int64_t at, struct err *err)
{
    return sql_run(s, err, "DELETE FROM answer WHERE at<?", "i", at - 86400000) &&
           sql_run(s, err, "INSERT OR REPLACE INTO answer VALUES(?,?,?)", "sis", key, at, body);
}

bool store_parcel_get(struct store *s, struct arena *a, int64_t id, struct parcel *out, bool *found, struct err *err)
{
    *found = false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM parcel WHERE id=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        scan(stmt, a, out);
        *found = true;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_parcel_land(struct store *s, int64_t now, struct err *err)
{
    return sql_run(s, err, "UPDATE parcel SET state='retrying',due_at=?,memo=json_set(coalesce(memo,'{}'),'$.ambiguous',json('true')) WHERE state='flying'", "i", now);
}
