/* histogram: against exact percentiles of the same values, over scales from milliseconds to a year, in several shapes. */
#include "core/histogram.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SETS = 400, MOST = 3000 };
static uint64_t state = 88172645463325252u;

static int64_t dice(int64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)below);
}

static int rising(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Uniform; many scales at once; two humps; all the same. */
static int64_t value(int shape, int64_t scale)
{
    switch (shape) {
    case 0:
        return dice(scale);
    case 1:
        return dice((int64_t)1 << (1 + dice(34)));
    case 2:
        return dice(2) ? scale + dice(1000) : scale / 50 + dice(scale / 100 + 1);
    default:
        return scale;
    }
}

static int64_t exact(const int64_t *sorted, int64_t n, int64_t bp)
{
    int64_t rank = (n * bp + 9999) / 10000;
    return sorted[(rank < 1 ? 1 : rank) - 1];
}

static void a_quantile_is_within_the_stated_error_of_the_exact_one(void **unused)
{
    (void)unused;
    static const int64_t quantiles[] = {1, 1000, 5000, 9000, 9900, 10000};
    int64_t worst = 0, asked = 0, values = 0;
    static int64_t list[MOST];
    for (int set = 0; set < SETS; set++) {
        int64_t counts[HISTOGRAM_BUCKETS] = {0}, n = 1 + dice(set % 2 ? MOST : 12), scale = 1 + dice((int64_t)1 << (10 + dice(25)));
        for (int64_t i = 0; i < n; i++, values++) {
            list[i] = value(set % 4, scale);
            counts[histogram_bucket(list[i])]++;
        }
        qsort(list, (size_t)n, sizeof *list, rising);
        for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles; q++, asked++) {
            int64_t is = histogram_quantile(counts, quantiles[q]), was = exact(list, n, quantiles[q]), off = is > was ? is - was : was - is;
            int64_t allowed = was * HISTOGRAM_ERROR_BP / 10000;
            if (off > (allowed > 500 ? allowed : 500))
                fail_msg("set %d, %lld bp of %lld values: %lld, exactly %lld", set, (long long)quantiles[q], (long long)n, (long long)is, (long long)was);
            if (was >= 10000 && off * 10000 / was > worst)
                worst = off * 10000 / was;
        }
    }
    print_message("# %lld quantiles of %lld values in %d sets: none further than %lld.%02lld %% from the exact one (stated: %d.%02d %%)\n", (long long)asked,
                  (long long)values, SETS, (long long)(worst / 100), (long long)(worst % 100), HISTOGRAM_ERROR_BP / 100, HISTOGRAM_ERROR_BP % 100);
}

static void every_value_falls_into_the_bucket_that_begins_at_or_before_it(void **unused)
{
    (void)unused;
    for (int i = 1; i < HISTOGRAM_BUCKETS; i++) {
        assert_true(histogram_begins(i) > histogram_begins(i - 1));
        assert_int_equal(histogram_bucket(histogram_begins(i)), i);
        assert_int_equal(histogram_bucket(histogram_begins(i) - 1), i - 1);
    }
    assert_int_equal(histogram_bucket(-5), 0);
    assert_int_equal(histogram_bucket(0), 0);
    assert_int_equal(histogram_bucket(INT64_MAX), HISTOGRAM_BUCKETS - 1);
    assert_int_equal(histogram_begins(1), 1000);
    assert_int_equal(histogram_begins(HISTOGRAM_BUCKETS - 1), (int64_t)1000 << HISTOGRAM_OCTAVES);
}

static void counts_of_many_days_add_up(void **unused)
{
    (void)unused;
    int64_t all[HISTOGRAM_BUCKETS] = {0}, days[7][HISTOGRAM_BUCKETS] = {{0}}, sum[HISTOGRAM_BUCKETS] = {0};
    for (int i = 0; i < 5000; i++) {
        int bucket = histogram_bucket(dice(86400000));
        all[bucket]++;
        days[dice(7)][bucket]++;
    }
    for (int d = 0; d < 7; d++)
        for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
            sum[i] += days[d][i];
    assert_memory_equal(all, sum, sizeof all);
    int64_t none[HISTOGRAM_BUCKETS] = {0};
    assert_int_equal(histogram_quantile(none, 5000), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quantile_is_within_the_stated_error_of_the_exact_one),
        cmocka_unit_test(every_value_falls_into_the_bucket_that_begins_at_or_before_it),
        cmocka_unit_test(counts_of_many_days_add_up),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
