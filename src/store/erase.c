/* erase: a ticket's words leave every table they lie in, in the caller's transaction. What stays in their place is the caller's to say
 * (wire/erase). What is deleted is overwritten (secure_delete), and no page brings into the file what it does not use (store/blank):
 * what is left of it lies in the log, which store_scour empties. A database from before that was so is written anew, once. */
#include "store/sql.h"
#include "base/str.h"
#include <string.h>

enum { ROWS = 64 };
struct row { int64_t id; const char *kind, *text; };
struct rows { struct row *list; int count, cap; };

static void row_add(struct arena *a, struct rows *to, sqlite3_stmt *stmt)
{
    if (to->count == to->cap) {
        struct row *more = ARENA_ARRAY(a, struct row, to->cap = to->cap ? to->cap * 2 : ROWS);
        if (to->count)
            memcpy(more, to->list, sizeof *more * (size_t)to->count);
        to->list = more;
    }
    to->list[to->count++] = (struct row){sql_int(stmt, 0), sql_text(stmt, 1, a), sql_text(stmt, 2, a)};
}

/* Rows (id, kind, text) as they are read; those of which something goes are written, their numbers added to gone, where it is given. */
static bool rewrite(struct store *s, struct arena *a, sqlite3_stmt *stmt, const char *update, const struct store_eraser *by, struct str *gone, struct err *err)
{
    struct rows rows = {0};
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        row_add(a, &rows, stmt);
    if (rc != SQLITE_DONE)
        return false;
    for (int i = 0; i < rows.count; i++) {
        const char *left = by->left(by->arg, rows.list[i].kind, rows.list[i].text);
        if (left && !sql_run(s, err, update, "si", left, rows.list[i].id))
            return false;
        if (left && gone)
            str_addf(gone, "%s%lld", gone->len ? "," : "", (long long)rows.list[i].id);
    }
    return true;
}

static bool rewrite_of(struct store *s, struct arena *a, const char *select, int64_t ticket, const char *update, const struct store_eraser *by, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, select, err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    return rewrite(s, a, stmt, update, by, NULL, err);
}

/* What leaves, what was asked of models, what is being written about it. */
static const char *const rest[] = {
    "UPDATE event SET raw=NULL WHERE id IN (SELECT raw_of FROM event WHERE ticket=?1 AND ticket!=0 AND raw_of!=0)",
    "UPDATE event SET raw=NULL,headers='{}',warnings='[]',note=NULL WHERE ticket=?1 AND ticket!=0",
    "UPDATE message SET assets=NULL,author=CASE author_kind WHEN 1 THEN NULL ELSE author END WHERE ticket=?1",
    "DELETE FROM waiting WHERE letter IN (SELECT id FROM letter WHERE entry IN (SELECT seq FROM entry WHERE ticket=?1 AND ticket!=0))",
    "UPDATE letter SET data=NULL WHERE entry IN (SELECT seq FROM entry WHERE ticket=?1 AND ticket!=0)",
    "UPDATE letter SET data=NULL WHERE id IN (SELECT letter FROM parcel WHERE ticket=?1)",
    "DELETE FROM ask WHERE parcel IN (SELECT id FROM parcel WHERE ticket=?1)",
    "UPDATE attempt SET excerpt=NULL WHERE parcel IN (SELECT id FROM parcel WHERE ticket=?1)",
    "UPDATE parcel SET memo=NULL,error=NULL WHERE ticket=?1",
    "DELETE FROM seen WHERE entry IN (SELECT seq FROM entry WHERE ticket=?1 AND ticket!=0)",
    "DELETE FROM upload WHERE (sha256 IN (SELECT sha256 FROM file_use WHERE ticket=?1) OR EXISTS (SELECT 1 FROM keep WHERE key GLOB 'draft:'||?1||':*'"
    " AND instr(value,lower(hex(sha256))))) AND NOT EXISTS (SELECT 1 FROM keep WHERE key GLOB 'draft:*' AND NOT key GLOB 'draft:'||?1||':*'"
    " AND instr(value,lower(hex(sha256))))",
    "DELETE FROM keep WHERE key GLOB 'draft:'||?1||':*'",
    "DELETE FROM answer WHERE body LIKE '%\"ticket\":'||?1||',%'",
    "DELETE FROM file_use WHERE ticket=?1",
    "DELETE FROM file WHERE NOT EXISTS (SELECT 1 FROM file_use u WHERE u.sha256=file.sha256) AND NOT EXISTS (SELECT 1 FROM upload p WHERE p.sha256=file.sha256)", /* bytes: worker/shelf */
};

