/* label: the closed set holds against everything a model can say, and no answer lowers what it may not. */
#include "core/label.h"
#include "base/str.h"
#include "core/field.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static const char *const sent[] = {"Checkout \"broken\"", "Since noon the shop answers\n500 to all. Grüße", NULL};

static bool reads(struct arena *arena, const char *text, struct label_answer *a)
{
    struct err err = {0};
    const struct json *root = json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL);
    bool ok = label_answer_read(arena, root, label_urgency_words, 3, sent, a, &err);
    if (!ok)
        assert_int_equal(err.code, ERR_INPUT);
    return ok;
}

static void an_answer_is_five_members_of_closed_sets(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct label_answer a;
    assert_true(reads(arena, "{\"category\":\"billing\",\"urgency\":\"high\",\"suspicious\":true,\"confidence\":\"medium\",\"evidence\":\"500 to all\"}", &a));
    assert_int_equal(a.urgency, URGENCY_HIGH);
    assert_int_equal(a.category, CATEGORY_BILLING);
    assert_int_equal(a.confidence, LABEL_LIKELY);
    assert_string_equal(a.evidence, "500 to all");
    assert_true(a.suspicious);
}

static void anything_else_is_no_answer_and_leaves_the_output_alone(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "null", "[]", "\"high\"", "{}", "{\"urgency\":\"high\"}",
        "{\"urgency\":\"urgent\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"High\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"none\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":null,\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":3,\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":\"spam\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":\"\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":[\"bug\"],\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":0.9,\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"certain\",\"evidence\":\"\",\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":null,\"suspicious\":false}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":\"false\"}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":0}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"suspicious\":false,\"status\":\"closed\"}",
        "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"\",\"status\":\"closed\"}",
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct label_answer a = {.evidence = "untouched"};
        if (reads(arena, rows[i], &a))
            fail_msg("taken: %s", rows[i]);
        assert_string_equal(a.evidence, "untouched");
    }
    print_message("# %zu answers outside the closed set are refused\n", sizeof rows / sizeof *rows);
}

static void evidence_is_words_of_the_ticket_or_nothing(void **state)
{
    (void)state;
    static const struct { const char *said, *kept; } rows[] = {
        {"Checkout \\\"broken\\\"", "Checkout \"broken\""}, {"answers\\n500", "answers\n500"}, {"Grüße", "Grüße"}, {"Gr\\u00fc\\u00dfe", "Grüße"},
        {"checkout", ""}, {"answers 500", ""}, {"\\u001b[2J", ""}, {"broken\\\"Since", ""}, {"", ""}, {"it can wait", ""},
    };
    AUTO_ARENA arena = arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct label_answer a;
        assert_true(reads(arena, arena_printf(arena, "{\"urgency\":\"high\",\"category\":\"bug\",\"confidence\":\"low\",\"evidence\":\"%s\",\"suspicious\":false}",
                                              rows[i].said), &a));
        assert_string_equal(a.evidence, rows[i].kept);
    }
    char words[LABEL_EVIDENCE + 2];
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    const char *const all[] = {words, NULL};
    for (int i = 0; i < 2; i++) { /* 281, then 280 */
        struct label_answer a;
        AUTO_JSON node = label_answer_encode(&(struct label_answer){.urgency = URGENCY_LOW, .category = CATEGORY_BUG, .evidence = words + i});
        assert_true(label_answer_read(arena, node, label_urgency_words, 3, all, &a, NULL));
        assert_int_equal(strlen(a.evidence), i ? LABEL_EVIDENCE : 0);
    }
}

