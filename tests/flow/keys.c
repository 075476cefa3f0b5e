/* keys: what a person does with the console, one short story each, against the real daemon: keys in, picture
 * out. */
#include "base/clock.h"
#include "harness/seat.h"
#include "harness/stub.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    seat_take("mine", NULL);
    return 0;
}

static size_t bytes_after(int ms)
{
    size_t n;
    console_bytes(seat.console, ms, &n);
    return n;
}

static void a_assigns_by_a_picker(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("a");
    seat_shows("assign #1 to: ");
    seat_press("to\r");
    seat_shows("#1 assigned to tom");
    assert_string_equal(seat_field(1, "assignee"), "tom");
    seat_press("u");
    seat_shows("Undone: ");
    assert_string_equal(seat_field(1, "assignee"), "");
}

static void r_says_before_a_word_is_typed_that_a_source_takes_no_replies(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("r"); /* in the list, where nothing but its row is known */
    seat_shows("takes no replies. Press i for a note");
    seat_shows("reply_via in triage.yaml line 3.");
    seat_press("\033");
    seat_press("\r");
    seat_shows("resolution clock started");
    seat_press("r");
    seat_shows("takes no replies. Press i for a note");
    seat_press("i");
    seat_shows("Internal note on #1");
    seat_press("the database was full");
    seat_shows("draft saved");
    seat_press("\033");
    seat_shows("review:");
    seat_press("y");
    seat_shows("note added");
    seat_shows("the database was full");
}

static void a_reply_is_reviewed_sent_held_and_taken_back(void **state)
{
    (void)state;
    seat_post("post", "B-1", "Where is my order");
    seat_shows("live");
    seat_press("6");
    seat_shows("Where is my order");
    seat_press("r");
    seat_shows("Reply to Uma on #1 by webhook");
    seat_press("On its way {{when}}");
    seat_press("\033");
    seat_shows("review:");
    seat_press("y");
    seat_shows("{{when}} is left: fill it in or delete it.");
    seat_press("\177\177\177\177\177\177\177\177today");
    seat_shows("On its way today");
    seat_press("\033");
    seat_shows("review:");
    seat_press("y");
    seat_shows("reply leaves in 15 s");
    seat_press("\r");
    seat_shows("leaves at");
    seat_press("u");
    seat_shows("withdrawn");
}

static void a_draft_outlives_its_console(void **state)
{
    (void)state;
    seat_post("post", "B-1", "Where is my order");
    seat_shows("live");
    seat_press("6");
    seat_shows("Where is my order");
    seat_press("i");
    seat_shows("Internal note on #1");
    seat_press("half a thought");
    seat_shows("draft saved");
    console_close(seat.console);
    seat.console = console_open("another", seat.run, "mine");
    seat_shows("live");
    seat_press("6");
    seat_shows("Where is my order");
    seat_press("i");
    seat_shows("half a thought");
}

static void x_closes_and_the_row_stays_in_its_place_until_the_cursor_goes_on(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_post("shop", "A-2", "Second of two");
    seat_shows("live");
    seat_press("2");
    seat_shows("Second of two");
    seat_press("Z"); /* as keys pressed all the while would do */
    seat_shows("The list stands still");
    seat_press("x");
    seat_shows("left this view");
    assert_string_equal(seat_field(1, "status"), "resolved");
    seat_press("Z");
    console_ended(seat.console, 100);
    seat_shows("left this view");
    seat_press("j");
    console_hides(seat.console, "left this view");
}

static void what_a_terminal_answers_to_others_is_no_key(void **state)
{
    (void)state;
    static const char *const answers[] = {"\033[?62;22c", "\033[>41;354;0c", "\033]11;rgb:cccc/rrrr/xxxx\033\\", "\033]11;rgb:cccc/rrrr/xxxx\007", "\033P1+r436f=323536\033\\", "\033P>|xterm(c)\033\\",
        "\033[8;24;80t", "\033[24;80R", "\033[?2026;2$y", "\033[4;600;800t"};
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        seat_press(answers[i]);
        bytes_after(60);
    }
    seat_press("i");
    seat_shows("Internal note on #1");
    seat_press("c");
    seat_shows("1 character");
    assert_string_equal(seat_field(1, "assignee"), "");
    assert_string_equal(seat_field(1, "status"), "new");
}

/* Processor time so far, in ticks of 10 ms. */
static long ticks(void)
{
    char path[64];
    long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)console_pid(seat.console));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system), 2);
    fclose(file);
    return user + system;
}

