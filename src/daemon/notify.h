/* notify: what systemd is told and gives: readiness over $NOTIFY_SOCKET, sockets it holds by $LISTEN_FDS. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H
#include "api/server.h"
void notify_state(const char *state); /* "READY=1", "STOPPING=1"; nothing without $NOTIFY_SOCKET */
/* Sockets handed over, at most max: by their address the desk's (triage.sock), ingest's, or TCP. */
int notify_sockets(struct server_socket *list, int max);
#endif
