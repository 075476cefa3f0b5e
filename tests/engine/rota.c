/* rota: overrides and covers as acts: whose word counts, on which clock texts are read, what is said back, and that pages
 * go where they lead. */
#include "../harness/world.h"
#include "base/str.h"
#include "core/rota.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { HOUR = 3600000 };

/* Monday, 4 January 2027, 09:00 UTC is the hand-over from mara to ana; the world begins on Friday, 1 January. */
static const char config[] = "agents:\n  - {name: ana, uid: 1001, tz: Europe/Berlin}\n  - {name: tom, uid: 1002, tz: America/New_York}\n"
                             "  - {name: mara, uid: 1003, role: lead}\n"
                             "oncall: {schedules: [{name: day, rotations: [{start: 2026-12-28, participants: [mara, ana]}]},\n"
                             "  {name: night, tz: Europe/Berlin, rotations: [{type: daily, participants: [tom], hours: '20:00-08:00'}]}]}\n"
                             "escalation: {policies: [{name: p, steps: [{target: oncall}]}]}\n";

static const struct json *act(struct world *w, const char *who, const char *name, const char *with)
{
    return world_do(w, who, name, 0, with);
}

static const char *said(struct world *w, const char *who, const char *name, const char *with)
{
    const struct json *r = act(w, who, name, with);
    return world_ok(r) ? json_get_string(r, "say", "") : json_get_string(json_get(r, "error"), "detail", "");
}

static const struct desk_state *state(struct world *w)
{
    struct desk_state *s = ARENA_NEW(w->arena, struct desk_state);
    struct err err = {0};
    assert_true(engine_desk_read(w->engine.store, w->arena, s, &err));
    return s;
}

static const char *oncall(struct world *w, const char *schedule, int64_t at)
{
    const char *agents[ROTA_MOST];
    struct rota rota = {w->engine.config, state(w)};
    return rota_at(&rota, schedule, at, agents, ROTA_MOST) ? agents[0] : "-";
}

static void texts_are_read_on_the_clock_of_whom_it_is_about(void **unused)
{
    (void)unused;
    struct world *w = world_open(config);
    int64_t midnight = w->now;
    /* Saturday 18:00 in New York is 23:00Z. */
    assert_string_equal(said(w, "tom", "override", "{\"for\":\"mara\",\"from\":\"Sat 18:00\",\"to\":\"+2h\",\"reason\":\"swap\"}"),
                        "tom is on call in day for mara, Sat 2027-01-02 18:00 to 20:00 America/New_York");
    assert_int_equal(state(w)->overrides[0].from, midnight + 47 * HOUR);
    assert_int_equal(state(w)->overrides[0].to, midnight + 49 * HOUR);
    assert_string_equal(oncall(w, NULL, midnight + 47 * HOUR - 1), "mara");
    assert_string_equal(oncall(w, NULL, midnight + 47 * HOUR), "tom");
    assert_string_equal(oncall(w, NULL, midnight + 49 * HOUR), "mara");
    /* A lead in UTC speaks about ana in Berlin. */
    assert_string_equal(said(w, "mara", "override", "{\"agent\":\"ana\",\"from\":\"2027-01-05 18:00\",\"to\":\"22:00\"}"),
                        "ana is on call in day, Tue 2027-01-05 18:00 to 22:00 Europe/Berlin");
    assert_int_equal(state(w)->overrides[1].from, midnight + (4 * 24 + 17) * HOUR);
    assert_string_equal(said(w, "mara", "override", "{\"action\":\"remove\",\"agent\":\"mara\",\"to\":\"03:00\"}"),
                        "mara is not on call in day, Fri 2027-01-01 00:00 to 03:00 UTC; nobody is on call Fri 2027-01-01 00:00 to 03:00 UTC");
    world_close(w);
}

