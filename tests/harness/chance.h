/* chance: numbers from a seed, for tests that do at random what they can do again. The same seed gives the same numbers everywhere. */
#ifndef HARNESS_CHANCE_H
#define HARNESS_CHANCE_H
#include <stdint.h>

/* 0 .. sides - 1; sides below 2^31. Any seed will do, it moves on (Knuth's MMIX generator, whose upper half is good). */
static inline int chance(uint64_t *seed, int64_t sides)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((int64_t)(*seed >> 33) % sides);
}
#endif
