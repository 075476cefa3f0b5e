/* corpora: see corpora.h. */
#include "harness/corpora.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

const char *corpora_root(void)
{
    const char *root = getenv("TRIAGE_CORPORA");
    return root && *root ? root : NULL;
}

const char *corpora_needed(const char *what)
{
    const char *root = corpora_root();
    if (!root) {
        print_message("# skipped: TRIAGE_CORPORA is not set (%s)\n", what);
        skip();
    }
    return root;
}
