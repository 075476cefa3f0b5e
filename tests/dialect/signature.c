/* signature: the published vectors, the way there and back of every scheme, and that nothing tampered with passes. */
#include "base/crypto.h"
#include "dialect/signature.h"
#include "../support/fixture.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

enum column { NAME, DIALECT, FILE_NAME, SECRET, NOW, HEADER, VALUE, VERDICT, NOTE, COLUMNS };
static const int64_t now = 1777734255;

struct headers {
    const char *names[8], *values[8];
    int count;
};

static const char *header(const void *arg, const char *name, int *count)
{
    const struct headers *h = arg;
    const char *first = NULL;
    *count = 0;
    for (int i = 0; i < h->count; i++)
        if (strcasecmp(h->names[i], name) == 0) {
            first = first ? first : h->values[i];
            ++*count;
        }
    return first;
}

static int verify(const struct headers *h, const char *dialect, const char *body, size_t n, const char *secret, int64_t at, bool strict)
{
    AUTO_ARENA arena = arena_new();
    struct signature_input in = {.dialect = dialect, .header = header, .header_arg = h, .body = body, .body_n = n,
                                 .secrets = &secret, .secret_count = secret ? 1 : 0, .strict = strict, .now = at};
    struct signature_result result;
    signature_verify(arena, &in, &result);
    assert_true(signature_ok(&result) == (result.verdict == SIGNATURE_OK || result.verdict == SIGNATURE_WARN));
    return result.verdict;
}

/* "a | b" into its parts. */
static int parts(struct arena *arena, const char *text, const char **out)
{
    int n = 0;
    for (const char *p = text; p; n++) {
        const char *bar = strstr(p, " | ");
        out[n] = bar ? arena_strndup(arena, p, (size_t)(bar - p)) : arena_strdup(arena, p);
        p = bar ? bar + 3 : NULL;
    }
    return n;
}

static bool same_verdict(const char *want, int verdict)
{
    const char *word = verdict == SIGNATURE_FUTURE ? "stale" : signature_word(verdict);
    return strcmp(want, word) == 0 || (strncmp(want, "401 ", 4) == 0 && strcmp(want + 4, word) == 0);
}

static void every_published_vector_gets_its_verdict(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, "events/signatures.tsv", COLUMNS, &rows);
    for (int i = 0; i < count; i++) {
        char **row = rows[i];
        struct headers h;
        size_t n;
        const char *body = fixture_read(arena, arena_printf(arena, "events/%s", row[FILE_NAME]), &n);
        h.count = parts(arena, row[HEADER], h.names);
        assert_int_equal(parts(arena, row[VALUE], h.values), h.count);
        for (int any = 0; any < 2; any++) {
            int verdict = verify(&h, any ? "auto" : row[DIALECT], body, n, row[SECRET], atoll(row[NOW]), false);
            if (!same_verdict(row[VERDICT], verdict))
                fail_msg("%s%s: %s, should be %s", row[NAME], any ? " (auto)" : "", signature_word(verdict), row[VERDICT]);
        }
        assert_int_equal(verify(&h, row[DIALECT], body, n, NULL, atoll(row[NOW]), false),
                         strstr(row[VERDICT], "malformed") ? SIGNATURE_MALFORMED : SIGNATURE_MISMATCH);
    }
    printf("# %d vectors\n", count);
    assert_int_equal(count, 22);
}

static const struct scheme_case {
    const char *scheme, *dialect, *secret;
} cases[] = {{"rbs", "rbs", "s3cret"}, {"rbs-plain", "rbs", "s3cret"}, {"ripio", "ripio", "s3cret"},
             {"cstar-2025", "cstar", "s3cret"}, {"cstar-2026", "cstar", "s3cret"}, {"cstar-oldest", "cstar", "s3cret"},
             {"ingest-in", "ingestlayer", "s3cret"}, {"ingest-out", "ingestlayer", "s3cret"}, {"tamio", "tamio", "s3cret"},
             {"standard", "rbs", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}};
enum { CASES = sizeof cases / sizeof *cases, BODY_SIZE = 200 };

static void make_body(char body[BODY_SIZE])
{
    for (int i = 0; i < BODY_SIZE; i++)
        body[i] = (char)(32 + i * 7 % 90);
}

