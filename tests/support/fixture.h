/* fixture: files of tests/fixtures, and the few that are made instead of kept. For tests only. */
#ifndef SUPPORT_FIXTURE_H
#define SUPPORT_FIXTURE_H
#include "base/arena.h"

/* The bytes of tests/fixtures/<path>, NUL-terminated, in arena. Fails the test if it cannot be read.
 * events/edge/rbs/huge-body.json (2 MiB of one repeated line) is made here, byte for byte. */
char *fixture_read(struct arena *arena, const char *path, size_t *n);
/* Rows of a tab-separated fixture without its heading; each row is an array of `columns` texts ("" where short). */
int fixture_rows(struct arena *arena, const char *path, int columns, char ****rows);
/* The column of that name in the heading; fails the test if there is none. */
int fixture_column(struct arena *arena, const char *path, const char *name);
#endif
