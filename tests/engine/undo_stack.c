/* undo_stack: an agent's acts as a row one walks back and forth. What one request did to many tickets is one step; a step nobody
 * changed since comes back as it was; a step of one agent is none of another's. Random rows of acts, walked to the start and to
 * the end again, with a picture of every ticket at every step. */
#include "harness/story.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MANY_MOST = 3, STEPS = 24, OWN = 3 };
static int rows = 25;

struct said { /* one request, as asked */
    const char *who, *action, *arg, *with;
    int64_t tickets[MANY_MOST];
    int count;
};

static const struct json *say(struct world *w, const struct said *s)
{
    const struct config_agent *who = config_agent(w->engine.config, s->who);
    struct do_request req = {.action = {.id = (int)(action_find(s->action) - action_table), .actor = s->who, .role = who->role, .arg = s->arg, .with = s->with},
                             .tickets = s->tickets, .ticket_count = s->count};
    return world_answer(w, &req);
}

static int good(const struct json *answer)
{
    int n = 0;
    for (const struct json *r = json_first(json_get(answer, "results")); r; r = json_next(r))
        n += world_ok(r);
    return n;
}

static const struct json *undo(struct world *w, const char *who)
{
    return say(w, &(struct said){.who = who, .action = "undo"});
}

static const struct json *redo(struct world *w, const char *who)
{
    return say(w, &(struct said){.who = who, .action = "redo"});
}

static void create(struct world *w, int64_t *ids, int n)
{
    for (int i = 0; i < n; i++)
        ids[i] = story_create(w, arena_printf(w->arena, "t%d", i));
}

static void what_was_done_to_many_at_once_is_taken_back_at_once(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[3];
    create(w, t, 3);
    story_act(w, "priority", t[0], "high");
    say(w, &(struct said){"ana", "assign", "tom", NULL, {t[0], t[1], t[2]}, 3});
    const struct json *answer = undo(w, "ana");
    assert_int_equal(good(answer), 3);
    assert_string_equal(json_get_string(answer, "did", ""), "assign of 3 tickets");
    assert_string_equal(json_get_string(answer, "next", ""), "priority of #1");
    for (int i = 0; i < 3; i++)
        assert_null(world_ticket(w, t[i])->assignee);
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_HIGH);
    answer = redo(w, "ana");
    assert_string_equal(json_get_string(answer, "did", ""), "assign of 3 tickets");
    assert_null(json_get_string(answer, "next", NULL));
    for (int i = 0; i < 3; i++)
        assert_string_equal(world_ticket(w, t[i])->assignee, "tom");
    undo(w, "ana");
    answer = undo(w, "ana");
    assert_string_equal(json_get_string(answer, "did", ""), "priority of #1");
    assert_null(json_get_string(answer, "next", NULL));
    answer = undo(w, "ana");
    assert_non_null(strstr(story_refusal(json_first(json_get(answer, "results"))), "nothing of yours"));
    story_end(w);
}

static void one_that_somebody_changed_since_stays_is_named_and_is_passed_over_then(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[3];
    create(w, t, 3);
    story_act(w, "priority", t[1], "high");
    say(w, &(struct said){"ana", "assign", "tom", NULL, {t[0], t[1], t[2]}, 3});
    story_must(world_do(w, "mara", "assign", t[1], "mara"));
    const struct json *answer = undo(w, "ana"), *middle = json_next(json_first(json_get(answer, "results")));
    assert_int_equal(good(answer), 2);
    assert_string_equal(story_refusal(middle), "#2 assign cannot be undone: assignee changed since");
    assert_int_equal(json_get_i64(middle, "ticket", 0), t[1]);
    assert_string_equal(world_ticket(w, t[1])->assignee, "mara");
    assert_string_equal(json_get_string(answer, "next", ""), "priority of #2");
    assert_int_equal(good(undo(w, "ana")), 1);
    assert_int_equal(world_ticket(w, t[1])->priority, PRIORITY_NORMAL);
    assert_int_equal(good(redo(w, "ana")), 1);
    assert_int_equal(good(redo(w, "ana")), 2);
    assert_string_equal(world_ticket(w, t[0])->assignee, "tom");
    assert_string_equal(world_ticket(w, t[1])->assignee, "mara");
    assert_int_equal(good(undo(w, "ana")), 2); /* those two again, and never the one that is mara's */
    assert_string_equal(world_ticket(w, t[1])->assignee, "mara");
    story_end(w);
}

static const char *first_refusal(const struct json *answer)
{
    return story_refusal(json_first(json_get(answer, "results")));
}

