/* assign: who gets what, on the whole road: claims in one order with each ticket once, skips, what the clock gives and takes
 * back; and that the journal, read again, gives every assignment again. */
#include "../harness/world.h"
#include "base/clock.h"
#include "base/str.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static const char people[] =
    "team: test desk\n"
    "sources:\n"
    "  - {name: cstar, dialect: cstar, secrets: [s], reply_via: webhook, reply_url: 'https://shop.example/r', reply_secret: r}\n"
    "agents:\n"
    "  - {name: ana, uid: 1001, skills: [billing], keys: ['cstar:mem_ana']}\n"
    "  - {name: tom, uid: 1002}\n"
    "  - {name: mara, uid: 1003, role: lead, skills: [billing], capacity: 1}\n"
    "oncall: [mara]\n"
    "assignment:\n"
    "  strategy: %s\n"
    "  capacity: 3\n"
    "  skills:\n"
    "    - {skill: billing, when: '\"invoice\" in tags'}\n";

static struct world *open_desk(const char *strategy)
{
    char config[2000];
    snprintf(config, sizeof config, people, strategy);
    return world_open(config);
}

static int64_t create(struct world *w, int i, const char *priority, const char *tag)
{
    char body[800], key[40];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"%s\",\"customerId\":\"c%d\","
                     "\"customerName\":\"Jo\",\"tags\":[\"%s\"],\"createdAt\":\"2027-01-01T00:00:00Z\"},\"customer\":{\"id\":\"c%d\",\"name\":\"Jo\","
                     "\"email\":\"jo@example.com\"}}}", i, i, i, priority, i, tag, i);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    snprintf(key, sizeof key, "cstar:k%d", i);
    int64_t id = world_find(w, "cstar", key);
    assert_true(id > 0);
    return id;
}

/* With the absence, so that it begins and ends with the clock. */
static void away(struct world *w, const char *agent, int64_t from, int64_t to)
{
    char with[200];
    snprintf(with, sizeof with, "{\"agent\":\"%s\",\"from\":%lld,\"to\":%lld}", agent, (long long)from, (long long)to);
    assert_true(world_ok(world_do(w, agent, "absence", 0, with)));
}

static int64_t load(struct world *w, const char *agent)
{
    int64_t n, sum;
    struct err err;
    assert_true(store_tally_get(w->engine.store, "load", agent, 0, &n, &sum, &err));
    return n;
}

/* The newest entry of the ticket that says why. */
static const char *why(struct world *w, int64_t id)
{
    struct entry_query q = {.ticket = id, .kind = "ticket", .limit = 50, .newest_first = true};
    struct entry *list;
    struct err err;
    int n;
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    for (int i = 0; i < n; i++) {
        const struct json *data = json_parse_in(w->arena, list[i].data, strlen(list[i].data), &json_limits_dialect, NULL, NULL);
        if (json_get_string(data, "why", NULL))
            return json_get_string(data, "why", NULL);
    }
    return "";
}

static int64_t claimed(const struct json *result)
{
    return world_ok(result) ? json_get_i64(result, "ticket", 0) : 0;
}

static void two_agents_claim_all_there_is_in_order_and_each_ticket_once(void **state)
{
    (void)state;
    static const char *const agents[] = {"ana", "tom"};
    enum { TICKETS = 40 };
    struct world *w = open_desk("off");
    bool taken[TICKETS + 1] = {false};
    int64_t late = create(w, 0, "normal", "shop");
    world_wait(w, 9 * (int64_t)HOUR); /* it is breached by now */
    for (int i = 1; i < TICKETS; i++)
        create(w, i, "normal", "shop");
    int64_t urgent = create(w, TICKETS, "normal", "shop");
    assert_true(world_ok(world_do(w, "mara", "escalate", urgent, "the shop is down")));
    for (int i = 0; i <= TICKETS; i++) {
        const struct json *result = world_do(w, agents[i % 2], "claim-next", 0, NULL);
        int64_t id = claimed(result);
        assert_true(id > 0 && id <= TICKETS + 1);
        assert_false(taken[id - 1]);
        taken[id - 1] = true;
        assert_string_equal(world_ticket(w, id)->assignee, agents[i % 2]);
        assert_true(i != 0 || (id == urgent && strstr(json_get_string(result, "say", ""), "escalated")));
        assert_true(i != 1 || (id == late && strstr(json_get_string(result, "say", ""), "breached")));
    }
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), 0);
    assert_int_equal(load(w, ""), 0);
    world_rebuilds(w);
    world_close(w);
}

