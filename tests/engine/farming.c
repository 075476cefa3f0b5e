/* farming: strategies against the game. Each runs in a desk of its own and is then held against honest play in another: as many
 * keystrokes at the same times, on tickets that came at the same times, each answered once and closed, its label corrected where
 * keys are left. What the strategy's people have in the end, all tickets closed for good, must not be more. */
#include "../harness/world.h"
#include "core/player.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR, MOST_ACTS = 400, MOST_TICKETS = 100 };
static const char *const everybody[] = {"ana", "tom", "mara"};
static const char answer_text[] = "Please try again now, we have reset it.";

struct farm {
    struct world *w;
    int64_t acts, started, at[MOST_ACTS]; /* at: when each was, ms since it started */
    int people, made;      /* made: tickets so far */
    const char *priority;  /* of the tickets that come */
    struct { int64_t at, id; bool others; } came[MOST_TICKETS]; /* others: somebody else takes it at once */
    bool praised;          /* a customer said so */
};

/* --- what a strategy can do --- */

/* A ticket of that customer's, by a source that takes replies (cstar) or by one that does not. */
static int64_t ticket(struct farm *f, const char *source, const char *customer)
{
    char body[800], key[40];
    int i = ++f->made, n;
    if (strcmp(source, "cstar") == 0)
        n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"%s\",\"customerId\":\"%s\","
                     "\"customerName\":\"Jo\",\"tags\":[],\"createdAt\":\"2027-01-01T00:00:00Z\"},\"customer\":{\"id\":\"%s\",\"name\":\"Jo\","
                     "\"email\":\"jo@example.com\"}}}", i, i, i, f->priority, customer, customer);
    else
        n = snprintf(body, sizeof body, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"i%d\",\"payload\":{\"ticket_id\":\"k%d\","
                     "\"subject\":\"Question %d\",\"body\":\"How do I do this?\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}", i, i, i);
    const char *effect = world_post(f->w, source, strcmp(source, "cstar") == 0 ? "cstar" : "ingestlayer",
                                    strcmp(source, "cstar") == 0 ? DOOR_WEBHOOK : DOOR_REST, body, (size_t)n);
    assert_string_equal(effect, "create");
    snprintf(key, sizeof key, "%s:k%d", strcmp(source, "cstar") == 0 ? "cstar" : "ingest", i);
    int64_t id = world_find(f->w, source, key);
    if (!id || f->made == MOST_TICKETS)
        fail_msg("no ticket %s", key);
    f->came[i - 1].at = f->w->now - f->started;
    f->came[i - 1].id = id;
    return id;
}

static int64_t fresh(struct farm *f)
{
    char customer[16];
    snprintf(customer, sizeof customer, "c%d", f->made);
    return ticket(f, "cstar", customer);
}

static void for_others(struct farm *f)
{
    int64_t id = fresh(f);
    f->came[f->made - 1].others = true;
    assert_true(world_ok(world_do(f->w, "tom", "claim", id, NULL)));
}

static void praise(struct farm *f, int stars)
{
    static int n;
    char body[400];
    int len = snprintf(body, sizeof body, "{\"id\":\"evt_s%d\",\"type\":\"survey.submitted\",\"created_at\":\"2027-01-01T01:%02d:00Z\",\"team_id\":\"t\","
                                          "\"data\":{\"survey\":{\"id\":\"s%d\",\"ticketId\":\"k1\",\"rating\":%d}}}", n, n % 60, n, stars);
    n++;
    world_post(f->w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)len);
    f->praised = true;
}

/* A keystroke. What the desk refuses was a keystroke too. */
static bool act(struct farm *f, const char *who, const char *action, int64_t id, const char *arg)
{
    assert_true(f->acts < MOST_ACTS);
    f->at[f->acts++] = f->w->now - f->started;
    return world_ok(world_do(f->w, who, action, id, arg));
}

static void pass(struct farm *f, int64_t ms)
{
    world_wait(f->w, ms);
}

static void answer_and_close(struct farm *f, const char *who, int64_t id)
{
    assert_true(act(f, who, "reply", id, answer_text));
    assert_true(act(f, who, "close", id, NULL));
}

/* Something the source says of ticket n, an hour and more after all that came before. */
static void source_says(struct farm *f, int n, const char *status, const char *priority)
{
    static int event;
    char body[700];
    int64_t minute = (f->w->now - f->started) / MINUTE + 1;
    int len = snprintf(body, sizeof body,
                       "{\"id\":\"evt_u%d\",\"type\":\"ticket.updated\",\"created_at\":\"2027-01-%02dT%02d:%02d:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":"
                       "{\"id\":\"k%d\",\"status\":\"%s\",\"priority\":\"%s\"},\"changes\":{\"status\":{\"from\":\"x\",\"to\":\"%s\"}}}}", ++event,
                       (int)(1 + minute / 1440), (int)(minute / 60 % 24), (int)(minute % 60), n, status, priority, status);
    world_post(f->w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)len);
}

