/* escalation: who is told when, in sentences. Random histories against a model of it: tests/core/escalation_model. */
#include "../support/rules.h"
#include "core/desk.h"
#include <stdio.h>
#include <stdlib.h>

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

static const struct escalation *of(const struct desk *d)
{
    return &d->ticket->escalation;
}

static void page_now(struct desk *d)
{
    d->facts.paged_for = "hard phrase \"site is down\"";
    desk_first(d);
}

static void told(const struct desk *d, int i, const char *agent, int step)
{
    assert_true(i < d->out.page_count);
    assert_string_equal(d->out.pages[i].agent, agent);
    assert_int_equal(d->out.pages[i].step, step);
}

static void ack(struct desk *d, const char *agent)
{
    d->facts.acknowledge = true;
    desk_change(d, "act", agent);
}

static void a_hard_phrase_pages_who_is_on_call_at_once(void **state)
{
    DESK(d);
    page_now(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(d.out.page_count, 1);
    told(&d, 0, "ana", 0);
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
    told(&d, 0, "ana", 0);
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
    told(&d, 0, "ana", 0);
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

static void steps_come_in_their_order_then_loop_then_remind_each_hour(void **state)
{
    DESK(d);
    page_now(&d);
    static const struct { int64_t after; const char *agent; const char *what; } plan[] = {
        {5, "bo", "\"what\":\"step\",\"step\":1,\"loop\":0"},   {15, "lea", "\"what\":\"step\",\"step\":2,\"loop\":0"},
        {25, "ana", "\"what\":\"step\",\"step\":0,\"loop\":1"}, {30, "bo", "\"what\":\"step\",\"step\":1,\"loop\":1"},
        {40, "lea", "\"what\":\"step\",\"step\":2,\"loop\":1"}, {50, "lea", "\"what\":\"reminder\""},
        {110, "lea", "\"what\":\"reminder\""},                 {170, "lea", "\"what\":\"reminder\""}};
    for (size_t i = 0; i < sizeof plan / sizeof *plan; i++) {
        desk_until(&d, START + plan[i].after * MINUTE);
        assert_int_equal(d.out.page_count, 1);
        assert_string_equal(d.out.pages[0].agent, plan[i].agent);
        assert_int_equal(desk_count(&d, "escalation", plan[i].what), 1);
    }
    desk_close(&d);
}

static void with_nobody_on_call_the_next_step_comes_at_once_and_the_leads_are_the_last_resort(void **state)
{
    DESK(d);
    d.config.schedule_count = 0;
    page_now(&d);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 1);
    told(&d, 0, "bo", 1);
    desk_close(&d);
    desk_open(&d);
    d.config.schedule_count = 0;
    d.policies[0].step_count = 1;
    page_now(&d);
    told(&d, 0, "lea", 0);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 1);
    desk_close(&d);
    desk_open(&d);
    d.config.schedule_count = 0;
    d.policies[0].step_count = 1;
    d.config.agent_count = 2; /* no lead */
    page_now(&d);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 2);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_true(d.ticket->wake_at > d.now);
    desk_close(&d);
}

static void a_step_whose_condition_is_false_is_passed_over(void **state)
{
    DESK(d);
    struct err err;
    d.policies[0].steps[1].when = when_parse(d.arena, "hour < 6", &err);
    d.facts.env.hour = 14;
    page_now(&d);
    desk_until(&d, START + 5 * MINUTE);
    told(&d, 0, "lea", 2);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
    desk_close(&d);
}

static void an_ack_stops_the_pages_until_it_runs_out(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += MINUTE;
    ack(&d, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    assert_string_equal(of(&d)->acked_by, "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    assert_int_equal(of(&d)->next_at, 0);
    desk_until(&d, d.now + 30 * MINUTE - 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    assert_int_equal(d.out.page_count, 2); /* who had it, and who is on call */
    told(&d, 0, "bo", 0);
    told(&d, 1, "ana", 0);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"ack_expired\""), 1);
    assert_null(of(&d)->acked_by);
    desk_close(&d);
}

static void who_has_it_and_is_on_call_gets_one_page_when_the_ack_runs_out(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "ana");
    desk_until(&d, d.now + 30 * MINUTE);
    assert_int_equal(d.out.page_count, 1);
    desk_close(&d);
}

