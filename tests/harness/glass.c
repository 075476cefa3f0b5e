/* glass: forkpty and read. */
#include "harness/glass.h"
#include "base/clock.h"
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 64 << 20, GOING_MS = 300 };

static void become(const char *const argv[], const char *dir, const char *const env[])
{
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("TMUX");
    for (; env && *env; env++)
        putenv(strdup(*env));
    if (!dir || chdir(dir) == 0)
        execvp(argv[0], (char *const *)argv);
    _exit(127);
}

bool glass_open(struct glass *g, const char *const argv[], const char *dir, const char *const env[])
{
    struct winsize size = {.ws_row = GLASS_ROWS, .ws_col = GLASS_COLUMNS};
    str_init(&g->text, TEXT_MAX);
    g->pid = forkpty(&g->pty, NULL, NULL, &size);
    if (g->pid == 0)
        become(argv, dir, env);
    return g->pid > 0;
}

void glass_close(struct glass *g)
{
    kill(g->pid, SIGTERM);
    for (int i = 0; i < GOING_MS / 10 && waitpid(g->pid, NULL, WNOHANG) == 0; i++)
        glass_rest(g, NULL, 10);
    kill(-g->pid, SIGKILL);
    waitpid(g->pid, NULL, 0);
    close(g->pty);
    str_fini(&g->text);
}

/* "Are you there?" and "What are you?" */
static void answer(const struct glass *g, const char *bytes, size_t n)
{
    static const char *const said[][2] = {{"\033[5n", "\033[0n"}, {"\033[c", "\033[?62;22c"}, {"\033[6n", "\033[1;1R"}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (memmem(bytes, n, said[i][0], strlen(said[i][0])) && write(g->pty, said[i][1], strlen(said[i][1])) < 0)
            return; /* it is gone, as the next read tells */
}

/* What has come, after at most ms: 0 = nothing, -1 = it has ended. */
static ssize_t take(const struct glass *g, char *buf, size_t size, int ms)
{
    struct pollfd p = {.fd = g->pty, .events = POLLIN};
    if (poll(&p, 1, ms) <= 0)
        return 0;
    ssize_t n = read(g->pty, buf, size);
    if (n <= 0)
        return -1;
    answer(g, buf, (size_t)n);
    return n;
}

struct glass_seen glass_look(struct glass *g, const char *what, int quiet_ms, int64_t patience_ms)
{
    char buf[65536];
    struct glass_seen s = {0};
    int64_t until = clock_mono() + patience_ms;
    str_clear(&g->text);
    while (clock_mono() < until) {
        ssize_t n = take(g, buf, sizeof buf, s.found ? quiet_ms : 100);
        if (n < 0 || (n == 0 && s.found))
            return s;
        if (n == 0)
            continue;
        s.at = clock_mono_us();
        s.bytes += (size_t)n;
        str_add(&g->text, buf, (size_t)n);
        s.found = s.found || !what || memmem(g->text.data, g->text.len, what, strlen(what));
        if (s.found && !quiet_ms)
            return s;
    }
    return s;
}

struct glass_seen glass_press(struct glass *g, const char *keys, int quiet_ms, int64_t patience_ms, int64_t *took)
{
    int64_t start = clock_mono_us();
    if (write(g->pty, keys, strlen(keys)) < 0)
        return (struct glass_seen){0};
    struct glass_seen s = glass_look(g, NULL, quiet_ms, patience_ms);
    *took = s.at - start;
    return s;
}

ssize_t glass_rest(struct glass *g, const char *keys, int ms)
{
    char buf[65536];
    ssize_t bytes = 0;
    if (keys && write(g->pty, keys, strlen(keys)) < 0)
        return -1;
    for (int64_t until = clock_mono() + ms, left = ms; left > 0; left = until - clock_mono()) {
        ssize_t n = take(g, buf, sizeof buf, (int)left);
        if (n < 0)
            return -1;
        bytes += n;
    }
    return bytes;
}

/* --- /proc --- */

static long long number_in(const char *directory, const char *entry, const char *file, const char *name)
{
    char path[512], line[256];
    long long number = 0;
    snprintf(path, sizeof path, "%s/%s/%s", directory, entry, file);
    FILE *in = fopen(path, "r");
    size_t n = strlen(name);
    while (in && fgets(line, sizeof line, in))
        if (strncmp(line, name, n) == 0 && (number = strtoll(line + n, NULL, 10)) != 0)
            break;
    if (in)
        fclose(in);
    return number;
}

/* The sum of a number over the entries of a directory that are numbers. */
static double sum_over(const char *directory, pid_t session, double (*of)(const char *directory, const char *entry, const char *arg), const char *arg)
{
    double sum = 0;
    DIR *all = opendir(directory);
    for (struct dirent *e; all && (e = readdir(all));) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid > 0 && (!session || getsid(pid) == session))
            sum += of(directory, e->d_name, arg);
    }
    if (all)
        closedir(all);
    return sum;
}

static double thread_us(const char *directory, const char *entry, const char *arg)
{
    (void)arg;
    return (double)number_in(directory, entry, "schedstat", "") / 1000;
}

static double process_us(const char *directory, const char *entry, const char *arg)
{
    char tasks[512];
    snprintf(tasks, sizeof tasks, "%s/%s/task", directory, entry);
    return sum_over(tasks, 0, thread_us, arg);
}

static double process_mb(const char *directory, const char *entry, const char *sum)
{
    return (double)number_in(directory, entry, "smaps_rollup", sum) / 1024;
}

double glass_cpu_us(const struct glass *g)
{
    return sum_over("/proc", g->pid, process_us, NULL);
}

double glass_memory_mb(pid_t pid, const char *sum)
{
    char entry[32];
    snprintf(entry, sizeof entry, "%d", (int)pid);
    return process_mb("/proc", entry, sum);
}

double glass_session_mb(const struct glass *g, const char *sum)
{
    return sum_over("/proc", g->pid, process_mb, sum);
}
