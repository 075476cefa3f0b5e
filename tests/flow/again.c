/* again: what nothing could be made of is kept to the byte, and taken in once more when the configuration reads it: by the console's key and
 * by the shell, for leads, as an event of its own that a rebuild makes as well. */
#include "base/arena.h"
#include "base/clock.h"
#include "harness/console.h"
#include "harness/house.h"
#include "harness/shell.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static struct arena *arena;

static char *config_of(const char *dialect, const char *role)
{
    return arena_printf(arena, "sources:\n  - {name: shop, dialect: %s, auth: none}\nagents:\n  - {name: ana, uid: %ld, role: %s}\n", dialect, (long)getuid(), role);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new();
    house_open(config_of("cstar", "admin"));
    return 0;
}

static int stop(void **state)
{
    arena_free(arena);
    return house_left(state);
}

/* A ticket of another system than the source is said to be. */
static const char *body_of(const char *id)
{
    return arena_printf(arena, "{\"eventId\":\"e-%s\",\"eventType\":\"support.ticket_created\",\"timestamp\":\"2026-12-31T23:00:00Z\",\"source\":\"caracol\",\"data\":{"
                               "\"source_ticket_id\":\"%s\",\"user_id\":\"u\",\"user_name\":\"Uma\",\"user_email\":\"u@example.com\",\"subject\":\"Checkout is down\","
                               "\"description\":\"Since nine.\",\"priority\":\"high\",\"status\":\"open\",\"created_at\":\"2026-12-31T23:00:00Z\"}}", id, id);
}

static void post(const char *id)
{
    struct answer a = client_post(house.in, "/in/shop", body_of(id));
    if (a.status != 202)
        fail_msg("%d %s", a.status, a.body);
    assert_string_equal(a.body, "{\"status\":\"quarantined\"}");
}

static void reads(const char *dialect, const char *role)
{
    daemon_config(house.run, config_of(dialect, role));
    assert_int_equal(client_post(house.desk, "/v1/admin/reload", "{}").status, 200);
}

/* As the list of what is there, as Ingest counts it, and as Health has it of the source. */
static void aside(int listed, int counted)
{
    struct answer a = client_get(house.desk, "/v1/events?state=quarantine");
    assert_int_equal(json_count(json_get(a.json, "events")), listed);
    assert_int_equal(json_get_i64(json_get(a.json, "counts"), "quarantine", -1), counted);
    a = client_get(house.desk, "/v1/sources");
    assert_int_equal(json_get_i64(json_first(json_get(a.json, "sources")), "quarantine", -1), counted);
}

static void what_the_configuration_reads_by_now_comes_in_again(void **state)
{
    (void)state;
    post("R1");
    struct answer a = client_post(house.desk, "/v1/events/1/rerun", "{}"); /* as it is read still */
    assert_int_equal(a.status, 200);
    assert_string_equal(json_get_string(json_first(json_get(a.json, "events")), "state", ""), "quarantine");
    assert_string_equal(json_get_string(json_first(json_get(a.json, "events")), "note", ""), "type missing");
    assert_string_equal(SHELL(NULL, "rerun", "1")->out, "event 1 stays in quarantine: type missing\n");
    aside(1, 1); /* however often it is looked at: one to be mended */
    reads("rbs", "admin");
    const struct shell_ran *ran = SHELL(NULL, "rerun", "1");
    assert_int_equal(ran->code, 0);
    assert_string_equal(ran->out, "event 2 applied: #1\n");
    shell_holds(SHELL(NULL, "show", "1")->out, "Checkout is down");
    a = client_get(house.desk, "/v1/events/2");
    assert_string_equal(json_get_string(json_path(a.json, "event.headers"), "X-Triage-Again", ""), "event 1, by ana");
    assert_string_equal(SHELL(NULL, "rerun", "1")->out, "it came in before, as event 2\n"); /* nothing twice */
    aside(1, 1); /* what was kept aside stays */
    shell_holds(SHELL(NULL, "rerun", "2")->err, "event 2 is applied: only what is in quarantine is taken in again");
    assert_int_equal(SHELL(NULL, "rerun", "77")->code, 1);
    assert_int_equal(daemon_stop(house.run), 0);
    assert_int_equal(daemon_try((const char *[]){"triaged", "--dir", house.run->dir, "--clock", arena_printf(arena, "%s/clock", house.run->dir), "--rebuild", NULL}), 0);
}

/* It lay in quarantine twice, and once more as what came of it. */
static void what_came_in_again_is_erased_where_it_was_kept_aside_too(void **state)
{
    (void)state;
    post("R1");
    post("R1");
    reads("rbs", "admin");
    assert_string_equal(SHELL(NULL, "rerun", "1")->out, "event 3 applied: #1\n");
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    for (int i = 1; i <= 3; i++) {
        struct answer a = client_get(house.desk, arena_printf(arena, "/v1/events/%d", i));
        assert_int_equal(a.status, 200);
        assert_null(strstr(a.body, "Uma"));
        assert_null(strstr(a.body, "Checkout"));
        assert_int_equal(client_post(house.desk, arena_printf(arena, "/v1/events/%d/rerun", i), "{}").status, 422);
    }
    assert_int_equal(SHELL(NULL, "audit", "verify")->code, 0);
}