static void claim_next_gives_nobody_what_they_cannot_do(void **state)
{
    (void)state;
    struct world *w = open_desk("off");
    int64_t bill = create(w, 1, "normal", "invoice");
    assert_int_equal(claimed(world_do(w, "tom", "claim-next", 0, NULL)), 0);
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), bill);
    assert_true(world_ok(world_do(w, "ana", "unassign", bill, NULL)));
    assert_true(world_ok(world_do(w, "tom", "claim", bill, NULL))); /* but nobody stops a person who asks for it by number */
    world_close(w);
}

static void what_is_skipped_needs_a_reason_and_is_not_offered_again_for_a_while(void **state)
{
    (void)state;
    struct world *w = open_desk("off");
    int64_t first = create(w, 1, "normal", "shop"), second = create(w, 2, "normal", "shop");
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), first);
    assert_false(world_ok(world_do(w, "ana", "skip", first, " ")));
    assert_false(world_ok(world_do(w, "tom", "skip", first, "hers")));
    assert_true(world_ok(world_do(w, "ana", "skip", first, "needs the French manual")));
    assert_null(world_ticket(w, first)->assignee);
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), second);
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), 0);
    assert_int_equal(claimed(world_do(w, "tom", "claim-next", 0, NULL)), first); /* others are offered it */
    assert_true(world_ok(world_do(w, "tom", "unassign", first, NULL)));
    w->now += 2 * (int64_t)HOUR;
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), first);
    world_rebuilds(w);
    world_close(w);
}

static void an_undone_skip_gives_the_ticket_back(void **state)
{
    (void)state;
    struct world *w = open_desk("off");
    int64_t first = create(w, 1, "normal", "shop");
    assert_int_equal(claimed(world_do(w, "ana", "claim-next", 0, NULL)), first);
    assert_true(world_ok(world_do(w, "ana", "skip", first, "not mine")));
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL)));
    assert_string_equal(world_ticket(w, first)->assignee, "ana");
    assert_null(world_ticket(w, first)->skipped);
    assert_true(world_ok(world_do(w, "ana", "undo", 0, NULL))); /* the claim */
    assert_null(world_ticket(w, first)->assignee);
    world_rebuilds(w);
    world_close(w);
}

static void what_comes_in_is_shared_out_up_to_capacity_and_the_rest_waits(void **state)
{
    (void)state;
    struct world *w = open_desk("balanced");
    int64_t ids[9], bill;
    for (int i = 0; i < 9; i++) {
        ids[i] = create(w, i, "normal", "shop");
        world_wait(w, 1);
    }
    assert_int_equal(load(w, "ana"), 3);
    assert_int_equal(load(w, "tom"), 3);
    assert_int_equal(load(w, "mara"), 1);
    assert_int_equal(load(w, ""), 2);
    assert_string_equal(world_ticket(w, ids[0])->assignee, "ana");
    assert_int_equal(world_ticket(w, ids[0])->status, STATUS_OPEN);
    assert_string_equal(why(w, ids[0]), "balanced: 0 of 3 open");
    bill = create(w, 20, "normal", "invoice");
    assert_true(world_ok(world_do(w, "tom", "reply", ids[1], "Please try again now.")));
    assert_true(world_ok(world_do(w, "tom", "close", ids[1], NULL)));
    world_wait(w, 1);
    assert_null(world_ticket(w, bill)->assignee); /* tom cannot do it: what is older waits for him */
    assert_string_equal(world_ticket(w, ids[7])->assignee, "tom");
    assert_true(world_ok(world_do_with(w, "ana", "status", ids[0], "on_hold", "{\"reason\":\"parts\"}")));
    world_wait(w, 1);
    assert_string_equal(world_ticket(w, ids[8])->assignee, "ana"); /* the oldest first */
    world_rebuilds(w);
    world_close(w);
}

static void a_round_gives_each_their_turn(void **state)
{
    (void)state;
    static const char *const order[] = {"ana", "tom", "mara", "ana", "tom", "ana", "tom"};
    struct world *w = open_desk("round_robin");
    for (int i = 0; i < 7; i++) {
        int64_t id = create(w, i, "normal", "shop");
        world_wait(w, 0);
        assert_string_equal(world_ticket(w, id)->assignee, order[i]);
    }
    world_rebuilds(w);
    world_close(w);
}

