/* wrong: a comment line of TAP each, as all that a test prints for people. */
#include "harness/wrong.h"
#include <stdarg.h>
#include <stdio.h>

void wrong(int *count, const char *fmt, ...)
{
    va_list ap;
    if ((*count)++ >= WRONG_TOLD)
        return;
    va_start(ap, fmt);
    fputs("# WRONG ", stdout);
    vprintf(fmt, ap);
    putchar('\n');
    va_end(ap);
}
