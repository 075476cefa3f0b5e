/* merge: messages stay where they are, what follows from them is the root's; a merge taken back leaves each as if it had never
 * been. */
#include "harness/story.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int stories = 40;

static void merge(struct world *w, int64_t id, int64_t into)
{
    story_must(world_do_with(w, "ana", "merge", id, arena_printf(w->arena, "%lld", (long long)into), "{\"confirm\":true}"));
}

static int64_t xp_of(struct world *w, const char *agent)
{
    int64_t n, sum;
    struct err err;
    assert_true(store_tally_get(w->engine.store, "xp", agent, 0, &n, &sum, &err));
    return sum;
}

static void a_merged_ticket_is_closed_and_its_root_waits_since_the_earlier_message(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create(w, "b");
    story_says(w, "b", "It has been broken for days");
    int64_t first = w->now;
    world_wait(w, HOUR);
    story_says(w, "a", "It does not work");
    merge(w, b, a);
    struct ticket *root = world_ticket(w, a), *merged = world_ticket(w, b);
    assert_int_equal(merged->status, STATUS_CLOSED);
    assert_int_equal(merged->disposition, DISPOSITION_MERGED);
    assert_int_equal(merged->merged_into, a);
    assert_int_equal(merged->root, a);
    assert_int_equal(merged->clock[SLA_RESOLUTION].state, CLOCK_CANCELLED);
    assert_int_equal(merged->messages, 1);
    assert_int_equal(root->waiting_since, first);
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "reply", b, "Hello")), "was merged into"));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "escalate", b, "now")), "was merged into"));
    /* What is said there is heard here. */
    world_wait(w, MINUTE);
    story_act(w, "reply", a, "Please try again now.");
    world_wait(w, MINUTE);
    int64_t seen = world_ticket(w, a)->thread_version;
    story_says(w, "b", "URGENT: nobody can pay, everything is down");
    root = world_ticket(w, a);
    assert_int_equal(root->waiting_since, w->now);
    assert_int_equal(root->thread_version, seen + 1);
    assert_int_equal(root->clock[SLA_NEXT_RESPONSE].state, CLOCK_RUNNING);
    assert_int_equal(root->urgency, URGENCY_CRITICAL);
    assert_int_equal(world_ticket(w, b)->status, STATUS_CLOSED);
    assert_int_equal(world_ticket(w, b)->escalation.state, ESCALATION_NONE);
    story_refolds(w, a);
    story_refolds(w, b);
    story_act(w, "close", a, NULL);
    world_wait(w, MINUTE);
    story_says(w, "b", "It is still broken");
    assert_int_equal(world_ticket(w, a)->status, STATUS_OPEN);
    assert_int_equal(world_ticket(w, a)->reopen_count, 1);
    story_refolds(w, a);
    story_end(w);
}

static void a_redo_makes_no_ring_of_two_tickets(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create(w, "b");
    merge(w, a, b);
    story_act(w, "undo", 0, NULL);
    story_must(world_do_with(w, "tom", "merge", b, arena_printf(w->arena, "%lld", (long long)a), "{\"confirm\":true}"));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "redo", 0, NULL)), "has become part of it since"));
    assert_int_equal(world_ticket(w, a)->merged_into, 0);
    assert_int_equal(world_ticket(w, b)->root, a);
    story_refolds(w, a);
    story_end(w);
}

static void different_customers_need_a_confirmation(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create_for(w, "b", "c2");
    const char *into = arena_printf(w->arena, "%lld", (long long)a);
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "merge", b, into)), "different customers"));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "merge", a, into)), "itself"));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "merge", a, "77")), "no ticket"));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "spam", a, NULL)), "confirm"));
    story_must(world_do_with(w, "ana", "merge", b, into, "{\"confirm\":true}"));
    story_end(w);
}

static void a_chain_leads_to_its_root_and_is_taken_apart_link_by_link(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create(w, "b"), c = story_create(w, "c");
    const char *alone[] = {story_picture(w, a), story_picture(w, b), story_picture(w, c)};
    merge(w, a, b);
    const char *with_a = story_picture(w, b);
    merge(w, b, c);
    assert_int_equal(world_ticket(w, a)->root, c);
    assert_int_equal(world_ticket(w, a)->merged_into, b);
    story_act(w, "unmerge", b, NULL);
    assert_int_equal(world_ticket(w, a)->root, b);
    assert_string_equal(story_picture(w, b), with_a);
    assert_string_equal(story_picture(w, c), alone[2]);
    merge(w, b, c);
    story_says(w, "a", "It does not work");
    assert_int_equal(world_ticket(w, c)->waiting_since, w->now);
    assert_int_equal(world_ticket(w, b)->waiting_since, w->now);
    story_refolds(w, c);
    story_refolds(w, b);
    /* Into a merged one is into its root. */
    int64_t d = story_create(w, "d");
    merge(w, d, a);
    assert_int_equal(world_ticket(w, d)->merged_into, c);
    story_act(w, "unmerge", a, NULL);
    assert_int_equal(world_ticket(w, a)->root, a);
    assert_int_equal(world_ticket(w, a)->waiting_since, w->now);
    assert_int_equal(world_ticket(w, c)->waiting_since, 0);
    assert_int_equal(world_ticket(w, b)->waiting_since, 0);
    story_act(w, "unmerge", b, NULL);
    assert_string_equal(story_picture(w, b), alone[1]);
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "unmerge", b, NULL)), " is not merged, nor put aside: nothing to take back"));
    assert_true(str_starts(story_refusal(world_do(w, "ana", "unmerge", b, NULL)), arena_printf(w->arena, "#%lld ", (long long)b)));
    (void)alone[0];
    story_end(w);
}

