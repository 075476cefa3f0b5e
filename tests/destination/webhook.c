/* webhook: what leaves, byte for byte; ids that stay and fit in a header; what an answer means; and the signature as the
 * reference library for receivers sees it, where that is installed. */
#include "destination/destination.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/str.h"
#include "dialect/signature.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static const struct ticket ticket = {.id = 42, .account = "shop", .dialect = "rbs", .key = "rbs:caracol:T-7", .source_id = "T-7"};
static const struct message message = {.id = "desk:19", .author_kind = AUTHOR_AGENT, .voice = VOICE_DESK, .is_public = true, .author = "ana",
                                       .at = 1798761600123, .body = "We have sent it \"again\".\nÁdám \xf0\x9f\x91\x8b"};
static const struct letter plain = {.of = LETTER_REPLY, .id = "evt_7k2mq0vz81ab", .type = "message.created", .at = 1798761600123, .dialect = "rbs",
                                    .ticket = &ticket, .message = &message};
static const struct config_destination shop = {.name = "reply:shop", .kind = DEST_WEBHOOK, .url = "https://shop.example/hooks", .format = FORMAT_STANDARD,
                                               .auth = DEST_AUTH_HMAC, .secrets = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, .secret_count = 1};
static const int64_t now = 1798761615000;

static bool compose(struct arena *arena, const struct letter *letter, const struct config_destination *to, int64_t at, struct delivery *out, struct err *err)
{
    const struct composing c = {.letter = letter, .to = to, .attempt = 1, .now = at};
    return destination_of(DEST_WEBHOOK)->compose(arena, &c, out, err);
}

