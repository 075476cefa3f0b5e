/* reply: from POST /v1/do to the customer's system and back, with the real daemon, a real receiver and a clock the test
 * moves: held, sent once and signed; taken back; sent again after a crash; given up after five failures; or handed back, an
 * assignment too, through the API of the system that owns the ticket. */
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

static const char secret[] = "whsec_TWZLUTlyOEdLWXFyVHdqVVBEOElMUFpJbzJMYUxhU3c=";
enum { PATIENCE_MS = 30000, HELD_MS = 15000 };

struct desk {
    struct arena *arena;
    struct stub *shop; /* the customer's side */
    struct daemon_run *daemon;
    struct client *in, *me, *stream;
    int64_t ticket;
};

static void connect_all(struct desk *d)
{
    d->in = client_open(d->daemon->ingest);
    d->me = client_open(d->daemon->desk);
    d->stream = client_open(d->daemon->desk);
    client_stream(d->stream, "/v1/stream", NULL);
    client_wait(d->stream, "hello", PATIENCE_MS);
}

static void disconnect_all(struct desk *d)
{
    client_close(d->in);
    client_close(d->me);
    client_close(d->stream);
}

static void take_ticket(struct desk *d, const char *dialect, const char *body)
{
    struct signature_header list[4];
    AUTO_STR headers;
    str_init(&headers, 4096);
    int n = signature_sign(d->arena, dialect, "s", "msg_1", *d->daemon->clock / 1000, body, strlen(body), list);
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    assert_int_equal(client_ask(d->in, "POST", "/in/shop", headers.data, body, strlen(body)).status / 100, 2);
    struct frame_read f = client_wait(d->stream, "event", PATIENCE_MS);
    AUTO_JSON frame = json_parse(f.data, strlen(f.data), &json_limits_dialect, NULL, NULL);
    d->ticket = json_get_i64(frame, "ticket", 0);
    assert_true(d->ticket > 0);
}

/* A desk with one source, `shop`, of this dialect; `via` says how its replies leave, to the address given. */
static struct desk open_desk_of(const char *dialect, const char *event, const char *(*via)(struct arena *arena, const char *url))
{
    struct desk d = {.arena = arena_new(), .shop = stub_open()};
    char *config = arena_printf(d.arena,
                                "team: replies\nsources:\n  - {name: shop, dialect: %s, secrets: [s], allow_loopback: true, %s}\n"
                                "agents:\n  - {name: ana, uid: %ld, role: agent, keys: ['tamio:tm-2']}\n",
                                dialect, via(d.arena, stub_url(d.shop)), (long)getuid());
    d.daemon = daemon_start(config);
    connect_all(&d);
    take_ticket(&d, dialect, event);
    return d;
}

static const char *via_webhook(struct arena *arena, const char *url)
{
    return arena_printf(arena, "reply_via: webhook, reply_url: '%s', reply_secret: '%s'", url, secret);
}

static struct desk open_desk(void)
{
    static const char event[] = "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00.000Z\",\"source\":\"caracol\","
                                "\"organizationId\":\"org_1\",\"data\":{\"source_ticket_id\":\"CAR-19\",\"user_id\":\"u1\",\"user_name\":\"A\","
                                "\"user_email\":\"a@example.com\",\"subject\":\"Where is my order\",\"description\":\"It did not come.\"}}";
    return open_desk_of("rbs", event, via_webhook);
}

static void close_desk(struct desk *d)
{
    disconnect_all(d);
    daemon_remove(d->daemon);
    stub_close(d->shop);
    arena_free(d->arena);
}

static void do_it(struct desk *d, const char *what, const char *more)
{
    char *body = arena_printf(d->arena, "{\"do\":\"%s\",\"tickets\":[%lld]%s}", what, (long long)d->ticket, more);
    struct answer a = client_post(d->me, "/v1/do", body);
    if (a.status != 200 || !json_get_bool(json_first(json_get(a.json, "results")), "ok", false))
        fail_msg("%s: %d %s", what, a.status, a.body);
}

/* The next frame about a parcel in that state; its data. */
static const struct json *wait_parcel(struct desk *d, const char *state)
{
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until;) {
        struct frame_read f = client_wait(d->stream, "parcel", PATIENCE_MS);
        const struct json *frame = json_parse_in(d->arena, f.data, strlen(f.data), &json_limits_dialect, NULL, NULL);
        if (str_eq(json_get_string(json_get(frame, "data"), "state", NULL), state))
            return json_get(frame, "data");
    }
    fail_msg("no parcel became %s", state);
    return NULL;
}

