/* config_escalation: what a step and an agent's pager may say, and how a mistake is told. */
#include "core/config.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HEAD "agents:\n  - {name: ana, tz: Europe/Berlin, page: [chat, phones]}\n  - {name: tom}\noncall: [tom]\n"
#define TAIL "destinations:\n  - {name: chat, kind: slack, url: 'https://hooks.slack.com/services/T/B/x'}\n" \
             "  - {name: phones, kind: telegram, token: '1:a', channel: '@o'}\n  - {name: haiku, kind: model, api: anthropic, model: m, token: t}\n"
#define POLICY(steps) "escalation:\n  policies:\n  - {name: p, repeat: 5, steps: [" steps "]}\n"

static struct config *parse(struct arena *arena, const char *text, struct err *err)
{
    return config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, err);
}

static void a_step_says_when_it_applies_and_how_urgent_it_is(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct config *c = parse(arena, HEAD POLICY("{target: ana, delay: 9000, hours: '22:00-06:00', weekdays: [sat, sun], min_open_criticals: 3, min_reopens: 2, importance: high},"
                                                      "{target: 'destination:chat'}") TAIL, &err);
    if (!c)
        fail_msg("%s", err.text);
    const struct config_step *step = c->escalations[0].steps;
    assert_int_equal(step[0].delay, 9000 * INT64_C(60000));
    assert_int_equal(step[0].hours.from, 22 * 60);
    assert_int_equal(step[0].hours.to, 6 * 60);
    assert_int_equal(step[0].hours.weekdays, 1u << 5 | 1u << 6);
    assert_int_equal(step[0].min_open_criticals, 3);
    assert_int_equal(step[0].min_reopens, 2);
    assert_int_equal(step[0].importance, IMPORTANCE_HIGH);
    assert_int_equal(step[1].importance, IMPORTANCE_NORMAL);
    assert_null(step[1].hours.text);
    assert_int_equal(c->escalations[0].repeat, 5);
    assert_int_equal(c->agents[0].page_count, 2);
    assert_string_equal(c->agents[0].page[1], "phones");
}

static void two_policies_have_the_same_version_exactly_where_they_would_do_the_same(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    static const char *const others[] = {
        POLICY("{target: tom}"), POLICY("{target: ana, delay: 6m}"), POLICY("{target: ana, when: hour < 6}"), POLICY("{target: ana, hours: '01:00-02:00'}"),
        POLICY("{target: ana, weekdays: [mon]}"), POLICY("{target: ana, importance: high}"), POLICY("{target: ana, min_reopens: 1}"),
        POLICY("{target: ana, min_open_criticals: 1}"), POLICY("{target: ana}, {target: tom}")};
    const struct config *is = parse(arena, HEAD POLICY("{target: ana}") TAIL, &err), *same = parse(arena, HEAD POLICY("{target: ana, delay: 5m, importance: normal}") TAIL, &err);
    assert_int_equal(strlen(is->escalations[0].version), 8);
    assert_string_equal(is->escalations[0].version, same->escalations[0].version);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct config *other = parse(arena, arena_printf(arena, "%s%s%s", HEAD, others[i], TAIL), &err);
        assert_non_null(other);
        assert_string_not_equal(is->escalations[0].version, other->escalations[0].version);
    }
}

static void a_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {HEAD POLICY("{target: anna}") TAIL, "did you mean 'ana'"},
        {HEAD POLICY("{target: 'destination:chatt'}") TAIL, "no destination 'chatt'"},
        {HEAD POLICY("{target: ana, hours: '22-06'}") TAIL, "hours must be such as"},
        {HEAD POLICY("{target: ana, weekdays: [someday]}") TAIL, "weekdays"},
        {HEAD POLICY("{target: ana, importance: huge}") TAIL, "importance"},
        {HEAD POLICY("{target: ana, delay: 0}") TAIL, "delay"},
        {HEAD POLICY("{target: ana, delay: 9001}") TAIL, "delay"},
        {HEAD POLICY("") TAIL, "a policy without steps tells nobody"},
        {"agents:\n  - {name: ana, page: [chap]}\n" TAIL, "there is no destination 'chap', did you mean 'chat'?"},
        {"agents:\n  - {name: ana, page: [haiku]}\n" TAIL, "'haiku' cannot page: its kind reaches nobody"},
        {"agents:\n  - {name: ana, page: [partner]}\ndestinations:\n  - {name: partner, kind: webhook, url: 'https://x.example/', format: cstar, secrets: [s]}\n",
         "'partner' cannot page: its format has no event for a page"},
        {HEAD POLICY("{target: 'destination:haiku'}") TAIL, "cannot page"},
        {"agents:\n  - {name: ana, page: [a, b, c, d, e]}\n" TAIL, "page"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        if (parse(arena, cases[i].text, &err))
            fail_msg("case %zu: taken", i);
        if (!strstr(err.text, cases[i].says) || strncmp(err.text, "t.yaml:", 7) != 0)
            fail_msg("case %zu: %s", i, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_says_when_it_applies_and_how_urgent_it_is),
        cmocka_unit_test(two_policies_have_the_same_version_exactly_where_they_would_do_the_same),
        cmocka_unit_test(a_mistake_is_told_with_its_place),
    };
    return cmocka_run_group_tests_name("config_escalation", tests, NULL, NULL);
}
