/* game: the whole road of points: five tickets wake a boss, three agents beat it, each gets a share; XP is held until a
 * ticket closes, and an achievement is unlocked once; who is paid, for what, and what takes it back. At the end random days,
 * whose ledgers must come out of their journals again to the last point. */
#include "../harness/world.h"
#include "base/clock.h"
#include "base/str.h"
#include "core/player.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TICKETS = 8, DAY = 86400000 };

static int64_t create_for(struct world *w, int i, int customer)
{
    char body[600], key[40];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                     "{\"ticket\":{\"id\":\"k%d\",\"title\":\"Question %d\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"c%d\","
                     "\"customerName\":\"Jo\",\"tags\":[],\"createdAt\":\"2027-01-01T00:00:00Z\"},\"customer\":{\"id\":\"c%d\",\"name\":\"Jo\","
                     "\"email\":\"jo@example.com\"}}}", i, i, i, customer, customer);
    assert_string_equal(world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n), "create");
    snprintf(key, sizeof key, "cstar:k%d", i);
    int64_t id = world_find(w, "cstar", key);
    assert_true(id > 0);
    return id;
}

static int64_t create(struct world *w, int i)
{
    return create_for(w, i, i);
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
    struct err err = {0};
    assert_true(store_tally_get(w->engine.store, name, key, 0, &n, &sum, &err));
    return sum;
}

static void a_boss_is_beaten_by_three_who_all_get_their_share(void **state)
{
    (void)state;
    static const char *const agents[] = {"ana", "tom", "mara"};
    struct world *w = world_open(NULL);
    struct score_row *rows;
    struct err err = {0};
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

/* --- who is paid --- */

static const struct score_row *newest(struct world *w, const char *agent)
{
    struct score_row *rows;
    struct err err = {0};
    int count;
    assert_true(store_score_agent(w->engine.store, w->arena, agent, 1, &rows, &count, &err));
    return count ? rows : NULL;
}

static int64_t counted(struct world *w, const char *name, const char *key, int64_t day)
{
    int64_t n, sum;
    struct err err = {0};
    assert_true(store_tally_get(w->engine.store, name, key, day, &n, &sum, &err));
    return n;
}

static int64_t tally_of_day(struct world *w, const char *name, const char *key)
{
    int64_t n, sum;
    struct err err = {0};
    assert_true(store_tally_get(w->engine.store, name, key, score_day(w->now), &n, &sum, &err));
    return sum;
}

static void update(struct world *w, int i, const char *members)
{
    static int event;
    char body[700], at[32];
    clock_format(w->now, at);
    int n = snprintf(body, sizeof body, "{\"id\":\"evt_m%d\",\"type\":\"ticket.message_added\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":"
                                        "{\"ticket\":{\"id\":\"k%d\"},%s}}", event, at, i, members);
    event++;
    world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n);
}

static void rate(struct world *w, int i, int rating)
{
    char body[400], at[32];
    static int event;
    clock_format(w->now, at);
    int n = snprintf(body, sizeof body, "{\"id\":\"evt_r%d\",\"type\":\"survey.submitted\",\"created_at\":\"%s\",\"team_id\":\"t\",\"data\":"
                                        "{\"survey\":{\"id\":\"sv%d\",\"ticketId\":\"k%d\",\"rating\":%d}}}", event, at, event, i, rating);
    event++;
    world_post(w, "cstar", "cstar", DOOR_WEBHOOK, body, (size_t)n);
}

static void those_who_answered_share_by_turns_of_the_conversation(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = create(w, 0);
    assert_true(world_ok(world_do(w, "ana", "reply", id, "Have you tried this?")));
    assert_true(world_ok(world_do(w, "ana", "reply", id, "Or that?")));
    update(w, 0, "\"message\":{\"id\":\"m1\",\"sender\":\"customer\",\"content\":\"Yes, both.\"}");
    assert_true(world_ok(world_do(w, "tom", "reply", id, "Then it is this.")));
    assert_true(world_ok(world_do(w, "tom", "close", id, NULL)));
    assert_int_equal(newest(w, "ana")->xp, 18); /* 25 x 1.5 x 1 of 2, once for both lines */
    assert_int_equal(newest(w, "tom")->xp, 18);
    assert_string_equal(newest(w, "ana")->reason, "normal, gold, streak, 1 of 2 replies");
    world_close(w);
}

