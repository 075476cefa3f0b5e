/* score: what a resolve is worth and why, in sentences, and the ledger's property: however often tickets are resolved,
 * reopened, merged, marked and closed, what is in the ledger for a ticket is what its present state earned, and what
 * is in it for a boss is what the boss has lost. */
#include "../support/rules.h"
#include "base/json.h"
#include <stdio.h>
#include <stdlib.h>

#define DESK(d)            \
    struct desk d;         \
    (void)state;           \
    desk_open(&d)

/* A ticket of ana's, answered once, at `at` after it came in. */
static void worked_on(struct desk *d, int64_t at)
{
    d->next.assignee = "ana";
    desk_first(d);
    d->now += at;
    desk_reply(d);
}

static const struct score_row *paid(const struct desk *d)
{
    assert_int_equal(d->out.score_count, 1);
    return &d->out.scores[0];
}

static void resolve(struct desk *d)
{
    desk_status(d, STATUS_RESOLVED, "ana");
}

static void the_tier_of_the_resolution_clock_multiplies_the_base(void **state)
{
    static const struct { int64_t after, xp; const char *reason; } cases[] = {
        {HOUR, 41, "normal, gold, first contact"},        /* 25 x 1.5 x 1.1 = 41.25 */
        {2 * HOUR, 34, "normal, silver, first contact"},  /* 34.375 */
        {5 * HOUR, 27, "normal, bronze, first contact"},  /* 27.5 */
        {9 * HOUR, 13, "normal, missed, first contact"}}; /* 13.75: late is never nothing */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        worked_on(&d, cases[i].after);
        resolve(&d);
        assert_int_equal(paid(&d)->xp, cases[i].xp);
        assert_string_equal(paid(&d)->reason, cases[i].reason);
        assert_string_equal(paid(&d)->agent, "ana");
        assert_string_equal(paid(&d)->rule, "resolve");
        desk_close(&d);
    }
}

static void each_priority_has_its_base_and_none_counts_as_normal(void **state)
{
    static const int64_t want[] = {25, 10, 25, 50, 75};
    for (int priority = PRIORITY_NONE; priority <= PRIORITY_URGENT; priority++) {
        DESK(d);
        d.config.sla_count = 0;
        d.next.priority = priority;
        worked_on(&d, MINUTE);
        desk_reply(&d);
        resolve(&d);
        assert_int_equal(paid(&d)->xp, want[priority]);
        desk_close(&d);
    }
}

static void raising_the_priority_at_the_end_pays_nothing_more(void **state)
{
    DESK(d);
    d.config.sla_count = 0;
    d.next.priority = PRIORITY_LOW;
    worked_on(&d, MINUTE);
    desk_reply(&d);
    d.next.priority = PRIORITY_URGENT;
    desk_change(&d, "act", "ana");
    d.now += MINUTE - SECOND;
    resolve(&d);
    assert_int_equal(paid(&d)->xp, 10);
    desk_close(&d);
}

static void factors_multiply_exactly_are_capped_and_floored_once(void **state)
{
    (void)state;
    const struct config_game game = {.product_cap_bp = 20000}, free = {.product_cap_bp = 100000};
    const int64_t many[] = {12500, 11000, 12000, 10100}, over[] = {15000, 11000, 12000, 11000}, zero[] = {0, 11000};
    assert_int_equal(score_product(&game, 25, many, 4, 1, 1), 41);  /* 25 x 1.6665 = 41.6625 */
    assert_int_equal(score_product(&game, 100, many, 4, 1, 1), 166); /* not 4 x 41 */
    assert_int_equal(score_product(&game, 75, over, 4, 1, 1), 150);  /* 2.178 is capped at 2 */
    assert_int_equal(score_product(&free, 75, over, 4, 1, 1), 163);
    assert_int_equal(score_product(&game, 75, zero, 2, 1, 1), 0);
    assert_int_equal(score_product(&game, 75, NULL, 0, 1, 1), 75);
}

static void neglect_and_streak_add_their_part(void **state)
{
    DESK(d);
    d.config.sla_count = 0;
    d.facts.median_wait = 10 * MINUTE;
    desk_first(&d);
    d.now += 21 * MINUTE;
    d.next.assignee = "ana";
    d.next.assigned_at = d.now;
    desk_reply(&d);
    desk_reply(&d);
    d.players[0].streak = 3;
    resolve(&d);
    assert_int_equal(paid(&d)->xp, 30); /* 25 x 1.2 x 1.03 = 30.9 */
    assert_string_equal(paid(&d)->reason, "normal, bronze, neglected, streak");
    d.players[0].streak = 300;
    desk_close(&d);
}

