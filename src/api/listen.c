/* listen: making the sockets ourselves instead of leaving it to the HTTP library: stale ones, modes, directories. */
#include "config.h"
#include "api/listen.h"
#include "base/str.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool sys(struct err *err, const char *what, const char *path)
{
    return err_set(err, ERR_STORAGE, "%s %s: %s", what, path, strerror(errno));
}

static int new_socket(int family)
{
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd >= 0 && (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool address(struct sockaddr_un *at, const char *path, struct err *err)
{
    *at = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (!str_copy(at->sun_path, sizeof at->sun_path, path))
        return err_set(err, ERR_USAGE, "socket path %s is longer than %zu bytes", path, sizeof at->sun_path - 1);
    return true;
}

/* A socket somebody answers on is theirs; one nobody answers on is a leftover. */
static bool clear(const struct sockaddr_un *at, struct err *err)
{
    struct stat st;
    if (lstat(at->sun_path, &st) < 0)
        return errno == ENOENT || sys(err, "looking at", at->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, ERR_STATE, "%s is there and is no socket", at->sun_path);
    int fd = new_socket(AF_UNIX);
    if (fd < 0)
        return sys(err, "making a socket for", at->sun_path);
    bool alive = connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno == EAGAIN;
    close(fd);
    if (alive)
        return err_set(err, ERR_CONFLICT, "another daemon listens on %s", at->sun_path);
    return unlink(at->sun_path) == 0 || sys(err, "removing the stale socket", at->sun_path);
}

int listen_unix(const char *path, mode_t mode, struct err *err)
{
    struct sockaddr_un at;
    if (!address(&at, path, err) || !clear(&at, err))
        return -1;
    int fd = new_socket(AF_UNIX);
    if (fd < 0) {
        sys(err, "making a socket for", path);
        return -1;
    }
    mode_t was = umask(0777 & ~mode);
    int bound = bind(fd, (struct sockaddr *)&at, sizeof at);
    umask(was);
    if (bound < 0 || listen(fd, 511) < 0) {
        sys(err, "listening on", path);
        close(fd);
        return -1;
    }
    return fd;
}

int listen_loopback(int port, struct err *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = new_socket(AF_INET), on = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 511) < 0) {
        err_set(err, errno == EADDRINUSE ? ERR_CONFLICT : ERR_STORAGE, "listening on 127.0.0.1 port %d: %s", port, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* Every directory above must be ours or root's, and not writable by others unless sticky. */
static bool path_safe(const char *path, struct err *err)
{
    char real[4096], *slash;
    if (!realpath(path, real))
        return sys(err, "looking at", path);
    while ((slash = strrchr(real, '/'))) {
        slash[slash == real] = 0;
        struct stat st;
        if (lstat(real, &st) < 0)
            return sys(err, "looking at", real);
        if ((st.st_mode & 0002 && !(st.st_mode & S_ISVTX)) || (st.st_uid != 0 && st.st_uid != geteuid()))
            return err_set(err, ERR_FORBIDDEN, "%s above %s can be changed by others", real, path);
        if (slash == real)
            break;
    }
    return true;
}

bool listen_directory(const char *path, struct err *err)
{
    struct stat st;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return sys(err, "making", path);
    if (lstat(path, &st) < 0)
        return sys(err, "looking at", path);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_FORBIDDEN, "%s is no directory", path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return err_set(err, ERR_FORBIDDEN, "%s belongs to somebody else", path);
    if (st.st_mode & 0027)
        return err_set(err, ERR_FORBIDDEN, "%s must have mode 0700 or 0750", path);
    return path_safe(path, err);
}

bool listen_peer(int fd, int64_t *uid)
{
#ifdef HAVE_GETPEEREID
    uid_t u;
    gid_t g;
    if (getpeereid(fd, &u, &g) < 0)
        return false;
    *uid = (int64_t)u;
#else
    struct ucred who;
    socklen_t n = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
        return false;
    *uid = (int64_t)who.uid;
#endif
    return *uid != 65534; /* the overflow uid: nobody in particular */
}
