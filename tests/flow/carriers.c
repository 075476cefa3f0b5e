/* carriers: the real daemon, a real mail server and a real PostgreSQL: an event leaves as a mail and as a row; one recipient who
 * waits does not hold up the other; a reply reaches the customer by mail; a server that does not know us rests the destination. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/postgres.h"
#include "harness/smtpd.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 30000, HELD_MS = 15000 };
static struct smtpd *smtpd;
static struct postgres *postgres;

struct desk {
    struct arena *arena;
    struct daemon_run *daemon;
    struct client *in, *me;
};

static const char config[] = "sources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\n"
                             "  - {name: shop, dialect: rbs, auth: none, reply_via: email, reply_destination: post}\n"
                             "agents:\n  - {name: ana, uid: %ld, role: lead}\n"
                             "destinations:\n  - {name: post, kind: email, host: 127.0.0.1, port: %d, tls: none, from: 'Desk <desk@acme.example>',"
                             " to: [slow@acme.example, quick@acme.example], allow_loopback: true}\n"
                             "  - {name: warehouse, kind: postgres, url: 'postgresql://desk:s3cret@127.0.0.1:%d/postgres', table: support_events, allow_loopback: true}\n"
                             "routes:\n  - {name: everything, sources: [app], to: [post, warehouse]}\n";

static struct desk open_desk(void)
{
    struct desk d = {.arena = arena_new()};
    d.daemon = daemon_start(arena_printf(d.arena, config, (long)getuid(), smtpd_port(smtpd), postgres_port(postgres)));
    d.in = client_open(d.daemon->ingest);
    d.me = client_open(d.daemon->desk);
    return d;
}

static void close_desk(struct desk *d)
{
    client_close(d->in);
    client_close(d->me);
    daemon_remove(d->daemon);
    arena_free(d->arena);
}

static void emit_ticket(struct desk *d, const char *key, const char *subject, const char *body)
{
    char *text = arena_printf(d->arena, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"%s\",\"payload\":{\"ticket_id\":\"T-%s\","
                                        "\"subject\":\"%s\",\"body\":\"%s\",\"customer_tier\":\"pro\",\"channel\":\"chat\"}}]}", key, key, subject, body);
    struct answer a = client_ask(d->in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", text, strlen(text));
    assert_int_equal(a.status, 202);
}

static void emit(struct desk *d, const char *key)
{
    emit_ticket(d, key, "It is down", "For all of us.");
}

static int in_state(struct desk *d, const char *destination, const char *state)
{
    client_ask(d->me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11); /* wakes the writer, which then looks at the clock */
    struct answer a = client_get(d->me, arena_printf(d->arena, "/v1/parcels?destination=%s&state=%s", destination, state));
    return a.status == 200 ? (int)json_count(json_get(a.json, "parcels")) : -1;
}

static void wait_states(struct desk *d, const char *destination, const char *state, int want)
{
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until; usleep(5000))
        if (in_state(d, destination, state) == want)
            return;
    struct answer a = client_get(d->me, "/v1/parcels");
    fail_msg("%s is not %s: %s", destination, state, a.body);
}

static void wait_state(struct desk *d, const char *destination, const char *state)
{
    wait_states(d, destination, state, 1);
}

static int64_t attempts_of(struct desk *d, const char *destination)
{
    in_state(d, destination, "retrying");
    struct answer a = client_get(d->me, arena_printf(d->arena, "/v1/parcels?destination=%s", destination));
    return json_get_i64(json_first(json_get(a.json, "parcels")), "attempts", 0);
}

#define NEEDS_SERVERS \
    if (!smtpd || !postgres) { \
        print_message("# skipped: python3-aiosmtpd or a PostgreSQL server is not installed\n"); \
        skip(); \
    }

