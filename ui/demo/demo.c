/* demo: the parent of three processes and the owner of one directory. Signals arrive as bytes in a pipe, so one poll waits
 * for everything: a signal, the daemon's readiness (as systemd would be told), the cast's word that the desk is filled.
 * Should this process itself be killed, the daemon and the console are signalled by the system, and the cast, whose
 * socket to us ends, removes the directory. */
#include "demo/demo.h"
#include "base/clock.h"
#include "demo/cast.h"
#include "demo/outside.h"
#include "demo/sample.h"
#include "demo/story.h"
#include "base/str.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

const char demo_help[] =
    "usage: triage demo [--speed X] [--seed N] [--plain] [--seconds N]\n"
    "       triage demo --day [--speed X] [--plain [--step]]\n"
    "\n"
    "A living desk in a temporary directory: real signed webhooks of five systems, three colleagues, one boss.\n"
    "Nothing is left behind when it ends.\n"
    "\n"
    "  --speed X     how fast things happen (default 1; 0.25 to 100)\n"
    "  --seed N      which story (default 1); the same seed is the same story\n"
    "  --day         a scripted day instead, the clock running fast: a breach, pages, an ack that runs out, a merge, a\n"
    "                reopening, a boss; with --plain each thing is told, with what to look at\n"
    "  --step        with --day --plain: go on after each thing to look at when Enter is pressed\n"
    "  --plain       no console: one line for each thing that happens\n"
    "  --seconds N   ends by itself after so long (default: 20 with --plain, else when you leave the console)\n";

enum { READY_MS = 15000, STOP_MS = 6000, PATH_MOST = 80 };
enum child { DAEMON, CAST, CONSOLE, CHILDREN };
struct demo {
    bool plain, help, day, step;
    uint64_t seed;
    int speed_percent;
    int64_t seconds;
    char dir[PATH_MOST + 32], me[64], self[4096];
    int outside_fd, notify_fd, ready[2], life[2];
    pid_t child[CHILDREN]; /* 0 = not running */
    int status[CHILDREN];
    bool stop;
    int signal;
    bool has_terminal;
    struct termios terminal;
    const char *const *console; /* words for it */
};

/* --- arguments --- */

static bool take_speed(struct demo *d, const char *text)
{
    char *end;
    double speed = strtod(text, &end);
    d->speed_percent = (int)(speed * 100 + 0.5);
    return *text && !*end && speed >= 0.25 && speed <= 100;
}

static bool take_number(const char *text, int64_t most, int64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return isdigit((unsigned char)*text) && !*end && !errno && *out <= most;
}

static bool parse(struct demo *d, int argc, char **argv, struct err *err)
{
    static const struct option table[] = {{"speed", required_argument, NULL, 'x'}, {"seed", required_argument, NULL, 's'},
                                          {"plain", no_argument, NULL, 'p'},       {"seconds", required_argument, NULL, 'n'},
                                          {"help", no_argument, NULL, 'h'},        {"day", no_argument, NULL, 'd'},         {"step", no_argument, NULL, 't'},
                                          {NULL, 0, NULL, 0}};
    int64_t seed = 1;
    *d = (struct demo){.speed_percent = 100, .seconds = -1, .outside_fd = -1, .notify_fd = -1, .ready = {-1, -1}, .life = {-1, -1}};
    opterr = 0;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "h", table, NULL)) != -1;) {
        bool good = c == 'x' ? take_speed(d, optarg) : c == 's' ? take_number(optarg, INT64_MAX, &seed) :
                    c == 'n' ? take_number(optarg, 1000000, &d->seconds) : c == 'p' || c == 'h' || c == 'd' || c == 't';
        if (!good)
            return err_set(err, ERR_USAGE, "triage demo: %s is not understood; see triage demo --help", argv[optind - 1]);
        d->plain |= c == 'p';
        d->help |= c == 'h';
        d->day |= c == 'd';
        d->step |= c == 't';
    }
    if (optind < argc)
        return err_set(err, ERR_USAGE, "triage demo: %s is not understood; see triage demo --help", argv[optind]);
    d->seed = (uint64_t)seed;
    d->plain |= !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO);
    d->seconds = d->seconds >= 0 ? d->seconds : d->plain ? 20 : 0;
    return true;
}

/* --- signals --- */

static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    unsigned char byte = (unsigned char)number;
    int saved = errno;
    ssize_t written = write(signal_pipe[1], &byte, 1);
    (void)written; /* a full pipe already holds a reason to look */
    errno = saved;
}

static const int heeded[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static bool heed_signals(struct err *err)
{
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK))
        return err_set(err, ERR_UNAVAILABLE, "making a pipe: %s", strerror(errno));
    for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        sigaction(heeded[i], &action, NULL);
    }
    return true;
}

