/* handover: what whoever takes over the desk has to know, part by part, and what happened in the shift. A table of screen/lists. */
#ifndef SCREEN_HANDOVER_H
#define SCREEN_HANDOVER_H
#include "screen/lists.h"

extern const struct lists_type handover_list;
#endif
