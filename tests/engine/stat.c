/* stat: the numbers stay what the tickets say, whatever happens to them: undone and redone replies and resolves, reopenings,
 * clocks that run out. After random work by three agents every tally equals a plain recount of the tickets, and a rebuild from
 * the journal gives the same tallies, row by row. */
#include "../harness/world.h"
#include "base/clock.h"
#include "base/str.h"
#include "core/stat.h"
#include "store/chain.h"
#include "store/sql.h"
#include "harness/chance.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TICKETS = 40, STEPS = 2500, MINUTE = 60000, DAY = 86400000 };
static const char *const agents[] = {"ana", "tom", "mara"};
static uint64_t seed = 88172645463325252u;

static int64_t create(struct world *w, int i)
{
    char body[600], key[40];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"c%d\","
                     "\"customerName\":\"Jo\",\"tags\":[],\"createdAt\":\"2027-01-01T00:00:00Z\"},\"customer\":{\"id\":\"c%d\",\"name\":\"Jo\","
                     "\"email\":\"jo@example.com\"}}}", i, i, i, i, i);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    snprintf(key, sizeof key, "cstar:k%d", i);
    return world_find(w, "cstar", key);
}

static int made; /* the sources' names of tickets: k0, k1, ... */

static int64_t created(struct world *w)
{
    int64_t id = create(w, made++);
    assert_true(id > 0);
    return id;
}

struct sum { int64_t n, sum; };

static struct sum total(struct world *w, const char *name, const char *key)
{
    enum { MOST = 4000 };
    static struct tally_day days[MOST];
    struct sum s = {0};
    struct err err;
    int n;
    assert_true(store_tally_range(w->engine.store, name, key, 0, INT64_MAX, days, MOST, &n, &err));
    assert_true(n < MOST);
    for (int i = 0; i < n; i++) {
        s.n += days[i].n;
        s.sum += days[i].sum;
    }
    return s;
}

static int64_t count(struct world *w, const char *name, const char *key)
{
    return total(w, name, key).n;
}

static void act(struct world *w, const char *agent, const char *what, int64_t id, const char *arg)
{
    const struct json *result = world_do(w, agent, what, id, arg);
    if (!world_ok(result))
        fail_msg("%s %s: %s", agent, what, json_get_string(json_get(result, "error"), "detail", ""));
}

static void a_reply_counts_until_it_is_undone(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = created(w);
    world_wait(w, 10 * MINUTE);
    act(w, "ana", "reply", id, "Please try again.");
    assert_int_equal(count(w, "stat:first_response", ""), 1);
    assert_int_equal(total(w, "stat:first_response", "").sum, 10 * MINUTE);
    assert_int_equal(count(w, "stat:first_response", "agent:ana"), 1);
    assert_int_equal(count(w, "stat:first_response", "view:all"), 1);
    act(w, "ana", "undo", id, NULL);
    int64_t answered = world_ticket(w, id)->first_reply_at != 0;
    assert_int_equal(count(w, "stat:first_response", ""), answered);
    assert_int_equal(count(w, "stat:first_response", "agent:ana"), answered);
    world_rebuilds(w);
    world_close(w);
}

static void a_resolve_counts_unless_it_is_undone_and_a_reopening_beside_it(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = created(w);
    world_wait(w, 20 * MINUTE);
    act(w, "tom", "close", id, NULL);
    assert_int_equal(count(w, "stat:resolution", ""), 1);
    assert_int_equal(count(w, "stat:resolution", "agent:tom"), 1);
    assert_int_equal(count(w, "stat:flow", ""), 0);
    act(w, "tom", "undo", id, NULL);
    assert_int_equal(count(w, "stat:resolution", ""), 0);
    assert_int_equal(count(w, "stat:reopened", ""), 0);
    assert_int_equal(count(w, "stat:flow", ""), 1);
    act(w, "tom", "redo", id, NULL);
    assert_int_equal(count(w, "stat:resolution", ""), 1);
    world_wait(w, MINUTE);
    act(w, "ana", "reopen", id, NULL);
    assert_int_equal(count(w, "stat:resolution", ""), 1);
    assert_int_equal(count(w, "stat:reopened", ""), 1);
    world_wait(w, MINUTE);
    act(w, "ana", "close", id, NULL);
    assert_int_equal(count(w, "stat:resolution", ""), 2);
    assert_int_equal(total(w, "stat:resolution", "").sum, (20 + 22) * MINUTE);
    assert_int_equal(count(w, "tickets", ""), 0);
    assert_int_equal(count(w, "backlog", ""), 0);
    world_rebuilds(w);
    world_close(w);
}

