/* histogram: how long things took, in fixed buckets on a logarithmic scale, so that counts of any days can be added up and a
 * median or percentile be read from the sum.
 *
 *   bucket 0            less than 1 s
 *   bucket 1 + 4k + j   from S[j] * 2^k ms up to the next one's beginning; S = 1000, 1189, 1414, 1682 (2^(j/4) seconds)
 *   the last bucket     from 2^26 s (776 days) on
 *
 * A quantile is the nearest rank's bucket, and its middle: within 9.5 % of the exact value (half the widest bucket, 1682 to
 * 2000, against its beginning), within 500 ms below 1 s; in the last bucket its beginning. Numbers of buckets are kept in
 * databases: the table never changes. */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H
#include <stdint.h>

enum { HISTOGRAM_STEPS = 4, HISTOGRAM_OCTAVES = 26, HISTOGRAM_BUCKETS = 2 + HISTOGRAM_STEPS * HISTOGRAM_OCTAVES, HISTOGRAM_ERROR_BP = 950 };
int histogram_bucket(int64_t ms);      /* below 0: 0 */
int64_t histogram_begins(int bucket);  /* ms */
/* The value below or at which `bp` of 10,000 of the n = sum of counts lie; -1: there are none. */
int64_t histogram_quantile(const int64_t counts[HISTOGRAM_BUCKETS], int64_t bp);
#endif
