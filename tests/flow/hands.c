/* hands: palette, help, many tickets at once, undo and panes as a person uses them, against the real daemon. */
#include "base/clock.h"
#include "base/crypto.h"
#include "dialect/signature.h"
#include "harness/client.h"
#include "harness/daemon.h"
#include "harness/console.h"
#include "harness/shop.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static const char config[] = "team: flow\n"
                             "sources:\n"
                             "  - {name: shop, dialect: rbs, secrets: ['s3cret']}\n"
                             "  - {name: post, dialect: rbs, secrets: ['s3cret'], reply_via: webhook, "
                             "reply_url: 'http://127.0.0.1:9/x', allow_loopback: true}\n"
                             "agents:\n"
                             "  - {name: ana, uid: %ld, role: admin, team: eu}\n"
                             "  - {name: tom, uid: 4242, role: agent, team: eu}\n";
static struct daemon_run *run;
static struct client *in, *desk;
static struct console_run *console;

static int start(void **state)
{
    (void)state;
    crypto_open();
    run = daemon_start_mine(config);
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    console = console_open("the", run, "all");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    console_close(console);
    client_close(in);
    client_close(desk);
    daemon_remove(run);
    return 0;
}

static void post(const char *source, const char *id, const char *subject)
{
    shop_post_signed(in, source, "s3cret", *run->clock, id, subject);
}

static void shows(const char *text)
{
    console_wait(&console, 1, text, NULL, true, clock_mono(), SOON);
}

static void press(const char *keys)
{
    console_type(console, keys);
}


static void gone(const char *text)
{
    console_wait(&console, 1, text, NULL, false, clock_mono(), SOON);
}

static const char *field_of(int64_t ticket, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)ticket);
    struct answer a = client_get(desk, path);
    return json_get_string(json_get(a.json, "ticket"), name, "");
}

static const char *row_with(const char *text)
{
    shows(text);
    return console_row(console, console_find(console, text));
}

/* Three of them, in sight. */
static void three(void)
{
    post("shop", "A-1", "Checkout is down");
    post("shop", "A-2", "Invoice is wrong");
    post("post", "A-3", "Cannot sign in");
    shows("Checkout is down");
    shows("Invoice is wrong");
    shows("Cannot sign in");
}

/* --- the palette --- */

static void the_palette_offers_what_may_follow_once_the_command_stands(void **state)
{
    (void)state;
    three();
    press(":");
    shows("of ");
    press("assi\t");
    shows("assign tom");
    press("to\r");
    shows("assigned to tom");
    press(":snooze ");
    shows("snooze tomorrow");
    press("\x1bOB"); /* times are open: an arrow chooses, else what is typed counts */
    shows("\u258c snooze 1h");
    press("\x1b");
    gone("snooze tomorrow");
    press(":priority l");
    shows("\u258c priority low");
    press("\r");
    gone("\u258c priority low");
    assert_string_equal(field_of(strtoll(row_with(" priority low") + 2, NULL, 10), "priority"), "low");
}

static void tickets_customers_and_agents_are_found_by_name(void **state)
{
    (void)state;
    three();
    press(":invo");
    shows("\u258c #2 Invoice is wrong");
    press("\r");
    shows("first response clock started");
    press("q");
    gone("first response clock started");
    press(":tom's");
    shows("\u258c tom's tickets");
    press("\r");
    shows("No ticket in");
    press("\x1b");
    shows("Checkout is down");
    press(":2\r"); /* a number is itself */
    shows("first response clock started");
}

static void lines_are_remembered_but_no_secret_in_them_and_in_the_next_console_too(void **state)
{
    (void)state;
    three();
    press(":priority low\r");
    shows("priority low");
    press(":reveal the card is 4111\r");
    shows("Unmasked for");
    press(":\x10"); /* C-p */
    assert_null(strstr(row_with(": reveal"), "4111"));
    press("\x10");
    shows(": priority low");
    press("\x0e\x0e"); /* C-n, back to what was typed: nothing */
    shows("said before");
    press("\x1b");
    gone("said before");
    press("Q");
    console_ended(console, SOON);
    console_close(console);
    console = console_open("next", run, "all");
    shows("Checkout is down");
    press(":");
    shows("said before");
    press("\x1bOA\x1bOA");
    shows(": priority low");
}

