/* listen: sockets to listen on, made so that nobody else can put themselves in their place (reliability.md M3). */
#ifndef API_LISTEN_H
#define API_LISTEN_H
#include "base/err.h"
#include <sys/types.h>

/* A Unix socket at path with that mode. A stale one is replaced, a live one is ERR_CONFLICT, anything else stays. */
int listen_unix(const char *path, mode_t mode, struct err *err); /* -1 + err */
int listen_loopback(int port, struct err *err);                  /* 127.0.0.1 only */
/* Made if missing (0700). Must be a directory of ours (or root's) that nobody else can write to, on a path nobody else
 * can change. */
bool listen_directory(const char *path, struct err *err);
/* uid of who is at the other end of a connected Unix socket; false if the system cannot say. */
bool listen_peer(int fd, int64_t *uid);
#endif
