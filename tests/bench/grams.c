/* grams: the index of texts (store/sieve) beside SQLite's own for the same purpose, an FTS5 table of trigrams that keeps neither texts nor places
 * (detail=none, contentless). `grams DB SCRATCH WORD...` makes both anew from the tickets of DB, in files of their own in SCRATCH, and prints what each
 * takes on disk and in processor time, and how long each takes to say which tickets may hold a word; the ratios are FTS5's to ours. What both
 * say is a first choice: FTS5 without places knows no phrases, so it is asked for all trigrams of the word, as ours is. */
#include "base/clock.h"
#include "base/str.h"
#include "base/text.h"
#include "core/redact.h"
#include "core/when.h"
#include "store/sieve.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 21, BATCH = 1000 };
struct bench { struct store *ours; sqlite3 *theirs; struct arena *arena; const char *scratch; double us; int64_t tickets; };

static void die(const char *what, const char *why)
{
    fprintf(stderr, "grams: %s: %s\n", what, why);
    exit(2);
}

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(sql, sqlite3_errmsg(db));
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        die(sql, sqlite3_errmsg(db));
    return stmt;
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = prepared(db, sql);
    int64_t n = sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return n;
}

static int64_t size_of(sqlite3 *db, const char *schema)
{
    char pages[64], size[64];
    snprintf(pages, sizeof pages, "PRAGMA %s.page_count", schema);
    snprintf(size, sizeof size, "PRAGMA %s.page_size", schema);
    return number(db, pages) * number(db, size);
}

static char *scratch_file(struct bench *b, const char *name)
{
    char *path = arena_printf(b->arena, "%s/grams-%s.db", b->scratch, name);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end; end++)
        unlink(arena_printf(b->arena, "%s%s", path, *end));
    return path;
}

/* --- made --- */

static void made(struct bench *b, const char *what, int64_t us, int64_t bytes, bool ours)
{
    printf("%-34s %8.1f us a ticket, %8.1f KB", what, (double)us / (double)b->tickets, (double)bytes / 1024);
    if (ours)
        b->us = (double)us;
    else
        printf("; CPU x %.2f", (double)us / b->us);
    printf("\n");
}

