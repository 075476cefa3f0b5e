/* hub: resuming, falling off, sleeping and waking, the last refused requests. */
#include "worker/hub.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void count_wake(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

static void publish(struct hub *hub, int64_t seq, bool leads_only)
{
    char text[64];
    int n = snprintf(text, sizeof text, "id: %d\n\n", (int)seq);
    hub_publish(hub, seq, text, (size_t)n, leads_only);
}

static struct hub_reader *join(struct hub *hub, int64_t after, bool lead, atomic_int *wakes, bool *old)
{
    return hub_join(hub, after, lead, count_wake, wakes, old);
}

static const char *all(struct hub_reader *r, char *buf, size_t max)
{
    ssize_t n = hub_read(r, buf, max - 1, NULL);
    buf[n < 0 ? 0 : n] = 0;
    return n < 0 ? "fell" : buf;
}

static void a_reader_resumes_after_the_seq_it_has_seen(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[256];
    hub_base(hub, 4);
    for (int i = 5; i <= 7; i++)
        publish(hub, i, false);
    struct hub_reader *r = join(hub, 5, false, &wakes, &old);
    assert_false(old);
    assert_string_equal(all(r, buf, sizeof buf), "id: 6\n\nid: 7\n\n");
    hub_leave(r);
    r = join(hub, 4, false, &wakes, &old);
    assert_false(old);
    assert_string_equal(all(r, buf, sizeof buf), "id: 5\n\nid: 6\n\nid: 7\n\n");
    hub_leave(r);
    r = join(hub, -1, false, &wakes, &old);
    assert_false(old);
    assert_string_equal(all(r, buf, sizeof buf), "");
    hub_leave(r);
    assert_int_equal(hub_seq(hub), 7);
    hub_free(hub);
}

static void what_is_of_the_moment_is_for_those_who_are_there(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[256];
    hub_base(hub, 4);
    struct hub_reader *there = join(hub, 4, false, &wakes, &old);
    publish(hub, 5, false);
    hub_say(hub, "now\n\n", 5);
    publish(hub, 6, false);
    assert_string_equal(all(there, buf, sizeof buf), "id: 5\n\nnow\n\nid: 6\n\n");
    struct hub_reader *later = join(hub, 4, false, &wakes, &old);
    assert_false(old);
    assert_string_equal(all(later, buf, sizeof buf), "id: 5\n\nid: 6\n\n");
    assert_string_equal(all(later, buf, sizeof buf), "");
    hub_say(hub, "next\n\n", 6);
    assert_string_equal(all(later, buf, sizeof buf), "next\n\n");
    assert_string_equal(all(there, buf, sizeof buf), "next\n\n");
    assert_int_equal(hub_seq(hub), 6);
    hub_leave(later);
    hub_leave(there);
    hub_free(hub);
}

static void a_seq_before_the_ring_is_too_old(void **state)
{
    (void)state;
    struct hub *hub = hub_new(2, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    hub_base(hub, 4);
    struct hub_reader *r = join(hub, 3, false, &wakes, &old);
    assert_true(old);
    hub_leave(r);
    for (int i = 5; i <= 7; i++)
        publish(hub, i, false);
    r = join(hub, 4, false, &wakes, &old); /* 5 is gone */
    assert_true(old);
    hub_leave(r);
    r = join(hub, 5, false, &wakes, &old);
    assert_false(old);
    hub_leave(r);
    hub_free(hub);
}

static void the_oldest_go_when_there_are_too_many_bytes(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 20); /* a frame is 7 bytes here: two fit, three do not */
    atomic_int wakes = 0;
    bool old;
    char buf[256], large[64];
    for (int i = 5; i <= 8; i++)
        publish(hub, i, false);
    struct hub_reader *r = join(hub, 5, false, &wakes, &old), *late = join(hub, 6, false, &wakes, &old);
    assert_false(old);
    hub_leave(r);
    r = join(hub, 5, false, &wakes, &old);
    assert_true(old);
    assert_string_equal(all(late, buf, sizeof buf), "id: 7\n\nid: 8\n\n");
    memset(large, ':', sizeof large);
    hub_publish(hub, 9, large, sizeof large, false); /* one that is larger than all stands alone */
    assert_int_equal(hub_read(late, buf, sizeof buf, NULL), sizeof large);
    publish(hub, 10, false);
    assert_string_equal(all(late, buf, sizeof buf), "id: 10\n\n");
    assert_string_equal(all(r, buf, sizeof buf), "fell");
    hub_leave(late);
    hub_leave(r);
    hub_free(hub);
}

/* A console reads the journal's last seq from the database a moment before the hub has it. */
static void what_was_seen_before_it_was_published_is_passed_over(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[256];
    hub_base(hub, 4);
    struct hub_reader *r = join(hub, 6, false, &wakes, &old);
    assert_false(old);
    for (int i = 5; i <= 7; i++)
        publish(hub, i, false);
    assert_string_equal(all(r, buf, sizeof buf), "id: 7\n\n");
    hub_leave(r);
    hub_free(hub);
}