static void a_frozen_list_costs_no_time(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("Z");
    seat_shows("The list stands still");
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
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("i");
    seat_shows("Internal note on #1");
    daemon_kill(seat.run);
    seat_press("typed while it was gone");
    seat_shows("The daemon stopped answering");
    assert_int_equal(console_find(seat.console, "(R: "), -1); /* a letter here */
    seat_shows("draft not saved yet");
    daemon_restart(seat.run);
    seat_shows("draft saved");
    seat_shows("typed while it was gone");
    seat_press("\033");
    seat_shows("review:");
    seat_press("y");
    seat_shows("note added");
}

static void the_terminal_is_given_back_and_nothing_foreign_reached_it(void **state)
{
    (void)state;
    size_t n;
    seat_post("shop", "A-1", "\\u001b]0;owned\\u0007\\u202eevil\\u009b31m");
    seat_shows("live");
    seat_press("6");
    seat_shows("evil");
    seat_press("Q");
    assert_true(console_ended(seat.console, SEAT_SOON));
    const char *raw = console_bytes(seat.console, 0, &n);
    assert_null(memmem(raw, n, "owned\007", 6));
    assert_null(memmem(raw, n, "\xe2\x80\xae", 3));
    assert_null(memmem(raw, n, "\xc2\x9b", 2));
    assert_non_null(memmem(raw, n, "\033[?1049l", 8));
}

static int reveals(void)
{
    return (int)json_count(json_get(client_get(seat.desk, "/v1/entries?kind=reveal&limit=10").json, "entries"));
}

/* The end of it by the clock is tests/ui/screens.c's. */
static void a_hash_asks_why_and_shows_the_ticket_unmasked(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Write to ada@acme.com");
    seat_shows("live");
    seat_press("6");
    seat_shows("Write to [email]");
    seat_press("#");
    seat_shows("show #1 unmasked, because:");
    seat_press("  \r");
    seat_shows("Nothing is shown");
    assert_int_equal(reveals(), 0);
    seat_press("#");
    seat_shows("because:");
    seat_press("the bank asks\r");
    seat_shows("Write to ada@acme.com");
    seat_shows("Unmasked for");
    seat_shows("you saw it unmasked: the bank asks");
    assert_int_equal(reveals(), 1);
    seat_press("q\r");
    seat_shows("Write to [email]");
}

static void a_step_of_the_cursor_is_at_most_120_bytes_and_rest_costs_nothing(void **state)
{
    (void)state;
    char id[16], subject[48];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "C-%d", i);
        snprintf(subject, sizeof subject, "Ticket number %d of twenty", i);
        seat_post("shop", id, subject);
    }
    console_close(seat.console);
    seat.console = console_open("another", seat.run, "mine"); /* rows of a page are not new: nothing fades */
    seat_shows("live");
    seat_press("6");
    seat_shows("Ticket number 19");
    bytes_after(3500); /* the list settles */
    for (int i = 0; i < 6; i++) {
        size_t before = bytes_after(0);
        seat_press(i % 2 ? "k" : "j");
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
    char text[256];
    (void)state;
    hooks = stub_open();
    snprintf(text, sizeof text,
             "destinations:\n  - {name: hooks, kind: webhook, url: '%s', allow_loopback: true}\n"
             "routes:\n  - {name: all, to: [hooks]}\n",
             stub_url(hooks));
    seat_take("mine", text);
    return 0;
}

static int stop_routed(void **state)
{
    seat_left(state);
    stub_close(hooks);
    return 0;
}

/* The daemon's clock goes on until the delivery is in this state. */
static void until_state(const char *want)
{
    const char *state = "";
    for (int64_t end = clock_mono() + SEAT_SOON; clock_mono() < end && strcmp(state, want) != 0; usleep(5000)) {
        *seat.run->clock += 900000;
        client_ask(seat.desk, "PUT", "/v1/keep/poke", NULL, "{\"value\":1}", 11);
        struct answer a = client_get(seat.desk, "/v1/parcels");
        state = json_get_string(json_first(json_get(a.json, "parcels")), "state", "");
    }
    assert_string_equal(state, want);
}

static void a_marked_delivery_that_no_row_shows_is_not_sent_again(void **state)
{
    static const struct stub_step fails[] = {STUB_STATUS("503 Service Unavailable")}, takes[] = {STUB_STATUS("200 OK")};
    (void)state;
    stub_script(hooks, fails, 1);
    seat_shows("live");
    seat_press("gd");
    seat_shows("Nothing has left yet");
    seat_post("shop", "A-1", "Checkout is down");
    until_state("dead");
    seat_shows("✗ dead");
    stub_script(hooks, takes, 1);
    seat_press(" ");
    seat_shows("● 1 marked");
    seat_press("/nowhere\r");
    seat_shows("● 1 marked, 1 not shown");
    seat_press("R");
    seat_shows("It is neither dead nor waiting: nothing to send again.");
    seat_press("\033");
    seat_hides("not shown"); /* the mark is kept */
    seat_shows("● 1 marked");
    seat_press("R");
    seat_shows("The delivery leaves again");
    seat_hides("1 marked");
}

