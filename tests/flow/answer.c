/* answer: what a person types into the console reaches the customer: by mail through a real mail server, through Tamio's API and
 * through cStar's, with the real binaries. Taken back it reaches nobody; refused it is the person's draft again and the ticket
 * says why; when the source tells us of it, it is the same line; and what was written before the customer wrote once more is
 * not sent until the person says so again. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
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

enum { PATIENCE_MS = 30000, HELD_MS = 15000, QUIET_MS = 400 };
static const char text[] = "Mañana sale; see <b>order</b> & \"invoice\".";
enum { MAIL, TAMIO, CSTAR };

#define TAMIO_EVENT(event, kind, at, replies, reply) \
    "{\"event_id\":\"" event "\",\"event_type\":\"whitelabel-ticket-" kind "\",\"api_version\":2,\"object\":\"event\",\"data\":{\"ticket\":{\"id\":\"tk-1\"," \
    "\"title\":\"Where is my order\",\"is_open\":true,\"object\":\"ticket\",\"created_at\":1798750000,\"updated_at\":" at ",\"client\":{\"id\":\"c-1\"," \
    "\"name\":\"Ada\",\"email\":\"ada@customer.example\"},\"teammate_id\":\"tm-2\",\"replies\":[" replies "],\"category\":null,\"subcategory\":null," \
    "\"language\":\"en\"}" reply "},\"endpoint_id\":\"e-1\"}"
#define TAMIO_FIRST "{\"id\":\"r-1\",\"text\":\"It did not come.\",\"is_client_reply\":true,\"created_at\":1798750000,\"assets\":null}"
#define TAMIO_OURS "{\"id\":\"r-2\",\"text\":\"Mañana sale; see <b>order</b> & \\\"invoice\\\".\",\"is_client_reply\":false,\"created_at\":1798761700,\"assets\":null}"
#define TAMIO_MORE "{\"id\":\"r-3\",\"text\":\"It came after all.\",\"is_client_reply\":true,\"created_at\":1798761700,\"assets\":null}"

static const struct way {
    const char *name, *dialect, *scheme, *source, *event;
} ways[] = {
    [MAIL] = {"email", "rbs", "rbs", "reply_via: email, reply_destination: post",
              "{\"eventId\":\"e-1\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00.000Z\",\"source\":\"caracol\","
              "\"organizationId\":\"org_1\",\"data\":{\"source_ticket_id\":\"CAR-19\",\"user_id\":\"u1\",\"user_name\":\"Ada\",\"user_email\":\"ada@customer.example\","
              "\"subject\":\"Where is my order\",\"description\":\"It did not come.\"}}"},
    [TAMIO] = {"api", "tamio", "tamio", "reply_via: api, reply_token: key-5ecret, reply_url: '%s'",
               TAMIO_EVENT("whev_1", "created", "1798750000", TAMIO_FIRST, "")},
    [CSTAR] = {"api", "cstar", "cstar-2026", "reply_via: api, reply_token: key-5ecret, reply_url: '%s'",
               "{\"id\":\"evt_1\",\"type\":\"ticket.created\",\"created_at\":\"2026-12-31T23:00:00Z\",\"team_id\":\"team-1\",\"data\":{\"ticket\":{\"id\":\"tk-1\","
               "\"title\":\"Where is my order\",\"status\":\"new\",\"priority\":\"high\",\"customerId\":\"c-1\",\"customerName\":\"Ada\",\"tags\":[],"
               "\"createdAt\":\"2026-12-31T23:00:00Z\"},\"customer\":{\"id\":\"c-1\",\"name\":\"Ada\",\"email\":\"ada@customer.example\"}}}"},
};

static struct {
    struct arena *arena;
    const struct way *way;
    struct stub *vendor;
    struct smtpd *smtpd;
    struct daemon_run *daemon;
    struct client *in, *me;
    struct console_run *console;
} d;

/* --- the desk --- */

static void post(const char *event)
{
    struct signature_header list[4];
    AUTO_STR headers;
    str_init(&headers, 4096);
    int n = signature_sign(d.arena, d.way->scheme, "s", "msg_1", *d.daemon->clock / 1000, event, strlen(event), list);
    for (int i = 0; i < n; i++)
        str_addf(&headers, "%s: %s\r\n", list[i].name, list[i].value);
    struct answer a = client_ask(d.in, "POST", "/in/shop", headers.data, event, strlen(event));
    if (a.status / 100 != 2)
        fail_msg("%s: %d %s", d.way->dialect, a.status, a.body);
}

