/* review: which labels want a person, for which reason, and never more alerts than the budget. */
#include "core/review.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct classify_result said(int64_t low, int64_t high, int64_t critical)
{
    struct classify_result r = {.urgency = {.all_bp = {0, low, high, critical}}};
    return r;
}

static void a_label_wants_a_look_for_one_of_four_reasons(void **state)
{
    (void)state;
    static const struct { int64_t low, high, critical; int shown; int64_t alert; const char *why; int64_t bp, margin; int runner_up; bool flagged; } cases[] = {
        {9000, 700, 300, URGENCY_LOW, 5000, NULL, 9000, 8300, URGENCY_HIGH, false},
        {4900, 2600, 2500, URGENCY_LOW, 5000, "low confidence", 4900, 2300, URGENCY_HIGH, false},
        {4300, 5700, 0, URGENCY_HIGH, 5000, "small margin", 5700, 1400, URGENCY_LOW, false},
        {4200, 5800, 0, URGENCY_HIGH, 5000, NULL, 5800, 1600, URGENCY_LOW, false},
        {9000, 700, 300, URGENCY_HIGH, 5000, "model disagrees", 700, -8300, URGENCY_LOW, false},
        {7000, 500, 2500, URGENCY_LOW, 2400, "alert budget", 7000, 4500, URGENCY_CRITICAL, false},
        {7000, 500, 2500, URGENCY_LOW, 2500, NULL, 7000, 4500, URGENCY_CRITICAL, false},
        {9000, 700, 300, URGENCY_LOW, 5000, "model disagrees", 9000, 8300, URGENCY_HIGH, true},
        {1000, 500, 8500, URGENCY_CRITICAL, 2400, NULL, 8500, 7500, URGENCY_LOW, false}, /* it is called so already */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct classify_result r = said(cases[i].low, cases[i].high, cases[i].critical);
        struct review review;
        review_urgency(&r, cases[i].shown, cases[i].alert, cases[i].flagged, &review);
        if (!str_eq(review.why, cases[i].why) || review.bp != cases[i].bp || review.margin_bp != cases[i].margin || review.runner_up != cases[i].runner_up)
            fail_msg("case %zu: %s, %d bp, margin %d, over %d", i, review.why ? review.why : "nothing", (int)review.bp, (int)review.margin_bp, review.runner_up);
    }
}

static void the_alert_budget_is_never_overdrawn(void **state)
{
    (void)state;
    int64_t p[500], none[1];
    for (int same = 0; same < 2; same++)
        for (int n = 1; n <= 500; n += 7) {
            for (int i = 0; i < n; i++)
                p[i] = same ? 1234 : (int64_t)i * 7919 % 10007;
            int64_t alert = review_alert_bp(p, n);
            int above = 0;
            for (int i = 0; i < n; i++)
                above += p[i] > alert;
            assert_true(above * 10 <= n);
            assert_true(same || above == (n - 1) / 10);
        }
    assert_true(review_alert_bp(none, 0) > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_wants_a_look_for_one_of_four_reasons),
        cmocka_unit_test(the_alert_budget_is_never_overdrawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