static bool says(int event, const char *word)
{
    struct answer a = client_get(house.desk, arena_printf(arena, "/v1/events/%d", event));
    assert_int_equal(a.status, 200);
    return strstr(a.body, word);
}

static void whole(void)
{
    assert_int_equal(SHELL(NULL, "audit", "verify")->code, 0);
    assert_int_equal(daemon_stop(house.run), 0);
    assert_int_equal(daemon_try((const char *[]){"triaged", "--dir", house.run->dir, "--clock", arena_printf(arena, "%s/clock", house.run->dir), "--rebuild", NULL}), 0);
}

static void copies_that_come_after_it_are_found_by_an_erasure_once_more(void **state)
{
    (void)state;
    reads("rbs", "admin");
    assert_int_equal(client_post(house.in, "/in/shop", body_of("R1")).status, 200);
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    reads("cstar", "admin");
    post("R1");
    assert_true(says(2, "Uma"));
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    assert_false(says(2, "Uma"));
    assert_false(says(2, "Checkout"));
    assert_int_equal(client_post(house.desk, "/v1/events/2/rerun", "{}").status, 422);
    whole();
}

static void copies_that_come_after_it_are_found_by_a_purge_once_more(void **state)
{
    (void)state;
    reads("rbs", "admin");
    assert_int_equal(client_post(house.in, "/in/shop", body_of("R1")).status, 200);
    assert_int_equal(SHELL(NULL, "delete", "1", "delete")->code, 0);
    assert_int_equal(SHELL(NULL, "purge", "1", "purge")->code, 0);
    shell_holds(SHELL(NULL, "purge", "1", "purge")->err, "was purged: nothing is left of it but its journal");
    reads("cstar", "admin");
    post("R1");
    assert_true(says(2, "Uma"));
    shell_holds(SHELL(NULL, "purge", "1")->err, "confirm it with the word");
    assert_int_equal(SHELL(NULL, "purge", "1", "purge")->code, 0);
    assert_false(says(2, "Uma"));
    shell_holds(SHELL(NULL, "purge", "1", "purge")->err, "was purged: nothing is left of it but its journal");
    whole();
}

/* Of a person: an event of no ticket, which says who they are. */
static void copies_of_what_told_of_a_customer_are_found_too(void **state)
{
    static const char *const ways[] = {"cstar", "rbs", "cstar"};
    (void)state;
    const char *person = "{\"id\":\"evt_p\",\"type\":\"customer.created\",\"created_at\":\"2026-12-31T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"customer\":{\"id\":\"c9\",\"name\":\"Uma\","
                         "\"email\":\"u@example.com\"}}}";
    const char *ticket = "{\"id\":\"evt_1\",\"type\":\"ticket.created\",\"created_at\":\"2026-12-31T00:00:00Z\",\"team_id\":\"t\",\"data\":{\"ticket\":{\"id\":\"k1\",\"title\":\"Help\","
                         "\"status\":\"new\",\"priority\":\"normal\",\"customerId\":\"c9\",\"customerName\":\"Uma\",\"tags\":[],\"createdAt\":\"2026-12-31T00:00:00Z\"}}}";
    for (int i = 0; i < 2; i++) {
        reads(ways[i], "admin");
        assert_int_equal(client_post(house.in, "/in/shop", person).status, i ? 202 : 200);
    }
    reads("cstar", "admin");
    assert_int_equal(client_post(house.in, "/in/shop", ticket).status, 200);
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    assert_false(says(2, "Uma"));
    reads("rbs", "admin");
    assert_int_equal(client_post(house.in, "/in/shop", person).status, 202);
    assert_true(says(4, "Uma"));
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    assert_false(says(4, "Uma"));
    whole();
}

static void anew(void)
{
    assert_int_equal(daemon_stop(house.run), 0);
    *house.run->clock += 1000;
    house_again();
}

static void what_is_erased_is_not_in_quarantine_any_more(void **state)
{
    (void)state;
    post("R1");
    anew();
    post("R1");
    post("R2");
    post("R3");
    aside(4, 3);
    assert_int_equal(SHELL(NULL, "erase-event", "1", "--confirm")->code, 0);
    aside(2, 2); /* of the two with the same bytes one came in before this daemon began to count */
    assert_true(says(1, "\"state\":\"erased\"") && says(2, "\"state\":\"erased\""));
    shell_holds(SHELL(NULL, "events")->out, "erased");
    reads("rbs", "admin");
    assert_string_equal(SHELL(NULL, "rerun", "3")->out, "event 5 applied: #1\n");
    assert_int_equal(SHELL(NULL, "erase", "1", "erase")->code, 0);
    aside(1, 1);
    assert_true(says(3, "\"state\":\"erased\"") && says(5, "\"state\":\"applied\""));
    shell_holds(SHELL(NULL, "rerun", "3")->err, "event 3 is erased: only what is in quarantine is taken in again");
    anew();
    aside(1, 0);
    shell_holds(SHELL(NULL, "audit", "--everybody")->out, "erase-event");
    whole();
}

