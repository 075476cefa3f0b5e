/* simulate: what it foretells is what happens. The same desk, with overrides, absences and maintenance windows as chance has it,
 * on the nights in which clocks change: first the simulation is asked, then a ticket pages, and hours go by in which nobody
 * acknowledges. The entries are the lines. */
#include "../harness/world.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, HISTORIES = 80 };

static const char config[] =
    "sources:\n  - {name: tamio, dialect: tamio, secrets: [s]}\n"
    "agents:\n  - {name: ana, uid: 1001, tz: Europe/Berlin}\n  - {name: tom, uid: 1002, tz: America/New_York}\n"
    "  - {name: mara, uid: 1003, role: lead, tz: Europe/Berlin}\n  - {name: eve, uid: 1004, team: night}\n"
    "oncall: {schedules: [{name: day, tz: Europe/Berlin, rotations: [{type: hourly, length: 5, handoff: '02:30', participants: [ana, tom, eve]}]},\n"
    "  {name: night, tz: America/New_York, rotations: [{type: daily, hours: '21:00-23:30', participants: [tom, ana]}]}]}\n"
    "escalation:\n  policies:\n"
    "  - {name: default, repeat: 1, steps: [{target: oncall, delay: 25m}, {target: oncall, delay: 40m, hours: '06:00-23:00'},\n"
    "     {target: 'schedule:night', delay: 10m}, {target: 'team:night', delay: 15m, weekdays: [sun]}, {target: ana, delay: 30m}]}\n";

static const struct json *entry_data(struct world *w, const struct entry *e)
{
    return json_parse_in(w->arena, e->data, strlen(e->data), &json_limits_dialect, NULL, NULL);
}

static void add(struct str *out, int64_t at, const char *what, int64_t step, int64_t loop)
{
    str_addf(out, "%lld %s %lld.%lld", (long long)at, what, (long long)loop, (long long)step);
}

/* "at what loop.step ana mara\n" for each, but for what stands in lines only. */
static void foretold(const struct json *root, struct str *out)
{
    for (const struct json *line = json_first(json_get(root, "lines")); line; line = json_next(line)) {
        const char *what = json_get_string(line, "what", "");
        if (str_eq(what, "passed_over"))
            continue;
        bool step = str_eq(what, "step") || str_eq(what, "no_notification_sent");
        add(out, json_get_i64(line, "at", 0), what, 0, step ? json_get_i64(line, "loop", 0) : 0);
        for (const struct json *p = json_first(json_get(line, "people")); p; p = json_next(p))
            str_addf(out, " %s", json_get_string(p, "agent", ""));
        str_addc(out, '\n');
    }
}

static void happened(struct world *w, int64_t ticket, struct str *out)
{
    struct entry_query q = {.ticket = ticket, .kind = "escalation", .limit = 1000};
    struct entry *list;
    struct err err = {0};
    int n;
    bool reminded = false;
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    for (int i = 0; i < n && !reminded; i++) {
        const struct json *data = entry_data(w, &list[i]);
        const char *what = json_get_string(data, "what", "");
        bool step = str_eq(what, "step") || str_eq(what, "no_notification_sent");
        add(out, list[i].at, what, 0, step ? json_get_i64(data, "loop", 0) : 0);
        for (const struct json *name = json_first(json_get(data, "told")); name; name = json_next(name))
            str_addf(out, " %s", json_string(name));
        str_addc(out, '\n');
        reminded = str_eq(what, "reminder"); /* the simulation ends there */
    }
}

static int pick(int n)
{
    return rand() % n;
}

/* As a lead sets them; what cannot be is refused, and that is as well. */
static void set_something(struct world *w)
{
    static const char *const names[] = {"ana", "tom", "eve", "mara"}, *const schedules[] = {"day", "night"};
    long long from = w->now + pick(300) * MINUTE, to = from + (1 + pick(240)) * MINUTE;
    const char *with;
    switch (pick(4)) {
    case 0:
        with = arena_printf(w->arena, "{\"agent\":\"%s\",\"from\":%lld,\"to\":%lld}", names[pick(4)], from, to);
        world_do(w, "mara", "absence", 0, with);
        break;
    case 1:
        with = arena_printf(w->arena, "{\"reason\":\"x\",\"from\":%lld,\"to\":%lld}", from, from + (1 + pick(60)) * MINUTE);
        world_do(w, "mara", "maintenance", 0, with);
        break;
    default:
        with = arena_printf(w->arena, "{\"schedule\":\"%s\",\"agent\":\"%s\",\"for\":\"%s\",\"from\":%lld,\"to\":%lld}", schedules[pick(2)],
                            names[pick(4)], names[pick(4)], from, to);
        world_do(w, "mara", "override", 0, with);
    }
}

