/* erase: a ticket's words leave every table they lie in, in the caller's transaction. What stays in their place is the caller's to say
 * (wire/erase). What is deleted is overwritten (secure_delete), and no page brings into the file what it does not use (store/blank):
 * what is left of it lies in the log, which store_scour empties. A database from before that was so is written anew, once. */
#include "store/sql.h"
#include "base/json.h"
#include "base/str.h"
#include <string.h>

enum { ROWS = 64, SHA256 = 32, ERASED_MOST = 64 << 20 };
#define STRINGED(x) STRING_OF(x)
#define STRING_OF(x) #x
#define NEAR 256 /* entries: an event's routes are told right behind it */
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

/* Files put here for it: its own, and those of texts that are being written about it and of no other. */
#define ITS_UPLOADS "(sha256 IN (SELECT sha256 FROM file_use WHERE ticket=?1) OR EXISTS (SELECT 1 FROM keep WHERE key GLOB 'draft:'||?1||':*'" \
    " AND instr(value,lower(hex(sha256))))) AND NOT EXISTS (SELECT 1 FROM keep WHERE key GLOB 'draft:*' AND NOT key GLOB 'draft:'||?1||':*'" \
    " AND instr(value,lower(hex(sha256))))"

/* What leaves, what was asked of models, what is being written about it. */
static const char *const rest[] = {
    "UPDATE event SET raw=NULL WHERE id IN (SELECT f.id FROM event e JOIN event f ON f.id=e.raw_of AND f.sha256=e.sha256 WHERE e.ticket=?1 AND e.ticket!=0)",
    "UPDATE event SET raw=NULL,headers='{}',warnings='[]',note=NULL WHERE ticket=?1 AND ticket!=0",
    "UPDATE message SET assets=NULL,author=CASE author_kind WHEN 1 THEN NULL ELSE author END WHERE ticket=?1",
    "DELETE FROM waiting WHERE letter IN (SELECT id FROM letter WHERE entry IN (SELECT seq FROM entry WHERE ticket=?1 AND ticket!=0))",
    "UPDATE letter SET data=NULL WHERE entry IN (SELECT seq FROM entry WHERE ticket=?1 AND ticket!=0)",
    "UPDATE letter SET data=NULL WHERE id IN (SELECT letter FROM parcel WHERE ticket=?1)",
    "DELETE FROM ask WHERE parcel IN (SELECT id FROM parcel WHERE ticket=?1)",
    "UPDATE attempt SET excerpt=NULL WHERE parcel IN (SELECT id FROM parcel WHERE ticket=?1)",
    "UPDATE parcel SET memo=NULL,error=NULL WHERE ticket=?1",
    "DELETE FROM seen WHERE entry IN (SELECT seq FROM entry WHERE ticket=?1 AND ticket!=0)",
    "DELETE FROM upload WHERE " ITS_UPLOADS,
    "DELETE FROM keep WHERE key GLOB 'draft:'||?1||':*'",
    "DELETE FROM answer WHERE body LIKE '%\"ticket\":'||?1||',%'",
    "DELETE FROM file_use WHERE ticket=?1",
};

/* The files its messages and drafts bring, by their hashes one after the other; of which the bytes go (worker/shelf) once they have no row. */
static bool files_of(struct store *s, int64_t ticket, struct str *hashes, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT sha256 FROM file_use WHERE ticket=?1 UNION SELECT sha256 FROM upload WHERE " ITS_UPLOADS, err);
    int rc = -1;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        if (sqlite3_column_bytes(stmt, 0) == SHA256)
            str_add(hashes, sqlite3_column_blob(stmt, 0), SHA256);
    return rc == SQLITE_DONE;
}

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
    AUTO_STR files;
    str_init(&files, ERASED_MOST);
    ok = ok && files_of(s, ticket, &files, err);
    for (size_t i = 0; ok && i < sizeof rest / sizeof *rest; i++)
        ok = sql_run(s, err, rest[i], "i", ticket);
    for (size_t at = 0; ok && at < files.len; at += SHA256)
        ok = file_free(s, (const uint8_t *)files.data + at, err);
    return ok;
}

/* What was told of events that are no ticket's: what the journal says of them and of their routes, and what left. ids: theirs, a JSON list. */
#define TOLD "SELECT e.seq FROM entry e INDEXED BY entry_event WHERE e.kind='event' AND e.ticket=0 AND " EVENT_OF("e.data") " IN (SELECT value FROM json_each(?1))"
static const char *const told[] = {
    "DELETE FROM waiting WHERE letter IN (SELECT id FROM letter WHERE entry IN (" TOLD "))",
    "UPDATE attempt SET excerpt=NULL WHERE parcel IN (SELECT id FROM parcel WHERE entry IN (" TOLD "))",
    "DELETE FROM ask WHERE parcel IN (SELECT id FROM parcel WHERE entry IN (" TOLD "))",
    "UPDATE parcel SET memo=NULL,error=NULL WHERE entry IN (" TOLD ")",
    "UPDATE letter SET data=NULL WHERE entry IN (" TOLD ")",
    "DELETE FROM seen WHERE entry IN (" TOLD ")",
};