static void a_merge_takes_the_points_and_unmerge_gives_back_the_same(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create(w, "b");
    world_wait(w, 2 * MINUTE);
    story_resolve(w, b);
    int64_t paid = xp_of(w, "ana");
    const char *before = story_picture(w, b);
    assert_true(paid > 0);
    merge(w, b, a);
    assert_int_equal(xp_of(w, "ana"), 0);
    world_wait(w, HOUR);
    story_act(w, "unmerge", b, NULL);
    assert_int_equal(xp_of(w, "ana"), paid);
    assert_string_equal(story_picture(w, b), before);
    story_act(w, "reopen", b, NULL);
    assert_int_equal(xp_of(w, "ana"), 0);
    story_end(w);
}

static void a_customer_of_a_closed_root_goes_on_in_a_follow_up(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t a = story_create(w, "a"), b = story_create(w, "b");
    merge(w, b, a);
    story_resolve(w, a);
    world_wait(w, 5 * DAY);
    story_says(w, "b", "It is broken again");
    int64_t next = world_find(w, "cstar", "cstar:b");
    assert_int_not_equal(next, b);
    assert_int_equal(world_ticket(w, next)->followup_of, a);
    assert_int_equal(world_ticket(w, a)->followed_by, next);
    assert_int_equal(world_ticket(w, a)->status, STATUS_CLOSED);
    story_refolds(w, next);
    story_end(w);
}

static void a_split_copies_from_a_message_on_and_both_know_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct message *list;
    struct err err;
    int n;
    int64_t a = story_create(w, "a");
    story_says(w, "a", "It does not work");
    world_wait(w, MINUTE);
    story_act(w, "claim", a, NULL);
    story_says(w, "a", "And the bill is wrong too");
    world_wait(w, MINUTE);
    story_says(w, "a", "By 30 euro");
    assert_true(store_message_list(w->engine.store, w->arena, a, &list, &n, &err));
    const struct json *result = world_do(w, "ana", "split", a, arena_printf(w->arena, "%lld", (long long)list[1].row));
    story_must(result);
    int64_t next = store_ticket_next(w->engine.store) - 1;
    struct ticket *new = world_ticket(w, next);
    assert_int_equal(new->split_from, a);
    assert_int_equal(new->messages, 2);
    assert_string_equal(new->customer, "cstar:c1");
    assert_string_equal(new->assignee, "ana");
    assert_int_equal(new->status, STATUS_OPEN);
    assert_int_equal(world_ticket(w, a)->messages, 3);
    assert_true(store_message_list(w->engine.store, w->arena, next, &list, &n, &err));
    assert_string_equal(list[0].body, "And the bill is wrong too");
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "split", a, "999")), "no message"));
    story_refolds(w, next);
    story_refolds(w, a);
    /* Merged back, it is part of it again. */
    merge(w, next, a);
    assert_int_equal(world_ticket(w, next)->root, a);
    story_end(w);
}

/* Tickets from before what is looked at have numbers that the lab's do not. */
static void create_and_drop(struct world *w)
{
    for (int i = 0; i < 3; i++)
        story_create(w, arena_printf(w->arena, "old%d", i));
}

static void another_configuration_is_tried_on_a_story_with_all_of_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct message *list;
    struct json *out = NULL;
    struct err err = {0};
    atomic_bool over = false;
    int n;
    create_and_drop(w);
    int64_t since = w->now + 1;
    world_wait(w, HOUR);
    int64_t a = story_create(w, "a"), b = story_create(w, "b");
    story_says(w, "a", "It does not work");
    story_says(w, "b", "Nor does it for me");
    assert_true(store_message_list(w->engine.store, w->arena, a, &list, &n, &err));
    story_act(w, "split", a, arena_printf(w->arena, "%lld", (long long)list[0].row));
    merge(w, b, a);
    world_wait(w, MINUTE);
    story_says(w, "b", "Hello?");
    story_act(w, "unmerge", b, NULL);
    merge(w, b, a);
    if (!engine_lab(w->engine.store, w->engine.config, w->engine.config, w->model, since, w->now, &over, &out, &err))
        fail_msg("%s", err.text);
    assert_int_equal(json_get_i64(out, "events", 0), 5);
    assert_int_equal(json_count(json_get(out, "differ")), 0);
    json_free(out);
    story_end(w);
}

/* --- any story, with a merge in it and without --- */

