/* line: see line.h. What is not read stays in the program's own terminal, so that it feels the line as it would feel a real one. */
#include "harness/line.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { WORDS = 32, PIECES = 4096, PIECE = 128, TURN_MS = 10 };
static const char word[] = "--line";
struct way { /* what is under way in one direction, a ring */
    struct piece {
        int64_t due;
        size_t n;
        char bytes[PIECE];
    } list[PIECES];
    unsigned in, out;
};

const char *const *line_words(const struct line_as *as, const char *const *program)
{
    static const char *words[WORDS];
    static char self[4096], bytes[16], delay[16];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    snprintf(bytes, sizeof bytes, "%d", as->bytes_per_s);
    snprintf(delay, sizeof delay, "%d", as->delay_ms);
    int count = 0;
    const char *const first[] = {self, word, bytes, delay, as->mute ? "mute" : "says"};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        words[count++] = first[i];
    while (*program && count < WORDS - 1)
        words[count++] = *program++;
    words[count] = NULL;
    return words;
}

bool line_is_asked(int argc, char **argv)
{
    return argc > 5 && strcmp(argv[1], word) == 0;
}

static bool room(const struct way *way)
{
    return way->in - way->out < PIECES;
}

/* One piece from the descriptor; how much came, 0: nothing now, -1: the end. */
static ssize_t take(struct way *way, int from, size_t most, int delay)
{
    struct piece *piece = &way->list[way->in % PIECES];
    if (!most || !room(way))
        return 0;
    ssize_t n = read(from, piece->bytes, most < PIECE ? most : PIECE);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    piece->n = (size_t)n;
    piece->due = clock_mono() + delay;
    way->in++;
    return n;
}

static void deliver(struct way *way, int to, bool all)
{
    while (way->out != way->in && (all || way->list[way->out % PIECES].due <= clock_mono())) {
        struct piece *piece = &way->list[way->out % PIECES];
        ssize_t n = write(to, piece->bytes, piece->n);
        if (n < 0)
            return;
        way->out++;
    }
}

/* The answer comes in one piece: that is how terminals write it. */
static void lose_answers(struct way *way, ssize_t n)
{
    struct piece *piece = n > 0 ? &way->list[(way->in - 1) % PIECES] : NULL;
    if (piece && piece->n == 4 && memcmp(piece->bytes, "\033[0n", 4) == 0)
        way->in--;
}

static volatile sig_atomic_t child;

static void pass_on(int sig)
{
    if (child)
        kill(child, sig);
}

static int child_of(int *inner, char **program)
{
    struct termios raw;
    struct winsize size;
    ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    pid_t pid = forkpty(inner, NULL, NULL, &size);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(program[0], program);
        _exit(127);
    }
    child = pid;
    signal(SIGTERM, pass_on);
    tcgetattr(STDIN_FILENO, &raw);
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fcntl(*inner, F_SETFL, O_NONBLOCK);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    return pid;
}

int line_main(char **argv)
{
    static struct way out, in;
    int inner = -1, status = 0, rate = (int)strtol(argv[2], NULL, 10), delay = (int)strtol(argv[3], NULL, 10);
    bool mute = strcmp(argv[4], "mute") == 0, open = true;
    pid_t pid = child_of(&inner, argv + 5);
    int64_t before = clock_mono();
    double may = 0;
    while (open) {
        struct pollfd typed = {.fd = STDIN_FILENO, .events = POLLIN};
        poll(&typed, 1, TURN_MS);
        int64_t now = clock_mono();
        may += (double)(now - before) * rate / 1000;
        may = may > PIECE ? PIECE : may;
        before = now;
        ssize_t n = take(&out, inner, (size_t)may, delay);
        open = n >= 0 && waitpid(pid, &status, WNOHANG) == 0;
        may -= n > 0 ? (double)n : 0;
        n = take(&in, STDIN_FILENO, PIECE, delay);
        if (mute)
            lose_answers(&in, n);
        deliver(&in, inner, false);
        deliver(&out, STDOUT_FILENO, false);
    }
    while (take(&out, inner, PIECE, 0) > 0)
        ;
    deliver(&out, STDOUT_FILENO, true);
    if (!WIFEXITED(status) && !WIFSIGNALED(status))
        waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