static void a_step_of_which_nothing_can_be_taken_back_says_so_once_and_the_next_goes_past_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[2];
    create(w, t, 2);
    story_act(w, "priority", t[0], "high");
    say(w, &(struct said){"ana", "assign", "tom", NULL, {t[0], t[1]}, 2});
    story_must(world_do(w, "mara", "unassign", t[0], NULL));
    story_must(world_do(w, "mara", "unassign", t[1], NULL));
    struct do_request try = {.action = {.id = ACTION_UNDO, .actor = "ana", .role = ROLE_AGENT}, .dry_run = true};
    assert_int_equal(good(world_answer(w, &try)), 0); /* whoever only looks has not been told */
    const struct json *answer = undo(w, "ana");
    assert_int_equal(good(answer), 0);
    assert_int_equal(json_count(json_get(answer, "results")), 2);
    assert_string_equal(first_refusal(answer), "#2 assign cannot be undone: assignee changed since");
    assert_string_equal(json_get_string(answer, "next", ""), "priority of #1");
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_HIGH);
    story_act(w, "tags", t[1], "[\"a\"]"); /* what is new comes first, and what was passed over stays so */
    assert_string_equal(json_get_string(undo(w, "ana"), "did", ""), "tags of #2");
    assert_string_equal(json_get_string(undo(w, "ana"), "did", ""), "priority of #1");
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_NORMAL);
    assert_non_null(strstr(first_refusal(undo(w, "ana")), "nothing of yours"));
    assert_int_equal(good(redo(w, "ana")), 1);
    assert_int_equal(good(undo(w, "ana")), 1);
    story_end(w);
}

static void what_cannot_be_redone_says_so_once_and_the_next_goes_past_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[2];
    create(w, t, 2);
    story_act(w, "priority", t[0], "high");
    story_act(w, "priority", t[1], "high");
    undo(w, "ana");
    undo(w, "ana");
    story_must(world_do(w, "mara", "priority", t[0], "urgent"));
    const struct json *answer = redo(w, "ana");
    assert_string_equal(first_refusal(answer), "#1 priority cannot be redone: priority changed since");
    assert_string_equal(json_get_string(answer, "next", ""), "priority of #2");
    assert_int_equal(good(redo(w, "ana")), 1);
    assert_int_equal(world_ticket(w, t[1])->priority, PRIORITY_HIGH);
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_URGENT);
    story_end(w);
}

static void by_its_number_too_what_stays_is_said_once(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[2];
    create(w, t, 2);
    story_act(w, "priority", t[0], "high");
    story_act(w, "escalate", t[0], "look");
    story_act(w, "priority", t[1], "high");
    assert_string_equal(story_refusal(world_do(w, "ana", "undo", t[0], NULL)), "#1 escalate cannot be undone: whoever it paged has been told");
    story_act(w, "undo", t[0], NULL);
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_NORMAL);
    assert_int_equal(world_ticket(w, t[1])->priority, PRIORITY_HIGH);
    story_end(w);
}

static void many_that_stay_are_passed_over_one_by_one(void **state)
{
    enum { ALL = 80 };
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[1];
    create(w, t, 1);
    story_act(w, "priority", t[0], "high");
    for (int i = 0; i < ALL; i++)
        story_act(w, "escalate", t[0], "look");
    for (int i = 0; i < ALL; i++)
        assert_non_null(strstr(first_refusal(undo(w, "ana")), "escalate cannot be undone"));
    assert_string_equal(json_get_string(undo(w, "ana"), "did", ""), "priority of #1");
    story_end(w);
}

static void by_its_number_one_of_many_is_taken_back_and_then_the_others(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[3];
    create(w, t, 3);
    say(w, &(struct said){"ana", "priority", "low", NULL, {t[0], t[1], t[2]}, 3});
    story_act(w, "undo", t[1], NULL);
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_LOW);
    const struct json *answer = undo(w, "ana");
    assert_string_equal(json_get_string(answer, "did", ""), "priority of 2 tickets");
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_ticket(w, t[i])->priority, PRIORITY_NORMAL);
    story_end(w);
}

static void after_something_new_nothing_old_comes_again(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[2];
    create(w, t, 2);
    story_act(w, "priority", t[0], "low");
    undo(w, "ana");
    story_act(w, "priority", t[1], "high");
    assert_non_null(strstr(story_refusal(json_first(json_get(redo(w, "ana"), "results"))), "nothing of yours to redo"));
    undo(w, "ana");
    assert_string_equal(json_get_string(redo(w, "ana"), "did", ""), "priority of #2");
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_NORMAL);
    story_end(w);
}

