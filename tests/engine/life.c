/* life: a ticket from its first message to its last, and back again: what reopens it and what does not, what a closed one
 * becomes, how tickets are merged, and that whatever an agent did can be taken back until the ticket is what it was. After each
 * story the journal is replayed into an empty database, which must come out the same. */
#include "harness/world.h"
#include "base/str.h"
#include "wire/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#define DAY ((int64_t)24 * HOUR)

static const char *iso(struct world *w, int64_t ms)
{
    time_t s = ms / 1000;
    struct tm tm;
    char text[32];
    gmtime_r(&s, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    return arena_printf(w->arena, "%s.%03dZ", text, (int)(ms % 1000));
}

static int64_t create_for(struct world *w, const char *key, const char *customer)
{
    const char *body = arena_printf(w->arena,
        "{\"id\":\"evt_c%s\",\"type\":\"ticket.created\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"%s\","
        "\"title\":\"Question %s\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"%s\",\"customerName\":\"Jo\",\"tags\":[],"
        "\"createdAt\":\"%s\"},\"customer\":{\"id\":\"%s\",\"name\":\"Jo\",\"email\":\"jo@example.com\"}}}",
        key, iso(w, w->now), key, key, customer, iso(w, w->now), customer);
    char full[64];
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body)), "create");
    snprintf(full, sizeof full, "cstar:%s", key);
    return world_find(w, "cstar", full);
}

static int64_t create(struct world *w, const char *key)
{
    return create_for(w, key, "c1");
}

static void says_at(struct world *w, const char *key, const char *sender, const char *text, const char *more, int64_t at)
{
    static int n;
    n++;
    const char *body = arena_printf(w->arena,
        "{\"id\":\"evt_m%d\",\"type\":\"ticket.message_added\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"%s\"},"
        "\"message\":{\"id\":\"m%d\",\"content\":\"%s\",\"sender\":\"%s\",\"createdAt\":\"%s\"%s}}}", n, iso(w, at), key, n, text, sender, iso(w, at), more);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, strlen(body)), "message");
}

static void says(struct world *w, const char *key, const char *text)
{
    says_at(w, key, "customer", text, "", w->now);
}

static void must(const struct json *result)
{
    if (!world_ok(result))
        fail_msg("refused: %s", json_get_string(json_get(result, "error"), "detail", "?"));
}

static void act(struct world *w, const char *action, int64_t id, const char *arg)
{
    must(world_do(w, "ana", action, id, arg));
}

static const char *refusal(const struct json *result)
{
    assert_false(world_ok(result));
    return json_get_string(json_get(result, "error"), "detail", "");
}

static void close_and_send(struct world *w, int64_t id)
{
    act(w, "reply", id, "Please try again now.");
    world_wait(w, MINUTE);
    act(w, "close", id, NULL);
    world_wait(w, MINUTE);
}

/* The ticket as stored equals its whole history folded from nothing. */
static void assert_refolds(struct world *w, int64_t id)
{
    struct err err = {0};
    struct ticket *stored = world_ticket(w, id), *again = engine_refold(&w->engine, w->arena, stored, &err);
    assert_non_null(again);
    AUTO_JSON differ = row_changes(stored, again);
    assert_string_equal(json_print_in(w->arena, differ), "[]");
    assert_int_equal(stored->last_t, again->last_t);
    assert_int_equal(stored->desk_status_at, again->desk_status_at);
}

static void end(struct world *w)
{
    struct str report;
    struct err err = {0};
    int64_t differ = -1;
    str_init(&report, 64 << 10);
    if (!engine_rebuild(&w->engine, &report, &differ, &err) || differ)
        fail_msg("rebuild: %lld differ: %s %s", (long long)differ, report.data, err.text);
    str_fini(&report);
    world_close(w);
}

/* All of a ticket that rules and people see, as text: fields, clocks, escalation, and the sums of the ledger. version and epoch
 * count what was done, undone or not. */
