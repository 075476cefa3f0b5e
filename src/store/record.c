/* record: side facts by (kind, key): what a mirrored game or knowledge base says, and our own bosses, players and
 * achievements. The newest v wins; members said are merged over those known. */
#include "store/sql.h"
#include <stdlib.h>
#include <string.h>

bool store_record_get(struct store *s, struct arena *a, const char *kind, const char *key, char **data, struct err *err)
{
    *data = NULL;
    sqlite3_stmt *stmt = sql_get(s, "SELECT data FROM record WHERE kind=? AND key=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ss", kind, key);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *data = sql_text(stmt, 0, a);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

/* The newer document's members over the older one's. */
static char *merge(struct arena *a, const char *older, const char *newer)
{
    struct json *base = json_parse_in(a, older, __builtin_strlen(older), &json_limits_dialect, NULL, NULL);
    struct json *top = json_parse_in(a, newer, __builtin_strlen(newer), &json_limits_dialect, NULL, NULL);
    if (!json_is(base, JSON_OBJECT) || !json_is(top, JSON_OBJECT))
        return arena_strdup(a, newer);
    for (const struct json *m = json_first(top); m; m = json_next(m)) {
        json_drop(base, json_name(m));
        json_put(base, json_name(m), json_copy(m));
    }
    return json_print_in(a, base);
}

bool store_record_put(struct store *s, struct arena *a, const struct record *r, const struct version *v, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT v_t,v_rank,v_key,data FROM record WHERE kind=? AND key=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ss", r->kind, r->key);
    int rc = sql_step(s, stmt, err);
    const char *data = r->data;
    struct version newest = *v;
    if (rc == SQLITE_ROW) {
        struct version was = {sql_int(stmt, 0), sql_int(stmt, 1), 0, sql_text(stmt, 2, a)};
        const char *known = sql_text(stmt, 3, a);
        sqlite3_reset(stmt);
        bool newer = version_cmp(v, &was) >= 0;
        data = newer ? merge(a, known, data) : merge(a, data, known);
        if (!newer)
            newest = was;
    }
    return rc >= 0 && sql_run(s, err, "INSERT INTO record VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET v_t=excluded.v_t,"
                              "v_rank=excluded.v_rank,v_key=excluded.v_key,data=excluded.data", "ssiiss", r->kind, r->key, newest.t,
                              newest.rank, newest.key, data);
}

bool store_record_set(struct store *s, const struct record *r, const struct version *v, struct err *err)
{
    return sql_run(s, err, "INSERT INTO record VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET v_t=excluded.v_t,v_rank=excluded.v_rank,"
                           "v_key=excluded.v_key,data=excluded.data", "ssiiss", r->kind, r->key, v->t, v->rank, v->key, r->data);
}

bool store_record_drop(struct store *s, const char *kind, const char *key, struct err *err)
{
    return sql_run(s, err, "DELETE FROM record WHERE kind=? AND key=?", "ss", kind, key);
}

/* What is kept of a kind is mostly nothing: the list grows with what is found, not with what may be. */
static bool found(struct store *s, struct arena *a, sqlite3_stmt *stmt, const char *kind, struct record **list, int *count, struct err *err)
{
    int rc, room = 8;
    *list = ARENA_ARRAY(a, struct record, room);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        if (*count == room) {
            struct record *more = ARENA_ARRAY(a, struct record, room *= 2);
            memcpy(more, *list, (size_t)*count * sizeof *more);
            *list = more;
        }
        (*list)[(*count)++] = (struct record){kind, sql_text(stmt, 0, a), sql_text(stmt, 1, a)};
    }
    return rc == SQLITE_DONE;
}

bool store_record_list(struct store *s, struct arena *a, const char *kind, struct record **list, int *count, int max, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT key,data FROM record WHERE kind=? ORDER BY v_t DESC LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", kind, (int64_t)max);
    return found(s, a, stmt, kind, list, count, err);
}

bool store_record_under(struct store *s, struct arena *a, const char *kind, const char *prefix, int max, struct record **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT key,data FROM record WHERE kind=?1 AND key>=?2 AND key<?2||char(1114111) ORDER BY key DESC LIMIT ?3", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ssi", kind, prefix, (int64_t)max);
    return found(s, a, stmt, kind, list, count, err);
}

bool store_record_between(struct store *s, struct arena *a, const char *kind, const char *from, const char *to, struct record **list, int *count, int max,
                          struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT key,data FROM record WHERE kind=? AND key>=? AND key<? ORDER BY v_t DESC,v_key DESC,key DESC LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "sssi", kind, from, to, (int64_t)max);
    return found(s, a, stmt, kind, list, count, err);
}

bool store_record_after(struct store *s, struct arena *a, const char *kind, const char *after, int max, struct record **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT key,data FROM record WHERE kind=? AND key>? ORDER BY key LIMIT ?", err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "ssi", kind, after ? after : "", (int64_t)max);
    return found(s, a, stmt, kind, list, count, err);
}
