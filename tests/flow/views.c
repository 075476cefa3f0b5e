/* views: what an agent saves in a real console is a tab there at once and nowhere else; what is shared is a tab in every console, and
 * its number follows in both; and the same from the shell. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "harness/client.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include "harness/shop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char config[] = "team: flow\n"
                             "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: agent, shared: true, key_id: k-ana}\n"
                             "  - {name: tom, role: agent, key_id: k-tom}\n";
enum { SOON = 30000 };
static struct daemon_run *run;
static int posted;

static void post(const char *title)
{
    struct client *in = client_open(run->ingest);
    shop_post_number(in, "open", ++posted, title);
    client_close(in);
}

static int start(void **state)
{
    (void)state;
    posted = 0;
    crypto_open();
    run = daemon_start_mine(config);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    for (int i = 0; i < 3; i++)
        post(i ? "Where is my invoice?" : "The door is green");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_remove(run);
    return 0;
}

/* As tom, who has no console here. */
static struct answer tom(struct client *c, const char *method, const char *path, const char *body)
{
    return client_ask(c, method, path, "X-Triage-Key: k-tom\r\nContent-Type: application/json\r\n", body, body ? strlen(body) : 0);
}

/* "name:count name:count" of those that are not the configuration's. */
static const char *seen(struct answer answer)
{
    static char text[400];
    size_t n = 0;
    *text = 0;
    assert_int_equal(answer.status, 200);
    for (const struct json *v = json_first(json_get(answer.json, "views")); v; v = json_next(v))
        if (!str_eq(json_get_string(v, "of", ""), "desk"))
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%lld", n ? " " : "", json_get_string(v, "name", ""), (long long)json_get_i64(v, "count", -1));
    return text;
}

static void see(struct console_run *c, const char *text)
{
    console_shows(c, text, NULL);
}

static void say(struct console_run *c, const char *line)
{
    console_type(c, ":");
    see(c, "absence");
    console_type(c, line);
    console_type(c, "\r");
}

static void what_one_saves_is_a_tab_and_what_one_shares_is_everybodys(void **state)
{
    struct console_run *all[3] = {console_open("one", run, "all"), console_open("two", run, "all"), NULL};
    struct client *c = client_open(run->desk);
    (void)state;
    setenv("TRIAGE_KEY", "k-tom", 1);
    all[2] = console_open("tom", run, "all");
    unsetenv("TRIAGE_KEY");
    console_wait(all, 3, "The door is green", NULL, true, clock_mono(), SOON);
    console_type(all[0], "/invoice\r");
    console_wait(all, 1, "The door is green", NULL, false, clock_mono(), SOON);
    say(all[0], "view-save bills Open bills");
    see(all[0], "view bills is kept");
    console_type(all[0], "\x1b");
    console_wait(all, 2, "Open bills 2", NULL, true, clock_mono(), SOON); /* the same agent's other console */
    assert_string_equal(seen(tom(c, "GET", "/v1/views", NULL)), "");
    post("Another invoice");
    console_wait(all, 2, "Open bills 3", NULL, true, clock_mono(), SOON);
    say(all[1], "go bills");
    console_wait(&all[1], 1, "The door is green", NULL, false, clock_mono(), SOON);
    post("A third invoice"); /* it comes into the list that is looked at */
    see(all[1], "A third invoice");
    console_wait(all, 2, "Open bills 4", NULL, true, clock_mono(), SOON);
    console_wait(&all[2], 1, "All 5", NULL, true, clock_mono(), SOON); /* he heard of both tickets, and nothing of the view */
    assert_int_equal(console_find(all[2], "Open bills"), -1);
    say(all[0], "view-share bills");
    see(all[0], "view bills is the team's");
    console_wait(all, 3, "Open bills 4", NULL, true, clock_mono(), SOON);
    see(all[1], "A third invoice"); /* what was looked at is looked at still, by its new name */
    assert_int_equal(console_find(all[1], "The door is green"), -1);
    assert_string_equal(seen(tom(c, "GET", "/v1/views", NULL)), "bills:4");
    say(all[2], "go bills");
    console_wait(&all[2], 1, "The door is green", NULL, false, clock_mono(), SOON);
    post("The last invoice");
    console_wait(all, 3, "Open bills 5", NULL, true, clock_mono(), SOON); /* and its number follows in all of them */
    see(all[2], "The last invoice");
    say(all[0], "view-unshare bills");
    console_wait(&all[2], 1, "The view bills is gone", NULL, true, clock_mono(), SOON);
    console_wait(&all[2], 1, "Open bills", NULL, false, clock_mono(), SOON);
    client_close(c);
    for (int i = 0; i < 3; i++)
        assert_int_equal(console_close(all[i]), 0);
}

