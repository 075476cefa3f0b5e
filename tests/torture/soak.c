/* soak: the demo at twenty times its speed with somebody at its console: is there a leak? Every second the resident memory and
 * the descriptors of console and daemon are read. `soak [SECONDS]`: 4320 is a day of the demo; then the slope of the last
 * half must stay below 1 MB an hour. In make check it runs for seconds, where a slope says nothing: then nothing may
 * have grown by more than a bound that an ordinary leak of a frame or an event would pass, and no descriptor been gained. */
#include "base/clock.h"
#include "harness/console.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* A sanitizer keeps what was freed for a while: memory says nothing there, descriptors do. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
enum { SETTLE_S = 3, LONG_S = 600, MOST = 100000, GROWN_KB = 8192, FILES_SLACK = 4, SOON = 30000 };
static int seconds = 6;
static uint64_t seed = 7;

struct watched {
    const char *name, *word; /* word: by which its command line is known */
    pid_t pid;
    int n, files_first, files_last;
    double kb[MOST];
};
static struct watched console = {.name = "console", .word = "--socket"}, desk = {.name = "daemon", .word = "--clock"};

static int dice(int most)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)most);
}

/* --- what /proc says --- */

static bool has_word(pid_t pid, const char *word)
{
    char path[64], words[4096];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(words, 1, sizeof words - 1, file) : 0;
    if (file)
        fclose(file);
    words[n] = 0;
    for (size_t i = 0; i < n; i += strlen(words + i) + 1)
        if (strcmp(words + i, word) == 0)
            return true;
    return false;
}

static void find_child(pid_t parent, struct watched *w)
{
    char path[96];
    int pid;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    while (file && fscanf(file, "%d", &pid) == 1)
        if (has_word(pid, w->word))
            w->pid = pid;
    if (file)
        fclose(file);
}

static double resident_kb(pid_t pid)
{
    char path[64];
    long whole = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%ld %ld", &whole, &resident) != 2)
        fail_msg("process %d is gone", (int)pid);
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static int files_of(pid_t pid)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        n += e->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void sample(struct watched *w)
{
    if (w->n == MOST)
        return;
    w->files_last = files_of(w->pid);
    w->files_first = w->n ? w->files_first : w->files_last;
    w->kb[w->n++] = resident_kb(w->pid);
}

/* KB a second over the last half, by least squares. */
static double slope(const struct watched *w)
{
    int from = w->n / 2, n = w->n - from;
    double x = 0, y = 0, xx = 0, xy = 0;
    for (int i = 0; i < n; i++) {
        x += i;
        y += w->kb[from + i];
        xx += (double)i * i;
        xy += i * w->kb[from + i];
    }
    double under = n * xx - x * x;
    return under > 0 ? (n * xy - x * y) / under : 0;
}

/* --- the day --- */

static void press(struct console_run *c)
{
    static const char *const keys[] = {"j", "j", "k", "\x04", "\x15", "gg", "G", "\r", "q", "?", "q", "6", "2", "gb", "q", "go", "q", "/login\r", "\x1b"};
    console_type(c, keys[dice(sizeof keys / sizeof *keys)]);
}

static void judge(const struct watched *w)
{
    double grown = w->kb[w->n - 1] - w->kb[w->n / 2], hourly = slope(w) * 3600 / 1024;
    print_message("# %s: %.0f KB after %d s, %+.0f KB in the last half (%+.2f MB/h), %d descriptors at first, %d at last\n", w->name, w->kb[w->n - 1],
                  w->n, grown, hourly, w->files_first, w->files_last);
    assert_true(w->files_last <= w->files_first + FILES_SLACK); /* calls in flight, one file of a checkpoint */
    if (SANITIZED)
        return;
    if (seconds >= LONG_S)
        assert_true(hourly < 1);
    else
        assert_true(grown < GROWN_KB);
}

static void nothing_leaks_in_a_day_of_the_demo(void **state)
{
    char home[] = "/tmp/triage-soak-XXXXXX", length[16];
    (void)state;
    if (access("/proc/self/statm", R_OK) != 0) {
        print_message("# skipped: no /proc to read memory and descriptors from\n");
        skip();
    }
    assert_non_null(mkdtemp(home));
    snprintf(length, sizeof length, "%d", seconds + SETTLE_S + 3600);
    struct console_run *c = console_start("soak", home, (const char *const[]){console_program(), "demo", "--speed", "20", "--seconds", length, NULL});
    console_wait(&c, 1, "live", NULL, true, clock_mono(), SOON);
    find_child(console_pid(c), &console);
    find_child(console_pid(c), &desk);
    assert_true(console.pid > 0 && desk.pid > 0);
    int64_t start = clock_mono() + SETTLE_S * 1000;
    for (int done = -SETTLE_S; done < seconds;) {
        size_t n;
        press(c);
        console_bytes(c, 100, &n);
        if (clock_mono() >= start + done * 1000) {
            done++;
            if (done > 0) {
                sample(&console);
                sample(&desk);
            }
        }
    }
    console_close(c);
    rmdir(home);
    judge(&console);
    judge(&desk);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_leaks_in_a_day_of_the_demo)};
    seconds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : seconds;
    return seconds > 1 ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
