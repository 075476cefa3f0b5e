/* game: the game over the real socket: a boss comes and is hit, a ledger is its owner's, every number says why, points come
 * back, the source that plays by itself is shown as it tells it, and the shell says the same. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/house.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: game\n"
                             "sources:\n"
                             "  - {name: rbs, dialect: rbs, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "  - {name: their, dialect: cstar, auth: none, game: mirror}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true, key_id: k-ana, tz: Europe/Berlin}\n"
                             "  - {name: mara, role: lead, key_id: k-mara}\n"
                             "  - {name: root, role: admin, key_id: k-root}\n";
enum { SOON = 20000, TICKETS = 6 };
static char out[262144];

static struct answer get(const char *key, const char *path)
{
    char header[64];
    snprintf(header, sizeof header, "X-Triage-Key: %s\r\n", key);
    return client_ask(house.desk, "GET", path, header, NULL, 0);
}

static struct answer act(const char *key, const char *body)
{
    char header[96];
    snprintf(header, sizeof header, "X-Triage-Key: %s\r\nContent-Type: application/json\r\n", key);
    return client_ask(house.desk, "POST", "/v1/do", header, body, strlen(body));
}

static void done(const char *key, const char *body)
{
    struct answer a = act(key, body);
    const struct json *first = json_first(json_get(a.json, "results"));
    if (a.status != 200 || !json_get_bool(first, "ok", false))
        fail_msg("%s: %d %s", body, a.status, a.body);
}

static void file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/fixtures/events/exact/cstar/%s.json", getenv("TRIAGE_SRCDIR"), name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("no %s", path);
    size_t n = fread(out, 1, sizeof out, f);
    fclose(f);
    assert_int_equal(client_ask(house.in, "POST", "/in/their", "Content-Type: application/json\r\n", out, n).status, 200);
}

static void shell(const char *words)
{
    char command[512];
    snprintf(command, sizeof command, "%s/triage %s 2>&1", getenv("TRIAGE_BUILDDIR"), words);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    out[fread(out, 1, sizeof out - 1, pipe)] = 0;
    assert_int_equal(pclose(pipe), 0);
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static const struct json *one(const struct json *list, const char *member, const char *value)
{
    for (const struct json *row = json_first(list); row; row = json_next(row))
        if (str_eq(json_get_string(row, member, ""), value))
            return row;
    return NULL;
}

static int start(void **state)
{
    char body[700];
    (void)state;
    house_open(config);
    setenv("TRIAGE_KEY", "k-ana", 1);
    for (int i = 1; i <= TICKETS; i++) {
        snprintf(body, sizeof body, "{\"eventId\":\"e-%d\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-11-01T10:00:00Z\",\"source\":\"caracol\","
                                    "\"data\":{\"source_ticket_id\":\"t%d\",\"user_id\":\"u%d\",\"user_name\":\"U\",\"user_email\":\"u@example.com\","
                                    "\"subject\":\"Where is my invoice?\",\"description\":\"Some text\",\"priority\":\"medium\"}}", i, i, i);
        assert_int_equal(client_post(house.in, "/in/rbs", body).status, 200);
    }
    return 0;
}

static void a_resolve_hits_the_boss_and_stands_in_the_ledger_held(void **state)
{
    (void)state;
    done("k-ana", "{\"do\":\"reply\",\"tickets\":[1],\"text\":\"It is on its way.\"}");
    done("k-ana", "{\"do\":\"close\",\"tickets\":[1]}");
    struct answer a = get("k-ana", "/v1/scores");
    const struct json *boss = json_get(a.json, "boss"), *hit = json_first(json_get(a.json, "hits")), *line = json_first(json_get(a.json, "ledger"));
    const struct json *me = one(json_get(a.json, "players"), "agent", "ana");
    assert_int_equal(a.status, 200);
    assert_string_equal(json_get_string(a.json, "rules", ""), "default");
    assert_int_equal(json_get_i64(boss, "max_hp", 0), 125);
    assert_int_equal(json_get_i64(boss, "hp", 0), 100);
    assert_int_equal(json_count(json_get(a.json, "past")), 0); /* it stands */
    assert_int_equal(json_get_i64(hit, "damage", 0), 25);
    assert_string_equal(json_get_string(line, "state", ""), "held");
    int64_t xp = json_get_i64(line, "xp", 0);
    assert_true(xp >= 41);
    assert_int_equal(json_get_i64(me, "held", 0), xp);
    assert_int_equal(json_get_i64(me, "season", 0), xp);
    assert_int_equal(json_get_i64(me, "xp", -1), 0);
    assert_int_equal(json_get_i64(json_get(a.json, "season"), "xp", 0), xp);
    assert_int_equal(json_count(json_get(json_get(a.json, "season"), "days")), 31);
    assert_non_null(one(json_get(a.json, "achievements"), "key", "first_blood"));
}