static void a_clock_that_runs_out_is_counted_with_its_cause(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t free_one = created(w), taken = created(w);
    act(w, "ana", "claim", taken, NULL);
    world_wait(w, 9 * (int64_t)60 * MINUTE); /* low: first response within 480 min */
    assert_int_equal(count(w, "stat:breached", ""), 2);
    assert_int_equal(count(w, "stat:breached", "\x1f" "first_response/unassigned"), 1);
    assert_int_equal(count(w, "stat:breached", "\x1f" "first_response/assigned"), 1);
    assert_int_equal(count(w, "stat:breached", "agent:ana"), 1);
    act(w, "tom", "reply", free_one, "Sorry for the wait.");
    assert_int_equal(count(w, "stat:settled", "\x1f" "first_response/missed"), 1);
    assert_int_equal(count(w, "stat:settled", "\x1f" "first_response/kept"), 0);
    world_rebuilds(w);
    world_close(w);
}

static void rate(struct world *w, int nth, int of, int rating)
{
    char body[600];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_s%d\",\"type\":\"survey.submitted\",\"created_at\":\"2027-01-01T09:%02d:00Z\",\"team_id\":\"t\",\"data\":{\"survey\":{\"id\":\"s%d\","
                     "\"ticketId\":\"k%d\",\"rating\":%d,\"comment\":\"ok\",\"submittedAt\":\"2027-01-01T09:%02d:00Z\"},\"customer\":{\"id\":\"c1\"}}}", nth, nth, of, of, rating, nth);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "survey");
}

static void a_rating_counts_once_and_for_whom_it_rates(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = created(w);
    act(w, "ana", "claim", id, NULL);
    world_wait(w, 10 * (int64_t)60 * MINUTE);
    rate(w, 1, made - 1, 5);
    assert_int_equal(total(w, "stat:csat", "").sum, 5);
    assert_int_equal(count(w, "stat:csat", "agent:ana"), 1);
    assert_int_equal(count(w, "stat:csat", "\x1f" "5"), 1);
    act(w, "tom", "claim", id, NULL);
    rate(w, 2, made - 1, 2); /* they think again: it is still ana's */
    assert_int_equal(total(w, "stat:csat", "").n, 1);
    assert_int_equal(total(w, "stat:csat", "").sum, 2);
    assert_int_equal(total(w, "stat:csat", "agent:ana").sum, 2);
    assert_int_equal(count(w, "stat:csat", "\x1f" "5"), 0);
    world_rebuilds(w);
    world_close(w);
}

static void a_merged_ticket_was_not_resolved(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t into = created(w), id = created(w);
    assert_true(world_ok(world_do_with(w, "ana", "merge", id, arena_printf(w->arena, "%lld", (long long)into), "{\"confirm\":true}")));
    assert_int_equal(count(w, "stat:resolution", ""), 0);
    assert_int_equal(count(w, "tickets", ""), 1);
    act(w, "ana", "undo", id, NULL);
    assert_int_equal(count(w, "tickets", ""), 2);
    act(w, "ana", "close", id, NULL);
    assert_int_equal(count(w, "stat:resolution", ""), 1);
    world_rebuilds(w);
    world_close(w);
}

/* What its source deletes, or a lead; an event that is later brings it back. */
static void deletes(struct world *w, int k, bool back)
{
    char body[400], at[32];
    clock_format(w->now, at);
    int n = snprintf(body, sizeof body, "{\"id\":\"evt_d%d%d\",\"type\":\"%s\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k%d\",\"title\":\"Back %d\"}}}", k, back,
                     back ? "ticket.updated" : "ticket.deleted", at, k, k);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), back ? "update" : "delete");
    world_wait(w, MINUTE);
}

