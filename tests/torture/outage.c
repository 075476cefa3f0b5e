/* outage: a receiver that is down for three days while the daemon is killed again and again, with a clock the test moves. One
 * event goes to two destinations: `patient` (profile standard, ten attempts over 75 hours) and `usual` (profile default, five).
 * Asked of what the receiver saw and of what the daemon kept: nothing patient dies before its tenth attempt, every usual one is a
 * dead letter and is delivered by one replay, nothing is lost, one id for all attempts of one event, every wait within its
 * schedule, the oldest first when the receiver is back. outage [events] [hours between kills]: more than make check runs. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "core/retry.h"
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

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, PATIENCE_MS = 20000, BREAKER_MS = 30 * SECOND };
static int events = 100, kill_hours = 2;

struct outage {
    struct arena *arena;
    struct stub *stub;
    struct daemon_run *daemon;
    struct client *me;
    int64_t began, step;
    int kills;
};

static void hold_up(struct outage *o)
{
    o->me = client_open(o->daemon->desk);
}

static const struct json *destination(struct outage *o, const char *name)
{
    struct answer a = client_get(o->me, "/v1/destinations");
    assert_int_equal(a.status, 200);
    for (const struct json *d = json_first(json_get(a.json, "destinations")); d; d = json_next(d))
        if (str_eq(json_get_string(d, "name", ""), name))
            return d;
    fail_msg("no destination %s", name);
    return NULL;
}

/* Nothing is in the air, and nothing that is due has not been sent. */
static bool is_quiet(struct outage *o)
{
    static const char *const names[] = {"patient", "usual"};
    for (int i = 0; i < 2; i++) {
        const struct json *d = destination(o, names[i]);
        int64_t next = json_get_i64(d, "next_at", 0);
        if (json_get_i64(d, "flying", 0) || (next && next <= *o->daemon->clock))
            return false;
    }
    return true;
}

/* Any write wakes the writer, which then looks at the clock. */
static void poke(struct outage *o)
{
    assert_int_equal(client_ask(o->me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11).status, 200);
}

static void settle(struct outage *o)
{
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until;) {
        poke(o);
        if (is_quiet(o))
            return;
        usleep(2000);
    }
    fail_msg("still busy after %d ms at %+lld s", PATIENCE_MS, (long long)(*o->daemon->clock - o->began) / 1000);
}

static void pass(struct outage *o, int64_t until, int64_t step)
{
    for (int64_t killed = *o->daemon->clock; *o->daemon->clock < until;) {
        int64_t left = until - *o->daemon->clock;
        *o->daemon->clock += left < step ? left : step;
        if (*o->daemon->clock - killed >= kill_hours * (int64_t)HOUR) {
            poke(o); /* something may be in the air when it dies */
            daemon_kill(o->daemon);
            client_close(o->me);
            daemon_restart(o->daemon);
            hold_up(o);
            killed = *o->daemon->clock;
            o->kills++;
        }
        settle(o);
    }
}

