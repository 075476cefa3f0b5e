/* settle: nobody is told anything before the disk has answered; batches settle in the order of their commits; where the disk
 * failed nothing is promised any more. The disk is this test's own: it answers when it is let, and as it is told. */
#include "worker/settle.h"
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { JOBS = 3 };
struct durable { sem_t asked, let; int told_at; bool works; };
static struct durable disk;
static struct {
    pthread_mutex_t lock;
    pthread_cond_t some;
    int told, fatal;
    struct job *order[16];
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER};

static int told(void)
{
    pthread_mutex_lock(&seen.lock);
    int n = seen.told;
    pthread_mutex_unlock(&seen.lock);
    return n;
}

/* --- the disk --- */

struct durable *durable_open(const char *path, struct err *err)
{
    (void)path;
    (void)err;
    return &disk;
}

bool durable_wait(struct durable *d, struct err *err)
{
    sem_post(&d->asked);
    sem_wait(&d->let);
    d->told_at = told();
    return d->works || err_set(err, ERR_STORAGE, "the disk is gone");
}

void durable_close(struct durable *d)
{
    (void)d;
}

/* --- who is told --- */

static void wake(void *arg)
{
    pthread_mutex_lock(&seen.lock);
    seen.order[seen.told++] = arg;
    pthread_cond_signal(&seen.some);
    pthread_mutex_unlock(&seen.lock);
}

static void fatal(void *arg, const struct err *err)
{
    (void)arg;
    (void)err;
    seen.fatal++;
}

static void wait_told(int n)
{
    pthread_mutex_lock(&seen.lock);
    while (seen.told < n)
        pthread_cond_wait(&seen.some, &seen.lock);
    pthread_mutex_unlock(&seen.lock);
}

struct bench { struct hub *hub; struct settle *settle; struct job jobs[JOBS]; struct frame frame[JOBS]; struct err err; };

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    sem_init(&disk.asked, 0, 0);
    sem_init(&disk.let, 0, 0);
    disk.works = true;
    seen.told = seen.fatal = 0;
    b->hub = hub_new(16, 1 << 16);
    b->settle = settle_open(&(struct writer_options){.hub = b->hub, .fatal = fatal}, &disk, &b->err);
    for (int i = 0; i < JOBS; i++) {
        b->jobs[i] = (struct job){.wake = wake, .wake_arg = &b->jobs[i]};
        b->frame[i] = (struct frame){.seq = 10 * (i + 1), .kind = "ticket", .data = "{}"};
    }
    *state = b;
    return b->settle ? 0 : -1;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    settle_close(b->settle);
    hub_free(b->hub);
    free(b);
    return 0;
}

static bool put(struct bench *b, int i, bool later)
{
    return settle_put(b->settle, &(struct settlement){.jobs = &b->jobs[i], .frames = &b->frame[i], .seq = b->frame[i].seq}, later);
}

/* --- */

static void nothing_is_said_before_the_disk_has_answered(void **state)
{
    struct bench *b = *state;
    b->jobs[0].next = &b->jobs[1];
    assert_true(put(b, 0, true));
    sem_wait(&disk.asked); /* it waits for the disk now */
    assert_int_equal(told(), 0);
    assert_int_equal(hub_seq(b->hub), 0);
    sem_post(&disk.let);
    wait_told(2);
    assert_int_equal(disk.told_at, 0);
    assert_true(b->jobs[0].ok && b->jobs[1].ok);
    sem_post(&disk.let);
    assert_true(put(b, 2, false)); /* the one before is published by then */
    assert_int_equal(disk.told_at, 2);
    assert_int_equal(told(), 3);
    assert_int_equal(hub_seq(b->hub), 30);
}

static void batches_settle_in_the_order_of_their_commits(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < JOBS; i++)
        sem_post(&disk.let);
    for (int i = 0; i < JOBS; i++)
        assert_true(put(b, i, i % 2 == 0));
    wait_told(JOBS);
    for (int i = 0; i < JOBS; i++)
        assert_ptr_equal(seen.order[i], &b->jobs[i]);
}

static void a_burst_that_nobody_saw_is_skipped_once_it_is_on_disk(void **state)
{
    struct bench *b = *state;
    sem_post(&disk.let);
    assert_true(settle_put(b->settle, &(struct settlement){.jobs = &b->jobs[0], .seq = 70, .quiet = true}, false));
    assert_int_equal(hub_seq(b->hub), 70);
}

static void where_the_disk_failed_nothing_is_promised_any_more(void **state)
{
    struct bench *b = *state;
    disk.works = false;
    sem_post(&disk.let);
    assert_true(put(b, 0, true)); /* it cannot be known yet */
    wait_told(1);
    sem_post(&disk.let);
    assert_false(put(b, 1, false));
    assert_int_equal(told(), 2);
    for (int i = 0; i < 2; i++) {
        assert_false(b->jobs[i].ok);
        assert_int_equal(b->jobs[i].err.code, ERR_STORAGE);
    }
    assert_int_equal(hub_seq(b->hub), 0);
    assert_int_equal(seen.fatal, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_said_before_the_disk_has_answered, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(batches_settle_in_the_order_of_their_commits, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_burst_that_nobody_saw_is_skipped_once_it_is_on_disk, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(where_the_disk_failed_nothing_is_promised_any_more, open_bench, close_bench),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
