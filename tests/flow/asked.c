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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(what_is_like_a_ticket_is_asked_of_one_that_is_stayed_at, start, stop)};
    return cmocka_run_group_tests_name("flow/asked", tests, NULL, NULL);
}
