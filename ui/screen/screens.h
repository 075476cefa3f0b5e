/* screens: which there are: their numbers, the names that key files know them by, and what the hint bar of each offers. The console
 * turns to them by this table, the key file is checked against it, and every one of them has its picture (tests/ui/pictures). */
#ifndef SCREEN_SCREENS_H
#define SCREEN_SCREENS_H
#include "screen/look.h"
#include "term/keymap.h"

enum place {
    PLACE_QUEUE,
    PLACE_TICKET,
    PLACE_ESCALATIONS,
    PLACE_INGEST,
    PLACE_DELIVERIES,
    PLACE_REVIEW,
    PLACE_CUSTOMER,
    PLACE_ARTICLES,
    PLACE_MACROS,
    PLACE_ONCALL,
    PLACE_AGENTS,
    PLACE_HANDOVER,
    PLACE_BOSS,
    PLACE_METRICS,
    PLACE_AUDIT,
    PLACE_DRAFTS,
    PLACE_HEALTH,
    PLACES
};
extern const char *const screens_names[PLACES + 1]; /* by place; NULL-ended, as keymap_load wants them */

/* The hint bar of a screen: its most useful commands with the keys that run them now, in the arena. A command without a key is left out, and
 * one that may not be said: may(arg, command); NULL: all may. */
typedef bool screens_may(void *arg, const char *command);
int screens_offered(enum place place); /* how many those are, with keys or without */
void screens_hints(enum place place, const struct keymap *keymap, struct arena *arena, screens_may *may, void *arg, struct look *look);
/* The same while keys scroll the pane beside the list: all of those may be said. */
void screens_pane_hints(const struct keymap *keymap, struct arena *arena, struct look *look);
#endif
