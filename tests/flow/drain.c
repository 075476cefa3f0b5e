/* drain: a daemon that is asked to stop while everybody knocks. It ends in order, and whoever is answered meanwhile is answered in full, or
 * told to come back. */
#include "base/crypto.h"
#include "base/str.h"
#include "harness/daemon.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { STOPS = 20, CALLERS = 4 };
struct counts {
    int answered, later, unheard, odd;
};
static struct counts *counts; /* of each caller */

static int knock(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    str_copy(at.sun_path, sizeof at.sun_path, path);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    close(fd);
    return -1;
}

/* What comes until the other side hangs up. */
static size_t read_all(int fd, char *to, size_t size)
{
    size_t n = 0;
    for (ssize_t got; n + 1 < size && (got = read(fd, to + n, size - 1 - n)) > 0;)
        n += (size_t)got;
    to[n] = 0;
    return n;
}

static void call(const char *path, struct counts *c)
{
    static const char ask[] = "GET /v1/self HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n";
    char answer[16384];
    int fd = knock(path);
    if (fd < 0) {
        usleep(500);
        return;
    }
    bool said = send(fd, ask, sizeof ask - 1, MSG_NOSIGNAL) == sizeof ask - 1;
    if (!said || !read_all(fd, answer, sizeof answer))
        c->unheard++;
    else if (strncmp(answer, "HTTP/1.1 200", 12) == 0 && strstr(answer, "\r\n\r\n{"))
        c->answered++;
    else if (strncmp(answer, "HTTP/1.1 503", 12) == 0 && strstr(answer, "\r\nRetry-After: "))
        c->later++;
    else
        c->odd++;
    close(fd);
}

static void a_daemon_at_whose_doors_everybody_knocks_ends_in_order(void **state)
{
    (void)state;
    struct daemon_run *daemon = daemon_start("team: drain\n");
    pid_t callers[CALLERS], self = getpid();
    struct counts all = {0};
    counts = mmap(NULL, CALLERS * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(counts, MAP_FAILED);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = fork();
        while (callers[i] == 0 && getppid() == self)
            call(daemon->desk, &counts[i]);
        if (callers[i] == 0)
            _exit(0); /* the test has failed */
    }
    for (int i = 0; i < STOPS; i++) {
        usleep(20000 + 1000 * (useconds_t)i);
        assert_int_equal(daemon_stop(daemon), 0);
        daemon_restart(daemon);
    }
    for (int i = 0; i < CALLERS; i++) {
        kill(callers[i], SIGKILL);
        waitpid(callers[i], NULL, 0);
        all.answered += counts[i].answered;
        all.later += counts[i].later;
        all.unheard += counts[i].unheard;
        all.odd += counts[i].odd;
    }
    print_message("# %d stops: %d calls answered, %d told to come back, %d cut off\n", STOPS, all.answered, all.later, all.unheard);
    assert_int_equal(all.odd, 0);
    assert_true(all.answered > 0);
    munmap(counts, CALLERS * sizeof *counts);
    daemon_remove(daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_daemon_at_whose_doors_everybody_knocks_ends_in_order)};
    return crypto_open() ? cmocka_run_group_tests_name("drain", tests, NULL, NULL) : 1;
}