static void what_does_not_count_is_written_down_at_nothing_with_its_reason(void **state)
{
    static const struct { int what; const char *says; } cases[] = {
        {0, "no public reply"}, {1, "no public reply and no note of 20 characters"}, {2, "too soon after the last one"},
        {3, "enough for this customer today"}, {4, "own ticket"}, {5, "own ticket"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        worked_on(&d, HOUR);
        d.facts.public_replies = cases[i].what > 1;
        d.facts.source_takes_replies = cases[i].what != 1;
        d.facts.resolution_note = cases[i].what == 1 ? 19 : 0;
        d.players[0].last_paid_at = cases[i].what == 2 ? d.now - MINUTE + 1 : 0;
        d.players[0].customer_today = cases[i].what == 3 ? 3 : 2;
        d.facts.opened_by = cases[i].what == 4 ? "ana" : "bo";
        d.agents[0].keys[0] = "tamio:c-1";
        d.agents[0].key_count = 1;
        d.next.customer = cases[i].what == 5 ? "tamio:c-1" : "c-1";
        d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = 100};
        resolve(&d);
        assert_int_equal(paid(&d)->xp, 0);
        assert_int_equal(paid(&d)->damage, 0);
        if (!strstr(paid(&d)->reason, cases[i].says))
            fail_msg("%s is not in: %s", cases[i].says, paid(&d)->reason);
        desk_close(&d);
    }
}

static void a_note_of_20_characters_counts_where_the_source_takes_no_replies(void **state)
{
    DESK(d);
    worked_on(&d, HOUR);
    d.facts.public_replies = 0;
    d.facts.source_takes_replies = false;
    d.facts.resolution_note = 20;
    d.players[0].last_paid_at = d.now - MINUTE;
    resolve(&d);
    assert_int_equal(paid(&d)->xp, 37);
    desk_close(&d);
}

static void over_the_days_cap_the_rest_is_worth_a_tenth(void **state)
{
    static const struct { int64_t today, xp; } cases[] = {{0, 50}, {750, 50}, {780, 23}, {800, 5}, {5000, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        d.config.sla_count = 0;
        d.next.priority = PRIORITY_HIGH;
        worked_on(&d, HOUR);
        desk_reply(&d);
        d.players[0].earned_today = cases[i].today;
        resolve(&d);
        assert_int_equal(paid(&d)->xp, cases[i].xp);
        desk_close(&d);
    }
}

static void whoever_resolves_a_ticket_of_nobody_becomes_its_assignee_and_is_paid(void **state)
{
    DESK(d);
    desk_first(&d);
    desk_reply(&d);
    desk_status(&d, STATUS_RESOLVED, "bo");
    assert_string_equal(d.ticket->assignee, "bo");
    assert_string_equal(paid(&d)->agent, "bo");
    desk_close(&d);
}

static void an_assignee_who_is_no_agent_here_earns_nothing(void **state)
{
    DESK(d);
    d.next.assignee = "cstar:u7";
    desk_first(&d);
    desk_reply(&d);
    d.next.status = STATUS_CLOSED;
    desk_change(&d, "event", "source:cstar");
    assert_int_equal(d.out.score_count, 0);
    assert_string_equal(d.ticket->assignee, "cstar:u7");
    desk_close(&d);
}

static void spam_and_merged_pay_nothing_and_what_first_looks_done_neither(void **state)
{
    DESK(d);
    worked_on(&d, HOUR);
    d.next.disposition = DISPOSITION_SPAM;
    resolve(&d);
    assert_int_equal(d.out.score_count, 0);
    desk_close(&d);
    desk_open(&d);
    d.next.assignee = "ana";
    d.next.status = STATUS_RESOLVED;
    desk_first(&d);
    assert_int_equal(d.out.score_count, 0);
    desk_close(&d);
}

static void a_reopen_by_any_road_reverses_every_row_and_heals_the_boss(void **state)
{
    static const char *const causes[] = {"act", "event", "wake", "receipt"};
    for (int i = 0; i < 4; i++) {
        DESK(d);
        worked_on(&d, HOUR);
        d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = 100};
        resolve(&d);
        struct score_row row = *paid(&d);
        row.id = 7;
        assert_int_equal(row.damage, 25);
        d.facts.boss.hp = 75;
        d.facts.scores = &row;
        d.facts.score_count = 1;
        d.next.status = STATUS_OPEN;
        desk_change(&d, causes[i], "whoever");
        assert_int_equal(paid(&d)->xp, -row.xp);
        assert_int_equal(paid(&d)->damage, -25);
        assert_int_equal(paid(&d)->reverses, 7);
        assert_int_equal(paid(&d)->epoch, 0);
        assert_int_equal(d.ticket->epoch, 1);
        assert_non_null(strstr(d.out.records[0].data, "\"hp\":100"));
        desk_close(&d);
    }
}

