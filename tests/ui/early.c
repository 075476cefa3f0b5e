/* early: keys that wait keep their own text, whatever the terminal does with its; and both ceilings are said. */
#include "screen/early.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct early *early;

static int teardown(void **state)
{
    (void)state;
    early_free(early);
    early = NULL;
    return 0;
}

static bool paste(const char *text, size_t n)
{
    return early_add(&early, &(struct key){.code = K_PASTE, .text = text, .n = n});
}

/* A terminal reads each paste into the same bytes, and may move them for a longer one. */
static void two_pastes_are_two_texts(void **state)
{
    (void)state;
    char *buffer = strdup("FIRST-PASTE-AAAA ");
    assert_true(paste(buffer, strlen(buffer)));
    assert_true(early_add(&early, &(struct key){.code = 'x'}));
    memset(buffer, '?', strlen(buffer));
    free(buffer);
    assert_true(paste("second", 6));
    assert_int_equal(early_count(early), 3);
    assert_int_equal(early_key(early, 0)->n, 17);
    assert_memory_equal(early_key(early, 0)->text, "FIRST-PASTE-AAAA ", 17);
    assert_int_equal(early_key(early, 1)->code, 'x');
    assert_memory_equal(early_key(early, 2)->text, "second", 6);
}

static void said(const char *text)
{
    char out[160];
    early_say(early, out, sizeof out);
    assert_string_equal(out, text);
}

static void a_paste_without_room_is_said_and_nothing_is_kept_behind_it(void **state)
{
    (void)state;
    char *long_one = calloc(1, EARLY_TEXT);
    memset(long_one, 'a', EARLY_TEXT);
    said("");
    assert_true(paste("b", 1));
    assert_false(paste(long_one, EARLY_TEXT));
    said("No room while the desk is silent: the last 1 paste is not taken.");
    assert_false(early_add(&early, &(struct key){.code = 'x'}));
    assert_false(early_add(&early, &(struct key){.code = 'y'}));
    said("No room while the desk is silent: the last 2 keys and 1 paste are not taken.");
    assert_int_equal(early_count(early), 1);
    free(long_one);
}

static void keys_have_a_ceiling_too(void **state)
{
    (void)state;
    for (int i = 0; i < EARLY_KEYS; i++)
        assert_true(early_add(&early, &(struct key){.code = 'x'}));
    assert_false(early_add(&early, &(struct key){.code = 'y'}));
    assert_int_equal(early_count(early), EARLY_KEYS);
    said("No room while the desk is silent: the last 1 key is not taken.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(two_pastes_are_two_texts, teardown),
        cmocka_unit_test_teardown(a_paste_without_room_is_said_and_nothing_is_kept_behind_it, teardown),
        cmocka_unit_test_teardown(keys_have_a_ceiling_too, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