static void what_is_deleted_never_came_in_until_that_is_taken_back(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = created(w), n = made - 1;
    created(w);
    int64_t hour = w->now / (60 * (int64_t)MINUTE), day = count(w, "stat:created", "view:all");
    assert_int_equal(count(w, "stat:created", ""), 2);
    world_wait(w, 2 * (int64_t)DAY);
    assert_true(world_ok(world_do_with(w, "mara", "delete", id, NULL, "{\"confirm\":true}")));
    assert_int_equal(count(w, "stat:created", ""), 1);
    assert_int_equal(count(w, "stat:created", "source:cstar"), 1);
    assert_int_equal(count(w, "stat:created", "view:all"), day); /* what came into a view stays told */
    assert_int_equal(count(w, "hour:created", ""), 1);
    assert_true(world_ok(world_do(w, "mara", "undo", 0, NULL)));
    assert_int_equal(count(w, "stat:created", ""), 2);
    deletes(w, (int)n, false);
    assert_int_equal(count(w, "stat:created", ""), 1);
    deletes(w, (int)n, true);
    assert_int_equal(count(w, "stat:created", ""), 2);
    struct tally_day days[4];
    struct err err = {0};
    int found;
    assert_true(store_tally_range(w->engine.store, "hour:created", "", hour, hour, days, 4, &found, &err));
    assert_int_equal(days[0].n, 2); /* in the hour in which it came */
    world_rebuilds(w);
    world_close(w);
}

/* --- other configurations, older databases --- */

static void again(struct world *w, const char *sql)
{
    struct err err = {0};
    w->engine.batch = arena_new();
    if (!store_begin(w->engine.store, &err) || !sql_exec(w->engine.store, sql, &err) || !engine_boot(&w->engine, w->arena, w->now, &err) ||
        !engine_views(&w->engine, w->arena, w->now, &err) || !store_commit(w->engine.store, &err))
        fail_msg("%s", err.text);
    arena_free(w->engine.batch);
    w->engine.batch = NULL;
}

static void a_database_older_than_the_numbers_begins_with_what_is_open(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = created(w);
    created(w);
    act(w, "ana", "claim", created(w), NULL);
    act(w, "ana", "close", id, NULL);
    again(w, "DELETE FROM tally WHERE name IN ('backlog','tickets'); DELETE FROM tally WHERE name GLOB 'stat:*' OR name GLOB 'hour:*';"
             "DELETE FROM counted; DELETE FROM meta WHERE key='stats_since'");
    assert_int_equal(count(w, "tickets", ""), 2);
    assert_int_equal(count(w, "backlog", "view:all"), 2);
    assert_int_equal(count(w, "backlog", "agent:ana"), 1);
    assert_int_equal(count(w, "tickets", "status:resolved"), 1);
    assert_int_equal(count(w, "stat:created", ""), 0); /* what was before is not known */
    again(w, "SELECT 1"); /* once is enough */
    assert_int_equal(count(w, "tickets", ""), 2);
    world_close(w);
}

/* Until version 9 what a source deleted was open still; until 11 it had come in. One was deleted and came back before, one is deleted. */
static void a_desk_from_before_what_is_deleted_was_counted_out_has_what_its_journal_says(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    created(w);
    for (int i = 0; i < 2; i++) {
        created(w);
        world_wait(w, DAY);
        deletes(w, made - 1, false);
    }
    world_wait(w, DAY);
    deletes(w, made - 2, true);
    assert_int_equal(count(w, "stat:flow", ""), 2);
    const struct ticket *gone = world_ticket(w, store_ticket_next(w->engine.store) - 1);
    again(w, arena_printf(w->arena, "UPDATE tally SET n=n+7 WHERE name IN ('stat:flow','hour:flow');"
                                    "INSERT INTO tally VALUES('stat:created','',%lld,1,0),('stat:created','source:cstar',%lld,1,0),('hour:created','',%lld,1,0)"
                                    " ON CONFLICT DO UPDATE SET n=n+1; INSERT OR REPLACE INTO meta VALUES('created_anew','1'),('flow_anew','1')",
                          (long long)gone->received_at / DAY, (long long)gone->received_at / DAY, (long long)gone->received_at / (60 * MINUTE)));
    assert_int_equal(count(w, "stat:created", ""), 2);
    assert_int_equal(count(w, "stat:flow", ""), 2);
    world_rebuilds(w);
    again(w, "SELECT 1"); /* once is enough */
    assert_int_equal(count(w, "stat:created", ""), 2);
    world_close(w);
}

