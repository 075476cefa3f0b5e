/* retry: the schedule by its numbers, and what counts as an attempt. */
#include "core/retry.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void the_fifth_failure_is_the_last(void **state)
{
    (void)state;
    static const int64_t waits[] = {30000, 120000, 600000, 3600000, -1};
    struct retry r = {0};
    for (int i = 0; i < 5; i++)
        assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_RETRY, .retry_after = 0}, 0), waits[i]);
    assert_int_equal(r.attempts, 5);
}

static void jitter_adds_at_most_a_tenth_and_never_to_what_was_asked_for(void **state)
{
    (void)state;
    assert_int_equal(retry_wait(PROFILE_DEFAULT, 1, 10000, 0), 33000);
    assert_int_equal(retry_wait(PROFILE_DEFAULT, 1, 5000, 0), 31500);
    assert_int_equal(retry_wait(PROFILE_DEFAULT, 1, 10000, 40000), 40000);
    assert_int_equal(retry_wait(PROFILE_DEFAULT, 1, 10000, 32000), 33000);
}

static void nobody_waits_longer_than_a_day(void **state)
{
    (void)state;
    assert_int_equal(retry_wait(PROFILE_DEFAULT, 1, 0, 86400000), 86400000);
    assert_int_equal(retry_wait(PROFILE_DEFAULT, 1, 0, 86400001), -1);
    struct retry r = {0};
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_WAIT, .retry_after = 86400001}, 0), -1);
}

static void a_wait_that_was_asked_for_uses_up_no_attempt(void **state)
{
    (void)state;
    struct retry r = {0};
    for (int i = 0; i < RETRY_WAITS; i++)
        assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_WAIT, .retry_after = 2000}, 10000), 2000);
    assert_int_equal(r.attempts, 0);
    assert_int_equal(r.waited, 2000 * RETRY_WAITS);
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_WAIT, .retry_after = 2000}, 0), -1);
}

static void waits_add_up_to_a_day_at_most(void **state)
{
    (void)state;
    struct retry r = {0};
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_WAIT, .retry_after = 50000000}, 0), 50000000);
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_WAIT, .retry_after = 50000000}, 0), -1);
}

static void what_was_not_tried_counts_for_nothing(void **state)
{
    (void)state;
    struct retry r = {2, 3, 4000};
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_LATER, .retry_after = 60000}, 10000), 60000);
    assert_int_equal(r.attempts, 2);
    assert_int_equal(r.waits, 3);
}

static void delivered_and_dead_are_the_end(void **state)
{
    (void)state;
    struct retry r = {0};
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_DELIVERED, .retry_after = 0}, 0), -1);
    assert_int_equal(retry_step(&r, PROFILE_DEFAULT, &(struct verdict){.kind = VERDICT_DEAD, .retry_after = 0}, 0), -1);
    assert_int_equal(r.attempts, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fifth_failure_is_the_last),
        cmocka_unit_test(jitter_adds_at_most_a_tenth_and_never_to_what_was_asked_for),
        cmocka_unit_test(nobody_waits_longer_than_a_day),
        cmocka_unit_test(a_wait_that_was_asked_for_uses_up_no_attempt),
        cmocka_unit_test(waits_add_up_to_a_day_at_most),
        cmocka_unit_test(what_was_not_tried_counts_for_nothing),
        cmocka_unit_test(delivered_and_dead_are_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
