/* game: the whole road of points: five tickets wake a boss, three agents beat it, each gets a share; XP is held until a
 * ticket closes, and an achievement is unlocked once. */
#include "../harness/world.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { TICKETS = 8, DAY = 86400000 };

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
    int64_t id = world_find(w, "cstar", key);
    assert_true(id > 0);
    return id;
}

static void finish(struct world *w, const char *agent, int64_t id)
{
    world_wait(w, 120000);
    assert_true(world_ok(world_do(w, agent, "reply", id, "Please try again now.")));
    assert_true(world_ok(world_do(w, agent, "close", id, NULL)));
}

static int64_t tally(struct world *w, const char *name, const char *key)
{
    int64_t n, sum;
    struct err err;
    assert_true(store_tally_get(w->engine.store, name, key, 0, &n, &sum, &err));
    return sum;
}

static void a_boss_is_beaten_by_three_who_all_get_their_share(void **state)
{
    (void)state;
    static const char *const agents[] = {"ana", "tom", "mara"};
    struct world *w = world_open(NULL);
    struct score_row *rows;
    struct err err;
    int count, rewards = 0;
    int64_t ids[TICKETS];
    for (int i = 0; i < TICKETS; i++)
        ids[i] = create(w, i);
    for (int i = 0; i < 6; i++)
        finish(w, agents[i % 3], ids[i]);
    for (int a = 0; a < 3; a++) {
        assert_true(store_score_agent(w->engine.store, w->arena, agents[a], 50, &rows, &count, &err));
        for (int i = 0; i < count; i++) {
            rewards += strncmp(rows[i].rule, "boss:", 5) == 0;
            assert_true(strncmp(rows[i].rule, "boss:", 5) != 0 || rows[i].xp >= 25);
        }
    }
    assert_int_equal(rewards, 3);
    world_close(w);
}

static void xp_is_held_until_the_ticket_closes_and_an_achievement_comes_once(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t first = create(w, 0), second = create(w, 1);
    finish(w, "ana", first);
    assert_int_equal(world_entries(w, first, "player"), 2); /* first blood, and within five minutes */
    finish(w, "ana", second);
    assert_int_equal(world_entries(w, second, "player"), 0);
    int64_t held = tally(w, "held", "ana");
    assert_true(held > 0);
    assert_int_equal(held, tally(w, "xp", "ana"));
    assert_true(world_ok(world_do(w, "ana", "reopen", second, NULL)));
    assert_true(tally(w, "held", "ana") < held);
    assert_int_equal(tally(w, "held", "ana"), tally(w, "xp", "ana"));
    world_wait(w, 5 * (int64_t)DAY);
    assert_int_equal(world_ticket(w, first)->status, STATUS_CLOSED);
    assert_int_equal(tally(w, "held", "ana"), 0);
    assert_true(tally(w, "xp", "ana") > 0);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_boss_is_beaten_by_three_who_all_get_their_share),
        cmocka_unit_test(xp_is_held_until_the_ticket_closes_and_an_achievement_comes_once),
    };
    return cmocka_run_group_tests_name("game", tests, NULL, NULL);
}
