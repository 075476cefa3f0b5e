/* reset: scores that begin anew: of the ledger nothing goes, what was earned before counts no more and is not owed by what was earned
 * since, achievements are to be had again, and an undo brings all of it back. At the end random days, whose sums must be those of the
 * rows that count, and come out of the journal again. */
#include "harness/chance.h"
#include "harness/story.h"
#include "base/str.h"
#include "core/player.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const agents[] = {"ana", "tom", "mara"};

static struct world *desk(void)
{
    AUTO_ARENA arena = arena_new();
    const char *lead = strstr(world_config, "role: lead");
    return world_open(arena_printf(arena, "%.*srole: admin%s", (int)(lead - world_config), world_config, lead + strlen("role: lead")));
}

static int64_t sum(struct world *w, const char *name, const char *key)
{
    int64_t n, is;
    struct err err = {0};
    assert_true(store_tally_get(w->engine.store, name, key, 0, &n, &is, &err));
    return is;
}

static int64_t feats(struct world *w, const char *agent, const char *word)
{
    int64_t n, is;
    struct err err = {0};
    assert_true(store_tally_get(w->engine.store, "feat", arena_printf(w->arena, "%s\x1f%s", agent, word), 0, &n, &is, &err));
    return n;
}

static const struct json *resets(struct world *w, const char *who, const char *with)
{
    return world_do(w, who, "reset-xp", 0, with);
}

static void what_was_earned_before_counts_no_more_and_is_not_owed_later(void **state)
{
    (void)state;
    struct world *w = desk();
    struct score_row *rows;
    struct err err = {0};
    int before, after;
    int64_t old = story_create(w, "a"), theirs = story_create_for(w, "b", "c2"), new = story_create_for(w, "c", "c3");
    story_resolve(w, old);
    story_must(world_do(w, "tom", "reply", theirs, "Please try again."));
    story_must(world_do(w, "tom", "close", theirs, NULL));
    int64_t had = sum(w, "xp", "ana"), toms = sum(w, "xp", "tom");
    assert_true(had > 0 && toms > 0 && feats(w, "ana", "resolves") == 1);
    assert_true(store_score_agent(w->engine.store, w->arena, "ana", 50, &rows, &before, &err));
    assert_true(str_starts(story_refusal(resets(w, "tom", "{\"agent\":\"ana\",\"reason\":\"a new season\",\"confirm\":true}")), "reset-xp needs the role admin, yours is "));
    assert_string_equal(story_refusal(resets(w, "mara", "{\"agent\":\"ana\",\"confirm\":true}")), "reset-xp needs \"reason\"");
    assert_non_null(strstr(story_refusal(resets(w, "mara", "{\"agent\":\"ann\",\"reason\":\"r\",\"confirm\":true}")), "no agent \"ann\""));
    assert_non_null(strstr(story_refusal(resets(w, "mara", "{\"agent\":\"ana\",\"reason\":\"r\"}")), "confirm it with the word"));
    story_must(resets(w, "mara", "{\"agent\":\"ana\",\"reason\":\"a new season\",\"confirm\":\"reset-xp\"}"));
    assert_int_equal(sum(w, "xp", "ana"), 0);
    assert_int_equal(sum(w, "held", "ana"), 0);
    assert_int_equal(feats(w, "ana", "resolves"), 0);
    assert_int_equal(sum(w, "xp", "tom"), toms);
    story_resolve(w, new);
    int64_t has = sum(w, "xp", "ana");
    assert_true(has > 0 && feats(w, "ana", "resolves") == 1);
    story_act(w, "reopen", old, NULL); /* what it takes away was put aside */
    assert_int_equal(sum(w, "xp", "ana"), has);
    story_act(w, "undo", old, NULL); /* and comes back there */
    assert_int_equal(sum(w, "xp", "ana"), has);
    world_wait(w, 5 * DAY);
    assert_int_equal(world_ticket(w, old)->status, STATUS_CLOSED);
    assert_int_equal(sum(w, "held", "ana"), 0);
    assert_true(store_score_agent(w->engine.store, w->arena, "ana", 50, &rows, &after, &err));
    assert_true(after > before); /* no line of the ledger went */
    story_must(world_do(w, "mara", "undo", 0, NULL));
    assert_int_equal(sum(w, "xp", "ana"), had + has);
    assert_int_equal(feats(w, "ana", "resolves"), 2);
    assert_non_null(strstr(story_refusal(world_do(w, "mara", "redo", 0, NULL)), "reset-xp begins anew"));
    story_end(w);
}

static void a_reset_is_taken_back_only_while_it_is_the_last(void **state)
{
    (void)state;
    struct world *w = desk();
    story_resolve(w, story_create(w, "a"));
    story_must(resets(w, "mara", "{\"agent\":\"ana\",\"reason\":\"one\",\"confirm\":true}"));
    struct do_request two = {.action = {.id = ACTION_RESET_XP, .actor = "tom", .role = ROLE_ADMIN, .arg = "{\"agent\":\"all\",\"reason\":\"two\",\"confirm\":true}"}};
    story_must(world_request(w, &two));
    assert_string_equal(story_refusal(world_do(w, "mara", "undo", 0, NULL)), "reset-xp cannot be undone: scores began anew once more since");
    story_must(world_request(w, &(struct do_request){.action = {.id = ACTION_UNDO, .actor = "tom", .role = ROLE_ADMIN}}));
    story_must(resets(w, "mara", "{\"agent\":\"all\",\"reason\":\"three\",\"confirm\":true}"));
    story_must(world_do(w, "mara", "undo", 0, NULL));
    assert_int_equal(sum(w, "xp", "ana"), 0);
    assert_non_null(strstr(story_refusal(world_do(w, "mara", "redo", 0, NULL)), "reset-xp begins anew"));
    assert_int_equal(sum(w, "xp", "ana"), 0);
    story_end(w);
}