static void a_reader_that_fell_off_is_told_and_goes_on_with_what_comes(void **state)
{
    (void)state;
    struct hub *hub = hub_new(2, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[256];
    struct hub_reader *r = join(hub, -1, false, &wakes, &old);
    for (int i = 1; i <= 3; i++)
        publish(hub, i, false);
    assert_string_equal(all(r, buf, sizeof buf), "fell");
    publish(hub, 4, false);
    assert_string_equal(all(r, buf, sizeof buf), "id: 4\n\n");
    hub_leave(r);
    hub_free(hub);
}

static void a_frame_larger_than_the_buffer_is_never_cut_short_by_the_ring(void **state)
{
    (void)state;
    struct hub *hub = hub_new(1, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[8];
    struct hub_reader *r = join(hub, -1, false, &wakes, &old);
    hub_publish(hub, 1, "abcdefghij", 10, false);
    assert_int_equal(hub_read(r, buf, 7, NULL), 7);
    assert_memory_equal(buf, "abcdefg", 7);
    publish(hub, 2, false);
    publish(hub, 3, false);
    assert_int_equal(hub_read(r, buf, 7, NULL), 3);
    assert_memory_equal(buf, "hij", 3);
    assert_int_equal(hub_read(r, buf, 7, NULL), -1);
    hub_leave(r);
    hub_free(hub);
}

static bool parked;
static bool park(void *arg)
{
    (void)arg;
    return parked = true;
}

static bool stay(void *arg)
{
    (void)arg;
    return false;
}

static void who_does_not_park_is_not_woken(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[64];
    struct hub_reader *r = join(hub, -1, false, &wakes, &old);
    assert_int_equal(hub_read(r, buf, sizeof buf, stay), 0);
    publish(hub, 1, false);
    assert_int_equal(wakes, 0);
    hub_leave(r);
    hub_free(hub);
}

static void a_sleeper_is_woken_once_per_sleep(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int wakes = 0;
    bool old;
    char buf[64];
    struct hub_reader *r = join(hub, -1, false, &wakes, &old);
    publish(hub, 1, false); /* awake: no call */
    assert_int_equal(wakes, 0);
    assert_int_equal(hub_read(r, buf, sizeof buf, park), 7);
    assert_false(parked);
    assert_int_equal(hub_read(r, buf, sizeof buf, park), 0);
    assert_true(parked);
    publish(hub, 2, false);
    publish(hub, 3, false);
    assert_int_equal(wakes, 1);
    assert_int_equal(hub_read(r, buf, sizeof buf, NULL), 14);
    assert_int_equal(hub_read(r, buf, sizeof buf, NULL), 0);
    hub_wake(hub);
    assert_int_equal(wakes, 2);
    hub_leave(r);
    hub_free(hub);
}

static void frames_for_leads_neither_reach_nor_wake_an_agent(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int agent_wakes = 0, lead_wakes = 0;
    bool old;
    char buf[64];
    struct hub_reader *agent = join(hub, -1, false, &agent_wakes, &old), *lead = join(hub, -1, true, &lead_wakes, &old);
    hub_read(agent, buf, sizeof buf, NULL);
    hub_read(lead, buf, sizeof buf, NULL);
    publish(hub, 0, true);
    assert_int_equal(agent_wakes, 0);
    assert_int_equal(lead_wakes, 1);
    assert_string_equal(all(agent, buf, sizeof buf), "");
    assert_string_equal(all(lead, buf, sizeof buf), "id: 0\n\n");
    hub_leave(agent);
    hub_leave(lead);
    hub_free(hub);
}

/* Readers on their own threads: each must see every seq once, in order, and the sum of sleeps must end. */
struct sleeper {
    struct hub *hub;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool rung;
    int64_t sum;
};
enum { FRAMES = 20000, SLEEPERS = 4 };

static void ring(void *arg)
{
    struct sleeper *s = arg;
    pthread_mutex_lock(&s->lock);
    s->rung = true;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
}

static void *sleep_and_read(void *arg)
{
    struct sleeper *s = arg;
    bool old;
    struct hub_reader *r = hub_join(s->hub, 0, false, ring, s, &old);
    int64_t last = 0;
    while (last < FRAMES) {
        int64_t seq;
        ssize_t n = hub_read(r, (char *)&seq, sizeof seq, NULL);
        if (n == (ssize_t)sizeof seq) {
            s->sum += seq == last + 1 ? seq : 0;
            last = seq;
            continue;
        }
        pthread_mutex_lock(&s->lock);
        while (!s->rung)
            pthread_cond_wait(&s->cond, &s->lock);
        s->rung = false;
        pthread_mutex_unlock(&s->lock);
    }
    hub_leave(r);
    return NULL;
}

static void no_wake_is_lost_between_threads(void **state)
{
    (void)state;
    struct hub *hub = hub_new(FRAMES, 1 << 20);
    struct sleeper sleepers[SLEEPERS];
    pthread_t threads[SLEEPERS];
    for (int i = 0; i < SLEEPERS; i++) {
        sleepers[i] = (struct sleeper){.hub = hub, .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
        assert_int_equal(pthread_create(&threads[i], NULL, sleep_and_read, &sleepers[i]), 0);
    }
    for (int64_t i = 1; i <= FRAMES; i++)
        hub_publish(hub, i, (const char *)&i, sizeof i, false);
    for (int i = 0; i < SLEEPERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(sleepers[i].sum, (int64_t)FRAMES * (FRAMES + 1) / 2);
    }
    hub_free(hub);
}

static void the_last_32_refused_requests_are_kept_newest_first(void **state)
{
    (void)state;
    struct hub *hub = hub_new(1, 1 << 20);
    struct hub_refusal r = {0}, list[40];
    for (int i = 1; i <= 50; i++) {
        r.at = i;
        hub_refuse(hub, &r);
    }
    assert_int_equal(hub_refusals(hub, list, 40), 32);
    assert_int_equal(list[0].at, 50);
    assert_int_equal(list[31].at, 19);
    assert_int_equal(hub_refused(hub), 50);
    hub_free(hub);
}

static void frames_of_one_commit_wake_a_sleeper_once_and_nobody_in_vain(void **state)
{
    (void)state;
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int ana = 0, tom = 0;
    bool old;
    char buf[256];
    struct hub_reader *a = join(hub, -1, false, &ana, &old), *t = join(hub, -1, false, &tom, &old);
    hub_belongs(a, "ana");
    hub_belongs(t, "tom");
    assert_string_equal(all(a, buf, sizeof buf), "");
    assert_string_equal(all(t, buf, sizeof buf), "");
    hub_add(hub, 1, "one ", 4, false, "ana");
    hub_add(hub, 2, "two ", 4, true, "");
    hub_add(hub, 3, "three", 5, false, "ana");
    assert_int_equal(ana + tom, 0);
    hub_tell(hub);
    hub_tell(hub);
    assert_int_equal(ana, 1);
    assert_int_equal(tom, 0);
    assert_string_equal(all(a, buf, sizeof buf), "one three");
    assert_string_equal(all(t, buf, sizeof buf), "");
    hub_leave(a);
    hub_leave(t);
    hub_free(hub);
}

static void whose_own_numbers_changed_stays_awake_until_it_knows(void **state)
{
    (void)state;
    static const char *const agents[] = {"mara", "ana"};
    struct hub *hub = hub_new(8, 1 << 20);
    atomic_int ana = 0, tom = 0;
    bool old;
    char buf[256];
    struct hub_reader *a = join(hub, -1, false, &ana, &old), *t = join(hub, -1, false, &tom, &old);
    hub_belongs(a, "ana");
    hub_belongs(t, "tom");
    assert_false(hub_counted(a));
    hub_count(hub, agents, 2);
    assert_string_equal(all(a, buf, sizeof buf), ""); /* nothing to read, and no sleep either */
    publish(hub, 1, false);
    assert_int_equal(ana, 0);
    assert_string_equal(all(a, buf, sizeof buf), "id: 1\n\n");
    assert_true(hub_counted(a));
    assert_false(hub_counted(a) || hub_counted(t));
    assert_string_equal(all(a, buf, sizeof buf), "");
    publish(hub, 2, false);
    assert_int_equal(ana, 1);
    hub_count(hub, NULL, 0);
    assert_true(hub_counted(a) && hub_counted(t));
    hub_leave(a);
    hub_leave(t);
    hub_free(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_resumes_after_the_seq_it_has_seen),
        cmocka_unit_test(what_is_of_the_moment_is_for_those_who_are_there),
        cmocka_unit_test(a_seq_before_the_ring_is_too_old),
        cmocka_unit_test(the_oldest_go_when_there_are_too_many_bytes),
        cmocka_unit_test(what_was_seen_before_it_was_published_is_passed_over),
        cmocka_unit_test(a_reader_that_fell_off_is_told_and_goes_on_with_what_comes),
        cmocka_unit_test(a_frame_larger_than_the_buffer_is_never_cut_short_by_the_ring),
        cmocka_unit_test(a_sleeper_is_woken_once_per_sleep),
        cmocka_unit_test(who_does_not_park_is_not_woken),
        cmocka_unit_test(frames_for_leads_neither_reach_nor_wake_an_agent),
        cmocka_unit_test(frames_of_one_commit_wake_a_sleeper_once_and_nobody_in_vain),
        cmocka_unit_test(whose_own_numbers_changed_stays_awake_until_it_knows),
        cmocka_unit_test(no_wake_is_lost_between_threads),
        cmocka_unit_test(the_last_32_refused_requests_are_kept_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
