/* glass: a program on a pseudo terminal of its own, seen only by the bytes it writes there, as whoever sits at
 * the other end of a line sees it. For what is measured: nothing is drawn, no cell is kept (tests/harness/seat has a
 * real terminal for that). Whoever asks a terminal for its status or its kind is answered, so that nobody waits. Linux's /proc tells
 * processor time and memory. */
#ifndef TESTS_HARNESS_GLASS_H
#define TESTS_HARNESS_GLASS_H

#include "base/str.h"
#include <stdint.h>
#include <sys/types.h>

enum { GLASS_ROWS = 40, GLASS_COLUMNS = 120 };

struct glass {
    pid_t pid;
    int pty;
    struct str text; /* since the last look, 64 MB at most */
};
struct glass_seen {
    int64_t at;    /* of the last byte, microseconds of clock_mono_us */
    size_t bytes;
    bool found;    /* what was looked for came; else it ended, or nothing came in time */
};

/* Starts argv in dir (NULL: here) with TERM=xterm-256color and the variables of env, "NAME=value" each, NULL at the end. False when there is no pseudo terminal;
 * a program that cannot be run ends with 127, which the first look tells. */
bool glass_open(struct glass *g, const char *const argv[], const char *dir, const char *const env[]);
void glass_close(struct glass *g); /* ends it, by force where it does not go */

/* Reads until nothing comes for quiet_ms after `what` (NULL: after the first byte); 0: no longer than to that. Gives up after patience_ms. */
struct glass_seen glass_look(struct glass *g, const char *what, int quiet_ms, int64_t patience_ms);
/* Presses keys and looks; *took: microseconds from before the write to the last byte. */
struct glass_seen glass_press(struct glass *g, const char *keys, int quiet_ms, int64_t patience_ms, int64_t *took);
/* Presses keys (NULL: none) and reads for ms, whatever comes; its bytes, -1 when the program has ended. */
ssize_t glass_rest(struct glass *g, const char *keys, int ms);

/* Processor time of its whole session, in microseconds. */
double glass_cpu_us(const struct glass *g);
/* The sum named "Pss:", "Rss:" or the like, of a process, in MB. */
double glass_memory_mb(pid_t pid, const char *sum);
/* The same of its whole session. */
double glass_session_mb(const struct glass *g, const char *sum);

#endif
