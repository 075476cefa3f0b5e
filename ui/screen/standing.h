/* standing: what must be known of a ticket beside its subject in a list, the most pressing first, said at the length that has room: a subject
 * is cut before such a word is, and the word goes before the sign does. */
#ifndef SCREEN_STANDING_H
#define SCREEN_STANDING_H
#include "screen/look.h"

enum { STANDING_GAP = 2 }; /* columns between the subject and it */
struct standing {
    enum ui_role role;
    const char *whole, *brief, *glyph; /* "" each: there is nothing to say; of the sign in another column there is no glyph here */
    bool spare;                        /* only where the subject leaves room for it */
};
struct standing standing_of(const struct look *look, const struct mirror_row *row); /* in the look's arena */
/* What of it is said where a subject of `title` columns and it have `width` together; "" = nothing. */
const char *standing_fit(const struct standing *standing, int width, int title);
#endif