static void a_view_that_changes_is_counted_anew(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct err err = {0};
    created(w);
    act(w, "ana", "claim", created(w), NULL);
    const char *text = arena_printf(w->arena, "%sviews:\n  - {name: unassigned, when: 'assignee == \"ana\"'}\n  - {name: fresh, when: 'status == \"new\"'}\n", world_config);
    assert_int_equal(count(w, "backlog", "view:unassigned"), 1);
    w->engine.config = config_parse(w->arena, "t", text, strlen(text), NULL, 0, &err);
    if (!w->engine.config)
        fail_msg("%s", err.text);
    again(w, "SELECT 1");
    assert_int_equal(count(w, "backlog", "view:unassigned"), 1); /* the other one */
    assert_int_equal(count(w, "tickets", "view:unassigned"), 1);
    assert_int_equal(count(w, "stat:flow", "view:unassigned"), 0);
    assert_int_equal(count(w, "tickets", "view:fresh"), 1);
    act(w, "ana", "unassign", 2, NULL);
    assert_int_equal(count(w, "tickets", "view:unassigned"), 0);
    world_close(w);
}

/* --- random work --- */

/* The source tells of a message, of either side, up to three hours late: a history may have to be folded anew. */
static void somebody_writes(struct world *w)
{
    static int nth;
    char body[700], at[32];
    clock_format(w->now - chance(&seed, 180) * (int64_t)MINUTE, at);
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_m%d\",\"type\":\"ticket.message_added\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k%d\"},"
                     "\"message\":{\"id\":\"m%d\",\"content\":\"and another thing %d\",\"sender\":\"%s\",\"createdAt\":\"%s\"}}}",
                     nth, at, made - 1 - chance(&seed, TICKETS), nth, nth, chance(&seed, 4) ? "customer" : "agent", at);
    nth++;
    world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n);
}

static void something(struct world *w, const int64_t *ids)
{
    static const struct { const char *what, *arg; } does[] = {
        {"claim", NULL}, {"assign", "tom"}, {"assign", "mara"}, {"unassign", NULL}, {"reply", "Hello, please try again."}, {"note", "seen"},
        {"close", NULL}, {"close", NULL}, {"reopen", NULL}, {"status", "pending"}, {"status", "open"}, {"priority", "high"}, {"label", "critical"},
        {"label", "low"}, {"undo", NULL}, {"undo", NULL}, {"redo", NULL}, {"ack", NULL}};
    int i = chance(&seed, sizeof does / sizeof *does);
    if (chance(&seed, 5) == 0)
        somebody_writes(w);
    else
        world_do(w, agents[chance(&seed, 3)], does[i].what, ids[chance(&seed, TICKETS)], does[i].arg); /* a refusal is an answer too */
    if (chance(&seed, 4) == 0)
        world_wait(w, (int64_t)chance(&seed, 180) * MINUTE);
}

static bool open_now(const struct ticket *t)
{
    return !ticket_done(t->status);
}

/* Tickets open by the hour they came in: everything there must be there, and nothing else. */
static void standing_equals_the_tickets(struct world *w)
{
    int64_t open = 0, status[8] = {0}, anas = 0, n;
    struct err err;
    for (int64_t id = 1; id < store_ticket_next(w->engine.store); id++) {
        const struct ticket *t = world_ticket(w, id);
        open += open_now(t);
        anas += open_now(t) && str_eq(t->assignee, "ana");
        status[t->status]++;
    }
    assert_int_equal(count(w, "tickets", ""), open);
    assert_int_equal(count(w, "backlog", ""), open);
    assert_int_equal(count(w, "stat:flow", ""), open);
    assert_int_equal(count(w, "tickets", "source:cstar"), open);
    assert_int_equal(count(w, "backlog", "agent:ana"), anas);
    assert_int_equal(count(w, "stat:flow", "agent:ana"), anas);
    for (int s = STATUS_NEW; s <= STATUS_CLOSED; s++)
        assert_int_equal(count(w, "tickets", arena_printf(w->arena, "status:%s", status_word(s))), status[s]);
    for (int i = 0; i < w->engine.config->view_count; i++) {
        const struct config_view *view = &w->engine.config->views[i];
        int64_t in = 0;
        if (view->mine)
            continue;
        for (int64_t id = 1; id < store_ticket_next(w->engine.store); id++) {
            struct when_env env = {0};
            const struct ticket *t = world_ticket(w, id);
            in += open_now(t) && when_eval(view->when, t, &env);
        }
        assert_int_equal(count(w, "backlog", arena_printf(w->arena, "view:%s", view->name)), in);
        assert_int_equal(count(w, "stat:flow", arena_printf(w->arena, "view:%s", view->name)), in);
        assert_true(store_queue_count(w->engine.store, view->name, "", &n, &err) && n >= in);
    }
}

