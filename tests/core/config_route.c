/* config_route: what a route may say, in full and in short, and how a mistake in one is told. */
#include "core/config.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/sample.h"
#include "support/mistake.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PLACES                                                                            \
    "sources: [{name: shop, secrets: [x]}]\n"                                             \
    "destinations:\n"                                                                     \
    "  - {name: hooks, kind: webhook, url: https://api.acme.com/hooks}\n"                 \
    "  - {name: db, kind: postgres, url: 'postgresql://h/d', table: t}\n"                 \
    "  - {name: off, kind: discord, url: https://x.example, disabled: true}\n"            \
    "  - {name: mail, kind: email, host: h, from: a@b.example}\n"                         \
    "  - {name: haiku, kind: model, api: anthropic, model: m}\n"                          \
    "  - {name: asleep, kind: model, api: openai, model: m, disabled: true}\n"

static const char full[] =
    PLACES
    "routes:\n"
    "  - name: escalations\n"
    "    match: support.ticket.created\n"
    "    sources: shop\n"
    "    steps:\n"
    "      - classify: {model: haiku}\n"
    "      - filter.match: 'urgency == \"critical\"'\n"
    "      - redact.pii: {fields: [payload.body, ticket.title], card: drop}\n"
    "      - dedupe: {key: $event.payload.ticket_id, window: 1h}\n"
    "      - throttle: {count: 10, per: 2m, over: delay}\n"
    "      - enrich.entity: {kind: boss, key: $ticket.customer}\n"
    "      - transform: {payload.source: \"$event.source\", payload.internal: null, payload.cost: \"$$5 for $entity.name\"}\n"
    "    to: [{destination: hooks, when: 'plan == \"enterprise\"'}, {destination: db, always: true}]\n"
    "  - name: short\n"
    "    of: desk\n"
    "    match: [ticket.*, boss.defeated]\n"
    "    steps:\n"
    "      - classify\n"
    "      - classify: haiku\n"
    "      - redact.pii\n"
    "      - dedupe\n"
    "      - throttle: 3\n"
    "      - enrich.entity\n"
    "    to: hooks\n"
    "  - {name: shut, disabled: true, steps: [classify: asleep], to: [off, db]}\n";

static struct config *parse(struct arena *arena, const char *text)
{
    struct err err = {0};
    struct config *config = config_parse(arena, "t.yaml", text, strlen(text), NULL, 0, &err);
    if (!config)
        fail_msg("%s", err.text);
    return config;
}

static void a_route_arrives_field_by_field(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, full);
    assert_int_equal(c->route_count, 3);
    const struct config_route *r = &c->routes[0];
    assert_string_equal(r->name, "escalations");
    assert_int_equal(r->line, 10);
    assert_int_equal(r->of, ROUTE_OF_SOURCE);
    assert_int_equal(r->match_count, 1);
    assert_string_equal(r->match[0], "support.ticket.created");
    assert_string_equal(r->sources[0], "shop");
    assert_int_equal(r->source_count, 1);
    assert_int_equal(r->step_count, STEP_KINDS);
    static const int kinds[] = {STEP_CLASSIFY, STEP_FILTER, STEP_REDACT, STEP_DEDUPE, STEP_THROTTLE, STEP_ENRICH, STEP_TRANSFORM};
    for (int i = 0; i < r->step_count; i++) {
        assert_int_equal(r->steps[i].kind, kinds[i]);
        assert_int_equal(r->steps[i].line, 14 + i);
    }
    assert_string_equal(r->steps[0].model, "haiku");
    assert_string_equal(r->steps[1].text, "urgency == \"critical\"");
    assert_non_null(r->steps[1].when);
    assert_int_equal(r->steps[2].field_count, 2);
    assert_string_equal(r->steps[2].fields[0], "payload.body");
    for (int i = 0; i < REDACT_ENTITIES; i++)
        assert_int_equal(r->steps[2].redact.mode[i], i == REDACT_CARD ? REDACT_DROP : REDACT_MASK);
    assert_string_equal(r->steps[3].key, "$event.payload.ticket_id");
    assert_int_equal(r->steps[3].window, 3600000);
    assert_int_equal(r->steps[4].count, 10);
    assert_int_equal(r->steps[4].window, 120000);
    assert_true(r->steps[4].delay);
    assert_string_equal(r->steps[5].record, "boss");
    assert_string_equal(r->steps[5].key, "$ticket.customer");
    assert_int_equal(r->steps[6].set_count, 3);
    assert_string_equal(r->steps[6].sets[0].path, "payload.source");
    assert_string_equal(r->steps[6].sets[0].value, "$event.source");
    assert_string_equal(r->steps[6].sets[1].path, "payload.internal");
    assert_null(r->steps[6].sets[1].value);
    assert_int_equal(r->to_count, 2);
    assert_string_equal(r->to[0].destination, "hooks");
    assert_string_equal(r->to[0].text, "plan == \"enterprise\"");
    assert_non_null(r->to[0].when);
    assert_string_equal(r->to[1].destination, "db");
    assert_string_equal(r->to[1].text, "always");
    assert_null(r->to[1].when);
}

