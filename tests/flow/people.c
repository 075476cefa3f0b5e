/* people: customers, what they say, articles and macros over the real sockets: by HTTP, by the verbs, and in a console where
 * somebody writes a reply. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 30000 };
static const char config[] = "team: harbor\n"
                             "sources:\n"
                             "  - {name: chat, dialect: cstar, auth: none, reply_via: webhook, reply_url: 'http://127.0.0.1:9/r', reply_secret: r, allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: lead}\n"
                             "articles: articles\n"
                             "article_link: https://help.example/%%s\n"
                             "macros:\n"
                             "  - name: tidy\n"
                             "    title: Tidy up\n"
                             "    actions: [claim, tags +tidied, close]\n"
                             "    reply: 'Hi {{customer.first_name}}, {{ticket.ref}} is done.'\n"
                             "  - {name: thanks, reply: 'Thank you, {{customer.first_name}}!'}\n"
                             "  - {name: vip, actions: [priority high], when: plan == \"enterprise\"}\n";

static struct {
    struct arena *arena;
    struct daemon_run *daemon;
    struct client *in, *me;
    char out[65536];
} d;

static void write_article(const char *name, const char *text)
{
    FILE *file = fopen(arena_printf(d.arena, "%s/articles/%s", d.daemon->dir, name), "w");
    assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void post(const char *event)
{
    struct answer a = client_post(d.in, "/in/chat", event);
    if (a.status / 100 != 2)
        fail_msg("%d %s", a.status, a.body);
}

static void ticket(int n)
{
    post(arena_printf(d.arena, "{\"id\":\"evt_%d\",\"type\":\"ticket.created\",\"created_at\":\"2026-12-30T10:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k%d\","
                      "\"title\":\"Cannot sign in\",\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"c1\",\"customerName\":\"Jo Doe\",\"tags\":[],"
                      "\"createdAt\":\"2026-12-30T10:00:00Z\"},\"customer\":{\"id\":\"c1\",\"name\":\"Jo Doe\",\"email\":\"jo@example.com\"}}}", n, n));
}

static void survey(int n, int rating)
{
    post(arena_printf(d.arena, "{\"id\":\"evt_s%d\",\"type\":\"survey.submitted\",\"created_at\":\"2026-12-30T12:00:00Z\",\"team_id\":\"t\",\"data\":{\"survey\":{\"id\":\"s%d\","
                      "\"ticketId\":\"k%d\",\"rating\":%d,\"submittedAt\":\"2026-12-30T12:0%d:00Z\"}}}", n, n, n, rating, n));
}

static int setup(void **state)
{
    (void)state;
    d.arena = arena_new();
    crypto_open();
    d.daemon = daemon_make(arena_printf(d.arena, config, (long)getuid()));
    assert_int_equal(mkdir(arena_printf(d.arena, "%s/articles", d.daemon->dir), 0700), 0);
    write_article("reset-password.md", "# Reset your password\n\nOpen the sign-in page.\n\n## More\n\nAsk us.\n");
    daemon_restart(d.daemon);
    d.in = client_open(d.daemon->ingest);
    d.me = client_open(d.daemon->desk);
    setenv("TRIAGE_SOCKET", d.daemon->desk, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    client_close(d.in);
    client_close(d.me);
    daemon_remove(d.daemon);
    arena_free(d.arena);
    return 0;
}

/* `triage LINE`: what it says on both streams; its exit code. */
static int triage(const char *line)
{
    FILE *out = popen(arena_printf(d.arena, "%s/triage %s 2>&1 </dev/null", getenv("TRIAGE_BUILDDIR"), line), "r");
    assert_non_null(out);
    d.out[fread(d.out, 1, sizeof d.out - 1, out)] = 0;
    int status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void says(const char *part)
{
    if (!strstr(d.out, part))
        fail_msg("\"%s\" is not in:\n%s", part, d.out);
}

static const struct json *get(const char *path)
{
    struct answer a = client_get(d.me, path);
    if (a.status != 200)
        fail_msg("%s: %d %s", path, a.status, a.body);
    return a.json;
}

static void a_customer_is_told_of_whole_with_contact_masked(void **state)
{
    (void)state;
    for (int n = 1; n <= 3; n++)
        ticket(n);
    survey(1, 5);
    survey(2, 2);
    assert_int_equal(triage("close 3"), 0);
    assert_int_equal(triage("customer-note customer=cstar:c1 'text=likes short answers, jo@example.com'"), 0);
    const struct json *root = get("/v1/customers/cstar%3Ac1"), *who = json_get(root, "customer");
    assert_string_equal(json_get_string(who, "name", ""), "Jo Doe");
    assert_string_equal(json_get_string(who, "email", ""), "j•••@example.com");
    assert_int_equal(json_get_i64(who, "open", -1), 2);
    assert_int_equal(json_get_i64(json_get(who, "csat"), "n", 0), 2);
    assert_int_equal(json_get_i64(json_get(who, "csat"), "sum", 0), 7);
    const char *note = json_get_string(json_first(json_get(who, "notes")), "text", "");
    assert_non_null(strstr(note, "likes short answers"));
    assert_null(strstr(note, "jo@example.com"));
    assert_int_equal(json_count(json_get(root, "rows")), 3);
    assert_int_equal(json_get_i64(json_first(json_get(root, "rows")), "id", 0), 2); /* open ones first, the newest of them */
    for (const struct json *row = json_first(json_get(root, "rows")); row; row = json_next(row))
        assert_int_equal(json_get_i64(row, "csat", 0), json_get_i64(row, "id", 0) == 1 ? 5 : json_get_i64(row, "id", 0) == 2 ? 2 : 0);
    assert_string_equal(json_get_string(json_get(get("/v1/tickets/1/customer"), "customer"), "key", ""), "cstar:c1");
    assert_int_equal(client_get(d.me, "/v1/customers/cstar%3Anobody").status, 404);
    assert_int_equal(triage("customer 1"), 0);
    says("Jo Doe");
    says("2 open, 1 past");
    says("3.5 of 5 over 2: 5 2");
    says("likes short answers");
    assert_int_equal(triage("customer cstar:nobody"), 1);
    assert_int_equal(triage("customers doe"), 0);
    says("Jo Doe");
    says("3.5 of 5");
    says("cstar:c1");
    assert_int_equal(triage("customers nobody"), 0);
    says("no customer is called so");
    assert_int_equal(json_count(json_get(get("/v1/customers?limit=1"), "customers")), 1);
    assert_int_equal(json_count(json_get(get("/v1/customers?after=63737461723a6331"), "customers")), 0);
}

static void a_customer_known_by_their_address_is_not_given_away_by_their_key(void **state)
{
    (void)state;
    post("{\"id\":\"evt_9\",\"type\":\"ticket.created\",\"created_at\":\"2026-12-30T10:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k9\",\"title\":\"T\","
         "\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"jo@example.com\",\"customerName\":\"Jo\",\"tags\":[],\"createdAt\":\"2026-12-30T10:00:00Z\"}}}");
    assert_int_equal(triage("customer-note ticket=1 'text=calls on Mondays'"), 0);
    struct answer a = client_get(d.me, "/v1/tickets/1/customer");
    assert_int_equal(a.status, 200);
    assert_null(strstr(a.body, "jo@example.com"));
    assert_string_equal(json_string(json_path(json_first(json_get(json_get(a.json, "customer"), "notes")), "text")), "calls on Mondays");
    assert_int_equal(triage("customer 1 --json"), 0);
    assert_null(strstr(d.out, "jo@example.com"));
    a = client_get(d.me, "/v1/customers?limit=1");
    assert_null(strstr(a.body, "jo@example.com"));
    assert_int_equal(client_get(d.me, "/v1/customers?after=jo@example.com").status, 400);
}

static void articles_of_files_and_sources_are_found_and_read(void **state)
{
    (void)state;
    post("{\"id\":\"evt_a1\",\"type\":\"article.published\",\"created_at\":\"2026-12-30T10:00:00Z\",\"team_id\":\"t\",\"data\":{\"article\":{\"id\":\"a1\","
         "\"title\":\"Billing \\u001b[31mFAQ\",\"content\":\"Where your password for the portal is.\"}}}");
    assert_int_equal(triage("articles password"), 0);
    says("file:reset-password");
    says("cstar:a1");
    assert_true(strstr(d.out, "file:reset-password") < strstr(d.out, "cstar:a1")); /* it stands in the title */
    assert_null(strchr(d.out, '\x1b'));
    assert_int_equal(triage("article file:reset-password"), 0);
    says("Open the sign-in page.");
    assert_int_equal(triage("article file:none"), 1);
    write_article("export.md", "# Exports\n\nThey stop at 10,000 rows.\n");
    unlink(arena_printf(d.arena, "%s/articles/reset-password.md", d.daemon->dir));
    kill(d.daemon->pid, SIGHUP);
    for (int64_t since = clock_mono(); clock_mono() - since < PATIENCE_MS;) {
        assert_int_equal(triage("articles rows"), 0);
        if (strstr(d.out, "file:export"))
            break;
    }
    says("file:export");
    assert_int_equal(triage("articles sign-in"), 0);
    assert_null(strstr(d.out, "file:reset-password"));
}

static void a_macro_is_listed_tried_run_and_undone_by_the_verbs(void **state)
{
    (void)state;
    ticket(1);
    assert_int_equal(triage("macros 1"), 0);
    says("Hi Jo, #1 is done.");
    assert_null(strstr(d.out, "vip")); /* not for this one */
    assert_int_equal(triage("macro 1 tidy --dry-run"), 0);
    says("Hi Jo, #1 is done.");
    assert_string_equal(json_get_string(json_get(get("/v1/tickets/1"), "ticket"), "status", ""), "new");
    assert_int_equal(triage("macro 1 vip"), 65);
    says("plan ==");
    assert_int_equal(triage("macro 1 tidy"), 0);
    assert_string_equal(json_get_string(json_get(get("/v1/tickets/1"), "ticket"), "status", ""), "resolved");
    assert_int_equal(triage("show 1"), 0);
    says("macro tidy");
    assert_int_equal(triage("undo"), 0);
    assert_string_equal(json_get_string(json_get(get("/v1/tickets/1"), "ticket"), "status", ""), "new");
    assert_int_equal(triage("macro-save name=bye 'reply=Bye, {{customer.first_name}}.'"), 0);
    assert_int_equal(triage("macros"), 0);
    says("bye");
    assert_int_equal(triage("reply 1 'Hello {{nobody.knows}}'"), 65);
    assert_int_equal(triage("reply 1 'Reset your password, {{customer.first_name}}' --article file:reset-password"), 0);
    char *articles = json_print_in(d.arena, json_path(get("/v1/tickets/1"), "ticket.articles"));
    assert_string_equal(articles, "[\"file:reset-password\"]");
}

static struct console_run *console;

static void shows(const char *what)
{
    console_shows(console, what, NULL);
}

/* The last thing on the ticket that we said. */
static const char *said(void)
{
    const char *body = "";
    for (const struct json *line = json_first(json_get(get("/v1/tickets/1/lines"), "lines")); line; line = json_next(line))
        if (str_eq(json_string(json_path(line, "message.author_kind")), "agent"))
            body = json_string(json_path(line, "message.body"));
    return arena_strdup(d.arena, body);
}

static void in_the_console_a_reply_takes_a_canned_text_and_an_article_and_both_arrive(void **state)
{
    (void)state;
    ticket(1);
    console = console_open("ana's", d.daemon, "mine");
    shows("live");
    console_type(console, "6");
    shows("Cannot sign in");
    console_type(console, "\r");
    shows("cstar:");
    console_type(console, "r");
    shows("Reply to Jo Doe");
    console_type(console, "/");
    shows("canned reply:");
    console_type(console, "thanks\r");
    shows("Thank you, Jo!");
    console_type(console, "\r??");
    shows("article (");
    console_type(console, "reset\r");
    shows("t its text   l its link");
    console_type(console, "t");
    shows("Open the sign-in page.");
    console_type(console, "\r??");
    shows("article (");
    console_type(console, "reset\r");
    shows("t its text   l its link");
    console_type(console, "l");
    shows("Reset your password: https://help.example/reset-password");
    console_type(console, "\x1b");
    shows("review:");
    console_type(console, "y");
    shows("reply leaves in");
    assert_string_equal(said(), "Thank you, Jo!\nOpen the sign-in page.\n\n## More\n\nAsk us.\n\nReset your password: https://help.example/reset-password");
    char *articles = json_print_in(d.arena, json_path(get("/v1/tickets/1"), "ticket.articles"));
    assert_string_equal(articles, "[\"file:reset-password\"]");
    console_type(console, "gp");
    shows("j•••@example.com");
    shows("1 open");
    console_type(console, "q");
    shows("cstar:");
    console_type(console, "m");
    shows("macro on #");
    console_type(console, "tidy\r");
    shows("this is what it does");
    shows("→ resolved");
    console_type(console, "\r");
    shows("✔ resolved"); /* its toast may have given way to what it paid */
    assert_string_equal(json_string(json_path(get("/v1/tickets/1"), "ticket.status")), "resolved");
    assert_int_equal(console_close(console), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_customer_is_told_of_whole_with_contact_masked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_customer_known_by_their_address_is_not_given_away_by_their_key, setup, teardown),
        cmocka_unit_test_setup_teardown(articles_of_files_and_sources_are_found_and_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_macro_is_listed_tried_run_and_undone_by_the_verbs, setup, teardown),
        cmocka_unit_test_setup_teardown(in_the_console_a_reply_takes_a_canned_text_and_an_article_and_both_arrive, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
