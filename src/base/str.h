/* str: a growing text buffer, born with a ceiling. What goes over the ceiling is cut and `cut` is set: the caller
 * that cares looks once at the end. data is always NUL-terminated (and may hold NULs; len counts). */
#ifndef BASE_STR_H
#define BASE_STR_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    char *data;
    size_t len, cap, max;
    bool cut;
};

void str_init(struct str *str, size_t max); /* owns nothing yet; data is "" */
void str_fini(struct str *str);             /* frees; the str is empty again */
void str_clear(struct str *str);            /* len 0, keeps the memory */
void str_reserve(struct str *str, size_t n); /* room for n bytes in all, without moving on the way there */
void str_add(struct str *str, const void *data, size_t n);
void str_adds(struct str *str, const char *text); /* NULL adds nothing */
void str_addc(struct str *str, char c);
size_t str_i64(char to[21], int64_t number); /* its digits, as printf has them but without its cost; how many. No NUL. */
void str_addf(struct str *str, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *str_take(struct str *str); /* the caller frees; the str is empty again */

/* Whole-text helpers on plain C strings; NULL equals only NULL. */
bool str_eq(const char *a, const char *b);
bool str_starts(const char *text, const char *prefix);
/* Copies into a fixed buffer, always terminated; returns false if it was cut (on a UTF-8 boundary). */
bool str_copy(char *to, size_t size, const char *from);

/* Levenshtein distance of short names, for "did you mean"; 99 when one is 40 bytes or longer. */
int str_distance(const char *a, const char *b);

#define AUTO_STR __attribute__((cleanup(str_fini))) struct str
#endif
