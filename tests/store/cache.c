/* cache: a file of 48 MB in real pages, read whole by eight handles at once, and a transaction that is larger than the block. What they hold
 * of it must end where the block does, whoever came last, and nothing of it may lie in the heap, where it would leave holes. */
#include "base/memory.h"
#include "store/cache.h"
#include "store/sql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { READERS = 8, PAGES = 6000, SOME = 64 << 10 /* what a handle works in: the block is full when it comes */, SLACK = 1 << 20 };
static char path[] = "/tmp/triage-cache-XXXXXX";
static struct store *writer;

static void run(struct store *s, const char *sql)
{
    struct err err = {0};
    if (!sql_exec(s, sql, &err))
        fail_msg("%s", err.text);
}

static int64_t number(struct store *s, const char *sql)
{
    struct err err = {0};
    int64_t n = -1;
    if (!sql_number(s, &err, &n, sql, ""))
        fail_msg("%s", err.text);
    return n;
}

static int64_t heap(void)
{
    return (int64_t)memory_now().used;
}

static void a_transaction_larger_than_the_block_is_whole_and_gives_back_what_it_took_beside_it(void **state)
{
    (void)state;
    char fill[160];
    int64_t before = heap();
    snprintf(fill, sizeof fill, "INSERT INTO large WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d) SELECT i,randomblob(8000) FROM n", PAGES);
    run(writer, "BEGIN IMMEDIATE");
    run(writer, fill);
    print_message("# %d pages written at once: %.1f of %.1f MB held, %.2f of them in the heap\n", PAGES, (double)store_cache().held / (1 << 20), (double)store_cache().most / (1 << 20),
                  (double)store_cache().heap / (1 << 20));
    run(writer, "COMMIT");
    assert_int_equal(number(writer, "SELECT count(*) FROM large WHERE length(text)=8000"), PAGES);
    assert_true(store_cache().held > store_cache().most / 2);
    assert_true(store_cache().held <= store_cache().most + SOME);
    assert_true(heap() - before < SLACK);
}

static void many_readers_share_the_block_and_each_reads_what_is_there(void **state)
{
    (void)state;
    struct store *readers[READERS];
    struct err err = {0};
    int64_t before = heap();
    for (int i = 0; i < READERS; i++)
        assert_non_null(readers[i] = store_open(path, STORE_READER, &err));
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < READERS; i++)
            assert_int_equal(number(readers[i], "SELECT sum(length(text)) FROM large"), PAGES * 8000);
    print_message("# %d handles have read %d MB each, twice: %.1f of %.1f MB held, %.2f of them in the heap; the heap has grown by %.2f\n", READERS, PAGES * 8 >> 10,
                  (double)store_cache().held / (1 << 20), (double)store_cache().most / (1 << 20), (double)store_cache().heap / (1 << 20), (double)(heap() - before) / (1 << 20));
    assert_true(store_cache().held <= store_cache().most + READERS * SOME);
    assert_true(store_cache().heap <= READERS * SOME);
    assert_true(heap() - before < READERS * SLACK / 2); /* statements, files, schemas */
    run(writer, "UPDATE large SET text=zeroblob(8000) WHERE id%100=0");
    for (int i = 0; i < READERS; i++)
        assert_int_equal(number(readers[i], "SELECT count(*) FROM large WHERE text=zeroblob(8000)"), PAGES / 100);
    for (int i = 0; i < READERS; i++)
        store_close(readers[i]);
}

static int begin(void **state)
{
    (void)state;
    struct err err = {0};
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) || !(writer = store_open(path, STORE_WRITER, &err)))
        return -1;
    run(writer, "CREATE TABLE large(id INTEGER PRIMARY KEY, text BLOB)");
    return 0;
}

/* The last handle to go takes the log with it. */
static int end(void **state)
{
    (void)state;
    store_close(writer);
    assert_int_equal(store_cache().held, 0);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_transaction_larger_than_the_block_is_whole_and_gives_back_what_it_took_beside_it),
                                       cmocka_unit_test(many_readers_share_the_block_and_each_reads_what_is_there)};
    return cmocka_run_group_tests(tests, begin, end);
}
