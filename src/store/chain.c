/* chain: the walk over entries and links, see chain.h. Values are compared as SQLite holds them, type and length too:
 * what reads like the old value but is stored as something else was not written by us. */
#include "store/chain.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/str.h"
#include "store/sql.h"
#include <string.h>

static const struct { const char *word, *sentence; } faults[CHAIN_FAULTS] = {
    [CHAIN_FITS] = {"fits", "is as it was written"},
    [CHAIN_EDITED] = {"edited", "does not say what was written"},
    [CHAIN_EMPTIED] = {"emptied", "has lost what vouches for it"},
    [CHAIN_MISSING] = {"missing", "is not there any more"},
    [CHAIN_INSERTED] = {"inserted", "was put in: no link covers it"},
    [CHAIN_BROKEN] = {"broken", "is the first of a link whose hash does not fit its entries"},
    [CHAIN_LEDGER] = {"ledger", "says something else than its row of the ledger"},
    [CHAIN_SHORT] = {"short", "is the first that was cut off: a later link was kept"},
    [CHAIN_OTHER] = {"other", "ends a link that differs from the one that was kept"},
};

const char *chain_fault_word(int fault)
{
    return fault >= 0 && fault < CHAIN_FAULTS ? faults[fault].word : "";
}

const char *chain_fault_sentence(int fault)
{
    return fault >= 0 && fault < CHAIN_FAULTS ? faults[fault].sentence : "";
}

static void found(struct chain_walk *w, int fault, int64_t bad)
{
    if (w->fault)
        return;
    w->fault = fault;
    w->bad = bad;
}

/* --- one entry --- */

enum column { SEQ, AT, ACTOR, KIND, TICKET, CAUSE, UNDOES, DATA, SALT, DIGEST };

static bool typed_as_written(sqlite3_stmt *stmt)
{
    static const int types[] = {SQLITE_INTEGER, SQLITE_INTEGER, SQLITE_TEXT, SQLITE_TEXT, SQLITE_INTEGER, SQLITE_INTEGER, SQLITE_INTEGER};
    for (int i = SEQ; i < DATA; i++)
        if (sqlite3_column_type(stmt, i) != types[i])
            return false;
    int data = sqlite3_column_type(stmt, DATA);
    return (data == SQLITE_TEXT || data == SQLITE_NULL) && sqlite3_column_bytes(stmt, SALT) == 8 && sqlite3_column_bytes(stmt, DIGEST) == CHAIN_HASH;
}

/* What somebody wrote was erased from it: an act later in the journal, and vouched for like any other, says so of its ticket, or, where
 * it has none, of itself. */
