/* scissors: the line under a text that is given to an editor. The text stands on top, where every editor begins to write; below it are
 * the line, whose dashes are one word that no reflowing parts, and hints: to whom it goes. Whatever becomes of them there, nothing
 * of it is sent: git, mutt and aerc do it so. Pure. */
#ifndef APP_SCISSORS_H
#define APP_SCISSORS_H
#include "base/arena.h"
#include <stddef.h>

enum scissors_left {
    SCISSORS_TEXT, /* the text alone */
    SCISSORS_MORE, /* so too; but below the line was something of one's own, which went with the hints */
    SCISSORS_TORN, /* as it came: the line is gone, the hints are not, and nobody knows where the text ends */
};
/* What to write behind a text. hints: lines that begin with #, each ended; also where it is given back. */
char *scissors_below(struct arena *arena, const char *hints);
/* Takes it off again, in place. */
enum scissors_left scissors_cut(char *text, size_t *n, const char *hints);
#endif
