/* home: which daemon a console believes. In a directory that anybody can write to, somebody else may stand where one's own would be,
 * and would read what agents type and page them at will. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/console.h"
#include "harness/daemon.h"
#include "harness/shell.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };
static struct daemon_run *run;
static char runtime[128], own[160];

/* $XDG_RUNTIME_DIR/triage with a socket in it that answers. */
static int start(void **state)
{
    char path[200];
    (void)state;
    if (access("/run/triage/triage.sock", F_OK) == 0) {
        print_message("# skipped: this machine has a desk of its own, which goes first\n");
        return -1;
    }
    crypto_open();
    run = daemon_start(NULL);
    snprintf(runtime, sizeof runtime, "%s/runtime", run->dir);
    snprintf(own, sizeof own, "%s/triage", runtime);
    snprintf(path, sizeof path, "%s/triage.sock", own);
    assert_true(mkdir(runtime, 0700) == 0 && mkdir(own, 0700) == 0 && symlink(run->desk, path) == 0);
    unsetenv("TRIAGE_SOCKET");
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    unsetenv("XDG_RUNTIME_DIR");
    daemon_remove(run);
    return 0;
}

static void ones_own_directory_is_believed(void **state)
{
    (void)state;
    assert_int_equal(SHELL(NULL, "desk")->code, 0);
}

static void is_refused(const char *why)
{
    const struct shell_ran *ran = SHELL(NULL, "desk");
    if (ran->code != 77 || !strstr(ran->err, "is not a directory of yours"))
        fail_msg("%s: %d %s%s", why, ran->code, ran->out, ran->err);
    struct console_run *c = console_start("home", run->dir, (const char *const[]){console_program(), NULL});
    console_wait(&c, 1, "is not a directory of yours", NULL, true, clock_mono(), SOON);
    assert_true(console_ended(c, SOON));
    assert_int_equal(console_close(c), 77);
}

static void one_that_others_can_write_to_is_not(void **state)
{
    (void)state;
    assert_int_equal(chmod(own, 0777), 0);
    is_refused("mode 0777");
    assert_int_equal(chmod(own, 0700), 0);
}

static void one_of_somebody_else_is_not(void **state)
{
    (void)state;
    if (chown(own, 65534, 65534) != 0) {
        print_message("# skipped: only root can give a directory away\n");
        skip();
    }
    is_refused("another's");
    assert_int_equal(chown(own, getuid(), getgid()), 0);
}

static void a_link_is_not(void **state)
{
    char away[200];
    (void)state;
    snprintf(away, sizeof away, "%s.away", own);
    assert_true(rename(own, away) == 0 && symlink(away, own) == 0);
    is_refused("a link");
}

/* What keeps a console from starting is said with its place and with a way in all the same. */
static void a_slip_in_ones_own_files_names_its_line_and_a_way_to_start(void **state)
{
    static const struct { const char *option, *text, *says, *helps; } slips[] = {
        {"--keys", "bind * c close\nbind * C-t frobnicate\n", ":2: no command \"frobnicate\"", "triage --keys /dev/null"},
        {"--keys", "bind * g go all\n", ":1: with g nobody could press g", "triage --keys /dev/null"},
        {"--keys", "bind * c close\nbind * c claim\n", ":2: c is bound twice on '*', first in line 1", "triage --keys /dev/null"},
        {"--theme", "scheme: x\nbase00: zzz\n", ":2:9: a colour is six hexadecimal digits", "triage --theme terminal"}};
    char path[200];
    (void)state;
    snprintf(path, sizeof path, "%s/own.yaml", run->dir);
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        FILE *file = fopen(path, "w");
        assert_true(file && fputs(slips[i].text, file) >= 0 && fclose(file) == 0);
        struct console_run *c = console_start("slip", run->dir, (const char *const[]){console_program(), "--socket", run->desk, slips[i].option, path, NULL});
        console_wait(&c, 1, slips[i].says, NULL, true, clock_mono(), SOON);
        console_wait(&c, 1, slips[i].helps, NULL, true, clock_mono(), SOON);
        assert_true(console_ended(c, SOON));
        assert_int_equal(console_close(c), 78);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ones_own_directory_is_believed),
        cmocka_unit_test(one_that_others_can_write_to_is_not),
        cmocka_unit_test(one_of_somebody_else_is_not),
        cmocka_unit_test(a_link_is_not),
        cmocka_unit_test(a_slip_in_ones_own_files_names_its_line_and_a_way_to_start),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
