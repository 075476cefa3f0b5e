/* gone: a terminal that goes away without a word, as when a connection breaks under a console that is not its
 * session's leader: the console must end, not read an end of file for ever. */
#include "base/clock.h"
#include "base/crypto.h"
#include "harness/daemon.h"
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON = 30000 };

/* The session's leader takes the hang-up for itself and waits for its console. */
static void lead(const struct daemon_run *daemon, int tell)
{
    char program[4096];
    int status = 0;
    const char *build = getenv("TRIAGE_BUILDDIR");
    snprintf(program, sizeof program, "%s/triage", build ? build : ".");
    signal(SIGHUP, SIG_IGN);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGHUP, SIG_DFL);
        setenv("TERM", "xterm-256color", 1);
        setenv("XDG_CONFIG_HOME", daemon->dir, 1);
        execl(program, "triage", "--socket", daemon->desk, (char *)NULL);
        _exit(127);
    }
    if (write(tell, &pid, sizeof pid) != sizeof pid || waitpid(pid, &status, 0) != pid)
        _exit(3);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 4);
}

static void read_until(int pty, const char *text)
{
    char seen[65536];
    size_t n = 0;
    for (int64_t until = clock_mono() + SOON; clock_mono() < until && n < sizeof seen;) {
        struct pollfd p = {.fd = pty, .events = POLLIN};
        ssize_t got = poll(&p, 1, 100) > 0 ? read(pty, seen + n, sizeof seen - n) : 0;
        assert_true(got >= 0);
        n += (size_t)got;
        if (memmem(seen, n, text, strlen(text)))
            return;
    }
    fail_msg("no \"%s\" on the terminal", text);
}

static int code_of(pid_t leader, pid_t console)
{
    int status = 0;
    for (int64_t until = clock_mono() + SOON; clock_mono() < until; usleep(5000))
        if (waitpid(leader, &status, WNOHANG) == leader)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    kill(console, SIGKILL);
    waitpid(leader, &status, 0);
    fail_msg("the console outlived its terminal");
    return -1;
}

static void a_console_ends_with_its_terminal(void **state)
{
    (void)state;
    int pty, tell[2];
    pid_t console = 0;
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    struct daemon_run *daemon = daemon_start("team: gone\n");
    assert_int_equal(pipe(tell), 0);
    pid_t leader = forkpty(&pty, NULL, NULL, &size);
    assert_true(leader >= 0);
    if (leader == 0)
        lead(daemon, tell[1]);
    assert_int_equal(read(tell[0], &console, sizeof console), sizeof console);
    read_until(pty, "triage");
    close(pty);
    assert_int_equal(code_of(leader, console), 0);
    close(tell[0]);
    close(tell[1]);
    daemon_remove(daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_console_ends_with_its_terminal)};
    return crypto_open() ? cmocka_run_group_tests_name("gone", tests, NULL, NULL) : 1;
}
