/* regex: regular expressions over text from outside, with limits no pattern gets around: steps, depth, memory. The
 * only file that includes PCRE2. A compiled expression never changes: many threads may match with it at once. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H
#include "base/arena.h"
#include "base/err.h"
#include <stddef.h>

struct regex; /* opaque */
enum regex_flags { REGEX_PLAIN = 0, REGEX_CASELESS = 1 };
/* LIMIT: the expression was too costly on this text; a redactor then hides the whole field, a `when` says false. */
enum regex_answer { REGEX_NO, REGEX_YES, REGEX_LIMIT };
struct regex_span {
    size_t from, to; /* bytes; from == to == SIZE_MAX: this group took no part */
};

/* NULL + err (ERR_USAGE, with the position) on a fault. Patterns are UTF-8, at most 4 KiB. The caller frees. */
struct regex *regex_new(const char *pattern, enum regex_flags flags, struct err *err);
struct regex *regex_new_in(struct arena *arena, const char *pattern, enum regex_flags flags, struct err *err);
void regex_free(struct regex *regex); /* NULL is fine */
/* Anywhere in the text? Broken UTF-8 in the text is no error and matches nothing. */
enum regex_answer regex_match(const struct regex *regex, const char *text, size_t n);
/* The first match that starts at `from` or later: spans[0] whole, spans[1..] the groups, count of them filled. */
enum regex_answer regex_find(const struct regex *regex, const char *text, size_t n, size_t from, struct regex_span *spans,
                             int count);
#endif