static void an_event_leaves_as_a_mail_and_as_a_row(void **state)
{
    (void)state;
    NEEDS_SERVERS
    struct desk d = open_desk();
    smtpd_script(smtpd, d.arena, "{\"script\":{\"rcpt:slow@acme.example\":\"450 4.2.1 greylisted\"}}");
    emit(&d, "k1");
    wait_state(&d, "warehouse", "delivered");
    wait_state(&d, "post", "retrying");
    const struct json *seen = smtpd_script(smtpd, d.arena, "{}"), *mail = json_first(json_get(seen, "mails"));
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    assert_string_equal(json_string(json_first(json_get(mail, "to"))), "quick@acme.example");
    const char *text = json_get_string(mail, "text", "");
    *d.daemon->clock += 34000;
    wait_state(&d, "post", "delivered");
    seen = smtpd_script(smtpd, d.arena, "{}");
    mail = json_first(json_get(seen, "mails"));
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    assert_string_equal(json_string(json_first(json_get(mail, "to"))), "slow@acme.example");
    assert_string_equal(json_get_string(mail, "text", ""), text); /* the same message, its id included */
    assert_non_null(strstr(text, "It is down"));
    assert_string_equal(postgres_value(postgres, d.arena, "SELECT count(*) || ' ' || min(payload->>'body') FROM support_events"), "1 For all of us.");
    const char *id = postgres_value(postgres, d.arena, "SELECT event_id FROM support_events");
    assert_non_null(strstr(text, arena_printf(d.arena, "Message-ID: <%s.post@acme.example>", id)));
    close_desk(&d);
}

/* A warehouse of everything, and chat for what cannot wait. */
static void critical_to_chat_and_everything_to_postgres(void **state)
{
    (void)state;
    NEEDS_SERVERS
    static const char both[] = "sources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\nagents:\n  - {name: ana, uid: %ld, role: lead}\n"
                               "destinations:\n  - {name: chat, kind: slack, url: '%s', allow_loopback: true}\n"
                               "  - {name: warehouse, kind: postgres, url: 'postgresql://desk:s3cret@127.0.0.1:%d/postgres', table: support_events, allow_loopback: true}\n"
                               "routes:\n  - {name: all, steps: [redact.pii], to: [{destination: chat, when: 'urgency == \"critical\"'}, {destination: warehouse, always: true}]}\n";
    static const char *const bodies[][2] = {{"Feature idea", "A dark mode would be nice."}, {"Dashboard", "I get an error after login."},
                                            {"Production is down", "Production is down for all. Card 4111 1111 1111 1111."}};
    struct desk d = {.arena = arena_new()};
    struct stub *chat = stub_open();
    static const struct stub_step ok = {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", NULL};
    stub_script(chat, &ok, 1);
    postgres_sql(postgres, "TRUNCATE support_events");
    d.daemon = daemon_start(arena_printf(d.arena, both, (long)getuid(), stub_url(chat), postgres_port(postgres)));
    d.in = client_open(d.daemon->ingest);
    d.me = client_open(d.daemon->desk);
    for (int i = 0; i < 3; i++)
        emit_ticket(&d, arena_printf(d.arena, "b%d", i), bodies[i][0], bodies[i][1]);
    wait_states(&d, "warehouse", "delivered", 3);
    wait_states(&d, "chat", "delivered", 1);
    assert_int_equal(stub_wait(chat, 2, 300), 1);
    assert_non_null(strstr(stub_request(chat, 0)->body, "Production is down"));
    assert_null(strstr(stub_request(chat, 0)->body, "4111"));
    assert_string_equal(postgres_value(postgres, d.arena, "SELECT count(*) || ' ' || count(DISTINCT event_id) FROM support_events"), "3 3");
    assert_string_equal(postgres_value(postgres, d.arena, "SELECT count(*) FROM support_events WHERE payload::text LIKE '%4111%'"), "0");
    close_desk(&d);
    stub_close(chat);
}

static void a_replay_by_hand_leaves_out_who_has_it(void **state)
{
    (void)state;
    NEEDS_SERVERS
    static const int waits[] = {33, 132, 660, 3960, 15840};
    struct desk d = open_desk();
    smtpd_script(smtpd, d.arena, "{\"script\":{\"rcpt:slow@acme.example\":\"450 4.2.1 greylisted\"}}");
    emit(&d, "k4");
    for (int i = 0; i < 5; i++) {
        wait_state(&d, "post", "retrying");
        *d.daemon->clock += waits[i] * 1000;
        for (int64_t until = clock_mono() + PATIENCE_MS; attempts_of(&d, "post") == i + 1 && clock_mono() < until;)
            usleep(5000);
    }
    wait_state(&d, "post", "dead");
    const struct json *seen = smtpd_script(smtpd, d.arena, "{}");
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    struct answer a = client_post(d.me, "/v1/deliveries", "{\"do\":\"replay\",\"destination\":\"post\"}");
    if (a.status != 200)
        fail_msg("%d %s", a.status, a.body);
    wait_state(&d, "post", "delivered");
    seen = smtpd_script(smtpd, d.arena, "{}");
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    assert_string_equal(json_string(json_first(json_get(json_first(json_get(seen, "mails")), "to"))), "slow@acme.example");
    close_desk(&d);
}

static void a_reply_reaches_the_customer_by_mail(void **state)
{
    (void)state;
    NEEDS_SERVERS
    struct desk d = open_desk();
    static const char body[] = "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00.000Z\",\"source\":\"caracol\","
                               "\"organizationId\":\"org_1\",\"data\":{\"source_ticket_id\":\"CAR-19\",\"user_id\":\"u1\",\"user_name\":\"Ada\","
                               "\"user_email\":\"ada@customer.example\",\"subject\":\"Where is my order\",\"description\":\"It did not come.\"}}";
    assert_int_equal(client_post(d.in, "/in/shop", body).status / 100, 2);
    smtpd_script(smtpd, d.arena, "{}");
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until && client_get(d.me, "/v1/tickets/1").status != 200;)
        usleep(5000);
    struct answer a = client_post(d.me, "/v1/do", "{\"do\":\"reply\",\"tickets\":[1],\"text\":\"It is on its way.\"}");
    assert_int_equal(a.status, 200);
    *d.daemon->clock += HELD_MS + 1000;
    wait_state(&d, "reply:shop", "delivered");
    const struct json *seen = smtpd_script(smtpd, d.arena, "{}"), *mail = json_first(json_get(seen, "mails"));
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    assert_string_equal(json_string(json_first(json_get(mail, "to"))), "ada@customer.example");
    const char *text = json_get_string(mail, "text", "");
    assert_non_null(strstr(text, "From: Desk <desk@acme.example>\r\nTo: ada@customer.example\r\nSubject: Re: Where is my order\r\n"));
    assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\nIt is on its way.\r\n");
    assert_null(strstr(text, "Auto-Submitted"));
    close_desk(&d);
}

