/* scour: what was deleted is in no file, though pages were split, joined and freed over it: the words of random rows are looked for, byte
 * by byte, in the database and its log. The same is done by SQLite alone, to see that there is something to find. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/chance.h"
#include "store/blank.h"
#include "store/sql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { ROWS = 300, STEPS = 1500, WORD = 24, LONG = 30000 };

/* --- one page --- */

static void put_two(uint8_t *at, int n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

static void the_gap_and_the_free_blocks_of_a_page_are_blanked_and_nothing_else(void **state)
{
    enum { SIZE = 512, HEADER = 8, CELLS = 2, GAP = HEADER + 2 * CELLS, START = 300, FREE = 320, LENGTH = 40 };
    uint8_t page[SIZE], was[SIZE];
    (void)state;
    memset(page, 0xee, sizeof page);
    page[0] = 13;
    put_two(page + 1, FREE);
    put_two(page + 3, CELLS);
    put_two(page + 5, START);
    put_two(page + FREE, 0);
    put_two(page + FREE + 2, LENGTH);
    memcpy(was, page, sizeof was);
    assert_true(blank_page(page, SIZE, false));
    for (int i = 0; i < SIZE; i++) {
        bool unused = (i >= GAP && i < START) || (i >= FREE + 4 && i < FREE + LENGTH);
        if (page[i] != (unused ? 0 : was[i]))
            fail_msg("byte %d is %02x", i, page[i]);
    }
}

static void what_is_no_sound_page_of_a_tree_is_left_as_it_is(void **state)
{
    enum { SIZE = 512 };
    static const struct { const char *what; uint8_t kind; int block, cells, start; } cases[] = {
        {"an overflow page", 0, 0, 0, 512}, {"another kind", 7, 0, 0, 512}, {"a start behind the end", 13, 0, 0, 513}, {"cells over the start", 10, 0, 200, 300}};
    uint8_t page[SIZE], was[SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(page, 0xee, sizeof page);
        page[0] = cases[i].kind;
        put_two(page + 1, cases[i].block);
        put_two(page + 3, cases[i].cells);
        put_two(page + 5, cases[i].start);
        memcpy(was, page, sizeof was);
        if (blank_page(page, SIZE, false) || memcmp(page, was, SIZE) != 0)
            fail_msg("%s was touched", cases[i].what);
    }
    memset(page, 0xee, sizeof page); /* a free block that leads nowhere, and one that leads back: no byte outside the page is written */
    page[0] = 13;
    put_two(page + 1, 510);
    put_two(page + 3, 0);
    put_two(page + 5, 500);
    assert_true(blank_page(page, SIZE, false));
    put_two(page + 1, 504);
    put_two(page + 504, 504);
    put_two(page + 506, 8);
    assert_true(blank_page(page, SIZE, false));
}

/* There the first byte of a page that carries on a long text may say "a tree's". Through the writer's file system; the file is one hole. */
static void pages_of_a_file_too_large_to_tell_them_apart_are_left_as_they_are(void **state)
{
    enum { SIZE = 512 };
    char path[] = "/tmp/triage-scour-XXXXXX";
    uint8_t page[SIZE] = {13}, read[SIZE];
    (void)state;
    memset(page + 8, 0xee, sizeof page - 8);
    put_two(page + 5, SIZE);
    close(mkstemp(path));
    sqlite3_vfs *vfs = sqlite3_vfs_find(joined_register());
    for (int large = 0; large < 2; large++) {
        sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
        assert_int_equal(truncate(path, large ? ((off_t)1 << 24) * SIZE + SIZE : 0), 0);
        assert_int_equal(vfs->xOpen(vfs, path, file, SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
        assert_int_equal(file->pMethods->xWrite(file, page, SIZE, SIZE), SQLITE_OK);
        assert_int_equal(file->pMethods->xRead(file, read, SIZE, SIZE), SQLITE_OK);
        assert_int_equal(read[100], large ? 0xee : 0);
        file->pMethods->xClose(file);
        free(file);
    }
    unlink(path);
}

/* --- files --- */

struct bench {
    char dir[64], path[80];
    struct store *s; /* NULL: plain */
    sqlite3 *db;
    bool plain;      /* SQLite alone */
    uint64_t seed;
    bool there[ROWS];
};

static void run(struct bench *b, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(b->db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
}

static void open_bench(struct bench *b, bool plain, uint64_t seed)
{
    struct err err = {0};
    *b = (struct bench){.dir = "/tmp/triage-scour-XXXXXX", .plain = plain, .seed = seed};
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->path, sizeof b->path, "%s/triage.db", b->dir);
    if (plain) {
        assert_int_equal(sqlite3_open(b->path, &b->db), SQLITE_OK);
        run(b, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON; CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT)");
    } else {
        b->s = store_open(b->path, STORE_WRITER, &err);
        if (!b->s)
            fail_msg("%s", err.text);
        b->db = b->s->db;
    }
    run(b, "PRAGMA synchronous=OFF; CREATE TABLE said(id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX said_text ON said(text)");
}

static void close_bench(struct bench *b)
{
    char command[128];
    if (b->plain)
        sqlite3_close(b->db);
    else
        store_close(b->s);
    snprintf(command, sizeof command, "rm -r %s", b->dir);
    assert_int_equal(system(command), 0);
}

/* No two rows have a word in common; some are longer than a page. */
static void say(struct bench *b, int row, bool again)
{
    char word[WORD], *text = malloc(LONG + WORD);
    int times = chance(&b->seed, 20) ? 1 + chance(&b->seed, 40) : LONG / WORD;
    snprintf(word, sizeof word, "w%05dx%08llx ", row, (unsigned long long)b->seed >> 32);
    *text = 0;
    for (int i = 0, n = (int)strlen(word); i < times; i++)
        memcpy(text + i * n, word, (size_t)n + 1);
    char *sql = sqlite3_mprintf(again ? "UPDATE said SET text=%Q WHERE id=%d" : "INSERT INTO said(text,id) VALUES(%Q,%d)", text, row);
    run(b, sql);
    sqlite3_free(sql);
    free(text);
    b->there[row] = true;
}

static void step(struct bench *b)
{
    int row = chance(&b->seed, ROWS);
    if (!b->there[row] || chance(&b->seed, 3)) {
        say(b, row, b->there[row]);
        return;
    }
    char *sql = sqlite3_mprintf("DELETE FROM said WHERE id=%d", row);
    run(b, sql);
    sqlite3_free(sql);
    b->there[row] = false;
}

static void empty_log(struct bench *b)
{
    struct err err = {0};
    bool done = false;
    if (b->plain) {
        assert_int_equal(sqlite3_wal_checkpoint_v2(b->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
        return;
    }
    assert_true(store_begin(b->s, &err) && store_meta_put(b->s, "scour", "file", &err) && store_commit(b->s, &err));
    assert_true(store_scour(b->s, &done, &err) && done);
}

/* How often a row that is not there is in the file: each was there once. */
static int left_in(const struct bench *b, const char *suffix)
{
    char path[96];
    struct stat is;
    snprintf(path, sizeof path, "%s%s", b->path, suffix);
    FILE *f = fopen(path, "r");
    if (!f || fstat(fileno(f), &is) || !is.st_size) {
        if (f)
            fclose(f);
        return 0;
    }
    char *all = malloc((size_t)is.st_size);
    assert_int_equal(fread(all, 1, (size_t)is.st_size, f), is.st_size);
    fclose(f);
    int found = 0;
    for (int row = 0; row < ROWS; row++) {
        char word[WORD];
        int n = snprintf(word, sizeof word, "w%05dx", row);
        found += !b->there[row] && memmem(all, (size_t)is.st_size, word, (size_t)n);
    }
    free(all);
    return found;
}

static int left(const struct bench *b)
{
    return left_in(b, "") + left_in(b, "-wal");
}

/* A day of rows that come, change and go, then a third of them for good; found: of what is gone, how much is left. */
static int a_day(struct bench *b)
{
    for (int i = 0; i < STEPS; i++) {
        step(b);
        if (chance(&b->seed, 100) == 0)
            sqlite3_wal_checkpoint_v2(b->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    for (int row = 0; row < ROWS; row += 3) {
        b->there[row] = false;
        char *sql = sqlite3_mprintf("DELETE FROM said WHERE id=%d", row);
        run(b, sql);
        sqlite3_free(sql);
    }
    empty_log(b);
    int found = left(b);
    for (int i = 0; i < STEPS / 4; i++) { /* those that are gone do not come again by what is written beside them */
        int row = chance(&b->seed, ROWS);
        if (b->there[row])
            say(b, row, true);
    }
    return found + left(b);
}

static int most_days = 6;

static void what_is_deleted_is_in_no_file_once_the_log_is_empty(void **state)
{
    (void)state;
    int alone = 0;
    for (int day = 0; day < most_days; day++) {
        struct bench b;
        struct err err = {0};
        AUTO_STR report;
        str_init(&report, 4096);
        open_bench(&b, true, (uint64_t)day);
        alone += a_day(&b);
        close_bench(&b);
        open_bench(&b, false, (uint64_t)day);
        int found = a_day(&b);
        if (found)
            fail_msg("day %d: %d of what was deleted is left", day, found);
        assert_true(store_check(b.s, &report, &err));
        assert_string_equal(report.data, "ok\n");
        close_bench(&b);
    }
    print_message("# %d days of %d writes: nothing left in the files; by SQLite alone %d\n", most_days, STEPS, alone);
    assert_true(alone > 0);
}

static void a_database_that_did_not_overwrite_is_written_anew_once(void **state)
{
    (void)state;
    struct bench b;
    struct err err = {0};
    AUTO_ARENA arena = arena_new();
    open_bench(&b, false, 7);
    run(&b, "DELETE FROM meta WHERE key='overwritten'; PRAGMA secure_delete=OFF"); /* as one was of before */
    for (int i = 0; i < STEPS; i++)
        step(&b);
    assert_int_equal(sqlite3_wal_checkpoint_v2(b.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
    int before = left(&b);
    run(&b, "PRAGMA secure_delete=ON");
    empty_log(&b);
    assert_int_equal(left(&b), 0);
    assert_string_equal(store_meta_get(b.s, arena, "overwritten", &err), "1");
    print_message("# %d were left before\n", before);
    close_bench(&b);
}

/* What an erasure costs whoever waits: with the file written anew, and now. */
static void it_takes_as_long_as_a_checkpoint_however_large_the_file_is(void **state)
{
    (void)state;
    for (int megabytes = 8; megabytes <= 64; megabytes *= 8) {
        struct bench b;
        struct stat is;
        open_bench(&b, false, 9);
        char *sql = sqlite3_mprintf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d) INSERT INTO said SELECT 1000+i,hex(randomblob(400)) FROM n", megabytes * 500);
        run(&b, sql);
        sqlite3_free(sql);
        assert_int_equal(sqlite3_wal_checkpoint_v2(b.db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
        run(&b, "DELETE FROM said WHERE id BETWEEN 1001 AND 1040");
        int64_t since = clock_mono();
        empty_log(&b);
        int64_t now = clock_mono() - since;
        since = clock_mono();
        run(&b, "VACUUM");
        assert_int_equal(stat(b.path, &is), 0);
        print_message("# a file of %lld MB: %lld ms; written anew: %lld ms\n", (long long)is.st_size >> 20, (long long)now, (long long)(clock_mono() - since));
        close_bench(&b);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gap_and_the_free_blocks_of_a_page_are_blanked_and_nothing_else),
        cmocka_unit_test(what_is_no_sound_page_of_a_tree_is_left_as_it_is),
        cmocka_unit_test(pages_of_a_file_too_large_to_tell_them_apart_are_left_as_they_are),
        cmocka_unit_test(what_is_deleted_is_in_no_file_once_the_log_is_empty),
        cmocka_unit_test(a_database_that_did_not_overwrite_is_written_anew_once),
        cmocka_unit_test(it_takes_as_long_as_a_checkpoint_however_large_the_file_is),
    };
    most_days = argc > 1 ? atoi(argv[1]) : most_days;
    return cmocka_run_group_tests_name("scour", tests, NULL, NULL);
}
