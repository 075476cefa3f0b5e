/* when: one small expression language for views, policies, routes and filters (architecture M5): a named subset of
 * CEL syntax, typed against the field table when parsed, evaluated in O(nodes), no clock, no loops.
 *   urgency == "critical" && (plan in ["enterprise", "pro"] || reopen_count >= 2) && !has(assignee)
 * Operators: ! && || == != < <= > >= in, ( ), lists, strings, whole numbers, true false null. A comparison does not
 * chain. Functions: f.contains("x") f.startsWith("x") f.endsWith("x") fold case; f.matches("re") is PCRE2, exact
 * unless it says (?i); size(f) counts characters or tags, 0 where there are none; has(f) is "there is one" (a number:
 * not 0). == and `in` on texts are exact. `"vip" in tags`. Enums compare by rank in their word list, with their
 * words. Times compare with ms UTC or with "2026-11-23" or "2026-11-23T14:32:00Z".
 * Beside the fields: `text` (title, customer_name, key, ref, assignee; only with contains, startsWith, endsWith,
 * matches: true if one of them fits) and the names of struct when_env.
 * In a filter (when_parse_asked) `body` is what the customer wrote, in all of a ticket's messages: body.contains("not print") (core/body).
 * In a route (when_parse_event) an event is at hand too: `type`, `source` (the name of the source it came by), `event_dialect`
 * and `payload.NAME`, a text; beside a number it is the number that its text spells, digits with at most one point, else
 * missing; beside true and false the words. There the names people know from templates are taken as well: $event.type,
 * event.payload.plan, $ticket.plan, $classify.urgency, customer.tier; spelled canonically they are ours.
 * A missing value (NULL text, time 0, enum 0) makes every comparison false, != too; only has() and == null see it. */
#ifndef CORE_WHEN_H
#define CORE_WHEN_H
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "core/ticket.h"

struct when;
/* What is not a field of the ticket: names usable beside fields. now-dependent ones are given by the caller. */
struct when_env {
    int64_t hour, weekday;    /* responder's local time, 0-23 and 1 = Monday */
    int64_t open_criticals;
    const char *me;           /* the agent asking: `assignee == me`; NULL = nobody, missing */
    const char *type, *source, *event_dialect; /* of the event that goes through a route; NULL = missing */
    const struct json *payload; /* what it carries; NULL = nothing */
    bool (*body)(void *arg, int64_t ticket, const char *folded); void *body_arg; /* do a ticket's messages hold the words (core/body)? NULL: none does */
};
enum { WHEN_TEXT = 4096, WHEN_NODES = 256, WHEN_DEPTH = 32 }; /* bytes, also of the canonical spelling; nodes; nesting */

/* NULL + err on a fault: ERR_USAGE with the column and a hint ("did you mean"), ERR_TOO_LARGE over a limit. NULL or
 * blank text = always true. The tree lives in arena, is immutable and may be shared between threads. */
struct when *when_parse(struct arena *arena, const char *text, struct err *err);
/* The same where an event is at hand: only here are its names known, for elsewhere they would be missing for ever. */
struct when *when_parse_event(struct arena *arena, const char *text, struct err *err);
/* The same where tickets are looked for: what is kept, and judged at each change, is parsed without it. */
struct when *when_parse_asked(struct arena *arena, const char *text, struct err *err);
/* NULL when: true. NULL env: its names are missing. Allocates nothing that outlives the call. */
bool when_eval(const struct when *when, const struct ticket *ticket, const struct when_env *env);
/* Adds the fields that it looks at, by index (core/field): a ticket that has no others gives the same. */
struct field_set;
void when_fields(const struct when *when, struct field_set *fields);
/* The same for a view: what was deleted is a member only where the expression names `deleted`. NULL: nothing but that. */
const struct when *when_shown(struct arena *arena, const struct when *when);
const struct when *when_not(struct arena *arena, const struct when *when); /* what that (not NULL) leaves out */
bool when_asks(const struct when *when, const char *field);               /* a field there is */
/* What `text` is: so many texts of a ticket (NULL: it has none); is that field one of them? */
enum { WHEN_TEXTS = 5 };
const char *when_text(const struct ticket *ticket, int index);
struct field;
bool when_text_is(const struct field *field);
/* A text as contains, startsWith and endsWith compare it. */
const char *when_fold(struct arena *arena, const char *text);
/* Canonical spelling; parses to the same tree. NULL and the blank expression print as "true". */
char *when_print(struct arena *arena, const struct when *when);
/* The console's short spelling (console.md `/`) as an expression in this language; blank words give "true".
 *   word "two words"     text.contains("...")
 *   body:x body:"x y"    body.contains("...")
 *   field:x              by type: contains, == or, for tags, in; field:a,b = one of; field:=x exact; `field:me` = me
 *   field:>x >= < <=     by rank for enums
 *   field:any, field:none    has(field), !has(field)
 *   !term                not */
char *when_from_words(struct arena *arena, const char *words, struct err *err);
#endif
