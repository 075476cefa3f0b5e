/* life: a ticket from its first message to its last, and back again: what reopens it and what does not, what a closed one
 * becomes, how it is hidden and comes back. After each story the
 * journal is replayed into an empty database, which must come out the same. */
#include "harness/story.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* --- statuses --- */

static void each_status_asks_for_what_it_needs(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "status", id, "on_hold")), "reason"));
    story_must(world_do_with(w, "ana", "status", id, "on_hold", "{\"reason\":\"parts from DHL\"}"));
    assert_string_equal(world_ticket(w, id)->hold_reason, "parts from DHL");
    assert_int_equal(world_ticket(w, id)->clock[SLA_RESOLUTION].state, CLOCK_PAUSED);
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "status", id, "pending")), "reply first"));
    story_must(world_do_with(w, "ana", "reply", id, "Which version is it?", "{\"status\":\"pending\"}"));
    assert_int_equal(world_ticket(w, id)->status, STATUS_PENDING);
    assert_null(world_ticket(w, id)->hold_reason);
    story_act(w, "status", id, "open");
    story_act(w, "status", id, "pending");
    story_act(w, "status", id, "resolved");
    assert_string_equal(world_ticket(w, id)->assignee, "ana");
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "status", id, "closed")), "cannot become"));
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "status", id, "new")), "cannot become"));
    world_wait(w, 5 * DAY);
    assert_int_equal(world_ticket(w, id)->status, STATUS_CLOSED);
    static const char *const final[][2] = {{"reopen", NULL}, {"priority", "high"}, {"label", "low"}, {"category", "bug"}, {"claim", NULL}, {"status", "open"}};
    for (size_t i = 0; i < sizeof final / sizeof *final; i++)
        assert_non_null(strstr(story_refusal(world_do(w, "tom", final[i][0], id, final[i][1])), "final"));
    story_act(w, "tags", id, "[\"paper\"]");
    story_refolds(w, id);
    story_end(w);
}

static void a_status_no_source_takes_is_marked_as_local(void **state)
{
    struct world *w = world_open(NULL);
    struct entry *list;
    struct err err;
    int n;
    (void)state;
    int64_t id = story_create(w, "a");
    story_act(w, "status", id, "open");
    struct entry_query q = {.ticket = id, .kind = "ticket", .actor = "ana", .limit = 1, .newest_first = true};
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    assert_non_null(strstr(list[0].data, "\"local\":true"));
    story_act(w, "tags", id, "[\"x\"]");
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    assert_null(strstr(list[0].data, "\"local\""));
    story_end(w);
}

/* --- reopening --- */

static void a_reply_reopens_inside_the_window_and_keeps_who_had_it(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    story_act(w, "claim", id, NULL);
    story_resolve(w, id);
    int64_t counted = world_ticket(w, id)->clock[SLA_RESOLUTION].elapsed;
    world_wait(w, 2 * DAY);
    story_says(w, "a", "It still does not work");
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_OPEN);
    assert_int_equal(t->reopen_count, 1);
    assert_string_equal(t->assignee, "ana");
    assert_int_equal(t->clock[SLA_RESOLUTION].state, CLOCK_RUNNING);
    assert_int_equal(t->clock[SLA_RESOLUTION].elapsed, counted);
    story_refolds(w, id);
    story_end(w);
}

static void a_reply_that_finds_nobody_home_goes_to_the_queue(void **state)
{
    static const char config[] =
        "sources:\n  - {name: cstar, dialect: cstar, secrets: [s], reply_via: webhook, reply_url: 'https://shop.example/r', reply_secret: r}\n"
        "agents:\n  - {name: ana, uid: 1001, shift: {hours: '00:00-08:00'}}\n" /* it is 2027-01-01 00:00 UTC */
        "assignment: {reassign_after: 0}\n";
    struct world *w = world_open(config);
    (void)state;
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    story_resolve(w, id);
    world_wait(w, 2 * HOUR);
    story_says(w, "a", "It still does not work");
    assert_string_equal(world_ticket(w, id)->assignee, "ana");
    story_act(w, "close", id, NULL);
    world_wait(w, 10 * HOUR);
    story_says(w, "a", "And now it is worse");
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    assert_null(world_ticket(w, id)->assignee);
    story_refolds(w, id);
    story_end(w);
}

