/* lock: one daemon for one database, for as long as it lives. */
#ifndef DAEMON_LOCK_H
#define DAEMON_LOCK_H
#include "base/err.h"
/* Takes triage.lock in the database's directory and writes the pid into it. -1 + err (CONFLICT names the pid). */
int lock_take(const char *db, struct err *err);
#endif