static void work_by_who_acknowledged_pushes_the_time_and_work_by_others_does_not(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "bo");
    int64_t expires = of(&d)->ack_expires_at;
    d.now += 20 * MINUTE;
    d.next.messages++;
    desk_change(&d, "act", "ana");
    assert_int_equal(of(&d)->ack_expires_at, expires);
    d.next.messages++;
    desk_change(&d, "act", "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    desk_close(&d);
}

static void an_ack_without_a_timeout_holds_for_good(void **state)
{
    DESK(d);
    d.policies[0].ack_timeout = 0;
    page_now(&d);
    ack(&d, "bo");
    desk_until(&d, d.now + DAY);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_close(&d);
}

static void a_snooze_overrides_the_ack_timeout_and_pages_when_it_ends(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "bo");
    d.next.snoozed_until = d.now + 4 * HOUR;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    desk_until(&d, d.now + 4 * HOUR - 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    desk_until(&d, d.now + 1);
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    told(&d, 0, "ana", 0);
    desk_close(&d);
}

static void duplicates_are_counted_and_page_nobody(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += MINUTE;
    d.facts.paged_for = "rule \"vip\"";
    desk_change(&d, "event", "source:shop");
    assert_int_equal(of(&d)->occurrences, 2);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(of(&d)->next_at, START + 5 * MINUTE);
    desk_close(&d);
}

static void asking_again_by_hand_tells_the_next_one_now(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += MINUTE;
    d.facts.escalate = true;
    desk_change(&d, "act", "cem");
    told(&d, 0, "bo", 1);
    ack(&d, "bo");
    d.now += MINUTE;
    d.facts.escalate = true;
    desk_change(&d, "act", "cem");
    told(&d, 0, "ana", 0);
    assert_string_equal(of(&d)->reason, "asked for by cem");
    desk_close(&d);
}

static void an_agent_who_lowers_the_urgency_ends_it(void **state)
{
    DESK(d);
    d.next.urgency = URGENCY_CRITICAL;
    page_now(&d);
    d.next.urgency = URGENCY_HIGH;
    d.next.urgency_by = LABEL_BY_AGENT;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    assert_string_equal(of(&d)->reason, "downgraded");
    assert_string_equal(of(&d)->resolved_by, "bo");
    desk_until(&d, d.now + DAY);
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    desk_close(&d);
}

static void the_model_that_thinks_again_does_not_end_it(void **state)
{
    DESK(d);
    d.next.urgency = URGENCY_CRITICAL;
    page_now(&d);
    d.next.urgency = URGENCY_LOW;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
    desk_close(&d);
}

static void resolved_merged_and_spam_end_it_from_any_open_state(void **state)
{
    for (int acked = 0; acked < 2; acked++)
        for (int way = 0; way < 3; way++) {
            DESK(d);
            page_now(&d);
            if (acked)
                ack(&d, "bo");
            if (way)
                d.next.disposition = way == 1 ? DISPOSITION_MERGED : DISPOSITION_SPAM;
            desk_status(&d, way ? STATUS_CLOSED : STATUS_RESOLVED, "bo");
            assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
            assert_string_equal(of(&d)->reason, way == 0 ? "resolved" : way == 1 ? "merged" : "spam");
            assert_int_equal(d.out.page_count, 0);
            desk_close(&d);
        }
}

