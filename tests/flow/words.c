/* words: what Enter takes in the palette when somebody types a word of their own, or of another tool's: what is plainly meant, or nothing; and never what
 * goes for good, or the opposite. Against the real daemon, by the picture. */
#include "harness/seat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* takes: what stands under the palette's cursor then; NULL: nothing does, and Enter says so. */
static const struct word {
    const char *typed, *takes;
} words[] = {
    {"take", "claim"}, {"grab", "claim"}, {"resolve", "close"}, {"done", "close"}, {"solved", "close"}, {"exit", "quit"}, {"wq", "quit"}, {"send", "reply"},
    {"answer", "reply"}, {"comment", "note"}, {"give", "assign"}, {"unclaim", "unassign"}, {"release", "unassign"}, {"sleep", "snooze"}, {"later", NULL},
    {"search", "filter"}, {"find", "filter"}, {"log", "go audit"}, {"history", "go audit"}, {"sources", "go ingest"}, {"list", "go all"}, {"e", "editor"},
    {"edit", "editor"}, {"man", "help"}, {"keys", "help"}, {"refresh", "resync"}, {"stats", "go metrics"}, {"colors", "theme"}, {"subscribe", "watch"},
    {"unresolve", "reopen"}, {"acknowledge", "ack"}, {"mine", "go mine"}, {"audit", "go audit"}, {"clai", "claim"}, {"claim-n", "claim-next"}, {"prio", "priority"},
    {"invoice", "#2 Invoice"}, {"config", NULL}, {"settings", NULL}, {"paid", NULL}, {"er", NULL}, {"rase", NULL}, {"spa", NULL}, {"remove", NULL}, {"trash", NULL},
    {"rm", NULL}, {"kill", NULL}, {"pay", NULL}, {"assignee", NULL}, {"sign", "#3 Cannot"}, {"away", NULL}, {"money", NULL}, {"cancel", NULL}, {"stop", NULL},
    {"logs", NULL}, {"block", NULL}, {"archive", NULL}, {"forward", NULL}, {"yes", NULL}, {"ok", NULL}};
enum { WORDS = sizeof words / sizeof *words };

static void a_word_leads_where_it_says_or_nowhere(void **state)
{
    (void)state;
    char want[120];
    int nowhere = 0;
    for (int i = 0; i < WORDS; i++) {
        const struct word *w = &words[i];
        snprintf(want, sizeof want, ": %s ", w->typed);
        seat_press(":");
        seat_press(w->typed);
        if (w->takes) {
            snprintf(want, sizeof want, "\u258c %s", w->takes);
            seat_shows(want);
            seat_press("\x1b");
            seat_hides(want);
        } else {
            seat_press("\r");
            snprintf(want, sizeof want, "no command \"%s\"", w->typed);
            seat_shows(want);
            nowhere++;
        }
        print_message("# :%-12s %s\n", w->typed, w->takes ? w->takes : "nothing: said so");
    }
    print_message("# %d words, %d of them lead nowhere\n", WORDS, nowhere);
    for (int64_t ticket = 1; ticket <= 3; ticket++) {
        assert_string_equal(seat_field(ticket, "status"), "new");
        assert_string_equal(seat_field(ticket, "assignee"), "");
    }
}

static void a_word_of_another_tool_does_what_it_does_there(void **state)
{
    (void)state;
    seat_press(":take\r");
    seat_shows("#1 claimed");
    seat_press(":resolve\r");
    seat_shows("#1 closed");
    assert_string_equal(seat_field(1, "status"), "resolved");
    seat_press(":resolve\r"); /* it is so already: nothing opens it again */
    seat_press(":give to"); /* it is ours once it stands, and what may follow is offered */
    seat_shows("\u258c assign tom");
    seat_press("\x1b");
    seat_hides("assign tom");
    assert_string_equal(seat_field(1, "status"), "resolved");
    seat_press(":exit\r");
    assert_true(console_ended(seat.console, SEAT_SOON));
}

/* What it did was what had been done last. */
static void letters_that_begin_several_commands_run_none_of_them_whatever_was_done_before(void **state)
{
    (void)state;
    static const char *const said[] = {":close\r", ":unmark\r", ":snooze 2h\r"};
    static const char *const typed[] = {"cl", "un", "re", "so", "cn"};
    for (size_t round = 0; round < sizeof said / sizeof *said; round++) {
        for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
            seat_press(":");
            seat_press(typed[i]);
            seat_shows("several begin so: type on");
            seat_press("\r\r"); /* it stays open, and nothing is done */
            seat_shows("several begin so: type on");
            seat_press("\x1b");
            seat_hides("several begin so");
        }
        seat_press(":cla"); /* how claim-next begins as well: that is asked for by its own letters */
        seat_shows("\u258c claim ");
        seat_press("\x1b:sn");
        seat_shows("\u258c snooze "); /* and asks until when: not 2h once more */
        seat_press("\x1b");
        seat_hides("\u258c snooze ");
        assert_string_equal(seat_field(2, "status"), "new");
        seat_press(said[round]);
        seat_shows("? help");
    }
    seat_press(":cl");
    seat_shows("several begin so");
    seat_press("\x1b[B\r");
    seat_hides("several begin so");
}

static void nothing_typed_runs_nothing(void **state)
{
    (void)state;
    seat_press(":close\r");
    seat_shows("#1 closed");
    seat_press("X");
    seat_shows("reopened");
    seat_press(":");
    seat_shows("said before");
    seat_press("\r");
    seat_shows("said before");
    assert_int_not_equal(strcmp(seat_field(1, "status"), "resolved"), 0);
    seat_press("\x1b[B");
    seat_shows("\u258c close");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, seat_of_three, seat_left)
    const struct CMUnitTest tests[] = {
        T(a_word_leads_where_it_says_or_nowhere),
        T(a_word_of_another_tool_does_what_it_does_there),
        T(letters_that_begin_several_commands_run_none_of_them_whatever_was_done_before),
        T(nothing_typed_runs_nothing),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