static void a_step_in_short_has_its_defaults(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, full);
    const struct config_route *r = &c->routes[1];
    assert_int_equal(r->of, ROUTE_OF_DESK);
    assert_int_equal(r->match_count, 2);
    assert_string_equal(r->match[0], "ticket.*");
    assert_int_equal(r->source_count, 0);
    assert_null(r->steps[0].model);
    assert_string_equal(r->steps[1].model, "haiku");
    assert_int_equal(r->steps[2].field_count, 0);
    for (int i = 0; i < REDACT_ENTITIES; i++)
        assert_int_equal(r->steps[2].redact.mode[i], REDACT_MASK);
    assert_string_equal(r->steps[3].key, "$event.id");
    assert_int_equal(r->steps[3].window, 86400000);
    assert_int_equal(r->steps[4].count, 3);
    assert_int_equal(r->steps[4].window, 60000);
    assert_false(r->steps[4].delay);
    assert_string_equal(r->steps[5].record, "customer");
    assert_string_equal(r->steps[5].key, "$ticket.customer");
    assert_int_equal(r->to_count, 1);
    assert_string_equal(r->to[0].destination, "hooks");
    assert_string_equal(r->to[0].text, "always");
    assert_true(c->routes[2].disabled);
    assert_string_equal(c->routes[2].to[1].destination, "db");
}

static void without_a_word_nothing_leaves(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const struct config *c = parse(arena, "");
    assert_int_equal(c->destination_count, 0);
    assert_int_equal(c->route_count, 0);
}

/* The sample with its destinations and routes no longer comments: what it shows is what is read. */
static void the_rows_the_sample_shows_are_good(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR text;
    str_init(&text, 1 << 16);
    str_adds(&text, "sources: [{name: shop-de, secrets: [x]}]\n");
    for (const char *at = strstr(sample_config, "\ndestinations: []") + 1, *end = strstr(at, "\n# What consoles hide"); at < end;) {
        size_t n = strcspn(at, "\n") + 1;
        bool opens = str_starts(at, "destinations: []") || str_starts(at, "routes: []"), row = str_starts(at, "#  ");
        str_add(&text, row ? at + 1 : at, n - (row ? 1 : opens ? 3 : 0));
        str_adds(&text, opens ? "\n" : "");
        at += n;
    }
    const struct config *c = parse(arena, text.data);
    assert_int_equal(c->destination_count, 11);
    assert_int_equal(c->route_count, 1);
    bool seen[DEST_KINDS] = {0};
    for (int i = 0; i < c->destination_count; i++)
        seen[c->destinations[i].kind] = true;
    for (int i = 0; i < DEST_KINDS; i++)
        assert_true(seen[i] || i == DEST_CSTAR_API);
    assert_int_equal(c->routes[0].step_count, STEP_KINDS);
}

#define ROUTE(rest) PLACES "routes:\n  - {name: r, " rest "}\n"
#define STEPS(list) PLACES "routes:\n  - name: r\n    to: hooks\n    steps:\n" list

