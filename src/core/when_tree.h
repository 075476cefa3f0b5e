/* when_tree: what an expression is between its parser (when_lex, when_type, when_parse), its evaluator (when), its printer (when_print), the
 * console's short spelling (when_words), completion (when_complete) and what it needs of texts (needle). Only these include it. */
#ifndef CORE_WHEN_TREE_H
#define CORE_WHEN_TREE_H
#include "base/regex.h"
#include "base/str.h"
#include "core/field.h"
#include "core/when.h"

enum type { T_NULL, T_BOOL, T_INT, T_TIME, T_ENUM, T_TEXT, T_TAGS, T_ANY_TEXT };
enum kind { LITERAL, FIELD, ENV, PAYLOAD, ANY_TEXT, BODY, LIST, NOT, AND, OR, COMPARE, IN, METHOD, SIZE, HAS };
enum op { EQ, NE, LT, LE, GT, GE };
enum method { CONTAINS, STARTS, ENDS, MATCHES };
enum { KINDS = HAS + 1, OPS = GE + 1, METHODS = MATCHES + 1 };

struct when {
    enum kind kind;
    enum type type;
    int pick;                 /* COMPARE: enum op; METHOD: enum method; ENV: row */
    int at;                   /* where it stands in the text, for errors */
    struct when *left, *right;
    struct when *next;        /* LIST: first item is left, the rest hang here */
    const struct field *field; /* FIELD; a LITERAL of an enum keeps the field whose words it speaks */
    const char *text;         /* LITERAL as spelled; PAYLOAD: "plan", behind "payload." */
    const char *folded;       /* METHOD: the argument, folded; not for MATCHES */
    const struct regex *regex; /* MATCHES: the argument, compiled; the arena owns it */
    int64_t number;
};

/* The names of struct when_env. */
struct when_name {
    const char *name;
    enum type type;
    size_t offset;
    bool event; /* known where an event is at hand */
};
enum { WHEN_NAMES = 7 };
extern const struct when_name when_names[WHEN_NAMES];
extern const char *const when_ops[OPS];
extern const char *const when_methods[METHODS];

/* Another tool's name of one of our fields ("subject", "customer.tier") -> ours; NULL if none. */
const char *when_alias(const char *name);
/* The nearest name there is, for "did you mean"; NULL if none is near. */
const char *when_suggest(const char *name);
/* Adds a text as a string of the language, quotes and escapes included. */
void when_print_string(struct str *out, const char *text);
/* NULL if the spelling is over WHEN_TEXT bytes. */
char *when_print_within(struct arena *arena, const struct when *w);
/* An expression as far as it goes: right as it stands, right if it goes on, or wrong whatever follows. */
enum when_state { WHEN_WHOLE, WHEN_OPEN, WHEN_WRONG };
enum when_state when_state(struct arena *arena, const char *text);
/* As when_parse_asked; where about is given, errors begin with it instead of a column. */
struct when *when_parse_about(struct arena *arena, const char *text, const char *about, struct err *err);
#endif
