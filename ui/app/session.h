/* session: where one was on the desk, kept by the daemon for each agent: view, filter, cursor, marks, the ticket that was open and
 * how far it was read, whether something was being written. A console that ended with its line (a dropped ssh, a closed terminal)
 * begins again at that place; whoever leaves with Q begins anew, and so does one beside a console that is there still. The text that was being written is the draft's (writing_keep). */
#ifndef APP_SESSION_H
#define APP_SESSION_H
#include "app/console.h"

void session_begin(struct console *c);                /* the first desk came, and what was kept with it */
void session_follow(struct console *c, int64_t now);  /* brings back what came; keeps what changed, a moment after the last key */
int64_t session_next(const struct console *c);        /* clock_mono when session_follow has something to do, 0 = nothing */
void session_end(struct console *c);                  /* on the way out: kept, or forgotten after Q */
#endif
