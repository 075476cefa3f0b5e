/* clocks: other rules for the clocks. A clock is looked at when its ticket changes or its time has come; where policies or
 * calendars are others than before (a reload, a start with another file), the time it would wake is that of the old ones. So
 * every ticket whose clock is not settled is woken once; what follows is what any wake brings. */
#include "engine/engine.h"
#include "base/crypto.h"
#include "base/str.h"
#include <string.h>

bool engine_clocks(struct engine *e, struct arena *arena, int64_t now, struct err *err)
{
    uint8_t hash[32];
    char hex[65];
    const char *rules = config_clock_rules(arena, e->config), *was = store_meta_get(e->store, arena, "clock_rules", err);
    crypto_sha256(rules, strlen(rules), hash);
    crypto_hex(hash, sizeof hash, hex);
    return str_eq(was, hex) || (store_meta_put(e->store, "clock_rules", hex, err) && store_wake_clocks(e->store, now, err));
}
