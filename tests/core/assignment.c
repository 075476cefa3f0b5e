/* assignment: the order of work, skills and skips, and the property that counts: whatever the desk looks like, nobody is
 * given a ticket over their capacity, without a skill it needs, while away, or that they have just passed over; and balanced
 * keeps equal agents within one ticket of each other. */
#include "core/assignment.h"
#include "core/consequence.h"
#include "base/str.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MINUTE = 60000, NOW = 1000000000 };
static int64_t steps = 100000;

static struct config *config_of(struct arena *arena, const char *text)
{
    struct err err = {0};
    struct config *config = config_parse(arena, "test.yaml", text, strlen(text), NULL, 0, &err);
    if (!config)
        fail_msg("%s", err.text);
    return config;
}

static const char rules[] =
    "agents:\n"
    "  - {name: ana, skills: [billing, german], capacity: 8}\n"
    "  - {name: tom, skills: [billing]}\n"
    "  - {name: kim}\n"
    "assignment:\n"
    "  strategy: balanced\n"
    "  capacity: 5\n"
    "  skills:\n"
    "    - {skill: billing, when: category == \"billing\"}\n"
    "    - {skill: german, when: language == \"de\"}\n"
    "    - {skill: billing, when: '\"invoice\" in tags'}\n";

static struct ticket open_ticket(void)
{
    return (struct ticket){.id = 7, .status = STATUS_OPEN, .received_at = NOW - 90 * MINUTE};
}

static void work_is_offered_escalated_breached_due_priority_age(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, "agents: []\n");
    struct ticket t[6];
    struct work w[6];
    for (int i = 0; i < 6; i++)
        t[i] = open_ticket();
    t[0].escalation.state = ESCALATION_TRIGGERED;
    t[0].next_due_at = NOW + 900 * MINUTE;
    t[1].sla = SLA_LATE;
    t[1].next_due_at = NOW + 800 * MINUTE;
    t[2].next_due_at = NOW + 10 * MINUTE;
    t[3].next_due_at = NOW + 20 * MINUTE;
    t[4].priority = PRIORITY_HIGH;
    t[4].received_at = NOW;
    t[5].priority = PRIORITY_NORMAL;
    for (int i = 0; i < 6; i++)
        assert_true(assignment_work(config, &t[i], &w[i]));
    for (int i = 0; i < 5; i++)
        assert_true(assignment_order(&w[i], &w[i + 1]) < 0);
    t[4] = t[5];
    t[4].received_at--; /* older */
    assert_true(assignment_work(config, &t[4], &w[4]));
    assert_true(assignment_order(&w[4], &w[5]) < 0);
    assert_string_equal(assignment_reason(arena, &t[0], NOW), "escalated");
    assert_string_equal(assignment_reason(arena, &t[1], NOW), "breached");
    assert_string_equal(assignment_reason(arena, &t[2], NOW), "due in 10 min");
    assert_string_equal(assignment_reason(arena, &t[5], NOW), "waits for 1 h 30");
}

static void what_waits_for_nobody_here_is_no_work(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, "agents: []\n");
    struct ticket t[] = {open_ticket(), open_ticket(), open_ticket(), open_ticket(), open_ticket(), open_ticket()};
    struct work work;
    t[0].status = STATUS_PENDING;
    t[1].status = STATUS_RESOLVED;
    t[2].snoozed_until = NOW + 1;
    t[3].disposition = DISPOSITION_SPAM;
    t[4].deleted = true;
    t[5].merged_into = 3;
    for (int i = 0; i < 6; i++)
        assert_false(assignment_work(config, &t[i], &work));
}

