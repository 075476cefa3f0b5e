/* permutation: every order of a few things, for tests of what must not depend on one. */
#ifndef HARNESS_PERMUTATION_H
#define HARNESS_PERMUTATION_H
#include <stdbool.h>

/* The next order of n numbers, by the alphabet; begin with them rising. false: it was the last. */
static inline bool permutation_next(int *p, int n)
{
    int i = n - 2, j = n - 1;
    while (i >= 0 && p[i] > p[i + 1])
        i--;
    if (i < 0)
        return false;
    while (p[j] < p[i])
        j--;
    int swap = p[i];
    p[i] = p[j];
    p[j] = swap;
    for (i++, j = n - 1; i < j; i++, j--) {
        swap = p[i];
        p[i] = p[j];
        p[j] = swap;
    }
    return true;
}
#endif
