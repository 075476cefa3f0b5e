/* pages: the real daemon pages, two pagers hear it or do not, and a person sees who was told by what: on the Escalations
 * screen of a real console, through the API and through the shell. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, PATIENCE_MS = 20000 };

struct pages {
    struct daemon_run *daemon;
    struct stub *chat, *phones;
    struct client *me, *in;
};

static struct pages open_pages(void)
{
    static const struct stub_step no[] = {STUB_STATUS("503 No")}, ok[] = {STUB_STATUS("200 OK")};
    struct pages p = {.chat = stub_open(), .phones = stub_open()};
    char config[2000];
    stub_script(p.chat, no, 1);
    stub_script(p.phones, ok, 1);
    snprintf(config, sizeof config,
             "team: pages\nsources:\n  - {name: rest, dialect: ingestlayer, auth: bearer, token: t}\n"
             "agents:\n  - {name: lea, uid: %ld, role: lead, page: [chat, phones]}\n  - {name: tom}\noncall: [lea]\n"
             "escalation:\n  policies:\n  - {name: shop, ack_timeout: 30m, repeat: 0, steps: [{target: oncall, delay: 5m}, {target: tom, delay: 5m}]}\n"
             "destinations:\n"
             "  - {name: chat, kind: webhook, format: standard, url: '%s', allow_loopback: true}\n"
             "  - {name: phones, kind: webhook, format: standard, url: '%s', allow_loopback: true}\n",
             (long)getuid(), stub_url(p.chat), stub_url(p.phones));
    p.daemon = daemon_start(config);
    p.me = client_open(p.daemon->desk);
    p.in = client_open(p.daemon->ingest);
    setenv("TRIAGE_SOCKET", p.daemon->desk, 1);
    return p;
}

static void close_pages(struct pages *p)
{
    client_close(p->me);
    client_close(p->in);
    daemon_remove(p->daemon);
    stub_close(p->chat);
    stub_close(p->phones);
}

static void ticket(struct pages *p, int n, const char *subject)
{
    char body[400];
    snprintf(body, sizeof body,
             "{\"events\":[{\"type\":\"support.ticket.created\",\"idempotencyKey\":\"k%d\",\"payload\":{\"ticket_id\":\"T-%d\",\"subject\":\"%s\",\"body\":\"How is it done?\","
             "\"customer_tier\":\"pro\",\"channel\":\"email\"}}]}", n, n, subject);
    assert_int_equal(client_ask(p->in, "POST", "/v1/ingest", "Authorization: Bearer t\r\nContent-Type: application/json\r\n", body, strlen(body)).status, 202);
}

static const struct json *row(struct pages *p, int n)
{
    client_ask(p->me, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11); /* the writer looks at the clock */
    const struct json *r = json_first(json_get(client_get(p->me, "/v1/escalations").json, "rows"));
    for (; r && json_get_i64(r, "id", 0) != n; r = json_next(r))
        ;
    return r;
}

/* What became of one page: its state at that destination; "" where there is none. */
static const char *outcome(const struct json *r, const char *agent, const char *destination)
{
    for (const struct json *told = json_first(json_get(r, "told")); told; told = json_next(told))
        for (const struct json *by = json_first(json_get(told, "by")); by; by = json_next(by))
            if (str_eq(json_get_string(told, "agent", ""), agent) && str_eq(json_get_string(by, "destination", ""), destination))
                return json_get_string(by, "state", "");
    return "";
}

static void wait_outcome(struct pages *p, int n, const char *agent, const char *destination, const char *state)
{
    char was[40] = "";
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until; usleep(2000)) {
        str_copy(was, sizeof was, outcome(row(p, n), agent, destination));
        if (str_eq(was, state))
            return;
    }
    fail_msg("%s by %s: %s, not %s", agent, destination, was, state);
}

static void wait_attempts(struct stub *stub, int n)
{
    if (stub_wait(stub, n, PATIENCE_MS) < n)
        fail_msg("the pager was not tried %d times", n);
}

static void who_was_told_by_what_is_known_and_a_pager_that_fails_is_followed_by_the_next(void **state)
{
    static const int64_t waits[] = {0, 12, 35, 70};
    struct pages p = open_pages();
    (void)state;
    ticket(&p, 1, "Checkout is slow");
    const struct shell_ran *ran = SHELL(NULL, "escalate", "1", "customers call", "--dry-run");
    shell_holds(ran->out, "told lea");
    assert_int_equal(stub_wait(p.chat, 1, 100), 0); /* a dry run pages nobody */
    assert_int_equal(SHELL(NULL, "escalate", "1", "customers call")->code, 0);
    for (int i = 0; i < 4; i++) {
        *p.daemon->clock += waits[i] * SECOND;
        row(&p, 1);
        wait_attempts(p.chat, i + 1);
        wait_outcome(&p, 1, "lea", "chat", i < 3 ? "retrying" : "dead");
    }
    wait_outcome(&p, 1, "lea", "phones", "delivered");
    const struct stub_request *heard = stub_request(p.phones, 0);
    AUTO_JSON body = json_parse(heard->body, heard->body_n, &json_limits_native, NULL, NULL);
    assert_string_equal(json_get_string(body, "type", ""), "triage.page");
    assert_string_equal(json_string(json_path(body, "payload.page.agent")), "lea");
    assert_string_equal(json_string(json_path(body, "payload.page.acknowledge")), "triage ack 1");
    assert_string_equal(json_string(json_path(body, "payload.reason")), "asked for by lea");
    ran = SHELL(NULL, "escalations");
    shell_holds(ran->out, "triggered");
    shell_holds(ran->out, "step 1  lea chat dead, phones delivered");
    ran = SHELL(NULL, "why", "1", "page");
    shell_holds(ran->out, "opened: asked for by lea");
    shell_holds(ran->out, "step 1 told lea (chat dead: 503, phones delivered)");
    assert_int_equal(SHELL(NULL, "ack", "1")->code, 0);
    shell_holds(SHELL(NULL, "escalations")->out, "acknowledged lea");
    close_pages(&p);
}

