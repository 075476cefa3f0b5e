/* flat: what must not grow with the desk, counted in steps of SQLite's machine instead of in time: claim next, the next wake,
 * the counts of all views, an agent's standing, what `u` would take back, what an erasure takes. Fifty times the tickets, the same steps (make bench
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

/* --- what is erased --- */

/* What a source says of one customer, beside tickets and with one of their own. */
static int64_t customer(struct world *w, int i)
{
    char body[600], key[24];
    int n = snprintf(body, sizeof body, "{\"id\":\"evt_p%d\",\"type\":\"customer.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"customer\":"
                                        "{\"id\":\"p%d\",\"name\":\"Jo %d\",\"email\":\"jo%d@example.com\"}}}", i, i, i, i);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "customer");
    n = snprintf(body, sizeof body, "{\"id\":\"evt_t%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":"
                                    "{\"id\":\"t%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"p%d\",\"tags\":[],"
                                    "\"createdAt\":\"2027-01-01T00:00:00Z\"}}}", i, i, i, i);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    snprintf(key, sizeof key, "cstar:t%d", i);
    return world_find(w, "cstar", key);
}

static int64_t erased(struct world *w, int64_t id)
{
    int64_t from = steps(w->engine.store);
    assert_true(world_ok(world_do_with(w, "mara", "erase", id, NULL, "{\"confirm\":true}")));
    return steps(w->engine.store) - from;
}

/* Customers beside tickets, acts on the desk by the side of acts on tickets, what was kept aside, files: of all of these there are many. */
static void crowd(struct world *w, int from, int to)
{
    static const char aside[] = "{\"type\":\"ticket.created\"}";
    for (int i = from; i < to; i++) {
        int64_t id = customer(w, i);
        if (i % 4 == 0) {
            AUTO_ARENA arena = arena_new();
            assert_true(world_ok(world_do(w, "ana", "customer-note", 0, arena_printf(arena, "{\"ticket\":%lld,\"text\":\"a regular\"}", (long long)id))));
            assert_true(world_ok(world_do(w, "ana", "priority", id, i % 8 ? "high" : "low")));
            assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, aside, sizeof aside - 1), "quarantine");
            const char *file = arena_printf(arena, "INSERT INTO file VALUES(CAST('%032d' AS BLOB),1,1); INSERT INTO file_use VALUES(CAST('%032d' AS BLOB),%lld)", i, i, (long long)id);
            assert_int_equal(sqlite3_exec(w->engine.store->db, file, NULL, NULL, NULL), SQLITE_OK);
        }
    }
}

/* As the daemon does behind them. */
static void index_keys(struct world *w)
{
    struct err err = {0};
    while (store_keys_waiting(w->engine.store))
        assert_true(store_begin(w->engine.store, &err) && store_keys_fill(w->engine.store, 100, &err) && store_commit(w->engine.store, &err));
}

static void what_is_erased_is_found_without_looking_at_the_rest(void **state)
{
    (void)state;
    static char config[4096];
    const char *lead = strstr(world_config, "role: lead");
    snprintf(config, sizeof config, "%.*srole: admin%s", (int)(lead - world_config), world_config, lead + strlen("role: lead"));
    struct world *w = world_open(config);
    crowd(w, 0, SMALL);
    erased(w, customer(w, LARGE)); /* so that nothing is prepared for the first time */
    int64_t id = customer(w, LARGE + 1);
    index_keys(w);
    int64_t small = erased(w, id);
    crowd(w, SMALL, LARGE);
    id = customer(w, LARGE + 2);
    index_keys(w);
    int64_t large = erased(w, id);
    print_message("# an erasure: %lld steps at %d customers, %lld at %d\n", (long long)small, SMALL, (long long)large, LARGE);
    assert_int_equal(large, small);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fifty_times_the_tickets_cost_no_step_more), cmocka_unit_test(what_is_erased_is_found_without_looking_at_the_rest)};
    return cmocka_run_group_tests_name("flat", tests, NULL, NULL);
}
