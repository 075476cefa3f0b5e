/* config: what a file may say, what it gets when it says nothing, and how a mistake is told. */
#include "core/config.h"
#include "base/str.h"
#include "core/sample.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct config *parse_in(struct arena *arena, const char *text, struct err *err)
{
    return config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, err);
}

static struct config *parse(struct arena *arena, const char *text)
{
    struct err err = {0};
    struct config *config = parse_in(arena, text, &err);
    if (!config)
        fail_msg("%s", err.text);
    return config;
}

static void an_empty_file_is_the_sample(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *empty = parse(arena, ""), *sample = parse(arena, sample_config);
    assert_string_equal(empty->team_name, sample->team_name);
    assert_int_equal(empty->sla_count, 3);
    assert_int_equal(empty->slas[0].first_response, 15 * 60000);
    assert_int_equal(empty->slas[0].resolution, 240 * 60000);
    assert_int_equal(empty->slas[1].first_response, 60 * 60000);
    assert_int_equal(empty->slas[1].resolution, 480 * 60000);
    assert_int_equal(empty->slas[2].first_response, 480 * 60000);
    assert_int_equal(empty->slas[2].resolution, 4320 * 60000);
    assert_int_equal(empty->slas[2].warn_before, 15 * 60000);
    assert_null(config_source(empty, "shop"));
    assert_int_equal(empty->page_at_bp, 8000);
    assert_int_equal(empty->page_labels, 50);
    assert_true(empty->page_urgent);
    assert_int_equal(empty->reopen_window, 4 * 86400000LL);
    assert_int_equal(empty->undo_send, 15000);
    assert_int_equal(empty->attachments.file, 10 << 20);
    assert_int_equal(empty->attachments.message, 25 << 20);
    assert_int_equal(empty->attachments.webhook, 10 << 20);
    assert_int_equal(empty->attachments.keep, 7 * 86400000);
    assert_int_equal(empty->port, 0);
    assert_int_equal(empty->escalation_count, sample->escalation_count);
    assert_memory_equal(&empty->game.base, &sample->game.base, sizeof sample->game.base);
}

static void the_compiled_in_sample_is_the_file(void **state)
{
    (void)state;
    static const struct { const char *path, *text; } files[] = {{"config/triage.yaml", sample_config},
                                                                 {"game/default.yaml", sample_game_default},
                                                                 {"game/cstar.yaml", sample_game_cstar}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[1024], text[65536];
        snprintf(path, sizeof path, "%s/data/%s", getenv("TRIAGE_SRCDIR"), files[i].path);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        fclose(file);
        assert_string_equal(text, files[i].text);
    }
}

static void the_built_in_views_stay_and_a_file_may_replace_or_add(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const names[] = {"mine", "unassigned", "critical", "sla-risk", "snoozed", "all", "thanks"};
    const struct config *usual = parse(arena, "");
    assert_int_equal(usual->view_count, 7);
    for (int i = 0; i < 7; i++) {
        assert_string_equal(usual->views[i].name, names[i]);
        assert_int_equal(usual->views[i].mine, i == 0);
    }
    const struct config *own = parse(arena, "views:\n  - {name: vip, when: plan == \"enterprise\"}\n"
                                            "  - {name: critical, title: Hot, when: priority == \"urgent\", sort: age}\n");
    assert_int_equal(own->view_count, 8);
    assert_string_equal(own->views[2].title, "Hot");
    assert_string_equal(own->views[2].sort, "age");
    assert_string_equal(own->views[7].title, "vip");
    assert_string_equal(own->views[7].text, "plan == \"enterprise\"");
}

