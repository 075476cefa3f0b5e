/* webhook: a reply byte for byte; ids that stay and fit in a header; what an answer means; who it says we are and how it is
 * signed in every format, as our own receiver and as the reference library for receivers see it, where that is installed. */
#include "destination/destination.h"
#include "base/crypto.h"
#include "base/json.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "../support/fixture.h"
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

/* The rows of destinations.tsv: what a receiver answers, and what follows. */
static void every_answer_of_the_table_of_replies_is_judged_as_it_says(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int count = fixture_rows(arena, "destinations/destinations.tsv", 5, &rows), done = 0;
    const struct composing c = {.letter = &plain, .to = &shop, .attempt = 1, .now = now};
    for (int i = 0; i < count; i++) {
        if (!str_eq(rows[i][0], "webhook.out"))
            continue;
        struct reply reply = {.status = strtoll(rows[i][1], NULL, 10), .body = "",
                              .retry_after = str_starts(rows[i][3], "Retry-After: ") ? rows[i][3] + strlen("Retry-After: ") : NULL};
        reply.fault = reply.status ? REPLY_ANSWERED : str_eq(rows[i][1], "timeout") ? REPLY_TIMEOUT : REPLY_REFUSED;
        reply.sent = reply.fault != REPLY_REFUSED;
        AUTO_JSON memo = json_object();
        struct verdict v = destination_of(DEST_WEBHOOK)->judge(arena, &c, &reply, memo);
        if (!str_eq(destination_action(arena, &v, memo, reply.status), rows[i][4]))
            fail_msg("%s: %s instead of %s", rows[i][1], destination_action(arena, &v, memo, reply.status), rows[i][4]);
        done++;
    }
    print_message("# %d answers of destinations.tsv\n", done);
    assert_true(done >= 13);
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

/* --- signatures --- */

static const char *header_in(const void *request, const char *name, int *count)
{
    const char *value = destination_header(request, name);
    *count = value != NULL;
    return value;
}

static int verified(struct arena *arena, const struct delivery *r, const char *dialect, const char *secret, int64_t at)
{
    const struct signature_input in = {.dialect = dialect, .header = header_in, .header_arg = r, .body = r->body, .body_n = r->body_n, .secrets = &secret,
                                       .secret_count = 1, .strict = true, .now = at / 1000};
    struct signature_result out;
    signature_verify(arena, &in, &out);
    return out.verdict;
}

static const struct ticket opened = {.id = 42, .account = "shop", .dialect = "ripio", .key = "ripio:T-7", .source_id = "T-7", .title = "x", .status = STATUS_NEW,
                                     .registration = REGISTRATION_FAILED, .created_at = 1798761600123};
static const struct letter of_ours = {.of = LETTER_DESK, .id = "evt_7k2mq0vz81ab", .type = "ticket.created", .at = 1798761600123, .ticket = &opened};
static const struct { int format, generation; const char *dialect; bool both; int64_t timeout; } signers[] = {
    {FORMAT_INGESTLAYER, 0, "ingestlayer", false, 0}, {FORMAT_STANDARD, 0, "rbs", true, 15000}, {FORMAT_CLOUDEVENTS, 0, "ingestlayer", false, 0},
    {FORMAT_CLOUDEVENTS_BINARY, 0, "ingestlayer", false, 0}, {FORMAT_CSTAR, 0, "cstar", false, 30000}, {FORMAT_CSTAR, 1, "cstar", true, 10000},
    {FORMAT_RIPIO, 0, "ripio", false, 0}, {FORMAT_RBS, 0, "rbs", false, 0}, {FORMAT_TAMIO, 0, "tamio", false, 0}};
enum { SIGNERS = sizeof signers / sizeof *signers };

static void every_format_is_signed_as_its_receivers_verify_it(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char *const keys[] = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_TWZLUTlyOEdLWXFyVHdqVVBEOElMUFpJbzJMYUxhU3c="};
    for (int i = 0; i < SIGNERS; i++) {
        struct config_destination to = shop;
        to.format = signers[i].format;
        to.generation = signers[i].generation;
        to.secrets[1] = keys[1];
        to.secret_count = 2;
        struct delivery r = composed(arena, &of_ours, &to, now);
        assert_int_equal(verified(arena, &r, signers[i].dialect, keys[0], now), SIGNATURE_OK);
        assert_int_equal(verified(arena, &r, signers[i].dialect, keys[1], now), signers[i].both ? SIGNATURE_OK : SIGNATURE_MISMATCH);
        assert_int_equal(verified(arena, &r, signers[i].dialect, "another", now), SIGNATURE_MISMATCH);
        assert_int_equal(r.timeout, signers[i].timeout);
        char *changed = arena_strndup(arena, r.body, r.body_n);
        changed[r.body_n / 2] ^= 1;
        r.body = changed;
        assert_int_equal(verified(arena, &r, signers[i].dialect, keys[0], now), SIGNATURE_MISMATCH);
        for (int h = 0; h < r.header_count; h++)
            for (int k = 0; k < 2; k++)
                assert_null(strstr(r.headers[h].value, keys[k] + strlen("whsec_")));
    }
}

static void a_bearer_key_is_sent_where_it_is_asked_for_and_no_signature_then(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    for (int i = 0; i < SIGNERS; i++) {
        struct config_destination to = shop;
        to.format = signers[i].format;
        to.generation = signers[i].generation;
        to.token = "il_out_1";
        struct delivery r = composed(arena, &of_ours, &to, now);
        assert_null(destination_header(&r, "Authorization"));
        to.auth = DEST_AUTH_BEARER;
        r = composed(arena, &of_ours, &to, now);
        assert_string_equal(destination_header(&r, "Authorization"), "Bearer il_out_1");
        assert_int_equal(verified(arena, &r, signers[i].dialect, shop.secrets[0], now), SIGNATURE_MISSING);
        to.auth = DEST_AUTH_NONE;
        r = composed(arena, &of_ours, &to, now);
        assert_null(destination_header(&r, "Authorization"));
        assert_int_equal(verified(arena, &r, signers[i].dialect, shop.secrets[0], now), SIGNATURE_MISSING);
    }
}

static void the_body_alone_is_signed_where_that_is_asked_for(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = shop;
    struct signature_header list[4];
    to.format = FORMAT_INGESTLAYER;
    to.sign_body_only = true;
    struct delivery r = composed(arena, &of_ours, &to, now);
    signature_sign(arena, "ingest-in", to.secrets[0], NULL, 0, r.body, r.body_n, list); /* sha256=<hex of the body> */
    assert_string_equal(destination_header(&r, "X-Ingestlayer-Signature"), arena_printf(arena, "t=1798761615,v1=%s", list[0].value + strlen("sha256=")));
    assert_int_equal(verified(arena, &r, "ingestlayer", to.secrets[0], now), SIGNATURE_WARN);
}

static void what_cannot_be_signed_does_not_leave_unsigned(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter letter = plain;
    struct delivery r;
    struct err err = {0};
    letter.id = "evt.1";
    assert_false(compose(arena, &letter, &shop, now, &r, &err));
    assert_int_equal(err.code, ERR_INPUT);
}

/* --- JavaScript's view --- */

/* What a node program prints, in out; its exit status, -1 if it did not run. */
static int run_node(const char *modules, const char *script, const char *const *args, char *out, size_t size)
{
    const char *argv[12] = {"node", "-e", script};
    int ends[2], status = 0, n = 3;
    size_t got = 0;
    while (*args && n < 11)
        argv[n++] = *args++;
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        if (modules)
            setenv("NODE_PATH", modules, 1);
        dup2(ends[1], 1);
        close(ends[0]);
        execvp("node", (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(ends[1]);
    for (ssize_t k; (k = read(ends[0], out + got, size - 1 - got)) > 0;)
        got += (size_t)k;
    close(ends[0]);
    out[got] = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* cStar's own sample receivers sign what JSON.stringify makes of the parsed body. */
static void javascript_writes_our_body_as_we_do(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char script[] = "const b=process.argv[1];process.stdout.write(JSON.stringify(JSON.parse(b))===b?'same':JSON.stringify(JSON.parse(b)))";
    struct ticket odd = opened;
    struct letter letter = of_ours;
    odd.title = "a/b \\ \"q\" \b\f\n\r\t\x01\x1f\x7f \xc3\xa9 \xe2\x80\xa8 \xf0\x9f\x98\x80";
    letter.ticket = &odd;
    for (int i = 0; i < SIGNERS; i++) {
        struct config_destination to = shop;
        char out[8192];
        to.format = signers[i].format;
        to.generation = signers[i].generation;
        if (to.format == FORMAT_RIPIO)
            continue; /* ASCII, as Python writes */
        struct delivery r = composed(arena, &letter, &to, now);
        int status = run_node(NULL, script, (const char *const[]){r.body, NULL}, out, sizeof out);
        if (status == 127) {
            print_message("# skipped: node is not installed\n");
            return;
        }
        assert_int_equal(status, 0);
        assert_string_equal(out, "same");
    }
}

/* Where npm put standardwebhooks: `bootstrap test` does; NULL: nowhere, said aloud. */
static const char *modules_in(struct arena *arena)
{
    const char *given = getenv("TRIAGE_NODE_MODULES"), *build = getenv("TRIAGE_BUILDDIR");
    const char *path = given ? given : arena_printf(arena, "%s/node/node_modules", build ? build : ".");
    if (access(arena_printf(arena, "%s/standardwebhooks/package.json", path), R_OK) == 0)
        return path;
    print_message("# skipped: npm's standardwebhooks is not in %s: npm install --prefix %s/node standardwebhooks@1\n", path, build ? build : ".");
    return NULL;
}

static void the_reference_library_verifies_our_signature(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *modules = modules_in(arena);
    if (!modules)
        return;
    static const char script[] = "const {Webhook}=require('standardwebhooks');const [secret,id,at,sig,body]=process.argv.slice(1);"
                                 "try{const p=new Webhook(secret).verify(body,{'webhook-id':id,'webhook-timestamp':at,'webhook-signature':sig});"
                                 "process.exit((p.data||p.payload).ticket.id==(p.data?42:'T-7')?0:3)}catch(e){process.exit(4)}";
    static const char other[] = "whsec_TWZLUTlyOEdLWXFyVHdqVVBEOElMUFpJbzJMYUxhU3c=";
    int64_t real = (int64_t)time(NULL) * 1000;
    struct config_destination to = shop;
    to.secrets[1] = other;
    to.secret_count = 2;
    const struct { const struct letter *letter; const char *secret; int64_t at; int want; } rows[] = {
        {&plain, shop.secrets[0], real, 0}, {&plain, other, real, 0}, {&of_ours, shop.secrets[0], real, 0}, {&of_ours, other, real, 0},
        {&plain, "whsec_bm90IHRoZSBvbmU=", real, 4}, {&plain, shop.secrets[0], real - 3600000, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[256];
        struct delivery r = composed(arena, rows[i].letter, &to, rows[i].at);
        const char *args[] = {rows[i].secret, destination_header(&r, "webhook-id"), destination_header(&r, "webhook-timestamp"),
                              destination_header(&r, "webhook-signature"), r.body, NULL};
        assert_int_equal(run_node(modules, script, args, out, sizeof out), rows[i].want);
    }
}

static void we_verify_what_the_reference_library_signs(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    const char *modules = modules_in(arena);
    if (!modules)
        return;
    static const char script[] = "const {Webhook}=require('standardwebhooks');const [secret,id,at,body]=process.argv.slice(1);"
                                 "process.stdout.write(new Webhook(secret).sign(id,new Date(at*1000),body))";
    static const char body[] = "{\"type\":\"x\",\"text\":\"Ádám \xf0\x9f\x91\x8b\"}";
    char out[256];
    assert_int_equal(run_node(modules, script, (const char *const[]){shop.secrets[0], "msg_2KWPBgLl", "1798761615", body, NULL}, out, sizeof out), 0);
    struct delivery r = {.body = body, .body_n = sizeof body - 1};
    destination_add_header(&r, "webhook-id", "msg_2KWPBgLl");
    destination_add_header(&r, "webhook-timestamp", "1798761615");
    destination_add_header(&r, "webhook-signature", out);
    assert_int_equal(verified(arena, &r, "rbs", shop.secrets[0], now), SIGNATURE_OK);
    assert_int_equal(verified(arena, &r, "tamio", shop.secrets[0], now), SIGNATURE_OK);
    r.body = "{\"type\":\"y\"}";
    r.body_n = strlen(r.body);
    assert_int_equal(verified(arena, &r, "rbs", shop.secrets[0], now), SIGNATURE_MISMATCH);
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
        cmocka_unit_test(every_answer_of_the_table_of_replies_is_judged_as_it_says),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_and_nothing_else),
        cmocka_unit_test(every_format_is_signed_as_its_receivers_verify_it),
        cmocka_unit_test(a_bearer_key_is_sent_where_it_is_asked_for_and_no_signature_then),
        cmocka_unit_test(the_body_alone_is_signed_where_that_is_asked_for),
        cmocka_unit_test(what_cannot_be_signed_does_not_leave_unsigned),
        cmocka_unit_test(javascript_writes_our_body_as_we_do),
        cmocka_unit_test(the_reference_library_verifies_our_signature),
        cmocka_unit_test(we_verify_what_the_reference_library_signs),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
