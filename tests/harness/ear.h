/* ear: stands between consoles and their desk, passes everything on, and counts what is asked. One at a time; a thread of its own. */
#ifndef HARNESS_EAR_H
#define HARNESS_EAR_H

/* Listens on `path`, a socket of its own, for what is meant for the desk at `desk`; both outlive it. Aborts the test on failure. */
void ear_open(const char *path, const char *desk);
void ear_close(void);
/* How often requests held this text, like "GET /v1/tickets/5/similar". A request must come in one piece, as a console's do. */
int ear_heard(const char *text);
#endif