static void a_machine_neither_reopens_nor_wakes_nor_waits(void **state)
{
    static const char *const machines[] = {",\"headers\":{\"Auto-Submitted\":\"auto-replied\"}", ",\"headers\":{\"Precedence\":\"bulk\"}",
                                           ",\"headers\":{\"Return-Path\":\"<>\"}", ",\"senderName\":\"MAILER-DAEMON@example.com\""};
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    story_resolve(w, id);
    for (int i = 0; i < 4; i++) {
        world_wait(w, MINUTE);
        story_says_at(w, "a", "customer", "I am out of the office", machines[i], w->now);
        assert_int_equal(world_ticket(w, id)->status, STATUS_RESOLVED);
    }
    story_says_at(w, "a", "customer", "Here it goes on", ",\"headers\":{\"Auto-Submitted\":\"no\"}", w->now);
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    story_act(w, "reply", id, "We are looking into it");
    story_must(world_do_with(w, "ana", "snooze", id, NULL, "{\"on\":\"customer_reply\"}"));
    world_wait(w, MINUTE);
    story_says_at(w, "a", "customer", "I am out of the office", machines[0], w->now);
    assert_true(world_ticket(w, id)->snoozed_until > 0);
    assert_int_equal(world_ticket(w, id)->waiting_since, 0);
    story_end(w);
}

static void thanks_are_noted_and_a_key_makes_them_a_reopening(void **state)
{
    struct world *w = world_open(NULL);
    int64_t n;
    struct err err;
    (void)state;
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    story_resolve(w, id);
    story_says(w, "a", "Thank you so much, it works now!");
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_RESOLVED);
    assert_int_equal(t->thanked_at, w->now);
    assert_int_equal(t->waiting_since, 0);
    assert_true(store_queue_count(w->engine.store, "thanks", "", &n, &err));
    assert_int_equal(n, 1);
    story_act(w, "reopen", id, NULL);
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    assert_int_equal(world_ticket(w, id)->thanked_at, 0);
    story_refolds(w, id);
    story_end(w);
}

static void the_fourth_reopening_in_an_hour_is_noted_and_not_followed(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = story_create(w, "a");
    for (int i = 0; i < 5; i++) {
        story_act(w, "close", id, NULL);
        world_wait(w, 5 * MINUTE);
        story_says(w, "a", "Your ticket was received and is still open");
        world_wait(w, 5 * MINUTE);
        if (world_ticket(w, id)->status == STATUS_RESOLVED)
            break;
    }
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_RESOLVED);
    assert_int_equal(t->reopen_count, 3);
    assert_int_equal(t->reopens_refused, 1);
    assert_true(t->waiting_since > 0);
    world_wait(w, HOUR);
    story_says(w, "a", "There is somebody here who waits");
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    story_refolds(w, id);
    story_end(w);
}

/* --- follow-ups --- */

/* Nothing but its tags: whatever else an agent may do to a ticket is refused, the label's confirmation too. */
static void a_closed_ticket_takes_tags_and_nothing_else(void **state)
{
    (void)state;
    static const struct { const char *action, *arg; } rows[] = {
        {"accept", NULL}, {"assign", "tom"}, {"category", "bug"}, {"claim", NULL}, {"close", NULL}, {"label", "high"}, {"note", "late"}, {"priority", "high"},
        {"reply", "late"}, {"status", "pending"}, {"unassign", NULL}, {"reopen", NULL}};
    struct world *w = world_open(NULL);
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    story_resolve(w, id);
    world_wait(w, 5 * DAY);
    assert_int_equal(world_ticket(w, id)->status, STATUS_CLOSED);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (world_ok(world_do(w, "ana", rows[i].action, id, rows[i].arg)))
            fail_msg("%s was done to a closed ticket", rows[i].action);
    assert_true(world_ok(world_do(w, "ana", "tags", id, "[\"late\"]")));
    story_end(w);
}

