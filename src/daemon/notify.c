/* notify: the two small protocols, without libsystemd. */
#include "daemon/notify.h"
#include "base/str.h"
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_state(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || !str_copy(to.sun_path, sizeof to.sun_path, path))
        return;
    size_t n = offsetof(struct sockaddr_un, sun_path) + strlen(path);
    if (path[0] == '@')
        to.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0)
        return;
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, (socklen_t)n) < 0)
        unsetenv("NOTIFY_SOCKET"); /* nobody there: do not try again */
    close(fd);
}

static bool describe(int fd, struct server_socket *out)
{
    union { struct sockaddr any; struct sockaddr_un un; struct sockaddr_storage room; } at;
    socklen_t n = sizeof at;
    memset(&at, 0, sizeof at);
    if (getsockname(fd, &at.any, &n) < 0)
        return false;
    bool local = at.any.sa_family == AF_UNIX;
    const char *name = local ? strrchr(at.un.sun_path, '/') : NULL;
    *out = (struct server_socket){.fd = fd, .local = local, .side = name && str_eq(name, "/triage.sock") ? SIDE_DESK : SIDE_OUTSIDE};
    return true;
}

int notify_sockets(struct server_socket *list, int max)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    int n = 0;
    if (!pid || !fds || strtol(pid, NULL, 10) != (long)getpid())
        return 0;
    for (int fd = 3; fd < 3 + (int)strtol(fds, NULL, 10) && n < max; fd++)
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && describe(fd, &list[n]))
            n++;
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    return n;
}
