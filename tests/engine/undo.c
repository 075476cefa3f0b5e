/* undo: whatever an agent did is taken back until the ticket is what it would be had nobody done anything: fields, clocks, pages
 * and points. Random days, taken back act by act, against the same day on which nothing was done. */
#include "harness/story.h"
#include "base/str.h"
#include "engine/change.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int days = 60;

static void a_held_reply_taken_back_gives_the_clock_back(void **state)
{
    (void)state;
    struct world *w = world_open(NULL), *idle = world_open(NULL);
    int64_t id = story_create(w, "a");
    story_create(idle, "a");
    world_wait(w, 10 * MINUTE);
    world_wait(idle, 10 * MINUTE + 5 * SECOND);
    story_act(w, "reply", id, "Please try again");
    assert_int_equal(world_ticket(w, id)->clock[SLA_FIRST_RESPONSE].state, CLOCK_FULFILLED);
    assert_true(world_ticket(w, id)->first_reply_at > 0);
    world_wait(w, 5 * SECOND);
    story_act(w, "undo", id, NULL);
    assert_string_equal(story_picture(w, id), story_picture(idle, id));
    assert_int_equal(world_ticket(w, id)->first_reply_at, 0);
    story_refolds(w, id);
    story_act(w, "redo", id, NULL);
    assert_int_equal(world_ticket(w, id)->clock[SLA_FIRST_RESPONSE].state, CLOCK_FULFILLED);
    story_refolds(w, id);
    story_act(w, "undo", id, NULL);
    assert_string_equal(story_picture(w, id), story_picture(idle, id));
    world_wait(w, MINUTE);
    assert_int_equal(world_ticket(w, id)->clock[SLA_FIRST_RESPONSE].state, CLOCK_RUNNING);
    story_end(w);
    story_end(idle);
}

/* Replied and taken back, then sent and closed, and both taken back: why the clocks run is told as they run. */
static void a_ledger_knows_what_was_taken_back(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    for (int turn = 0; turn < 2; turn++) {
        story_act(w, "reply", id, "Please try again");
        if (turn)
            story_act(w, "close", id, NULL);
        story_explains(w, id);
        for (int i = 0; i <= turn; i++) {
            world_wait(w, SECOND);
            story_act(w, "undo", id, NULL);
            world_wait(w, SECOND);
            story_explains(w, id);
        }
    }
    story_act(w, "redo", id, NULL);
    story_explains(w, id);
    story_end(w);
}

static void points_come_back_with_the_resolve_that_was_reopened_by_mistake(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a"), n, before, after;
    struct err err;
    story_says(w, "a", "It does not work");
    world_wait(w, 2 * MINUTE);
    story_resolve(w, id);
    const char *picture = story_picture(w, id);
    assert_true(store_tally_get(w->engine.store, "xp", "ana", 0, &n, &before, &err));
    assert_true(before > 0);
    story_act(w, "reopen", id, NULL);
    assert_true(store_tally_get(w->engine.store, "xp", "ana", 0, &n, &after, &err));
    assert_int_equal(after, 0);
    world_wait(w, 10 * SECOND);
    story_act(w, "undo", id, NULL);
    assert_true(store_tally_get(w->engine.store, "xp", "ana", 0, &n, &after, &err));
    assert_int_equal(after, before);
    assert_string_equal(story_picture(w, id), picture);
    story_act(w, "redo", id, NULL);
    assert_true(store_tally_get(w->engine.store, "xp", "ana", 0, &n, &after, &err));
    assert_int_equal(after, 0);
    story_end(w);
}

static int64_t xp_of(struct world *w, const char *agent)
{
    int64_t n, xp;
    struct err err;
    assert_true(store_tally_get(w->engine.store, "xp", agent, 0, &n, &xp, &err));
    return xp;
}