static void an_answer_comes_back_from_its_own_json(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct label_answer a, b;
    for (int confidence = 0; confidence < LABEL_CONFIDENCES; confidence++)
        for (int category = CATEGORY_BUG; category <= CATEGORY_OTHER; category++) {
            a = (struct label_answer){URGENCY_LOW + category % 3, category, confidence, "so \"it\" is", category % 2};
            AUTO_JSON node = label_answer_encode(&a);
            char *text = json_print_in(arena, node);
            assert_true(label_answer_decode(arena, json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL), &b));
            assert_string_equal(b.evidence, a.evidence);
            assert_true(b.urgency == a.urgency && b.category == category && b.confidence == confidence && b.suspicious == a.suspicious);
        }
    assert_false(label_answer_decode(arena, NULL, &b));
    const char *foreign = "{\"urgency\":\"high\"}";
    assert_false(label_answer_decode(arena, json_parse_in(arena, foreign, strlen(foreign), &json_limits_native, NULL, NULL), &b));
}

/* --- merging --- */

static const struct { const char *name; int before, by; bool hard; int escalation, said; bool suspicious; int after; bool wrote, review; } merges[] = {
    {"a label where there was none", URGENCY_NONE, LABEL_BY_NONE, false, 0, URGENCY_HIGH, false, URGENCY_HIGH, true, false},
    {"agreement", URGENCY_HIGH, LABEL_BY_MODEL, false, 0, URGENCY_HIGH, false, URGENCY_HIGH, true, false},
    {"one step up", URGENCY_LOW, LABEL_BY_MODEL, false, 0, URGENCY_HIGH, false, URGENCY_HIGH, true, false},
    {"up to critical", URGENCY_HIGH, LABEL_BY_MODEL, false, 0, URGENCY_CRITICAL, false, URGENCY_CRITICAL, true, false},
    {"two steps up are looked at", URGENCY_LOW, LABEL_BY_MODEL, false, 0, URGENCY_CRITICAL, false, URGENCY_CRITICAL, true, true},
    {"one step down", URGENCY_HIGH, LABEL_BY_MODEL, false, 0, URGENCY_LOW, false, URGENCY_LOW, true, false},
    {"critical down by one", URGENCY_CRITICAL, LABEL_BY_MODEL, false, 0, URGENCY_HIGH, false, URGENCY_HIGH, true, false},
    {"two steps down become one", URGENCY_CRITICAL, LABEL_BY_MODEL, false, 0, URGENCY_LOW, false, URGENCY_HIGH, true, true},
    {"a hard phrase is never lowered", URGENCY_CRITICAL, LABEL_BY_MODEL, true, 0, URGENCY_LOW, false, URGENCY_CRITICAL, false, true},
    {"nor by one step", URGENCY_CRITICAL, LABEL_BY_MODEL, true, 0, URGENCY_HIGH, false, URGENCY_CRITICAL, false, false},
    {"nor where the local label is not critical", URGENCY_HIGH, LABEL_BY_MODEL, true, 0, URGENCY_LOW, false, URGENCY_HIGH, false, false},
    {"a hard phrase may be raised", URGENCY_HIGH, LABEL_BY_MODEL, true, 0, URGENCY_CRITICAL, false, URGENCY_CRITICAL, true, false},
    {"what pages is not silenced", URGENCY_CRITICAL, LABEL_BY_MODEL, false, ESCALATION_TRIGGERED, URGENCY_LOW, false, URGENCY_CRITICAL, false, true},
    {"nor once it is acknowledged", URGENCY_CRITICAL, LABEL_BY_MODEL, false, ESCALATION_ACKNOWLEDGED, URGENCY_HIGH, false, URGENCY_CRITICAL, false, false},
    {"nor in a maintenance window", URGENCY_CRITICAL, LABEL_BY_MODEL, false, ESCALATION_SUPPRESSED, URGENCY_HIGH, false, URGENCY_CRITICAL, false, false},
    {"but when it is over", URGENCY_CRITICAL, LABEL_BY_MODEL, false, ESCALATION_RESOLVED, URGENCY_HIGH, false, URGENCY_HIGH, true, false},
    {"orders do not lower", URGENCY_HIGH, LABEL_BY_MODEL, false, 0, URGENCY_LOW, true, URGENCY_HIGH, false, true},
    {"orders may raise, and are looked at", URGENCY_LOW, LABEL_BY_MODEL, false, 0, URGENCY_HIGH, true, URGENCY_HIGH, true, true},
    {"an agent's label stays", URGENCY_LOW, LABEL_BY_AGENT, false, 0, URGENCY_CRITICAL, false, URGENCY_LOW, false, true},
    {"a source's label stays", URGENCY_CRITICAL, LABEL_BY_SOURCE, false, 0, URGENCY_LOW, false, URGENCY_CRITICAL, false, true},
    {"a rule's label stays", URGENCY_HIGH, LABEL_BY_RULE, false, 0, URGENCY_CRITICAL, false, URGENCY_HIGH, false, false},
};

