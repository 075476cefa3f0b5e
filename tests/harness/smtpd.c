/* smtpd: the process, two pipes and a directory. */
#include "harness/smtpd.h"
#include "base/str.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct smtpd {
    pid_t pid;
    FILE *in, *out;
    int port, port_tls;
    char directory[64], ca[96];
};

static pid_t run(char *const *args, int in, int out)
{
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in, 0);
        dup2(out, 1);
        for (int fd = 3; fd < 256; fd++)
            close(fd);
        execv(args[0], args);
        _exit(127);
    }
    return pid;
}

static bool is_installed(void)
{
    char *const args[] = {(char *)"/usr/bin/python3", (char *)"-c", (char *)"import importlib.util as u, sys; sys.exit(not u.find_spec('aiosmtpd'))", NULL};
    int status = 1;
    pid_t pid = access(args[0], X_OK) == 0 ? run(args, 0, 1) : -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

struct smtpd *smtpd_open(void)
{
    int in[2], out[2];
    char script[1024];
    if (!is_installed())
        return NULL;
    struct smtpd *s = calloc(1, sizeof *s);
    str_copy(s->directory, sizeof s->directory, "/tmp/triage-smtpd-XXXXXX");
    assert_non_null(mkdtemp(s->directory));
    snprintf(s->ca, sizeof s->ca, "%s/cert.pem", s->directory);
    snprintf(script, sizeof script, "%s/tests/harness/smtpd.py", getenv("TRIAGE_SRCDIR"));
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    char *const args[] = {(char *)"/usr/bin/python3", script, s->directory, NULL};
    s->pid = run(args, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    s->in = fdopen(in[1], "w");
    s->out = fdopen(out[0], "r");
    if (!fgets(script, sizeof script, s->out) || sscanf(script, "%d %d", &s->port, &s->port_tls) != 2)
        fail_msg("smtpd.py did not start");
    return s;
}

void smtpd_close(struct smtpd *s)
{
    char path[96];
    if (!s)
        return;
    fclose(s->in);
    kill(s->pid, SIGKILL); /* who hangs by script would hang on */
    waitpid(s->pid, NULL, 0);
    fclose(s->out);
    unlink(s->ca);
    snprintf(path, sizeof path, "%s/key.pem", s->directory);
    unlink(path);
    rmdir(s->directory);
    free(s);
}

const struct json *smtpd_script(struct smtpd *s, struct arena *arena, const char *order)
{
    char *line = NULL;
    size_t size = 0;
    fprintf(s->in, "%s\n", order);
    fflush(s->in);
    ssize_t n = getline(&line, &size, s->out);
    const struct json *seen = n > 0 ? json_parse_in(arena, line, (size_t)n, &json_limits_dialect, NULL, NULL) : NULL;
    free(line);
    if (!seen)
        fail_msg("smtpd.py: no answer to %s", order);
    return seen;
}

int smtpd_port(const struct smtpd *s)
{
    return s->port;
}

int smtpd_port_tls(const struct smtpd *s)
{
    return s->port_tls;
}

const char *smtpd_ca(const struct smtpd *s)
{
    return s->ca;
}
