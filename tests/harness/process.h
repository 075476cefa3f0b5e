/* process: what /proc says of a process that runs: memory, descriptors, threads. A process that is gone fails the test. */
#ifndef HARNESS_PROCESS_H
#define HARNESS_PROCESS_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A sanitizer keeps what was freed for a while and has a thread that wakes: memory and sleeps say nothing there, the rest does. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { PROCESS_SANITIZED = true };
#else
enum { PROCESS_SANITIZED = false };
#endif

bool process_watched(void);          /* is there a /proc to read? */
double process_resident_kb(pid_t pid);
double process_share_kb(pid_t pid);  /* of what is shared, its part */
double process_own_kb(pid_t pid);    /* written by it and shared with nobody: heaps, stacks, data */
int process_files(pid_t pid);
int process_files_of(pid_t pid, const char *begins); /* of these: what is open by a name that begins so */
int process_sockets(pid_t pid); /* of these: connections, and pairs of its own */
int process_threads(pid_t pid);
bool process_rests(pid_t pid);       /* each of its threads waits for something, now */
long process_sleeps(pid_t pid);      /* how often its threads went to sleep by themselves so far */
/* A child of parent that has this word on its command line, 0 = none. */
pid_t process_child(pid_t parent, const char *word);
/* What stands behind that word on its command line; fails the test if nothing does. */
void process_argument(pid_t pid, const char *word, char *out, size_t size);
/* Waits until it runs no more, whoever is to be told of it; false: it runs on. */
bool process_ended(pid_t pid, int limit_ms);
#endif
