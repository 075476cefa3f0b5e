/* json: documents: read (json_read), kept as a tree of nodes (json, json_node), written (json_print). Reading is one strict
 * pass (RFC 8259 grammar, UTF-8, limits): ids never pass through a double (a number keeps its source text), U+0000 and
 * lone surrogates become U+FFFD, the last of two equal members wins (as JavaScript does) and is noted. Nobody else
 * includes cJSON (dependencies.md P5 says why each of these rules exists). A tree belongs to whoever made it until it is
 * put into another, given to an arena or freed; out of memory aborts. */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include <stddef.h>
#include <stdint.h>

struct json; /* a node; a child belongs to its parent */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_limits {
    size_t depth;   /* nesting, the root counts as 1 */
    size_t members; /* members and elements in all; 0 = no limit */
    size_t string;  /* bytes of one string; 0 = no limit */
    size_t digits;  /* bytes of one number; 0 = no limit */
};
extern const struct json_limits json_limits_dialect; /* dialects.md 2: depth 512, strings to the body limit */
extern const struct json_limits json_limits_native;  /* reliability.md 4.2 row 32: depth 64, 10,000, 256 KiB, 1,024 */

enum json_fault { JSON_OK, JSON_EMPTY, JSON_NOT_UTF8, JSON_NOT_JSON, JSON_LIMIT };
struct json_notes {
    enum json_fault fault;
    bool bom;      /* one leading U+FEFF was skipped */
    bool dup;      /* an object had two equal members */
    bool replaced; /* U+0000 or a lone surrogate became U+FFFD */
    size_t at;     /* byte offset of the fault */
};

/* NULL on a fault: err says what and at which byte (never echoing input), notes->fault which kind. notes may be
 * NULL. The caller frees, or uses json_parse_in: then the arena owns the tree. */
struct json *json_parse(const char *text, size_t n, const struct json_limits *limits, struct json_notes *notes, struct err *err);
struct json *json_parse_in(struct arena *arena, const char *text, size_t n, const struct json_limits *limits,
                           struct json_notes *notes, struct err *err);
void json_free(struct json *node); /* NULL is fine */
struct json *json_keep_in(struct arena *arena, struct json *node); /* the arena frees it; gives it back; NULL is fine */
void json_release(void); /* gives back what this thread keeps for its next documents: up to 256 KiB */

/* Asking. Every function takes NULL and then says "not there". */
enum json_kind json_kind(const struct json *node);       /* NULL: JSON_NULL */
bool json_is(const struct json *node, enum json_kind kind); /* NULL: false */
const struct json *json_get(const struct json *object, const char *name); /* case-sensitive; NULL if absent */
const struct json *json_path(const struct json *object, const char *dotted); /* "data.ticket.id" */
const struct json *json_first(const struct json *node);   /* first member or element */
const struct json *json_next(const struct json *node);
const char *json_name(const struct json *member);
size_t json_count(const struct json *node);
bool json_same(const struct json *a, const struct json *b); /* the same value written alike: members in one order, numbers by their text */
const char *json_string(const struct json *node);         /* a string's text, else NULL */
const char *json_number(const struct json *node);         /* a number's source text, else NULL */
bool json_i64(const struct json *node, int64_t *value);   /* an exact integer in range, else false */
bool json_bool(const struct json *node, bool *value);     /* true or false, else false */
/* Shorthands for documents of our own: the fallback where the member is absent or of another kind. */
const char *json_get_string(const struct json *object, const char *name, const char *fallback);
int64_t json_get_i64(const struct json *object, const char *name, int64_t fallback);
bool json_get_bool(const struct json *object, const char *name, bool fallback);

/* Making. Text that is not valid UTF-8 is repaired (U+FFFD); NULL text is null. A child passes to its parent. */
struct json *json_object(void);
struct json *json_array(void);
struct json *json_new_string(const char *text);
struct json *json_new_i64(int64_t value);
struct json *json_new_bool(bool value);
struct json *json_new_null(void);
struct json *json_new_raw(const char *json_text); /* already JSON; NULL writes null */
struct json *json_copy(const struct json *node);
void json_put(struct json *object, const char *name, struct json *child);
void json_put_string(struct json *object, const char *name, const char *text);
void json_put_i64(struct json *object, const char *name, int64_t value);
void json_put_bool(struct json *object, const char *name, bool value);
void json_put_null(struct json *object, const char *name);
void json_push(struct json *array, struct json *child);
void json_drop(struct json *object, const char *name); /* removes a member if there */
void json_sort(struct json *node);                     /* members by name, all levels: the canonical order */
char *json_print(const struct json *node);             /* compact; the caller frees */
char *json_print_in(struct arena *arena, const struct json *node);
char *json_print_pretty(const struct json *node);      /* indented, for people; the caller frees */

static inline void json_auto(struct json **node)
{
    json_free(*node);
}
#define AUTO_JSON __attribute__((cleanup(json_auto))) struct json *
#endif
