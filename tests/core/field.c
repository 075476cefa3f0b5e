/* field: what the table's comment promises. */
#include "core/field.h"
#include "core/act.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void names_are_unique_and_say_what_they_are(void **state)
{
    (void)state;
    for (int i = 0; i < field_count; i++) {
        assert_ptr_equal(field_find(field_table[i].name), &field_table[i]);
        assert_int_equal(field_index(&field_table[i]), i);
        assert_true(strlen(field_table[i].help) > 3);
        assert_true((field_table[i].type == FIELD_ENUM) == (field_table[i].words != NULL));
    }
}

static void every_row_reads_back_what_it_wrote_and_touches_nothing_else(void **state)
{
    (void)state;
    for (int i = 0; i < field_count; i++) {
        const struct field *f = &field_table[i];
        struct ticket none = {0}, t = {0};
        if (field_is_text(f))
            field_set_text(&t, f, "x");
        else
            field_set_int(&t, f, 1);
        for (int k = 0; k < field_count; k++)
            assert_int_equal(field_same(&t, &none, &field_table[k]), k != i);
    }
}

static void a_wrong_name_gets_the_nearest_right_one(void **state)
{
    (void)state;
    assert_string_equal(field_suggest("urgancy", FIELD_WHEN), "urgency");
    assert_string_equal(field_suggest("asignee", FIELD_WHEN), "assignee");
    assert_null(field_suggest("xyzzyplugh", FIELD_WHEN));
}

static void words_go_both_ways(void **state)
{
    (void)state;
    const struct field *f = field_find("status");
    assert_int_equal(field_word_value(f, "on_hold"), STATUS_ON_HOLD);
    assert_string_equal(field_word(f, STATUS_ON_HOLD), "on_hold");
    assert_int_equal(field_word_value(f, "nonsense"), -1);
    assert_string_equal(field_word(f, 99), "");
    assert_string_equal(status_word(STATUS_CLOSED), "closed");
    assert_string_equal(urgency_word(URGENCY_CRITICAL), "critical");
}

static void actions_are_sorted_and_each_needs_a_role(void **state)
{
    (void)state;
    for (int i = 0; i < ACTIONS; i++) {
        assert_true(!i || strcmp(action_table[i - 1].name, action_table[i].name) < 0);
        assert_ptr_equal(action_find(action_table[i].name), &action_table[i]);
        assert_true(action_table[i].role > ROLE_NONE);
        assert_non_null(action_arg_name(action_table[i].arg));
    }
    assert_null(action_find("clos"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_say_what_they_are),
        cmocka_unit_test(every_row_reads_back_what_it_wrote_and_touches_nothing_else),
        cmocka_unit_test(a_wrong_name_gets_the_nearest_right_one),
        cmocka_unit_test(words_go_both_ways),
        cmocka_unit_test(actions_are_sorted_and_each_needs_a_role),
    };
    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