static void a_boss_that_is_dead_or_gone_is_not_healed(void **state)
{
    DESK(d);
    worked_on(&d, HOUR);
    resolve(&d);
    struct score_row row = *paid(&d);
    row.id = 7;
    row.boss = "boss-1";
    row.damage = 25;
    d.facts.scores = &row;
    d.facts.score_count = 1;
    d.facts.boss = (struct boss){.key = "boss-2", .name = "Gnat", .tier = "common", .max_hp = 100, .hp = 60};
    desk_status(&d, STATUS_OPEN, "ana");
    assert_int_equal(paid(&d)->xp, -row.xp);
    assert_int_equal(paid(&d)->damage, 0);
    assert_int_equal(d.out.record_count, 0);
    desk_close(&d);
}

static void a_blow_that_helped_to_beat_a_boss_is_not_dealt_again(void **state)
{
    DESK(d);
    worked_on(&d, HOUR);
    d.facts.hit_spent = true;
    d.facts.boss = (struct boss){.key = "boss-2", .name = "Gnat", .tier = "common", .max_hp = 100, .hp = 100};
    resolve(&d);
    assert_int_equal(paid(&d)->damage, 0);
    assert_true(paid(&d)->xp > 0);
    assert_int_equal(d.out.record_count, 0);
    desk_close(&d);
}

static void one_agent_deals_at_most_their_share_and_never_more_than_is_left(void **state)
{
    static const struct { int64_t hp, dealt, damage; } cases[] = {{100, 0, 25}, {100, 30, 10}, {100, 40, 0}, {100, 90, 0}, {7, 0, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DESK(d);
        worked_on(&d, HOUR);
        d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = cases[i].hp};
        struct dealt dealt = {"ana", cases[i].dealt};
        d.facts.dealt = &dealt;
        d.facts.dealt_count = 1;
        resolve(&d);
        assert_int_equal(d.out.scores[0].rule[0] == 'r' ? d.out.scores[0].damage : -1, cases[i].damage);
        desk_close(&d);
    }
}

static void a_defeated_boss_shares_its_reward_by_damage_with_a_floor(void **state)
{
    DESK(d);
    struct dealt dealt[] = {{"bo", 60}, {"ana", 13}, {"lea", 2}};
    worked_on(&d, HOUR);
    d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = 25};
    d.facts.dealt = dealt;
    d.facts.dealt_count = 3;
    resolve(&d);
    assert_int_equal(d.out.score_count, 4);
    assert_int_equal(d.out.scores[1].xp, 60);
    assert_int_equal(d.out.scores[2].xp, 38);
    assert_int_equal(d.out.scores[3].xp, 5); /* the floor */
    for (int i = 1; i < 4; i++) {
        assert_string_equal(d.out.scores[i].rule, "boss:boss-1");
        assert_int_equal(d.out.scores[i].ticket, 0);
        assert_int_equal(d.out.scores[i].gold, 0);
    }
    assert_int_equal(desk_count(&d, "boss", "\"what\":\"defeated\""), 1);
    assert_non_null(strstr(d.out.records[0].data, "\"final_blow\":\"ana\""));
    assert_non_null(strstr(d.out.records[0].data, "\"state\":\"defeated\""));
    assert_non_null(strstr(d.out.records[0].data, "\"rewards\":{\"xp\":100,\"gold\":50}"));
    desk_close(&d);
}

