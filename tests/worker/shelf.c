/* shelf: files by their hash: each once, whole, durable when the job wakes; what nobody listed is gone at the next start. */
#include "worker/shelf.h"
#include "base/crypto.h"
#include "base/str.h"
#include "store/store.h"
#include "harness/scratch.h"
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

struct place { struct arena *arena; struct scratch at; };
struct sleeper { pthread_mutex_t lock; pthread_cond_t done; int woken; };

static struct place open_place(void)
{
    struct place p = {.arena = arena_new(), .at = scratch_make("shelf")};
    struct err err = {0};
    struct store *store = store_open(p.at.db, STORE_WRITER, &err);
    assert_non_null(store);
    store_close(store);
    return p;
}

static void close_place(struct place *p)
{
    scratch_remove(&p->at);
    arena_free(p->arena);
}

static void woken(void *arg)
{
    struct sleeper *w = arg;
    pthread_mutex_lock(&w->lock);
    w->woken++;
    pthread_cond_signal(&w->done);
    pthread_mutex_unlock(&w->lock);
}

static void put(struct shelf *shelf, struct shelf_job *job)
{
    struct sleeper w = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    struct err err = {0};
    job->wake = woken;
    job->wake_arg = &w;
    assert_true(shelf_post(shelf, job, &err));
    pthread_mutex_lock(&w.lock);
    while (!w.woken)
        pthread_cond_wait(&w.done, &w.lock);
    pthread_mutex_unlock(&w.lock);
}

static bool there(struct place *p, const uint8_t sum[32], const char *bytes, size_t n)
{
    char data[4096];
    FILE *f = fopen(shelf_path(p->arena, p->at.db, sum), "rb");
    size_t got = f ? fread(data, 1, sizeof data, f) : 0;
    if (f)
        fclose(f);
    return f && got == n && memcmp(data, bytes, n) == 0;
}

static void list_it(struct place *p, const uint8_t sum[32], int64_t size)
{
    struct err err = {0};
    bool found;
    struct store *store = store_open(p->at.db, STORE_WRITER, &err);
    assert_true(store_begin(store, &err) && store_file_put(store, sum, size, 1, &err) && store_file_put(store, sum, size, 2, &err) && store_commit(store, &err));
    assert_true(store_file_get(store, sum, &size, &found, &err) && found);
    store_close(store);
}

static void a_file_lies_under_its_hash_and_only_once(void **state)
{
    (void)state;
    struct place p = open_place();
    struct err err = {0};
    struct stat first, again;
    struct shelf *shelf = shelf_open(p.at.db, &err);
    assert_int_not_equal(stat(arena_printf(p.arena, "%s/files", p.at.dir), &first), 0); /* not before it is needed */
    struct shelf_file files[] = {{"a\0b\r\n", 5, {0}}, {"", 0, {0}}, {"a\0b\r\n", 5, {0}}};
    struct shelf_job job = {.files = files, .count = 3, .whole = {"abc", 3, {0}}};
    uint8_t sum[32];
    put(shelf, &job);
    assert_true(job.ok);
    crypto_sha256("abc", 3, sum);
    assert_memory_equal(job.whole.sha256, sum, 32);
    assert_true(there(&p, files[0].sha256, "a\0b\r\n", 5) && there(&p, files[1].sha256, "", 0));
    crypto_sha256("a\0b\r\n", 5, sum);
    assert_memory_equal(files[0].sha256, sum, 32);
    assert_int_equal(stat(shelf_path(p.arena, p.at.db, sum), &first), 0);
    assert_int_equal(first.st_mode & 0777, 0600);
    put(shelf, &job);
    assert_int_equal(stat(shelf_path(p.arena, p.at.db, sum), &again), 0);
    assert_int_equal(first.st_ino, again.st_ino);
    shelf_free(shelf);
    close_place(&p);
}

static void what_no_transaction_lists_is_cleared_at_the_next_start(void **state)
{
    (void)state;
    struct place p = open_place();
    struct err err = {0};
    struct shelf *shelf = shelf_open(p.at.db, &err);
    struct shelf_file files[] = {{"kept", 4, {0}}, {"lost", 4, {0}}};
    struct shelf_job job = {.files = files, .count = 2};
    put(shelf, &job);
    shelf_free(shelf);
    list_it(&p, files[0].sha256, 4);
    static const char *const beside[] = {"draft", "notes.txt"};
    for (int i = 0; i < 2; i++)
        close(open(arena_printf(p.arena, "%s/files/%s", p.at.dir, beside[i]), O_CREAT | O_WRONLY, 0600));
    shelf = shelf_open(p.at.db, &err);
    assert_non_null(shelf);
    assert_true(there(&p, files[0].sha256, "kept", 4));
    assert_false(there(&p, files[1].sha256, "lost", 4));
    assert_int_not_equal(access(arena_printf(p.arena, "%s/files/draft", p.at.dir), F_OK), 0);
    assert_int_equal(access(arena_printf(p.arena, "%s/files/notes.txt", p.at.dir), F_OK), 0); /* not ours */
    shelf_free(shelf);
    close_place(&p);
}

