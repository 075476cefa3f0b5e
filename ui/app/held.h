/* held: my replies that have not left yet: which, for how long, and how often undo has to be pressed until it is their turn, as what I did since is taken back
 * first. They count down beside whatever else is said, until they left or were taken back. Times are the caller's. */
#ifndef APP_HELD_H
#define APP_HELD_H
#include "base/arena.h"
#include <stdbool.h>
#include <stdint.h>

enum { HELD_MOST = 4 }; /* of more the oldest is not told any more */
struct held_reply {
    int64_t ticket, at; /* when it leaves */
    int above;          /* acts of mine that are taken back before it */
};
struct held {
    struct held_reply list[HELD_MOST]; /* newest first */
    int count;
    int64_t next; /* when what is said of them is another; 0: never */
};
void held_add(struct held *h, int64_t ticket, int64_t at, int64_t now);
void held_act(struct held *h, const char *action); /* it was done; undo and redo say more, below */
/* What an undo or redo answered (api.md): what it was about, NULL: nothing; and what the next one would be about, NULL: nothing. */
void held_undone(struct held *h, const char *action, const char *did, const char *next);
bool held_tick(struct held *h, int64_t now); /* true: what is said of them is another; what left is forgotten */
/* "u takes it back", "u twice takes it back"; key "": none does where one stands, and "" is said. */
char *held_how(struct arena *arena, const struct held_reply *reply, const char *key);
char *held_line(struct arena *arena, const struct held *h, const char *key, int64_t now); /* NULL: none is held */
#endif