static void shows(const char *what)
{
    console_shows(d.console, what, NULL);
}

static const char *config(void)
{
    const char *source = strstr(d.way->source, "%s") ? arena_printf(d.arena, "reply_via: api, reply_token: key-5ecret, reply_url: '%s/'", stub_url(d.vendor)) : d.way->source;
    return arena_printf(d.arena,
                        "sources:\n  - {name: shop, dialect: %s, secrets: [s], allow_loopback: true, %s}\n"
                        "agents:\n  - {name: ana, uid: %ld, role: agent, keys: ['tamio:tm-2', 'cstar:user-2']}\n"
                        "destinations:\n  - {name: post, kind: email, host: 127.0.0.1, port: %d, tls: none, from: 'Desk <desk@acme.example>', allow_loopback: true}\n",
                        d.way->dialect, source, (long)getuid(), d.smtpd ? smtpd_port(d.smtpd) : 25);
}

/* The desk, and its one ticket open in the console. false: there is no mail server to try it with. */
static bool open_desk(int way)
{
    memset(&d, 0, sizeof d);
    d.arena = arena_new();
    d.way = &ways[way];
    d.vendor = stub_open();
    d.smtpd = way == MAIL ? smtpd_open() : NULL;
    if (way == MAIL && !d.smtpd)
        return false;
    static const struct stub_step yes = {STUB_ANSWER, "HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n{\"success\":true,\"id\":\"r-2\"}     ", NULL};
    stub_script(d.vendor, &yes, 1);
    d.daemon = daemon_start(config());
    d.in = client_open(d.daemon->ingest);
    d.me = client_open(d.daemon->desk);
    d.console = console_open("ana's", d.daemon, "mine");
    post(d.way->event);
    shows("live");
    console_type(d.console, "6");
    shows("Where is my order");
    console_type(d.console, "\r");
    shows(arena_printf(d.arena, "%s:", d.way->dialect)); /* the ticket's key: it is open */
    return true;
}

static void close_desk(void)
{
    console_close(d.console);
    client_close(d.in);
    client_close(d.me);
    if (d.daemon)
        daemon_remove(d.daemon);
    smtpd_close(d.smtpd);
    stub_close(d.vendor);
    arena_free(d.arena);
}

/* r, the text, Esc: what is left is y. */
static void write_reply(void)
{
    console_type(d.console, "r");
    shows(arena_printf(d.arena, "Reply to Ada on #1 by %s", d.way->name));
    console_type(d.console, text);
    shows(text);
    console_type(d.console, "\x1b");
    shows("review:");
}

static void send_reply(void)
{
    write_reply();
    console_type(d.console, "y");
    console_hides(d.console, "Reply to Ada"); /* the line may stand there before it is closed */
    shows("leaves at");
}

/* Lines of the ticket that hold the text; *state is the last one's. */
static int lines_of(const char *body, const char **state)
{
    struct answer a = client_get(d.me, "/v1/tickets/1/lines");
    int n = 0;
    assert_int_equal(a.status, 200);
    for (const struct json *l = json_first(json_get(a.json, "lines")); l; l = json_next(l)) {
        const struct json *m = json_get(l, "message");
        if (!str_eq(json_get_string(m, "body", NULL), body))
            continue;
        *state = arena_strdup(d.arena, json_get_string(m, "state", "none"));
        n++;
    }
    return n;
}

static void wait_message(const char *want)
{
    const char *state = "not there";
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until; usleep(5000))
        if (lines_of(text, &state) == 1 && str_eq(state, want))
            return;
    fail_msg("%s: the reply is %s, not %s", d.way->dialect, state, want);
}

static const struct json *mails(void)
{
    return json_get(smtpd_script(d.smtpd, d.arena, "{}"), "mails");
}

/* --- it arrives --- */

static char *header_of(const char *mail, const char *name)
{
    const char *at = strstr(mail, arena_printf(d.arena, "\r\n%s: ", name));
    if (!at)
        fail_msg("no %s in: %s", name, mail);
    at += strlen(name) + 4;
    return arena_strndup(d.arena, at, strcspn(at, "\r"));
}