static void a_view_is_per_agent_only_where_its_expression_names_me(void **state)
{
    (void)state;
    static const struct { const char *when; bool mine; } cases[] = {
        {"assignee == me", true}, {"me == assignee", true}, {"title.contains(\" me \")", false},
        {"title == 'it is \"me\"'", false}, {"has(merged_into)", false}, {"!(assignee==me)", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        AUTO_STR text;
        str_init(&text, 1000);
        str_adds(&text, "views:\n  - name: x\n    when: >-\n      ");
        str_adds(&text, cases[i].when);
        str_adds(&text, "\n");
        const struct config *config = parse(arena, text.data);
        assert_int_equal(config->views[7].mine, cases[i].mine);
    }
}

static const char whole[] =
    "team: acme\n"
    "listen: {port: 8080}\n"
    "sources:\n"
    "  - {name: shop-de, dialect: rbs, secrets: [whsec_a, whsec_b], limit: 64 KiB, rate: 50/s, account: acme}\n"
    "  - name: pool\n"
    "    auth: bearer\n"
    "    token: t-1\n"
    "    strict: yes\n"
    "    reply_via: webhook\n"
    "    reply_url: https://pool.example/in\n"
    "agents:\n"
    "  - {name: ana, uid: 1000, role: lead, keys: ['tamio:tm-2', 'cstar:u1'], page_url: 'https://p.example/ana'}\n"
    "  - {name: bo, team: checkout}\n"
    "sla:\n"
    "  - {name: fast, when: 'plan == \"pro\"', first_response: 30, resolution: 1d}\n"
    "escalation:\n"
    "  page_at: 95%\n"
    "  policies:\n"
    "    - name: p\n"
    "      repeat: 5\n"
    "      ack_timeout: 0\n"
    "      steps:\n"
    "        - {target: ana, delay: 1m, when: hour < 6}\n"
    "        - {target: leads}\n"
    "oncall: [bo, ana]\n"
    "reopen_window: 2w\n"
    "undo_send: 0\n"
    "game: cstar\n";

static void every_key_arrives_where_it_belongs(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, whole);
    const struct config_source *shop = config_source(c, "shop-de"), *pool = config_source(c, "pool");
    assert_string_equal(c->team_name, "acme");
    assert_int_equal(c->port, 8080);
    assert_int_equal(shop->secret_count, 2);
    assert_string_equal(shop->secrets[1], "whsec_b");
    assert_int_equal(shop->limit, 65536);
    assert_int_equal(shop->rate, 50);
    assert_int_equal(shop->burst, 100);
    assert_int_equal(shop->line, 4);
    assert_string_equal(shop->account, "acme");
    assert_string_equal(pool->account, "pool");
    assert_string_equal(pool->dialect, "auto");
    assert_int_equal(pool->auth, AUTH_BEARER);
    assert_int_equal(pool->reply_via, REPLY_WEBHOOK);
    assert_int_equal(pool->limit, 8 << 20);
    assert_true(pool->strict && !pool->disabled && !shop->strict);
    assert_string_equal(config_agent_by_uid(c, 1000)->name, "ana");
    assert_null(config_agent_by_uid(c, -1));
    assert_string_equal(config_agent_by_key(c, "cstar:u1")->name, "ana");
    assert_null(config_agent_by_key(c, "cstar:u2"));
    assert_string_equal(role_word(config_agent(c, "ana")->role), "lead");
    assert_string_equal(role_word(config_agent(c, "bo")->role), "agent");
    assert_int_equal(c->sla_count, 1);
    assert_int_equal(c->slas[0].first_response, 30 * 60000);
    assert_int_equal(c->slas[0].next_response, 0);
    assert_int_equal(c->page_at_bp, 9500);
    assert_int_equal(c->page_labels, 50);
    assert_int_equal(c->escalation_count, 1);
    assert_int_equal(c->escalations[0].repeat, 5);
    assert_int_equal(c->escalations[0].steps[0].delay, 60000);
    assert_non_null(c->escalations[0].steps[0].when);
    assert_int_equal(c->escalations[0].steps[1].delay, 300000);
    assert_int_equal(c->reopen_window, 14 * 86400000LL);
    assert_int_equal(c->undo_send, 0);
    assert_string_equal(c->game.name, "cstar");
}

