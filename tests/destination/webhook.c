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

static const struct letter plain = {
    .parcel = 7, .ticket = 42, .at = 1798761600123, .url = "https://shop.example/hooks",
    .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .account = "shop", .key = "rbs:caracol:T-7", .source_id = "T-7",
    .message_id = "desk:19", .author = "ana", .body = "We have sent it \"again\".\nÁdám \xf0\x9f\x91\x8b"};
static const int64_t now = 1798761615000;

static struct delivery composed(struct arena *arena, const struct letter *letter, int64_t at)
{
    struct delivery r;
    struct err err = {0};
    if (!destination_webhook.compose(arena, letter, at, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static void a_reply_is_one_signed_message(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = composed(arena, &plain, now);
    assert_string_equal(r.url, "https://shop.example/hooks");
    assert_string_equal(r.body, "{\"type\":\"message.created\",\"timestamp\":\"2027-01-01T00:00:00.123Z\",\"data\":{\"ticket\":"
                                "{\"id\":42,\"key\":\"rbs:caracol:T-7\",\"source_id\":\"T-7\",\"account\":\"shop\"},\"message\":{\"id\":\"desk:19\","
                                "\"author\":\"ana\",\"text\":\"We have sent it \\\"again\\\".\\nÁdám \xf0\x9f\x91\x8b\","
                                "\"created_at\":\"2027-01-01T00:00:00.123Z\"}}}");
    assert_int_equal(r.body_n, strlen(r.body));
    assert_string_equal(destination_header(&r, "Content-Type"), "application/json");
    assert_true(str_starts(destination_header(&r, "User-Agent"), "triage/"));
    assert_string_equal(destination_header(&r, "webhook-timestamp"), "1798761615");
    assert_string_equal(destination_header(&r, "webhook-id"), "msg_da6b52e90326d0917b3bbcbc1aa8a90a");
    assert_string_equal(destination_header(&r, "Idempotency-Key"), destination_header(&r, "webhook-id"));
    /* Computed by another HMAC than ours. */
    assert_string_equal(destination_header(&r, "webhook-signature"), "v1,Tc2euVgIn6R27MvdtOPSWu13ShO8LcLcYV4u7m1RNQ4=");
}

static void a_secret_that_is_not_base64_is_taken_as_it_is_written(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const secrets[] = {"plain secret", "whsec_not base64!"};
    static const char *const expected[] = {"v1,/EdA0wIDqJRXqKtGSZ0cZtbWZvKv4DqD9aGpm+nGujU=", "v1,wCHBcnXK6gysuw/C+A5SZjCJFSgtwlloTVC1AZ32zRQ="};
    for (int i = 0; i < 2; i++) {
        struct letter letter = plain;
        letter.secret = secrets[i];
        struct delivery r = composed(arena, &letter, now);
        assert_string_equal(destination_header(&r, "webhook-signature"), expected[i]);
    }
    struct letter letter = plain;
    letter.secret = "";
    struct delivery r = composed(arena, &letter, now);
    assert_null(destination_header(&r, "webhook-signature"));
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
    struct delivery a = composed(arena, &plain, now), b = composed(arena, &plain, now + 30000);
    assert_string_equal(a.body, b.body);
    assert_string_equal(destination_header(&a, "webhook-id"), destination_header(&b, "webhook-id"));
    assert_string_not_equal(destination_header(&a, "webhook-timestamp"), destination_header(&b, "webhook-timestamp"));
    assert_string_not_equal(destination_header(&a, "webhook-signature"), destination_header(&b, "webhook-signature"));
}

static void every_parcel_has_an_id_of_its_own(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter letters[6] = {plain, plain, plain, plain, plain, plain};
    letters[1].parcel = 8;
    letters[2].account = "shop2";
    letters[3].key = "T-8";
    letters[4].at++; /* the same numbers in another database */
    letters[5].message_id = "desk:20";
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < i; k++) {
            struct delivery a = composed(arena, &letters[i], now), b = composed(arena, &letters[k], now);
            assert_string_not_equal(destination_header(&a, "webhook-id"), destination_header(&b, "webhook-id"));
        }
}

static void nothing_in_a_letter_reaches_the_headers_raw(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter letter = plain;
    letter.key = "a\r\nX-Evil: 1.2.3\xff";
    letter.account = "a.b c";
    letter.message_id = "x\ny";
    letter.author = "\r\n";
    struct delivery r = composed(arena, &letter, now);
    for (int i = 0; i < r.header_count; i++)
        for (const char *p = r.headers[i].value; *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
    const char *id = destination_header(&r, "webhook-id");
    assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"), strlen(id));
}

static void a_letter_without_a_plain_url_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const urls[] = {NULL, "", "https://a.example/ x", "https://a.example/\r\nHost: b"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct letter letter = plain;
        struct delivery r;
        struct err err = {0};
        letter.url = urls[i];
        assert_false(destination_webhook.compose(arena, &letter, now, &r, &err));
        assert_int_equal(err.code, ERR_INPUT);
    }
}

static void unknown_members_are_null_not_left_out(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter letter = plain;
    letter.source_id = NULL;
    struct delivery r = composed(arena, &letter, now);
    AUTO_JSON root = json_parse(r.body, r.body_n, &json_limits_native, NULL, NULL);
    assert_non_null(json_path(root, "data.ticket.source_id"));
    assert_int_equal(json_kind(json_path(root, "data.ticket.source_id")), JSON_NULL);
}

static void each_status_has_its_meaning(void **state)
{
    (void)state;
    static const struct { int64_t status; const char *retry_after; int kind; int64_t wait; } rows[] = {
        {200, NULL, VERDICT_DELIVERED, 0}, {202, NULL, VERDICT_DELIVERED, 0}, {204, "60", VERDICT_DELIVERED, 0}, {299, NULL, VERDICT_DELIVERED, 0},
        {0, NULL, VERDICT_RETRY, 0},       {101, NULL, VERDICT_RETRY, 0},     {301, NULL, VERDICT_RETRY, 0},     {308, NULL, VERDICT_RETRY, 0},
        {400, NULL, VERDICT_RETRY, 0},     {404, NULL, VERDICT_RETRY, 0},     {410, NULL, VERDICT_DEAD, 0},      {410, "60", VERDICT_DEAD, 0},
        {429, NULL, VERDICT_RETRY, 0},     {429, "2", VERDICT_WAIT, 2000},    {429, "0", VERDICT_RETRY, 0},      {500, NULL, VERDICT_RETRY, 0},
        {503, "120", VERDICT_RETRY, 120000}, {999, NULL, VERDICT_RETRY, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct verdict v = destination_webhook.judge(&(struct reply){rows[i].status, rows[i].retry_after}, now);
        if (v.kind != rows[i].kind || v.retry_after != rows[i].wait)
            fail_msg("%d %s: kind %d, wait %lld", (int)rows[i].status, rows[i].retry_after, v.kind, (long long)v.retry_after);
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
        execlp("node", "node", "-e", script, plain.secret, destination_header(r, "webhook-id"), destination_header(r, "webhook-timestamp"),
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
    struct delivery r = composed(arena, &plain, real);
    assert_int_equal(run_node(arena, modules, &r), 0);
    struct delivery old = composed(arena, &plain, real - 3600000);
    assert_int_equal(run_node(arena, modules, &old), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_is_one_signed_message),
        cmocka_unit_test(a_secret_that_is_not_base64_is_taken_as_it_is_written),
        cmocka_unit_test(the_published_vector_is_what_we_compute),
        cmocka_unit_test(later_attempts_differ_in_time_and_signature_only),
        cmocka_unit_test(every_parcel_has_an_id_of_its_own),
        cmocka_unit_test(nothing_in_a_letter_reaches_the_headers_raw),
        cmocka_unit_test(a_letter_without_a_plain_url_is_refused),
        cmocka_unit_test(unknown_members_are_null_not_left_out),
        cmocka_unit_test(each_status_has_its_meaning),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_and_nothing_else),
        cmocka_unit_test(the_reference_library_verifies_our_signature),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