static struct delivery composed(struct arena *arena, const struct letter *letter, const struct config_destination *to, int64_t at)
{
    struct delivery r;
    struct err err = {0};
    if (!compose(arena, letter, to, at, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static void a_reply_is_one_signed_message(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = composed(arena, &plain, &shop, now);
    assert_string_equal(r.url, "https://shop.example/hooks");
    assert_string_equal(r.body, "{\"type\":\"message.created\",\"timestamp\":\"2027-01-01T00:00:00.123Z\",\"data\":{\"ticket\":"
                                "{\"id\":42,\"key\":\"rbs:caracol:T-7\",\"source_id\":\"T-7\",\"account\":\"shop\"},\"message\":{\"id\":\"desk:19\","
                                "\"author\":\"ana\",\"text\":\"We have sent it \\\"again\\\".\\nÁdám \xf0\x9f\x91\x8b\","
                                "\"created_at\":\"2027-01-01T00:00:00.123Z\"}}}");
    assert_int_equal(r.body_n, strlen(r.body));
    assert_string_equal(destination_header(&r, "Content-Type"), "application/json");
    assert_true(str_starts(destination_header(&r, "User-Agent"), "triage/"));
    assert_string_equal(destination_header(&r, "webhook-timestamp"), "1798761615");
    assert_string_equal(destination_header(&r, "webhook-id"), "evt_7k2mq0vz81ab");
    assert_string_equal(destination_header(&r, "Idempotency-Key"), destination_header(&r, "webhook-id"));
    /* Computed by another HMAC than ours. */
    assert_string_equal(destination_header(&r, "webhook-signature"), "v1,xgyXwYFquiGb785YLq5aQLCLNXJ8rBfwxEUOnGORHjM=");
}

static void a_secret_that_is_not_base64_is_taken_as_it_is_written(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const secrets[] = {"plain secret", "whsec_not base64!"};
    static const char *const expected[] = {"v1,GhuQ7aJBCitRdCv+siQNXOIHlPItl6v1aytg1+sBJwU=", "v1,Fkbf0oGvsYut9juXqGc/wahg6SSl8MWKxtGBpwFs8a4="};
    for (int i = 0; i < 2; i++) {
        struct config_destination to = shop;
        to.secrets[0] = secrets[i];
        struct delivery r = composed(arena, &plain, &to, now);
        assert_string_equal(destination_header(&r, "webhook-signature"), expected[i]);
    }
    struct config_destination to = shop;
    for (int i = 0; i < 2; i++) {
        to.secrets[0] = "";
        to.secret_count = i;
        struct delivery r = composed(arena, &plain, &to, now);
        assert_null(destination_header(&r, "webhook-signature"));
        assert_string_equal(destination_header(&r, "webhook-id"), plain.id);
    }
}

static void the_published_vector_is_what_we_compute(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char body[] = "{\"test\": 2432232314}";
    struct signature_header list[4];
    int n = signature_sign(arena, "standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, sizeof body - 1, list);
    assert_int_equal(n, 3);
    assert_string_equal(list[2].name, "webhook-signature");
    assert_string_equal(list[2].value, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

static void later_attempts_differ_in_time_and_signature_only(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery a = composed(arena, &plain, &shop, now), b = composed(arena, &plain, &shop, now + 30000);
    assert_string_equal(a.body, b.body);
    assert_string_equal(destination_header(&a, "webhook-id"), destination_header(&b, "webhook-id"));
    assert_string_not_equal(destination_header(&a, "webhook-timestamp"), destination_header(&b, "webhook-timestamp"));
    assert_string_not_equal(destination_header(&a, "webhook-signature"), destination_header(&b, "webhook-signature"));
}

static void every_letter_has_an_id_of_its_own_and_every_attempt_carries_it(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *desk; int64_t entry, nth; } from[] = {
        {"desk_a", 1, 1}, {"desk_b", 1, 1}, {"desk_a", 2, 1}, {"desk_a", 1, 2}, {"desk_a", 11, 1}, {"desk_a", 1, 11}, {"desk_a1", 1, 1}};
    enum { MANY = sizeof from / sizeof *from };
    const char *ids[MANY];
    for (int i = 0; i < MANY; i++) {
        struct letter letter = plain;
        letter.id = letter_id(arena, from[i].desk, from[i].entry, from[i].nth);
        struct delivery a = composed(arena, &letter, &shop, now), b = composed(arena, &letter, &shop, now + 30000);
        ids[i] = destination_header(&a, "webhook-id");
        assert_string_equal(ids[i], letter_id(arena, from[i].desk, from[i].entry, from[i].nth));
        assert_string_equal(ids[i], destination_header(&b, "webhook-id"));
        assert_int_equal(strlen(ids[i]), strlen("evt_") + 12);
        assert_int_equal(strspn(ids[i], "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(ids[i]));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
    }
}

static void nothing_in_a_letter_reaches_the_headers_raw(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket t = ticket;
    struct message m = message;
    struct letter letter = plain;
    t.key = "a\r\nX-Evil: 1.2.3\xff";
    t.account = "a.b c";
    m.id = "x\ny";
    m.author = "\r\n";
    letter.ticket = &t;
    letter.message = &m;
    struct delivery r = composed(arena, &letter, &shop, now);
    for (int i = 0; i < r.header_count; i++)
        for (const char *p = r.headers[i].value; *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
    const char *id = destination_header(&r, "webhook-id");
    assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"), strlen(id));
}

static void a_destination_without_a_plain_url_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const urls[] = {NULL, "", "https://a.example/ x", "https://a.example/\r\nHost: b", "https://a.example/\x7f"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct config_destination to = shop;
        struct delivery r;
        struct err err = {0};
        to.url = urls[i];
        assert_false(compose(arena, &plain, &to, now, &r, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
}

static void unknown_members_are_null_not_left_out(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct ticket t = ticket;
    struct letter letter = plain;
    t.source_id = NULL;
    letter.ticket = &t;
    struct delivery r = composed(arena, &letter, &shop, now);
    AUTO_JSON root = json_parse(r.body, r.body_n, &json_limits_native, NULL, NULL);
    assert_non_null(json_path(root, "data.ticket.source_id"));
    assert_int_equal(json_kind(json_path(root, "data.ticket.source_id")), JSON_NULL);
}

static void each_status_has_its_meaning(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { struct reply reply; const char *action; } rows[] = {
        {{.status = 200}, "ok"}, {{.status = 202}, "ok"}, {{.status = 204, .retry_after = "60"}, "ok"}, {{.status = 299}, "ok"},
        {{.status = 101}, "retry"}, {{.status = 301}, "retry"}, {{.status = 308}, "retry"}, {{.status = 400}, "retry"}, {{.status = 404}, "retry"},
        {{.status = 410}, "retry+disable-when-dead"}, {{.status = 410, .retry_after = "60"}, "retry>=60+disable-when-dead"},
        {{.status = 429}, "retry"}, {{.status = 429, .retry_after = "2"}, "wait:2"}, {{.status = 429, .retry_after = "0"}, "retry"},
        {{.status = 500}, "retry"}, {{.status = 503, .retry_after = "120"}, "retry>=120"}, {{.status = 999}, "retry"},
        {{.fault = REPLY_REFUSED}, "retry"}, {{.fault = REPLY_TIMEOUT, .sent = true}, "retry+ambiguous"},
        {{.fault = REPLY_LOST, .sent = true}, "retry+ambiguous"}, {{.fault = REPLY_TIMEOUT}, "retry"},
    };
    const struct composing c = {.letter = &plain, .to = &shop, .attempt = 1, .now = now};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reply reply = rows[i].reply;
        AUTO_JSON memo = json_object();
        reply.body = "";
        struct verdict v = destination_of(DEST_WEBHOOK)->judge(arena, &c, &reply, memo);
        if (!str_eq(destination_action(arena, &v, memo, reply.status), rows[i].action))
            fail_msg("%d %s: %s", (int)reply.status, reply.retry_after, destination_action(arena, &v, memo, reply.status));
        assert_int_equal(json_count(memo), 0);
    }
}

static void retry_after_is_seconds_or_a_date_and_nothing_else(void **state)
{
    (void)state;
    const int64_t at = 784111777000; /* Sun, 06 Nov 1994 08:49:37 GMT */
    static const struct { const char *text; int64_t wait; } rows[] = {
        {NULL, 0}, {"", 0}, {"0", 0}, {"2", 2000}, {" 2 ", 2000}, {"1.2", 2000}, {"1.0", 1000}, {"1.", 1000}, {"-5", 0}, {"5s", 0},
        {"0x10", 0}, {"86400", 86400000}, {"99999999999999999999999999", 36500LL * 86400000}, {"soon", 0},
        {"Sun, 06 Nov 1994 08:49:47 GMT", 10000}, {"Sunday, 06-Nov-94 08:49:47 GMT", 10000}, {"Sun Nov  6 08:49:47 1994", 10000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0}, {"Sat, 05 Nov 1994 08:49:37 GMT", 0}, {"Mon, 07 Nov 1994 08:49:37 GMT", 86400000},
        {"Wed, 01 Mar 1995 00:00:00 GMT", 9904223000}, {"Sun, 06 Foo 1994 08:49:47 GMT", 0}, {"Sun, 06 Nov 1994 25:00:00 GMT", 0},
        {"Sun, 06 Nov 1994", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (destination_retry_after(rows[i].text, at) != rows[i].wait)
            fail_msg("'%s': %lld", rows[i].text, (long long)destination_retry_after(rows[i].text, at));
}

/* --- the receivers' reference library --- */

static int run_node(struct arena *arena, const char *modules, const struct delivery *r)
{
    const char *script = arena_printf(
        arena, "const {Webhook}=require('standardwebhooks');const [secret,id,at,sig,body]=process.argv.slice(1);"
               "try{const p=new Webhook(secret).verify(body,{'webhook-id':id,'webhook-timestamp':at,'webhook-signature':sig});"
               "process.exit(p.data.ticket.id===42?0:3)}catch(e){process.exit(4)}");
    pid_t child = fork();
    if (child == 0) {
        setenv("NODE_PATH", modules, 1);
        execlp("node", "node", "-e", script, shop.secrets[0], destination_header(r, "webhook-id"), destination_header(r, "webhook-timestamp"),
               destination_header(r, "webhook-signature"), r->body, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_reference_library_verifies_our_signature(void **state)
{
    (void)state;
    const char *modules = getenv("TRIAGE_NODE_MODULES"); /* a directory in which npm put standardwebhooks */
    if (!modules) {
        print_message("# skipped: TRIAGE_NODE_MODULES does not name a directory with npm's standardwebhooks\n");
        return;
    }
    AUTO_ARENA arena = arena_new();
    int64_t real = (int64_t)time(NULL) * 1000;
    struct delivery r = composed(arena, &plain, &shop, real);
    assert_int_equal(run_node(arena, modules, &r), 0);
    struct delivery old = composed(arena, &plain, &shop, real - 3600000);
    assert_int_equal(run_node(arena, modules, &old), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_one_signed_message),
        cmocka_unit_test(a_secret_that_is_not_base64_is_taken_as_it_is_written),
        cmocka_unit_test(the_published_vector_is_what_we_compute),
        cmocka_unit_test(later_attempts_differ_in_time_and_signature_only),
        cmocka_unit_test(every_letter_has_an_id_of_its_own_and_every_attempt_carries_it),
        cmocka_unit_test(nothing_in_a_letter_reaches_the_headers_raw),
        cmocka_unit_test(a_destination_without_a_plain_url_is_refused),
        cmocka_unit_test(unknown_members_are_null_not_left_out),
        cmocka_unit_test(each_status_has_its_meaning),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_and_nothing_else),
        cmocka_unit_test(the_reference_library_verifies_our_signature),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
