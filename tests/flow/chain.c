/* chain: seed 3's pipeline on real sockets: an event comes in by REST, is classified, filtered, redacted and posted, once and
 * signed; "critical to chat and everything to the warehouse"; a receiver that is down, five attempts, a dead letter, a replay;
 * what a route said is on the ticket, and explained; another configuration is tried on what came in. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 30000 };
static const char pii[] = "I'm Ada Lovelace, ada@example.org, +44 20 7946 0958, card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00. ";

struct chain {
    struct arena *arena;
    struct stub *hook, *chat;
    struct daemon_run *daemon;
    struct client *in, *me;
};

static const char base[] = "sources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\nagents:\n  - {name: ana, uid: %ld, role: lead}\n"
                           "destinations:\n  - {name: hook, kind: webhook, url: '%s', secrets: [shared], allow_loopback: true}\n"
                           "  - {name: chat, kind: webhook, url: '%s', allow_loopback: true}\n%s";
static const char seed3[] = "routes:\n  - name: escalations\n    match: support.ticket.created\n    steps:\n"
                            "      - classify: {dimension: urgency, labels: [low, high, critical]}\n"
                            "      - filter.match: 'urgency == \"critical\"'\n"
                            "      - redact.pii: {fields: [payload.body]}\n"
                            "    to: [hook]\n";

static struct chain open_chain(const char *routes)
{
    struct chain c = {.arena = arena_new(), .hook = stub_open(), .chat = stub_open()};
    c.daemon = daemon_start(arena_printf(c.arena, base, (long)getuid(), stub_url(c.hook), stub_url(c.chat), routes));
    c.in = client_open(c.daemon->ingest);
    c.me = client_open(c.daemon->desk);
    return c;
}

static void close_chain(struct chain *c)
{
    client_close(c->in);
    client_close(c->me);
    daemon_remove(c->daemon);
    stub_close(c->hook);
    stub_close(c->chat);
    arena_free(c->arena);
}

static void emit(struct chain *c, const char *ticket, const char *subject, const char *body, const char *key)
{
    AUTO_JSON payload = json_object();
    json_put_string(payload, "ticket_id", ticket);
    json_put_string(payload, "subject", subject);
    json_put_string(payload, "body", body);
    json_put_string(payload, "customer_tier", "enterprise");
    json_put_string(payload, "channel", "email");
    char *text = arena_printf(c->arena, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"%s\",\"payload\":%s}]}", key,
                              json_print_in(c->arena, payload));
    struct answer a = client_ask(c->in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", text, strlen(text));
    assert_int_equal(a.status, 202);
}

static void emit_three(struct chain *c)
{
    emit(c, "T-1", "Feature idea", "A dark mode for the invoice would be nice.", "k1");
    emit(c, "T-2", "Cannot access dashboard", "I get an error after login.", "k2");
    emit(c, "T-3", "Production is down", arena_printf(c->arena, "%sProduction is down for all of our users.", pii), "k3");
}

static const struct json *rows(struct chain *c, const char *path, const char *member)
{
    struct answer a = client_get(c->me, path);
    if (a.status != 200)
        fail_msg("%s: %d %s", path, a.status, a.body);
    return json_get(json_parse_in(c->arena, a.body, a.body_n, &json_limits_dialect, NULL, NULL), member);
}

/* Any write wakes the writer, which then looks at the clock. */
static int in_state(struct chain *c, const char *destination, const char *state)
{
    assert_int_equal(client_ask(c->me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11).status, 200);
    return (int)json_count(rows(c, arena_printf(c->arena, "/v1/parcels?destination=%s&state=%s", destination, state), "parcels"));
}

static void wait_state(struct chain *c, const char *destination, const char *state, int want)
{
    int n = 0;
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until; usleep(5000))
        if ((n = in_state(c, destination, state)) == want)
            return;
    fail_msg("%s: %d are %s, not %d", destination, n, state, want);
}

