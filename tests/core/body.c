/* body: words in the text of a message: where they stand and where they do not. */
#include "core/body.h"
#include "base/arena.h"
#include "core/when.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static bool holds(const char *text, const char *words)
{
    AUTO_ARENA arena = arena_new();
    return body_holds(when_fold(arena, text), when_fold(arena, words));
}

static void words_are_found_from_where_one_begins_and_in_their_order(void **state)
{
    static const struct { const char *text, *words; bool found; } cases[] = {
        {"It does not print.", "not print", true}, {"It is not printed", "NOT PRINT", true}, {"not (yet)\n\nprinted", "not yet print", true}, {"I cannot print", "not print", false},
        {"print not", "not print", false}, {"notprint", "not print", false}, {"reprint", "print", false}, {"e-mail: a@b.example", "b.example", true}, {"e-mail", "mail", true},
        {"Die Straße ist GROSS", "straße", true}, {"Größe", "GRÖSSE", true}, {"“refund”, please", "refund", true}, {"", "x", false}, {"x", "", false}, {"x y", "...", false},
        {"入場券の読み取りでアプリが落ちます", "読み取り", true}, {"入場券", "券", true}, {"no", "no no", false}, {"a no", "no ", true}, {"No. 4471!", "no 4471", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (holds(cases[i].text, cases[i].words) != cases[i].found)
            fail_msg("\"%s\" in \"%s\"", cases[i].words, cases[i].text);
}

static void an_index_of_words_is_asked_for_what_it_can_know(void **state)
{
    (void)state;
    assert_true(body_indexed("refund") && body_indexed("a refund") && body_indexed("größe"));
    assert_false(body_indexed("re") || body_indexed("") || body_indexed("- - -") || body_indexed("読み取り") || body_indexed("refund 券"));
}

/* Whatever bytes they are: nothing is read behind their end. */
static void any_bytes_end_where_they_end(void **state)
{
    static const char *const texts[] = {"\xff\xfe", "a\xc3", "\xe5\x88", "\x80\x80\x80", "x\xf0\x9f\x92"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            holds(texts[i], texts[k]);
            body_holds(texts[i], texts[k]);
            body_indexed(texts[i]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_are_found_from_where_one_begins_and_in_their_order), cmocka_unit_test(an_index_of_words_is_asked_for_what_it_can_know),
                                       cmocka_unit_test(any_bytes_end_where_they_end)};
    return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
