/* early: keys that came before they can be taken, in their order, for whoever takes them later. A key's text is the terminal's and gone with
 * its next key (term/key), so that of a paste is copied. Both have a ceiling; from the first key that has no room on none is kept, for a
 * text with a hole in it is worse than one that ends, and how much that was can be said. */
#ifndef SCREEN_EARLY_H
#define SCREEN_EARLY_H
#include "term/key.h"

enum {
    EARLY_KEYS = 1024,       /* a call's patience, with one held down */
    EARLY_TEXT = 512 << 10,  /* bytes of all pastes: two of the longest that a terminal gives */
};
struct early; /* opaque; NULL is one without keys */
/* false: it has no room, and is counted instead. */
bool early_add(struct early **early, const struct key *key);
int early_count(const struct early *early);
const struct key *early_key(const struct early *early, int i); /* as long as it lives */
/* What had no room, as one sentence; "" where there was nothing. */
void early_say(const struct early *early, char *out, size_t size);
void early_free(struct early *early); /* NULL is fine */
#endif