static const char *achieved(struct world *w, const char *key, int64_t since)
{
    struct err err = {0};
    char *data = NULL;
    assert_true(store_record_get(w->engine.store, w->arena, "achievement", key, &data, &err));
    int64_t at = data ? player_unlocked(json_parse_in(w->arena, data, strlen(data), &json_limits_native, NULL, NULL), since) : 0;
    return at ? arena_printf(w->arena, "%lld", (long long)at) : "never";
}

static void achievements_are_to_be_had_again_and_the_first_time_is_not_forgotten(void **state)
{
    (void)state;
    struct world *w = desk();
    const char *key = arena_printf(w->arena, "%s:ana", w->engine.config->game.achievements[0].key);
    story_resolve(w, story_create(w, "a"));
    const char *first = achieved(w, key, 0);
    assert_string_not_equal(first, "never");
    world_wait(w, HOUR);
    story_must(resets(w, "mara", "{\"agent\":\"all\",\"reason\":\"a new season\",\"confirm\":true}"));
    int64_t since = w->now;
    assert_string_equal(achieved(w, key, since), "never");
    world_wait(w, HOUR);
    story_resolve(w, story_create_for(w, "b", "c2"));
    assert_string_not_equal(achieved(w, key, since), "never");
    assert_string_not_equal(achieved(w, key, since), first);
    story_must(world_do(w, "mara", "undo", 0, NULL));
    assert_string_equal(achieved(w, key, 0), first);
    story_end(w);
}

/* --- random days --- */

static int most_days = 12;

/* The sums are those of the rows that were first made behind the last reset that stands. */
static void counts_what_it_should(struct world *w, const char *agent, int64_t row)
{
    struct score_row *rows;
    struct err err = {0};
    int count;
    int64_t xp = 0, gold = 0;
    assert_true(store_score_agent(w->engine.store, w->arena, agent, 4000, &rows, &count, &err));
    for (int i = 0; i < count; i++) {
        const struct score_row *r = &rows[i];
        bool is = (r->origin ? r->origin : r->reverses ? r->reverses : r->id) > row;
        xp += is ? r->xp : 0;
        gold += is ? r->gold : 0;
    }
    assert_int_equal(sum(w, "xp", agent), xp);
    assert_int_equal(sum(w, "gold", agent), gold);
    assert_true(sum(w, "held", agent) >= 0 && sum(w, "held", agent) <= (xp > 0 ? xp : 0));
}

static void a_turn(struct world *w, uint64_t *seed, int tickets, int *done)
{
    int64_t id = 1 + chance(seed, tickets);
    const char *who = agents[chance(seed, 3)];
    world_wait(w, chance(seed, 12) ? (int64_t)chance(seed, 3600) * SECOND : DAY);
    switch (chance(seed, 9)) {
    case 0: *done += world_ok(resets(w, "mara", chance(seed, 2) ? "{\"agent\":\"all\",\"reason\":\"r\",\"confirm\":true}"
                                                               : arena_printf(w->arena, "{\"agent\":\"%s\",\"reason\":\"r\",\"confirm\":true}", who))); break;
    case 1: world_do(w, "mara", "undo", 0, NULL); break;
    case 2: world_do(w, who, "undo", id, NULL); break;
    case 3: world_do(w, who, "redo", id, NULL); break;
    case 4: world_do(w, who, "reopen", id, NULL); break;
    case 5: world_do(w, who, chance(seed, 2) ? "spam" : "unmerge", id, NULL); break;
    default: world_do(w, who, "reply", id, "Done."); world_do(w, who, "close", id, NULL);
    }
}

static void the_sums_are_those_of_the_rows_that_count_and_come_out_of_the_journal(void **state)
{
    int done = 0, days = 0;
    (void)state;
    for (uint64_t seed = 40; days < most_days; seed++, days++) {
        struct world *w = desk();
        for (int i = 0; i < 8; i++)
            story_create_for(w, arena_printf(w->arena, "k%d", i), arena_printf(w->arena, "c%d", i));
        for (int i = 0; i < 80; i++) {
            a_turn(w, &seed, 8, &done);
            struct desk_state desk_is;
            struct err err = {0};
            assert_true(engine_desk_read(w->engine.store, w->arena, &desk_is, &err));
            for (int a = 0; a < 3; a++) {
                const struct xp_reset *reset = player_reset(&desk_is, agents[a]);
                counts_what_it_should(w, agents[a], reset ? reset->row : 0);
            }
        }
        story_end(w);
    }
    assert_true(done > days);
    print_message("# %d random days, %d resets in them, sums compared after each of %d turns, rebuilt\n", days, done, days * 80);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_earned_before_counts_no_more_and_is_not_owed_later),
        cmocka_unit_test(a_reset_is_taken_back_only_while_it_is_the_last),
        cmocka_unit_test(achievements_are_to_be_had_again_and_the_first_time_is_not_forgotten),
        cmocka_unit_test(the_sums_are_those_of_the_rows_that_count_and_come_out_of_the_journal),
    };
    most_days = argc > 1 ? atoi(argv[1]) : most_days;
    return cmocka_run_group_tests_name("reset", tests, NULL, NULL);
}
