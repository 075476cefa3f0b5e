/* problem: RFC 9457, ASCII, at most 512 bytes, whatever the detail. */
#include "wire/problem.h"
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void check(const char *text, int status)
{
    assert_true(strlen(text) <= 512);
    for (const char *c = text; *c; c++)
        assert_in_range(*c, 0x20, 0x7e);
    AUTO_JSON root = json_parse(text, strlen(text), &json_limits_native, NULL, NULL);
    assert_non_null(root);
    assert_int_equal(json_get_i64(root, "status", 0), status);
    assert_memory_equal(json_get_string(root, "type", ""), "urn:triage:problem:", 19);
}

static void every_row_prints_as_a_bounded_problem(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int id = 0; id < PROBLEMS; id++) {
        struct problem p = problem_of((enum problem_id)id);
        assert_non_null(p.slug);
        assert_in_range(p.status, 400, 599);
        p.request = "0123456789abcdefghij";
        p.error = p.title;
        check(problem_print(arena, &p), p.status);
    }
}

static void a_detail_of_any_length_and_script_stays_within_bounds(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err;
    for (int n = 0; n < 100; n++) {
        char text[480] = "";
        for (int i = 0; i < n; i++)
            strcat(text, i % 3 ? "\xe7\xa5\xa8" : "\"\\\x01");
        err_set(&err, ERR_CONFLICT, "%s", text);
        struct problem p = problem_of_err(&err);
        p.request = "0123456789abcdefghij";
        check(problem_print(arena, &p), 409);
    }
}

static void a_vendor_gets_its_own_envelope(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct problem p = problem_of(PROBLEM_RATE_LIMITED);
    assert_string_equal(problem_print_vendor(arena, &p), "{\"error\":{\"message\":\"This source is over its rate.\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_prints_as_a_bounded_problem),
        cmocka_unit_test(a_detail_of_any_length_and_script_stays_within_bounds),
        cmocka_unit_test(a_vendor_gets_its_own_envelope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