static void a_boss_comes_when_enough_tickets_are_open_and_flees_when_its_time_is_up(void **state)
{
    DESK(d);
    d.facts.open_tickets = 4;
    desk_first(&d);
    assert_int_equal(d.out.record_count, 0);
    desk_close(&d);
    static const struct { int64_t open, number; const char *name; const char *hp; } cases[] = {
        {5, 0, "\"name\":\"Moth\"", "\"max_hp\":125"}, {5, 1, "\"name\":\"Gnat\"", "\"tickets_required\":5"},
        {20, 0, "\"name\":\"Titan\"", "\"max_hp\":500"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        desk_open(&d);
        d.facts.open_tickets = cases[i].open;
        d.facts.boss_count = cases[i].number;
        desk_first(&d);
        assert_int_equal(d.out.record_count, 1);
        assert_non_null(strstr(d.out.records[0].data, cases[i].name));
        assert_non_null(strstr(d.out.records[0].data, cases[i].hp));
        assert_int_equal(desk_count(&d, "boss", "\"what\":\"spawned\""), 1);
        desk_close(&d);
    }
    desk_open(&d);
    d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = 9, .expires_at = START};
    desk_first(&d);
    assert_int_equal(desk_count(&d, "boss", "\"what\":\"fled\""), 1);
    assert_non_null(strstr(d.out.records[0].data, "\"state\":\"fled\""));
    desk_close(&d);
}

static void no_second_boss_comes_while_one_is_alive_or_where_nobody_looked(void **state)
{
    DESK(d);
    d.facts.open_tickets = 50;
    d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = 9};
    desk_first(&d);
    assert_int_equal(d.out.record_count, 0);
    d.facts.boss = (struct boss){0};
    d.next.tags = "[\"x\"]";
    desk_change(&d, "act", "ana");
    assert_int_equal(d.out.record_count, 0);
    desk_close(&d);
}

static void the_desks_own_wake_makes_bosses_come_and_go(void **state)
{
    DESK(d);
    struct consequence out = {0};
    d.facts.open_tickets = 6;
    d.facts.boss = (struct boss){.key = "boss-1", .name = "Moth", .tier = "common", .max_hp = 100, .hp = 9, .expires_at = START};
    struct follow f = {.arena = d.arena, .facts = &d.facts, .rules = &d.config, .now = START, .out = &out};
    score_desk(&f);
    assert_int_equal(out.record_count, 2);
    assert_non_null(strstr(out.records[0].data, "\"state\":\"fled\""));
    assert_non_null(strstr(out.records[1].data, "\"state\":\"active\""));
    desk_close(&d);
}

static void levels_start_where_the_square_root_says(void **state)
{
    (void)state;
    static const struct { int64_t xp, level; } cases[] = {{-5, 1}, {0, 1}, {399, 1}, {400, 2}, {899, 2}, {900, 3},
                                                          {2499, 4}, {2500, 5}, {1000000, 100}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(player_level(cases[i].xp), cases[i].level);
    assert_int_equal(player_level_starts(1), 0);
    assert_int_equal(player_level_starts(5), 2500);
    assert_int_equal(player_day(NULL, 0), 0);
    assert_int_equal(player_day(NULL, 86400000 - 1), 0);
    assert_int_equal(player_day(NULL, -1), -1);
}

static void a_level_is_reached_when_the_ticket_closes_not_before(void **state)
{
    DESK(d);
    worked_on(&d, HOUR);
    d.players[0].xp = 500;
    d.players[0].held = 120;
    resolve(&d);
    struct score_row row = *paid(&d);
    assert_int_equal(desk_count(&d, "player", "level_up"), 0);
    d.facts.scores = &row;
    d.facts.score_count = 1;
    d.players[0].xp += row.xp;
    d.players[0].held += row.xp;
    d.now += d.config.reopen_window;
    desk_wake(&d);
    assert_int_equal(d.ticket->status, STATUS_CLOSED);
    assert_int_equal(desk_count(&d, "player", "\"what\":\"level_up\",\"agent\":\"ana\",\"old\":1,\"new\":2"), 1);
    assert_int_equal(d.out.score_count, 0);
    desk_close(&d);
}

static void achievements_unlock_once(void **state)
{
    DESK(d);
    d.config.game.achievement_count = 3;
    d.config.game.achievements[0] = (struct config_achievement){"first_blood", "First Blood", "", "resolves", 1};
    d.config.game.achievements[1] = (struct config_achievement){"speed_demon", "Speed Demon", "", "minutes", 5};
    d.config.game.achievements[2] = (struct config_achievement){"streak_7", "Seven", "", "streak", 7};
    worked_on(&d, 4 * MINUTE);
    d.players[0].streak = 6;
    resolve(&d);
    assert_int_equal(desk_count(&d, "player", "\"what\":\"achievement\""), 2);
    assert_string_equal(d.out.records[0].key, "first_blood:ana");
    desk_close(&d);
    desk_open(&d);
    d.config.game.achievement_count = 2;
    d.config.game.achievements[0] = (struct config_achievement){"first_blood", "First Blood", "", "resolves", 1};
    d.config.game.achievements[1] = (struct config_achievement){"first", "First", "", "resolves", 1};
    worked_on(&d, HOUR);
    d.players[0].achieved = "ten_down first_blood";
    const int64_t feats[FEATS] = {12};
    d.players[0].feats = feats;
    resolve(&d);
    assert_int_equal(desk_count(&d, "player", "\"achievement\":\"first_blood\""), 0);
    assert_int_equal(desk_count(&d, "player", "\"achievement\":\"first\""), 1);
    desk_close(&d);
}

static void the_same_state_twice_pays_once(void **state)
{
    DESK(d);
    worked_on(&d, HOUR);
    resolve(&d);
    assert_int_equal(d.out.score_count, 1);
    d.next.status = STATUS_CLOSED;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(d.out.score_count, 0);
    desk_close(&d);
}

/* --- cStar's own rules (dialects.md 5.4), bit by bit --- */

/* Its rule set as a configuration has it. The desk's clocks: resolution within 8 hours. */
static void cstar_desk(struct desk *d)
{
    struct err err = {0};
    desk_open(d);
    const struct config *c = config_parse(d->arena, "t.yaml", "game: cstar\n", 12, NULL, 0, &err);
    assert_non_null(c);
    d->config.game = c->game;
}

static void cstar_pays_the_assignee_base_times_tier_and_nothing_else_counts(void **state)
{
    static const struct { int64_t after; int64_t times; } tiers[] = {{HOUR, 3}, {3 * HOUR, 2}, {4 * HOUR, 1}, {8 * HOUR, 1}, {8 * HOUR + MINUTE, 0}};
    static const int64_t base[] = {25, 10, 25, 50, 75};
    (void)state;
    for (int priority = PRIORITY_NONE; priority <= PRIORITY_URGENT; priority++)
        for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++) {
            struct desk d;
            cstar_desk(&d);
            d.next.priority = priority;
            d.next.assignee = "ana";
            desk_first(&d); /* nobody answers, and the customer is the assignee: all the same there */
            d.now += tiers[i].after;
            d.next.customer = "ana";
            d.players[0].last_paid_at = d.now - 1;
            d.players[0].customer_today = 50;
            d.players[0].earned_today = 5000;
            d.players[0].streak = 30;
            d.players[1].replies = 3;
            d.facts.median_wait = MINUTE;
            resolve(&d);
            assert_int_equal(paid(&d)->xp, base[priority] * tiers[i].times);
            assert_string_equal(paid(&d)->agent, "ana");
            desk_close(&d);
        }
}

