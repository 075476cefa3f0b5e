/* ordeal: how a long test that kills things is begun: so often, from that seed, as its options (--kills N --seed S --acks N) or the
 * environment (TORTURE_KILLS, TORTURE_SEED) say. */
#ifndef HARNESS_ORDEAL_H
#define HARNESS_ORDEAL_H
#include <stdbool.h>
#include <stdint.h>

struct ordeal {
    int64_t kills, acks; /* unless it is said otherwise; acks 0: there is no such option */
    uint64_t random;     /* for harness/chance; where nobody says a seed, another one each time */
};
/* Begins the test's output with its plan, one test, and the seed. false: it cannot begin, exit with *code. */
bool ordeal_begin(struct ordeal *ordeal, int argc, char **argv, int *code);
#endif