static void the_shell_saves_lists_shows_and_forgets_them(void **state)
{
    (void)state;
    shell_holds(SHELL(NULL, "view-save", "bills", "--where", "title.contains(\"invoice\")", "--title", "Open \"bills\"", "--sort", "age")->out, "view bills is kept");
    shell_holds(SHELL(NULL, "views")->out, "~bills");
    shell_holds(SHELL(NULL, "ls", "--view", "bills")->out, "invoice");
    assert_string_equal(SHELL(NULL, "prompt", "bills", "all")->out, "2 bills 3 all\n");
    assert_int_equal(SHELL(NULL, "prompt", "nothing")->code, 1);
    shell_holds(SHELL("ls --view bills\ngo bills\nquit\n", "--linear")->out, "invoice");
    shell_holds(SHELL(NULL, "help", "--where", "assignee == \"")->out, "assignee == \"ana\"");
    shell_holds(SHELL(NULL, "help", "--where", "account == ")->out, "account == \"open\"");
    assert_int_equal(SHELL(NULL, "view-save", "x", "--where", "urgensy == \"low\"")->code, 64);
    shell_holds(SHELL(NULL, "view-save", "x", "--where", "urgensy == \"low\"")->err, "column 1: unknown field \"urgensy\"; did you mean \"urgency\"?");
    shell_holds(SHELL(NULL, "view-rename", "bills", "invoices")->out, "view bills is invoices now");
    shell_holds(SHELL(NULL, "view-share", "invoices")->out, "view invoices is the team's");
    shell_holds(SHELL(NULL, "views")->out, "team, by ana");
    shell_holds(SHELL(NULL, "view-unshare", "invoices")->out, "ana's alone");
    shell_holds(SHELL(NULL, "view-forget", "invoices")->out, "forgotten");
    assert_int_equal(SHELL(NULL, "ls", "--view", "invoices")->code, 1);
    shell_holds(SHELL(NULL, "undo")->out, "view-forget undone");
    shell_holds(SHELL(NULL, "views")->out, "~invoices");
}

static void a_count_is_what_the_list_would_be_and_says_where_an_expression_is_wrong(void **state)
{
    struct client *c = client_open(run->desk);
    struct answer a = client_get(c, "/v1/count?where=title.contains(%22invoice%22)");
    (void)state;
    assert_int_equal(json_get_i64(a.json, "count", -1), 2);
    assert_false(json_get_bool(a.json, "over", true));
    assert_string_equal(json_get_string(a.json, "where", ""), "title.contains(\"invoice\")");
    a = client_get(c, "/v1/count?q=invoice%20status:new");
    assert_int_equal(json_get_i64(a.json, "count", -1), 2);
    a = client_get(c, "/v1/count");
    assert_int_equal(json_get_i64(a.json, "count", -1), 3);
    a = client_get(c, "/v1/count?where=statu%20%3D%3D%20%22new%22");
    assert_int_equal(a.status, 400);
    assert_non_null(strstr(a.body, "column 1"));
    assert_non_null(strstr(a.body, "did you mean"));
    client_close(c);
}

static void what_is_typed_is_completed_counted_and_explained_before_it_is_done(void **state)
{
    struct console_run *c = console_open("one", run, "all");
    (void)state;
    see(c, "The door is green");
    console_type(c, "/");
    console_type(c, "invoi");
    see(c, "2 tickets in All   text.contains(\"invoi\")");
    console_type(c, "ce stat\t"); /* one that fits: it stands there */
    see(c, "status:");
    console_type(c, "\t");
    see(c, "on_hold");
    console_type(c, "n\t"); /* new, none: nothing to put in, the first is taken */
    console_type(c, "\t");
    see(c, "status:n");
    console_type(c, "\x15zzz");
    see(c, "0 tickets in All");
    console_type(c, "\x15status:opne");
    see(c, "did you mean \"open\"?");
    console_type(c, "\x15where urgen\t");
    see(c, "urgency_by");
    console_type(c, " >= \"h\t");
    see(c, "where urgency >= \"high\"");
    see(c, "tickets in All   urgency >= \"high\"");
    console_type(c, "\x15where priority = \"low\"");
    see(c, "column 10: unexpected \"=\"; write \"==\"");
    console_type(c, "\x15where title.contains(\"door\")\r");
    console_hides(c, "invoice");
    see(c, "The door is green");
    console_type(c, ":");
    see(c, "absence");
    console_type(c, "filter where has(assi\t");
    see(c, "assigned_at");
    console_type(c, "\x1b");
    assert_int_equal(console_close(c), 0);
}

