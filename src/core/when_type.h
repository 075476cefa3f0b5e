/* when_type: what goes with what in an expression: which values compare, and what a text beside an enum, a time or a payload means. */
#ifndef CORE_WHEN_TYPE_H
#define CORE_WHEN_TYPE_H
#include "core/when_lex.h"

extern const char *const type_words[]; /* by enum type, for errors: "a number" */

/* What a node is called in an error: its name, or "this". */
const char *type_describe(const struct when *w);
/* Is it a yes or no? NULL: no, the fault is told already. bound: a sign stands before it that no comparison can follow, but a method
 * may. */
bool type_condition(struct when_parser *ps, const struct when *w, bool bound);
/* Do the two compare by op? A literal takes the type that is meant beside the other. false: told. */
bool type_agree(struct when_parser *ps, struct when *a, struct when *b, enum op op);
#endif