static void a_reply_typed_in_the_console_is_a_mail_in_the_customers_thread(void **state)
{
    (void)state;
    if (!open_desk(MAIL)) {
        print_message("# skipped: python3-aiosmtpd is not installed\n");
        stub_close(d.vendor);
        arena_free(d.arena);
        skip();
    }
    send_reply();
    *d.daemon->clock += HELD_MS - 1000;
    usleep(QUIET_MS * 1000);
    assert_int_equal(json_count(mails()), 0);
    *d.daemon->clock += 1000;
    wait_message("sent");
    shows("sent");
    const struct json *list = mails(), *mail = json_first(list);
    assert_int_equal(json_count(list), 1);
    assert_string_equal(json_get_string(mail, "from", ""), "desk@acme.example");
    assert_int_equal(json_count(json_get(mail, "to")), 1);
    assert_string_equal(json_string(json_first(json_get(mail, "to"))), "ada@customer.example");
    const char *whole = arena_printf(d.arena, "\r\n%s", json_get_string(mail, "text", "")), *thread = header_of(whole, "References");
    assert_string_equal(header_of(whole, "From"), "Desk <desk@acme.example>");
    assert_string_equal(header_of(whole, "To"), "ada@customer.example");
    assert_string_equal(header_of(whole, "Subject"), "Re: Where is my order");
    assert_string_equal(header_of(whole, "In-Reply-To"), thread);
    assert_true(str_starts(thread, "<ticket.") && strstr(thread, "@acme.example>"));
    assert_string_not_equal(header_of(whole, "Message-ID"), thread);
    assert_string_equal(strstr(whole, "\r\n\r\n"), "\r\n\r\nMa=C3=B1ana sale; see <b>order</b> & \"invoice\".\r\n");
    close_desk();
}

/* The call with this method and path was made once; its body. */
static const char *call(const char *method, const char *path)
{
    const char *body = NULL, *line = arena_printf(d.arena, "%s /hook/%s HTTP/1.1\r\n", method, path);
    int n = 0;
    for (int i = 0, count = stub_wait(d.vendor, 0, 0); i < count; i++) {
        const struct stub_request *r = stub_request(d.vendor, i);
        char *key = stub_header(r, "Authorization");
        assert_string_equal(key, "Bearer key-5ecret");
        free(key);
        if (str_starts(r->head, line) && ++n)
            body = r->body;
    }
    if (n != 1)
        fail_msg("%d calls of %s", n, line);
    return body;
}

static void a_reply_typed_in_the_console_is_handed_to_tamio_and_comes_back_as_the_same_line(void **state)
{
    (void)state;
    open_desk(TAMIO);
    console_type(d.console, "c"); /* claimed: Tamio hears who has it */
    assert_int_equal(stub_wait(d.vendor, 1, 1000), 0); /* it was tm-2's, and that is ana */
    send_reply();
    *d.daemon->clock += HELD_MS;
    wait_message("sent");
    assert_string_equal(call("POST", "agency/tickets/reply/create/tk-1"), "{\"reply\":\"Mañana sale; see <b>order</b> & \\\"invoice\\\".\"}");
    post(TAMIO_EVENT("whev_2", "updated", "1798761700", TAMIO_FIRST "," TAMIO_OURS, ",\"reply\":" TAMIO_OURS));
    wait_message("sent"); /* and is there once */
    post(TAMIO_EVENT("whev_3", "updated", "1798761800", TAMIO_FIRST "," TAMIO_OURS, ",\"reply\":" TAMIO_OURS));
    wait_message("sent");
    assert_int_equal(json_get_i64(json_get(client_get(d.me, "/v1/tickets/1").json, "ticket"), "messages", 0), 2);
    close_desk();
}

static void a_reply_typed_in_the_console_is_handed_to_cstar_after_the_claim(void **state)
{
    (void)state;
    open_desk(CSTAR);
    send_reply(); /* to a ticket that is nobody's: it is ana's now */
    *d.daemon->clock += HELD_MS;
    wait_message("sent");
    assert_int_equal(stub_wait(d.vendor, 3, QUIET_MS), 2);
    assert_string_equal(call("PATCH", "tickets/tk-1"), "{\"assignedTo\":\"user-2\"}");
    assert_string_equal(call("POST", "tickets/tk-1/messages"), "{\"content\":\"Mañana sale; see <b>order</b> & \\\"invoice\\\".\"}");
    close_desk();
}

