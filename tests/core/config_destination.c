/* config_destination: what a destination's row may say, kind by kind, and how a mistake in one is told. */
#include "core/config.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/retry.h"
#include "core/sample.h"
#include "support/mistake.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static struct config *parse(struct arena *arena, const char *text)
{
    struct err err = {0};
    struct config *config = config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, &err);
    if (!config)
        fail_msg("%s", err.text);
    return config;
}

static const char every_kind[] =
    "sources:\n"
    "  - {name: shop, secrets: [s], reply_via: email, reply_destination: post}\n"
    "  - {name: agency, dialect: tamio, secrets: [s], reply_via: api, reply_token: tok, reply_url: 'http://127.0.0.1:1/v2', allow_loopback: true}\n"
    "destinations:\n"
    "  - name: hooks\n"
    "    kind: webhook\n"
    "    url: https://api.acme.com/hooks\n"
    "    secrets: ['" SECRET "', '" SECRET "']\n"
    "    format: standard\n"
    "    ambiguous: dead\n"
    "    timeout: 15s\n"
    "    rate: 5/s\n"
    "    redact: {card: drop, email: hash}\n"
    "    source: shop\n"
    "    link: https://desk.acme.com/t/%s\n"
    "  - {name: shown, kind: webhook, url: 'http://localhost:9/', allow_loopback: true, token: t0k3n, body: seed, sign: body-only, redact: mask}\n"
    "  - {name: open, kind: webhook, url: https://x.example, format: cstar, generation: 2026, flat: true, disabled: true}\n"
    "  - {name: chat, kind: slack, url: https://hooks.slack.com/services/T/B/x}\n"
    "  - {name: chat2, kind: slack, token: xoxb-1, channel: C1}\n"
    "  - {name: ops, kind: discord, url: https://discord.com/api/webhooks/1/x, channel: '99'}\n"
    "  - {name: phones, kind: telegram, token: '1:a', channel: '@oncall'}\n"
    "  - {name: post, kind: email, host: smtp.acme.com, from: desk@acme.com, to: a@acme.com, user: u, password: p, max_per_hour: 9}\n"
    "  - {name: relay, kind: email, host: localhost, from: desk@acme.com, to: [a@acme.com, b@acme.com], tls: none, allow_loopback: true, port: 2525}\n"
    "  - name: db\n"
    "    kind: postgres\n"
    "    url: postgresql://u@db/w\n"
    "    table: support_events\n"
    "    columns: {event_id: event.id, plan: $ticket.plan, payload: payload}\n"
    "  - {name: board, kind: notion, token: ntn_1, channel: abc, version: 2022-06-28, columns: {Event type: event.type}}\n"
    "  - {name: pager, kind: pagerduty, token: 0123456789abcdef0123456789abcdef, profile: page}\n"
    "  - {name: haiku, kind: model, api: anthropic, model: m, token: t, prompt: p, labels: [low, critical], per_hour: 500}\n"
    "  - {name: local, kind: model, api: openai, model: m, url: 'http://127.0.0.1:1/v1', allow_loopback: true}\n"
    "  - {name: back, kind: tamio-api, token: t}\n"
    "  - {name: back2, kind: cstar-api, token: t, url: https://cstar.example}\n"
    "mask: {ip: raw}\n";

static const struct config_destination *find(const struct config *c, const char *name, int kind)
{
    const struct config_destination *d = config_destination(c, name);
    assert_non_null(d);
    assert_int_equal(d->kind, kind);
    return d;
}