static void an_emulated_api_needs_no_secret_and_has_its_habits(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, "sources:\n  - {name: a, dialect: ripio, api: {client_id: c, client_secret: s}}\n"
                                          "  - {name: b, dialect: ripio, api: {client_id: d, client_secret: s, enabled: no, customers: known, prefix: HELP}}\n"
                                          "  - {name: e, dialect: ripio, secrets: [x]}\n");
    const struct config_emulation *a = &config_source(c, "a")->emulate, *b = &config_source(c, "b")->emulate;
    assert_string_equal(a->client_id, "c");
    assert_string_equal(a->prefix, "SUP");
    assert_true(a->enabled && !a->known && !a->backend);
    assert_string_equal(b->prefix, "HELP");
    assert_true(!b->enabled && b->known);
    assert_null(config_source(c, "e")->emulate.client_id);
}

static void a_mistake_is_told_with_its_place_and_the_nearest_word(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {"sources:\n  - name: a\n    hedaer: x\n", "t.yaml:3:13: unknown key 'hedaer' in sources[0]"},
        {"sources:\n  - name: a\n    secret: [x]\n", "unknown key 'secret' in sources[0], did you mean 'secrets'?"},
        {"teem: x\n", "t.yaml:1:7: unknown key 'teem', did you mean 'team'?"},
        {"sources:\n  - {name: a}\n", "t.yaml:2:5: sources[0]: 'a' is signed, so it needs `secrets`"},
        {"sources:\n  - {dialect: rbs}\n", "sources[0]: 'name' is missing"},
        {"sources:\n  - {name: a, secrets: [x]}\n  - {name: a, secrets: [x]}\n", "t.yaml:3:5: sources[1]: there is another with the name 'a'"},
        {"sources:\n  - {name: a/b, secrets: [x]}\n", "sources[0].name: 'a/b' may hold letters"},
        {"sources:\n  - {name: a, secrets: [a, b, c, d, e]}\n", "sources[0].secrets has more than 4"},
        {"sources:\n  - {name: a, secrets: [x], dialect: rb}\n", "sources[0].dialect must be one of auto, rbs, ripio"},
        {"sources:\n  - {name: a, secrets: [x], limit: 8 MB}\n", "sources[0].limit must be a size such as 8 MiB"},
        {"sources:\n  - {name: a, secrets: [x], limit: 1 GiB}\n", "sources[0].limit is out of bounds: '1 GiB'"},
        {"sources:\n  - {name: a, auth: bearer}\n", "needs a `token`"},
        {"sources:\n  - {name: a, auth: none, reply_via: webhook}\n", "needs a `reply_url`"},
        {"sources:\n  - {name: a, auth: none, reply_via: webhook, reply_url: ftp://x}\n", "must begin with https:// or http://"},
        {"sources:\n  - {name: a, auth: none, reply_via: webhook, reply_url: 'http://x.example/'}\n", "plain http, which is for this machine only"},
        {"sources:\n  - {name: a, auth: none, api: {client_id: c, client_secret: s}}\n", "only Ripio's API can be spoken here"},
        {"sources:\n  - {name: a, dialect: ripio, api: {client_id: c}}\n", "sources[0].api: needs a `client_id` and a `client_secret`"},
        {"sources:\n  - {name: a, dialect: ripio, secrets: [x], api: ~}\n", "sources[0].api: needs a `client_id`"},
        {"sources:\n  - {name: a, dialect: ripio, api: {client_id: 'c:d', client_secret: s}}\n", "cannot hold a colon"},
        {"sources:\n  - {name: a, dialect: ripio, api: {client_id: c, client_secret: s, customers: some}}\n", "must be one of any, known"},
        {"sources:\n  - {name: a, dialect: ripio, api: {client_id: c, client_secret: s}}\n"
         "  - {name: b, dialect: ripio, api: {client_id: c, client_secret: s}}\n", "another with the client_id 'c'"},
        {"sources:\n  - {name: a, dialect: ripio, api: {client_id: c, client_secret: s, backend: b}}\n", "there is no destination 'b'"},
        {"audit: {destination: vault}\n", "audit.destination: there is no destination 'vault'"},
        {"audit: {every: 5s}\n", "every"},
        {"sources: {name: a}\n", "sources must be a list, not a map"},
        {"sources: [a]\n", "sources[0] must be a map"},
        {"agents:\n  - {name: oncall}\n", "has a meaning here"},
        {"agents:\n  - {name: 'a:b'}\n", "agents[0].name: 'a:b' may hold letters"},
        {"agents:\n  - {name: a, uid: 5}\n  - {name: b, uid: 5}\n", "a and b have the same uid"},
        {"agents:\n  - {name: a, keys: x:1}\n  - {name: b, keys: x:1}\n", "another with the key 'x:1'"},
        {"agents:\n  - {name: a, keys: [x]}\n", "must be dialect:id"},
        {"agents:\n  - {name: a, role: boss}\n", "agents[0].role must be one of agent, lead, admin, not 'boss'"},
        {"sla:\n  - {name: x, when: 'urgencie == \"low\"'}\n", "t.yaml:2:21: sla[0].when: column 1: unknown field"},
        {"sla:\n  - {name: x, resolution: fast}\n", "sla[0].resolution must be a duration such as 15m"},
        {"sla:\n  - {name: x, resolution: 99999999999999999999d}\n", "must be a duration"},
        {"escalation: {page_at: 1.5}\n", "escalation.page_at must be a share such as 0.8"},
        {"agents: [{name: ana}]\nescalation:\n  policies:\n    - name: p\n      steps:\n        - {target: anna}\n",
         "t.yaml:6:20: escalation.policies[0].steps[0].target: no agent 'anna', did you mean 'ana'?"},
        {"escalation:\n  policies:\n    - name: p\n      steps: []\n", "a policy without steps tells nobody"},
        {"escalation:\n  policies:\n    - {name: p, repeat: 6, steps: [{target: leads}]}\n", "repeat must be one of 0, 1, 2, 3, 4, 5"},
        {"agents: [{name: ana}]\noncall:\n  - ana\n  - bo\n", "t.yaml:4:5: oncall[1]: no agent 'bo'"},
        {"listen: {port: 70000}\n", "listen.port must be a whole number from 0 to 65535"},
        {"game: fun\n", "t.yaml:1:7: game: there is no rule set 'fun'"},
        {"views: [{name: x}]\n", "views[0]: 'when' is missing"},
        {"- a\n", "t.yaml:1:1: the file must be a map of keys"},
        {"attachments: {file: 65 MiB}\n", "attachments.file is out of bounds"},
        {"attachments: {files: 1 MiB}\n", "attachments"},
        {"undo_send: 1h\n", "undo_send is out of bounds"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        assert_null(parse_in(arena, cases[i].text, &err));
        assert_int_equal(err.code, ERR_CONFIG);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s\n  instead of: %s", err.text, cases[i].says);
    }
}

