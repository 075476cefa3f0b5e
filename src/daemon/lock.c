/* lock: an open-file-description lock, released by the kernel however the daemon ends. The database file itself is
 * never opened for this: closing any descriptor of it would drop SQLite's own locks. */
#include "daemon/lock.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef F_OFD_SETLK
enum { LOCK_NOW = F_OFD_SETLK };
#else
enum { LOCK_NOW = F_SETLK };
#endif

static void lock_path(const char *db, char *path, size_t size)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", db);
    snprintf(path, size, "%s/triage.lock", dirname(copy));
}

static bool taken(int fd, const char *path, struct err *err)
{
    char pid[32] = "";
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
    pid[n > 0 ? n : 0] = 0;
    pid[strspn(pid, "0123456789")] = 0;
    return err_set(err, ERR_CONFLICT, "another daemon has %s: pid %s", path, *pid ? pid : "unknown");
}

static bool sign(int fd, const char *path, struct err *err)
{
    char pid[32];
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    return (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)n, 0) == n) ||
           err_set(err, ERR_STORAGE, "writing %s: %s", path, strerror(errno));
}

int lock_take(const char *db, struct err *err)
{
    char path[4200];
    lock_path(db, path, sizeof path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_set(err, ERR_STORAGE, "opening %s: %s", path, strerror(errno));
        return -1;
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool ok = fcntl(fd, LOCK_NOW, &lock) == 0;
    ok = ok ? sign(fd, path, err) :
         errno == EAGAIN || errno == EACCES ? taken(fd, path, err) : err_set(err, ERR_STORAGE, "locking %s: %s", path, strerror(errno));
    if (ok)
        return fd;
    close(fd);
    return -1;
}