static bool erase_told(struct store *s, struct arena *a, const char *ids, const struct store_eraser *by, struct str *gone, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT r.seq,r.kind,r.data FROM (" TOLD ") t JOIN entry r ON r.seq>=t.seq AND r.seq<=t.seq+" STRINGED(NEAR)
                                    " WHERE r.ticket=0 AND (r.seq=t.seq OR r.cause=t.seq)", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", ids);
    bool ok = rewrite(s, a, stmt, "UPDATE entry SET data=?,salt=NULL WHERE seq=?", by, gone, err);
    for (size_t i = 0; ok && i < sizeof told / sizeof *told; i++)
        ok = sql_run(s, err, told[i], "s", ids);
    return ok;
}

/* What stands of a record in what brings it, up to its key's end (whole), or so far as its key is known. */
static const char *begins(struct arena *a, const char *kind, const char *key, bool whole)
{
    AUTO_JSON record = json_object();
    json_put_string(record, "kind", kind);
    json_put_string(record, "key", key);
    const char *text = json_print_in(a, record);
    return arena_strndup(a, text, strlen(text) - (whole ? 1 : 2));
}

/* Numbers with commas, as a JSON list. */
static const char *list_of(struct arena *a, const struct str *ids)
{
    return arena_printf(a, "[%s]", ids->len ? ids->data : "");
}

/* What is in quarantine of these events (account, sha256, key): the same bytes, or the same key. */
#define ASIDE(of) "SELECT q.id,'aside',q.note,q.raw,q.headers FROM (" of ") e JOIN event q INDEXED BY event_aside ON q.sha256=e.sha256 AND q.state='quarantine' UNION" \
    " SELECT q.id,'aside',q.note,q.raw,q.headers FROM (" of ") e JOIN event q INDEXED BY event_aside_key ON q.key=e.key AND q.key IS NOT NULL AND q.state='quarantine'" \
    " WHERE q.account=e.account"
/* A ticket's, and those that earlier erasures of it touched: of no ticket, or of others of the same customer. */
#define ITS_EVENTS "SELECT account,sha256,key FROM event WHERE ticket=?1 AND ticket!=0 UNION SELECT v.account,v.sha256,v.key FROM entry d INDEXED BY entry_ticket," \
    "json_each(d.data,'$.also') a,entry x,event v WHERE " ERASING("d.") " AND d.ticket=?1 AND d.ticket!=0 AND x.seq=a.value AND x.kind='event' AND v.id=" EVENT_OF("x.data")

/* Reads such rows to the end. */
static bool erase_aside(struct store *s, struct arena *a, sqlite3_stmt *stmt, const struct store_eraser *by, struct str *gone, struct err *err)
{
    AUTO_STR ids;
    str_init(&ids, ERASED_MOST);
    return rewrite(s, a, stmt, "UPDATE event SET state='erased',note=nullif(?1,''),raw=NULL,headers='{}',warnings='[]' WHERE id=?2", by, &ids, err) &&
           (!ids.len || erase_told(s, a, list_of(a, &ids), by, gone, err));
}

/* ids: of events, a JSON list. */
static bool erase_copies(struct store *s, struct arena *a, const char *ids, const struct store_eraser *by, struct str *gone, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, ASIDE("SELECT account,sha256,key FROM event WHERE id IN (SELECT value FROM json_each(?1))"), err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", ids);
    return erase_aside(s, a, stmt, by, gone, err);
}

bool store_erase_aside(struct store *s, struct arena *a, int64_t ticket, const struct store_eraser *by, struct str *gone, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, ASIDE(ITS_EVENTS), err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", ticket);
    return erase_aside(s, a, stmt, by, gone, err);
}

bool store_erase_more(struct store *s, int64_t ticket, bool *more, struct err *err)
{
    int64_t found = 0;
    bool ok = sql_number(s, err, &found, "SELECT EXISTS(SELECT 1 FROM (" ASIDE(ITS_EVENTS) ") WHERE raw IS NOT NULL OR headers!='{}')", "i", ticket);
    *more = found != 0;
    return ok;
}

