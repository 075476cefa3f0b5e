/* rebuild: `triaged --rebuild`: the database of a stopped daemon is checked against its own journal. */
#ifndef DAEMON_REBUILD_H
#define DAEMON_REBUILD_H
#include "core/config.h"

/* Prints integrity, chain, files and differences, a line each; *same: nothing was found wrong. Changes nothing.
 * false: the check itself could not be made. */
bool rebuild_print(const char *db, const struct config *config, bool *same, struct err *err);
#endif