bool store_erase_leaves(struct store *s, int64_t ticket, bool *leaves, struct err *err)
{
    int64_t found = 0;
    if (!sql_number(s, err, &found, "SELECT EXISTS(SELECT 1 FROM parcel WHERE ticket=? AND state IN ('held','bundled','due','flying','retrying'))", "i", ticket))
        return false;
    *leaves = found != 0;
    return true;
}

bool store_erase_ticket(struct store *s, struct arena *a, int64_t ticket, const struct store_eraser *by, struct err *err)
{
    bool ok = rewrite_of(s, a, "SELECT id,'observation',obs FROM event WHERE ticket=? AND ticket!=0", ticket, "UPDATE event SET obs=? WHERE id=?", by, err) &&
              rewrite_of(s, a, "SELECT seq,kind,data FROM entry WHERE ticket=? AND ticket!=0", ticket, "UPDATE entry SET data=?,salt=NULL WHERE seq=?", by, err) &&
              rewrite_of(s, a, "SELECT id,'body',body FROM message WHERE ticket=?", ticket, "UPDATE message SET body=? WHERE id=?", by, err);
    for (size_t i = 0; ok && i < sizeof rest / sizeof *rest; i++)
        ok = sql_run(s, err, rest[i], "i", ticket);
    return ok;
}

bool store_erase_record(struct store *s, struct arena *a, const char *kind, const char *key, const struct store_eraser *by, struct err *err)
{
    char *data = NULL;
    if (!store_record_get(s, a, kind, key, &data, err))
        return false;
    const char *left = data ? by->left(by->arg, "record", data) : NULL;
    if (!left)
        return true;
    sqlite3_stmt *stmt = sql_get(s, "SELECT id,'records',obs FROM event WHERE instr(obs,?)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", key);
    return rewrite(s, a, stmt, "UPDATE event SET obs=?1,raw=NULL,headers='{}',warnings='[]',note=NULL WHERE id=?2", by, NULL, err) &&
           sql_run(s, err, "UPDATE record SET data=? WHERE kind=? AND key=?", "sss", left, kind, key);
}

bool store_erase_notes(struct store *s, struct arena *a, const char *prefix, const struct store_eraser *by, struct str *gone, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,'notes',data FROM entry INDEXED BY entry_act WHERE data GLOB '{\"do\":*' AND kind='desk'"
                                    " AND instr(data,'\"customer_note\"')", err);
    return stmt && rewrite(s, a, stmt, "UPDATE entry SET data=?,salt=NULL WHERE seq=?", by, gone, err) &&
           sql_run(s, err, "DELETE FROM record WHERE kind='customer_note' AND substr(key,1,length(?1))=?1", "s", prefix);
}

bool store_erase_kept(struct store *s, const char *word, struct err *err)
{
    return sql_run(s, err, "DELETE FROM keep WHERE key IN ('session','palette') AND instr(value,?)", "s", word);
}

/* Both indexes are made again from what is left. */
bool store_erase_index(struct store *s, struct err *err)
{
    return sql_exec(s, "INSERT INTO search(search) VALUES('delete-all');DELETE FROM gram;DELETE FROM reworded", err) && store_meta_put(s, "search", "0", err) &&
           store_meta_put(s, "sieve", "0", err) && sieve_reload(s, err) && store_meta_put(s, "scour", "file", err);
}

/* A copy of the file would be made in memory else, however large it is. */
static bool write_anew(struct store *s, struct err *err)
{
    store_rest(s);
    return sql_exec(s, "PRAGMA temp_store=FILE", err) && sql_exec(s, "VACUUM", err) && sql_exec(s, "PRAGMA temp_store=MEMORY", err) &&
           store_meta_put(s, "overwritten", "1", err);
}

/* BUSY: somebody still reads what was. */
static bool empty_log(struct store *s, bool *done, struct err *err)
{
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY)
        return sql_fail(s, err);
    *done = rc == SQLITE_OK;
    if (*done)
        sqlite3_db_release_memory(s->db); /* pages as they were before they went into the file would go into the log again */
    return !*done || store_meta_put(s, "scour", "", err);
}

bool store_scour(struct store *s, bool *done, struct err *err)
{
    AUTO_ARENA arena = arena_new();
    const char *due = store_meta_get(s, arena, "scour", err);
    *done = !due || !*due;
    if (*done)
        return err->code == ERR_NONE;
    return (str_eq(store_meta_get(s, arena, "overwritten", err), "1") || write_anew(s, err)) && empty_log(s, done, err);
}