/* Resolved and reopened twice, all of it in one millisecond: each reopening took its own points and gives back those alone. */
static void of_two_acts_in_one_millisecond_each_gives_back_its_own_points(void **state)
{
    enum { ACTS = 4 };
    static const char *const acts[ACTS] = {"close", "reopen", "close", "reopen"};
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a"), xp[ACTS + 1];
    const char *seen[ACTS + 1];
    story_says(w, "a", "It does not work");
    story_act(w, "reply", id, "Please try again");
    world_wait(w, 2 * MINUTE);
    xp[0] = xp_of(w, "ana");
    seen[0] = story_picture(w, id);
    for (int i = 0; i < ACTS; i++) {
        story_act(w, acts[i], id, NULL);
        seen[i + 1] = story_picture(w, id);
        xp[i + 1] = xp_of(w, "ana");
    }
    assert_true(xp[1] > xp[0]);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = ACTS; i-- > 0;) {
            story_act(w, "undo", id, NULL);
            assert_int_equal(xp_of(w, "ana"), xp[i]);
            assert_string_equal(story_picture(w, id), seen[i]);
        }
        for (int i = 1; i <= ACTS; i++) {
            story_act(w, "redo", id, NULL);
            assert_int_equal(xp_of(w, "ana"), xp[i]);
            assert_string_equal(story_picture(w, id), seen[i]);
        }
    }
    story_end(w);
}

/* Taken and given on in one millisecond: whoever has it back has had it since then. */
static void of_two_assignments_in_one_millisecond_the_first_stands_as_it_was(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    story_act(w, "claim", id, NULL);
    const char *seen = story_picture(w, id);
    int64_t since = world_ticket(w, id)->assigned_at;
    story_act(w, "assign", id, "tom");
    world_wait(w, MINUTE);
    story_act(w, "undo", id, NULL);
    assert_int_equal(world_ticket(w, id)->assigned_at, since);
    assert_string_equal(story_picture(w, id), seen);
    story_refolds(w, id);
    story_end(w);
}

static void what_somebody_else_took_back_is_not_taken_back_again(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create(w, "b");
    story_act(w, "priority", a, "high");
    story_act(w, "merge", b, arena_printf(w->arena, "%lld", (long long)a));
    story_must(world_do(w, "mara", "unmerge", b, NULL));
    story_act(w, "undo", 0, NULL);
    assert_int_equal(world_ticket(w, a)->priority, PRIORITY_NORMAL);
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "undo", 0, NULL)), "nothing of yours"));
    story_end(w);
}

static void the_same_key_is_answered_the_same_and_a_dry_run_leaves_nothing(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t ids[] = {story_create(w, "a"), 999, story_create(w, "b"), story_create(w, "c")};
    const char *untouched = story_picture(w, ids[0]);
    struct do_request req = {.action = {.id = ACTION_MERGE, .actor = "ana", .role = ROLE_AGENT, .arg = arena_printf(w->arena, "%lld", (long long)ids[3])},
                             .tickets = ids, .ticket_count = 4, .key = "k1", .dry_run = true};
    world_request(w, &req);
    assert_string_equal(story_picture(w, ids[0]), untouched);
    req.dry_run = false;
    world_request(w, &req);
    assert_int_equal(world_ticket(w, ids[0])->merged_into, ids[3]);
    assert_int_equal(world_ticket(w, ids[2])->merged_into, ids[3]); /* a refused one in between stops nobody */
    assert_int_equal(world_ticket(w, ids[3])->merged_into, 0);
    int entries = world_entries(w, 0, "ticket");
    world_request(w, &req);
    assert_int_equal(world_entries(w, 0, "ticket"), entries);
    story_end(w);
}

static void what_no_undo_takes_back_says_why_once_and_then_the_one_before_is_named(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    story_act(w, "priority", id, "low");
    story_act(w, "escalate", id, "look");
    story_act(w, "ack", id, NULL);
    assert_string_equal(story_refusal(world_do(w, "ana", "undo", 0, NULL)),
                        "#1 ack cannot be undone: the pages that it stopped are gone; escalate pages again");
    assert_string_equal(story_refusal(world_do(w, "ana", "undo", 0, NULL)), "#1 escalate cannot be undone: whoever it paged has been told");
    assert_string_equal(json_get_string(world_do(w, "ana", "undo", 0, NULL), "say", ""), "#1 priority undone");
    story_end(w);
}