static void what_nobody_touches_goes_to_somebody_else(void **state)
{
    (void)state;
    struct world *w = open_desk("balanced");
    int64_t id = create(w, 1, "normal", "shop"), touched = create(w, 2, "normal", "shop");
    world_wait(w, 0);
    assert_string_equal(world_ticket(w, id)->assignee, "ana");
    assert_true(world_ok(world_do(w, world_ticket(w, touched)->assignee, "note", touched, "I am on it.")));
    world_wait(w, 30 * MINUTE);
    assert_string_equal(world_ticket(w, id)->assignee, "mara"); /* the one with nothing open */
    assert_string_equal(why(w, id), "ana did not touch it for 30 min; balanced: 0 of 1 open");
    assert_string_equal(world_ticket(w, touched)->assignee, "tom");
    world_rebuilds(w);
    world_close(w);
}

static void a_reply_takes_what_is_nobodys_unless_the_configuration_says_no(void **state)
{
    (void)state;
    struct world *w = open_desk("off");
    int64_t id = create(w, 1, "normal", "shop");
    assert_true(world_ok(world_do(w, "tom", "reply", id, "Please try again now.")));
    assert_string_equal(world_ticket(w, id)->assignee, "tom");
    world_close(w);
    w = world_open("sources:\n  - {name: cstar, dialect: cstar, secrets: [s], reply_via: webhook, reply_url: 'https://shop.example/r', reply_secret: r}\n"
                   "agents:\n  - {name: tom, uid: 1002}\nassignment: {claim_on_reply: false}\n");
    id = create(w, 1, "normal", "shop");
    assert_true(world_ok(world_do(w, "tom", "reply", id, "Please try again now.")));
    assert_null(world_ticket(w, id)->assignee);
    world_close(w);
}

static void an_assignment_to_who_is_away_is_done_and_said(void **state)
{
    (void)state;
    struct world *w = open_desk("off");
    int64_t id = create(w, 1, "normal", "shop");
    away(w, "tom", w->now, w->now + HOUR);
    const struct json *result = world_do(w, "ana", "assign", id, "tom");
    assert_string_equal(json_get_string(result, "say", ""), "#1 assigned to tom, who is not here now");
    assert_string_equal(world_ticket(w, id)->assignee, "tom");
    world_close(w);
}

static void an_absence_of_somebody_with_very_much_is_worked_off_in_bites(void **state)
{
    (void)state;
    enum { MUCH = 200 };
    struct world *w = open_desk("balanced");
    away(w, "tom", w->now, w->now + 9 * (int64_t)HOUR);
    away(w, "ana", w->now + 10 * MINUTE, w->now + 9 * (int64_t)HOUR);
    for (int i = 0; i < MUCH; i++) {
        int64_t id = create(w, i, "normal", "shop");
        assert_true(world_ok(world_do(w, "mara", "assign", id, "ana"))); /* a person may */
        assert_true(world_ok(world_do(w, "ana", "note", id, "Looked at it.")));
    }
    assert_int_equal(load(w, "ana"), MUCH);
    world_wait(w, 24 * MINUTE);
    assert_int_equal(load(w, "ana"), MUCH);
    world_wait(w, 1 * MINUTE);
    assert_int_equal(load(w, "ana"), 0);
    assert_int_equal(load(w, "mara"), 1); /* as much as she takes */
    assert_int_equal(load(w, ""), MUCH - 1);
    world_rebuilds(w);
    world_close(w);
}

