/* shell: see shell.h. Output goes to files, so that no pipe can fill up while nobody reads it. */
#include "harness/shell.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { WORDS = 30 };

static void read_back(int fd, char *text, size_t size)
{
    size_t used = 0;
    lseek(fd, 0, SEEK_SET);
    for (ssize_t n; used + 1 < size && (n = read(fd, text + used, size - used - 1)) > 0;)
        used += (size_t)n;
    text[used] = 0;
    close(fd);
}

static int nameless_file(void)
{
    char path[] = "/tmp/triage-shell-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

static void become(const char *const *words, int in, int out, int err)
{
    char path[1024];
    const char *argv[WORDS + 2] = {"triage"};
    for (int i = 0; words[i] && i < WORDS; i++)
        argv[i + 1] = words[i];
    snprintf(path, sizeof path, "%s/triage", getenv("TRIAGE_BUILDDIR"));
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    execv(path, (char *const *)(uintptr_t)argv);
    _exit(127);
}

static struct shell_ran ran;

static void run(const char *input, int out, const char *const *words)
{
    int in = nameless_file(), err = nameless_file(), status;
    if (input)
        assert_int_equal(write(in, input, strlen(input)), (ssize_t)strlen(input));
    lseek(in, 0, SEEK_SET);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(words, in, out, err);
    waitpid(pid, &status, 0);
    close(in);
    read_back(err, ran.err, sizeof ran.err);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const struct shell_ran *shell_run(const char *input, const char *const *words)
{
    int out = nameless_file();
    run(input, out, words);
    read_back(out, ran.out, sizeof ran.out);
    return &ran;
}

const struct shell_ran *shell_run_onto(int out, const char *const *words)
{
    run(NULL, out, words);
    *ran.out = 0;
    return &ran;
}

void shell_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}