static void esc_and_a_key_right_behind_it_are_two_keys(void **state)
{
    (void)state;
    three();
    press(":");
    shows("say who is away");
    press("\x1b/");
    gone("say who is away");
    press("invoice\r");
    gone("Checkout is down");
    shows("Invoice is wrong");
    press("i");
    shows("Internal note on #2");
    press("looked at\x1by"); /* Esc reviews, y sends */
    gone("Internal note on #2");
    shows("note added");
}

static void a_long_description_is_cut_and_names_and_keys_are_whole(void **state)
{
    (void)state;
    three();
    press(":go \x15"); /* emptied again */
    press("go");
    const char *row = row_with("\u258c go ");
    if (!strstr(row, "\u2026"))
        fail_msg("%s", row);
    press("\x15merg");
    assert_non_null(strstr(row_with("merge "), "  M"));
}

/* --- many at once --- */

static void before_many_are_changed_it_is_shown_and_u_takes_all_of_it_back(void **state)
{
    (void)state;
    three();
    client_post(desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[2],\"priority\":\"low\"}");
    client_post(desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[3]}");
    client_post(desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"looked at\"}");
    press("V");
    shows("3 marked");
    press(":priority low\r");
    shows("priority low: 2 of 3 tickets change");
    shows("already so");
    shows("stays as it is");
    press("q");
    gone("already so");
    assert_string_equal(field_of(1, "priority"), "");
    press(":priority low\r");
    shows("priority low: 2 of 3 tickets change");
    press("y");
    shows("priority: 2 tickets (u takes all of it back)");
    assert_string_equal(field_of(1, "priority"), "low");
    assert_string_equal(field_of(3, "priority"), "low");
    gone("3 marked");
    press("u");
    shows("Undone: priority of 2 tickets. u again: note of #1");
    assert_string_equal(field_of(1, "priority"), "");
    assert_string_equal(field_of(2, "priority"), "low");
    press("\x12"); /* C-r */
    shows("Redone: priority of 2 tickets; nothing more to redo");
    assert_string_equal(field_of(3, "priority"), "low");
}

static void what_is_refused_is_named_before_and_stays_marked(void **state)
{
    (void)state;
    three();
    client_post(desk, "/v1/do", "{\"do\":\"close\",\"tickets\":[3]}");
    press("V");
    shows("3 marked");
    press("X");
    shows("reopen: 1 of 3 tickets change");
    shows("2 cannot be done");
    press("\r");
    shows("2 marked"); /* the points that are taken back may be said in the toast's place */
    assert_string_equal(field_of(3, "status"), "open");
}

static void what_a_colleague_changed_since_stays_and_is_named(void **state)
{
    (void)state;
    three();
    press("V:assign tom\r");
    shows("3 change");
    press("y");
    shows("assign: 3 tickets");
    client_post(desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"mine\"}");
    client_post(desk, "/v1/do", "{\"do\":\"undo\",\"tickets\":[1]}");
    client_post(desk, "/v1/do", "{\"do\":\"assign\",\"tickets\":[2],\"to\":\"ana\"}");
    client_post(desk, "/v1/do", "{\"do\":\"undo\",\"tickets\":[1]}"); /* one of them, by its number */
    assert_string_equal(field_of(1, "assignee"), "");
    press("u");
    shows("Undone: assign of #2. u again: assign of 2 tickets");
    press("u");
    shows("Undone: assign of 2 tickets; nothing more to undo");
    assert_string_equal(field_of(3, "assignee"), "");
}

static void what_stays_says_why_and_the_same_key_goes_past_it(void **state)
{
    (void)state;
    three();
    client_post(desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[1],\"priority\":\"high\"}");
    client_post(desk, "/v1/do", "{\"do\":\"escalate\",\"tickets\":[1],\"reason\":\"look\"}");
    assert_string_equal(field_of(1, "priority"), "high");
    press("u");
    shows("#1 escalate cannot be undone: whoever it paged has been told. u again: priority of #1");
    press("u");
    shows("Undone: priority of #1; nothing more to undo");
}

static void what_goes_for_good_has_to_be_typed(void **state)
{
    (void)state;
    three();
    press(":1\r");
    shows("Some text");
    press(":erase\r");
    shows("type erase: what was written in #1, and who wrote it, is gone for good:");
    press("yes\r");
    shows("nothing was done: that was not the word erase");
    assert_string_not_equal(field_of(1, "title"), "(erased)");
    press(":erase\r");
    shows("type erase:");
    press("erase\r");
    gone("Some text");
    shows("(erased");
    assert_string_equal(field_of(1, "title"), "(erased)");
    press("u");
    shows("#1 erase cannot be undone: what is erased is gone");
}