static void a_dead_delivery_is_seen_and_R_sends_it_again(void **state)
{
    static const struct stub_step fails[] = {STUB_STATUS("503 Service Unavailable")}, takes[] = {STUB_STATUS("200 OK")};
    (void)state;
    stub_script(hooks, fails, 1);
    seat_shows("live");
    seat_press("gd");
    seat_shows("Nothing has left yet");
    seat_post("shop", "A-1", "Checkout is down");
    until_state("dead");
    seat_shows("✗ dead");
    seat_shows("5 of 5");
    seat_shows("503");
    seat_press("\r");
    seat_shows("attempts, the last first");
    seat_shows("Checkout is down");
    seat_press("q");
    stub_script(hooks, takes, 1);
    seat_press("R");
    seat_shows("The delivery leaves again");
    until_state("delivered");
    seat_shows("✔ delivered");
    seat_press("R");
    seat_shows("It is neither dead nor waiting");
    seat_press("w");
    seat_shows("route \"all\" sent it to hooks");
    seat_press("q");
    seat_press("O");
    seat_shows("hooks: ✔ delivered");
    seat_press("q");
    seat_shows("Deliveries");
    assert_int_equal(stub_wait(hooks, 6, SEAT_SOON), 6);
    char *first = stub_header(stub_request(hooks, 0), "Idempotency-Key"), *last = stub_header(stub_request(hooks, 5), "Idempotency-Key");
    assert_string_equal(first, last);
    free(first);
    free(last);
}

static void w_on_an_event_says_what_each_route_made_of_it(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("gi");
    seat_shows("support.ticket_created");
    seat_press("w");
    seat_shows("what each route says to this event");
    seat_press("event\r");
    seat_shows("What each route says to event 1");
    seat_shows("all: passed");
    seat_shows("→ hooks");
    seat_press("q");
    seat_press("wroute\r");
    seat_shows("route \"all\" sent it to hooks");
}

static void a_destination_rests_by_name_and_what_waits_is_dropped_by_the_word(void **state)
{
    static const struct stub_step fails[] = {STUB_STATUS("503 Service Unavailable")};
    (void)state;
    stub_script(hooks, fails, 1);
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("gd");
    seat_shows("↻ retrying");
    seat_press(":pause hooks moving house\r");
    seat_shows("It rests; its queue is kept");
    seat_shows("⏸ paused");
    seat_shows("moving house");
    seat_press(":drop\r");
    seat_shows("type drop to give up 1 delivery for good");
    seat_press("yes\r");
    seat_shows("Nothing was dropped");
    seat_press(":drop\r");
    seat_shows("type drop to give up");
    seat_press("drop\r");
    seat_shows("The delivery is given up");
    seat_shows("⊘ dropped");
    seat_press(":resume hooks\r");
    seat_shows("It goes on");
    seat_shows("● active");
    seat_press(":pause nowhere\r");
    seat_shows("no destination \"nowhere\"");
}

/* As tmux's send-keys writes them: in one piece, as a key with Alt looks. */
static void esc_and_a_key_close_behind_it_are_two_keys_where_no_alt_key_is_bound(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("\033/down");
    seat_shows("/ down");
    seat_press("\033?");
    seat_shows("Help: queue");
    seat_press("\033\r");
    seat_shows("resolution clock started");
    seat_press("i");
    seat_shows("Internal note on #1");
    seat_press("one two\033bmore "); /* an editor knows M-b: a word back, and on */
    seat_shows("one more two");
    seat_press("\033p");
    seat_shows("The draft is kept");
}

static void a_label_is_accepted_with_one_key_and_the_journal_says_so(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "The gazebo wobbles");
    seat_post("shop", "A-2", "A plonk came loose");
    seat_post("shop", "A-3", "A flurb hums");
    seat_shows("live");
    seat_press("gl");
    seat_shows("Label review   3 of 3 open");
    seat_press("/flurb\r");
    seat_shows("/flurb   Esc shows all");
    seat_press("\033");
    console_hides(seat.console, "Esc shows all");
    seat_shows("The gazebo wobbles");
    seat_shows("starter rules, 0 of your tickets learned");
    seat_shows("resolved tickets like it");
    seat_press("w");
    seat_shows("Why: label of #");
    seat_press("q");
    seat_press("=");
    seat_shows("label accepted");
    seat_shows("2 of 2 open");
    seat_press("V=");
    seat_shows("accept: 2 of 2 tickets change");
    seat_press("y");
    seat_shows("accept: 2 tickets");
    seat_shows("No label wants a look");
    struct answer a = client_get(seat.desk, "/v1/entries?kind=label&limit=50");
    int confirmed = 0;
    for (const struct json *e = json_first(json_get(a.json, "entries")); e; e = json_next(e)) {
        const struct json *data = json_get(e, "data");
        confirmed += strcmp(json_get_string(e, "actor", ""), "ana") == 0 && strcmp(json_get_string(data, "source", ""), "agent_confirm") == 0 &&
                     strcmp(json_get_string(data, "task", ""), "urgency") == 0;
    }
    assert_int_equal(confirmed, 3);
    seat_press("u");
    seat_shows("Undone: ");
}

