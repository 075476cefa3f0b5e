/* watch: who hears of a ticket that is not theirs. A ticket's `watchers` are a JSON array of agents' names, sorted; NULL =
 * nobody. Pure. */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H
#include "core/config.h"

enum { WATCH_MOST = 32 }; /* watchers of one ticket, and mentions of one note */

bool watch_has(const char *watchers, const char *agent);
/* The set with (or without) them, in arena: the same set if nothing changes, NULL where nobody is left. */
const char *watch_with(struct arena *arena, const char *watchers, const char *agent);
const char *watch_without(struct arena *arena, const char *watchers, const char *agent);
int watch_count(const char *watchers);
/* The configured agents that a text names as @name, a JSON array in the configuration's order; NULL = none. What stands before
 * the @ is no letter or digit (an address is not a mention), and the longest name that fits is meant. */
const char *watch_mentions(struct arena *arena, const struct config *config, const char *text);
#endif