static const struct mistake faults[] = {
    {ROUTE("tu: hooks"), "t.yaml:10:19: unknown key 'tu' in routes[0], did you mean 'to'?"},
    {PLACES "routes:\n  - {to: hooks}\n", "t.yaml:10:5: routes[0]: 'name' is missing"},
    {ROUTE("of: source"), "t.yaml:10:5: routes[0]: 'r' leads nowhere; say `to`"},
    {ROUTE("to: []"), "t.yaml:10:19: routes[0]: 'r' leads nowhere; say `to`"},
    {ROUTE("to: hoks"), "t.yaml:10:19: routes[0].to: no destination 'hoks', did you mean 'hooks'?"},
    {ROUTE("to: [hooks, {destination: dbb}]"), "t.yaml:10:41: routes[0].to: no destination 'dbb', did you mean 'db'?"},
    {ROUTE("to: [hooks, [db]]"), "routes[0].to[1] must be a map"},
    {ROUTE("to: {destination: db}"), "routes[0].to must be a list, not a map"},
    {ROUTE("to: [hooks, hooks]"), "t.yaml:10:27: routes[0].to: 'hooks' stands there twice"},
    {ROUTE("to: off"), "t.yaml:10:19: routes[0].to: 'off' is disabled in line 5: disable the route too, or take it out"},
    {ROUTE("to: haiku"), "routes[0].to: 'haiku' is a model; it is asked by a step classify"},
    {ROUTE("to: mail"), "routes[0].to: 'mail' (line 6) has no `to`, so it is for replies only"},
    {ROUTE("to: [{destination: db, when: 'plan == \"pro\"', always: true}]"), "routes[0].to: 'db' has a when, so it is not always"},
    {ROUTE("to: [{destination: db, always: false}]"), "routes[0].to: 'db' is not always, so it needs a when"},
    {ROUTE("to: [{destination: db, when: 'pln == \"pro\"'}]"), "t.yaml:10:44: routes[0].to[0].when: column 1: unknown field \"pln\"; did you mean \"plan\"?"},
    {ROUTE("to: [{destination: db, wen: x}]"), "unknown key 'wen' in routes[0].to[0], did you mean 'when'?"},
    {ROUTE("of: desks, to: db"), "routes[0].of must be one of source, desk, not 'desks', did you mean 'desk'?"},
    {ROUTE("to: db, sources: [shp]"), "t.yaml:10:33: routes[0].sources: no source 'shp', did you mean 'shop'?"},
    {ROUTE("to: db, match: 'a.*.b'"), "t.yaml:10:30: routes[0].match: a * stands only at the end, not as in 'a.*.b'"},
    {ROUTE("to: db, match: [a, 'b c']"), "t.yaml:10:34: routes[0].match: 'b c' is no type of event"},
    {ROUTE("to: db") "  - {name: r, to: db}\n", "t.yaml:11:12: routes[1]: there is another with the name 'r'"},
    {STEPS("      - filter: x\n"), "t.yaml:13:17: unknown key 'filter' in routes[0].steps[0], did you mean 'filter.match'?"},
    {STEPS("      - clasify\n"), "t.yaml:13:9: unknown key 'clasify' in routes[0].steps[0], did you mean 'classify'?"},
    {STEPS("      - {}\n"), "t.yaml:13:9: routes[0].steps[0] must have one key, which says what it is"},
    {STEPS("      - {dedupe: x, throttle: 1}\n"), "routes[0].steps[0] must have one key, which says what it is"},
    {STEPS("      - [dedupe]\n"), "routes[0].steps[0] must be a map"},
    {PLACES "routes:\n  - {name: r, to: db, steps: dedupe}\n", "routes[0].steps must be a list, not 'dedupe'"},
    {STEPS("      - dedupe\n      - dedupe\n      - dedupe\n      - dedupe\n      - dedupe\n      - dedupe\n      - dedupe\n      - dedupe\n      - dedupe\n"),
     "routes[0].steps has more than 8 rows"},
    {STEPS("      - classify: haiko\n"), "t.yaml:13:19: routes[0].steps[0].classify.model: no destination 'haiko', did you mean 'haiku'?"},
    {STEPS("      - classify: {model: db}\n"), "t.yaml:13:27: routes[0].steps[0].classify.model: 'db' is of kind postgres, not a model"},
    {STEPS("      - classify: asleep\n"), "routes[0].steps[0].classify.model: 'asleep' is disabled in line 8"},
    {STEPS("      - filter.match\n"), "'when' is missing"},
    {STEPS("      - filter.match: 'urgency == \"critica\"'\n"),
     "t.yaml:13:23: routes[0].steps[0].filter.match.when: column 12: urgency is never \"critica\"; did you mean \"critical\"?"},
    {STEPS("      - filter.match: 'urgency'\n"), "not a condition; compare it with something"},
    {STEPS("      - redact.pii: {fields: [body]}\n"), "t.yaml:13:31: routes[0].steps[0].redact.pii.fields: 'body' must be such as payload.body"},
    {STEPS("      - redact.pii: {fields: [paylod.body]}\n"), "redact.pii.fields: nothing has a 'paylod', did you mean 'payload'?"},
    {STEPS("      - redact.pii: {fields: [payload..body]}\n"), "must be such as payload.body or ticket.title"},
    {STEPS("      - redact.pii: {fields: ticket.titel}\n"), "routes[0].steps[0].redact.pii: a ticket has no 'titel', did you mean 'title'?"},
    {STEPS("      - redact.pii: {crd: drop}\n"), "unknown key 'crd' in routes[0].steps[0].redact.pii, did you mean 'card'?"},
    {STEPS("      - redact.pii: {card: dropp}\n"), "must be one of raw, mask, hash, drop, not 'dropp', did you mean 'drop'?"},
    {STEPS("      - dedupe: {key: $evnt.id}\n"), "t.yaml:13:23: routes[0].steps[0].dedupe: '$evnt' is none of $event, $ticket, $entity, $classify, did you mean 'event'?"},
    {STEPS("      - dedupe: {key: $event.idd}\n"), "routes[0].steps[0].dedupe: there is no $event.idd, did you mean 'id'?"},
    {STEPS("      - dedupe: {key: $event}\n"), "'$event' alone is nothing; say $event.NAME"},
    {STEPS("      - dedupe: {key: 'x $ticket.plam y'}\n"), "a ticket has no 'plam', did you mean 'plan'?"},
    {STEPS("      - dedupe: {key: $classify.urgncy}\n"), "there is no $classify.urgncy, did you mean 'urgency'?"},
    {STEPS("      - dedupe: {key: $entity.name}\n"), "'$entity' is what enrich.entity finds, and no such step comes before"},
    {STEPS("      - dedupe: {key: '$event.id $event.type $event.source $event.dialect $event.received_at'}\n"), "over 4 different references in one text"},
    {STEPS("      - dedupe: {window: 1ms}\n"), "routes[0].steps[0].dedupe.window is out of bounds: '1ms'"},
    {STEPS("      - throttle\n"), "'count' is missing"},
    {STEPS("      - throttle: 0\n"), "routes[0].steps[0].throttle.count must be a whole number from 1 to 1000000, not '0'"},
    {STEPS("      - throttle: {count: 1, over: wait}\n"), "routes[0].steps[0].throttle.over must be one of drop, delay, not 'wait'"},
    {STEPS("      - transform: {}\n"), "routes[0].steps[0].transform sets nothing"},
    {STEPS("      - transform\n"), "routes[0].steps[0].transform sets nothing"},
    {STEPS("      - transform: {plan: x}\n"), "t.yaml:13:27: routes[0].steps[0].transform: 'plan' must be a member of the payload, such as payload.plan"},
    {STEPS("      - transform: {payload.a: x, payload.b: $evnt.x}\n"), "t.yaml:13:46: routes[0].steps[0].transform: '$evnt' is none of"},
    {STEPS("      - transform: [a]\n"), "routes[0].steps[0].transform must be a map of names and texts, not a list"},
    {STEPS("      - enrich.entity: {kind: bos, key: $event.id}\n"), "enrich.entity.kind must be one of customer, article, player, boss, achievement, survey, not 'bos'"},
    {STEPS("      - enrich.entity: boss\n"), "routes[0].steps[0].enrich.entity: which boss? say its `key`"},
};