static const char *picture(struct world *w, int64_t id)
{
    struct ticket t = *world_ticket(w, id);
    struct score_row *rows;
    struct err err;
    int count;
    int64_t xp = 0, damage = 0;
    t.version = t.epoch = 0;
    assert_true(store_score_open(w->engine.store, w->arena, id, &rows, &count, &err));
    for (int i = 0; i < count; i++) {
        xp += rows[i].xp;
        damage += rows[i].damage;
    }
    AUTO_JSON row = row_ticket(&t, false);
    return arena_printf(w->arena, "%s root %lld last %lld/%lld/%s desk %lld/%lld/%lld wake %lld xp %lld damage %lld", json_print_in(w->arena, row),
                        (long long)t.root, (long long)t.last_t, (long long)t.last_rank, t.last_key, (long long)t.desk_status_at,
                        (long long)t.desk_assignee_at, (long long)t.desk_priority_at, (long long)t.wake_at, (long long)xp, (long long)damage);
}

/* --- statuses --- */

static void each_status_asks_for_what_it_needs(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = create(w, "a");
    says(w, "a", "It does not work");
    assert_non_null(strstr(refusal(world_do(w, "ana", "status", id, "on_hold")), "reason"));
    must(world_do_with(w, "ana", "status", id, "on_hold", "{\"reason\":\"parts from DHL\"}"));
    assert_string_equal(world_ticket(w, id)->hold_reason, "parts from DHL");
    assert_int_equal(world_ticket(w, id)->clock[SLA_RESOLUTION].state, CLOCK_PAUSED);
    assert_non_null(strstr(refusal(world_do(w, "ana", "status", id, "pending")), "reply first"));
    must(world_do_with(w, "ana", "reply", id, "Which version is it?", "{\"status\":\"pending\"}"));
    assert_int_equal(world_ticket(w, id)->status, STATUS_PENDING);
    assert_null(world_ticket(w, id)->hold_reason);
    act(w, "status", id, "open");
    act(w, "status", id, "pending");
    act(w, "status", id, "resolved");
    assert_string_equal(world_ticket(w, id)->assignee, "ana");
    assert_non_null(strstr(refusal(world_do(w, "ana", "status", id, "closed")), "cannot become"));
    assert_non_null(strstr(refusal(world_do(w, "ana", "status", id, "new")), "cannot become"));
    world_wait(w, 5 * DAY);
    assert_int_equal(world_ticket(w, id)->status, STATUS_CLOSED);
    static const char *const final[][2] = {{"reopen", NULL}, {"priority", "high"}, {"label", "low"}, {"category", "bug"}, {"claim", NULL}, {"status", "open"}};
    for (size_t i = 0; i < sizeof final / sizeof *final; i++)
        assert_non_null(strstr(refusal(world_do(w, "tom", final[i][0], id, final[i][1])), "final"));
    act(w, "tags", id, "[\"paper\"]");
    assert_refolds(w, id);
    end(w);
}

static void a_status_no_source_takes_is_marked_as_local(void **state)
{
    struct world *w = world_open(NULL);
    struct entry *list;
    struct err err;
    int n;
    (void)state;
    int64_t id = create(w, "a");
    act(w, "status", id, "open");
    struct entry_query q = {.ticket = id, .kind = "ticket", .actor = "ana", .limit = 1, .newest_first = true};
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    assert_non_null(strstr(list[0].data, "\"local\":true"));
    act(w, "tags", id, "[\"x\"]");
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    assert_null(strstr(list[0].data, "\"local\""));
    end(w);
}

/* --- reopening --- */