/* --- help and what may follow --- */

static void help_is_of_this_screen_in_groups_and_searched_as_one_types(void **state)
{
    (void)state;
    three();
    press("?");
    shows("Help: queue");
    shows("  tickets");
    press("/whoever is");
    shows("page whoever is on call now");
    press("\r");
    press("q");
    gone("Help: queue");
    press("go?");
    shows("Help: oncall");
    press("/+a");
    shows("+a         absence");
}

static void a_key_that_only_begins_shows_what_may_follow_and_is_possible(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("Checkout is down");
    press("g");
    shows("gu Unassigned 1");
    shows("ge escalations");
    shows("gp customer");
    press("t");
    gone("gu Unassigned 1");
    shows("first response");
    press("s"); /* no ticket here: no status */
    shows("none of these is for this screen");
    press("\x1b");
    gone("none of these");
    press("g");
    shows("gu Unassigned 1");
    assert_int_equal(console_find(console, "gp customer"), -1);
}

/* --- panes --- */

static void tab_goes_into_the_pane_which_scrolls_and_back(void **state)
{
    AUTO_ARENA arena = arena_new();
    int row, column, at, was;
    (void)state;
    three();
    press("gg:1\r");
    shows("first response clock started");
    press("q");
    for (int i = 0; i < 40; i++)
        client_post(desk, "/v1/do", arena_printf(arena, "{\"do\":\"note\",\"tickets\":[1],\"text\":\"note number %d.\"}", i));
    press("gg");
    console_wait(&console, 1, "\u258c", "Checkout is down", true, clock_mono(), SOON);
    console_cursor(console, &was, &column);
    press("\t"); /* there is none at 120 columns: it opens, and keys are in it */
    shows("Tab the list");
    shows("note number 39.");
    console_cursor(console, &at, &column);
    assert_true(column > 50);
    press("\x1b[5~\x1b[5~\x1b[5~"); /* PgUp */
    gone("note number 39.");
    press("G");
    shows("note number 39.");
    press("\t");
    gone("Tab the list");
    shows("note number 39."); /* still there */
    console_cursor(console, &row, &column);
    assert_int_equal(row, was); /* and the list stands where it stood */
    press("j\t");
    shows("Tab the list");
    press("q"); /* a pane that was opened by hand closes */
    gone("Tab the list");
    gone("note number 39.");
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
/* A slip in a long line costs no typing: neither what the console cannot read nor what the daemon refuses. */
static void what_cannot_be_done_is_asked_again_as_it_was_typed(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("go");
    shows("On call");
    press("+a\x15leave\r");
    shows("\"leave\": expected NAME=VALUE");
    shows("absence:  leave");
    press("\x15" "agent=nobody from=now to=+2h kind=leave note=dentist\r");
    shows("no agent \"nobody\"");
    shows("agent=nobody from=now to=+2h kind=leave note=dentist");
    press("\x15" "agent=tom from=now to=+2h kind=leave note=dentist\r");
    gone("absence: ");
    shows("dentist");
    press("q6");
    shows("Checkout is down");
    press("K"); /* nothing pages here: that is said, nothing is asked of the daemon */
    shows("#1 pages nobody; ge shows who is paged for what.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_palette_offers_what_may_follow_once_the_command_stands),
        T(tickets_customers_and_agents_are_found_by_name),
        T(lines_are_remembered_but_no_secret_in_them_and_in_the_next_console_too),
        T(esc_and_a_key_right_behind_it_are_two_keys),
        T(before_many_are_changed_it_is_shown_and_u_takes_all_of_it_back),
        T(what_is_refused_is_named_before_and_stays_marked),
        T(what_a_colleague_changed_since_stays_and_is_named),
        T(what_stays_says_why_and_the_same_key_goes_past_it),
        T(what_goes_for_good_has_to_be_typed),
        T(what_stays_says_why_and_the_same_key_goes_past_it),
        T(what_goes_for_good_has_to_be_typed),
        T(help_is_of_this_screen_in_groups_and_searched_as_one_types),
        T(a_key_that_only_begins_shows_what_may_follow_and_is_possible),
        T(tab_goes_into_the_pane_which_scrolls_and_back),
        T(a_long_description_is_cut_and_names_and_keys_are_whole),
        T(what_cannot_be_done_is_asked_again_as_it_was_typed),
    };
    return cmocka_run_group_tests_name("hands", tests, NULL, NULL);
}