static void reopened_within_the_hour_and_still_critical_starts_over(void **state)
{
    static const struct { int64_t after; int urgency; bool pages; } cases[] = {
        {HOUR, URGENCY_CRITICAL, true}, {HOUR + 1, URGENCY_CRITICAL, false}, {MINUTE, URGENCY_HIGH, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        d.next.urgency = cases[i].urgency;
        page_now(&d);
        desk_until(&d, d.now + 6 * MINUTE);
        desk_status(&d, STATUS_RESOLVED, "bo");
        d.now += cases[i].after;
        desk_status(&d, STATUS_OPEN, "bo");
        assert_int_equal(d.out.page_count, cases[i].pages);
        assert_int_equal(d.ticket->escalated == ESCALATION_TRIGGERED, cases[i].pages);
        if (cases[i].pages)
            told(&d, 0, "ana", 0);
        desk_close(&d);
    }
}

static void an_ack_on_a_resolved_escalation_never_reopens_it(void **state)
{
    DESK(d);
    page_now(&d);
    desk_status(&d, STATUS_RESOLVED, "bo");
    ack(&d, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    assert_int_equal(d.out.entry_count, 0);
    desk_close(&d);
}

static void a_done_ticket_pages_nobody(void **state)
{
    DESK(d);
    d.next.status = STATUS_RESOLVED;
    page_now(&d);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(d.ticket->escalated, ESCALATION_NONE);
    desk_close(&d);
}

static void overdue_steps_come_out_once_each_one_per_second(void **state)
{
    DESK(d);
    page_now(&d);
    d.now = START + 32 * MINUTE; /* an outage: steps 1, 2, 0 and 1 are overdue */
    static const int steps[] = {1, 2, 0, 1};
    for (int i = 0; i < 4; i++) {
        desk_wake(&d);
        told(&d, 0, steps[i] == 0 ? "ana" : steps[i] == 1 ? "bo" : "lea", steps[i]);
        desk_wake(&d); /* the same moment again */
        assert_int_equal(d.out.page_count, 0);
        assert_int_equal(d.ticket->wake_at, i < 3 ? d.now + SECOND : START + 40 * MINUTE);
        d.now = d.ticket->wake_at;
    }
    desk_close(&d);
}

static void without_a_policy_the_leads_are_told(void **state)
{
    DESK(d);
    d.config.escalation_count = 0;
    page_now(&d);
    told(&d, 0, "lea", 0);
    assert_true(d.ticket->wake_at > d.now);
    desk_close(&d);
}

/* --- whom a step means --- */

static struct config_zone berlin, tokyo;

static void two_zones(struct desk *d)
{
    struct err err;
    desk_open(d);
    berlin.zone = zone_load(d->arena, "Europe/Berlin", &err);
    tokyo.zone = zone_load(d->arena, "Asia/Tokyo", &err);
    assert_true(berlin.zone && tokyo.zone);
    d->agents[0].zone = &berlin;
    d->agents[1].zone = &tokyo;
    d->agents[0].team = d->agents[1].team = "night";
    d->policies[0].steps[0].target = "team:night";
    d->now = START + 10 * HOUR; /* Wed 18 Nov 2026, 21:06 UTC: 22:06 in Berlin, where ana is; Thursday 06:06 in Tokyo, where bo is */
}

static void a_steps_hours_and_weekdays_are_those_of_whom_it_tells(void **state)
{
    (void)state;
    static const struct { struct config_hours hours; const char *when, *agent; int step; } cases[] = {
        {{.from = 22 * 60, .to = 23 * 60, .text = "22:00-23:00"}, NULL, "ana", 0},
        {{.from = 6 * 60, .to = 7 * 60, .text = "06:00-07:00"}, NULL, "bo", 0},
        {{.from = 20 * 60, .to = 6 * 60, .text = "20:00-06:00"}, NULL, "ana", 0},
        {{.text = "00:00-24:00", .weekdays = 1 << 3}, NULL, "bo", 0},
        {{0}, "weekday == 3 && hour == 22", "ana", 0},
        {{0}, "weekday == 4", "bo", 0},
        {{.from = 12 * 60, .to = 13 * 60, .text = "12:00-13:00"}, NULL, "bo", 1}, /* nobody's: the next step */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct desk d;
        struct err err;
        two_zones(&d);
        d.policies[0].steps[0].hours = cases[i].hours;
        d.policies[0].steps[0].when = when_parse(d.arena, cases[i].when, &err);
        page_now(&d);
        assert_int_equal(d.out.page_count, 1);
        told(&d, 0, cases[i].agent, cases[i].step);
        assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
        desk_close(&d);
    }
}

static void a_step_waits_for_criticals_and_reopens_and_is_passed_over_until_then(void **state)
{
    DESK(d);
    d.policies[0].steps[0].min_open_criticals = 3;
    d.policies[0].steps[1].min_reopens = 2;
    d.facts.env.open_criticals = 2;
    d.next.reopen_count = 1;
    page_now(&d);
    told(&d, 0, "lea", 2);
    assert_int_equal(desk_count(&d, "escalation", "no_notification_sent"), 0);
    desk_close(&d);
    desk_open(&d);
    d.policies[0].steps[0].min_open_criticals = 3;
    d.facts.env.open_criticals = 3;
    page_now(&d);
    told(&d, 0, "ana", 0);
    desk_close(&d);
}

static void a_step_tells_schedules_teams_and_places_that_are_nobodys_own(void **state)
{
    DESK(d);
    struct config_destination wall = {.name = "wall", .kind = DEST_SLACK};
    d.config.destinations = &wall;
    d.config.destination_count = 1;
    d.agents[1].team = d.agents[3].team = "night";
    d.policies[0].steps[0].target = "schedule:oncall";
    d.policies[0].steps[1].target = "team:night";
    d.policies[0].steps[1].importance = IMPORTANCE_HIGH;
    d.policies[0].steps[2].target = "destination:wall";
    page_now(&d);
    told(&d, 0, "ana", 0);
    assert_false(d.out.pages[0].high);
    desk_until(&d, START + 5 * MINUTE);
    assert_int_equal(d.out.page_count, 2);
    told(&d, 0, "bo", 1);
    told(&d, 1, "cem", 1);
    assert_true(d.out.pages[1].high);
    desk_until(&d, START + 15 * MINUTE);
    told(&d, 0, "", 2);
    assert_string_equal(d.out.pages[0].destination, "wall");
    assert_int_equal(desk_count(&d, "escalation", "\"told\":[\"destination:wall\"]"), 1);
    desk_close(&d);
}

static void a_destination_that_was_configured_away_is_nobody_to_tell(void **state)
{
    DESK(d);
    d.policies[0].steps[0].target = "destination:gone";
    page_now(&d);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"no_notification_sent\""), 1);
    told(&d, 0, "bo", 1);
    desk_close(&d);
}