static void what_somebody_took_back_long_ago_is_not_taken_back_again(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[2];
    create(w, t, 2);
    story_act(w, "merge", t[0], arena_printf(w->arena, "%lld", (long long)t[1]));
    story_must(world_do(w, "mara", "unmerge", t[0], NULL));
    for (int i = 0; i < 600; i++)
        story_must(world_do(w, "mara", "priority", t[0], i % 2 ? "low" : "high"));
    assert_non_null(strstr(story_refusal(json_first(json_get(undo(w, "ana"), "results"))), "nothing of yours"));
    story_end(w);
}

static void a_dry_run_of_an_undo_takes_nothing_back(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t t[2];
    create(w, t, 2);
    say(w, &(struct said){"ana", "priority", "low", NULL, {t[0], t[1]}, 2});
    int entries = world_entries(w, 0, NULL);
    struct do_request req = {.action = {.id = ACTION_UNDO, .actor = "ana", .role = ROLE_AGENT}, .dry_run = true};
    const struct json *answer = world_answer(w, &req);
    assert_int_equal(good(answer), 2);
    assert_string_equal(json_string(json_first(json_first(json_get(json_first(json_get(answer, "results")), "changes")))), "priority");
    assert_int_equal(world_entries(w, 0, NULL), entries);
    assert_int_equal(world_ticket(w, t[0])->priority, PRIORITY_LOW);
    story_end(w);
}

static void five_hundred_are_one_step(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    enum { ALL = 500 };
    static int64_t t[ALL];
    create(w, t, ALL);
    struct do_request req = {.action = {.id = ACTION_CLOSE, .actor = "ana", .role = ROLE_AGENT}, .tickets = t, .ticket_count = ALL};
    assert_int_equal(good(world_answer(w, &req)), ALL);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(good(undo(w, "ana")), ALL);
        assert_int_equal(world_ticket(w, t[ALL - 1])->status, STATUS_NEW);
        assert_int_equal(good(redo(w, "ana")), ALL);
        assert_int_equal(world_ticket(w, t[0])->status, STATUS_RESOLVED);
    }
    story_end(w);
}

/* --- random rows --- */

struct walker { /* one agent with tickets of their own */
    const char *who;
    int64_t tickets[OWN];
    const char *seen[STEPS + 1][OWN]; /* after each step */
    int steps, at;
};
struct row {
    struct world *w;
    struct walker walkers[2];
    unsigned seed;
};

static int pick(struct row *r, int n)
{
    r->seed = r->seed * 1103515245u + 12345u;
    return (int)(r->seed >> 16) % n;
}

static void look(struct row *r, struct walker *k)
{
    for (int i = 0; i < OWN; i++)
        k->seen[k->at][i] = story_picture(r->w, k->tickets[i]);
}

static void stands_as_seen(struct row *r, const struct walker *k, const char *after)
{
    for (int i = 0; i < OWN; i++) {
        const char *is = story_picture(r->w, k->tickets[i]);
        const char *was = k->seen[k->at][i];
        size_t same = 0;
        while (is[same] && is[same] == was[same])
            same++;
        same = same > 40 ? same - 40 : 0;
        if (strcmp(is, was) != 0)
            fail_msg("%s of %s, step %d of %d, #%lld:\n  was %.120s\n  is  %.120s", after, k->who, k->at, k->steps, (long long)k->tickets[i], was + same, is + same);
    }
}

static struct said random_act(struct row *r, const struct walker *k)
{
    static const struct { const char *action, *arg, *with; bool one; } acts[] = {
        {"claim", NULL, NULL, false}, {"assign", "mara", NULL, false}, {"unassign", NULL, NULL, false}, {"status", "pending", NULL, false},
        {"status", "on_hold", "{\"reason\":\"parts\"}", false}, {"close", NULL, NULL, false}, {"reopen", NULL, NULL, false},
        {"priority", "low", NULL, false}, {"priority", "high", NULL, false}, {"label", "high", NULL, false}, {"category", "billing", NULL, false},
        {"tags", "[\"a\",\"b\"]", NULL, false}, {"note", "A note that says what is going on here.", NULL, true}, {"accept", NULL, NULL, false},
        {"spam", NULL, "{\"confirm\":true}", false}, {"snooze", NULL, "{\"on\":\"reply\"}", false}, {"watch", NULL, NULL, false},
        {"reply", "Please try again now.", NULL, true}, {"merge", "", "{\"confirm\":true}", false}};
    int a = pick(r, (int)(sizeof acts / sizeof *acts)), first = pick(r, OWN);
    struct said s = {k->who, acts[a].action, acts[a].arg, acts[a].with, {0}, acts[a].one ? 1 : 1 + pick(r, OWN)};
    for (int i = 0; i < s.count; i++)
        s.tickets[i] = k->tickets[(first + i) % OWN];
    if (strcmp(s.action, "merge") == 0)
        s.arg = arena_printf(r->w->arena, "%lld", (long long)k->tickets[pick(r, OWN)]);
    return s;
}