static void default_signals(void)
{
    for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++)
        signal(heeded[i], SIG_DFL);
}

static void reap(struct demo *d)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (int i = 0; i < CHILDREN; i++)
            if (d->child[i] == pid) {
                d->child[i] = 0;
                d->status[i] = status;
            }
}

static void read_signals(struct demo *d)
{
    unsigned char numbers[64];
    ssize_t n = read(signal_pipe[0], numbers, sizeof numbers);
    for (ssize_t i = 0; i < n; i++)
        if (numbers[i] != SIGCHLD) {
            d->stop = true;
            d->signal = numbers[i];
        }
    reap(d);
}

/* Waits for a signal, a child's end, or fd (-1: none) to be readable. true: fd is. */
static bool wait_for(struct demo *d, int fd, int64_t ms)
{
    struct pollfd fds[2] = {{.fd = signal_pipe[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    if (poll(fds, 2, ms < 0 ? -1 : (int)ms) > 0 && fds[0].revents)
        read_signals(d);
    return fds[1].revents & POLLIN;
}

/* --- the place --- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)ftw;
    return kind == FTW_DP ? rmdir(path) : unlink(path);
}

static void remove_place(const char *dir)
{
    if (*dir)
        nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool make_place(struct demo *d, struct err *err)
{
    const char *base = getenv("TMPDIR");
    if (!base || *base != '/' || strlen(base) > PATH_MOST) /* a socket's path is short */
        base = "/tmp";
    snprintf(d->dir, sizeof d->dir, "%s/triage-demo.XXXXXX", base);
    if (mkdtemp(d->dir))
        return true;
    err_set(err, ERR_UNAVAILABLE, "making a directory in %s: %s", base, strerror(errno));
    d->dir[0] = 0;
    return false;
}

static bool write_file(const char *dir, const char *name, const char *text, struct err *err)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "we");
    bool ok = file && fputs(text, file) >= 0;
    if (file && fclose(file))
        ok = false;
    return ok || err_set(err, ERR_UNAVAILABLE, "writing %s: %s", path, strerror(errno));
}

/* One file for each "=== name" of the text. */
static bool write_articles(const char *dir, struct err *err)
{
    static const char mark[] = "=== ";
    bool ok = true;
    for (const char *at = demo_articles, *next; ok && at && *at; at = next) {
        size_t name = strcspn(at + sizeof mark - 1, "\n");
        char file[80], *text;
        snprintf(file, sizeof file, "%.*s.md", (int)name, at + sizeof mark - 1);
        next = strstr(at + 1, "\n=== ");
        next = next ? next + 1 : NULL;
        text = strndup(at + sizeof mark - 1 + name, next ? (size_t)(next - at) - (sizeof mark - 1 + name) : SIZE_MAX / 2);
        ok = text && write_file(dir, file, text, err);
        free(text);
    }
    return ok;
}

/* The login name, where it can be an agent's and is not a colleague's. */
static void name_person(struct demo *d)
{
    const struct passwd *who = getpwuid(getuid());
    const char *name = who ? who->pw_name : "";
    static const char *const taken[] = {"oncall", "leads", "me", "clock", "source", "triage"};
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");
    bool good = n && n == strlen(name) && n < sizeof d->me && isalnum((unsigned char)*name);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        good = good && strcmp(name, taken[i]) != 0;
    for (int i = 0; i < STORY_COLLEAGUES; i++)
        good = good && strcmp(name, story_colleagues[i]) != 0;
    str_copy(d->me, sizeof d->me, good ? name : "you");
}

static bool furnish(struct demo *d, int64_t base, struct err *err)
{
    int port = 0;
    name_person(d);
    d->outside_fd = outside_listen(&port, err);
    if (d->outside_fd < 0)
        return false;
    umask(077);
    char *config = cast_config(d->me, (int64_t)getuid(), port);
    bool ok = write_file(d->dir, "triage.yaml", config, err) && write_articles(d->dir, err) && cast_set_clock(d->dir, d->day ? base : base - CAST_PAST_MS, err);
    free(config);
    return ok;
}

static bool open_notify(struct demo *d, struct err *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s/notify", d->dir);
    d->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return (d->notify_fd >= 0 && bind(d->notify_fd, (struct sockaddr *)&at, sizeof at) == 0) ||
           err_set(err, ERR_UNAVAILABLE, "making %s: %s", at.sun_path, strerror(errno));
}

/* --- children --- */

static void die_with_parent(pid_t parent)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
#else
    (void)parent;
#endif
}

