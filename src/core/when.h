/* when: one small expression language for views, policies, routes and filters (architecture M5): a named subset of
 * CEL syntax, typed against the field table when parsed, evaluated in O(nodes), no clock, no loops.
 *   urgency == "critical" && (plan in ["enterprise", "pro"] || reopen_count >= 2) && !has(assignee)
 * Operators: ! && || == != < <= > >= in, ( ), lists, strings, ints, true false null; functions: f.contains("x")
 * f.startsWith f.endsWith f.matches("re") size(f) has(f). Enums compare by rank in their word list, with their words.
 * A missing value (NULL text, time 0, enum 0) makes every comparison false; only has() and == null see it. */
#ifndef CORE_WHEN_H
#define CORE_WHEN_H
#include "base/arena.h"
#include "base/err.h"
#include "core/ticket.h"

struct when;
/* What is not a field of the ticket: names usable beside fields. now-dependent ones are given by the caller. */
struct when_env {
    int64_t hour, weekday;    /* responder's local time, 0-23 and 1 = Monday */
    int64_t open_criticals;
    const char *me;           /* the agent asking: `assignee == me` */
};
/* NULL + err (ERR_USAGE; position, and "did you mean") on a fault. Empty text = always true. Limits: 4 KiB, 256 nodes. */
struct when *when_parse(struct arena *arena, const char *text, struct err *err);
bool when_eval(const struct when *when, const struct ticket *ticket, const struct when_env *env); /* NULL: true */
char *when_print(struct arena *arena, const struct when *when); /* canonical spelling; parses to the same tree */
/* The console's short spelling (`word`, `!word`, `field:x`, console.md `/`) as an expression in this language. Words
 * match title, customer_name, key or ref (contains, case-folded). */
char *when_from_words(struct arena *arena, const char *words, struct err *err);
#endif
