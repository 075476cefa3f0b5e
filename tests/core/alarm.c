/* alarm: what asks for a page, and what does not. */
#include "../support/rules.h"

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

static const struct escalation *of(const struct desk *d)
{
    return &d->ticket->escalation;
}

static void a_hard_phrase_pages_who_is_on_call_at_once(void **state)
{
    DESK(d);
    desk_page(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(d.out.page_count, 1);
    desk_told(&d, 0, "ana", 0);
    assert_string_equal(d.out.pages[0].why, "hard phrase \"site is down\"");
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"opened\""), 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"step\",\"step\":0,\"loop\":0,\"told\":[\"ana\"]"), 1);
    assert_int_equal(d.ticket->wake_at, d.now + 5 * MINUTE);
    desk_close(&d);
}

static void the_models_label_pages_only_when_it_is_sure_and_has_learned_enough(void **state)
{
    static const struct { int64_t bp, learned; bool pages; } cases[] = {{7999, 50, false}, {8000, 49, false}, {8000, 50, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        d.next.urgency = URGENCY_CRITICAL;
        d.next.urgency_bp = cases[i].bp;
        d.facts.model_learned = cases[i].learned;
        desk_first(&d);
        assert_int_equal(d.out.page_count, cases[i].pages);
        desk_close(&d);
    }
}

static void a_person_or_a_rule_that_says_critical_pages(void **state)
{
    static const int by[] = {LABEL_BY_AGENT, LABEL_BY_RULE};
    for (int i = 0; i < 2; i++) {
        DESK(d);
        desk_first(&d);
        d.next.urgency = URGENCY_CRITICAL;
        d.next.urgency_by = by[i];
        desk_change(&d, "act", "bo");
        assert_int_equal(d.out.page_count, 1);
        desk_close(&d);
    }
}

static void what_its_source_calls_urgent_pages_unless_that_rule_is_off(void **state)
{
    for (int on = 0; on < 2; on++) {
        DESK(d);
        d.config.page_urgent = on;
        desk_first(&d);
        d.next.priority = PRIORITY_URGENT;
        desk_change(&d, "event", "source:shop");
        assert_int_equal(d.out.page_count, on);
        desk_change(&d, "event", "source:shop");
        assert_int_equal(d.out.page_count, 0);
        desk_close(&d);
    }
}

static void a_rule_pages_when_it_comes_true_and_once(void **state)
{
    DESK(d);
    struct err err;
    struct config_page_rule rule = {.name = "back-again", .when = when_parse(d.arena, "reopen_count >= 2", &err)};
    d.config.page_rules = &rule;
    d.config.page_rule_count = 1;
    desk_first(&d);
    d.next.reopen_count = 1;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(d.out.page_count, 0);
    d.next.reopen_count = 2;
    desk_change(&d, "event", "source:shop");
    desk_told(&d, 0, "ana", 0);
    assert_string_equal(of(&d)->reason, "rule back-again");
    d.next.reopen_count = 3;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(of(&d)->occurrences, 1);
    desk_close(&d);
    desk_open(&d);
    d.config.page_rules = &rule;
    d.config.page_rule_count = 1;
    rule.when = when_parse(d.arena, "customer == \"c-1\"", &err);
    desk_first(&d); /* true from the start */
    desk_told(&d, 0, "ana", 0);
    desk_close(&d);
}

static void an_agent_who_sets_urgent_does_not_page(void **state)
{
    DESK(d);
    desk_first(&d);
    d.next.priority = PRIORITY_URGENT;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.out.page_count, 0);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hard_phrase_pages_who_is_on_call_at_once),
        cmocka_unit_test(the_models_label_pages_only_when_it_is_sure_and_has_learned_enough),
        cmocka_unit_test(a_person_or_a_rule_that_says_critical_pages),
        cmocka_unit_test(what_its_source_calls_urgent_pages_unless_that_rule_is_off),
        cmocka_unit_test(a_rule_pages_when_it_comes_true_and_once),
        cmocka_unit_test(an_agent_who_sets_urgent_does_not_page),
    };
    return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