static void whoever_cannot_is_told_why(void **unused)
{
    (void)unused;
    static const struct { const char *who, *name, *with, *says; } cases[] = {
        {"ana", "override", "{\"agent\":\"tom\",\"to\":\"+2h\"}", "needs the role lead"},
        {"ana", "override", "{\"action\":\"remove\",\"to\":\"+2h\"}", "cover asks who takes over instead"},
        {"ana", "override", "{\"for\":\"ana\",\"to\":\"+2h\"}", "cannot take over from ana"},
        {"ana", "override", "{\"for\":\"tom\",\"to\":\"+2h\"}", "tom is not on call in day then"},
        {"ana", "override", "{\"for\":\"nobody\",\"to\":\"+2h\"}", "no agent"},
        {"ana", "override", "{\"action\":\"add\",\"for\":\"mara\",\"to\":\"+2h\"}", "only then"},
        {"ana", "override", "{\"action\":\"swap\",\"to\":\"+2h\"}", "add, remove or replace"},
        {"ana", "override", "{\"schedule\":\"dya\",\"to\":\"+2h\"}", "there is no \"dya\""},
        {"ana", "override", "{\"from\":\"today 00:30\"}", "needs \"to\""},
        {"ana", "override", "{\"to\":\"soon\"}", "to: 'soon': no time; say such as"},
        {"ana", "override", "{\"to\":\"2026-12-31 12:00\"}", "still to come"},
        {"ana", "override", "{\"to\":\"2028-12-31\"}", "at most a year"},
        {"ana", "cover", "{\"to\":\"+2h\"}", "ana is not on call in day then"},
        {"ana", "cover", "{\"agent\":\"mara\",\"to\":\"+2h\"}", "needs the role lead"},
        {"ana", "cover-accept", "{\"key\":\"77\"}", "nobody asks for cover"},
        {"ana", "unoverride", "{\"key\":\"77\"}", "no override 77"},
        {"ana", "unoverride", "{}", "needs \"key\""},
    };
    struct world *w = world_open(config);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *says = said(w, cases[i].who, cases[i].name, cases[i].with);
        if (!strstr(says, cases[i].says))
            fail_msg("%s %s: %s", cases[i].name, cases[i].with, says);
    }
    assert_int_equal(state(w)->override_count + state(w)->cover_count, 0);
    assert_true(world_ok(act(w, "ana", "absence", "{\"from\":\"tomorrow 10:00\",\"to\":\"12:00\"}")));
    assert_string_equal(said(w, "ana", "override", "{\"from\":\"tomorrow 11:00\",\"to\":\"+3h\"}"),
                        "ana is away (leave) Sat 2027-01-02 10:00 to 12:00 Europe/Berlin");
    assert_string_equal(said(w, "ana", "override", "{\"from\":\"tomorrow 12:00\",\"to\":\"tomorrow 15:00\"}"),
                        "ana is on call in day, Sat 2027-01-02 12:00 to 15:00 Europe/Berlin");
    world_close(w);
}

