/* draft: keys of drafts and what is kept under them. */
#include "core/draft.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void a_key_names_its_ticket_and_kind_or_is_none(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct draft draft;
    for (int reply = 0; reply < 2; reply++) {
        assert_true(draft_parse(draft_key(arena, 42, reply), &draft));
        assert_int_equal(draft.ticket, 42);
        assert_int_equal(draft.reply, reply);
    }
    assert_string_equal(draft_key(arena, 42, true), "draft:42:reply");
    static const char *const none[] = {"", "draft", "draft:", "draft:42", "draft:0:reply", "draft:-1:reply", "draft: 1:reply", "draft:x:note", "draft:42:replyx", "session"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(draft_parse(none[i], &draft));
}

static void what_is_kept_is_a_text_or_an_object_with_one(void **state)
{
    (void)state;
    static const struct { const char *value, *text; bool shared; } cases[] = {
        {"\"plain\"", "plain", false}, {"{\"text\":\"x\",\"shared\":true}", "x", true}, {"{\"text\":\"x\",\"shared\":\"true\"}", "x", false}, {"{\"shared\":true}", "", true},
        {"[true]", "", false}, {"null", "", false}, {"7", "", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON value = json_parse(cases[i].value, strlen(cases[i].value), &json_limits_native, NULL, NULL);
        assert_string_equal(draft_text(value), cases[i].text);
        assert_int_equal(draft_shared(value), cases[i].shared);
    }
    assert_string_equal(draft_text(NULL), "");
    assert_false(draft_shared(NULL));
}

static void who_takes_it_over_has_it_alone_and_it_says_whose_it_was(void **state)
{
    (void)state;
    static const char text[] = "{\"text\":\"x\",\"version\":3,\"shared\":true,\"by\":\"mara\",\"cited\":[]}";
    AUTO_ARENA arena = arena_new();
    AUTO_JSON own = draft_taken(json_parse_in(arena, text, sizeof text - 1, &json_limits_native, NULL, NULL), "ana");
    assert_false(draft_shared(own));
    assert_string_equal(json_get_string(own, "by", ""), "ana");
    assert_int_equal(json_get_i64(own, "version", 0), 3);
    assert_non_null(json_get(own, "cited"));
}

static void two_texts_of_one_are_merged_and_none_is_lost(void **state)
{
    (void)state;
    static const struct { const char *was, *first, *then, *out; bool both; } cases[] = {
        /* one of them wrote */
        {"{\"text\":\"a\"}", "{\"text\":\"a\"}", "{\"text\":\"a b\"}", "{\"text\":\"a b\"}", false},
        {"{\"text\":\"a\"}", "{\"text\":\"a b\"}", "{\"text\":\"a\"}", "{\"text\":\"a b\"}", false},
        {"null", "null", "{\"text\":\"new\"}", "{\"text\":\"new\"}", false},
        {"{\"text\":\"a\"}", "null", "{\"text\":\"a b\"}", "{\"text\":\"a b\"}", false}, /* sent, or taken over */
        /* both did */
        {"null", "{\"text\":\"old\"}", "{\"text\":\"new\"}", "{\"text\":\"old\\n\\nnew\"}", true},
        {"null", "\"old\"", "{\"text\":\"new\"}", "{\"text\":\"old\\n\\nnew\"}", true},
        {"{\"text\":\"a\"}", "{\"text\":\"a b\"}", "{\"text\":\"a c\"}", "{\"text\":\"a b\\n\\na c\"}", true},
        /* the same, or more of it */
        {"null", "{\"text\":\"old\"}", "{\"text\":\"old\"}", "{\"text\":\"old\"}", false},
        {"null", "{\"text\":\"old\"}", "{\"text\":\"old and new\"}", "{\"text\":\"old and new\"}", false},
        /* what goes with it */
        {"{\"text\":\"a\"}", "{\"text\":\"a\",\"attachments\":[{\"sha256\":\"1\"}]}", "{\"text\":\"a b\",\"attachments\":[{\"sha256\":\"2\"}]}",
         "{\"text\":\"a b\",\"attachments\":[{\"sha256\":\"1\"},{\"sha256\":\"2\"}]}", false},
        {"{\"text\":\"a\",\"attachments\":[{\"sha256\":\"1\"},{\"sha256\":\"3\"}]}", "{\"text\":\"a\",\"attachments\":[{\"sha256\":\"1\"},{\"sha256\":\"3\"}]}",
         "{\"text\":\"a b\",\"attachments\":[{\"sha256\":\"3\"}]}", "{\"text\":\"a b\",\"attachments\":[{\"sha256\":\"3\"}]}", false},
        {"{\"text\":\"a\"}", "{\"text\":\"a\",\"shared\":true,\"by\":\"mara\",\"version\":4}", "{\"text\":\"a b\",\"version\":3}",
         "{\"text\":\"a b\",\"version\":3,\"shared\":true,\"by\":\"mara\"}", false},
        {"{\"text\":\"a\",\"attachments\":[{\"sha256\":\"1\"}]}", "null", "{\"text\":\"a\",\"attachments\":[{\"sha256\":\"1\"}]}", "{\"text\":\"a\",\"attachments\":[{\"sha256\":\"1\"}]}", false},
        {"{\"text\":\"a\",\"shared\":true}", "{\"text\":\"a\",\"shared\":true}", "{\"text\":\"a\"}", "{\"text\":\"a\"}", false}};
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct json *three[3];
        const char *text[] = {cases[i].was, cases[i].first, cases[i].then};
        bool both = false;
        for (int k = 0; k < 3; k++)
            three[k] = json_parse_in(arena, text[k], strlen(text[k]), &json_limits_native, NULL, NULL);
        AUTO_JSON out = draft_merge(three[0], three[1], three[2], &both);
        assert_string_equal(json_print_in(arena, out), cases[i].out);
        assert_int_equal(both, cases[i].both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_names_its_ticket_and_kind_or_is_none),
        cmocka_unit_test(what_is_kept_is_a_text_or_an_object_with_one),
        cmocka_unit_test(who_takes_it_over_has_it_alone_and_it_says_whose_it_was),
        cmocka_unit_test(two_texts_of_one_are_merged_and_none_is_lost),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