static int64_t ticket(struct world *w)
{
    static const char body[] = "{\"event_id\":\"e1\",\"event_type\":\"whitelabel-ticket-created\",\"api_version\":2,\"object\":\"event\",\"data\":{\"ticket\":"
                               "{\"id\":\"tk-1\",\"title\":\"Checkout is slow\",\"is_open\":true,\"object\":\"ticket\",\"created_at\":1671472527,"
                               "\"updated_at\":1671472527,\"client\":{\"id\":\"c1\",\"name\":\"James\",\"email\":\"j@example.com\"},\"teammate_id\":null,"
                               "\"replies\":[]}}}";
    assert_string_equal(world_post(w, "tamio", "tamio", DOOR_WEBHOOK, body, strlen(body)), "create");
    return world_find(w, "tamio", "tamio:tk-1");
}

static void what_is_foretold_is_what_happens(void **state)
{
    /* Half an hour before the clocks change: Berlin 2026-10-25 and 2027-03-28, New York 2026-11-01 and 2027-03-14. */
    static const int64_t nights[] = {1792888200000, 1806193800000, 1793511000000, 1805005800000};
    (void)state;
    int lines = 0;
    srand(4);
    for (int i = 0; i < HISTORIES; i++) {
        struct world *w = world_open(config);
        AUTO_STR want, got;
        struct json *answer = NULL;
        struct err err = {0};
        str_init(&want, 1 << 16);
        str_init(&got, 1 << 16);
        w->now = nights[i % 4] - pick(120) * MINUTE;
        for (int k = pick(5); k > 0; k--)
            set_something(w);
        int64_t id = ticket(w);
        const struct json *ask = json_parse_in(w->arena, "{\"fields\":{\"urgency\":\"low\"}}", 28, &json_limits_native, NULL, &err);
        if (!ask || !engine_simulate(w->engine.store, w->engine.config, w->arena, ask, w->now, &answer, &err))
            fail_msg("%s", err.text);
        foretold(answer, &want);
        json_free(answer);
        assert_true(world_ok(world_do(w, "mara", "escalate", id, "simulated")));
        world_wait(w, 12 * (int64_t)HOUR);
        happened(w, id, &got);
        if (strcmp(want.data, got.data) != 0)
            fail_msg("history %d: foretold\n%shappened\n%s", i, want.data, got.data);
        for (const char *at = got.data; (at = strchr(at, '\n')); at++)
            lines++;
        world_close(w);
    }
    print_message("# simulate: %d nights, %d lines foretold as they happened\n", HISTORIES, lines);
}

static void a_question_that_makes_no_sense_is_told_so(void **state)
{
    (void)state;
    static const struct { const char *ask, *says; } cases[] = {
        {"{\"fields\":{\"urgency\":\"foo\"}}", "urgency cannot be 'foo'"}, {"{\"fields\":{\"plna\":\"x\"}}", "did you mean 'plan'?"},
        {"{\"fields\":{\"plan\":3}}", "plan is no field"},                {"{\"fields\":{\"reopen_count\":\"-1\"}}", "reopen_count cannot be"},
        {"{\"fields\":{\"tags\":\"a\"}}", "tags cannot be made up"},     {"{\"ticket\":77}", "77"}};
    struct world *w = world_open(config);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct json *answer = NULL;
        const struct json *ask = json_parse_in(w->arena, cases[i].ask, strlen(cases[i].ask), &json_limits_native, NULL, &err);
        if (engine_simulate(w->engine.store, w->engine.config, w->arena, ask, w->now, &answer, &err))
            fail_msg("taken: %s", cases[i].ask);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].ask, err.text);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_foretold_is_what_happens),
        cmocka_unit_test(a_question_that_makes_no_sense_is_told_so),
    };
    return cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
}
