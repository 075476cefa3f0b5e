/* daemon: started as a person would start it; ready when its socket answers. */
#include "harness/daemon.h"
#include "base/clock.h"
#include "base/str.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const char *program(void)
{
    static char path[4096];
    const char *build = getenv("TRIAGE_BUILDDIR"), *other = getenv("TRIAGE_TRIAGED");
    if (other)
        return other;
    snprintf(path, sizeof path, "%s/triaged", build ? build : ".");
    return path;
}

static void write_file(const char *path, const void *data, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n)
        fail_msg("writing %s: %s", path, strerror(errno));
    close(fd);
}

void daemon_config(struct daemon_run *run, const char *config)
{
    char path[128];
    snprintf(path, sizeof path, "%s/triage.yaml", run->dir);
    write_file(path, config, strlen(config));
}

static void make_clock(struct daemon_run *run)
{
    char path[128];
    int64_t now = (int64_t)TEST_NOW_S * 1000;
    snprintf(path, sizeof path, "%s/clock", run->dir);
    write_file(path, &now, sizeof now);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    run->clock = mmap(NULL, sizeof now, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    assert_true(run->clock != MAP_FAILED);
}

static bool answers(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static void show_log(const struct daemon_run *run)
{
    char line[512];
    FILE *log = fopen(run->log, "r");
    while (log && fgets(line, sizeof line, log))
        fprintf(stderr, "# %s", line);
    if (log)
        fclose(log);
}

/* What no daemon may say of itself, whatever a test asked of it. */
static bool log_shames(const struct daemon_run *run)
{
    char line[512];
    bool found = false;
    FILE *log = fopen(run->log, "r");
    while (log && fgets(line, sizeof line, log))
        if (strstr(line, "event=statement_left")) {
            fprintf(stderr, "# %s", line);
            found = true;
        }
    if (log)
        fclose(log);
    return found;
}

static void wait_ready(struct daemon_run *run)
{
    int64_t until = clock_mono() + 20000;
    for (;;) {
        int status;
        if (answers(run->desk) && answers(run->ingest))
            return;
        if (waitpid(run->pid, &status, WNOHANG) == run->pid || clock_mono() > until) {
            show_log(run);
            fail_msg("triaged did not come up in %s", run->dir);
        }
        usleep(2000);
    }
}

static void become(const struct daemon_run *run, const char *clock)
{
    char db[128], config[128];
    snprintf(db, sizeof db, "%s/triage.db", run->dir);
    snprintf(config, sizeof config, "%s/triage.yaml", run->dir);
    const char *args[24] = {"triaged", "--clock", clock};
    int n = 3;
    const char *private[] = {"--dir", run->dir, NULL};
    const char *system[] = {"--config", config, "--socket", run->desk, "--ingest", run->ingest, "--db", db, NULL};
    for (const char **a = run->system ? system : private; *a; a++)
        args[n++] = *a;
    for (int i = 0; i < 4 && run->more[i]; i++)
        args[n++] = run->more[i];
    struct rlimit files = {(rlim_t)run->files, (rlim_t)run->files};
    if (run->files)
        setrlimit(RLIMIT_NOFILE, &files);
    execv(program(), (char *const *)(uintptr_t)args);
}

void daemon_spawn(struct daemon_run *run)
{
    char clock[128];
    snprintf(clock, sizeof clock, "%s/clock", run->dir);
    run->pid = fork();
    if (run->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies takes it along */
        int fd = open(run->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        become(run, clock);
        _exit(127);
    }
}

void daemon_restart(struct daemon_run *run)
{
    daemon_spawn(run);
    wait_ready(run);
}

struct daemon_run *daemon_make(const char *config)
{
    struct daemon_run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    snprintf(run->dir, sizeof run->dir, "/tmp/triage-test-XXXXXX");
    assert_non_null(mkdtemp(run->dir));
    snprintf(run->desk, sizeof run->desk, "%s/triage.sock", run->dir);
    snprintf(run->ingest, sizeof run->ingest, "%s/ingest.sock", run->dir);
    snprintf(run->log, sizeof run->log, "%s/log", run->dir);
    make_clock(run);
    if (config)
        daemon_config(run, config);
    return run;
}

struct daemon_run *daemon_start(const char *config)
{
    struct daemon_run *run = daemon_make(config);
    daemon_restart(run);
    return run;
}

struct daemon_run *daemon_start_mine(const char *config)
{
    AUTO_STR text;
    const char *place = strstr(config, "%ld");
    assert_non_null(place);
    str_init(&text, 1 << 16);
    str_add(&text, config, (size_t)(place - config));
    str_addf(&text, "%ld%s", (long)getuid(), place + strlen("%ld"));
    return daemon_start(text.data);
}

static int reap(struct daemon_run *run)
{
    int status = 0;
    pid_t pid = run->pid;
    run->pid = 0;
    if (waitpid(pid, &status, 0) != pid)
        fail_msg("waiting for triaged: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool is_stopped(const struct daemon_run *run, const char *task)
{
    char path[300], line[400] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)run->pid, task);
    FILE *file = fopen(path, "r");
    bool read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    const char *name_ends = strrchr(line, ')');
    return !read || (name_ends && name_ends[1] == ' ' && name_ends[2] == 'T');
}

void daemon_freeze(const struct daemon_run *run)
{
    enum { SOON = 30000 };
    char dir[60];
    bool all = false;
    snprintf(dir, sizeof dir, "/proc/%d/task", (int)run->pid);
    kill(run->pid, SIGSTOP);
    for (int64_t until = clock_mono() + SOON; !all && clock_mono() < until; usleep(1000)) {
        DIR *list = opendir(dir);
        assert_non_null(list);
        all = true;
        for (const struct dirent *entry; (entry = readdir(list));)
            all &= *entry->d_name == '.' || is_stopped(run, entry->d_name);
        closedir(list);
    }
    assert_true(all);
}

int daemon_stop(struct daemon_run *run)
{
    kill(run->pid, SIGTERM);
    kill(run->pid, SIGCONT); /* one that stands still does not end */
    return reap(run);
}

void daemon_kill(struct daemon_run *run)
{
    kill(run->pid, SIGKILL);
    reap(run);
}

static void empty(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
}

void daemon_remove(struct daemon_run *run)
{
    char files[sizeof run->dir + 8];
    if (!run)
        return;
    int code = run->pid ? daemon_stop(run) : 0;
    if (code)
        show_log(run);
    bool shames = log_shames(run);
    snprintf(files, sizeof files, "%s/files", run->dir);
    empty(files);
    rmdir(files);
    snprintf(files, sizeof files, "%s/triage", run->dir); /* of its consoles' texts */
    rmdir(files);
    empty(run->dir);
    rmdir(run->dir);
    munmap(run->clock, sizeof *run->clock);
    free(run);
    if (shames)
        fail_msg("triaged left a statement half read: see above");
    if (code)
        fail_msg("triaged ended with %d", code);
}

static int try(const char *const *args, bool aloud)
{
    pid_t pid = fork();
    if (pid == 0) {
        int fd = aloud ? STDERR_FILENO : open("/dev/null", O_WRONLY);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        execv(program(), (char *const *)(uintptr_t)args);
        _exit(127);
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid)
        fail_msg("waiting for triaged: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int daemon_try(const char *const *args)
{
    return try(args, false);
}

int daemon_try_aloud(const char *const *args)
{
    return try(args, true);
}
