/* sink: a receiver on 127.0.0.1 that says 200 to everything and counts: `sink PORT REQUESTS`. One thread, poll; after the last of
 * them it prints one line, requests a second from the first to the last, and ends. */
#include "base/clock.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 128, HEAD = 16 << 10 };
static struct pollfd fds[CONNECTIONS];
static struct { char bytes[HEAD + 1]; size_t n; } reads[CONNECTIONS];
static int count = 1;

static void drop(int i)
{
    close(fds[i].fd);
    fds[i] = fds[--count];
    reads[i] = reads[count];
}

/* A whole request has come; then it is answered, and the sender closes. */
static bool answered(int i)
{
    static const char yes[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    ssize_t got = read(fds[i].fd, reads[i].bytes + reads[i].n, HEAD - reads[i].n);
    if (got <= 0) {
        drop(i);
        return false;
    }
    reads[i].bytes[reads[i].n += (size_t)got] = 0;
    const char *end = strstr(reads[i].bytes, "\r\n\r\n"), *length = strcasestr(reads[i].bytes, "\r\ncontent-length:");
    if (!end || (length && reads[i].n < (size_t)(end + 4 - reads[i].bytes) + strtoul(length + 17, NULL, 10)))
        return false;
    reads[i].n = 0;
    return write(fds[i].fd, yes, sizeof yes - 1) > 0;
}

int main(int argc, char **argv)
{
    long want = argc == 3 ? strtol(argv[2], NULL, 10) : 0, had = 0;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(argc == 3 ? strtol(argv[1], NULL, 10) : 0)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    int64_t first = 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (want < 1 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, CONNECTIONS))
        return 2;
    fds[0] = (struct pollfd){.fd = fd, .events = POLLIN};
    while (had < want && poll(fds, (nfds_t)count, 60000) > 0) {
        if (fds[0].revents && count < CONNECTIONS) {
            reads[count].n = 0;
            fds[count++] = (struct pollfd){.fd = accept(fd, NULL, NULL), .events = POLLIN};
        }
        for (int i = count - 1; i > 0; i--)
            if (fds[i].revents && answered(i) && !had++)
                first = clock_mono_us();
    }
    printf("%.0f %ld\n", (double)had * 1e6 / (double)(clock_mono_us() - first + 1), had);
    return had < want;
}