static void a_rule_set_takes_from_default_what_it_leaves_out(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    static const char mine[] = "base: {low: 11}\ntiers: {gold: 2}\nachievements: []\n", wrong[] = "base: {lo: 1}\n";
    const struct config *c = config_parse(arena, "t.yaml", "game: house\n", 12, mine, strlen(mine), &err);
    assert_non_null(c);
    assert_string_equal(c->game.name, "house");
    assert_int_equal(c->game.base[PRIORITY_LOW], 11);
    assert_int_equal(c->game.base[PRIORITY_NORMAL], 25);
    assert_int_equal(c->game.base[PRIORITY_NONE], 25);
    assert_int_equal(c->game.tier_bp[3], 20000);
    assert_int_equal(c->game.tier_bp[0], 5000);
    assert_int_equal(c->game.achievement_count, 0);
    assert_int_equal(c->game.boss_count, 4);
    assert_null(config_parse(arena, "t.yaml", "game: house\n", 12, wrong, strlen(wrong), &err));
    assert_string_equal(err.text, "game/house.yaml:1:12: unknown key 'lo' in base, did you mean 'low'?");
}

static void the_rule_sets_say_what_their_tables_say(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config_game *d = &parse(arena, "")->game, *c = &parse(arena, "game: cstar\n")->game;
    const int64_t base[] = {25, 10, 25, 50, 75}, usual[] = {5000, 10000, 12500, 15000}, cstar[] = {0, 10000, 20000, 30000};
    const int64_t hp[] = {100, 250, 500, 1000}, tickets[] = {3, 8, 15, 30}, factors[] = {3000, 6000, 10000, 20000};
    assert_memory_equal(d->base, base, sizeof base);
    assert_memory_equal(c->base, base, sizeof base);
    assert_memory_equal(d->tier_bp, usual, sizeof usual);
    assert_memory_equal(c->tier_bp, cstar, sizeof cstar);
    assert_int_equal(d->product_cap_bp, 20000);
    assert_int_equal(d->first_contact_bp, 11000);
    assert_int_equal(d->neglected_bp, 12000);
    assert_int_equal(d->streak_bp * 10, d->streak_cap_bp);
    assert_int_equal(d->daily_cap, 800);
    assert_int_equal(d->pay_gap, 60000);
    assert_int_equal(d->boss_share_bp, 4000);
    assert_int_equal(c->reward, REWARD_EACH);
    assert_true(d->escrow && d->split && d->proof && !d->own_tickets);
    assert_true(!c->escrow && !c->split && !c->proof && c->own_tickets);
    assert_int_equal(d->boss_days, 5);
    assert_int_equal(c->boss_days, 0);
    assert_int_equal(d->label + d->article + d->handover + d->csat, 2 + 25 + 15 + 10);
    assert_int_equal(c->label + c->article + c->handover + c->csat, 0);
    assert_int_equal(d->labels_per_day, 20);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(d->bosses[i].factor_bp, factors[i]);
        assert_int_equal(c->bosses[i].max_hp, hp[i]);
        assert_int_equal(c->bosses[i].tickets, tickets[i]);
    }
}

