/* lookup: a host's addresses, asked of the system's resolver on a thread of its own, because it may take its time and cannot
 * be told to stop. For libraries that would ask on the caller's thread. */
#ifndef WORKER_LOOKUP_H
#define WORKER_LOOKUP_H
#include <stdbool.h>
#include <sys/socket.h>

enum { LOOKUP_ADDRESSES = 4 };
struct lookup;
/* A byte is written to a copy of `wake` once there is an answer. NULL: no thread could be started. */
struct lookup *lookup_start(const char *host, int wake);
bool lookup_is_over(struct lookup *lookup);
/* Once it is over: up to LOOKUP_ADDRESSES, 0 = the host is not known. */
int lookup_addresses(const struct lookup *lookup, const struct sockaddr_storage **list);
void lookup_close(struct lookup *lookup); /* at any time: an answer nobody waits for is thrown away; NULL is fine */
#endif
