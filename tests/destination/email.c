/* email: the message byte for byte; what may stand in a header; who is served when; and every answer the table knows. */
#include "destination/destination.h"
#include "destination/mime.h"
#include "base/crypto.h"
#include "base/str.h"
#include "base/text.h"
#include "support/fixture.h"
#include "support/letter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct config_destination oncall = {.name = "email", .kind = DEST_EMAIL, .host = "mail.example", .port = 587, .from = "triage <triage@notify.example>",
                                                 .to = {"oncall@acme.example"}, .to_count = 1, .link = "https://desk.example/t/%s"};

static struct delivery composed(struct arena *arena, const struct letter *letter, const struct config_destination *to, const struct json *memo)
{
    struct delivery r;
    struct err err = {0};
    struct composing c = {.letter = letter, .to = to, .memo = memo, .attempt = 1};
    if (!destination_of(DEST_EMAIL)->compose(arena, &c, &r, &err))
        fail_msg("%s", err.text);
    assert_int_equal(r.body_n, strlen(r.body));
    return r;
}

static int refused(struct arena *arena, const struct letter *letter, const struct config_destination *to)
{
    struct delivery r;
    struct err err = {0};
    struct composing c = {.letter = letter, .to = to, .attempt = 1};
    assert_false(destination_of(DEST_EMAIL)->compose(arena, &c, &r, &err));
    return (int)err.code;
}

/* The value of a header as it stands, folding kept; NULL if there is none. */
static char *header(struct arena *arena, const char *message, const char *name)
{
    const char *head_end = strstr(message, "\r\n\r\n");
    char *line = arena_printf(arena, "\r\n%s: ", name), *whole = arena_printf(arena, "\r\n%.*s\r\n", (int)(head_end - message), message);
    char *at = strstr(whole, line);
    if (!at)
        return NULL;
    at += strlen(line);
    char *end = strstr(at, "\r\n");
    while (end[2] == ' ')
        end = strstr(end + 2, "\r\n");
    return arena_strndup(arena, at, (size_t)(end - at));
}

/* RFC 2047 words back to text. */
static char *unworded(struct arena *arena, const char *value)
{
    AUTO_STR out;
    str_init(&out, 1 << 20);
    for (const char *p = value; *p;) {
        if (strncmp(p, "=?utf-8?B?", 10) != 0) {
            if (strncmp(p, "\r\n ", 3) != 0)
                str_addc(&out, *p), p++;
            else
                p += 3;
            continue;
        }
        const char *end = strstr(p, "?=");
        uint8_t bytes[64];
        size_t n;
        assert_non_null(end);
        assert_true(end + 2 - p <= 75);
        assert_true(crypto_unbase64(arena_strndup(arena, p + 10, (size_t)(end - p - 10)), bytes, sizeof bytes, &n));
        assert_true(text_valid((const char *)bytes, n));
        str_add(&out, bytes, n);
        p = end + 2;
    }
    return arena_strdup(arena, out.data);
}

static char *unquoted(struct arena *arena, const char *body)
{
    AUTO_STR out;
    str_init(&out, 8 << 20);
    for (const char *p = body; *p;) {
        unsigned code;
        if (strncmp(p, "=\r\n", 3) == 0)
            p += 3;
        else if (*p == '=') {
            assert_int_equal(sscanf(p + 1, "%2X", &code), 1);
            str_addc(&out, (char)code);
            p += 3;
        } else
            str_addc(&out, *p++);
    }
    return arena_strdup(arena, out.data);
}

static void assert_lines(const char *message)
{
    bool head = true;
    for (const char *p = message; *p;) {
        const char *end = strstr(p, "\r\n");
        assert_non_null(end);
        if (end - p > (head ? 78 : 76) || strcspn(p, "\r\n") != (size_t)(end - p))
            fail_msg("%d characters, or a bare line end: %.*s", (int)(end - p), (int)(end - p), p);
        for (; p < end; p++)
            assert_true(*p == '\t' || (*p >= 0x20 && *p < 0x7f));
        head = head && end[2] != '\r';
        p = end + 2;
    }
}

