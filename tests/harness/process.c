/* process: see process.h. */
#include "harness/process.h"
#include "base/clock.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

bool process_watched(void)
{
    return access("/proc/self/smaps_rollup", R_OK) == 0;
}

static FILE *open_of(pid_t pid, const char *name)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("process %d is gone", (int)pid);
    return file;
}

/* The number of the line that begins so, -1 if there is none. */
static double number_in(pid_t pid, const char *name, const char *word)
{
    char line[256];
    double found = -1;
    FILE *file = open_of(pid, name);
    while (found < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, word, strlen(word)) == 0)
            found = strtod(line + strlen(word), NULL);
    fclose(file);
    return found;
}

double process_resident_kb(pid_t pid)
{
    return number_in(pid, "smaps_rollup", "Rss:");
}

double process_share_kb(pid_t pid)
{
    return number_in(pid, "smaps_rollup", "Pss:");
}

double process_own_kb(pid_t pid)
{
    return number_in(pid, "smaps_rollup", "Private_Dirty:");
}

static int entries(pid_t pid, const char *name)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    DIR *dir = opendir(path);
    if (!dir)
        fail_msg("process %d is gone", (int)pid);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        n += e->d_name[0] != '.';
    closedir(dir);
    return n;
}

int process_files(pid_t pid)
{
    return entries(pid, "fd");
}

int process_files_of(pid_t pid, const char *begins)
{
    char path[64], name[400], what[256];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        fail_msg("process %d is gone", (int)pid);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        ssize_t length = readlink(name, what, sizeof what);
        n += length >= (ssize_t)strlen(begins) && memcmp(what, begins, strlen(begins)) == 0;
    }
    closedir(dir);
    return n;
}

int process_sockets(pid_t pid)
{
    return process_files_of(pid, "socket:");
}

int process_threads(pid_t pid)
{
    return entries(pid, "task");
}

static bool thread_rests(const char *tasks, const char *thread)
{
    char path[160], state = 0;
    snprintf(path, sizeof path, "%s/%.20s/stat", tasks, thread);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 'S'; /* it has ended meanwhile */
    if (file)
        fclose(file);
    return state == 'S';
}

bool process_rests(pid_t pid)
{
    char path[64];
    bool rests = true;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    for (const struct dirent *e; rests && dir && (e = readdir(dir));)
        rests = *e->d_name == '.' || thread_rests(path, e->d_name);
    if (dir)
        closedir(dir);
    return rests && dir;
}

long process_sleeps(pid_t pid)
{
    char path[64], name[300];
    double sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    if (!dir)
        fail_msg("process %d is gone", (int)pid);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "task/%s/status", e->d_name);
        sum += number_in(pid, name, "voluntary_ctxt_switches:");
    }
    closedir(dir);
    return (long)sum;
}

/* The word behind `word` in its command line; *found: `word` itself is there. */
static void argument(pid_t pid, const char *word, char *out, size_t size, bool *found)
{
    char words[4096];
    FILE *file = open_of(pid, "cmdline");
    size_t n = fread(words, 1, sizeof words - 1, file), i = 0;
    fclose(file);
    words[n] = 0;
    while (i < n && strcmp(words + i, word) != 0)
        i += strlen(words + i) + 1;
    *found = i < n;
    i += i < n ? strlen(word) + 1 : 0;
    snprintf(out, size, "%s", i < n ? words + i : "");
}

static bool has_word(pid_t pid, const char *word)
{
    char next[8];
    bool found;
    argument(pid, word, next, sizeof next, &found);
    return found;
}

void process_argument(pid_t pid, const char *word, char *out, size_t size)
{
    bool found;
    argument(pid, word, out, size, &found);
    if (!found || !*out)
        fail_msg("process %d was not told %s", (int)pid, word);
}

/* A process that nobody has asked about yet is still listed, with a Z. */
bool process_ended(pid_t pid, int limit_ms)
{
    char path[64], line[256], *at;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    for (int64_t until = clock_mono() + limit_ms; clock_mono() < until; usleep(5000)) {
        FILE *file = fopen(path, "r");
        bool runs = file && fgets(line, sizeof line, file) && (at = strrchr(line, ')')) && at[1] && at[2] != 'Z';
        if (file)
            fclose(file);
        if (!runs)
            return true;
    }
    return false;
}

pid_t process_child(pid_t parent, const char *word)
{
    char name[64];
    int pid;
    pid_t found = 0;
    snprintf(name, sizeof name, "task/%d/children", (int)parent);
    FILE *file = open_of(parent, name);
    while (fscanf(file, "%d", &pid) == 1)
        if (has_word(pid, word))
            found = pid;
    fclose(file);
    return found;
}
