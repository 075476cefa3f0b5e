/* scratch: made by mkdtemp, removed from the leaves up; links are removed and not followed. */
#include "harness/scratch.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct scratch scratch_make(const char *name)
{
    struct scratch s;
    snprintf(s.dir, sizeof s.dir, "/tmp/triage-%.20s-XXXXXX", name);
    if (!mkdtemp(s.dir))
        fail_msg("no directory %s", s.dir);
    snprintf(s.db, sizeof s.db, "%s/triage.db", s.dir);
    return s;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info, (void)kind, (void)ftw;
    return remove(path);
}

void scratch_remove(const struct scratch *s)
{
    nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
