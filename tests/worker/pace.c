/* pace: when the next exchange may begin, by a clock of this file's own. That the courier asks is tested in worker/courier. */
#include "worker/pace.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

enum { NOON = 1000000000, MINUTE = 60000 };
static const struct verdict yes = {.kind = VERDICT_DELIVERED}, again = {.kind = VERDICT_RETRY};
static const struct destination slow = {.pace = {{2, 1, 1000}}, .refusals = {3, MINUTE}};
static const struct config_destination plain;

static void fails(struct pace *p, int times, int64_t at)
{
    while (times--)
        pace_answered(p, &again, 503, at);
}

static void the_breaker_opens_after_failures_in_a_row_and_lets_one_try(void **state)
{
    (void)state;
    struct pace_account a = {0};
    struct pace p = {.account = &a};
    fails(&p, PACE_FAILURES - 1, NOON);
    pace_answered(&p, &yes, 200, NOON);
    fails(&p, PACE_FAILURES - 1, NOON);
    assert_int_equal(pace_breaker(&p, false, NOON), 0);
    fails(&p, 1, NOON);
    assert_int_equal(pace_breaker(&p, false, NOON + 1), PACE_OPEN_MS - 1);
    assert_int_equal(pace_breaker(&p, false, NOON + PACE_OPEN_MS), 0);
    assert_int_equal(p.health.breaker, BREAKER_HALF_OPEN);
    assert_int_equal(pace_breaker(&p, true, NOON + PACE_OPEN_MS), PACE_MOMENT_MS);
}

static void an_answer_that_is_no_failure_of_theirs_closes_the_breaker(void **state)
{
    (void)state;
    struct pace_account a = {0};
    struct pace p = {.account = &a};
    fails(&p, PACE_FAILURES, NOON);
    pace_answered(&p, &again, 409, NOON + 1);
    assert_int_equal(p.health.breaker, BREAKER_CLOSED);
    assert_int_equal(pace_breaker(&p, true, NOON + 1), 0);
}

static void a_clock_that_was_set_back_opens_nothing_for_longer(void **state)
{
    (void)state;
    struct pace_account a = {0};
    struct pace p = {.account = &a};
    fails(&p, PACE_FAILURES, NOON);
    assert_int_equal(pace_breaker(&p, false, NOON - 1000 * MINUTE), 0);
    pace_wait(&p, &slow, &plain, NOON);
    pace_spend(&p);
    assert_true(pace_wait(&p, &slow, &plain, NOON - 1000 * MINUTE) <= 1001);
}

static void a_burst_goes_at_once_and_the_rest_at_the_pace(void **state)
{
    (void)state;
    struct pace_account a = {0};
    struct pace p = {.account = &a};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pace_wait(&p, &slow, &plain, NOON), 0);
        pace_spend(&p);
    }
    assert_int_equal(pace_wait(&p, &slow, &plain, NOON), 1001);
    assert_int_equal(pace_wait(&p, &slow, &plain, NOON + 1001), 0);
}

static void the_configurations_pace_stands_above_the_kinds(void **state)
{
    (void)state;
    const struct config_destination hourly = {.rate = 100, .max_per_hour = 1};
    struct pace_account a = {0};
    struct pace p = {.account = &a};
    assert_int_equal(pace_wait(&p, &slow, &hourly, NOON), 0);
    pace_spend(&p);
    assert_int_equal(pace_wait(&p, &slow, &hourly, NOON), 60 * MINUTE + 1);
}

static void who_asks_for_time_has_it_alone_or_for_the_whole_account_and_a_day_at_the_most(void **state)
{
    (void)state;
    const struct verdict wait = {.kind = VERDICT_WAIT, .retry_after = 5000}, all = {.kind = VERDICT_WAIT, .retry_after = 9 * RETRY_WAITED_MS, .all = true};
    struct pace_account *list = NULL, *shared = pace_account(&list, "bot");
    struct pace one = {.account = shared}, two = {.account = pace_account(&list, "bot")}, other = {.account = pace_account(&list, "else")};
    pace_answered(&one, &wait, 429, NOON);
    assert_int_equal(pace_held(&one, NOON), 5000);
    assert_true(pace_held(&two, NOON) <= 0);
    pace_answered(&one, &all, 429, NOON);
    assert_int_equal(pace_held(&two, NOON), RETRY_WAITED_MS);
    assert_true(pace_held(&other, NOON) <= 0);
    pace_accounts_free(&list);
    assert_null(list);
}

static void what_is_refused_again_and_again_is_left_alone_for_the_rest_of_its_time(void **state)
{
    (void)state;
    const struct reply no = {.status = 403}, shared = {.status = 429, .limit_scope = "shared"};
    struct pace_account a = {0};
    struct pace p = {.account = &a};
    assert_false(pace_refused(&p, &slow, &no, 0, NOON));
    assert_false(pace_refused(&p, &slow, &shared, 0, NOON + 1));
    assert_false(pace_refused(&p, &slow, &no, 0, NOON + 2));
    assert_true(pace_refused(&p, &slow, &no, 0, NOON + 3));
    assert_int_equal(pace_held(&p, NOON + 3), MINUTE - 3);
    assert_false(pace_refused(&p, &slow, &no, 0, NOON + 4)); /* told once */
    assert_false(pace_refused(&p, &slow, &no, 0, NOON + MINUTE)); /* a new minute */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_breaker_opens_after_failures_in_a_row_and_lets_one_try),
        cmocka_unit_test(an_answer_that_is_no_failure_of_theirs_closes_the_breaker),
        cmocka_unit_test(a_clock_that_was_set_back_opens_nothing_for_longer),
        cmocka_unit_test(a_burst_goes_at_once_and_the_rest_at_the_pace),
        cmocka_unit_test(the_configurations_pace_stands_above_the_kinds),
        cmocka_unit_test(who_asks_for_time_has_it_alone_or_for_the_whole_account_and_a_day_at_the_most),
        cmocka_unit_test(what_is_refused_again_and_again_is_left_alone_for_the_rest_of_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