static void cstar_pays_a_ticket_once_however_often_it_comes_back(void **state)
{
    struct desk d;
    (void)state;
    cstar_desk(&d);
    worked_on(&d, HOUR);
    d.facts.boss = (struct boss){.key = "boss-1", .name = "Titan", .tier = "epic", .max_hp = 500, .hp = 500};
    resolve(&d);
    struct score_row row = *paid(&d);
    assert_int_equal(row.xp, 75);
    assert_int_equal(row.damage, 25); /* its base, without the tier */
    row.id = 1;
    d.facts.scores = &row;
    d.facts.score_count = 1;
    d.facts.boss.hp = 475;
    desk_status(&d, STATUS_OPEN, "ana");
    assert_int_equal(d.out.score_count, 0);
    assert_int_equal(d.out.record_count, 0); /* nor does the boss heal */
    resolve(&d);
    assert_int_equal(d.out.score_count, 0);
    desk_close(&d);
}

static void cstar_counts_at_once_so_a_level_may_skip(void **state)
{
    struct desk d;
    (void)state;
    cstar_desk(&d);
    d.next.priority = PRIORITY_URGENT;
    worked_on(&d, HOUR);
    d.players[0].xp = 2400;
    resolve(&d);
    assert_int_equal(paid(&d)->xp, 225);
    assert_int_equal(desk_count(&d, "player", "\"what\":\"level_up\",\"agent\":\"ana\",\"old\":4,\"new\":5"), 1);
    assert_non_null(strstr(d.out.records[0].data, "\"xp\":2625"));
    assert_string_equal(d.out.records[0].event, "player.level_up");
    desk_close(&d);
}

