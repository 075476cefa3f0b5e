/* desk: what is set about the desk itself is a record, an entry, undone by its own u, and the same after a rebuild. */
#include "../harness/world.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { HOUR = 3600000 };

static const struct json *act(struct world *w, const char *who, const char *name, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static const struct json *act(struct world *w, const char *who, const char *name, const char *fmt, ...)
{
    char with[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(with, sizeof with, fmt, ap);
    va_end(ap);
    return world_do(w, who, name, 0, with);
}

static const struct desk_state *state(struct world *w)
{
    static struct desk_state s;
    struct err err = {0};
    assert_true(engine_desk_read(w->engine.store, w->arena, &s, &err));
    return &s;
}

static void an_absence_holds_in_its_time_and_for_its_agent(void **unused)
{
    (void)unused;
    struct world *w = world_open(NULL);
    assert_true(world_ok(act(w, "ana", "absence", "{\"from\":%lld,\"to\":\"%lld\",\"note\":\"dentist\"}", (long long)w->now + HOUR, (long long)w->now + 2 * HOUR)));
    assert_null(desk_absence(state(w), "ana", w->now));
    assert_non_null(desk_absence(state(w), "ana", w->now + HOUR));
    assert_null(desk_absence(state(w), "ana", w->now + 2 * HOUR));
    assert_null(desk_absence(state(w), "tom", w->now + HOUR));
    assert_int_equal(desk_turns(state(w), w->now), w->now + HOUR);
    assert_int_equal(world_entries(w, 0, "desk"), 1);
    world_close(w);
}

static void who_speaks_for_others_is_a_lead_and_a_wrong_argument_is_named(void **unused)
{
    (void)unused;
    struct world *w = world_open(NULL);
    long long later = w->now + HOUR;
    assert_false(world_ok(act(w, "ana", "absence", "{\"agent\":\"tom\",\"to\":%lld}", later)));
    assert_true(world_ok(act(w, "mara", "absence", "{\"agent\":\"tom\",\"to\":%lld}", later)));
    assert_false(world_ok(act(w, "ana", "absence", "{\"agent\":\"nobody\",\"to\":%lld}", later)));
    const struct json *r = act(w, "ana", "absence", "{\"to\":\"soon\"}");
    assert_non_null(strstr(json_get_string(json_get(r, "error"), "detail", ""), "to: "));
    assert_false(world_ok(act(w, "ana", "absence", "{}")));
    assert_false(world_ok(act(w, "ana", "absence", "[]")));
    assert_int_equal(state(w)->absence_count, 1);
    world_close(w);
}

static void undo_takes_it_away_and_redo_brings_it_back(void **unused)
{
    (void)unused;
    struct world *w = world_open(NULL);
    assert_true(world_ok(act(w, "ana", "absence", "{\"to\":%lld}", (long long)w->now + HOUR)));
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_int_equal(state(w)->absence_count, 0);
    assert_true(world_ok(world_do(w, "ana", "redo", 0, NULL)));
    assert_int_equal(state(w)->absence_count, 1);
    const char *key = state(w)->absences[0].key;
    assert_true(world_ok(act(w, "mara", "present", "{\"key\":\"%s\"}", key)));
    assert_int_equal(desk_turns(state(w), w->now), 0);
    assert_false(world_ok(world_do(w, "ana", "undo", 0, NULL))); /* mara has changed it since */
    world_close(w);
}

/* What was due before has been looked at; a refusal is no reason to look again. */
static void after_a_refusal_the_next_moment_is_the_same(void **unused)
{
    (void)unused;
    struct world *w = world_open(NULL);
    struct err err = {0};
    int64_t before, after;
    assert_true(world_ok(act(w, "ana", "absence", "{\"to\":%lld}", (long long)w->now + HOUR)));
    w->now += HOUR / 2;
    assert_true(engine_next(&w->engine, &before, &err));
    assert_true(before > w->now);
    assert_false(world_ok(world_do(w, "ana", "close", 4711, NULL)));
    assert_true(engine_next(&w->engine, &after, &err));
    assert_int_equal(after, before);
    world_close(w);
}

static void a_rebuild_finds_the_same_records(void **unused)
{
    (void)unused;
    struct world *w = world_open(NULL);
    for (int i = 1; i <= 5; i++)
        assert_true(world_ok(act(w, "ana", "absence", "{\"to\":%lld}", (long long)w->now + i * HOUR)));
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_true(world_ok(act(w, "ana", "present", "{\"key\":\"%s\"}", state(w)->absences[0].key)));
    world_rebuilds(w);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absence_holds_in_its_time_and_for_its_agent),
        cmocka_unit_test(who_speaks_for_others_is_a_lead_and_a_wrong_argument_is_named),
        cmocka_unit_test(undo_takes_it_away_and_redo_brings_it_back),
        cmocka_unit_test(after_a_refusal_the_next_moment_is_the_same),
        cmocka_unit_test(a_rebuild_finds_the_same_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
