/* memory: see memory.h. glibc raises its own bound for what is large with the first such piece that is freed (up to 32 MiB), and
 * from then on a refit's or a long list's blocks stay as holes; a bound that was set stays where it is. */
#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { TOP_MOST = 512 << 10, HEAPS = 2 }; /* TOP_MOST: bytes free at a heap's end before it shrinks */

void memory_frugal(size_t large)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, (int)large);
    mallopt(M_TRIM_THRESHOLD, TOP_MOST);
    mallopt(M_ARENA_MAX, HEAPS);
    malloc_trim(0); /* where another malloc stands before glibc's (a sanitizer's), its first call sets it up: two threads must not make that at once */
#else
    (void)large;
#endif
}

void memory_release(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void *memory_must(void *ptr)
{
    if (!ptr) {
        fputs("triage: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

struct memory memory_now(void)
{
    struct memory now = {0};
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 all = mallinfo2();
    now = (struct memory){.used = all.uordblks + all.hblkhd, .kept = all.fordblks};
#endif
    return now;
}