static void people_who_share_a_uid_are_told_apart_by_key_id(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct err err = {0};
    const struct config *c = parse(arena, "agents:\n  - {name: desk, uid: 7, shared: true}\n  - {name: ana, key_id: k1}\n"
                                          "  - {name: tom, uid: 8}\n  - {name: eve}\n");
    assert_string_equal(config_agent_calling(c, 7, NULL)->name, "desk");
    assert_string_equal(config_agent_calling(c, 7, "k1")->name, "ana");
    assert_null(config_agent_calling(c, 7, "k2"));
    assert_null(config_agent_calling(c, 7, ""));
    assert_string_equal(config_agent_calling(c, 8, NULL)->name, "tom");
    assert_null(config_agent_calling(c, 8, "k1"));
    assert_null(config_agent_calling(c, 9, "k1"));
    assert_null(config_agent_calling(c, -1, NULL));
    assert_null(parse_in(arena, "agents:\n  - {name: a, key_id: k}\n  - {name: b, key_id: k}\n", &err));
    assert_non_null(strstr(err.text, "t.yaml:3"));
    assert_null(parse_in(arena, "agents:\n  - {name: a, shared: true}\n", &err));
    assert_non_null(strstr(err.text, "shared"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_file_is_the_sample),
        cmocka_unit_test(the_compiled_in_sample_is_the_file),
        cmocka_unit_test(the_built_in_views_stay_and_a_file_may_replace_or_add),
        cmocka_unit_test(a_view_is_per_agent_only_where_its_expression_names_me),
        cmocka_unit_test(every_key_arrives_where_it_belongs),
        cmocka_unit_test(an_emulated_api_needs_no_secret_and_has_its_habits),
        cmocka_unit_test(a_mistake_is_told_with_its_place_and_the_nearest_word),
        cmocka_unit_test(a_rule_set_takes_from_default_what_it_leaves_out),
        cmocka_unit_test(the_rule_sets_say_what_their_tables_say),
        cmocka_unit_test(people_who_share_a_uid_are_told_apart_by_key_id),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
