/* when_lex: an expression's text as tokens, one ahead, and what is said of a fault in it. For the parser's files alone: when_lex,
 * when_type (what goes with what) and when_parse (the grammar). */
#ifndef CORE_WHEN_LEX_H
#define CORE_WHEN_LEX_H
#include "core/when_tree.h"

enum token { END, NAME, STRING, NUMBER, PUNCT, BROKEN };

struct when_parser {
    struct arena *arena;
    const char *text, *p; /* p: behind the present token */
    enum token token;
    int at;               /* where the present token starts */
    const char *word;     /* NAME, STRING, PUNCT: its text */
    int64_t number;
    int nodes, depth;
    const char *about;    /* errors name this instead of a column (console words) */
    bool event;           /* an event is at hand: its names are known, and those of templates */
    bool asked;           /* tickets are looked for: `body` is known */
    struct err *err;
    bool failed, open;    /* open: failed where the text ends, and it could go on */
};

/* To the next token. After a fault nothing moves any more. */
void lex_advance(struct when_parser *ps);
bool lex_sees(const struct when_parser *ps, enum token token, const char *word);
/* Past that sign, if it is the present token. */
bool lex_take(struct when_parser *ps, const char *punct);
const char *lex_blank(const char *p); /* past white space */

/* Keeps the first fault, with the column of byte `at`; later ones are its echo. Gives NULL, so that `return lex_fault(...)` reads
 * well. */
struct when *lex_fault(struct when_parser *ps, enum err_code code, int at, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The present token is not what should stand here. */
struct when *lex_unexpected(struct when_parser *ps, const char *wanted);
/* A stranger's text, short enough for an error line. */
const char *lex_brief(struct when_parser *ps, const char *text);
#endif