static void cstar_bosses_are_its_four_and_pay_everybody_who_hit(void **state)
{
    static const struct { int64_t open; const char *hp, *need; } comes[] = {
        {3, "\"max_hp\":100", "\"tickets_required\":3"}, {8, "\"max_hp\":250", "\"tickets_required\":8"},
        {15, "\"max_hp\":500", "\"tickets_required\":15"}, {30, "\"max_hp\":1000", "\"tickets_required\":30"}};
    struct desk d;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        cstar_desk(&d);
        d.facts.open_tickets = comes[i].open;
        desk_first(&d);
        assert_non_null(strstr(d.out.records[0].data, comes[i].hp));
        assert_non_null(strstr(d.out.records[0].data, comes[i].need));
        assert_non_null(strstr(d.out.records[0].data, "\"expires_at\":0"));
        assert_string_equal(d.out.records[0].event, "boss.spawned");
        desk_close(&d);
    }
    struct dealt dealt[] = {{"ana", 280}, {"bo", 150}, {"cem", 45}};
    cstar_desk(&d);
    worked_on(&d, HOUR);
    d.facts.boss = (struct boss){.key = "boss-1", .name = "Titan", .tier = "epic", .max_hp = 500, .hp = 25};
    d.facts.dealt = dealt;
    d.facts.dealt_count = 3;
    resolve(&d);
    assert_int_equal(d.out.score_count, 4);
    for (int i = 1; i < 4; i++) {
        assert_int_equal(d.out.scores[i].xp, 500);
        assert_int_equal(d.out.scores[i].gold, 250);
    }
    assert_string_equal(d.out.records[0].event, "boss.defeated");
    assert_non_null(strstr(d.out.records[0].data, "\"rewards\":{\"xp\":500,\"gold\":250}"));
    desk_close(&d);
}

/* --- what is kept of a ticket's life --- */

static void the_priority_that_counts_is_the_one_it_had_longest(void **state)
{
    DESK(d);
    d.config.sla_count = 0;
    d.next.priority = PRIORITY_LOW;
    d.next.assignee = "ana";
    desk_first(&d);
    d.now += HOUR;
    d.next.priority = PRIORITY_URGENT;
    desk_change(&d, "event", "source:shop");
    d.now += 2 * HOUR;
    d.next.priority = PRIORITY_HIGH;
    desk_change(&d, "event", "source:shop");
    assert_int_equal(score_priority(d.ticket, d.now + HOUR), PRIORITY_URGENT);
    assert_int_equal(score_priority(d.ticket, d.now + 3 * HOUR), PRIORITY_HIGH);
    assert_int_equal(score_priority(d.ticket, d.now + 2 * HOUR), PRIORITY_HIGH); /* as long: the lower of the two */
    desk_close(&d);
}

static void waits_fall_into_buckets_no_wider_than_an_eighth(void **state)
{
    (void)state;
    int64_t before = -1;
    for (int bucket = 0; bucket < SCORE_BUCKETS; bucket++) {
        int64_t starts = score_bucket_starts(bucket);
        assert_true(starts > before);
        assert_int_equal(score_bucket(starts), bucket);
        assert_int_equal(score_bucket(starts - 1), bucket ? bucket - 1 : 0);
        before = starts;
    }
    assert_true(before > 100LL * 365 * DAY);
    assert_int_equal(score_bucket(-5), 0);
    assert_int_equal(score_bucket(INT64_MAX), SCORE_BUCKETS - 1);
}