static void a_ticket_asks_for_every_skill_whose_row_fits(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, rules);
    struct ticket t = open_ticket();
    assert_int_equal(assignment_need(config, &t), 0);
    t.category = CATEGORY_BILLING;
    assert_string_equal(assignment_skill_words(arena, config, assignment_need(config, &t)), "billing");
    t.category = CATEGORY_NONE;
    t.tags = "[\"invoice\"]";
    t.language = "de";
    assert_string_equal(assignment_skill_words(arena, config, assignment_need(config, &t)), "billing, german");
    assert_true((assignment_skills(config, config_agent(config, "ana")) & assignment_need(config, &t)) == assignment_need(config, &t));
    assert_false((assignment_skills(config, config_agent(config, "tom")) & assignment_need(config, &t)) == assignment_need(config, &t));
}

static void a_skip_lasts_its_time_and_is_only_of_whoever_skipped(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *skipped = assignment_skip(arena, NULL, "ana", NOW + 10, NOW);
    skipped = assignment_skip(arena, skipped, "tom", NOW + 20, NOW);
    assert_true(assignment_skipped(skipped, "ana", NOW));
    assert_false(assignment_skipped(skipped, "an", NOW));
    assert_false(assignment_skipped(skipped, "anabel", NOW));
    assert_false(assignment_skipped(skipped, "ana", NOW + 10));
    assert_true(assignment_skipped(skipped, "tom", NOW + 10));
    assert_string_equal(assignment_skip(arena, skipped, "kim", NOW + 30, NOW + 15), "kim=1000000030 tom=1000000020");
    assert_false(assignment_skipped(NULL, "ana", NOW));
}

static void a_name_only_one_side_knows_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"agents:\n  - {name: ana, skills: [bilking]}\nassignment: {skills: [{skill: billing, when: status == \"new\"}]}\n", "test.yaml:2:25: agents[0].skills: no ticket asks for 'bilking'"},
        {"agents:\n  - {name: ana}\nassignment: {skills: [{skill: billing, when: status == \"new\"}]}\n", "no agent has the skill 'billing'"},
        {"assignment: {strategy: fair}\n", "assignment.strategy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        assert_null(config_parse(arena, "test.yaml", cases[i][0], strlen(cases[i][0]), NULL, 0, &err));
        if (!strstr(err.text, cases[i][1]))
            fail_msg("%s", err.text);
    }
}

static struct assignment decide(struct arena *arena, struct config *config, const struct ticket *t, const struct assignee *agents, int n, int64_t now)
{
    struct assignment out;
    assignment_decide(arena, config, t, agents, n, now, &out);
    return out;
}

static void what_is_given_says_why(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, rules);
    struct assignee agents[] = {{.name = "ana", .skills = 3, .load = 2, .capacity = 8}, {.name = "tom", .skills = 1, .load = 1, .capacity = 5}};
    struct ticket t = open_ticket();
    t.category = CATEGORY_BILLING;
    struct assignment a = decide(arena, config, &t, agents, 2, NOW);
    assert_string_equal(a.to, "tom");
    assert_string_equal(a.why, "balanced: 1 of 5 open, skill billing");
    t.language = "de";
    a = decide(arena, config, &t, agents, 2, NOW);
    assert_string_equal(a.to, "ana");
    assert_string_equal(a.why, "balanced: 2 of 8 open, skill billing, german");
    agents[0].away = "sick";
    a = decide(arena, config, &t, agents, 2, NOW);
    assert_null(a.why);
}

static void what_nobody_touched_goes_to_somebody_else(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, rules);
    struct assignee agents[] = {{.name = "ana", .capacity = 8}, {.name = "tom", .capacity = 5, .load = 4}};
    struct ticket t = open_ticket();
    t.assignee = "ana";
    t.assigned_at = t.desk_assignee_at = NOW - 31 * MINUTE;
    struct assignment a = decide(arena, config, &t, agents, 2, NOW);
    assert_true(a.back);
    assert_string_equal(a.to, "tom"); /* not to ana again, though she has less */
    assert_string_equal(a.why, "ana did not touch it for 31 min; balanced: 4 of 5 open");
    assert_true(assignment_skipped(a.skipped, "ana", NOW));
    agents[1].load = 5;
    a = decide(arena, config, &t, agents, 2, NOW);
    assert_true(a.back && !a.to);
    assert_string_equal(a.why, "ana did not touch it for 31 min; back to the queue");
    t.touched_at = NOW - 5 * MINUTE;
    assert_null(decide(arena, config, &t, agents, 2, NOW).why);
    t.touched_at = 0;
    t.desk_assignee_at = 0; /* the source said so */
    assert_null(decide(arena, config, &t, agents, 2, NOW).why);
}