static void a_webhook_arrives_field_by_field(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, every_kind);
    assert_int_equal(c->destination_count, 16);
    const struct config_destination *d = find(c, "hooks", DEST_WEBHOOK);
    assert_int_equal(d->line, 5);
    assert_string_equal(d->url, "https://api.acme.com/hooks");
    assert_int_equal(d->secret_count, 2);
    assert_string_equal(d->secrets[1], SECRET);
    assert_int_equal(d->auth, DEST_AUTH_HMAC);
    assert_int_equal(d->format, FORMAT_STANDARD);
    assert_int_equal(d->profile, PROFILE_STANDARD);
    assert_int_equal(d->ambiguous, AMBIGUOUS_DEAD);
    assert_int_equal(d->timeout, 15000);
    assert_int_equal(d->rate, 5);
    assert_int_equal(d->burst, 10);
    assert_int_equal(d->redact.mode[REDACT_CARD], REDACT_DROP);
    assert_int_equal(d->redact.mode[REDACT_EMAIL], REDACT_HASH);
    assert_int_equal(d->redact.mode[REDACT_PHONE], REDACT_UNSET);
    assert_string_equal(d->source, "shop");
    assert_string_equal(d->link, "https://desk.acme.com/t/%s");
    assert_true(!d->disabled && !d->allow_loopback && !d->flat && !d->body_seed && !d->sign_body_only);
    d = find(c, "shown", DEST_WEBHOOK);
    assert_int_equal(d->auth, DEST_AUTH_BEARER);
    assert_int_equal(d->format, FORMAT_INGESTLAYER);
    assert_int_equal(d->profile, PROFILE_DEFAULT);
    assert_int_equal(d->timeout, 0);
    assert_true(d->body_seed && d->sign_body_only && d->allow_loopback);
    for (int i = 0; i < REDACT_ENTITIES; i++)
        assert_int_equal(d->redact.mode[i], REDACT_MASK);
    d = find(c, "open", DEST_WEBHOOK);
    assert_int_equal(d->auth, DEST_AUTH_NONE);
    assert_int_equal(d->profile, PROFILE_CSTAR);
    assert_int_equal(d->generation, 1);
    assert_true(d->flat && d->disabled);
}

static void every_other_kind_arrives_with_its_defaults(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, every_kind);
    assert_null(find(c, "chat", DEST_SLACK)->token);
    const struct config_destination *d = find(c, "chat2", DEST_SLACK);
    assert_string_equal(d->channel, "C1");
    assert_int_equal(d->auth, DEST_AUTH_NONE);
    assert_string_equal(find(c, "ops", DEST_DISCORD)->channel, "99");
    assert_string_equal(find(c, "phones", DEST_TELEGRAM)->token, "1:a");
    d = find(c, "post", DEST_EMAIL);
    assert_int_equal(d->port, 587);
    assert_int_equal(d->tls, TLS_REQUIRE);
    assert_int_equal(d->profile, PROFILE_EMAIL);
    assert_int_equal(d->max_per_hour, 9);
    assert_int_equal(d->to_count, 1);
    d = find(c, "relay", DEST_EMAIL);
    assert_int_equal(d->port, 2525);
    assert_string_equal(d->to[1], "b@acme.com");
    d = find(c, "db", DEST_POSTGRES);
    assert_string_equal(d->schema, "public");
    assert_int_equal(d->column_count, 3);
    assert_string_equal(d->columns[0].value, "event.id");
    assert_string_equal(d->columns[1].name, "plan");
    assert_string_equal(d->columns[1].value, "ticket.plan");
    d = find(c, "board", DEST_NOTION);
    assert_string_equal(d->version, "2022-06-28");
    assert_string_equal(d->columns[0].name, "Event type");
    assert_int_equal(find(c, "pager", DEST_PAGERDUTY)->profile, PROFILE_PAGE);
    d = find(c, "haiku", DEST_MODEL);
    assert_int_equal(d->profile, PROFILE_STANDARD);
    assert_int_equal(d->api, MODEL_ANTHROPIC);
    assert_int_equal(d->label_count, 2);
    assert_string_equal(d->labels[1], "critical");
    assert_int_equal(d->per_hour, 500);
    d = find(c, "local", DEST_MODEL);
    assert_null(d->token);
    assert_null(d->prompt);
    assert_int_equal(d->label_count, 3);
    assert_int_equal(d->per_hour, 1000);
    assert_null(find(c, "back", DEST_TAMIO_API)->url);
    assert_non_null(find(c, "back2", DEST_CSTAR_API)->url);
    assert_null(config_destination(c, "nobody"));
}