static void a_number_says_how_it_came_about(void **state)
{
    (void)state;
    struct answer a = get("k-ana", "/v1/tickets/1/why/score");
    holds(a.body, "25 base x 1.50 gold x 1.10 first contact");
    holds(a.body, "; hit the boss for 25; held until the ticket closes for good");
    holds(a.body, "Rule set in force: default.");
    holds(a.body, "Europe/Berlin");
    done("k-ana", "{\"do\":\"close\",\"tickets\":[2]}");
    holds(get("k-ana", "/v1/tickets/2/why/score").body, "but nothing is paid: no public reply");
}

static void a_ledger_is_its_owners_until_they_open_it(void **state)
{
    (void)state;
    assert_int_equal(get("k-mara", "/v1/ledger?agent=ana").status, 403);
    assert_int_equal(get("k-mara", "/v1/ledger?agent=nobody").status, 404);
    assert_int_equal(get("k-ana", "/v1/ledger").status, 200);
    assert_int_equal(json_count(json_get(get("k-mara", "/v1/ledger").json, "lines")), 0);
    done("k-ana", "{\"do\":\"privacy\",\"with\":{\"is\":\"public\"}}");
    assert_true(json_count(json_get(get("k-mara", "/v1/ledger?agent=ana").json, "lines")) > 0);
    done("k-ana", "{\"do\":\"privacy\",\"with\":{\"is\":\"off\"}}");
    assert_null(one(json_get(get("k-mara", "/v1/scores").json, "players"), "agent", "ana"));
    done("k-ana", "{\"do\":\"privacy\",\"with\":{\"is\":\"private\"}}");
    assert_int_equal(get("k-mara", "/v1/ledger?agent=ana").status, 403);
}

static void a_guard_of_another_kind_is_refused_and_nothing_is_done(void **state)
{
    (void)state;
    static const char *const guards[] = {"\"dry_run\":\"true\"", "\"dry_run\":1", "\"version\":\"1\"", "\"thread_version\":[]", "\"key\":7"};
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"do\":\"note\",\"tickets\":[3],\"text\":\"not to be done\",%s}", guards[i]);
        assert_int_equal(act("k-ana", body).status, 400);
    }
    assert_null(strstr(get("k-ana", "/v1/tickets/3/lines").body, "not to be done"));
}

static void what_looks_odd_is_for_leads(void **state)
{
    (void)state;
    assert_int_equal(get("k-ana", "/v1/outliers").status, 403);
    struct answer a = get("k-mara", "/v1/outliers");
    const struct json *row = one(json_get(a.json, "agents"), "agent", "ana");
    assert_int_equal(json_get_i64(row, "closes", 0), 2);
    assert_int_equal(json_get_i64(row, "reopened", -1), 0);
    assert_int_equal(json_get_i64(json_get(row, "gaps"), "10s", 0), 1);
    setenv("TRIAGE_KEY", "k-mara", 1);
    shell("outliers");
    holds(out, "AGENT            CLOSED   CAME BACK");
    holds(out, "ana                   2      0 (0%)       1");
    shell("outliers --json");
    holds(out, "\"reopened_bp\":0");
    setenv("TRIAGE_KEY", "k-ana", 1);
}

