/* unsent: my answers that did not reach the customer, as the stream says it: a toast with what to do, the terminal's own notice, and the ticket
 * as one to which a comma goes. Their text is a draft again by then (the daemon sees to it). */
#ifndef APP_UNSENT_H
#define APP_UNSENT_H
#include "app/console.h"

void unsent_hear(struct console *c, const struct json *root); /* a frame of kind `parcel` */
int64_t unsent_next(struct console *c); /* the ticket of the oldest that was not gone to yet: it is now; 0 = there is none */
#endif
