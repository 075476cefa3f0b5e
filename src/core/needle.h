/* needle: what an expression looks for in a ticket's texts, as far as that alone can rule a ticket out. `invoice !late
 * urgency:high` needs "invoice"; whatever does not hold it cannot fit, whatever holds it may. From it an index of texts
 * (store/sieve) tells which tickets are worth looking at. Pure. */
#ifndef CORE_NEEDLE_H
#define CORE_NEEDLE_H
#include "core/when.h"

/* NEEDLE_LEAST bytes, folded: of a shorter one the index knows nothing. One Han character is three. */
enum { NEEDLE_LEAST = 3 };
enum needle_kind { NEEDLE_TEXT, NEEDLE_ALL, NEEDLE_ONE };
struct needle {
    enum needle_kind kind;
    const char *text;           /* NEEDLE_TEXT: as when_fold gives it */
    const struct needle *first; /* of the others: what all, or one of which, must be there */
    const struct needle *next;  /* beside it */
};
/* Every ticket for which the expression is true holds this in one of its WHEN_TEXTS texts. NULL: nothing can be said. What is negated,
 * matches(), size() and all other fields say nothing; an `||` does only where both its sides do. Lives in arena. */
const struct needle *needle_of(struct arena *arena, const struct when *when);
/* Words that messages of every such ticket hold (`body`), as they were typed, if an index can find them; set behind the n that are there, at
 * most so many in all. Gives how many there are. */
enum { NEEDLE_BODIES = 4 };
int needle_body(const struct when *when, const char *words[NEEDLE_BODIES], int n);
/* What has both; either may be NULL. */
const struct needle *needle_both(struct arena *arena, const struct needle *a, const struct needle *b);
/* Is it there? texts: folded. */
bool needle_found(const struct needle *needle, const char *const texts[], int count);
#endif