static void an_absence_gives_the_work_back_after_the_delay(void **state)
{
    (void)state;
    struct world *w = open_desk("balanced");
    int64_t start = w->now, ids[3];
    away(w, "tom", start - 10 * MINUTE, start + 10 * MINUTE);
    away(w, "ana", start + 20 * MINUTE, start + 8 * (int64_t)HOUR);
    for (int i = 0; i < 3; i++)
        ids[i] = create(w, i, "normal", "shop");
    world_wait(w, 0);
    assert_int_equal(load(w, "tom"), 0); /* away when it came */
    assert_int_equal(load(w, "ana"), 2);
    for (int i = 0; i < 3; i++)
        assert_true(world_ok(world_do(w, world_ticket(w, ids[i])->assignee, "note", ids[i], "Looked at it.")));
    assert_true(world_ok(world_do_with(w, "mara", "status", ids[0], "on_hold", "{\"reason\":\"parts\"}")));
    world_wait(w, 34 * MINUTE);
    assert_int_equal(load(w, "ana"), str_eq(world_ticket(w, ids[0])->assignee, "ana") ? 1 : 2);
    world_wait(w, 1 * MINUTE);
    assert_int_equal(load(w, "ana"), 0);
    assert_int_equal(load(w, ""), 0);
    int64_t moved = str_eq(world_ticket(w, ids[2])->assignee, "tom") ? ids[2] : ids[1];
    assert_string_equal(world_ticket(w, moved)->assignee, "tom");
    assert_non_null(strstr(why(w, moved), "ana is away (leave); balanced: "));
    world_rebuilds(w);
    world_close(w);
}

static void a_shift_that_ends_gives_its_work_to_the_next(void **state)
{
    (void)state;
    static const char config[] =
        "sources:\n  - {name: cstar, dialect: cstar, secrets: [s]}\n"
        "agents:\n"
        "  - {name: ana, uid: 1001, shift: {hours: '00:00-01:00'}}\n" /* it is 2027-01-01 00:00 UTC */
        "  - {name: tom, uid: 1002, shift: {hours: '01:00-09:00'}}\n"
        "assignment: {strategy: balanced, capacity: 2, timeout: 0, reassign_after: 10m}\n";
    struct world *w = world_open(config);
    int64_t ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = create(w, i, "normal", "shop");
    world_wait(w, 0);
    assert_int_equal(load(w, "ana"), 2);
    world_wait(w, HOUR - 1);
    assert_int_equal(load(w, "tom"), 0);
    world_wait(w, 1); /* tom is here: what waited is his */
    assert_string_equal(world_ticket(w, ids[2])->assignee, "tom");
    assert_int_equal(load(w, "ana"), 2);
    world_wait(w, 10 * MINUTE); /* he has room for one more: the oldest */
    assert_string_equal(world_ticket(w, ids[0])->assignee, "tom");
    assert_string_equal(why(w, ids[0]), "ana is away (off shift); balanced: 1 of 2 open");
    assert_null(world_ticket(w, ids[1])->assignee);
    assert_string_equal(why(w, ids[1]), "ana is away (off shift); back to the queue");
    world_rebuilds(w);
    world_close(w);
}

static void an_assignment_of_the_clock_outlives_a_late_event(void **state)
{
    (void)state;
    struct world *w = open_desk("balanced");
    int64_t id = create(w, 1, "normal", "shop");
    world_wait(w, 0);
    assert_string_equal(world_ticket(w, id)->assignee, "ana");
    static const char late[] = "{\"id\":\"evt_late\",\"type\":\"ticket.updated\",\"created_at\":\"2026-12-31T23:00:00Z\",\"team_id\":\"t\",\"data\":"
                               "{\"ticket\":{\"id\":\"k1\",\"title\":\"Question, older\",\"status\":\"open\",\"priority\":\"low\",\"customerId\":\"c1\",\"tags\":[\"shop\"]}}}";
    world_post(w, "cstar", "cstar", DOOR_WEBHOOK, late, sizeof late - 1);
    assert_string_equal(world_ticket(w, id)->assignee, "ana");
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    world_rebuilds(w);
    world_close(w);
}

/* --- any day --- */

static int days = 6; /* more by an argument */
static uint64_t dice;
/* The source speaks again, and often late: what the clock gave must outlive it. */
static void news(struct world *w, int n, int key)
{
    static const char *const statuses[] = {"new", "open", "resolved"};
    char body[600], at[32];
    clock_format(w->now - chance(&dice, 4 * (int64_t)HOUR), at);
    int size = snprintf(body, sizeof body,
                        "{\"id\":\"evt_news_%d\",\"type\":\"ticket.updated\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k%d\","
                        "\"title\":\"Question, again %d\",\"status\":\"%s\",\"priority\":\"normal\",\"customerId\":\"c%d\",\"tags\":[\"%s\"]}}}", n, at, key, n,
                        statuses[chance(&dice, 3)], key, chance(&dice, 3) ? "shop" : "invoice");
    world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)size);
}