/* The state the timeline shows of the message with this text. */
static const char *message_state(struct desk *d, const char *text)
{
    struct answer a = client_get(d->me, arena_printf(d->arena, "/v1/tickets/%lld/lines", (long long)d->ticket));
    assert_int_equal(a.status, 200);
    for (const struct json *l = json_first(json_get(a.json, "lines")); l; l = json_next(l)) {
        const struct json *m = json_get(l, "message");
        if (str_eq(json_get_string(m, "body", NULL), text))
            return arena_strdup(d->arena, json_get_string(m, "state", "none"));
    }
    return "not there";
}

static void check_signature(struct desk *d, const struct stub_request *r)
{
    char *id = stub_header(r, "webhook-id"), *at = stub_header(r, "webhook-timestamp"), *signature = stub_header(r, "webhook-signature");
    struct signature_header ours[4];
    int64_t seconds = strtoll(at, NULL, 10);
    assert_true(seconds * 1000 <= *d->daemon->clock && seconds * 1000 > *d->daemon->clock - 10000);
    int n = signature_sign(d->arena, "standard", secret, id, seconds, r->body, r->body_n, ours);
    assert_true(n > 0);
    assert_string_equal(signature, ours[n - 1].value);
    free(id);
    free(at);
    free(signature);
}

static void check_same(struct desk *d, int a, int b)
{
    const struct stub_request *x = stub_request(d->shop, a), *y = stub_request(d->shop, b);
    char *ours = stub_header(x, "webhook-id"), *theirs = stub_header(y, "webhook-id");
    assert_string_equal(ours, theirs);
    assert_string_equal(x->body, y->body);
    free(ours);
    free(theirs);
}

static void a_reply_is_held_then_sent_once_and_signed(void **state)
{
    (void)state;
    struct desk d = open_desk();
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    assert_string_equal(message_state(&d, "It is on its way."), "held");
    *d.daemon->clock += HELD_MS - 1000;
    assert_int_equal(stub_wait(d.shop, 1, 1500), 0); /* longer than the writer sleeps without looking at the clock */
    *d.daemon->clock += 1000;
    wait_parcel(&d, "flying");
    const struct json *parcel = wait_parcel(&d, "delivered");
    assert_int_equal(json_get_i64(parcel, "attempts", 0), 1);
    assert_string_equal(message_state(&d, "It is on its way."), "sent");
    assert_int_equal(stub_wait(d.shop, 2, 1200), 1);
    const struct stub_request *r = stub_request(d.shop, 0);
    check_signature(&d, r);
    AUTO_JSON body = json_parse(r->body, r->body_n, &json_limits_native, NULL, NULL);
    assert_string_equal(json_get_string(body, "type", NULL), "message.created");
    assert_string_equal(json_get_string(json_path(body, "data.ticket"), "source_id", NULL), "CAR-19");
    assert_string_equal(json_get_string(json_path(body, "data.ticket"), "key", NULL), "rbs:caracol:CAR-19");
    assert_string_equal(json_get_string(json_path(body, "data.ticket"), "account", NULL), "shop");
    assert_int_equal(json_get_i64(json_path(body, "data.ticket"), "id", 0), d.ticket);
    assert_string_equal(json_get_string(json_path(body, "data.message"), "author", NULL), "ana");
    assert_string_equal(json_get_string(json_path(body, "data.message"), "text", NULL), "It is on its way.");
    close_desk(&d);
}

static void a_reply_taken_back_never_leaves(void **state)
{
    (void)state;
    struct desk d = open_desk();
    do_it(&d, "reply", ",\"text\":\"Wrong customer.\"");
    *d.daemon->clock += 5000;
    do_it(&d, "undo", "");
    assert_string_equal(message_state(&d, "Wrong customer."), "withdrawn");
    do_it(&d, "reply", ",\"text\":\"Right customer.\"");
    *d.daemon->clock += HELD_MS;
    wait_parcel(&d, "delivered");
    assert_int_equal(stub_wait(d.shop, 1, 0), 1);
    assert_non_null(strstr(stub_request(d.shop, 0)->body, "Right customer."));
    assert_string_equal(message_state(&d, "Wrong customer."), "withdrawn");
    close_desk(&d);
}

static void what_was_in_the_air_at_a_crash_arrives_with_the_same_id(void **state)
{
    (void)state;
    struct desk d = open_desk();
    static const struct stub_step steps[] = {{STUB_HANG, NULL, NULL}, STUB_STATUS("200 OK")};
    stub_script(d.shop, steps, 2);
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    *d.daemon->clock += HELD_MS;
    assert_int_equal(stub_wait(d.shop, 1, PATIENCE_MS), 1);
    daemon_kill(d.daemon);
    disconnect_all(&d);
    daemon_restart(d.daemon);
    assert_int_equal(stub_wait(d.shop, 2, PATIENCE_MS), 2);
    connect_all(&d);
    check_same(&d, 0, 1);
    for (int64_t until = clock_mono() + PATIENCE_MS; !str_eq(message_state(&d, "It is on its way."), "sent");)
        assert_true(clock_mono() < until);
    assert_int_equal(stub_wait(d.shop, 3, 0), 2);
    close_desk(&d);
}

