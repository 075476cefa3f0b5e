/* sequence: which key a terminal's sequence is; and that a report of a terminal is never one. */
#include "term/sequence.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void a_sequence_is_the_key_that_terminals_mean_by_it(void **state)
{
    (void)state;
    static const struct { const char *parameters; char final; const char *name; } rows[] = {
        {"", 'A', "Up"}, {"1", 'B', "Down"}, {"1;1", 'C', "Right"}, {"1;5", 'D', "C-Left"}, {"1;2", 'H', "S-Home"}, {"1;3", 'F', "M-End"}, {"", 'Z', "S-Tab"}, {"1", '~', "Home"},
        {"7", '~', "Home"}, {"8", '~', "End"}, {"3;5", '~', "C-Delete"}, {"5", '~', "PgUp"}, {"24", '~', "F12"}, {"1;2", 'P', "S-F1"}, {"15;5", '~', "C-F5"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key key = {0};
        char name[KEY_NAME];
        assert_true(sequence_key(rows[i].parameters, rows[i].final, &key));
        key_format(&key, name);
        assert_string_equal(name, rows[i].name);
    }
    struct key key = {0};
    assert_true(sequence_ss3('A', &key) && key.code == K_UP);
    assert_true(sequence_ss3('R', &key) && key.code == K_F3);
    assert_false(sequence_ss3('j', &key));
}

static void what_a_terminal_reports_is_no_key(void **state)
{
    (void)state;
    static const struct { const char *parameters; char final; } rows[] = {{"?62;22", 'c'}, {">41;354;0", 'c'}, {"24;80", 'R'}, {"1;2", 'R'}, {"8;24;80", 't'}, {"0", 'n'}, {"?2026;2$", 'y'},
        {"99", '~'}, {"", '~'}, {"200", '~'}, {"1;9", 'A'}, {"1;0", 'A'}, {"2", 'A'}, {"1;5;9", 'A'}, {";5", 'A'}, {"1;", 'A'}, {"-1", '~'}, {" 5", '~'}, {"5;5", 'A'}, {"9999999999999999999", '~'}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key key = {.code = 'x'};
        if (sequence_key(rows[i].parameters, rows[i].final, &key))
            fail_msg("CSI %s %c is a key", rows[i].parameters, rows[i].final);
        assert_int_equal(key.code, 'x');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sequence_is_the_key_that_terminals_mean_by_it),
        cmocka_unit_test(what_a_terminal_reports_is_no_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
