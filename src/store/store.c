/* store: opening, transactions, the hash chain, checkpoints. The writer's handle does every write and every
 * checkpoint (SQLite's WAL-reset fault needs two that do, reliability.md finding 1); readers cannot write by
 * construction. Statements are prepared once a handle, keyed by the address of their text. */
#include "store/sql.h"
#include "base/crypto.h"
#include "store/cache.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STRING(x) STRING_OF(x)
#define STRING_OF(x) #x

bool sql_fail(struct store *s, struct err *err)
{
    int code = sqlite3_extended_errcode(s->db);
    bool full = (code & 0xff) == SQLITE_FULL;
    return err_set(err, full ? ERR_NO_SPACE : ERR_STORAGE, "database: %s (%d)", sqlite3_errmsg(s->db), code);
}

sqlite3_stmt *sql_once(struct store *s, const char *sql, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK)
        return stmt;
    sql_fail(s, err);
    return NULL;
}

sqlite3_stmt *sql_get(struct store *s, const char *sql, struct err *err)
{
    size_t i = ((uintptr_t)sql >> 4) % STATEMENTS;
    for (int probe = 0; probe < STATEMENTS; probe++, i = (i + 1) % STATEMENTS) {
        if (s->cache[i].sql == sql) {
            sqlite3_reset(s->cache[i].stmt);
            return s->cache[i].stmt;
        }
        if (!s->cache[i].sql) {
            if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->cache[i].stmt, NULL) != SQLITE_OK) {
                sql_fail(s, err);
                return NULL;
            }
            s->cache[i].sql = sql;
            return s->cache[i].stmt;
        }
    }
    err_set(err, ERR_INTERNAL, "too many prepared statements");
    return NULL;
}

static void bind_list(sqlite3_stmt *stmt, const char *fmt, va_list ap)
{
    for (int i = 1; *fmt; fmt++, i++) {
        if (*fmt == 'i') {
            sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
        } else if (*fmt == 's') {
            sqlite3_bind_text(stmt, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
        } else {
            const void *data = va_arg(ap, const void *);
            size_t n = va_arg(ap, size_t);
            sqlite3_bind_blob64(stmt, i, data, n, SQLITE_STATIC);
        }
    }
}

void sql_bind(sqlite3_stmt *stmt, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    bind_list(stmt, fmt, ap);
    va_end(ap);
}

int sql_step(struct store *s, sqlite3_stmt *stmt, struct err *err)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return rc;
    if (rc == SQLITE_DONE) {
        sqlite3_reset(stmt);
        return rc;
    }
    sql_fail(s, err);
    sqlite3_reset(stmt);
    return -1;
}

bool sql_run(struct store *s, struct err *err, const char *sql, const char *fmt, ...)
{
    sqlite3_stmt *stmt = sql_get(s, sql, err);
    if (!stmt)
        return false;
    va_list ap;
    va_start(ap, fmt);
    bind_list(stmt, fmt, ap);
    va_end(ap);
    return sql_step(s, stmt, err) == SQLITE_DONE;
}

bool sql_number(struct store *s, struct err *err, int64_t *value, const char *sql, const char *fmt, ...)
{
    sqlite3_stmt *stmt = sql_get(s, sql, err);
    if (!stmt)
        return false;
    va_list ap;
    va_start(ap, fmt);
    bind_list(stmt, fmt, ap);
    va_end(ap);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_ROW) {
        *value = sql_int(stmt, 0);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}

bool sql_exec(struct store *s, const char *sql, struct err *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s, err);
}

char *sql_text(sqlite3_stmt *stmt, int column, struct arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    return text ? arena_strndup(arena, text, (size_t)sqlite3_column_bytes(stmt, column)) : NULL;
}

int64_t sql_key(const char *account, const char *key)
{
    char small[512], *text = small;
    size_t a = strlen(account), k = strlen(key);
    if (a + k + 2 > sizeof small && !(text = malloc(a + k + 2)))
        abort();
    memcpy(text, account, a);
    text[a] = '\x1f';
    memcpy(text + a + 1, key, k + 1);
    int64_t hash = (int64_t)crypto_hash64(text);
    if (text != small)
        free(text);
    return hash;
}

static bool next_id(struct store *s, const char *sql, int64_t *next, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, sql, err);
    if (!stmt || sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    *next = sql_int(stmt, 0) + 1;
    sqlite3_reset(stmt);
    return true;
}

/* The chain covers entries in order, so a batch that is rolled back must give its numbers back too. */
static bool reload_ids(struct store *s, struct err *err)
{
    s->digest_count = 0;
    s->view_count = 0;
    tally_forget(s);
    return next_id(s, "SELECT coalesce(max(id),0) FROM event", &s->next_event, err) &&
           next_id(s, "SELECT coalesce(max(id),0) FROM ticket", &s->next_ticket, err) &&
           next_id(s, "SELECT coalesce(max(seq),0) FROM entry", &s->next_entry, err) && sieve_reload(s, err);
}