struct twin { /* the same day twice: the second knows of no merge */
    struct world *w, *other;
    int64_t a, b;
    unsigned seed;
    int64_t pace; /* a label that is raised for a while must not breach a clock: that would have happened, and stays */
};

static int pick(struct twin *t, int n)
{
    t->seed = t->seed * 1103515245u + 12345u;
    return (int)(t->seed >> 16) % n;
}

static void both_wait(struct twin *t, int64_t ms)
{
    world_wait(t->w, ms);
    world_wait(t->other, ms);
}

static void both_say(struct twin *t, const char *key, const char *text)
{
    story_says(t->w, key, text);
    story_says(t->other, key, text);
}

static void both_do(struct twin *t, const char *action, int64_t id, const char *arg)
{
    world_do(t->w, "ana", action, id, arg);
    world_do(t->other, "ana", action, id, arg);
}

static void before(struct twin *t)
{
    static const char *const texts[] = {"It does not work", "Where is my order?", "URGENT: everything is down", "The bill is wrong"};
    for (int i = pick(t, 6); i > 0; i--) {
        bool first = pick(t, 2);
        int64_t id = first ? t->a : t->b;
        switch (pick(t, 6)) {
        case 0:
            both_do(t, "claim", id, NULL);
            break;
        case 1:
            both_do(t, "reply", id, "Please try again now.");
            break;
        case 2:
            both_do(t, "label", id, pick(t, 2) ? "high" : "low");
            break;
        case 3:
            both_do(t, "status", id, "resolved");
            break;
        default:
            both_say(t, first ? "a" : "b", texts[pick(t, 4)]);
        }
        both_wait(t, (1 + pick(t, 60)) * t->pace);
    }
}

static void story(unsigned seed, int *messages, int *breached)
{
    struct twin t = {.w = world_open(NULL), .other = world_open(NULL), .seed = seed};
    t.a = story_create(t.w, "a");
    t.b = story_create(t.w, "b");
    story_create(t.other, "a");
    story_create(t.other, "b");
    both_wait(&t, MINUTE);
    bool quiet = pick(&t, 2);
    t.pace = quiet ? MINUTE : SECOND;
    before(&t);
    bool resolved = ticket_done(world_ticket(t.w, t.b)->status);
    merge(t.w, t.b, t.a);
    /* Meanwhile the customer of the merged one writes; where it was resolved that would have reopened it, at its own time. */
    for (int i = resolved || quiet ? 0 : pick(&t, 3); i > 0; i--, ++*messages) {
        both_wait(&t, (1 + pick(&t, 30)) * t.pace);
        both_say(&t, "b", "Is anybody there?");
    }
    bool paged = world_ticket(t.other, t.a)->escalation.state || world_ticket(t.other, t.b)->escalation.state;
    both_wait(&t, paged ? 0 : pick(&t, 2) * 30 * t.pace); /* a step that falls due meanwhile is late, not undone */
    /* Who waited longer than the root may let wait breached its clock, or nearly: that has happened. */
    bool late = world_ticket(t.w, t.a)->sla != world_ticket(t.other, t.a)->sla;
    *breached += late;
    story_must(world_do(t.w, "ana", "unmerge", t.b, NULL));
    if (!late)
        story_alike(t.w, t.a, t.other, t.a, arena_printf(t.w->arena, "story %u, the root", seed));
    story_alike(t.w, t.b, t.other, t.b, arena_printf(t.w->arena, "story %u, the merged one", seed));
    assert_int_equal(xp_of(t.w, "ana"), xp_of(t.other, "ana"));
    story_refolds(t.w, t.a);
    story_refolds(t.w, t.b);
    story_end(t.w);
    story_end(t.other);
}

static void unmerge_leaves_both_as_if_there_had_been_no_merge(void **state)
{
    int messages = 0, breached = 0;
    (void)state;
    for (int i = 0; i < stories; i++)
        story(7000u + (unsigned)i, &messages, &breached);
    print_message("# %d random stories merged and unmerged, %d messages in between, %d breached the root's clock meanwhile\n", stories, messages, breached);
    assert_true(breached * 2 < stories);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_merged_ticket_is_closed_and_its_root_waits_since_the_earlier_message),
        cmocka_unit_test(a_redo_makes_no_ring_of_two_tickets),
        cmocka_unit_test(different_customers_need_a_confirmation),
        cmocka_unit_test(a_chain_leads_to_its_root_and_is_taken_apart_link_by_link),
        cmocka_unit_test(a_merge_takes_the_points_and_unmerge_gives_back_the_same),
        cmocka_unit_test(a_customer_of_a_closed_root_goes_on_in_a_follow_up),
        cmocka_unit_test(a_split_copies_from_a_message_on_and_both_know_it),
        cmocka_unit_test(another_configuration_is_tried_on_a_story_with_all_of_it),
        cmocka_unit_test(unmerge_leaves_both_as_if_there_had_been_no_merge),
    };
    stories = argc > 1 ? atoi(argv[1]) : stories;
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
