/* http_mail: mail to a real server, and to servers that misbehave: what arrives, and what is made of every answer. */
#include "worker/http.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/smtpd.h"
#include "harness/stub.h"
#include "support/fixture.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct smtpd *smtpd;
static const char nothing[] = "{}";

struct heard { int count; struct reply reply; char text[1024]; int64_t ms; };

static void hear(void *arg, const struct http_answer *answer)
{
    struct heard *h = arg;
    h->count++;
    h->reply = answer->reply;
    h->ms = answer->ms;
    str_copy(h->text, sizeof h->text, answer->why ? answer->why : answer->reply.body);
}

static struct heard carry(const struct http_options *o, const struct delivery *r)
{
    struct err err = {0};
    struct heard h = {0};
    struct http *http = http_open(o, &err);
    if (!http_start(http, r, hear, &h, &err))
        str_copy(h.text, sizeof h.text, err.text);
    while (http_count(http))
        http_run(http, 1000);
    http_close(http);
    return h;
}

static struct config_destination oncall(void)
{
    return (struct config_destination){.name = "email", .kind = DEST_EMAIL, .host = "127.0.0.1", .port = smtpd_port(smtpd), .tls = TLS_REQUIRE, .user = "desk",
                                       .password = "s3cret", .from = "triage <triage@notify.example>", .to = {"oncall@acme.example"}, .to_count = 1,
                                       .allow_loopback = true};
}

static struct delivery composed(struct arena *arena, const struct config_destination *to, const struct json *memo)
{
    struct delivery r;
    struct err err = {0};
    struct composing c = {.letter = letter_golden(arena), .to = to, .memo = memo, .attempt = 1};
    if (!destination_of(DEST_EMAIL)->compose(arena, &c, &r, &err))
        fail_msg("%s", err.text);
    return r;
}

static struct http_options trusting(void)
{
    return (struct http_options){.ca = smtpd_ca(smtpd)};
}

/* Once through compose, a real exchange and judge; the verdict in the words of the table. */
static const char *attempt(struct arena *arena, const struct config_destination *to, struct json *memo, struct heard *heard)
{
    struct http_options o = trusting();
    struct delivery r = composed(arena, to, memo);
    *heard = carry(&o, &r);
    if (heard->count != 1)
        fail_msg("%d answers: %s", heard->count, heard->text);
    heard->reply.body = heard->text;
    struct composing c = {.letter = letter_golden(arena), .to = to, .memo = memo, .attempt = 1};
    struct verdict v = destination_of(DEST_EMAIL)->judge(arena, &c, &heard->reply, memo);
    return destination_action(arena, &v, memo, heard->reply.status);
}

#define NEEDS_SMTPD \
    if (!smtpd) { \
        print_message("# skipped: python3-aiosmtpd is not installed\n"); \
        skip(); \
    }

static void a_mail_arrives_under_tls_as_it_was_composed(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct heard h;
    const int tls[] = {TLS_REQUIRE, TLS_IMPLICIT};
    for (int i = 0; i < 2; i++) {
        struct config_destination to = oncall();
        to.tls = tls[i];
        to.port = i ? smtpd_port_tls(smtpd) : smtpd_port(smtpd);
        smtpd_script(smtpd, arena, nothing);
        assert_string_equal(attempt(arena, &to, memo, &h), "ok");
        assert_string_equal(h.text, "2.0.0 queued");
        const struct json *seen = smtpd_script(smtpd, arena, nothing), *mail = json_first(json_get(seen, "mails"));
        assert_int_equal(json_count(json_get(seen, "mails")), 1);
        assert_string_equal(json_get_string(mail, "text", ""), letter_golden_text(arena, "email.eml"));
        assert_string_equal(json_get_string(mail, "from", ""), "triage@notify.example");
        assert_string_equal(json_string(json_first(json_get(mail, "to"))), "oncall@acme.example");
        assert_string_equal(json_get_string(mail, "user", ""), "desk");
        assert_true(json_get_bool(mail, "tls", false));
        int64_t quits = json_get_i64(seen, "quits", 0);
        for (int64_t until = clock_mono() + 2000; !quits && clock_mono() < until;) /* its answer is not waited for */
            quits = json_get_i64(smtpd_script(smtpd, arena, nothing), "quits", 0);
        assert_int_equal(quits, 1);
        for (const struct json *name = json_first(json_get(seen, "ehlo")); name; name = json_next(name))
            assert_string_equal(json_string(name), "notify.example");
        for (const struct json *way = json_first(json_get(seen, "logins")); way; way = json_next(way))
            assert_string_equal(json_string(way), "PLAIN");
    }
}

