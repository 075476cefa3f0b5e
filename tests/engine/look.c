/* look: when the desk's state turns, whoever is being paged for is looked at again: the first of them in the same transaction, the
 * others in bites between batches. What comes of it is the same as if each had been looked at at once: the same tickets with the same
 * wakes, the same lines in each one's journal. */
#include "../harness/world.h"
#include "base/str.h"
#include "engine/change.h"
#include "wire/row.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MINUTE = 60000, TICKETS = 300 };

/* Acknowledged, snoozed, downgraded, solved, or left as it is; each at its own moment. */
static void live(struct world *w, int64_t id)
{
    static const struct { const char *action, *arg; } lives[] = {{NULL, NULL}, {"ack", NULL}, {"snooze", "+45m"}, {NULL, NULL}, {"close", NULL}, {"label", "low"}};
    int is = (int)(id % (int64_t)(sizeof lives / sizeof *lives));
    if (lives[is].action)
        world_do(w, "mara", lives[is].action, id, lives[is].arg);
}

static struct world *busy(void)
{
    struct world *w = world_open(NULL);
    for (int i = 0; i < TICKETS; i++) {
        char body[600];
        int n = snprintf(body, sizeof body,
                         "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                         "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"%s\",\"customerId\":\"c%d\","
                         "\"tags\":[],\"createdAt\":\"2027-01-01T00:00:00Z\"}}}", i, i, i, i % 4 ? "normal" : "high", i % 50);
        assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
        w->now += 1000;
        if (i % 5)
            world_do(w, "mara", "escalate", i + 1, "it is down");
        live(w, i + 1);
    }
    world_wait(w, 3 * MINUTE);
    return w;
}

static int paged_for(struct world *w)
{
    int64_t ids[TICKETS];
    int n;
    struct err err = {0};
    assert_true(store_escalated(w->engine.store, 0, ids, TICKETS, &n, &err));
    return n;
}

static void window(struct world *w)
{
    char with[200];
    snprintf(with, sizeof with, "{\"scope\":\"id > 40\",\"to\":%lld,\"reason\":\"move\"}", (long long)w->now + 20 * MINUTE);
    assert_true(world_ok(world_do(w, "mara", "maintenance", 0, with)));
}

static void batch_begin(struct world *w)
{
    struct err err = {0};
    w->engine.batch = arena_new();
    w->engine.frames = NULL;
    w->engine.frames_end = &w->engine.frames;
    assert_true(store_begin(w->engine.store, &err));
}

static void batch_end(struct world *w)
{
    struct err err = {0};
    assert_true(engine_batch_end(&w->engine, &err) && store_commit(w->engine.store, &err));
    arena_free(w->engine.batch);
    w->engine.batch = NULL;
}

static void look_at_each_at_once(struct world *w)
{
    int64_t ids[TICKETS];
    int n;
    struct err err = {0};
    batch_begin(w);
    assert_true(store_escalated(w->engine.store, 0, ids, TICKETS, &n, &err));
    for (int i = 0; i < n; i++)
        assert_true(wake_due(&w->engine, w->arena, ids[i], w->now, &err));
    batch_end(w);
}

/* Without time going by. */
static int look_in_bites(struct world *w)
{
    int bites = 0, ran;
    int64_t next = 0;
    struct err err = {0};
    for (; engine_next(&w->engine, &next, &err) && next && next <= w->now; bites++) {
        batch_begin(w);
        assert_true(engine_wake(&w->engine, w->arena, w->now, 64, &ran, &err));
        batch_end(w);
    }
    return bites;
}

static const char *told(struct world *w, int64_t id)
{
    struct entry_query q = {.ticket = id, .limit = 100};
    struct entry *list;
    struct err err = {0};
    struct str out;
    int n;
    str_init(&out, 1 << 20);
    assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
    for (int i = 0; i < n; i++)
        str_addf(&out, "%lld %s %s %s\n", (long long)list[i].at, list[i].actor, list[i].kind, list[i].data);
    const char *text = arena_strdup(w->arena, out.data);
    str_fini(&out);
    return text;
}

static int same(struct world *a, struct world *b)
{
    int wakes = 0;
    for (int64_t id = 1; id <= TICKETS; id++) {
        const struct ticket *x = world_ticket(a, id), *y = world_ticket(b, id);
        assert_int_equal(x->wake_at, y->wake_at);
        assert_int_equal(x->escalation.state, y->escalation.state);
        assert_int_equal(x->escalation.next_at, y->escalation.next_at);
        assert_int_equal(x->escalation.held_until, y->escalation.held_until);
        AUTO_JSON one = row_ticket(x, false);
        AUTO_JSON other = row_ticket(y, false);
        assert_string_equal(json_print_in(a->arena, one), json_print_in(b->arena, other));
        assert_string_equal(told(a, id), told(b, id));
        wakes += x->wake_at != 0;
    }
    return wakes;
}

static int held(struct world *w)
{
    int n = 0;
    for (int64_t id = 1; id <= TICKETS; id++)
        n += world_ticket(w, id)->escalation.state == ESCALATION_SUPPRESSED;
    return n;
}

static void bites_come_to_the_same_as_a_look_at_each(void **unused)
{
    (void)unused;
    struct world *a = busy(), *b = busy();
    int paged = paged_for(a);
    window(a);
    window(b);
    assert_true(b->engine.look_waits);
    look_at_each_at_once(a);
    a->engine.look_waits = false;
    look_in_bites(a);
    int bites = look_in_bites(b), wakes = same(a, b);
    print_message("# %d of %d tickets paged for: %d bites, %d wakes equal\n", paged, TICKETS, bites, wakes);
    assert_true(paged > 128 && bites >= 2 && wakes > 0);
    assert_true(held(b) > 100); /* there was something to find */
    world_wait(a, 60 * MINUTE); /* the window ends: that is a turn too */
    world_wait(b, 60 * MINUTE);
    same(a, b);
    world_close(a);
    world_close(b);
}

static void a_start_looks_at_the_first_and_leaves_the_rest_to_the_clock(void **unused)
{
    (void)unused;
    struct err err = {0};
    struct world *w = busy();
    assert_false(w->engine.look_waits);
    batch_begin(w);
    assert_true(engine_look(&w->engine, w->now, &err));
    batch_end(w);
    assert_true(w->engine.look_waits && w->engine.looked_to < TICKETS / 2);
    look_in_bites(w);
    assert_false(w->engine.look_waits);
    world_close(w);
}

static void what_was_rolled_back_is_looked_at_again(void **unused)
{
    (void)unused;
    struct err err = {0};
    int ran;
    struct world *a = busy(), *b = busy();
    window(a);
    window(b);
    look_in_bites(a);
    batch_begin(b);
    assert_true(engine_wake(&b->engine, b->arena, b->now, 64, &ran, &err));
    store_rollback(b->engine.store);
    arena_free(b->engine.batch);
    engine_undone(&b->engine);
    look_in_bites(b);
    same(a, b);
    world_close(a);
    world_close(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bites_come_to_the_same_as_a_look_at_each),
        cmocka_unit_test(a_start_looks_at_the_first_and_leaves_the_rest_to_the_clock),
        cmocka_unit_test(what_was_rolled_back_is_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