static void what_was_held_at_a_crash_leaves_after_it(void **state)
{
    (void)state;
    struct desk d = open_desk();
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    daemon_kill(d.daemon);
    disconnect_all(&d);
    *d.daemon->clock += HELD_MS;
    daemon_restart(d.daemon);
    assert_int_equal(stub_wait(d.shop, 1, PATIENCE_MS), 1);
    connect_all(&d);
    close_desk(&d);
}

static void five_failures_are_the_end_and_all_carry_one_id(void **state)
{
    (void)state;
    struct desk d = open_desk();
    static const struct stub_step no = {STUB_ANSWER, "HTTP/1.1 500 Oh\r\nContent-Length: 13\r\n\r\nno\x1b[2Jnot today", NULL};
    stub_script(d.shop, &no, 1);
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    *d.daemon->clock += HELD_MS;
    static const int64_t least[] = {30000, 120000, 600000, 3600000};
    for (int i = 0; i < 4; i++) {
        const struct json *p = wait_parcel(&d, "retrying");
        int64_t wait = json_get_i64(p, "due_at", 0) - *d.daemon->clock;
        assert_int_equal(json_get_i64(p, "attempts", 0), i + 1);
        assert_in_range(wait, least[i], least[i] + least[i] / 10);
        assert_string_equal(message_state(&d, "It is on its way."), "sending");
        *d.daemon->clock += wait;
    }
    const struct json *p = wait_parcel(&d, "dead");
    assert_int_equal(json_get_i64(p, "attempts", 0), 5);
    assert_true(str_starts(json_get_string(p, "error", ""), "500 no"));
    assert_null(strchr(json_get_string(p, "error", ""), '\x1b'));
    assert_string_equal(message_state(&d, "It is on its way."), "failed");
    *d.daemon->clock += 86400000;
    assert_int_equal(stub_wait(d.shop, 6, 1500), 5);
    for (int i = 1; i < 5; i++)
        check_same(&d, 0, i);
    close_desk(&d);
}

static void a_wait_that_was_asked_for_is_kept_and_costs_no_attempt(void **state)
{
    (void)state;
    struct desk d = open_desk();
    static const struct stub_step steps[] = {{STUB_ANSWER, "HTTP/1.1 429 Slow\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n", NULL}, STUB_STATUS("200 OK")};
    stub_script(d.shop, steps, 2);
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    *d.daemon->clock += HELD_MS;
    const struct json *p = wait_parcel(&d, "retrying");
    assert_int_equal(json_get_i64(p, "due_at", 0) - *d.daemon->clock, 90000);
    assert_int_equal(json_get_i64(p, "attempts", 9), 0);
    *d.daemon->clock += 90000;
    assert_int_equal(json_get_i64(wait_parcel(&d, "delivered"), "attempts", 0), 1);
    assert_string_equal(message_state(&d, "It is on its way."), "sent");
    close_desk(&d);
}

/* The state of the source's own door, as the journal tells it. */
static void wait_paused(struct desk *d)
{
    struct frame_read f = client_wait(d->stream, "destination", PATIENCE_MS);
    const struct json *frame = json_parse_in(d->arena, f.data, strlen(f.data), &json_limits_dialect, NULL, NULL), *data = json_get(frame, "data");
    assert_string_equal(json_get_string(data, "destination", NULL), "reply:shop");
    assert_string_equal(json_get_string(data, "state", NULL), "paused");
    assert_true(str_starts(json_get_string(data, "reason", ""), "410"));
}

static void gone_is_tried_five_times_then_the_door_is_closed(void **state)
{
    (void)state;
    struct desk d = open_desk();
    static const struct stub_step gone = STUB_STATUS("410 Gone");
    stub_script(d.shop, &gone, 1);
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    *d.daemon->clock += HELD_MS;
    for (int i = 0; i < 4; i++) {
        const struct json *p = wait_parcel(&d, "retrying");
        assert_int_equal(json_get_i64(p, "attempts", 0), i + 1);
        assert_string_equal(message_state(&d, "It is on its way."), "sending");
        *d.daemon->clock = json_get_i64(p, "due_at", 0);
    }
    assert_int_equal(json_get_i64(wait_parcel(&d, "dead"), "attempts", 0), 5);
    assert_string_equal(message_state(&d, "It is on its way."), "failed");
    wait_paused(&d);
    for (int i = 1; i < 5; i++)
        check_same(&d, 0, i);
    do_it(&d, "reply", ",\"text\":\"Are you there?\""); /* is kept, at rest */
    *d.daemon->clock += HELD_MS;
    assert_int_equal(stub_wait(d.shop, 6, 1500), 5);
    assert_string_not_equal(message_state(&d, "Are you there?"), "failed");
    close_desk(&d);
}