static void a_close_without_an_answer_of_ones_own_is_written_down_at_nothing(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t id = create(w, 0);
    assert_true(world_ok(world_do(w, "tom", "reply", id, "It is this.")));
    assert_true(world_ok(world_do(w, "mara", "assign", id, "ana")));
    assert_true(world_ok(world_do(w, "ana", "close", id, NULL)));
    assert_int_equal(newest(w, "ana")->xp, 0);
    assert_string_equal(newest(w, "ana")->reason, "normal, gold, first contact, streak, others answered");
    assert_int_equal(newest(w, "tom")->xp, 41);
    world_close(w);
}

static void a_good_word_pays_once_where_the_work_did_and_a_bad_one_costs_nothing(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t first = create(w, 0), second = create(w, 1);
    rate(w, 0, 5); /* before it is resolved */
    finish(w, "ana", first);
    assert_string_equal(newest(w, "ana")->rule, "resolve");
    int64_t had = tally(w, "xp", "ana");
    rate(w, 0, 4);
    assert_int_equal(tally(w, "xp", "ana"), had + 10);
    assert_string_equal(newest(w, "ana")->rule, "csat");
    rate(w, 0, 5);
    assert_int_equal(tally(w, "xp", "ana"), had + 10);
    assert_true(world_ok(world_do(w, "ana", "reopen", first, NULL)));
    assert_int_equal(tally(w, "xp", "ana"), 10); /* the word stands */
    finish(w, "tom", second);
    had = tally(w, "xp", "tom");
    rate(w, 1, 1);
    assert_int_equal(tally(w, "xp", "tom"), had);
    world_close(w);
}

static void a_correction_that_stands_pays_at_the_resolve_and_one_taken_back_does_not(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    for (int i = 0; i < 2; i++) {
        int64_t id = create(w, i);
        assert_true(world_ok(world_do(w, "tom", "label", id, "critical")));
        if (i)
            assert_true(world_ok(world_do(w, "tom", "undo", id, NULL)));
        finish(w, "ana", id);
        assert_int_equal(tally(w, "xp", "tom"), 2);
    }
    assert_int_equal(counted(w, "feat", "tom\x1flabels", 0), 1);
    world_close(w);
}

static void an_article_pays_its_author_when_a_lead_accepts_it_once(void **state)
{
    (void)state;
    static const char article[] = "{\"id\":\"evt_a\",\"type\":\"article.published\",\"created_at\":\"2027-01-01T00:00:00Z\",\"team_id\":\"t\",\"data\":"
                                  "{\"article\":{\"id\":\"a1\",\"title\":\"How to\",\"status\":\"published\",\"content\":\"So.\"}}}";
    struct world *w = world_open(NULL);
    world_post(w, "cstar", "cstar", DOOR_WEBHOOK, article, sizeof article - 1);
    assert_false(world_ok(world_do(w, "tom", "accept-article", 0, "{\"article\":\"cstar:a1\",\"agent\":\"ana\"}"))); /* no lead */
    assert_false(world_ok(world_do(w, "mara", "accept-article", 0, "{\"article\":\"cstar:a2\",\"agent\":\"ana\"}")));
    assert_false(world_ok(world_do(w, "mara", "accept-article", 0, "{\"article\":\"cstar:a1\",\"agent\":\"mara\"}")));
    assert_true(world_ok(world_do(w, "mara", "accept-article", 0, "{\"article\":\"cstar:a1\",\"agent\":\"ana\"}")));
    assert_false(world_ok(world_do(w, "mara", "accept-article", 0, "{\"article\":\"cstar:a1\",\"agent\":\"ana\"}")));
    assert_int_equal(tally(w, "xp", "ana"), 25);
    assert_int_equal(tally(w, "held", "ana"), 0);
    world_close(w);
}

static void a_clean_handover_pays_whoever_gave_the_desk_away_once_a_day(void **state)
{
    (void)state;
    static const char config[] = "agents:\n  - {name: mara, uid: 1003, role: lead}\n  - {name: lea, uid: 1004, role: lead}\n";
    struct world *w = world_open(config);
    static const char *const leads[] = {"mara", "lea"};
    for (int i = 0; i < 5; i++) { /* at 0, 5, 10, 15 and 20 o'clock: the first is nobody's */
        assert_true(world_ok(world_do(w, leads[i % 2], "handover-ack", 0, "{}")));
        world_wait(w, 5 * 3600000LL);
    }
    assert_int_equal(tally(w, "xp", "mara"), 15);
    assert_int_equal(tally(w, "xp", "lea"), 15);
    assert_string_equal(newest(w, "lea")->reason, "clean handover, one a day pays");
    assert_int_equal(counted(w, "feat", "lea\x1fhandovers", 0), 1);
    world_close(w);
}

