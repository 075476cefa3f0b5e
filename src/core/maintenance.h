/* maintenance: windows in which nobody is paged for the tickets they cover: what fails while it is being repaired is no news.
 * A window is a record of kind `maintenance` that a lead makes; a running one can be ended, one that lies ahead taken away.
 * What is still open when it ends triggers (core/escalation). Model: spec model.md 3. Pure. */
#ifndef CORE_MAINTENANCE_H
#define CORE_MAINTENANCE_H
#include "core/desk.h"

enum { MAINTENANCE_LONGEST_DAYS = 31 }; /* a window that was forgotten must not silence a desk for ever */
/* The acts: with {to, reason, from?, scope?}; with {key}, or without where one runs. */
bool maintenance_begin(struct desk_act *d);
bool maintenance_end(struct desk_act *d);
/* A row of desk_take's table. */
void maintenance_take(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data);
/* The window that holds this ticket's pages at that time: the one that ends last. NULL: none does. */
const struct maintenance *maintenance_over(const struct desk_state *desk, const struct ticket *ticket, const struct when_env *env, int64_t now);
/* Is there, or was there until a moment ago, a window of this ticket that was to end at `to`? Of one that was taken back there is nothing. */
bool maintenance_was(const struct desk_state *desk, const struct ticket *ticket, const struct when_env *env, int64_t to, int64_t now);
#endif