static void a_reply_to_a_closed_ticket_opens_one_that_follows_it(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = story_create(w, "a");
    story_says(w, "a", "It does not work");
    story_resolve(w, id);
    world_wait(w, 5 * DAY);
    assert_int_equal(world_ticket(w, id)->status, STATUS_CLOSED);
    assert_non_null(strstr(story_refusal(world_do(w, "ana", "escalate", id, "now")), "closed tickets are final"));
    story_says(w, "a", "Thanks!");
    assert_int_equal(world_find(w, "cstar", "cstar:a"), id);
    world_wait(w, MINUTE);
    story_says(w, "a", "It is broken again");
    int64_t next = world_find(w, "cstar", "cstar:a");
    assert_int_not_equal(next, id);
    struct ticket *old = world_ticket(w, id), *new = world_ticket(w, next);
    assert_int_equal(new->followup_of, id);
    assert_int_equal(old->followed_by, next);
    assert_int_equal(old->status, STATUS_CLOSED);
    assert_int_equal(new->status, STATUS_NEW);
    assert_int_equal(new->reopen_count, 0);
    assert_int_equal(new->messages, 1);
    assert_string_equal(new->customer, "cstar:c1");
    assert_string_equal(new->title, "Question a");
    assert_null(new->assignee);
    assert_int_equal(new->clock[SLA_FIRST_RESPONSE].state, CLOCK_RUNNING);
    world_wait(w, MINUTE);
    story_says(w, "a", "Hello?");
    assert_int_equal(world_ticket(w, next)->messages, 2);
    story_refolds(w, next);
    story_refolds(w, id);
    /* What was written before the end, and comes now, is about the old one: it was inside the window. */
    story_says_at(w, "a", "customer", "By the way, it is version 3", "", old->closed_at - DAY);
    assert_int_equal(world_ticket(w, next)->messages, 2);
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    story_refolds(w, id);
    story_end(w);
}

/* --- snooze --- */

static void a_snooze_ends_for_the_reason_it_was_given_and_comes_back_on_top(void **state)
{
    struct world *w = world_open(NULL);
    struct ticket **rows;
    const char *next;
    struct err err;
    int n;
    (void)state;
    int64_t id = story_create(w, "a"), other;
    story_says(w, "a", "It does not work");
    story_act(w, "claim", id, NULL);
    story_act(w, "label", id, "low");
    world_wait(w, SECOND);
    other = story_create(w, "b");
    story_act(w, "claim", other, NULL);
    story_act(w, "label", other, "high");
    story_must(world_do_with(w, "ana", "snooze", id, arena_printf(w->arena, "%lld", (long long)(w->now + HOUR)), "{\"on\":\"time\",\"note\":\"after the release\"}"));
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->wake_on, WAKE_ON_TIME);
    assert_string_equal(t->snoozed_by, "ana");
    assert_int_equal(t->clock[SLA_FIRST_RESPONSE].state, CLOCK_RUNNING);
    world_wait(w, MINUTE);
    story_says(w, "a", "Are you there?");
    assert_true(world_ticket(w, id)->snoozed_until > 0);
    world_wait(w, HOUR);
    t = world_ticket(w, id);
    assert_int_equal(t->snoozed_until, 0);
    assert_int_equal(t->woke_by, WOKE_BY_TIME);
    assert_string_equal(t->snooze_note, "after the release");
    struct row_filter f = {.view = "mine", .owner = "ana", .limit = 10};
    assert_true(store_queue_page(w->engine.store, w->arena, &f, &rows, &n, &next, &err));
    assert_int_equal(n, 2);
    assert_int_equal(rows[0]->id, id);
    story_must(world_do_with(w, "ana", "snooze", id, NULL, "{\"on\":\"customer_reply\"}"));
    t = world_ticket(w, id);
    assert_int_equal(t->woke_by, WOKE_NOT);
    assert_true(t->snoozed_before > 0);
    story_says(w, "a", "Hello?");
    assert_int_equal(world_ticket(w, id)->woke_by, WOKE_BY_REPLY);
    story_act(w, "note", id, "seen");
    assert_int_equal(world_ticket(w, id)->woke_by, WOKE_NOT);
    story_end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_asks_for_what_it_needs),
        cmocka_unit_test(a_status_no_source_takes_is_marked_as_local),
        cmocka_unit_test(a_reply_reopens_inside_the_window_and_keeps_who_had_it),
        cmocka_unit_test(a_reply_that_finds_nobody_home_goes_to_the_queue),
        cmocka_unit_test(a_machine_neither_reopens_nor_wakes_nor_waits),
        cmocka_unit_test(thanks_are_noted_and_a_key_makes_them_a_reopening),
        cmocka_unit_test(the_fourth_reopening_in_an_hour_is_noted_and_not_followed),
        cmocka_unit_test(a_closed_ticket_takes_tags_and_nothing_else),
        cmocka_unit_test(a_reply_to_a_closed_ticket_opens_one_that_follows_it),
        cmocka_unit_test(a_snooze_ends_for_the_reason_it_was_given_and_comes_back_on_top),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
