/* file: which files of customers there are, by the SHA-256 of their bytes. The bytes lie beside the database, in
 * files/<hex>, and are there before the row is (worker/shelf). */
#include "store/sql.h"

bool store_file_put(struct store *s, const uint8_t sha256[32], int64_t size, int64_t now, struct err *err)
{
    return sql_run(s, err, "INSERT INTO file(sha256,size,at) VALUES(?,?,?) ON CONFLICT DO NOTHING", "bii", sha256, (size_t)32, size, now);
}

bool store_file_get(struct store *s, const uint8_t sha256[32], int64_t *size, bool *found, struct err *err)
{
    *found = false;
    sqlite3_stmt *stmt = sql_get(s, "SELECT size FROM file WHERE sha256=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "b", sha256, (size_t)32);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *size = sql_int(stmt, 0);
        *found = true;
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}
