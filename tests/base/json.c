/* json: the strict reader's promises. The public parsing corpus runs in tests/base/json_corpus. */
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct json *parse(const char *text, struct json_notes *notes)
{
    return json_parse(text, strlen(text), &json_limits_dialect, notes, NULL);
}

static void a_large_id_keeps_every_digit(void **state)
{
    (void)state;
    AUTO_JSON node = parse("{\"id\":90071992547409931}", NULL);
    int64_t id;
    assert_string_equal(json_number(json_get(node, "id")), "90071992547409931");
    assert_true(json_i64(json_get(node, "id"), &id));
    assert_int_equal(id, 90071992547409931);
}

static void the_last_of_two_equal_members_wins_and_is_noted(void **state)
{
    (void)state;
    struct json_notes notes;
    AUTO_JSON node = parse("{\"a\":1,\"b\":2,\"a\":3}", &notes);
    assert_true(notes.dup);
    assert_int_equal(json_count(node), 2);
    assert_int_equal(json_get_i64(node, "a", 0), 3);
}

static void nul_and_lone_surrogates_become_the_replacement_character(void **state)
{
    (void)state;
    struct json_notes notes;
    AUTO_JSON node = parse("[\"a\\u0000b\",\"\\ud800\",\"\\ud83d\\ude00\"]", &notes);
    assert_true(notes.replaced);
    assert_string_equal(json_string(json_first(node)), "a\xef\xbf\xbd" "b");
    assert_string_equal(json_string(json_next(json_first(node))), "\xef\xbf\xbd");
    assert_string_equal(json_string(json_next(json_next(json_first(node)))), "\xf0\x9f\x98\x80");
}

static void broken_text_is_refused_with_its_kind(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_fault fault;
    } cases[] = {{"", JSON_EMPTY}, {"{", JSON_NOT_JSON}, {"[1,]", JSON_NOT_JSON}, {"[01]", JSON_NOT_JSON},
                 {"NaN", JSON_NOT_JSON}, {"{} x", JSON_NOT_JSON}, {"[\"\xc0\x80\"]", JSON_NOT_UTF8},
                 {"[\"\xed\xa0\x80\"]", JSON_NOT_UTF8}, {"[\"a\nb\"]", JSON_NOT_JSON}, {"\"\\", JSON_NOT_JSON}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_notes notes;
        assert_null(parse(cases[i].text, &notes));
        assert_int_equal(notes.fault, cases[i].fault);
    }
}

static void depth_is_limited(void **state)
{
    (void)state;
    char text[1100];
    struct json_notes notes;
    memset(text, '[', 513);
    memset(text + 513, ']', 513);
    text[1026] = 0;
    assert_null(parse(text, &notes));
    assert_int_equal(notes.fault, JSON_LIMIT);
    AUTO_JSON node = json_parse(text + 1, 1024, &json_limits_dialect, NULL, NULL);
    assert_non_null(node);
}

static void sorting_makes_equal_documents_print_alike(void **state)
{
    (void)state;
    AUTO_JSON a = parse("{\"b\":{\"y\":1,\"x\":[1.50]},\"a\":null}", NULL);
    AUTO_JSON b = parse("{ \"a\":null, \"b\":{\"x\":[1.50],\"y\":1}}", NULL);
    json_sort(a);
    json_sort(b);
    char *pa = json_print(a), *pb = json_print(b);
    assert_string_equal(pa, pb);
    assert_string_equal(pa, "{\"a\":null,\"b\":{\"x\":[1.50],\"y\":1}}");
    free(pa);
    free(pb);
}

/* Short texts stand inside their nodes, long ones beside them; neither may be shared. */
static void a_copy_outlives_what_it_was_made_of(void **state)
{
    (void)state;
    static const char text[] = "{\"short\":\"a\",\"a name that is longer than what a cell has room for\":1,\"list\":[12345678901234567890,\"a text that is longer than what a"
                               " cell has room for\",null,true,{\"x\":\"0123456789012345678901234567890\",\"name that would have fitted alone\":\"both do not\"}]}";
    struct json *first = parse(text, NULL), *copy = json_copy(first), *list = json_copy(json_get(first, "list"));
    json_put(copy, "list again", list);
    json_put(copy, "list once more", json_copy(list));
    json_drop(copy, "list again");
    json_free(first);
    json_release();
    for (int i = 0; i < 3; i++)
        json_free(parse("{\"other\":[\"bytes\",1,2,3,4,5,6,7,8,9]}", NULL));
    json_drop(copy, "list once more");
    char *printed = json_print(copy);
    assert_string_equal(printed, text);
    free(printed);
    json_free(copy);
}

static void what_is_cut_inside_a_character_is_printed_as_utf8(void **state)
{
    (void)state;
    AUTO_JSON node = json_object();
    json_put_string(node, "detail", "no absence x\xc3");
    char *text = json_print(node);
    assert_string_equal(text, "{\"detail\":\"no absence x\xef\xbf\xbd\"}");
    free(text);
}

static void values_that_are_written_alike_are_the_same(void **state)
{
    static const char *const texts[] = {"{}", "[]", "null", "true", "false", "1", "1.0", "10", "\"1\"", "\"\"", "{\"a\":1}", "{\"b\":1}", "{\"a\":2}", "{\"a\":1,\"b\":1}", "{\"b\":1,\"a\":1}",
                                        "{\"a\":{\"x\":[1,true]}}", "{\"a\":{\"x\":[1,false]}}", "{\"a\":{\"x\":[1]}}", "[1,2]", "[2,1]", "[1]", "[[1]]", "[null]"};
    enum { TEXTS = sizeof texts / sizeof *texts };
    (void)state;
    for (int i = 0; i < TEXTS; i++)
        for (int k = 0; k < TEXTS; k++) {
            AUTO_JSON a = json_parse(texts[i], strlen(texts[i]), &json_limits_native, NULL, NULL);
            AUTO_JSON b = json_parse(texts[k], strlen(texts[k]), &json_limits_native, NULL, NULL);
            if (json_same(a, b) != (i == k))
                fail_msg("%s and %s", texts[i], texts[k]);
        }
    assert_true(json_same(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_id_keeps_every_digit),
        cmocka_unit_test(the_last_of_two_equal_members_wins_and_is_noted),
        cmocka_unit_test(nul_and_lone_surrogates_become_the_replacement_character),
        cmocka_unit_test(broken_text_is_refused_with_its_kind),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(sorting_makes_equal_documents_print_alike),
        cmocka_unit_test(a_copy_outlives_what_it_was_made_of),
        cmocka_unit_test(what_is_cut_inside_a_character_is_printed_as_utf8),
        cmocka_unit_test(values_that_are_written_alike_are_the_same),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
