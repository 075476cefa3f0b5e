/* snapshot: the files the daemon reads at start and on reload, made into what it runs with. */
#ifndef DAEMON_SNAPSHOT_H
#define DAEMON_SNAPSHOT_H
#include "api/desk.h"

struct snapshot_from {
    const char *config; /* file; NULL = the sample that is compiled in */
    const char *data;   /* --data, may be NULL: then $TRIAGE_DATA, beside the program, installed, source tree */
    bool first_user;    /* a private daemon: its own user is an admin where no agent has that uid */
    int64_t port;       /* --port, -1 = as configured */
};
/* One reference. NULL + err (CONFIG with file:line:column, STORAGE). */
struct snapshot *snapshot_load(const struct snapshot_from *from, struct err *err);
/* The classifier as it starts: the lexicon among the data files. */
struct classify_model *snapshot_model(const struct snapshot_from *from, struct err *err);
/* Path of a data file such as "classify/lexicon.tsv"; NULL + err. */
char *snapshot_data(struct arena *arena, const char *dir, const char *name, struct err *err);
#endif