static void a_server_that_does_not_know_us_rests_the_destination(void **state)
{
    (void)state;
    NEEDS_SERVERS
    struct desk d = open_desk();
    smtpd_script(smtpd, d.arena, "{\"script\":{\"mail\":\"530 5.7.0 who are you\"}}");
    emit(&d, "k2");
    wait_state(&d, "post", "dead");
    wait_state(&d, "warehouse", "delivered");
    struct answer a = client_get(d.me, "/v1/parcels?destination=post");
    assert_non_null(strstr(a.body, "530 5.7.0 who are you"));
    emit(&d, "k3"); /* is kept, and does not leave */
    usleep(200000);
    assert_int_equal(in_state(&d, "post", "due"), 1);
    assert_int_equal(json_get_i64(smtpd_script(smtpd, d.arena, "{}"), "connections", 0), 1);
    close_desk(&d);
}

static int open_servers(void **state)
{
    (void)state;
    smtpd = smtpd_open();
    postgres = postgres_open();
    if (postgres) {
        postgres_sql(postgres, "CREATE ROLE desk LOGIN PASSWORD 's3cret'");
        postgres_sql(postgres, "CREATE TABLE support_events (event_id text UNIQUE, type text, received_at timestamptz, payload jsonb)");
        postgres_sql(postgres, "GRANT INSERT ON support_events TO desk");
    }
    return 0;
}

static int close_servers(void **state)
{
    (void)state;
    postgres_close(postgres);
    smtpd_close(smtpd);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_leaves_as_a_mail_and_as_a_row),
        cmocka_unit_test(critical_to_chat_and_everything_to_postgres),
        cmocka_unit_test(a_replay_by_hand_leaves_out_who_has_it),
        cmocka_unit_test(a_reply_reaches_the_customer_by_mail),
        cmocka_unit_test(a_server_that_does_not_know_us_rests_the_destination),
    };
    return cmocka_run_group_tests(tests, open_servers, close_servers);
}
