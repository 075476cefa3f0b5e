/* drafts: what is being written, as the other screens speak of it. The screen itself is drafts_list (screen/lists). */
#ifndef SCREEN_DRAFTS_H
#define SCREEN_DRAFTS_H
#include "screen/look.h"

int drafts_mine(const struct look *look); /* how many texts I have begun */
/* The next draft of a ticket that was handed to the team, after that one (NULL: the first); NULL: there is none. */
const struct json *drafts_shared(const struct look *look, int64_t ticket, const struct json *after);
#endif
