/* flat: what must not grow with the desk, counted in steps of SQLite's machine instead of in time: claim next, the next wake,
 * the counts of all views, an agent's standing, what `u` would take back. Fifty times the tickets, the same steps (make bench
 * tells the microseconds). */
#include "../harness/world.h"
#include "engine/change.h"
#include "store/sql.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { SMALL = 100, LARGE = 5000 };

static void create(struct world *w, int i)
{
    char body[600];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"%s\",\"priority\":\"normal\",\"customerId\":\"c%d\","
                     "\"tags\":[],\"createdAt\":\"2027-01-01T00:00:00Z\"}}}", i, i, i, i % 3 ? "new" : "resolved", i % 50);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    w->now += 1000;
}

static int64_t steps(const struct store *s)
{
    int64_t sum = 0;
    for (int i = 0; i < STATEMENTS; i++)
        if (s->cache[i].stmt)
            sum += sqlite3_stmt_status(s->cache[i].stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
    return sum;
}

static bool claim_next(struct world *w, struct err *err)
{
    int64_t ticket;
    return engine_claim_next(w->engine.store, w->engine.config, w->arena, "ana", w->now, &ticket, err) && ticket;
}

static bool next_wake(struct world *w, struct err *err)
{
    int64_t at;
    return engine_next(&w->engine, &at, err) && at;
}

static bool counts(struct world *w, struct err *err)
{
    const char *me[] = {"ana"};
    AUTO_JSON all = engine_counts(w->engine.store, w->engine.config, me, 1, err);
    return all != NULL;
}

static bool standing(struct world *w, struct err *err)
{
    struct standing is;
    return store_standing(w->engine.store, "ana", 20000, &is, err);
}

/* Of one who did nothing yet: the whole journal is none of theirs. */
static bool nothing_to_undo(struct world *w, struct err *err)
{
    struct undo_found found;
    return !undo_find(&w->engine, w->arena, &(struct undo_wish){.what = UNDO_ACT, .actor = "tom"}, &found, err) && err->code == ERR_NOT_FOUND;
}

/* Of one whose newest act lies under all that came in since. */
static bool undo_of_the_last(struct world *w, struct err *err)
{
    struct undo_found found;
    return undo_find(&w->engine, w->arena, &(struct undo_wish){.what = UNDO_ACT, .actor = "ana"}, &found, err) && found.count == 1;
}

static const struct { const char *name; bool (*run)(struct world *, struct err *); } questions[] = {
    {"claim next", claim_next}, {"next wake", next_wake}, {"counts", counts}, {"standing", standing},
    {"nothing to undo", nothing_to_undo}, {"undo of the last", undo_of_the_last}};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static void ask(struct world *w, int64_t *took)
{
    for (int i = 0; i < QUESTIONS; i++) {
        struct err err = {0}, again = {0};
        assert_true(questions[i].run(w, &err)); /* once before, so that nothing is looked up for the first time */
        int64_t from = steps(w->engine.store);
        assert_true(questions[i].run(w, &again));
        took[i] = steps(w->engine.store) - from;
    }
}

static void fifty_times_the_tickets_cost_no_step_more(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t small[QUESTIONS], large[QUESTIONS];
    for (int i = 0; i < SMALL; i++)
        create(w, i);
    assert_true(world_ok(world_do(w, "ana", "priority", 1, "high")));
    ask(w, small);
    for (int i = SMALL; i < LARGE; i++)
        create(w, i);
    ask(w, large);
    for (int i = 0; i < QUESTIONS; i++) {
        print_message("# %s: %lld steps at %d tickets, %lld at %d\n", questions[i].name, (long long)small[i], SMALL, (long long)large[i], LARGE);
        assert_true(small[i] > 0 && small[i] < 1000);
        assert_int_equal(large[i], small[i]);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fifty_times_the_tickets_cost_no_step_more)};
    return cmocka_run_group_tests_name("flat", tests, NULL, NULL);
}
