/* sshd: see sshd.h. */
#include "harness/sshd.h"
#include "base/str.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { REFUSED = 255 }; /* ssh's own exit code: it did not get in */
struct sshd {
    char dir[256], me[64];
    pid_t pid; /* who accepts */
    int port;
};

static void serve(const struct sshd *s, int listening)
{
    AUTO_ARENA arena = arena_new();
    const char *const args[] = {"/usr/sbin/sshd", "-i", "-e", "-f", arena_printf(arena, "%s/sshd_config", s->dir), NULL};
    signal(SIGCHLD, SIG_IGN);
    for (int fd; (fd = accept(listening, NULL, NULL)) >= 0; close(fd)) {
        if (fork() != 0)
            continue;
        int log = open(arena_printf(arena, "%s/sshd.log", s->dir), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(fd, STDIN_FILENO);
        dup2(fd, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        execv(args[0], (char *const *)(uintptr_t)args);
        _exit(127);
    }
    _exit(0);
}

/* The listening is ours, so that the port is taken before anybody asks for it. */
static void listen_here(struct sshd *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    s->port = ntohs(at.sin_port);
    s->pid = fork();
    if (s->pid == 0)
        serve(s, fd);
    close(fd);
}

static int shell(const char *command)
{
    int status = system(command); /* NOLINT(cert-env33-c): words of the test's own */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void make_keys(const struct sshd *s, struct arena *arena, const char *before, const char *more)
{
    char key[1024] = "";
    assert_int_equal(shell(arena_printf(arena, "ssh-keygen -q -t ed25519 -N '' -f %s/key && ssh-keygen -q -t ed25519 -N '' -f %s/host", s->dir, s->dir)), 0);
    FILE *file = fopen(arena_printf(arena, "%s/key.pub", s->dir), "r");
    assert_true(file && fgets(key, sizeof key, file));
    fclose(file);
    write_text(arena_printf(arena, "%s/allowed", s->dir), arena_printf(arena, "%s %s", before, key));
    write_text(arena_printf(arena, "%s/sshd_config", s->dir),
               arena_printf(arena, "HostKey %s/host\nAuthorizedKeysFile %s/allowed\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nPrintMotd no\n"
                                   "PrintLastLog no\nPidFile none\n%s", s->dir, s->dir, more));
}

char *sshd_to(const struct sshd *s, struct arena *arena, const char *options, const char *command)
{
    return arena_printf(arena, "ssh -F /dev/null -p %d -i %s/key -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR -o StrictHostKeyChecking=no"
                               " -o UserKnownHostsFile=/dev/null %s %s@127.0.0.1 %s", s->port, s->dir, options, s->me, command);
}

struct sshd *sshd_open(struct arena *arena, const char *dir, const char *before, const char *more, const char **why)
{
    const struct passwd *user = getpwuid(getuid());
    *why = "there is no sshd or no ssh here (Debian: openssh-server, openssh-client)";
    if (access("/usr/sbin/sshd", X_OK) != 0 || shell("command -v ssh ssh-keygen >/dev/null") != 0 || !user)
        return NULL;
    struct sshd *s = calloc(1, sizeof *s);
    assert_non_null(s);
    str_copy(s->dir, sizeof s->dir, dir);
    str_copy(s->me, sizeof s->me, user->pw_name);
    if (getuid() == 0)
        mkdir("/run/sshd", 0755); /* sshd's empty directory, which its service makes at boot; it stays: another test may stand on it */
    make_keys(s, arena, before, more);
    listen_here(s);
    if (shell(arena_printf(arena, "%s </dev/null >/dev/null 2>&1", sshd_to(s, arena, "-T", "true"))) != REFUSED)
        return s;
    *why = arena_printf(arena, "sshd does not let %s in: see %s/sshd.log", s->me, dir);
    sshd_close(s);
    return NULL;
}

void sshd_close(struct sshd *s)
{
    if (!s)
        return;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    free(s);
}
