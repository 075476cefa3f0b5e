/* begin: what a desk needs before a first ticket can come, in words that can be pasted into a shell. */
#ifndef SCREEN_BEGIN_H
#define SCREEN_BEGIN_H
#include "base/arena.h"
#include <stdbool.h>

/* Lines: where no source is configured, what to write into which file, and the command behind it. file: the configuration as the daemon reads
 * it, or would; may: whoever reads this may change it, else it says who does. */
const char *begin_source(struct arena *arena, const char *file, bool may);
/* The command that posts an event to this source. door: the webhooks' socket. */
const char *begin_post(struct arena *arena, const char *door, const char *source);
#endif