static void lines_that_begin_with_dots_and_letters_of_all_alphabets_arrive(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct config_destination to = oncall();
    struct delivery r = composed(arena, &to, NULL);
    struct http_options o = trusting();
    r.body = "Subject: x\r\n\r\n.\r\n..\r\n.hidden\r\n\xd0\x96\xe2\x82\xac\xf0\x9f\x91\x8b\r\nQUIT\r\n.";
    r.body_n = strlen(r.body);
    smtpd_script(smtpd, arena, nothing);
    struct heard h = carry(&o, &r);
    assert_int_equal(h.reply.status, 250);
    const struct json *mail = json_first(json_get(smtpd_script(smtpd, arena, nothing), "mails"));
    assert_string_equal(json_get_string(mail, "text", ""), arena_printf(arena, "%s\r\n", r.body));
}

/* Where a row of the table is said. */
static const char *script_of(struct arena *arena, const char *status, const char *body)
{
    static const struct { const char *word, *stage; } places[] = {{"(AUTH)", "auth"}, {"(RCPT)", "rcpt"}, {"(only RCPT)", "rcpt"}, {"final dot", "dot"}, {"too big", "dot"}, {"closing", "mail"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strstr(body, places[i].word))
            return str_eq(status, "lost") ? arena_printf(arena, "{\"script\":{\"%s\":\"close\"}}", places[i].stage) :
                                            arena_printf(arena, "{\"script\":{\"%s\":\"%s %s\"}}", places[i].stage, status, body);
    fail_msg("no stage in %s", body);
    return NULL;
}

static void every_answer_of_the_table_gives_its_action(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct config_destination to = oncall();
    char ***rows;
    int n = fixture_rows(arena, "destinations/destinations.tsv", 5, &rows), seen = 0;
    for (int i = 0; i < n; i++) {
        if (!str_eq(rows[i][0], "email"))
            continue;
        AUTO_JSON memo = json_object();
        struct heard h;
        smtpd_script(smtpd, arena, script_of(arena, rows[i][1], rows[i][2]));
        const char *action = attempt(arena, &to, memo, &h);
        if (!str_eq(action, rows[i][4]))
            fail_msg("%s %s: %s (status %d, stage %d, '%s')", rows[i][1], rows[i][2], action, (int)h.reply.status, h.reply.stage, h.text);
        seen++;
    }
    print_message("# %d rows of email against a server\n", seen);
    assert_int_equal(seen, 9);
}

static const struct answer_row { const char *script, *action; int status, stage; const char *text; } answers[] = {
    {"{\"script\":{\"banner\":\"554 5.7.1 go away\"}}", "dead", 554, MAIL_CONNECT, "5.7.1 go away"},
    {"{\"script\":{\"banner\":\"421 4.3.2 not now\"}}", "retry", 421, MAIL_CONNECT, NULL},
    {"{\"script\":{\"banner\":\"close\"}}", "retry", 0, MAIL_CONNECT, NULL},
    {"{\"script\":{\"ehlo\":\"close\"}}", "retry", 0, MAIL_CONNECT, NULL},
    {"{\"script\":{\"starttls\":\"454 4.7.0 no TLS now\"}}", "retry", 454, MAIL_TLS, NULL},
    {"{\"script\":{\"starttls\":\"close\"}}", "retry", 0, MAIL_TLS, NULL},
    {"{\"hide\":[\"STARTTLS\"]}", "dead", 0, MAIL_TLS, "STARTTLS"},
    {"{\"script\":{\"auth\":\"454 4.7.0 later\"}}", "retry", 454, MAIL_AUTH, NULL},
    {"{\"script\":{\"auth\":\"534 5.7.9 stronger\"}}", "dead+disable", 534, MAIL_AUTH, NULL},
    {"{\"mechanisms\":\"LOGIN XOAUTH2\"}", "dead", 0, MAIL_AUTH, "AUTH PLAIN"},
    {"{\"hide\":[\"AUTH\"],\"script\":{\"mail\":\"530 5.7.0 who are you\"}}", "dead+disable", 530, MAIL_FROM, NULL},
    {"{\"script\":{\"mail\":\"451 4.3.0 busy\"}}", "retry", 451, MAIL_FROM, NULL},
    {"{\"script\":{\"mail\":\"552 5.3.4 too big\"}}", "truncate", 552, MAIL_FROM, NULL},
    {"{\"script\":{\"mail\":\"553 5.1.8 no such sender\"}}", "dead", 553, MAIL_FROM, NULL},
    {"{\"script\":{\"mail\":\"close\"}}", "retry", 0, MAIL_FROM, NULL},
    {"{\"script\":{\"rcpt\":\"452 4.5.3 too many\"}}", "retry", 452, MAIL_RCPT, NULL},
    {"{\"script\":{\"rcpt\":\"551 5.1.6 moved\"}}", "dead", 551, MAIL_RCPT, NULL},
    {"{\"script\":{\"rcpt\":\"close\"}}", "retry", 0, MAIL_RCPT, NULL},
    {"{\"script\":{\"data\":\"451 4.3.0 no\"}}", "retry", 451, MAIL_DATA, NULL},
    {"{\"script\":{\"data\":\"554 5.5.1 no valid recipients\"}}", "dead", 554, MAIL_DATA, NULL},
    {"{\"script\":{\"data\":\"close\"}}", "retry", 0, MAIL_DATA, NULL},
    {"{\"script\":{\"dot\":\"421 4.3.2 closing\"}}", "retry", 421, MAIL_DATA, "4.3.2 closing"},
    {"{\"script\":{\"dot\":\"250-first\\r\\n250 second\"}}", "ok", 250, MAIL_DATA, "first\nsecond"},
    {"{\"script\":{\"quit\":\"500 what\"}}", "ok", 250, MAIL_DATA, NULL},
    {"{\"script\":{\"quit\":\"close\"}}", "ok", 250, MAIL_DATA, NULL},
};

static void an_answer_is_known_by_where_it_was_given(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct config_destination to = oncall();
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer_row *row = &answers[i];
        AUTO_JSON memo = json_object();
        struct heard h;
        smtpd_script(smtpd, arena, row->script);
        const char *action = attempt(arena, &to, memo, &h);
        if (!str_eq(action, row->action) || h.reply.status != row->status || h.reply.stage != row->stage || (row->text && !strstr(h.text, row->text)))
            fail_msg("%s: %s, status %d, stage %d, '%s'", row->script, action, (int)h.reply.status, h.reply.stage, h.text);
        if (strstr(h.text, "s3cret"))
            fail_msg("the password is told: %s", h.text);
    }
    print_message("# %d answers by where they were given\n", (int)(sizeof answers / sizeof *answers));
}