static void a_merge_pays_the_target_alone_and_an_unmerge_gives_it_back(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t target = create_for(w, 0, 7), source = create_for(w, 1, 7);
    char into[24];
    snprintf(into, sizeof into, "%lld", (long long)target);
    finish(w, "ana", source);
    finish(w, "ana", target);
    assert_int_equal(tally(w, "xp", "ana"), 82);
    assert_true(world_ok(world_do(w, "ana", "merge", source, into)));
    assert_int_equal(tally(w, "xp", "ana"), 41);
    assert_string_equal(newest(w, "ana")->reason, "merged");
    assert_int_equal(newest(w, "ana")->ticket, source);
    world_wait(w, 120000);
    assert_true(world_ok(world_do(w, "ana", "unmerge", source, NULL)));
    assert_int_equal(tally(w, "xp", "ana"), 82);
    world_close(w);
}

static void who_does_not_play_earns_nothing_and_comes_back_at_will(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    int64_t first = create(w, 0), second = create(w, 1);
    assert_false(world_ok(world_do(w, "ana", "privacy", 0, "{\"is\":\"loud\"}")));
    assert_true(world_ok(world_do(w, "ana", "privacy", 0, "{\"is\":\"off\"}")));
    finish(w, "ana", first);
    assert_null(newest(w, "ana"));
    assert_true(world_ok(world_do(w, "ana", "privacy", 0, "{\"is\":\"private\"}")));
    finish(w, "ana", second);
    assert_int_equal(newest(w, "ana")->xp, 41);
    world_close(w);
}

static void a_source_that_runs_its_own_game_pays_nothing_here_and_wakes_no_boss(void **state)
{
    (void)state;
    static const char config[] =
        "sources:\n  - {name: cstar, dialect: cstar, secrets: [s], game: mirror, reply_via: webhook, reply_url: 'https://a.example/', reply_secret: r}\n"
        "agents:\n  - {name: ana, uid: 1001}\n";
    struct world *w = world_open(config);
    int64_t id = 0;
    for (int i = 0; i < TICKETS; i++)
        id = create(w, i);
    finish(w, "ana", id);
    assert_null(newest(w, "ana"));
    assert_int_equal(world_entries(w, id, "boss"), 0);
    assert_int_equal(counted(w, "open_mirrored", "", 0), TICKETS - 1);
    world_close(w);
}

/* --- told outside --- */

static int told(struct world *w, const char *type)
{
    struct parcel_query q = {.destination = "hook", .limit = 500, .oldest_first = true};
    struct parcel *list;
    struct err err = {0};
    int count, n = 0;
    assert_true(store_parcel_list(w->engine.store, w->arena, &q, &list, &count, &err));
    for (int i = 0; i < count; i++) {
        char *data, *redaction;
        assert_true(store_letter_get(w->engine.store, w->arena, list[i].letter, &data, &redaction, &err));
        n += str_eq(json_get_string(json_parse_in(w->arena, data, strlen(data), &json_limits_dialect, NULL, NULL), "type", ""), type);
    }
    return n;
}