/* {number of rows, pages, more} of an answer. */
static void answers(struct pages *p, const char *path, size_t rows, int64_t pages, bool more)
{
    const struct json *root = client_get(p->me, path).json;
    if (json_count(json_get(root, "rows")) != rows || json_get_i64(root, "pages", -1) != pages || json_get_bool(root, "more", !more) != more)
        fail_msg("%s: %zu rows, %lld pages, more %d", path, json_count(json_get(root, "rows")), (long long)json_get_i64(root, "pages", -1), json_get_bool(root, "more", false));
}

static void what_is_mine_is_asked_for_by_itself_and_says_how_many_there_are(void **state)
{
    struct pages p = open_pages();
    (void)state;
    answers(&p, "/v1/escalations?mine=1", 0, 0, false);
    for (int i = 1; i <= 3; i++) {
        ticket(&p, i, "Checkout is slow");
        assert_int_equal(SHELL(NULL, "escalate", i == 1 ? "1" : i == 2 ? "2" : "3", "customers call")->code, 0);
    }
    answers(&p, "/v1/escalations?mine=1&limit=2", 2, 3, false);
    answers(&p, "/v1/escalations?mine=1", 3, 3, false);
    const struct json *mine = json_get(client_get(p.me, "/v1/desk?mine=1").json, "mine"); /* what a head says of it, with the desk */
    assert_int_equal(json_count(json_get(mine, "rows")), 1);
    assert_int_equal(json_get_i64(mine, "pages", 0), 3);
    assert_null(json_get(client_get(p.me, "/v1/desk").json, "mine"));
    answers(&p, "/v1/escalations?limit=2", 2, -1, true);
    answers(&p, "/v1/escalations?limit=3", 3, -1, false);
    assert_int_equal(SHELL(NULL, "ack", "1")->code, 0);
    answers(&p, "/v1/escalations?mine=1&limit=1", 2, 2, false);
    const struct json *rows = json_get(client_get(p.me, "/v1/escalations?mine=1&limit=1&brief=1").json, "rows");
    assert_int_equal(json_get_i64(json_first(rows), "id", 0), 2);
    assert_string_equal(json_get_string(json_get(json_next(json_first(rows)), "escalation"), "acked_by", ""), "lea"); /* pages again when that runs out */
    close_pages(&p);
}

static void the_screen_counts_down_names_who_will_be_paged_and_shows_windows(void **state)
{
    struct pages p = open_pages();
    (void)state;
    ticket(&p, 1, "Checkout is slow");
    ticket(&p, 2, "Nothing is sent");
    struct console_run *c = console_open("lea", p.daemon, "all");
    console_shows(c, "Checkout is slow", NULL);
    console_type(c, "/checkout\r");
    console_hides(c, "Nothing is sent");
    console_type(c, "!");
    console_shows(c, "page you (chat, phones) about #1 (no undo), because:", NULL);
    console_type(c, "customers call\r");
    console_shows(c, "Checkout is slow", "‼ paging"); /* the answer's toast may have given way to the page's */
    console_type(c, "ge");
    console_shows(c, "triggered", "1 of 2");
    console_shows(c, "you: chat retrying", NULL);
    console_shows(c, "asked for by lea", NULL);
    console_type(c, "w");
    console_shows(c, "opened: asked for by you", NULL);
    console_type(c, "q");
    console_hides(c, "opened: asked for by you");
    console_type(c, "K");
    console_shows(c, "acked you", "timeout ");
    console_type(c, "z4");
    console_shows(c, "snoozed", "until 4h");
    assert_int_equal(SHELL(NULL, "maintenance", "to=+2h", "reason=new disks")->code, 0);
    console_shows(c, "maintenance until", "live");
    console_shows(c, "says you: new disks. Pages are held for all tickets", NULL);
    console_shows(c, "suppressed", "held ");
    shell_holds(SHELL(NULL, "windows")->out, "lea: new disks  (all tickets)");
    *p.daemon->clock += 1000; /* ended in the moment it begins, there would have been none */
    assert_int_equal(SHELL(NULL, "maintenance-end")->code, 0);
    shell_holds(SHELL(NULL, "maintenance", "to=+2h", "reason=the \"new\" disks", "scope=priority == \"low\" && title.contains(\"a\\\\b\")")->out, "the \"new\" disks");
    shell_holds(SHELL(NULL, "windows")->out, "priority == \"low\"");
    assert_int_equal(SHELL(NULL, "maintenance-end")->code, 0);
    console_hides(c, "maintenance until");
    console_shows(c, "‼ triggered", "1 of 2");
    console_close(c);
    close_pages(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_told_by_what_is_known_and_a_pager_that_fails_is_followed_by_the_next),
        cmocka_unit_test(what_is_mine_is_asked_for_by_itself_and_says_how_many_there_are),
        cmocka_unit_test(the_screen_counts_down_names_who_will_be_paged_and_shows_windows),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