static pid_t fork_child(struct demo *d, enum child which, struct err *err)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        err_set(err, ERR_UNAVAILABLE, "starting a process: %s", strerror(errno));
    if (pid > 0)
        d->child[which] = pid;
    if (pid == 0)
        default_signals();
    return pid;
}

/* triaged beside this program, else the one on the path. In a process group of its own: ^C is ours to handle. */
static void run_daemon(const struct demo *d, pid_t parent)
{
    char path[4200], config[256], clock_file[256], notify[256], log_file[256];
    const char *slash = strrchr(d->self, '/');
    snprintf(path, sizeof path, "%.*s/triaged", slash ? (int)(slash - d->self) : 0, d->self);
    snprintf(config, sizeof config, "%s/triage.yaml", d->dir);
    snprintf(clock_file, sizeof clock_file, "%s/clock", d->dir);
    snprintf(notify, sizeof notify, "%s/notify", d->dir);
    snprintf(log_file, sizeof log_file, "%s/triaged.log", d->dir);
    die_with_parent(parent);
    setpgid(0, 0);
    setenv("NOTIFY_SOCKET", notify, 1);
    unsetenv("LISTEN_FDS");
    int log = open(log_file, O_WRONLY | O_CREAT | O_APPEND, 0600), none = open("/dev/null", O_RDONLY);
    if (log < 0 || none < 0 || dup2(none, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(1);
    const char *args[] = {"triaged", "--dir", d->dir, "--config", config, "--clock", clock_file, NULL};
    execv(path, (char *const *)args);
    execvp("triaged", (char *const *)args);
    fprintf(stderr, "triaged is neither at %s nor on the path\n", path);
    _exit(127);
}

static void run_cast(struct demo *d, int64_t base)
{
    struct err err = {0};
    pid_t daemon = d->child[DAEMON];
    struct cast_options o = {.dir = d->dir, .me = d->me, .seed = d->seed, .speed_percent = d->speed_percent, .base = base, .day = d->day, .turn_fd = d->day && d->step && d->plain ? STDIN_FILENO : -1,
                             .live_ms = d->seconds * 1000, .tell = d->plain, .outside_fd = d->outside_fd,
                             .ready_fd = d->ready[1], .life_fd = d->life[1]};
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    close(d->life[0]);
    enum cast_end end = cast_run(&o, &err);
    if (end == CAST_FAILED)
        write_file(d->dir, "cast.error", err.text, NULL);
    if (end == CAST_ORPHAN) {
        kill(daemon, SIGKILL);
        remove_place(d->dir);
    }
    _exit(end == CAST_DONE ? 0 : 1);
}

static void run_console(const struct demo *d, pid_t parent)
{
    char socket_path[256];
    snprintf(socket_path, sizeof socket_path, "%s/triage.sock", d->dir);
    die_with_parent(parent);
    const char *args[DEMO_WORDS + 4] = {"triage", "--socket", socket_path};
    for (int i = 0; i < DEMO_WORDS && d->console[i]; i++)
        args[3 + i] = d->console[i];
    execv(d->self, (char *const *)args);
    fprintf(stderr, "triage demo: starting the console: %s\n", strerror(errno));
    _exit(127);
}

/* --- stages --- */

/* The last line of a file of the daemon's or the cast's, for a person. */
static const char *last_words(const struct demo *d, const char *name, char *buf, size_t size)
{
    char path[256], line[512];
    snprintf(path, sizeof path, "%s/%s", d->dir, name);
    FILE *file = fopen(path, "re");
    *buf = 0;
    while (file && fgets(line, sizeof line, file))
        if (*line && *line != '\n')
            str_copy(buf, size, line);
    if (file)
        fclose(file);
    buf[strcspn(buf, "\n")] = 0;
    return buf;
}

static bool start_daemon(struct demo *d, struct err *err)
{
    pid_t parent = getpid(), pid = fork_child(d, DAEMON, err);
    if (pid == 0)
        run_daemon(d, parent);
    int64_t until = clock_mono() + READY_MS;
    char words[400];
    while (pid > 0 && !d->stop && d->child[DAEMON] && clock_mono() < until) {
        char said[256];
        if (!wait_for(d, d->notify_fd, until - clock_mono()))
            continue;
        ssize_t n = recv(d->notify_fd, said, sizeof said - 1, 0);
        said[n > 0 ? n : 0] = 0;
        if (strstr(said, "READY=1"))
            return true;
    }
    if (pid > 0 && !d->stop)
        err_set(err, ERR_UNAVAILABLE, "triaged did not start: %s", last_words(d, "triaged.log", words, sizeof words));
    return false;
}

static bool start_cast(struct demo *d, int64_t base, struct err *err)
{
    if (pipe2(d->ready, O_CLOEXEC) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, d->life))
        return err_set(err, ERR_UNAVAILABLE, "making a pipe: %s", strerror(errno));
    pid_t pid = fork_child(d, CAST, err);
    if (pid == 0)
        run_cast(d, base);
    while (pid > 0 && !d->stop && d->child[CAST] && d->child[DAEMON])
        if (wait_for(d, d->ready[0], -1))
            return true;
    return false;
}

static bool start_console(struct demo *d, struct err *err)
{
    pid_t parent = getpid(), pid = fork_child(d, CONSOLE, err);
    if (pid == 0)
        run_console(d, parent);
    return pid > 0;
}

static bool all_well(const struct demo *d)
{
    return d->child[DAEMON] && d->child[CAST] && (d->plain || d->child[CONSOLE]);
}

static void stop_child(struct demo *d, enum child which)
{
    int64_t until = clock_mono() + STOP_MS;
    if (d->child[which])
        kill(d->child[which], SIGTERM);
    while (d->child[which] && clock_mono() < until)
        wait_for(d, -1, until - clock_mono());
    if (!d->child[which])
        return;
    kill(d->child[which], SIGKILL);
    waitpid(d->child[which], NULL, 0);
    d->child[which] = 0;
}

static void close_all(struct demo *d)
{
    stop_child(d, CONSOLE);
    stop_child(d, CAST);
    stop_child(d, DAEMON);
    if (d->has_terminal)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &d->terminal);
    remove_place(d->dir);
    int *const fds[] = {&d->outside_fd, &d->notify_fd, &d->ready[0], &d->ready[1], &d->life[0], &d->life[1]};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (*fds[i] >= 0)
            close(*fds[i]);
}

