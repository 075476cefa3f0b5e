/* door: what stands at the sockets while the desk behind them cannot be opened yet, for its database is being brought to another version:
 * whoever comes is told so (503, to be tried again) and for how long it has been, instead of waiting at a closed door without a word. A thread
 * a socket; a caller who says nothing is left after 15 s and holds nobody up. */
#ifndef API_DOOR_H
#define API_DOOR_H
#include "api/server.h"

struct door;
/* The sockets listen; they stay the caller's, open, also after door_close. NULL + err. */
struct door *door_open(const struct server_socket *sockets, int count, struct err *err);
/* What is said from now on at the desk's sockets: plain text without quotes, as "the database is ..."; outside it is only that the desk is
 * not open yet. */
void door_say(struct door *door, const char *why);
void door_close(struct door *door); /* NULL is fine. Whoever comes then waits for the server */
#endif
