/* classify_save: weights as bytes. The same journal gives the same bytes, bytes give the same labels, and no byte that was
 * touched is believed. */
#include "core/classify.h"
#include "support/tickets.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct classify_model *starter;
static struct arena *arena;
static struct classify_example *examples;
static int count;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    starter = tickets_starter();
    struct labelled_set gold = tickets_gold(arena);
    examples = tickets_examples(arena, &gold);
    count = gold.count;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    classify_model_free(starter);
    arena_free(arena);
    return 0;
}

static struct classify_model *refit(const struct classify_example *list, int n)
{
    struct err err = {0};
    struct classify_model *model = classify_refit(starter, list, (size_t)n, 7, NULL, &err);
    assert_non_null(model);
    return model;
}

static struct str saved(const struct classify_model *model)
{
    struct str bytes;
    classify_save(model, &bytes);
    assert_false(bytes.cut);
    return bytes;
}

static void assert_same_bytes(const struct str *a, const struct str *b)
{
    assert_int_equal(a->len, b->len);
    assert_memory_equal(a->data, b->data, a->len);
}

static void the_same_examples_give_the_same_bytes_in_any_order(void **state)
{
    (void)state;
    struct classify_example *turned = ARENA_ARRAY(arena, struct classify_example, count);
    for (int i = 0; i < count; i++)
        turned[i] = examples[count - 1 - i];
    struct classify_model *models[] = {refit(examples, count), refit(examples, count), refit(turned, count), refit(examples, count - 1)};
    struct str bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = saved(models[i]);
    assert_same_bytes(&bytes[0], &bytes[1]);
    assert_same_bytes(&bytes[0], &bytes[2]);
    assert_true(bytes[3].len != bytes[0].len || memcmp(bytes[3].data, bytes[0].data, bytes[0].len) != 0);
    print_message("# %d examples: %zu KiB of weights\n", count, bytes[0].len >> 10);
    for (int i = 0; i < 4; i++) {
        str_fini(&bytes[i]);
        classify_model_free(models[i]);
    }
}

static void assert_same_labels(const struct classify_model *a, const struct classify_model *b)
{
    for (int i = 0; i < count; i++) {
        struct classify_result x, y;
        classify_text(a, arena, examples[i].subject, examples[i].body, &x);
        classify_text(b, arena, examples[i].subject, examples[i].body, &y);
        assert_memory_equal(x.urgency.all_bp, y.urgency.all_bp, sizeof x.urgency.all_bp);
        assert_memory_equal(x.category.all_bp, y.category.all_bp, sizeof x.category.all_bp);
        assert_int_equal(x.urgency.reason_count, y.urgency.reason_count);
        for (int r = 0; r < x.urgency.reason_count; r++) {
            assert_string_equal(x.urgency.reasons[r].text, y.urgency.reasons[r].text);
            assert_int_equal(x.urgency.reasons[r].weight_milli, y.urgency.reasons[r].weight_milli);
        }
    }
}

static void what_was_saved_labels_as_before(void **state)
{
    (void)state;
    struct err err = {0};
    struct classify_model *models[] = {refit(examples, count), classify_model_hold(starter)};
    for (int i = 0; i < 2; i++) {
        struct str bytes = saved(models[i]);
        struct classify_model *back = classify_load(starter, bytes.data, bytes.len, &err);
        assert_non_null(back);
        assert_int_equal(classify_model_epoch(back), classify_model_epoch(models[i]));
        assert_int_equal(classify_model_learned(back), classify_model_learned(models[i]));
        assert_same_labels(models[i], back);
        struct str again = saved(back);
        assert_same_bytes(&bytes, &again);
        str_fini(&again);
        str_fini(&bytes);
        classify_model_free(back);
        classify_model_free(models[i]);
    }
}

/* The checksum of what is before it, so that the checks behind it are reached. */
static void seal(struct str *bytes)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i + 8 < bytes->len; i++)
        h = (h ^ (unsigned char)bytes->data[i]) * 1099511628211u;
    for (int i = 0; i < 8; i++)
        bytes->data[bytes->len - 8 + (size_t)i] = (char)(h >> 8 * i);
}

static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct classify_model *model = refit(examples, 40);
    struct str bytes = saved(model);
    int refused = 0;
    for (size_t at = 0; at < bytes.len; at += bytes.len / 97 + 1) {
        bytes.data[at] ^= 1;
        assert_null(classify_load(starter, bytes.data, bytes.len, &err));
        bytes.data[at] ^= 1;
        refused++;
    }
    for (size_t n = 0; n < bytes.len; n += bytes.len / 53 + 1, refused++)
        assert_null(classify_load(starter, bytes.data, n, &err));
    assert_null(classify_load(starter, NULL, 0, &err));
    /* sealed again: a temperature that is no number, more rows than there are, an epoch below 0 */
    const struct { size_t at; unsigned char value[2]; } touched[] = {{17 + 8 + 16 + 2, {0xff, 0x7f}}, {17 + 8 + 16 + 8 + 16, {0xff, 0xff}}, {17 + 8 + 6, {0, 0x80}}};
    for (size_t i = 0; i < 3; i++, refused++) {
        char was[2];
        memcpy(was, bytes.data + touched[i].at, 2);
        memcpy(bytes.data + touched[i].at, touched[i].value, 2);
        seal(&bytes);
        assert_null(classify_load(starter, bytes.data, bytes.len, &err));
        assert_int_equal(err.code, ERR_STORAGE);
        memcpy(bytes.data + touched[i].at, was, 2);
    }
    seal(&bytes);
    struct classify_model *mended = classify_load(starter, bytes.data, bytes.len, &err);
    assert_non_null(mended);
    classify_model_free(mended);
    print_message("# %d damaged copies refused\n", refused);
    str_fini(&bytes);
    classify_model_free(model);
}

static void weights_learned_over_another_lexicon_are_refused(void **state)
{
    (void)state;
    static const char other[] = "urgency\tcritical\t2\tdown\n";
    struct err err = {0};
    struct classify_model *model = refit(examples, 40), *elsewhere = classify_model_new(other, sizeof other - 1, &err);
    struct str bytes = saved(model);
    assert_null(classify_load(elsewhere, bytes.data, bytes.len, &err));
    assert_int_equal(err.code, ERR_STATE);
    str_fini(&bytes);
    classify_model_free(model);
    classify_model_free(elsewhere);
}

static void silence_is_no_label_a_person_gave(void **state)
{
    (void)state;
    struct classify_example few[2] = {examples[0], examples[1]};
    few[1].weight_milli = 100;
    struct classify_model *model = refit(few, 2);
    assert_int_equal(classify_model_learned(model), 1);
    classify_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_examples_give_the_same_bytes_in_any_order),
        cmocka_unit_test(what_was_saved_labels_as_before),
        cmocka_unit_test(damaged_bytes_are_refused),
        cmocka_unit_test(weights_learned_over_another_lexicon_are_refused),
        cmocka_unit_test(silence_is_no_label_a_person_gave),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
