/* file: which files there are, by the SHA-256 of their bytes. The bytes lie beside the database, in files/<hex>, and are there before the
 * row is (worker/shelf). What brings a file is a ticket's message (`file_use`, drawn from the messages), or an agent who put it here and has
 * not sent it yet (`upload`); what nothing brings is let go (store_retain_*), the row first, then the bytes. */
#include "store/sql.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "core/attachment.h"
#include <string.h>

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

bool store_file_next(struct store *s, uint8_t sha256[32], int64_t *size, bool *found, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT sha256,size FROM file WHERE sha256>? ORDER BY sha256 LIMIT 1", err);
    *found = false;
    if (!stmt)
        return false;
    sql_bind(stmt, "b", sha256, *size < 0 ? (size_t)0 : (size_t)32);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *found = sqlite3_column_bytes(stmt, 0) == 32;
        if (*found)
            memcpy(sha256, sqlite3_column_blob(stmt, 0), 32);
        *size = sql_int(stmt, 1);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool store_upload_put(struct store *s, const uint8_t sha256[32], const char *agent, int64_t now, struct err *err)
{
    return sql_run(s, err, "INSERT INTO upload(sha256,agent,at) VALUES(?,?,?) ON CONFLICT DO UPDATE SET at=excluded.at", "bsi", sha256, (size_t)32, agent, now);
}

/* Most messages bring none, and most of what others bring is a link: those cost a look at the text. */
bool file_used(struct store *s, int64_t ticket, const char *assets, struct err *err)
{
    struct attachment *list;
    uint8_t sha256[32];
    if (!assets || !strstr(assets, "\"sha256\""))
        return true;
    AUTO_ARENA arena = arena_new();
    int n = attachment_read(arena, assets, &list);
    for (int i = 0; i < n; i++)
        if (list[i].sha256 && crypto_unhex(list[i].sha256, sizeof sha256, sha256) &&
            !sql_run(s, err, "INSERT INTO file_use(sha256,ticket) VALUES(?,?) ON CONFLICT DO NOTHING", "bi", sha256, sizeof sha256, ticket))
            return false;
    return true;
}

/* --- what is let go --- */

/* The oldest that no draft names. false with err untouched: there is none. */
static bool oldest_upload(struct store *s, struct arena *a, int64_t before, uint8_t sha256[32], char **agent, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT sha256,agent FROM upload u WHERE at<? AND NOT EXISTS(SELECT 1 FROM keep k WHERE k.key GLOB 'draft:*'"
                                    " AND instr(k.value,lower(hex(u.sha256)))) ORDER BY at LIMIT 1", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", before);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    memcpy(sha256, sqlite3_column_blob(stmt, 0), 32);
    *agent = sql_text(stmt, 1, a);
    sqlite3_reset(stmt);
    return true;
}

bool file_free(struct store *s, const uint8_t sha256[32], struct err *err)
{
    return sql_run(s, err, "DELETE FROM file WHERE sha256=?1 AND NOT EXISTS(SELECT 1 FROM file_use WHERE sha256=?1)"
                           " AND NOT EXISTS(SELECT 1 FROM upload WHERE sha256=?1)", "b", sha256, (size_t)32);
}

bool store_retain_uploads(struct store *s, int64_t before, int64_t ms, bool *more, int64_t *gone, struct err *err)
{
    int64_t end = clock_mono_us() + ms * 1000;
    uint8_t sha256[32];
    char *agent;
    *more = true;
    do {
        AUTO_ARENA arena = arena_new();
        if (!oldest_upload(s, arena, before, sha256, &agent, err)) {
            *more = false;
            return err->code == ERR_NONE;
        }
        if (!sql_run(s, err, "DELETE FROM upload WHERE sha256=? AND agent=?", "bs", sha256, sizeof sha256, agent) ||
            !file_free(s, sha256, err))
            return false;
        *gone += sqlite3_changes(s->db);
    } while (clock_mono_us() < end);
    return true;
}