static void nothing_is_said_to_a_server_that_cannot_prove_who_it_is(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct http_options strangers = {0}, named = trusting();
    struct config_destination to = oncall();
    const int tls[] = {TLS_REQUIRE, TLS_IMPLICIT};
    for (int i = 0; i < 2; i++) {
        to.tls = tls[i];
        to.port = i ? smtpd_port_tls(smtpd) : smtpd_port(smtpd);
        struct delivery r = composed(arena, &to, NULL);
        smtpd_script(smtpd, arena, nothing);
        struct heard h = carry(&strangers, &r);
        assert_int_equal(h.count, 1);
        assert_int_equal(h.reply.status, 0);
        assert_int_equal(h.reply.fault, REPLY_REFUSED);
        assert_false(h.reply.sent);
        named.resolve = arena_printf(arena, "other.example:%d:127.0.0.1", (int)to.port); /* a certificate of somebody else */
        r.host = "other.example";
        h = carry(&named, &r);
        assert_int_equal(h.reply.fault, REPLY_REFUSED);
        named.resolve = arena_printf(arena, "mail.example:%d:127.0.0.1", (int)to.port);
        r.host = "mail.example";
        h = carry(&named, &r);
        assert_int_equal(h.reply.status, 250);
        const struct json *seen = smtpd_script(smtpd, arena, nothing);
        assert_int_equal(json_count(json_get(seen, "mails")), 1);
        assert_int_equal(json_count(json_get(seen, "logins")), 1);
    }
}

