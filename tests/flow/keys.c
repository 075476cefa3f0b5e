/* keys: what a person does with the console, one short story each, against the real daemon: keys in, picture
 * out. */
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
    console = console_open("the", run, "mine");
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

static size_t bytes_after(int ms)
{
    size_t n;
    console_bytes(console, ms, &n);
    return n;
}

static const char *field_of(int64_t ticket, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/v1/tickets/%lld", (long long)ticket);
    struct answer a = client_get(desk, path);
    return json_get_string(json_get(a.json, "ticket"), name, "");
}

static void a_assigns_by_a_picker(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    press("a");
    shows("assign #1 to: ");
    press("to\r");
    shows("#1 assigned to tom");
    assert_string_equal(field_of(1, "assignee"), "tom");
    press("u");
    shows("Undone: ");
    assert_string_equal(field_of(1, "assignee"), "");
}

static void r_says_before_a_word_is_typed_that_a_source_takes_no_replies(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    press("\r");
    shows("first response clock started");
    press("r");
    shows("takes no replies. Press i for a note");
    press("i");
    shows("Internal note on #1");
    press("the database was full");
    shows("draft saved");
    press("\033");
    shows("review:");
    press("y");
    shows("note added");
    shows("the database was full");
}

static void a_reply_is_reviewed_sent_held_and_taken_back(void **state)
{
    (void)state;
    post("post", "B-1", "Where is my order");
    shows("live");
    press("6");
    shows("Where is my order");
    press("r");
    shows("Reply to Uma on #1 by webhook");
    press("On its way {{when}}");
    press("\033");
    shows("review:");
    press("y");
    shows("A placeholder {{...}} is left");
    press("\177\177\177\177\177\177\177\177today");
    shows("On its way today");
    press("\033");
    shows("review:");
    press("y");
    shows("reply leaves in 15 s");
    press("\r");
    shows("leaves at");
    press("u");
    shows("withdrawn");
}

static void a_draft_outlives_its_console(void **state)
{
    (void)state;
    post("post", "B-1", "Where is my order");
    shows("live");
    press("6");
    shows("Where is my order");
    press("i");
    shows("Internal note on #1");
    press("half a thought");
    shows("draft saved");
    console_close(console);
    console = console_open("another", run, "mine");
    shows("live");
    press("6");
    shows("Where is my order");
    press("i");
    shows("half a thought");
}

static void x_closes_and_the_row_stays_in_its_place_while_keys_are_pressed(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    post("shop", "A-2", "Second of two");
    shows("live");
    press("2");
    shows("Second of two");
    press("Z"); /* as keys pressed all the while would do */
    shows("The list stands still");
    press("x");
    shows("left this view");
    assert_string_equal(field_of(1, "status"), "resolved");
    press("Z");
    console_wait(&console, 1, "left this view", NULL, false, clock_mono(), SOON);
}

static void what_a_terminal_answers_to_others_is_no_key(void **state)
{
    (void)state;
    static const char *const answers[] = {"\033[?62;22c", "\033[>41;354;0c", "\033]11;rgb:cccc/rrrr/xxxx\033\\", "\033]11;rgb:cccc/rrrr/xxxx\007", "\033P1+r436f=323536\033\\", "\033P>|xterm(c)\033\\",
        "\033[8;24;80t", "\033[24;80R", "\033[?2026;2$y", "\033[4;600;800t"};
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        press(answers[i]);
        bytes_after(60);
    }
    press("i");
    shows("Internal note on #1");
    press("c");
    shows("1 character");
    assert_string_equal(field_of(1, "assignee"), "");
    assert_string_equal(field_of(1, "status"), "new");
}

/* Processor time so far, in ticks of 10 ms. */
static long ticks(void)
{
    char path[64];
    long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)console_pid(console));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system), 2);
    fclose(file);
    return user + system;
}

static void a_frozen_list_costs_no_time(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    press("Z");
    shows("The list stands still");
    bytes_after(3500); /* the pause after which a list that is not frozen is let go */
    long before = ticks();
    bytes_after(1000);
    long used = ticks() - before;
    print_message("# %ld ms of processor time in a second\n", used * 10);
    assert_true(used < 10);
}

