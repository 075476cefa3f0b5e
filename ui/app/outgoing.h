/* outgoing: the verbs about what leaves: deliveries, destinations, and the dry runs of routes. */
#ifndef APP_OUTGOING_H
#define APP_OUTGOING_H
#include "app/shell.h"

extern const char outgoing_help[]; /* of deliveries */
int outgoing_deliveries(struct shell *sh);
int outgoing_destinations(struct shell *sh);
int outgoing_route(struct shell *sh);
int outgoing_replay(struct shell *sh);
#endif