static void a_cover_that_is_accepted_is_an_override_and_goes_with_it(void **unused)
{
    (void)unused;
    struct world *w = world_open(config);
    int64_t tuesday = w->now + 4 * 24 * (int64_t)HOUR;
    assert_string_equal(said(w, "ana", "cover", "{\"from\":\"2027-01-05 12:00\",\"to\":\"+6h\",\"note\":\"dentist\"}"),
                        "ana asks for cover in day, Tue 2027-01-05 12:00 to 18:00 Europe/Berlin");
    const char *key = arena_printf(w->arena, "{\"key\":\"%s\"}", state(w)->covers[0].key);
    assert_string_equal(oncall(w, NULL, tuesday + 12 * HOUR), "ana"); /* to ask is not to have */
    assert_string_equal(said(w, "ana", "cover-accept", key), "it is you who asks: somebody else has to accept, or uncover takes the question back");
    assert_string_equal(said(w, "tom", "cover-accept", key), "tom is on call in day for ana, Tue 2027-01-05 06:00 to 12:00 America/New_York");
    assert_string_equal(said(w, "mara", "cover-accept", key), "tom has accepted it already");
    assert_string_equal(said(w, "ana", "uncover", key), "tom has accepted it already");
    assert_string_equal(oncall(w, NULL, tuesday + 12 * HOUR), "tom");
    struct rota_person people[ROTA_MOST];
    struct rota rota = {w->engine.config, state(w)};
    assert_int_equal(rota_people(&rota, NULL, tuesday + 12 * HOUR, people), 1);
    assert_int_equal(people[0].why, ROTA_COVER);
    assert_string_equal(people[0].instead, "ana");
    assert_string_equal(people[0].override->reason, "dentist");
    assert_string_equal(state(w)->covers[0].accepted_by, "tom");
    /* Undo takes both records back; once more, and then the override goes by its own key: the question is open again. */
    assert_true(world_ok(act(w, "tom", "undo", NULL)));
    assert_string_equal(oncall(w, NULL, tuesday + 12 * HOUR), "ana");
    assert_null(state(w)->covers[0].accepted_by);
    assert_true(world_ok(act(w, "tom", "redo", NULL)));
    assert_string_equal(oncall(w, NULL, tuesday + 12 * HOUR), "tom");
    assert_true(world_ok(act(w, "tom", "unoverride", arena_printf(w->arena, "{\"key\":\"%s\"}", state(w)->overrides[0].key))));
    assert_null(state(w)->covers[0].accepted_by);
    assert_int_equal(state(w)->override_count, 0);
    assert_true(world_ok(act(w, "ana", "uncover", key)));
    assert_int_equal(state(w)->cover_count, 0);
    world_close(w);
}

static void an_override_that_runs_ends_now_and_one_to_come_goes(void **unused)
{
    (void)unused;
    struct world *w = world_open(config);
    assert_true(world_ok(act(w, "ana", "override", "{\"for\":\"mara\",\"to\":\"+4h\"}")));
    assert_true(world_ok(act(w, "ana", "override", "{\"for\":\"mara\",\"from\":\"+10h\",\"to\":\"+4h\"}")));
    const char *first = arena_printf(w->arena, "{\"key\":\"%s\"}", state(w)->overrides[0].key),
               *second = arena_printf(w->arena, "{\"key\":\"%s\"}", state(w)->overrides[1].key);
    w->now += HOUR;
    assert_true(str_starts(said(w, "tom", "unoverride", first), "unoverride for somebody else needs the role lead, yours is "));
    assert_true(world_ok(act(w, "ana", "unoverride", first)));
    assert_int_equal(state(w)->overrides[0].to, w->now);
    assert_string_equal(said(w, "ana", "unoverride", first), "that override is over already");
    assert_true(world_ok(act(w, "mara", "unoverride", second)));
    assert_int_equal(state(w)->override_count, 1);
    world_close(w);
}

static void a_rebuild_finds_the_same_rota(void **unused)
{
    (void)unused;
    struct world *w = world_open(config);
    assert_true(world_ok(act(w, "ana", "override", "{\"for\":\"mara\",\"to\":\"+4h\"}")));
    assert_true(world_ok(act(w, "mara", "cover", "{\"from\":\"+10h\",\"to\":\"+4h\"}")));
    assert_true(world_ok(act(w, "tom", "cover-accept", arena_printf(w->arena, "{\"key\":\"%s\"}", state(w)->covers[0].key))));
    assert_true(world_ok(act(w, "tom", "undo", NULL)));
    assert_true(world_ok(act(w, "tom", "redo", NULL)));
    w->now += HOUR;
    assert_true(world_ok(act(w, "ana", "unoverride", arena_printf(w->arena, "{\"key\":\"%s\"}", state(w)->overrides[0].key))));
    world_rebuilds(w);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read_on_the_clock_of_whom_it_is_about),
        cmocka_unit_test(whoever_cannot_is_told_why),
        cmocka_unit_test(a_cover_that_is_accepted_is_an_override_and_goes_with_it),
        cmocka_unit_test(an_override_that_runs_ends_now_and_one_to_come_goes),
        cmocka_unit_test(a_rebuild_finds_the_same_rota),
    };
    return cmocka_run_group_tests_name("rota", tests, NULL, NULL);
}
