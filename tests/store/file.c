/* file: which tickets bring a file, also those of a database from before that was kept. */
#include "base/crypto.h"
#include "base/str.h"
#include "store/store.h"
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char assets[] = "[\"https://x/y\",null,{\"name\":\"a\",\"sha256\":\"a100000000000000000000000000000000000000000000000000000000000000\"},{\"sha256\":\"A2\"},{\"sha256\":7}]";

static int64_t count(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static void make(const char *path)
{
    struct err err = {0};
    const struct version v = {1, 2, 0, "k"};
    const struct message m = {.id = "m", .author_kind = AUTHOR_CUSTOMER, .origin = ORIGIN_DESCRIPTION, .body = "x", .assets = assets, .asset_count = 4};
    const uint8_t sha256[32] = {0xa1};
    bool added, changed;
    struct store *store = store_open(path, STORE_WRITER, &err);
    assert_non_null(store);
    assert_true(store_begin(store, &err) && store_file_put(store, sha256, 1, 1, &err) && store_message_put(store, 7, &m, &v, &added, &changed, &err) &&
                store_message_put(store, 8, &m, &v, &added, &changed, &err) && store_commit(store, &err));
    store_close(store);
}

static void an_older_database_learns_which_tickets_bring_its_files(void **state)
{
    (void)state;
    char dir[] = "/tmp/triage-file-XXXXXX", path[64], command[64];
    struct err err = {0};
    sqlite3 *db;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/triage.db", dir);
    make(path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(count(db, "SELECT count(*) FROM file_use WHERE hex(sha256) LIKE 'A100%' AND ticket IN (7,8)"), 2);
    assert_int_equal(sqlite3_exec(db, "ALTER TABLE score DROP COLUMN origin;DROP TABLE file_use;DROP TABLE upload;PRAGMA user_version=7", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    struct store *store = store_open(path, STORE_WRITER, &err);
    if (!store)
        fail_msg("%s", err.text);
    store_close(store);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(count(db, "SELECT count(*) FROM file_use WHERE hex(sha256) LIKE 'A100%' AND ticket IN (7,8)"), 2);
    assert_int_equal(count(db, "SELECT count(*) FROM file_use"), 2);
    assert_int_equal(count(db, "SELECT count(*) FROM upload"), 0);
    sqlite3_close(db);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    assert_int_equal(system(command), 0);
}

/* It was said with "1 attachment: a 1 byte" below it, where the vendor takes no files. */
static void a_reply_that_comes_back_with_its_files_named_below_it_is_the_same_line(void **state)
{
    (void)state;
    static const struct { const char *comes; bool ours; } cases[] = {
        {"Here it is.\n\n1 attachment: a 1 byte\n", true}, {"Here it is.", true}, {"Here it is.\n\n2 attachments: a 1 byte, b 1 byte", false}, {"Here it is. 1 attachment: a", false},
        {"Here", false}, {"So: Here it is.\n\n1 attachment: a 1 byte", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        const struct version v = {1, 2, 0, "k"};
        const struct message ours = {.id = "desk:7", .author_kind = AUTHOR_AGENT, .origin = ORIGIN_REPLY, .voice = VOICE_DESK, .is_public = true, .body = "Here it is.\n", .state = "sent",
                                     .assets = "[{\"name\":\"a\",\"size\":1}]", .asset_count = 1},
                             back = {.id = "r-9", .author_kind = AUTHOR_AGENT, .body = cases[i].comes};
        bool added, changed;
        int64_t row = 0;
        struct store *store = store_open(NULL, STORE_WRITER, &err);
        assert_true(store_begin(store, &err) && store_message_put(store, 7, &ours, &v, &added, &changed, &err) && store_message_confirm(store, 7, &back, &row, &err));
        assert_int_equal(row != 0, cases[i].ours);
        store_rollback(store);
        store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_older_database_learns_which_tickets_bring_its_files),
                                       cmocka_unit_test(a_reply_that_comes_back_with_its_files_named_below_it_is_the_same_line)};
    return crypto_open() ? cmocka_run_group_tests_name("store/file", tests, NULL, NULL) : 1;
}
