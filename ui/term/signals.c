/* signals: see signals.h. */
#include "term/signals.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { UNREAD_MS = 500 }; /* a terminal that takes nothing is not waited for longer */
static int ends[2] = {-1, -1};
static volatile sig_atomic_t unread; /* something may be in the pipe */
static struct {
    char text[300];
    size_t n;
    struct termios modes;
} crash;

static void on_crash(int sig)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    ssize_t ignored = poll(&out, 1, UNREAD_MS) > 0 ? write(STDOUT_FILENO, crash.text, crash.n) : 0;
    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSANOW, &crash.modes);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_signal(int sig)
{
    int before = errno;
    unsigned char byte = (unsigned char)sig;
    ssize_t ignored = write(ends[1], &byte, 1);
    (void)ignored;
    unread = 1;
    errno = before;
}

static const int told[] = {SIGWINCH, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static void handle(const int *list, size_t n, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < n; i++)
        sigaction(list[i], &action, NULL);
}

void signals_on(void)
{
    handle(told, sizeof told / sizeof *told, on_signal, SA_RESTART);
    handle(crashes, sizeof crashes / sizeof *crashes, on_crash, (int)SA_RESETHAND);
}

void signals_off(void)
{
    handle(told, sizeof told / sizeof *told, SIG_DFL, 0);
    handle((const int[]){SIGCHLD}, 1, SIG_DFL, 0);
    handle(crashes, sizeof crashes / sizeof *crashes, SIG_DFL, 0);
}

void signals_away(void)
{
    static const int ours[] = {SIGTERM, SIGHUP, SIGCHLD};
    signals_off();
    handle((const int[]){SIGINT, SIGQUIT}, 2, SIG_IGN, 0);
    handle(ours, sizeof ours / sizeof *ours, on_signal, SA_RESTART);
}

bool signals_open(struct err *err)
{
    if (ends[0] >= 0)
        return true;
    if (pipe(ends) != 0)
        return err_set(err, ERR_UNAVAILABLE, "opening a pipe for signals: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

int signals_fd(void)
{
    return ends[0];
}

int signals_next(void)
{
    unsigned char sig, next = SIGWINCH;
    do {
        if (!unread)
            return 0;
        unread = 0; /* before it is looked: who writes meanwhile says so again */
        if (read(ends[0], &sig, 1) != 1)
            return 0;
        unread = 1;
    } while (sig == SIGCHLD); /* it woke whoever polls, and that is all */
    while (sig == SIGWINCH && next == SIGWINCH && read(ends[0], &next, 1) == 1)
        ;
    if (next != SIGWINCH)
        on_signal(next);
    return sig;
}

void signals_crash_leaves(const char *text, size_t n, const struct termios *modes)
{
    crash.n = n <= sizeof crash.text ? n : 0;
    memcpy(crash.text, text, crash.n);
    crash.modes = *modes;
}
