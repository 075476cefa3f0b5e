/* daemon: the real triaged in a directory of its own, with a clock the test moves. */
#ifndef HARNESS_DAEMON_H
#define HARNESS_DAEMON_H
#include "harness/client.h"
#include <stdint.h>
#include <sys/types.h>

enum { TEST_NOW_S = 1798761600 }; /* 2027-01-01T00:00:00Z: no fixture is in the future */
struct daemon_run {
    char dir[64], desk[96], ingest[96], log[96];
    int64_t *clock; /* ms UTC; the daemon reads it too */
    const char *more[4]; /* further arguments, NULL-terminated */
    int files;           /* limit of open files, 0 = as it is */
    bool system;         /* as a system's desk: without --dir, so that its user is no agent unless listed */
    pid_t pid;
};
/* A fresh directory with this triaged.yaml (NULL: none), the clock at TEST_NOW_S, and the daemon up. */
struct daemon_run *daemon_start(const char *config);
/* The same; %ld in the configuration is this user's uid. */
struct daemon_run *daemon_start_mine(const char *config);
/* The same, not yet started: set more or system, then daemon_restart. */
struct daemon_run *daemon_make(const char *config);
/* Starts it (again) in its directory and waits until it answers; spawn does not wait. $TRIAGE_TRIAGED is started
 * instead of the build's triaged, if set. */
void daemon_restart(struct daemon_run *run);
void daemon_spawn(struct daemon_run *run);
void daemon_config(struct daemon_run *run, const char *config); /* writes triage.yaml; no signal */
/* Asks it to stop and waits; returns its exit code, or 128 + signal. */
int daemon_stop(struct daemon_run *run);
/* It stands still, each thread of it, until SIGCONT: one that runs may answer once more. */
void daemon_freeze(const struct daemon_run *run);
void daemon_kill(struct daemon_run *run); /* SIGKILL */
void daemon_remove(struct daemon_run *run); /* stops it if it runs; the directory goes */
/* Runs triaged with these arguments and waits: its exit code. */
int daemon_try(const char *const *args);
int daemon_try_aloud(const char *const *args); /* what it prints goes to stderr */
#endif