static void whatever_cannot_be_undone_has_its_reason(void **state)
{
    static const char *const none[] = {"undo", "redo", "reveal"}; /* the row itself; and what changes nothing */
    int reasons = 0;
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < ACTIONS; i++) {
        const char *name = action_table[i].name, *text = arena_printf(arena, "{\"do\":\"%s\"}", name);
        struct err err = {0};
        bool may = undo_may(json_parse_in(arena, text, strlen(text), &json_limits_native, NULL, NULL), &err), exempt = false;
        for (size_t k = 0; k < sizeof none / sizeof *none; k++)
            exempt = exempt || strcmp(none[k], name) == 0;
        if (may != (exempt || (action_table[i].flags & UNDOABLE)))
            fail_msg("%s: %s", name, may ? "it cannot be undone, and nothing says why" : "it can be undone, and yet: ");
        reasons += !may;
    }
    print_message("# %d of %d actions cannot be undone and say why\n", reasons, ACTIONS);
}

static void a_key_of_another_request_is_refused_and_nothing_done(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t ids[] = {story_create(w, "a"), story_create(w, "b")};
    struct do_request first = {.action = {.id = ACTION_PRIORITY, .actor = "ana", .role = ROLE_AGENT, .arg = "low"}, .tickets = ids, .ticket_count = 1, .key = "k1"};
    struct do_request cases[] = {first, first, first};
    char *answer;
    struct err err = {0};
    assert_true(world_ok(world_request(w, &first)));
    cases[0].tickets = ids + 1;
    cases[1].action.arg = "urgent";
    cases[2].action.id = ACTION_CLAIM;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(engine_do(&w->engine, w->arena, &cases[i], w->now, &answer, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
    assert_int_equal(world_ticket(w, ids[1])->priority, PRIORITY_NORMAL);
    int entries = world_entries(w, 0, "ticket");
    assert_true(world_ok(world_request(w, &first)));
    assert_int_equal(world_entries(w, 0, "ticket"), entries);
    first.action.actor = "tom"; /* everybody has their own keys */
    first.tickets = ids + 1;
    assert_true(world_ok(world_request(w, &first)));
    assert_int_equal(world_entries(w, 0, "ticket"), entries + 1);
    story_end(w);
}

/* --- random days --- */

struct day { /* the same times in both worlds */
    struct world *w, *idle;
    int64_t tickets[3];
    unsigned seed;
    int done;
    bool fast; /* all of it within the time a reply is held, so that replies can be taken back too */
};

static int pick(struct day *d, int n)
{
    d->seed = d->seed * 1103515245u + 12345u;
    return (int)(d->seed >> 16) % n;
}

static void pass(struct day *d, int64_t ms)
{
    world_wait(d->w, ms);
    world_wait(d->idle, ms);
}

static const struct json *random_act(struct day *d, int64_t id)
{
    static const struct { const char *action, *arg, *with; } acts[] = {
        {"claim", NULL, NULL}, {"assign", "tom", NULL}, {"unassign", NULL, NULL}, {"status", "open", NULL}, {"status", "pending", NULL},
        {"status", "on_hold", "{\"reason\":\"parts\"}"}, {"status", "resolved", NULL}, {"close", NULL, NULL}, {"reopen", NULL, NULL},
        {"priority", "low", NULL}, {"priority", "high", NULL}, {"label", "high", NULL}, {"label", "low", NULL}, {"category", "billing", NULL},
        {"category", "bug", NULL}, {"tags", "[\"a\",\"b\"]", NULL}, {"tags", "[]", NULL}, {"note", "A note that says what is going on here.", NULL},
        {"accept", NULL, NULL}, {"spam", NULL, "{\"confirm\":true}"}, {"invalid", NULL, "{\"confirm\":true}"}, {"delete", NULL, "{\"confirm\":true}"},
        {"snooze", NULL, "{\"on\":\"reply\"}"}};
    int n = sizeof acts / sizeof *acts, k = pick(d, n + (d->fast ? 6 : 3));
    if (k >= n + 3)
        return world_do_with(d->w, "ana", "reply", id, "Please try again now.", pick(d, 2) ? "{\"status\":\"pending\"}" : NULL);
    if (k < n)
        return world_do_with(d->w, "ana", acts[k].action, id, acts[k].arg, acts[k].with);
    return world_do_with(d->w, "ana", "merge", id, arena_printf(d->w->arena, "%lld", (long long)d->tickets[pick(d, 3)]), "{\"confirm\":true}");
}

/* Ana may do all that can be undone. */
static struct world *desk_of_leads(void)
{
    AUTO_ARENA arena = arena_new();
    const char *role = strstr(world_config, "role: agent");
    return world_open(arena_printf(arena, "%.*srole: lead%s", (int)(role - world_config), world_config, role + strlen("role: agent")));
}

static void open_day(struct day *d, unsigned seed)
{
    static const char *const keys[] = {"a", "b", "c"};
    *d = (struct day){.w = desk_of_leads(), .idle = desk_of_leads(), .seed = seed};
    for (int i = 0; i < 3; i++) {
        d->tickets[i] = story_create_for(d->w, keys[i], i == 2 ? "c2" : "c1");
        story_create_for(d->idle, keys[i], i == 2 ? "c2" : "c1");
        pass(d, MINUTE);
    }
}

static void one_day(unsigned seed, int *acts)
{
    struct day d;
    open_day(&d, seed);
    int count = 3 + pick(&d, 12);
    d.fast = pick(&d, 2);
    for (int i = 0; i < count; i++) {
        d.done += world_ok(random_act(&d, d.tickets[pick(&d, 3)]));
        pass(&d, pick(&d, 90) * (d.fast ? 5 : SECOND)); /* nothing is breached meanwhile: that would have happened, and stays */
        for (int k = 0; k < 3; k++) {
            story_refolds(d.w, d.tickets[k]);
            story_explains(d.w, d.tickets[k]);
        }
    }
    *acts += d.done;
    for (; d.done; d.done--) {
        static const char *const turns[] = {"undo", "redo", "undo"};
        for (int turn = 0, most = pick(&d, 4) ? 1 : 3; turn < most; turn++) {
            const struct json *result = world_do(d.w, "ana", turns[turn], 0, NULL);
            if (!world_ok(result))
                fail_msg("day %u: %d acts left: %s", seed, d.done, json_get_string(json_get(result, "error"), "detail", "?"));
            for (int k = 0; k < 3; k++)
                story_explains(d.w, d.tickets[k]);
        }
        pass(&d, pick(&d, 20) * (d.fast ? 5 : SECOND));
    }
    for (int k = 0; k < 3; k++) {
        story_alike(d.w, d.tickets[k], d.idle, d.tickets[k], arena_printf(d.w->arena, "day %u, ticket %d", seed, k));
        story_refolds(d.w, d.tickets[k]);
        story_explains(d.w, d.tickets[k]);
    }
    story_end(d.w);
    story_end(d.idle);
}

static void a_day_of_acts_taken_back_one_by_one_is_a_day_on_which_nothing_was_done(void **state)
{
    int acts = 0;
    (void)state;
    for (int i = 0; i < days; i++)
        one_day(1000u + (unsigned)i, &acts);
    print_message("# %d random days, %d acts done and taken back\n", days, acts);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_reply_taken_back_gives_the_clock_back),
        cmocka_unit_test(a_ledger_knows_what_was_taken_back),
        cmocka_unit_test(points_come_back_with_the_resolve_that_was_reopened_by_mistake),
        cmocka_unit_test(of_two_acts_in_one_millisecond_each_gives_back_its_own_points),
        cmocka_unit_test(of_two_assignments_in_one_millisecond_the_first_stands_as_it_was),
        cmocka_unit_test(what_somebody_else_took_back_is_not_taken_back_again),
        cmocka_unit_test(the_same_key_is_answered_the_same_and_a_dry_run_leaves_nothing),
        cmocka_unit_test(what_no_undo_takes_back_says_why_once_and_then_the_one_before_is_named),
        cmocka_unit_test(whatever_cannot_be_undone_has_its_reason),
        cmocka_unit_test(a_key_of_another_request_is_refused_and_nothing_done),
        cmocka_unit_test(a_day_of_acts_taken_back_one_by_one_is_a_day_on_which_nothing_was_done),
    };
    days = argc > 1 ? atoi(argv[1]) : days;
    return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
