/* take: an answer on its way to where it belongs: the mirror, and whatever on the screen follows from it. What was wanted when it was asked
 * is remembered until then: an answer to another question than the last is no answer. */
#ifndef APP_TAKE_H
#define APP_TAKE_H
#include "app/console.h"

struct take; /* of one call */
struct take *take_begin(struct console *c, enum slot slot);
void take_answer(void *take, const struct link_answer *answer); /* a link_done; the take is gone then */
#endif