static void a_streak_counts_working_days_and_rests_on_the_others(void **state)
{
    (void)state;
    static const struct { const char *paid, *off; bool today; int64_t days; } cases[] = { /* today first; x: yes */
        {"x......", ".......", false, 1}, {".......", ".......", false, 0}, {".......", ".......", true, 1}, {"xxx....", ".......", false, 3},
        {".xx....", ".......", false, 2}, {"x..xx..", ".xx....", false, 3}, {"x.xxx..", ".......", false, 1}, {"xxx.x..", "xx.....", false, 1},
        {"..xxx..", "xx.....", true, 3}, {".......", "xxxxxxx", true, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool paid[7], off[7];
        for (int k = 0; k < 7; k++) {
            paid[k] = cases[i].paid[k] == 'x';
            off[k] = cases[i].off[k] == 'x';
        }
        if (player_streak(paid, off, 7, cases[i].today) != cases[i].days)
            fail_msg("%s %s: %lld", cases[i].paid, cases[i].off, (long long)player_streak(paid, off, 7, cases[i].today));
    }
}

/* --- the ledger --- */

enum { TICKETS = 14, MOST_ROWS = 4000, TURNS = 160 };
struct ledger {
    struct score_row rows[MOST_ROWS];
    int count;
    struct desk desks[TICKETS]; /* one per ticket; the clock is set to the common one */
    struct boss boss;
    int64_t bosses, now;
    unsigned seed;
    struct score_row open[16];
    struct dealt dealt[4];
};
static const char *const players[] = {"ana", "bo", "cem", "lea"};

static bool reversed(const struct ledger *l, const struct score_row *row)
{
    for (int i = 0; i < l->count; i++)
        if (l->rows[i].reverses == row->id)
            return true;
    return false;
}

static void load_facts(struct ledger *l, struct desk *d)
{
    struct facts *f = &d->facts;
    f->scores = l->open;
    f->score_count = 0;
    for (int i = 0; i < l->count; i++)
        if (l->rows[i].ticket == d->ticket->id && !l->rows[i].reverses && !reversed(l, &l->rows[i]))
            l->open[f->score_count++] = l->rows[i];
    f->boss = l->boss;
    f->dealt = l->dealt;
    f->dealt_count = 4;
    for (int p = 0; p < 4; p++) {
        l->dealt[p] = (struct dealt){.agent = players[p]};
        for (int i = 0; i < l->count && l->boss.key; i++)
            if (l->rows[i].boss && strcmp(l->rows[i].boss, l->boss.key) == 0 && strcmp(l->rows[i].agent, players[p]) == 0)
                l->dealt[p].damage += l->rows[i].damage;
    }
    f->boss_count = l->bosses;
    f->open_tickets = 5;
    f->public_replies = 2;
}

/* The store's part: keeps rows with numbers, and the boss as its newest record says. */
static void take_in(struct ledger *l, struct desk *d)
{
    for (int i = 0; i < d->out.score_count; i++) {
        struct score_row row = d->out.scores[i];
        assert_true(l->count < MOST_ROWS);
        row.id = l->count + 1;
        l->rows[l->count++] = row;
    }
    for (int i = 0; i < d->out.record_count; i++) {
        if (strcmp(d->out.records[i].kind, "boss") != 0)
            continue;
        const char *text = d->out.records[i].data;
        const struct json *data = json_parse_in(d->arena, text, strlen(text), &json_limits_native, NULL, NULL);
        bool active = strcmp(json_get_string(data, "state", ""), "active") == 0;
        bool spawned = active && !l->boss.key;
        l->bosses += spawned;
        l->boss = (struct boss){.key = active ? json_get_string(data, "id", NULL) : NULL, .name = json_get_string(data, "name", ""),
                                .tier = json_get_string(data, "tier", ""), .max_hp = json_get_i64(data, "max_hp", 0),
                                .hp = json_get_i64(data, "hp", 0)};
    }
}

static void random_turn(struct ledger *l)
{
    struct desk *d = &l->desks[rand_r(&l->seed) % TICKETS];
    static const int states[] = {STATUS_OPEN, STATUS_RESOLVED, STATUS_RESOLVED, STATUS_CLOSED, STATUS_PENDING};
    l->now += 1 + rand_r(&l->seed) % HOUR;
    d->now = l->now;
    d->next.assignee = players[rand_r(&l->seed) % 3];
    switch (rand_r(&l->seed) % 5) {
    case 0:
        d->next.disposition = d->next.disposition ? DISPOSITION_NONE : DISPOSITION_SPAM;
        break;
    default:
        d->next.status = states[rand_r(&l->seed) % 5];
    }
    load_facts(l, d);
    desk_change(d, "act", d->next.assignee);
    take_in(l, d);
}

static void check_tickets(const struct ledger *l)
{
    for (int t = 0; t < TICKETS; t++) {
        const struct ticket *ticket = l->desks[t].ticket;
        int64_t sum = 0, alive = 0, open = 0;
        for (int i = 0; i < l->count; i++) {
            if (l->rows[i].ticket != ticket->id)
                continue;
            sum += l->rows[i].xp;
            if (!l->rows[i].reverses && !reversed(l, &l->rows[i])) {
                alive += l->rows[i].xp;
                open++;
            }
        }
        bool payable = ticket_done(ticket->status) && !ticket->disposition;
        if (sum != alive || open > 1 || (!payable && (open || sum)) || (payable && sum < 10))
            fail_msg("seed %u: ticket %lld: %lld in the ledger, %lld by %lld open rows", l->seed, (long long)ticket->id,
                     (long long)sum, (long long)alive, (long long)open);
    }
}

static void check_boss(const struct ledger *l)
{
    int64_t lost = 0, by[4] = {0};
    for (int i = 0; i < l->count && l->boss.key; i++)
        if (l->rows[i].boss && strcmp(l->rows[i].boss, l->boss.key) == 0) {
            lost += l->rows[i].damage;
            for (int p = 0; p < 4; p++)
                by[p] += strcmp(l->rows[i].agent, players[p]) == 0 ? l->rows[i].damage : 0;
        }
    if (l->boss.key && lost != l->boss.max_hp - l->boss.hp)
        fail_msg("seed %u: %s lost %lld, the ledger says %lld", l->seed, l->boss.key, (long long)(l->boss.max_hp - l->boss.hp),
                 (long long)lost);
    for (int p = 0; p < 4; p++)
        assert_true(by[p] * 10 <= l->boss.max_hp * 4);
}

static void the_ledger_balances_over_any_mix_of_resolving_reopening_and_marking(void **state)
{
    (void)state;
    static struct ledger l;
    int64_t bosses = 0;
    for (unsigned run = 1; run <= 60; run++) {
        memset(&l, 0, sizeof l);
        l.seed = run;
        l.now = START;
        for (int t = 0; t < TICKETS; t++) {
            struct desk *d = &l.desks[t];
            desk_open(d);
            d->config.reopen_window = 1000 * (int64_t)DAY;
            d->config.escalation_count = 0;
            d->next.id = t + 1;
            d->next.customer = NULL;
            desk_first(d);
        }
        for (int i = 0; i < TURNS; i++) {
            random_turn(&l);
            check_tickets(&l);
            check_boss(&l);
        }
        bosses += l.bosses;
        for (int t = 0; t < TICKETS; t++)
            desk_close(&l.desks[t]);
    }
    print_message("# %lld bosses in 60 histories\n", (long long)bosses);
    assert_true(bosses > 150); /* more than one a history: some were defeated */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tier_of_the_resolution_clock_multiplies_the_base),
        cmocka_unit_test(each_priority_has_its_base_and_none_counts_as_normal),
        cmocka_unit_test(raising_the_priority_at_the_end_pays_nothing_more),
        cmocka_unit_test(factors_multiply_exactly_are_capped_and_floored_once),
        cmocka_unit_test(neglect_and_streak_add_their_part),
        cmocka_unit_test(what_does_not_count_is_written_down_at_nothing_with_its_reason),
        cmocka_unit_test(a_note_of_20_characters_counts_where_the_source_takes_no_replies),
        cmocka_unit_test(over_the_days_cap_the_rest_is_worth_a_tenth),
        cmocka_unit_test(whoever_resolves_a_ticket_of_nobody_becomes_its_assignee_and_is_paid),
        cmocka_unit_test(an_assignee_who_is_no_agent_here_earns_nothing),
        cmocka_unit_test(spam_and_merged_pay_nothing_and_what_first_looks_done_neither),
        cmocka_unit_test(a_reopen_by_any_road_reverses_every_row_and_heals_the_boss),
        cmocka_unit_test(a_boss_that_is_dead_or_gone_is_not_healed),
        cmocka_unit_test(a_blow_that_helped_to_beat_a_boss_is_not_dealt_again),
        cmocka_unit_test(one_agent_deals_at_most_their_share_and_never_more_than_is_left),
        cmocka_unit_test(a_defeated_boss_shares_its_reward_by_damage_with_a_floor),
        cmocka_unit_test(a_boss_comes_when_enough_tickets_are_open_and_flees_when_its_time_is_up),
        cmocka_unit_test(no_second_boss_comes_while_one_is_alive_or_where_nobody_looked),
        cmocka_unit_test(the_desks_own_wake_makes_bosses_come_and_go),
        cmocka_unit_test(levels_start_where_the_square_root_says),
        cmocka_unit_test(a_level_is_reached_when_the_ticket_closes_not_before),
        cmocka_unit_test(achievements_unlock_once),
        cmocka_unit_test(the_same_state_twice_pays_once),
        cmocka_unit_test(cstar_pays_the_assignee_base_times_tier_and_nothing_else_counts),
        cmocka_unit_test(cstar_pays_a_ticket_once_however_often_it_comes_back),
        cmocka_unit_test(cstar_counts_at_once_so_a_level_may_skip),
        cmocka_unit_test(cstar_bosses_are_its_four_and_pay_everybody_who_hit),
        cmocka_unit_test(the_priority_that_counts_is_the_one_it_had_longest),
        cmocka_unit_test(waits_fall_into_buckets_no_wider_than_an_eighth),
        cmocka_unit_test(a_streak_counts_working_days_and_rests_on_the_others),
        cmocka_unit_test(the_ledger_balances_over_any_mix_of_resolving_reopening_and_marking),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
