/* bereft: a demo whose daemon is gone from one moment to the next, with its console on the screen. Whoever sits there gets their
 * terminal back as it was, the screen from before, a sentence that says what happened, and a code; nothing stays behind. */
#include "harness/console.h"
#include "harness/process.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char home[64];
static struct console_run *console;

/* The shell tells the terminal's settings before and after; its process id is the demo's parent's. */
static int start(void **state)
{
    static char line[4400];
    (void)state;
    strcpy(home, "/tmp/triage-bereft-XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(line, sizeof line, "export TMPDIR=%s; stty -g >%s/.before; echo earlier; %s demo; code=$?; stty -g >%s/.after; echo \"it ended with code $code\"; read -r line", home, home,
             console_program(), home);
    console = console_start("bereft", home, (const char *const[]){"/bin/sh", "-c", line, NULL});
    console_shows(console, "live", NULL);
    return 0;
}

static int stop(void **state)
{
    char path[96];
    (void)state;
    console_close(console);
    static const char *const names[] = {".before", ".after"};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        unlink(path);
    }
    return rmdir(home);
}

static const char *settings(const char *name, char *text, int size)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", home, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, size, file));
    fclose(file);
    return text;
}

static int left_behind(void)
{
    int n = 0;
    DIR *dir = opendir(home);
    for (const struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        n += strncmp(e->d_name, "triage-demo", 11) == 0;
    closedir(dir);
    return n;
}

static void a_demo_whose_daemon_was_killed_ends_in_a_sentence_and_a_restored_terminal(void **state)
{
    char before[256], after[256];
    (void)state;
    pid_t demo = process_child(console_pid(console), "demo"), daemon = process_child(demo, "--clock");
    assert_true(demo > 0 && daemon > 0);
    kill(daemon, SIGKILL);
    console_shows(console, "it ended with code 69", NULL);
    assert_in_range(console_find(console, "triage: triaged was killed by signal 9 (Killed)."), 1, CONSOLE_ROWS);
    assert_int_equal(console_find(console, "earlier"), 0); /* the screen from before */
    assert_string_equal(settings(".before", before, sizeof before), settings(".after", after, sizeof after));
    int row, column;
    console_cursor(console, &row, &column);
    assert_int_equal(column, 0);
    assert_int_equal(left_behind(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_demo_whose_daemon_was_killed_ends_in_a_sentence_and_a_restored_terminal)};
    if (!process_watched()) {
        puts("# skipped: no /proc to find the daemon in");
        return 77;
    }
    return cmocka_run_group_tests_name("bereft", tests, start, stop);
}
