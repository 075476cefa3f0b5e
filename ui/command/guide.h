/* guide: the help of a screen, as text to read: every command in its group, the keys that run it here, and its own line of help. A
 * command without a key is called by its name, behind a colon. Read from the command table and the live bindings. */
#ifndef COMMAND_GUIDE_H
#define COMMAND_GUIDE_H
#include "base/arena.h"
#include "term/keymap.h"
#include "widget/pager.h"

enum guide_group { GUIDE_TICKETS, GUIDE_FINDING, GUIDE_MARKS, GUIDE_VIEWS, GUIDE_MOVING, GUIDE_DESK, GUIDE_CONSOLE, GUIDE_GROUPS };
struct guide_entry {
    enum guide_group group;
    const char *keys;  /* "j Down"; "" none */
    const char *line;  /* what they run: "status pending" */
    const char *help;
};
/* Group by group; first what has a key here, in the key file's order. In arena. */
const struct guide_entry *guide_entries(struct arena *arena, const struct keymap *keymap, const char *screen, int *count);
/* Between pager_begin and pager_end, so many columns wide: two entries side by side where that is wide enough. */
void guide_read(struct arena *arena, const struct keymap *keymap, const char *screen, int columns, struct pager *pager);
#endif
