/* small: err, arena, str and clock, the habits too small for a file each. */
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void every_error_code_has_a_row_with_a_status_and_an_exit_code(void **state)
{
    (void)state;
    for (int code = ERR_USAGE; code < ERR_CODES; code++) {
        const struct err_row *row = err_row(code);
        assert_non_null(row->slug);
        assert_true(row->status >= 400 && row->status < 600);
        assert_true(row->exit >= 0 && row->exit < 128);
        assert_int_equal(row->exit == 0, code == ERR_ALREADY);
        assert_int_equal(row->exit == 75, code == ERR_CONFLICT || code == ERR_RATE); /* whoever tries again on 75 comes to an end */
    }
}

static void context_is_added_in_front_and_never_changes_the_code(void **state)
{
    (void)state;
    struct err err;
    assert_false(err_set(&err, ERR_CONFIG, "line %d", 3));
    assert_false(err_in(&err, "reading %s", "x.yaml"));
    assert_string_equal(err.text, "reading x.yaml: line 3");
    assert_int_equal(err.code, ERR_CONFIG);
}

static void an_error_longer_than_its_buffer_is_cut_not_overrun(void **state)
{
    (void)state;
    struct err err;
    char big[2000];
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = 0;
    err_set(&err, ERR_INPUT, "%s", big);
    err_in(&err, "%s", big);
    assert_true(strlen(err.text) < sizeof err.text);
}

static int freed;
static void count_free(void *ptr)
{
    (void)ptr;
    freed++;
}

static void an_arena_gives_aligned_zeroed_memory_and_runs_what_was_deferred(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    for (size_t n = 0; n < 100000; n = n * 3 + 1) {
        char *p = arena_alloc(arena, n);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xff, n);
    }
    arena_defer(arena, count_free, NULL);
    assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
    assert_null(arena_strdup(arena, NULL));
    arena_reset(arena);
    assert_int_equal(freed, 1);
    assert_int_equal(arena_used(arena), 0);
    arena_free(arena);
}

static void a_buffer_stops_at_its_ceiling_and_says_so(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 10);
    str_adds(&s, "12345678");
    assert_false(s.cut);
    str_addf(&s, "%s", "abcdef");
    assert_true(s.cut);
    assert_string_equal(s.data, "12345678ab");
    str_fini(&s);
    assert_string_equal(s.data, "");
}

static void copying_cuts_between_characters(void **state)
{
    (void)state;
    char to[6];
    assert_false(str_copy(to, sizeof to, "abcd\xc3\xa9"));
    assert_string_equal(to, "abcd");
    assert_true(str_copy(to, sizeof to, "abcde"));
}

static int64_t fixed(void *arg)
{
    return *(int64_t *)arg;
}

static void the_clock_is_injected_and_times_are_written_in_utc(void **state)
{
    (void)state;
    int64_t t = 1765708200123;
    char buf[32];
    clock_inject(fixed, &t);
    assert_int_equal(clock_now(), t);
    clock_inject(NULL, NULL);
    assert_string_equal(clock_format(t, buf), "2025-12-14T10:30:00.123Z");
    assert_string_equal(clock_format(0, buf), "1970-01-01T00:00:00.000Z");
    assert_string_equal(clock_format(951782400000, buf), "2000-02-29T00:00:00.000Z");
    assert_string_equal(clock_format(-1, buf), "1969-12-31T23:59:59.999Z");
}

static void a_number_has_the_digits_printf_gives_it(void **state)
{
    static const int64_t edges[] = {0, 9, 10, 99, 100, -1, -10, 4294967296, INT64_MAX, INT64_MIN, INT64_MIN + 1, 1000000000000000000};
    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t n = i < (int)(sizeof edges / sizeof *edges) ? edges[i] : (int64_t)((uint64_t)i * 0x9e3779b97f4a7c15u) >> i % 63;
        char is[22] = {0}, want[32];
        snprintf(want, sizeof want, "%lld", (long long)n);
        assert_int_equal(str_i64(is, n), strlen(want));
        assert_string_equal(is, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_the_digits_printf_gives_it),
        cmocka_unit_test(every_error_code_has_a_row_with_a_status_and_an_exit_code),
        cmocka_unit_test(context_is_added_in_front_and_never_changes_the_code),
        cmocka_unit_test(an_error_longer_than_its_buffer_is_cut_not_overrun),
        cmocka_unit_test(an_arena_gives_aligned_zeroed_memory_and_runs_what_was_deferred),
        cmocka_unit_test(a_buffer_stops_at_its_ceiling_and_says_so),
        cmocka_unit_test(copying_cuts_between_characters),
        cmocka_unit_test(the_clock_is_injected_and_times_are_written_in_utc),
    };
    return cmocka_run_group_tests_name("small", tests, NULL, NULL);
}