static void a_reply_reopens_inside_the_window_and_keeps_who_had_it(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = create(w, "a");
    says(w, "a", "It does not work");
    act(w, "claim", id, NULL);
    close_and_send(w, id);
    int64_t counted = world_ticket(w, id)->clock[SLA_RESOLUTION].elapsed;
    world_wait(w, 2 * DAY);
    says(w, "a", "It still does not work");
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_OPEN);
    assert_int_equal(t->reopen_count, 1);
    assert_string_equal(t->assignee, "ana");
    assert_int_equal(t->clock[SLA_RESOLUTION].state, CLOCK_RUNNING);
    assert_int_equal(t->clock[SLA_RESOLUTION].elapsed, counted);
    assert_refolds(w, id);
    end(w);
}

static void a_machine_neither_reopens_nor_wakes_nor_waits(void **state)
{
    static const char *const machines[] = {",\"headers\":{\"Auto-Submitted\":\"auto-replied\"}", ",\"headers\":{\"Precedence\":\"bulk\"}",
                                           ",\"headers\":{\"Return-Path\":\"<>\"}", ",\"senderName\":\"MAILER-DAEMON@example.com\""};
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = create(w, "a");
    says(w, "a", "It does not work");
    close_and_send(w, id);
    for (int i = 0; i < 4; i++) {
        world_wait(w, MINUTE);
        says_at(w, "a", "customer", "I am out of the office", machines[i], w->now);
        assert_int_equal(world_ticket(w, id)->status, STATUS_RESOLVED);
    }
    says_at(w, "a", "customer", "Here it goes on", ",\"headers\":{\"Auto-Submitted\":\"no\"}", w->now);
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    act(w, "reply", id, "We are looking into it");
    must(world_do_with(w, "ana", "snooze", id, NULL, "{\"on\":\"customer_reply\"}"));
    world_wait(w, MINUTE);
    says_at(w, "a", "customer", "I am out of the office", machines[0], w->now);
    assert_true(world_ticket(w, id)->snoozed_until > 0);
    assert_int_equal(world_ticket(w, id)->waiting_since, 0);
    end(w);
}

static void thanks_are_noted_and_a_key_makes_them_a_reopening(void **state)
{
    struct world *w = world_open(NULL);
    int64_t n;
    struct err err;
    (void)state;
    int64_t id = create(w, "a");
    says(w, "a", "It does not work");
    close_and_send(w, id);
    says(w, "a", "Thank you so much, it works now!");
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->status, STATUS_RESOLVED);
    assert_int_equal(t->thanked_at, w->now);
    assert_int_equal(t->waiting_since, 0);
    assert_true(store_queue_count(w->engine.store, "thanks", "", &n, &err));
    assert_int_equal(n, 1);
    act(w, "reopen", id, NULL);
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    assert_int_equal(world_ticket(w, id)->thanked_at, 0);
    assert_refolds(w, id);
    end(w);
}