static void only_the_critical_one_is_posted_once_signed_and_redacted(void **state)
{
    (void)state;
    struct chain c = open_chain(seed3);
    emit_three(&c);
    wait_state(&c, "hook", "delivered", 1);
    emit(&c, "T-3", "Production is down", arena_printf(c.arena, "%sProduction is down for all of our users.", pii), "k3"); /* again: a duplicate */
    assert_int_equal(stub_wait(c.hook, 2, 500), 1);
    const struct stub_request *r = stub_request(c.hook, 0);
    AUTO_JSON body = json_parse(r->body, r->body_n, &json_limits_native, NULL, NULL);
    assert_string_equal(json_get_string(json_get(body, "payload"), "ticket_id", ""), "T-3");
    assert_string_equal(json_get_string(body, "type", ""), "support.ticket.created");
    assert_string_equal(json_get_string(json_get(body, "payload"), "body", ""),
                        "I'm Ada Lovelace, [email], [phone], card [card], IBAN [iban]. Production is down for all of our users.");
    char *signature = stub_header(r, "X-Ingestlayer-Signature"), *id = stub_header(r, "Idempotency-Key");
    struct signature_header ours[4];
    long long at = strtoll(signature + 2, NULL, 10);
    assert_int_equal(signature_sign(c.arena, "ingest-out", "shared", NULL, at, r->body, r->body_n, ours), 1);
    assert_string_equal(signature, ours[0].value);
    assert_string_equal(id, json_get_string(body, "id", ""));
    free(signature);
    free(id);
    close_chain(&c);
}

static void critical_to_chat_and_everything_to_the_warehouse(void **state)
{
    (void)state;
    struct chain c = open_chain("routes:\n  - name: critical-to-chat\n    steps:\n      - filter.match: 'urgency == \"critical\"'\n      - redact.pii\n    to: [chat]\n"
                                "  - name: everything\n    to: [{destination: hook, always: true}]\n");
    emit_three(&c);
    wait_state(&c, "hook", "delivered", 3);
    wait_state(&c, "chat", "delivered", 1);
    assert_int_equal(stub_wait(c.hook, 4, 200), 3);
    assert_int_equal(stub_wait(c.chat, 2, 200), 1);
    assert_null(strstr(stub_request(c.chat, 0)->body, "4111"));
    bool whole = false;
    for (int i = 0; i < 3; i++)
        whole |= strstr(stub_request(c.hook, i)->body, "4111 1111 1111 1111") != NULL;
    assert_true(whole); /* the warehouse's route hides nothing: its row of the matrix decides, and says nothing */
    close_chain(&c);
}

static void a_receiver_that_is_down_makes_a_dead_letter_and_a_replay_delivers_it(void **state)
{
    (void)state;
    static const int waits[] = {33, 132, 660, 3960};
    static const struct stub_step down = STUB_STATUS("500 Oh"), up = STUB_STATUS("200 OK");
    struct chain c = open_chain(seed3);
    stub_script(c.hook, &down, 1);
    emit(&c, "T-3", "Production is down", "Production is down for everybody.", "k3");
    for (int i = 0; i < 4; i++) {
        assert_int_equal(stub_wait(c.hook, i + 1, PATIENCE_MS), i + 1);
        wait_state(&c, "hook", "retrying", 1);
        *c.daemon->clock += waits[i] * 1000;
        in_state(&c, "hook", "retrying");
    }
    wait_state(&c, "hook", "dead", 1);
    assert_int_equal(stub_wait(c.hook, 6, 300), 5);
    long long id = (long long)json_get_i64(json_first(rows(&c, "/v1/parcels?state=dead", "parcels")), "id", 0);
    assert_int_equal(json_count(json_get(rows(&c, arena_printf(c.arena, "/v1/parcels/%lld", id), "parcel"), "history")), 5);
    stub_script(c.hook, &up, 1);
    assert_int_equal(client_post(c.me, "/v1/deliveries", arena_printf(c.arena, "{\"do\":\"replay\",\"ids\":[%lld]}", id)).status, 200);
    wait_state(&c, "hook", "delivered", 1);
    char *first = stub_header(stub_request(c.hook, 0), "Idempotency-Key");
    for (int i = 1; i < 6; i++) {
        char *other = stub_header(stub_request(c.hook, i), "Idempotency-Key");
        assert_string_equal(first, other);
        assert_string_equal(stub_request(c.hook, 0)->body, stub_request(c.hook, i)->body);
        free(other);
    }
    free(first);
    close_chain(&c);
}