static void a_daemon_that_comes_back_finds_the_text_still_there(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    press("i");
    shows("Internal note on #1");
    daemon_kill(run);
    press("typed while it was gone");
    shows("The daemon stopped answering");
    shows("draft not saved yet");
    daemon_restart(run);
    shows("draft saved");
    shows("typed while it was gone");
    press("\033");
    shows("review:");
    press("y");
    shows("note added");
}

static void the_terminal_is_given_back_and_nothing_foreign_reached_it(void **state)
{
    (void)state;
    size_t n;
    post("shop", "A-1", "\\u001b]0;owned\\u0007\\u202eevil\\u009b31m");
    shows("live");
    press("6");
    shows("evil");
    press("Q");
    assert_true(console_ended(console, SOON));
    const char *raw = console_bytes(console, 0, &n);
    assert_null(memmem(raw, n, "owned\007", 6));
    assert_null(memmem(raw, n, "\xe2\x80\xae", 3));
    assert_null(memmem(raw, n, "\xc2\x9b", 2));
    assert_non_null(memmem(raw, n, "\033[?1049l", 8));
}

static int reveals(void)
{
    return (int)json_count(json_get(client_get(desk, "/v1/entries?kind=reveal&limit=10").json, "entries"));
}

/* The end of it by the clock is tests/ui/screens.c's. */
static void a_hash_asks_why_and_shows_the_ticket_unmasked(void **state)
{
    (void)state;
    post("shop", "A-1", "Write to ada@acme.com");
    shows("live");
    press("6");
    shows("Write to [email]");
    press("#");
    shows("show #1 unmasked, because:");
    press("  \r");
    shows("Nothing is shown");
    assert_int_equal(reveals(), 0);
    press("#");
    shows("because:");
    press("the bank asks\r");
    shows("Write to ada@acme.com");
    shows("Unmasked for");
    shows("you saw it unmasked: the bank asks");
    assert_int_equal(reveals(), 1);
    press("q\r");
    shows("Write to [email]");
}

static void a_step_of_the_cursor_is_at_most_120_bytes_and_rest_costs_nothing(void **state)
{
    (void)state;
    char id[16], subject[48];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "C-%d", i);
        snprintf(subject, sizeof subject, "Ticket number %d of twenty", i);
        post("shop", id, subject);
    }
    console_close(console);
    console = console_open("another", run, "mine"); /* rows of a page are not new: nothing fades */
    shows("live");
    press("6");
    shows("Ticket number 19");
    bytes_after(3500); /* the list settles */
    for (int i = 0; i < 6; i++) {
        size_t before = bytes_after(0);
        press(i % 2 ? "k" : "j");
        size_t step = bytes_after(150) - before;
        if (step == 0 || step > 120)
            fail_msg("a step cost %zu bytes", step);
    }
    size_t rest = 1;
    for (int i = 0; i < 2 && rest; i++) { /* a minute may turn once, not twice */
        size_t before = bytes_after(200);
        rest = bytes_after(2500) - before;
    }
    assert_int_equal(rest, 0);
}

/* --- what leaves --- */

static struct stub *hooks;

static int start_routed(void **state)
{
    static char text[2048];
    (void)state;
    crypto_open();
    hooks = stub_open();
    snprintf(text, sizeof text, config, (long)getuid());
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n,
             "destinations:\n  - {name: hooks, kind: webhook, url: '%s', allow_loopback: true}\n"
             "routes:\n  - {name: all, to: [hooks]}\n",
             stub_url(hooks));
    run = daemon_start(text);
    in = client_open(run->ingest);
    desk = client_open(run->desk);
    console = console_open("the", run, "mine");
    return 0;
}

static int stop_routed(void **state)
{
    stop(state);
    stub_close(hooks);
    return 0;
}

/* The daemon's clock goes on until the delivery is in this state. */
static void until_state(const char *want)
{
    const char *state = "";
    for (int64_t end = clock_mono() + SOON; clock_mono() < end && strcmp(state, want) != 0; usleep(5000)) {
        *run->clock += 900000;
        client_ask(desk, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11);
        struct answer a = client_get(desk, "/v1/parcels");
        state = json_get_string(json_first(json_get(a.json, "parcels")), "state", "");
    }
    assert_string_equal(state, want);
}