static const char ordered[] = "team: flow\n"
                              "sources:\n  - {name: open, dialect: rbs, auth: none}\n"
                              "agents:\n  - {name: ana, uid: %ld, role: agent}\n"
                              "views:\n"
                              "  - {name: mine, title: First, when: 'status != \"closed\"', sort: updated}\n"
                              "  - {name: oldest, title: Oldest, when: 'status != \"closed\"', sort: age}\n"
                              "  - {name: plain, title: Plain, when: 'status != \"closed\"'}\n";

static int start_ordered(void **state)
{
    (void)state;
    posted = 0;
    crypto_open();
    run = daemon_start_mine(ordered);
    setenv("TRIAGE_SOCKET", run->desk, 1);
    for (int i = 0; i < 3; i++) {
        post(i == 0 ? "The door is green" : i == 1 ? "The wall is red" : "The roof is blue");
        *run->clock += 1000;
    }
    return 0;
}

static bool stands_above(struct console_run *c, const char *first, const char *second)
{
    return console_find(c, first) >= 0 && console_find(c, first) < console_find(c, second);
}

static void above(struct console_run *c, const char *first, const char *second)
{
    int64_t since = clock_mono();
    while (!stands_above(c, first, second) && clock_mono() - since < SOON)
        console_wait(&c, 1, first, NULL, true, clock_mono(), 50);
    if (!stands_above(c, first, second))
        fail_msg("\"%s\" does not stand above \"%s\"", first, second);
}

static void a_view_of_the_configuration_has_its_own_order_too(void **state)
{
    struct console_run *c = console_open("order", run, NULL);
    (void)state;
    see(c, "↓ by updated"); /* the first of all views has one */
    above(c, "The roof is blue", "The door is green");
    say(c, "go oldest");
    see(c, "↓ by age");
    above(c, "The door is green", "The roof is blue");
    console_type(c, "I"); /* what one turns holds while one stays */
    see(c, "↑ by age, inverted");
    above(c, "The roof is blue", "The door is green");
    say(c, "go plain");
    console_hides(c, "by age");
    say(c, "sort updated");
    see(c, "↓ by updated");
    say(c, "go all"); /* chosen by hand, it goes along to a view that has none */
    see(c, "by updated");
    say(c, "go oldest");
    see(c, "↓ by age");
    console_close(c);
}

static void which_view_is_meant_is_asked_and_an_empty_answer_is_answered(void **state)
{
    struct console_run *c = console_open("one", run, "all");
    (void)state;
    see(c, "The door is green");
    say(c, "view-share");
    see(c, "There is no view that is yours alone; :view-save keeps what is shown.");
    say(c, "view-save");
    see(c, "keep what is shown as");
    console_type(c, "\r");
    see(c, "Nothing was kept: it needs a name.");
    say(c, "view-save bills Open bills");
    see(c, "view bills is kept");
    say(c, "view-save doors Doors");
    see(c, "view doors is kept");
    say(c, "view-share");
    see(c, "share with the team the view:");
    see(c, "doors");
    console_type(c, "bil");
    see(c, "\u258c bills");
    console_type(c, "\r");
    see(c, "view bills is the team's");
    console_close(c);
    c = console_open("another", run, "all");
    see(c, "Open bills");
    say(c, "view-unshare");
    see(c, "\u258c bills"); /* the only one that is shared */
    console_type(c, "\r");
    see(c, "view bills is ana");
    console_close(c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        T(what_one_saves_is_a_tab_and_what_one_shares_is_everybodys),
        T(which_view_is_meant_is_asked_and_an_empty_answer_is_answered),
        cmocka_unit_test_setup_teardown(a_view_of_the_configuration_has_its_own_order_too, start_ordered, stop),
        T(the_shell_saves_lists_shows_and_forgets_them),
        T(what_is_typed_is_completed_counted_and_explained_before_it_is_done),
        T(a_count_is_what_the_list_would_be_and_says_where_an_expression_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
