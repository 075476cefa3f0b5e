/* when_complete: what may stand next in a condition that is being typed. The words come from the tables the parser reads (core/field,
 * names, operators, methods), and each is tried by the parser: what it could never take is not offered. Pure. */
#ifndef CORE_WHEN_COMPLETE_H
#define CORE_WHEN_COMPLETE_H
#include "core/when.h"
#include <stddef.h>

enum { WHEN_OFFERS = 64 };
/* The values there are of a field (agents, tags, sources), the most frequent first; NULL: nobody knows any. */
struct when_values { const char *const *(*of)(void *arg, const char *field, int *count); void *arg; };
struct when_offer { const char *text, *detail; }; /* detail "": it says itself what it is */
struct when_offers {
    size_t from; /* an offer stands for what was typed from here on */
    struct when_offer list[WHEN_OFFERS];
    int count;
};
/* text: up to the cursor, in the language itself; or in the console's short spelling (when_from_words). values may be NULL. */
void when_complete(struct arena *arena, const char *text, const struct when_values *values, struct when_offers *out);
void when_complete_words(struct arena *arena, const char *text, const struct when_values *values, struct when_offers *out);
/* What all offers begin with, at least as long as what was typed. "": there are none. */
const char *when_common(struct arena *arena, const struct when_offers *offers);
#endif
