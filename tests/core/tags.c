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
        {"no array", "+vip", "[\"vip\"]"},
        {"[\"old\"]", "\"+1\", eu", "[\"+1\",\"eu\"]"},
        {"[\"+1\",\"old\"]", "-\"+1\" +\"new customer\"", "[\"old\",\"new customer\"]"},
        {"[\"old\"]", "\"half open", "[\"\\\"half\",\"open\"]"}};
    (void)state;
    struct err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(tags_after(arena, cases[i].was, tags_read(arena, cases[i].line), &err), cases[i].now);
}

static void an_array_is_the_tags_whatever_they_begin_with_and_an_object_changes_them(void **state)
{
    static const struct { const char *said, *now; } cases[] = {
        {"[\"+1\",\"-5\",\"+1\"]", "[\"+1\",\"-5\"]"},
        {"[\"-old\"]", "[\"-old\"]"},
        {"{\"add\":[\"+1\",\"eu\"],\"take\":[\"old\"]}", "[\"eu\",\"+1\"]"},
        {"{\"take\":[\"eu\"]}", "[\"old\"]"},
        {"{\"take\":[\"eu\"],\"add\":[\"eu\"]}", "[\"old\",\"eu\"]"},
        {"{}", "[\"old\",\"eu\"]"}};
    (void)state;
    struct err err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(tags_after(arena, "[\"old\",\"eu\"]", cases[i].said, &err), cases[i].now);
}

static void the_line_of_an_array_is_read_as_that_array(void **state)
{
    static const struct { const char *tags, *line; } cases[] = {
        {"[\"vip\",\"eu\"]", "vip, eu"},
        {"[\"+1\",\"eu\"]", "\"+1\", eu"},
        {"[\"eu\",\"-5\"]", "eu, \"-5\""},
        {"[\"feature request\",\"a,b\"]", "\"feature request\", \"a,b\""},
        {"[\"\\\"so\\\"\",\"a\\\\ b\",\"d'\\u00e9j\\u00e0 vu\"]", NULL},
        {"[]", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *line = tags_line(arena, cases[i].tags);
        struct err err = {0};
        if (cases[i].line)
            assert_string_equal(line, cases[i].line);
        assert_string_equal(tags_read(arena, line), tags_after(arena, NULL, cases[i].tags, &err));
    }
    assert_string_equal(tags_line(arena, NULL), "");
}

static void what_is_no_list_of_short_words_is_refused(void **state)
{
    static const char *const wrong[] = {"7", "[1]", "[\"\"]", "not json", "{\"add\":\"a\"}", "{\"put\":[\"a\"]}", "{\"add\":[\"\"]}",
                                        "[\"0123456789012345678901234567890123456789012345678901234567890123x\"]"};
    static const char *const lines[] = {"+", "-", "a \"\"", "+\"\""};
    (void)state;
    struct err err = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(tags_after(arena, NULL, wrong[i], &err));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_null(tags_after(arena, NULL, tags_read(arena, lines[i]), &err));
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
        T(an_array_is_the_tags_whatever_they_begin_with_and_an_object_changes_them),
        T(the_line_of_an_array_is_read_as_that_array),
        T(what_is_no_list_of_short_words_is_refused),
    };
    return cmocka_run_group_tests_name("tags", tests, NULL, NULL);
}