/* A copy of the desk, whose index begins anew; its size is that of a file which holds nothing else. */
static int64_t make_ours(struct bench *b, const char *desk)
{
    struct err err = {0};
    sqlite3 *from;
    const char *copy = scratch_file(b, "ours");
    if (sqlite3_open_v2(desk, &from, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        die(desk, sqlite3_errmsg(from));
    run(from, arena_printf(b->arena, "VACUUM INTO '%s'", copy));
    sqlite3_close(from);
    if (!(b->ours = store_open(copy, STORE_WRITER, &err)))
        die(copy, err.text);
    run(b->ours->db, "DELETE FROM gram; DELETE FROM reworded; DELETE FROM meta WHERE key='sieve'");
    if (!sieve_reload(b->ours, &err))
        die("reload", err.text);
    int64_t cpu = cpu_us();
    bool late = true;
    for (bool wants = true; wants; wants = store_sieve_wants(b->ours, &late))
        if (!store_begin(b->ours, &err) || !store_sieve_fill(b->ours, 100, &err) || !store_commit(b->ours, &err))
            die("fill", err.text);
    cpu = cpu_us() - cpu;
    b->tickets = b->ours->sieve.parts * SIEVE_PART;
    run(b->ours->db, arena_printf(b->arena, "ATTACH '%s' AS alone; PRAGMA alone.page_size=8192;"
                                            "CREATE TABLE alone.gram(part INTEGER, gram INTEGER, ids BLOB NOT NULL, PRIMARY KEY(part, gram)) WITHOUT ROWID;"
                                            "INSERT INTO alone.gram SELECT * FROM main.gram ORDER BY 1, 2", scratch_file(b, "alone")));
    int64_t bytes = size_of(b->ours->db, "alone");
    made(b, "ours", cpu, bytes, true);
    return bytes;
}

static void insert(struct bench *b, sqlite3_stmt *read, sqlite3_stmt *write)
{
    AUTO_ARENA scratch = arena_new();
    sqlite3_bind_int64(write, 1, sqlite3_column_int64(read, 0));
    for (int i = 0; i < WHEN_TEXTS; i++) {
        const char *text = (const char *)sqlite3_column_text(read, i + 1);
        sqlite3_bind_text(write, i + 2, text ? when_fold(scratch, text) : "", -1, SQLITE_TRANSIENT);
    }
    if (sqlite3_step(write) != SQLITE_DONE)
        die("insert", sqlite3_errmsg(b->theirs));
    sqlite3_reset(write);
}

static void make_theirs(struct bench *b, int64_t ours)
{
    int64_t n = 0, cpu;
    if (sqlite3_open(scratch_file(b, "fts5"), &b->theirs) != SQLITE_OK)
        die("fts5", sqlite3_errmsg(b->theirs));
    run(b->theirs, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
                   "CREATE VIRTUAL TABLE tri USING fts5(a, b, c, d, e, tokenize='trigram', detail=none, content='', columnsize=0)");
    sqlite3_stmt *read = prepared(b->ours->db, "SELECT " SIEVE_TEXTS " FROM ticket t WHERE t.id<? ORDER BY t.id");
    sqlite3_stmt *write = prepared(b->theirs, "INSERT INTO tri(rowid,a,b,c,d,e) VALUES(?,?,?,?,?,?)");
    sqlite3_bind_int64(read, 1, b->tickets);
    cpu = cpu_us();
    run(b->theirs, "BEGIN");
    while (sqlite3_step(read) == SQLITE_ROW) {
        insert(b, read, write);
        if (++n % BATCH == 0)
            run(b->theirs, "COMMIT; BEGIN");
    }
    run(b->theirs, "COMMIT");
    cpu = cpu_us() - cpu;
    sqlite3_finalize(read);
    sqlite3_finalize(write);
    made(b, "FTS5", cpu, size_of(b->theirs, "main"), false);
    int64_t more = cpu_us();
    run(b->theirs, "INSERT INTO tri(tri) VALUES('optimize'); VACUUM");
    cpu += cpu_us() - more;
    made(b, "FTS5, merged and vacuumed", cpu, size_of(b->theirs, "main"), false);
    printf("%-34s size x %.2f\n", "", (double)size_of(b->theirs, "main") / (double)ours);
}

/* --- asked --- */

static int64_t ask_ours(struct bench *b, struct arena *a, const char *word)
{
    struct err err = {0};
    const char *text = when_from_words(a, word, &err);
    const struct when *where = text ? when_parse(a, text, &err) : NULL;
    const struct sieve *sieve = NULL;
    if (!where || !sieve_open(b->ours, a, where, NULL, &sieve, &err))
        die(word, err.text);
    return sieve ? sieve->count : -1;
}

/* "abc" AND "bcd" AND "cde" */
static char *all_trigrams(struct arena *a, const char *word)
{
    AUTO_STR out;
    str_init(&out, 1 << 16);
    const char *folded = when_fold(a, word);
    for (const char *at = folded; *at; at += 1 + strspn(at + 1, "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f"
                                                                "\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xbb\xbc\xbd\xbe\xbf")) {
        size_t n = 0;
        int letters = 0;
        while (at[n] && (letters < 3 || ((unsigned char)at[n] & 0xc0) == 0x80))
            letters += ((unsigned char)at[n++] & 0xc0) != 0x80;
        if (letters == 3)
            str_addf(&out, "%s\"%.*s\"", out.len ? " AND " : "", (int)n, at);
    }
    return arena_strdup(a, out.data);
}

static int64_t ask_theirs(struct bench *b, struct arena *a, const char *word)
{
    static sqlite3_stmt *stmt;
    int64_t n = 0;
    char *match = all_trigrams(a, word);
    uint64_t *bits = ARENA_ARRAY(a, uint64_t, (size_t)b->tickets / 64 + 1);
    if (!*match)
        return -1;
    stmt = stmt ? stmt : prepared(b->theirs, "SELECT rowid FROM tri WHERE tri MATCH ?");
    sqlite3_bind_text(stmt, 1, match, -1, SQLITE_STATIC);
    for (; sqlite3_step(stmt) == SQLITE_ROW; n++) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        bits[id >> 6] |= (uint64_t)1 << (id & 63);
    }
    sqlite3_reset(stmt);
    return n;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median(struct bench *b, int64_t (*ask)(struct bench *, struct arena *, const char *), const char *word, int64_t *n)
{
    int64_t took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        AUTO_ARENA a = arena_new();
        int64_t at = cpu_us();
        *n = ask(b, a, word);
        took[i] = cpu_us() - at;
    }
    qsort(took, ROUNDS, sizeof *took, by_value);
    return took[ROUNDS / 2];
}

static void ask(struct bench *b, const char *word)
{
    int64_t of_ours, of_theirs, ours = median(b, ask_ours, word, &of_ours), theirs = median(b, ask_theirs, word, &of_theirs);
    if (of_ours < 0 || of_theirs < 0)
        printf("%-34s too short\n", word);
    else
        printf("%-34s ours %6lld us, %lld may hold it; FTS5 %6lld us, %lld; x %.2f\n", word, (long long)ours, (long long)of_ours, (long long)theirs, (long long)of_theirs,
               (double)theirs / (double)(ours ? ours : 1));
}

int main(int argc, char **argv)
{
    struct bench b = {.arena = arena_new(), .scratch = argc > 2 ? argv[2] : ""};
    struct err err;
    if (argc < 4 || !redact_open(&err)) {
        fputs("usage: grams DB SCRATCH WORD...\n", stderr);
        return 64;
    }
    make_theirs(&b, make_ours(&b, argv[1]));
    printf("%lld tickets\n", (long long)b.tickets);
    for (int i = 3; i < argc; i++)
        ask(&b, argv[i]);
    sqlite3_close_v2(b.theirs);
    store_close(b.ours);
    for (const char *const *name = (const char *const[]){"ours", "alone", "fts5", NULL}; *name; name++)
        scratch_file(&b, *name);
    arena_free(b.arena);
    return 0;
}