static void a_reopen_takes_the_points_back_and_heals(void **state)
{
    (void)state;
    done("k-ana", "{\"do\":\"reopen\",\"tickets\":[1]}");
    struct answer a = get("k-ana", "/v1/scores");
    const struct json *line = json_first(json_get(a.json, "ledger"));
    assert_int_equal(json_get_i64(json_get(a.json, "boss"), "hp", 0), 125);
    assert_string_equal(json_get_string(line, "state", ""), "reversal");
    assert_non_null(one(json_get(a.json, "ledger"), "state", "reversed"));
    assert_int_equal(json_get_i64(one(json_get(a.json, "players"), "agent", "ana"), "held", -1), 0);
    holds(get("k-ana", "/v1/tickets/1/why/score").body, "taken back: reopened; the boss got 25 back");
    holds(get("k-mara", "/v1/outliers").body, "\"reopened\":1");
}

static void odd_is(int closes, int reopened)
{
    struct answer a = get("k-mara", "/v1/outliers");
    const struct json *row = one(json_get(a.json, "agents"), "agent", "ana");
    if (json_get_i64(row, "closes", -1) != closes || json_get_i64(row, "reopened", -1) != reopened)
        fail_msg("%d closed, %d came back: %s", closes, reopened, a.body);
}

/* Who slips and takes it back has no ticket that came back. */
static void what_was_taken_back_is_not_odd(void **state)
{
    (void)state;
    odd_is(2, 1);
    done("k-ana", "{\"do\":\"close\",\"tickets\":[3]}");
    odd_is(3, 1);
    done("k-ana", "{\"do\":\"undo\"}");
    odd_is(2, 1);
    holds(get("k-ana", "/v1/tickets/3/why/score").body, "taken back: undone");
    done("k-ana", "{\"do\":\"redo\"}");
    odd_is(3, 1);
    done("k-ana", "{\"do\":\"undo\"}");
    odd_is(2, 1);
    done("k-ana", "{\"do\":\"reopen\",\"tickets\":[2]}");
    odd_is(2, 2);
    done("k-ana", "{\"do\":\"undo\"}");
    odd_is(2, 1);
}

static void a_game_that_runs_elsewhere_is_shown_as_it_is_told(void **state)
{
    (void)state;
    assert_true(json_is(json_get(get("k-ana", "/v1/scores").json, "mirrored"), JSON_NULL));
    file("boss.spawned");
    file("player.level_up");
    const struct json *other = json_get(get("k-ana", "/v1/scores").json, "mirrored");
    const struct json *boss = json_first(json_get(other, "bosses")), *player = json_first(json_get(other, "players"));
    assert_string_equal(json_get_string(boss, "name", ""), "The Ticket Titan");
    assert_int_equal(json_get_i64(boss, "max_hp", 0), 500);
    assert_int_equal(json_get_i64(player, "level", 0), 5);
    assert_int_equal(json_get_i64(player, "xp", 0), 2500);
    file("boss.defeated");
    boss = json_first(json_get(json_get(get("k-ana", "/v1/scores").json, "mirrored"), "bosses"));
    assert_string_equal(json_get_string(boss, "state", ""), "defeated");
    assert_int_equal(json_get_i64(json_get(get("k-ana", "/v1/scores").json, "boss"), "max_hp", 0), 125); /* ours stands as it stood */
}

static void what_is_held_is_settled_when_the_clock_closes_the_ticket(void **state)
{
    (void)state;
    done("k-ana", "{\"do\":\"close\",\"tickets\":[1]}");
    *house.run->clock += 5 * INT64_C(86400000);
    done("k-mara", "{\"do\":\"note\",\"tickets\":[3],\"text\":\"still open\"}"); /* the writer looks at the clock */
    int64_t settled = 0;
    for (int64_t end = clock_mono() + SOON; clock_mono() < end && !settled; usleep(20000))
        settled = json_get_i64(one(json_get(get("k-ana", "/v1/scores").json, "players"), "agent", "ana"), "xp", 0);
    assert_true(settled >= 37); /* 25 x 1.5, no longer at first contact */
    const char *gone = "/v1/scores?season=2026-12"; /* nobody had come to the desk yet */
    assert_int_equal(json_get_i64(one(json_get(get("k-ana", gone).json, "players"), "agent", "ana"), "season", -1), 0);
    assert_int_equal(get("k-ana", "/v1/scores?season=soon").status, 400);
    holds(get("k-ana", "/v1/tickets/1/why/score").body, "settled, the ticket is closed");
    assert_string_equal(json_get_string(json_first(json_get(get("k-ana", "/v1/ledger").json, "lines")), "state", ""), "settled");
}

