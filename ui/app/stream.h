/* stream: what a frame of the desk's stream means for this console: the mirror takes it, what is shown and is older now is wanted anew,
 * and what concerns whoever sits here is said. */
#ifndef APP_STREAM_H
#define APP_STREAM_H
#include "app/console.h"

/* One frame, as link_follow hands it over; console: the struct console. */
void stream_frame(void *console, const char *event, int64_t id, const char *data, size_t n);
#endif
