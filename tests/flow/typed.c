/* typed: nothing that was typed is lost, nor any other text for it: while the daemon stands still, while it is gone, on the way out, and where two
 * consoles of one agent write at once. */
#include "base/clock.h"
#include "harness/seat.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int start(void **state)
{
    (void)state;
    seat_take("all", NULL);
    seat_post("post", "1", "The first ticket");
    seat_shows("The first ticket");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    seat_leave();
    return 0;
}

static void two_pastes_before_the_kept_draft_came_are_both_in_the_text(void **state)
{
    (void)state;
    kill(seat.run->pid, SIGSTOP);
    seat_press("r");
    seat_shows("Reply to");
    seat_press("\033[200~FIRST-PASTE-AAAA \033[201~");
    seat_shows("what you type waits");
    seat_press("\033[200~second-paste-bbbbbbbbbbb \033[201~");
    seat_press("and typed");
    console_ended(seat.console, 200); /* all of it was read, ahead of the answer */
    kill(seat.run->pid, SIGCONT);
    seat_shows("FIRST-PASTE-AAAA second-paste-bbbbbbbbbbb and typed");
}

/* They wait twice: for the send, and for the kept draft of the text behind it. */
static void two_pastes_behind_a_send_are_both_in_the_next_text(void **state)
{
    (void)state;
    seat_press("r");
    seat_shows("Reply to");
    seat_press("Dear Uma, all is well\033");
    seat_shows("y send");
    kill(seat.run->pid, SIGSTOP);
    seat_press("y");
    seat_shows("sending");
    seat_press("r");
    seat_press("\033[200~FIRST-PASTE-AAAA \033[201~");
    seat_press("\033[200~second-paste-bbbbbbbbbbb \033[201~");
    console_ended(seat.console, 200);
    kill(seat.run->pid, SIGCONT);
    seat_shows("FIRST-PASTE-AAAA second-paste-bbbbbbbbbbb");
}

#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(two_pastes_before_the_kept_draft_came_are_both_in_the_text),
        T(two_pastes_behind_a_send_are_both_in_the_next_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
