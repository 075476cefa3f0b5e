/* house: a desk of a story's own configuration, with its lines: a client at its door and one at the desk, as the user who runs the test; shells
 * find it ($TRIAGE_SOCKET). One at a time. */
#ifndef HARNESS_HOUSE_H
#define HARNESS_HOUSE_H
#include "harness/client.h"
#include "harness/daemon.h"

extern struct house {
    struct daemon_run *run;
    struct client *in, *desk;
} house;
void house_open(const char *config); /* %ld in it, where it is, is this user's uid */
void house_close(void);
int house_left(void **state); /* the same, as what ends a test */
/* After the daemon was stopped, or was told to go: it starts again, and the lines with it. */
void house_again(void);
#endif
