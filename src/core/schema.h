/* schema: a YAML map read into a struct by a table of keys: name, type, where it goes, bounds, default, help. Every
 * fault names file:line:column, the value's place ("sources[0].limit") and what would have been right. A value is never
 * repeated where it may be a secret: of a text, only its place is told. Reading goes on behind a mistake, to find each in
 * one run; what could not be read is remembered, so that whoever depends on it does not judge (schema_unsure). Pure. */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H
#include "base/arena.h"
#include "base/yaml.h"
#include "core/fault.h"
#include <stddef.h>

enum schema_type {
    SCHEMA_TEXT,  /* const char *; max: bytes, 0 = 256; words: it must be one of them */
    SCHEMA_NAME,  /* const char *: letters, digits, . _ - and none of them at the start but letter or digit */
    SCHEMA_INT,   /* int64_t within min..max */
    SCHEMA_BOOL,  /* bool; with words: the first is false, the second true */
    SCHEMA_TIME,  /* int64_t ms within min..max: "500ms" "15s" "15m" "4h" "4d" "2w", plain: minutes */
    SCHEMA_BYTES, /* int64_t: "8 MiB" "64 KiB" "1000", plain: bytes */
    SCHEMA_RATE,  /* int64_t a second: "50", "50/s" */
    SCHEMA_SHARE, /* int64_t basis points: "0.8" "80%" "1.25" */
    SCHEMA_WORD,  /* int: index in words */
    SCHEMA_TEXTS, /* const char *[max] and int at count_at */
    SCHEMA_WHEN,  /* const struct when *; text_at != 0: its text goes there too; event: it may name the event's own */
    SCHEMA_PAIRS, /* a map of any names to texts: struct schema_pair[max] and int at count_at */
    SCHEMA_MAP,   /* keys, into the same struct; brief: what a text in its place stands for */
    SCHEMA_ROWS,  /* a list of maps: keys, row_size, at most max, int at count_at; inside: an array in the struct;
                     line_at != 0: where a row keeps its line (int). brief: a text stands for a row, and for a list of one.
                     choice: a row has one key alone (`- dedupe: {...}`, or `- dedupe`), which says what it is: its place
                     among keys goes to kind_at (int) */
};
/* What a map of free names has. value NULL: null stands there. A row of another name with the same two members will do. */
struct schema_pair { const char *name, *value; };
struct schema;
struct schema_key {
    const char *name;
    enum schema_type type;
    size_t offset, count_at, line_at, text_at, kind_at;
    bool required, inside, choice, event;
    int64_t min, max;
    const char *fallback;             /* as a file would spell it; NULL leaves what is there */
    const char *const *words;         /* ends with NULL; "" is none of them */
    const struct schema_key *keys;    /* ends with a row without a name */
    const char *brief;                /* MAP, ROWS: `x: a` is `x: {BRIEF: a}`; "*": a stands for every key; MAP: a list too, where BRIEF is one */
    size_t row_size;
    bool (*check)(struct schema *s, void *row, const struct yaml *node); /* ROWS: each row, MAP: the whole, when it has been read without a mistake */
};
struct schema_doubt { const void *what; const struct schema_doubt *next; };
struct schema {
    struct arena *arena;
    const char *file;
    struct faults *faults;
    const struct schema_doubt *doubts;
    void *owner;     /* for checks: the whole that is being read */
    char place[160]; /* "escalation.policies[1]" */
};

/* Reads map into the struct at `to`. A key that is missing is taken from `defaults` (a map of the same shape, may be
 * NULL; rows are taken whole), else from its fallback, else it is refused if required. Goes on behind a mistake; false if there was one.
 * A row with a mistake is kept, with what of it could be read. */
bool schema_read(struct schema *s, const struct schema_key *keys, const struct yaml *map, const struct yaml *defaults, void *to);
/* Adds to the faults, with the place of node. Always false. */
bool schema_refuse(struct schema *s, const struct yaml *node, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Could that not be read? what: a row (there was a mistake in it); the member of a list (not all its rows' names are known); a table of
 * keys (there was a mistake in a map or row of it). */
bool schema_unsure(const struct schema *s, const void *what);
/* The row of that name; NULL: there is none. */
const struct schema_key *schema_key_named(const struct schema_key *keys, const char *name);
/* Does nothing stand there: an empty value, ~ or null, not in quotes? */
bool schema_nothing(const struct yaml *node);
/* The member of that name, if anything stands there; NULL: nothing does, so its default holds. */
const struct yaml *schema_said(const struct yaml *map, const char *name);
/* ", did you mean 'near'?" for the end of a refusal; "" where near is NULL. */
const char *schema_hint(struct schema *s, const char *near);
/* The nearest of a list of words (ends with NULL) for "did you mean"; NULL if none is near. */
const char *schema_nearest(const char *word, const char *const *words);
#endif