/* Every row of work is of a ticket that is work, and each load is as many as there are. */
static void rows_are_the_tickets(struct world *w, int64_t tickets)
{
    static const char *const owners[] = {"", "ana", "tom", "mara"};
    int64_t loads[4] = {0};
    for (int64_t id = 1; id <= tickets; id++) {
        struct work work;
        if (!assignment_work(w->engine.config, world_ticket(w, id), &work))
            continue;
        for (int i = 0; i < 4; i++)
            loads[i] += str_eq(work.owner, owners[i]);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(load(w, owners[i]), loads[i]);
}

/* What the clock gave was within capacity then: a person may claim more, the clock gives no more. */
static void nothing_was_given_over_capacity(struct world *w, const int64_t before[3])
{
    static const char *const names[] = {"ana", "tom", "mara"};
    static const int64_t capacity[] = {3, 3, 1};
    for (int i = 0; i < 3; i++) {
        int64_t is = load(w, names[i]);
        assert_true(is <= capacity[i] || is <= before[i]);
    }
}

static void any_day_rebuilds_and_no_rule_is_broken(void **state)
{
    (void)state;
    static const char *const agents[] = {"ana", "tom", "mara"}, *const strategies[] = {"balanced", "round_robin", "off"};
    enum { STEPS = 250 };
    int64_t acts = 0, tickets_all = 0, given = 0, back = 0;
    for (int day = 0; day < days; day++) {
        struct world *w = open_desk(strategies[day % 3]);
        int64_t tickets = 0;
        dice = 88172645463325252u + (uint64_t)day * 977;
        for (int n = 0; n < STEPS; n++) {
            const char *who = agents[chance(&dice, 3)], *whom = agents[chance(&dice, 3)];
            int64_t id = tickets ? 1 + chance(&dice, tickets) : 0, was[3];
            acts++;
            char text[40];
            switch (tickets ? chance(&dice, 19) : 0) {
            case 0: case 1: case 2: create(w, (int)tickets++, chance(&dice, 4) ? "normal" : "high", chance(&dice, 3) ? "shop" : "invoice"); break;
            case 3: case 4: world_do(w, who, "claim-next", 0, NULL); break;
            case 5: world_do(w, who, "skip", id, "not for me"); break;
            case 6: world_do(w, who, "reply", id, "Please try again now."); break;
            case 7: world_do(w, who, "close", id, NULL); break;
            case 8: world_do(w, who, "reopen", id, NULL); break;
            case 9: world_do(w, who, "assign", id, whom); break;
            case 10: world_do(w, who, chance(&dice, 2) ? "undo" : "redo", 0, NULL); break;
            case 11: world_do(w, who, "status", id, chance(&dice, 2) ? "pending" : "open"); break;
            case 12: away(w, who, w->now + chance(&dice, 60) * MINUTE, w->now + (61 + chance(&dice, 60)) * MINUTE); break;
            case 13: /* its row of work goes and comes back with these */
                snprintf(text, sizeof text, "%lld", (long long)(w->now + chance(&dice, 3 * HOUR) + 1));
                world_do(w, who, "snooze", id, text);
                break;
            case 14:
                snprintf(text, sizeof text, "%lld", (long long)(1 + chance(&dice, tickets)));
                world_do_with(w, who, "merge", id, text, "{\"confirm\":true}");
                break;
            case 15: world_do(w, who, "unmerge", id, NULL); break;
            case 16: world_do(w, who, chance(&dice, 2) ? "unassign" : "escalate", id, "help"); break;
            case 17: news(w, n, chance(&dice, tickets)); break;
            default: world_do(w, who, "note", id, "Looked at the logs for a long time."); break;
            }
            for (int i = 0; i < 3; i++)
                was[i] = load(w, agents[i]);
            if (n % 3) { /* alone, what the clock gives and takes */
                world_wait(w, 0);
                nothing_was_given_over_capacity(w, was);
            }
            world_wait(w, chance(&dice, 4) ? chance(&dice, 5 * MINUTE) : chance(&dice, 90 * MINUTE));
        }
        rows_are_the_tickets(w, tickets);
        world_rebuilds(w);
        for (int64_t id = 1; id <= tickets; id++) {
            given += strstr(why(w, id), "open") != NULL;
            back += strstr(why(w, id), "did not touch") || strstr(why(w, id), "is away");
        }
        tickets_all += tickets;
        world_close(w);
    }
    print_message("# %d days, %lld steps, %lld tickets (%lld given last by the desk, %lld taken back): each rebuilds alike, no load is wrong\n", days, (long long)acts,
                  (long long)tickets_all, (long long)given, (long long)back);
    assert_true(given > 20 && back > 20);
}

static const struct json *handed(struct world *w, const char *agent, const char *with)
{
    char *data = NULL;
    struct err err;
    assert_true(world_ok(world_do(w, agent, "handover-ack", 0, with)));
    assert_true(store_record_get(w->engine.store, w->arena, "handover", "last", &data, &err));
    assert_non_null(data);
    return json_parse_in(w->arena, data, strlen(data), &json_limits_native, NULL, NULL);
}

static void a_handover_is_clean_where_nothing_was_left_that_should_not_wait(void **state)
{
    (void)state;
    static const char config[] =
        "sources:\n  - {name: cstar, dialect: cstar, secrets: [s]}\n"
        "agents:\n  - {name: ana, uid: 1001}\n  - {name: mara, uid: 1003, role: lead}\n  - {name: noor, uid: 1004, role: lead}\noncall: [mara]\n";
    struct world *w = world_open(config);
    assert_false(world_ok(world_do(w, "ana", "handover-ack", 0, "{}")));
    const struct json *h = handed(w, "mara", "{\"note\":\"quiet\"}");
    assert_string_equal(json_get_string(h, "by", ""), "mara");
    assert_string_equal(json_get_string(h, "flaw", ""), "it is the first");
    int64_t id = create(w, 1, "normal", "shop");
    world_wait(w, 9 * (int64_t)HOUR); /* breached, and nobody's */
    h = handed(w, "noor", "{}");
    assert_string_equal(json_get_string(h, "from", ""), "mara");
    assert_false(json_get_bool(h, "clean", true));
    assert_string_equal(json_get_string(h, "flaw", ""), "1 breached ticket nobody has");
    assert_true(world_ok(world_do(w, "ana", "claim", id, NULL)));
    h = handed(w, "mara", "{}");
    assert_string_equal(json_get_string(h, "flaw", ""), "it changed hands less than four hours ago");
    world_wait(w, 5 * (int64_t)HOUR);
    assert_true(world_ok(world_do(w, "ana", "escalate", id, "help")));
    h = handed(w, "noor", "{}");
    assert_string_equal(json_get_string(h, "flaw", ""), "1 escalation nobody has acknowledged");
    assert_true(world_ok(world_do(w, "noor", "ack", id, NULL)));
    world_wait(w, 5 * (int64_t)HOUR);
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
    h = handed(w, "mara", "{}");
    assert_true(json_get_bool(h, "clean", false));
    assert_string_equal(json_get_string(h, "from", ""), "noor");
    world_rebuilds(w);
    world_close(w);
}

int main(int argc, char **argv)
{
    days = argc > 1 ? atoi(argv[1]) : days;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_agents_claim_all_there_is_in_order_and_each_ticket_once),
        cmocka_unit_test(claim_next_gives_nobody_what_they_cannot_do),
        cmocka_unit_test(what_is_skipped_needs_a_reason_and_is_not_offered_again_for_a_while),
        cmocka_unit_test(an_undone_skip_gives_the_ticket_back),
        cmocka_unit_test(what_comes_in_is_shared_out_up_to_capacity_and_the_rest_waits),
        cmocka_unit_test(a_round_gives_each_their_turn),
        cmocka_unit_test(what_nobody_touches_goes_to_somebody_else),
        cmocka_unit_test(a_reply_takes_what_is_nobodys_unless_the_configuration_says_no),
        cmocka_unit_test(an_assignment_to_who_is_away_is_done_and_said),
        cmocka_unit_test(an_absence_of_somebody_with_very_much_is_worked_off_in_bites),
        cmocka_unit_test(an_absence_gives_the_work_back_after_the_delay),
        cmocka_unit_test(a_shift_that_ends_gives_its_work_to_the_next),
        cmocka_unit_test(an_assignment_of_the_clock_outlives_a_late_event),
        cmocka_unit_test(any_day_rebuilds_and_no_rule_is_broken),
        cmocka_unit_test(a_handover_is_clean_where_nothing_was_left_that_should_not_wait),
    };
    return cmocka_run_group_tests_name("assign", tests, NULL, NULL);
}
