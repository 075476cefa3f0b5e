/* watch: the set of watchers, and who is meant by an @. */
#include "core/watch.h"
#include "core/when.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void a_set_has_each_name_once_in_order(void **state)
{
    (void)state;
    const char *set = watch_with(arena, NULL, "tom");
    assert_string_equal(set, "[\"tom\"]");
    set = watch_with(arena, watch_with(arena, set, "ana"), "tom");
    assert_string_equal(set, "[\"ana\",\"tom\"]");
    assert_true(watch_has(set, "ana"));
    assert_false(watch_has(set, "an"));
    assert_ptr_equal(watch_without(arena, set, "mara"), set);
    assert_string_equal(watch_without(arena, set, "ana"), "[\"tom\"]");
    assert_null(watch_without(arena, watch_without(arena, set, "ana"), "tom"));
    assert_false(watch_has(NULL, "ana"));
}

static void a_set_is_bounded(void **state)
{
    (void)state;
    const char *set = NULL;
    for (int i = 0; i < 2 * WATCH_MOST; i++)
        set = watch_with(arena, set, arena_printf(arena, "agent%02d", i));
    assert_int_equal(watch_count(set), WATCH_MOST);
    assert_false(watch_has(set, "agent40"));
}

static void only_an_at_sign_before_a_configured_name_mentions(void **state)
{
    (void)state;
    struct config_agent agents[] = {{.name = "ana"}, {.name = "ana-maria"}, {.name = "tom"}};
    struct config config = {.agents = agents, .agent_count = 3};
    static const struct { const char *text, *mentions; } rows[] = {
        {"@ana can you look?", "[\"ana\"]"},
        {"(@tom, @ana)", "[\"ana\",\"tom\"]"},
        {"@tom @tom @@tom", "[\"tom\"]"},
        {"ask @ana-maria.", "[\"ana-maria\"]"},
        {"@anamaria", NULL},
        {"mail to joe@tom or x9@ana", NULL},
        {"@toml", NULL},
        {"@anä", NULL},
        {"@", NULL},
        {"tom ana", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = watch_mentions(arena, &config, rows[i].text);
        if (rows[i].mentions)
            assert_string_equal(got, rows[i].mentions);
        else
            assert_null(got);
    }
}

static void watchers_can_be_asked_for_in_a_condition(void **state)
{
    (void)state;
    struct err err = {0};
    struct when *when = when_parse(arena, "\"ana\" in watchers && size(watchers) == 2", &err);
    struct when_env env = {0};
    assert_non_null(when);
    struct ticket t = {.watchers = "[\"ana\",\"tom\"]"}, none = {0};
    assert_true(when_eval(when, &t, &env));
    assert_false(when_eval(when, &none, &env));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(a_set_has_each_name_once_in_order, setup, teardown),
                                       cmocka_unit_test_setup_teardown(a_set_is_bounded, setup, teardown),
                                       cmocka_unit_test_setup_teardown(only_an_at_sign_before_a_configured_name_mentions, setup, teardown),
                                       cmocka_unit_test_setup_teardown(watchers_can_be_asked_for_in_a_condition, setup, teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