/* --- it does not --- */

static void a_reply_taken_back_in_time_reaches_nobody(void **state)
{
    (void)state;
    for (int way = MAIL; way <= CSTAR; way++) {
        if (!open_desk(way)) {
            print_message("# skipped by mail: python3-aiosmtpd is not installed\n");
            stub_close(d.vendor);
            arena_free(d.arena);
            continue;
        }
        send_reply();
        *d.daemon->clock += HELD_MS - 1000;
        console_type(d.console, "u");
        wait_message("withdrawn");
        shows("withdrawn");
        *d.daemon->clock += 3600000;
        assert_int_equal(client_ask(d.me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11).status, 200); /* the writer looks at the clock */
        usleep(QUIET_MS * 1000);
        for (int i = 0, n = stub_wait(d.vendor, 0, 0); i < n; i++)
            assert_null(strstr(stub_request(d.vendor, i)->body, "sale"));
        assert_int_equal(d.smtpd ? json_count(mails()) : 0, 0);
        close_desk();
    }
}

static void a_reply_refused_for_good_is_the_draft_again_and_says_why(void **state)
{
    (void)state;
    static const struct stub_step no = {STUB_ANSWER, "HTTP/1.1 400 Bad\r\nContent-Length: 61\r\n\r\n"
                                                     "{\"status\":400,\"error\":\"Ticket not found\",\"error_code\":1002}   ", NULL};
    open_desk(TAMIO);
    stub_script(d.vendor, &no, 1);
    send_reply();
    *d.daemon->clock += HELD_MS;
    wait_message("failed");
    shows("failed");
    shows("400 Ticket not found");
    console_type(d.console, "r");
    shows("Your draft is back.");
    shows(text);
    close_desk();
}

static void a_mail_refused_for_good_is_the_draft_again_and_says_why(void **state)
{
    (void)state;
    if (!open_desk(MAIL)) {
        print_message("# skipped: python3-aiosmtpd is not installed\n");
        stub_close(d.vendor);
        arena_free(d.arena);
        skip();
    }
    smtpd_script(d.smtpd, d.arena, "{\"script\":{\"rcpt\":\"550 5.1.1 no such mailbox\"}}");
    send_reply();
    *d.daemon->clock += HELD_MS;
    wait_message("failed");
    shows("550 5.1.1 no such");
    console_type(d.console, "r");
    shows("Your draft is back.");
    shows(text);
    close_desk();
}

static void what_was_written_before_the_customer_wrote_again_is_asked_about(void **state)
{
    (void)state;
    const char *was = "";
    open_desk(TAMIO);
    write_reply();
    post(TAMIO_EVENT("whev_2", "updated", "1798761700", TAMIO_FIRST "," TAMIO_MORE, ",\"reply\":" TAMIO_MORE));
    shows("It came after all.");
    console_type(d.console, "y");
    shows("Somebody wrote on this ticket since you began");
    assert_int_equal(lines_of(text, &was), 0);
    console_type(d.console, "y");
    shows("leaves at");
    *d.daemon->clock += HELD_MS;
    wait_message("sent");
    assert_non_null(call("POST", "agency/tickets/reply/create/tk-1"));
    close_desk();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_typed_in_the_console_is_a_mail_in_the_customers_thread),
        cmocka_unit_test(a_reply_typed_in_the_console_is_handed_to_tamio_and_comes_back_as_the_same_line),
        cmocka_unit_test(a_reply_typed_in_the_console_is_handed_to_cstar_after_the_claim),
        cmocka_unit_test(a_reply_taken_back_in_time_reaches_nobody),
        cmocka_unit_test(a_reply_refused_for_good_is_the_draft_again_and_says_why),
        cmocka_unit_test(a_mail_refused_for_good_is_the_draft_again_and_says_why),
        cmocka_unit_test(what_was_written_before_the_customer_wrote_again_is_asked_about),
    };
    return crypto_open() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
