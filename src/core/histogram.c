/* histogram: see histogram.h. Pure. */
#include "core/histogram.h"

static const int64_t steps[HISTOGRAM_STEPS] = {1000, 1189, 1414, 1682};

int64_t histogram_begins(int bucket)
{
    return bucket <= 0 ? 0 : steps[(bucket - 1) % HISTOGRAM_STEPS] << (bucket - 1) / HISTOGRAM_STEPS;
}

int histogram_bucket(int64_t ms)
{
    int low = 0, high = HISTOGRAM_BUCKETS - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (ms >= histogram_begins(middle))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

int64_t histogram_quantile(const int64_t counts[HISTOGRAM_BUCKETS], int64_t bp)
{
    int64_t n = 0, before = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        n += counts[i];
    int64_t rank = (n * bp + 9999) / 10000;
    rank = rank < 1 ? 1 : rank;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        before += counts[i];
        if (before >= rank && n > 0)
            return i == HISTOGRAM_BUCKETS - 1 ? histogram_begins(i) : (histogram_begins(i) + histogram_begins(i + 1)) / 2;
    }
    return -1;
}