static void what_consoles_hide_is_everything_but_what_is_said(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *some = parse(arena, every_kind), *usual = parse(arena, ""), *none = parse(arena, "mask: raw\n");
    for (int i = 0; i < REDACT_ENTITIES; i++) {
        assert_int_equal(some->mask.mode[i], i == REDACT_IP ? REDACT_RAW : REDACT_MASK);
        assert_int_equal(usual->mask.mode[i], REDACT_MASK);
        assert_int_equal(none->mask.mode[i], REDACT_RAW);
    }
}

static void a_reply_leaves_by_what_its_source_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, every_kind);
    const struct config_source *shop = config_source(c, "shop"), *agency = config_source(c, "agency");
    assert_int_equal(shop->reply_via, REPLY_EMAIL);
    assert_string_equal(shop->reply_destination, "post");
    assert_int_equal(agency->reply_via, REPLY_API);
    assert_string_equal(agency->reply_token, "tok");
    const struct config_destination *to = config_reply_destination(arena, c, shop);
    assert_int_equal(to->kind, DEST_EMAIL);
    assert_int_equal(to->to_count, 0);
    assert_string_equal(to->name, "reply:shop");
    to = config_reply_destination(arena, c, agency);
    assert_int_equal(to->kind, DEST_TAMIO_API);
    assert_string_equal(to->token, "tok");
    assert_true(to->allow_loopback);
}

#define D(row) "destinations:\n  - {name: d, " row "}\n"
#define WEB(rest) D("kind: webhook, url: 'https://x.example/', " rest)
#define MAIL(rest) D("kind: email, host: h, from: a@b.example, " rest)
#define PG(rest) D("kind: postgres, url: 'postgres://h/d', " rest)
#define SRC(rest) "sources:\n  - {name: s, auth: none, " rest "}\n"

