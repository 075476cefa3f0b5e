/* home: which daemon this user talks to, and starting a private one. */
#ifndef APP_HOME_H
#define APP_HOME_H
#include "base/arena.h"
#include "base/err.h"
#include "term/keymap.h"

struct home {
    const char *socket; /* where to connect */
    const char *dir;    /* of a private daemon's sockets and log; NULL when the socket is somebody else's */
    const char *data;   /* of its database and configuration */
};
/* given (--socket, may be NULL), $TRIAGE_SOCKET, /run/triage/triage.sock if there, the user's own. */
void home_find(struct arena *arena, const char *given, struct home *home);
/* A data file or directory shipped with triage (themes): $TRIAGE_DATA, beside the program, installed. NULL =
 * nowhere. */
const char *home_data(struct arena *arena, const char *name);
/* The name of this machine's time zone: $TZ, or what /etc/localtime leads to; NULL where neither is a name. */
const char *home_zone(struct arena *arena);
/* The keys this user has: those that come with triage, then given (--keys), else $XDG_CONFIG_HOME/triage/keys where it is. NULL +
 * err (file:line) on a fault. */
struct keymap *home_keys(struct arena *arena, const char *given, struct err *err);
/* Ask before anything is said to a private daemon: a directory that is not ours alone (another's, a link, mode beyond 0700) may hold
 * anybody's socket: ERR_FORBIDDEN. One that is not there yet, and a socket that was named or is the system's, are fine. */
bool home_trusted(const struct home *home, struct err *err);
bool home_answers(const char *socket_path); /* somebody accepts connections there */
/* Becomes `triaged --rebuild` over that desk's database: it must be stopped. Comes back only on failure. */
bool home_rebuild(struct arena *arena, const struct home *home, struct err *err);
/* Starts `triaged --dir DATA --socket ...` (beside this program, else in PATH) and waits until its socket
 * answers. false + err when the socket is not the user's own to start, the program is missing, or it ends
 * before it serves; then err has the end of its log. */
bool home_start(struct arena *arena, const struct home *home, struct err *err);
#endif