/* One step further: something that did anything at all. */
static void act(struct row *r, struct walker *k)
{
    struct said s = random_act(r, k);
    world_wait(r->w, 1 + pick(r, 5));
    int n = good(say(r->w, &s));
    if (!n)
        return;
    k->at = ++k->steps;
    look(r, k);
}

static void step(struct row *r, struct walker *k, bool back)
{
    world_wait(r->w, 1 + pick(r, 5)); /* within the time that a reply is held */
    const struct json *answer = back ? undo(r->w, k->who) : redo(r->w, k->who);
    for (const struct json *one = json_first(json_get(answer, "results")); one; one = json_next(one))
        if (!world_ok(one))
            fail_msg("%s of %s, step %d of %d: %s", back ? "undo" : "redo", k->who, k->at, k->steps, story_refusal(one));
    k->at += back ? -1 : 1;
    for (int i = 0; i < 2; i++)
        stands_as_seen(r, &r->walkers[i], back ? "undo" : "redo");
    for (int i = 0; i < OWN; i++)
        story_refolds(r->w, k->tickets[i]);
}

static void open_row(struct row *r, unsigned seed)
{
    static const char *const who[] = {"ana", "tom"};
    int64_t ids[2 * OWN];
    *r = (struct row){.w = world_open(NULL), .seed = seed};
    create(r->w, ids, 2 * OWN);
    for (int i = 0; i < 2; i++) {
        r->walkers[i].who = who[i];
        memcpy(r->walkers[i].tickets, ids + (size_t)i * OWN, OWN * sizeof *ids);
        look(r, &r->walkers[i]);
    }
}

static int walk_one_row(unsigned seed)
{
    struct row r;
    open_row(&r, seed);
    int count = 4 + pick(&r, STEPS - 4), steps = 0;
    for (int i = 0; i < count; i++)
        act(&r, &r.walkers[pick(&r, 2)]);
    for (int turn = 0; turn < 6; turn++) { /* some way back and forth, the two of them in turns */
        struct walker *k = &r.walkers[turn % 2];
        for (int n = pick(&r, k->at + 1); n > 0; n--, steps++)
            step(&r, k, true);
        for (int n = pick(&r, k->steps - k->at + 1); n > 0; n--, steps++)
            step(&r, k, false);
    }
    for (int i = 0; i < 2; i++)
        for (; r.walkers[i].at; steps++)
            step(&r, &r.walkers[i], true);
    for (int i = 0; i < 2; i++)
        for (; r.walkers[i].at < r.walkers[i].steps; steps++)
            step(&r, &r.walkers[i], false);
    story_end(r.w);
    return steps;
}

static void a_row_of_acts_walked_back_and_forth_is_at_each_step_as_it_was(void **state)
{
    int steps = 0;
    (void)state;
    for (int i = 0; i < rows; i++)
        steps += walk_one_row(500u + (unsigned)i);
    print_message("# %d rows of acts by two agents, %d steps back and forth\n", rows, steps);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_done_to_many_at_once_is_taken_back_at_once),
        cmocka_unit_test(one_that_somebody_changed_since_stays_is_named_and_is_passed_over_then),
        cmocka_unit_test(a_step_of_which_nothing_can_be_taken_back_says_so_once_and_the_next_goes_past_it),
        cmocka_unit_test(what_cannot_be_redone_says_so_once_and_the_next_goes_past_it),
        cmocka_unit_test(by_its_number_too_what_stays_is_said_once),
        cmocka_unit_test(many_that_stay_are_passed_over_one_by_one),
        cmocka_unit_test(by_its_number_one_of_many_is_taken_back_and_then_the_others),
        cmocka_unit_test(after_something_new_nothing_old_comes_again),
        cmocka_unit_test(what_somebody_took_back_long_ago_is_not_taken_back_again),
        cmocka_unit_test(a_dry_run_of_an_undo_takes_nothing_back),
        cmocka_unit_test(five_hundred_are_one_step),
        cmocka_unit_test(a_row_of_acts_walked_back_and_forth_is_at_each_step_as_it_was),
    };
    rows = argc > 1 ? atoi(argv[1]) : rows;
    return cmocka_run_group_tests_name("undo_stack", tests, NULL, NULL);
}
