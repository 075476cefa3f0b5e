/* touch: what an entry of the stream changes for whoever looks at the desk. Pure. */
#ifndef LINK_TOUCH_H
#define LINK_TOUCH_H
#include "base/json.h"

/* A set of these; the loop redraws or fetches by it. */
enum mirror_change {
    MIRROR_CHANGED_ROWS = 1,
    MIRROR_CHANGED_COUNTS = 2, /* they were told, perhaps the same */
    MIRROR_CHANGED_TICKET = 4,     /* the open ticket: fetch it again */
    MIRROR_CHANGED_ESCALATION = 8, /* somewhere */
    MIRROR_CHANGED_GAME = 16,      /* score, boss, player */
    MIRROR_CHANGED_EVENTS = 32,    /* a source spoke or was refused */
    MIRROR_CHANGED_ALL = 64,       /* reset, another configuration, or my role is another: fetch the desk again */
    MIRROR_CHANGED_BYE = 128,      /* the daemon is stopping */
    MIRROR_CHANGED_OUTGOING = 256, /* a delivery or a destination */
    MIRROR_CHANGED_LABELS = 512,   /* somewhere, or the classifier itself */
    MIRROR_CHANGED_PRESENCE = 1 << 20, /* who else looks at what */
    MIRROR_CHANGED_DESK = 1 << 21,     /* somebody set something about the desk itself */
    MIRROR_CHANGED_ONCALL = 1 << 22,   /* an override, a cover, an absence */
    MIRROR_CHANGED_VIEWS = 1 << 23,    /* somebody saved, shared or forgot one */
    MIRROR_CHANGED_DRAFTS = 1 << 24,   /* a text was handed to the team, or taken over */
    MIRROR_CHANGED_MINE = 1 << 25,     /* what I look at myself, and who is here: no row says it */
    MIRROR_CHANGED_SHOWN = 1 << 26,    /* something else that stands here: an act that is done, the game, escalations counted, a window of maintenance */
    MIRROR_CHANGED_TABS = 1 << 27,     /* how many tickets are in a view */
    MIRROR_CHANGED_PARCELS = 1 << 28,  /* many deliveries at once, of tickets shown here perhaps */
};
/* Of these, what stands here already: it can be seen as it is. The others say that something is to be asked for. */
enum { MIRROR_SEEN = MIRROR_CHANGED_ROWS | MIRROR_CHANGED_TABS | MIRROR_CHANGED_PRESENCE | MIRROR_CHANGED_SHOWN };

/* What an entry of this event changes, whatever of the desk is shown; ticket: which one it is about, 0 = none. */
unsigned touch_of(const char *event, int64_t ticket, const struct json *data);
#endif