static void a_wrong_password_rests_the_destination(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct config_destination to = oncall();
    struct heard h;
    to.password = "wrong";
    smtpd_script(smtpd, arena, nothing);
    assert_string_equal(attempt(arena, &to, memo, &h), "dead+disable");
    assert_int_equal(h.reply.status, 535);
}

static void of_two_recipients_one_may_wait(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct config_destination to = oncall();
    struct heard h;
    to.to[0] = "slow@acme.example";
    to.to[1] = "quick@acme.example";
    to.to_count = 2;
    smtpd_script(smtpd, arena, "{\"script\":{\"rcpt:slow@acme.example\":\"450 4.2.1 greylisted\"}}");
    assert_string_equal(attempt(arena, &to, memo, &h), "next");
    assert_string_equal(attempt(arena, &to, memo, &h), "retry");
    const struct json *seen = smtpd_script(smtpd, arena, nothing);
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    assert_string_equal(json_string(json_first(json_get(json_first(json_get(seen, "mails")), "to"))), "quick@acme.example");
    assert_string_equal(attempt(arena, &to, memo, &h), "ok");
    seen = smtpd_script(smtpd, arena, nothing);
    assert_int_equal(json_count(json_get(seen, "mails")), 1);
    assert_string_equal(json_string(json_first(json_get(json_first(json_get(seen, "mails")), "to"))), "slow@acme.example");
}

static void a_mailbox_that_is_not_ascii_needs_a_server_that_takes_it(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct config_destination to = oncall();
    struct heard h;
    to.to[0] = "j\xc3\xb6rg@acme.example";
    smtpd_script(smtpd, arena, nothing);
    assert_string_equal(attempt(arena, &to, memo, &h), "ok");
    const struct json *seen = smtpd_script(smtpd, arena, "{\"hide\":[\"SMTPUTF8\"]}"), *mail = json_first(json_get(seen, "mails"));
    assert_string_equal(json_string(json_first(json_get(mail, "to"))), to.to[0]);
    bool told = false;
    for (const struct json *o = json_first(json_get(mail, "options")); o; o = json_next(o))
        told |= str_eq(json_string(o), "SMTPUTF8");
    assert_true(told);
    assert_string_equal(attempt(arena, &to, memo, &h), "dead");
    assert_non_null(strstr(h.text, "SMTPUTF8"));
    assert_int_equal(h.reply.stage, MAIL_RCPT);
    smtpd_script(smtpd, arena, "{\"hide_tls\":[\"SMTPUTF8\"]}"); /* offered in clear, and not by whom we speak to then */
    AUTO_JSON other = json_object();
    assert_string_equal(attempt(arena, &to, other, &h), "dead");
    to = oncall();
    to.from = "j\xc3\xb6rg@notify.example";
    assert_string_equal(attempt(arena, &to, memo, &h), "dead");
    assert_int_equal(h.reply.stage, MAIL_FROM);
    assert_int_equal(json_count(json_get(smtpd_script(smtpd, arena, nothing), "mails")), 0);
}