static void one_event_in_quarantine_is_erased_by_its_number(void **state)
{
    (void)state;
    post("R1");
    post("R1");
    post("R2");
    shell_holds(SHELL(NULL, "erase-event", "1")->err, "confirm it with the word");
    shell_holds(SHELL(NULL, "erase-event", "7", "erase-event")->err, "no event 7");
    assert_string_equal(SHELL(NULL, "erase-event", "1", "--confirm")->out, "what event 1 said is erased\n");
    assert_false(says(1, "Uma") || says(2, "Uma")); /* the same bytes */
    assert_true(says(3, "Uma"));
    shell_holds(SHELL(NULL, "erase-event", "2", "erase-event")->out, "event 2 is erased already");
    shell_holds(SHELL(NULL, "audit", "--limit", "1")->out, "erase-event");
    shell_holds(SHELL(NULL, "undo")->err, "what is erased is gone");
    reads("rbs", "admin");
    assert_int_equal(client_post(house.in, "/in/shop", body_of("R4")).status, 200);
    shell_holds(SHELL(NULL, "erase-event", "4", "erase-event")->err, "event 4 is applied, not in quarantine: erase its ticket instead");
    reads("cstar", "lead");
    assert_int_equal(SHELL(NULL, "erase-event", "3", "erase-event")->code, 77);
    whole();
}

static void the_console_erases_the_event_under_the_cursor_by_the_word(void **state)
{
    (void)state;
    post("R2");
    struct console_run *console = console_open("ana", house.run, "all");
    console_wait(&console, 1, "live", NULL, true, clock_mono(), SOON);
    console_type(console, "gi");
    console_wait(&console, 1, "type missing", NULL, true, clock_mono(), SOON);
    console_type(console, ":erase-event\r");
    console_wait(&console, 1, "type erase-event: what it says is gone for good", NULL, true, clock_mono(), SOON);
    console_type(console, "no\r");
    console_wait(&console, 1, "nothing was done: that was not the word erase-event", NULL, true, clock_mono(), SOON);
    assert_true(says(1, "Uma"));
    console_type(console, ":erase-event\r");
    console_wait(&console, 1, "type erase-event: what it says is gone for good", NULL, true, clock_mono(), SOON);
    console_type(console, "erase-event\r");
    console_wait(&console, 1, "what event 1 said is erased", NULL, true, clock_mono(), SOON);
    assert_false(says(1, "Uma"));
    assert_int_equal(console_close(console), 0);
}

static void the_console_does_it_with_one_key(void **state)
{
    (void)state;
    post("R2");
    reads("rbs", "admin");
    struct console_run *console = console_open("ana", house.run, "all");
    console_wait(&console, 1, "live", NULL, true, clock_mono(), SOON);
    console_type(console, "gi");
    console_wait(&console, 1, "R take in again", NULL, true, clock_mono(), SOON);
    console_wait(&console, 1, "type missing", NULL, true, clock_mono(), SOON);
    console_type(console, "R");
    console_wait(&console, 1, "event 2 applied: #1", NULL, true, clock_mono(), SOON);
    console_type(console, "q:rerun\r");
    console_wait(&console, 1, "rerun: there is no event under the cursor", NULL, true, clock_mono(), SOON);
    assert_int_equal(console_close(console), 0);
}

static void it_is_for_leads(void **state)
{
    (void)state;
    post("R3");
    reads("rbs", "agent");
    assert_int_equal(SHELL(NULL, "rerun", "1")->code, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_configuration_reads_by_now_comes_in_again, start, stop),
        cmocka_unit_test_setup_teardown(what_came_in_again_is_erased_where_it_was_kept_aside_too, start, stop),
        cmocka_unit_test_setup_teardown(copies_that_come_after_it_are_found_by_an_erasure_once_more, start, stop),
        cmocka_unit_test_setup_teardown(copies_that_come_after_it_are_found_by_a_purge_once_more, start, stop),
        cmocka_unit_test_setup_teardown(copies_of_what_told_of_a_customer_are_found_too, start, stop),
        cmocka_unit_test_setup_teardown(one_event_in_quarantine_is_erased_by_its_number, start, stop),
        cmocka_unit_test_setup_teardown(what_is_erased_is_not_in_quarantine_any_more, start, stop),
        cmocka_unit_test_setup_teardown(the_console_erases_the_event_under_the_cursor_by_the_word, start, stop),
        cmocka_unit_test_setup_teardown(the_console_does_it_with_one_key, start, stop),
        cmocka_unit_test_setup_teardown(it_is_for_leads, start, stop),
    };
    return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