static void counts_equal_the_tickets(struct world *w)
{
    int64_t resolved = 0, reopened = 0, answered = 0, waited = 0;
    for (int64_t id = 1; id < store_ticket_next(w->engine.store); id++) {
        const struct ticket *t = world_ticket(w, id);
        resolved += t->reopen_count + !open_now(t);
        reopened += t->reopen_count;
        bool seen = t->first_reply_at >= t->received_at; /* else it was answered before it came here */
        answered += seen;
        waited += seen ? t->first_reply_at - t->received_at : 0;
    }
    assert_int_equal(count(w, "stat:created", ""), store_ticket_next(w->engine.store) - 1);
    assert_int_equal(count(w, "stat:resolution", ""), resolved);
    assert_int_equal(count(w, "stat:reopened", ""), reopened);
    assert_int_equal(count(w, "stat:first_response", ""), answered);
    assert_int_equal(total(w, "stat:first_response", "").sum, waited);
    for (int s = 0; s < STATS; s++) { /* whole = by source = by hour; nobody has more than there is */
        const char *name = arena_printf(w->arena, "stat:%s", stat_table[s].name), *hour = arena_printf(w->arena, "hour:%s", stat_table[s].name);
        struct sum whole = total(w, name, ""), source = total(w, name, "source:cstar"), hours = total(w, hour, "");
        assert_int_equal(whole.n, source.n);
        assert_int_equal(whole.sum, source.sum);
        assert_int_equal(whole.n, hours.n);
        assert_int_equal(whole.sum, hours.sum);
        int64_t by_agent = 0;
        for (int a = 0; a < 3; a++)
            by_agent += count(w, name, arena_printf(w->arena, "agent:%s", agents[a]));
        assert_true(by_agent <= whole.n);
    }
}

static void random_work_leaves_the_numbers_equal_to_a_recount_and_to_a_rebuild(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t ids[TICKETS];
    for (int i = 0; i < TICKETS; i++) {
        ids[i] = created(w);
        world_wait(w, (int64_t)chance(&seed, 40) * MINUTE);
    }
    for (int i = 0; i < STEPS; i++) {
        something(w, ids);
        if (i % 250 == 249) {
            standing_equals_the_tickets(w);
            counts_equal_the_tickets(w);
        }
    }
    world_rebuilds(w);
    struct chain_walk chain = {0};
    struct err err = {0};
    assert_true(store_chain_walk(w->engine.store, &chain, INT64_MAX, &err) && chain.score > 0);
    assert_int_equal(chain.fault, CHAIN_FITS); /* the ledger says what its entries say */
    print_message("# %d steps on %d tickets over %lld days: %lld resolves, %lld reopenings, %lld breaches, %lld settled clocks; recounted %d times, rebuilt once\n",
                  STEPS, TICKETS, (long long)((w->now - 1798761600000) / DAY), (long long)count(w, "stat:resolution", ""), (long long)count(w, "stat:reopened", ""),
                  (long long)count(w, "stat:breached", ""), (long long)count(w, "stat:settled", ""), STEPS / 250);
    world_close(w);
}

/* Another run of random work: its seed as an argument. */
int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoull(argv[1], NULL, 10) : seed;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_counts_until_it_is_undone),
        cmocka_unit_test(a_resolve_counts_unless_it_is_undone_and_a_reopening_beside_it),
        cmocka_unit_test(a_clock_that_runs_out_is_counted_with_its_cause),
        cmocka_unit_test(a_rating_counts_once_and_for_whom_it_rates),
        cmocka_unit_test(a_merged_ticket_was_not_resolved),
        cmocka_unit_test(a_database_older_than_the_numbers_begins_with_what_is_open),
        cmocka_unit_test(what_is_deleted_never_came_in_until_that_is_taken_back),
        cmocka_unit_test(a_desk_from_before_what_is_deleted_was_counted_out_has_what_its_journal_says),
        cmocka_unit_test(a_view_that_changes_is_counted_anew),
        cmocka_unit_test(random_work_leaves_the_numbers_equal_to_a_recount_and_to_a_rebuild),
    };
    return cmocka_run_group_tests_name("stat", tests, NULL, NULL);
}
