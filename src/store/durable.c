/* durable: fsync of the log, by a descriptor of our own. That it failed once is kept: the kernel tells of a lost page once only,
 * and a sync after that would promise what is not there (reliability.md finding 2). */
#include "store/durable.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct durable { int log, fault; }; /* fault: errno of the sync that failed, 0: none did */

struct durable *durable_open(const char *path, struct err *err)
{
    struct durable *d = calloc(1, sizeof *d);
    char log[4096];
    if (!d)
        abort();
    d->log = -1;
    if (!path)
        return d;
    if (snprintf(log, sizeof log, "%s-wal", path) < (int)sizeof log)
        d->log = open(log, O_RDWR | O_CLOEXEC);
    if (d->log >= 0)
        return d;
    err_set(err, ERR_STORAGE, "opening %s: %s", log, strerror(errno));
    free(d);
    return NULL;
}

static int sync_data(int fd)
{
#if defined _POSIX_SYNCHRONIZED_IO && _POSIX_SYNCHRONIZED_IO > 0
    return fdatasync(fd);
#else
    return fsync(fd);
#endif
}

bool durable_wait(struct durable *d, struct err *err)
{
    if (!d->fault && d->log >= 0 && sync_data(d->log) != 0)
        d->fault = errno;
    return !d->fault || err_set(err, ERR_STORAGE, "writing the log to disk: %s", strerror(d->fault));
}

void durable_close(struct durable *d)
{
    if (d && d->log >= 0)
        close(d->log);
    free(d);
}