static void a_sweep_takes_what_nothing_lists_and_nobody_just_put_there(void **state)
{
    (void)state;
    enum { HOUR = 3600 };
    struct place p = open_place();
    struct err err = {0};
    struct shelf *shelf = shelf_open(p.at.db, &err);
    struct shelf_file files[] = {{"kept", 4, {0}}, {"lost", 4, {0}}, {"young", 5, {0}}};
    struct shelf_job job = {.files = files, .count = 3}, again = {.files = &files[2], .count = 1}, sweep = {.sweep = HOUR};
    const struct timespec then[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
    put(shelf, &job);
    list_it(&p, files[0].sha256, 4);
    for (int i = 0; i < 3; i++)
        assert_int_equal(utimensat(AT_FDCWD, shelf_path(p.arena, p.at.db, files[i].sha256), then, 0), 0);
    put(shelf, &again); /* about to be listed */
    put(shelf, &sweep);
    assert_true(sweep.ok);
    assert_true(there(&p, files[0].sha256, "kept", 4) && there(&p, files[2].sha256, "young", 5));
    assert_false(there(&p, files[1].sha256, "lost", 4));
    shelf_free(shelf);
    close_place(&p);
}

static void a_file_that_is_not_what_it_was_is_not_given(void **state)
{
    (void)state;
    struct place p = open_place();
    struct err err = {0};
    const char *data;
    struct shelf *shelf = shelf_open(p.at.db, &err);
    struct shelf_file files[] = {{"a\0b", 3, {0}}};
    struct shelf_job job = {.files = files, .count = 1};
    put(shelf, &job);
    const char *path = shelf_path(p.arena, p.at.db, files[0].sha256);
    assert_true(shelf_read(p.arena, p.at.db, files[0].sha256, 3, &data, &err));
    assert_memory_equal(data, "a\0b", 3);
    assert_int_equal(truncate(path, 2), 0);
    assert_false(shelf_read(p.arena, p.at.db, files[0].sha256, 3, &data, &err));
    assert_int_equal(err.code, ERR_STORAGE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_false(shelf_read(p.arena, p.at.db, files[0].sha256, 3, &data, &err));
    shelf_free(shelf);
    close_place(&p);
}

static void half_a_file_is_written_again(void **state)
{
    (void)state;
    struct place p = open_place();
    struct err err = {0};
    struct shelf *shelf = shelf_open(p.at.db, &err);
    struct shelf_file files[] = {{"whole", 5, {0}}};
    struct shelf_job job = {.files = files, .count = 1};
    put(shelf, &job);
    assert_int_equal(truncate(shelf_path(p.arena, p.at.db, files[0].sha256), 2), 0);
    put(shelf, &job);
    assert_true(there(&p, files[0].sha256, "whole", 5));
    shelf_free(shelf);
    close_place(&p);
}

static void a_fault_is_told_and_the_next_job_goes_on(void **state)
{
    (void)state;
    struct place p = open_place();
    struct err err = {0};
    struct shelf *shelf = shelf_open(p.at.db, &err);
    struct shelf_file files[] = {{"x", 1, {0}}};
    struct shelf_job job = {.files = files, .count = 1};
    const char *path = arena_printf(p.arena, "%s/files", p.at.dir);
    close(open(path, O_CREAT | O_WRONLY, 0600)); /* a file where the directory should be */
    put(shelf, &job);
    assert_false(job.ok);
    assert_int_equal(job.err.code, ERR_STORAGE);
    unlink(path);
    put(shelf, &job);
    assert_true(job.ok);
    shelf_close(shelf);
    assert_false(shelf_post(shelf, &job, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    shelf_free(shelf);
    close_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_lies_under_its_hash_and_only_once),
        cmocka_unit_test(what_no_transaction_lists_is_cleared_at_the_next_start),
        cmocka_unit_test(a_sweep_takes_what_nothing_lists_and_nobody_just_put_there),
        cmocka_unit_test(a_file_that_is_not_what_it_was_is_not_given),
        cmocka_unit_test(half_a_file_is_written_again),
        cmocka_unit_test(a_fault_is_told_and_the_next_job_goes_on),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