/* --- strategies; each name is what its people do --- */

static void own_tickets(struct farm *f)
{
    for (int i = 0; i < 10; i++) {
        answer_and_close(f, "ana", ticket(f, "cstar", "mem_ana"));
        pass(f, 2 * MINUTE);
    }
}

static void close_and_reopen(struct farm *f)
{
    int64_t id = fresh(f);
    act(f, "ana", "reply", id, answer_text);
    for (int i = 0; i < 20; i++) {
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
        act(f, "ana", "reopen", id, NULL);
        pass(f, 2 * MINUTE);
    }
    act(f, "ana", "close", id, NULL);
}

static void undo_and_redo(struct farm *f)
{
    int64_t id = fresh(f);
    answer_and_close(f, "ana", id);
    for (int i = 0; i < 20; i++) {
        pass(f, MINUTE);
        act(f, "ana", i % 2 ? "redo" : "undo", id, NULL);
    }
}

static void undo_the_answer_too(struct farm *f)
{
    for (int i = 0; i < 8; i++) {
        int64_t id = fresh(f);
        answer_and_close(f, "ana", id);
        act(f, "ana", "undo", id, NULL);
        act(f, "ana", "undo", id, NULL);
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void raise_the_priority_at_the_end(struct farm *f)
{
    for (int i = 0; i < 8; i++) {
        int64_t id = fresh(f);
        pass(f, 5 * MINUTE);
        act(f, "ana", "priority", id, "urgent");
        answer_and_close(f, "ana", id);
    }
}

static void raise_it_and_lower_it_again(struct farm *f)
{
    for (int i = 0; i < 8; i++) {
        int64_t id = fresh(f);
        act(f, "ana", "priority", id, "urgent");
        act(f, "ana", "reply", id, answer_text);
        act(f, "ana", "priority", id, "normal");
        pass(f, 5 * MINUTE);
        act(f, "ana", "close", id, NULL);
    }
}

static void many_short_replies(struct farm *f)
{
    for (int i = 0; i < 4; i++) {
        int64_t id = fresh(f);
        act(f, "tom", "claim", id, NULL);
        act(f, "tom", "reply", id, answer_text);
        for (int k = 0; k < 8; k++)
            act(f, "ana", "reply", id, "ok");
        act(f, "tom", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void assign_it_to_and_fro(struct farm *f)
{
    f->people = 2;
    for (int i = 0; i < 5; i++) {
        int64_t id = fresh(f);
        for (int k = 0; k < 6; k++)
            act(f, k % 2 ? "ana" : "tom", "assign", id, k % 2 ? "tom" : "ana");
        act(f, "ana", "reply", id, answer_text);
        act(f, "tom", "reply", id, "And from me.");
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void take_what_others_answered(struct farm *f)
{
    for (int i = 0; i < 10; i++) {
        int64_t id = fresh(f);
        world_do(f->w, "tom", "reply", id, answer_text);
        act(f, "ana", "assign", id, "ana");
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void one_customers_many_tickets(struct farm *f)
{
    for (int i = 0; i < 15; i++) {
        answer_and_close(f, "ana", ticket(f, "cstar", "friend"));
        pass(f, 2 * MINUTE);
    }
}

static void all_at_once(struct farm *f)
{
    int64_t ids[20];
    for (int i = 0; i < 20; i++)
        ids[i] = fresh(f);
    for (int i = 0; i < 20; i++)
        answer_and_close(f, "ana", ids[i]);
}

static void close_without_an_answer(struct farm *f)
{
    for (int i = 0; i < 20; i++) {
        act(f, "ana", "close", fresh(f), NULL);
        pass(f, 2 * MINUTE);
    }
}

static void the_easy_ones_only(struct farm *f)
{
    f->priority = "low";
    for (int i = 0; i < 12; i++) {
        answer_and_close(f, "ana", fresh(f));
        pass(f, 2 * MINUTE);
    }
}

static void empty_notes(struct farm *f)
{
    for (int i = 0; i < 10; i++) {
        int64_t id = ticket(f, "ingest", "x");
        act(f, "ana", "note", id, i % 2 ? "ok" : ".                    ");
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void labels_to_and_fro(struct farm *f)
{
    for (int i = 0; i < 6; i++) {
        int64_t id = fresh(f);
        for (int k = 0; k < 8; k++)
            act(f, "ana", "label", id, k % 2 ? "high" : "critical");
        answer_and_close(f, "ana", id);
        pass(f, 2 * MINUTE);
    }
}

static void one_a_day_on_weekends(struct farm *f)
{
    for (int day = 0; day < 16; day++) {
        if ((day + 4) % 7 >= 5) { /* 2027-01-01 was a Friday */
            answer_and_close(f, "ana", fresh(f));
            act(f, "ana", "note", 1, "and so the streak goes on");
        }
        pass(f, DAY);
    }
    for (int i = 0; i < 5; i++) {
        pass(f, 2 * MINUTE);
        answer_and_close(f, "ana", fresh(f));
    }
}

static void let_it_wait_to_be_neglected(struct farm *f)
{
    for (int i = 0; i < 25; i++) { /* so that the desk knows what is usual */
        for_others(f);
        pass(f, MINUTE);
    }
    pass(f, DAY);
    int64_t late[6];
    for (int i = 0; i < 6; i++)
        late[i] = fresh(f);
    pass(f, 9 * HOUR);
    for (int i = 0; i < 6; i++) {
        act(f, "ana", "claim", late[i], NULL);
        act(f, "ana", "unassign", late[i], NULL);
        act(f, "ana", "claim", late[i], NULL);
        answer_and_close(f, "ana", late[i]);
        pass(f, 2 * MINUTE);
    }
}

static void stop_the_clock_meanwhile(struct farm *f)
{
    int64_t ids[6];
    for (int i = 0; i < 6; i++) {
        ids[i] = fresh(f);
        act(f, "ana", "claim", ids[i], NULL);
        act(f, "ana", "status", ids[i], "pending");
    }
    pass(f, 3 * (int64_t)DAY);
    for (int i = 0; i < 6; i++) {
        answer_and_close(f, "ana", ids[i]);
        pass(f, 2 * MINUTE);
    }
}

static void a_friendly_source_reopens(struct farm *f)
{
    answer_and_close(f, "ana", fresh(f));
    for (int i = 0; i < 10; i++) {
        pass(f, 2 * MINUTE);
        source_says(f, 1, i % 2 ? "resolved" : "open", "normal");
    }
}

static void over_the_cap_at_midnight(struct farm *f)
{
    for (int i = 0; i < 40; i++) {
        answer_and_close(f, "ana", fresh(f));
        pass(f, 61 * SECOND);
    }
    for (int i = 0; i < 10; i++) /* what was capped is opened and closed again when the day is over */
        act(f, "ana", "reopen", f->made - i, NULL);
    pass(f, DAY);
    for (int i = 0; i < 10; i++) {
        act(f, "ana", "close", f->made - i, NULL);
        pass(f, 61 * SECOND);
    }
}

static void surveys_from_a_friend(struct farm *f)
{
    answer_and_close(f, "ana", fresh(f));
    for (int i = 0; i < 12; i++) {
        praise(f, 4 + i % 2);
        pass(f, 2 * MINUTE);
    }
}

static void two_share_every_answer(struct farm *f)
{
    f->people = 2;
    for (int i = 0; i < 10; i++) {
        int64_t id = fresh(f);
        act(f, "ana", "reply", id, answer_text);
        act(f, "tom", "reply", id, "So say I.");
        act(f, i % 2 ? "tom" : "ana", "close", id, NULL);
        pass(f, 30 * SECOND);
    }
}

static void hit_the_boss_again_and_again(struct farm *f)
{
    int64_t ids[12];
    for (int i = 0; i < 12; i++)
        ids[i] = fresh(f);
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < 6; i++) {
            if (!k)
                act(f, "ana", "reply", ids[i], answer_text);
            act(f, "ana", "close", ids[i], NULL);
            pass(f, 2 * MINUTE);
            act(f, "ana", "reopen", ids[i], NULL);
        }
}

static void say_thanks_in_a_second_reply(struct farm *f)
{
    for (int i = 0; i < 8; i++) {
        int64_t id = fresh(f);
        act(f, "ana", "reply", id, answer_text);
        act(f, "ana", "reply", id, "Thanks for your patience!");
        act(f, "ana", "reply", id, "Have a nice day!");
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void split_what_is_answered(struct farm *f)
{
    f->people = 2;
    for (int i = 0; i < 4; i++) {
        struct message *list;
        struct err err;
        int count;
        char row[24];
        int64_t id = fresh(f), copy = 0;
        answer_and_close(f, "ana", id);
        assert_true(store_message_list(f->w->engine.store, f->w->arena, id, &list, &count, &err) && count);
        snprintf(row, sizeof row, "%lld", (long long)list[count - 1].row);
        if (act(f, "tom", "split", id, row)) {
            copy = id + 1;
            assert_non_null(world_ticket(f->w, copy));
            pass(f, 2 * MINUTE);
            act(f, i % 2 ? "ana" : "tom", "close", copy, NULL);
        }
        pass(f, 2 * MINUTE);
    }
}

static void merge_and_unmerge(struct farm *f)
{
    char into[24];
    int64_t a = fresh(f), b = ticket(f, "cstar", "c0");
    snprintf(into, sizeof into, "%lld", (long long)a);
    answer_and_close(f, "ana", a);
    pass(f, 2 * MINUTE);
    answer_and_close(f, "ana", b);
    for (int i = 0; i < 8; i++) {
        pass(f, 2 * MINUTE);
        if (i % 2)
            act(f, "ana", "unmerge", b, NULL);
        else
            act(f, "ana", "merge", b, into);
    }
}

static void spam_is_closed_too(struct farm *f)
{
    for (int i = 0; i < 12; i++) {
        int64_t id = fresh(f);
        act(f, "ana", "spam", id, NULL);
        act(f, "ana", "close", id, NULL);
        pass(f, 2 * MINUTE);
    }
}

static void spam_and_not_spam(struct farm *f)
{
    int64_t id = fresh(f);
    answer_and_close(f, "ana", id);
    for (int i = 0; i < 8; i++) {
        pass(f, 2 * MINUTE);
        act(f, "ana", i % 2 ? "unmerge" : "spam", id, NULL);
    }
}

/* Five tickets beat the small one: they are opened and closed again for the next. */
static void the_same_tickets_for_every_boss(struct farm *f)
{
    int64_t ids[5];
    f->people = 3;
    for (int i = 0; i < 5; i++)
        ids[i] = fresh(f);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 5; i++) {
            if (!round)
                act(f, everybody[i % 3], "reply", ids[i], answer_text);
            act(f, everybody[i % 3], "close", ids[i], NULL);
            pass(f, MINUTE);
        }
        for (int i = 0; i < 5; i++)
            act(f, everybody[i % 3], "reopen", ids[i], NULL);
    }
    for (int i = 0; i < 5; i++)
        act(f, everybody[i % 3], "close", ids[i], NULL);
}

static void not_playing_while_it_comes_back(struct farm *f)
{
    int64_t id = fresh(f);
    act(f, "ana", "reply", id, answer_text);
    for (int i = 0; i < 6; i++) {
        act(f, "ana", "close", id, NULL);
        act(f, "ana", "privacy", 0, "{\"is\":\"off\"}");
        pass(f, 2 * MINUTE);
        act(f, "ana", "reopen", id, NULL);
        act(f, "ana", "privacy", 0, "{\"is\":\"public\"}");
    }
    act(f, "ana", "close", id, NULL);
}

/* --- honest play, and the comparison --- */

static int64_t earned(struct farm *f)
{
    int64_t n, xp, held, all = 0;
    struct err err = {0};
    world_wait(f->w, 10 * (int64_t)DAY); /* all that is resolved is closed for good */
    for (int p = 0; p < f->people; p++) {
        assert_true(store_tally_get(f->w->engine.store, "xp", everybody[p], 0, &n, &xp, &err) &&
                    store_tally_get(f->w->engine.store, "held", everybody[p], 0, &n, &held, &err));
        if (held)
            fail_msg("%lld XP of %s's are held though everything is closed", (long long)held, everybody[p]);
        all += xp;
    }
    return all;
}

/* Time goes on to `at`, and tickets come as they came to the other. */
static void until(struct farm *f, const struct farm *other, int64_t at, int *came)
{
    for (; *came < other->made && other->came[*came].at <= at; ++*came) {
        pass(f, other->came[*came].at - (f->w->now - f->started));
        if (other->came[*came].others)
            for_others(f);
        else
            fresh(f);
    }
    pass(f, at - (f->w->now - f->started));
}

/* The oldest that is nobody's, or one that just comes; there is always one more to do. */
static int64_t next_one(struct farm *f, bool oldest, bool *new)
{
    *new = false;
    for (int i = 0; i < f->made && oldest; i++)
        if (f->came[i].id && !f->came[i].others) {
            int64_t id = f->came[i].id;
            f->came[i].id = 0;
            return id;
        }
    *new = true;
    int64_t id = fresh(f);
    f->came[f->made - 1].id = 0;
    return id;
}

/* How often one may still close after now, at the times that are left. */
static int64_t chances(const struct farm *other, int64_t from)
{
    int64_t n = 0, last = other->at[from];
    for (int64_t i = from; i < other->acts; i++)
        if (other->at[i] - last >= MINUTE) {
            last = other->at[i];
            n++;
        }
    return n;
}

/* Whenever the other pressed a key, there is one for this: two make a ticket answered and closed. Nobody closes one a second time
 * within a minute; what keys that leaves are for later. */
static void honest(struct farm *f, const struct farm *other, bool oldest)
{
    int64_t keys = 0, last[3] = {-MINUTE, -MINUTE, -MINUTE};
    int came = 0;
    for (int64_t i = 0; i < other->acts; i++) {
        until(f, other, other->at[i], &came);
        keys++;
        if (i + 1 < other->acts && other->at[i + 1] == other->at[i])
            continue; /* all keys of a moment count before it is used */
        for (int p = 0; p < f->people; p++) {
            if (keys < 2 || other->at[i] - last[p] < MINUTE)
                continue;
            bool new, spare = keys > 2 && keys - 2 + other->acts - 1 - i > 2 * f->people * chances(other, i);
            int64_t id = next_one(f, oldest, &new);
            if (spare && new)
                act(f, everybody[p], "label", id, "high");
            answer_and_close(f, everybody[p], id);
            last[p] = other->at[i];
            keys -= 2 + (spare && new);
        }
    }
    if (other->praised)
        praise(f, 5);
}

static const struct strategy { const char *name; void (*run)(struct farm *f); const char *priority; } strategies[] = {
#define STRATEGY(name) {#name, name, "normal"}
    STRATEGY(own_tickets), STRATEGY(close_and_reopen), STRATEGY(undo_and_redo), STRATEGY(undo_the_answer_too), STRATEGY(raise_the_priority_at_the_end),
    STRATEGY(raise_it_and_lower_it_again), STRATEGY(many_short_replies), STRATEGY(assign_it_to_and_fro), STRATEGY(take_what_others_answered),
    STRATEGY(one_customers_many_tickets), STRATEGY(all_at_once), STRATEGY(close_without_an_answer), STRATEGY(the_easy_ones_only), STRATEGY(empty_notes),
    STRATEGY(labels_to_and_fro), STRATEGY(one_a_day_on_weekends), STRATEGY(let_it_wait_to_be_neglected), STRATEGY(stop_the_clock_meanwhile),
    STRATEGY(a_friendly_source_reopens), STRATEGY(over_the_cap_at_midnight), STRATEGY(surveys_from_a_friend), STRATEGY(two_share_every_answer),
    STRATEGY(hit_the_boss_again_and_again), STRATEGY(say_thanks_in_a_second_reply),
    STRATEGY(split_what_is_answered), STRATEGY(merge_and_unmerge), STRATEGY(spam_is_closed_too), STRATEGY(spam_and_not_spam),
    STRATEGY(the_same_tickets_for_every_boss), STRATEGY(not_playing_while_it_comes_back),
};
enum { STRATEGIES = sizeof strategies / sizeof *strategies };

/* other NULL: the strategy itself. */
static int64_t play(const struct strategy *s, const struct farm *other, bool oldest, struct farm *f)
{
    *f = (struct farm){.w = world_open(NULL), .people = other ? other->people : 1, .priority = s->priority};
    f->started = f->w->now;
    if (other)
        honest(f, other, oldest);
    else
        s->run(f);
    int64_t xp = earned(f);
    world_close(f->w);
    return xp;
}

static void no_strategy_earns_more_than_honest_play_of_the_same_effort_and_time(void **state)
{
    (void)state;
    int held = 0;
    for (int i = 0; i < STRATEGIES; i++) {
        static struct farm farm, fair;
        int64_t xp = play(&strategies[i], NULL, false, &farm), old = play(&strategies[i], &farm, true, &fair);
        int64_t new = play(&strategies[i], &farm, false, &fair), usual = old > new ? old : new;
        print_message("# %-30s %3lld keys in %5lld min: %4lld XP, honest play %4lld\n", strategies[i].name, (long long)farm.acts,
                      (long long)(farm.at[farm.acts - 1] / MINUTE), (long long)xp, (long long)usual);
        held += xp <= usual;
    }
    print_message("# %d strategies, %d earn no more than honest play\n", STRATEGIES, held);
    assert_int_equal(held, STRATEGIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_strategy_earns_more_than_honest_play_of_the_same_effort_and_time),
    };
    return cmocka_run_group_tests_name("farming", tests, NULL, NULL);
}
