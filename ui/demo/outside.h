/* outside: the systems that take what leaves the desk, played on one loopback port: requests are read, their signature is
 * checked, and they are answered 200, as the real ones would, or 503 on a bad day. One thread; nothing here blocks. */
#ifndef DEMO_OUTSIDE_H
#define DEMO_OUTSIDE_H
#include "base/err.h"
#include <stdint.h>

enum { OUTSIDE_FDS = 7 };
struct outside;
/* path: "/shop"; key: the ticket's; author, text: of the reply. */
typedef void outside_took(void *arg, const char *path, const char *key, const char *author, const char *text);
/* The secret of what comes in on a path; NULL = nobody lives there. */
typedef const char *outside_secret(void *arg, const char *path);
/* Is whoever lives on a path able to take it now? false: 503, and it is not handed over. */
typedef bool outside_well(void *arg, const char *path, int64_t now);

int outside_listen(int *port, struct err *err); /* 127.0.0.1, any free port; -1 + err */
/* Takes fd. well NULL: everybody is, always. */
struct outside *outside_new(int fd, outside_secret *secret, outside_well *well, outside_took *took, void *arg);
void outside_free(struct outside *outside);
int outside_fds(const struct outside *outside, int fds[OUTSIDE_FDS]); /* to wait for; how many */
void outside_run(struct outside *outside, int64_t now); /* moves everything that can move; now: ms UTC */
#endif