static void a_policy_that_was_changed_meanwhile_goes_on_where_it_stood_and_says_so(void **state)
{
    DESK(d);
    d.policies[0].version = "11111111";
    page_now(&d);
    assert_string_equal(of(&d)->policy_version, "11111111");
    d.policies[0].version = "22222222";
    d.policies[0].steps[1].target = "cem";
    desk_until(&d, START + 5 * MINUTE);
    told(&d, 0, "cem", 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"policy_changed\""), 1);
    assert_string_equal(of(&d)->policy_version, "22222222");
    desk_until(&d, START + 15 * MINUTE);
    assert_int_equal(desk_count(&d, "escalation", "policy_changed"), 0);
    desk_close(&d);
}

/* --- a page that failed --- */

static void fail_page(struct desk *d, int step, int loop, bool all)
{
    struct page_failure failure = {.agent = "ana", .destination = "phones", .why = "503", .step = step, .loop = loop, .all = all};
    d->facts.page_failed = &failure;
    desk_change(d, "receipt", "courier");
    d->facts.page_failed = NULL;
}

static void a_page_that_reached_nobody_brings_the_next_step_at_once(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += 40 * SECOND;
    fail_page(&d, 0, 0, true);
    told(&d, 0, "bo", 1);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"page_failed\",\"step\":0,\"loop\":0,\"told\":[\"ana\"],\"why\":\"503\",\"all\":true"), 1);
    assert_int_equal(d.ticket->wake_at, d.now + 10 * MINUTE); /* planned from when it came */
    desk_close(&d);
}

static void a_page_that_failed_beside_others_or_of_a_step_long_gone_is_only_written_down(void **state)
{
    DESK(d);
    page_now(&d);
    d.now += 40 * SECOND;
    fail_page(&d, 0, 0, false);
    assert_int_equal(d.out.page_count, 0);
    desk_until(&d, START + 5 * MINUTE);
    fail_page(&d, 0, 0, true);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(of(&d)->step, 1);
    desk_close(&d);
}

