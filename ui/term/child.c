/* child: see child.h. Signals come as bytes of term/signals' pipe, SIGCHLD among them, so the wait is one poll with whatever else is
 * waited for, and nothing is missed between a look and a sleep. */
#include "term/child.h"
#include "base/clock.h"
#include "term/signals.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STEP_MS = 1000,
    PATIENCE_MS = 3000, /* to save and end after SIGTERM, before it is killed */
    SHELL_SIGNAL = 128  /* what a shell adds to the signal that ended its own child */
};

/* Taking the terminal from another job is an offence, unless one does not mind. */
static void foreground(pid_t group)
{
    void (*before)(int) = signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, group);
    signal(SIGTTOU, before);
}

static void become(const struct child_run *run, const char *line)
{
    setpgid(0, 0);
    foreground(getpid());
    signals_off();
    execl("/bin/sh", "sh", "-c", line, "sh", run->file, (char *)NULL);
    _exit(127);
}

/* Whoever started us sees us stop, has the terminal, and lets us go on. Where nobody is there to do that, nothing stops. */
static void stop_too(pid_t child)
{
    foreground(getpgrp());
    kill(0, SIGTSTP);
    foreground(child);
    kill(-child, SIGCONT);
}

static void plain_wait(void *arg, int fd, int ms)
{
    (void)arg;
    poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, ms);
}

static bool asks_to_end(void)
{
    bool asked = false;
    for (int sig; (sig = signals_next());)
        asked |= sig == SIGTERM || sig == SIGHUP;
    return asked;
}

static int wait_for(const struct child_run *run, pid_t child, struct child_end *end)
{
    int status = 0;
    int64_t kill_at = 0;
    for (;;) {
        if (asks_to_end() && !end->asked) {
            end->asked = true;
            kill_at = clock_mono() + PATIENCE_MS;
            kill(-child, SIGTERM);
            kill(-child, SIGCONT);
        }
        if (kill_at && clock_mono() >= kill_at)
            kill(-child, SIGKILL);
        pid_t got = waitpid(child, &status, WNOHANG | WUNTRACED);
        if (got < 0 && errno != EINTR)
            return 127 << 8;
        if (got == child && !WIFSTOPPED(status))
            return status;
        if (got == child)
            stop_too(child);
        (run->wait ? run->wait : plain_wait)(run->arg, signals_fd(), STEP_MS);
    }
}

bool child_run(const struct child_run *run, struct child_end *end, struct err *err)
{
    char line[1200];
    *end = (struct child_end){0};
    /* The shell waits for what it runs, whatever comes; a trap with a command is not inherited. */
    if (snprintf(line, sizeof line, "trap : INT QUIT TERM HUP; %s \"$1\"", run->command) >= (int)sizeof line)
        return err_set(err, ERR_USAGE, "running %.60s: the command is too long", run->command);
    pid_t child = fork();
    if (child == 0)
        become(run, line);
    if (child < 0)
        return err_set(err, ERR_UNAVAILABLE, "running %.60s: %s", run->command, strerror(errno));
    setpgid(child, child); /* whichever of us comes first */
    int status = wait_for(run, child, end);
    foreground(getpgrp());
    end->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : end->code > SHELL_SIGNAL && end->code < SHELL_SIGNAL + NSIG ? end->code - SHELL_SIGNAL : 0;
    end->code = end->signal ? 0 : end->code;
    return true;
}
