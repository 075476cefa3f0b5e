/* memory: what was freed between pieces that live is given back when asked for, and what is large at once. */
#include "base/arena.h"
#include "base/memory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { PIECES = 8192, PIECE = 4000, LIVES = 64 /* every so many */, LARGE = 256 << 10, MB = 1 << 20 };

/* A sanitizer has an allocator of its own. */
static void need_glibc(void)
{
    void *volatile piece = malloc(MB);
    bool known = memory_now().used > MB;
    free(piece);
    if (!known) {
        print_message("# skipped: this C library does not say what it holds\n");
        skip();
    }
}

static size_t resident(void)
{
    unsigned long whole = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu %lu", &whole, &pages) != 2)
        skip();
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void holes_are_given_back_when_asked_for(void **state)
{
    static void *piece[PIECES];
    (void)state;
    need_glibc();
    size_t used = memory_now().used;
    for (int i = 0; i < PIECES; i++) {
        piece[i] = malloc(PIECE);
        assert_non_null(piece[i]);
        memset(piece[i], 1, PIECE);
    }
    assert_true(memory_now().used - used >= (size_t)PIECES * PIECE);
    for (int i = 0; i < PIECES; i++)
        if (i % LIVES)
            free(piece[i]);
    size_t before = resident();
    assert_true(memory_now().kept > (size_t)PIECES * PIECE / 2);
    memory_release();
    assert_true(before - resident() > (size_t)PIECES * PIECE / 2);
    for (int i = 0; i < PIECES; i += LIVES)
        free(piece[i]);
    assert_true(memory_now().used <= used + PIECE);
}

static void what_is_large_is_not_kept(void **state)
{
    (void)state;
    need_glibc();
    memory_frugal(LARGE);
    for (int round = 0; round < 3; round++) { /* glibc by itself keeps the second: the first has raised its bound */
        size_t kept = memory_now().kept;
        char *piece = malloc(8 * MB), *after = malloc(64);
        assert_non_null(piece);
        memset(piece, 1, 8 * MB);
        size_t before = resident();
        free(piece);
        assert_true(before - resident() > 7 * MB);
        assert_true(memory_now().kept < kept + MB);
        free(after);
    }
}

static size_t with_arena(struct arena *arena, size_t unit)
{
    for (size_t n = 0; n < unit; n += 1000)
        arena_alloc(arena, 1000);
    arena_reset(arena);
    return memory_now().used;
}

/* The daemon's arenas live as long as it does; each would in time have met the largest unit of work there is. */
static void an_arena_that_a_rare_large_unit_has_grown_is_small_again_after_the_next(void **state)
{
    (void)state;
    need_glibc();
    struct arena *arena = arena_new();
    size_t small = with_arena(arena, 20 * 1000), large = with_arena(arena, MB);
    assert_true(large - small >= MB / 2); /* the next may be as large: it need not begin anew */
    assert_true(with_arena(arena, MB) == large);
    assert_true(with_arena(arena, 20 * 1000) <= small + LARGE / 4);
    assert_true(with_arena(arena, 20 * 1000) <= small + PIECE);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_are_given_back_when_asked_for),
        cmocka_unit_test(what_is_large_is_not_kept),
        cmocka_unit_test(an_arena_that_a_rare_large_unit_has_grown_is_small_again_after_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