static void a_reminder_that_failed_does_not_bring_the_next_one(void **state)
{
    DESK(d);
    page_now(&d);
    desk_until(&d, START + 50 * MINUTE);
    assert_int_equal(desk_count(&d, "escalation", "\"what\":\"reminder\""), 1);
    d.now += MINUTE;
    fail_page(&d, of(&d)->step, of(&d)->loop, true);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(of(&d)->next_at, START + 110 * MINUTE);
    desk_close(&d);
}

static void after_an_ack_a_failed_page_changes_nothing(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "bo");
    fail_page(&d, 0, 0, true);
    assert_int_equal(d.out.page_count, 0);
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    desk_close(&d);
}

/* --- snooze, again and woken --- */

static void another_snooze_moves_the_time_and_waking_it_gives_it_back_to_who_had_it(void **state)
{
    DESK(d);
    page_now(&d);
    ack(&d, "bo");
    d.next.snoozed_until = d.now + HOUR;
    desk_change(&d, "act", "bo");
    d.next.snoozed_until = d.now + 8 * HOUR;
    desk_change(&d, "act", "bo");
    assert_int_equal(of(&d)->snoozed_until, d.now + 8 * HOUR);
    desk_until(&d, d.now + 2 * HOUR);
    assert_int_equal(d.ticket->escalated, ESCALATION_SNOOZED);
    d.next.snoozed_until = 0;
    desk_change(&d, "act", "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_ACKNOWLEDGED);
    assert_string_equal(of(&d)->acked_by, "bo");
    assert_int_equal(of(&d)->ack_expires_at, d.now + 30 * MINUTE);
    desk_close(&d);
}

static void a_snooze_ends_with_a_reply_exactly_where_it_was_to(void **state)
{
    for (int on = WAKE_ON_TIME; on <= WAKE_ON_EITHER; on++) {
        DESK(d);
        page_now(&d);
        ack(&d, "bo");
        d.next.snoozed_until = d.now + HOUR;
        d.next.wake_on = on;
        desk_change(&d, "act", "bo");
        d.now += MINUTE;
        desk_hears(&d);
        assert_int_equal(d.ticket->escalated, on == WAKE_ON_TIME ? ESCALATION_SNOOZED : ESCALATION_TRIGGERED);
        assert_int_equal(d.out.page_count, on != WAKE_ON_TIME);
        desk_close(&d);
    }
}

/* --- maintenance --- */

static void a_window_holds_any_open_state_and_its_end_triggers_from_the_first_step(void **state)
{
    for (int acked = 0; acked < 2; acked++) {
        DESK(d);
        struct maintenance window = {.key = "1", .by = "lea", .reason = "new disks", .from = START + MINUTE, .to = START + HOUR};
        struct desk_state set = {.windows = &window, .window_count = 1};
        d.facts.desk = &set;
        page_now(&d);
        if (acked)
            ack(&d, "bo");
        d.now = START + MINUTE;
        desk_wake(&d);
        assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
        assert_int_equal(desk_count(&d, "escalation", "\"what\":\"suppressed\""), 1);
        assert_int_equal(of(&d)->held_until, START + HOUR);
        d.facts.paged_for = "again";
        desk_change(&d, "event", "source:shop");
        assert_int_equal(of(&d)->occurrences, 2);
        assert_int_equal(d.out.page_count, 0);
        d.facts.escalate = true;
        desk_change(&d, "act", "bo");
        assert_int_equal(d.out.page_count, 0);
        desk_until(&d, START + HOUR - 1);
        assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
        desk_until(&d, START + HOUR);
        assert_int_equal(d.ticket->escalated, ESCALATION_TRIGGERED);
        told(&d, 0, "ana", 0);
        desk_close(&d);
    }
}

static void what_is_resolved_during_a_window_does_not_trigger_at_its_end(void **state)
{
    DESK(d);
    struct maintenance window = {.key = "1", .reason = "new disks", .from = START, .to = START + HOUR};
    struct desk_state set = {.windows = &window, .window_count = 1};
    d.facts.desk = &set;
    page_now(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
    assert_int_equal(d.out.page_count, 0);
    desk_status(&d, STATUS_RESOLVED, "bo");
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    desk_until(&d, START + 2 * HOUR);
    assert_int_equal(d.ticket->escalated, ESCALATION_RESOLVED);
    desk_close(&d);
}

static void the_window_that_ends_last_holds(void **state)
{
    DESK(d);
    struct maintenance windows[2] = {{.key = "1", .reason = "a", .from = START, .to = START + HOUR}, {.key = "2", .reason = "b", .from = START, .to = START + 2 * HOUR}};
    struct desk_state set = {.windows = windows, .window_count = 2};
    d.facts.desk = &set;
    page_now(&d);
    assert_int_equal(of(&d)->held_until, START + 2 * HOUR);
    windows[1].to = START + MINUTE;
    d.now = START + MINUTE;
    desk_wake(&d);
    assert_int_equal(d.ticket->escalated, ESCALATION_SUPPRESSED);
    assert_int_equal(of(&d)->held_until, START + HOUR);
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
        cmocka_unit_test(steps_come_in_their_order_then_loop_then_remind_each_hour),
        cmocka_unit_test(with_nobody_on_call_the_next_step_comes_at_once_and_the_leads_are_the_last_resort),
        cmocka_unit_test(a_step_whose_condition_is_false_is_passed_over),
        cmocka_unit_test(an_ack_stops_the_pages_until_it_runs_out),
        cmocka_unit_test(who_has_it_and_is_on_call_gets_one_page_when_the_ack_runs_out),
        cmocka_unit_test(work_by_who_acknowledged_pushes_the_time_and_work_by_others_does_not),
        cmocka_unit_test(an_ack_without_a_timeout_holds_for_good),
        cmocka_unit_test(a_snooze_overrides_the_ack_timeout_and_pages_when_it_ends),
        cmocka_unit_test(duplicates_are_counted_and_page_nobody),
        cmocka_unit_test(asking_again_by_hand_tells_the_next_one_now),
        cmocka_unit_test(an_agent_who_lowers_the_urgency_ends_it),
        cmocka_unit_test(the_model_that_thinks_again_does_not_end_it),
        cmocka_unit_test(resolved_merged_and_spam_end_it_from_any_open_state),
        cmocka_unit_test(reopened_within_the_hour_and_still_critical_starts_over),
        cmocka_unit_test(an_ack_on_a_resolved_escalation_never_reopens_it),
        cmocka_unit_test(a_done_ticket_pages_nobody),
        cmocka_unit_test(overdue_steps_come_out_once_each_one_per_second),
        cmocka_unit_test(without_a_policy_the_leads_are_told),
        cmocka_unit_test(a_steps_hours_and_weekdays_are_those_of_whom_it_tells),
        cmocka_unit_test(a_step_waits_for_criticals_and_reopens_and_is_passed_over_until_then),
        cmocka_unit_test(a_step_tells_schedules_teams_and_places_that_are_nobodys_own),
        cmocka_unit_test(a_destination_that_was_configured_away_is_nobody_to_tell),
        cmocka_unit_test(a_policy_that_was_changed_meanwhile_goes_on_where_it_stood_and_says_so),
        cmocka_unit_test(a_page_that_reached_nobody_brings_the_next_step_at_once),
        cmocka_unit_test(a_page_that_failed_beside_others_or_of_a_step_long_gone_is_only_written_down),
        cmocka_unit_test(a_reminder_that_failed_does_not_bring_the_next_one),
        cmocka_unit_test(after_an_ack_a_failed_page_changes_nothing),
        cmocka_unit_test(another_snooze_moves_the_time_and_waking_it_gives_it_back_to_who_had_it),
        cmocka_unit_test(a_snooze_ends_with_a_reply_exactly_where_it_was_to),
        cmocka_unit_test(a_window_holds_any_open_state_and_its_end_triggers_from_the_first_step),
        cmocka_unit_test(what_is_resolved_during_a_window_does_not_trigger_at_its_end),
        cmocka_unit_test(the_window_that_ends_last_holds),
    };
    return cmocka_run_group_tests_name("escalation", tests, NULL, NULL);
}