/* A daemon that was killed said nothing of it, and what stands in its log is about something else. */
static bool blame_daemon(const struct demo *d, struct err *err)
{
    char words[400];
    int status = d->status[DAEMON];
    static const char over[] = "Nothing of the demo is left; triage demo starts another";
    if (WIFSIGNALED(status))
        return err_set(err, ERR_UNAVAILABLE, "triaged was killed by signal %d (%s). %s", WTERMSIG(status), strsignal(WTERMSIG(status)), over);
    if (!WEXITSTATUS(status))
        return err_set(err, ERR_UNAVAILABLE, "triaged was stopped. %s", over);
    return err_set(err, ERR_UNAVAILABLE, "triaged ended: %s", last_words(d, "triaged.log", words, sizeof words));
}

/* Somebody ended who should not have: who, and what they said last. A story without its desk breaks off too. */
static bool blame(const struct demo *d, struct err *err)
{
    char words[400];
    bool cast_failed = !d->child[CAST] && d->status[CAST];
    if (d->stop || err->code)
        return !err->code;
    if (!d->child[DAEMON])
        return blame_daemon(d, err);
    if (cast_failed && *last_words(d, "cast.error", words, sizeof words))
        return err_set(err, ERR_UNAVAILABLE, "the demo's story broke off: %s", words);
    if (cast_failed)
        return err_set(err, ERR_UNAVAILABLE, "the demo's story broke off");
    return d->plain || !d->status[CONSOLE] || err_set(err, ERR_UNAVAILABLE, "the console ended with an error");
}

static bool live(struct demo *d, struct err *err)
{
    int64_t base = d->day ? cast_day_begins(clock_now(), err) : clock_now();
    d->has_terminal = !d->plain && tcgetattr(STDIN_FILENO, &d->terminal) == 0;
    if (!heed_signals(err) || !make_place(d, err) || !furnish(d, base, err) || !open_notify(d, err) || !start_daemon(d, err) ||
        !start_cast(d, base, err) || (!d->plain && !start_console(d, err)))
        return blame(d, err);
    while (!d->stop && all_well(d))
        wait_for(d, -1, -1);
    return blame(d, err);
}

static bool find_self(struct demo *d, struct err *err)
{
    ssize_t n = readlink("/proc/self/exe", d->self, sizeof d->self - 1);
    d->self[n > 0 ? n : 0] = 0;
    return n > 0 || err_set(err, ERR_UNAVAILABLE, "finding this program: %s", strerror(errno));
}

int demo_run(int argc, char **argv, const char *const *console)
{
    struct demo d;
    struct err err = {0};
    bool ok = parse(&d, argc, argv, &err);
    if (ok && d.help) {
        fputs(demo_help, stdout);
        return 0;
    }
    d.console = console;
    if (ok)
        ok = find_self(&d, &err);
    if (ok) {
        ok = live(&d, &err);
        close_all(&d);
    }
    if (!ok)
        fprintf(stderr, "triage: %s\n", err.text);
    return ok ? 0 : err_row(err.code)->exit;
}