static bool was_erased(struct store *s, sqlite3_stmt *entry, struct err *err)
{
    static const char *const sql[2] = {
        "SELECT EXISTS(SELECT 1 FROM entry e INDEXED BY entry_gone,json_each(e.data,'$.also') a WHERE ?1=0 AND e.seq>?2"
        " AND " ERASING("e.") " AND a.value=?2 AND e.salt IS NOT NULL)"
        " OR EXISTS(SELECT 1 FROM entry e INDEXED BY entry_desk,json_each(e.data,'$.also') a WHERE ?1=0 AND e.kind='desk' AND e.seq>?2 AND a.value=?2"
        " AND e.salt IS NOT NULL AND " RECORD_OF("e.data") ">'" EVENT_ERASED "' AND " RECORD_OF("e.data") "<'" EVENT_ERASED "'||char(1114111))",
        "SELECT EXISTS(SELECT 1 FROM entry WHERE ticket=?1 AND ticket!=0 AND seq>?2 AND " ERASING("")
        " AND salt IS NOT NULL)"};
    sqlite3_stmt *stmt = sql_get(s, sql[sql_int(entry, TICKET) != 0], err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", sql_int(entry, TICKET), sql_int(entry, SEQ));
    bool erased = sql_step(s, stmt, err) == SQLITE_ROW && sql_int(stmt, 0);
    sqlite3_reset(stmt);
    return erased;
}

static int judge_entry(struct store *s, sqlite3_stmt *stmt, struct err *err)
{
    uint8_t digest[CHAIN_HASH];
    if (sqlite3_column_type(stmt, SALT) == SQLITE_NULL)
        return was_erased(s, stmt, err) ? CHAIN_FITS : CHAIN_EMPTIED;
    if (!typed_as_written(stmt))
        return CHAIN_EDITED;
    struct entry e = {.seq = sql_int(stmt, SEQ), .at = sql_int(stmt, AT), .ticket = sql_int(stmt, TICKET), .cause = sql_int(stmt, CAUSE),
                      .undoes = sql_int(stmt, UNDOES), .actor = (const char *)sqlite3_column_text(stmt, ACTOR),
                      .kind = (const char *)sqlite3_column_text(stmt, KIND), .data = (const char *)sqlite3_column_text(stmt, DATA)};
    struct entry_sizes n = {(size_t)sqlite3_column_bytes(stmt, ACTOR), (size_t)sqlite3_column_bytes(stmt, KIND), (size_t)sqlite3_column_bytes(stmt, DATA)};
    entry_digest(&e, &n, sqlite3_column_blob(stmt, SALT), digest);
    return memcmp(digest, sqlite3_column_blob(stmt, DIGEST), CHAIN_HASH) == 0 ? CHAIN_FITS : CHAIN_EDITED;
}

/* --- the ledger beside it --- */

static bool same_number(const struct json *data, const char *member, sqlite3_stmt *row, int column)
{
    return json_get_i64(data, member, 0) == sql_int(row, column);
}

static bool same_text(const struct json *data, const char *member, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return str_eq(json_get_string(data, member, ""), text ? text : "");
}

static bool same_row(const struct json *data, int64_t at, int64_t cause, sqlite3_stmt *row)
{
    static const struct { const char *member; int column; bool text; } columns[] = {
        {"agent", 2, true}, {"ticket", 3, false}, {"epoch", 4, false}, {"rule", 5, true}, {"xp", 6, false}, {"gold", 7, false},
        {"boss", 8, true}, {"damage", 9, false}, {"reverses", 10, false}, {"reason", 11, true}, {"day", 13, false}, {"base", 14, false}, {"origin", 15, false}};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (columns[i].column > 12 && !json_get(data, columns[i].member))
            continue; /* entries of earlier days do not say it */
        else if (columns[i].text ? !same_text(data, columns[i].member, row, columns[i].column)
                            : !same_number(data, columns[i].member, row, columns[i].column))
            return false;
    int64_t entry = sql_int(row, 12);
    return sql_int(row, 1) == at && (!entry || entry == cause);
}

/* Entries and rows were written in the same order, so the next row is this entry's. */
static bool check_ledger(struct store *s, struct chain_walk *w, sqlite3_stmt *entry, struct err *err)
{
    if (w->score < 0 || w->fault || !str_eq((const char *)sqlite3_column_text(entry, KIND), "score"))
        return true;
    sqlite3_stmt *row = sql_get(s, "SELECT id,at,agent,ticket,epoch,rule,xp,gold,boss,damage,reverses,reason,entry,day,base,origin FROM score WHERE id>?"
                                   " ORDER BY id LIMIT 1", err);
    if (!row)
        return false;
    sql_bind(row, "i", w->score);
    int rc = sql_step(s, row, err);
    if (rc < 0)
        return false;
    AUTO_JSON data = json_parse((const char *)sqlite3_column_text(entry, DATA), (size_t)sqlite3_column_bytes(entry, DATA), &json_limits_dialect, NULL, NULL);
    if (rc != SQLITE_ROW || !data || !same_row(data, sql_int(entry, AT), sql_int(entry, CAUSE), row))
        found(w, CHAIN_LEDGER, sql_int(entry, SEQ));
    else
        w->score = sql_int(row, 0);
    sqlite3_reset(row);
    return true;
}

/* --- one link --- */

/* The entries it covers, and its hash as they make it. */
static bool read_link(struct store *s, struct chain_walk *w, int64_t to, uint8_t hash[CHAIN_HASH], struct err *err)
{
    int64_t expect = w->at.seq + 1;
    int rc;
    AUTO_STR digests;
    str_init(&digests, (size_t)1 << 30);
    str_add(&digests, w->at.hash, CHAIN_HASH);
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,at,actor,kind,ticket,cause,undoes,data,salt,digest FROM entry WHERE seq>? AND seq<=? ORDER BY seq", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "ii", w->at.seq, to);
    for (; (rc = sql_step(s, stmt, err)) == SQLITE_ROW; expect++, w->entries++) {
        if (sql_int(stmt, SEQ) != expect)
            found(w, CHAIN_MISSING, expect);
        int fault = judge_entry(s, stmt, err);
        if (fault)
            found(w, fault, sql_int(stmt, SEQ));
        bool ok = !w->fault && check_ledger(s, w, stmt, err);
        if (!ok || w->fault) {
            sqlite3_reset(stmt);
            return w->fault != CHAIN_FITS;
        }
        str_add(&digests, sqlite3_column_blob(stmt, DIGEST), CHAIN_HASH);
    }
    if (expect != to + 1)
        found(w, CHAIN_MISSING, expect);
    crypto_sha256(digests.data, digests.len, hash);
    return rc == SQLITE_DONE;
}

/* The next link's row; *seq 0: there is none. */
static bool next_link(struct store *s, int64_t after, int64_t *seq, uint8_t said[CHAIN_HASH], struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,sha256 FROM chain WHERE seq>? ORDER BY seq LIMIT 1", err);
    *seq = 0;
    memset(said, 0, CHAIN_HASH);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", after);
    int rc = sql_step(s, stmt, err);
    if (rc != SQLITE_ROW)
        return rc >= 0;
    *seq = sql_int(stmt, 0);
    if (sqlite3_column_bytes(stmt, 1) == CHAIN_HASH)
        memcpy(said, sqlite3_column_blob(stmt, 1), CHAIN_HASH);
    sqlite3_reset(stmt);
    return true;
}

static void check_kept(struct chain_walk *w)
{
    const struct chain_place *kept = &w->kept;
    if (kept->seq == w->at.seq ? memcmp(kept->hash, w->at.hash, CHAIN_HASH) != 0 : false)
        found(w, CHAIN_OTHER, kept->seq);
}

/* --- its ends --- */

/* Numbers begin at 1: whatever stands before was put there. */
static bool check_beginning(struct store *s, struct chain_walk *w, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT (SELECT min(seq) FROM entry),(SELECT min(seq) FROM chain)", err);
    if (!stmt || sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    for (int i = 0; i < 2; i++)
        if (sqlite3_column_type(stmt, i) != SQLITE_NULL && sql_int(stmt, i) < 1)
            found(w, CHAIN_INSERTED, sql_int(stmt, i));
    sqlite3_reset(stmt);
    return true;
}

static bool check_end(struct store *s, struct chain_walk *w, int64_t last_entry, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT count(*) FROM (SELECT 1 FROM score WHERE id>? LIMIT 1)", err);
    w->end = true;
    if (last_entry > w->at.seq)
        found(w, CHAIN_INSERTED, w->at.seq + 1);
    if (w->kept.seq > w->at.seq)
        found(w, CHAIN_SHORT, w->at.seq + 1);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", w->score);
    if (sql_step(s, stmt, err) != SQLITE_ROW)
        return false;
    if (w->score >= 0 && sql_int(stmt, 0))
        found(w, CHAIN_LEDGER, w->at.seq);
    sqlite3_reset(stmt);
    return true;
}

/* --- the walk --- */

/* What a writer commits meanwhile comes with its link, so the last entry is asked for before the next link is. */
static bool step(struct store *s, struct chain_walk *w, struct err *err)
{
    struct chain_place next = {0};
    uint8_t said[CHAIN_HASH];
    int64_t last;
    if (!store_entry_last(s, &last, err) || !next_link(s, w->at.seq, &next.seq, said, err))
        return false;
    if (!next.seq)
        return check_end(s, w, last, err);
    if (w->kept.seq > w->at.seq && w->kept.seq < next.seq)
        found(w, CHAIN_OTHER, w->kept.seq);
    if (!read_link(s, w, next.seq, next.hash, err))
        return false;
    if (memcmp(next.hash, said, CHAIN_HASH) != 0)
        found(w, CHAIN_BROKEN, w->at.seq + 1);
    if (w->fault)
        return true;
    w->at = next;
    w->links++;
    check_kept(w);
    return true;
}

bool store_chain_walk(struct store *s, struct chain_walk *w, int64_t most, struct err *err)
{
    int64_t until = w->entries + most;
    w->fault = CHAIN_FITS;
    w->end = false;
    if (!w->at.seq && !check_beginning(s, w, err))
        return false;
    do
        if (!w->fault && !step(s, w, err))
            return false;
    while (!w->fault && !w->end && w->entries < until);
    return true;
}

bool store_chain_verify(struct store *s, int64_t *links, int64_t *bad, struct err *err)
{
    struct chain_walk w = {0};
    bool ok = store_chain_walk(s, &w, INT64_MAX, err);
    *links = w.links;
    *bad = w.bad;
    return ok;
}

bool store_chain_head(struct store *s, struct chain_place *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT seq,sha256 FROM chain ORDER BY seq DESC LIMIT 1", err);
    *out = (struct chain_place){0};
    int rc = stmt ? sql_step(s, stmt, err) : -1;
    if (rc == SQLITE_ROW) {
        out->seq = sql_int(stmt, 0);
        if (sqlite3_column_bytes(stmt, 1) == CHAIN_HASH)
            memcpy(out->hash, sqlite3_column_blob(stmt, 1), CHAIN_HASH);
        sqlite3_reset(stmt);
    }
    return rc >= 0;
}