static bool take_back(struct store *s, struct err *err)
{
    bool ok = reload_ids(s, err);
    keys_rolled_back(s);
    return ok;
}

static bool configure(struct store *s, struct err *err)
{
    static const char writer[] = "PRAGMA page_size=" STRING(CACHE_PAGE) "; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON;"
                                 "PRAGMA mmap_size=0; PRAGMA cache_size=-" STRING(CACHE_KB) "; PRAGMA foreign_keys=ON;"
                                 "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";
    static const char reader[] = "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA mmap_size=0;"
                                 "PRAGMA cache_size=-" STRING(CACHE_KB) "; PRAGMA trusted_schema=OFF;";
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "column" is never a text: one that is missing is an error */
    sqlite3_busy_timeout(s->db, s->writer ? 0 : 1000);
    if (!s->writer)
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return sql_exec(s, s->writer ? writer : reader, err);
}

static const char *joined; /* written once, before any handle */

/* SQLite's count of its memory is asked by nobody, and takes a lock for every allocation. */
static void prepare_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    cache_prepare();
    sqlite3_initialize();
    joined = joined_register();
}

/* Whatever its tables are. */
static struct store *handle_open(const char *path, enum store_mode mode, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct store *s = calloc(1, sizeof *s);
    if (!s || pthread_once(&once, prepare_library) != 0)
        abort();
    s->writer = mode == STORE_WRITER;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (s->writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    mode_t old = umask(077);
    int rc = sqlite3_open_v2(path ? path : ":memory:", &s->db, flags, s->writer && path ? joined : NULL);
    umask(old);
    ticket_sql(s);
    if (rc != SQLITE_OK)
        err_set(err, ERR_STORAGE, "opening %s: %s", path ? path : "memory", sqlite3_errstr(rc));
    if (rc == SQLITE_OK && configure(s, err) && customer_sql(s, err))
        return s;
    store_close(s);
    return NULL;
}

struct store *store_open(const char *path, enum store_mode mode, struct err *err)
{
    struct store *s = handle_open(path, mode, err);
    if (s && schema_migrate(s, NULL, NULL, err) && (!s->writer || (reload_ids(s, err) && keys_open(s, err))))
        return s;
    err_in(err, "%s", path ? path : "memory");
    store_close(s);
    return NULL;
}

bool store_migrate(const char *path, store_told *told, void *arg, struct err *err)
{
    struct store *s = handle_open(path, STORE_WRITER, err);
    bool ok = s && schema_migrate(s, told, arg, err);
    store_close(s);
    return ok || err_in(err, "%s", path);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    tally_forget(s);
    sieve_drop(s);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->cache[i].stmt);
    sqlite3_close(s->db);
    keys_close(s);
    free(s->digests);
    free(s->ticket_columns);
    free(s->ticket_insert);
    free(s->ticket_update);
    free(s->ticket_walk);
    free(s->ticket_select);
    free(s);
}

bool store_begin(struct store *s, struct err *err)
{
    s->digest_count = 0;
    return sql_run(s, err, "BEGIN IMMEDIATE", "");
}

bool store_freeze(struct store *s, struct err *err)
{
    return sql_run(s, err, "BEGIN", "");
}

void store_thaw(struct store *s)
{
    struct err err;
    sql_run(s, &err, "COMMIT", "");
}

bool store_savepoint(struct store *s, struct err *err)
{
    return tally_flush(s, err) && sql_run(s, err, "SAVEPOINT item", "");
}

bool store_release(struct store *s, struct err *err)
{
    return sql_run(s, err, "RELEASE item", "");
}

void store_undo(struct store *s)
{
    struct err err;
    s->view_count = 0;
    tally_forget(s);
    sql_run(s, &err, "ROLLBACK TO item", "");
    sql_run(s, &err, "RELEASE item", "");
    /* Entries and events of the savepoint are gone: so are their numbers and digests. */
    int64_t was = s->next_entry;
    next_id(s, "SELECT coalesce(max(id),0) FROM event", &s->next_event, &err);
    next_id(s, "SELECT coalesce(max(id),0) FROM ticket", &s->next_ticket, &err);
    next_id(s, "SELECT coalesce(max(seq),0) FROM entry", &s->next_entry, &err);
    keys_rolled_back(s);
    s->digest_count -= (int)(was - s->next_entry);
    if (s->digest_count < 0)
        s->digest_count = 0;
}