static void the_golden_message_is_made_byte_for_byte(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct delivery r = composed(arena, letter_golden(arena), &oncall, NULL);
    assert_string_equal(r.body, letter_golden_text(arena, "email.eml"));
    assert_int_equal(r.carrier, CARRIER_MAIL);
    assert_string_equal(r.mail_from, "triage@notify.example");
    assert_string_equal(r.rcpt, "oncall@acme.example");
    assert_lines(r.body);
}

static struct letter titled(struct arena *arena, const char *title, const char *text)
{
    struct letter l = *letter_golden(arena);
    struct ticket *t = ticket_copy(arena, l.ticket);
    struct message *m = ARENA_NEW(arena, struct message);
    *m = *l.message;
    t->title = title;
    m->body = text;
    l.ticket = t;
    l.message = m;
    return l;
}

static void a_subject_survives_whatever_it_holds(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR thumbs;
    str_init(&thumbs, 4096);
    for (int i = 0; i < 200; i++)
        str_adds(&thumbs, i % 3 ? "\xf0\x9f\x91\x8d" : "\xc3\xa9");
    const struct { const char *title, *subject; } rows[] = {
        {"plain", "[critical] plain"},
        {"caf\xc3\xa9", "[critical] caf\xc3\xa9"},
        {thumbs.data, arena_printf(arena, "[critical] %s", thumbs.data)},
        {"=?utf-8?B?Qm9v?=", "[critical] =?utf-8?B?Qm9v?="},
        {"long long long long long long long long long long long long long long long long long long", NULL},
        {"a\nBcc: evil@example.com", "[critical] a Bcc: evil@example.com"},
        {"a\nX: b\rY: c", "[critical] a X: b Y: c"},
        {"\r\n\r\nbody", "[critical]  body"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct letter l = titled(arena, rows[i].title, "x");
        struct delivery r = composed(arena, &l, &oncall, NULL);
        char *subject = unworded(arena, header(arena, r.body, "Subject"));
        const char *expected = rows[i].subject ? rows[i].subject : arena_printf(arena, "[critical] %s", rows[i].title);
        if (i == 7)
            assert_true(strstr(subject, "body") && !strpbrk(subject, "\r\n"));
        else
            assert_string_equal(subject, expected);
        assert_null(header(arena, r.body, "Bcc"));
        assert_null(header(arena, r.body, "X"));
        assert_null(header(arena, r.body, "Y"));
        assert_lines(r.body);
    }
}

static void no_text_of_a_letter_becomes_a_header(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const char evil[] = "x\r\nBcc: evil@example.com\r\n\r\nY: z\n.\r\nQUIT\r\n";
    struct letter l = titled(arena, evil, evil);
    struct ticket *t = ticket_copy(arena, l.ticket);
    struct config_destination to = oncall;
    l.ticket = t;
    l.type = t->key = t->source_id = t->plan = t->channel = evil;
    l.id = to.name = "x\r\nBcc: y@z.example";
    struct delivery r = composed(arena, &l, &to, NULL);
    const char *end = strstr(r.body, "\r\n\r\n");
    assert_lines(r.body);
    for (const char *p = r.body; p < end; p = strstr(p, "\r\n") + 2)
        if (*p != ' ' && !strchr("FTSDMRCAX", *p))
            fail_msg("a header of its own: %.40s", p);
    assert_null(header(arena, r.body, "Bcc"));
    to.from = "a\r\nBcc: b@c.example <triage@notify.example>";
    r = composed(arena, &l, &to, NULL);
    assert_lines(r.body);
    assert_null(header(arena, r.body, "Bcc"));
}

static void a_body_keeps_its_text_and_its_lines_stay_short(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_STR wide;
    str_init(&wide, 1 << 20);
    for (int i = 0; i < 3000; i++)
        str_adds(&wide, i % 7 == 0 ? "=" : i % 11 == 0 ? "\xe2\x82\xac" : i % 50 == 49 ? " " : "m");
    const char *texts[] = {"one\ntwo\r\nthree\rfour", ".\n..\nFrom here\n", "trailing \nspaces\t\n", "\xf0\x9f\x91\x8b 50 % = half", wide.data, ""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        AUTO_STR out, again;
        str_init(&out, 1 << 20);
        str_init(&again, 1 << 20);
        mime_body(&out, texts[i]);
        for (const char *p = texts[i]; *p; p++) /* the same text with CR LF */
            if (*p == '\n' || *p == '\r') {
                str_adds(&again, "\r\n");
                p += *p == '\r' && p[1] == '\n';
            } else
                str_addc(&again, *p);
        if (again.len && again.data[again.len - 1] != '\n')
            str_adds(&again, "\r\n");
        assert_string_equal(unquoted(arena, out.data), again.data);
        for (const char *p = out.data; *p; p = strstr(p, "\r\n") + 2)
            assert_true(strstr(p, "\r\n") - p <= 76);
    }
    AUTO_STR out;
    str_init(&out, 4096);
    mime_body(&out, "a\x1b[31m\x7f\xc2\x9b");
    assert_string_equal(out.data, "a=EF=BF=BD[31m=EF=BF=BD=EF=BF=BD\r\n");
}

static void a_long_text_is_cut_with_a_link_and_shorter_still_when_asked(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char *text = arena_alloc(arena, 300001);
    memset(text, 'x', 300000);
    struct letter l = titled(arena, "big", text);
    struct delivery whole = composed(arena, &l, &oncall, NULL);
    AUTO_JSON memo = json_object();
    json_put_bool(memo, "short", true);
    struct delivery cut = composed(arena, &l, &oncall, memo);
    assert_true(whole.body_n > 100000 && whole.body_n < 120000);
    assert_true(cut.body_n > 2000 && cut.body_n < 4000);
    assert_non_null(strstr(unquoted(arena, strstr(cut.body, "\r\n\r\n")), "\xe2\x80\xa6 https://desk.example/t/7"));
    assert_string_equal(header(arena, cut.body, "Message-ID"), header(arena, whole.body, "Message-ID"));
}

static void only_an_address_that_needs_no_quotes_is_one(void **state)
{
    (void)state;
    static const char *const yes[] = {"a@b.example", "ana.b+tag@mail.shop.example", "j\303\266rg@b\303\274cher.example", "o'neil@x.example"};
    static const char *const no[] = {"[email protected]", "a@b", "", "a b@c.example", "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example\n", "\"a\"@b.example", ".a@b.example",
                                     "a.@b.example", "a..b@c.example", "a@[127.0.0.1]", "a@b@c.example", "<a@b.example>", "a@-_b.example", "a\x01@b.example",
                                     "a@b.example, c@d.example", "a@b.example (x)", "a\xff@b.example", "a@b.example\x7f"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (!mime_is_address(yes[i]))
            fail_msg("%s is one", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (mime_is_address(no[i]))
            fail_msg("%s is none", no[i]);
    assert_false(mime_is_address(NULL));
}

static void a_sender_has_a_name_or_not(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { const char *from, *line; } rows[] = {
        {"triage@notify.example", "triage@notify.example"},
        {"\"Smith, Ana\" <a@b.example>", "\"Smith, Ana\" <a@b.example>"},
        {"Smith, Ana <a@b.example>", "\"Smith, Ana\" <a@b.example>"},
        {"Caf\xc3\xa9 <a@b.example>", "=?utf-8?B?Q2Fmw6k=?= <a@b.example>"},
        {"<a@b.example>", "a@b.example"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config_destination to = oncall;
        to.from = rows[i].from;
        assert_string_equal(header(arena, composed(arena, letter_golden(arena), &to, NULL).body, "From"), rows[i].line);
    }
    struct config_destination to = oncall;
    to.from = "nobody";
    assert_int_equal(refused(arena, letter_golden(arena), &to), ERR_INPUT);
}

static struct letter answer(struct arena *arena, const char *title, const char *customer)
{
    struct letter l = titled(arena, title, "We have sent it.\n-- \nAna");
    struct ticket *t = ticket_copy(arena, l.ticket);
    struct message *m = ARENA_NEW(arena, struct message);
    t->customer_email = customer;
    *m = (struct message){.id = "desk:19", .author = "ana", .author_kind = AUTHOR_AGENT, .is_public = true, .body = "We have sent it.\n.\n", .at = l.at};
    l.of = LETTER_REPLY;
    l.type = "message.created";
    l.ticket = t;
    l.message = m;
    l.payload = NULL;
    return l;
}

static void a_reply_goes_to_the_customer_and_says_no_more_than_the_agent(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = oncall;
    to.name = "reply:shop";
    to.to_count = 0;
    struct letter l = answer(arena, "Where is it?", "ada@customer.example");
    struct delivery r = composed(arena, &l, &to, NULL);
    assert_string_equal(r.rcpt, "ada@customer.example");
    assert_string_equal(r.body, "From: triage <triage@notify.example>\r\nTo: ada@customer.example\r\nSubject: Re: Where is it?\r\n"
                                "Date: Thu, 21 May 2026 14:03:11 +0000\r\nMessage-ID: <evt_01HZK4Q3V9T7.reply-shop@notify.example>\r\n"
                                "In-Reply-To: <ticket.b64d0b8bf0d0d72be22dfb06@notify.example>\r\nReferences: <ticket.b64d0b8bf0d0d72be22dfb06@notify.example>\r\n"
                                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
                                "X-Triage-Event: evt_01HZK4Q3V9T7\r\n\r\nWe have sent it.\r\n.\r\n");
    static const char *const titles[] = {"Re: Where?", "RE: Where?", "re:Where?"};
    for (size_t i = 0; i < 3; i++) {
        l = answer(arena, titles[i], "ada@customer.example");
        assert_string_equal(header(arena, composed(arena, &l, &to, NULL).body, "Subject"), titles[i]);
    }
    static const char *const bad[] = {NULL, "", "[email protected]", "ada", "ada@customer.example\r\nBcc: x@y.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        l = answer(arena, "Where?", bad[i]);
        assert_int_equal(refused(arena, &l, &to), ERR_INPUT);
    }
}

static void what_is_no_mail_is_not_sent_as_one(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct letter l = *letter_golden(arena);
    static const int kinds[] = {LETTER_ASSIGN, LETTER_REGISTER, LETTER_LABEL};
    for (int i = 0; i < 3; i++) {
        l.of = kinds[i];
        assert_int_equal(refused(arena, &l, &oncall), ERR_NOT_FOUND);
    }
}

/* --- answers --- */

static const char *judged(struct arena *arena, const struct config_destination *to, struct reply reply, struct json *memo)
{
    struct letter *l = ARENA_NEW(arena, struct letter);
    *l = *letter_golden(arena);
    struct composing c = {.letter = l, .to = to, .memo = memo, .attempt = 1};
    if (!reply.body)
        reply.body = "";
    struct verdict v = destination_of(DEST_EMAIL)->judge(arena, &c, &reply, memo);
    return destination_action(arena, &v, memo, reply.status);
}

static int stage_named(const char *text)
{
    static const struct { const char *word; int stage; } names[] = {{"AUTH", MAIL_AUTH}, {"RCPT", MAIL_RCPT}, {"final dot", MAIL_DATA}, {"too big", MAIL_DATA}, {"closing", MAIL_CONNECT}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(text, names[i].word))
            return names[i].stage;
    fail_msg("no stage in %s", text);
    return 0;
}

static void every_answer_of_the_table_gives_its_action(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    char ***rows;
    int n = fixture_rows(arena, "destinations/destinations.tsv", 5, &rows), seen = 0;
    for (int i = 0; i < n; i++) {
        if (!str_eq(rows[i][0], "email"))
            continue;
        AUTO_JSON memo = json_object();
        struct reply r = {.status = atol(rows[i][1]), .stage = stage_named(rows[i][2])};
        if (str_eq(rows[i][1], "lost"))
            r = (struct reply){.fault = REPLY_LOST, .sent = true, .stage = MAIL_DATA};
        assert_string_equal(judged(arena, &oncall, r, memo), rows[i][4]);
        seen++;
    }
    print_message("# %d rows of email\n", seen);
    assert_int_equal(seen, 9);
}

static void an_answer_means_what_it_does_where_it_was_given(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    static const struct { int status, fault, stage; bool sent; const char *action; } rows[] = {
        {554, 0, MAIL_CONNECT, false, "dead"}, {421, 0, MAIL_DATA, false, "retry"}, {454, 0, MAIL_TLS, false, "retry"}, {454, 0, MAIL_AUTH, false, "retry"},
        {530, 0, MAIL_AUTH, false, "dead+disable"}, {530, 0, MAIL_FROM, false, "dead+disable"}, {534, 0, MAIL_AUTH, false, "dead+disable"},
        {538, 0, MAIL_AUTH, false, "dead+disable"}, {535, 0, MAIL_RCPT, false, "dead"}, {504, 0, MAIL_AUTH, false, "dead"}, {452, 0, MAIL_FROM, false, "retry"},
        {552, 0, MAIL_FROM, false, "truncate"}, {552, 0, MAIL_RCPT, false, "dead"}, {551, 0, MAIL_RCPT, false, "dead"}, {553, 0, MAIL_RCPT, false, "dead"},
        {250, 0, MAIL_RCPT, false, "retry"}, {0, REPLY_REFUSED, MAIL_CONNECT, false, "retry"}, {0, REPLY_REFUSED, MAIL_TLS, false, "retry"},
        {0, REPLY_UNABLE, MAIL_TLS, false, "dead"}, {0, REPLY_UNABLE, MAIL_AUTH, false, "dead"}, {0, REPLY_UNABLE, MAIL_RCPT, false, "dead"},
        {0, REPLY_TIMEOUT, MAIL_DATA, false, "retry"}, {0, REPLY_TIMEOUT, MAIL_DATA, true, "retry+ambiguous"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_JSON memo = json_object();
        struct reply r = {.status = rows[i].status, .fault = rows[i].fault, .stage = rows[i].stage, .sent = rows[i].sent};
        const char *action = judged(arena, &oncall, r, memo);
        if (!str_eq(action, rows[i].action))
            fail_msg("%d, fault %d at stage %d: %s, not %s", rows[i].status, rows[i].fault, rows[i].stage, action, rows[i].action);
    }
}

static void what_is_too_big_is_cut_once(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct reply r = {.status = 552, .stage = MAIL_DATA};
    assert_string_equal(judged(arena, &oncall, r, memo), "truncate");
    assert_true(json_get_bool(memo, "short", false));
    assert_string_equal(judged(arena, &oncall, r, memo), "dead");
}

static struct config_destination three(void)
{
    struct config_destination to = oncall;
    to.to[0] = "a@x.example";
    to.to[1] = "b@x.example";
    to.to[2] = "c@x.example";
    to.to_count = 3;
    return to;
}

/* Composes for whoever is next, answers, and says both: "a@x.example next". */
static void step(struct arena *arena, const struct config_destination *to, struct json *memo, struct reply reply, const char *rcpt, const char *action)
{
    struct delivery r = composed(arena, letter_golden(arena), to, memo);
    assert_string_equal(r.rcpt, rcpt);
    assert_string_equal(header(arena, r.body, "To"), "a@x.example, b@x.example, c@x.example");
    assert_string_equal(judged(arena, to, reply, memo), action);
}

#define AT_RCPT(code) ((struct reply){.status = (code), .stage = MAIL_RCPT})
#define AT_DATA(code) ((struct reply){.status = (code), .stage = MAIL_DATA})

static void one_recipient_does_not_stop_the_others(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    AUTO_JSON memo = json_object();
    struct config_destination to = three();
    step(arena, &to, memo, AT_DATA(250), "a@x.example", "next");
    step(arena, &to, memo, AT_RCPT(450), "b@x.example", "next");
    step(arena, &to, memo, AT_RCPT(550), "c@x.example", "retry");
    step(arena, &to, memo, (struct reply){.status = 421}, "b@x.example", "retry"); /* nobody else is asked again */
    step(arena, &to, memo, AT_DATA(250), "b@x.example", "ok");
}

static void a_server_that_says_no_to_all_is_not_asked_for_each(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = three();
    AUTO_JSON memo = json_object();
    step(arena, &to, memo, AT_RCPT(450), "a@x.example", "next");
    step(arena, &to, memo, (struct reply){.fault = REPLY_REFUSED}, "b@x.example", "retry");
    step(arena, &to, memo, (struct reply){.status = 535, .stage = MAIL_AUTH}, "a@x.example", "dead+disable");
}

static void all_refused_is_dead_and_a_replay_asks_them_again(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = three();
    AUTO_JSON memo = json_object();
    for (int round = 0; round < 2; round++) {
        step(arena, &to, memo, AT_RCPT(550), "a@x.example", "next");
        step(arena, &to, memo, AT_DATA(554), "b@x.example", "next");
        step(arena, &to, memo, (struct reply){.fault = REPLY_UNABLE, .stage = MAIL_RCPT}, "c@x.example", "dead");
    }
}

static void who_may_have_it_gets_it_again_or_not_as_configured(void **state)
{
    (void)state;
    AUTO_ARENA arena = arena_new();
    struct config_destination to = three();
    struct reply lost = {.fault = REPLY_LOST, .sent = true, .stage = MAIL_DATA};
    AUTO_JSON memo = json_object();
    step(arena, &to, memo, lost, "a@x.example", "next+ambiguous");
    step(arena, &to, memo, AT_DATA(250), "b@x.example", "next");
    step(arena, &to, memo, AT_DATA(250), "c@x.example", "retry");
    step(arena, &to, memo, AT_DATA(250), "a@x.example", "ok");
    to.ambiguous = AMBIGUOUS_DEAD;
    AUTO_JSON other = json_object();
    step(arena, &to, other, lost, "a@x.example", "next+ambiguous");
    step(arena, &to, other, AT_DATA(250), "b@x.example", "next");
    step(arena, &to, other, AT_DATA(250), "c@x.example", "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_message_is_made_byte_for_byte),
        cmocka_unit_test(a_subject_survives_whatever_it_holds),
        cmocka_unit_test(no_text_of_a_letter_becomes_a_header),
        cmocka_unit_test(a_body_keeps_its_text_and_its_lines_stay_short),
        cmocka_unit_test(a_long_text_is_cut_with_a_link_and_shorter_still_when_asked),
        cmocka_unit_test(only_an_address_that_needs_no_quotes_is_one),
        cmocka_unit_test(a_sender_has_a_name_or_not),
        cmocka_unit_test(a_reply_goes_to_the_customer_and_says_no_more_than_the_agent),
        cmocka_unit_test(what_is_no_mail_is_not_sent_as_one),
        cmocka_unit_test(every_answer_of_the_table_gives_its_action),
        cmocka_unit_test(an_answer_means_what_it_does_where_it_was_given),
        cmocka_unit_test(what_is_too_big_is_cut_once),
        cmocka_unit_test(one_recipient_does_not_stop_the_others),
        cmocka_unit_test(a_server_that_says_no_to_all_is_not_asked_for_each),
        cmocka_unit_test(all_refused_is_dead_and_a_replay_asks_them_again),
        cmocka_unit_test(who_may_have_it_gets_it_again_or_not_as_configured),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
