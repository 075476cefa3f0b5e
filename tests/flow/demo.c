/* The demo for real: its own daemon, its own cast, and nothing left of either, however it ends. */
#include "demo/demo.h"
#include "base/clock.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATIENCE_MS = 20000 };
struct run {
    char tmp[64];
    pid_t pid;
    int out;
    struct str text;
};

/* In the child: `triage demo ARGS` under an empty TMPDIR, with the daemon that was built. */
static void become(const struct run *run, const char *const *args)
{
    int argc = 0;
    AUTO_STR path;
    while (args[argc])
        argc++;
    str_init(&path, 8192);
    str_addf(&path, "%s:%s", getenv("TRIAGE_BUILDDIR"), getenv("PATH"));
    setenv("PATH", path.data, 1);
    setenv("TMPDIR", run->tmp, 1);
    _exit(demo_run(argc, (char **)(uintptr_t)args, (const char *const[]){"--linear", "--theme", "mono", NULL}));
}

static void prepare(struct run *run)
{
    str_copy(run->tmp, sizeof run->tmp, "/tmp/triage-test.XXXXXX");
    assert_non_null(mkdtemp(run->tmp));
    str_init(&run->text, 1 << 20);
    fflush(NULL);
}

/* Its output in a pipe. */
static void start(struct run *run, const char *const *args)
{
    int out[2];
    prepare(run);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    run->pid = fork();
    assert_true(run->pid >= 0);
    if (run->pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        dup2(out[1], STDERR_FILENO);
        become(run, args);
    }
    close(out[1]);
    run->out = out[0];
}

/* On a terminal of its own. */
static void start_on_terminal(struct run *run, const char *const *args)
{
    prepare(run);
    run->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(run->out >= 0 && grantpt(run->out) == 0 && unlockpt(run->out) == 0);
    const char *name = ptsname(run->out);
    run->pid = fork();
    assert_true(run->pid >= 0);
    if (run->pid == 0) {
        setsid();
        int terminal = open(name, O_RDWR);
        for (int fd = 0; fd < 3; fd++)
            dup2(terminal, fd);
        become(run, args);
    }
}

/* What stands in for the console: the demo starts this program again with --socket, and with what it was told for it. */
static int console(const char *socket_path, char **more)
{
    char line[16];
    printf("console at %s, %s", socket_path, access(socket_path, W_OK) == 0 ? "there" : "missing");
    for (; *more; more++)
        printf(" %s", *more);
    putchar('\n');
    fflush(stdout);
    return fgets(line, sizeof line, stdin) && *line == 'q' ? 0 : 3;
}

/* Reads until the text appears (NULL: until the end of output). */
static bool read_until(struct run *run, const char *text)
{
    int64_t until = clock_mono() + PATIENCE_MS;
    while (!text || !strstr(run->text.data, text)) {
        struct pollfd fd = {.fd = run->out, .events = POLLIN};
        char bytes[4096];
        int64_t left = until - clock_mono();
        if (left <= 0 || poll(&fd, 1, (int)left) <= 0)
            return false;
        ssize_t n = read(run->out, bytes, sizeof bytes);
        if (n <= 0) /* a terminal nobody holds any more says EIO */
            return !text;
        str_add(&run->text, bytes, (size_t)n);
    }
    return true;
}

static int finish(struct run *run)
{
    int status;
    assert_true(read_until(run, NULL));
    assert_int_equal(waitpid(run->pid, &status, 0), run->pid);
    close(run->out);
    return status;
}

static int entries(const char *dir, char *first, size_t size)
{
    DIR *d = opendir(dir);
    int n = 0;
    for (const struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (*e->d_name != '.' && n++ == 0 && first)
            str_copy(first, size, e->d_name);
    if (d)
        closedir(d);
    return n;
}

static pid_t daemon_pid(const struct run *run)
{
    char name[128] = "", path[256], digits[32] = "";
    assert_int_equal(entries(run->tmp, name, sizeof name), 1);
    snprintf(path, sizeof path, "%s/%s/triage.lock", run->tmp, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(digits, sizeof digits, file));
    fclose(file);
    return (pid_t)strtol(digits, NULL, 10);
}

/* Nobody waits here for something that takes a while on purpose: only for processes to be gone. */
static bool gone(pid_t pid, const char *tmp)
{
    for (int64_t until = clock_mono() + PATIENCE_MS; clock_mono() < until; poll(NULL, 0, 20))
        if (kill(pid, 0) && errno == ESRCH && entries(tmp, NULL, 0) == 0)
            return true;
    return false;
}

static void clean(struct run *run)
{
    str_fini(&run->text);
    rmdir(run->tmp);
}

#define DEMO(...) ((const char *const[]){"demo", "--plain", __VA_ARGS__, NULL})

static void a_demo_runs_and_leaves_nothing(void **state)
{
    static const char *const seen[] = {"the day so far: ", " shop ", " chat ", " agency ", " ana ", " tom ", " mara ", "claims #", "answers #",
                                       "401 refused", "a duplicate", "a conflict", "kept aside"};
    struct run run;
    struct stat info;
    (void)state;
    start(&run, DEMO("--seconds", "2", "--speed", "16"));
    assert_true(read_until(&run, "now live"));
    char name[128], path[256];
    assert_int_equal(entries(run.tmp, name, sizeof name), 1);
    snprintf(path, sizeof path, "%s/%s", run.tmp, name);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    pid_t daemon = daemon_pid(&run);
    int status = finish(&run);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s", run.text.data);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (!strstr(run.text.data, seen[i]))
            fail_msg("no \"%s\" in: %s", seen[i], run.text.data);
    assert_null(strstr(run.text.data, "not accepted"));
    assert_int_equal(entries(run.tmp, NULL, 0), 0);
    assert_true(gone(daemon, run.tmp));
    clean(&run);
}

static void a_signal_ends_all_of_it(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct run run;
        start(&run, DEMO("--seconds", "600"));
        assert_true(read_until(&run, "now live"));
        pid_t daemon = daemon_pid(&run);
        kill(run.pid, signals[i]);
        int status = finish(&run);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(entries(run.tmp, NULL, 0), 0);
        assert_true(gone(daemon, run.tmp));
        clean(&run);
    }
}