static void the_fourth_reopening_in_an_hour_is_noted_and_not_followed(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = create(w, "a");
    for (int i = 0; i < 5; i++) {
        act(w, "close", id, NULL);
        world_wait(w, 5 * MINUTE);
        says(w, "a", "Your ticket was received and is still open");
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
    says(w, "a", "There is somebody here who waits");
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    assert_refolds(w, id);
    end(w);
}

/* --- follow-ups --- */

static void a_reply_to_a_closed_ticket_opens_one_that_follows_it(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = create(w, "a");
    says(w, "a", "It does not work");
    close_and_send(w, id);
    world_wait(w, 5 * DAY);
    assert_int_equal(world_ticket(w, id)->status, STATUS_CLOSED);
    const char *before = picture(w, id);
    says(w, "a", "Thanks!");
    assert_int_equal(world_find(w, "cstar", "cstar:a"), id);
    world_wait(w, MINUTE);
    says(w, "a", "It is broken again");
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
    says(w, "a", "Hello?");
    assert_int_equal(world_ticket(w, next)->messages, 2);
    assert_refolds(w, next);
    assert_refolds(w, id);
    /* What was written before the end, and comes now, is about the old one: it was inside the window. */
    says_at(w, "a", "customer", "By the way, it is version 3", "", old->closed_at - DAY);
    assert_int_equal(world_ticket(w, next)->messages, 2);
    assert_int_equal(world_ticket(w, id)->status, STATUS_OPEN);
    assert_refolds(w, id);
    (void)before;
    end(w);
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
    int64_t id = create(w, "a"), other;
    says(w, "a", "It does not work");
    act(w, "claim", id, NULL);
    act(w, "label", id, "low");
    world_wait(w, SECOND);
    other = create(w, "b");
    act(w, "claim", other, NULL);
    act(w, "label", other, "high");
    must(world_do_with(w, "ana", "snooze", id, arena_printf(w->arena, "%lld", (long long)(w->now + HOUR)), "{\"on\":\"time\",\"note\":\"after the release\"}"));
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->wake_on, WAKE_ON_TIME);
    assert_string_equal(t->snoozed_by, "ana");
    assert_int_equal(t->clock[SLA_FIRST_RESPONSE].state, CLOCK_RUNNING);
    world_wait(w, MINUTE);
    says(w, "a", "Are you there?");
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
    must(world_do_with(w, "ana", "snooze", id, NULL, "{\"on\":\"customer_reply\"}"));
    t = world_ticket(w, id);
    assert_int_equal(t->woke_by, WOKE_NOT);
    assert_true(t->snoozed_before > 0);
    says(w, "a", "Hello?");
    assert_int_equal(world_ticket(w, id)->woke_by, WOKE_BY_REPLY);
    act(w, "note", id, "seen");
    assert_int_equal(world_ticket(w, id)->woke_by, WOKE_NOT);
    end(w);
}

/* --- undo --- */

static void a_held_reply_taken_back_gives_the_clock_back(void **state)
{
    struct world *w = world_open(NULL);
    (void)state;
    int64_t id = create(w, "a");
    says(w, "a", "It does not work");
    act(w, "claim", id, NULL);
    const char *before = picture(w, id);
    world_wait(w, 10 * MINUTE);
    act(w, "reply", id, "Please try again");
    assert_int_equal(world_ticket(w, id)->clock[SLA_FIRST_RESPONSE].state, CLOCK_FULFILLED);
    assert_true(world_ticket(w, id)->first_reply_at > 0);
    world_wait(w, 5 * SECOND);
    act(w, "undo", id, NULL);
    struct ticket *t = world_ticket(w, id);
    assert_int_equal(t->first_reply_at, 0);
    assert_int_equal(t->clock[SLA_FIRST_RESPONSE].state, CLOCK_RUNNING);
    t->thread_version--; /* the line was there */
    assert_refolds(w, id);
    world_wait(w, SECOND);
    act(w, "redo", id, NULL);
    assert_int_equal(world_ticket(w, id)->clock[SLA_FIRST_RESPONSE].state, CLOCK_FULFILLED);
    assert_refolds(w, id);
    act(w, "undo", id, NULL);
    assert_refolds(w, id);
    assert_int_equal(world_ticket(w, id)->first_reply_at, 0);
    (void)before;
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_status_asks_for_what_it_needs),
        cmocka_unit_test(a_status_no_source_takes_is_marked_as_local),
        cmocka_unit_test(a_reply_reopens_inside_the_window_and_keeps_who_had_it),
        cmocka_unit_test(a_machine_neither_reopens_nor_wakes_nor_waits),
        cmocka_unit_test(thanks_are_noted_and_a_key_makes_them_a_reopening),
        cmocka_unit_test(the_fourth_reopening_in_an_hour_is_noted_and_not_followed),
        cmocka_unit_test(a_reply_to_a_closed_ticket_opens_one_that_follows_it),
        cmocka_unit_test(a_snooze_ends_for_the_reason_it_was_given_and_comes_back_on_top),
        cmocka_unit_test(a_held_reply_taken_back_gives_the_clock_back),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
