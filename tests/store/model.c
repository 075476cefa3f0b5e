/* model: the epochs as the store keeps them: one in force, old weights let go, the way back. */
#include "base/crypto.h"
#include "base/str.h"
#include "store/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct store *open_store(void)
{
    struct err err = {0};
    assert_true(crypto_open());
    struct store *s = store_open(NULL, STORE_WRITER, &err);
    assert_non_null(s);
    assert_true(store_begin(s, &err));
    return s;
}

static void close_store(struct store *s)
{
    struct err err = {0};
    assert_true(store_commit(s, &err));
    store_close(s);
}

static void put(struct store *s, int64_t epoch, const char *state)
{
    struct err err = {0};
    char weights[32];
    int n = snprintf(weights, sizeof weights, "weights of %lld", (long long)epoch);
    bool refused = str_eq(state, "refused");
    struct model_row m = {.epoch = epoch, .at = epoch * 10, .learned = epoch * 5, .state = state, .figures = "{\"ms\":1}",
                          .weights = refused ? NULL : weights, .weights_n = refused ? 0 : (size_t)n};
    assert_true(store_model_put(s, &m, &err));
}

static void the_newest_accepted_epoch_is_the_one_in_force(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct store *s = open_store();
    struct model_row m, *list;
    struct err err = {0};
    bool found;
    int n;
    assert_true(store_model_active(s, arena, &m, &found, &err));
    assert_false(found);
    put(s, 1, "active");
    put(s, 2, "active");
    put(s, 3, "refused");
    assert_true(store_model_active(s, arena, &m, &found, &err) && found);
    assert_int_equal(m.epoch, 2);
    assert_int_equal(m.learned, 10);
    assert_int_equal(m.weights_n, strlen("weights of 2"));
    assert_memory_equal(m.weights, "weights of 2", m.weights_n);
    assert_true(store_model_list(s, arena, 10, &list, &n, &err));
    assert_int_equal(n, 3);
    assert_string_equal(list[0].state, "refused");
    assert_false(list[0].can_return);
    assert_string_equal(list[1].state, "active");
    assert_string_equal(list[2].state, "kept");
    assert_true(list[2].can_return);
    assert_string_equal(list[2].figures, "{\"ms\":1}");
    close_store(s);
}

static void an_older_epoch_comes_back_and_the_starter_rules_too(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct store *s = open_store();
    struct model_row m;
    struct err err = {0};
    bool found;
    put(s, 1, "active");
    put(s, 2, "active");
    assert_true(store_model_activate(s, 1, &err));
    assert_true(store_model_active(s, arena, &m, &found, &err) && found);
    assert_int_equal(m.epoch, 1);
    assert_true(store_model_activate(s, 0, &err));
    assert_true(store_model_active(s, arena, &m, &found, &err));
    assert_false(found);
    assert_true(store_model_get(s, arena, 2, &m, &found, &err) && found);
    assert_string_equal(m.state, "kept");
    assert_true(store_model_get(s, arena, 9, &m, &found, &err));
    assert_false(found);
    close_store(s);
}

static void old_weights_are_let_go_but_not_those_in_force(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct store *s = open_store();
    struct model_row *list;
    struct err err = {0};
    int n, held = 0;
    put(s, 1, "active");
    for (int i = 2; i <= 30; i++)
        put(s, i, i % 2 ? "refused" : "kept");
    assert_true(store_model_list(s, arena, 100, &list, &n, &err));
    assert_int_equal(n, 30);
    for (int i = 0; i < n; i++)
        held += list[i].can_return;
    assert_int_equal(held, 11);
    assert_int_equal(list[29].epoch, 1);
    assert_true(list[29].can_return);
    close_store(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_accepted_epoch_is_the_one_in_force),
        cmocka_unit_test(an_older_epoch_comes_back_and_the_starter_rules_too),
        cmocka_unit_test(old_weights_are_let_go_but_not_those_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
