/* escalations: who is being paged for what, when the next step comes, who was told by what and with which outcome; above the
 * table what no countdown shows: pages that went through all their steps unheard, and maintenance windows. */
#ifndef SCREEN_ESCALATIONS_H
#define SCREEN_ESCALATIONS_H
#include "screen/lists.h"

extern const struct lists_type escalations_list;
#endif
