/* tags: what a ticket has once something is said of its tags. */
#include "core/tags.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int open_all(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void words_are_the_tags_then_and_signs_change_those_there_are(void **state)
{
    static const struct { const char *was, *line, *now; } cases[] = {
        {NULL, "vip, eu", "[\"vip\",\"eu\"]"},
        {"[\"old\"]", "vip vip", "[\"vip\"]"},
        {"[\"old\"]", "", "[]"},
        {"[\"old\",\"eu\"]", "+vip", "[\"old\",\"eu\",\"vip\"]"},
        {"[\"old\",\"eu\"]", "+eu, -old, beta", "[\"eu\",\"beta\"]"},
        {"[\"old\"]", "++vip", "[\"old\",\"vip\"]"},
        {NULL, "-old", "[]"},
        {"[\"old\"]", "vip -old", "[\"vip\",\"-old\"]"}, /* words alone, whatever they begin with */
        {"no array", "+vip", "[\"vip\"]"}};
    (void)state;
    struct err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(tags_after(arena, cases[i].was, tags_read(arena, cases[i].line), &err), cases[i].now);
}

static void what_is_no_list_of_short_words_is_refused(void **state)
{
    static const char *const wrong[] = {"{}", "[1]", "[\"\"]", "[\"+\"]", "[\"-\"]", "not json",
                                        "[\"0123456789012345678901234567890123456789012345678901234567890123x\"]"};
    (void)state;
    struct err err = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(tags_after(arena, NULL, wrong[i], &err));
    char most[400] = "+a0", was[] = "[\"x\"]";
    for (int i = 1; i < TAGS_MOST; i++)
        strcat(most, arena_printf(arena, " +a%d", i));
    assert_non_null(tags_after(arena, NULL, tags_read(arena, most), &err));
    assert_null(tags_after(arena, was, tags_read(arena, most), &err)); /* one more than a ticket has */
    assert_non_null(strstr(err.text, "at most 32"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(words_are_the_tags_then_and_signs_change_those_there_are),
        T(what_is_no_list_of_short_words_is_refused),
    };
    return cmocka_run_group_tests_name("tags", tests, NULL, NULL);
}