static const struct mistake faults[] = {
    {D("kind: slak, url: 'https://x/'"), "t.yaml:2:21: destinations[0].kind must be one of webhook, slack, discord, telegram, email, postgres, notion, "
                                         "pagerduty, model, tamio-api, cstar-api, not 'slak', did you mean 'slack'?"},
    {"destinations:\n  - {name: d}\n", "t.yaml:2:5: destinations[0]: 'kind' is missing"},
    {"destinations:\n  - {kind: slack}\n", "t.yaml:2:5: destinations[0]: 'name' is missing"},
    {"destinations: slack\n", "t.yaml:1:15: destinations must be a list, not 'slack'"},
    {"destinations:\n  - slack\n", "t.yaml:2:5: destinations[0] must be a map"},
    {WEB("tokn: x"), "unknown key 'tokn' in destinations[0], did you mean 'token'?"},
    {WEB("format: ingest"), "t.yaml:2:65: destinations[0].format must be one of ingestlayer, standard"},
    {WEB("format: cstr"), "not 'cstr', did you mean 'cstar'?"},
    {WEB("profile: pages"), "destinations[0].profile must be one of default, cstar, standard, page, email, not 'pages', did you mean 'page'?"},
    {WEB("channel: x"), "t.yaml:2:66: destinations[0].channel: kind webhook has no such key"},
    {WEB("columns: {a: event.id}"), "destinations[0].columns: kind webhook has no such key"},
    {D("kind: webhook"), "t.yaml:2:5: destinations[0]: kind webhook needs `url`"},
    {D("kind: webhook, url: ''"), "kind webhook needs `url`"},
    {D("kind: slack, token: x"), "destinations[0]: kind slack needs `url`, or in its place `token channel`"},
    {D("kind: slack, url: 'https://x/', token: x"), "t.yaml:2:54: destinations[0]: a `token` posts to a `channel`, and none is said"},
    {D("kind: discord"), "kind discord needs `url`"},
    {D("kind: telegram, token: x"), "kind telegram needs `channel`"},
    {D("kind: email, host: h"), "kind email needs `from`"},
    {D("kind: postgres, url: 'postgres://h/d'"), "kind postgres needs `table`"},
    {D("kind: notion, token: x"), "kind notion needs `channel`"},
    {D("kind: pagerduty"), "kind pagerduty needs `token`"},
    {D("kind: model, model: m"), "kind model needs `api`"},
    {D("kind: model, api: openai"), "kind model needs `model`"},
    {D("kind: model, api: opnai, model: m"), "destinations[0].api must be one of openai, anthropic, not 'opnai', did you mean 'openai'?"},
    {D("kind: tamio-api"), "kind tamio-api needs `token`"},
    {D("kind: webhook, url: 'ftp://x'"), "t.yaml:2:35: destinations[0].url must begin with https:// or http://"},
    {D("kind: webhook, url: 'http://x.example/'"), "t.yaml:2:35: destinations[0].url is plain http, which is for this machine only"},
    {D("kind: webhook, url: 'https://u:p4ss@x.example/'"), "destinations[0].url must not hold a user or a password"},
    {D("kind: webhook, url: 'https://x.example/a b'"), "and hold no blanks"},
    {D("kind: webhook, url: 'https:///a'"), "destinations[0].url has no host"},
    {D("kind: postgres, table: t, url: 'https://h/d'"), "t.yaml:2:46: destinations[0].url must begin with postgresql://"},
    {WEB("token: 'a b'"), "destinations[0].token holds what a token cannot"},
    {D("kind: pagerduty, token: abc"), "destinations[0].token must be a routing key of 32 characters, not 3"},
    {WEB("auth: hmac"), "t.yaml:2:63: destinations[0]: auth hmac needs `secrets`"},
    {WEB("auth: bearer"), "t.yaml:2:63: destinations[0]: auth bearer needs a `token`"},
    {WEB("auth: basic"), "destinations[0].auth must be one of none, bearer, hmac, not 'basic'"},
    {WEB("secrets: [a, b, c]"), "destinations[0].secrets has more than 2"},
    {WEB("format: standard, secrets: ['" SECRET "', 'whsec_c2hvcnQ=']"), "t.yaml:2:127: destinations[0].secrets: format standard signs with whsec_"},
    {WEB("format: standard, secrets: plain"), "format standard signs with whsec_ and base64 of 24 to 64 bytes"},
    {WEB("flat: true"), "destinations[0].flat is for format cstar, and this is ingestlayer"},
    {WEB("format: rbs, body: seed"), "destinations[0].body is for format ingestlayer, and this is rbs"},
    {WEB("sign: body"), "destinations[0].sign must be one of time-and-body, body-only, not 'body'"},
    {WEB("redact: {crad: mask}"), "unknown key 'crad' in destinations[0].redact, did you mean 'card'?"},
    {WEB("redact: {card: musk}"), "destinations[0].redact.card must be one of raw, mask, hash, drop, not 'musk', did you mean 'mask'?"},
    {WEB("redact: hide"), "destinations[0].redact.email must be one of raw, mask, hash, drop, not 'hide'"},
    {WEB("redact: [card]"), "destinations[0].redact must be a map, not a list"},
    {WEB("timeout: 1ms"), "destinations[0].timeout is out of bounds: '1ms'"},
    {WEB("rate: fast"), "destinations[0].rate must be a rate such as 50/s"},
    {WEB("link: 'https://d.example/t/'"), "destinations[0].link must have %s once"},
    {WEB("link: 'https://d.example/%s/%s'"), "destinations[0].link must have %s once"},
    {WEB("link: 'd.example/%s'"), "destinations[0].link must begin with https://"},
    {WEB("source: shop"), "destinations[0].source: no source 'shop'"},
    {"sources: [{name: shop, secrets: [x]}]\n" WEB("source: shp"), "t.yaml:3:65: destinations[0].source: no source 'shp', did you mean 'shop'?"},
    {MAIL("to: nobody"), "t.yaml:2:60: destinations[0].to must be e-mail addresses, not 'nobody'"},
    {D("kind: email, host: h, from: 'Desk <desk>'"), "destinations[0].from must be an e-mail address, not 'Desk <desk>'"},
    {D("kind: email, host: h, from: 'a@b.example <desk'"), "destinations[0].from must be an e-mail address, not 'a@b.example <desk'"},
    {D("kind: email, host: h, from: desk"), "destinations[0].from must be an e-mail address, not 'desk'"},
    {D("kind: email, host: 'h/x', from: a@b.example"), "destinations[0].host must be a host's name alone"},
    {MAIL("user: u"), "destinations[0]: user and password go together"},
    {MAIL("tls: none"), "t.yaml:2:61: destinations[0].tls: none is for this machine only"},
    {MAIL("tls: starttls"), "destinations[0].tls must be one of require, implicit, none, not 'starttls'"},
    {MAIL("tls: none, allow_loopback: true, user: u, password: p"), "destinations[0].password never leaves in clear"},
    {MAIL("port: 0"), "destinations[0].port must be a whole number from 1 to 65535"},
    {PG("table: 'a;b'"), "t.yaml:2:61: destinations[0].table must be a plain identifier: letters, digits and _, at most 63, not 'a;b'"},
    {PG("table: t, schema: a.b"), "destinations[0].schema must be a plain identifier"},
    {PG("table: t, columns: {'a\"b': event.id}"), "destinations[0].columns: 'a\"b' is no plain identifier"},
    {PG("table: t, columns: {a: evnt.id}"), "must be such as event.id, payload.plan, ticket.title, not 'evnt.id', did you mean 'event'?"},
    {PG("table: t, columns: {a: event}"), "must be such as event.id"},
    {PG("table: t, columns: {a: null}"), "destinations[0].columns: 'a' has no value"},
    {PG("table: t, columns: [a]"), "destinations[0].columns must be a map of names and texts, not a list"},
    {PG("table: t, columns: {a: {b: c}}"), "destinations[0].columns: 'a' must have a text of at most 256 bytes"},
    {D("kind: notion, token: x, channel: c, version: 2020-01-01"), "destinations[0].version must be one of 2025-09-03, 2022-06-28"},
    {D("kind: model, api: openai, model: m, labels: [low, criticl]"), "destinations[0].labels must be of low, high, critical, not 'criticl', did you mean "
                                                                       "'critical'?"},
    {D("kind: model, api: openai, model: m, per_hour: 0"), "destinations[0].per_hour must be a whole number from 1"},
    {WEB("disabled: 1") "  - {name: d, kind: discord, url: 'https://x/'}\n", "destinations[0].disabled must be true or false"},
    {WEB("rate: 1") "  - {name: d, kind: discord, url: 'https://x/'}\n", "t.yaml:3:12: destinations[1]: there is another with the name 'd'"},
    {"mask: hide\n", "t.yaml:1:7: mask.email must be one of raw, mask, hash, drop, not 'hide'"},
    {"mask: {mail: raw}\n", "unknown key 'mail' in mask, did you mean 'email'?"},
    {SRC("reply_via: fax"), "sources[0].reply_via must be one of none, webhook, email, api, not 'fax'"},
    {SRC("reply_via: email"), "sources[0]: replies go by email, so it needs a `reply_destination`"},
    {SRC("reply_via: api, dialect: tamio"), "sources[0]: replies go by api, so it needs a `reply_token`"},
    {SRC("reply_via: api, dialect: rbs, reply_token: t"), "t.yaml:2:38: sources[0].reply_via: only dialect tamio or cstar has an api that takes replies, not rbs"},
    {SRC("reply_via: email, reply_destination: psot") MAIL("to: a@b.example"), "t.yaml:2:64: sources[0].reply_destination: no destination 'psot'"},
    {SRC("reply_via: email, reply_destination: d") WEB("rate: 1"), "sources[0].reply_destination: 'd' is of kind webhook, and replies go by email"},
    {SRC("reply_via: email, reply_destination: d") MAIL("disabled: true"), "sources[0].reply_destination: 'd' is disabled in line 4"},
};