static void a_demo_that_is_killed_leaves_nothing_either(void **state)
{
    struct run run;
    int status;
    (void)state;
    start(&run, DEMO("--seconds", "600"));
    assert_true(read_until(&run, "now live"));
    pid_t daemon = daemon_pid(&run);
    kill(run.pid, SIGKILL);
    assert_int_equal(waitpid(run.pid, &status, 0), run.pid);
    assert_true(gone(daemon, run.tmp));
    close(run.out);
    clean(&run);
}

static void a_daemon_that_dies_ends_the_demo_with_a_reason(void **state)
{
    struct run run;
    (void)state;
    start(&run, DEMO("--seconds", "600"));
    assert_true(read_until(&run, "now live"));
    kill(daemon_pid(&run), SIGKILL);
    int status = finish(&run);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    assert_non_null(strstr(run.text.data, "triage: triaged was killed by signal 9 (Killed). "));
    assert_int_equal(entries(run.tmp, NULL, 0), 0);
    clean(&run);
}

static void leaving_the_console_ends_the_demo(void **state)
{
    struct run run;
    (void)state;
    start_on_terminal(&run, (const char *const[]){"demo", NULL});
    assert_true(read_until(&run, "triage.sock, there --linear --theme mono"));
    pid_t daemon = daemon_pid(&run);
    assert_int_equal(write(run.out, "q\n", 2), 2);
    int status = finish(&run);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_null(strstr(run.text.data, "so far"));
    assert_int_equal(entries(run.tmp, NULL, 0), 0);
    assert_true(gone(daemon, run.tmp));
    clean(&run);
}

static void a_console_that_fails_is_told(void **state)
{
    struct run run;
    (void)state;
    start_on_terminal(&run, (const char *const[]){"demo", NULL});
    assert_true(read_until(&run, "triage.sock, there"));
    assert_int_equal(write(run.out, "x\n", 2), 2);
    int status = finish(&run);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    assert_non_null(strstr(run.text.data, "the console ended with an error"));
    assert_int_equal(entries(run.tmp, NULL, 0), 0);
    clean(&run);
}

static void a_signal_ends_the_console_too(void **state)
{
    struct run run;
    (void)state;
    start_on_terminal(&run, (const char *const[]){"demo", NULL});
    assert_true(read_until(&run, "triage.sock, there"));
    pid_t daemon = daemon_pid(&run);
    kill(run.pid, SIGTERM);
    int status = finish(&run);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(entries(run.tmp, NULL, 0), 0);
    assert_true(gone(daemon, run.tmp));
    clean(&run);
}

static void a_misspelled_option_starts_nothing(void **state)
{
    static const char *const wrong[][3] = {{"demo", "--speed", "warp"}, {"demo", "--speed", "1000"}, {"demo", "--seed", "-3"}, {"demo", "--sped", "2"}};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *args[] = {wrong[i][0], wrong[i][1], wrong[i][2], NULL};
        struct run run;
        start(&run, args);
        int status = finish(&run);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 64);
        assert_non_null(strstr(run.text.data, "is not understood"));
        assert_int_equal(entries(run.tmp, NULL, 0), 0);
        clean(&run);
    }
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--socket") == 0)
        return console(argv[2], argv + 3);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_demo_runs_and_leaves_nothing), cmocka_unit_test(a_signal_ends_all_of_it),
        cmocka_unit_test(a_demo_that_is_killed_leaves_nothing_either), cmocka_unit_test(a_daemon_that_dies_ends_the_demo_with_a_reason),
        cmocka_unit_test(leaving_the_console_ends_the_demo), cmocka_unit_test(a_console_that_fails_is_told),
        cmocka_unit_test(a_signal_ends_the_console_too), cmocka_unit_test(a_misspelled_option_starts_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
