/* desk_event: what a lead or an administrator does about one event that came in, beside tickets. A row of the tables of core/desk. */
#ifndef CORE_DESK_EVENT_H
#define CORE_DESK_EVENT_H
#include "core/desk.h"

/* What an event in quarantine says goes for good, with every other there of the same bytes (engine/erase does it): record `erased-event`,
 * key: its number, {by, at}. Only with the word. find: kind `event` is {state}. */
bool desk_do_erase_event(struct desk_act *d);
#endif
