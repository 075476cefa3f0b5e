/* asked: what a console asks of its desk, heard on the way between them. What nobody looks at long enough to read is not asked for:
 * it costs the desk more than all the rest of a ticket, and whoever goes through a queue would pay for it with each key. */
#include "base/clock.h"
#include "harness/ear.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

enum { ROUNDS = 30, STAY_MS = 250 /* less than it takes to be asked */, BETWEEN_MS = 20 };
static char path[96];

static int start(void **state)
{
    (void)state;
    seat_take("all", NULL);
    console_close(seat.console);
    snprintf(path, sizeof path, "%s/ear.sock", seat.run->dir);
    ear_open(path, seat.run->desk);
    seat_post("shop", "1", "Invoice is wrong");
    seat.console = console_start("heard", seat.run->dir, (const char *const[]){console_program(), "--socket", path, "--open", "all", NULL});
    seat_shows("Invoice is wrong");
    seat_shows("live");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    console_close(seat.console);
    seat.console = NULL;
    ear_close();
    seat_leave();
    return 0;
}

static void rest(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void what_is_like_a_ticket_is_asked_of_one_that_is_stayed_at(void **state)
{
    (void)state;
    int slow = 0; /* times the machine made a stay of a glance */
    for (int i = 0; i < ROUNDS; i++) {
        int64_t since = clock_mono();
        seat_press("\r");
        seat_shows("rbs:"); /* what the source calls it: in an open ticket only */
        seat_press("q");
        seat_hides("rbs:");
        slow += clock_mono() - since >= STAY_MS;
        rest(BETWEEN_MS);
    }
    rest(2 * STAY_MS);
    print_message("# asked: %d glances, %d of them slow: %d times what is like it\n", ROUNDS, slow, ear_heard("/similar"));
    assert_true(ear_heard("GET /v1/tickets/1?") > 0);
    int before = ear_heard("/similar");
    assert_true(before <= slow);
    seat_press("\r");
    for (int64_t end = clock_mono() + SEAT_SOON; ear_heard("/similar") == before && clock_mono() < end;)
        seat_shows("rbs:"), rest(BETWEEN_MS);
    assert_int_equal(ear_heard("/similar"), before + 1);
}

static void what_the_cursor_passes_by_is_not_asked_for(void **state)
{
    enum { TICKETS = 20, STEP_MS = 50, PAUSE_MS = 100 /* less than that of a cursor that stays */ };
    char last[40];
    int slow = 0;
    (void)state;
    for (int i = 2; i <= TICKETS; i++) {
        snprintf(last, sizeof last, "Matter %d", i);
        seat_post("shop", last + 7, last);
        seat_shows(last);
    }
    seat_press("gg:detail\r");
    seat_shows("first response"); /* the pane has read what it says */
    int before = ear_heard("GET /v1/tickets/");
    for (int i = 1; i < TICKETS; i++) {
        int64_t since = clock_mono();
        seat_press("j");
        rest(STEP_MS);
        slow += clock_mono() - since >= PAUSE_MS;
    }
    seat_shows("first response"); /* where it stays */
    for (int64_t end = clock_mono() + SEAT_SOON; ear_heard("GET /v1/tickets/") == before && clock_mono() < end;)
        rest(BETWEEN_MS);
    int asked = ear_heard("GET /v1/tickets/") - before;
    print_message("# asked: %d steps, %d of them slow: %d tickets\n", TICKETS - 1, slow, asked);
    assert_in_range(asked, 1, 1 + slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(what_is_like_a_ticket_is_asked_of_one_that_is_stayed_at, start, stop),
                                       cmocka_unit_test_setup_teardown(what_the_cursor_passes_by_is_not_asked_for, start, stop)};
    return cmocka_run_group_tests_name("flow/asked", tests, NULL, NULL);
}