static void the_game_is_told_of_by_the_names_that_teams_know(void **state)
{
    (void)state;
    char config[2048];
    snprintf(config, sizeof config, "%s"
             "destinations:\n  - {name: hook, kind: webhook, url: 'https://hook.example/', format: cstar, secrets: [s]}\n"
             "routes:\n  - {name: own, of: desk, match: ['boss.*', 'player.*', 'achievement.*'], to: [hook]}\n", world_config);
    struct world *w = world_open(config);
    static const char *const agents[] = {"ana", "tom", "mara"};
    int64_t ids[30];
    for (int i = 0; i < 30; i++)
        ids[i] = create(w, i);
    assert_int_equal(told(w, "boss.spawned"), 1);
    for (int i = 0; i < 6; i++)
        finish(w, agents[i % 3], ids[i]);
    assert_int_equal(told(w, "boss.damaged"), 5); /* four, a last blow that is no damage but the end, and one to the next */
    assert_int_equal(told(w, "boss.defeated"), 1);
    assert_int_equal(told(w, "boss.spawned"), 2); /* there is enough to do for the next */
    assert_true(told(w, "achievement.unlocked") >= 6);
    assert_true(world_ok(world_do(w, "ana", "reopen", ids[0], NULL)));
    assert_int_equal(told(w, "boss.damaged"), 5); /* that blow was the first boss's, who does not rise */
    assert_true(world_ok(world_do(w, "ana", "reopen", ids[5], NULL)));
    assert_int_equal(told(w, "boss.damaged"), 6); /* as healed as it is */
    for (int i = 6; i < 30; i++)
        finish(w, agents[i % 3], ids[i]);
    world_wait(w, 5 * (int64_t)DAY);
    assert_true(told(w, "player.level_up") >= 2);
    world_close(w);
}

static void bosses_are_measured_by_what_the_desk_gets_done(void **state)
{
    (void)state;
    enum { A_DAY = 30 };
    struct world *w = world_open(NULL);
    static const char *const agents[] = {"ana", "tom", "mara"};
    struct err err = {0};
    char *data;
    int n = 0;
    for (int day = 0; day < 6; day++) {
        for (int i = 0; i < A_DAY; i++, n++) {
            int64_t id = create(w, n);
            assert_true(world_ok(world_do(w, "mara", "priority", id, "high")));
            finish(w, agents[n % 3], id);
        }
        world_wait(w, DAY - A_DAY * 120000);
    }
    world_wait(w, 2000);
    for (int i = 0; i < 8; i++)
        create(w, n++);
    assert_true(store_record_get(w->engine.store, w->arena, "boss", "boss-1", &data, &err) && !data); /* at first sight it took five */
    create(w, n++);
    assert_true(store_record_get(w->engine.store, w->arena, "boss", "boss-1", &data, &err) && data);
    assert_non_null(strstr(data, "\"tickets_required\":9,")); /* 0.3 x 30 */
    assert_non_null(strstr(data, "\"max_hp\":450"));          /* x 50, what a ticket was worth */
    assert_int_equal(tally_of_day(w, "usual", "resolves"), A_DAY);
    assert_int_equal(tally_of_day(w, "usual", "base"), 50);
    world_close(w);
}

/* --- time --- */

static void a_boss_nobody_beats_leaves_by_itself_after_five_working_days(void **state)
{
    (void)state;
    struct world *w = world_open(NULL);
    struct err err = {0};
    int64_t next;
    for (int i = 0; i < TICKETS; i++)
        create(w, i);
    char *key = store_meta_get(w->engine.store, w->arena, "boss", &err), *data;
    assert_string_equal(key, "boss-1");
    assert_true(engine_next(&w->engine, &next, &err) && next > 0);
    world_wait(w, 7 * (int64_t)DAY - 1000); /* from a Friday: five working days are a week */
    assert_true(store_record_get(w->engine.store, w->arena, "boss", "boss-1", &data, &err));
    assert_non_null(strstr(data, "\"state\":\"active\""));
    world_wait(w, 2000);
    assert_true(store_record_get(w->engine.store, w->arena, "boss", "boss-1", &data, &err));
    assert_non_null(strstr(data, "\"state\":\"fled\""));
    assert_string_equal(store_meta_get(w->engine.store, w->arena, "boss", &err), "boss-2"); /* there is still as much to do */
    world_close(w);
}

