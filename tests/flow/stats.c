/* stats: the numbers of a real desk, by API and in the shell: what came in, was answered, was resolved, today and by day,
 * of a view, by source, and by agent for those who may see it. */
#include "base/crypto.h"
#include "base/str.h"
#include "harness/house.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
static const char config[] = "tz: Europe/Berlin\nsources:\n  - {name: open, dialect: rbs, auth: none}\n  - {name: other, dialect: rbs, auth: none}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: %s, team: eu}\n  - {name: tom, uid: 4242, role: agent, team: us}\n";
static struct arena *arena;

static void act(const char *body)
{
    struct answer a = client_post(house.desk, "/v1/do", body);
    if (a.status != 200 || !json_get_bool(json_first(json_get(a.json, "results")), "ok", false))
        fail_msg("%s: %d %s", body, a.status, a.body);
}

static const struct json *stats(const char *query)
{
    struct answer a = client_get(house.desk, arena_printf(arena, "/v1/stats?%s", query));
    if (a.status != 200)
        fail_msg("%s: %d %s", query, a.status, a.body);
    return json_parse_in(arena, a.body, a.body_n, &json_limits_dialect, NULL, NULL);
}

static int64_t number(const struct json *root, const char *path)
{
    int64_t value;
    return json_i64(json_path(root, path), &value) ? value : -1;
}

/* Yesterday four came in; one was answered after 30 minutes and resolved after an hour, another answered after 10 minutes. Today
 * one more, the resolved one came back and was resolved again. */
static int start(void **state)
{
    (void)state;
    arena = arena_new();
    house_open(arena_printf(arena, config, (long)getuid(), "lead"));
    for (int i = 1; i <= 4; i++)
        shop_post_number(house.in, i < 4 ? "open" : "other", i, "Where is my invoice?");
    *house.run->clock += 10 * MINUTE;
    act("{\"do\":\"note\",\"tickets\":[2],\"text\":\"seen\"}");
    *house.run->clock += 20 * MINUTE;
    act("{\"do\":\"claim\",\"tickets\":[1]}");
    *house.run->clock += 30 * MINUTE;
    act("{\"do\":\"close\",\"tickets\":[1]}");
    *house.run->clock += DAY;
    shop_post_number(house.in, "open", 5, "Where is my invoice?");
    act("{\"do\":\"reopen\",\"tickets\":[1]}");
    act("{\"do\":\"close\",\"tickets\":[1]}");
    return 0;
}

static int stop(void **state)
{
    arena_free(arena);
    return house_left(state);
}

static void a_period_is_told_against_the_one_before_it(void **state)
{
    (void)state;
    const struct json *today = stats("period=today"), *week = stats("period=7d");
    assert_int_equal(number(today, "metrics.created.value"), 1);
    assert_int_equal(number(today, "metrics.created.before.value"), 4);
    assert_int_equal(number(today, "metrics.resolved.value"), 1);
    assert_int_equal(number(today, "metrics.backlog.value"), 4);
    assert_int_equal(number(today, "metrics.backlog.before.value"), 3);
    assert_int_equal(number(today, "metrics.reopened.value"), 10000);
    assert_int_equal(json_count(json_get(today, "steps")), 24);
    assert_int_equal(number(week, "metrics.created.value"), 5);
    assert_int_equal(number(week, "metrics.created.before.value"), 0);
    assert_int_equal(number(week, "metrics.resolution.n"), 2);
    int64_t half = number(week, "metrics.resolution.value");
    assert_true(half > HOUR - HOUR / 10 && half < HOUR + HOUR / 10);
    assert_int_equal(json_count(json_path(week, "metrics.created.series")), 7);
    assert_int_equal(number(week, "now.age.open"), 4);
    assert_int_equal(number(week, "now.by_status.resolved"), 1);
    assert_int_equal(number(week, "now.by_source.other"), 1);
    const struct json *own = stats(arena_printf(arena, "from=%lld&to=%lld&metric=created", (long long)(*house.run->clock - DAY), (long long)(*house.run->clock - DAY)));
    assert_int_equal(number(own, "metrics.created.value"), 4);
    assert_null(json_path(own, "metrics.resolved"));
    assert_int_equal(client_get(house.desk, "/v1/stats?period=year").status, 400);
    assert_int_equal(client_get(house.desk, "/v1/stats?view=nope").status, 404);
    assert_int_equal(client_get(house.desk, "/v1/stats?metric=nope").status, 400);
    assert_int_equal(client_get(house.desk, "/v1/stats?from=1").status, 400);
}

