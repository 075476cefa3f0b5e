/* child: a program that has the terminal for a while: $EDITOR. It is a job of its own, as under a shell: C-c and C-z are its own; when
 * it stops we stop too, so that whoever started us has the terminal, and when we go on it goes on. Whoever ends us ends it first.
 * Meanwhile the caller's own work goes on. Main thread. */
#ifndef TERM_CHILD_H
#define TERM_CHILD_H
#include "base/err.h"

/* Waits until fd can be read, for at most ms, and does what the caller has to do besides. */
typedef void child_wait(void *arg, int fd, int ms);
struct child_run {
    const char *command, *file; /* `command "$file"`, by the shell */
    child_wait *wait;           /* NULL: nothing besides */
    void *arg;
};
struct child_end {
    int code, signal; /* one of them: its exit code, 127 = there is no such program; or the signal it died of */
    bool asked;       /* the system asked us to end meanwhile: it was ended, and so should we */
};
/* signals_away is on, the terminal is given away. ERR_UNAVAILABLE: it could not be started. */
bool child_run(const struct child_run *run, struct child_end *end, struct err *err);
#endif
