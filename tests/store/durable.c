/* durable: who syncs the log, and when, and in what pieces the database is written. Both are counted below SQLite, by a file system of this test's own that stands
 * in for the default one before a store is opened: a commit syncs once; one that is left to somebody else does not, but for the header of a log
 * that begins anew, which has to be there before its frames; and either can be read by others at once. */
#include "store/durable.h"
#include "base/crypto.h"
#include "store/sql.h"
#include "harness/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int syncs, writes;
static int (*real_sync)(sqlite3_file *file, int flags);
static int (*real_write)(sqlite3_file *file, const void *from, int n, sqlite3_int64 at);
static sqlite3_io_methods counting, counting_writes;

static int count_sync(sqlite3_file *file, int flags)
{
    syncs++;
    return real_sync(file, flags);
}

static int count_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    writes++;
    return real_write(file, from, n, at);
}

static int open_counted(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
    sqlite3_vfs *real = vfs->pAppData;
    int rc = real->xOpen(real, name, file, flags, out);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL) && file->pMethods) {
        counting = *file->pMethods;
        real_sync = counting.xSync;
        counting.xSync = count_sync;
        file->pMethods = &counting;
    }
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) && file->pMethods) {
        counting_writes = *file->pMethods;
        real_write = counting_writes.xWrite;
        counting_writes.xWrite = count_write;
        file->pMethods = &counting_writes;
    }
    return rc;
}

struct desk { struct scratch place; struct store *store; struct err err; };

static int open_desk(void **state)
{
    static sqlite3_vfs vfs;
    struct desk *d = calloc(1, sizeof *d);
    crypto_open();
    if (!vfs.xOpen) {
        sqlite3_vfs *real = sqlite3_vfs_find(NULL);
        vfs = *real;
        vfs.zName = "counting";
        vfs.pNext = NULL;
        vfs.pAppData = real;
        vfs.xOpen = open_counted;
        sqlite3_vfs_register(&vfs, 1);
    }
    d->place = scratch_make("durable");
    d->store = store_open(d->place.db, STORE_WRITER, &d->err);
    *state = d;
    return d->store ? 0 : -1;
}

static int close_desk(void **state)
{
    struct desk *d = *state;
    store_close(d->store);
    scratch_remove(&d->place);
    free(d);
    return 0;
}

static int synced_by(struct desk *d, bool (*commit)(struct store *, struct err *))
{
    struct entry entry = {.at = 1, .actor = "ana", .kind = "ticket", .data = "{}"};
    assert_true(store_begin(d->store, &d->err) && store_entry_add(d->store, &entry, &d->err));
    syncs = 0;
    assert_true(commit(d->store, &d->err));
    int n = syncs;
    struct store *reader = store_open(d->place.db, STORE_READER, &d->err);
    int64_t last = 0;
    assert_non_null(reader);
    assert_true(store_entry_last(reader, &last, &d->err));
    assert_int_equal(last, entry.seq);
    store_close(reader);
    return n;
}

static void a_commit_waits_for_the_disk_unless_it_is_left_to_somebody_else(void **state)
{
    struct desk *d = *state;
    synced_by(d, store_commit); /* the log has begun */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(synced_by(d, store_commit), 1);
        assert_int_equal(synced_by(d, store_commit_soon), 0);
        assert_int_equal(synced_by(d, store_commit_soon), 0);
    }
    struct durable *durable = durable_open(d->place.db, &d->err);
    assert_non_null(durable);
    assert_true(durable_wait(durable, &d->err));
    durable_close(durable);
}

static void the_header_of_a_log_begun_anew_is_on_disk_before_its_frames(void **state)
{
    struct desk *d = *state;
    synced_by(d, store_commit);
    synced_by(d, store_commit_soon);
    assert_true(store_checkpoint(d->store, &d->err));
    assert_int_equal(synced_by(d, store_commit_soon), 1);
    assert_int_equal(synced_by(d, store_commit_soon), 0);
    assert_true(store_checkpoint(d->store, &d->err));
    assert_int_equal(synced_by(d, store_commit), 2);
}

static void a_checkpoint_syncs_what_no_commit_did(void **state)
{
    struct desk *d = *state;
    synced_by(d, store_commit);
    synced_by(d, store_commit_soon);
    syncs = 0;
    assert_true(store_checkpoint(d->store, &d->err));
    assert_int_equal(syncs, 1);
}

static void a_checkpoint_writes_neighbours_together(void **state)
{
    enum { PAGES = 400 };
    struct desk *d = *state;
    struct str report;
    static char data[8000];
    memset(data, 'x', sizeof data - 1);
    struct entry entry = {.at = 1, .actor = "ana", .kind = "ticket", .data = data};
    str_init(&report, 4096);
    assert_true(store_checkpoint(d->store, &d->err) && store_begin(d->store, &d->err));
    for (int i = 0; i < PAGES; i++)
        assert_true(store_entry_add(d->store, &entry, &d->err));
    assert_true(store_commit(d->store, &d->err));
    writes = 0;
    assert_true(store_checkpoint(d->store, &d->err));
    print_message("# %d new pages in %d writes\n", PAGES, writes);
    assert_true(writes > 0 && writes < PAGES / 8);
    assert_true(store_check(d->store, &report, &d->err));
    assert_string_equal(report.data, "ok\n");
    str_fini(&report);
}

static void a_log_that_is_not_there_is_an_error(void **state)
{
    struct desk *d = *state;
    assert_null(durable_open("/nowhere/triage.db", &d->err));
    assert_int_equal(d->err.code, ERR_STORAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_commit_waits_for_the_disk_unless_it_is_left_to_somebody_else, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(the_header_of_a_log_begun_anew_is_on_disk_before_its_frames, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_checkpoint_syncs_what_no_commit_did, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_checkpoint_writes_neighbours_together, open_desk, close_desk),
        cmocka_unit_test_setup_teardown(a_log_that_is_not_there_is_an_error, open_desk, close_desk),
    };
    return cmocka_run_group_tests_name("durable", tests, NULL, NULL);
}
