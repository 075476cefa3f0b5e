/* entry: the journal. Each entry has a salted digest over all it says; store_commit chains a batch's digests. */
#include "store/sql.h"
#include "base/crypto.h"
#include "base/str.h"
#include <stdlib.h>
#include <string.h>

static void digest_add(struct store *s, const uint8_t digest[32])
{
    if (s->digest_count == s->digest_cap) {
        s->digest_cap = s->digest_cap ? s->digest_cap * 2 : 256;
        s->digests = realloc(s->digests, (size_t)s->digest_cap * 32);
        if (!s->digests)
            abort();
    }
    memcpy(s->digests[s->digest_count++], digest, 32);
}

static size_t put_number(char *to, int64_t number)
{
    size_t n = str_i64(to, number);
    to[n] = '\x1f';
    return n + 1;
}

/* digest = sha256(salt, seq, at, actor, kind, ticket, cause, undoes, data), members separated by a unit separator. */
void entry_digest(const struct entry *e, const struct entry_sizes *n, const uint8_t salt[8], uint8_t out[32])
{
    char before[64], after[96];
    size_t b = put_number(before, e->seq), a = 1;
    b += put_number(before + b, e->at);
    after[0] = '\x1f';
    a += put_number(after + a, e->ticket);
    a += put_number(after + a, e->cause);
    a += put_number(after + a, e->undoes);
    struct crypto_part parts[] = {{salt, 8}, {before, b}, {e->actor, n->actor}, {"\x1f", 1}, {e->kind, n->kind}, {after, a}, {e->data, n->data}};
    crypto_sha256_parts(parts, sizeof parts / sizeof *parts, out);
}

static const uint8_t *next_salt(struct store *s)
{
    if (!s->salt_count) {
        crypto_random(s->salts, sizeof s->salts);
        s->salt_count = sizeof s->salts / sizeof *s->salts;
    }
    return s->salts[--s->salt_count];
}

bool store_entry_add(struct store *s, struct entry *e, struct err *err)
{
    uint8_t digest[32];
    const uint8_t *salt = next_salt(s);
    struct entry_sizes n = {strlen(e->actor), strlen(e->kind), e->data ? strlen(e->data) : 0};
    e->seq = s->next_entry;
    entry_digest(e, &n, salt, digest);
    if (!sql_run(s, err, "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?,?,?)", "iissiiibsb", e->seq, e->at, e->actor, e->kind, e->ticket,
                 e->cause, e->undoes, salt, sizeof *s->salts, e->data, digest, sizeof digest))
        return false;
    s->next_entry++;
    digest_add(s, digest);
    return true;
}

static void scan(sqlite3_stmt *stmt, struct arena *a, struct entry *e)
{
    *e = (struct entry){.seq = sql_int(stmt, 0), .at = sql_int(stmt, 1), .actor = sql_text(stmt, 2, a), .kind = sql_text(stmt, 3, a),
                        .ticket = sql_int(stmt, 4), .cause = sql_int(stmt, 5), .undoes = sql_int(stmt, 6), .data = sql_text(stmt, 7, a)};
}

#define COLUMNS "seq,at,actor,kind,ticket,cause,undoes,data"

bool store_entry_get(struct store *s, struct arena *a, int64_t seq, struct entry *out, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM entry WHERE seq=?", err);
    if (!stmt)
        return false;
    sql_bind(stmt, "i", seq);
    int rc = sql_step(s, stmt, err);
    if (rc == SQLITE_DONE)
        return err_set(err, ERR_NOT_FOUND, "no entry %lld", (long long)seq);
    if (rc != SQLITE_ROW)
        return false;
    scan(stmt, a, out);
    sqlite3_reset(stmt);
    return true;
}

bool store_entry_list(struct store *s, struct arena *a, const struct entry_query *q, struct entry **list, int *count, struct err *err)
{
    static const char *const sql[4] = {
        "SELECT " COLUMNS " FROM entry WHERE seq>? AND seq<? AND (?3='' OR kind=?3) AND (?4='' OR actor=?4) ORDER BY seq LIMIT ?5",
        "SELECT " COLUMNS " FROM entry WHERE seq>? AND seq<? AND (?3='' OR kind=?3) AND (?4='' OR actor=?4) ORDER BY seq DESC LIMIT ?5",
        "SELECT " COLUMNS " FROM entry WHERE seq>? AND seq<? AND (?3='' OR kind=?3) AND (?4='' OR actor=?4) AND ticket=?6 AND ticket!=0 ORDER BY seq LIMIT ?5",
        "SELECT " COLUMNS " FROM entry WHERE seq>? AND seq<? AND (?3='' OR kind=?3) AND (?4='' OR actor=?4) AND ticket=?6 AND ticket!=0 ORDER BY seq DESC LIMIT ?5"};
    sqlite3_stmt *stmt = sql_get(s, sql[(q->ticket ? 2 : 0) + (q->newest_first ? 1 : 0)], err);
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "iissi", q->after, q->before ? q->before : INT64_MAX, q->kind ? q->kind : "", q->actor ? q->actor : "", (int64_t)q->limit);
    if (q->ticket)
        sqlite3_bind_int64(stmt, 6, q->ticket);
    *list = ARENA_ARRAY(a, struct entry, q->limit ? q->limit : 1);
    int rc;
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

bool store_entry_acts(struct store *s, struct arena *a, const char *actor, int64_t before, int limit, struct entry **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "SELECT " COLUMNS " FROM entry WHERE actor=? AND data GLOB '{\"do\":*' AND seq<? ORDER BY seq DESC LIMIT ?", err);
    int rc;
    *count = 0;
    if (!stmt)
        return false;
    sql_bind(stmt, "sii", actor, before ? before : INT64_MAX, (int64_t)limit);
    *list = ARENA_ARRAY(a, struct entry, limit);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW)
        scan(stmt, a, &(*list)[(*count)++]);
    return rc == SQLITE_DONE;
}

bool store_entry_undoings(struct store *s, struct arena *a, int64_t seq, struct undoing **list, int *count, struct err *err)
{
    sqlite3_stmt *stmt = sql_get(s, "WITH RECURSIVE later(seq,undoes) AS (SELECT seq,undoes FROM entry WHERE undoes=? AND undoes!=0"
                                    " UNION SELECT e.seq,e.undoes FROM later JOIN entry e ON e.undoes=later.seq AND e.undoes!=0)"
                                    " SELECT seq,undoes,count(*) OVER () FROM later ORDER BY seq DESC", err);
    int rc;
    *count = 0;
    *list = NULL;
    if (!stmt)
        return false;
    sql_bind(stmt, "i", seq);
    while ((rc = sql_step(s, stmt, err)) == SQLITE_ROW) {
        if (!*list)
            *list = ARENA_ARRAY(a, struct undoing, sql_int(stmt, 2));
        (*list)[(*count)++] = (struct undoing){sql_int(stmt, 0), sql_int(stmt, 1)};
    }
    return rc == SQLITE_DONE;
}

bool store_entry_last(struct store *s, int64_t *seq, struct err *err)
{
    return sql_number(s, err, seq, "SELECT coalesce(max(seq),0) FROM entry", "");
}

int64_t store_entry_next(const struct store *s)
{
    return s->next_entry;
}