bool store_erase_event(struct store *s, struct arena *a, int64_t event, const struct store_eraser *by, struct str *gone, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT q.id,'aside',q.note FROM event e JOIN event q INDEXED BY event_aside ON q.sha256=e.sha256 AND q.state='quarantine' WHERE e.id=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", event);
    return erase_aside(s, a, stmt, by, gone, err) &&
           sql_run(s, err, "UPDATE event SET raw=NULL WHERE id=(SELECT f.id FROM event e JOIN event f ON f.id=e.raw_of AND f.sha256=e.sha256 WHERE e.id=?)", "i", event) &&
           store_meta_put(s, "scour", "file", err);
}

/* By the acts that took their words: few, and each names the entries it touched. */
#define TOUCHED(index, does) "SELECT a.value AS seq FROM entry d INDEXED BY " index ",json_each(d.data,'$.also') a WHERE d.at>=?1 AND " does
#define ERASED_SINCE "SELECT v.source,count(DISTINCT v.id) FROM (" TOUCHED("entry_gone", ERASING("d.")) " UNION " TOUCHED("entry_desk", "d.kind='desk' AND " RECORD_OF("d.data") \
    ">'" EVENT_ERASED "' AND " RECORD_OF("d.data") "<'" EVENT_ERASED "'||char(1114111)") ") g JOIN entry x ON x.seq=g.seq JOIN event v ON v.id=" EVENT_OF("x.data") \
    " WHERE x.kind='event' AND v.state='erased' AND v.received_at>=?1 GROUP BY v.source"

bool store_erased_since(struct store *s, struct arena *a, int64_t since, void (*each)(void *arg, const char *source, int64_t n), void *arg, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, ERASED_SINCE, err);
    int rc = -1;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", since);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        each(arg, sql_text(stmt, 0, a), sql_int(stmt, 1));
    return rc == SQLITE_DONE;
}

bool store_erase_record(struct store *s, struct arena *a, const char *kind, const char *key, const struct store_eraser *by, struct str *gone, struct err *err)
{
    static const char *const where[] = {
        "SELECT id,'records',obs FROM event INDEXED BY event_record WHERE ticket=0 AND obs IS NOT NULL AND " RECORD_OF("obs") ">=substr(?3,1,200) AND " RECORD_OF("obs")
        "<substr(?3,1,200)||char(1114111) AND ?1 IS NOT NULL AND ?2 IS NOT NULL",
        "SELECT e.id,'records',e.obs FROM customer_ticket c JOIN event e ON e.ticket=c.ticket WHERE c.hash=?2 AND e.ticket!=0 AND instr(e.obs,?1)",
        "SELECT e.id,'records',e.obs FROM ticket t JOIN event e ON e.ticket=t.id WHERE t.id>" KEYS_TICKET " AND t.customer=?1 AND ?2 IS NOT NULL AND e.ticket!=0 AND instr(e.obs,?1)"};
    char *data = NULL;
    AUTO_STR ids, others;
    str_init(&ids, ERASED_MOST);
    str_init(&others, ERASED_MOST);
    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        sqlite3_stmt *stmt = sql_get(s, where[i], err);
        if (!stmt)
            return false;
        sql_bind(stmt, i ? "si" : "sis", key, sql_key("customer", key), begins(a, kind, key, true));
        if (!rewrite(s, a, stmt, "UPDATE event SET obs=?1,raw=NULL,headers='{}',warnings='[]',note=NULL WHERE id=?2", by, i ? &others : &ids, err))
            return false;
    }
    if ((ids.len && !erase_told(s, a, list_of(a, &ids), by, gone, err)) || !erase_copies(s, a, list_of(a, &ids), by, gone, err) ||
        !erase_copies(s, a, list_of(a, &others), by, gone, err) || !store_record_get(s, a, kind, key, &data, err))
        return false;
    const char *left = data ? by->left(by->arg, "record", data) : NULL;
    return !left || sql_run(s, err, "UPDATE record SET data=? WHERE kind=? AND key=?", "sss", left, kind, key);
}

bool store_erase_notes(struct store *s, struct arena *a, const char *prefix, const struct store_eraser *by, struct str *gone, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,'notes',data FROM entry INDEXED BY entry_desk WHERE kind='desk' AND " RECORD_OF("data") ">=?1 AND " RECORD_OF("data")
                                    "<?1||char(1114111) AND instr(data,'\"customer_note\"')", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "s", begins(a, "customer_note", prefix, false));
    return rewrite(s, a, stmt, "UPDATE entry SET data=?,salt=NULL WHERE seq=?", by, gone, err) &&
           sql_run(s, err, "DELETE FROM record WHERE kind='customer_note' AND key>=?1 AND key<?1||char(1114111)", "s", prefix);
}

bool store_erase_kept(struct store *s, const char *word, struct err *err)
{
    return sql_run(s, err, "DELETE FROM keep WHERE key IN ('session','palette') AND instr(lower(value),lower(?))", "s", word);
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