static void a_dead_delivery_is_seen_and_R_sends_it_again(void **state)
{
    static const struct stub_step fails[] = {STUB_STATUS("503 Service Unavailable")}, takes[] = {STUB_STATUS("200 OK")};
    (void)state;
    stub_script(hooks, fails, 1);
    shows("live");
    press("gd");
    shows("Nothing has left yet");
    post("shop", "A-1", "Checkout is down");
    until_state("dead");
    shows("✗ dead");
    shows("5 of 5");
    shows("503");
    press("\r");
    shows("attempts, the last first");
    shows("Checkout is down");
    press("q");
    stub_script(hooks, takes, 1);
    press("R");
    shows("The delivery leaves again");
    until_state("delivered");
    shows("✔ delivered");
    press("R");
    shows("It is neither dead nor waiting");
    press("w");
    shows("route \"all\" sent it to hooks");
    press("q");
    press("o");
    shows("hooks: ✔ delivered");
    press("q");
    shows("Deliveries");
    assert_int_equal(stub_wait(hooks, 6, SOON), 6);
    char *first = stub_header(stub_request(hooks, 0), "Idempotency-Key"), *last = stub_header(stub_request(hooks, 5), "Idempotency-Key");
    assert_string_equal(first, last);
    free(first);
    free(last);
}

static void w_on_an_event_says_what_each_route_made_of_it(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("gi");
    shows("support.ticket_created");
    press("w");
    shows("what each route says to this event");
    press("event\r");
    shows("What each route says to event 1");
    shows("all: passed");
    shows("→ hooks");
    press("q");
    press("wroute\r");
    shows("route \"all\" sent it to hooks");
}

static void a_destination_rests_by_name_and_what_waits_is_dropped_by_the_word(void **state)
{
    static const struct stub_step fails[] = {STUB_STATUS("503 Service Unavailable")};
    (void)state;
    stub_script(hooks, fails, 1);
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("gd");
    shows("↻ retrying");
    press(":pause hooks moving house\r");
    shows("It rests; its queue is kept");
    shows("⏸ paused");
    shows("moving house");
    press(":drop\r");
    shows("type drop to give up 1 delivery for good");
    press("yes\r");
    shows("Nothing was dropped");
    press(":drop\r");
    shows("type drop to give up");
    press("drop\r");
    shows("The delivery is given up");
    shows("⊘ dropped");
    press(":resume hooks\r");
    shows("It goes on");
    shows("● active");
    press(":pause nowhere\r");
    shows("no destination \"nowhere\"");
}

/* As tmux's send-keys writes them: in one piece, as a key with Alt looks. */
static void esc_and_a_key_close_behind_it_are_two_keys_where_no_alt_key_is_bound(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    press("\033/down");
    shows("/ down");
    press("\033?");
    shows("Help: queue");
    press("\033\r");
    shows("first response clock started");
    press("i");
    shows("Internal note on #1");
    press("one two\033bmore "); /* an editor knows M-b: a word back, and on */
    shows("one more two");
    press("\033p");
    shows("The draft is kept");
}

static void a_label_is_accepted_with_one_key_and_the_journal_says_so(void **state)
{
    (void)state;
    post("shop", "A-1", "The gazebo wobbles");
    post("shop", "A-2", "A plonk came loose");
    post("shop", "A-3", "A flurb hums");
    shows("live");
    press("gl");
    shows("Label review   3 of 3 open");
    press("/flurb\r");
    shows("/flurb   Esc shows all");
    press("\033");
    console_wait(&console, 1, "Esc shows all", NULL, false, clock_mono(), SOON);
    shows("The gazebo wobbles");
    shows("starter rules, 0 of your tickets learned");
    shows("resolved tickets like it");
    press("w");
    shows("Why: label of #");
    press("q");
    press("=");
    shows("label accepted");
    shows("2 of 2 open");
    press("V=");
    shows("accept: 2 of 2 tickets change");
    press("y");
    shows("accept: 2 tickets");
    shows("No label wants a look");
    struct answer a = client_get(desk, "/v1/entries?kind=label&limit=50");
    int confirmed = 0;
    for (const struct json *e = json_first(json_get(a.json, "entries")); e; e = json_next(e)) {
        const struct json *data = json_get(e, "data");
        confirmed += strcmp(json_get_string(e, "actor", ""), "ana") == 0 && strcmp(json_get_string(data, "source", ""), "agent_confirm") == 0 &&
                     strcmp(json_get_string(data, "task", ""), "urgency") == 0;
    }
    assert_int_equal(confirmed, 3);
    press("u");
    shows("Undone: ");
}

