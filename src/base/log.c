/* log: logfmt to standard error. Under journald (JOURNAL_STREAM) the sd-daemon priority prefix is added. */
#include "base/log.h"
#include "base/clock.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static enum log_level most = LOG_INFO;
static const char *const names[] = {"error", "warn", "info", "debug"};
static const char *const prefixes[] = {"<3>", "<4>", "<6>", "<7>"};

void log_level(enum log_level level)
{
    most = level;
}

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
    if (level > most)
        return;
    char line[1024], when[32], rest[768] = "";
    if (fmt) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(rest, sizeof rest, fmt, ap);
        va_end(ap);
    }
    for (char *c = rest; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || (unsigned char)*c >= 0x80)
            *c = '?';
    int n = snprintf(line, sizeof line, "%sat=%s level=%s event=%s%s%s\n", getenv("JOURNAL_STREAM") ? prefixes[level] : "",
                     clock_format(clock_now(), when), names[level], event, *rest ? " " : "", rest);
    if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
        return;
}
