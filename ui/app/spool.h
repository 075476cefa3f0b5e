/* spool: texts that lie in files for a while: what an editor has open, what a command reads, what no desk took. Each has a directory of its own (0700, its
 * files 0600) below $XDG_STATE_HOME/triage, else ~/.local/state/triage: a place of one's own that outlives a logout; where there is none, below
 * $XDG_RUNTIME_DIR, $TMPDIR or /tmp. The directory's name says of which desk and agent it is. Whoever uses it holds a lock on it, which ends with the
 * process: so the next console tells what was left behind from what is in use. */
#ifndef APP_SPOOL_H
#define APP_SPOOL_H
#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>

enum { SPOOL_DESK = 9, SPOOL_DIR = 320, SPOOL_PATH = 400 };
struct spool {
    char dir[SPOOL_DIR];
    int lock; /* -1: none is held */
};
void spool_desk(const char *socket, const char *agent, char desk[SPOOL_DESK]);
bool spool_make(struct spool *spool, const char *desk, struct err *err);
/* A file there, from its parts; one of that name is replaced as a whole. */
bool spool_put(const struct spool *spool, const char *name, const char *const *parts, int count, struct err *err);
/* What is there now, if it is a plain file; one byte more than max is read, so that too much is seen. NULL: nothing. The caller frees it. */
char *spool_get(const struct spool *spool, const char *name, size_t max, size_t *n);
void spool_path(const struct spool *spool, const char *name, char path[SPOOL_PATH]);
void spool_remove(const struct spool *spool, const char *name);
/* Lets go of it, and what lies there goes: all of it, or (only) that file. true: the directory is gone too. */
bool spool_drop(struct spool *spool, const char *only);
void spool_leave(struct spool *spool); /* lets go of it, and all stays */
/* Those of that desk that nobody holds, one after another, held; true: take keeps it. */
typedef bool spool_take(void *arg, struct spool *spool);
void spool_each(const char *desk, spool_take *take, void *arg);
#endif