static void before(const char *first, const char *second)
{
    int64_t since = clock_mono();
    do
        bytes_after(50);
    while (!(console_find(console, first) >= 0 && console_find(console, first) < console_find(console, second)) && clock_mono() - since < SOON);
    if (console_find(console, first) >= console_find(console, second))
        fail_msg("\"%s\" does not stand above \"%s\"", first, second);
}

static void S_sorts_the_list_I_inverts_it_and_the_header_says_so(void **state)
{
    (void)state;
    post("shop", "A-1", "The first of them");
    post("shop", "A-2", "The second of them");
    shows("live");
    press("6");
    shows("The second of them");
    press("S");
    shows("sort by: ");
    press("upd\r");
    shows("↓ by updated");
    before("The second of them", "The first of them");
    client_post(desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[1],\"priority\":\"high\"}");
    before("The first of them", "The second of them"); /* changed last */
    press("I");
    shows("↑ by updated, inverted");
    before("The second of them", "The first of them");
    press(":sort age\r");
    shows("↓ by age");
    before("The first of them", "The second of them");
    press(":sort beauty\r");
    shows("sort: due, age, updated, urgency or priority");
    press(":sort due\r");
    console_wait(&console, 1, "by age", NULL, false, clock_mono(), SOON);
}

static void F_keeps_the_newest_line_of_a_ticket_in_sight_and_says_so(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    for (int i = 0; i < 60; i++)
        client_post(desk, "/v1/do", arena_printf(arena, "{\"do\":\"note\",\"tickets\":[1],\"text\":\"note number %d.\"}", i));
    press("6");
    shows("Checkout is down");
    press("F");
    shows("▼ following");
    shows("note number 59.");
    client_post(desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"and one that came later\"}");
    shows("and one that came later");
    press("gg"); /* who scrolls lets go */
    console_wait(&console, 1, "▼ following", NULL, false, clock_mono(), SOON);
    client_post(desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"unseen up there\"}");
    bytes_after(300);
    assert_int_equal(console_find(console, "unseen up there"), -1);
    press("F");
    shows("▼ following");
    shows("unseen up there");
}

static void a_slip_in_a_filter_loses_no_word_of_it_and_a_hint_stays_where_it_was_said(void **state)
{
    (void)state;
    post("shop", "A-1", "Checkout is down");
    shows("live");
    press("6");
    shows("Checkout is down");
    press("/where urgency ==\r");
    shows("/ where urgency ==");
    press(" \"critical\"\r");
    shows("urgency == \"critical\"");
    press("\033");
    press("\033");
    shows("Q leaves triage.");
    press("\r");
    shows("u•••@example.com");
    assert_int_equal(console_find(console, "Q leaves triage."), -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_assigns_by_a_picker),
        T(r_says_before_a_word_is_typed_that_a_source_takes_no_replies),
        T(a_reply_is_reviewed_sent_held_and_taken_back),
        T(a_draft_outlives_its_console),
        T(a_hash_asks_why_and_shows_the_ticket_unmasked),
        T(x_closes_and_the_row_stays_in_its_place_while_keys_are_pressed),
        T(what_a_terminal_answers_to_others_is_no_key),
        T(a_frozen_list_costs_no_time),
        T(a_daemon_that_comes_back_finds_the_text_still_there),
        T(the_terminal_is_given_back_and_nothing_foreign_reached_it),
        T(a_step_of_the_cursor_is_at_most_120_bytes_and_rest_costs_nothing),
        cmocka_unit_test_setup_teardown(a_dead_delivery_is_seen_and_R_sends_it_again, start_routed, stop_routed),
        T(esc_and_a_key_close_behind_it_are_two_keys_where_no_alt_key_is_bound),
        cmocka_unit_test_setup_teardown(w_on_an_event_says_what_each_route_made_of_it, start_routed, stop_routed),
        cmocka_unit_test_setup_teardown(a_destination_rests_by_name_and_what_waits_is_dropped_by_the_word, start_routed, stop_routed),
        T(F_keeps_the_newest_line_of_a_ticket_in_sight_and_says_so),
        T(S_sorts_the_list_I_inverts_it_and_the_header_says_so),
        T(a_slip_in_a_filter_loses_no_word_of_it_and_a_hint_stays_where_it_was_said),
        T(a_label_is_accepted_with_one_key_and_the_journal_says_so),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