static void a_day_is_the_agents_own_and_leave_does_not_break_a_streak(void **state)
{
    (void)state;
    static const char config[] =
        "sources:\n  - {name: cstar, dialect: cstar, secrets: [s], reply_via: webhook, reply_url: 'https://a.example/', reply_secret: r}\n"
        "agents:\n  - {name: ana, uid: 1001, tz: Pacific/Auckland}\n  - {name: tom, uid: 1002}\n  - {name: mara, uid: 1003, role: lead}\n";
    struct world *w = world_open(config);
    char with[120];
    const struct config_agent *ana = config_agent(w->engine.config, "ana"), *tom = config_agent(w->engine.config, "tom");
    world_wait(w, 3 * (int64_t)DAY + 12 * 3600000LL); /* Monday, noon in UTC: already Tuesday in Auckland */
    assert_int_equal(player_day(ana, w->now), player_day(tom, w->now) + 1);
    finish(w, "ana", create(w, 0));
    assert_int_equal(newest(w, "ana")->day, player_day(ana, w->now));
    world_wait(w, DAY);
    finish(w, "ana", create(w, 1));
    assert_string_equal(newest(w, "ana")->reason, "normal, gold, first contact, streak");
    assert_int_equal(newest(w, "ana")->xp, 42); /* 25 x 1.5 x 1.1 x 1.02 = 42.07: the second day in a row */
    snprintf(with, sizeof with, "{\"agent\":\"ana\",\"from\":%lld,\"to\":%lld}", (long long)w->now + 1000, (long long)w->now + 23 * (long long)DAY / 4);
    assert_true(world_ok(world_do(w, "ana", "absence", 0, with)));
    world_wait(w, 6 * (int64_t)DAY);
    finish(w, "ana", create(w, 2));
    assert_int_equal(newest(w, "ana")->xp, 42); /* 25 x 1.65 x 1.03 = 42.48 */
    assert_non_null(strstr(newest(w, "ana")->reason, "streak"));
    world_close(w);
}

/* --- random days --- */

static void check_sums(struct world *w, const char *agent)
{
    struct entry_query q = {.kind = "score", .limit = 512};
    struct entry *list;
    struct err err = {0};
    struct tally_day days[400];
    int n, count;
    int64_t journal = 0, by_day = 0, ledger = 0, held = 0;
    do {
        assert_true(store_entry_list(w->engine.store, w->arena, &q, &list, &n, &err));
        for (int i = 0; i < n; i++) {
            const struct json *row = json_parse_in(w->arena, list[i].data, strlen(list[i].data), &json_limits_native, NULL, NULL);
            journal += str_eq(json_get_string(row, "agent", ""), agent) ? json_get_i64(row, "xp", 0) : 0;
            q.after = list[i].seq;
        }
    } while (n == q.limit);
    struct score_row *rows;
    assert_true(store_score_agent(w->engine.store, w->arena, agent, 4000, &rows, &count, &err));
    for (int i = 0; i < count; i++) {
        ledger += rows[i].xp;
        bool kept = (str_eq(rows[i].rule, "resolve") || str_eq(rows[i].rule, "label")) && world_ticket(w, rows[i].ticket)->status != STATUS_CLOSED;
        held += kept ? rows[i].xp : 0;
    }
    int count_of_rows = count;
    assert_true(store_tally_range(w->engine.store, "xp", agent, 1, INT64_MAX, days, 400, &count, &err));
    for (int i = 0; i < count; i++)
        by_day += days[i].sum;
    for (int i = 0; i < count_of_rows; i++) /* one row for each agent, ticket, rule and epoch */
        for (int k = 0; k < i; k++)
            assert_false(rows[i].ticket && !rows[i].reverses && !rows[k].reverses && rows[i].ticket == rows[k].ticket &&
                         rows[i].epoch == rows[k].epoch && str_eq(rows[i].rule, rows[k].rule));
    assert_int_equal(journal, ledger);
    assert_int_equal(tally(w, "xp", agent), ledger);
    assert_int_equal(by_day, ledger);
    assert_int_equal(tally(w, "held", agent), held);
}

static void check_boss(struct world *w)
{
    struct err err = {0};
    char *key = store_meta_get(w->engine.store, w->arena, "boss", &err), *data;
    struct dealt dealt[16];
    int count;
    int64_t lost = 0;
    if (!key || !*key)
        return;
    assert_true(store_record_get(w->engine.store, w->arena, "boss", key, &data, &err) && data);
    const struct json *boss = json_parse_in(w->arena, data, strlen(data), &json_limits_native, NULL, NULL);
    assert_true(store_score_dealt(w->engine.store, w->arena, key, dealt, 16, &count, &err));
    for (int i = 0; i < count; i++)
        lost += dealt[i].damage;
    assert_int_equal(json_get_i64(boss, "max_hp", 0) - json_get_i64(boss, "hp", 0), lost);
}