static void before(const char *first, const char *second)
{
    int64_t since = clock_mono();
    do
        bytes_after(50);
    while (!(console_find(seat.console, first) >= 0 && console_find(seat.console, first) < console_find(seat.console, second)) && clock_mono() - since < SEAT_SOON);
    if (console_find(seat.console, first) >= console_find(seat.console, second))
        fail_msg("\"%s\" does not stand above \"%s\"", first, second);
}

static void S_sorts_the_list_I_inverts_it_and_the_header_says_so(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "The first of them");
    seat_post("shop", "A-2", "The second of them");
    seat_shows("live");
    seat_press("6");
    seat_shows("The second of them");
    seat_press("S");
    seat_shows("sort by: ");
    seat_press("upd\r");
    seat_shows("↓ by updated");
    before("The second of them", "The first of them");
    client_post(seat.desk, "/v1/do", "{\"do\":\"priority\",\"tickets\":[1],\"priority\":\"high\"}");
    before("The first of them", "The second of them"); /* changed last */
    seat_press("I");
    seat_shows("↑ by updated, inverted");
    before("The second of them", "The first of them");
    seat_press(":sort age\r");
    seat_shows("↓ by age");
    before("The first of them", "The second of them");
    seat_press(":sort beauty\r");
    seat_shows("sort: due, age, updated, urgency or priority");
    seat_press(":sort due\r");
    console_hides(seat.console, "by age");
}

static void F_keeps_the_newest_line_of_a_ticket_in_sight_and_says_so(void **state)
{
    AUTO_ARENA arena = arena_new();
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    for (int i = 0; i < 60; i++)
        client_post(seat.desk, "/v1/do", arena_printf(arena, "{\"do\":\"note\",\"tickets\":[1],\"text\":\"note number %d.\"}", i));
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("F");
    seat_shows("▼ following");
    seat_shows("note number 59.");
    client_post(seat.desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"and one that came later\"}");
    seat_shows("and one that came later");
    seat_press("gg"); /* who scrolls lets go */
    console_hides(seat.console, "▼ following");
    client_post(seat.desk, "/v1/do", "{\"do\":\"note\",\"tickets\":[1],\"text\":\"unseen up there\"}");
    bytes_after(300);
    assert_int_equal(console_find(seat.console, "unseen up there"), -1);
    seat_press("F");
    seat_shows("▼ following");
    seat_shows("unseen up there");
}

static void a_slip_in_a_filter_loses_no_word_of_it_and_a_hint_stays_where_it_was_said(void **state)
{
    (void)state;
    seat_post("shop", "A-1", "Checkout is down");
    seat_shows("live");
    seat_press("6");
    seat_shows("Checkout is down");
    seat_press("/where urgency ==\r");
    seat_shows("/ where urgency ==");
    seat_press(" \"critical\"\r");
    seat_shows("urgency == \"critical\"");
    seat_press("\033");
    seat_press("\033");
    seat_shows("Q leaves triage.");
    seat_press("\r");
    seat_shows("u•••@example.com");
    assert_int_equal(console_find(seat.console, "Q leaves triage."), -1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, seat_left)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_assigns_by_a_picker),
        T(r_says_before_a_word_is_typed_that_a_source_takes_no_replies),
        T(a_reply_is_reviewed_sent_held_and_taken_back),
        T(a_draft_outlives_its_console),
        T(a_hash_asks_why_and_shows_the_ticket_unmasked),
        T(x_closes_and_the_row_stays_in_its_place_until_the_cursor_goes_on),
        T(what_a_terminal_answers_to_others_is_no_key),
        T(a_frozen_list_costs_no_time),
        T(a_daemon_that_comes_back_finds_the_text_still_there),
        T(the_terminal_is_given_back_and_nothing_foreign_reached_it),
        T(a_step_of_the_cursor_is_at_most_120_bytes_and_rest_costs_nothing),
        cmocka_unit_test_setup_teardown(a_marked_delivery_that_no_row_shows_is_not_sent_again, start_routed, stop_routed),
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
