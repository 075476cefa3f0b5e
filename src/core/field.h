/* field: THE table of a ticket's fields. SQL columns, JSON, `when` names and types, list columns, old/new in
 * entries, undo and docs all read these rows (architecture M1). Add a field: one member in struct ticket, one row
 * here. Sorted as people expect to read them; names are unique (tested). */
#ifndef CORE_FIELD_H
#define CORE_FIELD_H
#include "core/ticket.h"
#include <stddef.h>

enum field_type {
    FIELD_TEXT, /* const char *, NULL = none */
    FIELD_TAGS, /* const char *, a JSON array of strings, NULL = none */
    FIELD_JSON, /* const char *, JSON as sent */
    FIELD_INT,  /* int64_t */
    FIELD_TIME, /* int64_t ms UTC, 0 = never */
    FIELD_ENUM, /* int, index into words; 0 = none */
    FIELD_BOOL, /* bool */
};
enum field_flag {
    FIELD_WHEN = 1,    /* may be named in a `when` */
    FIELD_SOURCE = 2,  /* a source may say it: takes part in the fold */
    FIELD_VOICES = 4,  /* source and desk both speak: status, assignee, priority */
    FIELD_UNDO = 8,    /* an action's change to it can be undone by swapping old and new */
    FIELD_PII = 16,    /* masked at every edge */
    FIELD_HIDDEN = 32, /* bookkeeping: stored, but not in the API's JSON */
    FIELD_QUIET = 64,  /* changes are not worth an old/new in an entry */
    FIELD_OURS = 256,  /* takes part in the fold, and only the desk says it */
    FIELD_FREE = 128,  /* an agent's own words: hidden like what a source wrote */
};
struct field {
    const char *name; /* API, SQL column, `when` */
    enum field_type type;
    size_t offset;    /* in struct ticket */
    unsigned flags;
    const char *const *words; /* FIELD_ENUM: words[0] is "" */
    int word_count;
    const char *help;
};
extern const struct field field_table[];
extern const int field_count;

/* A set of fields, by index. */
struct field_set {
    uint64_t bits[2];
};
static inline bool field_set_has(const struct field_set *set, int index)
{
    return set->bits[index >> 6] >> (index & 63) & 1;
}
static inline void field_set_add(struct field_set *set, int index)
{
    set->bits[index >> 6] |= (uint64_t)1 << (index & 63);
}

const struct field *field_find(const char *name); /* NULL if unknown */
const struct field *field_next(const struct field *before, const char *name); /* the same, looked for behind that one first: rows come in the table's order */
int field_index(const struct field *field);
/* The closest known name within edit distance 3 and half its length, for "did you mean"; NULL if none. */
const char *field_suggest(const char *name, unsigned need_flags);


/* Reading and writing by row. */
const char *field_text(const struct ticket *t, const struct field *f); /* TEXT, TAGS, JSON */
int64_t field_int(const struct ticket *t, const struct field *f);      /* INT, TIME, ENUM, BOOL */
void field_set_text(struct ticket *t, const struct field *f, const char *text); /* does not copy */
void field_set_int(struct ticket *t, const struct field *f, int64_t value);
void field_move(struct ticket *to, const struct ticket *from, const struct field *f); /* one field; no text copy */
bool field_same(const struct ticket *a, const struct ticket *b, const struct field *f);
bool field_is_text(const struct field *f); /* TEXT, TAGS or JSON */
const char *field_word(const struct field *f, int64_t value); /* ENUM: its word, "" for 0 or out of range */
int field_word_value(const struct field *f, const char *word);  /* ENUM: -1 if unknown; "" and NULL are 0 */

/* Shorthand for the enums of struct ticket: field_word of that row. */
const char *status_word(int status);
const char *priority_word(int priority);
const char *urgency_word(int urgency);
const char *category_word(int category);
const char *registration_word(int registration);
const char *escalation_word(int state);
#endif