static void numbers_are_split_by_source_view_agent_and_team(void **state)
{
    (void)state;
    const struct json *sources = json_get(stats("by=source&metric=created"), "by"), *agents = json_get(stats("by=agent&metric=resolved"), "by");
    assert_string_equal(json_get_string(json_first(sources), "key", ""), "open");
    assert_int_equal(number(json_first(sources), "metrics.created.value"), 4);
    assert_int_equal(number(json_next(json_first(sources)), "metrics.created.value"), 1);
    assert_int_equal(json_count(agents), 2);
    assert_int_equal(number(json_first(agents), "metrics.resolved.value"), 2);
    assert_int_equal(number(json_next(json_first(agents)), "metrics.resolved.value"), 0);
    assert_int_equal(number(json_first(json_get(stats("by=team&metric=resolved"), "by")), "metrics.resolved.value"), 2);
    assert_int_equal(number(stats("view=all&metric=created"), "metrics.created.value"), 5);
    assert_int_equal(number(stats("view=unassigned&metric=created,backlog"), "metrics.backlog.value"), 4);
    assert_true(json_count(json_get(stats("by=view&metric=created"), "by")) > 2);
    assert_int_equal(client_get(house.desk, "/v1/stats?view=all&by=agent").status, 400);
}

/* The same of the desk's numbers for today and of the shift that began with it. */
static void both_say(int resolved, int reopened)
{
    const struct json *today = stats("period=today&metric=resolved");
    struct answer a = client_get(house.desk, arena_printf(arena, "/v1/handover?since=%lld", (long long)(*house.run->clock - HOUR)));
    const struct json *shift = json_get(a.json, "shift");
    if (number(today, "metrics.resolved.value") != resolved || number(shift, "resolved") != resolved || number(shift, "reopened") != reopened)
        fail_msg("%d resolved, %d reopened: stats %s, handover %s", resolved, reopened, json_print_in(arena, today), json_print_in(arena, shift));
}

static void what_was_taken_back_is_no_work_in_the_handover_either(void **state)
{
    (void)state;
    both_say(1, 1);
    act("{\"do\":\"close\",\"tickets\":[2]}");
    both_say(2, 1);
    act("{\"do\":\"undo\"}");
    both_say(1, 1);
    act("{\"do\":\"redo\"}");
    both_say(2, 1);
    act("{\"do\":\"reopen\",\"tickets\":[2]}");
    both_say(2, 2);
    act("{\"do\":\"undo\"}");
    act("{\"do\":\"undo\"}");
    both_say(1, 1);
    act("{\"do\":\"spam\",\"tickets\":[3],\"with\":{\"confirm\":\"spam\"}}");
    act("{\"do\":\"merge\",\"tickets\":[4],\"into\":5,\"with\":{\"confirm\":\"merge\"}}");
    both_say(1, 1);
    act("{\"do\":\"unmerge\",\"tickets\":[3]}");
    act("{\"do\":\"unmerge\",\"tickets\":[4]}");
    both_say(1, 1);
}

static void the_shell_says_the_same(void **state)
{
    (void)state;
    const struct shell_ran *ran = SHELL(NULL, "stats");
    assert_int_equal(ran->code, 0);
    shell_holds(ran->out, "7 days of the whole desk");
    shell_holds(ran->out, "came in");
    shell_holds(ran->out, "open now: 4");
    ran = SHELL(NULL, "stats", "--by", "day", "--metric", "created,resolved");
    shell_holds(ran->out, "came in");
    ran = SHELL(NULL, "stats", "--by", "agent", "--json");
    shell_holds(ran->out, "\"key\":\"ana\"");
    ran = SHELL(NULL, "stats", "--since", "2026-11-20", "--metric", "created");
    shell_holds(ran->out, " to ");
    assert_int_equal(SHELL(NULL, "stats", "--by", "moon")->code, 64);
    assert_int_equal(SHELL(NULL, "stats", "nonsense")->code, 64);
}

static void what_others_did_is_for_leads(void **state)
{
    (void)state;
    daemon_config(house.run, arena_printf(arena, config, (long)getuid(), "agent"));
    assert_int_equal(daemon_stop(house.run), 0);
    house_again();
    const struct json *agents = json_get(stats("by=agent&metric=resolved"), "by");
    assert_int_equal(json_count(agents), 1);
    assert_string_equal(json_get_string(json_first(agents), "key", ""), "ana");
    assert_int_equal(client_get(house.desk, "/v1/stats?by=team").status, 403);
    assert_int_equal(client_get(house.desk, "/v1/audit").status, 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_is_told_against_the_one_before_it),
        cmocka_unit_test(numbers_are_split_by_source_view_agent_and_team),
        cmocka_unit_test(the_shell_says_the_same),
        cmocka_unit_test(what_was_taken_back_is_no_work_in_the_handover_either),
        cmocka_unit_test(what_others_did_is_for_leads),
    };
    return crypto_open() ? cmocka_run_group_tests_name("stats", tests, start, stop) : 1;
}