static void the_shell_says_the_same(void **state)
{
    (void)state;
    shell("scores");
    holds(out, "rules default");
    holds(out, "as cstar tells it");
    shell("scores --season 2026-12");
    holds(out, "season 2026-12: 0 XP");
    shell("ledger");
    holds(out, "settled    #1 normal, gold");
    holds(out, "reversal   #1 reopened");
    shell("scores --json");
    holds(out, "\"mirrored\":{");
    shell("why 1 score");
    holds(out, "25 base x 1.50 gold");
}

/* The shell asks as the administrator for a while. */
static void scores_begin_anew_and_the_ledger_says_who_and_why(void **state)
{
    (void)state;
    int64_t lines = json_count(json_get(get("k-ana", "/v1/ledger").json, "lines"));
    assert_true(json_get_i64(json_get(get("k-ana", "/v1/ledger").json, "player"), "xp", 0) > 0);
    setenv("TRIAGE_KEY", "k-root", 1);
    shell("reset-xp all a new season --confirm");
    holds(out, "everybody: scores count from now on");
    setenv("TRIAGE_KEY", "k-ana", 1);
    struct answer a = get("k-ana", "/v1/scores");
    const struct json *me = one(json_get(a.json, "players"), "agent", "ana");
    assert_int_equal(json_get_i64(me, "xp", -1), 0);
    assert_int_equal(json_get_i64(me, "level", -1), 1);
    assert_int_equal(json_get_i64(me, "boss", -1), 0);
    assert_int_equal(json_get_i64(json_get(a.json, "season"), "xp", -1), 0);
    for (const struct json *achievement = json_first(json_get(a.json, "achievements")); achievement; achievement = json_next(achievement))
        assert_int_equal(json_get_i64(achievement, "unlocked_at", 0), 0);
    struct answer b = get("k-ana", "/v1/ledger");
    const struct json *first = json_first(json_get(b.json, "lines"));
    assert_string_equal(json_get_string(first, "rule", ""), "reset");
    assert_string_equal(json_get_string(first, "reason", ""), "reset by root, a new season");
    assert_int_equal(json_count(json_get(b.json, "lines")), lines + 1);
    assert_true(json_get_bool(json_next(first), "before_reset", false));
    shell("ledger");
    holds(out, "reset by root, a new season");
    done("k-root", "{\"do\":\"undo\"}");
    assert_int_equal(json_count(json_get(get("k-ana", "/v1/ledger").json, "lines")), lines);
    assert_true(json_get_i64(json_get(get("k-ana", "/v1/ledger").json, "player"), "xp", 0) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_resolve_hits_the_boss_and_stands_in_the_ledger_held),
        cmocka_unit_test(a_number_says_how_it_came_about),
        cmocka_unit_test(a_ledger_is_its_owners_until_they_open_it),
        cmocka_unit_test(a_guard_of_another_kind_is_refused_and_nothing_is_done),
        cmocka_unit_test(what_looks_odd_is_for_leads),
        cmocka_unit_test(a_reopen_takes_the_points_back_and_heals),
        cmocka_unit_test(what_was_taken_back_is_not_odd),
        cmocka_unit_test(a_game_that_runs_elsewhere_is_shown_as_it_is_told),
        cmocka_unit_test(what_is_held_is_settled_when_the_clock_closes_the_ticket),
        cmocka_unit_test(the_shell_says_the_same),
        cmocka_unit_test(scores_begin_anew_and_the_ledger_says_who_and_why),
    };
    return cmocka_run_group_tests_name("game", tests, start, house_left);
}