static void a_random_turn(struct world *w, unsigned *seed, int tickets)
{
    static const char *const agents[] = {"ana", "tom", "mara"}, *const words[] = {"low", "normal", "high", "urgent"};
    static const char *const labels[] = {"low", "high", "critical"};
    const char *who = agents[rand_r(seed) % 3];
    int i = (int)(rand_r(seed) % (unsigned)tickets);
    int64_t id = i + 1;
    world_wait(w, rand_r(seed) % 12 == 0 ? DAY : (int64_t)(rand_r(seed) % 3600) * 1000);
    switch (rand_r(seed) % 12) {
    case 0: world_do(w, who, "reply", id, "Please try again."); break;
    case 1: world_do(w, who, "close", id, NULL); break;
    case 2: world_do(w, who, "reply", id, "Done."); world_do(w, who, "close", id, NULL); break;
    case 3: world_do(w, who, "reopen", id, NULL); break;
    case 4: world_do(w, who, "undo", id, NULL); break;
    case 5: world_do(w, who, "assign", id, agents[rand_r(seed) % 3]); break;
    case 6: world_do(w, who, "priority", id, words[rand_r(seed) % 4]); break;
    case 7: world_do(w, who, "label", id, labels[rand_r(seed) % 3]); break;
    case 8: rate(w, i, 1 + (int)(rand_r(seed) % 5)); break;
    case 9: world_do(w, who, rand_r(seed) % 2 ? "spam" : "unmerge", id, NULL); break;
    case 10: world_do(w, who, "redo", id, NULL); break;
    default: update(w, i, "\"message\":{\"sender\":\"customer\",\"content\":\"And now?\"}");
    }
}

static void ledgers_come_out_of_their_journals_again_to_the_last_point(void **state)
{
    enum { HISTORIES = 12, TURNS = 120 };
    int64_t rows = 0, bosses = 0;
    (void)state;
    for (unsigned run = 1; run <= HISTORIES; run++) {
        struct world *w = world_open(NULL);
        unsigned seed = run;
        struct err err = {0};
        for (int i = 0; i < 10; i++)
            create(w, i);
        for (int i = 0; i < TURNS; i++)
            a_random_turn(w, &seed, 10);
        check_sums(w, "ana");
        check_sums(w, "tom");
        check_sums(w, "mara");
        check_boss(w);
        world_rebuilds(w);
        char *count = store_meta_get(w->engine.store, w->arena, "boss_count", &err);
        bosses += count ? atoll(count) : 0;
        struct score_row *list;
        for (int a = 0, n; a < 3; a++, rows += n)
            assert_true(store_score_agent(w->engine.store, w->arena, (const char *const[]){"ana", "tom", "mara"}[a], 4000, &list, &n, &err));
        world_close(w);
    }
    print_message("# %d random histories of %d turns: %lld ledger rows, %lld bosses; all out of the journal again, row for row\n", HISTORIES, TURNS,
                  (long long)rows, (long long)bosses);
    assert_true(rows > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_boss_is_beaten_by_three_who_all_get_their_share),
        cmocka_unit_test(xp_is_held_until_the_ticket_closes_and_an_achievement_comes_once),
        cmocka_unit_test(those_who_answered_share_by_turns_of_the_conversation),
        cmocka_unit_test(a_close_without_an_answer_of_ones_own_is_written_down_at_nothing),
        cmocka_unit_test(a_good_word_pays_once_where_the_work_did_and_a_bad_one_costs_nothing),
        cmocka_unit_test(a_correction_that_stands_pays_at_the_resolve_and_one_taken_back_does_not),
        cmocka_unit_test(an_article_pays_its_author_when_a_lead_accepts_it_once),
        cmocka_unit_test(a_clean_handover_pays_whoever_gave_the_desk_away_once_a_day),
        cmocka_unit_test(a_merge_pays_the_target_alone_and_an_unmerge_gives_it_back),
        cmocka_unit_test(who_does_not_play_earns_nothing_and_comes_back_at_will),
        cmocka_unit_test(a_source_that_runs_its_own_game_pays_nothing_here_and_wakes_no_boss),
        cmocka_unit_test(the_game_is_told_of_by_the_names_that_teams_know),
        cmocka_unit_test(bosses_are_measured_by_what_the_desk_gets_done),
        cmocka_unit_test(a_boss_nobody_beats_leaves_by_itself_after_five_working_days),
        cmocka_unit_test(a_day_is_the_agents_own_and_leave_does_not_break_a_streak),
        cmocka_unit_test(ledgers_come_out_of_their_journals_again_to_the_last_point),
    };
    return cmocka_run_group_tests_name("game", tests, NULL, NULL);
}