static void why_it_went_or_did_not_go_stands_on_the_ticket(void **state)
{
    (void)state;
    struct chain c = open_chain(seed3);
    emit_three(&c);
    wait_state(&c, "hook", "delivered", 1);
    const struct json *line = NULL;
    for (const struct json *l = json_first(rows(&c, "/v1/tickets/2/lines", "lines")); l; l = json_next(l))
        line = str_eq(json_get_string(l, "kind", ""), "route") ? l : line;
    const struct json *verdict = json_first(json_path(line, "data.verdicts")), *end = json_next(json_first(verdict));
    assert_string_equal(json_string(json_first(verdict)), "escalations");
    assert_string_equal(json_string(end), "filtered");
    assert_string_equal(json_number(json_next(end)), "2");
    struct answer a = client_post(c.me, "/v1/lab", "{\"do\":\"explain\",\"event\":2}");
    assert_int_equal(a.status, 200);
    const struct json *route = json_first(json_get(a.json, "routes")), *steps = json_get(route, "steps");
    assert_string_equal(json_get_string(route, "end", ""), "filtered");
    assert_string_equal(json_get_string(json_next(json_first(steps)), "step", ""), "filter.match");
    assert_non_null(strstr(json_get_string(json_next(json_first(steps)), "says", ""), "urgency == \"critical\""));
    assert_int_equal(client_post(c.me, "/v1/lab", "{\"do\":\"explain\",\"event\":99}").status, 404);
    close_chain(&c);
}

static void another_configuration_is_tried_on_what_came_in(void **state)
{
    (void)state;
    struct chain c = open_chain(seed3);
    emit_three(&c);
    wait_state(&c, "hook", "delivered", 1);
    AUTO_JSON ask = json_object();
    json_put_string(ask, "do", "replay");
    json_put_string(ask, "config", arena_printf(c.arena, base, (long)getuid(), stub_url(c.hook), stub_url(c.chat),
                                                "escalation: {policies: [{name: p, steps: [{target: ana, delay: 5m}]}]}\n"
                                                "routes:\n  - {name: escalations, steps: [redact.pii], to: [hook, chat]}\n"));
    struct answer a = client_post(c.me, "/v1/lab", json_print_in(c.arena, ask));
    if (a.status != 200)
        fail_msg("%d %s", a.status, a.body);
    assert_int_equal(json_get_i64(a.json, "events", 0), 3);
    assert_int_equal(json_get_i64(json_get(a.json, "totals"), "deliveries", 0), 3);
    assert_int_equal(json_get_i64(json_get(a.json, "totals"), "redactions", 0), 1);
    assert_int_equal(json_get_i64(json_get(a.json, "totals"), "pages", 0), 1);
    assert_non_null(strstr(a.body, "+ escalations to chat"));
    assert_int_equal(stub_wait(c.chat, 1, 100), 0); /* a dry run */
    assert_int_equal(stub_wait(c.hook, 2, 100), 1);
    close_chain(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_critical_one_is_posted_once_signed_and_redacted),
        cmocka_unit_test(critical_to_chat_and_everything_to_the_warehouse),
        cmocka_unit_test(a_receiver_that_is_down_makes_a_dead_letter_and_a_replay_delivers_it),
        cmocka_unit_test(why_it_went_or_did_not_go_stands_on_the_ticket),
        cmocka_unit_test(another_configuration_is_tried_on_what_came_in),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