static struct headers sign(struct arena *arena, const struct scheme_case *c, const char *body, size_t n)
{
    struct signature_header list[4];
    struct headers h = {.count = signature_sign(arena, c->scheme, c->secret, "msg_1", now, body, n, list)};
    assert_true(h.count > 0);
    for (int i = 0; i < h.count; i++) {
        h.names[i] = list[i].name;
        h.values[i] = list[i].value;
    }
    return h;
}

static void what_is_signed_is_accepted_fresh_up_to_300_seconds(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char body[BODY_SIZE];
    make_body(body);
    for (int i = 0; i < CASES; i++) {
        struct headers h = sign(arena, &cases[i], body, sizeof body);
        bool timed = strstr("rbs cstar-2026 ingest-out tamio standard", cases[i].scheme) != NULL;
        for (int strict = 0; strict < 2; strict++) {
            assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now, strict), SIGNATURE_OK);
            assert_int_equal(verify(&h, "auto", body, sizeof body, cases[i].secret, now, strict), SIGNATURE_OK);
            assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now + 300, strict), SIGNATURE_OK);
            assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now - 300, strict), SIGNATURE_OK);
            assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now + 301, strict),
                             timed ? SIGNATURE_STALE : SIGNATURE_OK);
            assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now - 301, strict),
                             timed ? SIGNATURE_FUTURE : SIGNATURE_OK);
        }
    }
}

static void no_flipped_bit_of_a_body_passes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char body[BODY_SIZE];
    int tries = 0;
    make_body(body);
    for (int i = 0; i < CASES; i++) {
        struct headers h = sign(arena, &cases[i], body, sizeof body);
        for (int bit = 0; bit < BODY_SIZE * 8; bit++, tries++) {
            body[bit / 8] = (char)(body[bit / 8] ^ 1 << bit % 8);
            assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now, false), SIGNATURE_MISMATCH);
            body[bit / 8] = (char)(body[bit / 8] ^ 1 << bit % 8);
        }
        for (size_t n = 0; n < sizeof body; n++, tries++)
            assert_int_equal(verify(&h, cases[i].dialect, body, n, cases[i].secret, now, false), SIGNATURE_MISMATCH);
    }
    printf("# %d changed bodies, none accepted\n", tries);
}

/* A change of the text that leaves the value the same: other case of a hex digit, a blank at the edge of a part. */
static bool still_the_same(const char *was, const char *is, bool base64)
{
    size_t a = 0, b = 0;
    if (base64)
        return false;
    for (;; a++, b++) {
        a += strspn(was + a, " \t");
        b += strspn(is + b, " \t\n\v\f\r");
        if (tolower((unsigned char)was[a]) != tolower((unsigned char)is[b]))
            return false;
        if (!was[a])
            return true;
    }
}

static void no_flipped_bit_of_a_signature_passes(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char body[BODY_SIZE], text[512];
    int tries = 0, equal = 0;
    make_body(body);
    for (int i = 0; i < CASES; i++) {
        struct headers good = sign(arena, &cases[i], body, sizeof body);
        bool base64 = strcmp(cases[i].scheme, "standard") == 0;
        for (int k = 0; k < good.count; k++) {
            bool unsigned_time = strcmp(good.names[k], "X-Webhook-Timestamp") == 0;
            for (size_t bit = 0; !unsigned_time && bit < strlen(good.values[k]) * 8; bit++, tries++) {
                struct headers h = good;
                snprintf(text, sizeof text, "%s", good.values[k]);
                text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
                if (!text[bit / 8])
                    continue;
                h.values[k] = text;
                int verdict = verify(&h, cases[i].dialect, body, sizeof body, cases[i].secret, now, false);
                if (still_the_same(good.values[k], text, base64)) {
                    equal++;
                    continue;
                }
                if (verdict == SIGNATURE_OK || verdict == SIGNATURE_WARN)
                    fail_msg("%s: \"%s\" passed", cases[i].scheme, text);
            }
        }
    }
    printf("# %d changed signatures, none accepted (%d others only spell the same bytes)\n", tries - equal, equal);
    assert_true(tries > 4000);
}