/* chain = sha256(previous, the commit's digests in order): an edit, deletion or reordering anywhere shows. */
static bool chain_add(struct store *s, struct err *err)
{
    uint8_t hash[32] = {0};
    if (!s->digest_count)
        return true;
    sqlite3_stmt *stmt = sql_get(s, "SELECT sha256 FROM chain ORDER BY seq DESC LIMIT 1", err);
    int rc = stmt ? sql_step(s, stmt, err) : -1;
    if (rc == SQLITE_ROW) {
        if (sqlite3_column_bytes(stmt, 0) == 32)
            memcpy(hash, sqlite3_column_blob(stmt, 0), 32);
        sqlite3_reset(stmt);
    } else if (rc < 0) {
        return false;
    }
    size_t n = (size_t)s->digest_count * 32;
    uint8_t *text = malloc(n + 32);
    if (!text)
        abort();
    memcpy(text, hash, 32);
    memcpy(text + 32, s->digests, n);
    crypto_sha256(text, n + 32, hash);
    free(text);
    return sql_run(s, err, "INSERT INTO chain VALUES(?,?)", "ib", s->next_entry - 1, hash, sizeof hash);
}

bool store_commit(struct store *s, struct err *err)
{
    if (!tally_flush(s, err) || !chain_add(s, err) || !keys_settle(s, err) || !sql_run(s, err, "COMMIT", ""))
        return false;
    keys_committed(s);
    return true;
}

bool store_commit_soon(struct store *s, struct err *err)
{
    joined_defer(s->db, true);
    bool ok = store_commit(s, err);
    joined_defer(s->db, false);
    return ok;
}

void store_rollback(struct store *s)
{
    struct err err;
    if (!sqlite3_get_autocommit(s->db))
        sql_run(s, &err, "ROLLBACK", "");
    take_back(s, &err);
}

bool store_checkpoint(struct store *s, struct err *err)
{
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK || rc == SQLITE_BUSY || sql_fail(s, err);
}

bool store_check(struct store *s, struct str *report, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "PRAGMA integrity_check", err);
    int rc = -1;
    while (stmt && (rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        str_addf(report, "%s\n", (const char *)sqlite3_column_text(stmt, 0));
    return rc == SQLITE_DONE;
}

bool store_keep_put(struct store *s, const char *agent, const char *key, const char *value, int64_t at, struct err *err)
{
    if (!value)
        return sql_run(s, err, "DELETE FROM keep WHERE agent=? AND key=?", "ss", agent, key);
    return sql_run(s, err, "INSERT INTO keep VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET at=excluded.at, value=excluded.value",
                   "ssis", agent, key, at, value);
}

static char *one_text(struct store *s, struct arena *a, sqlite3_stmt *stmt, struct err *err)
{
    char *text = NULL;
    if (sql_step(s, stmt, err) == SQLITE_ROW) {
        text = sql_text(stmt, 0, a);
        sqlite3_reset(stmt);
    }
    return text;
}

char *store_keep_get(struct store *s, struct arena *a, const char *agent, const char *key, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT value FROM keep WHERE agent=? AND key=?", err);
    if (!stmt)
        return NULL;
    sql_bind(stmt, "ss", agent, key);
    return one_text(s, a, stmt, err);
}

bool store_drafts(struct store *s, struct arena *a, const char *agent, struct store_draft *list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT agent,key,value,at FROM keep WHERE key GLOB 'draft:*' AND (agent=?1 OR json_extract(value,'$.shared')) "
                                    "ORDER BY at DESC, agent, key LIMIT ?2", err);
    int rc = -1;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "si", agent, (int64_t)DRAFTS_MOST);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        list[(*count)++] = (struct store_draft){sql_text(stmt, 0, a), sql_text(stmt, 1, a), sql_text(stmt, 2, a), sqlite3_column_int64(stmt, 3)};
    return rc == SQLITE_DONE;
}

bool store_meta_put(struct store *s, const char *key, const char *value, struct err *err)
{
    return sql_run(s, err, "INSERT INTO meta VALUES(?,?) ON CONFLICT DO UPDATE SET value=excluded.value", "ss", key, value);
}

char *store_meta_get(struct store *s, struct arena *a, const char *key, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT value FROM meta WHERE key=?", err);
    if (!stmt)
        return NULL;
    sql_bind(stmt, "s", key);
    return one_text(s, a, stmt, err);
}

int64_t store_wal_pages(const struct store *s)
{
    struct stat st;
    const char *path = sqlite3_db_filename(s->db, "main");
    const char *wal = path ? sqlite3_filename_wal(path) : NULL;
    return wal && *wal && stat(wal, &st) == 0 ? (int64_t)st.st_size / 8192 : 0;
}

const char *store_rest(struct store *s)
{
    const char *left = NULL;
    for (sqlite3_stmt *stmt = NULL; (stmt = sqlite3_next_stmt(s->db, stmt));)
        if (sqlite3_stmt_busy(stmt)) {
            left = sqlite3_sql(stmt);
            sqlite3_reset(stmt);
        }
    if (!left && !sqlite3_get_autocommit(s->db)) {
        left = "BEGIN";
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return left;
}