static void a_server_that_falls_silent_holds_up_nobody(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct config_destination to = oncall();
    struct http_options o = trusting();
    static const struct { const char *stage; int status; bool sent; } rows[] = {
        {"banner", 0, false}, {"ehlo", 0, false}, {"auth", 0, false}, {"mail", 0, false}, {"rcpt", 0, false}, {"data", 0, false}, {"dot", 0, true}, {"quit", 250, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct delivery r = composed(arena, &to, NULL);
        r.timeout = 700;
        smtpd_script(smtpd, arena, arena_printf(arena, "{\"script\":{\"%s\":\"hang\"}}", rows[i].stage));
        int64_t from = clock_mono();
        struct heard h = carry(&o, &r);
        int64_t took = clock_mono() - from;
        if (h.reply.status != rows[i].status || h.reply.sent != rows[i].sent || took > 3500 || (!h.reply.status && h.reply.fault != REPLY_TIMEOUT))
            fail_msg("%s: status %d, sent %d, fault %d after %d ms, '%s'", rows[i].stage, (int)h.reply.status, h.reply.sent, h.reply.fault, (int)took, h.text);
    }
    struct delivery r = composed(arena, &to, NULL); /* a refusal whose QUIT is not answered */
    smtpd_script(smtpd, arena, "{\"script\":{\"rcpt\":\"550 no\",\"quit\":\"hang\"}}");
    int64_t from = clock_mono();
    struct heard h = carry(&o, &r);
    assert_int_equal(h.reply.status, 550);
    assert_true(clock_mono() - from < 3500);
}

static void other_exchanges_go_on_while_a_server_looks_at_a_mail(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct stub *stub = stub_open();
    struct config_destination to = oncall();
    struct http_options o = trusting();
    struct err err = {0};
    struct heard mail = {0}, post = {0};
    struct delivery r = composed(arena, &to, NULL), p = {.url = stub_url(stub), .allow_loopback = true, .body = "{}", .body_n = 2};
    struct http *http = http_open(&o, &err);
    smtpd_script(smtpd, arena, "{\"script\":{\"dot\":\"hang\"}}");
    assert_true(http_start(http, &r, hear, &mail, &err));
    const struct json *seen = NULL;
    for (int64_t until = clock_mono() + 5000; json_count(json_get(seen, "mails")) == 0 && clock_mono() < until;) {
        http_run(http, 20);
        seen = smtpd_script(smtpd, arena, "{\"script\":{\"dot\":\"hang\"}}");
    }
    int64_t from = clock_mono();
    assert_true(http_start(http, &p, hear, &post, &err));
    while (!post.count && clock_mono() - from < 5000)
        http_run(http, 100);
    assert_int_equal(post.reply.status, 200);
    assert_true(clock_mono() - from < 900);
    assert_int_equal(http_count(http), 1);
    from = clock_mono();
    http_close(http);
    assert_true(clock_mono() - from < 3500);
    assert_int_equal(mail.count, 0);
    stub_close(stub);
}

static void clear_text_and_passwords_in_it_stay_on_this_machine(void **state)
{
    (void)state;
    NEEDS_SMTPD
    AUTO_ARENA arena = arena_new();
    struct config_destination to = oncall();
    struct heard h;
    to.tls = TLS_NONE;
    AUTO_JSON memo = json_object();
    smtpd_script(smtpd, arena, nothing);
    assert_string_equal(attempt(arena, &to, memo, &h), "ok");
    const struct json *mail = json_first(json_get(smtpd_script(smtpd, arena, nothing), "mails"));
    assert_false(json_get_bool(mail, "tls", true));
    struct http_options o = {.resolve = arena_printf(arena, "mail.example:%d:8.8.8.8", smtpd_port(smtpd))};
    struct delivery r = composed(arena, &to, NULL);
    r.host = "mail.example";
    h = carry(&o, &r);
    assert_int_equal(h.reply.status, 0);
    assert_non_null(strstr(h.text, "loopback only"));
}

static void no_connection_is_made_to_an_address_that_is_refused(void **state)
{
    (void)state;
    struct stub *stub = stub_open();
    AUTO_ARENA arena = arena_new();
    struct delivery r = {.carrier = CARRIER_MAIL, .port = stub_port(stub), .mail_from = "a@b.example", .rcpt = "c@d.example", .body = "Subject: x\r\n\r\ny\r\n", .body_n = 17};
    static const char *const hosts[] = {"127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "127.1", "2130706433", "a/b", "a@b", "", "x y", "a\r\nb"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        r.host = hosts[i];
        struct heard h = carry(&(struct http_options){0}, &r);
        if (h.count || !*h.text)
            fail_msg("%s: %d answers, '%s'", hosts[i], h.count, h.text);
    }
    static const char *const resolved[] = {"127.0.0.1", "192.0.2.1,127.0.0.1", "10.1.2.3", "169.254.169.254"};
    r.host = "mail.example";
    for (size_t i = 0; i < sizeof resolved / sizeof *resolved; i++) {
        struct http_options o = {.resolve = arena_printf(arena, "mail.example:%d:%s", stub_port(stub), resolved[i])};
        r.timeout = 1000;
        struct heard h = carry(&o, &r);
        if (h.count != 1 || h.reply.status || !strstr(h.text, "refused"))
            fail_msg("%s: %d answers, '%s'", resolved[i], h.count, h.text);
    }
    assert_int_equal(stub_connections(stub), 0);
    stub_close(stub);
}

static void what_could_be_read_as_a_command_is_not_given_to_curl(void **state)
{
    (void)state;
    static const char fine[] = "Subject: x\r\n\r\ny\r\n";
    static const struct { const char *from, *rcpt, *user, *body; } rows[] = {
        {"a@b.example>\r\nRCPT TO:<x@y.example", "c@d.example", NULL, fine}, {"a@b.example", "c@d.example\r\nDATA", NULL, fine}, {"a@b.example", "c@d.example> SIZE=1", NULL, fine},
        {"a@b.example", NULL, NULL, fine}, {NULL, "c@d.example", NULL, fine}, {"a@b.example", "c", NULL, fine}, {"a@b.example", "c@d.example", "x\r\nQUIT", fine},
        {"a@b.example", "c@d.example", NULL, "Subject: x\ny: z\r\n\r\n"}, {"a@b.example", "c@d.example", NULL, "Subject: x\ry\r\n\r\n"},
        {"a@b.example", "c@d.example", NULL, "Subject: \x01\r\n\r\n"}, {"a@b.example", "c@d.example", NULL, "Subject: x\r\n\r\n\n.\nQUIT"},
        {"a@b.example", "c@d.example", NULL, "Subject: no end"}, {"a@b.example", "c@d.example", NULL, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct delivery r = {.carrier = CARRIER_MAIL, .host = "mail.example", .port = 25, .mail_from = rows[i].from, .rcpt = rows[i].rcpt, .user = rows[i].user,
                             .body = rows[i].body, .body_n = strlen(rows[i].body)};
        struct heard h = carry(&(struct http_options){.resolve = "mail.example:25:10.0.0.1"}, &r);
        if (h.count || !*h.text)
            fail_msg("row %d is taken: %d answers", (int)i, h.count);
    }
}

static int open_server(void **state)
{
    (void)state;
    smtpd = smtpd_open();
    return 0;
}

static int close_server(void **state)
{
    (void)state;
    smtpd_close(smtpd);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mail_arrives_under_tls_as_it_was_composed),
        cmocka_unit_test(lines_that_begin_with_dots_and_letters_of_all_alphabets_arrive),
        cmocka_unit_test(every_answer_of_the_table_gives_its_action),
        cmocka_unit_test(an_answer_is_known_by_where_it_was_given),
        cmocka_unit_test(nothing_is_said_to_a_server_that_cannot_prove_who_it_is),
        cmocka_unit_test(a_wrong_password_rests_the_destination),
        cmocka_unit_test(of_two_recipients_one_may_wait),
        cmocka_unit_test(a_mailbox_that_is_not_ascii_needs_a_server_that_takes_it),
        cmocka_unit_test(a_server_that_falls_silent_holds_up_nobody),
        cmocka_unit_test(other_exchanges_go_on_while_a_server_looks_at_a_mail),
        cmocka_unit_test(clear_text_and_passwords_in_it_stay_on_this_machine),
        cmocka_unit_test(no_connection_is_made_to_an_address_that_is_refused),
        cmocka_unit_test(what_could_be_read_as_a_command_is_not_given_to_curl),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, open_server, close_server) : 1;
}