static void a_mistake_is_told_with_line_and_column(void **state)
{
    (void)state;
    mistakes_are_told(faults, (int)(sizeof faults / sizeof *faults));
    print_message("# %zu mistakes in destinations\n", sizeof faults / sizeof *faults);
}

/* Each of these is refused, and what is refused with it stays a secret. */
static void a_mistake_never_repeats_a_credential(void **state)
{
    (void)state;
    static const char *const rows[] = {
        WEB("auth: bearer, token: 'HUSH HUSH'"), WEB("auth: bearer, tokn: HUSH"), WEB("format: standard, secrets: [HUSH]"),
        WEB("secrets: [HUSH, HUSH, HUSH]"), WEB("secrets: {HUSH: HUSH}"), D("kind: pagerduty, token: HUSH"),
        D("kind: webhook, url: 'https://u:HUSH@x.example/'"), D("kind: slack, url: 'http://hooks.slack.com/HUSH'"),
        D("kind: discord, url: 'discord.com/HUSH'"), D("kind: postgres, table: t, url: 'pg://u:HUSH@h/d'"), MAIL("password: HUSH"),
        MAIL("tls: none, allow_loopback: true, user: u, password: HUSH"), D("kind: telegram, token: 'HUSH'"),
        "sources:\n  - {name: a, auth: bearer, token: HUSH}\n  - {name: b, auth: bearer, token: HUSH}\n",
        SRC("reply_via: api, dialect: rbs, reply_token: HUSH"), SRC("reply_via: api, dialect: tamio, reply_token: 'HUSH HUSH'"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_ARENA arena = arena_new();
        struct err err = {0};
        assert_null(config_parse(arena, "t.yaml", rows[i], strlen(rows[i]), NULL, 0, &err));
        assert_null(strstr(err.text, "HUSH"));
    }
}

static void a_copy_stands_on_its_own(void **state)
{
    (void)state;
    AUTO_ARENA kept = arena_new();
    struct config_destination *copies[16];
    int count = 0;
    {
        AUTO_ARENA arena = arena_new();
        const struct config *c = parse(arena, every_kind);
        for (; count < c->destination_count; count++)
            copies[count] = config_destination_copy(kept, &c->destinations[count]);
    }
    assert_int_equal(count, 16);
    assert_string_equal(copies[0]->secrets[1], SECRET);
    assert_string_equal(copies[8]->to[1], "b@acme.com");
    assert_string_equal(copies[9]->columns[1].value, "ticket.plan");
    assert_string_equal(copies[12]->labels[1], "critical");
    assert_null(config_destination_copy(kept, NULL));
}

static int setup(void **state)
{
    (void)state;
    return crypto_open() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_arrives_field_by_field),
        cmocka_unit_test(every_other_kind_arrives_with_its_defaults),
        cmocka_unit_test(what_consoles_hide_is_everything_but_what_is_said),
        cmocka_unit_test(a_reply_leaves_by_what_its_source_says),
        cmocka_unit_test(a_mistake_is_told_with_line_and_column),
        cmocka_unit_test(a_mistake_never_repeats_a_credential),
        cmocka_unit_test(a_copy_stands_on_its_own),
    };
    return cmocka_run_group_tests_name("config_destination", tests, setup, NULL);
}