static void a_signature_serves_one_secret_and_one_dialect(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char body[BODY_SIZE];
    make_body(body);
    for (int i = 0; i < CASES; i++) {
        struct headers h = sign(arena, &cases[i], body, sizeof body);
        assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, "other", now, false), SIGNATURE_MISMATCH);
        assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, "", now, false), SIGNATURE_MISMATCH);
        assert_int_equal(verify(&h, cases[i].dialect, body, sizeof body, NULL, now, false), SIGNATURE_MISMATCH);
        for (int k = 0; k < CASES; k++) {
            int verdict = verify(&h, cases[k].dialect, body, sizeof body, cases[i].secret, now, false);
            bool own = strcmp(cases[k].dialect, cases[i].dialect) == 0 || strcmp(cases[i].scheme, "standard") == 0;
            assert_int_equal(verdict == SIGNATURE_OK, own);
        }
    }
}

static void all_secrets_are_tried(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *body = "{}", *secrets[] = {"old", "s3cret", "next"};
    for (int i = 0; i < CASES - 1; i++) {
        struct headers h = sign(arena, &cases[i], body, 2);
        struct signature_input in = {.dialect = "auto", .header = header, .header_arg = &h, .body = body, .body_n = 2,
                                     .secrets = secrets, .secret_count = 3, .now = now};
        struct signature_result result;
        signature_verify(arena, &in, &result);
        assert_int_equal(result.verdict, SIGNATURE_OK);
        assert_string_equal(result.scheme, cases[i].scheme);
    }
}

static void what_is_odd_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *body = "{}", *secret = "s3cret";
    uint8_t mac[32];
    char hex[65];
    crypto_hmac_sha256(secret, 6, &(struct crypto_part){body, 2}, 1, mac);
    crypto_hex(mac, 32, hex);
    const struct {
        const char *dialect, *name, *form;
        int verdict;
    } odd[] = {{"ripio", "X-Wh-Signature-256", "sha256=%s", SIGNATURE_OK}, {"ripio", "X-Wh-Signature-256", "sha1=%s", SIGNATURE_MALFORMED},
               {"ripio", "X-Wh-Signature-256", "", SIGNATURE_MALFORMED}, {"ripio", "X-Wh-Signature-256", "sha256=", SIGNATURE_MALFORMED},
               {"ripio", "X-Wh-Signature-256", "sha256=sha256=%s", SIGNATURE_MALFORMED}, {"ripio", "X-Signature", "sha256=%s", SIGNATURE_MISSING},
               {"cstar", "X-Signature", "%s", SIGNATURE_MALFORMED}, {"cstar", "X-Signature", "t=1777734255,v2=%s", SIGNATURE_MALFORMED},
               {"cstar", "X-Signature", "t=1777734255,v1a=%s", SIGNATURE_MALFORMED}, {"cstar", "X-Signature", "t=1777734255,v1=%s", SIGNATURE_MISMATCH},
               {"cstar", "X-Signature", "t=1,t=1777734255,v1=%s", SIGNATURE_MALFORMED}, {"cstar", "x-cstar-signature", "%s", SIGNATURE_OK},
               {"cstar", "x-cstar-signature", "sha256=%s", SIGNATURE_MALFORMED}, {"rbs", "X-Webhook-Signature", "%s", SIGNATURE_WARN},
               {"tamio", "Signature", "t=1777734255,s=%s", SIGNATURE_WARN}, {"tamio", "Signature", "t=1777733000,s=%s", SIGNATURE_STALE},
               {"tamio", "Signature", "t=,s=%s", SIGNATURE_MALFORMED}, {"tamio", "Signature", "t=-5,s=%s", SIGNATURE_MALFORMED},
               {"ingestlayer", "X-Ingestlayer-Signature", "x=1, t=1777734255 ,v1=00,v1=%s", SIGNATURE_WARN},
               {"auto", "Authorization", "%s", SIGNATURE_MISSING}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        const char *p = strstr(odd[i].form, "%s");
        char *value = p ? arena_printf(arena, "%.*s%s", (int)(p - odd[i].form), odd[i].form, hex) : arena_strdup(arena, odd[i].form);
        struct headers h = {{odd[i].name}, {value}, 1};
        int verdict = verify(&h, odd[i].dialect, body, 2, secret, now, false);
        if (verdict != odd[i].verdict)
            fail_msg("%s: %s is %s", odd[i].name, value, signature_word(verdict));
        struct headers twice = {{odd[i].name, odd[i].name}, {value, value}, 2};
        assert_int_equal(verify(&twice, odd[i].dialect, body, 2, secret, now, false),
                         odd[i].verdict == SIGNATURE_MISSING ? SIGNATURE_MISSING : SIGNATURE_MALFORMED);
    }
}