static void take_events(struct outage *o)
{
    struct client *in = client_open(o->daemon->ingest);
    for (int i = 0; i < events; i++) {
        char *body = arena_printf(o->arena, "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k-%d\",\"payload\":{\"ticket_id\":\"T-%d\","
                                            "\"subject\":\"A question\",\"body\":\"How do I change my address?\",\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}", i, i);
        assert_int_equal(client_ask(in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", body, strlen(body)).status, 202);
        *o->daemon->clock += SECOND;
    }
    client_close(in);
    settle(o);
}

static int count_state(struct outage *o, const char *name, const char *state)
{
    int n = 0;
    for (const char *after = "";;) {
        struct answer a = client_get(o->me, arena_printf(o->arena, "/v1/parcels?limit=500&destination=%s&state=%s%s", name, state, after));
        const struct json *list = json_get(a.json, "parcels");
        n += (int)json_count(list);
        int64_t next = json_get_i64(a.json, "next", 0);
        if (!next)
            return n;
        after = arena_printf(o->arena, "&after=%lld", (long long)next);
    }
}

/* Every wait of a parcel lies within its profile: never early; late by at most the jitter, one look of the breaker and one step. */
static int check_schedule(struct outage *o, const char *name, int profile, int least)
{
    struct answer a = client_get(o->me, arena_printf(o->arena, "/v1/parcels?limit=500&destination=%s", name));
    int waits = 0;
    AUTO_JSON list = json_copy(json_get(a.json, "parcels")); /* outlives the next answer */
    for (const struct json *p = json_first(list); p; p = json_next(p)) {
        long long id = (long long)json_get_i64(p, "id", 0);
        struct answer one = client_get(o->me, arena_printf(o->arena, "/v1/parcels/%lld", id));
        int64_t at[64];
        int n = 0;
        for (const struct json *h = json_first(json_path(one.json, "parcel.history")); h && n < 64; h = json_next(h))
            at[n++] = json_get_i64(h, "at", 0); /* newest first */
        if (n < least)
            fail_msg("%s: parcel %lld made %d attempts, not %d", name, id, n, least);
        for (int i = 1; i < n && i < retry_attempts(profile); i++) {
            int64_t wait = at[n - 1 - i] - at[n - i], want = retry_wait(profile, i, 0, 0);
            if (wait < want || wait > want + want / 10 + BREAKER_MS + 2 * o->step)
                fail_msg("%s: parcel %lld waited %lld s before attempt %d, the schedule says %lld", name, id, (long long)wait / 1000, i + 1, (long long)want / 1000);
            waits++;
        }
    }
    return waits;
}

/* One id for each event, whatever the attempt and whoever it went to; every event was delivered to both. */
static void check_ids(struct outage *o, int from)
{
    int seen = stub_wait(o->stub, 0, 0), *delivered = ARENA_ARRAY(o->arena, int, events * 2);
    const char **ids = ARENA_ARRAY(o->arena, const char *, events);
    for (int i = 0; i < seen; i++) {
        const struct stub_request *r = stub_request(o->stub, i);
        AUTO_JSON body = json_parse(r->body, r->body_n, &json_limits_native, NULL, NULL);
        const char *ticket = json_get_string(json_get(body, "payload"), "ticket_id", "T-");
        int n = (int)strtol(ticket + 2, NULL, 10);
        char *id = stub_header(r, "Idempotency-Key");
        assert_in_range(n, 0, events - 1);
        if (!ids[n])
            ids[n] = arena_strdup(o->arena, id);
        assert_string_equal(ids[n], id);
        assert_string_equal(ids[n], json_get_string(body, "id", ""));
        if (i >= from)
            delivered[2 * n + (strstr(r->head, "usual") != NULL)]++;
        free(id);
    }
    for (int i = 0; i < 2 * events; i++)
        if (!delivered[i])
            fail_msg("event %d never reached %s", i / 2, i % 2 ? "usual" : "patient");
}

/* After the receiver is back: by age. One that its machine held up is overtaken by those on the other of the two lines, however
 * many those are, so what is asked is how far a parcel stands from its place in the mean: a third of all for no order at all, half
 * of them for the newest first, and less than a tenth for the oldest first on any machine. */
static void check_order(struct outage *o, int from, const char *name)
{
    int place = 0, astray = 0;
    for (int i = from, seen = stub_wait(o->stub, 0, 0); i < seen; i++) {
        const struct stub_request *r = stub_request(o->stub, i);
        if (!strstr(r->head, name))
            continue;
        const char *at = strstr(r->body, "\"ticket_id\":\"T-");
        astray += abs((int)strtol(at + 15, NULL, 10) - place++);
    }
    assert_int_equal(place, events);
    assert_in_range(astray, 0, events * events / 10);
}

static struct outage begin(void)
{
    struct outage o = {.arena = arena_new(), .stub = stub_open()};
    static const struct stub_step down = STUB_STATUS("503 Down");
    stub_script(o.stub, &down, 1);
    char *config = arena_printf(o.arena,
                                "sources:\n  - {name: app, dialect: ingestlayer, auth: bearer, token: t}\nagents:\n  - {name: ana, uid: %ld, role: lead}\n"
                                "destinations:\n  - {name: patient, kind: webhook, url: '%s?patient', secrets: [s], profile: standard, allow_loopback: true}\n"
                                "  - {name: usual, kind: webhook, url: '%s?usual', secrets: [s], allow_loopback: true}\n"
                                "routes:\n  - {name: all, match: support.ticket.created, to: [patient, usual]}\n",
                                (long)getuid(), stub_url(o.stub), stub_url(o.stub));
    o.daemon = daemon_start(config);
    o.began = *o.daemon->clock;
    hold_up(&o);
    return o;
}

static void nothing_is_lost_while_a_receiver_is_down_for_three_days(void **state)
{
    (void)state;
    static const struct stub_step up = STUB_STATUS("200 OK");
    struct outage o = begin();
    int64_t started = clock_mono();
    take_events(&o);
    o.step = 10 * SECOND;
    pass(&o, o.began + 10 * MINUTE, o.step);
    o.step = 2 * MINUTE;
    pass(&o, o.began + 3 * HOUR, o.step);
    assert_int_equal(count_state(&o, "usual", "dead"), events);
    assert_int_equal(count_state(&o, "patient", "dead"), 0);
    o.step = 20 * MINUTE;
    pass(&o, o.began + 72 * HOUR, o.step);
    assert_int_equal(count_state(&o, "patient", "dead"), 0);
    assert_int_equal(count_state(&o, "patient", "retrying"), events);
    int waits = check_schedule(&o, "usual", PROFILE_DEFAULT, 5) + check_schedule(&o, "patient", PROFILE_STANDARD, 9);

    int before = stub_wait(o.stub, 0, 0);
    stub_script(o.stub, &up, 1);
    struct answer a = client_post(o.me, "/v1/deliveries", arena_printf(o.arena, "{\"do\":\"replay\",\"destination\":\"usual\",\"since\":%lld}", (long long)o.began));
    assert_int_equal(json_get_i64(a.json, "count", 0), events);
    settle(&o);
    check_order(&o, before, "usual");
    pass(&o, o.began + 90 * HOUR, o.step);
    assert_int_equal(count_state(&o, "usual", "delivered"), events);
    assert_int_equal(count_state(&o, "patient", "delivered"), events);
    check_ids(&o, before);
    print_message("# outage: %d events x 2 destinations, 72 h down, %d kills, %d requests, %d waits within their schedule, 0 lost (%lld s)\n", events, o.kills,
                  stub_wait(o.stub, 0, 0), waits, (long long)(clock_mono() - started) / 1000);
    client_close(o.me);
    daemon_remove(o.daemon);
    stub_close(o.stub);
    arena_free(o.arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost_while_a_receiver_is_down_for_three_days)};
    events = argc > 1 ? (int)strtol(argv[1], NULL, 10) : events;
    kill_hours = argc > 2 ? (int)strtol(argv[2], NULL, 10) : kill_hours;
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
