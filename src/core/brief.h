/* brief: what a configuration says in short, spelled out before it is read: `oncall: [ana]` is `oncall: {agents: [ana]}`, `to: hooks` is a
 * list of one, `- dedupe` is `- dedupe:`. What comes back belongs to the arena. Pure. */
#ifndef CORE_BRIEF_H
#define CORE_BRIEF_H
#include "core/schema.h"

/* Is it short for a map? A text may be; a list only where the key it stands for is a list. */
bool brief_is(const struct yaml *node, const struct schema_key *key);
/* The map that a text or a list is short for; node itself where it is none. */
const struct yaml *brief_spelled(struct schema *s, const struct yaml *node, const struct schema_key *key);
/* The map of one member that a text is short for; node itself where it is none. */
const struct yaml *brief_member(struct schema *s, const struct yaml *node);
/* What holds that node alone. */
const struct yaml *brief_list(struct schema *s, const struct yaml *node);
#endif
