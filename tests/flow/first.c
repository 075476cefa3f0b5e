/* first: a new user's first five minutes: installs, plays the demo, and does what an agent does all day, only by keys that the
 * screen names at that moment. */
#include "base/clock.h"
#include "base/str.h"
#include "harness/console.h"
#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 20000 };
static char home[64];
static struct console_run *c;
static int steps;

static void shows(const char *text)
{
    console_wait(&c, 1, text, NULL, true, clock_mono(), SOON);
}

static void hides(const char *text)
{
    console_wait(&c, 1, text, NULL, false, clock_mono(), SOON);
}

/* The key is pressed because the screen says what it does. */
static void press(const char *says, const char *keys)
{
    shows(says);
    console_type(c, keys);
    steps++;
}

static void escape(void)
{
    size_t n;
    console_type(c, "\033");
    console_bytes(c, 150, &n);
}

static int install(void **state)
{
    char command[2048];
    (void)state;
    str_copy(home, sizeof home, "/tmp/triage-first.XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(command, sizeof command, "env -u MAKEFLAGS -u MAKELEVEL make -s -C '%s' install DESTDIR='%s/root' prefix=/usr >'%s/install.log' 2>&1", getenv("TRIAGE_BUILDDIR"), home, home);
    if (system(command) != 0)
        fail_msg("make install failed: see %s/install.log", home);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info, (void)kind, (void)ftw;
    return remove(path);
}

static int clean(void **state)
{
    (void)state;
    nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

static int left_behind(void)
{
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/tmp", home);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        n += *e->d_name != '.';
    closedir(dir);
    return n;
}

static void what_came_is_found_and_taken(void)
{
    press("2 Unassigned", "2");
    press("/ filter", "/");
    console_type(c, "dialect:rbs\r");
    shows("/ dialect");
    press("c claim", "c");
    shows(" claimed");
    console_type(c, "\r");
}

static void a_canned_answer_does_not_leave_with_a_blank_in_it(void)
{
    press("r reply", "r");
    press("/ canned reply", "/");
    shows("canned reply:");
    console_type(c, "\r");
    hides("canned reply:");
    console_type(c, " {{when}}");
    escape();
    press("y send", "y");
    shows("placeholder");
    console_type(c, "\027\010\010"); /* C-w: the word before; and the two braces */
    hides("{{");
    escape();
    press("y send", "y");
    shows("leaves at");
}

static void a_reply_is_taken_back_and_sent_after_all(void)
{
    press("u takes it back", "u");
    shows("Undone: ");
    press("r reply", "r");
    shows("Reply to");
    shows("could you send us"); /* what was taken back is the draft again */
    escape();
    press("y send", "y");
    shows("leaves at");
}

static void it_is_closed_and_another_is_escalated_and_acknowledged(void)
{
    press("x close", "x");
    shows("close: status open → resolved");
    console_type(c, "q");
    shows("2 Unassigned");
    console_type(c, "j"); /* the closed one keeps its place for a moment */
    press("! escalate", "!");
    shows("because:");
    console_type(c, "a customer on the phone\r");
    console_type(c, "g");
    press("escalations", "e"); /* the popup of places */
    shows("asked for by");
    press("K ack", "K");
    shows("acked you");
}

static void help_is_there_and_the_way_out(void)
{
    press("? help", "?");
    shows("page whoever is on call now");
    press("/ searches", "/");
    console_type(c, "whole screen\r");
    shows("draw the whole screen again");
    console_type(c, "q");
    hides("/ searches");
    press("? help", "Q");
    assert_true(console_ended(c, SOON));
}

static void a_new_user_gets_through_the_first_five_minutes(void **state)
{
    (void)state;
    char program[128], tmp[128];
    snprintf(program, sizeof program, "%s/root/usr/bin/triage", home);
    snprintf(tmp, sizeof tmp, "%s/tmp", home);
    assert_int_equal(mkdir(tmp, 0700), 0);
    setenv("TMPDIR", tmp, 1);
    c = console_start("first", home, (const char *const[]){program, "demo", "--speed", "0.25", NULL});
    shows("live");
    what_came_is_found_and_taken();
    a_canned_answer_does_not_leave_with_a_blank_in_it();
    a_reply_is_taken_back_and_sent_after_all();
    it_is_closed_and_another_is_escalated_and_acknowledged();
    help_is_there_and_the_way_out();
    console_close(c);
    unsetenv("TMPDIR");
    assert_int_equal(left_behind(), 0);
    print_message("# first: %d keys, each named by the screen when it was pressed\n", steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(a_new_user_gets_through_the_first_five_minutes, install, clean)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