static void whoever_is_away_keeps_it_for_the_delay_and_while_they_work_on_it(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, rules);
    struct assignee agents[] = {{.name = "ana", .away = "leave", .away_since = NOW}, {.name = "tom", .capacity = 5}};
    struct ticket t = open_ticket();
    t.assignee = "ana";
    t.assigned_at = NOW - 300 * MINUTE;
    t.touched_at = NOW - 200 * MINUTE;
    assert_null(decide(arena, config, &t, agents, 2, NOW + 14 * MINUTE).why);
    assert_string_equal(decide(arena, config, &t, agents, 2, NOW + 15 * MINUTE).why, "ana is away (leave); balanced: 0 of 5 open");
    t.touched_at = NOW + 5 * MINUTE;
    assert_null(decide(arena, config, &t, agents, 2, NOW + 15 * MINUTE).why);
    assert_int_equal(assignment_left_at(config, &t, &agents[0], NOW + 15 * MINUTE), NOW + 20 * MINUTE);
    t.status = STATUS_PENDING; /* waits for the customer: stays */
    assert_null(decide(arena, config, &t, agents, 2, NOW + 100 * MINUTE).why);
}

static void off_moves_nothing(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, "agents: [{name: ana}]\n");
    struct assignee agents[] = {{.name = "ana"}};
    struct ticket t = open_ticket();
    assert_false(assignment_asks(config, &t, NOW));
    assert_null(decide(arena, config, &t, agents, 1, NOW).why);
    t.assignee = "ana";
    t.assigned_at = t.desk_assignee_at = 1;
    assert_int_equal(assignment_wake(config, &t, 2), 0);
    assert_null(decide(arena, config, &t, agents, 1, NOW).why);
}

/* --- properties --- */