static void the_model_may_raise_but_never_silence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        struct ticket t = {.urgency = merges[i].before, .urgency_by = merges[i].by, .urgency_bp = 6100, .escalation.state = merges[i].escalation};
        struct label_answer a = {merges[i].said, CATEGORY_BUG, LABEL_SURE, "", merges[i].suspicious};
        struct label_outcome out;
        label_merge(&t, merges[i].hard, &a, &label_bands_default, &out);
        if (out.urgency != merges[i].after || out.urgency_said != merges[i].wrote || out.review != merges[i].review || !*out.why)
            fail_msg("%s: %s, said %d, review %d", merges[i].name, urgency_word(out.urgency), out.urgency_said, out.review);
        assert_int_equal(out.urgency_bp, !out.urgency_said ? 6100 : merges[i].after == merges[i].said ? 9000 : 6100);
    }
}

/* The rules themselves, over all there is. */
static void no_combination_breaks_the_rules(void **state)
{
    (void)state;
    int n = 0;
    for (int bits = 0; bits < 4 * 5 * 2 * 6 * 3 * 2 * 3; bits++) {
        int rest = bits, before = rest % 4, by = (rest /= 4) % 5, hard = (rest /= 5) % 2, open = (rest /= 2) % 6, said = 1 + (rest /= 6) % 3;
        bool suspicious = (rest /= 3) % 2;
        struct ticket t = {.urgency = before, .urgency_by = by, .urgency_bp = 5000, .category = CATEGORY_BILLING, .category_by = by, .escalation.state = open};
        struct label_answer a = {said, CATEGORY_OTHER, rest / 2, "", suspicious};
        struct label_outcome out;
        label_merge(&t, hard, &a, &label_bands_default, &out);
        assert_true(out.urgency >= before - 1);
        assert_true(out.urgency >= before || (!hard && !suspicious && (open == ESCALATION_NONE || open == ESCALATION_RESOLVED)));
        assert_true(out.urgency == before || by <= LABEL_BY_MODEL);
        assert_true(out.category == CATEGORY_BILLING || by <= LABEL_BY_MODEL);
        assert_true(said != URGENCY_CRITICAL || by > LABEL_BY_MODEL || out.urgency == URGENCY_CRITICAL);
        assert_true(!suspicious || out.review);
        n++;
    }
    print_message("# %d combinations of label, author, alert and answer\n", n);
}

static void a_band_is_worth_what_it_was_right(void **state)
{
    (void)state;
    static const struct label_seen none[LABEL_CONFIDENCES] = {{0, 0}}, some[LABEL_CONFIDENCES] = {{180, 90}, {20, 20}, {1980, 990}};
    struct label_bands b = label_bands_measured(none);
    assert_memory_equal(&b, &label_bands_default, sizeof b);
    b = label_bands_measured(some);
    assert_int_equal(b.bp[LABEL_UNSURE], 5050);
    assert_int_equal(b.bp[LABEL_LIKELY], 8750);
    assert_int_equal(b.bp[LABEL_SURE], 5040);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_five_members_of_closed_sets),
        cmocka_unit_test(anything_else_is_no_answer_and_leaves_the_output_alone),
        cmocka_unit_test(evidence_is_words_of_the_ticket_or_nothing),
        cmocka_unit_test(an_answer_comes_back_from_its_own_json),
        cmocka_unit_test(the_model_may_raise_but_never_silence),
        cmocka_unit_test(no_combination_breaks_the_rules),
        cmocka_unit_test(a_band_is_worth_what_it_was_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
