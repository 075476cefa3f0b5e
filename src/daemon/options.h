/* options: triaged's command line. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H
#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

struct options {
    bool private; /* --dir: everything in one directory of the user's own */
    const char *file; /* the configuration, also where there is none yet */
    const char *dir, *config, *socket, *ingest, *db, *clock, *data;
    int64_t port; /* -1 = as configured */
    int64_t patience, beat; /* ms */
    bool check, rebuild, version, help, debug;
};
/* false + err (USAGE). Fills in the defaults of a private or a system's daemon. */
bool options_parse(struct arena *arena, int argc, char **argv, struct options *out, struct err *err);
extern const char options_help[];
#endif
