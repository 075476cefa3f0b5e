/* life: what a ticket's screen says of its life, wide and narrow: what it waits for, why it is back, which tickets it belongs with, and
 * whose the lines of a merged timeline are. And what is written behind an action's name, read as the daemon is to hear it. */
#include "../support/desk.h"
#include "base/str.h"
#include "command/command.h"
#include "screen/ticket.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct desk_case desk;
static struct ticket_screen ticket;

static int setup(void **state)
{
    (void)state;
    desk_start(&desk);
    desk_document(&desk, MIRROR_TICKET, 4119, "life-ticket.json");
    ticket_open(&ticket, 4119);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ticket_fini(&ticket);
    desk_end(&desk);
    return 0;
}

static void draw(int columns, int rows)
{
    desk_size(&desk, columns, rows);
    ticket_draw(&ticket, &desk.look, desk.surface);
    desk_is_inert(&desk);
}

static void a_merged_timeline_says_whose_each_line_is(void **state)
{
    (void)state;
    draw(120, 40);
    desk_shows(&desk, "Max, in #4120");
    desk_shows(&desk, "#4120 is read here too from now on");
    desk_hides(&desk, "merged into #4119");
    desk_shows(&desk, "goes on in #4130 from a message on");
    desk_shows(&desk, "status open → on hold, hold reason parts from DHL");
    desk_shows(&desk, "(local only: the source");
}

static void the_facts_say_what_it_waits_for_and_why_it_is_back(void **state)
{
    (void)state;
    draw(120, 40);
    desk_shows(&desk, "waits for  parts from DHL");
    desk_shows(&desk, "back       ↑ they wrote, 13:32");
    desk_shows(&desk, "after the release");
    desk_shows(&desk, "linked     split from #4001");
    desk_shows(&desk, "↩ 3 times");
    desk_shows(&desk, "1 more was too many an hour");
}

static void where_there_is_no_pane_one_line_says_it(void **state)
{
    (void)state;
    draw(80, 24);
    desk_shows(&desk, "waits for parts from DHL · ↑ they wrote, 13:32 · after the release");
}

static void says(const char *action, const char *text, const char *body)
{
    int64_t id = 42;
    struct err err = {0};
    struct command_do what = {.action = action_find(action), .tickets = &id, .ticket_count = 1};
    const struct moment here = {.base = DESK_NOW, .morning = 540};
    if (!command_spoken(desk.arena, &here, text, &what, &err))
        fail_msg("%s %s: %s", action, text, err.text);
    const char *is = command_body(desk.arena, &what, &err);
    if (!is || !strstr(is, body))
        fail_msg("%s %s: %s", action, text, is ? is : err.text);
}

static void refuses(const char *action, const char *text, const char *why)
{
    struct err err = {0};
    struct command_do what = {.action = action_find(action)};
    const struct moment here = {.base = DESK_NOW, .morning = 540};
    assert_false(command_spoken(desk.arena, &here, text, &what, &err));
    assert_non_null(strstr(err.text, why));
}

static void what_is_written_behind_a_name_is_argument_and_what_goes_beside_it(void **state)
{
    (void)state;
    says("status", "hold parts from DHL", "\"status\":\"on_hold\",\"with\":{\"reason\":\"parts from DHL\"}");
    says("status", "on hold parts", "\"status\":\"on_hold\",\"with\":{\"reason\":\"parts\"}");
    says("status", "open", "\"status\":\"open\"}");
    says("snooze", "2h", "\"until\":1795624320000}");
    says("snooze", "2h after the release", "\"until\":1795624320000,\"with\":{\"note\":\"after the release\"}");
    says("snooze", "2h only", "\"with\":{\"on\":\"time\"}");
    says("snooze", "reply they are away", "\"with\":{\"on\":\"customer_reply\",\"note\":\"they are away\"}");
    says("merge", "into #43 confirm", "\"into\":43,\"with\":{\"confirm\":\"merge\"}");
    says("merge", "43", "\"into\":43}");
    says("spam", "spam", "\"with\":{\"confirm\":\"spam\"}");
    says("delete", "delete", "\"with\":{\"confirm\":\"delete\"}");
    says("delete", "", "\"do\":\"delete\"");
    says("purge", "confirm", "\"with\":{\"confirm\":\"purge\"}");
    says("reset-xp", "ana a new season", "\"with\":{\"agent\":\"ana\",\"reason\":\"a new season\"}");
    says("reset-xp", "all because confirm=reset-xp", "\"reason\":\"because\",\"confirm\":\"reset-xp\"");
    refuses("delete", "yes", "not the word delete");
    refuses("merge", "it", "expected a ticket's number");
    refuses("merge", "43 44", "expected a ticket's number");
    refuses("spam", "span", "not the word spam");
    refuses("snooze", "whenever", "whenever");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_merged_timeline_says_whose_each_line_is),
        T(the_facts_say_what_it_waits_for_and_why_it_is_back),
        T(where_there_is_no_pane_one_line_says_it),
        T(what_is_written_behind_a_name_is_argument_and_what_goes_beside_it),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
