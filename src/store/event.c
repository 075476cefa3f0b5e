/* event: what came in, whole. The dedupe key is looked up by a 64-bit hash of (account, key) and checked as text. */
#include "store/sql.h"
#include <string.h>

#define COLUMNS "id,source,account,dialect,key,type,effect,effect_text,state,seen,received_at,occurred_at,ticket," \
                "content_hash,sha256,obs,headers,warnings,note,raw_of"

static void scan(sqlite3_stmt *stmt, struct arena *a, struct event *e)
{
    *e = (struct event){.id = sql_int(stmt, 0), .source = sql_text(stmt, 1, a), .account = sql_text(stmt, 2, a),
                        .dialect = sql_text(stmt, 3, a), .key = sql_text(stmt, 4, a), .type = sql_text(stmt, 5, a),
                        .effect = (int)sql_int(stmt, 6), .effect_text = sql_text(stmt, 7, a), .state = sql_text(stmt, 8, a),
                        .seen = sql_int(stmt, 9), .received_at = sql_int(stmt, 10), .occurred_at = sql_int(stmt, 11),
                        .ticket = sql_int(stmt, 12), .obs = sql_text(stmt, 15, a), .headers = sql_text(stmt, 16, a),
                        .warnings = sql_text(stmt, 17, a), .note = sql_text(stmt, 18, a), .raw_of = sql_int(stmt, 19)};
    if (sqlite3_column_bytes(stmt, 13) == 32)
        memcpy(e->content_hash, sqlite3_column_blob(stmt, 13), 32);
    if (sqlite3_column_bytes(stmt, 14) == 32)
        memcpy(e->sha256, sqlite3_column_blob(stmt, 14), 32);
}

/* sql: of three parameters, a number and the two texts that decide. */
static bool find(struct store *s, struct arena *a, const char *sql, int64_t number, const char *account, const char *key, struct event *out,
                 bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, sql, err);
    if (!stmt)
        return false;
    sql_bind(stmt, "iss", number, account, key);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        scan(stmt, a, out);
        *found = true;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_event_find(struct store *s, struct arena *a, const char *account, const char *key, struct event *out, bool *found,
                      struct err *err)
{
    int64_t hash = sql_key(account, key), id = INT64_MAX;
    *found = false;
    while (!*found && (id = keys_event(s, hash, id)) != 0)
        if (!find(s, a, "SELECT " COLUMNS " FROM event WHERE id=? AND account=? AND key=?", id, account, key, out, found, err))
            return false;
    return *found || find(s, a, "SELECT " COLUMNS " FROM event_by_key JOIN event ON id=event WHERE hash=? AND account=? AND key=?"
                                " ORDER BY event DESC LIMIT 1", hash, account, key, out, found, err);
}

int64_t store_event_next(const struct store *s)
{
    return s->next_event;
}

bool store_event_insert(struct store *s, struct event *e, struct err *err)
{
    /* Only what took effect occupies its key: a corrected redelivery of a quarantined event must pass. */
    bool holds = e->key && (strcmp(e->state, "applied") == 0 || strcmp(e->state, "ignored") == 0);
    int64_t hash = holds ? sql_key(e->account, e->key) : 0;
    e->id = s->next_event;
    if (!sql_run(s, err, "INSERT INTO event(id,source,account,dialect,key,key_hash,type,effect,effect_text,state,seen,"
                 "received_at,occurred_at,ticket,content_hash,sha256,obs,headers,warnings,note,raw,raw_of)"
                 " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", "issssisissiiiibbssssbi",
                 e->id, e->source, e->account, e->dialect, e->key, hash, e->type,
                 (int64_t)e->effect, e->effect_text, e->state, (int64_t)1, e->received_at, e->occurred_at, e->ticket,
                 e->content_hash, sizeof e->content_hash, e->sha256, sizeof e->sha256, e->obs, e->headers, e->warnings,
                 e->note, e->raw, e->raw_n, e->raw_of))
        return false;
    keys_add_event(s, s->next_event++, hash);
    return true;
}

bool store_event_seen(struct store *s, int64_t id, struct err *err)
{
    return sql_run(s, err, "UPDATE event SET seen=seen+1 WHERE id=?", "i", id);
}

static bool raw_of(struct store *s, struct arena *a, int64_t id, struct event *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT raw FROM event WHERE id=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc != SQLITE_ROW)
        return rc >= 0;
    out->raw_n = (size_t)sqlite3_column_bytes(stmt, 0);
    out->raw = arena_strndup(a, out->raw_n ? sqlite3_column_blob(stmt, 0) : "", out->raw_n);
    sqlite3_reset(stmt);
    return true;
}

bool store_event_get(struct store *s, struct arena *a, int64_t id, struct event *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM event WHERE id=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", id);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_DONE)
        return err_set(err, ERR_NOT_FOUND, "no event %lld; `triage events` or gi lists them", (long long)id);
    if (rc != SQLITE_ROW)
        return false;
    scan(stmt, a, out);
    sqlite3_reset(stmt);
    return raw_of(s, a, out->raw_of ? out->raw_of : out->id, out, err);
}

bool store_event_observations(struct store *s, int64_t ticket, bool (*each)(void *arg, int64_t id, const char *obs), void *arg,
                              struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,obs FROM event WHERE ticket=? AND ticket!=0 AND state='applied' ORDER BY id", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        if (!each(arg, sql_int(stmt, 0), (const char *)sqlite3_column_text(stmt, 1))) {
            int64_t id = sql_int(stmt, 0);
            sqlite3_reset(stmt);
            return err_set(err, ERR_INTERNAL, "reading the observation of event %lld", (long long)id);
        }
    return rc == SQLITE_DONE;
}
