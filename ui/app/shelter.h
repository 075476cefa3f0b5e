/* shelter: the file (app/left) of a text that the daemon does not have, from when that is known until it has it: a console that ends meanwhile, in
 * whatever way, loses none. */
#ifndef APP_SHELTER_H
#define APP_SHELTER_H
#include "app/left.h"

struct shelter {
    struct spool spool;
    char is[DRAFT_TAG]; /* what stands there, by its tag */
    bool doubt;
};
void shelter_init(struct shelter *shelter);
bool shelter_put(struct shelter *shelter, const char *desk, const struct left *left, struct err *err); /* nothing is written that stands there already */
void shelter_take(struct shelter *shelter, struct spool *spool, const struct left *left); /* one that was found (spool_each) */
void shelter_drop(struct shelter *shelter, const struct left *left); /* the text is safe, or not wanted */
#endif