static void rbs_looks_at_the_clock_after_the_signature(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct headers h = sign(arena, &cases[0], "{}", 2);
    assert_string_equal(h.names[0], "X-Webhook-Timestamp");
    h.values[0] = "yesterday";
    assert_int_equal(verify(&h, "rbs", "{}", 2, "s3cret", now, false), SIGNATURE_MALFORMED);
    assert_int_equal(verify(&h, "rbs", "{]", 2, "s3cret", now, false), SIGNATURE_MISMATCH);
    h.values[0] = "1";
    assert_int_equal(verify(&h, "rbs", "{}", 2, "s3cret", now, false), SIGNATURE_STALE);
    assert_int_equal(verify(&h, "rbs", "{]", 2, "s3cret", now, false), SIGNATURE_MISMATCH);
    struct headers alone = {{h.names[1]}, {h.values[1]}, 1};
    assert_int_equal(verify(&alone, "rbs", "{}", 2, "s3cret", now, false), SIGNATURE_WARN);
    assert_int_equal(verify(&alone, "rbs", "{}", 2, "s3cret", now, true), SIGNATURE_MISSING);
    struct headers plain = {{"X-RBS-Signature", "X-Webhook-Timestamp"}, {h.values[1], "1"}, 2};
    assert_int_equal(verify(&plain, "rbs", "{}", 2, "s3cret", now, true), SIGNATURE_OK);
}

static void a_standard_id_cannot_move_bytes_into_the_body(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct signature_header list[4];
    const char *secret = cases[CASES - 1].secret;
    assert_int_equal(signature_sign(arena, "standard", secret, "a.1", now, "{}", 2, list), 0);
    assert_int_equal(signature_sign(arena, "standard", secret, NULL, now, "{}", 2, list), 0);
    assert_int_equal(signature_sign(arena, "none", secret, "a", now, "{}", 2, list), 0);
    struct headers h = sign(arena, &cases[CASES - 1], "1777734255.{}", 13);
    h.values[0] = "msg_1.1777734255";
    assert_int_equal(verify(&h, "rbs", "{}", 2, secret, now, false), SIGNATURE_MALFORMED);
}

static void an_explanation_tells_the_steps_and_no_secret(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR out;
    const char *secrets[] = {"whsec_test_5f0b1c"};
    struct scheme_case c = {"ripio", "ripio", secrets[0]};
    struct headers h = sign(arena, &c, "{}", 2);
    struct signature_input in = {.dialect = "ripio", .header = header, .header_arg = &h, .body = "{}\n", .body_n = 3,
                                 .secrets = secrets, .secret_count = 1, .now = now};
    str_init(&out, 8192);
    signature_explain(arena, &in, &out);
    assert_non_null(strstr(out.data, "found: Http-X-Wh-Signature-256"));
    assert_non_null(strstr(out.data, "without the line break"));
    assert_non_null(strstr(out.data, "verdict: mismatch"));
    assert_null(strstr(out.data, "5f0b1c"));
    assert_null(strstr(out.data, h.values[0] + 7));
    str_clear(&out);
    h.count = 0;
    signature_explain(arena, &in, &out);
    assert_non_null(strstr(out.data, "looked for: Http-X-Wh-Signature-256, X-Wh-Signature-256, webhook-signature"));
    assert_non_null(strstr(out.data, "verdict: missing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_vector_gets_its_verdict),
        cmocka_unit_test(what_is_signed_is_accepted_fresh_up_to_300_seconds),
        cmocka_unit_test(no_flipped_bit_of_a_body_passes),
        cmocka_unit_test(no_flipped_bit_of_a_signature_passes),
        cmocka_unit_test(a_signature_serves_one_secret_and_one_dialect),
        cmocka_unit_test(all_secrets_are_tried),
        cmocka_unit_test(what_is_odd_is_refused),
        cmocka_unit_test(rbs_looks_at_the_clock_after_the_signature),
        cmocka_unit_test(a_standard_id_cannot_move_bytes_into_the_body),
        cmocka_unit_test(an_explanation_tells_the_steps_and_no_secret),
    };
    return crypto_open() ? cmocka_run_group_tests_name("signature", tests, NULL, NULL) : 1;
}