/* --- handed back --- */

static const char *via_api(struct arena *arena, const char *url)
{
    return arena_printf(arena, "reply_via: api, reply_token: 'key-5ecret', reply_url: '%s'", url);
}

static struct desk open_tamio(void)
{
    static const char event[] = "{\"event_id\":\"whev_o48n74r1vsv642vex\",\"event_type\":\"whitelabel-ticket-created\",\"api_version\":2,\"object\":\"event\","
                                "\"data\":{\"ticket\":{\"id\":\"fb/1\",\"title\":\"Help\",\"is_open\":true,\"object\":\"ticket\",\"created_at\":1798750000,"
                                "\"updated_at\":1798750000,\"client\":{\"id\":\"c-1\",\"name\":\"A\",\"email\":\"a@example.com\"},\"teammate_id\":null,"
                                "\"replies\":[{\"id\":\"r-1\",\"text\":\"Help me.\",\"is_client_reply\":true,\"created_at\":1798750000,\"assets\":null}],"
                                "\"category\":null,\"subcategory\":null,\"language\":\"en\"}},\"endpoint_id\":\"e-1\"}";
    return open_desk_of("tamio", event, via_api);
}

static void check_call(struct desk *d, int index, const char *path, const char *body)
{
    const struct stub_request *r = stub_request(d->shop, index);
    char *key = stub_header(r, "Authorization");
    assert_true(str_starts(r->head, arena_printf(d->arena, "POST /hook/agency/tickets/%s HTTP/1.1\r\n", path)));
    assert_string_equal(r->body, body);
    assert_string_equal(key, "Bearer key-5ecret");
    free(key);
}

static void a_reply_and_an_assignment_are_handed_back_to_the_system_that_owns_the_ticket(void **state)
{
    (void)state;
    struct desk d = open_tamio();
    static const struct stub_step yes = {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\":\"r-2\"}", NULL};
    stub_script(d.shop, &yes, 1);
    do_it(&d, "claim", "");
    wait_parcel(&d, "delivered");
    check_call(&d, 0, "assign/fb%2F1", "{\"teammate_id\":\"tm-2\"}");
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    *d.daemon->clock += HELD_MS;
    wait_parcel(&d, "delivered");
    assert_string_equal(message_state(&d, "It is on its way."), "sent");
    check_call(&d, 1, "reply/create/fb%2F1", "{\"reply\":\"It is on its way.\"}");
    do_it(&d, "unassign", "");
    wait_parcel(&d, "delivered");
    check_call(&d, 2, "assign/fb%2F1", "{\"teammate_id\":null}");
    close_desk(&d);
}

static void what_the_owner_refuses_has_failed_in_its_own_words(void **state)
{
    (void)state;
    struct desk d = open_tamio();
    static const struct stub_step no = {STUB_ANSWER, "HTTP/1.1 400 Bad\r\nContent-Length: 61\r\n\r\n"
                                                     "{\"status\":400,\"error\":\"Ticket not found\",\"error_code\":1002}   ", NULL};
    stub_script(d.shop, &no, 1);
    do_it(&d, "claim", "");
    assert_int_equal(json_get_i64(wait_parcel(&d, "dead"), "message", 0), 0);
    do_it(&d, "reply", ",\"text\":\"It is on its way.\"");
    *d.daemon->clock += HELD_MS;
    const struct json *p = wait_parcel(&d, "dead");
    assert_int_equal(json_get_i64(p, "attempts", 0), 1);
    assert_string_equal(json_get_string(p, "error", ""), "400 Ticket not found (1002)");
    assert_string_equal(message_state(&d, "It is on its way."), "failed");
    assert_int_equal(stub_wait(d.shop, 3, 1200), 2);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_held_then_sent_once_and_signed),
        cmocka_unit_test(a_reply_taken_back_never_leaves),
        cmocka_unit_test(what_was_in_the_air_at_a_crash_arrives_with_the_same_id),
        cmocka_unit_test(what_was_held_at_a_crash_leaves_after_it),
        cmocka_unit_test(five_failures_are_the_end_and_all_carry_one_id),
        cmocka_unit_test(a_wait_that_was_asked_for_is_kept_and_costs_no_attempt),
        cmocka_unit_test(a_reply_and_an_assignment_are_handed_back_to_the_system_that_owns_the_ticket),
        cmocka_unit_test(what_the_owner_refuses_has_failed_in_its_own_words),
        cmocka_unit_test(gone_is_tried_five_times_then_the_door_is_closed),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
