/* guard: which addresses a delivery may be sent to (reliability.md M7). A destination's URL is written by a person with
 * rights, its DNS answer by anybody: what counts is the address about to be connected to. Pure: bytes in, verdict out. */
#ifndef WORKER_GUARD_H
#define WORKER_GUARD_H
#include "base/err.h"
#include "destination/destination.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum guard_kind { GUARD_PUBLIC, GUARD_LOOPBACK, GUARD_PRIVATE, GUARD_REFUSED };
/* What a destination's own row allows beyond the public: this machine; private networks, encrypted all the same. */
enum guard_allow { GUARD_ALLOW_LOOPBACK = 1, GUARD_ALLOW_PRIVATE = 2 };
static inline int guard_allow(const struct delivery *d)
{
    return (d->allow_loopback ? GUARD_ALLOW_LOOPBACK : 0) | (d->allow_private ? GUARD_ALLOW_PRIVATE : 0);
}
struct guard_verdict {
    int kind;        /* enum guard_kind */
    const char *why; /* "private", "link-local", ...: the range's name; "public" */
};
/* bytes: 4 (IPv4) or 16 (IPv6), network order; any other length is refused. An IPv4-mapped address is what it maps. */
struct guard_verdict guard_address(const uint8_t *bytes, size_t n);
/* The same for an address as curl hands it over; anything but IPv4 and IPv6 is refused. */
struct guard_verdict guard_sockaddr(const struct sockaddr *address, size_t n);

struct guard_url {
    bool https;
    char host[256]; /* lower case, without brackets: what may be shown and logged of a URL */
    int port;
};
/* Takes http:// and https:// URLs with a plain host: no user or password, no control bytes, no number spelled in a way
 * only some resolvers know. ERR_INPUT otherwise. A host that is an address is judged at once (ERR_FORBIDDEN), and plain
 * http is for loopback only; a name is judged when it has been resolved. */
bool guard_url(const char *url, int allow, struct guard_url *out, struct err *err);
/* The same for a host alone: a name, or an address without brackets. secure: the exchange will be encrypted. */
bool guard_host(const char *host, bool secure, int allow, struct err *err);
/* May a connection of this exchange go to that address? NULL: yes; else why not, for a person. */
const char *guard_refusal(const struct guard_verdict *verdict, bool secure, int allow); /* enum guard_allow, together */
#endif
