/* desk_rota: overrides as records. Their keys are the journal's numbers, so that the order in which they were made is the
 * order of the keys, whatever was undone and redone since. Pure. */
#include "core/desk_rota.h"
#include "base/str.h"
#include "core/consequence.h"
#include <stdlib.h>
#include <string.h>

void desk_take_override(struct arena *arena, struct desk_state *desk, const char *key, const struct json *data)
{
    const char *action = json_get_string(data, "action", "");
    struct override o = {.key = key, .schedule = json_get_string(data, "schedule", ""), .agent = json_get_string(data, "agent", ""),
                         .instead = json_get_string(data, "for", NULL), .by = json_get_string(data, "by", ""),
                         .reason = json_get_string(data, "reason", NULL), .cover = json_get_bool(data, "cover", false),
                         .from = json_get_i64(data, "from", 0), .to = json_get_i64(data, "to", 0), .made = strtoll(key, NULL, 10)};
    while (override_action_words[o.action] && !str_eq(override_action_words[o.action], action))
        o.action++;
    if (!override_action_words[o.action])
        return;
    follow_push(arena, &desk->overrides, &desk->override_count, sizeof o);
    int i = desk->override_count - 1;
    for (; i > 0 && desk->overrides[i - 1].made > o.made; i--)
        desk->overrides[i] = desk->overrides[i - 1];
    desk->overrides[i] = o;
}
