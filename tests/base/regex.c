/* regex: finds, and stops when a pattern costs too much. */
#include "base/regex.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static enum regex_answer match(const char *pattern, enum regex_flags flags, const char *text)
{
    AUTO_ARENA arena = arena_new();
    struct err err;
    struct regex *regex = regex_new_in(arena, pattern, flags, &err);
    assert_non_null(regex);
    return regex_match(regex, text, strlen(text));
}

static void text_is_searched_anywhere(void **state)
{
    (void)state;
    assert_int_equal(match("err(or)?", REGEX_PLAIN, "an error"), REGEX_YES);
    assert_int_equal(match("^error", REGEX_PLAIN, "an error"), REGEX_NO);
    assert_int_equal(match("ERROR", REGEX_PLAIN, "an error"), REGEX_NO);
    assert_int_equal(match("\u00c9RROR", REGEX_CASELESS, "an \u00e9rror"), REGEX_YES);
    assert_int_equal(match("", REGEX_PLAIN, ""), REGEX_YES);
}

static void groups_and_every_match_are_found(void **state)
{
    (void)state;
    struct regex_span spans[3];
    struct regex *regex = regex_new("([a-z]+)=(\\d)?", REGEX_PLAIN, NULL);
    assert_int_equal(regex_find(regex, "x ab=1 c=", 9, 0, spans, 3), REGEX_YES);
    assert_int_equal(spans[0].from, 2);
    assert_int_equal(spans[0].to, 6);
    assert_int_equal(spans[2].from, 5);
    assert_int_equal(regex_find(regex, "x ab=1 c=", 9, 6, spans, 3), REGEX_YES);
    assert_int_equal(spans[1].from, 7);
    assert_true(spans[2].from == SIZE_MAX);
    assert_int_equal(regex_find(regex, "x ab=1 c=", 9, 9, spans, 3), REGEX_NO);
    assert_int_equal(regex_find(regex, "x", 1, 2, spans, 3), REGEX_NO);
    regex_free(regex);
    regex_free(NULL);
}

static void a_costly_pattern_stops(void **state)
{
    (void)state;
    clock_t before = clock();
    assert_int_equal(match("^(a+)+$", REGEX_PLAIN, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), REGEX_LIMIT);
    assert_true(clock() - before < CLOCKS_PER_SEC / 5);
}

static void broken_bytes_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(match("b", REGEX_PLAIN, "\xff\xc0" "b\xed\xa0\x80"), REGEX_YES);
    assert_int_equal(match("\u00ff", REGEX_PLAIN, "\xff"), REGEX_NO);
}

static void a_faulty_pattern_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
    } cases[] = {{"a(b", "expression, character 4: missing closing parenthesis"},
                 {"[z-a]", "expression, character 4: range out of order in character class"}};
    struct err err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(regex_new(cases[i].pattern, REGEX_PLAIN, &err));
        assert_int_equal(err.code, ERR_USAGE);
        assert_string_equal(err.text, cases[i].text);
    }
    char longest[4098];
    memset(longest, 'a', 4097);
    longest[4097] = 0;
    assert_null(regex_new(longest, REGEX_PLAIN, &err));
    assert_null(regex_new("\\C", REGEX_PLAIN, &err));
    assert_null(regex_new("\xff", REGEX_PLAIN, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_searched_anywhere),
        cmocka_unit_test(groups_and_every_match_are_found),
        cmocka_unit_test(a_costly_pattern_stops),
        cmocka_unit_test(broken_bytes_are_passed_over),
        cmocka_unit_test(a_faulty_pattern_is_refused_with_its_place),
    };
    return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