static void a_mistake_is_told_with_line_and_column(void **state)
{
    (void)state;
    mistakes_are_told(faults, (int)(sizeof faults / sizeof *faults));
    print_message("# %zu mistakes in routes\n", sizeof faults / sizeof *faults);
}

static void there_are_as_many_routes_as_the_table_holds(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        AUTO_ARENA arena = arena_new();
        AUTO_STR text;
        struct err err = {0};
        str_init(&text, 1 << 16);
        str_adds(&text, PLACES "routes:\n");
        for (int i = 0; i < CONFIG_ROUTES + over; i++)
            str_addf(&text, "  - {name: r%d, to: db}\n", i);
        const struct config *c = config_parse(arena, "t.yaml", text.data, text.len, NULL, 0, &err);
        assert_int_equal(c ? c->route_count : 0, over ? 0 : CONFIG_ROUTES);
        assert_int_equal(over, !!strstr(err.text, "routes has more than 64 rows"));
    }
}

static int setup(void **state)
{
    (void)state;
    return crypto_open() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_arrives_field_by_field),
        cmocka_unit_test(a_step_in_short_has_its_defaults),
        cmocka_unit_test(without_a_word_nothing_leaves),
        cmocka_unit_test(the_rows_the_sample_shows_are_good),
        cmocka_unit_test(a_mistake_is_told_with_line_and_column),
        cmocka_unit_test(there_are_as_many_routes_as_the_table_holds),
    };
    return cmocka_run_group_tests_name("config_route", tests, setup, NULL);
}
