/* health: whether the desk itself is well: the daemon and what it holds, its store, the two clocks, the line to it, the classifier, and
 * what every destination and source says. What wants a person stands first. A table of screen/lists. */
#ifndef SCREEN_HEALTH_H
#define SCREEN_HEALTH_H
#include "screen/lists.h"

extern const struct lists_type health_list;
const char *health_place(const struct lists_item *item); /* the screen where what a row is about is mended; NULL: there is none */
#endif
