/* settle: waits for a console as long as it has anything to do, and no longer. */
#ifndef HARNESS_SETTLE_H
#define HARNESS_SETTLE_H
#include "harness/console.h"

enum { SETTLE_MOST = 5000 }; /* ms */
/* Reads until it waits for something, the daemon too where one is given (so that nothing is on its way between them), and nothing more
 * comes. What a timer of its own brings later is not waited for. Gives the bytes it wrote so far. */
size_t settle_console(struct console_run *c, const struct daemon_run *daemon);
#endif