static uint64_t dice;
/* One random step after another on a small desk: tickets come, are closed, agents go and come back, skip. */
static void nobody_is_given_what_they_may_not_have(void **state)
{
    (void)state;
    static const char *const names[] = {"ana", "tom", "kim", "lea", "max", "eva"};
    enum { AGENTS = 6, LAST = 64 };
    struct assignee agents[AGENTS];
    struct { int owner; } held[LAST] = {{0}};
    AUTO_ARENA arena = arena_new();
    AUTO_ARENA step = arena_new();
    struct config *balanced = config_of(arena, rules), *round = config_of(arena, rules);
    int64_t given = 0, refused = 0;
    round->assignment.strategy = ASSIGN_ROUND_ROBIN;
    dice = 88172645463325252u;
    for (int i = 0; i < AGENTS; i++)
        agents[i] = (struct assignee){.name = names[i], .skills = chance(&dice, 4), .capacity = chance(&dice, 5)};
    for (int64_t n = 0; n < steps; n++) {
        int64_t who = chance(&dice, AGENTS), slot = chance(&dice, LAST), now = NOW + n;
        struct config *config = n / 1000 % 2 ? round : balanced;
        arena_reset(step);
        for (int64_t done = slot, i = 0; i < 3; i++, done = chance(&dice, LAST))
            if (held[done].owner) {
                agents[held[done].owner - 1].load--;
                held[done].owner = 0;
            }
        if (chance(&dice, 20) == 0)
            agents[who].away = agents[who].away ? NULL : "leave";
        struct ticket t = open_ticket();
        t.category = chance(&dice, 2) ? CATEGORY_BILLING : CATEGORY_BUG;
        t.language = chance(&dice, 3) ? "en" : "de";
        t.skipped = chance(&dice, 4) ? NULL : assignment_skip(step, NULL, names[who], now + chance(&dice, 3) - 1, now - 5);
        struct assignment a = decide(step, config, &t, agents, AGENTS, now);
        int64_t need = assignment_need(config, &t), least = INT64_MAX, turn = 0;
        bool anybody = false;
        for (int i = 0; i < AGENTS; i++) {
            bool may = !agents[i].away && (need & ~agents[i].skills) == 0 && (!agents[i].capacity || agents[i].load < agents[i].capacity) &&
                       !assignment_skipped(t.skipped, agents[i].name, now);
            anybody |= may;
            least = may && agents[i].load < least ? agents[i].load : least;
            turn = agents[i].turn > turn ? agents[i].turn : turn;
            if (a.to && str_eq(a.to, agents[i].name)) {
                assert_true(may);
                held[slot].owner = i + 1;
            }
        }
        assert_true(anybody == (a.to != NULL));
        refused += !a.to;
        if (!a.to)
            continue;
        struct assignee *to = &agents[held[slot].owner - 1];
        assert_true(config == round || to->load == least);
        to->load++;
        to->turn = turn + 1;
        given++;
    }
    assert_true(given > steps / 10 && refused > steps / 100);
    print_message("# %lld steps: %lld given, %lld to nobody; never over capacity, without a skill, to the absent, or to who had skipped\n", (long long)steps,
                  (long long)given, (long long)refused);
}

static void balanced_keeps_equal_agents_within_one_and_a_round_gives_each_a_turn(void **state)
{
    (void)state;
    enum { AGENTS = 5 };
    AUTO_ARENA arena = arena_new();
    struct config *config = config_of(arena, rules);
    for (int strategy = ASSIGN_ROUND_ROBIN; strategy <= ASSIGN_BALANCED; strategy++) {
        static const char *const names[] = {"ana", "tom", "kim", "lea", "max"};
        struct assignee agents[AGENTS] = {{0}};
        config->assignment.strategy = strategy;
        for (int i = 0; i < AGENTS; i++)
            agents[i].name = names[i];
        for (int n = 0; n < 1000; n++) {
            struct ticket t = open_ticket();
            int64_t most = 0, least = INT64_MAX;
            struct assignment a = decide(arena, config, &t, agents, AGENTS, NOW);
            for (int i = 0; i < AGENTS; i++) {
                if (str_eq(agents[i].name, a.to)) {
                    agents[i].load++;
                    agents[i].turn = n + 1;
                }
                most = agents[i].load > most ? agents[i].load : most;
                least = agents[i].load < least ? agents[i].load : least;
            }
            assert_true(most - least <= 1);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_offered_escalated_breached_due_priority_age),
        cmocka_unit_test(what_waits_for_nobody_here_is_no_work),
        cmocka_unit_test(a_ticket_asks_for_every_skill_whose_row_fits),
        cmocka_unit_test(a_skip_lasts_its_time_and_is_only_of_whoever_skipped),
        cmocka_unit_test(a_name_only_one_side_knows_is_refused_with_its_place),
        cmocka_unit_test(what_is_given_says_why),
        cmocka_unit_test(what_nobody_touched_goes_to_somebody_else),
        cmocka_unit_test(whoever_is_away_keeps_it_for_the_delay_and_while_they_work_on_it),
        cmocka_unit_test(off_moves_nothing),
        cmocka_unit_test(nobody_is_given_what_they_may_not_have),
        cmocka_unit_test(balanced_keeps_equal_agents_within_one_and_a_round_gives_each_a_turn),
    };
    steps = argc > 1 ? atoll(argv[1]) : steps;
    return cmocka_run_group_tests_name("assignment", tests, NULL, NULL);
}
