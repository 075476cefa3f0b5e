/* enclose: the review's `a`: which file goes with the text that is being written. A path is asked for, completed by what lies there, and the file put with
 * the daemon; the draft names it from then on. An account that reads no files by name gets what was put with its draft from another machine. For app/ only. */
#ifndef APP_ENCLOSE_H
#define APP_ENCLOSE_H
#include "app/console.h"

void enclose_open(struct console *c);
bool enclose_key(struct console *c, const struct key *key); /* of the open question; false: it is the question's own */
#endif
